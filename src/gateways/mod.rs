//! Payment gateways behind one trait. A gateway object is bound to one merchant account.
//! Promises: a `Verified` exists only where a gateway's own proof was checked; what is not proven
//! is `GatewayError::Unknown`. Knows neither storage nor our HTTP routes.

pub mod alipay;
pub mod antom;
pub mod breaker;
mod facts;
mod finding;
mod form;
mod notification;
mod report;
pub mod shopper;
pub mod statement;
pub mod transport;
pub mod unionpay;
pub mod wechatpay;

use std::sync::Arc;

use async_trait::async_trait;

pub use self::facts::GatewayFacts;
pub use self::finding::{CheckDepth, EXPIRY_WARNING_S, ExpiringCredential, Finding, Severity};
pub use self::notification::{Notice, Notification, Outcome, RawNotification, RawResponse, Rejected, VerifiedNotice};
pub use self::report::{Merchant, OrderReport, OrderState, RefundReport, RefundState};
use self::shopper::PayingApp;
use self::statement::{Fetched, StatementToFetch};
use crate::clock::{SharedClock, Timestamp};
use crate::ids::AccountId;
use crate::money::Fen;
use crate::payments::attempt::{Flow, GatewayName, NextAction, Shopper};
use crate::payments::payment::Mode;

/// A statement of a gateway whose proof has been checked. Only the gateways can make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    pub(in crate::gateways) const fn new(proven: T) -> Self {
        Self(proven)
    }

    pub const fn get(&self) -> &T {
        &self.0
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

/// Why a call to a gateway gave no verified answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// It certainly never reached the gateway (DNS, connect, circuit open).
    #[error("the gateway could not be reached: {0}")]
    NotSent(String),
    /// It may have taken effect: timeout, 5xx, unreadable, unsigned. Ask before doing anything else.
    #[error("the gateway's answer is not known: {0}")]
    Unknown(String),
    /// The gateway said no.
    #[error("the gateway declined: {code} {message}")]
    Declined { reason: DeclineReason, code: String, message: String },
    /// The merchant must change something; `fix` says what.
    #[error("the account is not set up for this: {code} {fix}")]
    Misconfigured { code: String, fix: String },
}

/// The declines that decide what to do next; everything else is `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclineReason {
    /// The gateway does not know the order or refund.
    NotFound,
    /// The order is paid (or its number was used): ask, do not open another.
    AlreadyPaid,
    /// The number was used before, and what it was answered with then is not given again.
    NumberUsed,
    /// The order is closed.
    AlreadyClosed,
    /// Too fast, or not enough funds yet: the same request may be sent again later.
    TryLater,
    /// The order's text has a word that the gateway does not take: see [`Gateway::reworded`].
    TextRefused,
    /// What was scanned is no payer's code of this gateway; nothing was sent. The code of the error is the
    /// gateway's name.
    NotAPayerCode,
    /// No, in a word of which it is not known that no money moves: ask before believing it.
    Unclear,
    Other,
}

/// What opening an order gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// The shopper has to act. `expires_at` is when the action stops working, if before the order does.
    Waiting { next_action: NextAction, expires_at: Option<Timestamp> },
    /// Settled in the very call, for example by the payer's code.
    Settled(OrderReport),
}

/// The parts of a verified opening, the report still verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifiedOpening {
    Waiting { next_action: NextAction, expires_at: Option<Timestamp> },
    Settled(Verified<OrderReport>),
}

impl Verified<Opened> {
    /// The parts of a verified answer are verified.
    #[must_use]
    pub fn into_opening(self) -> VerifiedOpening {
        match self.0 {
            Opened::Waiting { next_action, expires_at } => VerifiedOpening::Waiting { next_action, expires_at },
            Opened::Settled(report) => VerifiedOpening::Settled(Verified(report)),
        }
    }
}

/// An order about to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderToOpen {
    pub flow: Flow,
    pub out_trade_no: String,
    pub amount: Fen,
    pub description: String,
    pub expires_at: Timestamp,
    pub notify_url: String,
    pub shopper: Shopper,
}

