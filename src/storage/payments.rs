//! Reading the ledger: one payment with its attempts and refunds, lists, and the recorded facts.

use std::collections::HashMap;

use super::Storage;
use super::error::Result;
use super::page::{Page, read_cursor, rows_to_ask};
use super::rows;
use super::sql::{Param, Row, Session, Statement};
use crate::clock::Timestamp;
use crate::ids::{AccountId, AttemptId, PaymentId, PaymentKind, RefundId, RefundKind, StoreId};
use crate::payments::{Fact, Ledger, Mode, PaymentStatus, Refund, RefundStatus};

/// Which payments to list. `limit` is brought between 1 and 500.
#[derive(Debug, Clone)]
pub struct PaymentFilter {
    pub store_id: StoreId,
    pub mode: Mode,
    pub order_ref: Option<String>,
    pub status: Option<PaymentStatus>,
    /// From this moment on.
    pub created_from: Option<Timestamp>,
    /// Before this moment.
    pub created_to: Option<Timestamp>,
    pub cursor: Option<String>,
    pub limit: i64,
}

/// Which refunds to list. `limit` is brought between 1 and 500.
#[derive(Debug, Clone)]
pub struct RefundFilter {
    pub store_id: StoreId,
    pub mode: Mode,
    pub payment_id: Option<PaymentId>,
    pub status: Option<RefundStatus>,
    pub cursor: Option<String>,
    pub limit: i64,
}

impl Storage {
    pub async fn ledger(&self, id: PaymentId) -> Result<Option<Ledger>> {
        self.read(move |s| Box::pin(load(s, id))).await
    }

    pub async fn ledger_by_out_trade_no(&self, account: AccountId, number: &str) -> Result<Option<Ledger>> {
        let sql = "SELECT p.* FROM payments p JOIN attempts a ON a.payment_id = p.id \
             WHERE a.account_id = $1 AND a.out_trade_no = $2";
        self.ledger_where(sql, vec![account.into(), number.into()]).await
    }

    pub async fn ledger_by_out_refund_no(&self, account: AccountId, number: &str) -> Result<Option<Ledger>> {
        let sql = "SELECT p.* FROM payments p JOIN refunds r ON r.payment_id = p.id \
             JOIN attempts a ON a.id = r.attempt_id WHERE a.account_id = $1 AND r.out_refund_no = $2";
        self.ledger_where(sql, vec![account.into(), number.into()]).await
    }

    pub async fn ledger_of_attempt(&self, id: AttemptId) -> Result<Option<Ledger>> {
        let sql = "SELECT p.* FROM payments p JOIN attempts a ON a.payment_id = p.id WHERE a.id = $1";
        self.ledger_where(sql, vec![id.into()]).await
    }

    pub async fn ledger_of_refund(&self, id: RefundId) -> Result<Option<Ledger>> {
        let sql = "SELECT p.* FROM payments p JOIN refunds r ON r.payment_id = p.id WHERE r.id = $1";
        self.ledger_where(sql, vec![id.into()]).await
    }

    async fn ledger_where(&self, sql: &'static str, params: Vec<Param>) -> Result<Option<Ledger>> {
        self.read(move |s| {
            Box::pin(async move {
                let row = s.fetch_optional(sql, params).await?;
                complete(s, row.as_slice()).await.map(|found| found.into_iter().next())
            })
        })
        .await
    }

    /// The recorded facts in order: what `Ledger::rebuild` takes.
    pub async fn facts(&self, id: PaymentId) -> Result<Vec<(Fact, Timestamp)>> {
        self.look(move |s| {
            Box::pin(async move {
                let sql = "SELECT fact, created_at FROM events WHERE payment_id = $1 AND fact IS NOT NULL \
                     ORDER BY sequence";
                let rows = s.fetch_all(sql, [id.into()]).await?;
                rows.iter().map(|row| Ok((row.json("fact")?, row.time("created_at")?))).collect()
            })
        })
        .await
    }

    /// Newest first.
    pub async fn payments(&self, filter: &PaymentFilter) -> Result<Page<Ledger>> {
        let (before_at, before_id) = read_cursor::<PaymentKind>(filter.cursor.as_deref())?;
        let mut query = Query::new(
            "SELECT * FROM payments WHERE store_id = $1 AND mode = $2",
            vec![filter.store_id.into(), filter.mode.as_str().into()],
        );
        query.and(" AND order_ref = ", filter.order_ref.clone().map(Param::from));
        query.and(" AND status = ", filter.status.map(|status| status.as_str().into()));
        query.and(" AND created_at >= ", filter.created_from.map(Param::from));
        query.and(" AND created_at < ", filter.created_to.map(Param::from));
        let limit = filter.limit;
        self.read(move |s| {
            Box::pin(async move {
                let rows = query.newest_first(s, before_at, before_id, limit).await?;
                let ledgers = complete(s, &rows).await?;
                Ok(Page::cut(ledgers, limit, |ledger| (ledger.payment.created_at, ledger.payment.id)))
            })
        })
        .await
    }

