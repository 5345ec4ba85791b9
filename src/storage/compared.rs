//! Statement rows beside what the ledger says of them, and what the ledger has that no row names.

use std::collections::HashSet;

use super::Storage;
use super::error::Result;
use super::sql::{Param, Row, Session, Statement};
use super::statement_rows::{self, RowElsewhere, statement_row};
use super::statements::with_day;
use crate::clock::Timestamp;
use crate::ids::{AccountId, PaymentId, RefundId};
use crate::money::Fen;
use crate::payments::{AttemptStatus, RefundStatus, StatementDay, StatementRow};

/// What the ledger says of the order that a row names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderHere {
    pub payment_id: PaymentId,
    pub status: AttemptStatus,
    pub amount: Fen,
    pub currency: String,
    pub gateway_trade_no: Option<String>,
    pub paid_at: Option<Timestamp>,
}

/// What the ledger says of the refund that a row names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundHere {
    pub id: RefundId,
    pub payment_id: PaymentId,
    pub out_trade_no: String,
    pub status: RefundStatus,
    pub amount: Fen,
    pub gateway_refund_no: Option<String>,
    pub created_at: Timestamp,
    pub succeeded_at: Option<Timestamp>,
}

/// A row and everything it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedRow {
    pub row: StatementRow,
    pub order: Option<OrderHere>,
    /// Only when it is a refund of that very order.
    pub refund: Option<RefundHere>,
}

/// Rows beside the ledger, and the other rows that bear one of their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ComparedRows {
    pub rows: Vec<ComparedRow>,
    pub elsewhere: Vec<RowElsewhere>,
}

const SELECT: &str = "SELECT r.*, a.payment_id AS order_payment_id, a.status AS order_status, \
     a.gateway_trade_no AS order_gateway_trade_no, a.paid_at AS order_paid_at, p.amount_fen AS order_amount_fen, \
     p.currency AS order_currency, f.id AS refund_id, f.status AS refund_status, f.amount_fen AS refund_amount_fen, \
     f.gateway_refund_no AS refund_gateway_no, f.created_at AS refund_created_at, \
     f.succeeded_at AS refund_succeeded_at \
     FROM statement_rows r \
     LEFT JOIN attempts a ON a.account_id = r.account_id AND a.out_trade_no = r.out_trade_no \
     LEFT JOIN payments p ON p.id = a.payment_id \
     LEFT JOIN refunds f ON r.row_kind = 'refund' AND f.out_refund_no = r.number AND f.attempt_id = a.id \
     WHERE r.account_id = $1 AND r.kind = $2 AND r.date = $3 AND r.run = \
     (SELECT t.run FROM statements t WHERE t.account_id = $1 AND t.kind = $2 AND t.date = $3)";

fn compared_row(row: &Row) -> Result<ComparedRow> {
    let statement_row = statement_row(row)?;
    let order = match row.opt_id("order_payment_id")? {
        Some(payment_id) => Some(OrderHere {
            payment_id,
            status: row.word("order_status", AttemptStatus::parse)?,
            amount: row.fen("order_amount_fen")?,
            currency: row.text("order_currency")?,
            gateway_trade_no: row.opt_text("order_gateway_trade_no")?,
            paid_at: row.opt_time("order_paid_at")?,
        }),
        None => None,
    };
    let refund = match (row.opt_id("refund_id")?, &order) {
        (Some(id), Some(order)) => Some(RefundHere {
            id,
            payment_id: order.payment_id,
            out_trade_no: statement_row.out_trade_no.clone().unwrap_or_default(),
            status: row.word("refund_status", RefundStatus::parse)?,
            amount: row.fen("refund_amount_fen")?,
            gateway_refund_no: row.opt_text("refund_gateway_no")?,
            created_at: row.time("refund_created_at")?,
            succeeded_at: row.opt_time("refund_succeeded_at")?,
        }),
        _ => None,
    };
    Ok(ComparedRow { row: statement_row, order, refund })
}

async fn beside(s: &mut Session, account: AccountId, found: Vec<Row>) -> Result<ComparedRows> {
    let rows = found.iter().map(compared_row).collect::<Result<Vec<_>>>()?;
    let numbers: HashSet<&str> = rows.iter().map(|row| row.row.number.as_str()).collect();
    let gateway_numbers: HashSet<&str> =
        rows.iter().map(|row| row.row.gateway_number.as_str()).filter(|number| !number.is_empty()).collect();
    let elsewhere = statement_rows::with_numbers(s, account, &numbers, &gateway_numbers).await?;
    Ok(ComparedRows { rows, elsewhere })
}

impl Storage {
    /// The next rows of a believed statement beside the ledger, all as of one moment.
    pub async fn compared_rows(&self, day: StatementDay, after: i64, limit: i64) -> Result<ComparedRows> {
        self.read(move |s| {
            Box::pin(async move {
                let mut sql = Statement::from(SELECT);
                sql.push(" AND r.position > $4 ORDER BY r.position LIMIT $5");
                let rows = s.fetch_all(sql, with_day(day, [after.into(), limit.max(0).into()])).await?;
                beside(s, day.account_id, rows).await
            })
        })
        .await
    }

