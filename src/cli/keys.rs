//! `luodi keys`: API keys. A key is shown once; what is kept is its hash.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::choice::{self, StoreChoice};
use super::{Global, opened, output};
use crate::http::AppState;
use crate::http::auth::{generate_key, hash_key, key_hint};
use crate::ids::KeyId;
use crate::storage::{ApiKey, KeyKind};

/// Create, list and revoke API keys
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi keys create --store default --mode test --label magento")]
pub struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Create(Create),
    List(List),
    Revoke(Revoke),
}

/// Create a key and print it, once
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi keys create --store default --mode live --label magento")]
struct Create {
    #[command(flatten)]
    of: StoreChoice,
    /// secret (for servers) or publishable (for browsers)
    #[arg(long, value_name = "KIND", default_value = "secret", value_parser = choice::key_kind)]
    kind: KeyKind,
    /// For your own eyes
    #[arg(long, default_value = "")]
    label: String,
}

/// List keys, without the keys
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi keys list --json")]
struct List {
    /// Only the keys of this store
    #[arg(long, value_name = "NAME")]
    store: Option<String>,
}

/// Revoke a key: it is refused from now on
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi keys revoke key_01jabcdefghjkmnpqrstvwxyz0")]
struct Revoke {
    /// As `luodi keys list` prints it
    id: KeyId,
}

impl Keys {
    pub async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        opened::with_ledger(global, async |state| match self.action {
            Action::Create(create) => create.run(state, global.json).await,
            Action::List(list) => list.run(state, global.json).await,
            Action::Revoke(revoke) => revoke.run(state, global.json).await,
        })
        .await?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Create {
    async fn run(self, state: &AppState, json: bool) -> anyhow::Result<()> {
        let StoreChoice { store: name, mode } = self.of;
        let now = state.clock.now();
        let store = state.storage.ensure_store(&name, now).await?;
        let text = generate_key(self.kind, mode);
        let key = ApiKey {
            id: KeyId::generate(),
            store_id: store.id,
            kind: self.kind,
            mode,
            hint: key_hint(&text),
            hash: hash_key(&state.pepper, &text),
            label: self.label,
            created_at: now,
            revoked_at: None,
        };
        state.storage.insert_api_key(&key).await?;
        if !state.config.stores.contains_key(&name) {
            eprintln!("note: store {name:?} is not in the configuration; [stores.{name}] shop_name gives it a name");
        }
        if json {
            let mut view = view(&key, &name);
            view["key"] = Value::from(text);
            return output::json(&view);
        }
        eprintln!("{} for store {name}, {} mode. It is shown this once only:", key.id, mode.as_str());
        output::line(text)
    }
}

impl List {
    async fn run(self, state: &AppState, json: bool) -> anyhow::Result<()> {
        let of = match &self.store {
            Some(name) => Some(choice::existing_store(state, name).await?.id),
            None => None,
        };
        let stores = state.storage.stores().await?;
        let keys = state.storage.api_keys(of).await?;
        let name_of = |key: &ApiKey| {
            stores.iter().find(|store| store.id == key.store_id).map(|store| store.name.clone()).unwrap_or_default()
        };
        if json {
            let data: Vec<_> = keys.iter().map(|key| view(key, &name_of(key))).collect();
            return output::json(&json!({ "data": data }));
        }
        let rows: Vec<_> = keys
            .iter()
            .map(|key| {
                let revoked = key.revoked_at.map_or_else(|| "-".to_owned(), |at| at.to_string());
                let (kind, mode) = (key.kind.as_str().to_owned(), key.mode.as_str().to_owned());
                let created = key.created_at.to_string();
                [key.id.to_string(), name_of(key), kind, mode, key.hint.clone(), created, revoked, key.label.clone()]
            })
            .collect();
        output::table(["ID", "STORE", "KIND", "MODE", "KEY", "CREATED", "REVOKED", "LABEL"], &rows)
    }
}

impl Revoke {
    async fn run(self, state: &AppState, json: bool) -> anyhow::Result<()> {
        let revoked = state.storage.revoke_api_key(self.id, state.clock.now()).await?;
        anyhow::ensure!(revoked, "there is no key {} in force; `luodi keys list` shows them", self.id);
        if json {
            return output::json(&json!({ "id": self.id, "revoked": true }));
        }
        output::line(format!("{} is revoked", self.id))
    }
}

fn view(key: &ApiKey, store: &str) -> Value {
    json!({
        "id": key.id, "store": store, "kind": key.kind.as_str(), "mode": key.mode, "hint": key.hint,
        "label": key.label, "created_at": key.created_at, "revoked_at": key.revoked_at,
    })
}
