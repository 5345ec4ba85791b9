//! Finds the gateway object of a merchant account: loads the account, opens its sealed secrets, binds
//! the gateway, and keeps it until the account changes. The only place where secrets leave the vault.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use secrecy::ExposeSecret;

use super::attempt::{Flow, GatewayName};
use super::error::PaymentError;
use super::payment::Mode;
use crate::clock::SharedClock;
use crate::gateways::transport::{Transport, Transports};
use crate::gateways::{self, AccountCredentials, SharedGateway};
use crate::ids::{AccountId, StoreId};
use crate::storage::{Account, Storage, StorageError};
use crate::vault::{Place, Vault, VaultError};

/// Seals the secrets of an account for the place where they are stored.
///
/// # Errors
/// A vault without a master key.
pub fn seal_secrets(vault: &Vault, id: AccountId, secrets: &serde_json::Value) -> Result<Vec<u8>, VaultError> {
    vault.seal(&Place { row: &id.to_string(), ..SECRETS_PLACE }, secrets.to_string().as_bytes())
}

const SECRETS_PLACE: Place<'static> = Place { table: "accounts", row: "", column: "sealed_secrets" };

pub struct GatewayDirectory {
    storage: Storage,
    vault: Arc<Vault>,
    transports: Transports,
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
    pub fn new(storage: Storage, vault: Arc<Vault>, transports: Transports, clock: SharedClock) -> Self {
        Self { storage, vault, transports, clock, bound: RwLock::default() }
    }

    /// The account and its gateway.
    ///
    /// # Errors
    /// Unknown account, a vault that cannot open the secrets, or settings the gateway refuses.
    pub async fn of_account(&self, id: AccountId) -> Result<(Account, SharedGateway), PaymentError> {
        let account = self.storage.account(id).await?.ok_or(PaymentError::NotFound("account"))?;
        self.with_gateway(account)
    }

    fn with_gateway(&self, account: Account) -> Result<(Account, SharedGateway), PaymentError> {
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
        let credentials = self.credentials(account)?;
        gateways::open(&credentials, &self.transports, Arc::clone(&self.clock)).map_err(PaymentError::AccountInvalid)
    }

    /// The connections to a gateway and its sign-in.
    #[must_use]
    pub fn transport(&self, gateway: GatewayName) -> Transport {
        self.transports.to(gateway)
    }

    fn credentials(&self, account: &Account) -> Result<AccountCredentials, PaymentError> {
        let place = Place { row: &account.id.to_string(), ..SECRETS_PLACE };
        let secrets = self.vault.open(&place, &account.sealed_secrets)?;
        let secrets =
            serde_json::from_slice(secrets.expose_secret()).map_err(|_| PaymentError::AccountUnreadable(account.id))?;
        Ok(AccountCredentials {
            account_id: account.id,
            gateway: account.gateway,
            mode: account.mode,
            settings: account.settings.clone(),
            secrets,
        })
    }

    /// Chooses the account for a new attempt: the one named, else the only enabled one of that
    /// gateway and mode that offers the flow.
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
        let mut candidates = self.candidates(store_id, mode, gateway, wanted).await?;
        let mut offered: Vec<Flow> = Vec::new();
        for flow in candidates.iter().flat_map(|(_, bound)| bound.flows().iter().copied()) {
            if !offered.contains(&flow) {
                offered.push(flow);
            }
        }
        candidates.retain(|(_, bound)| bound.flows().contains(&flow));
        if candidates.is_empty() {
            return Err(PaymentError::FlowUnsupported { gateway, flow, offered });
        }
        the_only(candidates, gateway)
    }

    /// As [`GatewayDirectory::choose`], before a flow has been chosen.
    ///
    /// # Errors
    /// As [`GatewayDirectory::choose`], but for the flow.
    pub async fn account_for(
        &self,
        store_id: StoreId,
        mode: Mode,
        gateway: GatewayName,
        wanted: Option<AccountId>,
    ) -> Result<(Account, SharedGateway), PaymentError> {
        the_only(self.candidates(store_id, mode, gateway, wanted).await?, gateway)
    }

    /// The enabled accounts of that gateway and mode, never none.
    async fn candidates(
        &self,
        store_id: StoreId,
        mode: Mode,
        gateway: GatewayName,
        wanted: Option<AccountId>,
    ) -> Result<Vec<(Account, SharedGateway)>, PaymentError> {
        let mut candidates = Vec::new();
        let mut broken = None;
        for account in self.storage.accounts(Some(store_id)).await? {
            let fits = account.mode == mode && account.gateway == gateway && account.enabled;
            if !fits || wanted.is_some_and(|id| account.id != id) {
                continue;
            }
            match self.with_gateway(account) {
                Ok(candidate) => candidates.push(candidate),
                Err(error) => broken = Some(error),
            }
        }
        if candidates.is_empty() {
            return Err(broken.unwrap_or(PaymentError::NoAccount { gateway, mode, wanted }));
        }
        Ok(candidates)
    }

    /// Lets every gateway in use look after its keys. An account that cannot be bound only logs: one
    /// merchant's mistake is not another's.
    ///
    /// # Errors
    /// The storage's.
    pub async fn maintain(&self) -> Result<(), StorageError> {
        for account in self.storage.accounts(None).await?.into_iter().filter(|a| a.enabled) {
            match self.of_account(account.id).await {
                Ok((_, gateway)) => gateway.maintain().await,
                Err(error) => tracing::error!(account = %account.id, %error, "an account cannot be used"),
            }
        }
        Ok(())
    }

    fn already_bound(&self, account: &Account) -> Option<SharedGateway> {
        let bound = self.bound.read().ok()?;
        bound.get(&account.id).filter(|(version, _)| *version == account.version).map(|(_, g)| Arc::clone(g))
    }
}

/// The account, where it is the only one that fits: which of several takes the money is for the shop to say.
fn the_only(
    mut candidates: Vec<(Account, SharedGateway)>,
    gateway: GatewayName,
) -> Result<(Account, SharedGateway), PaymentError> {
    let accounts = candidates.iter().map(|(account, _)| account.id).collect();
    match (candidates.pop(), candidates.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(PaymentError::SeveralAccounts { gateway, accounts }),
    }
}
