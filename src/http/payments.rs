//! `/v1/payments`: create, list, read, refresh, close.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::attempts::{AskedFlow, ShopperTold, named_flow, parse_flow, parse_gateway};
use super::auth::{Caller, SecretKey};
use super::body::{JsonBody, pointer_part};
use super::idempotency::{self, Scope};
use super::problem::{Problem, Worded as _, locale_of};
use super::query::Query;
use super::state::AppState;
use super::validate::Faults;
use crate::clock::Timestamp;
use crate::error::{ApiError, Code, FieldError};
use crate::i18n::Locale;
use crate::ids::{AccountId, AttemptId, PaymentId};
use crate::money::Currency;
use crate::payments::attempt::Shopper;
use crate::payments::checkout::{NewAttempt, NewPayment};
use crate::payments::{GatewayName, PaymentStatus, PaymentView};
use crate::storage::PaymentFilter;

/// A payment can wait for the shopper this long, in seconds: WeChat Pay closes orders after seven days.
const EXPIRES_IN_S: (i64, i64) = (60, 604_800);

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePayment {
    /// The shop's own number for the order, 1–64 characters.
    #[schema(example = "T-1001", max_length = 64)]
    pub order_ref: String,
    /// In fen: 12.80 yuan is 1280.
    #[schema(example = 1280, minimum = 1, maximum = 10_000_000_000_i64)]
    pub amount_fen: i64,
    #[schema(example = "CNY")]
    pub currency: String,
    /// Shown to the shopper by the gateway, 1–127 characters.
    #[schema(example = "西湖龙井 50g", max_length = 127)]
    pub description: String,
    /// With `flow`: opens the first attempt at once. Without: the cashier does.
    #[schema(example = "wechatpay")]
    pub gateway: Option<String>,
    /// `qr`, `page`, `wap`, `jsapi`, `app`, `barcode`, or `auto`: what fits the shopper's browser.
    #[schema(example = "qr")]
    pub flow: Option<String>,
    /// Which merchant account, when the store has several for the gateway.
    pub account: Option<String>,
    /// Where the cashier sends the shopper afterwards.
    #[schema(example = "https://shop.example/orders/T-1001")]
    pub return_url: Option<String>,
    /// 60 to 604800; the configured default when absent.
    #[schema(example = 7200)]
    pub expires_in_s: Option<i64>,
    pub shopper: Option<ShopperTold>,
    /// Up to 20 values of your own, returned as they are.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// A page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct List<T> {
    pub data: Vec<T>,
    /// Give it back as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// Ids chosen before the work, stored with the idempotency key.
#[derive(Debug, Serialize, Deserialize)]
struct Planned {
    payment: PaymentId,
    attempt: AttemptId,
}

/// A gateway and flow asked for together.
#[derive(Debug, Clone)]
struct FirstAttempt {
    gateway: GatewayName,
    flow: AskedFlow,
    account: Option<AccountId>,
    shopper: Shopper,
}

impl CreatePayment {
    fn validate(
        self,
        key: &SecretKey,
        id: PaymentId,
        return_url_hosts: &[String],
    ) -> Result<(NewPayment, Option<FirstAttempt>), ApiError> {
        let mut faults = Faults::default();
        faults.text("/order_ref", &self.order_ref, 64);
        let amount = faults.amount("/amount_fen", self.amount_fen);
        if Currency::parse(&self.currency).is_none() {
            faults.add(FieldError::new("/currency", "unsupported").with("allowed", "CNY"));
        }
        faults.text("/description", &self.description, 127);
        if let Some(url) = &self.return_url {
            faults.web_address("/return_url", url);
            faults.host_among("/return_url", url, return_url_hosts);
        }
        if let Some(seconds) = self.expires_in_s {
            faults.between("/expires_in_s", seconds, EXPIRES_IN_S.0, EXPIRES_IN_S.1);
        }
        check_metadata(&self.metadata, &mut faults);
        let (gateway, flow, account) = (self.gateway.as_deref(), self.flow.as_deref(), self.account.as_deref());
        let first = first_attempt(gateway, flow, account, self.shopper, &mut faults);
        faults.refuse_if_any()?;
        let new = NewPayment {
            id,
            store_id: key.store_id,
            mode: key.mode,
            order_ref: self.order_ref,
            amount,
            description: self.description,
            return_url: self.return_url,
            expires_in_s: self.expires_in_s,
            metadata: self.metadata,
        };
        Ok((new, first))
    }
}

fn check_metadata(metadata: &BTreeMap<String, String>, faults: &mut Faults) {
    if metadata.len() > 20 {
        faults.add(FieldError::new("/metadata", "too_many").with("max", 20));
    }
    for (name, value) in metadata {
        if name.is_empty() || name.chars().count() > 40 || value.chars().count() > 500 {
            faults.add(FieldError::new(format!("/metadata/{}", pointer_part(name)), "metadata_too_long"));
        }
    }
}

fn first_attempt(
    gateway: Option<&str>,
    flow: Option<&str>,
    account: Option<&str>,
    shopper: Option<ShopperTold>,
    faults: &mut Faults,
) -> Option<FirstAttempt> {
    let named = gateway.and_then(GatewayName::parse);
    let shopper = ShopperTold::validate(shopper, named, flow.and_then(named_flow), faults);
    let account = faults.id("/account", account, "acc_");
    match (gateway, flow) {
        (None, None) => None,
        (Some(gateway), Some(flow)) => {
            let (gateway, flow) = (parse_gateway(gateway, faults), parse_flow(flow, faults));
            Some(FirstAttempt { gateway: gateway?, flow: flow?, account, shopper })
        }
        (Some(_), None) => {
            faults.add(FieldError::new("/flow", "required_with").with("other", "gateway"));
            None
        }
        (None, Some(_)) => {
            faults.add(FieldError::new("/gateway", "required_with").with("other", "flow"));
            None
        }
    }
}

/// Create a payment
///
/// With `gateway` and `flow` the first attempt is opened at once. The answer carries the
/// `client_secret` and the `cashier_url` to send the shopper to.
#[utoipa::path(post, operation_id = "create_payment", path = "/v1/payments",
    tag = "payments", request_body = CreatePayment,
    params(("Idempotency-Key" = String, Header, description = "16–255 visible ASCII characters; a repeat gives the same answer")),
    responses((status = 201, body = PaymentView), (status = 422, body = Problem), (status = 409, body = Problem)),
    security(("secret_key" = [])))]
