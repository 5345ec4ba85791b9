//! The exact content of Antom requests. It is stored before it is sent and repeated as it is. Amounts are in
//! minor units: fen.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::clock::Timestamp;
use crate::gateways::transport::is_loopback;
use crate::gateways::{DeclineReason, GatewayError, OrderToOpen, RefundToRequest};
use crate::money::Fen;
use crate::payments::attempt::{Flow, SettlementAmount};

const CURRENCY: &str = "CNY";

/// Money on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Amount {
    pub currency: String,
    /// Minor units, as text.
    pub value: String,
}

impl Amount {
    fn of(amount: Fen) -> Self {
        Self { currency: CURRENCY.to_owned(), value: amount.get().to_string() }
    }

    /// In fen, if it is in yuan at all.
    pub(super) fn fen(&self) -> Option<Fen> {
        if self.currency != CURRENCY {
            return None;
        }
        Fen::new(self.minor_units()?).ok()
    }

    /// As an amount in another currency. It is news for the books and decides nothing, so one that cannot be
    /// read is none.
    pub(super) fn paid_out(told: serde_json::Value) -> Option<SettlementAmount> {
        let told: Self = serde_json::from_value(told).ok()?;
        let is_code = told.currency.len() == 3 && told.currency.bytes().all(|b| b.is_ascii_uppercase());
        if !is_code || told.currency == CURRENCY {
            return None;
        }
        Some(SettlementAmount { amount_minor: told.minor_units()?, currency: told.currency })
    }

