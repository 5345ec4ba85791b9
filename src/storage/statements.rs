//! A day's statement of an account: when to ask for it, and how it ended. Promises: one worker at a time
//! has one of them, until its lease runs out; rows are believed only when the whole file has been read.

use jiff::civil::Date;

use super::Storage;
use super::differences::{self, FoundDifference};
use super::error::{Result, StorageError};
use super::payments::Query;
use super::record::{append_all, append_one};
use super::sql::{Param, Row, Session};
use crate::clock::Timestamp;
use crate::ids::{AccountId, StoreId};
use crate::payments::statement::{Figures, StatementFile};
use crate::payments::{Mode, NewEvent, StatementDay, StatementKind, StatementRecord, StatementStatus};

/// Which statements to list, newest day first. `limit` is brought between 1 and 500.
#[derive(Debug, Clone)]
pub struct StatementFilter {
    pub store_id: StoreId,
    pub mode: Mode,
    pub account_id: Option<AccountId>,
    pub kind: Option<StatementKind>,
    pub from: Option<Date>,
    pub to: Option<Date>,
    /// The last one of the page before.
    pub before: Option<StatementDay>,
    pub limit: i64,
}

/// A statement that was read as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadStatement {
    pub file: StatementFile,
    pub figures: Figures,
}

/// How asking for a statement ended without rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    /// What is shown from now on, unless an earlier reading is believed.
    pub status: StatementStatus,
    pub problem: Option<String>,
    /// `None`: nobody asks again by itself.
    pub next_at: Option<Timestamp>,
}

pub(super) fn parse_date(text: &str) -> Option<Date> {
    text.parse().ok()
}

fn record(row: &Row) -> Result<StatementRecord> {
    Ok(StatementRecord {
        day: StatementDay {
            account_id: row.id("account_id")?,
            kind: row.word("kind", StatementKind::parse)?,
            date: row.word("date", parse_date)?,
        },
        store_id: row.id("store_id")?,
        mode: row.word("mode", Mode::parse)?,
        status: row.word("status", StatementStatus::parse)?,
        problem: row.opt_text("problem")?,
        tries: row.int("tries")?,
        next_at: row.opt_time("next_at")?,
        run: row.int("run")?,
        compared_to: row.int("compared_to")?,
        file: row.opt_json("file")?,
        figures: row.opt_json("figures")?,
        fetched_at: row.opt_time("fetched_at")?,
        reconciled_at: row.opt_time("reconciled_at")?,
        rows_kept: row.flag("rows_kept")?,
    })
}

pub(super) fn day_params(day: StatementDay) -> [Param; 3] {
    [day.account_id.into(), day.kind.as_str().into(), day.date.to_string().into()]
}

/// The key's parameters, then the others.
pub(super) fn with_day(day: StatementDay, others: impl IntoIterator<Item = Param>) -> Vec<Param> {
    day_params(day).into_iter().chain(others).collect()
}

const PLAN: &str = "INSERT INTO statements (account_id, kind, date, store_id, mode, status, tries, next_at, leased_until, \
     run, last_run, untidy, compared_to, rows_kept, created_at) \
     SELECT id, $2, $3, store_id, mode, 'waiting', 0, $4, 0, 0, 0, 0, 0, 1, $5 FROM accounts WHERE id = $1";

// Those of a disabled account stay due, and are given out when it is enabled again.
const CLAIM_SQLITE: &str = "UPDATE statements SET leased_until = $1 WHERE (account_id, kind, date) IN \
     (SELECT t.account_id, t.kind, t.date FROM statements t JOIN accounts a ON a.id = t.account_id \
     WHERE t.next_at <= $2 AND t.leased_until <= $2 AND a.enabled = 1 \
     ORDER BY t.next_at, t.date, t.account_id, t.kind LIMIT $3) RETURNING *";
