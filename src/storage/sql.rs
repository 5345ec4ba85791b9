//! One statement text, two databases: a session on either, its parameters and its rows.
//! Promises: statement text is made of literals only (see [`Statement`]), so no data can get into it.
//! Refuses text that one of the two databases could not hold.

use std::borrow::Cow;

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Row as _, Sqlite, SqliteConnection, Transaction};

use super::error::{Result, StorageError};
use super::readers::Reader;
use crate::clock::Timestamp;
use crate::ids::{Id, Named, PaymentId};
use crate::money::Fen;

/// The channel on which PostgreSQL tells every replica that a payment has changed.
pub(super) const CHANNEL: &str = "luodi";

/// Work on one session, in one transaction.
pub(super) type Work<T> = Box<dyn for<'c> FnOnce(&'c mut Session) -> BoxFuture<'c, Result<T>> + Send>;

/// Statement text built from literals and numbered placeholders. It cannot be made from other text.
pub(super) struct Statement(Cow<'static, str>);

impl From<&'static str> for Statement {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl Statement {
    pub(super) fn push(&mut self, text: &'static str) {
        self.0.to_mut().push_str(text);
    }

    /// Appends `$n`.
    pub(super) fn push_placeholder(&mut self, number: usize) {
        self.0.to_mut().push_str(&format!("${number}"));
    }

    /// Appends `($first, …)` with `count` placeholders.
    pub(super) fn push_list(&mut self, first: usize, count: usize) {
        self.push("(");
        for number in first..first + count {
            if number > first {
                self.push(", ");
            }
            self.push_placeholder(number);
        }
        self.push(")");
    }

    /// Appends the names with commas between.
    pub(super) fn push_names(&mut self, names: impl Iterator<Item = &'static str>) {
        for (position, name) in names.enumerate() {
            self.push(if position == 0 { "" } else { ", " });
            self.push(name);
        }
    }
}

/// A value for a placeholder. A missing value keeps its type, for PostgreSQL wants to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Param {
    Int(Option<i64>),
    Text(Option<String>),
    Blob(Option<Vec<u8>>),
}

impl Param {
    pub(super) fn json<T: Serialize>(value: &T) -> Result<Self> {
        let text = serde_json::to_string(value).map_err(|e| StorageError::Database(e.to_string()))?;
        Ok(Self::Text(Some(text)))
    }

    pub(super) fn opt_json<T: Serialize>(value: Option<&T>) -> Result<Self> {
        value.map_or(Ok(Self::Text(None)), Self::json)
    }

    fn refuse_nul(&self) -> Result<()> {
        match self {
            Self::Text(Some(text)) if text.contains('\0') => Err(StorageError::NulInText),
            _ => Ok(()),
        }
    }
}

impl From<i64> for Param {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}
impl From<Option<i64>> for Param {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}
impl From<bool> for Param {
    fn from(value: bool) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}
impl From<Fen> for Param {
    fn from(value: Fen) -> Self {
        Self::Int(Some(value.get()))
    }
}
impl From<Timestamp> for Param {
    fn from(value: Timestamp) -> Self {
        Self::Int(Some(value.as_millis()))
    }
}
impl From<Option<Timestamp>> for Param {
    fn from(value: Option<Timestamp>) -> Self {
        Self::Int(value.map(Timestamp::as_millis))
    }
}
impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}
impl From<String> for Param {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}
impl From<Option<String>> for Param {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}
impl<T: Named> From<Id<T>> for Param {
    fn from(value: Id<T>) -> Self {
        Self::Text(Some(value.to_string()))
    }
}
impl<T: Named> From<Option<Id<T>>> for Param {
    fn from(value: Option<Id<T>>) -> Self {
        Self::Text(value.map(|id| id.to_string()))
    }
}
impl From<Vec<u8>> for Param {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(Some(value))
    }
}
impl From<Option<Vec<u8>>> for Param {
    fn from(value: Option<Vec<u8>>) -> Self {
        Self::Blob(value)
    }
}