/// An order whose request is stored, about to be sent, maybe not for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreparedOrder<'a> {
    pub flow: Flow,
    pub request: &'a str,
    /// Where the gateway's page sends the shopper afterwards.
    pub return_url: &'a str,
    /// Our page that goes on to the gateway's, with the referrer it demands.
    pub hop_url: &'a str,
}

/// An order as it was opened, to ask about it or to end it. Some gateways know nothing of an order that
/// nobody has opened yet: what silence means depends on its flow and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRef<'a> {
    pub flow: Flow,
    pub out_trade_no: &'a str,
    pub expires_at: Timestamp,
}

/// A refund as it was requested, to ask about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundRef<'a> {
    pub out_trade_no: &'a str,
    pub out_refund_no: &'a str,
    pub amount: Fen,
    pub order_amount: Fen,
}

/// A refund about to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundToRequest {
    pub out_trade_no: String,
    pub out_refund_no: String,
    pub amount: Fen,
    pub order_amount: Fen,
    pub reason: Option<String>,
    pub notify_url: String,
    /// Take it from the available balance (可用余额) rather than from what is not settled yet. Only for a
    /// number of which the gateway has said [`GatewayFacts::short_of_funds`] and, asked, that it knows no such
    /// refund: where an application was accepted, the same number must come with the same bytes.
    pub from_available_balance: bool,
    /// Refunds of this order that were asked for before and did not fail: gateways limit them.
    pub earlier_refunds: usize,
    /// Those that did fail.
    pub failed_refunds: usize,
    /// How the order was paid, with the gateway's number of it and its time: some gateways go by these.
    pub flow: Flow,
    pub gateway_trade_no: Option<String>,
    pub paid_at: Option<Timestamp>,
}

/// Where a refund goes that the payer's account cannot take.
#[derive(Clone, PartialEq, Eq)]
pub enum RefundDestination {
    /// The merchant's own account; the merchant settles with the payer by hand.
    MerchantAccount,
    /// A bank card of the payer's.
    PayerBankCard {
        /// As the gateway names banks, for example `CMB_DEBIT`.
        bank_type: String,
        card_no: String,
        holder_name: String,
    },
}

impl std::fmt::Debug for RefundDestination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::MerchantAccount => "MerchantAccount",
            Self::PayerBankCard { .. } => "PayerBankCard",
        })
    }
}

/// One gateway, bound to one merchant account. No method has a default: a gateway that forgets one
/// must not compile.
#[async_trait]
pub trait Gateway: Send + Sync + std::fmt::Debug {
    /// The flows this account can open.
    fn flows(&self) -> &[Flow];

    /// By which payers are recognised inside the wallet; `None` where only the shop can tell who pays.
    fn paying_app(&self) -> Option<&PayingApp>;

    /// Which identifier of a message is not this account's: `merchant_no`, `sub_merchant_no` or `app_id`.
    fn foreign_identifier(&self, told: &Merchant) -> Option<&'static str>;

    /// The exact request that opens this order. Stored before it is sent, repeated to the byte.
    ///
    /// # Errors
    /// `Declined` or `Misconfigured` when this gateway would refuse it for a reason seen from here.
    fn prepare(&self, order: &OrderToOpen) -> Result<String, GatewayError>;

    /// The same request with another text for the shopper; `None` where the text makes no difference. Only for
    /// an order that was declined as `TextRefused` and that the gateway, asked, does not know.
    fn reworded(&self, request: &str, description: &str) -> Option<String>;

