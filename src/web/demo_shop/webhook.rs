//! `POST /webhooks/luodi`: how the shop learns that it was paid.
//!
//! Example code of a shop: it verifies the Standard Webhooks signature with its own few lines, as a shop in
//! any language would, instead of borrowing Luodi's. Promised: nothing of an unsigned, stale or altered
//! body is looked at. Refused: a paid event for another amount than the order's (422, and a log line).

use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse, web};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::Shop;
use super::orders::{Outcome, PaymentFacts};
use crate::clock::Timestamp;

/// A message older or newer than this is a replay or a wrong clock.
const TOLERANCE_S: i64 = 5 * 60;

pub struct WebhookSecret(hmac::Key);

impl WebhookSecret {
    /// `whsec_` and base64.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix("whsec_")?).ok()?;
        (24..=64).contains(&bytes.len()).then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// Whether one of the signatures is ours. `hmac::verify` compares in constant time.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> bool {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(id), Some(timestamp), Some(signatures)) =
            (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"))
        else {
            return false;
        };
        let fresh = timestamp.parse::<i64>().is_ok_and(|at| now.as_seconds().abs_diff(at) <= TOLERANCE_S as u64);
        if !fresh {
            return false;
        }
        let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
        signatures
            .split(' ')
            .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
            .any(|signature| hmac::verify(&self.0, &signed, &signature).is_ok())
    }
}

#[derive(Deserialize)]
struct Event<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    /// Read only when the kind says that it is a payment.
    #[serde(borrow)]
    data: &'a serde_json::value::RawValue,
}

pub async fn receive(request: HttpRequest, body: web::Bytes, shop: web::Data<Shop>) -> HttpResponse {
    let now = shop.clock.now();
    if !shop.secret.verify(request.headers(), &body, now) {
        return HttpResponse::Unauthorized().finish();
    }
    let Ok(event) = serde_json::from_slice::<Event<'_>>(&body) else { return HttpResponse::BadRequest().finish() };
    if !event.kind.starts_with("payment.") {
        return HttpResponse::NoContent().finish();
    }
    let Ok(payment) = serde_json::from_str::<PaymentFacts>(event.data.get()) else {
        return HttpResponse::BadRequest().finish();
    };
    let outcome = shop.orders().settle(&event.id, &event.kind, &payment, now);
    if outcome == Outcome::Mismatch {
        tracing::error!(event = %event.id, order = %payment.order_ref, "webhook does not match the order; look at it");
        return HttpResponse::UnprocessableEntity().finish();
    }
    HttpResponse::NoContent().finish()
}
