//! Notifications as gateways sent them and what became of each: the merchant's evidence.
//! Promises: repeats count up one row, so a flood cannot fill the disk.

use super::Storage;
use super::error::{Result, StorageError};
use super::record::append_one;
use super::sql::Session;
use crate::clock::Timestamp;
use crate::ids::AccountId;
use crate::payments::NewEvent;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRecord {
    pub account_id: AccountId,
    /// The gateway's id; `None` when the message was not believed.
    pub notification_id: Option<String>,
    pub event_type: String,
    pub outcome: String,
    pub detail: String,
    pub at: Timestamp,
}

/// A recorded notification and its repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationSeen {
    /// As it came last.
    pub record: NotificationRecord,
    pub first_at: Timestamp,
    pub times: i64,
}

impl Storage {
    /// Answers whether this outcome of this notification is seen for the first time.
    pub async fn record_notification(&self, record: &NotificationRecord) -> Result<bool> {
        let record = record.clone();
        self.write(move |s| Box::pin(async move { upsert(s, record).await })).await
    }

    /// Records a notification and, the first time it is seen with this outcome, the event that tells of
    /// it: both or neither, so that copies arriving together make one event.
    pub async fn record_notification_with_event(&self, record: &NotificationRecord, event: NewEvent) -> Result<bool> {
        let record = record.clone();
        self.write(move |s| {
            Box::pin(async move {
                let first = upsert(s, record).await?;
                if first {
                    append_one(s, event).await?;
                }
                Ok(first)
            })
        })
        .await
    }

    /// What an account's gateway sent, last first.
    pub async fn notifications(&self, account: AccountId, limit: i64) -> Result<Vec<NotificationSeen>> {
        self.look(move |s| {
            Box::pin(async move {
                let sql = "SELECT * FROM notifications WHERE account_id = $1 \
                     ORDER BY last_at DESC, notification_id, outcome LIMIT $2";
                let rows = s.fetch_all(sql, [account.into(), limit.max(0).into()]).await?;
                let seen = rows.iter().map(|row| {
                    Ok(NotificationSeen {
                        record: NotificationRecord {
                            account_id: row.id("account_id")?,
                            notification_id: Some(row.text("notification_id")?).filter(|id| !id.is_empty()),
                            event_type: row.text("event_type")?,
                            outcome: row.text("outcome")?,
                            detail: row.text("detail")?,
                            at: row.time("last_at")?,
                        },
                        first_at: row.time("first_at")?,
                        times: row.int("times")?,
                    })
                });
                seen.collect()
            })
        })
        .await
    }
}

/// Counts a repeat up; answers whether it is the first.
pub(super) async fn upsert(s: &mut Session, record: NotificationRecord) -> Result<bool> {
    let sql = "INSERT INTO notifications (account_id, notification_id, outcome, event_type, detail, \
         first_at, last_at, times) VALUES ($1, $2, $3, $4, $5, $6, $6, 1) \
         ON CONFLICT (account_id, notification_id, outcome) DO UPDATE SET event_type = excluded.event_type, \
         detail = excluded.detail, last_at = excluded.last_at, times = notifications.times + 1 \
         RETURNING times";
    let params = [
        record.account_id.into(),
        record.notification_id.unwrap_or_default().into(),
        record.outcome.into(),
        record.event_type.into(),
        record.detail.into(),
        record.at.into(),
    ];
    let row = s.fetch_optional(sql, params).await?;
    Ok(row.ok_or(StorageError::Missing("answer"))?.int("times")? == 1)
}
