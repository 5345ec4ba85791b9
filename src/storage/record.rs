//! The only way a payment changes. One transaction writes the payment, the attempts and refunds that
//! its facts name, the events with their sequence, the outbox and the queue of checks: or nothing.
//! Promises: the loser of a race writes nothing; sequences have no gaps and follow the commits.

use serde_json::Value;

use super::Storage;
use super::checks::{self, CheckSubject};
use super::deliveries;
use super::error::{Result, StorageError};
use super::notifications::{self, NotificationRecord};
use super::payments::load;
use super::rows;
use super::sql::{Param, Session, Statement};
use crate::ids::StoreId;
use crate::payments::{Event, Fact, Ledger, Mode, NewEvent};

/// What became of the creation of a payment.
#[derive(Debug, Clone, PartialEq)]
pub enum Created {
    New,
    /// There is a payment of this id already; this is how it stands.
    Exists(Box<Ledger>),
}

/// A ledger after facts were applied to it, and the events that this gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// With the `payment.version` that was read: it is compared, not written.
    pub ledger: Ledger,
    pub events: Vec<NewEvent>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Recorded {
    Done {
        /// The payment's version from now on.
        version: i64,
        events: Vec<Event>,
    },
    /// Somebody else changed the payment since it was read: read it again, apply again. Nothing was written.
    Conflict,
}

// The stored version counts up; `due_at` comes forward when a closing may go on.
const UPDATE_PAYMENT: &str = "UPDATE payments SET status = $1, late = $2, refunded_fen = $3, paid_by = $4, \
     close_requested_at = $5, paid_at = $6, closed_at = $7, due_at = COALESCE($8, due_at), version = version + 1 \
     WHERE id = $9 AND version = $10";

impl Storage {
    /// Records a new payment with the events of its ledger. Its version is the one it comes with.
    pub async fn create_payment(&self, ledger: &Ledger, events: Vec<NewEvent>) -> Result<Created> {
        let ledger = ledger.clone();
        self.write(move |s| {
            Box::pin(async move {
                let payment = &ledger.payment;
                if s.execute(rows::INSERT_PAYMENT, rows::new_payment(payment)?).await? == 0 {
                    let existing = load(s, payment.id).await?.ok_or(StorageError::Missing("payment"))?;
                    return Ok(Created::Exists(Box::new(existing)));
                }
                write_subjects(s, &ledger, &events).await?;
                append(s, events, payment.version).await?;
                s.announce(payment.id).await?;
                Ok(Created::New)
            })
        })
        .await
    }

    /// Records a change if the stored version is still `ledger.payment.version`. Payment snapshots in
    /// the events get the new version. A change without events is none: nothing is compared or written.
    pub async fn record(&self, change: Change) -> Result<Recorded> {
        self.record_told(change, None).await
    }

    /// As [`Storage::record`], with the log of the notification that brought the news.
    pub async fn record_told(&self, change: Change, told_by: Option<NotificationRecord>) -> Result<Recorded> {
        let Change { ledger, events } = change;
        let Some(last) = events.last() else {
            return Ok(Recorded::Done { version: ledger.payment.version, events: Vec::new() });
        };
        let at = last.at;
        self.write(move |s| {
            Box::pin(async move {
                let payment = &ledger.payment;
                let closing = payment.close_requested_at.is_some() || payment.expires_at <= at;
                // The payment's row is locked before the counter's: everybody in the same order, no deadlock.
                let params: Vec<Param> = vec![
                    payment.status.as_str().into(),
                    payment.late.into(),
                    payment.refunded.into(),
                    payment.paid_by.into(),
                    payment.close_requested_at.into(),
                    payment.paid_at.into(),
                    payment.closed_at.into(),
                    closing.then_some(at).into(),
                    payment.id.into(),
                    payment.version.into(),
                ];
                if s.execute(UPDATE_PAYMENT, params).await? == 0 {
                    return Ok(Recorded::Conflict);
                }
                let version = payment.version + 1;
                write_subjects(s, &ledger, &events).await?;
                if let Some(notification) = told_by {
                    notifications::upsert(s, notification).await?;
                }
                s.announce(payment.id).await?;
                // Last, for the counter's row makes other writers of this store wait until the commit.
                let events = append(s, events, version).await?;
                Ok(Recorded::Done { version, events })
            })
        })
        .await
    }

    /// Records an event of the store that belongs to no change of a payment.
    pub async fn append_event(&self, event: NewEvent) -> Result<Event> {
        self.write(move |s| Box::pin(async move { append_one(s, event).await })).await
    }
}

/// An event that belongs to no change of a payment, with its deliveries.
pub(super) async fn append_one(s: &mut Session, event: NewEvent) -> Result<Event> {
    let recorded = insert_event(s, event).await?;
    deliveries::enqueue_matching(s, std::slice::from_ref(&recorded)).await?;
    Ok(recorded.event)
}

/// As [`append_one`], for several of one store and mode.
pub(super) async fn append_all(s: &mut Session, events: Vec<NewEvent>) -> Result<()> {
    let recorded = insert_events(s, events).await?;
    deliveries::enqueue_matching(s, &recorded).await
}

/// An event with its sequence, and whose it is.
pub(super) struct RecordedEvent {
    pub(super) store_id: StoreId,
    pub(super) mode: Mode,
    pub(super) event: Event,
}

