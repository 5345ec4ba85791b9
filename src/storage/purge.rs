//! Forgetting what has served its time. Payments and events are never purged: they are the ledger.

use super::Storage;
use super::error::Result;
use super::statement_rows;
use crate::clock::Timestamp;

const DAY_S: i64 = 86_400;
/// A busy merchant's statement has far more rows than anything else here.
const ROWS_PER_OTHER: i64 = 5;

/// How long things are kept, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    pub idempotency_s: i64,
    /// Deliveries that are over, with their tries.
    pub deliveries_s: i64,
    pub notifications_s: i64,
    /// Rows of statements; their figures and differences stay.
    pub statement_rows_s: i64,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            idempotency_s: 7 * DAY_S,
            deliveries_s: 30 * DAY_S,
            notifications_s: 90 * DAY_S,
            statement_rows_s: 400 * DAY_S,
        }
    }
}

/// How many rows went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Purged {
    pub idempotency_keys: u64,
    pub deliveries: u64,
    pub notifications: u64,
    pub statement_rows: u64,
}

impl Storage {
    /// Removes at most `limit` rows of each kind; call again while any went.
    pub async fn purge(&self, now: Timestamp, retention: &Retention, limit: i64) -> Result<Purged> {
        let retention = *retention;
        self.write(move |s| {
            Box::pin(async move {
                let limit = limit.max(0);
                let before = |seconds: i64| now.plus_s(-seconds);
                let sql = "DELETE FROM idempotency_keys WHERE (store_id, mode, idempotency_key) IN \
                     (SELECT store_id, mode, idempotency_key FROM idempotency_keys \
                     WHERE created_at < $1 AND leased_until <= $2 LIMIT $3)";
                let params = [before(retention.idempotency_s).into(), now.into(), limit.into()];
                let idempotency_keys = s.execute(sql, params).await?;
                // Their tries go with them (ON DELETE CASCADE).
                let sql = "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries \
                     WHERE status <> 'pending' AND created_at < $1 LIMIT $2)";
                let deliveries = s.execute(sql, [before(retention.deliveries_s).into(), limit.into()]).await?;
                let sql = "DELETE FROM notifications WHERE (account_id, notification_id, outcome) IN \
                     (SELECT account_id, notification_id, outcome FROM notifications WHERE last_at < $1 LIMIT $2)";
                let notifications = s.execute(sql, [before(retention.notifications_s).into(), limit.into()]).await?;
                let old = before(retention.statement_rows_s).beijing_date();
                let statement_rows = statement_rows::purge(s, now, old, limit.saturating_mul(ROWS_PER_OTHER)).await?;
                Ok(Purged { idempotency_keys, deliveries, notifications, statement_rows })
            })
        })
        .await
    }
}
