//! Differences between statements and the ledger. Promises: one row per day, kind and number however
//! often a statement is compared; a row changes together with the event that tells of it.

use std::collections::HashMap;

use jiff::civil::Date;

use super::Storage;
use super::error::{Result, StorageError};
use super::page::{Page, read_cursor};
use super::payments::Query;
use super::record::append_all;
use super::rows::with_list;
use super::sql::{Param, Row, Session, Statement};
use super::statements::{parse_date, renew};
use crate::clock::Timestamp;
use crate::ids::{AccountId, DifferenceId, DifferenceKind as DifferenceMark, StoreId};
use crate::payments::difference::{DifferenceSubject, Reason};
use crate::payments::event::{EventType, NewEvent};
use crate::payments::{Difference, DifferenceKind, DifferenceStatus, Mode, StatementDay, StatementKind};

/// Which differences to list. `limit` is brought between 1 and 500.
#[derive(Debug, Clone)]
pub struct DifferenceFilter {
    pub store_id: StoreId,
    pub mode: Mode,
    pub status: Option<DifferenceStatus>,
    pub kind: Option<DifferenceKind>,
    pub account_id: Option<AccountId>,
    /// Days of statements, both included.
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub cursor: Option<String>,
    pub limit: i64,
}

/// A difference that is to be looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedDifference {
    pub difference: Difference,
    /// How often it has been looked at.
    pub tries: i64,
}

/// How comparing a batch was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComparedBatch {
    /// So many differences are new.
    Recorded(usize),
    /// Another worker has taken over; nothing was written.
    Overtaken,
}

/// A difference about to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDifference {
    pub difference: Difference,
    /// When to look at it again by itself.
    pub next_at: Option<Timestamp>,
}

fn difference(row: &Row) -> Result<Difference> {
    Ok(Difference {
        id: row.id("id")?,
        store_id: row.id("store_id")?,
        mode: row.word("mode", Mode::parse)?,
        account_id: row.id("account_id")?,
        date: row.word("date", parse_date)?,
        reason: row.word("reason", Reason::parse)?,
        subject: row.word("subject", DifferenceSubject::parse)?,
        number: row.text("number")?,
        out_trade_no: row.opt_text("out_trade_no")?,
        payment_id: row.opt_id("payment_id")?,
        refund_id: row.opt_id("refund_id")?,
        there: row.opt_json("there")?,
        here: row.opt_json("here")?,
        status: row.word("status", DifferenceStatus::parse)?,
        note: row.opt_text("note")?,
        found_at: row.time("created_at")?,
        resolved_at: row.opt_time("resolved_at")?,
        acknowledged_at: row.opt_time("acknowledged_at")?,
    })
}

/// What tells differences of one account apart.
fn key(difference: &Difference) -> (Date, DifferenceKind, DifferenceSubject, String) {
    (difference.date, difference.reason.kind(), difference.subject, difference.number.clone())
}

/// Only the totals of a fund flow belong to that statement; everything else to the trade statement.
const fn of_kind(kind: StatementKind) -> &'static str {
    match kind {
        StatementKind::Trade => " AND number NOT LIKE 'fund_flow/%'",
        StatementKind::FundFlow => " AND number LIKE 'fund_flow/%'",
    }
}

fn statement_kind(difference: &Difference) -> &'static str {
    let fund_flow = StatementKind::FundFlow.as_str();
    if difference.number.starts_with("fund_flow/") { fund_flow } else { StatementKind::Trade.as_str() }
}

// The reading that shows a difference is that of its own day, which may be a neighbour of the compared one.
const RUN_OF_DAY: &str =
    "COALESCE((SELECT t.run FROM statements t WHERE t.account_id = $1 AND t.date = $2 AND t.kind = $3), 0)";

const CLAIM_SQLITE: &str = "UPDATE differences SET leased_until = $1 WHERE id IN (SELECT id FROM differences \
     WHERE next_at <= $2 AND leased_until <= $2 ORDER BY next_at, id LIMIT $3) RETURNING *";
const CLAIM_POSTGRES: &str = "WITH due AS MATERIALIZED (SELECT id FROM differences \
     WHERE next_at <= $2 AND leased_until <= $2 ORDER BY next_at, id LIMIT $3 FOR UPDATE SKIP LOCKED) \
     UPDATE differences d SET leased_until = $1 FROM due WHERE d.id = due.id RETURNING d.*";

