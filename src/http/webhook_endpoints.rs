//! `/v1/webhook-endpoints`: where a shop hears events; delivery log, replay, test, rotation.

use actix_web::{HttpResponse, web};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::auth::SecretKey;
use super::body::JsonBody;
use super::events::parse_types;
use super::payments::{List, page_limit, parse_time};
use super::problem::Problem;
use super::query::Query;
use super::state::AppState;
use super::validate::Faults;
use crate::clock::Timestamp;
use crate::error::{ApiError, Code, FieldError};
use crate::ids::{DeliveryId, EndpointId, EventId};
use crate::payments::{EventType, Mode};
use crate::storage::{Delivery, DeliveryStatus, DeliveryTry, Endpoint, ReplaySelection};
use crate::webhooks::endpoints::{EndpointError, NewEndpoint};
use crate::webhooks::signing::Secret;

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEndpoint {
    #[schema(example = "https://shop.example/webhooks/luodi")]
    pub url: String,
    /// Everything but the inner steps when absent or empty.
    #[serde(default)]
    #[schema(example = json!(["payment.paid", "refund.succeeded"]))]
    pub event_types: Vec<String>,
    #[serde(default)]
    pub description: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateEndpoint {
    pub url: Option<String>,
    pub event_types: Option<Vec<String>>,
    pub description: Option<String>,
    pub enabled: Option<bool>,
}

/// Which past events to send again: `event_ids`, or `from` and `to`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    #[serde(default)]
    pub event_ids: Vec<String>,
    /// RFC 3339.
    pub from: Option<String>,
    /// RFC 3339.
    pub to: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = WebhookEndpoint)]
pub struct EndpointView {
    pub id: EndpointId,
    pub mode: Mode,
    pub url: String,
    pub event_types: Vec<EventType>,
    pub description: String,
    pub enabled: bool,
    /// Given once, on creation and rotation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Until then the secret before also signs.
    pub previous_secret_expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView {
    pub id: DeliveryId,
    pub event_id: EventId,
    pub event_type: EventType,
    /// pending, delivered or given_up.
    pub status: String,
    pub tries: i64,
    pub next_at: Option<Timestamp>,
    pub last_status_code: Option<u16>,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    pub delivered_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = DeliveryTry)]
pub struct DeliveryTryView {
    pub at: Timestamp,
    pub status_code: Option<u16>,
    pub error: Option<String>,
    pub duration_ms: i64,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Replayed {
    /// How many deliveries were queued.
    pub deliveries: i64,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TestQueued {
    pub delivery: DeliveryId,
}

impl EndpointView {
    fn of(endpoint: &Endpoint, secret: Option<&Secret>) -> Self {
        Self {
            id: endpoint.id,
            mode: endpoint.mode,
            url: endpoint.url.clone(),
            event_types: endpoint.event_types.clone(),
            description: endpoint.description.clone(),
            enabled: endpoint.enabled,
            secret: secret.map(|s| s.to_text().expose_secret().to_owned()),
            previous_secret_expires_at: endpoint.previous_secret_expires_at,
            created_at: endpoint.created_at,
        }
    }
}

impl DeliveryView {
    fn of(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id,
            event_id: delivery.event_id,
            event_type: delivery.event_type,
            status: delivery.status.as_str().to_owned(),
            tries: delivery.tries,
            next_at: (delivery.status == DeliveryStatus::Pending).then_some(delivery.next_at),
            last_status_code: delivery.last_status_code,
            last_error: delivery.last_error.clone(),
            created_at: delivery.created_at,
            delivered_at: delivery.delivered_at,
        }
    }
}

impl From<DeliveryTry> for DeliveryTryView {
    fn from(tried: DeliveryTry) -> Self {
        Self { at: tried.at, status_code: tried.status_code, error: tried.error, duration_ms: tried.duration_ms }
    }
}

impl From<EndpointError> for ApiError {
    fn from(error: EndpointError) -> Self {
        match error {
            EndpointError::Storage(error) => error.into(),
            EndpointError::Vault(error) => error.into(),
            EndpointError::Conflict => Self::new(Code::Conflict),
        }
    }
}

const MAX_URL: usize = 2000;
const MAX_DESCRIPTION: usize = 200;

fn check_description(description: &str, faults: &mut Faults) {
    if !description.is_empty() {
        faults.text("/description", description, MAX_DESCRIPTION);
    }
}

fn check_address(state: &AppState, url: &str, faults: &mut Faults) {
    if url.len() > MAX_URL {
        faults.add(FieldError::new("/url", "too_long").with("max", MAX_URL).with("length", url.len()));
        return;
    }
    if let Err(refused) = state.webhooks.check_address(url) {
        let mut fault = FieldError::new("/url", "address_refused").with("reason", &refused);
        fault.args.push(("url", url.to_owned()));
        faults.add(fault);
    }
}

/// Create an endpoint
#[utoipa::path(post, operation_id = "create_webhook_endpoint", path = "/v1/webhook-endpoints",
    tag = "webhooks", request_body = CreateEndpoint,
    responses((status = 201, body = EndpointView), (status = 422, body = Problem)), security(("secret_key" = [])))]
