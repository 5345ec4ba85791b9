//! What can happen to a payment as one value each, stored with its event, so that a ledger can be built
//! again from them; and why a fact may be refused.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::attempt::{Attempt, Failure, NextAction, SettlementAmount};
use super::payment::{Payment, PaymentStatus};
use super::refund::Refund;
use crate::clock::Timestamp;
use crate::ids::{AttemptId, RefundId};
use crate::money::Fen;

/// Something that happened, complete enough to be applied again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    PaymentCreated {
        payment: Box<Payment>,
    },
    CloseRequested,
    PaymentClosed,
    AttemptCreated {
        attempt: Box<Attempt>,
    },
    /// The gateway refused the order's text and, asked, knows no such order: the same number, another request.
    AttemptRequestChanged {
        attempt_id: AttemptId,
        request: String,
    },
    AttemptOpened {
        attempt_id: AttemptId,
        next_action: NextAction,
        #[serde(default)]
        expires_at: Option<Timestamp>,
    },
    AttemptUnpaid {
        attempt_id: AttemptId,
    },
    AttemptUnknown {
        attempt_id: AttemptId,
        failure: Failure,
    },
    AttemptFailed {
        attempt_id: AttemptId,
        failure: Failure,
    },
    AttemptClosed {
        attempt_id: AttemptId,
    },
    AttemptPaid {
        attempt_id: AttemptId,
        gateway_trade_no: String,
        paid_at: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        settlement: Option<SettlementAmount>,
    },
    RefundRequested {
        refund: Box<Refund>,
    },
    /// The gateway has no such refund yet and lacks the funds asked for: the same number, another request.
    RefundRequestChanged {
        refund_id: RefundId,
        request: String,
    },
    RefundAccepted {
        refund_id: RefundId,
        gateway_refund_no: Option<String>,
        failure: Option<Failure>,
    },
    RefundUnknown {
        refund_id: RefundId,
        failure: Failure,
    },
    RefundSucceeded {
        refund_id: RefundId,
        gateway_refund_no: Option<String>,
        succeeded_at: Timestamp,
    },
    RefundFailed {
        refund_id: RefundId,
        failure: Failure,
    },
    /// A verified message disagreed with the ledger; it changes nothing.
    Mismatch {
        details: Value,
    },
}

/// Why a fact was not applied. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this contradicts what is already recorded")]
    Contradiction,
    #[error("no such attempt or refund on this payment")]
    UnknownSubject,
    #[error("the payment is {}", .0.as_str())]
    WrongStatus(PaymentStatus),
    #[error("the payment is being closed")]
    Closing,
    #[error("at most {} can still be refunded", .refundable)]
    ExceedsRefundable { refundable: Fen },
    #[error("the refund is not abnormal")]
    NotAbnormal,
    #[error("an attempt is still unsettled")]
    Unsettled,
}
