//! Comparing a believed statement with the ledger, batch by batch: each batch is one transaction, and a
//! comparing that was cut short goes on where it stopped.

use std::collections::HashMap;

use serde_json::json;

use super::super::difference::{DifferenceSubject, Reason, Side};
use super::super::error::PaymentError;
use super::super::event::{EventType, NewEvent};
use super::super::service::PaymentService;
use super::super::statement::{RowKind, StatementRow};
use super::super::{Difference, DifferenceStatus, StatementDay, StatementKind, StatementRecord, StatementStatus};
use super::compare::{compare, duplicates, order_here, refund_here, there};
use super::reading::{BATCH_ROWS, is_foreign};
use super::{minus_days, next_day};
use crate::clock::Timestamp;
use crate::gateways::GatewayFacts;
use crate::ids::{DifferenceId, EventId};
use crate::storage::{Account, ComparedBatch, ComparedRow, ComparedRows, FoundDifference, RefundHere};
use crate::telemetry::alarm;

/// What is paid or refunded this close to the end of the gateway's day may stand in the next one's statement.
const MIDNIGHT_GRACE_S: i64 = 900;
/// Differences resolved in one transaction.
const RESOLVED_AT_ONCE: i64 = 200;

/// How one step of comparing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// There are more rows.
    More,
    /// Everything has been compared.
    Done,
    /// Another worker has taken over.
    Overtaken,
}

impl PaymentService {
    /// Compares what is left of a believed statement.
    ///
    /// # Errors
    /// The storage's.
    pub async fn compare_statement(&self, day: StatementDay) -> Result<(), PaymentError> {
        while self.compare_next(day).await? == Progress::More {}
        self.tidy_statement(day).await
    }

    /// Compares the next batch of rows; after the last one, looks for what no row names.
    ///
    /// # Errors
    /// The storage's.
    pub async fn compare_next(&self, day: StatementDay) -> Result<Progress, PaymentError> {
        let Some(record) = self.storage.statement(day).await? else { return Ok(Progress::Done) };
        let account = self.storage.account(day.account_id).await?.ok_or(PaymentError::NotFound("account"))?;
        if day.kind == StatementKind::FundFlow {
            self.finish(&account, &record).await?;
            return Ok(Progress::Done);
        }
        let rows = i64::try_from(BATCH_ROWS).unwrap_or(i64::MAX);
        let batch = self.storage.compared_rows(day, record.compared_to, rows).await?;
        let Some(last) = batch.rows.last().map(|row| row.row.position) else {
            self.look_for_absent(&account, &record).await?;
            self.finish(&account, &record).await?;
            return Ok(Progress::Done);
        };
        let found = self.findings(&account, day, &batch);
        let recorded = self.storage.record_compared(day, (record.run, last), found, self.statement_lease()).await?;
        Ok(if recorded == ComparedBatch::Overtaken { Progress::Overtaken } else { Progress::More })
    }

    /// What is different about these rows.
    pub(super) fn findings(&self, account: &Account, day: StatementDay, batch: &ComparedRows) -> Vec<FoundDifference> {
        let now = self.clock.now();
        let ignores_foreign = self.settings.other_systems.contains(&account.store_id);
        // By key: a batch must not tell the same twice.
        let mut found: HashMap<_, FoundDifference> = HashMap::new();
        let mut keep = |found_one: FoundDifference| {
            let d = &found_one.difference;
            found.entry((d.date, d.reason.kind(), d.subject, d.number.clone())).or_insert(found_one);
        };
        for compared in &batch.rows {
            let row = &compared.row;
            if ignores_foreign && compared.order.is_none() && is_foreign(row) {
                continue;
            }
            let reversed =
                batch.elsewhere.iter().any(|other| other.kind == RowKind::Reversal && other.number == row.number);
            if let Some(finding) = compare(compared, reversed) {
                let difference = Difference {
                    there: Some(finding.there),
                    here: finding.here,
                    ..about_row(account, day, finding.reason, compared, now)
                };
                keep(FoundDifference { difference, next_at: finding.can_be_asked.then_some(now) });
            }
            for duplicate in duplicates(day.date, row, &batch.elsewhere) {
                let there =
                    Side { state: format!("{} #{}", duplicate.other.date, duplicate.other.position), ..there(row) };
                let difference = Difference {
                    there: Some(there),
                    here: compared.order.as_ref().map(order_here),
                    number: duplicate.number,
                    ..about_row(account, day.with_date(duplicate.date), duplicate.reason, compared, now)
                };
                keep(FoundDifference { difference, next_at: None });
            }
        }
        found.into_values().collect()
    }

    /// What came in or went back that day and stands in no statement.
    async fn look_for_absent(&self, account: &Account, record: &StatementRecord) -> Result<(), PaymentError> {
        let day = record.day;
        let shift_s = GatewayFacts::of(account.gateway).statement_day_starts_s;
        let starts_at = |day: StatementDay| day.starts_at().plus_s(shift_s);
        let ends_at = |day: StatementDay| day.ends_at().plus_s(shift_s);
        let is_read = async |date| -> Result<bool, PaymentError> {
            let neighbour = self.storage.statement(day.with_date(date)).await?;
            Ok(neighbour.is_some_and(|s| matches!(s.status, StatementStatus::Ready | StatementStatus::Empty)))
        };
        let evening = ends_at(day).plus_s(-MIDNIGHT_GRACE_S);
        let end = if is_read(next_day(day.date)).await? { ends_at(day) } else { evening };
        self.report_absent(account, record, day, (starts_at(day), end)).await?;
        // The evening before waited for this statement.
        let before = day.with_date(minus_days(day.date, 1));
        if is_read(before.date).await? {
            let evening = ends_at(before).plus_s(-MIDNIGHT_GRACE_S);
            self.report_absent(account, record, before, (evening, ends_at(before))).await?;
        }
        Ok(())
    }

