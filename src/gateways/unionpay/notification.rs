//! Reads notifications (后台通知) and what the shopper's browser brings back (前台通知) once they are proven, and
//! answers them. Promises: number and time must be those of one order of ours; money is compared with the ledger
//! after this. UnionPay sends up to five times within some twelve minutes, in any order.

use super::errors::{Class, class_of, may_have_moved_money};
use super::message::Message;
use super::reports::{is_refund, paid_order, refund_state};
use super::requests::parse_reserved;
use super::values::{self, txn_time};
use crate::gateways::{
    Merchant, Notice, Notification, OrderReport, OrderState, Outcome, RawResponse, RefundReport, Rejected,
};

/// A purchase.
const PURCHASE: &str = "01";
/// UnionPay charges by itself and tells of failures too: a payer's code.
const BARCODE: &str = "06";
/// The products of purchases that this program opens: txnSubType and bizType.
const PRODUCTS: [(&str, &str); 3] = [("01", "000201"), ("07", "000000"), (BARCODE, "000000")];

/// Reads a message whose proof has been checked.
///
/// # Errors
/// `Malformed`, `OtherTransaction`.
pub fn read(message: &Message) -> Result<Notification, Rejected> {
    let field = |name| message.get(name).ok_or(Rejected::Malformed);
    let (txn_type, number, time, code) = (field("txnType")?, field("orderId")?, field("txnTime")?, field("respCode")?);
    // The answer to a question, sent on by somebody: its respCode speaks of the question.
    if message.get("origRespCode").is_some() {
        return Err(Rejected::OtherTransaction);
    }
    let merchant = Merchant { merchant_no: field("merId")?.to_owned(), app_id: None, sub_merchant_no: None };
    // An order is its number and its time; of our numbers we know the time.
    if txn_time(number).is_some_and(|ours| ours != time) {
        return Err(Rejected::OtherTransaction);
    }
    let notice = match txn_type {
        PURCHASE => purchase(message, merchant, code)?,
        _ if is_refund(message) => refund(message, merchant, code)?,
        _ => Notice::Other,
    };
    Ok(Notification { id: id_of(message), event_type: format!("{txn_type}.{code}"), notice })
}

/// The same when it is sent again; another once the outcome is another.
fn id_of(message: &Message) -> String {
    let part = |name| message.get(name).unwrap_or_default();
    let parts = ["txnType", "orderId", "txnTime", "queryId", "respCode"].map(part);
    parts.join("|")
}

fn purchase(message: &Message, merchant: Merchant, code: &str) -> Result<Notice, Rejected> {
    let sub_type = message.get("txnSubType").ok_or(Rejected::Malformed)?;
    match class_of(code) {
        Class::Success => {
            let product = (sub_type, message.get("bizType").unwrap_or_default());
            if !PRODUCTS.contains(&product) {
                return Err(Rejected::OtherTransaction);
            }
            paid_order(message, &merchant).map(Notice::Order).ok_or(Rejected::Malformed)
        }
        Class::Failed if sub_type == BARCODE => Ok(Notice::Order(OrderReport {
            merchant,
            out_trade_no: message.get("orderId").unwrap_or_default().to_owned(),
            amount: None,
            currency: None,
            settlement: None,
            state: OrderState::Closed,
        })),
        _ => {
            if may_have_moved_money(code) {
                tracing::error!(order = message.get("orderId"), code, "money may have moved at UnionPay");
            }
            // The shopper may try again, or the outcome is open: the order is asked about in any case.
            Ok(Notice::Other)
        }
    }
}

fn refund(message: &Message, merchant: Merchant, code: &str) -> Result<Notice, Rejected> {
    let Some(state) = refund_state(message, code, "respMsg") else { return Ok(Notice::Other) };
    let reserved = message.get("reqReserved").and_then(parse_reserved);
    // Made in UnionPay's own portal, which reserves nothing: it is reported, not counted.
    let (out_trade_no, order_amount) = reserved.unwrap_or_default();
    Ok(Notice::Refund(RefundReport {
        merchant,
        out_refund_no: message.get("orderId").unwrap_or_default().to_owned(),
        out_trade_no,
        gateway_refund_no: message.get("queryId").map(str::to_owned),
        amount: message.get("txnAmt").and_then(values::fen_of).ok_or(Rejected::Malformed)?,
        order_amount,
        state,
    }))
}

/// UnionPay hears the status alone: anything but 200 is sent again.
#[must_use]
pub fn acknowledge(outcome: Outcome) -> RawResponse {
    let (status, word) = match outcome {
        Outcome::Recorded => (200, "ok"),
        Outcome::Rejected(Rejected::Malformed) => (400, "fail"),
        Outcome::Rejected(_) => (401, "fail"),
        Outcome::Mismatch => (409, "fail"),
        Outcome::Failed => (500, "fail"),
    };
    RawResponse { status, content_type: "text/plain; charset=utf-8", body: word.as_bytes().to_vec() }
}
