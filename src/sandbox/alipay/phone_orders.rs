//! Orders as the buyer's phone and Alipay's own pages meet them: by a code or a trade number.
//!
//! Promises: looking at a page opens nothing; a scan or a login does; what can no longer be
//! paid says why.

use super::Alipay;
use super::buyers::Buyer;
use super::merchants::Merchant;
use super::orders::{Order, PayDraft, Product, TradeStatus};
use crate::clock::Timestamp;

/// An order on the phone or in a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PhoneOrder {
    pub(crate) app_id: String,
    pub(crate) out_trade_no: String,
    pub(crate) merchant_name: String,
    pub(crate) subject: String,
    pub(crate) total_fen: i64,
    /// What it was found by: a code's id, else the trade number.
    pub(crate) id: String,
    pub(crate) product: Product,
    pub(crate) created_at: Timestamp,
    pub(crate) state: PhoneState,
    /// What the QR code of a page says.
    pub(crate) code_url: Option<String>,
    pub(crate) qr_pay_mode: Option<String>,
    pub(crate) qrcode_width_px: Option<u32>,
    pub(crate) quit_url: Option<String>,
    /// Signed, once the order is a trade.
    pub(crate) return_address: Option<String>,
}

/// What the phone can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PhoneState {
    Payable,
    Paid { buyer_pay_fen: i64 },
    Closed,
    Expired,
}

impl Alipay {
    /// Codes nobody paid yet and payments that wait for a password, newest first.
    pub(crate) fn waiting_codes(&self) -> Vec<PhoneOrder> {
        let now = self.clock.now();
        let state = self.lock();
        let mut waiting: Vec<PhoneOrder> = Vec::new();
        for merchant in state.merchants.values() {
            let scannable = merchant
                .orders
                .values()
                .filter(|o| !matches!(o.product, Product::Create | Product::App | Product::Wap));
            let told = scannable.filter_map(|order| {
                let code = order.codes.last().map(|code| code.id.clone());
                let id = code.or_else(|| order.trade.as_ref().map(|trade| trade.trade_no.clone()))?;
                Some(on_phone(merchant, order, &id, now))
            });
            waiting.extend(told.filter(|order| order.state == PhoneState::Payable));
        }
        waiting.sort_by_key(|order| std::cmp::Reverse(order.created_at));
        waiting
    }

    /// The order behind a code or a trade number, as it stands.
    pub(crate) fn look_up(&self, id: &str) -> Option<PhoneOrder> {
        let now = self.clock.now();
        let mut state = self.lock();
        state.merchants.values_mut().find_map(|merchant| {
            merchant.advance(now);
            let number = find(merchant, id)?;
            merchant.orders.get(&number).map(|order| on_phone(merchant, order, id, now))
        })
    }

    /// The buyer opens it: from now on it is a trade.
    pub(crate) fn scan(&self, id: &str) -> Option<PhoneOrder> {
        let order = self.look_up(id)?;
        if order.state == PhoneState::Payable {
            let buyer = self.buyer_of(&order);
            // Whatever stands against it is told by the state that is read next.
            let _ = self.reach(&order.app_id, &order.out_trade_no, &buyer);
        }
        self.look_up(id)
    }

    /// Pays what may still be paid; tells whether it did.
    pub(crate) fn pay_on_phone(&self, id: &str) -> bool {
        let order = self.look_up(id).filter(|order| order.state == PhoneState::Payable);
        order.is_some_and(|order| self.pay(&order.app_id, &order.out_trade_no, &PayDraft::default()).is_ok())
    }

    pub(crate) fn refuse_on_phone(&self, id: &str) -> bool {
        let order = self.look_up(id).filter(|order| order.state == PhoneState::Payable);
        order.is_some_and(|order| self.refuse(&order.app_id, &order.out_trade_no).is_ok())
    }

    /// Whoever opened the trade, else the usual shopper.
    fn buyer_of(&self, order: &PhoneOrder) -> Buyer {
        let state = self.lock();
        let known = state.merchants.get(&order.app_id).and_then(|m| m.orders.get(&order.out_trade_no)?.trade.clone());
        known.map_or_else(Buyer::default, |trade| trade.buyer)
    }
}

fn find(merchant: &Merchant, id: &str) -> Option<String> {
    let is_it = |order: &&Order| {
        order.codes.iter().any(|code| code.id == id) || order.trade.as_ref().is_some_and(|trade| trade.trade_no == id)
    };
    merchant.orders.values().find(is_it).map(|order| order.out_trade_no.clone())
}

fn on_phone(merchant: &Merchant, order: &Order, id: &str, now: Timestamp) -> PhoneOrder {
    let code = order.codes.iter().find(|code| code.id == id);
    let payment = order.trade.as_ref().and_then(|trade| trade.payment.as_ref());
    let state = match (payment, order.status()) {
        (Some(payment), _) => PhoneState::Paid { buyer_pay_fen: payment.buyer_pay_fen },
        (None, Some(TradeStatus::TradeClosed)) if order.is_expired(now) => PhoneState::Expired,
        (None, Some(TradeStatus::TradeClosed)) => PhoneState::Closed,
        (None, _) if order.is_expired(now) || code.is_some_and(|code| code.expires_at <= now) => PhoneState::Expired,
        (None, _) => PhoneState::Payable,
    };
    PhoneOrder {
        app_id: merchant.app_id.clone(),
        out_trade_no: order.out_trade_no.clone(),
        merchant_name: merchant.name.clone(),
        subject: order.subject.clone(),
        total_fen: order.total_fen,
        id: id.to_owned(),
        product: order.product,
        created_at: order.created_at,
        state,
        code_url: code.map(|code| code.url.clone()),
        qr_pay_mode: order.qr_pay_mode.clone(),
        qrcode_width_px: order.qrcode_width_px,
        quit_url: order.quit_url.clone(),
        return_address: merchant.return_address(order, now),
    }
}
