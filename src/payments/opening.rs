//! Sending what opens an order, and what the answer means for it. Promises: what is sent was stored before,
//! to the byte; a refusal that proves nothing is asked about; new bytes under a number are a fact before they go.

use super::attempt::{Attempt, Failure};
use super::checkout::UNREACHABLE;
use super::error::PaymentError;
use super::fact::{Fact, Refusal};
use super::ledger::Ledger;
use super::service::PaymentService;
use super::settle::Source;
use crate::gateways::{
    DeclineReason, Gateway, GatewayError, OrderRef, OrderReport, OrderState, PreparedOrder, Verified, VerifiedOpening,
};
use crate::ids::AttemptId;

/// Whether a stored request may have reached the gateway before. Its status does not tell: a crash
/// after sending leaves the same state as one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    First,
    Again,
}

impl PaymentService {
    /// Sends the stored request of an attempt and records what came of it.
    pub(super) async fn send_create(
        &self,
        ledger: Ledger,
        attempt_id: AttemptId,
        gateway: &dyn Gateway,
        sending: Sending,
    ) -> Result<Ledger, PaymentError> {
        let attempt = ledger.attempt(attempt_id).ok_or(PaymentError::NotFound("attempt"))?;
        let answer = self.send(attempt, gateway).await;
        if matches!(answer, Err(GatewayError::Declined { reason: DeclineReason::TextRefused, .. }))
            && let Some(reworded) = self.reword(&ledger, attempt, gateway).await?
        {
            let attempt = reworded.attempt(attempt_id).ok_or(PaymentError::NotFound("attempt"))?;
            let answer = self.send(attempt, gateway).await;
            return self.record_create(reworded, attempt_id, gateway, sending, answer).await;
        }
        self.record_create(ledger, attempt_id, gateway, sending, answer).await
    }

