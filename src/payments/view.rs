//! The public shapes of payments, attempts and refunds: what the REST API answers and what webhooks
//! carry. Kept apart from the rows, so that nothing private reaches a shop by accident.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::attempt::{Attempt, AttemptStatus, Failure, Flow, GatewayName, NextAction, SettlementAmount};
use super::ledger::Ledger;
use super::payment::{Mode, PaymentStatus};
use super::refund::{Refund, RefundCause, RefundStatus};
use crate::clock::Timestamp;
use crate::ids::{AccountId, AttemptId, PaymentId, RefundId};
use crate::money::{Currency, Fen};

/// A payment as the shop sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Payment)]
pub struct PaymentView {
    pub id: PaymentId,
    pub mode: Mode,
    /// The shop's own number for the order.
    pub order_ref: String,
    pub amount_fen: Fen,
    pub currency: Currency,
    pub description: String,
    pub status: PaymentStatus,
    /// The money arrived after the payment had been closed: fulfil it or refund it.
    pub late: bool,
    pub refunded_fen: Fen,
    /// Oldest first.
    pub attempts: Vec<AttemptView>,
    pub return_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cashier_url: Option<String>,
    /// Lets a browser read this one payment and open its attempts. Given once, to the secret key that created it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    pub metadata: BTreeMap<String, String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub paid_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    /// Grows with every recorded change.
    pub version: i64,
}

/// One try to settle a payment at one gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Attempt)]
pub struct AttemptView {
    pub id: AttemptId,
    pub payment_id: PaymentId,
    pub gateway: GatewayName,
    pub flow: Flow,
    pub account: AccountId,
    pub status: AttemptStatus,
    /// Our number at the gateway, as it stands in the merchant's bills.
    pub out_trade_no: String,
    /// The gateway's number, once paid.
    pub gateway_trade_no: Option<String>,
    /// What the gateway pays out, once paid, if that is in another currency than the shopper paid in and the
    /// rate was fixed with the payment.
    #[serde(default)]
    pub settlement: Option<SettlementAmount>,
    /// What the storefront must do now; null while there is nothing to do.
    pub next_action: Option<NextAction>,
    pub failure: Option<Failure>,
    /// Paid although another attempt had already settled the payment; the surplus goes back.
    pub duplicate: bool,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub paid_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Refund)]
pub struct RefundView {
    pub id: RefundId,
    pub payment_id: PaymentId,
    pub attempt_id: AttemptId,
    pub amount_fen: Fen,
    pub reason: Option<String>,
    pub cause: RefundCause,
    pub status: RefundStatus,
    pub out_refund_no: String,
    pub gateway_refund_no: Option<String>,
    pub failure: Option<Failure>,
    pub created_at: Timestamp,
    pub succeeded_at: Option<Timestamp>,
}

impl PaymentView {
    #[must_use]
    pub fn of(ledger: &Ledger) -> Self {
        let payment = &ledger.payment;
        Self {
            id: payment.id,
            mode: payment.mode,
            order_ref: payment.order_ref.clone(),
            amount_fen: payment.amount,
            currency: payment.currency,
            description: payment.description.clone(),
            status: payment.status,
            late: payment.late,
            refunded_fen: payment.refunded,
            attempts: ledger.attempts.iter().map(AttemptView::of).collect(),
            return_url: payment.return_url.clone(),
            cashier_url: None,
            client_secret: None,
            metadata: payment.metadata.clone(),
            created_at: payment.created_at,
            expires_at: payment.expires_at,
            paid_at: payment.paid_at,
            closed_at: payment.closed_at,
            version: payment.version,
        }
    }
}

impl AttemptView {
    #[must_use]
    pub fn of(attempt: &Attempt) -> Self {
        // A code that can no longer be paid must not be shown.
        let usable = attempt.status == AttemptStatus::Pending;
        Self {
            id: attempt.id,
            payment_id: attempt.payment_id,
            gateway: attempt.gateway,
            flow: attempt.flow,
            account: attempt.account_id,
            status: attempt.status,
            out_trade_no: attempt.out_trade_no.clone(),
            gateway_trade_no: attempt.gateway_trade_no.clone(),
            settlement: attempt.settlement.clone(),
            next_action: attempt.next_action.clone().filter(|_| usable),
            failure: attempt.failure.clone(),
            duplicate: attempt.duplicate,
            created_at: attempt.created_at,
            expires_at: attempt.expires_at,
            paid_at: attempt.paid_at,
        }
    }
}

impl AttemptView {
    /// As a browser may see it: the words of a failure and what is paid out are between the gateway and the
    /// merchant.
    #[must_use]
    pub fn for_shopper(mut self) -> Self {
        if let Some(failure) = &mut self.failure {
            failure.message.clear();
        }
        self.settlement = None;
        self
    }
}

impl PaymentView {
    /// As a browser may see it: without the shop's metadata and the merchant's troubles.
    #[must_use]
    pub fn for_shopper(mut self) -> Self {
        self.metadata.clear();
        self.attempts = self.attempts.into_iter().map(AttemptView::for_shopper).collect();
        self
    }
}

impl RefundView {
    #[must_use]
    pub fn of(refund: &Refund) -> Self {
        Self {
            id: refund.id,
            payment_id: refund.payment_id,
            attempt_id: refund.attempt_id,
            amount_fen: refund.amount,
            reason: refund.reason.clone(),
            cause: refund.cause,
            status: refund.status,
            out_refund_no: refund.out_refund_no.clone(),
            gateway_refund_no: refund.gateway_refund_no.clone(),
            failure: refund.failure.clone(),
            created_at: refund.created_at,
            succeeded_at: refund.succeeded_at,
        }
    }
}
