//! Giving money back. Promises: never more than was paid, reserved in one transaction before the gateway
//! is asked; a repeat keeps its number, so money never goes back twice for one request.

use super::attempt::AttemptStatus;
use super::checkout::{Sending, failure_of};
use super::error::PaymentError;
use super::fact::{Fact, Refusal};
use super::ledger::Ledger;
use super::refund::{Refund, RefundCause, RefundStatus};
use super::service::PaymentService;
use super::settle::Source;
use crate::gateways::{DeclineReason, Gateway, GatewayError, RefundDestination, RefundRef, RefundToRequest};
use crate::ids::{AttemptId, PaymentId, RefundId};
use crate::money::Fen;
use crate::storage::Account;

/// What a gateway calls it when the funds that a refund is taken from do not suffice.
const SHORT_OF_FUNDS: &str = "NOT_ENOUGH";

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
        let (_, recorded) = self.change(payment_id, |ledger, at| ledger.apply(fact.clone(), at)).await?;
        if recorded.is_empty() {
            return Ok((self.ask_about_refund(payment_id, new.id).await?, new.id));
        }
        let ledger = self.send_refund(payment_id, &refund, &account, gateway.as_ref(), Sending::First).await?;
        Ok((ledger, new.id))
    }

    /// The gateway was short of unsettled funds and, asked, knows no such refund: the same number may come
    /// with other bytes, which are stored first. Answers the refund as it is to be sent.
    pub(super) async fn take_from_available_balance(
        &self,
        ledger: &Ledger,
        refund: &Refund,
        account: &Account,
        gateway: &dyn Gateway,
    ) -> Result<Refund, PaymentError> {
        let was_short = refund.failure.as_ref().is_some_and(|failure| failure.code == SHORT_OF_FUNDS);
        let attempt = ledger.attempt(refund.attempt_id).ok_or(PaymentError::NotFound("attempt"))?;
        if !was_short || self.settings.unsettled_funds_only.contains(&account.store_id) {
            return Ok(refund.clone());
        }
        let request = gateway.prepare_refund(&RefundToRequest {
            out_trade_no: attempt.out_trade_no.clone(),
            out_refund_no: refund.out_refund_no.clone(),
            amount: refund.amount,
            order_amount: ledger.payment.amount,
            reason: refund.reason.clone(),
            notify_url: self.notify_url(attempt.gateway, account.id),
            from_available_balance: true,
            earlier_refunds: refunds_of(ledger, attempt.id).saturating_sub(1),
        })?;
        let fact = Fact::RefundRequestChanged { refund_id: refund.id, request };
        let (ledger, _) = self.change(ledger.payment.id, |ledger, at| ledger.apply(fact.clone(), at)).await?;
        ledger.refund(refund.id).cloned().ok_or(PaymentError::NotFound("refund"))
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

    /// Sends the stored request and records what came of it.
    pub(super) async fn send_refund(
        &self,
        payment_id: PaymentId,
        refund: &Refund,
        account: &Account,
        gateway: &dyn Gateway,
        sending: Sending,
    ) -> Result<Ledger, PaymentError> {
        let refund_id = refund.id;
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
            Err(error @ (GatewayError::Declined { .. } | GatewayError::Misconfigured { .. })) => {
                let failure = failure_of(&error);
                // A refusal of a repeat may only mean "you asked before": whether there is such a refund decides.
                let known = match sending {
                    Sending::First => Err(error),
                    Sending::Again => {
                        let ledger = self.ledger(payment_id).await?;
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
                    Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. }) => {
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
}

/// A recorded refund as the gateways want it named.
pub(super) fn refund_ref<'a>(out_trade_no: &'a str, refund: &'a Refund, order_amount: Fen) -> RefundRef<'a> {
    RefundRef { out_trade_no, out_refund_no: &refund.out_refund_no, amount: refund.amount, order_amount }
}
