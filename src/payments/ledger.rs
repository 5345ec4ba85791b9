//! A payment with its attempts and refunds, changed only by applying facts. Pure: no I/O, no clock.
//! Promises: money in is counted once per attempt, money out never exceeds it, and applying the
//! recorded facts again gives the same rows. Refuses facts that contradict what is recorded.

use serde_json::{Value, json};

use super::attempt::{Attempt, AttemptFact, AttemptStatus, next_attempt_status};
use super::event::{EventType, NewEvent};
use super::fact::{Fact, Refusal};
use super::payment::{Payment, PaymentFact, PaymentStatus, Step, next_payment_status};
use super::refund::{Refund, RefundCause, RefundFact, RefundStatus, next_refund_status};
use super::view::{AttemptView, PaymentView, RefundView};
use crate::clock::Timestamp;
use crate::ids::{AttemptId, EventId, RefundId};
use crate::money::Fen;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    pub payment: Payment,
    /// Oldest first.
    pub attempts: Vec<Attempt>,
    /// Oldest first.
    pub refunds: Vec<Refund>,
}

impl Ledger {
    /// Starts a ledger; the event records it.
    #[must_use]
    pub fn open(payment: Payment) -> (Self, Vec<NewEvent>) {
        let at = payment.created_at;
        let fact = Fact::PaymentCreated { payment: Box::new(payment.clone()) };
        let ledger = Self { payment, attempts: Vec::new(), refunds: Vec::new() };
        let events = vec![ledger.event(EventType::PaymentCreated, Some(fact), at, ledger.payment_data())];
        (ledger, events)
    }

    /// Applies the facts of recorded events in their order. `None` when they do not begin with a
    /// creation or contradict one another.
    #[must_use]
    pub fn rebuild(facts: impl IntoIterator<Item = (Fact, Timestamp)>) -> Option<Self> {
        let mut facts = facts.into_iter();
        let (Fact::PaymentCreated { payment }, _) = facts.next()? else { return None };
        let (mut ledger, _) = Self::open(*payment);
        for (fact, at) in facts {
            ledger.apply(fact, at).ok()?;
        }
        Some(ledger)
    }

    /// Applies one fact. An empty answer means it was known already.
    ///
    /// # Errors
    /// [`Refusal`], with the ledger unchanged.
    pub fn apply(&mut self, fact: Fact, at: Timestamp) -> Result<Vec<NewEvent>, Refusal> {
        let before = self.clone();
        let applied = self.apply_unchecked(fact, at);
        if applied.is_err() {
            *self = before;
        }
        applied
    }

    fn apply_unchecked(&mut self, fact: Fact, at: Timestamp) -> Result<Vec<NewEvent>, Refusal> {
        match &fact {
            Fact::PaymentCreated { .. } => Err(Refusal::Contradiction),
            Fact::CloseRequested => self.request_close(fact, at),
            Fact::PaymentClosed => self.close(fact, at),
            Fact::AttemptCreated { attempt } => {
                let attempt = (**attempt).clone();
                self.add_attempt(attempt, fact, at)
            }
            Fact::AttemptPaid { attempt_id, .. } => {
                let attempt_id = *attempt_id;
                self.pay(attempt_id, fact, at)
            }
            Fact::AttemptRequestChanged { attempt_id, .. } => {
                let attempt_id = *attempt_id;
                self.change_attempt_request(attempt_id, fact, at)
            }
            Fact::AttemptOpened { attempt_id, .. }
            | Fact::AttemptUnpaid { attempt_id }
            | Fact::AttemptUnknown { attempt_id, .. }
            | Fact::AttemptFailed { attempt_id, .. }
            | Fact::AttemptClosed { attempt_id } => {
                let attempt_id = *attempt_id;
                self.move_attempt(attempt_id, fact, at)
            }
            Fact::RefundRequested { refund } => {
                let refund = (**refund).clone();
                self.add_refund(refund, fact, at)
            }
            Fact::RefundRequestChanged { refund_id, .. } => {
                let refund_id = *refund_id;
                self.change_refund_request(refund_id, fact, at)
            }
            Fact::RefundSucceeded { refund_id, .. } => {
                let refund_id = *refund_id;
                self.complete_refund(refund_id, fact, at)
            }
            Fact::RefundAccepted { refund_id, .. }
            | Fact::RefundUnknown { refund_id, .. }
            | Fact::RefundFailed { refund_id, .. } => {
                let refund_id = *refund_id;
                self.move_refund(refund_id, fact, at)
            }
            Fact::Mismatch { details } => {
                let data = json!({ "payment": self.payment_data(), "mismatch": details });
                Ok(vec![self.event(EventType::PaymentMismatch, Some(fact), at, data)])
            }
        }
    }