pub async fn create(state: web::Data<AppState>, key: SecretKey, body: JsonBody) -> Result<HttpResponse, ApiError> {
    let wanted: CreateEndpoint = body.parse()?;
    let mut faults = Faults::default();
    check_address(&state, &wanted.url, &mut faults);
    let event_types = parse_types("/event_types", wanted.event_types.iter().map(String::as_str), &mut faults);
    check_description(&wanted.description, &mut faults);
    faults.refuse_if_any()?;
    let new = NewEndpoint {
        store_id: key.store_id,
        mode: key.mode,
        url: wanted.url,
        event_types,
        description: wanted.description,
    };
    let (endpoint, secret) = state.webhooks.create_endpoint(new).await?;
    Ok(HttpResponse::Created().json(EndpointView::of(&endpoint, Some(&secret))))
}

/// List endpoints
#[utoipa::path(get, operation_id = "list_webhook_endpoints", path = "/v1/webhook-endpoints", tag = "webhooks",
    responses((status = 200, body = List<EndpointView>)), security(("secret_key" = [])))]
pub async fn list(state: web::Data<AppState>, key: SecretKey) -> Result<HttpResponse, ApiError> {
    let endpoints = state.storage.endpoints(key.store_id, key.mode).await?;
    let data: Vec<_> = endpoints.iter().map(|e| EndpointView::of(e, None)).collect();
    Ok(HttpResponse::Ok().json(List { data, next_cursor: None }))
}

/// Read an endpoint
#[utoipa::path(get, operation_id = "read_webhook_endpoint", path = "/v1/webhook-endpoints/{endpoint_id}",
    tag = "webhooks", params(("endpoint_id" = EndpointId, Path)),
    responses((status = 200, body = EndpointView), (status = 404, body = Problem)), security(("secret_key" = [])))]
pub async fn read(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(EndpointView::of(&endpoint_of(&state, &key, &path).await?, None)))
}

/// Change an endpoint
#[utoipa::path(patch, operation_id = "update_webhook_endpoint", path = "/v1/webhook-endpoints/{endpoint_id}",
    tag = "webhooks", request_body = UpdateEndpoint,
    params(("endpoint_id" = EndpointId, Path)),
    responses((status = 200, body = EndpointView), (status = 422, body = Problem)), security(("secret_key" = [])))]
pub async fn update(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<String>,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let mut endpoint = endpoint_of(&state, &key, &path).await?;
    let wanted: UpdateEndpoint = body.parse()?;
    let mut faults = Faults::default();
    if let Some(url) = wanted.url {
        check_address(&state, &url, &mut faults);
        endpoint.url = url;
    }
    if let Some(types) = &wanted.event_types {
        endpoint.event_types = parse_types("/event_types", types.iter().map(String::as_str), &mut faults);
    }
    if let Some(description) = wanted.description {
        check_description(&description, &mut faults);
        endpoint.description = description;
    }
    faults.refuse_if_any()?;
    endpoint.enabled = wanted.enabled.unwrap_or(endpoint.enabled);
    let endpoint = state.webhooks.update_endpoint(endpoint).await?;
    Ok(HttpResponse::Ok().json(EndpointView::of(&endpoint, None)))
}

/// Delete an endpoint
#[utoipa::path(delete, operation_id = "delete_webhook_endpoint", path = "/v1/webhook-endpoints/{endpoint_id}",
    tag = "webhooks", params(("endpoint_id" = EndpointId, Path)),
    responses((status = 204), (status = 404, body = Problem)), security(("secret_key" = [])))]
pub async fn delete(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let endpoint = endpoint_of(&state, &key, &path).await?;
    state.storage.delete_endpoint(endpoint.id, state.clock.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Rotate the secret
///
/// For a day both secrets sign, so that no delivery fails its check while you deploy the new one.
#[utoipa::path(post, operation_id = "rotate_webhook_secret", path = "/v1/webhook-endpoints/{endpoint_id}/rotate-secret",
    tag = "webhooks", params(("endpoint_id" = EndpointId, Path)),
    responses((status = 200, body = EndpointView), (status = 409, body = Problem)), security(("secret_key" = [])))]
pub async fn rotate_secret(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let endpoint = endpoint_of(&state, &key, &path).await?;
    let (endpoint, secret) = state.webhooks.rotate_secret(endpoint).await?;
    Ok(HttpResponse::Ok().json(EndpointView::of(&endpoint, Some(&secret))))
}

