//! `/pay/{payment_id}`, the hosted cashier. It chooses by the browser how the shopper pays: a code on a
//! computer, a tap that leads to WeChat on a phone, and inside WeChat straight to the password.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::cashier_page::{Offer, environment_of, needs_sign_in, page, shopper_of, view_of};
use super::problem::{accept_language, locale_of};
use super::state::AppState;
use super::{own_attempt, sign_in};
use crate::crypto::compare;
use crate::error::{ApiError, Code};
use crate::i18n::Locale;
use crate::ids::{AttemptId, PaymentId};
use crate::payments::checkout::NewAttempt;
use crate::payments::{AttemptStatus, Flow, GatewayName, Ledger, NextAction, PaymentError, PaymentStatus};
use crate::web::cashier::{CashierProblem, Link, render_cashier};
use crate::web::qr;

#[derive(Debug, Deserialize)]
pub struct CashierQuery {
    client_secret: Option<String>,
    lang: Option<String>,
    /// What the shopper chose instead of what fits best: `qr`.
    flow: Option<String>,
    /// `again`: the shopper asks to be sent to WeChat's sign-in once more.
    sign_in: Option<String>,
}

/// The cashier opens a code by itself, so that the shopper sees it at once; inside WeChat it first finds out
/// who pays.
///
/// # Errors
/// Those of a page that cannot be written.
pub async fn show(
    state: web::Data<AppState>,
    request: HttpRequest,
    path: web::Path<String>,
    query: web::Query<CashierQuery>,
) -> Result<HttpResponse, ApiError> {
    let locale = Locale::choose(query.lang.as_deref(), accept_language(&request));
    let ledger = match find(&state, &path, query.client_secret.as_deref()).await {
        Ok(ledger) => ledger,
        Err((status, problem)) => return page(status, &[], problem.page(locale, &[])),
    };
    let wanted = query.flow.as_deref().and_then(Flow::parse).filter(|flow| *flow == Flow::Qr);
    let offer = Offer::of(&state, &ledger, environment_of(&request), wanted).await;
    let may_pay = ledger.payment.status == PaymentStatus::Open && ledger.payment.close_requested_at.is_none();
    if may_pay
        && (query.sign_in.is_some() || needs_sign_in(&state, &request, &ledger, &offer))
        && offer.fitting == Ok(Flow::Jsapi)
        && let Some(app) = &offer.app
    {
        return sign_in::begin(&state, ledger.payment.id, app, locale);
    }
    let ledger = if may_pay { freshen(&state, &request, ledger, &offer, wanted).await } else { ledger };
    let view = view_of(&state, &request, &ledger, &offer);
    let usual = state.store_config(ledger.payment.store_id).locale;
    let locale = query.lang.as_deref().and_then(Locale::parse).or_else(|| Locale::best_of(accept_language(&request)));
    let locale = locale.or_else(|| usual.as_deref().and_then(Locale::parse)).unwrap_or_default();
    page(200, &[], render_cashier(&view, locale))
}

/// The payment, if the secret fits it; else the page to show.
async fn find(state: &AppState, id: &str, secret: Option<&str>) -> Result<Ledger, (u16, CashierProblem)> {
    let Some(id) = permitted(state, id, secret) else { return Err((404, CashierProblem::NotFound)) };
    match state.payments.read(id).await {
        Ok(ledger) => Ok(ledger),
        Err(PaymentError::NotFound(_)) => Err((404, CashierProblem::NotFound)),
        Err(error) => {
            tracing::error!(payment = %id, %error, "the cashier cannot read a payment");
            Err((503, CashierProblem::Unavailable))
        }
    }
}

fn permitted(state: &AppState, id: &str, secret: Option<&str>) -> Option<PaymentId> {
    let id: PaymentId = id.parse().ok()?;
    compare::equal(secret?.as_bytes(), state.client_secret(id).as_bytes()).then_some(id)
}

/// Opens a code when there has been no attempt yet, or the shopper asked for one; renews what has outlived
/// its life. A failure is shown on the page, not as an error.
async fn freshen(
    state: &AppState,
    request: &HttpRequest,
    ledger: Ledger,
    offer: &Offer,
    wanted: Option<Flow>,
) -> Ledger {
    if offer.fitting != Ok(Flow::Qr) || offer.shows_own_code {
        return renew_if_stale(state, ledger, offer).await;
    }
    // Asked for, or the way that fits best was refused.
    let instead = wanted.is_some() || environment_of(request).is_handheld();
    let other_flow = ledger
        .attempts
        .last()
        .is_some_and(|a| a.flow != Flow::Qr && (wanted.is_some() || a.status == AttemptStatus::Failed));
    if !(ledger.attempts.is_empty() || instead && other_flow) {
        return renew_if_stale(state, ledger, offer).await;
    }
    let new = NewAttempt {
        id: AttemptId::generate(),
        gateway: GatewayName::WeChatPay,
        flow: Flow::Qr,
        account: None,
        shopper: shopper_of(state, request),
    };
    let (payments, id) = (Arc::clone(&state.payments), ledger.payment.id);
    match state.finish(async move { Ok(payments.open_attempt(id, new).await?) }).await {
        Ok((ledger, _)) => ledger,
        Err(error) => {
            tracing::warn!(payment = %id, %error, "the cashier could not open an attempt");
            state.payments.ledger(id).await.unwrap_or(ledger)
        }
    }
}