/// An open transaction, SQLite's one writing connection between its own `BEGIN` and `COMMIT`, or a
/// connection for a single reading statement.
pub(super) struct Session {
    connection: Connection,
    announced: Vec<PaymentId>,
}

enum Connection {
    SqliteWriter(SqliteConnection),
    SqliteReader(Reader),
    SqliteSingle(Reader),
    Postgres(Transaction<'static, Postgres>),
    PostgresSingle(PoolConnection<Postgres>),
}

enum Target<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Session {
    pub(super) const fn sqlite_writer(connection: SqliteConnection) -> Self {
        Self { connection: Connection::SqliteWriter(connection), announced: Vec::new() }
    }

    pub(super) const fn sqlite_reader(reader: Reader) -> Self {
        Self { connection: Connection::SqliteReader(reader), announced: Vec::new() }
    }

    pub(super) const fn sqlite_single(reader: Reader) -> Self {
        Self { connection: Connection::SqliteSingle(reader), announced: Vec::new() }
    }

    pub(super) const fn postgres(transaction: Transaction<'static, Postgres>) -> Self {
        Self { connection: Connection::Postgres(transaction), announced: Vec::new() }
    }

    pub(super) const fn postgres_single(connection: PoolConnection<Postgres>) -> Self {
        Self { connection: Connection::PostgresSingle(connection), announced: Vec::new() }
    }

    /// Ends the transaction. SQLite's writer commits in groups, by its own hand.
    pub(super) async fn commit(self) -> Result<()> {
        match self.connection {
            Connection::SqliteWriter(_) | Connection::SqliteSingle(_) | Connection::PostgresSingle(_) => Ok(()),
            Connection::SqliteReader(reader) => reader.commit().await,
            Connection::Postgres(transaction) => Ok(transaction.commit().await?),
        }
    }

    pub(super) async fn disconnect(self) {
        if let Connection::SqliteWriter(connection) = self.connection {
            let _ = sqlx::Connection::close(connection).await;
        }
    }

    /// The text for this database, where correctness needs two.
    pub(super) const fn either(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self.connection {
            Connection::SqliteWriter(_) | Connection::SqliteReader(_) | Connection::SqliteSingle(_) => sqlite,
            Connection::Postgres(_) | Connection::PostgresSingle(_) => postgres,
        }
    }

    fn target(&mut self) -> Target<'_> {
        match &mut self.connection {
            Connection::SqliteWriter(connection) => Target::Sqlite(connection),
            Connection::SqliteReader(reader) | Connection::SqliteSingle(reader) => Target::Sqlite(reader.connection()),
            Connection::Postgres(transaction) => Target::Postgres(transaction),
            Connection::PostgresSingle(connection) => Target::Postgres(connection),
        }
    }

    /// Tells the subscribers of this payment, once the change is committed.
    pub(super) async fn announce(&mut self, payment: PaymentId) -> Result<()> {
        if matches!(self.connection, Connection::Postgres(_)) {
            self.execute("SELECT pg_notify($1, $2)", [CHANNEL.into(), payment.into()]).await?;
        } else {
            self.announced.push(payment);
        }
        Ok(())
    }

    pub(super) const fn announced_count(&self) -> usize {
        self.announced.len()
    }

    pub(super) fn forget_announced_after(&mut self, count: usize) {
        self.announced.truncate(count);
    }

    pub(super) fn take_announced(&mut self) -> Vec<PaymentId> {
        std::mem::take(&mut self.announced)
    }

    /// Answers how many rows were changed.
    pub(super) async fn execute(
        &mut self,
        statement: impl Into<Statement>,
        params: impl Into<Vec<Param>>,
    ) -> Result<u64> {
        let (text, params) = (AssertSqlSafe(statement.into().0), params.into());
        params.iter().try_for_each(Param::refuse_nul)?;
        Ok(match self.target() {
            Target::Sqlite(c) => bind_sqlite(sqlx::query(text), params).execute(c).await?.rows_affected(),
            Target::Postgres(c) => bind_postgres(sqlx::query(text), params).execute(c).await?.rows_affected(),
        })
    }

