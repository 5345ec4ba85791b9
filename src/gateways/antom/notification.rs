//! Reads notifications whose signature has been verified, and answers them in JSON.
//! Promises: a type it does not know is acknowledged and never an error.

use serde::Deserialize;

use super::reports::{Payment, ResultWord};
use crate::crypto::digest::sha256_hex;
use crate::gateways::{Merchant, Notice, Notification, Outcome, RawResponse, Rejected};

/// The largest notification that is read, in bytes.
pub(super) const MAX_BODY: usize = 256 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    notify_type: String,
    result: Option<ResultWord>,
    #[serde(flatten)]
    payment: Payment,
}

/// # Errors
/// `Malformed`.
pub(super) fn read(body: &[u8], merchant: Merchant) -> Result<Notification, Rejected> {
    let mut envelope: Envelope = serde_json::from_slice(body).map_err(|_| Rejected::Malformed)?;
    let result = envelope.result.take().unwrap_or_default();
    let number = envelope.payment.payment_request_id.clone().unwrap_or_default();
    let event_type = format!("{}.{}", envelope.notify_type, result.result_status);
    // Messages bear no id of their own; the same news is the same message.
    let id = sha256_hex(format!("{event_type}\n{number}\n{}", sha256_hex(body)).as_bytes());
    let notice = match (envelope.notify_type.as_str(), result.result_status.as_str()) {
        ("PAYMENT_RESULT", "S") => {
            envelope.payment.payment_status = Some("SUCCESS".to_owned());
            Notice::Order(envelope.payment.report(merchant).ok_or(Rejected::Malformed)?)
        }
        // A refusal may be of one try only, and refunds do not name their order: both are asked about.
        _ => Notice::Other,
    };
    Ok(Notification { id, event_type, notice })
}

/// Antom sends again until it reads this.
pub(super) fn acknowledge(outcome: Outcome) -> RawResponse {
    let (status, code, word) = match outcome {
        Outcome::Recorded => (200, "SUCCESS", "S"),
        Outcome::Rejected(Rejected::Malformed) => (400, "PARAM_ILLEGAL", "F"),
        Outcome::Rejected(_) => (401, "INVALID_SIGNATURE", "F"),
        Outcome::Mismatch => (409, "PROCESS_FAIL", "F"),
        Outcome::Failed => (500, "UNKNOWN_EXCEPTION", "U"),
    };
    let body = format!(
        "{{\"result\":{{\"resultCode\":\"{code}\",\"resultStatus\":\"{word}\",\"resultMessage\":\"{}\"}}}}",
        code.to_ascii_lowercase()
    );
    RawResponse { status, content_type: "application/json", body: body.into_bytes() }
}
