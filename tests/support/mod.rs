//! A whole house for one test: sandbox, sidecar with its own database, a store with keys and a WeChat
//! Pay account. Time stands still until the test moves it; nothing happens in the background.
#![allow(dead_code)]

pub mod alipay;
pub mod phone;
pub mod shop;
pub mod unionpay;

use std::net::SocketAddr;
use std::sync::Arc;

use luodi::app::{App, AppOptions, RunningApp};
use luodi::clock::{HandClock, SharedClock, Timestamp};
use luodi::config::{Config, StoreConfig};
use luodi::http::accounts::{NewAccount, add_account};
use luodi::http::auth::{generate_key, hash_key, key_hint};
use luodi::ids::{AccountId, KeyId, StoreId};
use luodi::payments::{GatewayName, Mode};
use luodi::sandbox::{
    Book, Fault, FaultKind, MerchantDraft, Operation, PayDraft, RedeliverySchedule, Sandbox, SandboxSettings,
    WeChatMerchantCredentials,
};
use luodi::storage::{ApiKey, KeyKind};
use secrecy::SecretString;
use serde_json::{Value, json};

/// Where the hand-set clock starts: 2026-01-01 12:00 in Beijing.
pub const START: Timestamp = Timestamp::from_seconds(1_767_240_000);