const CLAIM_POSTGRES: &str = "WITH due AS MATERIALIZED (SELECT t.account_id, t.kind, t.date FROM statements t \
     JOIN accounts a ON a.id = t.account_id WHERE t.next_at <= $2 AND t.leased_until <= $2 AND a.enabled = 1 \
     ORDER BY t.next_at, t.date, t.account_id, t.kind LIMIT $3 FOR UPDATE OF t SKIP LOCKED) UPDATE statements s SET leased_until = $1 FROM due \
     WHERE s.account_id = due.account_id AND s.kind = due.kind AND s.date = due.date RETURNING s.*";

/// The lease goes on as long as the work does. Answers `false` when another worker has taken over.
pub(super) async fn renew(
    s: &mut Session,
    day: StatementDay,
    column_run: (&'static str, i64),
    until: Timestamp,
) -> Result<bool> {
    let (sql, run) = column_run;
    Ok(s.execute(sql, with_day(day, [until.into(), run.into()])).await? == 1)
}

impl Storage {
    /// Notes that these days' statements are wanted, each from its moment on; those known stay as they are.
    pub async fn plan_statements(&self, days: Vec<(StatementDay, Timestamp)>, now: Timestamp) -> Result<()> {
        self.write(move |s| {
            Box::pin(async move {
                for (day, from) in days {
                    let sql = "ON CONFLICT (account_id, kind, date) DO NOTHING";
                    let mut statement = super::sql::Statement::from(PLAN);
                    statement.push(" ");
                    statement.push(sql);
                    s.execute(statement, with_day(day, [from.into(), now.into()])).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Somebody wants this statement now, again if need be. Answers `false` when there is no such account.
    pub async fn request_statement(&self, day: StatementDay, now: Timestamp) -> Result<bool> {
        self.write(move |s| {
            Box::pin(async move {
                let mut statement = super::sql::Statement::from(PLAN);
                statement
                    .push(" ON CONFLICT (account_id, kind, date) DO UPDATE SET next_at = excluded.next_at, tries = 0");
                Ok(s.execute(statement, with_day(day, [now.into(), now.into()])).await? == 1)
            })
        })
        .await
    }

    /// Gives out statements that are due, each to one worker until `lease_s` has passed.
    pub async fn claim_statements(&self, now: Timestamp, lease_s: i64, limit: i64) -> Result<Vec<StatementRecord>> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = s.either(CLAIM_SQLITE, CLAIM_POSTGRES);
                let rows = s.fetch_all(sql, [now.plus_s(lease_s).into(), now.into(), limit.max(0).into()]).await?;
                let mut claimed = rows.iter().map(record).collect::<Result<Vec<_>>>()?;
                claimed.sort_by_key(|statement| (statement.day.date, statement.day.account_id));
                Ok(claimed)
            })
        })
        .await
    }

    pub async fn statement(&self, day: StatementDay) -> Result<Option<StatementRecord>> {
        self.look(move |s| {
            Box::pin(async move {
                let sql = "SELECT * FROM statements WHERE account_id = $1 AND kind = $2 AND date = $3";
                s.fetch_optional(sql, day_params(day)).await?.as_ref().map(record).transpose()
            })
        })
        .await
    }

    /// Newest day first; with the last one of the page when there is another page.
    pub async fn statements(&self, filter: &StatementFilter) -> Result<(Vec<StatementRecord>, Option<StatementDay>)> {
        let mut query = Query::new(
            "SELECT * FROM statements WHERE store_id = $1 AND mode = $2",
            vec![filter.store_id.into(), filter.mode.as_str().into()],
        );
        query.and(" AND account_id = ", filter.account_id.map(Param::from));
        query.and(" AND kind = ", filter.kind.map(|kind| kind.as_str().into()));
        query.and(" AND date >= ", filter.from.map(|date| date.to_string().into()));
        query.and(" AND date <= ", filter.to.map(|date| date.to_string().into()));
        if let Some(before) = filter.before {
            let values = [before.date.to_string().into(), before.account_id.into(), before.kind.as_str().into()];
            query.and_list(" AND (date, account_id, kind) < ", values.into());
        }
        let limit = filter.limit.clamp(1, 500);
        self.look(move |s| {
            Box::pin(async move {
                let rows = query.ordered(s, " ORDER BY date DESC, account_id DESC, kind DESC", limit + 1).await?;
                let mut records = rows.iter().map(record).collect::<Result<Vec<_>>>()?;
                let more = i64::try_from(records.len()).is_ok_and(|count| count > limit);
                records.truncate(usize::try_from(limit).unwrap_or(1));
                let last = records.last().filter(|_| more).map(|record| record.day);
                Ok((records, last))
            })
        })
        .await
    }

    /// It did not come. What an earlier reading gave stays.
    pub async fn postpone_statement(&self, day: StatementDay, outcome: Unavailable) -> Result<()> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE statements SET status = CASE WHEN run > 0 THEN status ELSE $4 END, problem = $5, \
                     next_at = $6, tries = tries + 1, leased_until = 0 \
                     WHERE account_id = $1 AND kind = $2 AND date = $3";
                let params = [outcome.status.as_str().into(), outcome.problem.into(), outcome.next_at.into()];
                s.execute(sql, with_day(day, params)).await.map(drop)
            })
        })
        .await
    }

    /// Begins to read a file; answers the number of the reading.
    pub async fn begin_reading(&self, day: StatementDay, lease_until: Timestamp) -> Result<i64> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE statements SET last_run = last_run + 1, untidy = 1, leased_until = $4 \
                     WHERE account_id = $1 AND kind = $2 AND date = $3 RETURNING last_run";
                let row = s.fetch_optional(sql, with_day(day, [lease_until.into()])).await?;
                row.ok_or(StorageError::Missing("statement"))?.int("last_run")
            })
        })
        .await
    }

    /// From now on the rows of this reading are the statement; they are yet to be compared. `None` stands
    /// for a day without business. What the reading itself showed to be different is recorded with it.
    /// Answers `false` when another worker has begun a reading since; nothing was written then.
    pub async fn believe_reading(
        &self,
        day: StatementDay,
        run: i64,
        read: Option<ReadStatement>,
        found: Vec<FoundDifference>,
        now: Timestamp,
    ) -> Result<bool> {
        self.write(move |s| {
            Box::pin(async move {
                let status = if read.is_some() { StatementStatus::Ready } else { StatementStatus::Empty };
                let (file, figures) = match &read {
                    Some(read) => (Param::json(&read.file)?, Param::json(&read.figures)?),
                    None => (Param::Text(None), Param::Text(None)),
                };
                let sql = "UPDATE statements SET status = $4, problem = NULL, run = last_run, compared_to = 0, file = $5, \
                     figures = $6, rows_kept = 1, fetched_at = $7, reconciled_at = NULL, tries = 0 \
                     WHERE account_id = $1 AND kind = $2 AND date = $3 AND last_run = $8";
                let params = [status.as_str().into(), file, figures, now.into(), run.into()];
                if s.execute(sql, with_day(day, params)).await? != 1 {
                    return Ok(false);
                }
                let events = differences::upsert(s, day.account_id, found).await?;
                append_all(s, events).await?;
                Ok(true)
            })
        })
        .await
    }

    /// The whole of it has been compared: nothing is due any more, and the event tells of it.
    pub async fn finish_statement(&self, day: StatementDay, run: i64, now: Timestamp, event: NewEvent) -> Result<()> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE statements SET reconciled_at = $4, leased_until = 0, \
                     next_at = CASE WHEN next_at > fetched_at THEN next_at END \
                     WHERE account_id = $1 AND kind = $2 AND date = $3 AND run = $5";
                if s.execute(sql, with_day(day, [now.into(), run.into()])).await? == 1 {
                    append_one(s, event).await?;
                }
                Ok(())
            })
        })
        .await
    }
}
