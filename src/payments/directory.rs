//! Finds the gateway object of a merchant account: loads the account, opens its sealed secrets, binds
//! the gateway, and keeps it until the account changes. The only place where secrets leave the vault.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use super::attempt::{Flow, GatewayName};
use super::error::PaymentError;
use super::payment::Mode;
use crate::clock::SharedClock;
use crate::gateways::{self, AccountCredentials, SharedGateway, Transport};
use crate::ids::{AccountId, StoreId};
use crate::storage::{Account, Storage};
use crate::vault::{Place, Vault};

/// Where the sealed secrets of an account stand; part of what seals them.
#[must_use]
pub fn secrets_place(account_id: AccountId) -> Place {
    Place { table: "accounts".into(), row: account_id.to_string(), column: "sealed_secrets".into() }
}

pub struct GatewayDirectory {
    storage: Storage,
    vault: Arc<Vault>,
    transport: Transport,
    clock: SharedClock,
    /// By account, with the version that was bound.
    bound: RwLock<HashMap<AccountId, (i64, SharedGateway)>>,
}

impl std::fmt::Debug for GatewayDirectory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GatewayDirectory").finish_non_exhaustive()
    }
}

impl GatewayDirectory {
    #[must_use]
    pub fn new(storage: Storage, vault: Arc<Vault>, transport: Transport, clock: SharedClock) -> Self {
        Self { storage, vault, transport, clock, bound: RwLock::default() }
    }

    /// The account and its gateway.
    ///
    /// # Errors
    /// Unknown account, a vault that cannot open the secrets, or settings the gateway refuses.
    pub async fn of_account(&self, id: AccountId) -> Result<(Account, SharedGateway), PaymentError> {
        let account = self.storage.account(id).await?.ok_or(PaymentError::NotFound("account"))?;
        if let Some(gateway) = self.already_bound(&account) {
            return Ok((account, gateway));
        }
        let gateway = self.bind(&account)?;
        if let Ok(mut bound) = self.bound.write() {
            bound.insert(account.id, (account.version, Arc::clone(&gateway)));
        }
        Ok((account, gateway))
    }

    /// Binds a gateway without keeping it, for checks of settings that are not stored yet.
    ///
    /// # Errors
    /// As [`GatewayDirectory::of_account`].
    pub fn bind(&self, account: &Account) -> Result<SharedGateway, PaymentError> {
        let secrets = self.vault.open(&secrets_place(account.id), &account.sealed_secrets)?;
        let secrets = serde_json::from_slice(&secrets)
            .map_err(|_| PaymentError::AccountUnreadable(account.id))?;
        let credentials = AccountCredentials {
            account_id: account.id,
            gateway: account.gateway,
            mode: account.mode,
            settings: account.settings.clone(),
            secrets,
        };
        gateways::open(&credentials, &self.transport, &self.clock).map_err(PaymentError::AccountInvalid)
    }

    /// Chooses the account for a new attempt: the one named, else the only enabled one of that
    /// gateway and mode.
    ///
    /// # Errors
    /// No account, several accounts, or one of another store, mode or gateway.
    pub async fn choose(
        &self,
        store_id: StoreId,
        mode: Mode,
        gateway: GatewayName,
        flow: Flow,
        wanted: Option<AccountId>,
    ) -> Result<(Account, SharedGateway), PaymentError> {
        let mut candidates: Vec<_> = self
            .storage
            .accounts(Some(store_id))
            .await?
            .into_iter()
            .filter(|a| a.mode == mode && a.gateway == gateway && a.enabled && wanted.is_none_or(|id| a.id == id))
            .collect();
        let account = match (candidates.pop(), candidates.is_empty()) {
            (None, _) => return Err(PaymentError::NoAccount { gateway, mode, wanted }),
            (Some(_), false) => return Err(PaymentError::SeveralAccounts { gateway }),
            (Some(account), true) => account,
        };
        let (account, bound) = self.of_account(account.id).await?;
        if bound.flows().contains(&flow) { Ok((account, bound)) } else { Err(PaymentError::FlowUnsupported { gateway, flow }) }
    }

    /// Gateway objects in use, for periodic care.
    #[must_use]
    pub fn in_use(&self) -> Vec<(AccountId, SharedGateway)> {
        self.bound.read().map(|b| b.iter().map(|(id, (_, g))| (*id, Arc::clone(g))).collect()).unwrap_or_default()
    }

    fn already_bound(&self, account: &Account) -> Option<SharedGateway> {
        let bound = self.bound.read().ok()?;
        bound.get(&account.id).filter(|(version, _)| *version == account.version).map(|(_, g)| Arc::clone(g))
    }
}
