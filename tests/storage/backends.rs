//! A fresh database per test on each back end, and the rows most tests need.

use std::future::Future;
use std::str::FromStr;
use std::time::Duration;

use luodi::clock::Timestamp;
use luodi::ids::{AccountId, AttemptId, EventId, PaymentId, RefundId};
use luodi::money::{Currency, Fen};
use luodi::payments::event::EventType;
use luodi::payments::{
    Attempt, AttemptStatus, Fact, Flow, GatewayName, Ledger, Mode, NewEvent, NextAction, Payment, PaymentStatus,
    Refund, RefundCause, RefundStatus, SettlementAmount,
};
use luodi::storage::{Account, Change, Created, Recorded, Storage, StorageSettings, Store};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// A database of its own, removed after the test.
pub enum Database {
    Sqlite(tempfile::TempDir),
    Postgres { server: String, name: String },
}

impl Database {
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// `None` (and a line in the output) when there is no server.
    pub async fn postgres() -> Option<Self> {
        let Some((server, mut connection)) = postgres_server().await else {
            let required = std::env::var_os("TEST_REQUIRE_POSTGRES").is_some();
            assert!(!required, "PostgreSQL is required here and does not answer");
            println!("PostgreSQL was skipped: set TEST_POSTGRES_URL or start a local server");
            return None;
        };
        let name = format!("luodi_test_{}", EventId::generate().suffix());
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        Some(Self::Postgres { server, name })
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("luodi.db").display()),
            Self::Postgres { server, name } => {
                let mut url = url::Url::parse(server).unwrap();
                url.set_path(name);
                url.to_string()
            }
        }
    }

    pub async fn open(&self) -> Storage {
        Storage::open(&StorageSettings { url: self.url(), durable: true, readers: 4 }).await.unwrap()
    }

    pub async fn remove(self) {
        let Self::Postgres { server, name } = self else { return };
        let mut connection = PgConnectOptions::from_str(&server).unwrap().connect().await.unwrap();
        let drop = format!("DROP DATABASE {name} WITH (FORCE)");
        sqlx::query(AssertSqlSafe(drop)).execute(&mut connection).await.unwrap();
    }
}

async fn postgres_server() -> Option<(String, PgConnection)> {
    let candidates = match std::env::var("TEST_POSTGRES_URL") {
        Ok(url) => vec![url],
        Err(_) => {
            let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
            vec![
                "postgres://postgres@127.0.0.1:5432/postgres".to_owned(),
                format!("postgres://{user}@127.0.0.1:5432/postgres"),
            ]
        }
    };
    for url in candidates {
        let options = PgConnectOptions::from_str(&url).unwrap();
        if let Ok(Ok(connection)) = tokio::time::timeout(Duration::from_secs(2), options.connect()).await {
            return Some((url, connection));
        }
    }
    None
}

/// Runs a case on each back end; the databases go, whether or not it holds.
pub async fn on_each<Case, Running>(case: Case)
where
    Case: Fn(Shop) -> Running,
    Running: Future<Output = ()> + Send + 'static,
{
    for database in [Some(Database::sqlite()), Database::postgres().await].into_iter().flatten() {
        let storage = database.open().await;
        println!("on {}", storage.backend_name());
        let outcome = tokio::spawn(case(Shop::set_up(storage.clone()).await)).await;
        storage.close().await;
        database.remove().await;
        if let Err(failure) = outcome {
            std::panic::resume_unwind(failure.into_panic());
        }
    }
}

/// A store with one account.
#[derive(Clone)]
pub struct Shop {
    pub storage: Storage,
    pub store: Store,
    pub account: Account,
}

impl Shop {
    pub async fn set_up(storage: Storage) -> Self {
        let store = storage.ensure_store("tea", NOW).await.unwrap();
        let account = Account {
            id: AccountId::generate(),
            store_id: store.id,
            gateway: GatewayName::WeChatPay,
            mode: Mode::Test,
            name: "main".to_owned(),
            settings: serde_json::json!({ "merchant_no": "1900000109" }),
            sealed_secrets: vec![1, 2, 3],
            enabled: true,
            created_at: NOW,
            updated_at: NOW,
            version: 1,
        };
        storage.insert_account(&account).await.unwrap();
        Self { storage, store, account }
    }