impl Storage {
    /// Records what comparing rows up to a position has found, and goes on with the lease. What is known
    /// stays one row; what had been resolved and is seen again is open again.
    pub async fn record_compared(
        &self,
        day: StatementDay,
        (run, compared_to): (i64, i64),
        found: Vec<FoundDifference>,
        lease_until: Timestamp,
    ) -> Result<ComparedBatch> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE statements SET leased_until = $4 \
                     WHERE account_id = $1 AND kind = $2 AND date = $3 AND run = $5 AND last_run = $5";
                if !renew(s, day, (sql, run), lease_until).await? {
                    return Ok(ComparedBatch::Overtaken);
                }
                let sql = "UPDATE statements SET compared_to = $4 WHERE account_id = $1 AND kind = $2 AND date = $3";
                s.execute(sql, super::statements::with_day(day, [compared_to.into()])).await?;
                let events = upsert(s, day.account_id, found).await?;
                let count = events.len();
                append_all(s, events).await?;
                Ok(ComparedBatch::Recorded(count))
            })
        })
        .await
    }

    /// Resolves the day's open differences that its believed reading no longer shows; answers how many.
    pub async fn resolve_unseen(&self, day: StatementDay, run: i64, now: Timestamp, limit: i64) -> Result<usize> {
        self.write(move |s| {
            Box::pin(async move {
                let mut sql = Statement::from(
                    "SELECT * FROM differences WHERE account_id = $1 AND date = $2 AND run < $3 \
                     AND status <> 'resolved'",
                );
                sql.push(of_kind(day.kind));
                sql.push(" ORDER BY id LIMIT $4");
                let params = [day.account_id.into(), day.date.to_string().into(), run.into(), limit.into()];
                let unseen = s.fetch_all(sql, params).await?;
                resolve_all(s, &unseen, now).await
            })
        })
        .await
    }

    /// Resolves the account's open `missing_there` whose number stands in a statement by now.
    pub async fn resolve_turned_up(&self, account: AccountId, now: Timestamp, limit: i64) -> Result<usize> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = "SELECT d.* FROM differences d WHERE d.account_id = $1 AND d.kind = 'missing_there' \
                     AND d.status <> 'resolved' AND EXISTS (SELECT 1 FROM statement_rows r \
                     CROSS JOIN statements t WHERE t.account_id = r.account_id AND t.kind = r.kind AND t.date = r.date \
                     AND t.run = r.run AND r.account_id = d.account_id AND r.kind = 'trade' \
                     AND r.number = d.number AND (r.row_kind = d.subject \
                     OR (r.row_kind = 'reversal' AND d.subject = 'payment'))) ORDER BY d.id LIMIT $2";
                let turned_up = s.fetch_all(sql, [account.into(), limit.into()]).await?;
                resolve_all(s, &turned_up, now).await
            })
        })
        .await
    }

    /// Gives out differences that are due, each to one worker until `lease_s` has passed.
    pub async fn claim_differences(&self, now: Timestamp, lease_s: i64, limit: i64) -> Result<Vec<ClaimedDifference>> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = s.either(CLAIM_SQLITE, CLAIM_POSTGRES);
                let rows = s.fetch_all(sql, [now.plus_s(lease_s).into(), now.into(), limit.max(0).into()]).await?;
                let claimed = rows
                    .iter()
                    .map(|row| Ok(ClaimedDifference { difference: difference(row)?, tries: row.int("tries")? }));
                claimed.collect()
            })
        })
        .await
    }

    /// Ends the lease; `None` leaves it to a person.
    pub async fn schedule_difference(&self, id: DifferenceId, next_at: Option<Timestamp>, tries: i64) -> Result<()> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE differences SET next_at = $1, tries = $2, leased_until = 0 \
                     WHERE id = $3 AND status <> 'resolved'";
                s.execute(sql, [next_at.into(), tries.into(), id.into()]).await.map(drop)
            })
        })
        .await
    }

    /// The two sides agree: answers whether that is news.
    pub async fn resolve_difference(&self, id: DifferenceId, now: Timestamp) -> Result<bool> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = "SELECT * FROM differences WHERE id = $1 AND status <> 'resolved'";
                let found = s.fetch_all(sql, [id.into()]).await?;
                Ok(resolve_all(s, &found, now).await? == 1)
            })
        })
        .await
    }

    /// Somebody has looked at it. `None` when it is resolved; a later note replaces the earlier.
    pub async fn acknowledge_difference(
        &self,
        id: DifferenceId,
        note: &str,
        now: Timestamp,
    ) -> Result<Option<Difference>> {
        let note = note.to_owned();
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE differences SET status = 'acknowledged', note = $1, acknowledged_at = $2 \
                     WHERE id = $3 AND status <> 'resolved' RETURNING *";
                s.fetch_optional(sql, [note.into(), now.into(), id.into()]).await?.as_ref().map(difference).transpose()
            })
        })
        .await
    }

    pub async fn difference(&self, id: DifferenceId) -> Result<Option<Difference>> {
        self.look(move |s| {
            Box::pin(async move {
                let row = s.fetch_optional("SELECT * FROM differences WHERE id = $1", [id.into()]).await?;
                row.as_ref().map(difference).transpose()
            })
        })
        .await
    }

    /// Newest first.
    pub async fn differences(&self, filter: &DifferenceFilter) -> Result<Page<Difference>> {
        let (before_at, before_id) = read_cursor::<DifferenceMark>(filter.cursor.as_deref())?;
        let mut query = Query::new(
            "SELECT * FROM differences WHERE store_id = $1 AND mode = $2",
            vec![filter.store_id.into(), filter.mode.as_str().into()],
        );
        query.and(" AND status = ", filter.status.map(|status| status.as_str().into()));
        query.and(" AND kind = ", filter.kind.map(|kind| kind.as_str().into()));
        query.and(" AND account_id = ", filter.account_id.map(Param::from));
        query.and(" AND date >= ", filter.from.map(|date| date.to_string().into()));
        query.and(" AND date <= ", filter.to.map(|date| date.to_string().into()));
        let limit = filter.limit;
        self.look(move |s| {
            Box::pin(async move {
                let rows = query.newest_first(s, before_at, before_id, limit).await?;
                let found = rows.iter().map(difference).collect::<Result<Vec<_>>>()?;
                Ok(Page::cut(found, limit, |difference| (difference.found_at, difference.id)))
            })
        })
        .await
    }

    /// How many of a statement's differences are open, and how many of these only a person can end.
    pub async fn open_differences_of(&self, day: StatementDay) -> Result<(i64, i64)> {
        self.look(move |s| {
            Box::pin(async move {
                let mut sql = Statement::from(
                    "SELECT COUNT(*) AS n, COUNT(CASE WHEN next_at IS NULL THEN 1 END) AS people FROM differences \
                     WHERE account_id = $1 AND date = $2 AND status = 'open'",
                );
                sql.push(of_kind(day.kind));
                let row = s.fetch_optional(sql, [day.account_id.into(), day.date.to_string().into()]).await?;
                let row = row.ok_or(StorageError::Missing("answer"))?;
                Ok((row.int("n")?, row.int("people")?))
            })
        })
        .await
    }

    /// How many are open, by kind.
    pub async fn open_differences(&self) -> Result<Vec<(DifferenceKind, i64)>> {
        self.look(|s| {
            Box::pin(async move {
                let sql = "SELECT kind, COUNT(*) AS n FROM differences WHERE status = 'open' GROUP BY kind";
                let rows = s.fetch_all(sql, []).await?;
                rows.iter().map(|row| Ok((row.word("kind", DifferenceKind::parse)?, row.int("n")?))).collect()
            })
        })
        .await
    }
}

