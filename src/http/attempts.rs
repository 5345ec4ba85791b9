//! Opening attempts, and their QR codes.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::auth::Caller;
use super::body::JsonBody;
use super::cashier_page::user_agent;
use super::idempotency::{self, Scope};
use super::limits::client_ip;
use super::own_attempt;
use super::problem::{Problem, Worded as _, locale_of};
use super::query::Query;
use super::state::AppState;
use super::validate::Faults;
use crate::error::{ApiError, Code, FieldError};
use crate::gateways::shopper::{self, ShopperFact};
use crate::ids::{AccountId, AttemptId, PaymentId, StoreId};
use crate::payments::attempt::Shopper;
use crate::payments::checkout::NewAttempt;
use crate::payments::environment::{Environment, NoFlow, fitting_flow};
use crate::payments::{AttemptView, Flow, GatewayName, Ledger, Mode, NextAction};
use crate::web::qr;

/// The shopper as the shop sees it.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Shopper)]
pub struct ShopperTold {
    /// As the shop sees it; gateways compare it with the payer's. WeChat Pay requires it for `wap`.
    #[schema(example = "203.0.113.7")]
    pub ip: Option<String>,
    /// Tells iOS from Android in `wap`.
    pub user_agent: Option<String>,
    /// The shopper's id in the wallet; required for `jsapi`. It belongs to one app id. Instead of this name that of
    /// the gateway may be used.
    pub payer_id: Option<String>,
    /// WeChat Pay's name of `payer_id`.
    pub openid: Option<String>,
    /// Alipay's name of `payer_id` in older applications: 16 digits beginning 2088.
    pub buyer_id: Option<String>,
    /// Alipay's name of `payer_id` in newer applications.
    pub buyer_open_id: Option<String>,
    /// The app id that pays, where the account has several, for example the mini program's.
    pub app_id: Option<String>,
    /// What was scanned from the shopper's phone (付款码); required for `barcode`.
    pub auth_code: Option<String>,
}

impl ShopperTold {
    /// The shopper as the gateways need it, once every given value is sound and what the flow needs is there.
    pub fn validate(
        told: Option<Self>,
        gateway: Option<GatewayName>,
        flow: Option<AskedFlow>,
        faults: &mut Faults,
    ) -> Shopper {
        let told = told.unwrap_or_default();
        for (pointer, value, most) in [
            ("/shopper/user_agent", &told.user_agent, 1000),
            ("/shopper/app_id", &told.app_id, 32),
            ("/shopper/auth_code", &told.auth_code, 64),
        ] {
            if let Some(value) = value {
                faults.text(pointer, value, most);
            }
        }
        if let Some(ip) = &told.ip {
            faults.ip("/shopper/ip", ip);
        }
        let payer_id = told.payer(faults);
        let shopper = Shopper {
            ip: told.ip,
            user_agent: told.user_agent,
            payer_id,
            app_id: told.app_id,
            auth_code: told.auth_code,
        };
        match flow {
            Some(AskedFlow::Named(flow)) => {
                gateway
                    .and_then(|gateway| missing_for(gateway, flow, &shopper))
                    .into_iter()
                    .for_each(|f| faults.add(f));
            }
            Some(AskedFlow::Auto) if shopper.user_agent.is_none() => {
                faults.add(FieldError::new("/shopper/user_agent", "required_for_flow").with("flow", AUTO));
            }
            Some(AskedFlow::Auto) | None => {}
        }
        shopper
    }

    /// The payer, under whichever name.
    fn payer(&self, faults: &mut Faults) -> Option<String> {
        let mut first: Option<(&str, &String)> = None;
        for (name, value) in [
            ("payer_id", &self.payer_id),
            ("openid", &self.openid),
            ("buyer_id", &self.buyer_id),
            ("buyer_open_id", &self.buyer_open_id),
        ] {
            let Some(value) = value else { continue };
            let pointer = format!("/shopper/{name}");
            faults.text(&pointer, value, 128);
            match first {
                None => first = Some((name, value)),
                Some((other, _)) => faults.add(FieldError::new(pointer, "told_twice").with("other", other)),
            }
        }
        first.map(|(_, value)| value.clone())
    }

