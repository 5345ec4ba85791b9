//! `/pay/{payment_id}`, the hosted cashier, and `/return/{attempt_id}`, where gateways send the shopper back.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::problem::{accept_language, locale_of};
use super::state::AppState;
use crate::crypto::compare;
use crate::error::ApiError;
use crate::i18n::Locale;
use crate::ids::{AttemptId, PaymentId};
use crate::payments::attempt::Shopper;
use crate::payments::checkout::NewAttempt;
use crate::payments::{Attempt, Flow, GatewayName, Ledger, Mode, NextAction, PaymentError, PaymentStatus};
use crate::web::cashier::{self, AttemptView, CashierProblem, CashierView, MethodReason, MethodView};

#[derive(Debug, Deserialize)]
pub struct CashierQuery {
    client_secret: Option<String>,
    lang: Option<String>,
}

/// The cashier opens the first attempt itself, so that the shopper sees a code at once.
pub async fn show(
    state: web::Data<AppState>,
    request: HttpRequest,
    path: web::Path<String>,
    query: web::Query<CashierQuery>,
) -> Result<HttpResponse, ApiError> {
    let locale = Locale::choose(query.lang.as_deref(), accept_language(&request));
    let Some(id) = permitted(&state, &path, query.client_secret.as_deref()) else {
        return page(404, cashier::render_cashier_problem(CashierProblem::NotFound, locale));
    };
    let ledger = match state.payments.read(id).await {
        Ok(ledger) => ledger,
        Err(PaymentError::NotFound(_)) => {
            return page(404, cashier::render_cashier_problem(CashierProblem::NotFound, locale));
        }
        Err(error) => {
            tracing::error!(payment = %id, %error, "the cashier cannot read a payment");
            return page(503, cashier::render_cashier_problem(CashierProblem::Unavailable, locale));
        }
    };
    let ledger = open_first_attempt(&state, &request, ledger).await;
    let view = view_of(&state, &ledger).await?;
    let usual = state.store_config(ledger.payment.store_id).locale;
    let locale = chosen(&query).or_else(|| Locale::best_of(accept_language(&request)));
    let locale = locale.or_else(|| usual.as_deref().and_then(Locale::parse)).unwrap_or_default();
    page(200, cashier::render_cashier(&view, locale))
}

fn chosen(query: &CashierQuery) -> Option<Locale> {
    query.lang.as_deref().and_then(Locale::parse)
}

/// The payment, if the secret fits it.
fn permitted(state: &AppState, id: &str, secret: Option<&str>) -> Option<PaymentId> {
    let id: PaymentId = id.parse().ok()?;
    compare::equal(secret?.as_bytes(), state.client_secret(id).as_bytes()).then_some(id)
}

/// Opens a code when there has been no attempt yet. A failure is shown on the page, not as an error.
async fn open_first_attempt(state: &AppState, request: &HttpRequest, ledger: Ledger) -> Ledger {
    let untouched = ledger.attempts.is_empty() && ledger.payment.status == PaymentStatus::Open;
    if !untouched || ledger.payment.close_requested_at.is_some() {
        return ledger;
    }
    let new = NewAttempt {
        id: AttemptId::generate(),
        gateway: GatewayName::WeChatPay,
        flow: Flow::Qr,
        account: None,
        shopper: Shopper {
            ip: super::limits::client_ip(request, &state.config.trusted_proxies).map(|ip| ip.to_string()),
            ..Shopper::default()
        },
    };
    let (payments, id) = (Arc::clone(&state.payments), ledger.payment.id);
    match state.finish(async move { Ok(payments.open_attempt(id, new).await?) }).await {
        Ok((ledger, _)) => ledger,
        Err(error) => {
            tracing::warn!(payment = %ledger.payment.id, %error, "the cashier could not open an attempt");
            state.payments.ledger(ledger.payment.id).await.unwrap_or(ledger)
        }
    }
}

async fn view_of(state: &AppState, ledger: &Ledger) -> Result<CashierView, ApiError> {
    let payment = &ledger.payment;
    let accounts = state.storage.accounts(Some(payment.store_id)).await?;
    let has_wechatpay =
        accounts.iter().any(|a| a.enabled && a.mode == payment.mode && a.gateway == GatewayName::WeChatPay);
    Ok(CashierView {
        payment_id: payment.id.to_string(),
        client_secret: state.client_secret(payment.id),
        shop_name: state.store_config(payment.store_id).shop_name,
        order_ref: payment.order_ref.clone(),
        description: payment.description.clone(),
        amount_yuan: payment.amount.to_string(),
        status: payment.status,
        late: payment.late,
        refunded_yuan: payment.refunded.to_string(),
        return_url: payment.return_url.clone(),
        methods: vec![MethodView {
            gateway: GatewayName::WeChatPay.as_str().to_owned(),
            flow: Flow::Qr.as_str().to_owned(),
            available: has_wechatpay,
            reason: (!has_wechatpay).then_some(MethodReason::NotConfigured),
        }],
        attempt: ledger.attempts.last().map(attempt_view),
        test_mode: payment.mode == Mode::Test,
        phone_url: state.config.sandbox_phone_url.clone().filter(|_| payment.mode == Mode::Test),
        server_now_ms: state.clock.now().as_millis(),
        expires_at_ms: payment.expires_at.as_millis(),
    })
}

fn attempt_view(attempt: &Attempt) -> AttemptView {
    let pending = attempt.status == crate::payments::AttemptStatus::Pending;
    AttemptView {
        id: attempt.id.to_string(),
        gateway: attempt.gateway.as_str().to_owned(),
        flow: attempt.flow.as_str().to_owned(),
        status: attempt.status.as_str().to_owned(),
        qr_available: pending && matches!(attempt.next_action, Some(NextAction::DisplayQr { .. })),
        expires_at_ms: attempt.expires_at.as_millis(),
    }
}

fn page(status: u16, html: Result<String, askama::Error>) -> Result<HttpResponse, ApiError> {
    let html = html.map_err(ApiError::internal)?;
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or(actix_web::http::StatusCode::OK);
    let mut response = HttpResponse::build(status);
    // No referrer among them: the address carries the client secret.
    for header in crate::web::PAGE_HEADERS {
        response.insert_header(header);
    }
    Ok(response.content_type("text/html; charset=utf-8").body(html))
}

/// The shopper comes back from a gateway's page. What the browser says proves nothing: the gateway is
/// asked, and the cashier shows what it said.
pub async fn come_back(
    state: web::Data<AppState>,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id: AttemptId = path.parse().map_err(|_| ApiError::not_found("attempt"))?;
    let ledger = state.storage.ledger_of_attempt(id).await?.ok_or_else(|| ApiError::not_found("attempt"))?;
    // An attempt's id is not a secret, so the address given to a stranger must not carry one. The
    // shopper's own cashier tab moves on by itself; this page only says so.
    let ledger = state.payments.refresh(ledger.payment.id).await?;
    let target = match (&ledger.payment.status, &ledger.payment.return_url) {
        (PaymentStatus::Open, _) | (_, None) => None,
        (_, Some(url)) => Some(url.clone()),
    };
    match target {
        Some(url) => Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, url)).finish()),
        None => page(200, cashier::render_cashier_problem(CashierProblem::StillOpen, locale_of(&request))),
    }
}
