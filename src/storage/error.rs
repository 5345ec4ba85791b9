//! Why the storage could not do as asked. Nothing of the asked-for change has been kept, except after
//! [`StorageError::Unreachable`], which leaves it open: compare versions and try again.

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// Somebody else holds what is needed. The same call may be made again.
    #[error("the database is busy: {0}")]
    Busy(String),
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The database cannot be used as it stands; the text says what to do.
    #[error("{0}")]
    Unusable(String),
    /// A unique value (an order number, a gateway's transaction number) is taken already.
    #[error("already recorded elsewhere: {0}")]
    Duplicate(String),
    #[error("no such {0}")]
    Missing(&'static str),
    #[error("the cursor was not made by this list")]
    InvalidCursor,
    #[error("a text contains a NUL character, which cannot be stored")]
    NulInText,
    #[error("unreadable value stored in column {0}")]
    Corrupt(String),
    #[error(
        "the copy differs in {table}: {source_rows} rows in the source, {target_rows} in the target. Stop whatever \
         writes to either and copy again into a fresh database"
    )]
    CopyDiffers { table: &'static str, source_rows: u64, target_rows: u64 },
    #[error("the storage has been closed")]
    Closed,
    #[error("the database refused: {0}")]
    Database(String),
}

impl StorageError {
    /// Whether the same call may succeed a moment later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Unreachable(_))
    }
}

pub(super) type Result<T, E = StorageError> = std::result::Result<T, E>;

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy("no free connection".to_owned()),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => Self::Unreachable(error.to_string()),
            sqlx::Error::Database(refusal) => {
                let message = refusal.message().to_owned();
                match refusal.code().as_deref() {
                    // PostgreSQL: serialization failure, deadlock, lock timeout, statement timeout.
                    // SQLite: busy, locked and their extended forms.
                    Some("40001" | "40P01" | "55P03" | "57014" | "5" | "6" | "261" | "517" | "262") => {
                        Self::Busy(message)
                    }
                    // The server is going down, starting, or full.
                    Some("57P01" | "57P02" | "57P03" | "53300") => Self::Unreachable(message),
                    _ if refusal.is_unique_violation() => Self::Duplicate(message),
                    _ => Self::Database(message),
                }
            }
            _ => Self::Database(error.to_string()),
        }
    }
}