async fn renew_if_stale(state: &AppState, ledger: Ledger, offer: &Offer) -> Ledger {
    let now = state.clock.now();
    let newest = ledger.attempts.last().filter(|a| Ok(a.flow) == offer.fitting && a.has_stale_action(now));
    let Some((id, attempt)) = newest.map(|a| (ledger.payment.id, a.id)) else { return ledger };
    let payments = Arc::clone(&state.payments);
    match state.finish(async move { Ok(payments.renew_action(id, attempt).await?) }).await {
        Ok(ledger) => ledger,
        Err(error) => {
            tracing::warn!(payment = %id, %error, "the cashier could not renew a link");
            ledger
        }
    }
}

#[derive(Debug, Deserialize)]
pub struct PayForm {
    client_secret: Option<String>,
}

/// The tap on "WeChat Pay" in a phone's browser: opens the order and leads to the page that goes on to WeChat.
/// A form, so that it works before and without scripts.
///
/// # Errors
/// Those of a page that cannot be written.
pub async fn pay(
    state: web::Data<AppState>,
    request: HttpRequest,
    path: web::Path<String>,
    form: web::Form<PayForm>,
) -> Result<HttpResponse, ApiError> {
    let locale = locale_of(&request);
    let Some(id) = permitted(&state, &path, form.client_secret.as_deref()) else {
        return page(404, &[], CashierProblem::NotFound.page(locale, &[]));
    };
    let new = NewAttempt {
        id: AttemptId::generate(),
        gateway: GatewayName::WeChatPay,
        flow: Flow::Wap,
        account: None,
        shopper: shopper_of(&state, &request),
    };
    let payments = Arc::clone(&state.payments);
    let opened = state.finish(async move { Ok(payments.open_attempt(id, new).await?) }).await;
    let (to, attempt) = match opened {
        Ok((ledger, attempt)) => (after_opening(&state, &ledger, attempt), Some(attempt)),
        // The cashier says how the payment stands.
        Err(error) if matches!(error.code, Code::PaymentNotOpen | Code::PaymentClosing) => {
            (state.cashier_url(id), None)
        }
        Err(error) => {
            tracing::warn!(payment = %id, %error, "the cashier could not open an attempt");
            let unsettled = error.code == Code::AttemptUnsettled;
            let problem = if unsettled { CashierProblem::EarlierUnsettled } else { CashierProblem::Unavailable };
            let back = Link::try_again(state.cashier_url(id));
            return page(200, &[], problem.page(locale, &[back]));
        }
    };
    let mut response = HttpResponse::SeeOther();
    response
        .insert_header((header::LOCATION, to))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"));
    if let Some(attempt) = attempt {
        response.insert_header(own_attempt::remember(&state, id, attempt));
    }
    Ok(response.finish())
}

/// What was refused or is uncertain is told by the cashier.
fn after_opening(state: &AppState, ledger: &Ledger, attempt: AttemptId) -> String {
    let leads_on = ledger.attempt(attempt).is_some_and(|a| {
        a.status == AttemptStatus::Pending && matches!(a.next_action, Some(NextAction::Redirect { .. }))
    });
    if leads_on { format!("/go/{attempt}") } else { state.cashier_url(ledger.payment.id) }
}

#[derive(Debug, Deserialize)]
pub struct CodeQuery {
    client_secret: Option<String>,
}

/// The cashier's own address as a QR code, for any wallet to open.
///
/// # Errors
/// `not_found` without the right secret.
pub async fn own_code(
    state: web::Data<AppState>,
    path: web::Path<(String, String)>,
    query: web::Query<CodeQuery>,
) -> Result<HttpResponse, ApiError> {
    let (payment, form) = path.into_inner();
    let id = permitted(&state, &payment, query.client_secret.as_deref()).ok_or_else(|| ApiError::not_found("qr"))?;
    let ledger = state.payments.ledger(id).await?;
    let (content, logo) = (state.cashier_url(id), state.qr_logos.get(&ledger.payment.store_id));
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "private, no-store"));
    match form.as_str() {
        "svg" => Ok(response.content_type("image/svg+xml").body(qr::svg(&content, logo).map_err(ApiError::internal)?)),
        _ => Ok(response.content_type("image/png").body(qr::png(&content, 8, logo).map_err(ApiError::internal)?)),
    }
}
