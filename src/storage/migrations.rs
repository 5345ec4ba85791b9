//! The numbered schema changes, embedded, with the same numbers for both databases.
//! Promises: each runs once, in a transaction; a database that a newer version changed is refused.

use std::borrow::Cow;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlSafeStr, SqliteConnection};

use super::error::{Result, StorageError};

/// (number, name, SQLite text, PostgreSQL text)
const MIGRATIONS: [(i64, &str, &str, &str); 5] = [
    (
        1,
        "ledger",
        include_str!("migrations/sqlite/0001_ledger.sql"),
        include_str!("migrations/postgres/0001_ledger.sql"),
    ),
    (2, "flows", include_str!("migrations/sqlite/0002_flows.sql"), include_str!("migrations/postgres/0002_flows.sql")),
    (
        3,
        "regions",
        include_str!("migrations/sqlite/0003_regions.sql"),
        include_str!("migrations/postgres/0003_regions.sql"),
    ),
    (
        4,
        "statements",
        include_str!("migrations/sqlite/0004_statements.sql"),
        include_str!("migrations/postgres/0004_statements.sql"),
    ),
    (
        5,
        "settlement",
        include_str!("migrations/sqlite/0005_settlement.sql"),
        include_str!("migrations/postgres/0005_settlement.sql"),
    ),
];

pub(super) async fn run_on_sqlite(connection: &mut SqliteConnection) -> Result<()> {
    // Not `run`: with a borrowed connection its future is not `Send` in the compiler's eyes.
    let migrator = migrator(|(_, _, sqlite, _)| sqlite);
    migrator.run_direct(None, connection, false).await.map_err(|error| refused(&error))
}

pub(super) async fn run_on_postgres(pool: &PgPool) -> Result<()> {
    let mut connection = pool.acquire().await?;
    let migrator = migrator(|(_, _, _, postgres)| postgres);
    migrator.run_direct(None, &mut *connection, false).await.map_err(|error| refused(&error))
}

fn migrator(text: impl Fn((i64, &'static str, &'static str, &'static str)) -> &'static str) -> Migrator {
    let migrations = MIGRATIONS.into_iter().map(|migration| {
        let (number, name, ..) = migration;
        Migration::new(number, Cow::Borrowed(name), MigrationType::Simple, text(migration).into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

fn refused(error: &MigrateError) -> StorageError {
    StorageError::Unusable(format!(
        "the database could not be brought to this version's schema: {error}. If a newer version has used it, run that \
         version; otherwise restore the last backup"
    ))
}