    #[must_use]
    pub fn attempt(&self, id: AttemptId) -> Option<&Attempt> {
        self.attempts.iter().find(|a| a.id == id)
    }

    #[must_use]
    pub fn attempt_by_out_trade_no(&self, number: &str) -> Option<&Attempt> {
        self.attempts.iter().find(|a| a.out_trade_no == number)
    }

    #[must_use]
    pub fn refund(&self, id: RefundId) -> Option<&Refund> {
        self.refunds.iter().find(|r| r.id == id)
    }

    /// What can still be asked back of one attempt: its amount less every refund that has not failed.
    #[must_use]
    pub fn refundable(&self, attempt_id: AttemptId) -> Fen {
        let paid = self.attempt(attempt_id).is_some_and(|a| a.status == AttemptStatus::Paid);
        if !paid {
            return Fen::ZERO;
        }
        let reserved = self
            .refunds
            .iter()
            .filter(|r| r.attempt_id == attempt_id && r.status != RefundStatus::Failed)
            .try_fold(Fen::ZERO, |sum, r| sum.checked_add(r.amount));
        reserved.and_then(|r| self.payment.amount.checked_sub(r)).unwrap_or(Fen::ZERO)
    }

    fn request_close(&mut self, fact: Fact, at: Timestamp) -> Result<Vec<NewEvent>, Refusal> {
        match self.payment.status {
            PaymentStatus::Open if self.payment.close_requested_at.is_none() => {
                self.payment.close_requested_at = Some(at);
                Ok(vec![self.event(EventType::PaymentClosing, Some(fact), at, self.payment_data())])
            }
            PaymentStatus::Open | PaymentStatus::Closed => Ok(Vec::new()),
            other => Err(Refusal::WrongStatus(other)),
        }
    }

    fn close(&mut self, fact: Fact, at: Timestamp) -> Result<Vec<NewEvent>, Refusal> {
        if self.attempts.iter().any(|a| a.status.is_unsettled()) {
            return Err(Refusal::Unsettled);
        }
        match next_payment_status(self.payment.status, PaymentFact::Closed) {
            Step::To(status) => {
                self.payment.status = status;
                self.payment.closed_at = Some(at);
                Ok(vec![self.event(EventType::PaymentClosed, Some(fact), at, self.payment_data())])
            }
            Step::Stay => Ok(Vec::new()),
            Step::Refuse => Err(Refusal::WrongStatus(self.payment.status)),
        }
    }

    fn add_attempt(&mut self, attempt: Attempt, fact: Fact, at: Timestamp) -> Result<Vec<NewEvent>, Refusal> {
        if self.attempt(attempt.id).is_some() {
            return Ok(Vec::new());
        }
        if self.payment.status != PaymentStatus::Open {
            return Err(Refusal::WrongStatus(self.payment.status));
        }
        if self.payment.close_requested_at.is_some() {
            return Err(Refusal::Closing);
        }
        // Two orders open at once invite the shopper to pay twice: the old one is settled first, unless its
        // gateway has nothing to close as long as nobody opens it.
        if self.attempts.iter().any(|a| a.status.is_unsettled() && !a.is_left_unopened()) {
            return Err(Refusal::Unsettled);
        }
        let id = attempt.id;
        self.attempts.push(attempt);
        Ok(vec![self.event(EventType::AttemptCreated, Some(fact), at, self.attempt_data(id))])
    }

