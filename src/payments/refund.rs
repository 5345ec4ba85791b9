//! Money going back (退款), and the pure table of its states.

use serde::{Deserialize, Serialize};

use super::attempt::Failure;
use super::payment::Step;
use crate::clock::Timestamp;
use crate::ids::{AttemptId, PaymentId, RefundId};
use crate::money::Fen;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Recorded here; the gateway has not been heard yet.
    Requested,
    /// The gateway accepted it.
    Pending,
    /// The call may or may not have taken effect: the gateway is being asked.
    Unknown,
    Succeeded,
    Failed,
}

impl RefundStatus {
    pub const ALL: [Self; 5] = [Self::Requested, Self::Pending, Self::Unknown, Self::Succeeded, Self::Failed];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    #[must_use]
    pub const fn is_unsettled(self) -> bool {
        matches!(self, Self::Requested | Self::Pending | Self::Unknown)
    }
}

/// Why the money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundCause {
    /// The shop asked for it.
    Requested,
    /// The shopper paid twice; this returns the surplus.
    Duplicate,
}

impl RefundCause {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Duplicate => "duplicate",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    pub id: RefundId,
    pub payment_id: PaymentId,
    pub attempt_id: AttemptId,
    pub amount: Fen,
    pub reason: Option<String>,
    pub cause: RefundCause,
    pub status: RefundStatus,
    /// Our number at the gateway (商户退款单号). Kept on every repeat: a new one would be a second refund.
    pub out_refund_no: String,
    /// The exact request, kept for the same reason.
    pub request: String,
    pub gateway_refund_no: Option<String>,
    /// Set when it failed, or when the merchant must act for it to go on.
    pub failure: Option<Failure>,
    pub created_at: Timestamp,
    pub succeeded_at: Option<Timestamp>,
}

/// What can happen to a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefundFact {
    /// The gateway took the application.
    Accepted,
    /// The application got no believable answer.
    Unknown,
    Succeeded,
    /// The gateway refused or cancelled it; the money stays with the merchant.
    Failed,
}

impl RefundFact {
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Unknown, Self::Succeeded, Self::Failed];
}

/// The table of refund states. A success is believed from every state, for the money has moved.
#[must_use]
pub const fn next_refund_status(status: RefundStatus, fact: RefundFact) -> Step<RefundStatus> {
    use RefundFact as F;
    use RefundStatus as S;
    match (status, fact) {
        (S::Requested | S::Pending | S::Unknown | S::Failed, F::Succeeded) => Step::To(S::Succeeded),
        (S::Requested | S::Unknown, F::Accepted) => Step::To(S::Pending),
        (S::Requested, F::Unknown) => Step::To(S::Unknown),
        (S::Requested | S::Pending | S::Unknown, F::Failed) => Step::To(S::Failed),
        (S::Succeeded, F::Failed) => Step::Refuse,
        (S::Pending, F::Accepted | F::Unknown)
        | (S::Unknown, F::Unknown)
        | (S::Succeeded, F::Accepted | F::Unknown | F::Succeeded)
        | (S::Failed, F::Accepted | F::Unknown | F::Failed) => Step::Stay,
    }
}
