//! Giving money back. Promises: never more than was paid, reserved in one transaction before the gateway
//! is asked; a repeat keeps its number, so money never goes back twice for one request; the refunds of one
//! order go to the gateway one after another.

use super::attempt::{Attempt, AttemptStatus};
use super::error::PaymentError;
use super::fact::{Fact, Refusal};
use super::ledger::Ledger;
use super::opening::{Sending, failure_of};
use super::refund::{Refund, RefundCause, RefundStatus};
use super::service::PaymentService;
use super::settle::Source;
use crate::gateways::{
    DeclineReason, Gateway, GatewayError, GatewayFacts, RefundDestination, RefundRef, RefundToRequest,
};
use crate::ids::{AttemptId, PaymentId, RefundId};
use crate::money::Fen;
use crate::storage::Account;

/// A turn at the gateway outlives the calls that are made in it, in seconds.
const TURN_S: i64 = 60;

#[derive(Debug, Clone)]
pub struct NewRefund {
    pub id: RefundId,
    /// `None` asks for all that is left.
    pub amount: Option<Fen>,
    pub reason: Option<String>,
}

/// Those that went through or still may: a gateway counts them per order.
pub(super) fn refunds_of(ledger: &Ledger, attempt_id: AttemptId) -> usize {
    ledger.refunds.iter().filter(|r| r.attempt_id == attempt_id && r.status != RefundStatus::Failed).count()
}

/// Those that came to nothing.
pub(super) fn failed_refunds_of(ledger: &Ledger, attempt_id: AttemptId) -> usize {
    ledger.refunds.iter().filter(|r| r.attempt_id == attempt_id && r.status == RefundStatus::Failed).count()
}

impl PaymentService {
    /// Asks for a refund, or continues the one of that id.
    ///
    /// # Errors
    /// `Refused` when the payment is not paid or less is left; `Gateway` only when nothing was recorded.
    pub async fn request_refund(
        &self,
        payment_id: PaymentId,
        new: NewRefund,
    ) -> Result<(Ledger, RefundId), PaymentError> {
        let ledger = self.ledger(payment_id).await?;
        if ledger.refund(new.id).is_some() {
            return Ok((self.ask_about_refund(payment_id, new.id).await?, new.id));
        }
        let attempt = ledger
            .payment
            .paid_by
            .and_then(|id| ledger.attempt(id))
            .filter(|a| a.status == AttemptStatus::Paid)
            .ok_or(Refusal::WrongStatus(ledger.payment.status))?;
        let refundable = ledger.refundable(attempt.id);
        let amount = new.amount.unwrap_or(refundable);
        if amount.is_zero() || amount > refundable {
            return Err(Refusal::ExceedsRefundable { refundable }.into());
        }
        let (account, gateway) = self.gateways.of_account(attempt.account_id).await?;
        let out_refund_no = new.id.out_refund_no();
        let request = gateway.prepare_refund(&RefundToRequest {
            out_trade_no: attempt.out_trade_no.clone(),
            out_refund_no: out_refund_no.clone(),
            amount,
            order_amount: ledger.payment.amount,
            reason: new.reason.clone(),
            notify_url: self.notify_url(attempt.gateway, account.id),
            from_available_balance: false,
            earlier_refunds: refunds_of(&ledger, attempt.id),
            failed_refunds: failed_refunds_of(&ledger, attempt.id),
            flow: attempt.flow,
            gateway_trade_no: attempt.gateway_trade_no.clone(),
            paid_at: attempt.paid_at,
        })?;
        let refund = Refund {
            id: new.id,
            payment_id,
            attempt_id: attempt.id,
            amount,
            reason: new.reason,
            cause: RefundCause::Requested,
            status: RefundStatus::Requested,
            out_refund_no,
            request,
            gateway_refund_no: None,
            failure: None,
            created_at: self.clock.now(),
            succeeded_at: None,
        };
        let fact = Fact::RefundRequested { refund: Box::new(refund.clone()) };
        let (ledger, recorded) = self.change(payment_id, |ledger, at| ledger.apply(fact.clone(), at)).await?;
        if recorded.is_empty() {
            return Ok((self.ask_about_refund(payment_id, new.id).await?, new.id));
        }
        let ledger = self.pursue_refund(ledger, new.id, &account, gateway.as_ref(), Sending::First).await?;
        Ok((ledger, new.id))
    }