pub async fn create(
    state: web::Data<AppState>,
    key: SecretKey,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let wanted: CreatePayment = body.parse()?;
    let attempt = AttemptId::generate_at(state.clock.now());
    let planned = Planned { payment: PaymentId::generate(), attempt };
    let (new, first) = wanted.validate(&key, planned.payment, &state.store_config(key.store_id).return_url_hosts)?;
    let scope = Scope { store_id: key.store_id, mode: key.mode, prefix: String::new() };
    let resource = serde_json::to_string(&planned).map_err(ApiError::internal)?;
    let worker = state.clone();
    let locale = locale_of(&request);
    let work = move |resource: String| {
        let state = worker;
        async move {
            let planned: Planned = serde_json::from_str(&resource).map_err(ApiError::internal)?;
            let new = NewPayment { id: planned.payment, ..new };
            create_once(&state, new, first, planned.attempt, locale).await
        }
    };
    idempotency::once(&state, &request, &scope, &body.0, resource, work).await
}

async fn create_once(
    state: &AppState,
    new: NewPayment,
    first: Option<FirstAttempt>,
    attempt_id: AttemptId,
    locale: Locale,
) -> Result<(StatusCode, Vec<u8>), ApiError> {
    let first = match first {
        Some(FirstAttempt { gateway, flow, account, shopper }) => {
            let flow = flow.resolve(state, (new.store_id, new.mode), gateway, account, &shopper).await?;
            Some(NewAttempt { id: attempt_id, gateway, flow, account, shopper })
        }
        None => None,
    };
    if let Some(attempt) = &first {
        // A payment that could never be paid as asked is not recorded at all.
        state.payments.check_first_attempt(&new, attempt).await?;
    }
    let mut ledger = state.payments.create(new).await?;
    if let Some(attempt) = first {
        ledger = state.payments.open_attempt_on(ledger, attempt).await?.0;
    }
    let view =
        PaymentView { client_secret: Some(state.client_secret(ledger.payment.id)), ..state.payment_view(&ledger) };
    let view = view.worded(locale);
    Ok((StatusCode::CREATED, serde_json::to_vec(&view).map_err(ApiError::internal)?))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PaymentQuery {
    pub order_ref: Option<String>,
    /// open, paid, partly_refunded, refunded or closed.
    pub status: Option<String>,
    /// RFC 3339; created at or after.
    pub created_from: Option<String>,
    /// RFC 3339; created before.
    pub created_to: Option<String>,
    pub cursor: Option<String>,
    /// 1–100, 20 by default.
    pub limit: Option<i64>,
}

/// List payments, newest first
#[utoipa::path(get, operation_id = "list_payments", path = "/v1/payments", tag = "payments", params(PaymentQuery),
    responses((status = 200, body = List<PaymentView>), (status = 422, body = Problem)), security(("secret_key" = [])))]
