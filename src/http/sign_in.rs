//! Finding a payer's openid inside WeChat: the cashier sends the shopper to WeChat's silent sign-in, and
//! `/wechat/openid/callback` takes the code, opens the payment in WeChat and goes back to the cashier.
//! Promises: a state is bound to one payment and one browser, lives ten minutes and is used once; the openid
//! stays on the server, with the attempt; WeChat never sees a client secret.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::cashier_page::{page, shopper_of};
use super::problem::locale_of;
use super::state::AppState;
use super::{cookies, own_attempt};
use crate::clock::Timestamp;
use crate::crypto::digest::hmac_sha256;
use crate::crypto::{compare, random};
use crate::error::{ApiError, Code};
use crate::gateways::shopper::PayingApp;
use crate::i18n::Locale;
use crate::ids::{AttemptId, PaymentId};
use crate::payments::attempt::Shopper;
use crate::payments::checkout::NewAttempt;
use crate::payments::{Flow, GatewayName, Ledger};
use crate::social::wechat_oauth::{self, OAuthApp, OAuthError, Scope};
use crate::storage::Account;
use crate::web::cashier::{CashierProblem, Link, render_sign_in};

/// How long WeChat and the shopper may take, in seconds.
const STATE_LIVES_S: i64 = 600;
const STATE_CHARS: usize = 32;
const COOKIE_PREFIX: &str = "luodi_sign_in_";

/// A sign-in that has been begun: what the browser's cookie says, believed after its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SignIn {
    payment: PaymentId,
    /// Letters and digits, as WeChat demands.
    state: String,
    /// Chosen in advance, so that a second callback finds what the first one opened.
    attempt: AttemptId,
    begun_at: Timestamp,
}

impl SignIn {
    fn begin(payment: PaymentId, now: Timestamp) -> Self {
        let attempt = AttemptId::generate_at(now);
        Self { payment, state: random::alphanumeric(STATE_CHARS), attempt, begun_at: now }
    }

    fn cookie_name(payment: PaymentId) -> String {
        format!("{COOKIE_PREFIX}{}", payment.suffix())
    }

    fn proof(&self, state: &AppState) -> String {
        let Self { payment, state: token, attempt, begun_at } = self;
        let text = format!("sign_in/{payment}/{token}/{attempt}/{}", begun_at.as_millis());
        hex::encode(&hmac_sha256(&state.pepper, text.as_bytes())[..16])
    }

    fn cookie(&self, state: &AppState) -> (&'static str, String) {
        let value = format!("{}.{}.{}.{}", self.state, self.attempt, self.begun_at.as_millis(), self.proof(state));
        cookies::set(&state.public_url, &Self::cookie_name(self.payment), &value, STATE_LIVES_S)
    }

    fn read(state: &AppState, payment: PaymentId, value: &str) -> Option<Self> {
        let mut parts = value.split('.');
        let (token, attempt, begun_at, told) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let begun_at = Timestamp::from_millis(begun_at.parse().ok()?);
        let read = Self { payment, state: token.to_owned(), attempt: attempt.parse().ok()?, begun_at };
        compare::equal(told.as_bytes(), read.proof(state).as_bytes()).then_some(read)
    }

    /// The sign-in of this browser that WeChat answers now.
    fn answered(state: &AppState, request: &HttpRequest, token: &str) -> Option<Self> {
        cookies::all(request)
            .filter_map(|(name, value)| {
                let payment = format!("pay_{}", name.strip_prefix(COOKIE_PREFIX)?).parse().ok()?;
                Self::read(state, payment, value)
            })
            .find(|sign_in| compare::equal(sign_in.state.as_bytes(), token.as_bytes()))
    }

    fn is_over(&self, now: Timestamp) -> bool {
        now.seconds_since(self.begun_at) >= STATE_LIVES_S
    }
}