    /// Only while the gateway has no such order and nobody has anything of it.
    fn change_attempt_request(&mut self, id: AttemptId, fact: Fact, at: Timestamp) -> Result<Vec<NewEvent>, Refusal> {
        let Fact::AttemptRequestChanged { request, .. } = &fact else { return Err(Refusal::Contradiction) };
        let attempt = self.attempts.iter_mut().find(|a| a.id == id).ok_or(Refusal::UnknownSubject)?;
        if attempt.request == *request {
            return Ok(Vec::new());
        }
        let is_untouched = matches!(attempt.status, AttemptStatus::Creating | AttemptStatus::Unknown);
        if !is_untouched || attempt.next_action.is_some() {
            return Err(Refusal::Contradiction);
        }
        attempt.request.clone_from(request);
        Ok(vec![self.event(EventType::AttemptRequestChanged, Some(fact), at, self.attempt_data(id))])
    }

    fn move_attempt(&mut self, id: AttemptId, fact: Fact, at: Timestamp) -> Result<Vec<NewEvent>, Refusal> {
        let attempt = self.attempts.iter_mut().find(|a| a.id == id).ok_or(Refusal::UnknownSubject)?;
        let kind = match &fact {
            Fact::AttemptOpened { .. } => AttemptFact::Opened,
            Fact::AttemptUnpaid { .. } => AttemptFact::Unpaid,
            Fact::AttemptUnknown { .. } => AttemptFact::Unknown,
            Fact::AttemptFailed { .. } => AttemptFact::Failed,
            _ => AttemptFact::Closed,
        };
        match next_attempt_status(attempt.status, kind) {
            Step::To(status) => attempt.status = status,
            // What the shopper held had outlived its life: the same order, a fresh link.
            Step::Stay if renews(&fact, attempt, at) => {}
            Step::Stay => return Ok(Vec::new()),
            Step::Refuse => return Err(Refusal::Contradiction),
        }
        match &fact {
            Fact::AttemptOpened { next_action, expires_at, .. } => {
                attempt.next_action = Some(next_action.clone());
                attempt.action_expires_at = *expires_at;
                attempt.failure = None;
            }
            Fact::AttemptUnknown { failure, .. } | Fact::AttemptFailed { failure, .. } => {
                attempt.failure = Some(failure.clone());
            }
            _ => attempt.failure = None,
        }
        let event_type = match attempt.status {
            AttemptStatus::Creating => EventType::AttemptCreated,
            AttemptStatus::Pending => EventType::AttemptPending,
            AttemptStatus::Unknown => EventType::AttemptUnknown,
            AttemptStatus::Paid => EventType::AttemptPaid,
            AttemptStatus::Closed => EventType::AttemptClosed,
            AttemptStatus::Failed => EventType::AttemptFailed,
        };
        Ok(vec![self.event(event_type, Some(fact), at, self.attempt_data(id))])
    }

    fn pay(&mut self, id: AttemptId, fact: Fact, at: Timestamp) -> Result<Vec<NewEvent>, Refusal> {
        let Fact::AttemptPaid { gateway_trade_no, paid_at, settlement, .. } = &fact else {
            return Err(Refusal::Contradiction);
        };
        let attempt = self.attempts.iter_mut().find(|a| a.id == id).ok_or(Refusal::UnknownSubject)?;
        if next_attempt_status(attempt.status, AttemptFact::Paid) == Step::Stay {
            // The same success under another gateway number would be a second payment of one order.
            let same = attempt.gateway_trade_no.as_ref() == Some(gateway_trade_no);
            return if same { Ok(Vec::new()) } else { Err(Refusal::Contradiction) };
        }
        let paid_at = *paid_at;
        attempt.status = AttemptStatus::Paid;
        attempt.gateway_trade_no = Some(gateway_trade_no.clone());
        attempt.paid_at = Some(paid_at);
        attempt.settlement.clone_from(settlement);
        attempt.failure = None;
        let was = self.payment.status;
        let settles = matches!(next_payment_status(was, PaymentFact::Paid), Step::To(_));
        attempt.duplicate = !settles;
        let follow_up = if settles {
            self.payment.status = PaymentStatus::Paid;
            self.payment.late = was == PaymentStatus::Closed;
            self.payment.paid_by = Some(id);
            self.payment.paid_at = Some(paid_at);
            EventType::PaymentPaid
        } else {
            EventType::PaymentDuplicatePaid
        };
        Ok(vec![
            self.event(EventType::AttemptPaid, Some(fact), at, self.attempt_data(id)),
            self.event(follow_up, None, at, self.payment_data()),
        ])
    }