/// Writes what is new or open again and answers its events.
pub(super) async fn upsert(s: &mut Session, account: AccountId, found: Vec<FoundDifference>) -> Result<Vec<NewEvent>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = with_list("SELECT * FROM differences WHERE number IN", found.len());
    sql.push(" AND account_id = ");
    sql.push_placeholder(found.len() + 1);
    let mut params: Vec<Param> = found.iter().map(|f| f.difference.number.as_str().into()).collect();
    params.push(account.into());
    let known = s.fetch_all(sql, params).await?;
    let known = known.iter().map(|row| difference(row).map(|known| (key(&known), known)));
    let mut known: HashMap<_, _> = known.collect::<Result<_>>()?;
    let mut events = Vec::new();
    for FoundDifference { difference: new, next_at } in found {
        let at = new.found_at;
        match known.get(&key(&new)).cloned() {
            None => {
                insert(s, &new, next_at).await?;
                events.push(new.event(EventType::DifferenceFound, at));
                known.insert(key(&new), new);
            }
            Some(old) => {
                let status = if old.status == DifferenceStatus::Resolved { DifferenceStatus::Open } else { old.status };
                let seen = Difference { id: old.id, status, note: old.note.clone(), found_at: old.found_at, ..new };
                see_again(s, &seen, next_at, old.status == DifferenceStatus::Resolved).await?;
                if old.status == DifferenceStatus::Resolved {
                    events.push(seen.event(EventType::DifferenceFound, at));
                }
            }
        }
    }
    Ok(events)
}

