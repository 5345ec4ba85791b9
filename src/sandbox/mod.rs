//! Stand-ins for the gateways: an independent second reading of each protocol.
//!
//! Promises: uses nothing of the code it tests, neither its cryptography nor its types; runs on
//! a thread of its own, so that it serves tests and the demo alike. Time is the clock given.
//! Never for real money: keys are thrown away and the control API asks for no password.

pub mod alipay;
mod alipay_control;
mod control;
mod deliveries;
mod handle;
mod keys;
mod phone;
pub mod unionpay;
mod unionpay_control;
mod wechatpay;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

pub use deliveries::{DeliveryAttempt, DeliveryState, RedeliverySchedule};
pub use wechatpay::{
    AppCredentials, BillEdit, Book, BookCall, BookNotification, BookOrder, BookRefund, CodepayOutcome, Fault,
    FaultDraft, FaultKind, Funds, Invocation, MerchantDraft, Operation, PayDraft, PaymentCode, PaymentCodeDraft,
    RefundStatus, SubMerchant, SubMerchantDraft, SyntheticBill, SyntheticTrade, TradeState, TrustMode,
    WeChatMerchantCredentials, openid_of, synthetic_trade,
};

use crate::clock::SharedClock;
use alipay::Alipay;
use unionpay::UnionPay;
use wechatpay::WeChatPay;

const WORKERS: usize = 2;
const BODY_LIMIT_BYTES: usize = 1 << 20;
const STEP_EVERY: Duration = Duration::from_millis(200);
const STOP_WITHIN_S: u64 = 1;
/// Longer than clients of gateways keep idle connections, as real gateways do: a call on one that is just being closed
/// would have an unknown outcome.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// How to run the stand-ins.
#[derive(Debug, Clone)]
pub struct SandboxSettings {
    /// Port 0 takes any free one.
    pub bind: SocketAddr,
    pub redelivery: RedeliverySchedule,
    /// Send what is due by itself; otherwise only `Sandbox::step` sends.
    pub background: bool,
}

impl Default for SandboxSettings {
    fn default() -> Self {
        Self { bind: SocketAddr::from(([127, 0, 0, 1], 0)), redelivery: RedeliverySchedule::Real, background: false }
    }
}

/// Why something could not be done, with the way out.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("the sandbox could not start: {0}")]
    Start(#[from] std::io::Error),
    #[error("key material could not be made: {0}")]
    Key(String),
    #[error("{field} {problem}: {fix}")]
    Unknown { field: String, problem: String, fix: String },
    #[error("{field} {problem}: {fix}")]
    Refused { field: String, problem: String, fix: String },
}

impl SandboxError {
    fn key(failure: impl std::fmt::Display) -> Self {
        Self::Key(failure.to_string())
    }

    fn unknown(field: &str, problem: &str, fix: &str) -> Self {
        Self::Unknown { field: field.to_owned(), problem: problem.to_owned(), fix: fix.to_owned() }
    }

    fn refused(field: &str, problem: &str, fix: &str) -> Self {
        Self::Refused { field: field.to_owned(), problem: problem.to_owned(), fix: fix.to_owned() }
    }
}

/// A running sandbox. Clones are handles on the same one.
#[derive(Clone)]
pub struct Sandbox {
    addr: SocketAddr,
    pay: Arc<WeChatPay>,
    alipay: Arc<Alipay>,
    unionpay: Arc<UnionPay>,
    server: ServerHandle,
    stopping: CancellationToken,
}

/// Starts the stand-ins and returns once they answer.
///
/// # Errors
/// When the address cannot be bound.
pub async fn start(settings: SandboxSettings, clock: SharedClock) -> Result<Sandbox, SandboxError> {
    let pay = Arc::new(WeChatPay::new(Arc::clone(&clock), settings.redelivery)?);
    let alipay = Arc::new(Alipay::new(Arc::clone(&clock), settings.redelivery)?);
    let unionpay = Arc::new(UnionPay::new(clock, settings.redelivery)?);
    let stopping = CancellationToken::new();
    let (ready, started) = oneshot::channel();
    let gateways = Gateways { pay: Arc::clone(&pay), alipay: Arc::clone(&alipay), unionpay: Arc::clone(&unionpay) };
    let (served, stopped) = (gateways, stopping.clone());
    std::thread::Builder::new()
        .name("sandbox".to_owned())
        .spawn(move || actix_rt::System::new().block_on(serve(settings, served, stopped, ready)))?;
    let (addr, server) =
        started.await.map_err(|_| std::io::Error::other("the server thread ended before it was ready"))??;
    Ok(Sandbox { addr, pay, alipay, unionpay, server, stopping })
}

type Ready = oneshot::Sender<Result<(SocketAddr, ServerHandle), std::io::Error>>;

/// Everything one server stands in for.
struct Gateways {
    pay: Arc<WeChatPay>,
    alipay: Arc<Alipay>,
    unionpay: Arc<UnionPay>,
}

async fn serve(settings: SandboxSettings, gateways: Gateways, stopping: CancellationToken, ready: Ready) {
    let served = (
        Data::new(Arc::clone(&gateways.pay)),
        Data::new(Arc::clone(&gateways.alipay)),
        Data::new(Arc::clone(&gateways.unionpay)),
    );
    let bound = HttpServer::new(move || {
        App::new()
            .app_data(served.0.clone())
            .app_data(served.1.clone())
            .app_data(served.2.clone())
            .app_data(web::PayloadConfig::new(BODY_LIMIT_BYTES))
            .configure(phone::configure_first)
            // Before the other version 3, which answers for every path it does not know.
            .configure(alipay::configure)
            .configure(unionpay::configure)
            .configure(wechatpay::configure)
            .configure(alipay_control::configure)
            .configure(unionpay_control::configure)
            .configure(control::configure)
            .configure(phone::configure)
    })
    .workers(WORKERS)
    .keep_alive(KEEP_ALIVE)
    .disable_signals()
    .shutdown_timeout(STOP_WITHIN_S)
    .bind(settings.bind);
    let (addr, server) = match bound.and_then(|server| Ok((first_address(server.addrs())?, server.run()))) {
        Ok(bound) => bound,
        Err(failure) => {
            let _ = ready.send(Err(failure));
            return;
        }
    };
    if ready.send(Ok((addr, server.handle()))).is_err() {
        return;
    }
    if settings.background {
        actix_rt::spawn(step_until(gateways, stopping.clone()));
    }
    if let Err(failure) = server.await {
        tracing::error!(%failure, "the sandbox server ended");
    }
    stopping.cancel();
}

fn first_address(addrs: Vec<SocketAddr>) -> Result<SocketAddr, std::io::Error> {
    addrs.first().copied().ok_or_else(|| std::io::Error::other("no address was bound"))
}

/// Sends what is due as soon as something happens, and looks at the clock in between.
async fn step_until(gateways: Gateways, stopping: CancellationToken) {
    let Gateways { pay, alipay, unionpay } = gateways;
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = pay.woken.notified() => {}
            () = alipay.woken.notified() => {}
            () = unionpay.woken.notified() => {}
            () = tokio::time::sleep(STEP_EVERY) => {}
        }
        // Spawned: a shop that answers late must not hold back what others wait for.
        let (pay, alipay, unionpay) = (Arc::clone(&pay), Arc::clone(&alipay), Arc::clone(&unionpay));
        actix_rt::spawn(async move { tokio::join!(pay.step(), alipay.step(), unionpay.step()) });
    }
}