fn subject_of(fact: &Fact) -> Option<CheckSubject> {
    match fact {
        Fact::PaymentCreated { .. } | Fact::CloseRequested | Fact::PaymentClosed | Fact::Mismatch { .. } => None,
        Fact::AttemptCreated { attempt } => Some(CheckSubject::Attempt(attempt.id)),
        Fact::AttemptOpened { attempt_id, .. }
        | Fact::AttemptRequestChanged { attempt_id, .. }
        | Fact::AttemptUnpaid { attempt_id }
        | Fact::AttemptUnknown { attempt_id, .. }
        | Fact::AttemptFailed { attempt_id, .. }
        | Fact::AttemptClosed { attempt_id }
        | Fact::AttemptPaid { attempt_id, .. } => Some(CheckSubject::Attempt(*attempt_id)),
        Fact::RefundRequested { refund } => Some(CheckSubject::Refund(refund.id)),
        Fact::RefundAccepted { refund_id, .. }
        | Fact::RefundRequestChanged { refund_id, .. }
        | Fact::RefundUnknown { refund_id, .. }
        | Fact::RefundSucceeded { refund_id, .. }
        | Fact::RefundFailed { refund_id, .. } => Some(CheckSubject::Refund(*refund_id)),
    }
}

/// Writes the attempts and refunds that the facts name, and queues or unqueues their checks.
async fn write_subjects(s: &mut Session, ledger: &Ledger, events: &[NewEvent]) -> Result<()> {
    for event in events {
        let Some(subject) = event.fact.as_ref().and_then(subject_of) else { continue };
        let first_check_s = match subject {
            CheckSubject::Attempt(id) => {
                let found = ledger.attempts.iter().enumerate().find(|(_, attempt)| attempt.id == id);
                let (position, attempt) = found.ok_or(StorageError::Missing("attempt of this payment"))?;
                s.execute(rows::UPSERT_ATTEMPT, rows::attempt_params(attempt, index(position))?).await?;
                checks::first_attempt_check_s(attempt.status, attempt.flow)
            }
            CheckSubject::Refund(id) => {
                let found = ledger.refunds.iter().enumerate().find(|(_, refund)| refund.id == id);
                let (position, refund) = found.ok_or(StorageError::Missing("refund of this payment"))?;
                s.execute(rows::UPSERT_REFUND, rows::refund_params(ledger, refund, index(position))?).await?;
                checks::first_refund_check_s(refund.status)
            }
        };
        let first_check = first_check_s.map(|seconds| event.at.plus_s(seconds));
        checks::keep(s, subject, ledger.payment.id, first_check).await?;
    }
    Ok(())
}

fn index(position: usize) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

async fn append(s: &mut Session, events: Vec<NewEvent>, version: i64) -> Result<Vec<Event>> {
    let mut events = events;
    events.iter_mut().for_each(|event| set_version(&mut event.data, version));
    let recorded = insert_events(s, events).await?;
    deliveries::enqueue_matching(s, &recorded).await?;
    Ok(recorded.into_iter().map(|recorded| recorded.event).collect())
}

/// A payment's snapshot was taken before the change had its version. It lies at the top (`payment.*`)
/// or under `payment` (`payment.mismatch`); snapshots of attempts and refunds have none.
fn set_version(data: &mut Value, version: i64) {
    for pointer in ["/version", "/payment/version"] {
        if let Some(found) = data.pointer_mut(pointer).filter(|found| found.is_i64()) {
            *found = version.into();
        }
    }
}

/// As [`insert_events`], for a single one.
pub(super) async fn insert_event(s: &mut Session, event: NewEvent) -> Result<RecordedEvent> {
    let recorded = insert_events(s, vec![event]).await?.into_iter().next();
    recorded.ok_or(StorageError::Missing("event"))
}

/// Gives the events, all of one store and mode, its next sequences. The counter changes in the same
/// transaction: a rollback gives the numbers back, and the row's lock puts commits in its order.
async fn insert_events(s: &mut Session, events: Vec<NewEvent>) -> Result<Vec<RecordedEvent>> {
    let Some(first) = events.first() else { return Ok(Vec::new()) };
    let count = index(events.len());
    let next = "INSERT INTO sequences (store_id, mode, last) VALUES ($1, $2, $3) \
         ON CONFLICT (store_id, mode) DO UPDATE SET last = sequences.last + excluded.last RETURNING last";
    let row = s.fetch_optional(next, [first.store_id.into(), first.mode.as_str().into(), count.into()]).await?;
    let before = row.ok_or(StorageError::Missing("sequence"))?.int("last")? - count;

    let mut insert = Statement::from(
        "INSERT INTO events (id, store_id, mode, sequence, event_type, created_at, payment_id, fact, data) VALUES ",
    );
    let (mut params, mut recorded) = (Vec::new(), Vec::with_capacity(events.len()));
    for (sequence, event) in (before + 1..).zip(events) {
        let NewEvent { id, kind, at, store_id, mode, payment_id, fact, data } = event;
        if !recorded.is_empty() {
            insert.push(", ");
        }
        let values: [Param; 9] = [
            id.into(),
            store_id.into(),
            mode.as_str().into(),
            sequence.into(),
            kind.as_str().into(),
            at.into(),
            payment_id.into(),
            Param::opt_json(fact.as_ref())?,
            Param::json(&data)?,
        ];
        insert.push_list(params.len() + 1, values.len());
        params.extend(values);
        recorded.push(RecordedEvent { store_id, mode, event: Event { id, kind, sequence, created_at: at, data } });
    }
    s.execute(insert, params).await?;
    Ok(recorded)
}
