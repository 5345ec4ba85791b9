//! Asking the gateway. Unsettled attempts and refunds are asked about until the gateway's word ends
//! them: by the jobs on a schedule, by a read of the payment, by "I have paid". Promises: an unknown
//! order is never replaced by a new number; many askers share one question.

use super::attempt::{Attempt, AttemptStatus, Failure, Flow, UNOPENED};
use super::error::PaymentError;
use super::fact::{Fact, Refusal};
use super::ledger::Ledger;
use super::opening::{Sending, failure_of, order_ref};
use super::payment::PaymentStatus;
use super::refund::RefundStatus;
use super::refunds::is_waiting_beside;
use super::service::{Asking, PaymentService};
use super::settle::Source;
use crate::clock::Timestamp;
use crate::gateways::{DeclineReason, Gateway, GatewayError, GatewayFacts, OrderState};
use crate::ids::{AttemptId, PaymentId, RefundId};
use crate::storage::{Account, CheckSubject, ClaimedCheck};

/// After a call with an unknown outcome the gateway is asked at these ages, in seconds.
const UNKNOWN_STEPS_S: [i64; 5] = [1, 2, 4, 8, 15];
/// Then, and for every pending order, with these pauses.
const PENDING_STEPS_S: [i64; 6] = [15, 30, 60, 120, 300, 600];
/// Then hourly, until this long after the attempt expired.
const HOURLY_S: i64 = 3600;
const GIVE_UP_AFTER_EXPIRY_S: i64 = 48 * 3600;
/// While a till waits for a shopper who confirms on the phone.
const BARCODE_S: i64 = 5;
/// After its time is over, a till's order is asked about this often only for so long, in seconds.
const BARCODE_HURRY_S: i64 = 600;
/// While somebody looks at the cashier.
const WATCHED_S: i64 = 3;
/// Refunds of one order that wait for one another come back at least this often, in seconds.
const TURN_PAUSE_S: i64 = 15;
/// A payment that was asked about within this time is not asked about again by a read, in milliseconds.
const FRESH_FOR_MS: i64 = 2000;

/// Why the gateway is asked about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To learn how it stands.
    Settle,
    /// To end it, even if it could still be paid.
    End,
}

impl PaymentService {
    /// Asks about everything unsettled of one payment. Callers that come while a question is under way,
    /// or within two seconds of one, get the ledger as that question left it.
    ///
    /// # Errors
    /// The storage's. A gateway that cannot be heard is no error: the ledger says what is known.
    pub async fn refresh(&self, id: PaymentId) -> Result<Ledger, PaymentError> {
        let turn = self.asking_of(id).turn;
        let _mine = turn.lock().await;
        let ledger = self.ledger(id).await?;
        let now = self.clock.now();
        let fresh = self.asking_of(id).asked_at.is_some_and(|at| now.as_millis() - at.as_millis() < FRESH_FOR_MS);
        if fresh || !has_open_questions(&ledger) {
            return Ok(ledger);
        }
        self.note_asked(id, now);
        self.ask_about_payment(&ledger).await?;
        self.ledger(id).await
    }

    /// A read by the API: asks first when something is unsettled and older than two seconds.
    ///
    /// # Errors
    /// As [`PaymentService::refresh`].
    pub async fn read(&self, id: PaymentId) -> Result<Ledger, PaymentError> {
        let ledger = self.ledger(id).await?;
        let old_enough = self.clock.now().plus_ms(-FRESH_FOR_MS);
        let stale = ledger.attempts.iter().any(|a| a.status.is_unsettled() && a.created_at <= old_enough)
            || ledger.refunds.iter().any(|r| r.status.is_unsettled() && r.created_at <= old_enough);
        if stale { self.refresh(id).await } else { Ok(ledger) }
    }

    async fn ask_about_payment(&self, ledger: &Ledger) -> Result<(), PaymentError> {
        for attempt in ledger.attempts.iter().filter(|a| a.status.is_unsettled() && !self.is_being_opened(a)) {
            self.ask_about_attempt(ledger.payment.id, attempt.id).await?;
        }
        for refund in ledger.refunds.iter().filter(|r| r.status.is_unsettled()) {
            self.ask_about_refund(ledger.payment.id, refund.id).await?;
        }
        Ok(())
    }

