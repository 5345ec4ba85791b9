//! The whole API on one screen.

use actix_cors::Cors;
use actix_web::http::header;
use actix_web::web;

use super::{
    accounts, addresses, attempts, cashier, checkout_profile, components, differences, errors_page, events, health,
    hop, locales, merchant_codes, notify, openapi, payments, refunds, region_mappings, regions, sign_in, statements,
    stream, webhook_endpoints,
};
use crate::web::{assets, docs};

/// `origins`: the shops' pages that may act on one payment with its client secret.
pub fn configure(cfg: &mut web::ServiceConfig, origins: &[String]) {
    let cors = || browser_access(origins);
    let public = || public_access(origins);
    let at = web::resource::<&str>;
    cfg.service(at("/v1/payments").post(payments::create).get(payments::list))
        .service(at("/v1/payments/{payment_id}").wrap(cors()).get(payments::read))
        .service(at("/v1/payments/{payment_id}/attempts").wrap(cors()).post(attempts::create))
        .service(at("/v1/payments/{payment_id}/refresh").wrap(cors()).post(payments::refresh))
        .service(at("/v1/payments/{payment_id}/stream").wrap(cors()).get(stream::listen))
        .service(at("/v1/payments/{payment_id}/close").post(payments::close))
        .service(at("/v1/payments/{payment_id}/refunds").post(refunds::create))
        .service(at("/v1/attempts/{attempt_id}/qr.svg").wrap(cors()).get(attempts::qr_svg))
        .service(at("/v1/attempts/{attempt_id}/qr.png").wrap(cors()).get(attempts::qr_png))
        .service(at("/v1/refunds").get(refunds::list))
        .service(at("/v1/refunds/{refund_id}").get(refunds::read))
        .service(at("/v1/refunds/{refund_id}/resolve-abnormal").post(refunds::resolve_abnormal))
        .service(at("/v1/events").get(events::list))
        .service(at("/v1/webhook-endpoints").post(webhook_endpoints::create).get(webhook_endpoints::list))
        .service(
            at("/v1/webhook-endpoints/{endpoint_id}")
                .get(webhook_endpoints::read)
                .patch(webhook_endpoints::update)
                .delete(webhook_endpoints::delete),
        )
        .service(at("/v1/webhook-endpoints/{endpoint_id}/rotate-secret").post(webhook_endpoints::rotate_secret))
        .service(at("/v1/webhook-endpoints/{endpoint_id}/test").post(webhook_endpoints::test))
        .service(at("/v1/webhook-endpoints/{endpoint_id}/replay").post(webhook_endpoints::replay))
        .service(at("/v1/webhook-endpoints/{endpoint_id}/deliveries").get(webhook_endpoints::deliveries))
        .service(at("/v1/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/tries").get(webhook_endpoints::tries))
        .service(at("/v1/accounts").post(accounts::create).get(accounts::list))
        .service(at("/v1/accounts/{account_id}").get(accounts::read).patch(accounts::update))
        .service(at("/v1/accounts/{account_id}/check").post(accounts::check))
        .service(at("/v1/statements").get(statements::list))
        .service(at("/v1/statements/{account_id}/{date}").get(statements::read))
        .service(at("/v1/statements/{account_id}/{date}/fetch").post(statements::fetch))
        .service(at("/v1/differences").get(differences::list))
        .service(at("/v1/differences/{difference_id}").get(differences::read))
        .service(at("/v1/differences/{difference_id}/acknowledge").post(differences::acknowledge))
        .service(at("/v1/regions").wrap(public()).get(regions::list).head(regions::list))
        .service(at("/v1/regions/search").wrap(public()).get(regions::search))
        .service(at("/v1/regions/tree").wrap(public()).get(regions::tree).head(regions::tree))
        .service(at("/v1/regions/mappings/magento").get(region_mappings::read).put(region_mappings::upload))
        .service(at("/v1/regions/{code}").wrap(public()).get(regions::read).head(regions::read))
        .service(at("/v1/checkout/profile").wrap(public()).get(checkout_profile::read).head(checkout_profile::read))
        .service(at("/v1/locales").wrap(public()).get(locales::list).head(locales::list))
        .service(at("/v1/locales/overrides").get(locales::overrides))
        .service(
            at("/v1/locales/{locale}/messages")
                .wrap(public())
                .get(locales::messages)
                .head(locales::messages)
                .post(locales::format),
        )
        .service(at("/v1/locales/{locale}/magento.csv").get(locales::magento_csv))
        .service(at("/v1/addresses/parse").wrap(public()).post(addresses::parse))
        .service(at("/v1/addresses/parse-batch").wrap(public()).post(addresses::parse_batch))
        .service(at("/v1/addresses/check").wrap(public()).post(addresses::check))
        .service(at("/v1/merchant-codes/parse").wrap(public()).post(merchant_codes::parse))
        .service(at("/notify/{gateway}/{account_id}").post(notify::receive))
        .service(at("/pay/{payment_id}").get(cashier::show).post(cashier::pay))
        .service(web::resource("/pay/{payment_id}/qr.{form:svg|png}").get(cashier::own_code))
        .service(at("/go/{attempt_id}").get(hop::go))
        .service(at("/return/{attempt_id}").get(hop::come_back).post(hop::come_back))
        .service(at("/wechat/openid/callback").get(sign_in::callback))
        .service(at("/openapi.json").get(openapi::serve))
        .service(at("/docs/errors").get(errors_page::show))
        .configure(docs::configure)
        .configure(assets::configure)
        .configure(components::configure)
        .service(at("/health/live").get(health::live))
        .service(at("/health/ready").get(health::ready));
}

/// What is public, for a publishable key: any page, or the listed origins where a shop lists some. Then `auth`
/// also holds each store to its own list.
fn public_access(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST"])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT_LANGUAGE, header::IF_NONE_MATCH])
        .expose_headers([header::ETAG])
        .max_age(7200);
    if origins.is_empty() {
        // One answer for everybody: networks in between need not keep one for each origin.
        return cors.allow_any_origin().send_wildcard().disable_vary_header();
    }
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
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