    /// Asks for a refund at the gateway when it is its turn among those of its order. While another is under way
    /// it waits, recorded: the jobs come back to it.
    pub(super) async fn pursue_refund(
        &self,
        ledger: Ledger,
        id: RefundId,
        account: &Account,
        gateway: &dyn Gateway,
        sending: Sending,
    ) -> Result<Ledger, PaymentError> {
        let (payment_id, now) = (ledger.payment.id, self.clock.now());
        let (attempt_id, status) = of_refund(&ledger, id)?;
        if !self.storage.take_refund_turn(attempt_id, id, now, now.plus_s(TURN_S)).await? {
            // A question needs no turn: a refund that is known is known.
            let is_asked = status == RefundStatus::Unknown && sending == Sending::Again;
            return if is_asked { Ok(self.query_refund(ledger, id, account, gateway).await?.0) } else { Ok(ledger) };
        }
        let done = match sending {
            Sending::First => self.send_refund(ledger, id, account, gateway, sending).await,
            Sending::Again => self.ask_and_send_refund(payment_id, id, account, gateway).await,
        };
        let after = match &done {
            Ok(ledger) => of_refund(ledger, id)?.1,
            Err(_) => RefundStatus::Unknown,
        };
        // After silence the next one waits until a question would show this one.
        let rest_s = self.rest_after_refund_s(account, after);
        let free_at = (rest_s > 0).then(|| self.clock.now().plus_s(rest_s));
        self.storage.end_refund_turn(attempt_id, id, free_at).await?;
        // Only when this one is done: were nobody to be heard at the gateway, the others would ask without a pause.
        let is_done = !matches!(after, RefundStatus::Requested | RefundStatus::Unknown);
        if let Ok(ledger) = &done
            && is_done
            && is_waiting_beside(ledger, attempt_id, id)
        {
            self.storage.hasten_checks(payment_id, self.clock.now()).await?;
        }
        done
    }

    fn rest_after_refund_s(&self, account: &Account, after: RefundStatus) -> i64 {
        match after {
            RefundStatus::Unknown => GatewayFacts::of(account.gateway).refund_visible_after_s,
            _ => 0,
        }
    }

    /// In its turn: what the gateway knows already is settled; what it does not know is sent again under the
    /// same number.
    async fn ask_and_send_refund(
        &self,
        payment_id: PaymentId,
        id: RefundId,
        account: &Account,
        gateway: &dyn Gateway,
    ) -> Result<Ledger, PaymentError> {
        // Somebody else may have had the turn meanwhile.
        let ledger = self.ledger(payment_id).await?;
        if !matches!(of_refund(&ledger, id)?.1, RefundStatus::Requested | RefundStatus::Unknown) {
            return Ok(ledger);
        }
        let (ledger, is_missing) = self.query_refund(ledger, id, account, gateway).await?;
        if !is_missing {
            return Ok(ledger);
        }
        let ledger = self.take_from_available_balance(ledger, id, account, gateway).await?;
        self.send_refund(ledger, id, account, gateway, Sending::Again).await
    }

    /// A question about a refund, and nothing but a question. Answers too whether the gateway knows none.
    pub(super) async fn query_refund(
        &self,
        ledger: Ledger,
        id: RefundId,
        account: &Account,
        gateway: &dyn Gateway,
    ) -> Result<(Ledger, bool), PaymentError> {
        let payment_id = ledger.payment.id;
        let refund = ledger.refund(id).ok_or(PaymentError::NotFound("refund"))?;
        let attempt = ledger.attempt(refund.attempt_id).ok_or(PaymentError::NotFound("attempt"))?;
        match gateway.query_refund(&refund_ref(&attempt.out_trade_no, refund, ledger.payment.amount)).await {
            Ok(report) => {
                self.settle_refund(account, gateway, &report, Source::Query).await?;
                Ok((self.ledger(payment_id).await?, false))
            }
            Err(error) => {
                tracing::warn!(payment = %payment_id, refund = %id, %error, "the gateway shows no refund");
                Ok((ledger, is_not_found(&error)))
            }
        }
    }

