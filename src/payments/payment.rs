//! What a shopper owes for one order of the shop, and the pure table of its states.
//! No I/O, no clock: the caller brings the facts and the time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::ids::{AttemptId, PaymentId, StoreId};
use crate::money::{Currency, Fen};

/// Real money or play money. A key, an account and a payment always agree on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Test,
    Live,
}

impl Mode {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Test, Self::Live].into_iter().find(|m| m.as_str() == text)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    Open,
    Paid,
    PartlyRefunded,
    Refunded,
    Closed,
}

impl PaymentStatus {
    pub const ALL: [Self; 5] = [Self::Open, Self::Paid, Self::PartlyRefunded, Self::Refunded, Self::Closed];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::PartlyRefunded => "partly_refunded",
            Self::Refunded => "refunded",
            Self::Closed => "closed",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// One payment (支付单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub id: PaymentId,
    pub store_id: StoreId,
    pub mode: Mode,
    pub order_ref: String,
    pub amount: Fen,
    pub currency: Currency,
    pub description: String,
    pub return_url: Option<String>,
    pub metadata: BTreeMap<String, String>,
    pub status: PaymentStatus,
    /// The money arrived after the payment had been closed.
    pub late: bool,
    /// Succeeded refunds of the attempt that settled this payment.
    pub refunded: Fen,
    pub paid_by: Option<AttemptId>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// Somebody (the shop, or the expiry) wants it closed; it is closed once the gateways agree.
    pub close_requested_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    /// Counts the recorded changes; the storage compares it before each write.
    pub version: i64,
}

/// What can happen to a payment as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentFact {
    /// A gateway confirmed the money of one attempt.
    Paid,
    /// Every attempt has ended unpaid and the payment is no longer wanted.
    Closed,
    /// Refunds have succeeded for a part of the amount.
    RefundedInPart,
    /// Refunds have succeeded for the whole amount.
    RefundedInFull,
}

impl PaymentFact {
    pub const ALL: [Self; 4] = [Self::Paid, Self::Closed, Self::RefundedInPart, Self::RefundedInFull];
}

/// What a fact does to a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<S> {
    /// Move to this state.
    To(S),
    /// Known already, or overtaken by something newer: nothing changes.
    Stay,
    /// The fact contradicts the state; it must not be recorded as a change.
    Refuse,
}

/// The table of payment states. A success is real money whenever it comes, so `Closed` can still
/// become `Paid`; nothing takes a paid payment back to unpaid.
#[must_use]
pub const fn next_payment_status(status: PaymentStatus, fact: PaymentFact) -> Step<PaymentStatus> {
    use PaymentFact as F;
    use PaymentStatus as S;
    match (status, fact) {
        (S::Open | S::Closed, F::Paid) => Step::To(S::Paid),
        (S::Open, F::Closed) => Step::To(S::Closed),
        (S::Paid, F::RefundedInPart) => Step::To(S::PartlyRefunded),
        (S::Paid | S::PartlyRefunded, F::RefundedInFull) => Step::To(S::Refunded),
        // Paid again by another attempt is a duplicate: the attempt records it, the payment stays.
        (S::Paid | S::PartlyRefunded | S::Refunded, F::Paid)
        | (S::Closed, F::Closed)
        | (S::PartlyRefunded, F::RefundedInPart)
        | (S::Refunded, F::RefundedInFull) => Step::Stay,
        (S::Paid | S::PartlyRefunded | S::Refunded, F::Closed)
        | (S::Open | S::Closed, F::RefundedInPart | F::RefundedInFull)
        | (S::Refunded, F::RefundedInPart) => Step::Refuse,
    }
}
