//! Sets the demo up: stand-ins, sidecar on a throw-away database, store, keys, accounts, shop.
//! Promises: a port that is taken is replaced by a free one; the database is removed at the end.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};

use super::Ports;
use super::accounts::{Accounts, add_accounts};
use crate::app::{App, AppOptions, RunningApp};
use crate::clock::{SharedClock, SystemClock};
use crate::config::{Config, StoreConfig};
use crate::crypto::{random, to_base64};
use crate::http::AppState;
use crate::http::auth::{generate_key, hash_key, key_hint};
use crate::i18n::{Locale, text};
use crate::ids::{KeyId, StoreId};
use crate::payments::Mode;
use crate::sandbox::{self, RedeliverySchedule, Sandbox, SandboxError, SandboxSettings};
use crate::storage::{ApiKey, KeyKind};
use crate::web::demo_shop::{self, DemoShop, DemoShopError, DemoShopSettings};
use crate::webhooks::endpoints::NewEndpoint;

const STORE: &str = "demo";
/// As many as the configuration takes: nobody needs protection from themselves.
const REQUESTS_PER_MINUTE: u32 = 1_000_000;
const STOP_WITHIN: Duration = Duration::from_millis(300);

/// Everything that is up.
pub struct Running {
    pub sandbox: Sandbox,
    pub sidecar: RunningApp,
    pub shop: DemoShop,
    pub api_key: String,
    /// For browsers: divisions, pasted addresses, wording.
    pub publishable_key: String,
    pub accounts: Accounts,
    pub locale: Locale,
    folder: Folder,
}

impl Running {
    /// The three keep idle connections to each other, which a stopping server waits for. Here nothing is
    /// lost by not waiting: whatever was written goes away with the folder.
    pub async fn stop(self) {
        let Self { sandbox, sidecar, shop, folder, .. } = self;
        let all = async { tokio::join!(shop.stop(), sandbox.stop(), sidecar.stop()) };
        let _ = tokio::time::timeout(STOP_WITHIN, all).await;
        drop(folder);
    }
}

pub async fn start(ports: Ports, locale: Locale) -> anyhow::Result<Running> {
    let clock: SharedClock = Arc::new(SystemClock);
    let folder = Folder::create()?;
    let sandbox = start_sandbox(ports.sandbox, &clock).await?;
    let sidecar = start_sidecar(ports.sidecar, &sandbox, &folder, locale, &clock).await?;
    let state = &sidecar.state;
    let store_id = state.storage.ensure_store(STORE, clock.now()).await?.id;
    let api_key = add_key(state, store_id, KeyKind::Secret).await?;
    let publishable_key = add_key(state, store_id, KeyKind::Publishable).await?;
    let accounts = add_accounts(state, store_id, &sandbox, locale).await?;
    let shop = open_shop(ports.shop, &sidecar, store_id, [&api_key, &publishable_key], &sandbox).await?;
    Ok(Running { sandbox, sidecar, shop, api_key, publishable_key, accounts, locale, folder })
}

async fn start_sandbox(port: u16, clock: &SharedClock) -> anyhow::Result<Sandbox> {
    let settings = |port| SandboxSettings { bind: local(port), redelivery: RedeliverySchedule::Real, background: true };
    match sandbox::start(settings(port), Arc::clone(clock)).await {
        Err(SandboxError::Start(error)) if error.kind() == ErrorKind::AddrInUse => {
            Ok(sandbox::start(settings(0), Arc::clone(clock)).await?)
        }
        started => Ok(started?),
    }
}

async fn start_sidecar(
    port: u16,
    sandbox: &Sandbox,
    folder: &Folder,
    locale: Locale,
    clock: &SharedClock,
) -> anyhow::Result<RunningApp> {
    let options = AppOptions::default();
    let config = |port| demo_config(port, sandbox, folder.path(), locale);
    let built = match App::build(config(port), Arc::clone(clock), options).await {
        Err(error) if is_port_taken(&error) => App::build(config(0), Arc::clone(clock), options).await,
        built => built,
    };
    built?.start(options)
}

fn demo_config(port: u16, sandbox: &Sandbox, folder: &Path, locale: Locale) -> Config {
    let mut config = Config {
        bind: local(port),
        public_url: format!("http://{}", local(port)),
        metrics_bind: None,
        sandbox_phone_url: Some(sandbox.phone_url()),
        ..Config::default()
    };
    config.storage.url = SecretString::from(format!("sqlite:{}", folder.join("demo.db").display()));
    // The ring lives as long as the process does, and so do the secrets it seals.
    config.vault.keys = Some(SecretString::from(format!("demo:{}", to_base64(&random::bytes::<32>()))));
    config.webhooks.allow_private_addresses = true;
    config.limits.key_requests_per_minute = REQUESTS_PER_MINUTE;
    config.limits.address_requests_per_minute = REQUESTS_PER_MINUTE;
    let store = StoreConfig {
        shop_name: text(locale, "shop-name"),
        return_url_hosts: vec![Ipv4Addr::LOCALHOST.to_string()],
        locale: Some(locale.tag().to_owned()),
        ..StoreConfig::default()
    };
    config.stores.insert(STORE.to_owned(), store);
    config
}

async fn add_key(state: &AppState, store_id: StoreId, kind: KeyKind) -> anyhow::Result<String> {
    let text = generate_key(kind, Mode::Test);
    let key = ApiKey {
        id: KeyId::generate(),
        store_id,
        kind,
        mode: Mode::Test,
        hint: key_hint(&text),
        hash: hash_key(&state.pepper, &text),
        label: "demo".to_owned(),
        created_at: state.clock.now(),
        revoked_at: None,
    };
    state.storage.insert_api_key(&key).await?;
    Ok(text)
}

/// The endpoint's secret is needed to open the shop, and the shop's address for the endpoint: the
/// endpoint is made first and corrected should the shop have had to move.
async fn open_shop(
    port: u16,
    sidecar: &RunningApp,
    store_id: StoreId,
    [api_key, publishable_key]: [&str; 2],
    sandbox: &Sandbox,
) -> anyhow::Result<DemoShop> {
    let webhooks = &sidecar.state.webhooks;
    let new = NewEndpoint {
        store_id,
        mode: Mode::Test,
        url: format!("http://{}/webhooks/luodi", local(port)),
        event_types: Vec::new(),
        description: "demo shop".to_owned(),
    };
    let (mut endpoint, secret) = webhooks.create_endpoint(new).await?;
    let settings = |port| DemoShopSettings {
        bind: local(port),
        luodi_url: sidecar.url(),
        api_key: api_key.to_owned(),
        publishable_key: publishable_key.to_owned(),
        webhook_secret: secret.to_text().expose_secret().to_owned(),
        phone_url: Some(sandbox.phone_url()),
    };
    let shop = match demo_shop::start(settings(port)).await {
        Err(DemoShopError::Listen(error)) if error.kind() == ErrorKind::AddrInUse => {
            demo_shop::start(settings(0)).await?
        }
        started => started?,
    };
    if endpoint.url != shop.webhook_url() {
        endpoint.url = shop.webhook_url();
        webhooks.update_endpoint(endpoint).await?;
    }
    Ok(shop)
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

fn is_port_taken(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).any(|e| e.kind() == ErrorKind::AddrInUse)
}

/// A folder of our own that goes away with this value.
struct Folder(PathBuf);

impl Folder {
    fn create() -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("luodi-demo-{}", random::alphanumeric(12)));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).with_context(|| format!("no folder for the demo's database at {}", path.display()))?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "the demo's database could not be removed");
        }
    }
}