    const fn tells_payer(&self) -> bool {
        self.payer_id.is_some() || self.openid.is_some() || self.buyer_id.is_some() || self.buyer_open_id.is_some()
    }
}

/// What an order of that flow needs to know of the shopper and was not told.
fn missing_for(gateway: GatewayName, flow: Flow, shopper: &Shopper) -> Option<FieldError> {
    let missing = shopper::need(gateway, flow).filter(|need| !need.is_met_by(shopper))?;
    let pointer = format!("/shopper/{}", missing.told_as);
    Some(FieldError::new(pointer, "required_for_flow").with("flow", flow.as_str()))
}

/// The flow that fits the shopper's browser. One that would have to know the payer gives way to one that need not.
fn flow_for(gateway: GatewayName, offered: &[Flow], shopper: &Shopper) -> Result<Flow, NoFlow> {
    let environment = Environment::of(shopper.user_agent.as_deref().unwrap_or_default());
    let knows_enough = |flow: &Flow| {
        shopper::need(gateway, *flow).is_none_or(|need| need.fact != ShopperFact::PayerId || need.is_met_by(shopper))
    };
    let (wallet, works) = (shopper::wallet(gateway), shopper::flows_in(gateway, environment));
    let open: Vec<Flow> = offered.iter().copied().filter(knows_enough).collect();
    fitting_flow(environment, wallet, works, &open).or_else(|_| fitting_flow(environment, wallet, works, offered))
}

const AUTO: &str = "auto";

/// How a caller wants the shopper to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedFlow {
    /// As fits the shopper's browser.
    Auto,
    Named(Flow),
}

impl AskedFlow {
    /// The flow to open: the one named, or the one of the account's that fits the shopper's browser.
    ///
    /// # Errors
    /// No account, none of its flows fits, or the shopper lacks what the fitting one needs.
    pub async fn resolve(
        self,
        state: &AppState,
        (store_id, mode): (StoreId, Mode),
        gateway: GatewayName,
        account: Option<AccountId>,
        shopper: &Shopper,
    ) -> Result<Flow, ApiError> {
        let flow = match self {
            Self::Named(flow) => return Ok(flow),
            Self::Auto => {
                let (_, bound) = state.payments.gateways().account_for(store_id, mode, gateway, account).await?;
                flow_for(gateway, bound.flows(), shopper).map_err(|_| {
                    let allowed: Vec<&str> = bound.flows().iter().map(|flow| flow.as_str()).collect();
                    let field = FieldError::new("/flow", "unsupported").with("allowed", allowed.join(", "));
                    let refused = ApiError::new(Code::FlowUnsupported).with("gateway", gateway.as_str());
                    ApiError { fields: vec![field], ..refused.with("flow", AUTO) }
                })?
            }
        };
        missing_for(gateway, flow, shopper).map_or(Ok(flow), |field| Err(ApiError::invalid(vec![field])))
    }
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAttempt {
    #[schema(example = "wechatpay")]
    pub gateway: String,
    /// `qr`, `page`, `wap`, `jsapi`, `app`, `barcode`, or `auto`: what fits the shopper's browser.
    #[schema(example = "qr")]
    pub flow: String,
    pub account: Option<String>,
    pub shopper: Option<ShopperTold>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Planned {
    attempt: AttemptId,
}

pub fn parse_gateway(text: &str, faults: &mut Faults) -> Option<GatewayName> {
    faults.one_of("/gateway", Some(text), &GatewayName::ALL, GatewayName::as_str)
}

pub fn parse_flow(text: &str, faults: &mut Faults) -> Option<AskedFlow> {
    let flow = named_flow(text);
    if flow.is_none() {
        let allowed = format!("{AUTO}, {}", Flow::ALL.map(Flow::as_str).join(", "));
        faults.add(FieldError::new("/flow", "unsupported").with("allowed", allowed));
    }
    flow
}

/// `None` for a word that is no flow.
#[must_use]
pub fn named_flow(text: &str) -> Option<AskedFlow> {
    if text == AUTO { Some(AskedFlow::Auto) } else { Flow::parse(text).map(AskedFlow::Named) }
}

/// Open an attempt
///
/// A pending attempt of the same gateway and flow whose code is still good is given again; an older one
/// is ended at its gateway first, so that two orders are never open at once.
#[utoipa::path(post, operation_id = "open_attempt", path = "/v1/payments/{payment_id}/attempts",
    tag = "payments", request_body = CreateAttempt,
    params(("payment_id" = PaymentId, Path), ("client_secret" = Option<String>, Query),
        ("Idempotency-Key" = String, Header, description = "16–255 visible ASCII characters")),
    responses((status = 201, body = AttemptView), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("secret_key" = []), ("client_secret" = [])))]
