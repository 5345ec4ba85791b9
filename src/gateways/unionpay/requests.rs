//! The exact fields of UnionPay requests (ACP 5.1.0). They are stored before they are sent and repeated as they
//! are; method, certificate number and signature are added anew for every sending.
//! Promises: what UnionPay would refuse or mangle is refused or left out here, with the field's name.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use url::Url;

use super::sign::Fields;
use super::values::{self, CURRENCY, beijing_digits, settlement_day, txn_time};
use crate::clock::Timestamp;
use crate::gateways::shopper::not_a_payer_code;
use crate::gateways::transport::is_loopback;
use crate::gateways::{DeclineReason, GatewayError, OrderToOpen, RefundToRequest};
use crate::money::Fen;
use crate::payments::attempt::{Flow, GatewayName};

/// A void must reach UnionPay before the settlement day ends, in seconds.
const VOID_MARGIN_S: i64 = 300;

/// What of an account decides how orders are opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub merchant_no: String,
    /// Terminal number (终端号), 8 characters: scanning a payer's code needs one.
    pub terminal_id: Option<String>,
    /// Tells UnionPay's risk control what is sold (riskRateInfo) and the shopper's address (customerIp), where
    /// the contract asks for it.
    pub risk_fields: bool,
    /// Gives the whole amount back by a void (消费撤销) on the day it was paid.
    pub voids_same_day: bool,
    /// Lets notifications go to this machine over http: only when the gateway is a stand-in on it.
    pub is_local: bool,
}

/// A stored request that opens an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedOrder {
    pub fields: Fields,
}

/// A stored request for a refund, with what the answer leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedRefund {
    pub out_trade_no: String,
    pub out_refund_no: String,
    pub amount: Fen,
    pub order_amount: Fen,
    pub fields: Fields,
}

/// Which of UnionPay's products a flow is: txnSubType, bizType, channelType.
#[must_use]
pub const fn product(flow: Flow) -> Option<(&'static str, &'static str, &'static str)> {
    match flow {
        Flow::Page => Some(("01", "000201", "07")),
        Flow::Wap | Flow::App => Some(("01", "000201", "08")),
        Flow::Qr => Some(("07", "000000", "08")),
        Flow::Barcode => Some(("06", "000000", "08")),
        Flow::Jsapi => None,
    }
}

impl Terms {
    fn common(&self, txn_type: &str, sub_type: &str, biz_type: &str) -> Fields {
        fields([
            ("txnType", txn_type),
            ("txnSubType", sub_type),
            ("bizType", biz_type),
            ("accessType", "0"),
            ("merId", &self.merchant_no),
        ])
    }

    /// The request that opens an order.
    pub(super) fn order(&self, order: &OrderToOpen, now: Timestamp) -> Result<Fields, GatewayError> {
        let (sub_type, biz_type, channel_type) =
            product(order.flow).ok_or_else(|| refuse("flow", "UnionPay has no such flow here"))?;
        check_url("notify_url", &order.notify_url, self.is_local)?;
        if order.amount.is_zero() {
            return Err(refuse("amount_zero", "an order is at least 1 fen"));
        }
        if order.expires_at <= now {
            return Err(refuse("expired", "the order would expire before it is opened"));
        }
        let mut request = self.common("01", sub_type, biz_type);
        request.extend(fields([
            ("channelType", channel_type),
            ("orderId", &order.out_trade_no),
            ("txnTime", &time_of(&order.out_trade_no)?),
            ("txnAmt", &order.amount.get().to_string()),
            ("currencyCode", CURRENCY),
            ("backUrl", &order.notify_url),
        ]));
        let until = beijing_digits(order.expires_at);
        let terminal = self.terminal_id.as_deref().unwrap_or_default();
        request.extend(match order.flow {
            Flow::App => {
                let description = sendable_text(&order.description, 32);
                fields([("payTimeout", &until), ("accType", "01"), ("orderDesc", &description)])
            }
            Flow::Barcode => {
                if terminal.is_empty() {
                    return Err(refuse("terminal_id", "scanning a payer's code needs the account's terminal_id"));
                }
                fields([("qrNo", payer_code(order.shopper.auth_code.as_deref())?), ("termId", terminal)])
            }
            Flow::Qr => fields([("payTimeout", &until), ("termId", terminal)]),
            _ => fields([("payTimeout", &until)]),
        });
        if self.risk_fields {
            request.extend(risk_fields(order));
        }
        request.retain(|_, value| !value.is_empty());
        Ok(request)
    }

    /// The request for a refund (退货), or for a void (消费撤销) of what was paid today.
    pub(super) fn refund(&self, refund: &RefundToRequest, now: Timestamp) -> Result<PreparedRefund, GatewayError> {
        check_url("notify_url", &refund.notify_url, self.is_local)?;
        if refund.amount.is_zero() || refund.amount > refund.order_amount {
            return Err(refuse("refund_amount", "a refund is at least 1 fen and at most what the order cost"));
        }
        let (_, biz_type, channel_type) =
            product(refund.flow).ok_or_else(|| refuse("flow", "UnionPay has no such flow here"))?;
        let query_id = refund.gateway_trade_no.as_deref().filter(|id| is_query_id(id));
        let query_id = query_id
            .ok_or_else(|| refuse("gateway_trade_no", "UnionPay takes refunds by its own number of the payment"))?;
        let txn_type = if self.is_void(refund, now) { "31" } else { "04" };
        let mut request = self.common(txn_type, "00", biz_type);
        request.extend(fields([
            ("channelType", channel_type),
            ("orderId", &refund.out_refund_no),
            ("txnTime", &time_of(&refund.out_refund_no)?),
            ("txnAmt", &refund.amount.get().to_string()),
            ("currencyCode", CURRENCY),
            ("origQryId", query_id),
            ("backUrl", &refund.notify_url),
            ("reqReserved", &reserved(&refund.out_trade_no, refund.order_amount)),
        ]));
        Ok(PreparedRefund {
            out_trade_no: refund.out_trade_no.clone(),
            out_refund_no: refund.out_refund_no.clone(),
            amount: refund.amount,
            order_amount: refund.order_amount,
            fields: request,
        })
    }

