//! `Idempotency-Key`: a request that is sent twice takes effect once and gets the same answer.
//! The ids of what it makes are chosen before, so that a crash resumes instead of starting again.

use super::Storage;
use super::error::{Result, StorageError};
use super::sql::Row;
use crate::clock::Timestamp;
use crate::ids::StoreId;
use crate::payments::Mode;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRequest {
    pub store_id: StoreId,
    pub mode: Mode,
    pub key: String,
    pub route: String,
    pub request_hash: Vec<u8>,
    /// The ids of what is about to be made.
    pub resource: String,
    /// Which process works on it.
    pub owner: String,
}

/// What to do with a request that carries a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// First seen: do it.
    Fresh,
    /// Begun before and abandoned: go on with these ids.
    Resumed { resource: String },
    /// Somebody is at it.
    Running { retry_after_s: i64 },
    /// Done: give the same answer.
    Replay { status: u16, body: Vec<u8> },
    /// The key belongs to another request.
    OtherRequest,
}

const INSERT: &str = "INSERT INTO idempotency_keys (store_id, mode, idempotency_key, route, request_hash, resource, \
     owner, leased_until, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
     ON CONFLICT (store_id, mode, idempotency_key) DO NOTHING";

const RESUME: &str = "UPDATE idempotency_keys SET owner = $1, leased_until = $2 WHERE store_id = $3 AND mode = $4 \
     AND idempotency_key = $5 AND route = $6 AND request_hash = $7 AND status IS NULL AND leased_until <= $8 \
     RETURNING resource";

const LOOK: &str = "SELECT * FROM idempotency_keys WHERE store_id = $1 AND mode = $2 AND idempotency_key = $3";

impl Storage {
    pub async fn begin_idempotent(&self, request: IdempotencyRequest, now: Timestamp, lease_s: i64) -> Result<Begun> {
        self.write(move |s| {
            Box::pin(async move {
                let IdempotencyRequest { store_id, mode, key, route, request_hash, resource, owner } = request;
                let mode = mode.as_str();
                let until = now.plus_s(lease_s);
                let insert = [
                    store_id.into(),
                    mode.into(),
                    key.as_str().into(),
                    route.as_str().into(),
                    request_hash.clone().into(),
                    resource.into(),
                    owner.as_str().into(),
                    until.into(),
                    now.into(),
                ];
                if s.execute(INSERT, insert).await? == 1 {
                    return Ok(Begun::Fresh);
                }
                let resume = [
                    owner.into(),
                    until.into(),
                    store_id.into(),
                    mode.into(),
                    key.as_str().into(),
                    route.as_str().into(),
                    request_hash.clone().into(),
                    now.into(),
                ];
                if let Some(row) = s.fetch_optional(RESUME, resume).await? {
                    return Ok(Begun::Resumed { resource: row.text("resource")? });
                }
                match s.fetch_optional(LOOK, [store_id.into(), mode.into(), key.into()]).await? {
                    Some(row) => begun_before(&row, &route, &request_hash, now),
                    // Purged between the two statements: the next try finds it gone.
                    None => Ok(Begun::Running { retry_after_s: 1 }),
                }
            })
        })
        .await
    }

    /// Keeps the answer for repeats. The first answer stays.
    pub async fn finish_idempotent(
        &self,
        store_id: StoreId,
        mode: Mode,
        key: &str,
        status: u16,
        body: &[u8],
    ) -> Result<()> {
        let (key, body) = (key.to_owned(), body.to_vec());
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE idempotency_keys SET status = $1, body = $2, leased_until = 0 \
                     WHERE store_id = $3 AND mode = $4 AND idempotency_key = $5 AND status IS NULL";
                let params = [i64::from(status).into(), body.into(), store_id.into(), mode.as_str().into(), key.into()];
                s.execute(sql, params).await.map(drop)
            })
        })
        .await
    }

    /// Gives up the lease without an answer, so that a retry resumes at once.
    pub async fn release_idempotent(&self, store_id: StoreId, mode: Mode, key: &str) -> Result<()> {
        let key = key.to_owned();
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE idempotency_keys SET leased_until = 0 \
                     WHERE store_id = $1 AND mode = $2 AND idempotency_key = $3 AND status IS NULL";
                s.execute(sql, [store_id.into(), mode.as_str().into(), key.into()]).await.map(drop)
            })
        })
        .await
    }
}

fn begun_before(row: &Row, route: &str, request_hash: &[u8], now: Timestamp) -> Result<Begun> {
    if row.text("route")? != route || row.blob("request_hash")? != request_hash {
        return Ok(Begun::OtherRequest);
    }
    let Some(status) = row.opt_int("status")? else {
        let retry_after_s = row.time("leased_until")?.seconds_since(now).clamp(1, 60);
        return Ok(Begun::Running { retry_after_s });
    };
    let status = u16::try_from(status).map_err(|_| StorageError::Corrupt("idempotency_keys.status".to_owned()))?;
    Ok(Begun::Replay { status, body: row.blob("body")? })
}