pub async fn create(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let id = super::payments::payment_id(&path)?;
    let ledger = state.payments.ledger(id).await?;
    caller.may_see(&ledger)?;
    let wanted: CreateAttempt = body.parse()?;
    let mut faults = Faults::default();
    let (gateway, flow) = (parse_gateway(&wanted.gateway, &mut faults), parse_flow(&wanted.flow, &mut faults));
    let account = faults.id("/account", wanted.account.as_deref(), "acc_");
    // A browser's own address and name are seen here; a shop's server must tell the shopper's.
    let told = match caller {
        Caller::Browser(_) => Some(seen_shopper(&state, &request, &ledger, gateway, wanted.shopper).await),
        Caller::Shop(_) => wanted.shopper,
    };
    let shopper = ShopperTold::validate(told, gateway, flow, &mut faults);
    faults.refuse_if_any()?;
    let (Some(gateway), Some(asked)) = (gateway, flow) else { return Err(ApiError::invalid(Vec::new())) };
    let owner = (ledger.payment.store_id, ledger.payment.mode);
    let flow = asked.resolve(&state, owner, gateway, account, &shopper).await?;
    let planned = Planned { attempt: AttemptId::generate_at(state.clock.now()) };
    let resource = serde_json::to_string(&planned).map_err(ApiError::internal)?;
    let scope = Scope::of(&caller, ledger.payment.store_id, ledger.payment.mode);
    let worker = state.clone();
    let shopper_asks = matches!(caller, Caller::Browser(_));
    let locale = locale_of(&request);
    let work = move |resource: String| {
        let state = worker;
        async move {
            let planned: Planned = serde_json::from_str(&resource).map_err(ApiError::internal)?;
            let new = NewAttempt { id: planned.attempt, gateway, flow, account, shopper };
            let opened = state.payments.open_attempt(id, new).await.map_err(ApiError::from);
            let opened = if shopper_asks { opened.map_err(without_merchants_troubles) } else { opened };
            let (ledger, attempt_id) = opened?;
            let view = ledger.attempt(attempt_id).map(AttemptView::of).ok_or_else(|| ApiError::not_found("attempt"))?;
            let view = if shopper_asks { view.for_shopper() } else { view.worded(locale) };
            let body = serde_json::to_vec(&view).map_err(ApiError::internal)?;
            Ok((StatusCode::CREATED, body))
        }
    };
    idempotency::once(&state, &request, &scope, &body.0, resource, work).await
}

