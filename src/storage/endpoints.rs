//! Where a store wants its webhooks. Signing secrets come and go sealed.

use super::Storage;
use super::error::Result;
use super::sql::{Param, Row, Session};
use crate::clock::Timestamp;
use crate::ids::{EndpointId, StoreId};
use crate::payments::Mode;
use crate::payments::event::EventType;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub id: EndpointId,
    pub store_id: StoreId,
    pub mode: Mode,
    pub url: String,
    /// Empty: the default ones, see `EventType::is_default`.
    pub event_types: Vec<EventType>,
    pub sealed_secret: Vec<u8>,
    pub sealed_previous_secret: Option<Vec<u8>>,
    pub previous_secret_expires_at: Option<Timestamp>,
    pub enabled: bool,
    pub description: String,
    pub created_at: Timestamp,
    pub version: i64,
}

pub(super) fn wants(event_types: &[EventType], kind: EventType) -> bool {
    if event_types.is_empty() { kind.is_default() } else { event_types.contains(&kind) }
}

fn endpoint(row: &Row) -> Result<Endpoint> {
    Ok(Endpoint {
        id: row.id("id")?,
        store_id: row.id("store_id")?,
        mode: row.word("mode", Mode::parse)?,
        url: row.text("url")?,
        event_types: row.json("event_types")?,
        sealed_secret: row.blob("sealed_secret")?,
        sealed_previous_secret: row.opt_blob("sealed_previous_secret")?,
        previous_secret_expires_at: row.opt_time("previous_secret_expires_at")?,
        enabled: row.flag("enabled")?,
        description: row.text("description")?,
        created_at: row.time("created_at")?,
        version: row.int("version")?,
    })
}

pub(super) async fn load(s: &mut Session, id: EndpointId) -> Result<Option<Endpoint>> {
    let row = s.fetch_optional("SELECT * FROM endpoints WHERE id = $1 AND deleted_at IS NULL", [id.into()]).await?;
    row.as_ref().map(endpoint).transpose()
}

/// Oldest first.
pub(super) async fn of_store(s: &mut Session, store_id: StoreId, mode: Mode) -> Result<Vec<Endpoint>> {
    let sql = "SELECT * FROM endpoints WHERE store_id = $1 AND mode = $2 AND deleted_at IS NULL \
         ORDER BY created_at, id";
    let rows = s.fetch_all(sql, [store_id.into(), mode.as_str().into()]).await?;
    rows.iter().map(endpoint).collect()
}

impl Storage {
    pub async fn insert_endpoint(&self, endpoint: &Endpoint) -> Result<()> {
        let endpoint = endpoint.clone();
        self.write(move |s| {
            Box::pin(async move {
                let sql = "INSERT INTO endpoints (id, store_id, mode, url, event_types, sealed_secret, \
                     sealed_previous_secret, previous_secret_expires_at, enabled, description, created_at, version) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
                let params = [
                    endpoint.id.into(),
                    endpoint.store_id.into(),
                    endpoint.mode.as_str().into(),
                    endpoint.url.into(),
                    Param::json(&endpoint.event_types)?,
                    endpoint.sealed_secret.into(),
                    endpoint.sealed_previous_secret.into(),
                    endpoint.previous_secret_expires_at.into(),
                    endpoint.enabled.into(),
                    endpoint.description.into(),
                    endpoint.created_at.into(),
                    endpoint.version.into(),
                ];
                s.execute(sql, params).await.map(drop)
            })
        })
        .await
    }

    /// Writes everything but id, store, mode and creation if the stored version is still
    /// `endpoint.version`, and counts it up. Answers `false` when somebody else was faster.
    pub async fn update_endpoint(&self, endpoint: &Endpoint) -> Result<bool> {
        let endpoint = endpoint.clone();
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE endpoints SET url = $1, event_types = $2, sealed_secret = $3, \
                     sealed_previous_secret = $4, previous_secret_expires_at = $5, enabled = $6, description = $7, \
                     version = version + 1 WHERE id = $8 AND version = $9 AND deleted_at IS NULL";
                let params = [
                    endpoint.url.into(),
                    Param::json(&endpoint.event_types)?,
                    endpoint.sealed_secret.into(),
                    endpoint.sealed_previous_secret.into(),
                    endpoint.previous_secret_expires_at.into(),
                    endpoint.enabled.into(),
                    endpoint.description.into(),
                    endpoint.id.into(),
                    endpoint.version.into(),
                ];
                Ok(s.execute(sql, params).await? == 1)
            })
        })
        .await
    }

    /// Hides the endpoint and gives up what was still to be delivered to it. Its past deliveries stay.
    /// Answers `false` when there is none.
    pub async fn delete_endpoint(&self, id: EndpointId, now: Timestamp) -> Result<bool> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE endpoints SET deleted_at = $1, enabled = 0, version = version + 1 \
                     WHERE id = $2 AND deleted_at IS NULL";
                if s.execute(sql, [now.into(), id.into()]).await? == 0 {
                    return Ok(false);
                }
                let sql = "UPDATE deliveries SET status = 'given_up', leased_until = 0 \
                     WHERE endpoint_id = $1 AND status = 'pending'";
                s.execute(sql, [id.into()]).await?;
                Ok(true)
            })
        })
        .await
    }

    pub async fn endpoint(&self, id: EndpointId) -> Result<Option<Endpoint>> {
        self.look(move |s| Box::pin(load(s, id))).await
    }

    /// The endpoints of a store in one mode, oldest first.
    pub async fn endpoints(&self, store_id: StoreId, mode: Mode) -> Result<Vec<Endpoint>> {
        self.look(move |s| Box::pin(of_store(s, store_id, mode))).await
    }
}
