//! A difference between a gateway's statement and the ledger (对账差异): what each side says, why it is
//! one, and what the merchant should do. Pure; the words come from `locales/`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::event::{EventType, NewEvent};
use super::payment::Mode;
use super::statement::words;
use crate::clock::Timestamp;
use crate::i18n::{self, Locale};
use crate::ids::{AccountId, DifferenceId, EventId, PaymentId, RefundId, StoreId};

words! {
    /// How the two sides differ.
    pub enum DifferenceKind {
        /// In the statement, and unknown or unpaid here.
        MissingHere = "missing_here",
        /// Paid or refunded here that day, and not in the statement.
        MissingThere = "missing_there",
        /// Both know it, with different amounts.
        Amount = "amount",
        /// Both know it, and it ended differently.
        Status = "status",
        /// The same order or transaction stands twice in the statements.
        Duplicate = "duplicate",
        /// The statement's own totals are not what its rows add up to.
        Totals = "totals",
    }
}

words! {
    pub enum DifferenceStatus {
        Open = "open",
        /// The two sides agree now.
        Resolved = "resolved",
        /// Somebody has looked at it and left a note.
        Acknowledged = "acknowledged",
    }
}

words! {
    /// What a difference is about.
    pub enum DifferenceSubject {
        Payment = "payment",
        Refund = "refund",
        Statement = "statement",
    }
}

words! {
    /// Why it is a difference: finer than its kind. The keys `difference-…` in `locales/` word it.
    pub enum Reason {
        UnknownOrder = "unknown_order",
        UnpaidHere = "unpaid_here",
        UnknownRefund = "unknown_refund",
        PaymentAbsent = "payment_absent",
        RefundAbsent = "refund_absent",
        PaymentAmount = "payment_amount",
        RefundAmount = "refund_amount",
        Currency = "currency",
        /// Reversed there, paid here.
        Reversed = "reversed",
        RefundStatus = "refund_status",
        /// Two transactions of the gateway for one order.
        PaidTwice = "paid_twice",
        ListedTwice = "listed_twice",
        TotalsDisagree = "totals_disagree",
    }
}

impl Reason {
    #[must_use]
    pub const fn kind(self) -> DifferenceKind {
        match self {
            Self::UnknownOrder | Self::UnpaidHere | Self::UnknownRefund => DifferenceKind::MissingHere,
            Self::PaymentAbsent | Self::RefundAbsent => DifferenceKind::MissingThere,
            Self::PaymentAmount | Self::RefundAmount | Self::Currency => DifferenceKind::Amount,
            Self::Reversed | Self::RefundStatus => DifferenceKind::Status,
            Self::PaidTwice | Self::ListedTwice => DifferenceKind::Duplicate,
            Self::TotalsDisagree => DifferenceKind::Totals,
        }
    }
}

/// What one side says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Side {
    pub amount_fen: i64,
    /// In that side's words: a status of ours, or what the row says.
    pub state: String,
    pub gateway_number: Option<String>,
    pub at: Option<Timestamp>,
    /// Of a statement: its row, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub id: DifferenceId,
    pub store_id: StoreId,
    pub mode: Mode,
    pub account_id: AccountId,
    /// The day of the statement.
    pub date: Date,
    pub reason: Reason,
    pub subject: DifferenceSubject,
    /// Order number or refund number; of totals, the name of the sum.
    pub number: String,
    pub out_trade_no: Option<String>,
    pub payment_id: Option<PaymentId>,
    pub refund_id: Option<RefundId>,
    /// What the statement says; `None` when it says nothing.
    pub there: Option<Side>,
    /// What the ledger says.
    pub here: Option<Side>,
    pub status: DifferenceStatus,
    pub note: Option<String>,
    pub found_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub acknowledged_at: Option<Timestamp>,
}

/// A text in Chinese and in English, by tag: `zh-Hans`, `en`.
pub type Worded = BTreeMap<String, String>;

