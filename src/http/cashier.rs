//! `/pay/{payment_id}`, the hosted cashier. It chooses by the browser how the shopper pays: a code on a
//! computer, a tap that leads to a wallet on a phone, and inside a wallet straight to the password.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::cashier_methods::{Method, Offer, Place};
use super::cashier_page::{environment_of, needs_sign_in, page, shopper_of, view_of};
use super::problem::{accept_language, locale_of};
use super::state::AppState;
use super::{own_attempt, sign_in};
use crate::crypto::compare;
use crate::error::{ApiError, Code};
use crate::i18n::Locale;
use crate::ids::{AttemptId, PaymentId};
use crate::payments::attempt::Shopper;
use crate::payments::checkout::NewAttempt;
use crate::payments::{Attempt, AttemptStatus, Flow, GatewayName, Ledger, NextAction, PaymentError, PaymentStatus};
use crate::web::cashier::{CashierProblem, Link, render_cashier};
use crate::web::{policy, qr};

#[derive(Debug, Deserialize)]
pub struct CashierQuery {
    client_secret: Option<String>,
    lang: Option<String>,
    /// What the shopper chose instead of what fits best: `qr`.
    flow: Option<String>,
    /// `again`: the shopper asks to be sent to the wallet's sign-in once more.
    sign_in: Option<String>,
}

/// The cashier opens a code by itself, so that the shopper sees it at once; inside a wallet it goes straight to
/// the password, and first finds out who pays where the wallet wants to know.
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
    let mut ledger = match find(&state, &path, query.client_secret.as_deref()).await {
        Ok(ledger) => ledger,
        Err((status, problem)) => return page(status, &[], problem.page(locale, &[])),
    };
    let version = ledger.payment.version;
    let place = Place { environment: environment_of(&request), wanted: wanted_flow(query.flow.as_deref()) };
    let offer = Offer::of(&state, &ledger, place).await;
    let may_pay = ledger.payment.status == PaymentStatus::Open && ledger.payment.close_requested_at.is_none();
    if may_pay
        && (query.sign_in.is_some() || needs_sign_in(&state, &request, &ledger, &offer))
        && let Some(app) = offer.chosen().filter(|m| m.fitting == Ok(Flow::Jsapi)).and_then(|m| m.app.as_ref())
    {
        return sign_in::begin(&state, ledger.payment.id, app, locale);
    }
    if may_pay && offer.is_at_home() && own_attempt::remembered(&state, &request, &ledger).is_none() {
        if let Some(on) = straight_to_the_wallet(&state, &request, &ledger, &offer).await {
            return Ok(on);
        }
        ledger = state.payments.ledger(ledger.payment.id).await?;
    }
    let ledger = if may_pay { freshen(&state, &request, ledger, &offer).await } else { ledger };
    let offer = if ledger.payment.version == version { offer } else { Offer::of(&state, &ledger, place).await };
    let view = view_of(&state, &request, &ledger, &offer);
    let usual = state.store_config(ledger.payment.store_id).locale;
    let locale = query.lang.as_deref().and_then(Locale::parse).or_else(|| Locale::best_of(accept_language(&request)));
    let locale = locale.or_else(|| usual.as_deref().and_then(Locale::parse)).unwrap_or_default();
    let framed = view.attempt.as_ref().and_then(|attempt| attempt.frame.as_ref());
    let policy = framed.and_then(|frame| policy::with_frame_of(&frame.url));
    let headers: Vec<_> = policy.into_iter().map(|policy| ("content-security-policy", policy)).collect();
    page(200, &headers, render_cashier(&view, locale))
}

/// `qr` alone may be asked for in the address: everything else begins with a tap.
fn wanted_flow(flow: Option<&str>) -> Option<Flow> {
    flow.and_then(Flow::parse).filter(|flow| *flow == Flow::Qr)
}

/// Inside a wallet whose own page takes the money, its page comes at once, once for each browser. `None` where
/// that is not how it pays, or no order could be opened: then the cashier says what can be done.
async fn straight_to_the_wallet(
    state: &web::Data<AppState>,
    request: &HttpRequest,
    ledger: &Ledger,
    offer: &Offer,
) -> Option<HttpResponse> {
    let method = offer.chosen().filter(|method| method.fitting == Ok(Flow::Wap))?;
    let id = ledger.payment.id;
    let new = new_attempt(state, method.gateway, Flow::Wap, shopper_of(state, request));
    match open(state, id, new).await {
        Ok((ledger, attempt)) if leads_on(&ledger, attempt) => {
            Some(see_with(format!("/go/{attempt}"), Some(own_attempt::remember(state, id, attempt))))
        }
        Ok(_) => None,
        Err(error) => {
            tracing::warn!(payment = %id, %error, "the cashier could not open an attempt");
            None
        }
    }
}

fn new_attempt(state: &AppState, gateway: GatewayName, flow: Flow, shopper: Shopper) -> NewAttempt {
    NewAttempt { id: AttemptId::generate_at(state.clock.now()), gateway, flow, account: None, shopper }
}

