//! The pull road: the same events that webhooks carry, gap-free.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::auth::SecretKey;
use super::problem::Problem;
use super::query::Query;
use super::state::AppState;
use super::validate::Faults;
use crate::error::{ApiError, FieldError};
use crate::payments::{Event, EventType};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Only events with a greater `sequence`; 0 by default.
    pub after: Option<i64>,
    /// 1–500, 100 by default.
    pub limit: Option<i64>,
    /// Comma-separated types; all when absent.
    pub types: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EventList {
    pub data: Vec<Event>,
    /// Give it back as `after`; equal to yours when there is nothing new.
    pub next_after: i64,
}

/// List events
///
/// In the order of their commits, without gaps: remember `next_after` and nothing is ever missed.
#[utoipa::path(get, operation_id = "list_events", path = "/v1/events", tag = "events", params(EventQuery),
    responses((status = 200, body = EventList), (status = 422, body = Problem)), security(("secret_key" = [])))]
pub async fn list(
    state: web::Data<AppState>,
    key: SecretKey,
    query: Query<EventQuery>,
) -> Result<HttpResponse, ApiError> {
    let mut faults = Faults::default();
    let after = query.after.unwrap_or(0);
    faults.between("?after", after, 0, i64::MAX);
    let limit = query.limit.unwrap_or(100);
    faults.between("?limit", limit, 1, 500);
    let types = parse_types("?types", query.types.iter().flat_map(|t| t.split(',')), &mut faults);
    faults.refuse_if_any()?;
    let data = state.storage.events_after(key.store_id, key.mode, after, limit, &types).await?;
    let next_after = data.last().map_or(after, |e| e.sequence);
    Ok(HttpResponse::Ok().json(EventList { data, next_after }))
}

pub fn parse_types<'a>(pointer: &str, names: impl Iterator<Item = &'a str>, faults: &mut Faults) -> Vec<EventType> {
    let mut types = Vec::new();
    for name in names.map(str::trim).filter(|n| !n.is_empty()) {
        match EventType::parse(name) {
            Some(kind) => types.push(kind),
            None => {
                let names = EventType::ALL.map(EventType::as_str);
                let near = super::body::nearest(name, &names);
                faults.add(match near {
                    Some(near) => {
                        FieldError::new(pointer, "unknown_event_type_nearest").with("name", name).with("nearest", near)
                    }
                    None => FieldError::new(pointer, "unknown_event_type")
                        .with("name", name)
                        .with("allowed", names.join(", ")),
                });
            }
        }
    }
    types
}