    /// The gateway was short of unsettled funds and, asked, knows no such refund: the same number may come
    /// with other bytes, which are stored first. Answers the ledger with the refund as it is to be sent.
    async fn take_from_available_balance(
        &self,
        ledger: Ledger,
        id: RefundId,
        account: &Account,
        gateway: &dyn Gateway,
    ) -> Result<Ledger, PaymentError> {
        let refund = ledger.refund(id).ok_or(PaymentError::NotFound("refund"))?;
        let short_of_funds = GatewayFacts::of(account.gateway).short_of_funds;
        let was_short = refund.failure.as_ref().is_some_and(|failure| Some(failure.code.as_str()) == short_of_funds);
        if !was_short || self.settings.unsettled_funds_only.contains(&account.store_id) {
            return Ok(ledger);
        }
        let attempt = ledger.attempt(refund.attempt_id).ok_or(PaymentError::NotFound("attempt"))?;
        let request = gateway.prepare_refund(&RefundToRequest {
            out_trade_no: attempt.out_trade_no.clone(),
            out_refund_no: refund.out_refund_no.clone(),
            amount: refund.amount,
            order_amount: ledger.payment.amount,
            reason: refund.reason.clone(),
            notify_url: self.notify_url(attempt.gateway, account.id),
            from_available_balance: true,
            earlier_refunds: refunds_of(&ledger, attempt.id).saturating_sub(1),
            failed_refunds: failed_refunds_of(&ledger, attempt.id),
            flow: attempt.flow,
            gateway_trade_no: attempt.gateway_trade_no.clone(),
            paid_at: attempt.paid_at,
        })?;
        let fact = Fact::RefundRequestChanged { refund_id: refund.id, request };
        Ok(self.change(ledger.payment.id, |ledger, at| ledger.apply(fact.clone(), at)).await?.0)
    }

    /// Sends an abnormal refund on to where the money can go.
    ///
    /// # Errors
    /// `Refused` when the refund is not abnormal; `Gateway` with its answer.
    pub async fn redirect_refund(
        &self,
        payment_id: PaymentId,
        id: RefundId,
        to: &RefundDestination,
    ) -> Result<Ledger, PaymentError> {
        let ledger = self.ledger(payment_id).await?;
        let refund = ledger.refund(id).ok_or(PaymentError::NotFound("refund"))?;
        let abnormal = refund.status == RefundStatus::Pending && refund.failure.is_some();
        let number = refund.gateway_refund_no.as_deref().filter(|_| abnormal).ok_or(Refusal::NotAbnormal)?;
        let attempt = ledger.attempt(refund.attempt_id).ok_or(PaymentError::NotFound("attempt"))?;
        let (account, gateway) = self.gateways.of_account(attempt.account_id).await?;
        let report = match gateway.redirect_refund(&refund.out_refund_no, number, to).await {
            Ok(report) => report,
            // It may have been taken: the gateway's word on the refund tells.
            Err(error @ GatewayError::Unknown(_)) => {
                let asked = refund_ref(&attempt.out_trade_no, refund, ledger.payment.amount);
                gateway.query_refund(&asked).await.map_err(|_| error)?
            }
            Err(error) => return Err(error.into()),
        };
        self.settle_refund(&account, gateway.as_ref(), &report, Source::Query).await?;
        self.ledger(payment_id).await
    }