    fn add_refund(&mut self, refund: Refund, fact: Fact, at: Timestamp) -> Result<Vec<NewEvent>, Refusal> {
        if self.refund(refund.id).is_some() {
            return Ok(Vec::new());
        }
        let attempt = self.attempt(refund.attempt_id).ok_or(Refusal::UnknownSubject)?;
        if attempt.status != AttemptStatus::Paid {
            return Err(Refusal::WrongStatus(self.payment.status));
        }
        if attempt.duplicate != (refund.cause == RefundCause::Duplicate) {
            return Err(Refusal::Contradiction);
        }
        let refundable = self.refundable(refund.attempt_id);
        if refund.amount.is_zero() || refund.amount > refundable {
            return Err(Refusal::ExceedsRefundable { refundable });
        }
        let id = refund.id;
        self.refunds.push(refund);
        Ok(vec![self.event(EventType::RefundRequested, Some(fact), at, self.refund_data(id))])
    }

    /// Only while the gateway has not taken the application: afterwards the bytes are its as well.
    fn change_refund_request(&mut self, id: RefundId, fact: Fact, at: Timestamp) -> Result<Vec<NewEvent>, Refusal> {
        let Fact::RefundRequestChanged { request, .. } = &fact else { return Err(Refusal::Contradiction) };
        let refund = self.refunds.iter_mut().find(|r| r.id == id).ok_or(Refusal::UnknownSubject)?;
        if refund.request == *request {
            return Ok(Vec::new());
        }
        if !matches!(refund.status, RefundStatus::Requested | RefundStatus::Unknown) {
            return Err(Refusal::Contradiction);
        }
        refund.request.clone_from(request);
        Ok(vec![self.event(EventType::RefundRequestChanged, Some(fact), at, self.refund_data(id))])
    }

    fn move_refund(&mut self, id: RefundId, fact: Fact, at: Timestamp) -> Result<Vec<NewEvent>, Refusal> {
        let refund = self.refunds.iter_mut().find(|r| r.id == id).ok_or(Refusal::UnknownSubject)?;
        let (kind, mut event_type) = match &fact {
            Fact::RefundAccepted { .. } => (RefundFact::Accepted, EventType::RefundPending),
            Fact::RefundUnknown { .. } => (RefundFact::Unknown, EventType::RefundUnknown),
            _ => (RefundFact::Failed, EventType::RefundFailed),
        };
        // An accepted refund that the gateway cannot deliver is news although the state is the same.
        let newly_abnormal =
            matches!(&fact, Fact::RefundAccepted { failure: Some(f), .. } if refund.failure.as_ref() != Some(f));
        let fails_otherwise = matches!(
            (&fact, &refund.failure),
            (Fact::RefundUnknown { failure, .. }, Some(before)) if failure.code != before.code
        );
        let under_way_again = matches!(&fact, Fact::RefundAccepted { failure: None, .. }) && refund.failure.is_some();
        match next_refund_status(refund.status, kind) {
            Step::To(status) => refund.status = status,
            Step::Stay if newly_abnormal && refund.status == RefundStatus::Pending => {}
            // The merchant has sent it elsewhere: it is under way again.
            Step::Stay if under_way_again && refund.status == RefundStatus::Pending => {}
            // Still not begun, but now for a reason that can be mended: short funds after a lost answer.
            Step::Stay if fails_otherwise && refund.status == RefundStatus::Unknown => {}
            Step::Stay => return Ok(Vec::new()),
            Step::Refuse => return Err(Refusal::Contradiction),
        }
        if newly_abnormal {
            event_type = EventType::RefundAbnormal;
        }
        match &fact {
            Fact::RefundAccepted { gateway_refund_no, failure, .. } => {
                refund.gateway_refund_no = gateway_refund_no.clone().or_else(|| refund.gateway_refund_no.take());
                refund.failure.clone_from(failure);
            }
            Fact::RefundUnknown { failure, .. } | Fact::RefundFailed { failure, .. } => {
                refund.failure = Some(failure.clone());
            }
            _ => {}
        }
        Ok(vec![self.event(event_type, Some(fact), at, self.refund_data(id))])
    }

