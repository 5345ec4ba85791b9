//! One order opened at one gateway to settle a payment, and the pure table of its states.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::payment::Step;
use crate::clock::Timestamp;
use crate::ids::{AccountId, AttemptId, PaymentId};

/// A payment gateway (支付渠道).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GatewayName {
    #[serde(rename = "wechatpay")]
    WeChatPay,
    /// Alipay on the mainland (支付宝).
    Alipay,
    /// Alipay for merchants abroad (Antom, 支付宝国际).
    Antom,
    /// 银联.
    #[serde(rename = "unionpay")]
    UnionPay,
}

impl GatewayName {
    pub const ALL: [Self; 4] = [Self::WeChatPay, Self::Alipay, Self::Antom, Self::UnionPay];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WeChatPay => "wechatpay",
            Self::Alipay => "alipay",
            Self::Antom => "antom",
            Self::UnionPay => "unionpay",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|g| g.as_str() == text)
    }
}

/// How the shopper pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// Scan a code from a screen (扫码).
    Qr,
    /// The gateway's page in a desktop browser (电脑网站).
    Page,
    /// A mobile browser outside the wallet (手机网站).
    Wap,
    /// Inside the wallet's own browser or a mini program (公众号、小程序).
    Jsapi,
    /// The wallet's SDK in the shop's own app.
    App,
    /// The merchant scans the code on the shopper's phone (付款码).
    Barcode,
}

impl Flow {
    pub const ALL: [Self; 6] = [Self::Qr, Self::Page, Self::Wap, Self::Jsapi, Self::App, Self::Barcode];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Qr => "qr",
            Self::Page => "page",
            Self::Wap => "wap",
            Self::Jsapi => "jsapi",
            Self::App => "app",
            Self::Barcode => "barcode",
        }
    }

    /// Whether the stored request may go out a second time. A payer's code is good for one try: a second
    /// might take money that the first has taken.
    #[must_use]
    pub const fn is_repeatable(self) -> bool {
        !matches!(self, Self::Barcode)
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.as_str() == text)
    }
}

/// What the storefront must do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NextAction {
    /// Show `code_url` as a QR code.
    DisplayQr { code_url: String },
    /// Send the shopper's browser to `url`, a page of ours that goes on to `gateway_url` with the referrer
    /// the gateway demands. A shop whose own domain is registered may use `gateway_url` directly.
    Redirect { url: String, gateway_url: String },
    /// Send the shopper's browser to `action` with `fields` as a form, in UTF-8. Where forms are awkward,
    /// the encoded `fields` appended to `action` serve as a link.
    SubmitForm { action: String, method: FormMethod, fields: BTreeMap<String, String> },
    /// Show `url` in a frame of at least that many pixels: it holds a code to scan and nothing else.
    EmbedFrame { url: String, width_px: u16, height_px: u16 },
    /// Hand `parameters` to the wallet's script as they are; they are signed.
    InvokeJsapi { parameters: BTreeMap<String, String> },
    /// Hand `parameters` to the wallet's SDK as they are; they are signed.
    InvokeApp { parameters: BTreeMap<String, String> },
    /// Nothing to show: the shopper confirms on the phone.
    Wait,
}

/// How a form is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum FormMethod {
    Get,
    Post,
}

/// The shopper, as far as a gateway needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shopper {
    /// As the shop sees it.
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    /// The shopper's id in the wallet, for example a WeChat openid; belongs to one app id.
    pub payer_id: Option<String>,
    /// The app id that pays, where the account has several; also the one `payer_id` belongs to.
    pub app_id: Option<String>,
    /// What was scanned from the shopper's phone (付款码).
    pub auth_code: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttemptStatus {
    /// Recorded here; the gateway has not been heard yet.
    Creating,
    /// The gateway waits for the shopper.
    Pending,
    /// A call may or may not have taken effect: the gateway is being asked.
    Unknown,
    Paid,
    Closed,
    Failed,
}

impl AttemptStatus {
    pub const ALL: [Self; 6] = [Self::Creating, Self::Pending, Self::Unknown, Self::Paid, Self::Closed, Self::Failed];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
            Self::Paid => "paid",
            Self::Closed => "closed",
            Self::Failed => "failed",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Still to be settled: the gateway must be asked until it is not.
    #[must_use]
    pub const fn is_unsettled(self) -> bool {
        matches!(self, Self::Creating | Self::Pending | Self::Unknown)
    }
}

/// Why an attempt or a refund did not succeed, in the gateway's code and words a merchant can act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Failure {
    pub code: String,
    pub message: String,
}