    /// Sends the stored request, in its turn, and records what came of it.
    async fn send_refund(
        &self,
        ledger: Ledger,
        refund_id: RefundId,
        account: &Account,
        gateway: &dyn Gateway,
        sending: Sending,
    ) -> Result<Ledger, PaymentError> {
        let payment_id = ledger.payment.id;
        let refund = ledger.refund(refund_id).ok_or(PaymentError::NotFound("refund"))?;
        let said_before = |code: &str| refund.failure.as_ref().is_some_and(|failure| failure.code == code);
        let fact = match gateway.refund(&refund.request).await {
            Ok(report) => {
                self.settle_refund(account, gateway, &report, Source::Query).await?;
                return self.ledger(payment_id).await;
            }
            // It certainly never left, or may be sent again as it is: still only requested.
            Err(GatewayError::NotSent(why)) if refund.status == RefundStatus::Requested => {
                tracing::warn!(payment = %payment_id, refund = %refund_id, why, "a refund waits for the gateway");
                return self.ledger(payment_id).await;
            }
            Err(
                error @ (GatewayError::Unknown(_)
                | GatewayError::NotSent(_)
                | GatewayError::Declined { reason: DeclineReason::TryLater, .. }),
            ) => Fact::RefundUnknown { refund_id, failure: failure_of(&error) },
            // Only when it says the same again, asked in between, is there nothing to wait for.
            Err(error @ GatewayError::Declined { reason: DeclineReason::Unclear, .. })
                if !said_before(&failure_of(&error).code) =>
            {
                Fact::RefundUnknown { refund_id, failure: failure_of(&error) }
            }
            Err(error @ (GatewayError::Declined { .. } | GatewayError::Misconfigured { .. })) => {
                let failure = failure_of(&error);
                // A refusal of a repeat may only mean "you asked before": whether there is such a refund decides.
                let known = match sending {
                    Sending::First => Err(error),
                    Sending::Again => {
                        let attempt = ledger.attempt(refund.attempt_id).ok_or(PaymentError::NotFound("attempt"))?;
                        let asked = refund_ref(&attempt.out_trade_no, refund, ledger.payment.amount);
                        gateway.query_refund(&asked).await
                    }
                };
                match known {
                    Ok(report) => {
                        self.settle_refund(account, gateway, &report, Source::Query).await?;
                        return self.ledger(payment_id).await;
                    }
                    Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. })
                        if sending == Sending::First
                            || !self.may_surface(ledger.attempt(refund.attempt_id), refund) =>
                    {
                        Fact::RefundFailed { refund_id, failure }
                    }
                    Err(_) if sending == Sending::First => Fact::RefundFailed { refund_id, failure },
                    Err(_) => Fact::RefundUnknown { refund_id, failure },
                }
            }
        };
        let recorded = self.change(payment_id, |ledger, at| {
            // Somebody else sent it too and learnt more: this failure says nothing about that.
            let overtaken = ledger.refund(refund_id).is_some_and(|r| r.status != refund.status);
            let fails = matches!(fact, Fact::RefundFailed { .. });
            if fails && overtaken { Ok(Vec::new()) } else { ledger.apply(fact.clone(), at) }
        });
        Ok(recorded.await?.0)
    }

    /// Whether an earlier sending of this refund, whose outcome was never learnt, may still take effect, whatever
    /// the gateway says of it now.
    fn may_surface(&self, attempt: Option<&Attempt>, refund: &Refund) -> bool {
        let attempt = attempt.filter(|_| refund.status == RefundStatus::Unknown);
        let within_s = attempt.and_then(|attempt| GatewayFacts::of(attempt.gateway).refund_surfaces_within_s);
        within_s.is_some_and(|within_s| self.clock.now() < refund.created_at.plus_s(within_s))
    }
}

/// Whether another refund of the same order has yet to be taken by the gateway.
pub(super) fn is_waiting_beside(ledger: &Ledger, attempt_id: AttemptId, id: RefundId) -> bool {
    let waits = |status| matches!(status, RefundStatus::Requested | RefundStatus::Unknown);
    ledger.refunds.iter().any(|r| r.attempt_id == attempt_id && r.id != id && waits(r.status))
}

const fn is_not_found(error: &GatewayError) -> bool {
    matches!(error, GatewayError::Declined { reason: DeclineReason::NotFound, .. })
}

fn of_refund(ledger: &Ledger, id: RefundId) -> Result<(AttemptId, RefundStatus), PaymentError> {
    let refund = ledger.refund(id).ok_or(PaymentError::NotFound("refund"))?;
    Ok((refund.attempt_id, refund.status))
}

/// A recorded refund as the gateways want it named.
pub(super) fn refund_ref<'a>(out_trade_no: &'a str, refund: &'a Refund, order_amount: Fen) -> RefundRef<'a> {
    RefundRef { out_trade_no, out_refund_no: &refund.out_refund_no, amount: refund.amount, order_amount }
}