    fn minor_units(&self) -> Option<i64> {
        let is_plain = !self.value.is_empty() && self.value.bytes().all(|b| b.is_ascii_digit());
        if is_plain { self.value.parse().ok() } else { None }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pay {
    product_code: String,
    payment_request_id: String,
    order: Order,
    payment_amount: Amount,
    payment_method: PaymentMethod,
    payment_notify_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_redirect_url: Option<String>,
    payment_expiry_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    settlement_strategy: Option<SettlementStrategy>,
    env: Env,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    reference_order_id: String,
    order_description: String,
    order_amount: Amount,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaymentMethod {
    payment_method_type: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SettlementStrategy {
    settlement_currency: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Env {
    terminal_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    os_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_ip: Option<String>,
}

/// A stored request for a refund: Antom names payments by its own number, which is asked for when it is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PreparedRefund {
    pub out_trade_no: String,
    pub out_refund_no: String,
    pub amount: Fen,
    pub order_amount: Fen,
    pub reason: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Refund<'a> {
    payment_id: &'a str,
    refund_request_id: &'a str,
    refund_amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_reason: Option<&'a str>,
}

/// The request that opens a payment.
pub(super) fn pay(
    order: &OrderToOpen,
    settlement_currency: Option<&str>,
    local: bool,
    now: Timestamp,
) -> Result<String, GatewayError> {
    check_number("out_trade_no", &order.out_trade_no)?;
    check_notify_url(&order.notify_url, local)?;
    if order.amount.is_zero() {
        return Err(refuse("amount", "an order is at least 1 fen"));
    }
    if order.expires_at <= now {
        return Err(refuse("expired", "the order would expire before it is opened"));
    }
    let agent = order.shopper.user_agent.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_apple = ["iphone", "ipad", "ipod"].iter().any(|mark| agent.contains(mark));
    let (terminal_type, needs_os) = match order.flow {
        Flow::Qr | Flow::Page => ("WEB", false),
        Flow::Wap => ("WAP", true),
        Flow::App => ("APP", true),
        Flow::Jsapi | Flow::Barcode => return Err(refuse("flow_unsupported", "Antom does not offer this flow here")),
    };
    let description: String = order.description.chars().filter(|c| !c.is_control()).take(256).collect();
    let ip = order.shopper.ip.as_deref().and_then(|ip| ip.parse::<IpAddr>().ok());
    to_json(&Pay {
        product_code: "CASHIER_PAYMENT".to_owned(),
        payment_request_id: order.out_trade_no.clone(),
        order: Order {
            reference_order_id: order.out_trade_no.clone(),
            order_description: description,
            order_amount: Amount::of(order.amount),
        },
        payment_amount: Amount::of(order.amount),
        payment_method: PaymentMethod { payment_method_type: "ALIPAY_CN".to_owned() },
        payment_notify_url: order.notify_url.clone(),
        payment_redirect_url: None,
        payment_expiry_time: order.expires_at.to_beijing_rfc3339(),
        settlement_strategy: settlement_currency
            .map(|currency| SettlementStrategy { settlement_currency: currency.to_owned() }),
        env: Env {
            terminal_type: terminal_type.to_owned(),
            os_type: needs_os.then(|| if is_apple { "IOS" } else { "ANDROID" }.to_owned()),
            client_ip: ip.map(|ip| ip.to_canonical().to_string()),
        },
    })
}

/// With the address the shopper comes back to, which is always the same for one order.
pub(super) fn with_redirect(stored: &str, return_url: &str) -> Result<String, GatewayError> {
    let mut pay: Pay = serde_json::from_str(stored)
        .map_err(|e| GatewayError::NotSent(format!("the stored request is damaged: {e}")))?;
    pay.payment_redirect_url = Some(return_url.to_owned());
    to_json(&pay)
}

/// The number in a stored request.
pub(super) fn number_in(stored: &str) -> Result<String, GatewayError> {
    serde_json::from_str::<Pay>(stored)
        .map(|pay| pay.payment_request_id)
        .map_err(|e| GatewayError::NotSent(format!("the stored request is damaged: {e}")))
}

pub(super) fn of_payment(out_trade_no: &str) -> Result<String, GatewayError> {
    to_json(&serde_json::json!({ "paymentRequestId": out_trade_no }))
}

pub(super) fn of_refund(out_refund_no: &str) -> Result<String, GatewayError> {
    to_json(&serde_json::json!({ "refundRequestId": out_refund_no }))
}

pub(super) fn prepare_refund(refund: &RefundToRequest) -> Result<String, GatewayError> {
    check_number("out_refund_no", &refund.out_refund_no)?;
    if refund.amount.is_zero() || refund.amount > refund.order_amount {
        return Err(refuse("refund_amount", "a refund is at least 1 fen and at most what the order cost"));
    }
    to_json(&PreparedRefund {
        out_trade_no: refund.out_trade_no.clone(),
        out_refund_no: refund.out_refund_no.clone(),
        amount: refund.amount,
        order_amount: refund.order_amount,
        reason: refund.reason.as_ref().map(|r| r.chars().take(256).collect()),
    })
}

pub(super) fn refund(asked: &PreparedRefund, payment_id: &str) -> Result<String, GatewayError> {
    to_json(&Refund {
        payment_id,
        refund_request_id: &asked.out_refund_no,
        refund_amount: Amount::of(asked.amount),
        refund_reason: asked.reason.as_deref(),
    })
}

fn check_number(name: &str, number: &str) -> Result<(), GatewayError> {
    let fits = (1..=64).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if fits { Ok(()) } else { Err(refuse(name, "the number has a length or a character that Antom refuses")) }
}

fn check_notify_url(text: &str, local: bool) -> Result<(), GatewayError> {
    let fits =
        text.len() <= 1024 && Url::parse(text).is_ok_and(|url| url.scheme() == "https" || (local && is_loopback(&url)));
    if fits {
        return Ok(());
    }
    Err(GatewayError::Misconfigured {
        code: "notify_url".to_owned(),
        fix: "Antom sends notifications to public https addresses: set the public address of this service.".to_owned(),
    })
}

pub(super) fn refuse(code: &str, message: &str) -> GatewayError {
    GatewayError::Declined { reason: DeclineReason::Other, code: code.to_owned(), message: message.to_owned() }
}

fn to_json(value: &impl Serialize) -> Result<String, GatewayError> {
    serde_json::to_string(value).map_err(|e| refuse("unserialisable", &e.to_string()))
}
