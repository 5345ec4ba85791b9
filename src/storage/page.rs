//! Lists in pages, newest first. A cursor names the last row seen, so pages stay stable while rows
//! are added at the front.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::{Result, StorageError};
use crate::clock::Timestamp;
use crate::ids::{Id, Named};

/// The most rows a page may have.
const MOST: i64 = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub data: Vec<T>,
    /// Pass it back to get the following page; `None` on the last one.
    pub next_cursor: Option<String>,
}

/// What a query asks for: one row more than the page, to know whether there is another page.
pub(super) const fn rows_to_ask(limit: i64) -> i64 {
    page_size(limit) + 1
}

const fn page_size(limit: i64) -> i64 {
    if limit < 1 {
        1
    } else if limit > MOST {
        MOST
    } else {
        limit
    }
}

impl<T> Page<T> {
    pub(super) fn cut<K: Named>(mut data: Vec<T>, limit: i64, position: impl Fn(&T) -> (Timestamp, Id<K>)) -> Self {
        let size = usize::try_from(page_size(limit)).unwrap_or(1);
        let more = data.len() > size;
        data.truncate(size);
        let next_cursor = data.last().filter(|_| more).map(|last| {
            let (at, id) = position(last);
            URL_SAFE_NO_PAD.encode(format!("{}.{id}", at.as_millis()))
        });
        Self { data, next_cursor }
    }
}

/// The row after which to go on. Without a cursor: a row that is newer than any.
pub(super) fn read_cursor<K: Named>(cursor: Option<&str>) -> Result<(i64, String)> {
    let Some(cursor) = cursor else { return Ok((i64::MAX, String::new())) };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| StorageError::InvalidCursor)?;
    let text = String::from_utf8(bytes).map_err(|_| StorageError::InvalidCursor)?;
    let (at, id) = text.split_once('.').ok_or(StorageError::InvalidCursor)?;
    let at = at.parse().map_err(|_| StorageError::InvalidCursor)?;
    let id: Id<K> = id.parse().map_err(|_| StorageError::InvalidCursor)?;
    Ok((at, id.to_string()))
}
