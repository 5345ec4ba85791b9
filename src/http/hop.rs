//! `/go/{attempt_id}`, our page that goes on to a gateway's with the referrer it demands, and
//! `/return/{attempt_id}`, where gateways send the shopper back.
//! Promises: the gateway learns our origin and nothing else of the address; what the browser says on its way
//! back proves nothing. An attempt's id is not a secret, so these pages show none to strangers.

use std::sync::Arc;

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::cashier_page::{environment_of, page};
use super::own_attempt;
use super::problem::locale_of;
use super::state::AppState;
use crate::error::ApiError;
use crate::gateways::shopper;
use crate::ids::AttemptId;
use crate::payments::environment::Wallet;
use crate::payments::{Attempt, AttemptStatus, Environment, Ledger, NextAction, PaymentStatus};
use crate::web::cashier::{CashierProblem, Form, Link, render_form, render_framed, render_hop};
use crate::web::{PAGE_HEADERS, policy, without_referrer_policy};

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
    if is_kept_out(environment_of(&request), &ledger, id) && ledger.payment.status == PaymentStatus::Open {
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
            let again = Link::try_again(format!("/go/{id}"));
            return page(200, &[], CashierProblem::Unavailable.page(locale, &[again]));
        }
    };
    match way_on(&state, &ledger, id) {
        Ok((wallet, WayOn::Link(gateway_url))) => hop_page(render_hop(gateway_url, wallet, locale), None),
        Ok((wallet, WayOn::Form(form))) => {
            hop_page(render_form(&form, wallet, locale), policy::with_form_to(form.action))
        }
        Err(problem) => page(200, &[], problem.page(locale, &links(&state, &ledger, id, problem, is_own))),
    }
}

/// Whether the app that shows the page would not open this attempt's target, as WeChat its own `wap` page.
fn is_kept_out(environment: Environment, ledger: &Ledger, id: AttemptId) -> bool {
    let works = |attempt: &Attempt| shopper::flows_in(attempt.gateway, environment).contains(&attempt.flow);
    environment.is_walled() && ledger.attempt(id).is_some_and(|attempt| !works(attempt))
}

async fn find(state: &AppState, id: &str) -> Result<Option<(AttemptId, Ledger)>, ApiError> {
    let Ok(id) = id.parse::<AttemptId>() else { return Ok(None) };
    Ok(state.storage.ledger_of_attempt(id).await?.map(|ledger| (id, ledger)))
}

/// Whether the browser says that it shows this answer within another page.
fn is_framed(request: &HttpRequest) -> bool {
    request.headers().get("sec-fetch-dest").is_some_and(|dest| dest == "iframe" || dest == "frame")
}

fn see(address: String) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish()
}

/// How a browser goes on to the gateway's page.
enum WayOn<'a> {
    Link(&'a str),
    Form(Form<'a>),
}

/// Whose page comes next and how a browser goes there, or why it does not.
fn way_on<'a>(state: &AppState, ledger: &'a Ledger, id: AttemptId) -> Result<(Wallet, WayOn<'a>), CashierProblem> {
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
        Some(Attempt { status: AttemptStatus::Pending, next_action: Some(action), expires_at, gateway, .. })
            if *expires_at > state.clock.now() =>
        {
            let way = match action {
                NextAction::Redirect { gateway_url, .. } => WayOn::Link(gateway_url),
                NextAction::SubmitForm { action, method, fields } => {
                    WayOn::Form(Form { action, method: *method, fields })
                }
                _ => return Err(CashierProblem::LinkOver),
            };
            Ok((shopper::wallet(*gateway), way))
        }
        _ => Err(CashierProblem::LinkOver),
    }
}

/// What the shopper can do. The way to the cashier is known to the browser that came from there.
fn links(state: &AppState, ledger: &Ledger, id: AttemptId, problem: CashierProblem, is_own: bool) -> Vec<Link> {
    let payment = &ledger.payment;
    let shop = payment.return_url.clone();
    match problem {
        CashierProblem::Paid | CashierProblem::Closed => shop.map(Link::to_shop).into_iter().collect(),
        CashierProblem::Checking => vec![Link::try_again(format!("/go/{id}"))],
        _ if is_own => vec![Link::back(state.cashier_url(payment.id))],
        _ => shop.map(Link::to_shop).into_iter().collect(),
    }
}

/// The one page with a referrer: the gateway lets in only who comes from the domain registered with it.
fn hop_page(html: Result<String, askama::Error>, policy: Option<String>) -> Result<HttpResponse, ApiError> {
    let html = html.map_err(ApiError::internal)?;
    let mut response = HttpResponse::Ok();
    for header in without_referrer_policy(PAGE_HEADERS) {
        response.insert_header(header);
    }
    response.insert_header((header::REFERRER_POLICY, "origin"));
    if let Some(policy) = policy {
        response.insert_header((header::CONTENT_SECURITY_POLICY, policy));
    }
    Ok(response.content_type("text/html; charset=utf-8").body(html))
}

/// The shopper comes back from a gateway's page: the gateway is asked, and its answer decides where to go. What
/// the gateway's page adds to the address, or brings along in a form, is not read, signed or not: it says
/// nothing of the money.
///
/// # Errors
/// `not_found`, and those of a page that cannot be written.
pub async fn come_back(
    state: web::Data<AppState>,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (id, ledger) = find(&state, &path).await?.ok_or_else(|| ApiError::not_found("attempt"))?;
    let is_own = own_attempt::remembered(&state, &request, &ledger).is_some_and(|own| own.id == id);
    // A form of another site brings no cookie along; the same address, asked for plainly, does.
    if request.method() == Method::POST && !is_own {
        return Ok(see(format!("/return/{id}")));
    }
    let (payments, payment) = (Arc::clone(&state.payments), ledger.payment.id);
    let ledger = match state.finish(async move { Ok(payments.refresh(payment).await?) }).await {
        Ok(ledger) => ledger,
        Err(error) => {
            tracing::warn!(%payment, attempt = %id, %error, "a returning shopper's payment could not be asked about");
            ledger
        }
    };
    if is_framed(&request) {
        // The cashier around it goes on by itself.
        let framed = render_framed(ledger.payment.status != PaymentStatus::Open, locale_of(&request));
        return page(200, &[("content-security-policy", policy::within_own_frame())], framed);
    }
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
        ways.push(Link::i_have_paid(format!("/return/{id}")));
        if way_on(&state, &ledger, id).is_ok() {
            ways.push(Link::continue_paying(format!("/go/{id}")));
        }
    }
    page(200, &[], problem.page(locale_of(&request), &ways))
}
