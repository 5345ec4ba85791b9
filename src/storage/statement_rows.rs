//! The rows of statements. A reading's rows lie beside those of earlier readings until it is whole.

use std::collections::HashSet;

use jiff::civil::Date;

use super::Storage;
use super::error::{Result, StorageError};
use super::rows::with_list;
use super::sql::{Param, Row, Session, Statement};
use super::statements::{day_params, parse_date, renew, with_day};
use crate::clock::Timestamp;
use crate::ids::AccountId;
use crate::payments::statement::{RowKind, RowRefundState};
use crate::payments::{StatementDay, StatementKind, StatementRow};

/// A row elsewhere with the same number as one that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowElsewhere {
    pub date: Date,
    pub position: i64,
    pub kind: RowKind,
    pub number: String,
    pub gateway_number: String,
    pub amount_fen: i64,
    pub at: Option<Timestamp>,
}

pub(super) fn statement_row(row: &Row) -> Result<StatementRow> {
    Ok(StatementRow {
        position: row.int("position")?,
        kind: row.word("row_kind", RowKind::parse)?,
        number: row.text("number")?,
        gateway_number: row.text("gateway_number")?,
        out_trade_no: row.opt_text("out_trade_no")?,
        gateway_trade_no: row.opt_text("gateway_trade_no")?,
        amount: row.fen("amount_fen")?,
        currency: row.text("currency")?,
        at: row.opt_time("at")?,
        fee_fen: row.int("fee_fen")?,
        refund_state: row
            .opt_text("refund_state")?
            .map(|text| RowRefundState::parse(&text).ok_or_else(|| StorageError::Corrupt("refund_state".to_owned())))
            .transpose()?,
        description: row.text("description")?,
        balance_fen: row.opt_int("balance_fen")?,
        note: row.opt_text("note")?,
        voucher_no: row.opt_text("voucher_no")?,
    })
}

const INSERT: &str = "INSERT INTO statement_rows (account_id, kind, date, run, position, row_kind, number, \
     gateway_number, out_trade_no, gateway_trade_no, amount_fen, currency, at, fee_fen, refund_state, description, \
     balance_fen, note, voucher_no) VALUES ";
const COLUMNS: usize = 19;

fn row_params(day: StatementDay, run: i64, row: StatementRow) -> [Param; COLUMNS] {
    let [account, kind, date] = day_params(day);
    [
        account,
        kind,
        date,
        run.into(),
        row.position.into(),
        row.kind.as_str().into(),
        row.number.into(),
        row.gateway_number.into(),
        row.out_trade_no.into(),
        row.gateway_trade_no.into(),
        row.amount.into(),
        row.currency.into(),
        row.at.into(),
        row.fee_fen.into(),
        row.refund_state.map(|state| state.as_str().to_owned()).into(),
        row.description.into(),
        row.balance_fen.into(),
        row.note.into(),
        row.voucher_no.into(),
    ]
}

impl Storage {
    /// Adds rows to a reading and goes on with the lease. Answers `false`, with nothing written, when
    /// another worker has begun a reading since.
    pub async fn add_statement_rows(
        &self,
        day: StatementDay,
        run: i64,
        rows: Vec<StatementRow>,
        lease_until: Timestamp,
    ) -> Result<bool> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE statements SET leased_until = $4 \
                     WHERE account_id = $1 AND kind = $2 AND date = $3 AND last_run = $5";
                if !renew(s, day, (sql, run), lease_until).await? {
                    return Ok(false);
                }
                if rows.is_empty() {
                    return Ok(true);
                }
                let mut insert = Statement::from(INSERT);
                let mut params = Vec::with_capacity(rows.len() * COLUMNS);
                for row in rows {
                    if !params.is_empty() {
                        insert.push(", ");
                    }
                    insert.push_list(params.len() + 1, COLUMNS);
                    params.extend(row_params(day, run, row));
                }
                s.execute(insert, params).await?;
                Ok(true)
            })
        })
        .await
    }

    /// The believed rows after a position, in the file's order.
    pub async fn statement_rows(&self, day: StatementDay, after: i64, limit: i64) -> Result<Vec<StatementRow>> {
        self.look(move |s| {
            Box::pin(async move {
                let sql = "SELECT r.* FROM statement_rows r JOIN statements t ON t.account_id = r.account_id \
                     AND t.kind = r.kind AND t.date = r.date AND t.run = r.run \
                     WHERE r.account_id = $1 AND r.kind = $2 AND r.date = $3 AND r.position > $4 \
                     ORDER BY r.position LIMIT $5";
                let rows = s.fetch_all(sql, with_day(day, [after.into(), limit.max(0).into()])).await?;
                rows.iter().map(statement_row).collect()
            })
        })
        .await
    }

    /// Removes up to `limit` rows of readings that are not believed; answers how many went.
    pub async fn tidy_statement(&self, day: StatementDay, limit: i64) -> Result<u64> {
        self.write(move |s| Box::pin(async move { tidy(s, day, limit).await })).await
    }
}