/// Send a test event
#[utoipa::path(post, operation_id = "test_webhook_endpoint", path = "/v1/webhook-endpoints/{endpoint_id}/test",
    tag = "webhooks", params(("endpoint_id" = EndpointId, Path)),
    responses((status = 202, body = TestQueued), (status = 404, body = Problem)), security(("secret_key" = [])))]
pub async fn test(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let endpoint = endpoint_of(&state, &key, &path).await?;
    let delivery = state.webhooks.send_test(&endpoint).await?;
    Ok(HttpResponse::Accepted().json(TestQueued { delivery }))
}

/// Send past events again
#[utoipa::path(post, operation_id = "replay_events", path = "/v1/webhook-endpoints/{endpoint_id}/replay",
    tag = "webhooks", request_body = Replay,
    params(("endpoint_id" = EndpointId, Path)),
    responses((status = 202, body = Replayed), (status = 422, body = Problem)), security(("secret_key" = [])))]
pub async fn replay(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<String>,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let endpoint = endpoint_of(&state, &key, &path).await?;
    let wanted: Replay = body.parse()?;
    let mut faults = Faults::default();
    let from = parse_time("/from", wanted.from.as_deref(), &mut faults);
    let to = parse_time("/to", wanted.to.as_deref(), &mut faults);
    let mut ids = Vec::new();
    for (index, text) in wanted.event_ids.iter().enumerate() {
        match text.parse::<EventId>() {
            Ok(id) => ids.push(id),
            Err(_) => faults.add(FieldError::new(format!("/event_ids/{index}"), "not_an_id").with("prefix", "evt_")),
        }
    }
    faults.refuse_if_any()?;
    let selection = match (from, to) {
        (Some(from), Some(to)) if ids.is_empty() && from < to => ReplaySelection::Between { from, to },
        (Some(_), Some(_)) if ids.is_empty() => {
            return Err(ApiError::invalid(vec![FieldError::new("/to", "not_after").with("other", "from")]));
        }
        (None, None) if !ids.is_empty() => ReplaySelection::Events(ids),
        _ => return Err(ApiError::invalid(vec![FieldError::new("", "replay_selection")])),
    };
    let deliveries = state.webhooks.replay(&endpoint, selection).await?;
    Ok(HttpResponse::Accepted().json(Replayed { deliveries }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// pending, delivered or given_up.
    pub status: Option<String>,
    pub cursor: Option<String>,
    /// 1–100, 20 by default.
    pub limit: Option<i64>,
}

/// The delivery log, newest first
#[utoipa::path(get, operation_id = "list_deliveries", path = "/v1/webhook-endpoints/{endpoint_id}/deliveries",
    tag = "webhooks",
    params(("endpoint_id" = EndpointId, Path), DeliveryQuery),
    responses((status = 200, body = List<DeliveryView>), (status = 422, body = Problem)), security(("secret_key" = [])))]
pub async fn deliveries(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<String>,
    query: Query<DeliveryQuery>,
) -> Result<HttpResponse, ApiError> {
    let endpoint = endpoint_of(&state, &key, &path).await?;
    let mut faults = Faults::default();
    let status = faults.one_of("?status", query.status.as_deref(), &DeliveryStatus::ALL, DeliveryStatus::as_str);
    let limit = page_limit(query.limit, &mut faults);
    faults.refuse_if_any()?;
    let page = state.storage.deliveries(endpoint.id, query.cursor.as_deref(), limit, status).await?;
    let data: Vec<_> = page.data.iter().map(DeliveryView::of).collect();
    Ok(HttpResponse::Ok().json(List { data, next_cursor: page.next_cursor }))
}

/// The tries of one delivery
#[utoipa::path(get, operation_id = "list_delivery_tries", path = "/v1/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/tries",
    tag = "webhooks",
    params(("endpoint_id" = EndpointId, Path), ("delivery_id" = DeliveryId, Path)),
    responses((status = 200, body = List<DeliveryTryView>), (status = 404, body = Problem)), security(("secret_key" = [])))]
pub async fn tries(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (endpoint, delivery) = path.into_inner();
    let endpoint = endpoint_of(&state, &key, &endpoint).await?;
    let delivery: DeliveryId = delivery.parse().map_err(|_| ApiError::not_found("delivery"))?;
    let found = state.storage.delivery(delivery).await?.filter(|d| d.endpoint_id == endpoint.id);
    if found.is_none() {
        return Err(ApiError::not_found("delivery"));
    }
    let data: Vec<DeliveryTryView> =
        state.storage.delivery_tries(delivery).await?.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(List { data, next_cursor: None }))
}

async fn endpoint_of(state: &AppState, key: &SecretKey, id: &str) -> Result<Endpoint, ApiError> {
    let id: EndpointId = id.parse().map_err(|_| ApiError::not_found("endpoint"))?;
    let endpoint = state.storage.endpoint(id).await?;
    endpoint.filter(|e| e.store_id == key.store_id && e.mode == key.mode).ok_or_else(|| ApiError::not_found("endpoint"))
}
