//! Orders in memory, and the only two ways one changes: the shopper places it, Luodi's webhook settles it.
//!
//! Promised: events apply once and in any order; what was paid never becomes unpaid again.
//! Refused: a payment of another amount, currency or number than the order's.

use std::collections::{HashMap, HashSet, VecDeque};

use serde::Deserialize;
use uuid::Uuid;

use super::cart::{Cart, Line};
use crate::clock::Timestamp;

/// A demo forgets its oldest orders rather than grow without end.
const MAX_ORDERS: usize = 1_000;
const MAX_EVENTS: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatus {
    Open,
    Paid,
    PartlyRefunded,
    Refunded,
    Closed,
}

impl OrderStatus {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::PartlyRefunded => "partly_refunded",
            Self::Refunded => "refunded",
            Self::Closed => "closed",
        }
    }
}

/// Who receives the tea, as typed at checkout.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Recipient {
    pub name: String,
    pub phone: String,
    /// The whole address in one field: what a browser without scripts sends.
    pub address: String,
    /// The fields of `<luodi-address>`.
    pub region_code: String,
    pub province: String,
    pub city: String,
    pub district: String,
    pub town: String,
    pub street: String,
    pub postal_code: String,
}

impl Recipient {
    /// On one line, as it stands on a parcel.
    pub fn full_address(&self) -> String {
        if self.region_code.is_empty() {
            return self.address.trim().to_owned();
        }
        let city = if self.city == self.province { "" } else { &self.city };
        [&self.province, city, &self.district, &self.town, self.street.trim()].concat()
    }

    /// What is wrong, as the key of a text.
    pub fn complaint(&self) -> Option<&'static str> {
        let length = |text: &str| text.trim().chars().count();
        let phone = self.phone.trim().as_bytes();
        let mobile = phone.len() == 11 && phone.iter().all(u8::is_ascii_digit) && phone[0] == b'1' && phone[1] >= b'3';
        if !(1..=40).contains(&length(&self.name)) {
            Some("shop-recipient-name-wrong")
        } else if !mobile {
            Some("shop-recipient-phone-wrong")
        } else if !(4..=200).contains(&length(&self.full_address())) {
            Some("shop-recipient-address-wrong")
        } else {
            None
        }
    }
}

#[derive(Debug, Clone)]
pub struct Order {
    /// Also the `order_ref` and the idempotency key at Luodi.
    pub id: String,
    pub amount_fen: i64,
    pub placed_at: Timestamp,
    pub closed: bool,
    pub paid_at: Option<Timestamp>,
    pub refunded_fen: i64,
    /// Known once Luodi has answered.
    pub payment_id: Option<String>,
    pub(super) cashier_url: Option<String>,
    pub(super) recipient: Recipient,
    pub(super) lines: Vec<Line>,
}

impl Order {
    #[must_use]
    pub const fn status(&self) -> OrderStatus {
        match self.paid_at {
            Some(_) if self.refunded_fen >= self.amount_fen => OrderStatus::Refunded,
            Some(_) if self.refunded_fen > 0 => OrderStatus::PartlyRefunded,
            Some(_) => OrderStatus::Paid,
            None if self.closed => OrderStatus::Closed,
            None => OrderStatus::Open,
        }
    }
}

/// The part of Luodi's Payment that a shop needs.
#[derive(Debug, Deserialize)]
pub struct PaymentFacts {
    pub id: String,
    pub order_ref: String,
    pub amount_fen: i64,
    pub currency: String,
    #[serde(default)]
    pub refunded_fen: i64,
    pub paid_at: Option<Timestamp>,
}

/// What came of an event.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Applied,
    /// Seen before.
    Duplicate,
    /// Not about an order of ours, or of a kind that changes nothing here.
    Ignored,
    /// Amount, currency or payment differ from the order's: never ship on this.
    Mismatch,
}

#[derive(Default)]
pub struct OrderBook {
    orders: HashMap<String, Order>,
    by_age: VecDeque<String>,
    events: HashSet<String>,
    events_by_age: VecDeque<String>,
}

impl OrderBook {
    /// Numbers are not guessable: they are all it takes to see the order.
    pub fn place(&mut self, cart: &Cart, recipient: Recipient, now: Timestamp) -> Order {
        let day = now.to_beijing_rfc3339().get(..10).unwrap_or_default().replace('-', "");
        let random = Uuid::new_v4().simple().to_string().to_uppercase();
        let order = Order {
            id: format!("T{day}{}", &random[..12]),
            amount_fen: cart.total_fen(),
            placed_at: now,
            closed: false,
            paid_at: None,
            refunded_fen: 0,
            payment_id: None,
            cashier_url: None,
            recipient,
            lines: cart.lines.clone(),
        };
        self.by_age.push_back(order.id.clone());
        self.orders.insert(order.id.clone(), order.clone());
        if self.by_age.len() > MAX_ORDERS
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.orders.remove(&oldest);
        }
        order
    }

    pub fn get(&self, id: &str) -> Option<&Order> {
        self.orders.get(id)
    }

    pub fn payment_opened(&mut self, id: &str, payment_id: String, cashier_url: String) {
        if let Some(order) = self.orders.get_mut(id) {
            order.payment_id = Some(payment_id);
            order.cashier_url = Some(cashier_url);
        }
    }

    /// Applies one event of Luodi, at most once.
    pub fn settle(&mut self, event_id: &str, kind: &str, payment: &PaymentFacts, now: Timestamp) -> Outcome {
        if self.events.contains(event_id) {
            return Outcome::Duplicate;
        }
        let Some(order) = self.orders.get_mut(&payment.order_ref) else { return Outcome::Ignored };
        let same_payment = order.payment_id.as_ref().is_none_or(|id| *id == payment.id);
        if payment.amount_fen != order.amount_fen || payment.currency != "CNY" || !same_payment {
            return Outcome::Mismatch;
        }
        match kind {
            "payment.paid" => order.paid_at = order.paid_at.or(payment.paid_at).or(Some(now)),
            "payment.partly_refunded" | "payment.refunded" => {
                // Events may overtake each other: a refund tells that the payment came before it.
                order.paid_at = order.paid_at.or(payment.paid_at).or(Some(now));
                order.refunded_fen = order.refunded_fen.max(payment.refunded_fen).min(order.amount_fen);
            }
            "payment.closed" => order.closed = true,
            _ => return Outcome::Ignored,
        }
        self.remember(event_id);
        Outcome::Applied
    }

    fn remember(&mut self, event_id: &str) {
        self.events.insert(event_id.to_owned());
        self.events_by_age.push_back(event_id.to_owned());
        if self.events_by_age.len() > MAX_EVENTS
            && let Some(oldest) = self.events_by_age.pop_front()
        {
            self.events.remove(&oldest);
        }
    }
}
