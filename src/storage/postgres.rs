//! PostgreSQL: several replicas on one database.
//! Promises: each write is one transaction; a lost race is `Busy`, never a half-done change; every
//! replica hears of changed payments through LISTEN/NOTIFY, which only wakes, never carries truth.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::runtime::Handle;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

use super::error::{Result, StorageError};
use super::migrations;
use super::sql::{CHANNEL, Session, Work};
use crate::ids::PaymentId;

const CONNECTIONS: u32 = 16;
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
/// A server may be set up to answer before it has written. Not for money; stricter settings stay.
const INSIST_ON_DURABILITY: &str = "SELECT set_config('synchronous_commit', 'on', false) \
     WHERE current_setting('synchronous_commit') = 'off'";

pub(super) struct PostgresBackend {
    pool: PgPool,
    listener: JoinHandle<()>,
    /// Where the connections live. A web worker's own runtime may end before the pool does, and a
    /// connection opened there would hang.
    runtime: Handle,
}

impl PostgresBackend {
    pub(super) async fn open(url: &str, durable: bool, changed: broadcast::Sender<PaymentId>) -> Result<Self> {
        let mut options = PgConnectOptions::from_str(url)
            .map_err(|_| StorageError::Unusable("the PostgreSQL address cannot be read".to_owned()))?
            .application_name("luodi")
            .options([
                ("statement_timeout", "30s"),
                ("lock_timeout", "10s"),
                ("idle_in_transaction_session_timeout", "60s"),
            ]);
        if !durable {
            options = options.options([("synchronous_commit", "off")]);
        }
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if durable {
                        sqlx::query(INSIST_ON_DURABILITY).execute(connection).await?;
                    }
                    Ok(())
                })
            })
            .connect_with(options)
            .await
            .map_err(|error| {
                StorageError::Unusable(format!(
                    "PostgreSQL cannot be reached: {error}. Check its address, user and TLS"
                ))
            })?;
        migrations::run_on_postgres(&pool).await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self { pool, listener: tokio::spawn(pass_on(listener, changed)), runtime: Handle::current() })
    }

    pub(super) async fn write<T: Send + 'static>(&self, work: Work<T>) -> Result<T> {
        self.transaction("BEGIN ISOLATION LEVEL READ COMMITTED", work).await
    }

    /// A transaction that sees one state of the database from its first statement on.
    pub(super) async fn read<T: Send + 'static>(&self, work: Work<T>) -> Result<T> {
        self.transaction(SNAPSHOT, work).await
    }

    /// One statement needs no transaction: two trips less.
    pub(super) async fn look<T: Send + 'static>(&self, work: Work<T>) -> Result<T> {
        let pool = self.pool.clone();
        let look = self.runtime.spawn(async move { work(&mut Session::postgres_single(pool.acquire().await?)).await });
        look.await.map_err(|_| StorageError::Closed)?
    }

    pub(super) async fn snapshot(&self) -> Result<Session> {
        Ok(Session::postgres(self.pool.begin_with(SNAPSHOT).await?))
    }

    /// Runs to its end even if the caller goes away.
    async fn transaction<T: Send + 'static>(&self, begin: &'static str, work: Work<T>) -> Result<T> {
        let pool = self.pool.clone();
        let transaction = self.runtime.spawn(async move {
            let mut session = Session::postgres(pool.begin_with(begin).await?);
            // An error drops the session, which rolls back.
            let value = work(&mut session).await?;
            session.commit().await?;
            Ok(value)
        });
        transaction.await.map_err(|_| StorageError::Closed)?
    }

    pub(super) async fn close(&self) {
        self.listener.abort();
        self.pool.close().await;
    }
}

impl Drop for PostgresBackend {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn pass_on(mut listener: PgListener, changed: broadcast::Sender<PaymentId>) {
    loop {
        match listener.recv().await {
            Ok(notification) => {
                if let Ok(payment) = notification.payload().parse() {
                    let _ = changed.send(payment);
                }
            }
            Err(error) => {
                tracing::warn!(%error, "lost the connection that hears of changed payments; trying again");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}
