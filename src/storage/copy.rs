//! Moving everything from one database to another, in either direction.
//! Promises: one state of the source is copied; an interrupted copy goes on where it stopped; success
//! means that both sides were read again and agree, row for row. Refuses a target with other data.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Storage;
use super::error::{Result, StorageError};
use super::sql::{Param, Row, Session, Statement};
use super::tables::{Kind, TABLES, Table};

/// Rows read at once, and written in one transaction.
const BATCH: i64 = 500;
/// Rows in one statement: at twenty columns well below what either database takes as parameters.
const CHUNK: usize = 100;

/// A copy that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyReport {
    /// Each table and how many rows it has.
    pub tables: Vec<(&'static str, u64)>,
    /// SHA-256 over every row of every table, in hex; the same on both sides.
    pub digest: String,
}

/// Copies everything from one database into a fresh one, or goes on with a copy that was interrupted.
/// `progress` hears each table and how many of its rows are there.
///
/// # Errors
/// [`StorageError::Unusable`] when the target has data of its own, [`StorageError::CopyDiffers`] when
/// the two sides do not agree in the end.
pub async fn copy(from: &Storage, to: &Storage, mut progress: impl FnMut(&str, u64)) -> Result<CopyReport> {
    let begun = to.has_unfinished_copy().await?;
    if !begun {
        refuse_used_target(to).await?;
    }
    let mut source = from.snapshot().await?;
    for table in &TABLES {
        copy_table(&mut source, to, table, &mut progress).await?;
    }
    let mut target = to.snapshot().await?;
    let mut tables = Vec::with_capacity(TABLES.len());
    let mut whole = Sha256::new();
    for table in &TABLES {
        let (source_rows, source_digest) = digest(&mut source, table).await?;
        let (target_rows, target_digest) = digest(&mut target, table).await?;
        if source_rows != target_rows || source_digest != target_digest {
            return Err(StorageError::CopyDiffers { table: table.name, source_rows, target_rows });
        }
        whole.update(source_digest);
        tables.push((table.name, source_rows));
    }
    target.commit().await?;
    source.commit().await?;
    to.write(|s| Box::pin(async move { s.execute("DELETE FROM copy_progress", []).await.map(drop) })).await?;
    Ok(CopyReport { tables, digest: hex::encode(whole.finalize()) })
}

impl Storage {
    /// Whether a copy into this database was begun and not completed: it must not be served from.
    pub async fn has_unfinished_copy(&self) -> Result<bool> {
        self.read(|s| {
            Box::pin(async move {
                Ok(s.fetch_optional("SELECT table_name FROM copy_progress LIMIT 1", []).await?.is_some())
            })
        })
        .await
    }
}

async fn refuse_used_target(to: &Storage) -> Result<()> {
    let mut session = to.snapshot().await?;
    for table in &TABLES {
        let mut sql = Statement::from("SELECT 1 AS used FROM ");
        sql.push(table.name);
        sql.push(" LIMIT 1");
        if session.fetch_optional(sql, []).await?.is_some() {
            return Err(StorageError::Unusable(format!(
                "the target already has data (in {}). Copy into a fresh database",
                table.name
            )));
        }
    }
    session.commit().await
}

async fn copy_table(
    source: &mut Session,
    to: &Storage,
    table: &'static Table,
    progress: &mut impl FnMut(&str, u64),
) -> Result<()> {
    let (mut after, mut copied) = reached(to, table).await?;
    loop {
        let rows = read_batch(source, table, &after).await?;
        if rows.is_empty() {
            progress(table.name, copied);
            return Ok(());
        }
        let values = rows.iter().map(|row| values(row, table)).collect::<Result<Vec<_>>>()?;
        after = rows.last().map(|row| key(row, table)).transpose()?.unwrap_or_default();
        copied += values.len() as u64;
        write_batch(to, table, values, &after, copied).await?;
        progress(table.name, copied);
    }
}

/// The key of the last row that has arrived, and how many have.
async fn reached(to: &Storage, table: &'static Table) -> Result<(Vec<Param>, u64)> {
    to.read(move |s| {
        Box::pin(async move {
            let sql = "SELECT last_key, copied FROM copy_progress WHERE table_name = $1";
            let Some(row) = s.fetch_optional(sql, [table.name.into()]).await? else { return Ok((Vec::new(), 0)) };
            let key: Vec<Value> = row.json("last_key")?;
            let key = key.into_iter().map(|part| match part {
                Value::String(text) => Ok(text.into()),
                Value::Number(number) => {
                    number.as_i64().map(Param::from).ok_or_else(|| StorageError::Corrupt("last_key".to_owned()))
                }
                _ => Err(StorageError::Corrupt("last_key".to_owned())),
            });
            Ok((key.collect::<Result<Vec<_>>>()?, u64::try_from(row.int("copied")?).unwrap_or(0)))
        })
    })
    .await
}