/// Whether this browser was sent to WeChat for this payment and has not come back with an answer: the
/// shopper turned back, or WeChat showed an error of its own.
#[must_use]
pub fn is_under_way(state: &AppState, request: &HttpRequest, payment: PaymentId) -> bool {
    cookies::read(request, &SignIn::cookie_name(payment))
        .and_then(|value| SignIn::read(state, payment, value))
        .is_some_and(|sign_in| !sign_in.is_over(state.clock.now()))
}

/// Sends the browser to WeChat.
///
/// # Errors
/// Those of a page that cannot be written.
pub fn begin(state: &AppState, payment: PaymentId, app: &PayingApp, locale: Locale) -> Result<HttpResponse, ApiError> {
    let sign_in = SignIn::begin(payment, state.clock.now());
    let callback = format!("{}/wechat/openid/callback", state.public_url);
    let address = wechat_oauth::authorize_url(&oauth_app(app), Scope::Base, &callback, &sign_in.state);
    page(200, &[sign_in.cookie(state)], render_sign_in(&address, locale))
}

fn oauth_app(app: &PayingApp) -> OAuthApp {
    OAuthApp {
        app_id: app.app_id.clone(),
        secret: app.secret.clone(),
        authorize_base: app.authorize_base.clone(),
        api_base: app.api_base.clone(),
    }
}

/// The account that pays inside WeChat, and the app by which it knows its payers.
///
/// # Errors
/// As [`crate::payments::directory::GatewayDirectory::account_for`].
async fn paying_app(state: &AppState, ledger: &Ledger) -> Result<Option<(Account, PayingApp)>, ApiError> {
    let (payment, gateways) = (&ledger.payment, state.payments.gateways());
    let (account, bound) = gateways.account_for(payment.store_id, payment.mode, GatewayName::WeChatPay, None).await?;
    Ok(bound.paying_app().cloned().map(|app| (account, app)))
}

#[derive(Debug, Deserialize)]
pub struct CallbackQuery {
    code: Option<String>,
    state: Option<String>,
}

/// The shopper comes back from WeChat's sign-in.
///
/// # Errors
/// Those of a page that cannot be written; everything else has a page of its own.
pub async fn callback(
    state: web::Data<AppState>,
    request: HttpRequest,
    query: web::Query<CallbackQuery>,
) -> Result<HttpResponse, ApiError> {
    let token = query.state.as_deref().unwrap_or_default();
    let Some(sign_in) = SignIn::answered(&state, &request, token) else {
        // Another browser's, or one that keeps no cookies: nothing may be told or done here.
        return page(400, &[], CashierProblem::SignInLost.page(locale_of(&request), &[]));
    };
    let payment = sign_in.payment;
    let outcome = match query.code.as_deref().filter(|code| !code.is_empty() && code.len() <= 512) {
        _ if sign_in.is_over(state.clock.now()) => Err(CashierProblem::SignInExpired),
        None => Err(CashierProblem::SignInDenied),
        Some(code) => open_once(&state, &request, sign_in, code.to_owned()).await?,
    };
    let over = cookies::end(&state.public_url, &SignIn::cookie_name(payment));
    match outcome {
        Ok(attempt) => Ok(HttpResponse::SeeOther()
            .insert_header((header::LOCATION, state.cashier_url(payment)))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::REFERRER_POLICY, "no-referrer"))
            .append_header(over)
            .append_header(own_attempt::remember(&state, payment, attempt))
            .finish()),
        Err(problem) => {
            let again = Link::try_again(format!("{}&sign_in=again", state.cashier_url(payment)));
            page(200, &[over], problem.page(locale_of(&request), &[again]))
        }
    }
}

type Outcome = Result<AttemptId, CashierProblem>;

/// WeChat may call back twice with one code: the second waits and gets what the first one got.
async fn open_once(
    state: &web::Data<AppState>,
    request: &HttpRequest,
    sign_in: SignIn,
    code: String,
) -> Result<Outcome, ApiError> {
    let shopper = shopper_of(state, request);
    let worker = state.clone();
    state
        .finish(async move {
            let turn = worker.sign_ins.turn(&sign_in, worker.clock.now());
            let mut outcome = turn.lock().await;
            if outcome.is_none() {
                *outcome = Some(open(&worker, &sign_in, shopper, &code).await);
            }
            Ok((*outcome).unwrap_or(Err(CashierProblem::Unavailable)))
        })
        .await
}

