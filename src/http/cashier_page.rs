//! What the cashier shows a browser of one payment, and the headers of its pages.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};

use super::limits::client_ip;
use super::own_attempt::{self, is_of_same_payer};
use super::sign_in;
use super::state::AppState;
use crate::config::CashierQr;
use crate::error::ApiError;
use crate::gateways::wechatpay::paying_app::PayingApp;
use crate::payments::attempt::Shopper;
use crate::payments::checkout::UNREACHABLE;
use crate::payments::environment::{Environment, NoFlow, fitting_flow};
use crate::payments::{Attempt, AttemptStatus, Flow, GatewayName, Ledger, Mode, NextAction};
use crate::web::cashier::{AttemptView, CashierView, MethodReason, MethodView};

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
        response.append_header((*name, value.as_str()));
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

/// How this browser can pay one payment.
#[derive(Debug)]
pub struct Offer {
    pub environment: Environment,
    /// What the account can open at all.
    pub flows: Vec<Flow>,
    /// What fits this browser.
    pub fitting: Result<Flow, MethodReason>,
    /// By which payers are recognised inside WeChat.
    pub app: Option<PayingApp>,
    /// The code is the address of the cashier itself.
    pub shows_own_code: bool,
}

impl Offer {
    /// `wanted` is what the shopper asked for instead of what fits best.
    pub async fn of(state: &AppState, ledger: &Ledger, environment: Environment, wanted: Option<Flow>) -> Self {
        let gateway = GatewayName::WeChatPay;
        let payment = &ledger.payment;
        let account = state.payments.gateways().account_for(payment.store_id, payment.mode, gateway, None).await;
        let (flows, app) = match account {
            Ok((account, bound)) => {
                let app = state.payments.gateways().paying_app(&account).unwrap_or_else(|error| {
                    tracing::error!(account = %account.id, %error, "the official account's secret cannot be read");
                    None
                });
                (bound.flows().to_vec(), app)
            }
            Err(error) => {
                tracing::warn!(payment = %payment.id, %error, "nothing to pay with");
                (Vec::new(), None)
            }
        };
        // Without its secret nobody is recognised, unless the shop said who pays.
        let shop_told_payer = ledger.attempts.last().is_some_and(|a| a.flow == Flow::Jsapi && a.payer_id.is_some());
        let is_usable = |flow: &Flow| match flow {
            Flow::Jsapi => app.is_some() || shop_told_payer,
            Flow::Wap => !was_refused(ledger, Flow::Wap),
            _ => true,
        };
        let usable: Vec<Flow> = flows.iter().copied().filter(is_usable).collect();
        let fitting = match wanted.filter(|flow| usable.contains(flow)) {
            Some(flow) => Ok(flow),
            None => fitting_flow(gateway, environment, &usable).map_err(|none| match none {
                NoFlow::OpenInBrowser => MethodReason::OtherWallet,
                NoFlow::NotOffered => MethodReason::NotConfigured,
            }),
        };
        let own_code = state.store_config(payment.store_id).cashier_qr == CashierQr::Cashier;
        let shows_own_code = own_code
            && app.is_some()
            && fitting == Ok(Flow::Qr)
            && flows.contains(&Flow::Jsapi)
            && !environment.is_handheld();
        Self { environment, flows, fitting, app, shows_own_code }
    }
}

/// Whether the gateway would not open this payment that way, for example because the merchant's contract does
/// not cover it: what else fits is offered then.
fn was_refused(ledger: &Ledger, flow: Flow) -> bool {
    ledger.attempts.iter().any(|a| {
        a.flow == flow
            && a.status == AttemptStatus::Failed
            && a.failure.as_ref().is_some_and(|failure| failure.code != UNREACHABLE)
    })
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
    let is_own = match own_attempt::remembered(state, request, ledger) {
        Some(own) => is_of_same_payer(newest, own),
        None => offer.app.is_none() && newest.flow == Flow::Jsapi,
    };
    is_own.then_some(newest)
}

/// The whole page.
#[must_use]
pub fn view_of(state: &AppState, request: &HttpRequest, ledger: &Ledger, offer: &Offer) -> CashierView {
    let payment = &ledger.payment;
    let own = own_newest(state, request, ledger, offer).map(|attempt| attempt.id);
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
        methods: vec![MethodView {
            gateway: GatewayName::WeChatPay.as_str().to_owned(),
            flow: offer.fitting.map_or_else(|_| String::new(), |flow| flow.as_str().to_owned()),
            available: offer.fitting.is_ok(),
            reason: offer.fitting.err(),
        }],
        attempt: ledger.attempts.last().map(|newest| attempt_view(newest, own == Some(newest.id))),
        shows_own_code: offer.shows_own_code,
        offers_code: offer.flows.contains(&Flow::Qr) && offer.fitting == Ok(Flow::Wap),
        test_mode: payment.mode == Mode::Test,
        phone_url: state.config.sandbox_phone_url.clone().filter(|_| payment.mode == Mode::Test),
        server_now_ms: state.clock.now().as_millis(),
        expires_at_ms: payment.expires_at.as_millis(),
    }
}

fn attempt_view(attempt: &Attempt, is_own: bool) -> AttemptView {
    let action = attempt.next_action.as_ref().filter(|_| attempt.status == AttemptStatus::Pending);
    let jsapi_parameters = match action {
        Some(NextAction::InvokeJsapi { parameters }) if is_own => serde_json::to_string(parameters).ok(),
        _ => None,
    };
    AttemptView {
        id: attempt.id.to_string(),
        gateway: attempt.gateway.as_str().to_owned(),
        flow: attempt.flow.as_str().to_owned(),
        status: attempt.status.as_str().to_owned(),
        action: action.map_or("", action_name).to_owned(),
        is_own,
        jsapi_parameters,
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

/// Whether the shopper must be recognised before anything can be paid here: inside WeChat, with nothing of
/// this browser's own yet.
#[must_use]
pub fn needs_sign_in(state: &AppState, request: &HttpRequest, ledger: &Ledger, offer: &Offer) -> bool {
    offer.fitting == Ok(Flow::Jsapi)
        && offer.app.is_some()
        && own_attempt::remembered(state, request, ledger).is_none_or(|own| own.payer_id.is_none())
        && !sign_in::is_under_way(state, request, ledger.payment.id)
}
