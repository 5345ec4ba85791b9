//! Builds the running program from a `Config`. `serve`, the demo and every test use it.
//! Promises: stopping finishes what was begun; a start that fails says which setting to mend.

use std::collections::{HashMap, HashSet};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App as ActixApp, HttpServer, web};
use anyhow::Context;
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use crate::addresses::CurrentParser;
use crate::clock::SharedClock;
use crate::config::{Config, DuplicatePolicy as ConfiguredPolicy};
use crate::gateways::transport::{TransportOptions, Transports};
use crate::http::auth::PublishableKeys;
use crate::http::limits::{Limits, limit_addresses};
use crate::http::openapi::OpenApiJson;
use crate::http::problem::word_problems;
use crate::http::sign_in::SignIns;
use crate::http::{AppState, health, routes};
use crate::i18n;
use crate::jobs::Jobs;
use crate::payments::directory::GatewayDirectory;
use crate::payments::service::DuplicatePolicy;
use crate::payments::{PaymentService, PaymentSettings};
use crate::regions::CurrentRegions;
use crate::storage::{Retention, Storage, StorageSettings};
use crate::telemetry;
use crate::vault::Vault;
use crate::web::qr::Logo;
use crate::webhooks::{DeliverySettings, WebhookService};

/// How a test or a benchmark differs from the real thing.
#[derive(Debug, Clone, Copy)]
pub struct AppOptions {
    /// Off: somebody calls `jobs.step()`.
    pub background_jobs: bool,
    /// Off: commits do not wait for the disk. For benchmarks only.
    pub durable: bool,
}

impl Default for AppOptions {
    fn default() -> Self {
        Self { background_jobs: true, durable: true }
    }
}

/// Everything but the listening.
#[derive(Debug)]
pub struct App {
    pub state: web::Data<AppState>,
    pub jobs: Arc<Jobs>,
    config: Arc<Config>,
    listener: Option<TcpListener>,
}

impl App {
    /// Opens the storage and binds the port. Port 0 takes a free one, and `public_url` follows it.
    ///
    /// # Errors
    /// A busy port, storage that cannot be opened, keys that cannot be read; each with the setting.
    pub async fn build(mut config: Config, clock: SharedClock, options: AppOptions) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(config.bind)
            .with_context(|| format!("cannot listen on {} (setting `bind`)", config.bind))?;
        let address = listener.local_addr()?;
        if config.bind.port() == 0 {
            config.bind = address;
            config.public_url = format!("http://{address}");
        }
        let mut app = Self::without_listener(config, clock, options).await?;
        app.listener = Some(listener);
        Ok(app)
    }

    /// For commands that only need the ledger and the accounts.
    ///
    /// # Errors
    /// As [`App::build`].
    pub async fn without_listener(config: Config, clock: SharedClock, options: AppOptions) -> anyhow::Result<Self> {
        if let Some(folder) = &config.wording.overrides {
            i18n::load_overrides(Path::new(folder)).context("setting `wording.overrides`")?;
        }
        let storage = open_storage(&config, options.durable).await?;
        storage.free_abandoned_turns().await?;
        let pepper = storage.pepper().await?;
        let ring = config.vault.key_ring().context("setting `vault.keys`")?;
        let vault = Arc::new(Vault::new(ring));
        let transports = Transports::new(&TransportOptions::default())?;
        let mut stores = HashMap::new();
        let mut duplicate_policies = HashMap::new();
        let mut other_systems = HashSet::new();
        let mut unsettled_funds_only = HashSet::new();
        let mut qr_logos = HashMap::new();
        for (name, settings) in &config.stores {
            let store = storage.ensure_store(name, clock.now()).await?;
            let policy = match settings.duplicate_policy {
                ConfiguredPolicy::Refund => DuplicatePolicy::Refund,
                ConfiguredPolicy::Alert => DuplicatePolicy::Alert,
            };
            duplicate_policies.insert(store.id, policy);
            if !settings.refund_from_available_balance {
                unsettled_funds_only.insert(store.id);
            }
            if settings.other_systems {
                other_systems.insert(store.id);
            }
            if let Some(file) = &settings.qr_logo {
                qr_logos.insert(store.id, read_logo(file).with_context(|| format!("setting `stores.{name}.qr_logo`"))?);
            }
            stores.insert(store.id, settings.clone());
        }
        let directory = GatewayDirectory::new(storage.clone(), Arc::clone(&vault), transports, Arc::clone(&clock));
        let settings = PaymentSettings {
            public_url: config.public_url.clone(),
            expires_in_s: i64::from(config.payments.expires_in_s),
            attempt_expires_in_s: i64::from(config.payments.attempt_expires_in_s),
            duplicate_policies,
            unsettled_funds_only,
            other_systems,
        };
        let payments = Arc::new(PaymentService::new(storage.clone(), directory, Arc::clone(&clock), settings));
        let delivery = DeliverySettings {
            timeout_s: u64::from(config.webhooks.timeout_s),
            allow_private_addresses: config.webhooks.allow_private_addresses,
            concurrency: config.webhooks.concurrency as usize,
        };
        let webhooks =
            Arc::new(WebhookService::new(storage.clone(), Arc::clone(&vault), Arc::clone(&clock), delivery)?);
        let retention = retention_of(&config);
        let folder = config.regions.folder.as_deref().map(Path::new);
        let regions = Arc::new(CurrentRegions::open(folder).context("setting `regions.folder`")?);
        let jobs = Jobs::new(Arc::clone(&payments), Arc::clone(&webhooks), Arc::clone(&clock), retention);
        let jobs = Arc::new(jobs.watching(Arc::clone(&regions)));
        let config = Arc::new(config);
        let state = web::Data::new(AppState {
            limits: Limits::new(&config.limits),
            sign_ins: SignIns::default(),
            public_url: config.public_url.clone(),
            instance: crate::crypto::random::alphanumeric(16),
            config: Arc::clone(&config),
            qr_logos,
            stopping: CancellationToken::new(),
            runtime: tokio::runtime::Handle::current(),
            storage,
            payments,
            webhooks,
            vault,
            clock,
            pepper,
            stores,
            regions,
            addresses: CurrentParser::default(),
            publishable_keys: PublishableKeys::default(),
        });
        Ok(Self { state, jobs, config, listener: None })
    }

    /// Starts answering and working.
    ///
    /// # Errors
    /// When the metrics port is busy.
    pub fn start(self, options: AppOptions) -> anyhow::Result<RunningApp> {
        let listener = self.listener.context("this app was built without a listener")?;
        let address = listener.local_addr()?;
        let origins: Vec<String> = self.config.stores.values().flat_map(|s| s.allowed_origins.clone()).collect();
        let document = web::Data::new(OpenApiJson::generate());
        let state = self.state.clone();
        let mut server = HttpServer::new(move || {
            ActixApp::new()
                .app_data(state.clone())
                .app_data(document.clone())
                .wrap(from_fn(limit_addresses))
                .wrap(from_fn(word_problems))
                .wrap(from_fn(telemetry::trace_request))
                .configure(|cfg| routes::configure(cfg, &origins))
        })
        .disable_signals()
        // A stream's first event follows its headers at once; Nagle would hold it back for 40 ms.
        .tcp_nodelay(true)
        .shutdown_timeout(10);
        if self.config.workers > 0 {
            server = server.workers(self.config.workers);
        }
        let server = server.listen(listener)?.run();
        let handle = server.handle();
        tokio::spawn(server);
        let metrics = self.config.metrics_bind.map(|bind| serve_metrics(bind, &self.state)).transpose()?;
        // Read before the first shopper asks, and not before the server answers.
        let regions = Arc::clone(&self.state.regions);
        self.state.runtime.spawn_blocking(move || drop(regions.regions()));
        let stop = self.state.stopping.clone();
        let background = options.background_jobs.then(|| tokio::spawn(Arc::clone(&self.jobs).run(stop.clone())));
        Ok(RunningApp { address, metrics, state: self.state, jobs: self.jobs, handle, stop, background })
    }
}

