//! Notifications: queued when something happened, sent when the clock says so (§5).
//!
//! Promises: the same `notify_id` on every delivery of a message, signed afresh; delivered is
//! HTTP 200 with the seven characters `success`, nothing else; what is not acknowledged is
//! sent eight times over 25 hours.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Alipay;
use super::faults::{FaultKind, Operation, take};
use super::merchants::Merchant;
use super::messages::{Message, new_id};
use super::orders::{Order, TradeStatus};
use super::refunds::Refund;
use crate::clock::Timestamp;
use crate::sandbox::RedeliverySchedule;

const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_LIMIT_BYTES: usize = 1024;
/// §5.1: 4 min, 10 min, 10 min, 1 h, 2 h, 6 h, 15 h after the delivery before.
const REAL_SCHEDULE_S: [i64; 7] = [240, 600, 600, 3600, 7200, 21_600, 54_000];
const COMPRESSION: i64 = 100;

fn delay_ms(schedule: RedeliverySchedule, failures: usize) -> Option<i64> {
    let seconds = REAL_SCHEDULE_S.get(failures.checked_sub(1)?)?;
    Some(match schedule {
        RedeliverySchedule::Real => seconds * 1000,
        RedeliverySchedule::Compressed => seconds * 1000 / COMPRESSION,
    })
}

/// Where a notification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Waiting,
    Sending,
    /// Held back until another notification of the merchant was sent.
    Held,
    Delivered,
    /// Every repetition failed.
    GivenUp,
    /// A fault kept it from ever being sent.
    Dropped,
}

/// One attempt and how the shop's side answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryAttempt {
    pub at: Timestamp,
    /// `None` when there was no answer in time.
    pub status: Option<u16>,
    /// What the answer said, up to a kilobyte.
    pub answer: String,
}

impl DeliveryAttempt {
    fn is_success(&self) -> bool {
        self.status == Some(200) && self.answer == "success"
    }
}

#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) notify_id: String,
    pub(super) url: String,
    pub(super) out_trade_no: String,
    /// `out_request_no` where this tells of a refund.
    pub(super) out_request_no: Option<String>,
    pub(super) trade_status: TradeStatus,
    message: Message,
    pub(super) next_at: Timestamp,
    pub(super) state: DeliveryState,
    failures: usize,
    pub(super) attempts: Vec<DeliveryAttempt>,
    /// Delays and reorderings strike a notification once, not at every look.
    is_let_go: bool,
}

impl Merchant {
    /// Queues what the product tells of the state the trade has now.
    pub(super) fn notify_of_trade(&mut self, number: &str, now: Timestamp) {
        let Some(order) = self.orders.get(number) else { return };
        if order.status().is_some_and(|status| order.product.is_notified_of(status)) {
            let delivery = self.delivery(order, None, now);
            self.deliveries.extend(delivery);
        }
    }

    /// To the address of the payment, whatever the refund call said (§13.4).
    pub(super) fn notify_of_refund(&mut self, number: &str, request_number: &str, now: Timestamp) {
        let Some(order) = self.orders.get(number) else { return };
        let Some(refund) = self.refund_of(number, request_number) else { return };
        let delivery = self.delivery(order, Some(refund), now);
        self.deliveries.extend(delivery);
    }

    fn delivery(&self, order: &Order, refund: Option<&Refund>, now: Timestamp) -> Option<Delivery> {
        let trade = order.trade.as_ref()?;
        Some(Delivery {
            notify_id: new_id(now),
            url: order.notify_url.clone()?,
            out_trade_no: order.out_trade_no.clone(),
            out_request_no: refund.map(|refund| refund.out_request_no.clone()),
            trade_status: trade.status,
            message: Message::of(self, order, trade, refund),
            next_at: now,
            state: DeliveryState::Waiting,
            failures: 0,
            attempts: Vec::new(),
            is_let_go: false,
        })
    }
}

impl Delivery {
    fn record(&mut self, attempts: Vec<DeliveryAttempt>, schedule: RedeliverySchedule, now: Timestamp) {
        let is_success = attempts.iter().any(DeliveryAttempt::is_success);
        self.attempts.extend(attempts);
        if is_success {
            self.state = DeliveryState::Delivered;
            return;
        }
        self.failures += 1;
        match delay_ms(schedule, self.failures) {
            Some(delay_ms) => {
                self.state = DeliveryState::Waiting;
                self.next_at = now.plus_ms(delay_ms);
            }
            None => self.state = DeliveryState::GivenUp,
        }
    }
}

/// What becomes of a notification that is due.
enum Plan {
    Nothing,
    Send { url: String, bodies: Vec<String>, at_once: bool },
}

impl Alipay {
    /// Lets time do what it does and sends every notification that is due. Tells how many
    /// requests were sent, copies included.
    pub(crate) async fn step(&self) -> usize {
        let now = self.clock.now();
        for merchant in self.lock().merchants.values_mut() {
            merchant.advance(now);
        }
        let due = self.claim(|_, delivery| delivery.state == DeliveryState::Waiting && delivery.next_at <= now);
        let mut sent = 0;
        for (app_id, id) in &due {
            sent += self.attempt(app_id, id).await;
        }
        if sent > 0 {
            let freed = self.claim(|_, delivery| delivery.state == DeliveryState::Held);
            for (app_id, id) in &freed {
                sent += self.attempt(app_id, id).await;
            }
        }
        sent
    }

