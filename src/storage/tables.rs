//! Every table with its columns: what a copy carries. A test compares this list with the schema.

/// What a column holds, on either database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Text,
    Blob,
}

pub(super) struct Table {
    pub(super) name: &'static str,
    /// Columns that order the rows and tell them apart.
    pub(super) key: &'static [&'static str],
    pub(super) columns: &'static [(&'static str, Kind)],
}

use Kind::{Blob, Int, Text};

/// Those that others refer to come first.
pub(super) const TABLES: [Table; 21] = [
    Table { name: "meta", key: &["name"], columns: &[("name", Text), ("value", Blob)] },
    Table { name: "stores", key: &["id"], columns: &[("id", Text), ("name", Text), ("created_at", Int)] },
    Table {
        name: "api_keys",
        key: &["id"],
        columns: &[
            ("id", Text),
            ("store_id", Text),
            ("kind", Text),
            ("mode", Text),
            ("hint", Text),
            ("hash", Blob),
            ("label", Text),
            ("created_at", Int),
            ("revoked_at", Int),
        ],
    },
    Table {
        name: "accounts",
        key: &["id"],
        columns: &[
            ("id", Text),
            ("store_id", Text),
            ("gateway", Text),
            ("mode", Text),
            ("name", Text),
            ("settings", Text),
            ("sealed_secrets", Blob),
            ("enabled", Int),
            ("created_at", Int),
            ("updated_at", Int),
            ("version", Int),
        ],
    },
    Table {
        name: "shop_regions",
        key: &["store_id", "platform"],
        columns: &[("store_id", Text), ("platform", Text), ("regions", Text), ("updated_at", Int)],
    },
    Table {
        name: "payments",
        key: &["id"],
        columns: &[
            ("id", Text),
            ("store_id", Text),
            ("mode", Text),
            ("order_ref", Text),
            ("amount_fen", Int),
            ("currency", Text),
            ("description", Text),
            ("return_url", Text),
            ("metadata", Text),
            ("status", Text),
            ("late", Int),
            ("refunded_fen", Int),
            ("paid_by", Text),
            ("created_at", Int),
            ("expires_at", Int),
            ("close_requested_at", Int),
            ("paid_at", Int),
            ("closed_at", Int),
            ("version", Int),
            ("due_at", Int),
        ],
    },
    Table {
        name: "attempts",
        key: &["id"],
        columns: &[
            ("id", Text),
            ("payment_id", Text),
            ("position", Int),
            ("account_id", Text),
            ("gateway", Text),
            ("flow", Text),
            ("status", Text),
            ("out_trade_no", Text),
            ("request", Text),
            ("next_action", Text),
            ("gateway_trade_no", Text),
            ("failure", Text),
            ("duplicate", Int),
            ("created_at", Int),
            ("expires_at", Int),
            ("paid_at", Int),
            ("action_expires_at", Int),
            ("payer_id", Text),
            ("app_id", Text),
            ("settlement_currency", Text),
            ("settlement_minor", Int),
        ],
    },
    Table {
        name: "refunds",
        key: &["id"],
        columns: &[
            ("id", Text),
            ("payment_id", Text),
            ("attempt_id", Text),
            ("store_id", Text),
            ("mode", Text),
            ("position", Int),
            ("amount_fen", Int),
            ("reason", Text),
            ("cause", Text),
            ("status", Text),
            ("out_refund_no", Text),
            ("request", Text),
            ("gateway_refund_no", Text),
            ("failure", Text),
            ("created_at", Int),
            ("succeeded_at", Int),
        ],
    },
    Table {
        name: "refund_turns",
        key: &["attempt_id"],
        columns: &[("attempt_id", Text), ("refund_id", Text), ("free_at", Int)],
    },
    Table {
        name: "sequences",
        key: &["store_id", "mode"],
        columns: &[("store_id", Text), ("mode", Text), ("last", Int)],
    },
    Table {
        name: "events",
        key: &["store_id", "mode", "sequence"],
        columns: &[
            ("id", Text),
            ("store_id", Text),
            ("mode", Text),
            ("sequence", Int),
            ("event_type", Text),
            ("created_at", Int),
            ("payment_id", Text),
            ("fact", Text),
            ("data", Text),
        ],
    },
    Table {
        name: "idempotency_keys",
        key: &["store_id", "mode", "idempotency_key"],
        columns: &[
            ("store_id", Text),
            ("mode", Text),
            ("idempotency_key", Text),
            ("route", Text),
            ("request_hash", Blob),
            ("resource", Text),
            ("owner", Text),
            ("leased_until", Int),
            ("status", Int),
            ("body", Blob),
            ("created_at", Int),
        ],
    },
    Table {
        name: "endpoints",
        key: &["id"],
        columns: &[
            ("id", Text),
            ("store_id", Text),
            ("mode", Text),
            ("url", Text),
            ("event_types", Text),
            ("sealed_secret", Blob),
            ("sealed_previous_secret", Blob),
            ("previous_secret_expires_at", Int),
            ("enabled", Int),
            ("description", Text),
            ("created_at", Int),
            ("version", Int),
            ("deleted_at", Int),
        ],
    },
    Table {
        name: "deliveries",
        key: &["id"],
        columns: &[
            ("id", Text),
            ("endpoint_id", Text),
            ("event_id", Text),
            ("event_type", Text),
            ("status", Text),
            ("tries", Int),
            ("next_at", Int),
            ("leased_until", Int),
            ("last_status_code", Int),
            ("last_error", Text),
            ("created_at", Int),
            ("delivered_at", Int),
        ],
    },
    Table {
        name: "delivery_tries",
        key: &["delivery_id", "number"],
        columns: &[
            ("delivery_id", Text),
            ("number", Int),
            ("at", Int),
            ("status_code", Int),
            ("error", Text),
            ("duration_ms", Int),
        ],
    },
    Table {
        name: "checks",
        key: &["subject_id"],
        columns: &[("subject_id", Text), ("payment_id", Text), ("next_at", Int), ("leased_until", Int), ("tries", Int)],
    },
    Table {
        name: "notifications",
        key: &["account_id", "notification_id", "outcome"],
        columns: &[
            ("account_id", Text),
            ("notification_id", Text),
            ("outcome", Text),
            ("event_type", Text),
            ("detail", Text),
            ("first_at", Int),
            ("last_at", Int),
            ("times", Int),
        ],
    },
    Table {
        name: "statements",
        key: &["account_id", "kind", "date"],
        columns: &[
            ("account_id", Text),
            ("kind", Text),
            ("date", Text),
            ("store_id", Text),
            ("mode", Text),
            ("status", Text),
            ("problem", Text),
            ("tries", Int),
            ("next_at", Int),
            ("leased_until", Int),
            ("run", Int),
            ("last_run", Int),
            ("untidy", Int),
            ("compared_to", Int),
            ("file", Text),
            ("figures", Text),
            ("rows_kept", Int),
            ("created_at", Int),
            ("fetched_at", Int),
            ("reconciled_at", Int),
        ],
    },
    Table {
        name: "statement_rows",
        key: &["account_id", "kind", "date", "run", "position"],
        columns: &[
            ("account_id", Text),
            ("kind", Text),
            ("date", Text),
            ("run", Int),
            ("position", Int),
            ("row_kind", Text),
            ("number", Text),
            ("gateway_number", Text),
            ("out_trade_no", Text),
            ("gateway_trade_no", Text),
            ("amount_fen", Int),
            ("currency", Text),
            ("at", Int),
            ("fee_fen", Int),
            ("refund_state", Text),
            ("description", Text),
            ("balance_fen", Int),
            ("note", Text),
            ("voucher_no", Text),
        ],
    },
    Table {
        name: "differences",
        key: &["id"],
        columns: &[
            ("id", Text),
            ("store_id", Text),
            ("mode", Text),
            ("account_id", Text),
            ("date", Text),
            ("kind", Text),
            ("reason", Text),
            ("subject", Text),
            ("number", Text),
            ("out_trade_no", Text),
            ("payment_id", Text),
            ("refund_id", Text),
            ("there", Text),
            ("here", Text),
            ("status", Text),
            ("note", Text),
            ("run", Int),
            ("next_at", Int),
            ("leased_until", Int),
            ("tries", Int),
            ("created_at", Int),
            ("resolved_at", Int),
            ("acknowledged_at", Int),
        ],
    },
    Table {
        name: "credential_warnings",
        key: &["account_id", "credential", "serial", "threshold_days"],
        columns: &[("account_id", Text), ("credential", Text), ("serial", Text), ("threshold_days", Int), ("at", Int)],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::storage::{Storage, StorageSettings};

    #[tokio::test]
    async fn the_list_is_the_schema() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("luodi.db").display());
        let storage = Storage::open(&StorageSettings { url, durable: false, readers: 1 }).await.unwrap();
        let mut session = storage.snapshot().await.unwrap();
        let sql = "SELECT t.name AS t, c.name AS c, c.type AS kind, c.pk AS pk FROM sqlite_schema t \
             JOIN pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY t.name, c.cid";
        let mut schema: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for row in session.fetch_all(sql, []).await.unwrap() {
            let column = (row.text("c").unwrap(), row.text("kind").unwrap());
            schema.entry(row.text("t").unwrap()).or_default().push(column);
        }
        // What belongs to this database only.
        schema.remove("_sqlx_migrations");
        schema.remove("copy_progress");
        let listed = TABLES.iter().map(|table| {
            let columns = table.columns.iter().map(|(name, kind)| {
                let kind = match kind {
                    Int => "INTEGER",
                    Text => "TEXT",
                    Blob => "BLOB",
                };
                ((*name).to_owned(), kind.to_owned())
            });
            (table.name.to_owned(), columns.collect())
        });
        assert_eq!(schema, listed.collect());
        session.commit().await.unwrap();
        storage.close().await;
    }
}
