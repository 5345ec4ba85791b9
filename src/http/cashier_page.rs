//! What the cashier shows a browser of one payment, and the headers of its pages.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};

use super::cashier_methods::{Method, Offer};
use super::limits::client_ip;
use super::own_attempt::{self, is_of_same_payer};
use super::sign_in;
use super::state::AppState;
use crate::clock::Timestamp;
use crate::error::ApiError;
use crate::gateways::shopper;
use crate::payments::attempt::Shopper;
use crate::payments::environment::Environment;
use crate::payments::{Attempt, AttemptStatus, Flow, Ledger, Mode, NextAction};
use crate::web::cashier::{AttemptView, CashierView, FrameView, MethodView};

/// As long as the ledger keeps.
const USER_AGENT_CHARS: usize = 1000;

/// A page of ours. No referrer among the headers: the address may carry a client secret.
///
/// # Errors
/// When the template could not be written.
pub fn page(
    status: u16,
    headers: &[(&'static str, String)],
    html: Result<String, askama::Error>,
) -> Result<HttpResponse, ApiError> {
    let html = html.map_err(ApiError::internal)?;
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
    for header in crate::web::PAGE_HEADERS {
        response.insert_header(header);
    }
    for (name, value) in headers {
        // One policy and no other; cookies there may be several.
        if *name == "set-cookie" {
            response.append_header((*name, value.as_str()));
        } else {
            response.insert_header((*name, value.as_str()));
        }
    }
    Ok(response.content_type("text/html; charset=utf-8").body(html))
}

/// What the browser says of itself.
#[must_use]
pub fn user_agent(request: &HttpRequest) -> Option<String> {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok())?;
    Some(agent.chars().take(USER_AGENT_CHARS).collect())
}

#[must_use]
pub fn environment_of(request: &HttpRequest) -> Environment {
    Environment::of(user_agent(request).as_deref().unwrap_or_default())
}

/// The shopper as this server sees the browser: the real address behind the proxies, as gateways compare it.
#[must_use]
pub fn shopper_of(state: &AppState, request: &HttpRequest) -> Shopper {
    Shopper {
        ip: client_ip(request, &state.config.trusted_proxies).map(|ip| ip.to_string()),
        user_agent: user_agent(request),
        ..Shopper::default()
    }
}

/// The newest attempt, if this browser or its payer opened it. Where nobody can be recognised, whoever has
/// the client secret is the payer the shop told of.
#[must_use]
pub fn own_newest<'a>(
    state: &AppState,
    request: &HttpRequest,
    ledger: &'a Ledger,
    offer: &Offer,
) -> Option<&'a Attempt> {
    let newest = ledger.attempts.last()?;
    let recognises = offer.method(Some(newest.gateway)).is_some_and(|method| method.app.is_some());
    let is_own = match own_attempt::remembered(state, request, ledger) {
        Some(own) if is_of_same_payer(newest, own) => true,
        Some(_) if recognises => false,
        _ => !recognises && newest.flow == Flow::Jsapi,
    };
    is_own.then_some(newest)
}

/// The whole page.
#[must_use]
pub fn view_of(state: &AppState, request: &HttpRequest, ledger: &Ledger, offer: &Offer) -> CashierView {
    let payment = &ledger.payment;
    let own = own_newest(state, request, ledger, offer).map(|attempt| attempt.id);
    let chosen = offer.chosen();
    CashierView {
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
        methods: offer.methods.iter().map(|method| method_view(method, offer.is_chosen(method))).collect(),
        attempt: ledger.attempts.last().map(|newest| attempt_view(newest, own == Some(newest.id))),
        left_open: left_open(ledger, state.clock.now()).map(|attempt| shopper::wallet(attempt.gateway)),
        shows_own_code: offer.shows_own_code,
        wants_code: offer.place.wanted == Some(Flow::Qr),
        offers_code: !offer.is_at_home()
            && offer.methods.iter().any(|m| m.fitting == Ok(Flow::Wap) && m.flows.contains(&Flow::Qr)),
        offers_page: !offer.shows_own_code && chosen.is_some_and(|method| offers_page(method, offer.place.environment)),
        is_at_home: offer.is_at_home(),
        recognises_payers: chosen.is_some_and(|method| method.app.is_some()),
        test_mode: payment.mode == Mode::Test,
        phone_url: state.config.sandbox_phone_url.clone().filter(|_| payment.mode == Mode::Test),
        server_now_ms: state.clock.now().as_millis(),
        expires_at_ms: payment.expires_at.as_millis(),
    }
}

