//! Stores (tenants), their API keys, and the server's own pepper.

use rand::RngCore;

use super::Storage;
use super::error::{Result, StorageError};
use super::sql::Row;
use crate::clock::Timestamp;
use crate::ids::{KeyId, StoreId};
use crate::payments::Mode;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    pub id: StoreId,
    pub name: String,
    pub created_at: Timestamp,
}

/// What a key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// For shops' servers.
    Secret,
    /// For browsers, on what is public.
    Publishable,
}

impl KeyKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Publishable => "publishable",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Secret, Self::Publishable].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// An API key without the key: only its keyed hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub id: KeyId,
    pub store_id: StoreId,
    pub kind: KeyKind,
    pub mode: Mode,
    /// Enough to recognise it by: `ld_sk_test_…ab12`.
    pub hint: String,
    pub hash: Vec<u8>,
    pub label: String,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

fn store(row: &Row) -> Result<Store> {
    Ok(Store { id: row.id("id")?, name: row.text("name")?, created_at: row.time("created_at")? })
}

fn api_key(row: &Row) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.id("id")?,
        store_id: row.id("store_id")?,
        kind: row.word("kind", KeyKind::parse)?,
        mode: row.word("mode", Mode::parse)?,
        hint: row.text("hint")?,
        hash: row.blob("hash")?,
        label: row.text("label")?,
        created_at: row.time("created_at")?,
        revoked_at: row.opt_time("revoked_at")?,
    })
}

impl Storage {
    /// The server's secret for hashing keys: random, made once, the same ever after.
    pub async fn pepper(&self) -> Result<[u8; 32]> {
        let mut fresh = [0_u8; 32];
        rand::rngs::OsRng.fill_bytes(&mut fresh);
        self.write(move |s| {
            Box::pin(async move {
                let sql = "INSERT INTO meta (name, value) VALUES ('pepper', $1) ON CONFLICT (name) DO NOTHING";
                s.execute(sql, [fresh.to_vec().into()]).await?;
                let row = s.fetch_optional("SELECT value FROM meta WHERE name = 'pepper'", []).await?;
                let value = row.ok_or(StorageError::Missing("pepper"))?.blob("value")?;
                value.try_into().map_err(|_| StorageError::Corrupt("meta.value".to_owned()))
            })
        })
        .await
    }

    /// The store of this name, made if there is none.
    pub async fn ensure_store(&self, name: &str, now: Timestamp) -> Result<Store> {
        let name = name.to_owned();
        self.write(move |s| {
            Box::pin(async move {
                let sql = "INSERT INTO stores (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
                s.execute(sql, [StoreId::generate().into(), name.as_str().into(), now.into()]).await?;
                let row = s.fetch_optional("SELECT * FROM stores WHERE name = $1", [name.into()]).await?;
                store(&row.ok_or(StorageError::Missing("store"))?)
            })
        })
        .await
    }

    pub async fn store(&self, id: StoreId) -> Result<Option<Store>> {
        self.look(move |s| {
            Box::pin(async move {
                let row = s.fetch_optional("SELECT * FROM stores WHERE id = $1", [id.into()]).await?;
                row.as_ref().map(store).transpose()
            })
        })
        .await
    }

    /// Every store, oldest first.
    pub async fn stores(&self) -> Result<Vec<Store>> {
        self.look(|s| {
            Box::pin(async move {
                let rows = s.fetch_all("SELECT * FROM stores ORDER BY created_at, id", []).await?;
                rows.iter().map(store).collect()
            })
        })
        .await
    }

    pub async fn insert_api_key(&self, key: &ApiKey) -> Result<()> {
        let key = key.clone();
        self.write(move |s| {
            Box::pin(async move {
                let sql = "INSERT INTO api_keys (id, store_id, kind, mode, hint, hash, label, created_at, revoked_at) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
                let params = [
                    key.id.into(),
                    key.store_id.into(),
                    key.kind.as_str().into(),
                    key.mode.as_str().into(),
                    key.hint.into(),
                    key.hash.into(),
                    key.label.into(),
                    key.created_at.into(),
                    key.revoked_at.into(),
                ];
                s.execute(sql, params).await.map(drop)
            })
        })
        .await
    }

    /// Also finds revoked keys; the caller looks at `revoked_at`.
    pub async fn api_key_by_hash(&self, hash: &[u8]) -> Result<Option<ApiKey>> {
        let hash = hash.to_vec();
        self.look(move |s| {
            Box::pin(async move {
                let row = s.fetch_optional("SELECT * FROM api_keys WHERE hash = $1", [hash.into()]).await?;
                row.as_ref().map(api_key).transpose()
            })
        })
        .await
    }

    /// The keys of one store, or of all, oldest first.
    pub async fn api_keys(&self, of: Option<StoreId>) -> Result<Vec<ApiKey>> {
        self.look(move |s| {
            Box::pin(async move {
                let rows = match of {
                    Some(store) => {
                        let sql = "SELECT * FROM api_keys WHERE store_id = $1 ORDER BY created_at, id";
                        s.fetch_all(sql, [store.into()]).await?
                    }
                    None => s.fetch_all("SELECT * FROM api_keys ORDER BY created_at, id", []).await?,
                };
                rows.iter().map(api_key).collect()
            })
        })
        .await
    }

    /// Answers `false` when there is no such key or it had been revoked before.
    pub async fn revoke_api_key(&self, id: KeyId, now: Timestamp) -> Result<bool> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
                Ok(s.execute(sql, [now.into(), id.into()]).await? == 1)
            })
        })
        .await
    }
}