    /// The gateway refused a word in the order's text. Once it says, asked, that it knows no such order, the same
    /// number may come with other bytes, which are stored first: the shop's own number is a neutral text.
    async fn reword(
        &self,
        ledger: &Ledger,
        attempt: &Attempt,
        gateway: &dyn Gateway,
    ) -> Result<Option<Ledger>, PaymentError> {
        let Some(request) = gateway.reworded(&attempt.request, &ledger.payment.order_ref) else { return Ok(None) };
        if !is_unheard_of(&gateway.query(&order_ref(attempt)).await) {
            return Ok(None);
        }
        let fact = Fact::AttemptRequestChanged { attempt_id: attempt.id, request };
        let before = Some(ledger.clone());
        let changed = self.change_from(ledger.payment.id, before, None, |l, at| l.apply(fact.clone(), at));
        match changed.await {
            Ok((ledger, recorded)) => Ok((!recorded.is_empty()).then_some(ledger)),
            // Somebody else sent it too and learnt more.
            Err(PaymentError::Refused(Refusal::Contradiction)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn record_create(
        &self,
        ledger: Ledger,
        attempt_id: AttemptId,
        gateway: &dyn Gateway,
        sending: Sending,
        answer: Result<VerifiedOpening, GatewayError>,
    ) -> Result<Ledger, PaymentError> {
        let payment_id = ledger.payment.id;
        let attempt = ledger.attempt(attempt_id).ok_or(PaymentError::NotFound("attempt"))?;
        let before = attempt.status;
        let fact = match answer {
            Ok(VerifiedOpening::Waiting { next_action, expires_at }) => {
                Fact::AttemptOpened { attempt_id, next_action, expires_at }
            }
            Ok(VerifiedOpening::Settled(report)) => {
                let (account, _) = self.gateways.of_account(attempt.account_id).await?;
                self.settle(&account, gateway, &report, Source::Query).await?;
                return self.ledger(payment_id).await;
            }
            Err(GatewayError::Declined {
                reason:
                    reason @ (DeclineReason::AlreadyPaid
                    | DeclineReason::AlreadyClosed
                    | DeclineReason::NumberUsed
                    | DeclineReason::TextRefused),
                code,
                message,
            }) => {
                let failure = Failure { code, message };
                let is_lost =
                    reason == DeclineReason::NumberUsed && sending == Sending::Again && attempt.next_action.is_none();
                // "This number exists" is no proof of anything: the order itself is asked about.
                match gateway.query(&order_ref(attempt)).await {
                    Ok(report) if !report.get().state.is_open() => {
                        let (account, _) = self.gateways.of_account(attempt.account_id).await?;
                        self.settle(&account, gateway, &report, Source::Query).await?;
                        return self.ledger(payment_id).await;
                    }
                    told @ Ok(_) if reason == DeclineReason::TextRefused && is_unheard_of(&told) => {
                        Fact::AttemptFailed { attempt_id, failure }
                    }
                    // Nobody can pay by a code that nobody has: the shopper gets another.
                    told @ Ok(_) if is_lost && is_unheard_of(&told) => {
                        Fact::AttemptFailed { attempt_id, failure: code_lost() }
                    }
                    Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. }) => {
                        Fact::AttemptFailed { attempt_id, failure }
                    }
                    _ => Fact::AttemptUnknown { attempt_id, failure },
                }
            }
            Err(error) => failed_create(attempt, sending, &error),
        };
        count_attempt(attempt, &fact);
        let recorded = self.change_from(payment_id, Some(ledger), None, |ledger, at| {
            // Somebody else sent it too and learnt more: this failure says nothing about that.
            let overtaken = ledger.attempt(attempt_id).is_some_and(|a| a.status != before);
            let fails = matches!(fact, Fact::AttemptFailed { .. });
            if fails && overtaken { Ok(Vec::new()) } else { ledger.apply(fact.clone(), at) }
        });
        Ok(recorded.await?.0)
    }

    pub(super) async fn send(&self, attempt: &Attempt, gateway: &dyn Gateway) -> Result<VerifiedOpening, GatewayError> {
        let public_url = &self.settings.public_url;
        let order = PreparedOrder {
            flow: attempt.flow,
            request: &attempt.request,
            return_url: &format!("{public_url}/return/{}", attempt.id),
            hop_url: &format!("{public_url}/go/{}", attempt.id),
        };
        Ok(gateway.create(&order).await?.into_opening())
    }
}

fn code_lost() -> Failure {
    let message = "the gateway opened this order, but its answer was lost and is not given again";
    Failure { code: "code_lost".into(), message: message.into() }
}

/// The gateway has nothing under this number, and nobody holds anything to open it with.
fn is_unheard_of(told: &Result<Verified<OrderReport>, GatewayError>) -> bool {
    match told {
        Ok(report) => report.get().state == OrderState::Unopened,
        Err(GatewayError::Declined { reason, .. }) => *reason == DeclineReason::NotFound,
        Err(_) => false,
    }
}

/// What a failed create means. `NotSent` ends only an attempt that was never sent before.
fn failed_create(attempt: &Attempt, sending: Sending, error: &GatewayError) -> Fact {
    let (attempt_id, failure) = (attempt.id, failure_of(error));
    match error {
        // The payer's code may have been charged: only the gateway's word on the order tells.
        GatewayError::Declined { reason: DeclineReason::Unclear, .. } if !attempt.flow.is_repeatable() => {
            Fact::AttemptUnknown { attempt_id, failure }
        }
        GatewayError::NotSent(_) if sending == Sending::First => Fact::AttemptFailed { attempt_id, failure },
        GatewayError::NotSent(_)
        | GatewayError::Unknown(_)
        | GatewayError::Declined { reason: DeclineReason::TryLater, .. } => {
            Fact::AttemptUnknown { attempt_id, failure }
        }
        GatewayError::Declined { .. } | GatewayError::Misconfigured { .. } => {
            Fact::AttemptFailed { attempt_id, failure }
        }
    }
}

/// A recorded order as the gateways want it named.
pub(super) fn order_ref(attempt: &Attempt) -> OrderRef<'_> {
    OrderRef { flow: attempt.flow, out_trade_no: &attempt.out_trade_no, expires_at: attempt.expires_at }
}

/// A gateway error in words that may be stored and shown to the merchant.
pub(super) fn failure_of(error: &GatewayError) -> Failure {
    match error {
        GatewayError::NotSent(why) => Failure { code: UNREACHABLE.into(), message: why.clone() },
        GatewayError::Unknown(why) => Failure { code: "outcome_unknown".into(), message: why.clone() },
        GatewayError::Declined { code, message, .. } => Failure { code: code.clone(), message: message.clone() },
        GatewayError::Misconfigured { code, fix } => Failure { code: code.clone(), message: fix.clone() },
    }
}

fn count_attempt(attempt: &Attempt, fact: &Fact) {
    let outcome = match fact {
        Fact::AttemptOpened { .. } => "opened",
        Fact::AttemptUnknown { .. } => "unknown",
        _ => "failed",
    };
    metrics::counter!("luodi_attempts_total", "gateway" => attempt.gateway.as_str(), "flow" => attempt.flow.as_str(), "outcome" => outcome)
        .increment(1);
}