/// What is seen of the browser itself goes before what it says. Whose wallet pays is the gateway's to check.
/// A browser that signed in for this payment before need not say who pays.
async fn seen_shopper(
    state: &AppState,
    request: &HttpRequest,
    ledger: &Ledger,
    gateway: Option<GatewayName>,
    told: Option<ShopperTold>,
) -> ShopperTold {
    let told = told.unwrap_or_default();
    let payer_id = match gateway {
        Some(gateway) if !told.tells_payer() => own_attempt::known_payer(state, request, ledger, gateway).await,
        _ => told.payer_id,
    };
    ShopperTold {
        ip: client_ip(request, &state.config.trusted_proxies).map(|ip| ip.to_string()),
        user_agent: Some(user_agent(request).filter(|agent| !agent.trim().is_empty()).unwrap_or("unknown".to_owned())),
        payer_id,
        ..told
    }
}

/// What only the merchant can mend is "not available" to a shopper.
fn without_merchants_troubles(error: ApiError) -> ApiError {
    match error.code {
        Code::GatewayMisconfigured
        | Code::GatewayDeclined
        | Code::AccountMissing
        | Code::AccountAmbiguous
        | Code::AccountInvalid
        | Code::VaultLocked => ApiError::new(Code::MethodUnavailable),
        _ => error,
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QrQuery {
    /// Pixels per module of the PNG, 1–32; 8 by default.
    pub module_px: Option<u32>,
    pub client_secret: Option<String>,
}

/// The QR code as SVG
#[utoipa::path(get, operation_id = "read_qr_svg", path = "/v1/attempts/{attempt_id}/qr.svg", tag = "payments",
    params(("attempt_id" = AttemptId, Path), ("client_secret" = Option<String>, Query)),
    responses((status = 200, content_type = "image/svg+xml"), (status = 404, body = Problem)),
    security(("secret_key" = []), ("client_secret" = [])))]
pub async fn qr_svg(
    state: web::Data<AppState>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (store_id, content) = code_of(&state, &caller, &path).await?;
    let svg = qr::svg(&content, state.qr_logos.get(&store_id)).map_err(ApiError::internal)?;
    Ok(image("image/svg+xml").body(svg))
}

/// The QR code as PNG
#[utoipa::path(get, operation_id = "read_qr_png", path = "/v1/attempts/{attempt_id}/qr.png", tag = "payments",
    params(("attempt_id" = AttemptId, Path), QrQuery),
    responses((status = 200, content_type = "image/png"), (status = 404, body = Problem)),
    security(("secret_key" = []), ("client_secret" = [])))]
pub async fn qr_png(
    state: web::Data<AppState>,
    caller: Caller,
    path: web::Path<String>,
    query: Query<QrQuery>,
) -> Result<HttpResponse, ApiError> {
    let module_px = query.module_px.unwrap_or(8);
    let mut faults = Faults::default();
    faults.between("?module_px", i64::from(module_px), 1, 32);
    faults.refuse_if_any()?;
    let (store_id, content) = code_of(&state, &caller, &path).await?;
    let png = qr::png(&content, module_px, state.qr_logos.get(&store_id)).map_err(ApiError::internal)?;
    Ok(image("image/png").body(png))
}

/// A code belongs to one shopper and dies with its order: nothing in between may keep it.
fn image(content_type: &'static str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.content_type(content_type).insert_header(("Cache-Control", "private, no-store"));
    response
}

/// The code of an attempt, and whose shop it is for.
async fn code_of(state: &AppState, caller: &Caller, attempt: &str) -> Result<(StoreId, String), ApiError> {
    let id: AttemptId = attempt.parse().map_err(|_| ApiError::not_found("attempt"))?;
    let ledger = state.storage.ledger_of_attempt(id).await?.ok_or_else(|| ApiError::not_found("attempt"))?;
    caller.may_see(&ledger)?;
    match ledger.attempt(id).map(AttemptView::of).and_then(|a| a.next_action) {
        Some(NextAction::DisplayQr { code_url }) => Ok((ledger.payment.store_id, code_url)),
        _ => Err(ApiError::not_found("qr")),
    }
}