pub struct House {
    pub clock: Arc<HandClock>,
    pub sandbox: Sandbox,
    pub merchant: WeChatMerchantCredentials,
    pub app: RunningApp,
    pub store_id: StoreId,
    pub account_id: AccountId,
    pub key: String,
    pub http: reqwest::Client,
    pub directory: tempfile::TempDir,
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn of(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        Self { status, headers, text: response.text().await.expect("a readable body") }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("JSON expected, got {}: {}", self.status, self.text))
    }

    /// The status, the code, and each field error as `pointer: code`.
    pub fn problem(&self) -> (u16, String, Vec<String>) {
        let body = self.json();
        let fields = body["errors"].as_array().into_iter().flatten();
        let fields = fields.map(|f| format!("{}: {}", text(&f["pointer"]), text(&f["code"]))).collect();
        (self.status, text(&body["code"]), fields)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl House {
    pub async fn build() -> Self {
        Self::build_with(MerchantDraft::default(), |_| {}).await
    }

    pub async fn build_with(merchant: MerchantDraft, adjust: impl FnOnce(&mut Config)) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let clock = HandClock::at(START);
        let shared: SharedClock = clock.clone();
        let settings = SandboxSettings {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            redelivery: RedeliverySchedule::Real,
            background: false,
        };
        let sandbox = luodi::sandbox::start(settings, Arc::clone(&shared)).await.expect("the sandbox starts");
        let merchant = sandbox.add_merchant(merchant).await.expect("a merchant");
        let mut config = test_config(directory.path());
        adjust(&mut config);
        let options = AppOptions { background_jobs: false, durable: true };
        let app = App::build(config, shared, options).await.expect("the app builds");
        let app = app.start(options).expect("the app starts");
        let store = app.state.storage.ensure_store("shop", START).await.expect("a store");
        let key = add_key(&app, store.id, KeyKind::Secret, Mode::Test).await;
        let account = add_account(&app.state, wechat_account(store.id, &merchant, &sandbox.base_url())).await;
        let account_id = account.unwrap_or_else(|error| panic!("an account: {error:?}")).id;
        // No pooled connections: a browser may take longer between two calls than a server keeps one open.
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().expect("a client");
        Self { clock, sandbox, merchant, app, store_id: store.id, account_id, key, http, directory }
    }

    /// The same house after its server was started again without its master key.
    pub async fn rebuild_without_vault(self) -> Self {
        let Self { clock, sandbox, merchant, app, store_id, account_id, key, http, directory } = self;
        app.stop().await;
        let mut config = test_config(directory.path());
        config.vault.keys = None;
        let options = AppOptions { background_jobs: false, durable: true };
        let shared: SharedClock = clock.clone();
        let app = App::build(config, shared, options).await.expect("the app builds");
        let app = app.start(options).expect("the app starts");
        Self { clock, sandbox, merchant, app, store_id, account_id, key, http, directory }
    }

    pub fn clock_now(&self) -> Timestamp {
        luodi::clock::Clock::now(self.clock.as_ref())
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.app.url())
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = self.http.get(self.url(path)).bearer_auth(&self.key);
        Answer::of(request.send().await.expect("an answer")).await
    }

    /// A POST with a fresh idempotency key.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_with_key(path, body, &fresh_key()).await
    }

    pub async fn post_with_key(&self, path: &str, body: Value, idempotency_key: &str) -> Answer {
        let request = self.http.post(self.url(path)).bearer_auth(&self.key).header("idempotency-key", idempotency_key);
        Answer::of(request.json(&body).send().await.expect("an answer")).await
    }

    pub async fn post_as(&self, key: &str, path: &str, body: Value) -> Answer {
        let request = self.http.post(self.url(path)).bearer_auth(key).header("idempotency-key", fresh_key());
        Answer::of(request.json(&body).send().await.expect("an answer")).await
    }

    /// Any request, with the shop's key.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.anonymous(method, path).bearer_auth(&self.key)
    }

    /// Any request, without a key.
    pub fn anonymous(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method.parse().expect("a method"), self.url(path))
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request("PATCH", path).json(&body).send().await.expect("an answer")).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request("DELETE", path).send().await.expect("an answer")).await
    }

    pub async fn get_as(&self, key: &str, path: &str) -> Answer {
        Answer::of(self.anonymous("GET", path).bearer_auth(key).send().await.expect("an answer")).await
    }

    /// What a browser can do: no key, perhaps a client secret in the path.
    pub async fn browse(&self, path: &str) -> Answer {
        Answer::of(self.anonymous("GET", path).send().await.expect("an answer")).await
    }

    /// What the gateway wrote down about our merchant.
    pub fn book(&self) -> Book {
        self.sandbox.book(&self.merchant.mchid).expect("the merchant's book")
    }

    /// This goes wrong once.
    pub fn fault(&self, operation: Operation, kind: FaultKind) {
        self.sandbox.add_fault(Fault::new(operation, kind).times(1)).expect("a fault that fits");
    }

    /// This goes wrong until the faults are cleared.
    pub fn lasting_fault(&self, operation: Operation, kind: FaultKind) {
        self.sandbox.add_fault(Fault::new(operation, kind)).expect("a fault that fits");
    }

    /// Time passes and everything due is done once.
    pub async fn pass_s(&self, seconds: i64) {
        self.clock.advance_s(seconds);
        self.app.jobs.step().await.expect("the jobs work");
    }

    /// A payment with an open WeChat Pay code.
    pub async fn payment_with_code(&self, amount_fen: i64) -> Value {
        let answer = self.post("/v1/payments", order(amount_fen, true)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    /// The shopper pays on the phone, and the sandbox tells us.
    pub async fn pay(&self, payment: &Value) {
        self.pay_silently(payment);
        assert_eq!(self.sandbox.step().await, 1, "one notification goes out");
    }

    /// The shopper pays on the phone; nobody has told us yet.
    pub fn pay_silently(&self, payment: &Value) {
        let number = out_trade_no(payment);
        self.sandbox.pay(&self.merchant.mchid, &number, &PayDraft::default()).expect("the sandbox takes the payment");
    }

    pub async fn paid_payment(&self, amount_fen: i64) -> Value {
        let payment = self.payment_with_code(amount_fen).await;
        self.pay(&payment).await;
        self.read(&payment).await
    }

    /// The payment as it stands in the ledger; asks no gateway.
    pub async fn read(&self, payment: &Value) -> Value {
        let id = text(&payment["id"]).parse().expect("a payment id");
        let ledger = self.app.state.payments.ledger(id).await.expect("the payment");
        json!(self.app.state.payment_view(&ledger))
    }

    pub async fn event_types(&self) -> Vec<String> {
        let events = self.get("/v1/events?limit=500").await.json();
        events["data"].as_array().into_iter().flatten().map(|e| text(&e["type"])).collect()
    }
}

/// A request's answer.
pub async fn send(request: reqwest::RequestBuilder) -> Answer {
    Answer::of(request.send().await.expect("an answer")).await
}

/// `/v1/payments/{id}` and what follows.
pub fn path_of(payment: &Value, rest: &str) -> String {
    format!("/v1/payments/{}{rest}", text(&payment["id"]))
}

/// The number of the newest attempt.
pub fn out_trade_no(payment: &Value) -> String {
    let attempts = payment["attempts"].as_array().expect("attempts");
    text(&attempts.last().expect("an attempt")["out_trade_no"])
}

pub fn order(amount_fen: i64, with_code: bool) -> Value {
    let mut body = json!({
        "order_ref": "T-1001", "amount_fen": amount_fen, "currency": "CNY", "description": "西湖龙井 50g",
    });
    if with_code {
        body["gateway"] = json!("wechatpay");
        body["flow"] = json!("qr");
    }
    body
}

pub fn fresh_key() -> String {
    uuid::Uuid::new_v4().to_string()
}

pub fn test_config(directory: &std::path::Path) -> Config {
    let mut config =
        Config { bind: SocketAddr::from(([127, 0, 0, 1], 0)), metrics_bind: None, workers: 2, ..Config::default() };
    config.storage.url = SecretString::from(format!("sqlite:{}/luodi.db", directory.display()));
    config.vault.keys = Some(SecretString::from(format!("test:{}", test_vault_key())));
    config.webhooks.allow_private_addresses = true;
    config.limits.key_requests_per_minute = 1_000_000;
    config.limits.address_requests_per_minute = 1_000_000;
    config.stores.insert("shop".to_owned(), StoreConfig { shop_name: "落地茶铺".to_owned(), ..StoreConfig::default() });
    config
}

/// Made anew by each test run.
fn test_vault_key() -> String {
    luodi::crypto::to_base64(&luodi::crypto::random::bytes::<32>())
}

pub async fn add_key(app: &RunningApp, store_id: StoreId, kind: KeyKind, mode: Mode) -> String {
    let key = generate_key(kind, mode);
    let stored = ApiKey {
        id: KeyId::generate(),
        store_id,
        kind,
        mode,
        hint: key_hint(&key),
        hash: hash_key(&app.state.pepper, &key),
        label: "test".to_owned(),
        created_at: START,
        revoked_at: None,
    };
    app.state.storage.insert_api_key(&stored).await.expect("the key is stored");
    key
}

pub fn wechat_account(store_id: StoreId, merchant: &WeChatMerchantCredentials, api_base: &str) -> NewAccount {
    NewAccount {
        store_id,
        mode: Mode::Test,
        gateway: GatewayName::WeChatPay,
        name: "main".to_owned(),
        settings: json!({
            "mchid": merchant.mchid, "appid": merchant.appid, "merchant_serial": merchant.merchant_serial,
            "wechatpay_public_key_id": merchant.wechatpay_public_key_id, "api_base": api_base,
        }),
        secrets: json!({
            "merchant_private_key": merchant.merchant_private_key_pem, "apiv3_key": merchant.apiv3_key,
            "wechatpay_public_key": merchant.wechatpay_public_key_pem,
            "app_secret": merchant.apps.first().map(|app| &app.app_secret),
        }),
    }
}
