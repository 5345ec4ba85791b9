//! A running server with a store, a key and a WeChat Pay account, on a database of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use luodi::app::{App, AppOptions, RunningApp};
use luodi::clock::{Clock, SharedClock, SystemClock, Timestamp};
use luodi::config::{Config, StoreConfig};
use luodi::crypto::{random, to_base64};
use luodi::http::accounts::add_account;
use luodi::http::auth::{generate_key, hash_key, key_hint};
use luodi::ids::{AccountId, AttemptId, KeyId, PaymentId, StoreId};
use luodi::money::{Currency, Fen};
use luodi::payments::{
    Attempt, AttemptStatus, Fact, Flow, GatewayName, Ledger, Mode, NextAction, Payment, PaymentStatus,
};
use luodi::storage::{ApiKey, KeyKind};
use secrecy::SecretString;

use crate::database::Database;
use crate::machine;
use crate::wechat::WeChat;

pub const AMOUNT_FEN: i64 = 9_900;

pub struct House {
    pub app: RunningApp,
    pub store_id: StoreId,
    pub account_id: AccountId,
    pub key: String,
    database: Database,
}

impl House {
    pub async fn build(database: Database, options: AppOptions, wechat: &WeChat, api: SocketAddr) -> Self {
        let clock: SharedClock = Arc::new(SystemClock);
        let app = App::build(config(&database), clock, options).await.expect("the app builds");
        let app = app.start(options).expect("the app starts");
        let store = app.state.storage.ensure_store("shop", SystemClock.now()).await.expect("a store");
        let key = add_key(&app, store.id).await;
        let account = wechat.account(store.id, &format!("http://{api}"));
        let account = add_account(&app.state, account).await.unwrap_or_else(|e| panic!("an account: {e:?}"));
        Self { app, store_id: store.id, account_id: account.id, key, database }
    }

    pub async fn remove(self) {
        self.app.stop().await;
        self.database.remove().await;
    }

    /// Payments with an open code, made without a gateway; answers their order numbers.
    pub async fn open_payments(&self, count: usize) -> Vec<String> {
        self.open_payments_at((self.account_id, GatewayName::WeChatPay), count).await
    }

    /// As [`Self::open_payments`], at another account.
    pub async fn open_payments_at(&self, account: (AccountId, GatewayName), count: usize) -> Vec<String> {
        let storage = &self.app.state.storage;
        let store_id = self.store_id;
        stream::iter(0..count)
            .map(|number| async move {
                let (payment, attempt) = order(store_id, account, number);
                let (out_trade_no, at, attempt_id) = (attempt.out_trade_no.clone(), attempt.created_at, attempt.id);
                let (mut ledger, mut events) = Ledger::open(payment);
                let next_action =
                    NextAction::DisplayQr { code_url: "weixin://wxpay/bizpayurl?pr=p4lpSuKzz".to_owned() };
                for fact in [
                    Fact::AttemptCreated { attempt: Box::new(attempt) },
                    Fact::AttemptOpened { attempt_id, next_action, expires_at: None },
                ] {
                    events.extend(ledger.apply(fact, at).expect("a fact that fits"));
                }
                storage.create_payment(&ledger, events).await.expect("a payment");
                out_trade_no
            })
            .buffer_unordered(64)
            .collect()
            .await
    }
}

fn order(store_id: StoreId, (account_id, gateway): (AccountId, GatewayName), number: usize) -> (Payment, Attempt) {
    // A little ahead of time, so that nobody asks the gateway about it meanwhile.
    let at: Timestamp = SystemClock.now().plus_s(300);
    let (payment_id, attempt_id) = (PaymentId::generate(), AttemptId::generate());
    let payment = Payment {
        id: payment_id,
        store_id,
        mode: Mode::Test,
        order_ref: format!("T-{number}"),
        amount: Fen::new(AMOUNT_FEN).expect("an amount"),
        currency: Currency::Cny,
        description: "西湖龙井 50g".to_owned(),
        return_url: None,
        metadata: [("cart".to_owned(), "8f14e45f".to_owned())].into(),
        status: PaymentStatus::Open,
        late: false,
        refunded: Fen::ZERO,
        paid_by: None,
        created_at: at,
        expires_at: at.plus_s(7200),
        close_requested_at: None,
        paid_at: None,
        closed_at: None,
        version: 1,
    };
    let attempt = Attempt {
        id: attempt_id,
        payment_id,
        account_id,
        gateway,
        flow: Flow::Qr,
        status: AttemptStatus::Creating,
        out_trade_no: attempt_id.out_trade_no(),
        // As long as a real one.
        request: format!("{{\"appid\":\"{}\"}}", "x".repeat(400)),
        next_action: None,
        action_expires_at: None,
        payer_id: None,
        app_id: None,
        gateway_trade_no: None,
        settlement: None,
        failure: None,
        duplicate: false,
        created_at: at,
        expires_at: at.plus_s(900),
        paid_at: None,
    };
    (payment, attempt)
}

fn config(database: &Database) -> Config {
    let bind = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut config = Config { bind, metrics_bind: None, workers: machine::cores(), ..Config::default() };
    config.storage.url = SecretString::from(database.url());
    config.vault.keys = Some(SecretString::from(format!("bench:{}", to_base64(&random::bytes::<32>()))));
    config.webhooks.allow_private_addresses = true;
    config.limits.key_requests_per_minute = 100_000_000;
    config.limits.address_requests_per_minute = 100_000_000;
    config.stores.insert("shop".to_owned(), StoreConfig::default());
    config
}

async fn add_key(app: &RunningApp, store_id: StoreId) -> String {
    add_key_of(app, store_id, KeyKind::Secret).await
}

pub async fn add_key_of(app: &RunningApp, store_id: StoreId, kind: KeyKind) -> String {
    let key = generate_key(kind, Mode::Test);
    let stored = ApiKey {
        id: KeyId::generate(),
        store_id,
        kind,
        mode: Mode::Test,
        hint: key_hint(&key),
        hash: hash_key(&app.state.pepper, &key),
        label: "bench".to_owned(),
        created_at: SystemClock.now(),
        revoked_at: None,
    };
    app.state.storage.insert_api_key(&stored).await.expect("the key is stored");
    key
}
