//! SQLite: one file, one process, one writer.
//! Promises: an answered write is on disk; writers that wait share one commit (group commit); a job
//! that fails leaves no trace and does not disturb its neighbours; readers never wait for the writer.
//! Refuses a second process on the same file, and SQLite versions with known corruption bugs.

use std::fs::{File, TryLockError};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::error::{Result, StorageError};
use super::migrations;
use super::readers::{Reader, Readers};
use super::sql::{Session, Work};
use crate::ids::PaymentId;

/// How many jobs may share one commit.
const GROUP: usize = 256;
/// How many jobs may wait before callers have to.
const QUEUE: usize = 1024;
/// The first release without the write-ahead-log reset race, which could corrupt the file.
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

pub(super) struct SqliteBackend {
    queue: Mutex<Option<mpsc::Sender<Box<dyn Queued>>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    readers: Readers,
}

impl SqliteBackend {
    pub(super) async fn open(
        path: &Path,
        durable: bool,
        readers: u32,
        changed: broadcast::Sender<PaymentId>,
    ) -> Result<Self> {
        create_private(path)?;
        let lock = lock_file(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(if durable { SqliteSynchronous::Full } else { SqliteSynchronous::Off })
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let mut connection = options.connect().await.map_err(|e| cannot_open(path, &e))?;
        verify_settings(&mut connection, durable).await?;
        migrations::run_on_sqlite(&mut connection).await?;
        release_leases(&mut connection).await?;

        let readers = Readers::open(options.read_only(true), readers).await.map_err(|e| cannot_open(path, &e))?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let writer = tokio::spawn(run_writer(Session::sqlite_writer(connection), waiting, changed, lock));
        Ok(Self { queue: Mutex::new(Some(queue)), writer: Mutex::new(Some(writer)), readers })
    }

    pub(super) async fn write<T: Send + 'static>(&self, work: Work<T>) -> Result<T> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(StorageError::Closed)?;
        let (reply, answer) = oneshot::channel();
        let job = Job { work: Some(work), result: Err(StorageError::Closed), reply };
        queue.send(Box::new(job)).await.map_err(|_| StorageError::Closed)?;
        drop(queue);
        answer.await.unwrap_or(Err(StorageError::Closed))
    }

    /// A transaction that sees one state of the database from its first statement on.
    pub(super) async fn snapshot(&self) -> Result<Session> {
        Ok(Session::sqlite_reader(self.readers.begin().await?))
    }

    /// One statement sees one state by itself.
    pub(super) async fn single(&self) -> Result<Session> {
        Ok(Session::sqlite_single(self.reader().await?))
    }

    pub(super) async fn reader(&self) -> Result<Reader> {
        self.readers.acquire().await
    }

    /// Lets the waiting jobs finish, then gives up the file.
    pub(super) async fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.readers.close().await;
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            let _ = writer.await;
        }
    }
}

/// A job that waits for the writer, and the caller who waits for the job.
trait Queued: Send {
    /// Answers whether the job's changes are to be kept.
    fn run<'a>(&'a mut self, session: &'a mut Session) -> BoxFuture<'a, bool>;
    fn answer(self: Box<Self>, commit: &Result<()>);
}

struct Job<T> {
    work: Option<Work<T>>,
    result: Result<T>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T: Send + 'static> Queued for Job<T> {
    fn run<'a>(&'a mut self, session: &'a mut Session) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            if let Some(work) = self.work.take() {
                // A defect in one job must not end the writer for all.
                let guarded = AssertUnwindSafe(work(session)).catch_unwind().await;
                self.result =
                    guarded.unwrap_or_else(|_| Err(StorageError::Database("the job ended in a defect".to_owned())));
            }
            self.result.is_ok()
        })
    }

    fn answer(self: Box<Self>, commit: &Result<()>) {
        let result = match commit {
            Err(error) if self.result.is_ok() => Err(error.clone()),
            _ => self.result,
        };
        // The caller may have gone away; what it asked for is committed all the same.
        let _ = self.reply.send(result);
    }
}

async fn run_writer(
    mut session: Session,
    mut waiting: mpsc::Receiver<Box<dyn Queued>>,
    changed: broadcast::Sender<PaymentId>,
    lock: File,
) {
    while let Some(first) = waiting.recv().await {
        let mut group = Vec::new();
        let commit = commit_group(&mut session, first, &mut waiting, &mut group).await;
        let announced = session.take_announced();
        if let Err(error) = &commit {
            tracing::error!(%error, jobs = group.len(), "a group of writes was not committed");
            let _ = session.execute("ROLLBACK", []).await;
        } else {
            for payment in announced {
                let _ = changed.send(payment);
            }
        }
        for job in group {
            job.answer(&commit);
        }
    }
    session.disconnect().await;
    // Only now may another process have the file.
    drop(lock);
}

