//! Orders and the trades they become (§10).
//!
//! Promises: an order is what the merchant handed in; its trade exists only once a buyer
//! reached it, so that query and close know nothing of an unopened one. Trades move as §10
//! allows; a deadline closes them by the clock.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::buyers::Buyer;
use super::errors::Refusal;
use super::fields::TradeName;
use super::forms::Charset;
use super::keys::random_digits;
use super::merchants::Merchant;
use super::times::{Timeout, day_digits};
use crate::clock::Timestamp;

const FACE_TO_FACE_LIFE_S: i64 = 3 * 3600;
const LIFE_S: i64 = 15 * 86_400;

/// §10; a trade that nobody opened has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TradeStatus {
    WaitBuyerPay,
    TradeSuccess,
    TradeFinished,
    TradeClosed,
}

impl TradeStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::WaitBuyerPay => "WAIT_BUYER_PAY",
            Self::TradeSuccess => "TRADE_SUCCESS",
            Self::TradeFinished => "TRADE_FINISHED",
            Self::TradeClosed => "TRADE_CLOSED",
        }
    }
}

/// Which method opened the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    Precreate,
    Page,
    Wap,
    App,
    Create,
    Pay,
}

impl Product {
    fn is_face_to_face(self) -> bool {
        matches!(self, Self::Precreate | Self::Pay)
    }

    /// §5.2, what every contract has by default; refunds are told in any case.
    pub(super) fn is_notified_of(self, status: TradeStatus) -> bool {
        match status {
            TradeStatus::WaitBuyerPay => false,
            TradeStatus::TradeSuccess => true,
            TradeStatus::TradeClosed | TradeStatus::TradeFinished => matches!(self, Self::Wap | Self::App),
        }
    }
}

/// What paying left behind.
#[derive(Debug, Clone)]
pub(super) struct Payment {
    pub(super) at: Timestamp,
    pub(super) buyer_pay_fen: i64,
}

/// What Alipay knows of the order once a buyer is there.
#[derive(Debug, Clone)]
pub(super) struct Trade {
    pub(super) trade_no: String,
    pub(super) status: TradeStatus,
    pub(super) buyer: Buyer,
    pub(super) created_at: Timestamp,
    pub(super) payment: Option<Payment>,
    pub(super) closed_at: Option<Timestamp>,
}

/// A code handed out for an order; scanning it opens the trade.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) expires_at: Timestamp,
}

#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) out_trade_no: String,
    pub(super) product: Product,
    pub(super) total_fen: i64,
    pub(super) subject: String,
    pub(super) body: Option<String>,
    pub(super) passback_params: Option<String>,
    pub(super) notify_url: Option<String>,
    pub(super) return_url: Option<String>,
    pub(super) quit_url: Option<String>,
    /// Page: how the cashier is to look, and the width of a bare code.
    pub(super) qr_pay_mode: Option<String>,
    pub(super) qrcode_width_px: Option<u32>,
    /// Of the order-creating call; notifications keep to it.
    pub(super) charset: Charset,
    pub(super) created_at: Timestamp,
    pub(super) time_expire: Option<Timestamp>,
    pub(super) timeout: Option<Timeout>,
    /// When the relative time-out begins to run: not before a page is opened or a buyer there.
    pub(super) runs_since: Option<Timestamp>,
    /// Newest last.
    pub(super) codes: Vec<Code>,
    pub(super) trade: Option<Trade>,
    pub(super) refused_at: Option<Timestamp>,
    /// The first request, against which every repetition is compared.
    pub(super) content: Value,
}