    pub fn payment(&self, order_ref: &str, created_at: Timestamp) -> (Ledger, Vec<NewEvent>) {
        Ledger::open(Payment {
            id: PaymentId::generate(),
            store_id: self.store.id,
            mode: Mode::Test,
            order_ref: order_ref.to_owned(),
            amount: Fen::new(9_900).unwrap(),
            currency: Currency::Cny,
            description: "龙井 250 克".to_owned(),
            return_url: None,
            metadata: [("cart".to_owned(), "17".to_owned())].into(),
            status: PaymentStatus::Open,
            late: false,
            refunded: Fen::ZERO,
            paid_by: None,
            created_at,
            expires_at: created_at.plus_s(1800),
            close_requested_at: None,
            paid_at: None,
            closed_at: None,
            version: 1,
        })
    }

    pub async fn create(&self, order_ref: &str, created_at: Timestamp) -> Ledger {
        let (ledger, events) = self.payment(order_ref, created_at);
        assert_eq!(self.storage.create_payment(&ledger, events).await.unwrap(), Created::New);
        ledger
    }

    pub fn attempt(&self, ledger: &Ledger, created_at: Timestamp) -> Attempt {
        let id = AttemptId::generate();
        Attempt {
            id,
            payment_id: ledger.payment.id,
            account_id: self.account.id,
            gateway: GatewayName::WeChatPay,
            flow: Flow::Qr,
            status: AttemptStatus::Creating,
            out_trade_no: id.out_trade_no(),
            request: r#"{"description":"龙井"}"#.to_owned(),
            next_action: None,
            action_expires_at: None,
            payer_id: None,
            app_id: Some("wx2421b1c4370ec43b".to_owned()),
            gateway_trade_no: None,
            settlement: None,
            failure: None,
            duplicate: false,
            created_at,
            expires_at: created_at.plus_s(1800),
            paid_at: None,
        }
    }

    /// Applies the facts at one moment and records what came of them.
    pub async fn record(&self, ledger: &mut Ledger, facts: Vec<Fact>, at: Timestamp) -> Recorded {
        let mut events = Vec::new();
        for fact in facts {
            events.extend(ledger.apply(fact, at).unwrap());
        }
        let recorded = self.storage.record(Change { ledger: ledger.clone(), events }).await.unwrap();
        if let Recorded::Done { version, .. } = &recorded {
            ledger.payment.version = *version;
        }
        recorded
    }

    /// A payment with one attempt that waits for the shopper.
    pub async fn pending(&self, order_ref: &str) -> (Ledger, AttemptId) {
        let mut ledger = self.create(order_ref, NOW).await;
        let attempt = self.attempt(&ledger, NOW);
        let id = attempt.id;
        let created = Fact::AttemptCreated { attempt: Box::new(attempt) };
        self.record(&mut ledger, vec![created, opened(id)], NOW).await;
        (ledger, id)
    }

    pub async fn paid(&self, order_ref: &str) -> (Ledger, AttemptId) {
        let (mut ledger, id) = self.pending(order_ref).await;
        self.record(&mut ledger, vec![paid(id)], NOW).await;
        (ledger, id)
    }

    pub fn test_event(&self, at: Timestamp) -> NewEvent {
        NewEvent {
            id: EventId::generate(),
            kind: EventType::AccountCredentialsExpiring,
            at,
            store_id: self.store.id,
            mode: Mode::Test,
            payment_id: None,
            fact: None,
            data: serde_json::json!({ "account": self.account.id }),
        }
    }
}

pub fn opened(attempt_id: AttemptId) -> Fact {
    let next_action = NextAction::DisplayQr { code_url: format!("weixin://wxpay/{attempt_id}") };
    Fact::AttemptOpened { attempt_id, next_action, expires_at: None }
}

pub fn paid(attempt_id: AttemptId) -> Fact {
    Fact::AttemptPaid {
        attempt_id,
        gateway_trade_no: format!("42{}", attempt_id.suffix()),
        paid_at: NOW.plus_s(30),
        settlement: Some(SettlementAmount { currency: "USD".to_owned(), amount_minor: 1_371 }),
    }
}

pub fn refund(ledger: &Ledger, attempt_id: AttemptId, amount: i64, cause: RefundCause) -> Refund {
    let id = RefundId::generate();
    Refund {
        id,
        payment_id: ledger.payment.id,
        attempt_id,
        amount: Fen::new(amount).unwrap(),
        reason: Some("碎了".to_owned()),
        cause,
        status: RefundStatus::Requested,
        out_refund_no: id.out_refund_no(),
        request: "{}".to_owned(),
        gateway_refund_no: None,
        failure: None,
        created_at: NOW.plus_s(60),
        succeeded_at: None,
    }
}
