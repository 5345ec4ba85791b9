//! Which attempt a browser opened. A payment may be open on several screens; what belongs to one payer
//! is shown to that payer only, and whoever comes back from a gateway's page finds the cashier again.
//! Promises: the cookie cannot be made by anybody else; it names no person and no secret.

use actix_web::HttpRequest;

use super::cookies;
use super::state::AppState;
use crate::crypto::compare;
use crate::crypto::digest::hmac_sha256;
use crate::ids::{AttemptId, PaymentId};
use crate::payments::{Attempt, Flow, GatewayName, Ledger};

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

/// The payer who would pay through this gateway: the one this browser signed in as, or, where nobody can be
/// recognised, the one the shop told of. Ids of one wallet mean nothing in another.
pub async fn known_payer(
    state: &AppState,
    request: &HttpRequest,
    ledger: &Ledger,
    gateway: GatewayName,
) -> Option<String> {
    let own = remembered(state, request, ledger).filter(|own| own.gateway == gateway);
    if let Some(payer) = own.and_then(|own| own.payer_id.clone()) {
        return Some(payer);
    }
    let told = told_payer(ledger, gateway)?;
    let (_, bound) = state.payments.gateways().of_account(told.account_id).await.ok()?;
    if bound.paying_app().is_none() { told.payer_id.clone() } else { None }
}

/// The newest attempt through this gateway for a payer somebody has told of.
#[must_use]
pub fn told_payer(ledger: &Ledger, gateway: GatewayName) -> Option<&Attempt> {
    ledger.attempts.iter().rev().find(|a| a.gateway == gateway && a.flow == Flow::Jsapi && a.payer_id.is_some())
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