/// Runs the first job and every one that has come to wait meanwhile, then makes all of them durable.
async fn commit_group(
    session: &mut Session,
    first: Box<dyn Queued>,
    waiting: &mut mpsc::Receiver<Box<dyn Queued>>,
    group: &mut Vec<Box<dyn Queued>>,
) -> Result<()> {
    let mut next = Some(first);
    // Each call is a trip to SQLite's thread and back: what belongs together travels together.
    let mut going = session.execute("BEGIN IMMEDIATE; SAVEPOINT job", []).await.map(drop);
    while let Some(mut job) = next {
        if going.is_ok() {
            going = run_in_savepoint(session, job.as_mut()).await;
        }
        group.push(job);
        let room = going.is_ok() && group.len() < GROUP;
        next = if room { waiting.try_recv().ok() } else { None };
        if next.is_some() {
            going = session.execute("RELEASE job; SAVEPOINT job", []).await.map(drop);
        }
    }
    going?;
    session.execute("RELEASE job; COMMIT", []).await.map(drop)
}

/// A job that fails leaves the savepoint as it was.
async fn run_in_savepoint(session: &mut Session, job: &mut dyn Queued) -> Result<()> {
    let announced = session.announced_count();
    if !job.run(session).await {
        session.forget_announced_after(announced);
        session.execute("ROLLBACK TO job", []).await?;
    }
    Ok(())
}

/// The file holds sealed secrets and order data: only its owner may read it.
pub(super) fn create_private(path: &Path) -> Result<()> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|e| cannot_open(path, &e))
}

/// The lock lives beside the database, for SQLite keeps locks of its own on the file. The system
/// releases it when the process ends, however it ends.
fn lock_file(path: &Path) -> Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = File::options().append(true).create(true).open(&name).map_err(|e| cannot_open(path, &e))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StorageError::Unusable(format!(
            "{} is in use by another luodi process. Stop that process first; to run several at once, use PostgreSQL",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(cannot_open(path, &error)),
    }
}

fn cannot_open(path: &Path, error: &dyn std::fmt::Display) -> StorageError {
    StorageError::Unusable(format!(
        "the database file {} cannot be opened: {error}. Its folder must exist and be writable by this user",
        path.display()
    ))
}

/// Reads back what was asked for: a setting that silently did not take would cost money later.
async fn verify_settings(connection: &mut SqliteConnection, durable: bool) -> Result<()> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut *connection).await?;
    let numbers: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if numbers.as_slice() < OLDEST_SQLITE.as_slice() {
        return Err(StorageError::Unusable(format!(
            "SQLite {version} can corrupt its write-ahead log; this program needs 3.51.3 or later"
        )));
    }
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await?;
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await?;
    let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&mut *connection).await?;
    let wanted_synchronous = if durable { 2 } else { 0 };
    if journal != "wal" || synchronous != wanted_synchronous || foreign_keys != 1 {
        return Err(StorageError::Unusable(format!(
            "SQLite did not take its settings (journal_mode={journal}, synchronous={synchronous}, \
             foreign_keys={foreign_keys}); put the database on a local disk, not on a network share"
        )));
    }
    Ok(())
}

/// Whoever held a lease was an earlier process on this file, and it is gone.
async fn release_leases(connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query("UPDATE idempotency_keys SET leased_until = 0 WHERE leased_until > 0")
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE checks SET leased_until = 0 WHERE leased_until > 0").execute(&mut *connection).await?;
    sqlx::query("UPDATE deliveries SET leased_until = 0 WHERE leased_until > 0").execute(&mut *connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Storage, StorageSettings};

    #[tokio::test]
    async fn a_defect_in_one_job_leaves_the_others_and_the_writer_alone() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("luodi.db").display());
        let storage = Storage::open(&StorageSettings { url, durable: true, readers: 1 }).await.unwrap();
        let put = |name: &'static str, defect: bool| {
            storage.write(move |s| {
                Box::pin(async move {
                    let sql = "INSERT INTO meta (name, value) VALUES ($1, $2)";
                    s.execute(sql, [name.into(), vec![1].into()]).await?;
                    assert!(!defect, "a defect, on purpose");
                    Ok(())
                })
            })
        };
        let (one, two, three) = tokio::join!(put("one", false), put("two", true), put("three", false));
        assert!(one.is_ok() && matches!(two, Err(StorageError::Database(_))) && three.is_ok());
        put("four", false).await.unwrap();
        let names = storage.read(|s| {
            Box::pin(async move {
                let rows = s.fetch_all("SELECT name FROM meta ORDER BY name", []).await?;
                rows.iter().map(|row| row.text("name")).collect::<Result<Vec<_>>>()
            })
        });
        assert_eq!(names.await.unwrap(), ["four", "one", "three"]);
        storage.close().await;
    }
}
