//! `/go/{attempt_id}`, our page that goes on to a gateway's with the referrer it demands, and
//! `/return/{attempt_id}`, where gateways send the shopper back.
//! Promises: the gateway learns our origin and nothing else of the address; what the browser says on its way
//! back proves nothing. An attempt's id is not a secret, so these pages show none to strangers.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::cashier_page::{environment_of, page};
use super::own_attempt;
use super::problem::locale_of;
use super::state::AppState;
use crate::error::ApiError;
use crate::ids::AttemptId;
use crate::payments::{Attempt, AttemptStatus, Environment, Ledger, NextAction, PaymentStatus};
use crate::web::cashier::{CashierProblem, Link, render_hop};
use crate::web::{PAGE_HEADERS, without_referrer_policy};

/// # Errors
/// Those of a page that cannot be written.
pub async fn go(
    state: web::Data<AppState>,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let locale = locale_of(&request);
    let Some((id, ledger)) = find(&state, &path).await? else {
        return page(404, &[], CashierProblem::NotFound.page(locale, &[]));
    };
    let is_own = own_attempt::remembered(&state, &request, &ledger).is_some_and(|own| own.id == id);
    // WeChat refuses this page's target in its own browser.
    if environment_of(&request) == Environment::WeChat && ledger.payment.status == PaymentStatus::Open {
        return if is_own {
            Ok(see(state.cashier_url(ledger.payment.id)))
        } else {
            page(200, &[], CashierProblem::OpenInBrowser.page(locale, &[]))
        };
    }
    let (payments, payment) = (Arc::clone(&state.payments), ledger.payment.id);
    let renewed = state.finish(async move { Ok(payments.renew_action(payment, id).await?) }).await;
    let ledger = match renewed {
        Ok(ledger) => ledger,
        Err(error) => {
            tracing::warn!(%payment, attempt = %id, %error, "a link cannot be renewed now");
            let again = Link::main("cashier-try-again", format!("/go/{id}"));
            return page(200, &[], CashierProblem::Unavailable.page(locale, &[again]));
        }
    };
    match way_on(&state, &ledger, id) {
        Ok(gateway_url) => hop_page(render_hop(gateway_url, locale)),
        Err(problem) => page(200, &[], problem.page(locale, &links(&state, &ledger, id, problem, is_own))),
    }
}

async fn find(state: &AppState, id: &str) -> Result<Option<(AttemptId, Ledger)>, ApiError> {
    let Ok(id) = id.parse::<AttemptId>() else { return Ok(None) };
    Ok(state.storage.ledger_of_attempt(id).await?.map(|ledger| (id, ledger)))
}

fn see(address: String) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish()
}

/// Where to go on, or why not.
fn way_on<'a>(state: &AppState, ledger: &'a Ledger, id: AttemptId) -> Result<&'a str, CashierProblem> {
    match ledger.payment.status {
        PaymentStatus::Open => {}
        PaymentStatus::Closed => return Err(CashierProblem::Closed),
        _ => return Err(CashierProblem::Paid),
    }
    if ledger.payment.close_requested_at.is_some() {
        return Err(CashierProblem::Closed);
    }
    match ledger.attempt(id) {
        Some(Attempt { status: AttemptStatus::Creating | AttemptStatus::Unknown | AttemptStatus::Paid, .. }) => {
            Err(CashierProblem::Checking)
        }
        Some(Attempt {
            status: AttemptStatus::Pending,
            next_action: Some(NextAction::Redirect { gateway_url, .. }),
            expires_at,
            ..
        }) if *expires_at > state.clock.now() => Ok(gateway_url),
        _ => Err(CashierProblem::LinkOver),
    }
}

/// What the shopper can do. The way to the cashier is known to the browser that came from there.
fn links(state: &AppState, ledger: &Ledger, id: AttemptId, problem: CashierProblem, is_own: bool) -> Vec<Link> {
    let payment = &ledger.payment;
    let shop = payment.return_url.clone();
    match problem {
        CashierProblem::Paid | CashierProblem::Closed => {
            shop.map(|address| Link::main("cashier-return", address)).into_iter().collect()
        }
        CashierProblem::Checking => vec![Link::main("cashier-try-again", format!("/go/{id}"))],
        _ if is_own => vec![Link::main("cashier-back", state.cashier_url(payment.id))],
        _ => shop.map(|address| Link::main("cashier-return", address)).into_iter().collect(),
    }
}

/// The one page with a referrer: the gateway lets in only who comes from the domain registered with it.
fn hop_page(html: Result<String, askama::Error>) -> Result<HttpResponse, ApiError> {
    let html = html.map_err(ApiError::internal)?;
    let mut response = HttpResponse::Ok();
    for header in without_referrer_policy(PAGE_HEADERS) {
        response.insert_header(header);
    }
    response.insert_header((header::REFERRER_POLICY, "origin"));
    Ok(response.content_type("text/html; charset=utf-8").body(html))
}

/// The shopper comes back from a gateway's page: the gateway is asked, and its answer decides where to go.
///
/// # Errors
/// `not_found`, and those of a page that cannot be written.
pub async fn come_back(
    state: web::Data<AppState>,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (id, ledger) = find(&state, &path).await?.ok_or_else(|| ApiError::not_found("attempt"))?;
    let (payments, payment) = (Arc::clone(&state.payments), ledger.payment.id);
    let ledger = state.finish(async move { Ok(payments.refresh(payment).await?) }).await.unwrap_or(ledger);
    let is_own = own_attempt::remembered(&state, &request, &ledger).is_some_and(|own| own.id == id);
    match (ledger.payment.status, &ledger.payment.return_url) {
        (PaymentStatus::Open, _) if is_own => return Ok(see(state.cashier_url(payment))),
        (PaymentStatus::Open, _) => {}
        (_, Some(shop)) => return Ok(see(shop.clone())),
        (_, None) if is_own => return Ok(see(state.cashier_url(payment))),
        (_, None) => {}
    }
    let problem = match way_on(&state, &ledger, id) {
        Ok(_) => CashierProblem::StillOpen,
        Err(CashierProblem::LinkOver) if ledger.payment.status == PaymentStatus::Open => CashierProblem::StillOpen,
        Err(problem) => problem,
    };
    let mut ways = Vec::new();
    if matches!(problem, CashierProblem::StillOpen | CashierProblem::Checking) {
        ways.push(Link::main("cashier-i-have-paid", format!("/return/{id}")));
        if way_on(&state, &ledger, id).is_ok() {
            ways.push(Link::other("cashier-continue", format!("/go/{id}")));
        }
    }
    page(200, &[], problem.page(locale_of(&request), &ways))
}
