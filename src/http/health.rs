//! Liveness, readiness, and the metrics of the metrics listener.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::state::AppState;
use crate::clock::{SharedClock, Timestamp};
use crate::error::ApiError;
use crate::storage::Storage;
use crate::telemetry::metrics as names;

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    pub status: &'static str,
    pub version: &'static str,
}

/// The process runs
#[utoipa::path(get, operation_id = "health_live", path = "/health/live",
    tag = "operations", responses((status = 200, body = Health)))]
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "live", version: env!("CARGO_PKG_VERSION") })
}

/// The process can work: its storage answers
#[utoipa::path(get, operation_id = "health_ready", path = "/health/ready",
    tag = "operations", responses((status = 200, body = Health), (status = 503, body = super::problem::Problem)))]
pub async fn ready(state: web::Data<AppState>) -> Result<HttpResponse, ApiError> {
    state.storage.ping().await?;
    Ok(HttpResponse::Ok().json(Health { status: "ready", version: env!("CARGO_PKG_VERSION") }))
}

/// Prometheus text, for the metrics listener only.
pub async fn metrics(storage: web::Data<Storage>, clock: web::Data<SharedClock>) -> HttpResponse {
    let now = clock.now();
    let age = |at: Option<Timestamp>| at.map_or(0, |at| now.seconds_since(at).max(0));
    let unsettled = storage.oldest_unsettled_attempt_at().await.ok().flatten();
    let undelivered = storage.oldest_pending_delivery_at().await.ok().flatten();
    // Ages in seconds are far below 2^52.
    #[allow(clippy::cast_precision_loss)]
    {
        ::metrics::gauge!(names::OLDEST_UNSETTLED_ATTEMPT_SECONDS).set(age(unsettled) as f64);
        ::metrics::gauge!(names::OLDEST_UNDELIVERED_WEBHOOK_SECONDS).set(age(undelivered) as f64);
    }
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(names::render())
}
