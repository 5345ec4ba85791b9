//! A small tea shop that sells through Luodi: what a shop's own code has to do, and no more.
//!
//! It is an example: it talks to Luodi over REST alone, checks webhooks with its own few lines, and keeps
//! its orders in memory. Promised: an order is shown as paid only after a signed webhook for its amount.
//! Refused: quantities, recipients and webhooks that do not hold up.

mod cart;
mod checkout;
mod orders;
mod pages;
mod products;
mod webhook;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};

use self::orders::OrderBook;
pub use self::orders::{Order, OrderStatus};
use self::webhook::WebhookSecret;
use crate::clock::{SharedClock, SystemClock};
use crate::web::assets;

/// What the shop was told when it was set up, as a real one is.
#[derive(Clone)]
pub struct DemoShopSettings {
    pub bind: SocketAddr,
    /// Where Luodi answers; shoppers are sent to a cashier at the same origin.
    pub luodi_url: String,
    pub api_key: String,
    /// For the shop's pages: what `<luodi-address>` asks with.
    pub publishable_key: String,
    /// `whsec_` and base64, as Luodi shows it when the endpoint is made.
    pub webhook_secret: String,
    /// The sandbox's phone, linked from the order page.
    pub phone_url: Option<String>,
}

impl std::fmt::Debug for DemoShopSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoShopSettings")
            .field("bind", &self.bind)
            .field("luodi_url", &self.luodi_url)
            .finish_non_exhaustive()
    }
}

/// Why the shop could not open.
#[derive(Debug, thiserror::Error)]
pub enum DemoShopError {
    #[error("luodi_url is not an http(s) address: {0}")]
    LuodiUrl(String),
    #[error("webhook_secret is not whsec_ followed by base64 of 24 to 64 bytes")]
    WebhookSecret,
    #[error("the HTTP client could not be made: {0}")]
    Client(#[from] reqwest::Error),
    #[error("the shop could not listen: {0}")]
    Listen(#[from] std::io::Error),
}

/// What every page works with.
struct Shop {
    settings: DemoShopSettings,
    /// Where shoppers reach the shop, without a slash at the end.
    url: String,
    /// Where the cashier lives: the one foreign place our forms may lead to.
    luodi_origin: String,
    secret: WebhookSecret,
    client: reqwest::Client,
    orders: Mutex<OrderBook>,
    clock: SharedClock,
}

impl Shop {
    fn new(settings: DemoShopSettings, address: SocketAddr, clock: SharedClock) -> Result<Self, DemoShopError> {
        let luodi = url::Url::parse(&settings.luodi_url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let luodi = luodi.ok_or_else(|| DemoShopError::LuodiUrl(settings.luodi_url.clone()))?;
        let secret = WebhookSecret::parse(&settings.webhook_secret).ok_or(DemoShopError::WebhookSecret)?;
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_secs(15))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self {
            url: format!("http://{}", reachable(address)),
            luodi_origin: luodi.origin().ascii_serialization(),
            settings,
            secret,
            client,
            orders: Mutex::new(OrderBook::default()),
            clock,
        })
    }

    /// The book is whole after every call, so a panic elsewhere is no reason to stop selling.
    fn orders(&self) -> MutexGuard<'_, OrderBook> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An address that a browser on this machine can open: "any" becomes loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port())
    } else {
        address
    }
}

/// An open shop. Dropping it leaves it open; call [`DemoShop::stop`].
pub struct DemoShop {
    shop: Arc<Shop>,
    server: ServerHandle,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl DemoShop {
    /// Without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shop.url
    }

    /// Where Luodi should send the shop's webhooks.
    #[must_use]
    pub fn webhook_url(&self) -> String {
        format!("{}/webhooks/luodi", self.shop.url)
    }

    #[must_use]
    pub fn order(&self, id: &str) -> Option<Order> {
        self.shop.orders().get(id).cloned()
    }

    /// Finishes what is being answered, then closes.
    pub async fn stop(self) {
        self.server.stop(true).await;
        if let Ok(Err(error)) = self.task.await {
            tracing::warn!(%error, "the demo shop did not close cleanly");
        }
    }
}

/// Opens the shop.
///
/// # Errors
/// See [`DemoShopError`].
pub async fn start(settings: DemoShopSettings) -> Result<DemoShop, DemoShopError> {
    let listener = std::net::TcpListener::bind(settings.bind)?;
    let shop = Arc::new(Shop::new(settings, listener.local_addr()?, Arc::new(SystemClock))?);
    let data = web::Data::from(Arc::clone(&shop));
    let server = HttpServer::new(move || App::new().app_data(data.clone()).configure(routes))
        .workers(1)
        .disable_signals()
        .shutdown_timeout(2)
        .listen(listener)?
        .run();
    let handle = server.handle();
    Ok(DemoShop { shop, server: handle, task: tokio::spawn(server) })
}

fn routes(cfg: &mut web::ServiceConfig) {
    cfg.app_data(web::FormConfig::default().limit(8 * 1024))
        .app_data(web::PayloadConfig::new(64 * 1024))
        .configure(assets::configure)
        .route("/", web::get().to(pages::front))
        .route("/cart", web::get().to(pages::cart))
        .route("/cart/add", web::post().to(cart::add))
        .route("/cart/update", web::post().to(cart::update))
        .route("/checkout", web::post().to(checkout::place_order))
        .route("/orders/{id}", web::get().to(pages::order))
        .route("/orders/{id}/status", web::get().to(pages::order_status))
        .route("/orders/{id}/pay", web::post().to(checkout::pay_again))
        .route("/webhooks/luodi", web::post().to(webhook::receive))
        .default_service(web::to(pages::missing));
}

#[cfg(test)]
mod tests;
