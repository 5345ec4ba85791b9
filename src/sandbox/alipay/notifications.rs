//! Notifications: queued when something happened, sent when the clock says so (§5).
//!
//! Promises: the same `notify_id` on every delivery of a message, signed afresh; delivered is
//! HTTP 200 with the seven characters `success`, nothing else; what is not acknowledged is
//! sent eight times over 25 hours.

use std::time::Duration;

use super::Alipay;
use super::faults::{FaultKind, Operation, take};
use super::merchants::Merchant;
use super::messages::{Message, new_id};
use super::orders::{Order, TradeStatus};
use super::refunds::Refund;
use crate::clock::{SharedClock, Timestamp};
use crate::sandbox::deliveries::{self, Delivery, DeliveryAttempt, Letter, Post, RedeliverySchedule, Round, Strike};

/// §5.1: 4 min, 10 min, 10 min, 1 h, 2 h, 6 h, 15 h after the delivery before.
const STEPS_S: [i64; 7] = [240, 600, 600, 3600, 7200, 21_600, 54_000];

/// What one tells, and of what.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Told {
    pub(super) out_trade_no: String,
    /// `out_request_no` where this tells of a refund.
    pub(super) out_request_no: Option<String>,
    pub(super) trade_status: TradeStatus,
    message: Message,
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

    fn delivery(&self, order: &Order, refund: Option<&Refund>, now: Timestamp) -> Option<Delivery<Told>> {
        let trade = order.trade.as_ref()?;
        let told = Told {
            out_trade_no: order.out_trade_no.clone(),
            out_request_no: refund.map(|refund| refund.out_request_no.clone()),
            trade_status: trade.status,
            message: Message::of(self, order, trade, refund),
        };
        Some(Delivery::new(new_id(now), order.notify_url.clone()?, told, now))
    }
}

fn strike_of(fault: &FaultKind) -> Option<Strike> {
    match *fault {
        FaultKind::Drop => Some(Strike::Drop),
        FaultKind::Reorder => Some(Strike::HoldBack),
        FaultKind::Delay { delay_ms } => Some(Strike::Delay { delay_ms }),
        FaultKind::Duplicate { copies } => Some(Strike::Repeat { copies, at_once: false }),
        FaultKind::Parallel { copies } => Some(Strike::Repeat { copies, at_once: true }),
        _ => None,
    }
}

impl Alipay {
    /// Lets time do what it does and sends every notification that is due. Tells how many
    /// requests were sent, copies included.
    pub(crate) async fn step(&self) -> usize {
        deliveries::step(self).await
    }

    /// Sends what is known about an order again, delivered or not.
    pub(crate) async fn notify_again(&self, app_id: &str, out_trade_no: &str) -> usize {
        deliveries::notify_again(self, app_id, out_trade_no).await
    }
}

impl Post for Alipay {
    type Message = Told;
    const STEPS_S: &'static [i64] = &STEPS_S;
    const ANSWER_WITHIN: Duration = Duration::from_secs(5);

    fn clock(&self) -> &SharedClock {
        &self.clock
    }

    fn schedule(&self) -> RedeliverySchedule {
        self.redelivery
    }

    fn client(&self) -> &reqwest::Client {
        &self.client
    }

    fn advance(&self, now: Timestamp) {
        self.lock().merchants.values_mut().for_each(|merchant| merchant.advance(now));
    }

    fn each(&self, visit: &mut dyn FnMut(&str, &mut Delivery<Told>)) {
        for (app_id, merchant) in &mut self.lock().merchants {
            merchant.deliveries.iter_mut().for_each(|delivery| visit(app_id, delivery));
        }
    }

    fn is_about(told: &Told, out_trade_no: &str) -> bool {
        told.out_trade_no == out_trade_no
    }

    fn acknowledges(answer: &DeliveryAttempt) -> bool {
        answer.status == Some(200) && answer.answer == "success"
    }

    fn round(&self, app_id: &str, id: &str, now: Timestamp) -> Option<Round> {
        let mut guard = self.lock();
        let state = &mut *guard;
        let merchant = state.merchants.get_mut(app_id)?;
        let (key, naming) = (merchant.trust.serving_key(), merchant.certificate_naming);
        let delivery = merchant.deliveries.iter_mut().find(|delivery| delivery.id == id)?;
        let mut numbers = vec![delivery.message.out_trade_no.as_str()];
        numbers.extend(delivery.message.out_request_no.as_deref());
        let fault =
            if delivery.may_be_struck() { take(&mut state.faults, Operation::Notify, app_id, &numbers) } else { None };
        let copies = delivery.strike(fault.as_ref().and_then(strike_of), now)?;
        let message = &delivery.message.message;
        let mut bodies = vec![message.written(id, &key, naming, fault.as_ref(), now); copies.count];
        if fault == Some(FaultKind::Restated) {
            bodies.push(message.written(&new_id(now), &key, naming, None, now));
        }
        let headers = vec![("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8".to_owned())];
        let letter =
            |body: String| Letter { url: delivery.url.clone(), headers: headers.clone(), body: body.into_bytes() };
        Some(Round::new(bodies.into_iter().map(letter).collect(), copies))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_deliveries_end_a_day_after_the_first() {
        assert_eq!(STEPS_S.iter().sum::<i64>() / 60, 24 * 60 + 24);
    }
}