    /// Sends what is known about an order again, delivered or not.
    pub(crate) async fn notify_again(&self, app_id: &str, out_trade_no: &str) -> usize {
        let due = self.claim(|owner, delivery| {
            owner == app_id && delivery.out_trade_no == out_trade_no && delivery.state != DeliveryState::Sending
        });
        let mut sent = 0;
        for (app_id, id) in &due {
            sent += self.attempt(app_id, id).await;
        }
        sent
    }

    /// Marks what is chosen as being sent, so that two steps never send the same one.
    fn claim(&self, chosen: impl Fn(&str, &Delivery) -> bool) -> Vec<(String, String)> {
        let mut state = self.lock();
        let mut claimed = Vec::new();
        for (app_id, merchant) in &mut state.merchants {
            for delivery in merchant.deliveries.iter_mut().filter(|delivery| chosen(app_id, delivery)) {
                delivery.state = DeliveryState::Sending;
                claimed.push((delivery.next_at, app_id.clone(), delivery.notify_id.clone()));
            }
        }
        claimed.sort_by_key(|(next_at, _, _)| *next_at);
        claimed.into_iter().map(|(_, app_id, id)| (app_id, id)).collect()
    }

    async fn attempt(&self, app_id: &str, id: &str) -> usize {
        let now = self.clock.now();
        let Plan::Send { url, bodies, at_once } = self.plan(app_id, id, now) else { return 0 };
        let count = bodies.len();
        let attempts = if at_once {
            futures_util::future::join_all(bodies.into_iter().map(|body| self.post(&url, body, now))).await
        } else {
            let mut attempts = Vec::with_capacity(count);
            for body in bodies {
                attempts.push(self.post(&url, body, now).await);
            }
            attempts
        };
        let answered_at = self.clock.now();
        let mut state = self.lock();
        let merchant = state.merchants.get_mut(app_id);
        if let Some(delivery) = merchant.and_then(|m| m.deliveries.iter_mut().find(|d| d.notify_id == id)) {
            delivery.record(attempts, self.redelivery, answered_at);
        }
        count
    }

    fn plan(&self, app_id: &str, id: &str, now: Timestamp) -> Plan {
        let mut guard = self.lock();
        let state = &mut *guard;
        let Some(merchant) = state.merchants.get_mut(app_id) else { return Plan::Nothing };
        let (key, naming) = (merchant.trust.serving_key(), merchant.certificate_naming);
        let Some(delivery) = merchant.deliveries.iter_mut().find(|delivery| delivery.notify_id == id) else {
            return Plan::Nothing;
        };
        let mut numbers = vec![delivery.out_trade_no.as_str()];
        numbers.extend(delivery.out_request_no.as_deref());
        let fault =
            if delivery.is_let_go { None } else { take(&mut state.faults, Operation::Notify, app_id, &numbers) };
        let (mut copies, mut at_once) = (1, false);
        match fault {
            Some(FaultKind::Drop) => {
                delivery.state = DeliveryState::Dropped;
                return Plan::Nothing;
            }
            Some(FaultKind::Reorder) => {
                delivery.state = DeliveryState::Held;
                delivery.is_let_go = true;
                return Plan::Nothing;
            }
            Some(FaultKind::Delay { delay_ms }) => {
                delivery.state = DeliveryState::Waiting;
                delivery.next_at = now.plus_ms(i64::try_from(delay_ms).unwrap_or(i64::MAX));
                delivery.is_let_go = true;
                return Plan::Nothing;
            }
            Some(FaultKind::Duplicate { copies: more }) => copies += more,
            Some(FaultKind::Parallel { copies: more }) => (copies, at_once) = (1 + more, true),
            _ => {}
        }
        delivery.is_let_go = false;
        let body = delivery.message.written(id, &key, naming, fault.as_ref(), now);
        let mut bodies = vec![body; usize::try_from(copies).unwrap_or(1)];
        if fault == Some(FaultKind::Restated) {
            bodies.push(delivery.message.written(&new_id(now), &key, naming, None, now));
        }
        Plan::Send { url: delivery.url.clone(), bodies, at_once }
    }

    async fn post(&self, url: &str, body: String, at: Timestamp) -> DeliveryAttempt {
        let request = self
            .client
            .post(url)
            .timeout(ANSWER_WITHIN)
            .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
            .body(body);
        let Ok(mut response) = request.send().await else {
            return DeliveryAttempt { at, status: None, answer: String::new() };
        };
        let mut answer = Vec::new();
        while let Ok(Some(piece)) = response.chunk().await {
            answer.extend_from_slice(&piece);
            if answer.len() > ANSWER_LIMIT_BYTES {
                break;
            }
        }
        answer.truncate(ANSWER_LIMIT_BYTES);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        DeliveryAttempt { at, status: Some(response.status().as_u16()), answer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_deliveries_end_a_day_after_the_first() {
        let total_ms: i64 = (1..=7).filter_map(|n| delay_ms(RedeliverySchedule::Real, n)).sum();
        assert_eq!(total_ms / 60_000, 24 * 60 + 24);
        assert_eq!(delay_ms(RedeliverySchedule::Real, 8), None);
        assert_eq!(delay_ms(RedeliverySchedule::Compressed, 1), Some(2400));
    }
}
