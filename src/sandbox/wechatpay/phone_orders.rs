//! Orders as the shopper's phone meets them: by a code, a `prepay_id` or an H5 link.
//!
//! Promises: what can no longer be paid says why, and nothing is paid twice.

use std::net::IpAddr;

use super::WeChatPay;
use super::merchants::Merchant;
use super::orders::{Order, Product, TradeState};
use super::prepay::Handout;
use crate::clock::Timestamp;

/// An order on the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PhoneOrder {
    pub(crate) mchid: String,
    pub(crate) out_trade_no: String,
    pub(crate) merchant_name: String,
    pub(crate) description: String,
    pub(crate) total_fen: i64,
    /// What it was found by: the `pr` of a code, else the `prepay_id`.
    pub(crate) id: String,
    /// The shopper's own payment code was scanned; a password is asked for.
    pub(crate) is_codepay: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) state: PhoneState,
}

/// What the phone can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PhoneState {
    Payable,
    Paid { at: Timestamp, payer_total_fen: i64 },
    Closed,
    Expired,
}

/// Why an H5 link does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum H5Refusal {
    InsideWeChat,
    NoReferer,
    UnregisteredHost,
    OtherAddress,
    Expired,
}

/// Who opens an H5 link, from where.
pub(crate) struct H5Visit<'a> {
    pub(crate) prepay_id: &'a str,
    pub(crate) referer_host: Option<&'a str>,
    pub(crate) redirect_host: Option<&'a str>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) user_agent: &'a str,
}

impl WeChatPay {
    /// Codes nobody paid yet and payments that wait for a password, newest first.
    pub(crate) fn waiting_codes(&self) -> Vec<PhoneOrder> {
        let now = self.clock.now();
        let state = self.lock();
        let mut waiting: Vec<PhoneOrder> = Vec::new();
        for merchant in state.merchants.values() {
            let scannable =
                merchant.orders.values().filter(|o| matches!(o.product, Product::Native | Product::Codepay));
            let told = scannable.filter_map(|order| Some(on_phone(merchant, order, order.handouts.last()?, now)));
            waiting.extend(told.filter(|order| order.state == PhoneState::Payable));
        }
        waiting.sort_by_key(|order| std::cmp::Reverse(order.created_at));
        waiting
    }

    /// The order behind a QR code, a `prepay_id` or an H5 link.
    pub(crate) fn scan(&self, id: &str) -> Option<PhoneOrder> {
        let now = self.clock.now();
        let mut state = self.lock();
        for merchant in state.merchants.values_mut() {
            let Some((number, handout)) = find(merchant, id) else { continue };
            merchant.orders.get_mut(&number)?.lapse(now);
            return Some(on_phone(merchant, merchant.orders.get(&number)?, &handout, now));
        }
        None
    }

    /// §8.3: from a page on a registered host, outside WeChat, from the address the order names.
    pub(crate) fn open_h5(&self, visit: &H5Visit<'_>) -> Result<PhoneOrder, H5Refusal> {
        if visit.user_agent.contains("MicroMessenger") {
            return Err(H5Refusal::InsideWeChat);
        }
        let referer = visit.referer_host.ok_or(H5Refusal::NoReferer)?;
        let now = self.clock.now();
        let mut state = self.lock();
        let owner = state.merchants.values_mut().find_map(|merchant| {
            let (number, handout) = find(merchant, visit.prepay_id)?;
            merchant.orders.get_mut(&number)?.lapse(now);
            Some((&*merchant, number, handout))
        });
        let Some((merchant, number, handout)) = owner else { return Err(H5Refusal::Expired) };
        let order = merchant.orders.get(&number).filter(|order| order.product == Product::H5);
        let order = order.ok_or(H5Refusal::Expired)?;
        let is_registered = |host: &str| {
            merchant.h5_hosts.is_empty()
                || merchant.h5_hosts.iter().any(|own| host == own || host.ends_with(&format!(".{own}")))
        };
        if !is_registered(referer) || visit.redirect_host.is_some_and(|host| !is_registered(host)) {
            return Err(H5Refusal::UnregisteredHost);
        }
        let same = |a: IpAddr, b: IpAddr| a.to_canonical() == b.to_canonical() || (a.is_loopback() && b.is_loopback());
        let is_elsewhere = visit.address.zip(order.payer_client_ip).is_some_and(|(now, then)| !same(now, then));
        if is_elsewhere && !merchant.h5_any_address {
            return Err(H5Refusal::OtherAddress);
        }
        Ok(on_phone(merchant, order, &handout, now))
    }
}

pub(super) fn find(merchant: &Merchant, id: &str) -> Option<(String, Handout)> {
    let given = |order: &Order| order.handouts.iter().find(|handout| handout.id == id).cloned();
    merchant.orders.values().find_map(|order| Some((order.out_trade_no.clone(), given(order)?)))
}

fn on_phone(merchant: &Merchant, order: &Order, handout: &Handout, now: Timestamp) -> PhoneOrder {
    let state = match (&order.payment, order.state) {
        (Some(paid), _) => PhoneState::Paid { at: paid.at, payer_total_fen: paid.payer_total_fen },
        (None, TradeState::Closed | TradeState::Revoked | TradeState::Payerror) => PhoneState::Closed,
        (None, TradeState::Notpay) if order.product == Product::Codepay => PhoneState::Closed,
        (None, _) if handout.is_expired(now) || !order.is_payable(now) => PhoneState::Expired,
        (None, _) => PhoneState::Payable,
    };
    let sub = order.party.sub_mchid().and_then(|mchid| merchant.sub_merchants.iter().find(|sub| sub.mchid == mchid));
    PhoneOrder {
        mchid: merchant.mchid.clone(),
        out_trade_no: order.out_trade_no.clone(),
        merchant_name: sub.map_or(&merchant.name, |sub| &sub.name).clone(),
        description: order.description.clone(),
        total_fen: order.total_fen,
        id: handout.id.clone(),
        is_codepay: order.product == Product::Codepay,
        created_at: order.created_at,
        state,
    }
}