/// An order that was replaced although its gateway could not end it, on a page that the shopper went to. A code
/// that was shown here is not shown any more.
fn left_open(ledger: &Ledger, now: Timestamp) -> Option<&Attempt> {
    let on_page = |attempt: &&Attempt| matches!(attempt.flow, Flow::Page | Flow::Wap) && attempt.expires_at > now;
    ledger.attempts.iter().rev().filter(on_page).find(|attempt| attempt.is_left_unopened())
}

/// Whether the gateway's own page also works where its code is shown.
fn offers_page(method: &Method, environment: Environment) -> bool {
    let works = shopper::flows_in(method.gateway, environment).contains(&Flow::Page);
    method.fitting == Ok(Flow::Qr) && works && method.flows.contains(&Flow::Page)
}

fn method_view(method: &Method, is_chosen: bool) -> MethodView {
    MethodView {
        gateway: method.gateway.as_str().to_owned(),
        wallet: method.wallet,
        flow: method.fitting.map_or_else(|_| String::new(), |flow| flow.as_str().to_owned()),
        available: method.fitting.is_ok(),
        reason: method.fitting.err(),
        is_chosen,
    }
}

fn attempt_view(attempt: &Attempt, is_own: bool) -> AttemptView {
    let action = attempt.next_action.as_ref().filter(|_| attempt.status == AttemptStatus::Pending);
    let jsapi_parameters = match action {
        Some(NextAction::InvokeJsapi { parameters }) if is_own => serde_json::to_string(parameters).ok(),
        _ => None,
    };
    let frame = match action {
        Some(NextAction::EmbedFrame { url, width_px, height_px }) => {
            Some(FrameView { url: url.clone(), width_px: *width_px, height_px: *height_px })
        }
        _ => None,
    };
    // Its order ends by itself: there is nothing to be settled that a shopper should wait for.
    let status = if attempt.is_left_unopened() { AttemptStatus::Closed } else { attempt.status };
    AttemptView {
        id: attempt.id.to_string(),
        gateway: attempt.gateway.as_str().to_owned(),
        wallet: shopper::wallet(attempt.gateway),
        flow: attempt.flow.as_str().to_owned(),
        status: status.as_str().to_owned(),
        action: action.map_or("", action_name).to_owned(),
        is_own,
        jsapi_parameters,
        frame,
        expires_at_ms: attempt.expires_at.as_millis(),
    }
}

/// As the API writes it.
const fn action_name(action: &NextAction) -> &'static str {
    match action {
        NextAction::DisplayQr { .. } => "display_qr",
        NextAction::Redirect { .. } => "redirect",
        NextAction::SubmitForm { .. } => "submit_form",
        NextAction::EmbedFrame { .. } => "embed_frame",
        NextAction::InvokeJsapi { .. } => "invoke_jsapi",
        NextAction::InvokeApp { .. } => "invoke_app",
        NextAction::Wait => "wait",
    }
}

/// Whether the shopper must be recognised before anything can be paid here: inside the wallet, with nothing of
/// this browser's own yet.
#[must_use]
pub fn needs_sign_in(state: &AppState, request: &HttpRequest, ledger: &Ledger, offer: &Offer) -> bool {
    let Some(method) = offer.chosen().filter(|m| m.fitting == Ok(Flow::Jsapi) && m.app.is_some()) else { return false };
    let is_known = |own: &Attempt| own.gateway == method.gateway && own.payer_id.is_some();
    !own_attempt::remembered(state, request, ledger).is_some_and(is_known)
        && !sign_in::is_under_way(state, request, ledger.payment.id)
}
