//! The book as a test or a person reads it: what one merchant ordered, got and was sent.

use serde::Serialize;

use super::calls::Outcome;
use super::faults::{FaultKind, Operation};
use super::merchants::Merchant;
use super::orders::{Order, Product, TradeStatus};
use super::refunds::{Refund, RefundStatus};
use super::trust::TrustMode;
use crate::clock::Timestamp;
use crate::sandbox::deliveries::{DeliveryAttempt, DeliveryState};

/// Everything that happened to one merchant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Book {
    pub app_id: String,
    pub seller_id: String,
    pub name: String,
    pub trust_mode: TrustMode,
    /// Trades paid, less refunds that moved money.
    pub balance_fen: i64,
    pub trades: Vec<BookTrade>,
    pub refunds: Vec<BookRefund>,
    pub notifications: Vec<BookNotification>,
    /// The last thousand API calls, oldest first.
    pub calls: Vec<BookCall>,
}

impl Book {
    #[must_use]
    pub fn trade(&self, out_trade_no: &str) -> Option<&BookTrade> {
        self.trades.iter().find(|trade| trade.out_trade_no == out_trade_no)
    }
}

/// An order, and the trade it became.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookTrade {
    pub out_trade_no: String,
    pub product: Product,
    /// `None` while no buyer reached it: for Alipay's query it does not exist.
    pub trade_status: Option<TradeStatus>,
    pub trade_no: Option<String>,
    pub subject: String,
    pub total_fen: i64,
    pub buyer_pay_fen: Option<i64>,
    pub refunded_fen: i64,
    pub buyer_id: Option<String>,
    pub passback_params: Option<String>,
    /// Newest last.
    pub code_urls: Vec<String>,
    pub notify_url: Option<String>,
    pub return_url: Option<String>,
    pub quit_url: Option<String>,
    pub created_at: Timestamp,
    /// `None` while the time-out does not run yet.
    pub payable_until: Option<Timestamp>,
    pub opened_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    pub refused_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookRefund {
    pub out_trade_no: String,
    pub out_request_no: String,
    pub amount_fen: i64,
    pub status: RefundStatus,
    /// By `trade.cancel` or by hand.
    pub is_foreign: bool,
    pub created_at: Timestamp,
    pub moved_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookNotification {
    pub notify_id: String,
    pub out_trade_no: String,
    pub out_request_no: Option<String>,
    pub trade_status: TradeStatus,
    pub url: String,
    pub state: DeliveryState,
    pub next_at: Option<Timestamp>,
    pub attempts: Vec<DeliveryAttempt>,
}

/// One API call: `code` and `sub_code` are what the operation came to, before any fault bent
/// the answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookCall {
    pub at: Timestamp,
    pub operation: Operation,
    pub number: Option<String>,
    pub code: String,
    pub sub_code: Option<String>,
    pub fault: Option<FaultKind>,
}

impl BookCall {
    pub(super) fn of(
        operation: Operation,
        number: Option<String>,
        outcome: &Outcome,
        fault: Option<&FaultKind>,
        at: Timestamp,
    ) -> Self {
        let (code, sub_code) = match outcome {
            Ok(told) => (told.code.to_owned(), None),
            Err(refusal) => (refusal.code.clone(), Some(refusal.sub_code.clone())),
        };
        Self { at, operation, number, code, sub_code, fault: fault.cloned() }
    }
}

impl Merchant {
    pub(super) fn book(&self) -> Book {
        let mut trades: Vec<BookTrade> = self.orders.values().map(|order| self.book_trade(order)).collect();
        trades.sort_by_key(|trade| trade.created_at);
        let paid_fen: i64 = trades.iter().filter(|t| t.paid_at.is_some()).map(|trade| trade.total_fen).sum();
        let refunded_fen: i64 = trades.iter().map(|trade| trade.refunded_fen).sum();
        Book {
            app_id: self.app_id.clone(),
            seller_id: self.seller_id.clone(),
            name: self.name.clone(),
            trust_mode: self.trust.mode(),
            balance_fen: paid_fen - refunded_fen,
            trades,
            refunds: self.refunds.iter().map(book_refund).collect(),
            notifications: self.book_notifications(),
            calls: self.calls.iter().cloned().collect(),
        }
    }

    pub(super) fn book_trade(&self, order: &Order) -> BookTrade {
        let trade = order.trade.as_ref();
        let payment = trade.and_then(|trade| trade.payment.as_ref());
        BookTrade {
            out_trade_no: order.out_trade_no.clone(),
            product: order.product,
            trade_status: order.status(),
            trade_no: trade.map(|trade| trade.trade_no.clone()),
            subject: order.subject.clone(),
            total_fen: order.total_fen,
            buyer_pay_fen: payment.map(|payment| payment.buyer_pay_fen),
            refunded_fen: self.refunded_fen(&order.out_trade_no),
            buyer_id: trade.map(|trade| trade.buyer.user_id()),
            passback_params: order.passback_params.clone(),
            code_urls: order.codes.iter().map(|code| code.url.clone()).collect(),
            notify_url: order.notify_url.clone(),
            return_url: order.return_url.clone(),
            quit_url: order.quit_url.clone(),
            created_at: order.created_at,
            payable_until: order.payable_until(),
            opened_at: trade.map(|trade| trade.created_at),
            paid_at: payment.map(|payment| payment.at),
            refused_at: order.refused_at,
            closed_at: trade.and_then(|trade| trade.closed_at),
        }
    }

    fn book_notifications(&self) -> Vec<BookNotification> {
        let told = self.deliveries.iter().map(|delivery| BookNotification {
            notify_id: delivery.id.clone(),
            out_trade_no: delivery.message.out_trade_no.clone(),
            out_request_no: delivery.message.out_request_no.clone(),
            trade_status: delivery.message.trade_status,
            url: delivery.url.clone(),
            state: delivery.state,
            next_at: delivery.next_at(),
            attempts: delivery.attempts.clone(),
        });
        told.collect()
    }
}

pub(super) fn book_refund(refund: &Refund) -> BookRefund {
    BookRefund {
        out_trade_no: refund.out_trade_no.clone(),
        out_request_no: refund.out_request_no.clone(),
        amount_fen: refund.amount_fen,
        status: refund.status,
        is_foreign: refund.is_foreign,
        created_at: refund.created_at,
        moved_at: refund.moved_at,
    }
}