/// What a gateway pays out for a payment, where that is in another currency than the shopper paid in
/// (结算金额). For the merchant's books: what the shopper owes and gets back is in the payment's own currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SettlementAmount {
    /// ISO 4217, for example `USD`.
    #[schema(example = "USD", pattern = "^[A-Z]{3}$")]
    pub currency: String,
    /// In minor units of that currency: cents of USD, whole JPY. Before the gateway's fees.
    #[schema(example = 1234, minimum = 0)]
    pub amount_minor: i64,
}

/// One attempt (支付尝试).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub id: AttemptId,
    pub payment_id: PaymentId,
    pub account_id: AccountId,
    pub gateway: GatewayName,
    pub flow: Flow,
    pub status: AttemptStatus,
    /// Our number at the gateway (商户订单号).
    pub out_trade_no: String,
    /// The exact request: a repeat under the same number must be the same to the byte.
    pub request: String,
    pub next_action: Option<NextAction>,
    /// When `next_action` stops working at the gateway, if before the order itself does.
    #[serde(default)]
    pub action_expires_at: Option<Timestamp>,
    /// The wallet id the order was opened for: only that shopper can use it.
    #[serde(default)]
    pub payer_id: Option<String>,
    /// The app that was chosen to pay by; what was handed out works in that one alone.
    #[serde(default)]
    pub app_id: Option<String>,
    /// The gateway's number, known once paid.
    pub gateway_trade_no: Option<String>,
    /// Known once paid, of gateways that pay out in another currency.
    #[serde(default)]
    pub settlement: Option<SettlementAmount>,
    pub failure: Option<Failure>,
    /// Paid although another attempt had already settled the payment.
    pub duplicate: bool,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub paid_at: Option<Timestamp>,
}

/// The code of an attempt that was replaced although its gateway could not end it: nobody had opened its order,
/// so there was nothing to close, or the gateway closes none. It is asked about until its time is over.
pub const UNOPENED: &str = "unopened";

impl Attempt {
    /// Whether it may stay beside a new one: see [`UNOPENED`].
    #[must_use]
    pub fn is_left_unopened(&self) -> bool {
        self.status == AttemptStatus::Unknown && self.failure.as_ref().is_some_and(|f| f.code == UNOPENED)
    }

    /// Whether the shopper could still pay, but not with what was handed out.
    #[must_use]
    pub fn has_stale_action(&self, at: Timestamp) -> bool {
        self.status == AttemptStatus::Pending && self.action_expires_at.is_some_and(|until| until <= at)
    }
}

/// What can happen to an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttemptFact {
    /// The gateway opened the order and gave what the shopper needs.
    Opened,
    /// The gateway knows the order and has no money for it.
    Unpaid,
    /// A call that changes something got no believable answer.
    Unknown,
    /// The gateway refused to open the order, the call certainly never left, or the gateway does
    /// not know an order whose code nobody ever received.
    Failed,
    /// The gateway confirmed that the order can no longer be paid.
    Closed,
    /// The gateway confirmed the money.
    Paid,
}

impl AttemptFact {
    pub const ALL: [Self; 6] = [Self::Opened, Self::Unpaid, Self::Unknown, Self::Failed, Self::Closed, Self::Paid];
}

/// The table of attempt states. Money is believed from every state; a stale "unpaid" never undoes it.
#[must_use]
pub const fn next_attempt_status(status: AttemptStatus, fact: AttemptFact) -> Step<AttemptStatus> {
    use AttemptFact as F;
    use AttemptStatus as S;
    match (status, fact) {
        (S::Creating | S::Pending | S::Unknown | S::Closed | S::Failed, F::Paid) => Step::To(S::Paid),
        (S::Creating | S::Unknown, F::Opened) | (S::Unknown, F::Unpaid) => Step::To(S::Pending),
        (S::Creating | S::Pending, F::Unknown) => Step::To(S::Unknown),
        (S::Creating | S::Pending | S::Unknown, F::Closed) => Step::To(S::Closed),
        (S::Creating | S::Unknown, F::Failed) => Step::To(S::Failed),
        // A shopper may hold this code: only the gateway's "closed" or "paid" ends a pending attempt.
        (S::Pending, F::Failed) => Step::Refuse,
        (S::Creating, F::Unpaid)
        | (S::Pending, F::Opened | F::Unpaid)
        | (S::Unknown, F::Unknown)
        | (S::Paid, _)
        | (S::Closed | S::Failed, F::Opened | F::Unpaid | F::Unknown | F::Failed | F::Closed) => Step::Stay,
    }
}
