//! Notifications: queued when something happened, sent when the clock says so (§10).
//!
//! Promises: delivered is HTTP 200, whatever the body says; what is not acknowledged within
//! ten seconds is sent five times in all over twelve minutes, then never again.

use std::time::Duration;

use super::UnionPay;
use super::composing::Signer;
use super::errors::resp_msg;
use super::faults::{FaultKind, Operation, take};
use super::keys::random_digits;
use super::merchants::Merchant;
use super::messages::Fields;
use super::transactions::{Key, Transaction, TransactionState};
use crate::clock::{SharedClock, Timestamp};
use crate::sandbox::deliveries::{
    self, Delivery, DeliveryAttempt, DeliveryState, Letter, Post, RedeliverySchedule, Round, Strike,
};

/// §10.1: 1, 2, 4 and 5 minutes after the delivery before.
const STEPS_S: [i64; 4] = [60, 120, 240, 300];

/// Everything one tells but the signature.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Told(Fields);

impl Told {
    pub(super) fn order_id(&self) -> &str {
        self.0.get("orderId").map_or("", String::as_str)
    }

    pub(super) fn resp_code(&self) -> &str {
        self.0.get("respCode").map_or("", String::as_str)
    }
}

/// Fields of the request that every message about it repeats (§7.2).
const ECHOED: [&str; 13] = [
    "version",
    "encoding",
    "txnType",
    "txnSubType",
    "bizType",
    "accessType",
    "merId",
    "orderId",
    "txnTime",
    "txnAmt",
    "currencyCode",
    "reqReserved",
    "origQryId",
];

/// What is repeated of a request.
pub(super) fn echo(request: &Fields) -> Fields {
    let echoed = request.iter().filter(|(name, value)| ECHOED.contains(&name.as_str()) && !value.is_empty());
    echoed.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A notification or a return about a decided transaction.
pub(super) fn about(found: &Transaction) -> Fields {
    let mut fields = echo(&found.request);
    fields.extend(found.settled_fields());
    fields.entry("currencyCode".to_owned()).or_insert_with(|| "156".to_owned());
    fields.insert("respCode".to_owned(), found.resp_code.clone());
    let is_plain = found.state == TransactionState::Succeeded && found.resp_code == "00";
    fields.insert("respMsg".to_owned(), if is_plain { "success".to_owned() } else { resp_msg(&found.resp_code) });
    fields
}

impl Merchant {
    /// Queues what the transaction came to.
    pub(super) fn notify_of(&mut self, key: &Key, now: Timestamp) {
        let Some(found) = self.transactions.get(key) else { return };
        let url = found.field("backUrl").to_owned();
        if url.is_empty() {
            return;
        }
        let told = Told(about(found));
        self.deliveries.push(Delivery::new(random_digits(20), url, told, now));
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

impl UnionPay {
    /// Lets time do what it does and sends every notification that is due. Tells how many
    /// requests were sent, copies included.
    pub(crate) async fn step(&self) -> usize {
        deliveries::step(self).await
    }

    /// Sends what is known about an order again, delivered or not.
    pub(crate) async fn notify_again(&self, mer_id: &str, order_id: &str) -> usize {
        deliveries::notify_again(self, mer_id, order_id).await
    }
}

impl Post for UnionPay {
    type Message = Told;
    const STEPS_S: &'static [i64] = &STEPS_S;
    const ANSWER_WITHIN: Duration = Duration::from_secs(10);

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
        for (mer_id, merchant) in &mut self.lock().merchants {
            merchant.deliveries.iter_mut().for_each(|delivery| visit(mer_id, delivery));
        }
    }

    fn is_about(told: &Told, order_id: &str) -> bool {
        told.order_id() == order_id
    }

    /// Whatever the body says (§10.1).
    fn acknowledges(answer: &DeliveryAttempt) -> bool {
        answer.status == Some(200)
    }

    fn round(&self, mer_id: &str, id: &str, now: Timestamp) -> Option<Round> {
        let mut guard = self.lock();
        let state = &mut *guard;
        let (merchant, authority) = (state.merchants.get_mut(mer_id)?, state.authority.as_ref()?);
        let delivery = merchant.deliveries.iter_mut().find(|delivery| delivery.id == id)?;
        let fault = if delivery.may_be_struck() {
            take(&mut state.faults, Operation::Notify, mer_id, delivery.message.order_id())
        } else {
            None
        };
        let copies = delivery.strike(fault.as_ref().and_then(strike_of), now)?;
        let signer = Signer {
            authority,
            method: merchant.sign_method,
            secure_key: &merchant.secure_key,
            merchant_key: &merchant.key,
            now,
        };
        let composed = match signer.compose(delivery.message.0.clone(), fault.as_ref()) {
            Ok(composed) => composed.form(),
            Err(failure) => {
                tracing::error!(%failure, "a sandbox notification could not be signed");
                delivery.state = DeliveryState::Dropped;
                return None;
            }
        };
        let letter = |_| Letter {
            url: delivery.url.clone(),
            headers: vec![("Content-Type", "application/x-www-form-urlencoded".to_owned())],
            body: composed.clone().into_bytes(),
        };
        Some(Round::new((0..copies.count).map(letter).collect(), copies))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_sends_over_twelve_minutes_and_then_silence() {
        assert_eq!(STEPS_S.iter().sum::<i64>() / 60, 12);
    }
}
