//! Append-only facts. An event is what a shop hears (webhook, `/v1/events`) and, through its `fact`,
//! what the ledger can be rebuilt from.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fact::Fact;
use super::payment::Mode;
use crate::clock::Timestamp;
use crate::ids::{EventId, PaymentId, StoreId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub enum EventType {
    #[serde(rename = "payment.created")]
    PaymentCreated,
    #[serde(rename = "payment.paid")]
    PaymentPaid,
    #[serde(rename = "payment.closing")]
    PaymentClosing,
    #[serde(rename = "payment.closed")]
    PaymentClosed,
    #[serde(rename = "payment.partly_refunded")]
    PaymentPartlyRefunded,
    #[serde(rename = "payment.refunded")]
    PaymentRefunded,
    #[serde(rename = "payment.duplicate_paid")]
    PaymentDuplicatePaid,
    #[serde(rename = "payment.mismatch")]
    PaymentMismatch,
    #[serde(rename = "attempt.created")]
    AttemptCreated,
    /// The same order is asked for with a neutral text.
    #[serde(rename = "attempt.request_changed")]
    AttemptRequestChanged,
    #[serde(rename = "attempt.pending")]
    AttemptPending,
    #[serde(rename = "attempt.unknown")]
    AttemptUnknown,
    #[serde(rename = "attempt.paid")]
    AttemptPaid,
    #[serde(rename = "attempt.closed")]
    AttemptClosed,
    #[serde(rename = "attempt.failed")]
    AttemptFailed,
    #[serde(rename = "refund.requested")]
    RefundRequested,
    /// The same refund is asked for from other funds of the merchant.
    #[serde(rename = "refund.request_changed")]
    RefundRequestChanged,
    #[serde(rename = "refund.pending")]
    RefundPending,
    #[serde(rename = "refund.unknown")]
    RefundUnknown,
    /// The gateway accepted the refund and cannot deliver it; the merchant must act.
    #[serde(rename = "refund.abnormal")]
    RefundAbnormal,
    #[serde(rename = "refund.succeeded")]
    RefundSucceeded,
    #[serde(rename = "refund.failed")]
    RefundFailed,
    #[serde(rename = "account.credentials_expiring")]
    AccountCredentialsExpiring,
    /// A gateway's statement and the ledger disagree; the merchant may have to act.
    #[serde(rename = "difference.found")]
    DifferenceFound,
    #[serde(rename = "difference.resolved")]
    DifferenceResolved,
    /// A day's statement has been compared with the ledger as a whole.
    #[serde(rename = "statement.reconciled")]
    StatementReconciled,
    #[serde(rename = "webhook.test")]
    WebhookTest,
}

impl EventType {
    pub const ALL: [Self; 27] = [
        Self::PaymentCreated,
        Self::PaymentPaid,
        Self::PaymentClosing,
        Self::PaymentClosed,
        Self::PaymentPartlyRefunded,
        Self::PaymentRefunded,
        Self::PaymentDuplicatePaid,
        Self::PaymentMismatch,
        Self::AttemptCreated,
        Self::AttemptRequestChanged,
        Self::AttemptPending,
        Self::AttemptUnknown,
        Self::AttemptPaid,
        Self::AttemptClosed,
        Self::AttemptFailed,
        Self::RefundRequested,
        Self::RefundRequestChanged,
        Self::RefundPending,
        Self::RefundUnknown,
        Self::RefundAbnormal,
        Self::RefundSucceeded,
        Self::RefundFailed,
        Self::AccountCredentialsExpiring,
        Self::DifferenceFound,
        Self::DifferenceResolved,
        Self::StatementReconciled,
        Self::WebhookTest,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaymentCreated => "payment.created",
            Self::PaymentPaid => "payment.paid",
            Self::PaymentClosing => "payment.closing",
            Self::PaymentClosed => "payment.closed",
            Self::PaymentPartlyRefunded => "payment.partly_refunded",
            Self::PaymentRefunded => "payment.refunded",
            Self::PaymentDuplicatePaid => "payment.duplicate_paid",
            Self::PaymentMismatch => "payment.mismatch",
            Self::AttemptCreated => "attempt.created",
            Self::AttemptRequestChanged => "attempt.request_changed",
            Self::AttemptPending => "attempt.pending",
            Self::AttemptUnknown => "attempt.unknown",
            Self::AttemptPaid => "attempt.paid",
            Self::AttemptClosed => "attempt.closed",
            Self::AttemptFailed => "attempt.failed",
            Self::RefundRequested => "refund.requested",
            Self::RefundRequestChanged => "refund.request_changed",
            Self::RefundPending => "refund.pending",
            Self::RefundUnknown => "refund.unknown",
            Self::RefundAbnormal => "refund.abnormal",
            Self::RefundSucceeded => "refund.succeeded",
            Self::RefundFailed => "refund.failed",
            Self::AccountCredentialsExpiring => "account.credentials_expiring",
            Self::DifferenceFound => "difference.found",
            Self::DifferenceResolved => "difference.resolved",
            Self::StatementReconciled => "statement.reconciled",
            Self::WebhookTest => "webhook.test",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.as_str() == text)
    }

    /// What an endpoint hears that did not choose: everything but the inner steps of attempts and refunds and
    /// the daily word that a statement was compared.
    #[must_use]
    pub const fn is_default(self) -> bool {
        !matches!(
            self,
            Self::AttemptCreated
                | Self::AttemptRequestChanged
                | Self::AttemptPending
                | Self::AttemptUnknown
                | Self::AttemptPaid
                | Self::AttemptClosed
                | Self::AttemptFailed
                | Self::PaymentClosing
                | Self::RefundRequested
                | Self::RefundRequestChanged
                | Self::StatementReconciled
                | Self::RefundPending
                | Self::RefundUnknown
                | Self::WebhookTest
        )
    }
}

/// An event that is about to be recorded; the storage gives it its `sequence`.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    pub id: EventId,
    pub kind: EventType,
    pub at: Timestamp,
    pub store_id: StoreId,
    pub mode: Mode,
    pub payment_id: Option<PaymentId>,
    /// What happened. Only the first event of a fact carries it; `None` on those that follow from it.
    pub fact: Option<Fact>,
    /// The public object as it stood right after.
    pub data: Value,
}

/// A recorded event, as shops see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Event {
    pub id: EventId,
    #[serde(rename = "type")]
    pub kind: EventType,
    /// Gap-free per store and mode, in the order of commits.
    pub sequence: i64,
    pub created_at: Timestamp,
    pub data: Value,
}