/// A difference as the shop sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Difference)]
pub struct DifferenceView {
    pub id: DifferenceId,
    pub account: AccountId,
    /// The day of the statement, Beijing time.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    pub kind: DifferenceKind,
    pub reason: Reason,
    pub subject: DifferenceSubject,
    pub status: DifferenceStatus,
    pub out_trade_no: Option<String>,
    pub out_refund_no: Option<String>,
    pub payment_id: Option<PaymentId>,
    pub refund_id: Option<RefundId>,
    /// What the statement says; null when it says nothing.
    pub there: Option<Side>,
    /// What the ledger says; null when it says nothing.
    pub here: Option<Side>,
    /// What is different, in Chinese and in English.
    pub explanation: Worded,
    /// What the merchant should do, in Chinese and in English.
    pub advice: Worded,
    /// Left by whoever acknowledged it.
    pub note: Option<String>,
    pub found_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub acknowledged_at: Option<Timestamp>,
}

impl DifferenceView {
    #[must_use]
    pub fn of(difference: &Difference) -> Self {
        let key = format!("difference-{}", difference.reason.as_str().replace('_', "-"));
        let refund = difference.subject == DifferenceSubject::Refund;
        Self {
            id: difference.id,
            account: difference.account_id,
            date: difference.date,
            kind: difference.reason.kind(),
            reason: difference.reason,
            subject: difference.subject,
            status: difference.status,
            out_trade_no: difference.out_trade_no.clone(),
            out_refund_no: refund.then(|| difference.number.clone()),
            payment_id: difference.payment_id,
            refund_id: difference.refund_id,
            there: difference.there.clone(),
            here: difference.here.clone(),
            explanation: difference.worded(&key),
            advice: difference.worded(&format!("{key}-advice")),
            note: difference.note.clone(),
            found_at: difference.found_at,
            resolved_at: difference.resolved_at,
            acknowledged_at: difference.acknowledged_at,
        }
    }
}

impl Difference {
    fn worded(&self, key: &str) -> Worded {
        let yuan = |side: &Option<Side>| side.as_ref().map_or_else(|| "—".to_owned(), |s| yuan(s.amount_fen));
        let state = |side: &Option<Side>| side.as_ref().map_or_else(|| "—".to_owned(), |s| s.state.clone());
        let (date, there, here) = (self.date.to_string(), yuan(&self.there), yuan(&self.here));
        let (there_state, here_state) = (state(&self.there), state(&self.here));
        let args = [
            ("number", self.number.as_str()),
            ("date", date.as_str()),
            ("there", there.as_str()),
            ("here", here.as_str()),
            ("there_state", there_state.as_str()),
            ("here_state", here_state.as_str()),
        ];
        let locales = [Locale::ZhHans, Locale::En];
        locales.map(|locale| (locale.tag().to_owned(), i18n::text_with(locale, key, &args))).into()
    }

    /// The event that tells of it.
    #[must_use]
    pub fn event(&self, kind: EventType, at: Timestamp) -> NewEvent {
        NewEvent {
            id: EventId::generate(),
            kind,
            at,
            store_id: self.store_id,
            mode: self.mode,
            // A payment's events are its ledger; this is told beside it.
            payment_id: None,
            fact: None,
            data: json!(DifferenceView::of(self)),
        }
    }
}

/// Fen as yuan, also below zero.
#[must_use]
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_worded_in_every_language() {
        for reason in Reason::ALL {
            let key = format!("difference-{}", reason.as_str().replace('_', "-"));
            for key in [key.clone(), format!("{key}-advice")] {
                for locale in Locale::ALL {
                    assert_ne!(i18n::text(*locale, &key), key, "{locale}");
                }
            }
        }
    }

    #[test]
    fn yuan_has_two_decimals_on_either_side_of_zero() {
        assert_eq!([yuan(0), yuan(5), yuan(-5), yuan(-12_345)], ["0.00", "0.05", "-0.05", "-123.45"]);
    }
}
