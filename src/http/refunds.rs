//! Refunds: ask for one, list, read.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::auth::SecretKey;
use super::body::JsonBody;
use super::idempotency::{self, Scope};
use super::payments::{List, page_limit, payment_id};
use super::problem::{Problem, Worded as _, locale_of};
use super::query::Query;
use super::state::AppState;
use super::validate::Faults;
use crate::error::{ApiError, Code, FieldError};
use crate::gateways::RefundDestination;
use crate::ids::{PaymentId, RefundId};
use crate::payments::refunds::NewRefund;
use crate::payments::{PaymentError, RefundStatus, RefundView};
use crate::storage::RefundFilter;

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRefund {
    /// In fen; all that is left when absent.
    #[schema(example = 500, minimum = 1)]
    pub amount_fen: Option<i64>,
    /// Shown to the payer, up to 80 characters.
    #[schema(example = "缺货退款", max_length = 80)]
    pub reason: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Planned {
    refund: RefundId,
}

/// Refund a payment
///
/// In part or whole, repeatedly, never above what was paid. `pending` means the gateway accepted it;
/// the end comes as `refund.succeeded` or `refund.failed`.
#[utoipa::path(post, operation_id = "create_refund", path = "/v1/payments/{payment_id}/refunds",
    tag = "refunds", request_body = CreateRefund,
    params(("payment_id" = PaymentId, Path), ("Idempotency-Key" = String, Header, description = "16–255 visible ASCII characters")),
    responses((status = 201, body = RefundView), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("secret_key" = [])))]
pub async fn create(
    state: web::Data<AppState>,
    key: SecretKey,
    request: HttpRequest,
    path: web::Path<String>,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let id = payment_id(&path)?;
    key.may_see(&state.payments.ledger(id).await?)?;
    let wanted: CreateRefund = body.parse()?;
    let mut faults = Faults::default();
    let amount = wanted.amount_fen.map(|fen| faults.amount("/amount_fen", fen));
    if let Some(reason) = &wanted.reason {
        faults.text("/reason", reason, 80);
    }
    faults.refuse_if_any()?;
    let scope = Scope { store_id: key.store_id, mode: key.mode, prefix: String::new() };
    let planned = Planned { refund: RefundId::generate_at(state.clock.now()) };
    let resource = serde_json::to_string(&planned).map_err(ApiError::internal)?;
    let worker = state.clone();
    let locale = locale_of(&request);
    let work = move |resource: String| {
        let state = worker;
        async move {
            let planned: Planned = serde_json::from_str(&resource).map_err(ApiError::internal)?;
            let new = NewRefund { id: planned.refund, amount, reason: wanted.reason };
            let (ledger, refund_id) = state.payments.request_refund(id, new).await.map_err(refund_error)?;
            let refund = ledger.refund(refund_id).ok_or_else(|| ApiError::not_found("refund"))?;
            Ok((
                StatusCode::CREATED,
                serde_json::to_vec(&RefundView::of(refund).worded(locale)).map_err(ApiError::internal)?,
            ))
        }
    };
    idempotency::once(&state, &request, &scope, &body.0, resource, work).await
}

/// For a refund, a closed payment is one that was not paid.
fn refund_error(error: PaymentError) -> ApiError {
    let error = ApiError::from(error);
    if error.code == Code::PaymentNotOpen { ApiError { code: Code::PaymentNotPaid, ..error } } else { error }
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveAbnormalRefund {
    /// `merchant_account`: to the merchant, who settles with the payer by hand. `payer_bank_card`: to a card
    /// of the payer's.
    #[schema(example = "merchant_account")]
    pub to: String,
    /// The bank as the gateway names it; for `payer_bank_card`.
    #[schema(example = "CMB_DEBIT")]
    pub bank_type: Option<String>,
    /// Card number; passed on encrypted, never stored.
    pub card_no: Option<String>,
    /// Name of the card's holder; passed on encrypted, never stored.
    pub holder_name: Option<String>,
}

impl std::fmt::Debug for ResolveAbnormalRefund {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResolveAbnormalRefund").field("to", &self.to).finish_non_exhaustive()
    }
}

