//! Which attempt a browser opened. A payment may be open on several screens; what belongs to one payer
//! is shown to that payer only, and whoever comes back from a gateway's page finds the cashier again.
//! Promises: the cookie cannot be made by anybody else; it names no person and no secret.

use actix_web::HttpRequest;

use super::cookies;
use super::state::AppState;
use crate::crypto::compare;
use crate::crypto::digest::hmac_sha256;
use crate::ids::{AttemptId, PaymentId};
use crate::payments::{Attempt, Ledger};

/// Longer than a shopper is away, in seconds.
const REMEMBERED_FOR_S: i64 = 86_400;

/// Remembers in the browser that it opened this attempt.
#[must_use]
pub fn remember(state: &AppState, payment: PaymentId, attempt: AttemptId) -> (&'static str, String) {
    let value = format!("{attempt}.{}", proof(state, payment, attempt));
    cookies::set(&state.public_url, &name(payment), &value, REMEMBERED_FOR_S)
}

/// The attempt that this browser opened, perhaps not the newest.
#[must_use]
pub fn remembered<'a>(state: &AppState, request: &HttpRequest, ledger: &'a Ledger) -> Option<&'a Attempt> {
    let payment = ledger.payment.id;
    let (attempt, told) = cookies::read(request, &name(payment))?.split_once('.')?;
    let attempt: AttemptId = attempt.parse().ok()?;
    let known = compare::equal(told.as_bytes(), proof(state, payment, attempt).as_bytes());
    ledger.attempt(attempt).filter(|_| known)
}

/// Whether an attempt is of the browser that opened `own`, or of the same payer.
#[must_use]
pub fn is_of_same_payer(attempt: &Attempt, own: &Attempt) -> bool {
    attempt.id == own.id || (own.payer_id.is_some() && attempt.payer_id == own.payer_id)
}

fn name(payment: PaymentId) -> String {
    format!("luodi_attempt_{}", payment.suffix())
}

fn proof(state: &AppState, payment: PaymentId, attempt: AttemptId) -> String {
    hex::encode(&hmac_sha256(&state.pepper, format!("own_attempt/{payment}/{attempt}").as_bytes())[..16])
}