    /// The rows of one number in a believed statement beside the ledger.
    pub async fn compared_number(&self, day: StatementDay, number: &str) -> Result<ComparedRows> {
        let number = number.to_owned();
        self.read(move |s| {
            Box::pin(async move {
                let mut sql = Statement::from(SELECT);
                sql.push(" AND r.number = $4 ORDER BY r.position");
                let rows = s.fetch_all(sql, with_day(day, [number.into()])).await?;
                beside(s, day.account_id, rows).await
            })
        })
        .await
    }

    /// Payments of the account that stand in no statement and came in after the first moment and number, or
    /// then with a greater number, until before `to`; in that order, each under its number.
    pub async fn payments_without_row(
        &self,
        account: AccountId,
        (after, number): (Timestamp, &str),
        to: Timestamp,
        limit: i64,
    ) -> Result<Vec<(String, OrderHere)>> {
        let params: Vec<Param> = vec![account.into(), after.into(), number.into(), to.into(), limit.max(0).into()];
        self.look(move |s| {
            Box::pin(async move {
                let sql = "SELECT a.out_trade_no, a.payment_id, a.status, a.gateway_trade_no, a.paid_at, p.amount_fen, \
                     p.currency FROM attempts a JOIN payments p ON p.id = a.payment_id \
                     WHERE a.account_id = $1 AND a.status = 'paid' AND (a.paid_at, a.out_trade_no) > ($2, $3) \
                     AND a.paid_at < $4 AND NOT EXISTS (SELECT 1 FROM statement_rows r \
                     CROSS JOIN statements t WHERE t.account_id = r.account_id AND t.kind = r.kind AND t.date = r.date \
                     AND t.run = r.run AND r.account_id = a.account_id AND r.kind = 'trade' \
                     AND r.number = a.out_trade_no AND r.row_kind IN ('payment', 'reversal')) ORDER BY a.paid_at, a.out_trade_no LIMIT $5";
                let rows = s.fetch_all(sql, params).await?;
                let orders = rows.iter().map(|row| {
                    let order = OrderHere {
                        payment_id: row.id("payment_id")?,
                        status: row.word("status", AttemptStatus::parse)?,
                        amount: row.fen("amount_fen")?,
                        currency: row.text("currency")?,
                        gateway_trade_no: row.opt_text("gateway_trade_no")?,
                        paid_at: row.opt_time("paid_at")?,
                    };
                    Ok((row.text("out_trade_no")?, order))
                });
                orders.collect()
            })
        })
        .await
    }

    /// As [`Storage::payments_without_row`]: refunds that have succeeded, by when they were asked for.
    pub async fn refunds_without_row(
        &self,
        account: AccountId,
        (after, number): (Timestamp, &str),
        to: Timestamp,
        limit: i64,
    ) -> Result<Vec<(String, RefundHere)>> {
        let params: Vec<Param> = vec![account.into(), after.into(), number.into(), to.into(), limit.max(0).into()];
        self.look(move |s| {
            Box::pin(async move {
                let sql = "SELECT f.out_refund_no, f.id, f.payment_id, f.status, f.amount_fen, f.gateway_refund_no, \
                     f.created_at, f.succeeded_at, a.out_trade_no FROM refunds f CROSS JOIN attempts a WHERE a.id = f.attempt_id \
                     AND a.account_id = $1 AND f.status = 'succeeded' AND (f.created_at, f.out_refund_no) > ($2, $3) \
                     AND f.created_at < $4 AND NOT EXISTS (SELECT 1 FROM statement_rows r \
                     CROSS JOIN statements t WHERE t.account_id = r.account_id AND t.kind = r.kind AND t.date = r.date \
                     AND t.run = r.run AND r.account_id = a.account_id AND r.kind = 'trade' \
                     AND r.number = f.out_refund_no AND r.row_kind = 'refund') ORDER BY f.created_at, f.out_refund_no LIMIT $5";
                let rows = s.fetch_all(sql, params).await?;
                let refunds = rows.iter().map(|row| {
                    let refund = RefundHere {
                        id: row.id("id")?,
                        payment_id: row.id("payment_id")?,
                        out_trade_no: row.text("out_trade_no")?,
                        status: row.word("status", RefundStatus::parse)?,
                        amount: row.fen("amount_fen")?,
                        gateway_refund_no: row.opt_text("gateway_refund_no")?,
                        created_at: row.time("created_at")?,
                        succeeded_at: row.opt_time("succeeded_at")?,
                    };
                    Ok((row.text("out_refund_no")?, refund))
                });
                refunds.collect()
            })
        })
        .await
    }
}
