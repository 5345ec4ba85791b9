//! SQLite's reading connections. A pool made for servers asks each connection for a sign of life before
//! and after use; here every such question is a trip to another thread, and a file does not hang up.
//! Promises: nobody gets a connection on which somebody else's transaction is still open.

use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use super::error::{Result, StorageError};

/// How long a reader waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Readers {
    options: SqliteConnectOptions,
    /// As many as there are places.
    turns: Arc<Semaphore>,
    /// Opened when they are first needed.
    places: Vec<Arc<Mutex<Option<Place>>>>,
}

struct Place {
    connection: SqliteConnection,
    in_transaction: bool,
}

impl Readers {
    /// Opens one connection now, to learn whether it works.
    pub(super) async fn open(options: SqliteConnectOptions, count: u32) -> Result<Self> {
        let places = (0..count.max(1)).map(|_| Arc::default()).collect::<Vec<_>>();
        let readers = Self { options, turns: Arc::new(Semaphore::new(places.len())), places };
        readers.acquire().await?;
        Ok(readers)
    }

    pub(super) async fn acquire(&self) -> Result<Reader> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| StorageError::Busy("no free connection".to_owned()))?;
        let turn = turn.map_err(|_| StorageError::Closed)?;
        // Whoever has a turn finds a place.
        let free = self.places.iter().find_map(|place| Arc::clone(place).try_lock_owned().ok());
        let mut place = free.ok_or_else(|| StorageError::Busy("no free connection".to_owned()))?;
        if place.is_none() {
            *place = Some(Place { connection: self.options.connect().await?, in_transaction: false });
        }
        let place = OwnedMutexGuard::try_map(place, Option::as_mut).map_err(|_| StorageError::Closed)?;
        let mut reader = Reader { place, _turn: turn };
        if reader.place.in_transaction {
            // Its last reader went away in the middle.
            let _ = sqlx::query("ROLLBACK").execute(reader.connection()).await;
            reader.place.in_transaction = false;
        }
        Ok(reader)
    }

    /// A transaction that sees one state of the database from its first statement on.
    pub(super) async fn begin(&self) -> Result<Reader> {
        let mut reader = self.acquire().await?;
        reader.place.in_transaction = true;
        sqlx::query("BEGIN").execute(reader.connection()).await?;
        Ok(reader)
    }

    /// Waits for those who read, then closes.
    pub(super) async fn close(&self) {
        self.turns.close();
        for place in &self.places {
            if let Some(place) = place.lock().await.take() {
                let _ = place.connection.close().await;
            }
        }
    }
}

/// A connection for one caller at a time.
pub(super) struct Reader {
    // Given back before the turn is.
    place: OwnedMappedMutexGuard<Option<Place>, Place>,
    _turn: OwnedSemaphorePermit,
}

impl Reader {
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.place.connection
    }

    pub(super) async fn commit(mut self) -> Result<()> {
        sqlx::query("COMMIT").execute(self.connection()).await?;
        self.place.in_transaction = false;
        Ok(())
    }
}