    /// Newest first.
    pub async fn refunds(&self, filter: &RefundFilter) -> Result<Page<Refund>> {
        let (before_at, before_id) = read_cursor::<RefundKind>(filter.cursor.as_deref())?;
        let mut query = Query::new(
            "SELECT * FROM refunds WHERE store_id = $1 AND mode = $2",
            vec![filter.store_id.into(), filter.mode.as_str().into()],
        );
        query.and(" AND payment_id = ", filter.payment_id.map(Param::from));
        query.and(" AND status = ", filter.status.map(|status| status.as_str().into()));
        let limit = filter.limit;
        self.read(move |s| {
            Box::pin(async move {
                let rows = query.newest_first(s, before_at, before_id, limit).await?;
                let refunds = rows.iter().map(rows::refund).collect::<Result<Vec<_>>>()?;
                Ok(Page::cut(refunds, limit, |refund| (refund.created_at, refund.id)))
            })
        })
        .await
    }
}

/// A list query that grows by the conditions that were asked for, so that each can use its index.
pub(super) struct Query {
    statement: Statement,
    params: Vec<Param>,
}

impl Query {
    pub(super) fn new(select: &'static str, params: Vec<Param>) -> Self {
        Self { statement: select.into(), params }
    }

    pub(super) fn and(&mut self, condition: &'static str, value: Option<Param>) {
        if let Some(value) = value {
            self.params.push(value);
            self.statement.push(condition);
            self.statement.push_placeholder(self.params.len());
        }
    }

    /// As [`Query::and`], comparing several columns at once.
    pub(super) fn and_list(&mut self, condition: &'static str, values: Vec<Param>) {
        self.statement.push(condition);
        self.statement.push_list(self.params.len() + 1, values.len());
        self.params.extend(values);
    }

    /// As many rows as that, in this order.
    pub(super) async fn ordered(self, s: &mut Session, order: &'static str, limit: i64) -> Result<Vec<Row>> {
        let Self { mut statement, mut params } = self;
        params.push(limit.into());
        statement.push(order);
        statement.push(" LIMIT ");
        statement.push_placeholder(params.len());
        s.fetch_all(statement, params).await
    }

    /// The rows after the cursor's, by time and id, and one more than fits the page.
    pub(super) async fn newest_first(self, s: &mut Session, at: i64, id: String, limit: i64) -> Result<Vec<Row>> {
        let Self { mut statement, mut params } = self;
        let first = params.len() + 1;
        params.extend([at.into(), id.into(), rows_to_ask(limit).into()]);
        statement.push(" AND (created_at, id) < ");
        statement.push_list(first, 2);
        statement.push(" ORDER BY created_at DESC, id DESC LIMIT ");
        statement.push_placeholder(first + 2);
        s.fetch_all(statement, params).await
    }
}

/// One payment with all that belongs to it.
pub(super) async fn load(s: &mut Session, id: PaymentId) -> Result<Option<Ledger>> {
    let row = s.fetch_optional("SELECT * FROM payments WHERE id = $1", [id.into()]).await?;
    complete(s, row.as_slice()).await.map(|found| found.into_iter().next())
}

/// Brings the attempts and refunds of all these payments in two queries, however many they are.
async fn complete(s: &mut Session, payments: &[Row]) -> Result<Vec<Ledger>> {
    let payments = payments.iter().map(rows::payment).collect::<Result<Vec<_>>>()?;
    if payments.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Param> = payments.iter().map(|payment| payment.id.into()).collect();
    let mut attempts: HashMap<PaymentId, Vec<_>> = HashMap::new();
    let mut sql = rows::with_list("SELECT * FROM attempts WHERE payment_id IN", ids.len());
    sql.push(" ORDER BY payment_id, position");
    for row in s.fetch_all(sql, ids.clone()).await? {
        let attempt = rows::attempt(&row)?;
        attempts.entry(attempt.payment_id).or_default().push(attempt);
    }
    let mut refunds: HashMap<PaymentId, Vec<_>> = HashMap::new();
    let mut sql = rows::with_list("SELECT * FROM refunds WHERE payment_id IN", ids.len());
    sql.push(" ORDER BY payment_id, position");
    for row in s.fetch_all(sql, ids).await? {
        let refund = rows::refund(&row)?;
        refunds.entry(refund.payment_id).or_default().push(refund);
    }
    let completed = payments.into_iter().map(|payment| Ledger {
        attempts: attempts.remove(&payment.id).unwrap_or_default(),
        refunds: refunds.remove(&payment.id).unwrap_or_default(),
        payment,
    });
    Ok(completed.collect())
}