    async fn report_absent(
        &self,
        account: &Account,
        record: &StatementRecord,
        of: StatementDay,
        window: (Timestamp, Timestamp),
    ) -> Result<(), PaymentError> {
        let limit = i64::try_from(BATCH_ROWS).unwrap_or(i64::MAX);
        let now = self.clock.now();
        let mut after = (window.0, String::new());
        loop {
            let absent = self.storage.payments_without_row(account.id, (after.0, &after.1), window.1, limit).await?;
            let Some((number, last)) = absent.last() else { break };
            after = (last.paid_at.unwrap_or(window.1), number.clone());
            let found = absent.into_iter().map(|(number, order)| FoundDifference {
                difference: Difference {
                    out_trade_no: Some(number.clone()),
                    number,
                    payment_id: Some(order.payment_id),
                    here: Some(order_here(&order)),
                    ..new_difference(account, of, Reason::PaymentAbsent, now)
                },
                next_at: Some(now),
            });
            self.record_absent(record, found.collect()).await?;
        }
        self.report_absent_refunds(account, record, of, window).await
    }

    async fn report_absent_refunds(
        &self,
        account: &Account,
        record: &StatementRecord,
        of: StatementDay,
        window: (Timestamp, Timestamp),
    ) -> Result<(), PaymentError> {
        let limit = i64::try_from(BATCH_ROWS).unwrap_or(i64::MAX);
        let now = self.clock.now();
        // Where refunds are listed by their success, they may have been asked for long before.
        let listed_within_s = GatewayFacts::of(account.gateway).refund_listed_within_s;
        let is_listed = |refund: &RefundHere| {
            let succeeded_at = refund.succeeded_at.filter(|_| listed_within_s.is_some());
            succeeded_at.is_none_or(|at| window.0 <= at && at < window.1)
        };
        let mut after = (window.0.plus_s(-listed_within_s.unwrap_or_default()), String::new());
        loop {
            let absent = self.storage.refunds_without_row(account.id, (after.0, &after.1), window.1, limit).await?;
            let Some((number, last)) = absent.last() else { break };
            after = (last.created_at, number.clone());
            let absent = absent.into_iter().filter(|(_, refund)| is_listed(refund));
            let found = absent.map(|(number, refund)| FoundDifference {
                difference: Difference {
                    out_trade_no: Some(refund.out_trade_no.clone()),
                    number,
                    subject: DifferenceSubject::Refund,
                    payment_id: Some(refund.payment_id),
                    refund_id: Some(refund.id),
                    here: Some(refund_here(&refund)),
                    ..new_difference(account, of, Reason::RefundAbsent, now)
                },
                next_at: Some(now),
            });
            self.record_absent(record, found.collect()).await?;
        }
        Ok(())
    }

    async fn record_absent(&self, record: &StatementRecord, found: Vec<FoundDifference>) -> Result<(), PaymentError> {
        let reached = (record.run, record.compared_to);
        self.storage.record_compared(record.day, reached, found, self.statement_lease()).await?;
        Ok(())
    }

    /// Resolves what this statement no longer shows or now explains, and closes the day.
    async fn finish(&self, account: &Account, record: &StatementRecord) -> Result<(), PaymentError> {
        let (day, now) = (record.day, self.clock.now());
        if day.kind == StatementKind::Trade {
            while self.storage.resolve_unseen(day, record.run, now, RESOLVED_AT_ONCE).await? > 0 {}
            while self.storage.resolve_turned_up(day.account_id, now, RESOLVED_AT_ONCE).await? > 0 {}
        }
        let (open, for_people) = self.storage.open_differences_of(day).await?;
        if for_people > 0 {
            let what = format!("account {}: {for_people} differences in the statement of {}", account.id, day.date);
            alarm("statement_differences", &what);
        }
        let event = NewEvent {
            id: EventId::generate(),
            kind: EventType::StatementReconciled,
            at: now,
            store_id: account.store_id,
            mode: account.mode,
            payment_id: None,
            fact: None,
            data: json!({
                "account": account.id, "date": day.date, "kind": day.kind, "status": record.status,
                "file": record.file, "figures": record.figures, "open_differences": open,
            }),
        };
        Ok(self.storage.finish_statement(day, record.run, now, event).await?)
    }
}

/// A difference of that day, yet to be filled in.
pub(super) fn new_difference(account: &Account, day: StatementDay, reason: Reason, now: Timestamp) -> Difference {
    Difference {
        id: DifferenceId::generate(),
        store_id: account.store_id,
        mode: account.mode,
        account_id: account.id,
        date: day.date,
        reason,
        subject: DifferenceSubject::Payment,
        number: String::new(),
        out_trade_no: None,
        payment_id: None,
        refund_id: None,
        there: None,
        here: None,
        status: DifferenceStatus::Open,
        note: None,
        found_at: now,
        resolved_at: None,
        acknowledged_at: None,
    }
}

fn about_row(
    account: &Account,
    day: StatementDay,
    reason: Reason,
    compared: &ComparedRow,
    now: Timestamp,
) -> Difference {
    let StatementRow { kind, number, out_trade_no, .. } = &compared.row;
    let subject = if *kind == RowKind::Refund { DifferenceSubject::Refund } else { DifferenceSubject::Payment };
    Difference {
        subject,
        number: number.clone(),
        out_trade_no: out_trade_no.clone(),
        payment_id: compared.order.as_ref().map(|order| order.payment_id),
        refund_id: compared.refund.as_ref().map(|refund| refund.id),
        ..new_difference(account, day, reason, now)
    }
}
