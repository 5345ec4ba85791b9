//! The program under test: its settings, its database, and its process, which can be killed.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use luodi::app::{App, AppOptions};
use luodi::clock::SystemClock;
use luodi::config::Config;
use luodi::http::accounts::add_account;
use luodi::ids::{AccountId, StoreId};
use luodi::payments::Mode;
use luodi::sandbox::{MerchantDraft, Sandbox, WeChatMerchantCredentials};
use luodi::storage::{KeyKind, Storage, StorageSettings};
use serde_json::json;

use crate::support::{add_key, fresh_key, wechat_account};

const UP_WITHIN: Duration = Duration::from_secs(30);

pub struct Program {
    directory: tempfile::TempDir,
    address: SocketAddr,
    pub merchant: WeChatMerchantCredentials,
    pub store_id: StoreId,
    pub account_id: AccountId,
    pub key: String,
    process: Option<Child>,
}

impl Program {
    /// Settings, a store with a key, an account at the sandbox, and the shop's webhook endpoint.
    pub async fn set_up(sandbox: &Sandbox, webhook_url: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr());
        let address = free.expect("a free port");
        let database = directory.path().join("luodi.db");
        let vault_key = luodi::crypto::to_base64(&luodi::crypto::random::bytes::<32>());
        let settings = format!(
            "bind = \"{address}\"\npublic_url = \"http://{address}\"\nmetrics_bind = \"off\"\nworkers = 2\n\
             [log]\nlevel = \"warn\"\n[storage]\nurl = \"sqlite:{}\"\n[vault]\nkeys = \"test:{vault_key}\"\n\
             [webhooks]\nallow_private_addresses = true\n\
             [limits]\nkey_requests_per_minute = 1000000\naddress_requests_per_minute = 1000000\n\
             [stores.shop]\nshop_name = \"落地茶铺\"\n",
            database.display(),
        );
        let file = directory.path().join("luodi.toml");
        std::fs::write(&file, settings).expect("the settings are written");
        let merchant = sandbox.add_merchant(MerchantDraft::default()).await.expect("a merchant");

        let config = Config::load(Some(&file), []).unwrap_or_else(|error| panic!("{error}"));
        let options = AppOptions { background_jobs: false, durable: true };
        let app = App::build(config, Arc::new(SystemClock), options).await.expect("the app builds");
        let app = app.start(options).expect("the app starts");
        let store_id = app.state.storage.ensure_store("shop", app.state.clock.now()).await.expect("a store").id;
        let key = add_key(&app, store_id, KeyKind::Secret, Mode::Test).await;
        let account = add_account(&app.state, wechat_account(store_id, &merchant, &sandbox.base_url())).await;
        let account_id = account.unwrap_or_else(|error| panic!("an account: {error:?}")).id;
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let request = http.post(format!("{}/v1/webhook-endpoints", app.url())).header("idempotency-key", fresh_key());
        let body = json!({ "url": webhook_url });
        let answer = request.bearer_auth(&key).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 201);
        app.stop().await;
        Self { directory, address, merchant, store_id, account_id, key, process: None }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Starts the process on the same database and port, and waits until it answers.
    pub async fn start(&mut self) {
        let log = std::fs::File::options().append(true).create(true).open(self.log()).expect("a log");
        let process = Command::new(env!("CARGO_BIN_EXE_luodi"))
            .args(["serve", "--config"])
            .arg(self.directory.path().join("luodi.toml"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        self.process = Some(process);
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let deadline = Instant::now() + UP_WITHIN;
        while http.get(format!("{}/health/ready", self.url())).send().await.is_err() {
            let ended = self.process.as_mut().and_then(|p| p.try_wait().ok().flatten());
            assert!(ended.is_none() && Instant::now() < deadline, "it does not come up ({ended:?}): {}", self.told());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// SIGKILL: nothing is finished, nothing is flushed, nobody is told.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("the process is killed");
            process.wait().expect("the process is gone");
        }
    }

    /// The database, while no process has it.
    pub fn database(&self) -> StorageSettings {
        let file = self.directory.path().join("luodi.db");
        StorageSettings { url: format!("sqlite:{}", file.display()), durable: true, readers: 2 }
    }

    fn log(&self) -> PathBuf {
        self.directory.path().join("luodi.log")
    }

    fn told(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let told = self.told();
            let lines: Vec<_> = told.lines().collect();
            println!("the program's last words:\n{}", lines[lines.len().saturating_sub(40)..].join("\n"));
        }
    }
}

pub async fn open(settings: &StorageSettings) -> Storage {
    Storage::open(settings).await.expect("the database survives a kill")
}
