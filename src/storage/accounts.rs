//! A store's merchant accounts at the gateways. Secrets come and go sealed.

use super::Storage;
use super::error::Result;
use super::sql::{Param, Row};
use crate::clock::Timestamp;
use crate::ids::{AccountId, StoreId};
use crate::payments::{GatewayName, Mode};

#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub id: AccountId,
    pub store_id: StoreId,
    pub gateway: GatewayName,
    pub mode: Mode,
    pub name: String,
    pub settings: serde_json::Value,
    pub sealed_secrets: Vec<u8>,
    pub enabled: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

fn account(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.id("id")?,
        store_id: row.id("store_id")?,
        gateway: row.word("gateway", GatewayName::parse)?,
        mode: row.word("mode", Mode::parse)?,
        name: row.text("name")?,
        settings: row.json("settings")?,
        sealed_secrets: row.blob("sealed_secrets")?,
        enabled: row.flag("enabled")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        version: row.int("version")?,
    })
}

impl Storage {
    pub async fn insert_account(&self, account: &Account) -> Result<()> {
        let account = account.clone();
        self.write(move |s| {
            Box::pin(async move {
                let sql = "INSERT INTO accounts (id, store_id, gateway, mode, name, settings, sealed_secrets, enabled, \
                     created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
                let params = [
                    account.id.into(),
                    account.store_id.into(),
                    account.gateway.as_str().into(),
                    account.mode.as_str().into(),
                    account.name.into(),
                    Param::json(&account.settings)?,
                    account.sealed_secrets.into(),
                    account.enabled.into(),
                    account.created_at.into(),
                    account.updated_at.into(),
                    account.version.into(),
                ];
                s.execute(sql, params).await.map(drop)
            })
        })
        .await
    }

    pub async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        self.look(move |s| {
            Box::pin(async move {
                let row = s.fetch_optional("SELECT * FROM accounts WHERE id = $1", [id.into()]).await?;
                row.as_ref().map(account).transpose()
            })
        })
        .await
    }

    /// The accounts of one store, or of all, oldest first.
    pub async fn accounts(&self, of: Option<StoreId>) -> Result<Vec<Account>> {
        self.look(move |s| {
            Box::pin(async move {
                let rows = match of {
                    Some(store) => {
                        let sql = "SELECT * FROM accounts WHERE store_id = $1 ORDER BY created_at, id";
                        s.fetch_all(sql, [store.into()]).await?
                    }
                    None => s.fetch_all("SELECT * FROM accounts ORDER BY created_at, id", []).await?,
                };
                rows.iter().map(account).collect()
            })
        })
        .await
    }

    /// Writes name, settings, secrets and `enabled` if the stored version is still `account.version`,
    /// and counts it up. Answers `false` when somebody else was faster. Whose account it is and at
    /// which gateway and mode never changes.
    pub async fn update_account(&self, account: &Account) -> Result<bool> {
        let account = account.clone();
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE accounts SET name = $1, settings = $2, sealed_secrets = $3, enabled = $4, \
                     updated_at = $5, version = version + 1 WHERE id = $6 AND version = $7";
                let params = [
                    account.name.into(),
                    Param::json(&account.settings)?,
                    account.sealed_secrets.into(),
                    account.enabled.into(),
                    account.updated_at.into(),
                    account.id.into(),
                    account.version.into(),
                ];
                Ok(s.execute(sql, params).await? == 1)
            })
        })
        .await
    }
}
