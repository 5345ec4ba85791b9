//! `/v1/differences`: where the gateways' statements and the ledger disagree (对账差异), and what to do.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::auth::SecretKey;
use super::body::JsonBody;
use super::payments::{List, page_limit};
use super::problem::Problem;
use super::query::Query;
use super::state::AppState;
use super::statements::{parse_account, parse_date};
use super::validate::Faults;
use crate::error::{ApiError, Code};
use crate::ids::DifferenceId;
use crate::payments::{Difference, DifferenceKind, DifferenceStatus, DifferenceView};
use crate::storage::DifferenceFilter;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DifferenceQuery {
    /// open, resolved or acknowledged.
    pub status: Option<String>,
    /// `missing_here`, `missing_there`, amount, status, duplicate or totals.
    pub kind: Option<String>,
    pub account: Option<String>,
    /// YYYY-MM-DD, the first day of a statement.
    pub from: Option<String>,
    /// YYYY-MM-DD, the last day of a statement.
    pub to: Option<String>,
    pub cursor: Option<String>,
    /// 1–100, 20 by default.
    pub limit: Option<i64>,
}

/// List differences, newest first
#[utoipa::path(get, operation_id = "list_differences", path = "/v1/differences", tag = "statements",
    params(DifferenceQuery), responses((status = 200, body = List<DifferenceView>), (status = 422, body = Problem)),
    security(("secret_key" = [])))]
pub async fn list(
    state: web::Data<AppState>,
    key: SecretKey,
    query: Query<DifferenceQuery>,
) -> Result<HttpResponse, ApiError> {
    let mut faults = Faults::default();
    let status = faults.one_of("?status", query.status.as_deref(), DifferenceStatus::ALL, DifferenceStatus::as_str);
    let kind = faults.one_of("?kind", query.kind.as_deref(), DifferenceKind::ALL, DifferenceKind::as_str);
    let account_id = parse_account(query.account.as_deref(), &mut faults);
    let from = parse_date("?from", query.from.as_deref(), &mut faults);
    let to = parse_date("?to", query.to.as_deref(), &mut faults);
    let limit = page_limit(query.limit, &mut faults);
    faults.refuse_if_any()?;
    let filter = DifferenceFilter {
        store_id: key.store_id,
        mode: key.mode,
        status,
        kind,
        account_id,
        from,
        to,
        cursor: query.cursor.clone(),
        limit,
    };
    let page = state.storage.differences(&filter).await?;
    let data: Vec<_> = page.data.iter().map(DifferenceView::of).collect();
    Ok(HttpResponse::Ok().json(List { data, next_cursor: page.next_cursor }))
}

/// Read a difference
#[utoipa::path(get, operation_id = "read_difference", path = "/v1/differences/{difference_id}", tag = "statements",
    params(("difference_id" = DifferenceId, Path)),
    responses((status = 200, body = DifferenceView), (status = 404, body = Problem)), security(("secret_key" = [])))]
pub async fn read(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(DifferenceView::of(&difference_of(&state, &key, &path).await?)))
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeDifference {
    /// What was found out and done, 1–500 characters.
    #[schema(example = "店员在微信商户平台手工退款", max_length = 500)]
    pub note: String,
}

/// Acknowledge a difference
///
/// Somebody has looked at it. It stays on record and still resolves by itself when the two sides agree.
#[utoipa::path(post, operation_id = "acknowledge_difference", path = "/v1/differences/{difference_id}/acknowledge",
    tag = "statements", request_body = AcknowledgeDifference, params(("difference_id" = DifferenceId, Path)),
    responses((status = 200, body = DifferenceView), (status = 404, body = Problem), (status = 409, body = Problem)),
    security(("secret_key" = [])))]
pub async fn acknowledge(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<String>,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let difference = difference_of(&state, &key, &path).await?;
    let wanted: AcknowledgeDifference = body.parse()?;
    let mut faults = Faults::default();
    faults.text("/note", &wanted.note, 500);
    faults.refuse_if_any()?;
    let now = state.clock.now();
    let acknowledged = state.storage.acknowledge_difference(difference.id, &wanted.note, now).await?;
    let acknowledged = acknowledged.ok_or_else(|| ApiError::new(Code::DifferenceResolved))?;
    Ok(HttpResponse::Ok().json(DifferenceView::of(&acknowledged)))
}

async fn difference_of(state: &AppState, key: &SecretKey, id: &str) -> Result<Difference, ApiError> {
    let id: DifferenceId = id.parse().map_err(|_| ApiError::not_found("difference"))?;
    let difference = state.storage.difference(id).await?.filter(|d| d.store_id == key.store_id);
    let difference = difference.ok_or_else(|| ApiError::not_found("difference"))?;
    if difference.mode == key.mode {
        Ok(difference)
    } else {
        Err(ApiError::new(Code::ModeMismatch).with("key_mode", key.mode.as_str()))
    }
}