async fn open(state: &AppState, sign_in: &SignIn, shopper: Shopper, code: &str) -> Outcome {
    match try_open(state, sign_in, shopper, code).await {
        Ok(attempt) => Ok(attempt),
        Err(Trouble::SignIn(error)) => Err(refused(sign_in.payment, &error)),
        Err(Trouble::Api(error)) => match error.code {
            // The cashier says how the payment stands.
            Code::PaymentNotOpen | Code::PaymentClosing => Ok(sign_in.attempt),
            Code::AttemptUnsettled => Err(CashierProblem::EarlierUnsettled),
            Code::GatewayMisconfigured | Code::GatewayDeclined | Code::FlowUnsupported | Code::AccountInvalid => {
                tracing::error!(payment = %sign_in.payment, %error, "an order cannot be opened inside WeChat");
                Err(CashierProblem::SignInMisconfigured)
            }
            _ => {
                tracing::warn!(payment = %sign_in.payment, %error, "an order could not be opened inside WeChat");
                Err(CashierProblem::Unavailable)
            }
        },
    }
}

fn refused(payment: PaymentId, error: &OAuthError) -> CashierProblem {
    match error {
        OAuthError::CodeSpent(_) => CashierProblem::SignInExpired,
        OAuthError::Preview => CashierProblem::SignInPreview,
        OAuthError::Misconfigured { .. } => {
            tracing::error!(%payment, %error, "payers cannot be recognised inside WeChat");
            CashierProblem::SignInMisconfigured
        }
        OAuthError::Unavailable(_) => {
            tracing::warn!(%payment, %error, "WeChat's sign-in did not answer");
            CashierProblem::Unavailable
        }
    }
}

enum Trouble {
    SignIn(OAuthError),
    Api(ApiError),
}

impl<E: Into<ApiError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Api(error.into())
    }
}

async fn try_open(state: &AppState, sign_in: &SignIn, shopper: Shopper, code: &str) -> Result<AttemptId, Trouble> {
    let ledger = state.payments.ledger(sign_in.payment).await?;
    if ledger.attempt(sign_in.attempt).is_some() {
        return Ok(sign_in.attempt);
    }
    let app = paying_app(state, &ledger).await?;
    let (account, app) = app.ok_or_else(|| Trouble::Api(ApiError::new(Code::GatewayMisconfigured)))?;
    let transport = state.payments.gateways().transport(GatewayName::WeChatPay);
    let identity = wechat_oauth::exchange(&oauth_app(&app), &transport, code).await.map_err(Trouble::SignIn)?;
    let new = NewAttempt {
        id: sign_in.attempt,
        gateway: GatewayName::WeChatPay,
        flow: Flow::Jsapi,
        account: Some(account.id),
        shopper: Shopper { payer_id: Some(identity.openid), app_id: Some(app.app_id), ..shopper },
    };
    Ok(state.payments.open_attempt(sign_in.payment, new).await?.1)
}

/// The answers of sign-ins, one turn for each state. Several servers need not share it: WeChat takes a code
/// once, and the attempt's id was chosen before.
#[derive(Debug, Default)]
pub struct SignIns(Mutex<HashMap<String, (Timestamp, Turn)>>);

type Turn = Arc<tokio::sync::Mutex<Option<Outcome>>>;

impl SignIns {
    fn turn(&self, sign_in: &SignIn, now: Timestamp) -> Turn {
        let Ok(mut turns) = self.0.lock() else { return Turn::default() };
        turns.retain(|_, (begun_at, _)| now.seconds_since(*begun_at) < STATE_LIVES_S);
        Arc::clone(&turns.entry(sign_in.state.clone()).or_insert((sign_in.begun_at, Turn::default())).1)
    }
}