impl ResolveAbnormalRefund {
    fn destination(self) -> Result<RefundDestination, ApiError> {
        let mut faults = Faults::default();
        let mut card = |pointer: &str, value: Option<String>| {
            let value = value.unwrap_or_default();
            faults.text(pointer, &value, 64);
            value
        };
        let destination = match self.to.as_str() {
            "merchant_account" => RefundDestination::MerchantAccount,
            "payer_bank_card" => RefundDestination::PayerBankCard {
                bank_type: card("/bank_type", self.bank_type),
                card_no: card("/card_no", self.card_no),
                holder_name: card("/holder_name", self.holder_name),
            },
            _ => {
                let allowed = "merchant_account, payer_bank_card";
                return Err(ApiError::invalid(vec![FieldError::new("/to", "unsupported").with("allowed", allowed)]));
            }
        };
        faults.refuse_if_any()?;
        Ok(destination)
    }
}

/// Send an abnormal refund elsewhere
///
/// For a refund with `refund.abnormal`: the gateway accepted it, and the payer's account cannot take it.
#[utoipa::path(post, operation_id = "resolve_abnormal_refund", path = "/v1/refunds/{refund_id}/resolve-abnormal",
    tag = "refunds", request_body = ResolveAbnormalRefund, params(("refund_id" = RefundId, Path)),
    responses((status = 200, body = RefundView), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("secret_key" = [])))]
pub async fn resolve_abnormal(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<String>,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let id: RefundId = path.parse().map_err(|_| ApiError::not_found("refund"))?;
    let ledger = state.storage.ledger_of_refund(id).await?.ok_or_else(|| ApiError::not_found("refund"))?;
    key.may_see(&ledger)?;
    let to = body.parse::<ResolveAbnormalRefund>()?.destination()?;
    let (payments, payment_id) = (Arc::clone(&state.payments), ledger.payment.id);
    let ledger = state
        .finish(async move { payments.redirect_refund(payment_id, id, &to).await.map_err(ApiError::from) })
        .await?;
    let refund = ledger.refund(id).ok_or_else(|| ApiError::not_found("refund"))?;
    Ok(HttpResponse::Ok().json(RefundView::of(refund)))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RefundQuery {
    pub payment_id: Option<String>,
    /// requested, pending, unknown, succeeded or failed.
    pub status: Option<String>,
    pub cursor: Option<String>,
    /// 1–100, 20 by default.
    pub limit: Option<i64>,
}

/// List refunds, newest first
#[utoipa::path(get, operation_id = "list_refunds", path = "/v1/refunds", tag = "refunds", params(RefundQuery),
    responses((status = 200, body = List<RefundView>), (status = 422, body = Problem)), security(("secret_key" = [])))]
pub async fn list(
    state: web::Data<AppState>,
    key: SecretKey,
    request: HttpRequest,
    query: Query<RefundQuery>,
) -> Result<HttpResponse, ApiError> {
    let mut faults = Faults::default();
    let status = faults.one_of("?status", query.status.as_deref(), &RefundStatus::ALL, RefundStatus::as_str);
    let payment_id = faults.id("?payment_id", query.payment_id.as_deref(), "pay_");
    let limit = page_limit(query.limit, &mut faults);
    faults.refuse_if_any()?;
    let filter = RefundFilter {
        store_id: key.store_id,
        mode: key.mode,
        payment_id,
        status,
        cursor: query.cursor.clone(),
        limit,
    };
    let page = state.storage.refunds(&filter).await?;
    let data: Vec<RefundView> = page.data.iter().map(|r| RefundView::of(r).worded(locale_of(&request))).collect();
    Ok(HttpResponse::Ok().json(List { data, next_cursor: page.next_cursor }))
}

/// Read a refund
#[utoipa::path(get, operation_id = "read_refund", path = "/v1/refunds/{refund_id}",
    tag = "refunds", params(("refund_id" = RefundId, Path)),
    responses((status = 200, body = RefundView), (status = 404, body = Problem)), security(("secret_key" = [])))]
pub async fn read(
    state: web::Data<AppState>,
    key: SecretKey,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id: RefundId = path.parse().map_err(|_| ApiError::not_found("refund"))?;
    let ledger = state.storage.ledger_of_refund(id).await?.ok_or_else(|| ApiError::not_found("refund"))?;
    key.may_see(&ledger)?;
    let ledger = state.payments.read(ledger.payment.id).await?;
    let refund = ledger.refund(id).ok_or_else(|| ApiError::not_found("refund"))?;
    Ok(HttpResponse::Ok().json(RefundView::of(refund).worded(locale_of(&request))))
}
