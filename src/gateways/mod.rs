//! Payment gateways behind one trait. A gateway object is bound to one merchant account.
//! Promises: a `Verified` exists only where a gateway's own proof was checked; what is not proven
//! is `GatewayError::Unknown`. Knows neither storage nor our HTTP routes.

pub mod alipay;
pub mod antom;
pub mod breaker;
mod form;
pub mod statement;
pub mod transport;
pub mod wechatpay;

use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;

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
    /// The order is closed.
    AlreadyClosed,
    /// Too fast, or not enough funds yet: the same request may be sent again later.
    TryLater,
    Other,
}

/// Whose message it is. Compared with the account before a fact is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Merchant {
    /// The merchant number (商户号).
    pub merchant_no: String,
    pub app_id: Option<String>,
    /// The sub-merchant (特约商户) that a service provider's account acts for.
    pub sub_merchant_no: Option<String>,
}

/// What a gateway says of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderReport {
    pub merchant: Merchant,
    pub out_trade_no: String,
    /// What the order asks for (not what is left after coupons); gateways omit it on unpaid orders.
    pub amount: Option<Fen>,
    pub currency: Option<String>,
    pub state: OrderState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OrderState {
    Unpaid,
    /// The gateway knows nothing of it until the shopper opens what was handed out. Nothing can be closed
    /// before, and it stays payable until its time is over.
    Unopened,
    /// Also for an order that has been refunded since: the money did come in.
    Paid {
        gateway_trade_no: String,
        paid_at: Option<Timestamp>,
    },
    /// Can no longer be paid.
    Closed,
}

impl OrderState {
    /// Whether money may still come.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Unpaid | Self::Unopened)
    }
}

/// What a gateway says of a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefundReport {
    pub merchant: Merchant,
    pub out_refund_no: String,
    pub out_trade_no: String,
    pub gateway_refund_no: Option<String>,
    pub amount: Fen,
    /// The amount of the whole order.
    pub order_amount: Fen,
    pub state: RefundState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RefundState {
    Accepted,
    Succeeded {
        succeeded_at: Option<Timestamp>,
    },
    /// Accepted, but the payer's account cannot take it: the merchant must act.
    Abnormal {
        code: String,
        message: String,
    },
    /// Cancelled for good; the money stays with the merchant.
    Failed {
        code: String,
        message: String,
    },
}

/// A verified notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The gateway's id, the same on redelivery.
    pub id: String,
    pub event_type: String,
    pub notice: Notice,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    Order(OrderReport),
    Refund(RefundReport),
    /// An order that was paid and of which money went back. What one refund came to is not said: ask.
    OrderRefunded {
        order: OrderReport,
        out_refund_no: Option<String>,
        /// All that went back so far.
        refunded_total: Option<Fen>,
    },
    /// Genuine, but nothing this program acts on.
    Other,
}

/// The report of a verified notification, still verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifiedNotice {
    Order(Verified<OrderReport>),
    Refund(Verified<RefundReport>),
    OrderRefunded { order: Verified<OrderReport>, out_refund_no: Option<String>, refunded_total: Option<Fen> },
    Other,
}

impl Verified<Notification> {
    /// The parts of a verified message are verified.
    #[must_use]
    pub fn into_notice(self) -> VerifiedNotice {
        match self.0.notice {
            Notice::Order(report) => VerifiedNotice::Order(Verified(report)),
            Notice::Refund(report) => VerifiedNotice::Refund(Verified(report)),
            Notice::OrderRefunded { order, out_refund_no, refunded_total } => {
                VerifiedNotice::OrderRefunded { order: Verified(order), out_refund_no, refunded_total }
            }
            Notice::Other => VerifiedNotice::Other,
        }
    }
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

/// A notification as it arrived, byte for byte.
#[derive(Debug, Clone)]
pub struct RawNotification {
    /// Lower-case names.
    pub headers: Vec<(String, String)>,
    pub body: bytes::Bytes,
}

impl RawNotification {
    /// Among the headers, the path that was called: one gateway signs it.
    pub const PATH: &'static str = ":path";

    /// The first header of that lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// Why a notification was not believed. It is never answered with "success".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("a signature header is missing or unreadable")]
    Unsigned,
    #[error("the signature type is not supported")]
    UnsupportedSignatureType,
    #[error("the timestamp is more than five minutes from our clock")]
    Stale,
    #[error("no key with this serial number is known for the account")]
    UnknownKey,
    #[error("the signature does not match the message")]
    BadSignature,
    #[error("the message cannot be decrypted with the account's key")]
    CannotDecrypt,
    #[error("the message cannot be read")]
    Malformed,
}

impl Rejected {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::UnsupportedSignatureType => "unsupported_signature_type",
            Self::Stale => "stale",
            Self::UnknownKey => "unknown_key",
            Self::BadSignature => "bad_signature",
            Self::CannotDecrypt => "cannot_decrypt",
            Self::Malformed => "malformed",
        }
    }
}

/// How a notification ended, for the gateway's ears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Durably recorded (or known already).
    Recorded,
    /// Not believed.
    Rejected(Rejected),
    /// Genuine, but it contradicts the ledger.
    Mismatch,
    /// Our own fault; the gateway should send it again.
    Failed,
}

/// The answer to a notification, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawResponse {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
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
    /// number of which the gateway has said `NOT_ENOUGH` and, asked, that it knows no such refund: where an
    /// application was accepted, the same number must come with the same bytes.
    pub from_available_balance: bool,
    /// Refunds of this order that were asked for before and did not fail: gateways limit them.
    pub earlier_refunds: usize,
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

/// How bad a finding of a self-check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Ok,
    Warning,
    Error,
}

/// One line of an account check: what was looked at and, if it is wrong, the fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Finding {
    pub severity: Severity,
    /// Stable, for programs; the key `check-{code}` in `locales/` words it for people.
    pub code: String,
    /// The setting it speaks of, if one.
    pub setting: Option<String>,
    /// English wording with the particulars.
    pub detail: String,
}

/// How far an account check goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckDepth {
    /// The credentials, by calls that change nothing.
    Credentials,
    /// Also whether orders can be opened: opens one of 1 fen under each app id, which nobody sees, and closes it.
    Orders {
        /// Where the gateway would send notifications.
        notify_url: String,
    },
}

/// Credentials closer to their end than this are told of, in seconds: ninety days.
pub const EXPIRY_WARNING_S: i64 = 90 * 24 * 3600;

/// A certificate that an account rests on and that ends soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ExpiringCredential {
    /// Which it is, stable, for programs: `merchant_certificate` or `platform_certificate`. The key
    /// `check-{code}_expiring` in `locales/` words it for people.
    pub code: String,
    pub serial: String,
    pub expires_at: Timestamp,
}

/// One gateway, bound to one merchant account. No method has a default: a gateway that forgets one
/// must not compile.
#[async_trait]
pub trait Gateway: Send + Sync + std::fmt::Debug {
    /// The flows this account can open.
    fn flows(&self) -> &[Flow];

    /// Which identifier of a message is not this account's: `merchant_no`, `sub_merchant_no` or `app_id`.
    fn foreign_identifier(&self, told: &Merchant) -> Option<&'static str>;

    /// The exact request that opens this order. Stored before it is sent, repeated to the byte.
    ///
    /// # Errors
    /// `Declined` or `Misconfigured` when this gateway would refuse it for a reason seen from here.
    fn prepare(&self, order: &OrderToOpen) -> Result<String, GatewayError>;

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
    }
}
