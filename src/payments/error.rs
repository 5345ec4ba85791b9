//! Why a payment service did not do what it was asked.

use super::attempt::{Flow, GatewayName};
use super::fact::Refusal;
use super::payment::Mode;
use crate::gateways::{GatewayError, SettingProblem};
use crate::ids::AccountId;
use crate::storage::StorageError;
use crate::vault::VaultError;

#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    #[error("no such {0}")]
    NotFound(&'static str),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error("no enabled {} account in {} mode", .gateway.as_str(), .mode.as_str())]
    NoAccount { gateway: GatewayName, mode: Mode, wanted: Option<AccountId> },
    #[error("several {} accounts: name one", .gateway.as_str())]
    SeveralAccounts { gateway: GatewayName, accounts: Vec<AccountId> },
    #[error("{} has no flow {}", .gateway.as_str(), .flow.as_str())]
    FlowUnsupported { gateway: GatewayName, flow: Flow, offered: Vec<Flow> },
    #[error("the account's settings are not valid")]
    AccountInvalid(Vec<SettingProblem>),
    #[error("the secrets of account {0} cannot be read")]
    AccountUnreadable(AccountId),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}