    fn complete_refund(&mut self, id: RefundId, fact: Fact, at: Timestamp) -> Result<Vec<NewEvent>, Refusal> {
        let Fact::RefundSucceeded { gateway_refund_no, succeeded_at, .. } = &fact else {
            return Err(Refusal::Contradiction);
        };
        let refund = self.refunds.iter_mut().find(|r| r.id == id).ok_or(Refusal::UnknownSubject)?;
        match next_refund_status(refund.status, RefundFact::Succeeded) {
            Step::To(status) => refund.status = status,
            Step::Stay => return Ok(Vec::new()),
            Step::Refuse => return Err(Refusal::Contradiction),
        }
        refund.succeeded_at = Some(*succeeded_at);
        refund.gateway_refund_no = gateway_refund_no.clone().or_else(|| refund.gateway_refund_no.take());
        refund.failure = None;
        let attempt_id = refund.attempt_id;
        // A refund that had failed released its reservation: another may have taken its place.
        let refunded = self.refunded_of(attempt_id).ok_or(Refusal::Contradiction)?;
        let mut events = vec![self.event(EventType::RefundSucceeded, Some(fact), at, self.refund_data(id))];
        if self.payment.paid_by == Some(attempt_id) {
            events.push(self.count_refunds(refunded, at)?);
        }
        Ok(events)
    }

    /// What went back of one attempt; `None` when that is more than came in.
    fn refunded_of(&self, attempt_id: AttemptId) -> Option<Fen> {
        self.refunds
            .iter()
            .filter(|r| r.attempt_id == attempt_id && r.status == RefundStatus::Succeeded)
            .try_fold(Fen::ZERO, |sum, r| sum.checked_add(r.amount))
            .filter(|sum| *sum <= self.payment.amount)
    }

    /// Takes over what went back of the attempt that settled the payment.
    fn count_refunds(&mut self, refunded: Fen, at: Timestamp) -> Result<NewEvent, Refusal> {
        let (fact, event_type) = if refunded == self.payment.amount {
            (PaymentFact::RefundedInFull, EventType::PaymentRefunded)
        } else {
            (PaymentFact::RefundedInPart, EventType::PaymentPartlyRefunded)
        };
        match next_payment_status(self.payment.status, fact) {
            Step::To(status) => self.payment.status = status,
            Step::Stay => {}
            Step::Refuse => return Err(Refusal::Contradiction),
        }
        self.payment.refunded = refunded;
        Ok(self.event(event_type, None, at, self.payment_data()))
    }

    fn event(&self, kind: EventType, fact: Option<Fact>, at: Timestamp, data: Value) -> NewEvent {
        NewEvent {
            id: EventId::generate(),
            kind,
            at,
            store_id: self.payment.store_id,
            mode: self.payment.mode,
            payment_id: Some(self.payment.id),
            fact,
            data,
        }
    }

    fn payment_data(&self) -> Value {
        json!(PaymentView::of(self))
    }

    fn attempt_data(&self, id: AttemptId) -> Value {
        self.attempt(id).map_or(Value::Null, |a| json!(AttemptView::of(a)))
    }

    fn refund_data(&self, id: RefundId) -> Value {
        self.refund(id).map_or(Value::Null, |r| json!(RefundView::of(r)))
    }
}

/// Whether this gives a fresh link for one that has outlived its life.
fn renews(fact: &Fact, attempt: &Attempt, at: Timestamp) -> bool {
    match fact {
        Fact::AttemptOpened { expires_at: Some(until), .. } => attempt.has_stale_action(at) && *until > at,
        _ => false,
    }
}
