//! Reads notifications whose signature has been verified, and answers them.
//! Promises: dispatches on what the message says of the order; a type it does not know is acknowledged and
//! never an error. `success` stands alone: any other byte makes Alipay send again.

use super::reports::{Trade, amount_of};
use super::sign::Form;
use super::values::given;
use crate::crypto::digest::sha256_hex;
use crate::gateways::{Merchant, Notice, Notification, OrderState, Outcome, RawResponse, Rejected};

/// The largest notification that is read, in bytes.
pub(super) const MAX_BODY: usize = 256 * 1024;
/// The type of messages about orders.
const TRADE_SYNC: &str = "trade_status_sync";

/// Reads a notification. Its signature must have been verified before.
///
/// # Errors
/// `Malformed`.
pub fn read(form: &Form) -> Result<Notification, Rejected> {
    let event_type = form.text("notify_type").unwrap_or_else(|| TRADE_SYNC.to_owned());
    // The same on redelivery, for the time of sending is no part of it.
    let id = form.text("notify_id").unwrap_or_else(|| stand_in_id(form));
    let notice = if event_type == TRADE_SYNC { trade(form)? } else { Notice::Other };
    Ok(Notification { id, event_type: kind(form, &event_type), notice })
}

/// Old messages bear no `notify_id`.
fn stand_in_id(form: &Form) -> String {
    let parts: Vec<_> = ["trade_no", "trade_status", "refund_fee", "out_biz_no"]
        .into_iter()
        .map(|name| form.text(name).unwrap_or_default())
        .collect();
    sha256_hex(parts.join("\n").as_bytes())
}

/// With the state beside the type: the type alone is the same for all.
fn kind(form: &Form, event_type: &str) -> String {
    match form.text("trade_status") {
        Some(state) if event_type == TRADE_SYNC => format!("{event_type}.{state}"),
        _ => event_type.to_owned(),
    }
}

fn trade(form: &Form) -> Result<Notice, Rejected> {
    let app_id = form.text("app_id").ok_or(Rejected::Malformed)?;
    let merchant = Merchant {
        merchant_no: form.text("seller_id").ok_or(Rejected::Malformed)?,
        // Where the application acts for another merchant, that one's application is named too.
        sub_merchant_no: form.text("auth_app_id").filter(|auth_app_id| *auth_app_id != app_id),
        app_id: Some(app_id),
    };
    let trade = Trade::of(form);
    let is_refund = trade.is_refunded();
    let refunded_total = amount_of(trade.refund_fee.clone());
    let known_state = given(trade.trade_status.clone()).is_some_and(|state| {
        matches!(state.as_str(), "TRADE_SUCCESS" | "TRADE_FINISHED" | "TRADE_CLOSED" | "WAIT_BUYER_PAY")
    });
    if !known_state {
        return Ok(Notice::Other);
    }
    let order = trade.report(merchant).ok_or(Rejected::Malformed)?;
    if is_refund && matches!(order.state, OrderState::Paid { .. }) {
        let out_refund_no = form.text("out_biz_no").or_else(|| form.text("out_request_no"));
        return Ok(Notice::OrderRefunded { order, out_refund_no, refunded_total });
    }
    Ok(Notice::Order(order))
}

/// What Alipay wants to hear: seven characters, or anything else to be told again.
pub(super) fn acknowledge(outcome: Outcome) -> RawResponse {
    let (status, word) = match outcome {
        Outcome::Recorded => (200, "success"),
        Outcome::Rejected(Rejected::Malformed) => (400, "fail"),
        Outcome::Rejected(_) => (401, "fail"),
        Outcome::Mismatch => (409, "fail"),
        Outcome::Failed => (500, "fail"),
    };
    RawResponse { status, content_type: "text/plain; charset=utf-8", body: word.as_bytes().to_vec() }
}
