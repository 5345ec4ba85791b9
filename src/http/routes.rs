//! The whole API on one screen.

use actix_cors::Cors;
use actix_web::http::header;
use actix_web::web::{self, delete, get, patch, post};

use super::{
    accounts, attempts, cashier, errors_page, events, health, notify, openapi, payments, refunds, stream,
    webhook_endpoints,
};
use crate::web::{assets, docs};

/// `origins`: the shops' pages that may act on one payment with its client secret.
pub fn configure(cfg: &mut web::ServiceConfig, origins: &[String]) {
    let cors = || browser_access(origins);
    cfg.route("/v1/payments", post().to(payments::create))
        .route("/v1/payments", get().to(payments::list))
        .service(web::resource("/v1/payments/{payment_id}").wrap(cors()).get(payments::read))
        .service(web::resource("/v1/payments/{payment_id}/attempts").wrap(cors()).post(attempts::create))
        .service(web::resource("/v1/payments/{payment_id}/refresh").wrap(cors()).post(payments::refresh))
        .service(web::resource("/v1/payments/{payment_id}/stream").wrap(cors()).get(stream::listen))
        .route("/v1/payments/{payment_id}/close", post().to(payments::close))
        .route("/v1/payments/{payment_id}/refunds", post().to(refunds::create))
        .service(web::resource("/v1/attempts/{attempt_id}/qr.svg").wrap(cors()).get(attempts::qr_svg))
        .service(web::resource("/v1/attempts/{attempt_id}/qr.png").wrap(cors()).get(attempts::qr_png))
        .route("/v1/refunds", get().to(refunds::list))
        .route("/v1/refunds/{refund_id}", get().to(refunds::read))
        .route("/v1/events", get().to(events::list))
        .route("/v1/webhook-endpoints", post().to(webhook_endpoints::create))
        .route("/v1/webhook-endpoints", get().to(webhook_endpoints::list))
        .route("/v1/webhook-endpoints/{endpoint_id}", get().to(webhook_endpoints::read))
        .route("/v1/webhook-endpoints/{endpoint_id}", patch().to(webhook_endpoints::update))
        .route("/v1/webhook-endpoints/{endpoint_id}", delete().to(webhook_endpoints::delete))
        .route("/v1/webhook-endpoints/{endpoint_id}/rotate-secret", post().to(webhook_endpoints::rotate_secret))
        .route("/v1/webhook-endpoints/{endpoint_id}/test", post().to(webhook_endpoints::test))
        .route("/v1/webhook-endpoints/{endpoint_id}/replay", post().to(webhook_endpoints::replay))
        .route("/v1/webhook-endpoints/{endpoint_id}/deliveries", get().to(webhook_endpoints::deliveries))
        .route("/v1/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/tries", get().to(webhook_endpoints::tries))
        .route("/v1/accounts", post().to(accounts::create))
        .route("/v1/accounts", get().to(accounts::list))
        .route("/v1/accounts/{account_id}", get().to(accounts::read))
        .route("/v1/accounts/{account_id}", patch().to(accounts::update))
        .route("/v1/accounts/{account_id}/check", post().to(accounts::check))
        .route("/notify/{gateway}/{account_id}", post().to(notify::receive))
        .route("/pay/{payment_id}", get().to(cashier::show))
        .route("/return/{attempt_id}", get().to(cashier::come_back))
        .route("/return/{attempt_id}", post().to(cashier::come_back))
        .route("/openapi.json", get().to(openapi::serve))
        .route("/docs/errors", get().to(errors_page::show))
        .configure(docs::configure)
        .configure(assets::configure)
        .route("/health/live", get().to(health::live))
        .route("/health/ready", get().to(health::ready));
}

/// Only the listed origins, and only what a payment's client secret opens.
fn browser_access(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "POST"])
        .allowed_headers([header::CONTENT_TYPE, header::ACCEPT_LANGUAGE])
        .allowed_header("idempotency-key")
        .max_age(600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