pub async fn list(
    state: web::Data<AppState>,
    key: SecretKey,
    request: HttpRequest,
    query: Query<PaymentQuery>,
) -> Result<HttpResponse, ApiError> {
    let mut faults = Faults::default();
    let status = faults.one_of("?status", query.status.as_deref(), &PaymentStatus::ALL, PaymentStatus::as_str);
    let created_from = parse_time("?created_from", query.created_from.as_deref(), &mut faults);
    let created_to = parse_time("?created_to", query.created_to.as_deref(), &mut faults);
    let limit = page_limit(query.limit, &mut faults);
    faults.refuse_if_any()?;
    let filter = PaymentFilter {
        store_id: key.store_id,
        mode: key.mode,
        order_ref: query.order_ref.clone(),
        status,
        created_from,
        created_to,
        cursor: query.cursor.clone(),
        limit,
    };
    let page = state.storage.payments(&filter).await?;
    let data: Vec<PaymentView> =
        page.data.iter().map(|ledger| state.payment_view(ledger).worded(locale_of(&request))).collect();
    Ok(HttpResponse::Ok().json(List { data, next_cursor: page.next_cursor }))
}

/// 1–100, 20 when absent.
pub fn page_limit(limit: Option<i64>, faults: &mut Faults) -> i64 {
    let limit = limit.unwrap_or(20);
    faults.between("?limit", limit, 1, 100);
    limit
}

pub fn parse_time(pointer: &str, text: Option<&str>, faults: &mut Faults) -> Option<Timestamp> {
    let time = Timestamp::parse_rfc3339(text?);
    if time.is_none() {
        faults.add(FieldError::new(pointer, "not_a_time"));
    }
    time
}

/// Read a payment
///
/// When something is unsettled and older than two seconds, the gateway is asked first.
#[utoipa::path(get, operation_id = "read_payment", path = "/v1/payments/{payment_id}", tag = "payments",
    params(("payment_id" = PaymentId, Path), ("client_secret" = Option<String>, Query)),
    responses((status = 200, body = PaymentView), (status = 404, body = Problem)), security(("secret_key" = []), ("client_secret" = [])))]
pub async fn read(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = payment_id(&path)?;
    caller.may_see(&state.payments.ledger(id).await?)?;
    let payments = Arc::clone(&state.payments);
    let ledger = state.finish(async move { Ok(payments.read(id).await?) }).await?;
    Ok(HttpResponse::Ok().json(view_for(&state, &caller, &ledger).worded(locale_of(&request))))
}

/// Ask the gateway now
///
/// What "I have paid" does: the gateway is really asked, at most once in two seconds.
#[utoipa::path(post, operation_id = "refresh_payment", path = "/v1/payments/{payment_id}/refresh", tag = "payments",
    params(("payment_id" = PaymentId, Path), ("client_secret" = Option<String>, Query)),
    responses((status = 200, body = PaymentView), (status = 404, body = Problem)), security(("secret_key" = []), ("client_secret" = [])))]
pub async fn refresh(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = payment_id(&path)?;
    caller.may_see(&state.payments.ledger(id).await?)?;
    let payments = Arc::clone(&state.payments);
    let ledger = state.finish(async move { Ok(payments.refresh(id).await?) }).await?;
    Ok(HttpResponse::Ok().json(view_for(&state, &caller, &ledger).worded(locale_of(&request))))
}

/// Close a payment
///
/// Its orders are closed at their gateways first. When a gateway cannot be heard, the payment stays
/// open (`202`), is closed as soon as the gateway agrees, and takes no new attempts.
#[utoipa::path(post, operation_id = "close_payment", path = "/v1/payments/{payment_id}/close",
    tag = "payments", params(("payment_id" = PaymentId, Path)),
    responses((status = 200, body = PaymentView), (status = 202, body = PaymentView), (status = 409, body = Problem)), security(("secret_key" = [])))]
pub async fn close(
    state: web::Data<AppState>,
    key: SecretKey,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = payment_id(&path)?;
    key.may_see(&state.payments.ledger(id).await?)?;
    let payments = Arc::clone(&state.payments);
    let ledger = state.finish(async move { Ok(payments.close(id).await?) }).await?;
    match ledger.payment.status {
        PaymentStatus::Closed => Ok(HttpResponse::Ok().json(state.payment_view(&ledger).worded(locale_of(&request)))),
        PaymentStatus::Open => {
            Ok(HttpResponse::Accepted().json(state.payment_view(&ledger).worded(locale_of(&request))))
        }
        paid => Err(ApiError::new(Code::PaymentNotOpen).with("status", paid.as_str())),
    }
}

/// The payment as this caller may see it.
#[must_use]
pub fn view_for(state: &AppState, caller: &Caller, ledger: &crate::payments::Ledger) -> PaymentView {
    match caller {
        Caller::Shop(_) => state.payment_view(ledger),
        Caller::Browser(_) => state.payment_view(ledger).for_shopper(),
    }
}

/// # Errors
/// `not_found` when the text is no payment id.
pub fn payment_id(text: &str) -> Result<PaymentId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("payment"))
}