/// Not while a reading is under way: its rows are not believed yet.
async fn tidy(s: &mut Session, day: StatementDay, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM statement_rows WHERE account_id = $1 AND kind = $2 AND date = $3 AND (run, position) IN \
         (SELECT r.run, r.position FROM statement_rows r JOIN statements t ON t.account_id = r.account_id \
         AND t.kind = r.kind AND t.date = r.date WHERE r.account_id = $1 AND r.kind = $2 AND r.date = $3 \
         AND r.run <> t.run LIMIT $4)";
    let gone = s.execute(sql, with_day(day, [limit.into()])).await?;
    if gone == 0 {
        let sql = "UPDATE statements SET untidy = 0 WHERE account_id = $1 AND kind = $2 AND date = $3";
        s.execute(sql, day_params(day)).await?;
    }
    Ok(gone)
}

/// Forgets rows that are old, and those of readings that came to nothing; `limit` for each kind.
pub(super) async fn purge(s: &mut Session, now: Timestamp, before: Date, limit: i64) -> Result<u64> {
    let sql = "SELECT account_id, kind, date FROM statements WHERE untidy = 1 AND leased_until <= $1 LIMIT 1";
    let mut gone = 0;
    for row in s.fetch_all(sql, [now.into()]).await? {
        gone += tidy(s, day_of(&row)?, limit).await?;
    }
    let sql = "SELECT account_id, kind, date FROM statements WHERE rows_kept = 1 AND date < $1 AND leased_until <= $2 \
         ORDER BY date LIMIT 1";
    for row in s.fetch_all(sql, [before.to_string().into(), now.into()]).await? {
        let day = day_of(&row)?;
        let sql = "DELETE FROM statement_rows WHERE account_id = $1 AND kind = $2 AND date = $3 AND (run, position) IN \
             (SELECT run, position FROM statement_rows WHERE account_id = $1 AND kind = $2 AND date = $3 LIMIT $4)";
        let removed = s.execute(sql, with_day(day, [limit.into()])).await?;
        if removed == 0 {
            let sql = "UPDATE statements SET rows_kept = 0, untidy = 0 \
                 WHERE account_id = $1 AND kind = $2 AND date = $3";
            s.execute(sql, day_params(day)).await?;
        }
        gone += removed;
    }
    Ok(gone)
}

fn day_of(row: &Row) -> Result<StatementDay> {
    Ok(StatementDay {
        account_id: row.id("account_id")?,
        kind: row.word("kind", StatementKind::parse)?,
        date: row.word("date", parse_date)?,
    })
}

/// Every believed trade row of the account that bears one of these numbers or gateway numbers.
pub(super) async fn with_numbers(
    s: &mut Session,
    account: AccountId,
    numbers: &HashSet<&str>,
    gateway_numbers: &HashSet<&str>,
) -> Result<Vec<RowElsewhere>> {
    const BY_NUMBER: &str = "SELECT r.* FROM statement_rows r JOIN statements t ON t.account_id = r.account_id \
         AND t.kind = r.kind AND t.date = r.date AND t.run = r.run \
         WHERE r.kind = 'trade' AND r.number IN";
    const BY_GATEWAY_NUMBER: &str = "SELECT r.* FROM statement_rows r JOIN statements t ON t.account_id = r.account_id \
         AND t.kind = r.kind AND t.date = r.date AND t.run = r.run \
         WHERE r.kind = 'trade' AND r.gateway_number IN";
    let mut found = Vec::new();
    for (select, wanted) in [(BY_NUMBER, numbers), (BY_GATEWAY_NUMBER, gateway_numbers)] {
        if wanted.is_empty() {
            continue;
        }
        let mut sql = with_list(select, wanted.len());
        sql.push(" AND r.account_id = ");
        sql.push_placeholder(wanted.len() + 1);
        let mut params: Vec<Param> = wanted.iter().map(|number| Param::from(*number)).collect();
        params.push(account.into());
        for row in s.fetch_all(sql, params).await? {
            found.push(RowElsewhere {
                date: row.word("date", parse_date)?,
                position: row.int("position")?,
                kind: row.word("row_kind", RowKind::parse)?,
                number: row.text("number")?,
                gateway_number: row.text("gateway_number")?,
                amount_fen: row.int("amount_fen")?,
                at: row.opt_time("at")?,
            });
        }
    }
    found.sort_by(|a, b| (a.date, a.position).cmp(&(b.date, b.position)));
    found.dedup();
    Ok(found)
}