async fn insert(s: &mut Session, new: &Difference, next_at: Option<Timestamp>) -> Result<()> {
    let mut sql = Statement::from(
        "INSERT INTO differences (account_id, date, id, store_id, mode, kind, reason, subject, number, out_trade_no, \
         payment_id, refund_id, there, here, status, next_at, leased_until, tries, created_at, run) VALUES \
         ($1, $2, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'open', $16, 0, 0, $17, ",
    );
    sql.push(RUN_OF_DAY);
    sql.push(")");
    let params: Vec<Param> = vec![
        new.account_id.into(),
        new.date.to_string().into(),
        statement_kind(new).into(),
        new.id.into(),
        new.store_id.into(),
        new.mode.as_str().into(),
        new.reason.kind().as_str().into(),
        new.reason.as_str().into(),
        new.subject.as_str().into(),
        new.number.as_str().into(),
        new.out_trade_no.clone().into(),
        new.payment_id.into(),
        new.refund_id.into(),
        Param::opt_json(new.there.as_ref())?,
        Param::opt_json(new.here.as_ref())?,
        next_at.into(),
        new.found_at.into(),
    ];
    s.execute(sql, params).await.map(drop)
}

/// One that is known: what each side says now. Its schedule begins anew only when it is open again.
async fn see_again(s: &mut Session, seen: &Difference, next_at: Option<Timestamp>, reopened: bool) -> Result<()> {
    let mut sql = Statement::from(
        "UPDATE differences SET reason = $5, payment_id = $6, refund_id = $7, there = $8, here = $9, status = $10, \
         out_trade_no = $11, run = ",
    );
    sql.push(RUN_OF_DAY);
    sql.push(if reopened {
        ", resolved_at = NULL, tries = 0, next_at = $12"
    } else {
        ", next_at = COALESCE(next_at, $12)"
    });
    sql.push(" WHERE id = $4");
    let params: Vec<Param> = vec![
        seen.account_id.into(),
        seen.date.to_string().into(),
        statement_kind(seen).into(),
        seen.id.into(),
        seen.reason.as_str().into(),
        seen.payment_id.into(),
        seen.refund_id.into(),
        Param::opt_json(seen.there.as_ref())?,
        Param::opt_json(seen.here.as_ref())?,
        seen.status.as_str().into(),
        seen.out_trade_no.clone().into(),
        next_at.into(),
    ];
    s.execute(sql, params).await.map(drop)
}

async fn resolve_all(s: &mut Session, found: &[Row], now: Timestamp) -> Result<usize> {
    let mut events = Vec::with_capacity(found.len());
    for row in found {
        let resolved = Difference { status: DifferenceStatus::Resolved, resolved_at: Some(now), ..difference(row)? };
        let sql = "UPDATE differences SET status = 'resolved', resolved_at = $1, next_at = NULL, leased_until = 0 \
             WHERE id = $2 AND status <> 'resolved'";
        if s.execute(sql, [now.into(), resolved.id.into()]).await? == 1 {
            events.push(resolved.event(EventType::DifferenceResolved, now));
        }
    }
    let count = events.len();
    append_all(s, events).await?;
    Ok(count)
}