    /// One question about one attempt, and what follows from the answer.
    pub(super) async fn ask_about_attempt(&self, payment_id: PaymentId, id: AttemptId) -> Result<Ledger, PaymentError> {
        self.ask(payment_id, id, Purpose::Settle).await
    }

    /// Query → close, whether or not the shopper could still use the order.
    pub(super) async fn end_attempt(&self, payment_id: PaymentId, id: AttemptId) -> Result<Ledger, PaymentError> {
        self.ask(payment_id, id, Purpose::End).await
    }

    async fn ask(&self, payment_id: PaymentId, id: AttemptId, purpose: Purpose) -> Result<Ledger, PaymentError> {
        let ledger = self.ledger(payment_id).await?;
        let attempt = ledger.attempt(id).ok_or(PaymentError::NotFound("attempt"))?.clone();
        if !attempt.status.is_unsettled() {
            return Ok(ledger);
        }
        let wanted = purpose == Purpose::Settle && self.is_wanted(&ledger, &attempt);
        let (account, gateway) = self.gateways.of_account(attempt.account_id).await?;
        let gateway = gateway.as_ref();
        match gateway.query(&order_ref(&attempt)).await {
            Ok(report) if !report.get().state.is_open() => {
                self.settle(&account, gateway, &report, Source::Query).await?;
                self.ledger(payment_id).await
            }
            // There is nothing to close yet. A code that somebody holds runs out by itself.
            Ok(report) if !wanted && report.get().state == OrderState::Unopened => {
                if attempt.next_action.is_none() && !self.is_being_opened(&attempt) {
                    return self.give_up(payment_id, id).await;
                }
                if attempt.is_left_unopened() {
                    return Ok(ledger);
                }
                self.settle(&account, gateway, &report, Source::Query).await?;
                self.leave_unopened(payment_id, id).await
            }
            Ok(report) if attempt.is_left_unopened() && report.get().state == OrderState::Unopened => Ok(ledger),
            Ok(_) if !wanted => self.close_order(payment_id, &attempt, &account, gateway).await,
            // The order exists but its code was lost on the way: the same request gives it again.
            Ok(_) if attempt.next_action.is_none() && attempt.flow.is_repeatable() => {
                let ledger = self.ledger(payment_id).await?;
                self.send_create(ledger, id, gateway, Sending::Again).await
            }
            Ok(report) => {
                self.settle(&account, gateway, &report, Source::Query).await?;
                self.ledger(payment_id).await
            }
            // Only an order whose code nobody ever received may be opened again or given up.
            Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. }) if attempt.next_action.is_none() => {
                if wanted && attempt.flow.is_repeatable() {
                    let ledger = self.ledger(payment_id).await?;
                    self.send_create(ledger, id, gateway, Sending::Again).await
                } else if wanted || self.is_being_opened(&attempt) {
                    // A payer's code goes out once: if it was lost on the way, its time runs out.
                    Ok(ledger)
                } else if !attempt.flow.is_repeatable() {
                    self.reverse_unseen(payment_id, &attempt, &account, gateway).await
                } else {
                    self.give_up(payment_id, id).await
                }
            }
            Err(error) => {
                tracing::warn!(payment = %payment_id, attempt = %id, %error, "the gateway gave no answer about an order");
                Ok(ledger)
            }
        }
    }

    /// Closes an order that was just seen unpaid. The shopper can win this race; then it is paid.
    async fn close_order(
        &self,
        payment_id: PaymentId,
        attempt: &Attempt,
        account: &Account,
        gateway: &dyn Gateway,
    ) -> Result<Ledger, PaymentError> {
        if let Some(ledger) = self.not_to_be_reversed(payment_id, attempt).await? {
            return Ok(ledger);
        }
        let answer = match gateway.close(&order_ref(attempt)).await {
            Ok(closed) => Ok(closed),
            // Paid or closed meanwhile: an error answer is not proof, so ask.
            Err(GatewayError::Declined { .. }) => gateway.query(&order_ref(attempt)).await,
            Err(other) => Err(other),
        };
        match answer {
            Ok(report) => {
                self.settle(account, gateway, &report, Source::Query).await?;
                self.ledger(payment_id).await
            }
            Err(GatewayError::Unknown(why)) => {
                let failure = Failure { code: "outcome_unknown".into(), message: why };
                let fact = Fact::AttemptUnknown { attempt_id: attempt.id, failure };
                Ok(self.change(payment_id, |ledger, at| ledger.apply(fact.clone(), at)).await?.0)
            }
            Err(error) => {
                tracing::warn!(payment = %payment_id, attempt = %attempt.id, %error, "an order cannot be closed yet");
                self.ledger(payment_id).await
            }
        }
    }

    /// A reversal, unlike a close, gives back the money of an order that was paid meanwhile. The ledger as it
    /// stands when it is too early for one, or when somebody else has learnt how the order ended.
    async fn not_to_be_reversed(
        &self,
        payment_id: PaymentId,
        attempt: &Attempt,
    ) -> Result<Option<Ledger>, PaymentError> {
        let facts = GatewayFacts::of(attempt.gateway);
        if !facts.reverses(attempt.flow) {
            return Ok(None);
        }
        let ledger = self.ledger(payment_id).await?;
        let too_early = self.clock.now() < attempt.created_at.plus_s(facts.reversible_after_s);
        let settled = ledger.attempt(attempt.id).is_none_or(|a| !a.status.is_unsettled());
        Ok((too_early || settled).then_some(ledger))
    }

    /// The gateway does not know an order that a payer's code may still begin: it is reversed before it is
    /// given up, so that a call that arrives late finds it ended.
    async fn reverse_unseen(
        &self,
        payment_id: PaymentId,
        attempt: &Attempt,
        account: &Account,
        gateway: &dyn Gateway,
    ) -> Result<Ledger, PaymentError> {
        if let Some(ledger) = self.not_to_be_reversed(payment_id, attempt).await? {
            return Ok(ledger);
        }
        match gateway.close(&order_ref(attempt)).await {
            Ok(reversed) => {
                self.settle(account, gateway, &reversed, Source::Query).await?;
                self.ledger(payment_id).await
            }
            Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. }) => {
                self.give_up(payment_id, attempt.id).await
            }
            Err(error) => {
                tracing::warn!(payment = %payment_id, attempt = %attempt.id, %error, "an order cannot be reversed yet");
                self.ledger(payment_id).await
            }
        }
    }

    /// Its gateway cannot close the order, because nobody has opened it or because it closes none: the shopper may
    /// go another way all the same.
    async fn leave_unopened(&self, payment_id: PaymentId, attempt_id: AttemptId) -> Result<Ledger, PaymentError> {
        let failure = Failure {
            code: UNOPENED.into(),
            message: "the gateway could not end this order; it ends by its own time".into(),
        };
        let fact = Fact::AttemptUnknown { attempt_id, failure };
        Ok(self.change(payment_id, |ledger, at| ledger.apply(fact.clone(), at)).await?.0)
    }

    /// The gateway does not know the order and nobody ever had its code.
    async fn give_up(&self, payment_id: PaymentId, attempt_id: AttemptId) -> Result<Ledger, PaymentError> {
        let failure = Failure { code: "never_opened".into(), message: "the gateway never received this order".into() };
        let fact = Fact::AttemptFailed { attempt_id, failure };
        Ok(self.change(payment_id, |ledger, at| ledger.apply(fact.clone(), at)).await?.0)
    }

    /// One question about one refund; one that never arrived is sent again under the same number.
    pub(super) async fn ask_about_refund(&self, payment_id: PaymentId, id: RefundId) -> Result<Ledger, PaymentError> {
        let ledger = self.ledger(payment_id).await?;
        let refund = ledger.refund(id).ok_or(PaymentError::NotFound("refund"))?.clone();
        if !refund.status.is_unsettled() {
            return Ok(ledger);
        }
        let attempt = ledger.attempt(refund.attempt_id).ok_or(PaymentError::NotFound("attempt"))?;
        let (account, gateway) = self.gateways.of_account(attempt.account_id).await?;
        if refund.status == RefundStatus::Pending {
            Ok(self.query_refund(ledger, id, &account, gateway.as_ref()).await?.0)
        } else {
            self.pursue_refund(ledger, id, &account, gateway.as_ref(), Sending::Again).await
        }
    }

    /// Works on one entry of the check queue, then says when to come back.
    ///
    /// # Errors
    /// The storage's; the entry's lease then runs out and it comes back by itself.
    pub async fn run_check(&self, check: &ClaimedCheck) -> Result<(), PaymentError> {
        let before = self.ledger(check.payment_id).await?;
        let result = match check.subject {
            CheckSubject::Attempt(id) if before.attempt(id).is_some_and(|a| self.is_being_opened(a)) => Ok(before),
            CheckSubject::Attempt(id) => self.ask_about_attempt(check.payment_id, id).await,
            CheckSubject::Refund(id) => self.ask_about_refund(check.payment_id, id).await,
        };
        let ledger = match result {
            Ok(ledger) => ledger,
            Err(PaymentError::Storage(error)) => return Err(error.into()),
            Err(error) => {
                tracing::error!(payment = %check.payment_id, %error, "a check could not be made");
                self.ledger(check.payment_id).await?
            }
        };
        let tries = check.tries + 1;
        if let Some(pause_s) = self.pause_before_next_check(&ledger, check.subject, tries) {
            self.storage.schedule_check(check.subject, self.clock.now().plus_s(pause_s), tries).await?;
        }
        Ok(())
    }

    /// Seconds until the next question; `None` when there is nothing left to ask.
    fn pause_before_next_check(&self, ledger: &Ledger, subject: CheckSubject, tries: i64) -> Option<i64> {
        let index = usize::try_from(tries).unwrap_or(usize::MAX).saturating_sub(1);
        match subject {
            CheckSubject::Attempt(id) => {
                let attempt = ledger.attempt(id).filter(|a| a.status.is_unsettled())?;
                let pause_s = self.attempt_pause_s(attempt, index);
                // Far beyond its expiry the gateway has closed it by its own rules; keep a daily eye on it.
                Some(if self.is_long_over(attempt) { HOURLY_S * 24 } else { pause_s })
            }
            CheckSubject::Refund(id) => {
                let refund = ledger.refund(id).filter(|r| r.status.is_unsettled())?;
                // One that is sent again and again must not come faster than once a minute for long: gateways
                // refuse partial refunds of one order that follow too closely.
                let first: &[i64] = if refund.status == RefundStatus::Pending { &[] } else { &UNKNOWN_STEPS_S };
                let attempt = ledger.attempt(refund.attempt_id)?;
                let later = GatewayFacts::of(attempt.gateway).refund_question_steps_s;
                let pause_s = first.iter().chain(later).nth(index).copied().unwrap_or(HOURLY_S / 2);
                let takes_turns = is_waiting_beside(ledger, refund.attempt_id, id);
                Some(if takes_turns { pause_s.min(TURN_PAUSE_S) } else { pause_s })
            }
        }
    }

    fn is_long_over(&self, attempt: &Attempt) -> bool {
        self.clock.now() > attempt.expires_at.plus_s(GIVE_UP_AFTER_EXPIRY_S)
    }

    fn attempt_pause_s(&self, attempt: &Attempt, index: usize) -> i64 {
        let now = self.clock.now();
        let scheduled = if attempt.status == AttemptStatus::Pending {
            PENDING_STEPS_S.get(index).copied()
        } else {
            let later = index.saturating_sub(UNKNOWN_STEPS_S.len());
            UNKNOWN_STEPS_S.get(index).or_else(|| PENDING_STEPS_S.get(later)).copied()
        };
        let pause_s = scheduled.unwrap_or(HOURLY_S);
        let watched = if self.is_watched(attempt.payment_id) { pause_s.min(WATCHED_S) } else { pause_s };
        // Nobody notifies of a payer's code: the till waits for this answer, and for the reversal after it.
        let in_hurry = attempt.flow == Flow::Barcode && now < attempt.expires_at.plus_s(BARCODE_HURRY_S);
        let watched = if in_hurry { watched.min(BARCODE_S) } else { watched };
        // An order must not stay payable much longer than it promised.
        let until_expiry_s = attempt.expires_at.seconds_since(now);
        if until_expiry_s >= 0 { watched.min(until_expiry_s + 1) } else { watched }
    }

    /// The call that opens it may still be under way; "not found" would say nothing yet.
    fn is_being_opened(&self, attempt: &Attempt) -> bool {
        attempt.status == AttemptStatus::Creating
            && self.clock.now() < attempt.created_at.plus_s(GatewayFacts::of(attempt.gateway).opening_within_s)
    }

    /// Whether the shopper may still use this order.
    fn is_wanted(&self, ledger: &Ledger, attempt: &Attempt) -> bool {
        ledger.payment.status == PaymentStatus::Open
            && ledger.payment.close_requested_at.is_none()
            && attempt.expires_at > self.clock.now()
            && ledger.payment.expires_at > self.clock.now()
    }

    /// Ends a payment whose time is over or that somebody wants closed.
    ///
    /// # Errors
    /// The storage's.
    pub async fn expire(&self, id: PaymentId) -> Result<(), PaymentError> {
        let ledger = self.ledger(id).await?;
        if ledger.attempts.iter().any(|a| a.status.is_unsettled() && self.is_long_over(a)) {
            // The daily question goes on; its answer brings the payment back here.
            return Ok(());
        }
        match self.close(id).await {
            Ok(_) | Err(PaymentError::Refused(Refusal::WrongStatus(_))) => Ok(()),
            Err(PaymentError::Storage(error)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(payment = %id, failure = ?failure_text(&error), "a payment cannot be closed yet");
                Ok(())
            }
        }
    }

    /// Tells the schedule that somebody looks at this payment until the guard is dropped.
    ///
    /// # Errors
    /// The storage's.
    pub async fn watch(self: &std::sync::Arc<Self>, id: PaymentId) -> Result<Watching, PaymentError> {
        if let Ok(mut watchers) = self.watchers.lock() {
            *watchers.entry(id).or_default() += 1;
        }
        let watching = Watching { service: std::sync::Arc::clone(self), id };
        self.storage.hasten_checks(id, self.clock.now().plus_s(WATCHED_S)).await?;
        Ok(watching)
    }

    fn is_watched(&self, id: PaymentId) -> bool {
        self.watchers.lock().is_ok_and(|w| w.contains_key(&id))
    }

    fn asking_of(&self, id: PaymentId) -> Asking {
        let fresh = || Asking { turn: std::sync::Arc::default(), asked_at: None };
        let Ok(mut asking) = self.asking.lock() else { return fresh() };
        asking.entry(id).or_insert_with(fresh).clone()
    }

    fn note_asked(&self, id: PaymentId, now: Timestamp) {
        let Ok(mut asking) = self.asking.lock() else { return };
        // What was asked long ago and waits for nobody need not be remembered.
        asking.retain(|_, a| {
            std::sync::Arc::strong_count(&a.turn) > 1
                || a.asked_at.is_some_and(|at| now.as_millis() - at.as_millis() < FRESH_FOR_MS)
        });
        if let Some(entry) = asking.get_mut(&id) {
            entry.asked_at = Some(now);
        }
    }
}

/// Somebody looks at a payment as long as this lives.
#[derive(Debug)]
pub struct Watching {
    service: std::sync::Arc<PaymentService>,
    id: PaymentId,
}

impl Drop for Watching {
    fn drop(&mut self) {
        let Ok(mut watchers) = self.service.watchers.lock() else { return };
        if let Some(count) = watchers.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                watchers.remove(&self.id);
            }
        }
    }
}

fn has_open_questions(ledger: &Ledger) -> bool {
    ledger.attempts.iter().any(|a| a.status.is_unsettled()) || ledger.refunds.iter().any(|r| r.status.is_unsettled())
}

fn failure_text(error: &PaymentError) -> String {
    match error {
        PaymentError::Gateway(gateway) => failure_of(gateway).message,
        other => other.to_string(),
    }
}