async fn read_batch(session: &mut Session, table: &Table, after: &[Param]) -> Result<Vec<Row>> {
    let mut sql = Statement::from("SELECT ");
    sql.push_names(table.columns.iter().map(|(name, _)| *name));
    sql.push(" FROM ");
    sql.push(table.name);
    if !after.is_empty() {
        sql.push(" WHERE (");
        sql.push_names(table.key.iter().copied());
        sql.push(") > ");
        sql.push_list(1, after.len());
    }
    sql.push(" ORDER BY ");
    sql.push_names(table.key.iter().copied());
    sql.push(" LIMIT ");
    sql.push_placeholder(after.len() + 1);
    let mut params = after.to_vec();
    params.push(BATCH.into());
    session.fetch_all(sql, params).await
}

/// The rows and how far the copy has come, in one transaction: an interruption loses neither.
async fn write_batch(
    to: &Storage,
    table: &'static Table,
    rows: Vec<Vec<Param>>,
    last: &[Param],
    copied: u64,
) -> Result<()> {
    let last: Vec<Value> = last.iter().map(param_to_json).collect();
    to.write(move |s| {
        Box::pin(async move {
            for chunk in rows.chunks(CHUNK) {
                let width = table.columns.len();
                let mut sql = Statement::from("INSERT INTO ");
                sql.push(table.name);
                sql.push(" (");
                sql.push_names(table.columns.iter().map(|(name, _)| *name));
                sql.push(") VALUES ");
                for position in 0..chunk.len() {
                    sql.push(if position == 0 { "" } else { ", " });
                    sql.push_list(position * width + 1, width);
                }
                s.execute(sql, chunk.concat()).await?;
            }
            let sql = "INSERT INTO copy_progress (table_name, last_key, copied) VALUES ($1, $2, $3) \
                 ON CONFLICT (table_name) DO UPDATE SET last_key = excluded.last_key, copied = excluded.copied";
            let copied = i64::try_from(copied).unwrap_or(i64::MAX);
            s.execute(sql, [table.name.into(), Param::json(&last)?, copied.into()]).await.map(drop)
        })
    })
    .await
}

fn value(row: &Row, (name, kind): (&'static str, Kind)) -> Result<Param> {
    Ok(match kind {
        Kind::Int => Param::Int(row.opt_int(name)?),
        Kind::Text => Param::Text(row.opt_text(name)?),
        Kind::Blob => Param::Blob(row.opt_blob(name)?),
    })
}

fn values(row: &Row, table: &Table) -> Result<Vec<Param>> {
    table.columns.iter().map(|column| value(row, *column)).collect()
}

fn key(row: &Row, table: &Table) -> Result<Vec<Param>> {
    let columns = table.key.iter().filter_map(|name| table.columns.iter().find(|(column, _)| column == name));
    columns.map(|column| value(row, *column)).collect()
}

fn param_to_json(param: &Param) -> Value {
    match param {
        Param::Int(value) => Value::from(*value),
        Param::Text(value) => Value::from(value.clone()),
        Param::Blob(_) => Value::Null,
    }
}

/// How many rows, and SHA-256 over them in key order: each value as a type letter, its length and its
/// bytes, so that no two different rows can look alike.
async fn digest(session: &mut Session, table: &Table) -> Result<(u64, [u8; 32])> {
    let mut hash = Sha256::new();
    let mut count = 0;
    let mut after = Vec::new();
    loop {
        let rows = read_batch(session, table, &after).await?;
        let Some(last) = rows.last() else { return Ok((count, hash.finalize().into())) };
        after = key(last, table)?;
        count += rows.len() as u64;
        for row in &rows {
            for value in values(row, table)? {
                let (letter, bytes) = match value {
                    Param::Int(Some(number)) => (b'i', number.to_be_bytes().to_vec()),
                    Param::Text(Some(text)) => (b't', text.into_bytes()),
                    Param::Blob(Some(bytes)) => (b'b', bytes),
                    Param::Int(None) | Param::Text(None) | Param::Blob(None) => (b'n', Vec::new()),
                };
                hash.update([letter]);
                hash.update((bytes.len() as u64).to_be_bytes());
                hash.update(bytes);
            }
        }
    }
}
