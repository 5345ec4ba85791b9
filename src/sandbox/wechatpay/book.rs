//! The book as a test or a person reads it: what one merchant ordered, got and was sent.

use serde::Serialize;

use super::calls::Answer;
use super::errors::Refusal;
use super::faults::{FaultKind, Operation};
use super::funds::Funds;
use super::merchants::Merchant;
use super::orders::{Product, TradeState};
use super::refunds::RefundStatus;
use super::trust::TrustMode;
use crate::clock::Timestamp;
use crate::sandbox::deliveries::{DeliveryAttempt, DeliveryState};

/// Everything that happened to one merchant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Book {
    pub mchid: String,
    pub appid: String,
    pub name: String,
    pub trust_mode: TrustMode,
    pub funds: Funds,
    /// Orders paid, less refunds that succeeded and orders reversed.
    pub balance_fen: i64,
    pub orders: Vec<BookOrder>,
    pub refunds: Vec<BookRefund>,
    pub notifications: Vec<BookNotification>,
    /// The last thousand API calls, oldest first.
    pub calls: Vec<BookCall>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookOrder {
    pub out_trade_no: String,
    pub trade_state: TradeState,
    /// `NATIVE`, `JSAPI`, `APP`, `MWEB` (H5) or `MICROPAY` (codepay).
    pub trade_type: &'static str,
    /// The service provider's in partner mode.
    pub appid: String,
    pub sub_mchid: Option<String>,
    pub sub_appid: Option<String>,
    pub description: String,
    pub total_fen: i64,
    pub payer_total_fen: Option<i64>,
    pub transaction_id: Option<String>,
    /// Newest last; each prepay hands out one more.
    pub code_urls: Vec<String>,
    pub prepay_ids: Vec<String>,
    pub h5_urls: Vec<String>,
    /// Empty for codepay.
    pub notify_url: String,
    /// Who paid.
    pub openid: Option<String>,
    pub created_at: Timestamp,
    pub payable_until: Timestamp,
    pub paid_at: Option<Timestamp>,
    pub refused_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub refunded_fen: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookRefund {
    pub out_refund_no: String,
    pub out_trade_no: String,
    pub refund_id: String,
    pub transaction_id: String,
    pub sub_mchid: Option<String>,
    pub status: RefundStatus,
    /// `ORIGINAL`, `OTHER_BANKCARD` or `OTHER_BALANCE`.
    pub channel: &'static str,
    pub refund_fen: i64,
    /// Made by a person in the console.
    pub by_console: bool,
    pub created_at: Timestamp,
    pub succeeded_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookNotification {
    pub id: String,
    pub event_type: String,
    pub out_trade_no: String,
    pub out_refund_no: Option<String>,
    pub url: String,
    pub state: DeliveryState,
    pub next_at: Option<Timestamp>,
    pub attempts: Vec<DeliveryAttempt>,
}

/// One API call: `status` and `code` are what the operation came to, before any fault bent
/// the answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookCall {
    pub at: Timestamp,
    pub operation: Operation,
    pub number: Option<String>,
    pub status: u16,
    pub code: Option<String>,
    pub fault: Option<FaultKind>,
}

impl BookCall {
    pub(super) fn of(
        operation: Operation,
        number: Option<String>,
        result: &Result<Answer, Refusal>,
        fault: Option<&FaultKind>,
        at: Timestamp,
    ) -> Self {
        let (status, code) = match result {
            Ok(Answer::Json(_)) => (200, None),
            Ok(Answer::Accepted(told)) => (202, told.get("code").and_then(|code| code.as_str()).map(str::to_owned)),
            Ok(Answer::NoContent) => (204, None),
            Err(refusal) => (refusal.status, Some(refusal.code.clone())),
        };
        Self { at, operation, number, status, code, fault: fault.cloned() }
    }
}

impl Merchant {
    pub(super) fn book(&self) -> Book {
        let mut orders: Vec<BookOrder> = self.orders.keys().filter_map(|number| self.book_order(number)).collect();
        orders.sort_by_key(|order| order.created_at);
        let mut refunds: Vec<BookRefund> = self.refunds.values().map(book_refund).collect();
        refunds.sort_by_key(|refund| refund.created_at);
        let is_taking = |order: &&BookOrder| order.paid_at.is_some() && order.revoked_at.is_none();
        let paid_fen: i64 = orders.iter().filter(is_taking).map(|order| order.total_fen).sum();
        let refunded_fen: i64 = orders.iter().map(|order| order.refunded_fen).sum();
        Book {
            mchid: self.mchid.clone(),
            appid: self.appid.clone(),
            name: self.name.clone(),
            trust_mode: self.trust.mode,
            funds: self.funds,
            balance_fen: paid_fen - refunded_fen,
            orders,
            refunds,
            notifications: self.book_notifications(),
            calls: self.calls.iter().cloned().collect(),
        }
    }

    pub(super) fn book_order(&self, number: &str) -> Option<BookOrder> {
        let order = self.orders.get(number)?;
        let paid = order.payment.as_ref();
        let of_order = self.refunds.values().filter(|refund| refund.out_trade_no == number);
        let refunded_fen =
            of_order.filter(|refund| refund.status == RefundStatus::Success).map(|refund| refund.refund_fen).sum();
        let handed_out = |products: &[Product]| -> Vec<String> {
            let told = order.handouts.iter().filter(|_| products.contains(&order.product));
            told.map(|handout| handout.text.clone()).collect()
        };
        Some(BookOrder {
            out_trade_no: order.out_trade_no.clone(),
            trade_state: order.state,
            trade_type: order.product.trade_type(),
            appid: order.party.appid().to_owned(),
            sub_mchid: order.party.sub_mchid().map(str::to_owned),
            sub_appid: order.party.sub_appid().map(str::to_owned),
            description: order.description.clone(),
            total_fen: order.total_fen,
            payer_total_fen: paid.map(|paid| paid.payer_total_fen),
            transaction_id: paid.map(|paid| paid.transaction_id.clone()),
            code_urls: handed_out(&[Product::Native]),
            prepay_ids: handed_out(&[Product::Jsapi, Product::App]),
            h5_urls: handed_out(&[Product::H5]),
            notify_url: order.notify_url.clone().unwrap_or_default(),
            openid: paid.map(|paid| paid.openid.clone()),
            created_at: order.created_at,
            payable_until: order.payable_until,
            paid_at: paid.map(|paid| paid.at),
            refused_at: order.refused_at,
            revoked_at: order.revoked_at,
            refunded_fen,
        })
    }

    pub(super) fn book_refund(&self, number: &str) -> Option<BookRefund> {
        self.refunds.get(number).map(book_refund)
    }

    fn book_notifications(&self) -> Vec<BookNotification> {
        let told = self.deliveries.iter().map(|delivery| BookNotification {
            id: delivery.id.clone(),
            event_type: delivery.message.event_type.clone(),
            out_trade_no: delivery.message.out_trade_no.clone(),
            out_refund_no: delivery.message.out_refund_no.clone(),
            url: delivery.url.clone(),
            state: delivery.state,
            next_at: delivery.next_at(),
            attempts: delivery.attempts.clone(),
        });
        told.collect()
    }
}

fn book_refund(refund: &super::refunds::Refund) -> BookRefund {
    BookRefund {
        out_refund_no: refund.out_refund_no.clone(),
        out_trade_no: refund.out_trade_no.clone(),
        refund_id: refund.refund_id.clone(),
        transaction_id: refund.transaction_id.clone(),
        sub_mchid: refund.sub_mchid.clone(),
        status: refund.status,
        channel: refund.channel,
        by_console: refund.by_console,
        refund_fen: refund.refund_fen,
        created_at: refund.created_at,
        succeeded_at: refund.succeeded_at,
    }
}