    /// A void takes back everything at once, once, before the settlement day is over. Where one has failed, a
    /// refund is asked for instead.
    fn is_void(&self, refund: &RefundToRequest, now: Timestamp) -> bool {
        let is_first = refund.earlier_refunds == 0 && refund.failed_refunds == 0;
        let still_today = refund.paid_at.is_some_and(|at| {
            settlement_day(at) == settlement_day(now)
                && settlement_day(now) == settlement_day(now.plus_s(VOID_MARGIN_S))
        });
        self.voids_same_day && is_first && refund.amount == refund.order_amount && still_today
    }

    /// Asks about an order or a refund of ours.
    pub(super) fn query(&self, number: &str, biz_type: &str) -> Result<Fields, GatewayError> {
        let mut request = self.common("00", "00", biz_type);
        request.extend(fields([("orderId", number), ("txnTime", &time_of(number)?)]));
        Ok(request)
    }

    /// Asks for the files of one settlement day.
    pub(super) fn statement(&self, day: jiff::civil::Date, now: Timestamp) -> Fields {
        let mut request = self.common("76", "01", "000000");
        let day = format!("{:02}{:02}", day.month(), day.day());
        request.extend(fields([("settleDate", &day), ("txnTime", &beijing_digits(now)), ("fileType", "00")]));
        request
    }

    /// Asks for the certificate that card data is to be encrypted with.
    pub(super) fn encryption_certificate(&self, number: &str) -> Result<Fields, GatewayError> {
        let mut request = self.common("95", "00", "000000");
        let time = time_of(number)?;
        request.extend(fields([("channelType", "07"), ("certType", "01"), ("orderId", number), ("txnTime", &time)]));
        Ok(request)
    }
}

fn fields<const N: usize>(pairs: [(&str, &str); N]) -> Fields {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What is sold and from where: pages take both, the app the first, the codes neither (a field too many is
/// refused).
fn risk_fields(order: &OrderToOpen) -> Fields {
    let goods = sendable_text(&order.description, 64);
    let risk = if goods.is_empty() { String::new() } else { format!("{{commodityName={goods}}}") };
    let ip = order.shopper.ip.as_deref().and_then(|ip| ip.parse::<IpAddr>().ok());
    let ip = ip.map(|ip| ip.to_canonical().to_string()).unwrap_or_default();
    match order.flow {
        Flow::Page | Flow::Wap => fields([("riskRateInfo", &risk), ("customerIp", &ip)]),
        Flow::App => fields([("riskRateInfo", &risk)]),
        _ => Fields::new(),
    }
}

fn time_of(number: &str) -> Result<String, GatewayError> {
    txn_time(number).ok_or_else(|| refuse("order_number", "the number is not one that this program made"))
}

/// What a refund's messages must bring back, for they do not name the order. No `& = { } [ ]` may stand in it.
fn reserved(out_trade_no: &str, order_amount: Fen) -> String {
    format!("{out_trade_no}|{}", order_amount.get())
}

/// Reads what [`Terms::refund`] reserved.
pub(super) fn parse_reserved(text: &str) -> Option<(String, Fen)> {
    let (out_trade_no, amount) = text.split_once('|')?;
    txn_time(out_trade_no)?;
    Some((out_trade_no.to_owned(), values::fen_of(amount)?))
}

/// UnionPay's number of a transaction (queryId), 20 or 21 characters.
fn is_query_id(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// What a till scans (qrNo): up to 20 digits, commonly 19 that begin with 62.
fn payer_code(code: Option<&str>) -> Result<&str, GatewayError> {
    let code = code.map(str::trim).unwrap_or_default();
    if (16..=20).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit()) {
        Ok(code)
    } else {
        let message = "a code of UnionPay has 16 to 20 digits and usually begins with 62: scan it again";
        Err(not_a_payer_code(GatewayName::UnionPay, message))
    }
}

/// Drops what breaks UnionPay's own lists of fields, control characters and emoji; cuts to `max_bytes`.
pub(super) fn sendable_text(text: &str, max_bytes: usize) -> String {
    let mut kept = String::new();
    for c in text.chars() {
        let c = if c.is_control() || "&={}[]\"'<>|".contains(c) { ' ' } else { c };
        if c.len_utf8() > 3 {
            continue;
        }
        if kept.len() + c.len_utf8() > max_bytes {
            break;
        }
        kept.push(c);
    }
    kept.trim().to_owned()
}

fn check_url(name: &str, text: &str, is_local: bool) -> Result<(), GatewayError> {
    let fits = text.len() <= 256
        && Url::parse(text)
            .is_ok_and(|url| url.fragment().is_none() && (url.scheme() == "https" || (is_local && is_loopback(&url))));
    if fits {
        return Ok(());
    }
    Err(GatewayError::Misconfigured {
        code: name.to_owned(),
        fix: "UnionPay sends notifications to public https addresses of at most 256 characters: set the public \
              address of this service."
            .to_owned(),
    })
}

pub(super) fn refuse(code: &str, message: &str) -> GatewayError {
    GatewayError::Declined { reason: DeclineReason::Other, code: code.to_owned(), message: message.to_owned() }
}
