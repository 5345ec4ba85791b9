//! Notifications (通知): as they arrive, why one is not believed, what was proven, and the answer.

use super::Verified;
use super::report::{OrderReport, RefundReport};
use crate::money::Fen;

/// A notification as it arrived, byte for byte.
#[derive(Debug, Clone)]
pub struct RawNotification {
    /// Lower-case names.
    pub headers: Vec<(String, String)>,
    pub body: bytes::Bytes,
}

impl RawNotification {
    /// Among the headers, the path that was called: one gateway signs it.
    pub const PATH: &'static str = ":path";

    /// The first header of that lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// Why a notification was not believed. It is never answered with "success".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("a signature header is missing or unreadable")]
    Unsigned,
    #[error("the signature type is not supported")]
    UnsupportedSignatureType,
    #[error("the timestamp is more than five minutes from our clock")]
    Stale,
    #[error("no key or certificate that the account trusts has signed it")]
    UnknownKey,
    #[error("the signature does not match the message")]
    BadSignature,
    #[error("the message cannot be decrypted with the account's key")]
    CannotDecrypt,
    #[error("the message cannot be read")]
    Malformed,
    /// Genuine, but its number has another time or product than the order of ours.
    #[error("the message speaks of another transaction than the order it names")]
    OtherTransaction,
}

impl Rejected {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::UnsupportedSignatureType => "unsupported_signature_type",
            Self::Stale => "stale",
            Self::UnknownKey => "unknown_key",
            Self::BadSignature => "bad_signature",
            Self::CannotDecrypt => "cannot_decrypt",
            Self::Malformed => "malformed",
            Self::OtherTransaction => "other_transaction",
        }
    }
}

/// How a notification ended, for the gateway's ears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Durably recorded (or known already).
    Recorded,
    /// Not believed.
    Rejected(Rejected),
    /// Genuine, but it contradicts the ledger.
    Mismatch,
    /// Our own fault; the gateway should send it again.
    Failed,
}

/// The answer to a notification, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawResponse {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
}
/// A verified notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The gateway's id, the same on redelivery.
    pub id: String,
    pub event_type: String,
    pub notice: Notice,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    Order(OrderReport),
    Refund(RefundReport),
    /// An order that was paid and of which money went back. What one refund came to is not said: ask.
    OrderRefunded {
        order: OrderReport,
        out_refund_no: Option<String>,
        /// All that went back so far.
        refunded_total: Option<Fen>,
    },
    /// Genuine, but nothing this program acts on.
    Other,
}

/// The report of a verified notification, still verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifiedNotice {
    Order(Verified<OrderReport>),
    Refund(Verified<RefundReport>),
    OrderRefunded { order: Verified<OrderReport>, out_refund_no: Option<String>, refunded_total: Option<Fen> },
    Other,
}

impl Verified<Notification> {
    /// The parts of a verified message are verified.
    #[must_use]
    pub fn into_notice(self) -> VerifiedNotice {
        match self.0.notice {
            Notice::Order(report) => VerifiedNotice::Order(Verified(report)),
            Notice::Refund(report) => VerifiedNotice::Refund(Verified(report)),
            Notice::OrderRefunded { order, out_refund_no, refunded_total } => {
                VerifiedNotice::OrderRefunded { order: Verified(order), out_refund_no, refunded_total }
            }
            Notice::Other => VerifiedNotice::Other,
        }
    }
}