async fn open(state: &web::Data<AppState>, id: PaymentId, new: NewAttempt) -> Result<(Ledger, AttemptId), ApiError> {
    let payments = Arc::clone(&state.payments);
    state.finish(async move { Ok(payments.open_attempt(id, new).await?) }).await
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
async fn freshen(state: &web::Data<AppState>, request: &HttpRequest, ledger: Ledger, offer: &Offer) -> Ledger {
    let method = offer.chosen().filter(|method| method.fitting == Ok(Flow::Qr) && !offer.shows_own_code);
    let Some(method) = method else { return renew_if_stale(state, ledger, offer).await };
    // Asked for, or the way that fits best was refused.
    let instead = offer.place.wanted.is_some() || offer.place.environment.is_handheld();
    let other_flow = ledger
        .attempts
        .last()
        .is_some_and(|a| a.flow != Flow::Qr && (offer.place.wanted.is_some() || a.status == AttemptStatus::Failed));
    if !(ledger.attempts.is_empty() || instead && other_flow) {
        return renew_if_stale(state, ledger, offer).await;
    }
    let id = ledger.payment.id;
    match open(state, id, new_attempt(state, method.gateway, Flow::Qr, shopper_of(state, request))).await {
        Ok((ledger, _)) => ledger,
        Err(error) => {
            tracing::warn!(payment = %id, %error, "the cashier could not open an attempt");
            state.payments.ledger(id).await.unwrap_or(ledger)
        }
    }
}

async fn renew_if_stale(state: &AppState, ledger: Ledger, offer: &Offer) -> Ledger {
    let now = state.clock.now();
    let is_shown = |a: &&Attempt| offer.chosen().is_some_and(|m| m.gateway == a.gateway && m.fitting == Ok(a.flow));
    let newest = ledger.attempts.last().filter(is_shown).filter(|a| a.has_stale_action(now));
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
    /// Which method; what the cashier is about, when absent.
    gateway: Option<String>,
    /// `page` or `qr` instead of what fits best.
    flow: Option<String>,
    lang: Option<String>,
}

/// A method chosen on the cashier: ends what was open before, opens this method's order and leads to its code or
/// to the page that goes on to the gateway. A form, so that it works before and without scripts.
///
/// # Errors
/// Those of a page that cannot be written.
pub async fn pay(
    state: web::Data<AppState>,
    request: HttpRequest,
    path: web::Path<String>,
    form: web::Form<PayForm>,
) -> Result<HttpResponse, ApiError> {
    let lang = form.lang.as_deref().and_then(Locale::parse);
    let locale = lang.unwrap_or_else(|| locale_of(&request));
    let Some(id) = permitted(&state, &path, form.client_secret.as_deref()) else {
        return page(404, &[], CashierProblem::NotFound.page(locale, &[]));
    };
    let ledger = state.payments.ledger(id).await?;
    let place = Place { environment: environment_of(&request), wanted: wanted_flow(form.flow.as_deref()) };
    let offer = Offer::of(&state, &ledger, place).await;
    let cashier = cashier_again(&state, id, place.wanted, lang);
    let method = offer.method(form.gateway.as_deref().and_then(GatewayName::parse));
    let Some((method, flow)) = method.and_then(|m| Some((m, flow_of(m, form.flow.as_deref())?))) else {
        // The cashier says why that cannot be used here.
        return Ok(see_with(cashier, None));
    };
    let payer_id = match (flow, &method.app) {
        (Flow::Jsapi, app) => match (own_attempt::known_payer(&state, &request, &ledger, method.gateway).await, app) {
            (None, Some(app)) => return sign_in::begin(&state, id, app, locale),
            (payer, _) => payer,
        },
        _ => None,
    };
    let new = new_attempt(&state, method.gateway, flow, Shopper { payer_id, ..shopper_of(&state, &request) });
    match open(&state, id, new).await {
        Ok((ledger, attempt)) => {
            let to = if leads_on(&ledger, attempt) { format!("/go/{attempt}") } else { cashier };
            Ok(see_with(to, Some(own_attempt::remember(&state, id, attempt))))
        }
        // The cashier says how the payment stands.
        Err(error) if matches!(error.code, Code::PaymentNotOpen | Code::PaymentClosing) => Ok(see_with(cashier, None)),
        Err(error) => {
            tracing::warn!(payment = %id, %error, "the cashier could not open an attempt");
            let unsettled = error.code == Code::AttemptUnsettled;
            let problem = if unsettled { CashierProblem::EarlierUnsettled } else { CashierProblem::Unavailable };
            page(200, &[], problem.page(locale, &[Link::try_again(cashier)]))
        }
    }
}

/// The flow that a tap on a method opens: the one asked for, if the account and this kind of screen have it.
fn flow_of(method: &Method, asked: Option<&str>) -> Option<Flow> {
    let asked = asked.and_then(Flow::parse).filter(|flow| matches!(flow, Flow::Qr | Flow::Page));
    let asked = asked.filter(|flow| method.flows.contains(flow));
    method.fitting.ok().map(|fitting| asked.unwrap_or(fitting))
}

/// The cashier, as it was asked for.
fn cashier_again(state: &AppState, id: PaymentId, wanted: Option<Flow>, lang: Option<Locale>) -> String {
    let flow = wanted.map_or_else(String::new, |flow| format!("&flow={}", flow.as_str()));
    let lang = lang.map_or_else(String::new, |lang| format!("&lang={}", lang.tag()));
    format!("{}{flow}{lang}", state.cashier_url(id))
}

fn see_with(to: String, cookie: Option<(&'static str, String)>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response
        .insert_header((header::LOCATION, to))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"));
    if let Some(cookie) = cookie {
        response.append_header(cookie);
    }
    response.finish()
}

/// Whether a page of the gateway's comes next. What was refused or is uncertain is told by the cashier.
fn leads_on(ledger: &Ledger, attempt: AttemptId) -> bool {
    ledger.attempt(attempt).is_some_and(|a| {
        a.status == AttemptStatus::Pending
            && matches!(a.next_action, Some(NextAction::Redirect { .. } | NextAction::SubmitForm { .. }))
    })
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
