//! The book as a test or a person reads it: what one merchant ordered, got and was sent.

use serde::Serialize;

use super::faults::{FaultKind, Operation};
use super::merchants::Merchant;
use super::transactions::{Product, Transaction, TransactionState};
use crate::clock::Timestamp;
use crate::sandbox::deliveries::{DeliveryAttempt, DeliveryState};

/// Everything that happened to one merchant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Book {
    pub mer_id: String,
    pub name: String,
    /// Purchases paid, less refunds and voids that succeeded.
    pub balance_fen: i64,
    /// Oldest first, refunds and voids among them.
    pub transactions: Vec<BookTransaction>,
    pub notifications: Vec<BookNotification>,
    /// The last thousand calls, oldest first.
    pub calls: Vec<BookCall>,
}

impl Book {
    /// The newest one of that number.
    #[must_use]
    pub fn transaction(&self, order_id: &str) -> Option<&BookTransaction> {
        self.transactions.iter().rev().find(|found| found.order_id == order_id)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookTransaction {
    pub order_id: String,
    pub txn_time: String,
    pub product: Product,
    pub state: TransactionState,
    /// What a query tells of it now.
    pub orig_resp_code: String,
    pub amount_fen: i64,
    pub refunded_fen: i64,
    pub query_id: Option<String>,
    /// Of the page, the `tn` or the code; the phone finds the order by it.
    pub handle: String,
    pub req_reserved: Option<String>,
    pub original_order_id: Option<String>,
    pub is_reversed: bool,
    pub created_at: Timestamp,
    pub pay_until: Option<Timestamp>,
    pub succeeded_at: Option<Timestamp>,
    pub refused_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookNotification {
    pub id: String,
    pub order_id: String,
    pub resp_code: String,
    pub url: String,
    pub state: DeliveryState,
    pub next_at: Option<Timestamp>,
    pub attempts: Vec<DeliveryAttempt>,
}

/// One call: `resp_code` is what the operation came to, before any fault bent the answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookCall {
    pub at: Timestamp,
    pub operation: Operation,
    pub order_id: Option<String>,
    pub resp_code: String,
    pub fault: Option<FaultKind>,
}

impl Merchant {
    pub(super) fn book(&self) -> Book {
        let mut transactions: Vec<BookTransaction> =
            self.transactions.values().map(|found| self.book_transaction(found)).collect();
        transactions.sort_by_key(|found| found.created_at);
        let balance_fen = self.transactions.values().filter(|found| found.settlement.is_some() && !found.is_reversed);
        let signed =
            |found: &Transaction| if found.product.is_purchase() { found.amount_fen } else { -found.amount_fen };
        Book {
            mer_id: self.mer_id.clone(),
            name: self.name.clone(),
            balance_fen: balance_fen.map(signed).sum(),
            transactions,
            notifications: self.book_notifications(),
            calls: self.calls.iter().cloned().collect(),
        }
    }

    pub(super) fn book_transaction(&self, found: &Transaction) -> BookTransaction {
        let told = |name: &str| found.request.get(name).cloned();
        BookTransaction {
            order_id: found.field("orderId").to_owned(),
            txn_time: found.field("txnTime").to_owned(),
            product: found.product,
            state: found.state,
            orig_resp_code: found.orig_resp_code().to_owned(),
            amount_fen: found.amount_fen,
            refunded_fen: self.refunded_fen(&found.key()),
            query_id: found.settlement.as_ref().map(|settlement| settlement.query_id.clone()),
            handle: found.handle.clone(),
            req_reserved: told("reqReserved"),
            original_order_id: found.original.as_ref().map(|(order_id, _)| order_id.clone()),
            is_reversed: found.is_reversed,
            created_at: found.created_at,
            pay_until: found.pay_until,
            succeeded_at: found.settlement.as_ref().map(|settlement| settlement.at),
            refused_at: found.refused_at,
        }
    }

    fn book_notifications(&self) -> Vec<BookNotification> {
        let told = self.deliveries.iter().map(|delivery| BookNotification {
            id: delivery.id.clone(),
            order_id: delivery.message.order_id().to_owned(),
            resp_code: delivery.message.resp_code().to_owned(),
            url: delivery.url.clone(),
            state: delivery.state,
            next_at: delivery.next_at(),
            attempts: delivery.attempts.clone(),
        });
        told.collect()
    }
}
