//! Arguments that several commands share: which store, which mode, and words from closed lists.

use clap::Args;

use crate::http::AppState;
use crate::payments::{EventType, GatewayName, Mode, PaymentStatus};
use crate::storage::{KeyKind, Store};

/// Which part of the ledger is meant.
#[derive(Debug, Args)]
pub struct StoreChoice {
    /// Name of the store, as in [stores.NAME]
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub store: String,
    /// test or live
    #[arg(long, value_name = "MODE", default_value = "test", value_parser = mode)]
    pub mode: Mode,
}

/// # Errors
/// When there is no such store; the known ones are named.
pub async fn existing_store(state: &AppState, name: &str) -> anyhow::Result<Store> {
    let mut stores = state.storage.stores().await?;
    if let Some(at) = stores.iter().position(|store| store.name == name) {
        return Ok(stores.swap_remove(at));
    }
    let known: Vec<_> = stores.iter().map(|store| store.name.as_str()).collect();
    let known = if known.is_empty() {
        "there is none yet; add a section [stores.NAME] to the configuration".to_owned()
    } else {
        format!("there are: {}", known.join(", "))
    };
    anyhow::bail!("there is no store {name:?} (--store); {known}")
}

pub fn mode(text: &str) -> Result<Mode, String> {
    Mode::parse(text).ok_or_else(|| "use test or live".to_owned())
}

pub fn key_kind(text: &str) -> Result<KeyKind, String> {
    KeyKind::parse(text).ok_or_else(|| "use secret (for servers) or publishable (for browsers)".to_owned())
}

pub fn gateway(text: &str) -> Result<GatewayName, String> {
    GatewayName::parse(text).ok_or_else(|| format!("use {}", GatewayName::ALL.map(GatewayName::as_str).join(", ")))
}

pub fn payment_status(text: &str) -> Result<PaymentStatus, String> {
    PaymentStatus::parse(text)
        .ok_or_else(|| format!("use {}", PaymentStatus::ALL.map(PaymentStatus::as_str).join(", ")))
}

pub fn event_type(text: &str) -> Result<EventType, String> {
    EventType::parse(text).ok_or_else(|| format!("use {}", EventType::ALL.map(EventType::as_str).join(", ")))
}
