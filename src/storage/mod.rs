//! Persistence by intent: each method is one transaction, on SQLite or on PostgreSQL.
//! Promises: a change is recorded whole or not at all; a payment changes only through
//! `Storage::record`, which compares versions; sequences have no gaps; an answered write is on disk.
//! Refuses to guess: an unreadable row is an error. Knows no gateway and no HTTP.

mod accounts;
mod backup;
mod checks;
mod compared;
mod copy;
mod credentials;
mod deliveries;
mod differences;
mod endpoints;
mod error;
mod events;
mod idempotency;
mod migrations;
mod notifications;
mod page;
mod payments;
mod postgres;
mod purge;
mod readers;
mod record;
mod refund_turns;
mod rows;
mod shop_regions;
mod sql;
mod sqlite;
mod statement_rows;
mod statements;
mod stores;
mod tables;

use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::broadcast;

pub use accounts::Account;
pub use backup::backup_file;
pub use checks::{CheckSubject, ClaimedCheck};
pub use compared::{ComparedRow, ComparedRows, OrderHere, RefundHere};
pub use copy::{CopyReport, copy};
pub use credentials::CredentialWarning;
pub use deliveries::{ClaimedDelivery, Delivery, DeliveryStatus, DeliveryTry, NextTry, ReplaySelection};
pub use differences::{ClaimedDifference, ComparedBatch, DifferenceFilter, FoundDifference};
pub use endpoints::Endpoint;
pub use error::StorageError;
pub use idempotency::{Begun, IdempotencyRequest};
pub use notifications::{NotificationRecord, NotificationSeen};
pub use page::Page;
pub use payments::{PaymentFilter, RefundFilter};
pub use purge::{Purged, Retention};
pub use record::{Change, Created, Recorded};
pub use shop_regions::ShopRegions;
pub use statement_rows::RowElsewhere;
pub use statements::{ReadStatement, StatementFilter, Unavailable};
pub use stores::{ApiKey, KeyKind, Store};

use crate::ids::PaymentId;
use error::Result;
use postgres::PostgresBackend;
use sql::Session;
use sqlite::SqliteBackend;

/// How many changed payments a slow subscriber may fall behind before it misses some.
const CHANGES_KEPT: usize = 4096;

/// Where the data lives.
#[derive(Debug, Clone)]
pub struct StorageSettings {
    /// `sqlite:path/to/file` or `postgres://…`.
    pub url: String,
    /// `false` gives up durability for speed: benchmarks only.
    pub durable: bool,
    /// SQLite: how many connections read beside the writer.
    pub readers: u32,
}

/// A handle on the database; clones share it.
#[derive(Clone)]
pub struct Storage(Arc<Inner>);

struct Inner {
    backend: Backend,
    changed: broadcast::Sender<PaymentId>,
}

enum Backend {
    Sqlite(Box<SqliteBackend>),
    Postgres(PostgresBackend),
}

impl std::fmt::Debug for Storage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Storage").field(&self.backend_name()).finish()
    }
}

impl Storage {
    /// Opens the database and brings its schema up to date. Call it on the program's main runtime:
    /// the connections live as long as that runtime does.
    ///
    /// # Errors
    /// [`StorageError::Unusable`] says what to do.
    pub async fn open(settings: &StorageSettings) -> Result<Self> {
        let (changed, _) = broadcast::channel(CHANGES_KEPT);
        let url = settings.url.as_str();
        let backend = if let Some(path) = url.strip_prefix("sqlite:") {
            // Both `sqlite:data/luodi.db` and `sqlite:///var/lib/luodi.db` are common.
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(":memory:") || path.contains('?') {
                return Err(StorageError::Unusable(
                    "after `sqlite:` comes the path of the database file, without options".to_owned(),
                ));
            }
            let opened = SqliteBackend::open(Path::new(path), settings.durable, settings.readers, changed.clone());
            Backend::Sqlite(Box::new(opened.await?))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Backend::Postgres(PostgresBackend::open(url, settings.durable, changed.clone()).await?)
        } else {
            return Err(StorageError::Unusable(
                "the database address must begin with `sqlite:` or `postgres://`".to_owned(),
            ));
        };
        Ok(Self(Arc::new(Inner { backend, changed })))
    }

    /// Finishes what has been asked for, then gives up the database for every clone.
    pub async fn close(&self) {
        match &self.0.backend {
            Backend::Sqlite(backend) => backend.close().await,
            Backend::Postgres(backend) => backend.close().await,
        }
    }

    #[must_use]
    pub fn backend_name(&self) -> &'static str {
        match self.0.backend {
            Backend::Sqlite(_) => "sqlite",
            Backend::Postgres(_) => "postgres",
        }
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`StorageError`] when there is none.
    pub async fn ping(&self) -> Result<()> {
        self.look(|s| Box::pin(async move { s.fetch_all("SELECT 1 AS alive", []).await.map(drop) })).await
    }

    /// The payments whose changes are committed from now on, here or (PostgreSQL) in any replica.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<PaymentId> {
        self.0.changed.subscribe()
    }

    /// Runs one job that changes things, in one transaction.
    async fn write<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c mut Session) -> BoxFuture<'c, Result<T>> + Send + 'static,
    ) -> Result<T> {
        match &self.0.backend {
            Backend::Sqlite(backend) => backend.write(Box::new(work)).await,
            Backend::Postgres(backend) => backend.write(Box::new(work)).await,
        }
    }

    /// Runs one job of a single reading statement: it sees one state of the database by itself.
    async fn look<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c mut Session) -> BoxFuture<'c, Result<T>> + Send + 'static,
    ) -> Result<T> {
        match &self.0.backend {
            Backend::Sqlite(backend) => work(&mut backend.single().await?).await,
            Backend::Postgres(backend) => backend.look(Box::new(work)).await,
        }
    }

    /// Runs one job of several statements that only read and see one state of the database throughout.
    async fn read<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c mut Session) -> BoxFuture<'c, Result<T>> + Send + 'static,
    ) -> Result<T> {
        match &self.0.backend {
            Backend::Sqlite(backend) => {
                let mut session = backend.snapshot().await?;
                let value = work(&mut session).await?;
                session.commit().await?;
                Ok(value)
            }
            Backend::Postgres(backend) => backend.read(Box::new(work)).await,
        }
    }

    async fn snapshot(&self) -> Result<Session> {
        match &self.0.backend {
            Backend::Sqlite(backend) => backend.snapshot().await,
            Backend::Postgres(backend) => backend.snapshot().await,
        }
    }
}
