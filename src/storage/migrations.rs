//! The numbered schema changes, embedded, with the same numbers for both databases.
//! Promises: each runs once, in a transaction; a database that a newer version changed is refused.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::error::StorageError;

/// (number, name, SQLite text, PostgreSQL text)
const MIGRATIONS: [(i64, &str, &str, &str); 1] = [(
    1,
    "ledger",
    include_str!("migrations/sqlite/0001_ledger.sql"),
    include_str!("migrations/postgres/0001_ledger.sql"),
)];

pub(super) fn sqlite() -> Migrator {
    migrator(|(_, _, sqlite, _)| sqlite)
}

pub(super) fn postgres() -> Migrator {
    migrator(|(_, _, _, postgres)| postgres)
}

fn migrator(text: impl Fn((i64, &'static str, &'static str, &'static str)) -> &'static str) -> Migrator {
    let migrations = MIGRATIONS.into_iter().map(|migration| {
        let (number, name, ..) = migration;
        Migration::new(number, Cow::Borrowed(name), MigrationType::Simple, text(migration).into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

pub(super) fn refused(error: &sqlx::migrate::MigrateError) -> StorageError {
    StorageError::Unusable(format!(
        "the database could not be brought to this version's schema: {error}. If a newer version has used it, run that \
         version; otherwise restore the last backup"
    ))
}
