//! Reads notifications whose signature has been verified, and answers them.
//! Promises: dispatches on what the message is about, not on its event name alone; a type it does not
//! know is acknowledged and never an error.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::party::Party;
use super::reports::{Refund, Transaction};
use super::trust::{Sealed, Trust};
use crate::gateways::{Notice, Notification, OrderState, Outcome, RawResponse, Rejected};

/// The largest notification that is read, in bytes.
pub(super) const MAX_BODY: usize = 1024 * 1024;

#[derive(Deserialize)]
struct Envelope {
    id: String,
    event_type: String,
    resource_type: String,
    resource: Resource,
}

#[derive(Deserialize)]
struct Resource {
    original_type: Option<String>,
    #[serde(flatten)]
    sealed: Sealed,
}

/// Reads the body of a notification. Its signature must have been verified before.
///
/// # Errors
/// `Malformed`, `CannotDecrypt`.
pub(super) fn read(body: &[u8], trust: &Trust, party: &Party) -> Result<Notification, Rejected> {
    let envelope: Envelope = serde_json::from_slice(body).map_err(|_| Rejected::Malformed)?;
    let notice = match kind(&envelope) {
        Kind::Other => Notice::Other,
        _ if envelope.resource_type != "encrypt-resource" => return Err(Rejected::Malformed),
        kind => {
            let opened = trust.open(&envelope.resource.sealed)?;
            let facts: Map<String, Value> = serde_json::from_slice(&opened).map_err(|_| Rejected::Malformed)?;
            match kind {
                Kind::Order => order(facts, &envelope.event_type, party)?,
                _ => refund(facts, party)?,
            }
        }
    };
    Ok(Notification { id: envelope.id, event_type: envelope.event_type, notice })
}

#[derive(Clone, Copy)]
enum Kind {
    Order,
    Refund,
    Other,
}

/// A profit-sharing movement also comes as `TRANSACTION.SUCCESS`: its original type tells it apart.
fn kind(envelope: &Envelope) -> Kind {
    match envelope.resource.original_type.as_deref() {
        Some("transaction") => Kind::Order,
        Some("refund") => Kind::Refund,
        Some(_) => Kind::Other,
        None if envelope.event_type == "TRANSACTION.SUCCESS" => Kind::Order,
        None if envelope.event_type.starts_with("REFUND.") => Kind::Refund,
        None => Kind::Other,
    }
}

fn order(facts: Map<String, Value>, event_type: &str, party: &Party) -> Result<Notice, Rejected> {
    if is_of_another_kind(&facts, party) {
        return Ok(Notice::Other);
    }
    let order: Transaction = serde_json::from_value(Value::Object(facts)).map_err(|_| Rejected::Malformed)?;
    let is_success = order.trade_state.as_deref() == Some("SUCCESS");
    match order.report(party) {
        Some(report) if is_success && matches!(report.state, OrderState::Paid { .. }) => Ok(Notice::Order(report)),
        // Only successes are announced today. Another event tells nothing that a query will not.
        Some(_) if !is_success && event_type != "TRANSACTION.SUCCESS" => Ok(Notice::Other),
        _ => Err(Rejected::Malformed),
    }
}

fn refund(facts: Map<String, Value>, party: &Party) -> Result<Notice, Rejected> {
    if is_of_another_kind(&facts, party) {
        return Ok(Notice::Other);
    }
    let refund: Refund = serde_json::from_value(Value::Object(facts)).map_err(|_| Rejected::Malformed)?;
    refund.report(None).map(Notice::Refund).ok_or(Rejected::Malformed)
}

/// Combined payments use other names, and so do service providers and merchants of each other's: what
/// does not come in this account's names belongs to none of its orders.
fn is_of_another_kind(facts: &Map<String, Value>, party: &Party) -> bool {
    let (own, others): (_, &[&str]) = match party.sub {
        None => ("mchid", &["combine_mchid", "sp_mchid", "sub_orders"]),
        Some(_) => ("sp_mchid", &["combine_mchid", "mchid", "sub_orders"]),
    };
    !facts.contains_key(own) && others.iter().any(|name| facts.contains_key(*name))
}

/// What WeChat wants to hear. Anything but 200 and 204 makes it send the notification again.
pub(super) fn acknowledge(outcome: Outcome) -> RawResponse {
    let (status, message) = match outcome {
        Outcome::Recorded => return RawResponse { status: 204, content_type: "application/json", body: Vec::new() },
        // Our key is stale: WeChat should come again once it is mended.
        Outcome::Rejected(Rejected::CannotDecrypt) => (500, "cannot decrypt"),
        Outcome::Rejected(Rejected::Malformed) => (400, "malformed"),
        Outcome::Rejected(_) => (401, "signature refused"),
        Outcome::Mismatch => (409, "contradicts the order"),
        Outcome::Failed => (500, "try again"),
    };
    let body = format!("{{\"code\":\"FAIL\",\"message\":\"{message}\"}}").into_bytes();
    RawResponse { status, content_type: "application/json", body }
}