    pub(super) async fn fetch_all(
        &mut self,
        statement: impl Into<Statement>,
        params: impl Into<Vec<Param>>,
    ) -> Result<Vec<Row>> {
        let (text, params) = (AssertSqlSafe(statement.into().0), params.into());
        params.iter().try_for_each(Param::refuse_nul)?;
        Ok(match self.target() {
            Target::Sqlite(c) => {
                let rows = bind_sqlite(sqlx::query(text), params).fetch_all(c).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Target::Postgres(c) => {
                let rows = bind_postgres(sqlx::query(text), params).fetch_all(c).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row. For statements that give one at most: all are read, so that a `RETURNING` runs to its end.
    pub(super) async fn fetch_optional(
        &mut self,
        statement: impl Into<Statement>,
        params: impl Into<Vec<Param>>,
    ) -> Result<Option<Row>> {
        Ok(self.fetch_all(statement, params).await?.into_iter().next())
    }
}

type SqliteQuery<'q> = sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments>;
type PostgresQuery<'q> = sqlx::query::Query<'q, Postgres, sqlx::postgres::PgArguments>;

fn bind_sqlite(query: SqliteQuery<'_>, params: Vec<Param>) -> SqliteQuery<'_> {
    params.into_iter().fold(query, |query, param| match param {
        Param::Int(value) => query.bind(value),
        Param::Text(value) => query.bind(value),
        Param::Blob(value) => query.bind(value),
    })
}

fn bind_postgres(query: PostgresQuery<'_>, params: Vec<Param>) -> PostgresQuery<'_> {
    params.into_iter().fold(query, |query, param| match param {
        Param::Int(value) => query.bind(value),
        Param::Text(value) => query.bind(value),
        Param::Blob(value) => query.bind(value),
    })
}

/// A row of either database. Every reader names its column; what cannot be read is `Corrupt`.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(super) fn opt_int(&self, column: &'static str) -> Result<Option<i64>> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(super) fn opt_text(&self, column: &'static str) -> Result<Option<String>> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(super) fn opt_blob(&self, column: &'static str) -> Result<Option<Vec<u8>>> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(super) fn int(&self, column: &'static str) -> Result<i64> {
        self.opt_int(column)?.ok_or_else(|| corrupt(column))
    }

    pub(super) fn text(&self, column: &'static str) -> Result<String> {
        self.opt_text(column)?.ok_or_else(|| corrupt(column))
    }

    pub(super) fn blob(&self, column: &'static str) -> Result<Vec<u8>> {
        self.opt_blob(column)?.ok_or_else(|| corrupt(column))
    }

    pub(super) fn flag(&self, column: &'static str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    pub(super) fn fen(&self, column: &'static str) -> Result<Fen> {
        Fen::new(self.int(column)?).map_err(|_| corrupt(column))
    }

    pub(super) fn time(&self, column: &'static str) -> Result<Timestamp> {
        Ok(Timestamp::from_millis(self.int(column)?))
    }

    pub(super) fn opt_time(&self, column: &'static str) -> Result<Option<Timestamp>> {
        Ok(self.opt_int(column)?.map(Timestamp::from_millis))
    }

    pub(super) fn id<T: Named>(&self, column: &'static str) -> Result<Id<T>> {
        self.text(column)?.parse().map_err(|_| corrupt(column))
    }

    pub(super) fn opt_id<T: Named>(&self, column: &'static str) -> Result<Option<Id<T>>> {
        self.opt_text(column)?.map(|text| text.parse().map_err(|_| corrupt(column))).transpose()
    }

    /// A word of a closed set.
    pub(super) fn word<T>(&self, column: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        parse(&self.text(column)?).ok_or_else(|| corrupt(column))
    }

    pub(super) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T> {
        serde_json::from_str(&self.text(column)?).map_err(|_| corrupt(column))
    }

    pub(super) fn opt_json<T: DeserializeOwned>(&self, column: &'static str) -> Result<Option<T>> {
        self.opt_text(column)?.map(|text| serde_json::from_str(&text).map_err(|_| corrupt(column))).transpose()
    }
}

pub(super) fn corrupt(column: &str) -> StorageError {
    StorageError::Corrupt(column.to_owned())
}