/// A server that is up.
#[derive(Debug)]
pub struct RunningApp {
    pub address: SocketAddr,
    pub metrics: Option<(SocketAddr, ServerHandle)>,
    pub state: web::Data<AppState>,
    pub jobs: Arc<Jobs>,
    handle: ServerHandle,
    stop: CancellationToken,
    background: Option<tokio::task::JoinHandle<()>>,
}

impl RunningApp {
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Reads the merchant's own wording again. What cannot be used leaves the old in force, and is told in the
    /// log and by `/v1/locales/overrides`.
    pub fn reload_wording(&self) {
        let Some(folder) = &self.state.config.wording.overrides else { return };
        if let Err(refused) = i18n::load_overrides(Path::new(folder)) {
            tracing::error!(%refused, "the wording from before goes on");
        }
    }

    /// Finishes running requests and jobs, then closes the storage.
    pub async fn stop(self) {
        self.stop.cancel();
        self.handle.stop(true).await;
        if let Some((_, metrics)) = &self.metrics {
            metrics.stop(false).await;
        }
        if let Some(background) = self.background {
            let _ = background.await;
        }
        self.state.storage.close().await;
    }
}

fn read_logo(file: &str) -> anyhow::Result<Logo> {
    let png = std::fs::read(file).with_context(|| format!("{file} cannot be read"))?;
    Logo::from_png(&png).with_context(|| format!("{file} cannot be used as a logo"))
}

/// Opens the configured storage.
///
/// # Errors
/// With the setting to look at.
pub async fn open_storage(config: &Config, durable: bool) -> anyhow::Result<Storage> {
    let settings = StorageSettings {
        url: config.storage.url.expose_secret().to_owned(),
        durable,
        readers: config.storage.readers,
    };
    Storage::open(&settings).await.context("the storage cannot be opened (setting `storage.url`)")
}

fn retention_of(config: &Config) -> Retention {
    let days = |days: u32| i64::from(days) * 86_400;
    Retention {
        idempotency_s: days(config.retention.idempotency_days),
        deliveries_s: days(config.retention.delivery_days),
        notifications_s: days(config.retention.notification_days),
        statement_rows_s: days(config.retention.statement_days),
    }
}

fn serve_metrics(bind: SocketAddr, state: &web::Data<AppState>) -> anyhow::Result<(SocketAddr, ServerHandle)> {
    telemetry::metrics::install()?;
    let listener =
        TcpListener::bind(bind).with_context(|| format!("cannot listen on {bind} (setting `metrics_bind`)"))?;
    let address = listener.local_addr()?;
    let storage = web::Data::new(state.storage.clone());
    let clock = web::Data::new(Arc::clone(&state.clock));
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(storage.clone())
            .app_data(clock.clone())
            .route("/metrics", web::get().to(health::metrics))
    })
    .workers(1)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok((address, handle))
}