    /// Opens the order of a prepared request. Repeating it is safe: same number, same bytes.
    async fn create(&self, order: &PreparedOrder<'_>) -> Result<Verified<Opened>, GatewayError>;

    async fn query(&self, order: &OrderRef<'_>) -> Result<Verified<OrderReport>, GatewayError>;

    /// Ends an unpaid order: closes it, or reverses (撤销) what a payer's code began. `Ok` means it can no
    /// longer be paid; a reversal also returns what was paid meanwhile.
    async fn close(&self, order: &OrderRef<'_>) -> Result<Verified<OrderReport>, GatewayError>;

    /// The exact refund request, stored before it is sent.
    ///
    /// # Errors
    /// As [`Gateway::prepare`].
    fn prepare_refund(&self, refund: &RefundToRequest) -> Result<String, GatewayError>;

    async fn refund(&self, request: &str) -> Result<Verified<RefundReport>, GatewayError>;

    async fn query_refund(&self, refund: &RefundRef<'_>) -> Result<Verified<RefundReport>, GatewayError>;

    /// Sends an abnormal refund on to where the money can go. `gateway_refund_no` is the gateway's number of it.
    async fn redirect_refund(
        &self,
        out_refund_no: &str,
        gateway_refund_no: &str,
        to: &RefundDestination,
    ) -> Result<Verified<RefundReport>, GatewayError>;

    /// Fetches one day's statement (对账单) and proves its bytes; the rows are read as they are asked for.
    async fn statement(&self, wanted: &StatementToFetch) -> Result<Fetched, GatewayError>;

    /// Believes a notification only after its proof; may fetch keys to do so.
    async fn read_notification(&self, raw: &RawNotification) -> Result<Verified<Notification>, Rejected>;

    /// What this gateway wants to hear.
    fn acknowledge(&self, outcome: Outcome) -> RawResponse;

    /// Looks at the credentials, offline and by harmless calls.
    async fn check(&self, depth: &CheckDepth) -> Vec<Finding>;

    /// What ends within [`EXPIRY_WARNING_S`] of `now` and has no successor yet, from what is held. Asks nobody.
    fn expiring_credentials(&self, now: Timestamp) -> Vec<ExpiringCredential>;

    /// Periodic care, for example renewing the gateway's certificates when due. Cheap when nothing is.
    async fn maintain(&self);
}

/// Everything a gateway needs to be bound to an account. Settings and secrets are the JSON objects
/// that the gateway's `settings.rs` defines.
#[derive(Clone)]
pub struct AccountCredentials {
    pub account_id: AccountId,
    pub gateway: GatewayName,
    pub mode: Mode,
    pub settings: serde_json::Value,
    pub secrets: serde_json::Value,
}

impl std::fmt::Debug for AccountCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountCredentials")
            .field("account_id", &self.account_id)
            .field("gateway", &self.gateway)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// One thing wrong with an account's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingProblem {
    /// JSON pointer into `{"settings": …, "secrets": …}`, for example `/secrets/apiv3_key`.
    pub pointer: String,
    /// Stable code; the key `setting-{code}` in `locales/` words it for people.
    pub code: &'static str,
    /// What that wording names, such as the words that are allowed.
    pub args: Vec<(&'static str, String)>,
    /// English wording: what is wrong and how to mend it.
    pub detail: String,
}

pub type SharedGateway = Arc<dyn Gateway>;

/// Binds a gateway to an account. Works offline: keys are parsed, nothing is fetched.
///
/// # Errors
/// Every problem of the settings and secrets at once.
pub fn open(
    credentials: &AccountCredentials,
    transports: &transport::Transports,
    clock: SharedClock,
) -> Result<SharedGateway, Vec<SettingProblem>> {
    let transport = transports.to(credentials.gateway);
    match credentials.gateway {
        GatewayName::WeChatPay => {
            wechatpay::WeChatPay::open(credentials, transport, clock).map(|g| Arc::new(g) as SharedGateway)
        }
        GatewayName::Alipay => {
            alipay::Alipay::open(credentials, transport, clock).map(|g| Arc::new(g) as SharedGateway)
        }
        GatewayName::Antom => antom::Antom::open(credentials, transport, clock).map(|g| Arc::new(g) as SharedGateway),
        GatewayName::UnionPay => {
            unionpay::UnionPay::open(credentials, transport, clock).map(|g| Arc::new(g) as SharedGateway)
        }
    }
}
