//! A backup while the program runs: always one SQLite file, whatever the database is.
//! Promises: a file of the given name is a whole, readable backup; it holds one state of the database.
//! Refuses to overwrite.

use std::fs::File;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::copy::copy;
use super::error::{Result, StorageError};
use super::sqlite::create_private;
use super::{Backend, Storage, StorageSettings};

impl Storage {
    /// Writes everything into a new file. To restore, use it as the database file (or copy it into
    /// PostgreSQL). It holds the pepper and sealed secrets: keep it as safe as the database.
    ///
    /// # Errors
    /// [`StorageError::Unusable`] says what to do.
    pub async fn backup(&self, to: &Path) -> Result<()> {
        let partial = begin(to)?;
        match &self.0.backend {
            Backend::Sqlite(backend) => {
                let mut reader = backend.reader().await?;
                vacuum_into(reader.connection(), &partial).await?;
            }
            Backend::Postgres(_) => {
                let settings =
                    StorageSettings { url: format!("sqlite:{}", partial.display()), durable: true, readers: 1 };
                let file = Self::open(&settings).await?;
                let copied = copy(self, &file, |_, _| ()).await;
                file.close().await;
                copied?;
                remove(&beside(&partial, ".lock"))?;
            }
        }
        finish(&partial, to).await
    }
}

/// Backs up a SQLite database that another process may have open: reading beside its one writer is
/// what the write-ahead log is for, so the lock of that process is left alone.
///
/// # Errors
/// As [`Storage::backup`].
pub async fn backup_file(from: &Path, to: &Path) -> Result<()> {
    let partial = begin(to)?;
    let mut connection = SqliteConnectOptions::new().filename(from).connect().await.map_err(|e| failed(to, &e))?;
    // An empty or foreign file would make an empty backup.
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_master WHERE name = 'payments'")
        .fetch_one(&mut connection)
        .await?;
    if tables == 0 {
        return Err(failed(to, &format!("{} is no database of this program", from.display())));
    }
    vacuum_into(&mut connection, &partial).await?;
    connection.close().await?;
    finish(&partial, to).await
}

/// Only a whole backup gets the name; until then it is written beside it.
fn begin(to: &Path) -> Result<PathBuf> {
    if to.exists() {
        return Err(failed(to, &"a file of this name exists; choose another"));
    }
    let partial = beside(to, ".partial");
    for old in [partial.clone(), beside(&partial, "-wal"), beside(&partial, "-shm")] {
        remove(&old)?;
    }
    Ok(partial)
}

async fn finish(partial: &Path, to: &Path) -> Result<()> {
    verify(partial).await?;
    File::open(partial).and_then(|file| file.sync_all()).map_err(|e| failed(to, &e))?;
    std::fs::rename(partial, to).map_err(|e| failed(to, &e))
}

async fn vacuum_into(connection: &mut SqliteConnection, partial: &Path) -> Result<()> {
    // SQLite writes into an empty file that exists; made by us, it is for its owner only.
    create_private(partial)?;
    let name = partial.to_str().ok_or_else(|| failed(partial, &"its name is not UTF-8"))?;
    sqlx::query("VACUUM INTO $1").bind(name).execute(connection).await?;
    Ok(())
}

/// A backup that cannot be read is none. Without a write-ahead log it is one file and no more.
async fn verify(partial: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(partial).journal_mode(SqliteJournalMode::Delete);
    let mut connection = options.connect().await?;
    let verdict: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut connection).await?;
    connection.close().await?;
    if verdict == "ok" { Ok(()) } else { Err(failed(partial, &verdict)) }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(path, &error)),
        _ => Ok(()),
    }
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> StorageError {
    StorageError::Unusable(format!("no backup at {}: {error}", path.display()))
}