impl Order {
    /// `None` while the time-out does not run yet.
    pub(super) fn payable_until(&self) -> Option<Timestamp> {
        let default_s = if self.product.is_face_to_face() { FACE_TO_FACE_LIFE_S } else { LIFE_S };
        let relative = self.timeout.unwrap_or(Timeout::Seconds(default_s));
        self.time_expire.or_else(|| self.runs_since.map(|start| relative.after(start)))
    }

    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.payable_until().is_some_and(|until| until <= now)
    }

    pub(super) fn status(&self) -> Option<TradeStatus> {
        self.trade.as_ref().map(|trade| trade.status)
    }

    pub(super) fn is_paid(&self) -> bool {
        self.trade.as_ref().is_some_and(|trade| trade.payment.is_some())
    }

    /// A buyer is there: from now on the trade exists.
    pub(super) fn open_trade(&mut self, buyer: &Buyer, now: Timestamp) -> &mut Trade {
        self.runs_since.get_or_insert(now);
        self.trade.get_or_insert_with(|| Trade {
            trade_no: format!("{}22001{}", day_digits(now), random_digits(15)),
            status: TradeStatus::WaitBuyerPay,
            buyer: buyer.clone(),
            created_at: now,
            payment: None,
            closed_at: None,
        })
    }

    /// Closes what nobody paid; tells whether there was something to close.
    pub(super) fn close(&mut self, at: Timestamp) -> bool {
        let Some(trade) = self.trade.as_mut().filter(|trade| trade.status == TradeStatus::WaitBuyerPay) else {
            return false;
        };
        trade.status = TradeStatus::TradeClosed;
        trade.closed_at = Some(at);
        true
    }

    /// The deadline closes, the end of the refund window finishes; `Some` is a new status.
    pub(super) fn advance(&mut self, refund_window_s: i64, now: Timestamp) -> Option<TradeStatus> {
        if let Some(until) = self.payable_until().filter(|until| *until <= now)
            && self.close(until)
        {
            return Some(TradeStatus::TradeClosed);
        }
        let trade = self.trade.as_mut().filter(|trade| trade.status == TradeStatus::TradeSuccess)?;
        let paid_at = trade.payment.as_ref()?.at;
        if now < paid_at.plus_s(refund_window_s) {
            return None;
        }
        trade.status = TradeStatus::TradeFinished;
        Some(TradeStatus::TradeFinished)
    }
}

/// Why an order cannot be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotPayable {
    Unknown,
    AlreadyPaid,
    Closed,
    Expired,
    AnotherBuyer,
    BuyerPay,
}

/// A payment by hand; everything left out is as usual.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PayDraft {
    /// Pays what is closed, expired or another buyer's: real money that comes late.
    pub force: bool,
    /// A name; another one is another buyer.
    pub buyer: Option<String>,
    /// What the buyer paid after Alipay's own discounts.
    pub buyer_pay_fen: Option<i64>,
}

impl Merchant {
    /// The buyer reaches the order: it becomes a trade.
    pub(super) fn reach(&mut self, number: &str, buyer: &Buyer, now: Timestamp) -> Result<(), NotPayable> {
        let app_id = self.app_id.clone();
        let order = self.orders.get_mut(number).ok_or(NotPayable::Unknown)?;
        if order.trade.is_none() && order.is_expired(now) {
            return Err(NotPayable::Expired);
        }
        let trade = order.open_trade(buyer, now);
        match trade.status {
            TradeStatus::WaitBuyerPay if !trade.buyer.is_same(buyer, &app_id) => Err(NotPayable::AnotherBuyer),
            TradeStatus::WaitBuyerPay => Ok(()),
            TradeStatus::TradeClosed if trade.payment.is_none() => Err(NotPayable::Closed),
            _ => Err(NotPayable::AlreadyPaid),
        }
    }

    pub(super) fn pay(&mut self, number: &str, draft: &PayDraft, now: Timestamp) -> Result<(), NotPayable> {
        let buyer = match (&draft.buyer, self.orders.get(number).and_then(|order| order.trade.as_ref())) {
            (Some(name), _) => Buyer::named(name),
            (None, Some(trade)) => trade.buyer.clone(),
            (None, None) => Buyer::default(),
        };
        match self.reach(number, &buyer, now) {
            Err(NotPayable::Closed | NotPayable::Expired | NotPayable::AnotherBuyer) if draft.force => {}
            reached => reached?,
        }
        let order = self.orders.get_mut(number).ok_or(NotPayable::Unknown)?;
        let buyer_pay_fen = draft.buyer_pay_fen.unwrap_or(order.total_fen);
        if !(0..=order.total_fen).contains(&buyer_pay_fen) {
            return Err(NotPayable::BuyerPay);
        }
        let trade = order.open_trade(&buyer, now);
        trade.buyer = buyer;
        trade.status = TradeStatus::TradeSuccess;
        trade.closed_at = None;
        trade.payment = Some(Payment { at: now, buyer_pay_fen });
        Ok(())
    }

    /// The order a request names, opened or not.
    pub(super) fn order_named(&self, name: TradeName<'_>) -> Option<&Order> {
        match name {
            TradeName::Own(number) => self.orders.get(number),
            TradeName::Alipays(number) => {
                let is_it = |order: &&Order| order.trade.as_ref().is_some_and(|trade| trade.trade_no == number);
                self.orders.values().find(is_it)
            }
        }
    }

    /// The number of an order that is a trade by now (§10: before that it does not exist).
    pub(super) fn trade_named(&self, name: TradeName<'_>) -> Result<String, Refusal> {
        let order = self.order_named(name).filter(|order| order.trade.is_some());
        order.map(|order| order.out_trade_no.clone()).ok_or_else(Refusal::trade_missing)
    }
}
