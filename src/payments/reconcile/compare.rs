//! One row beside what the ledger says of it. Pure: the same two sides always give the same answer.

use jiff::civil::Date;

use super::super::difference::{Reason, Side};
use super::super::statement::{RowKind, RowRefundState, StatementRow};
use super::super::{AttemptStatus, RefundStatus};
use crate::storage::{ComparedRow, OrderHere, RefundHere, RowElsewhere};

/// What is different about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) reason: Reason,
    pub(super) there: Side,
    pub(super) here: Option<Side>,
    /// Whether asking the gateway may end it.
    pub(super) can_be_asked: bool,
}

/// Compares a row with the ledger; `reversed` says that another row undoes this order.
pub(super) fn compare(compared: &ComparedRow, reversed: bool) -> Option<Finding> {
    match compared.row.kind {
        RowKind::Payment => compare_payment(&compared.row, compared.order.as_ref(), reversed),
        RowKind::Reversal => compare_reversal(&compared.row, compared.order.as_ref()),
        RowKind::Refund => compare_refund(&compared.row, compared.refund.as_ref()),
        RowKind::Income | RowKind::Expense => None,
    }
}

fn compare_payment(row: &StatementRow, order: Option<&OrderHere>, reversed: bool) -> Option<Finding> {
    let there = there(row);
    let Some(order) = order else {
        return Some(Finding { reason: Reason::UnknownOrder, there, here: None, can_be_asked: false });
    };
    let found = |reason| Some(Finding { reason, there, here: Some(order_here(order)), can_be_asked: true });
    if order.status != AttemptStatus::Paid {
        // Paid and reversed at once is what an ended attempt looks like from there.
        return if reversed { None } else { found(Reason::UnpaidHere) };
    }
    if order.currency != row.currency {
        return found(Reason::Currency);
    }
    if order.amount != row.amount {
        return found(Reason::PaymentAmount);
    }
    if order.gateway_trade_no.as_deref() != Some(row.gateway_number.as_str()) {
        return found(Reason::PaidTwice);
    }
    None
}

fn compare_reversal(row: &StatementRow, order: Option<&OrderHere>) -> Option<Finding> {
    let there = there(row);
    match order {
        None => Some(Finding { reason: Reason::UnknownOrder, there, here: None, can_be_asked: false }),
        Some(order) if order.status == AttemptStatus::Paid => {
            Some(Finding { reason: Reason::Reversed, there, here: Some(order_here(order)), can_be_asked: false })
        }
        Some(_) => None,
    }
}

fn compare_refund(row: &StatementRow, refund: Option<&RefundHere>) -> Option<Finding> {
    let there = there(row);
    let Some(refund) = refund else {
        return Some(Finding { reason: Reason::UnknownRefund, there, here: None, can_be_asked: false });
    };
    let found = |reason| Some(Finding { reason, there, here: Some(refund_here(refund)), can_be_asked: true });
    if refund.amount != row.amount {
        return found(Reason::RefundAmount);
    }
    let state = row.refund_state.unwrap_or(RowRefundState::Succeeded);
    let agree = match refund.status {
        // A statement is a snapshot: what was under way then may have ended since.
        RefundStatus::Succeeded => state != RowRefundState::Failed,
        RefundStatus::Failed => state == RowRefundState::Failed,
        RefundStatus::Requested | RefundStatus::Pending | RefundStatus::Unknown => state == RowRefundState::Pending,
    };
    if agree { None } else { found(Reason::RefundStatus) }
}

/// The same thing in two rows. Told of the later row, so that either row tells the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Duplicate {
    pub(super) reason: Reason,
    /// The later row's day and number.
    pub(super) date: Date,
    pub(super) number: String,
    /// The row that is not looked at.
    pub(super) other: RowElsewhere,
}

pub(super) fn duplicates(date: Date, row: &StatementRow, elsewhere: &[RowElsewhere]) -> Vec<Duplicate> {
    let is_other =
        |other: &&RowElsewhere| other.kind == row.kind && !(other.date == date && other.position == row.position);
    let found = elsewhere.iter().filter(is_other).filter_map(|other| {
        let same_number = other.number == row.number;
        let same_transaction = !row.gateway_number.is_empty() && other.gateway_number == row.gateway_number;
        let reason = match (same_number, same_transaction) {
            (_, true) => Reason::ListedTwice,
            (true, false) if row.kind == RowKind::Payment => Reason::PaidTwice,
            (true, false) => Reason::ListedTwice,
            (false, false) => return None,
        };
        let other_is_later = (other.date, other.position) > (date, row.position);
        // Within one statement the later row will come and tell.
        if other_is_later && other.date == date {
            return None;
        }
        let (date, number) =
            if other_is_later { (other.date, other.number.clone()) } else { (date, row.number.clone()) };
        Some(Duplicate { reason, date, number, other: other.clone() })
    });
    found.collect()
}

pub(super) fn there(row: &StatementRow) -> Side {
    let state = row.refund_state.map_or_else(|| row.kind.as_str(), RowRefundState::as_str);
    Side {
        amount_fen: row.amount.get(),
        state: state.to_owned(),
        gateway_number: Some(row.gateway_number.clone()).filter(|number| !number.is_empty()),
        at: row.at,
        row: Some(row.position),
    }
}

pub(super) fn order_here(order: &OrderHere) -> Side {
    Side {
        amount_fen: order.amount.get(),
        state: order.status.as_str().to_owned(),
        gateway_number: order.gateway_trade_no.clone(),
        at: order.paid_at,
        row: None,
    }
}

pub(super) fn refund_here(refund: &RefundHere) -> Side {
    Side {
        amount_fen: refund.amount.get(),
        state: refund.status.as_str().to_owned(),
        gateway_number: refund.gateway_refund_no.clone(),
        at: Some(refund.created_at),
        row: None,
    }
}
