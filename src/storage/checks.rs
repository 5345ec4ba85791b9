//! What is still open at a gateway and when to ask next, and which open payments are due to be closed.
//! Promises: every unsettled attempt and refund is queued; one worker at a time has one of them, until
//! its lease runs out.

use super::Storage;
use super::error::{Result, StorageError};
use super::sql::Session;
use crate::clock::Timestamp;
use crate::ids::{AttemptId, PaymentId, RefundId};
use crate::payments::{AttemptStatus, Flow, RefundStatus};

/// What a gateway is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckSubject {
    Attempt(AttemptId),
    Refund(RefundId),
}

impl CheckSubject {
    fn text(self) -> String {
        match self {
            Self::Attempt(id) => id.to_string(),
            Self::Refund(id) => id.to_string(),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        text.parse().map(Self::Attempt).or_else(|_| text.parse().map(Self::Refund)).ok()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedCheck {
    pub subject: CheckSubject,
    pub payment_id: PaymentId,
    /// How often it has been asked before.
    pub tries: i64,
}

/// A payment that was found due is not given out again for this long.
const CLOSING_PAUSE_S: i64 = 30;

pub(super) const fn first_attempt_check_s(status: AttemptStatus, flow: Flow) -> Option<i64> {
    match status {
        AttemptStatus::Creating | AttemptStatus::Unknown => Some(1),
        // A till waits for what a charge that was accepted comes to.
        AttemptStatus::Pending if matches!(flow, Flow::Barcode) => Some(5),
        AttemptStatus::Pending => Some(15),
        AttemptStatus::Paid | AttemptStatus::Closed | AttemptStatus::Failed => None,
    }
}

pub(super) const fn first_refund_check_s(status: RefundStatus) -> Option<i64> {
    match status {
        RefundStatus::Requested | RefundStatus::Unknown => Some(1),
        RefundStatus::Pending => Some(60),
        RefundStatus::Succeeded | RefundStatus::Failed => None,
    }
}

/// Queues an unsettled subject, or takes a settled one out. One that is queued and was never asked
/// about gets the time of its new state; later times only come forward.
pub(super) async fn keep(
    s: &mut Session,
    subject: CheckSubject,
    payment: PaymentId,
    first_at: Option<Timestamp>,
) -> Result<()> {
    let Some(first_at) = first_at else {
        return s.execute("DELETE FROM checks WHERE subject_id = $1", [subject.text().into()]).await.map(drop);
    };
    let sql = "INSERT INTO checks (subject_id, payment_id, next_at, leased_until, tries) VALUES ($1, $2, $3, 0, 0) \
         ON CONFLICT (subject_id) DO UPDATE SET next_at = excluded.next_at \
         WHERE checks.tries = 0 OR checks.next_at > excluded.next_at";
    s.execute(sql, [subject.text().into(), payment.into(), first_at.into()]).await.map(drop)
}

const CLAIM_SQLITE: &str = "UPDATE checks SET leased_until = $1 WHERE subject_id IN (SELECT subject_id FROM checks \
     WHERE next_at <= $2 AND leased_until <= $2 ORDER BY next_at, subject_id LIMIT $3) \
     RETURNING subject_id, payment_id, tries";
const CLAIM_POSTGRES: &str = "WITH due AS MATERIALIZED (SELECT subject_id FROM checks \
     WHERE next_at <= $2 AND leased_until <= $2 ORDER BY next_at, subject_id LIMIT $3 FOR UPDATE SKIP LOCKED) \
     UPDATE checks c SET leased_until = $1 FROM due WHERE c.subject_id = due.subject_id \
     RETURNING c.subject_id, c.payment_id, c.tries";

const CLAIM_DUE_SQLITE: &str = "UPDATE payments SET due_at = $1 WHERE id IN (SELECT id FROM payments \
     WHERE status = 'open' AND due_at <= $2 ORDER BY due_at LIMIT $3) RETURNING id";
const CLAIM_DUE_POSTGRES: &str = "WITH due AS MATERIALIZED (SELECT id FROM payments \
     WHERE status = 'open' AND due_at <= $2 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) \
     UPDATE payments p SET due_at = $1 FROM due WHERE p.id = due.id RETURNING p.id";

impl Storage {
    /// Gives out checks that are due, each to one worker until `lease_s` has passed. Hand them back
    /// with [`Storage::schedule_check`]; a settled subject needs no handing back.
    pub async fn claim_checks(&self, now: Timestamp, lease_s: i64, limit: i64) -> Result<Vec<ClaimedCheck>> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = s.either(CLAIM_SQLITE, CLAIM_POSTGRES);
                let rows = s.fetch_all(sql, [now.plus_s(lease_s).into(), now.into(), limit.max(0).into()]).await?;
                let claimed = rows.iter().map(|row| {
                    Ok(ClaimedCheck {
                        subject: row.word("subject_id", CheckSubject::parse)?,
                        payment_id: row.id("payment_id")?,
                        tries: row.int("tries")?,
                    })
                });
                claimed.collect()
            })
        })
        .await
    }

    /// Ends the lease and says when to ask next. Nothing happens when the subject has been settled.
    pub async fn schedule_check(&self, subject: CheckSubject, next_at: Timestamp, tries: i64) -> Result<()> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE checks SET next_at = $1, tries = $2, leased_until = 0 WHERE subject_id = $3";
                s.execute(sql, [next_at.into(), tries.into(), subject.text().into()]).await.map(drop)
            })
        })
        .await
    }

    /// Brings the checks of one payment forward to `at`. Those given out stay with their worker.
    pub async fn hasten_checks(&self, payment: PaymentId, at: Timestamp) -> Result<()> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = "UPDATE checks SET next_at = $1 WHERE payment_id = $2 AND next_at > $1";
                s.execute(sql, [at.into(), payment.into()]).await.map(drop)
            })
        })
        .await
    }

    /// Open payments that have expired or are asked to be closed, longest due first. Each is given out
    /// once and then rests for half a minute, so that stuck ones neither crowd out others nor are
    /// worked on by two replicas.
    pub async fn due_payments(&self, now: Timestamp, limit: i64) -> Result<Vec<PaymentId>> {
        self.write(move |s| {
            Box::pin(async move {
                let sql = s.either(CLAIM_DUE_SQLITE, CLAIM_DUE_POSTGRES);
                let params = [now.plus_s(CLOSING_PAUSE_S).into(), now.into(), limit.max(0).into()];
                let rows = s.fetch_all(sql, params).await?;
                rows.iter().map(|row| row.id("id")).collect()
            })
        })
        .await
    }

    pub async fn oldest_unsettled_attempt_at(&self) -> Result<Option<Timestamp>> {
        self.look(|s| {
            Box::pin(async move {
                let sql = "SELECT MIN(created_at) AS oldest FROM attempts \
                     WHERE status IN ('creating', 'pending', 'unknown')";
                let row = s.fetch_optional(sql, []).await?;
                row.ok_or(StorageError::Missing("answer"))?.opt_time("oldest")
            })
        })
        .await
    }
}
