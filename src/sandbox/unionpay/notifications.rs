//! Notifications: queued when something happened, sent when the clock says so (§10).
//!
//! Promises: delivered is HTTP 200, whatever the body says; what is not acknowledged within
//! ten seconds is sent five times in all over twelve minutes, then never again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::UnionPay;
use super::composing::Signer;
use super::errors::resp_msg;
use super::faults::{FaultKind, Operation, take};
use super::keys::random_digits;
use super::merchants::Merchant;
use super::messages::Fields;
use super::transactions::{Key, Transaction, TransactionState};
use crate::clock::Timestamp;
use crate::sandbox::RedeliverySchedule;

const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// §10.1: 1, 2, 4 and 5 minutes after the delivery before.
const REAL_SCHEDULE_S: [i64; 4] = [60, 120, 240, 300];
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
}

#[derive(Debug, Clone)]
pub(super) struct Delivery {
    /// Of the book; UnionPay's notifications have none.
    pub(super) id: String,
    pub(super) url: String,
    /// Everything but the signature.
    fields: Fields,
    pub(super) next_at: Timestamp,
    pub(super) state: DeliveryState,
    failures: usize,
    pub(super) attempts: Vec<DeliveryAttempt>,
    /// Delays and reorderings strike a notification once, not at every look.
    is_let_go: bool,
}

impl Delivery {
    pub(super) fn order_id(&self) -> &str {
        self.fields.get("orderId").map_or("", String::as_str)
    }

    pub(super) fn resp_code(&self) -> &str {
        self.fields.get("respCode").map_or("", String::as_str)
    }

    fn record(&mut self, attempts: Vec<DeliveryAttempt>, schedule: RedeliverySchedule, now: Timestamp) {
        let is_success = attempts.iter().any(|attempt| attempt.status == Some(200));
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
        self.deliveries.push(Delivery {
            id: random_digits(20),
            url,
            fields: about(found),
            next_at: now,
            state: DeliveryState::Waiting,
            failures: 0,
            attempts: Vec::new(),
            is_let_go: false,
        });
    }
}

/// What becomes of a notification that is due.
enum Plan {
    Nothing,
    Send { url: String, body: String, copies: u32, at_once: bool },
}

impl UnionPay {
    /// Lets time do what it does and sends every notification that is due. Tells how many
    /// requests were sent, copies included.
    pub(crate) async fn step(&self) -> usize {
        let now = self.clock.now();
        for merchant in self.lock().merchants.values_mut() {
            merchant.advance(now);
        }
        let due = self.claim(|_, delivery| delivery.state == DeliveryState::Waiting && delivery.next_at <= now);
        let mut sent = 0;
        for (mer_id, id) in &due {
            sent += self.attempt(mer_id, id).await;
        }
        if sent > 0 {
            let freed = self.claim(|_, delivery| delivery.state == DeliveryState::Held);
            for (mer_id, id) in &freed {
                sent += self.attempt(mer_id, id).await;
            }
        }
        sent
    }

    /// Sends what is known about an order again, delivered or not.
    pub(crate) async fn notify_again(&self, mer_id: &str, order_id: &str) -> usize {
        let due = self.claim(|owner, delivery| {
            owner == mer_id && delivery.order_id() == order_id && delivery.state != DeliveryState::Sending
        });
        let mut sent = 0;
        for (mer_id, id) in &due {
            sent += self.attempt(mer_id, id).await;
        }
        sent
    }

    /// Marks what is chosen as being sent, so that two steps never send the same one.
    fn claim(&self, chosen: impl Fn(&str, &Delivery) -> bool) -> Vec<(String, String)> {
        let mut state = self.lock();
        let mut claimed = Vec::new();
        for (mer_id, merchant) in &mut state.merchants {
            for delivery in merchant.deliveries.iter_mut().filter(|delivery| chosen(mer_id, delivery)) {
                delivery.state = DeliveryState::Sending;
                claimed.push((delivery.next_at, mer_id.clone(), delivery.id.clone()));
            }
        }
        claimed.sort_by_key(|(next_at, _, _)| *next_at);
        claimed.into_iter().map(|(_, mer_id, id)| (mer_id, id)).collect()
    }

    async fn attempt(&self, mer_id: &str, id: &str) -> usize {
        let now = self.clock.now();
        let Plan::Send { url, body, copies, at_once } = self.plan(mer_id, id, now) else { return 0 };
        let attempts = if at_once {
            futures_util::future::join_all((0..copies).map(|_| self.post(&url, body.clone(), now))).await
        } else {
            let mut attempts = Vec::new();
            for _ in 0..copies {
                attempts.push(self.post(&url, body.clone(), now).await);
            }
            attempts
        };
        let count = attempts.len();
        let answered_at = self.clock.now();
        let mut state = self.lock();
        let merchant = state.merchants.get_mut(mer_id);
        if let Some(delivery) = merchant.and_then(|m| m.deliveries.iter_mut().find(|d| d.id == id)) {
            delivery.record(attempts, self.redelivery, answered_at);
        }
        count
    }

    fn plan(&self, mer_id: &str, id: &str, now: Timestamp) -> Plan {
        let mut guard = self.lock();
        let state = &mut *guard;
        let (Some(merchant), Some(authority)) = (state.merchants.get_mut(mer_id), state.authority.as_ref()) else {
            return Plan::Nothing;
        };
        let Some(delivery) = merchant.deliveries.iter_mut().find(|delivery| delivery.id == id) else {
            return Plan::Nothing;
        };
        let order_id = delivery.order_id().to_owned();
        let fault =
            if delivery.is_let_go { None } else { take(&mut state.faults, Operation::Notify, mer_id, &order_id) };
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
        let signer = Signer {
            authority,
            method: merchant.sign_method,
            secure_key: &merchant.secure_key,
            merchant_key: &merchant.key,
            now,
        };
        match signer.compose(delivery.fields.clone(), fault.as_ref()) {
            Ok(composed) => Plan::Send { url: delivery.url.clone(), body: composed.form(), copies, at_once },
            Err(failure) => {
                tracing::error!(%failure, "a sandbox notification could not be signed");
                delivery.state = DeliveryState::Dropped;
                Plan::Nothing
            }
        }
    }

    async fn post(&self, url: &str, body: String, at: Timestamp) -> DeliveryAttempt {
        let request = self
            .client
            .post(url)
            .timeout(ANSWER_WITHIN)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body);
        DeliveryAttempt { at, status: request.send().await.ok().map(|answer| answer.status().as_u16()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_sends_over_twelve_minutes_and_then_silence() {
        let total_ms: i64 = (1..=4).filter_map(|n| delay_ms(RedeliverySchedule::Real, n)).sum();
        assert_eq!(total_ms / 60_000, 12);
        assert_eq!(delay_ms(RedeliverySchedule::Real, 5), None);
        assert_eq!(delay_ms(RedeliverySchedule::Compressed, 1), Some(600));
    }
}
