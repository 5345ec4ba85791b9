//! Notifications: queued when something happened, sent when the clock says so (§13).
//!
//! Promises: the same id and content on every attempt, signed afresh; success is 200 or 204
//! within five seconds and no redirect; a failed attempt is repeated on the schedule.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::WeChatPay;
use super::calls::{add_one_fen, flaw_of, request_id};
use super::certificates::seal;
use super::faults::{FaultKind, Operation, take};
use super::keys::{random_alphanumeric, random_digits};
use super::merchants::Merchant;
use super::orders::Order;
use super::refunds::Refund;
use super::signing::{Headers, sign};
use crate::clock::Timestamp;

const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// §13.6, in seconds.
const REAL_SCHEDULE_S: [i64; 15] =
    [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600];
const COMPRESSION: i64 = 100;

/// How long to wait before a failed notification is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedeliverySchedule {
    /// 15 s, 15 s, 30 s, 3 min … 6 h: fifteen repetitions over a day.
    #[default]
    Real,
    /// The same steps a hundred times faster.
    Compressed,
}

impl RedeliverySchedule {
    fn delay_ms(self, failures: usize) -> Option<i64> {
        let seconds = REAL_SCHEDULE_S.get(failures.checked_sub(1)?)?;
        Some(match self {
            Self::Real => seconds * 1000,
            Self::Compressed => seconds * 1000 / COMPRESSION,
        })
    }
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
    pub failure: Option<String>,
}

impl DeliveryAttempt {
    fn is_success(&self) -> bool {
        matches!(self.status, Some(200 | 204))
    }
}

#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) event_type: String,
    original_type: &'static str,
    summary: &'static str,
    pub(super) out_trade_no: String,
    pub(super) out_refund_no: Option<String>,
    resource: Value,
    created_at: Timestamp,
    pub(super) next_at: Timestamp,
    pub(super) state: DeliveryState,
    failures: usize,
    pub(super) attempts: Vec<DeliveryAttempt>,
    /// Delays and reorderings strike a notification once, not at every look.
    is_let_go: bool,
}

impl Delivery {
    /// `None` for codepay, which is never notified.
    pub(super) fn of_payment(merchant: &Merchant, order: &Order, now: Timestamp) -> Option<Self> {
        Some(Self {
            id: new_id(),
            url: order.notify_url.clone()?,
            event_type: "TRANSACTION.SUCCESS".to_owned(),
            original_type: "transaction",
            summary: "支付成功",
            out_trade_no: order.out_trade_no.clone(),
            out_refund_no: None,
            resource: order.paid_resource(&merchant.mchid),
            created_at: now,
            next_at: now,
            state: DeliveryState::Waiting,
            failures: 0,
            attempts: Vec::new(),
            is_let_go: false,
        })
    }

    pub(super) fn of_refund(refund: &Refund, url: String, resource: Value, now: Timestamp) -> Self {
        use super::refunds::RefundStatus;
        Self {
            id: new_id(),
            url,
            event_type: format!("REFUND.{}", refund.status.name()),
            original_type: "refund",
            summary: match refund.status {
                RefundStatus::Abnormal => "退款异常",
                RefundStatus::Closed => "退款关闭",
                RefundStatus::Success | RefundStatus::Processing => "退款成功",
            },
            out_trade_no: refund.out_trade_no.clone(),
            out_refund_no: Some(refund.out_refund_no.clone()),
            resource,
            created_at: now,
            next_at: now,
            state: DeliveryState::Waiting,
            failures: 0,
            attempts: Vec::new(),
            is_let_go: false,
        }
    }

    /// What this attempt says, bent by a fault where one strikes.
    fn body(&self, api_v3_key: &str, fault: Option<&FaultKind>) -> Vec<u8> {
        let mut resource = self.resource.clone();
        let mut event_type = self.event_type.as_str();
        let mut original_type = self.original_type;
        let mut associated_data = self.original_type;
        match fault {
            Some(FaultKind::WrongAmount) => add_one_fen(&mut resource),
            Some(FaultKind::WrongMchid) => replace(&mut resource, &["mchid", "sp_mchid"], "1999999999"),
            Some(FaultKind::WrongSubMchid) => replace(&mut resource, &["sub_mchid"], "1699999999"),
            Some(FaultKind::WrongAppid) => replace(&mut resource, &["appid", "sp_appid"], "wxffffffffffffffff"),
            Some(FaultKind::UnknownOrder) => resource["out_trade_no"] = json!(format!("UNKNOWN{}", random_digits(12))),
            Some(FaultKind::UnknownEventType) => {
                event_type = "SANDBOX.UNKNOWN";
                original_type = "sandbox_unknown";
                resource = json!({ "mchid": self.resource["mchid"], "sandbox": true });
            }
            Some(FaultKind::ProfitSharing) => {
                (event_type, original_type, associated_data) =
                    ("TRANSACTION.SUCCESS", "profitsharing", "profitsharing");
                resource = profit_sharing(&self.resource);
            }
            Some(FaultKind::EmptyAssociatedData | FaultKind::NoAssociatedData) => associated_data = "",
            _ => {}
        }
        let sealed = seal(api_v3_key, resource.to_string().as_bytes(), associated_data);
        let mut envelope = json!({
            "id": self.id,
            "create_time": self.created_at.to_beijing_rfc3339(),
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "summary": self.summary,
            "resource": {
                "original_type": original_type,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": sealed.ciphertext,
                "associated_data": associated_data,
                "nonce": sealed.nonce,
            },
        });
        if let (Some(FaultKind::NoAssociatedData), Some(told)) = (fault, envelope["resource"].as_object_mut()) {
            told.remove("associated_data");
        }
        let mut body = envelope.to_string().into_bytes();
        if fault == Some(&FaultKind::Malformed) {
            body.truncate(body.len() / 2);
        }
        body
    }

    fn record(&mut self, attempts: Vec<DeliveryAttempt>, schedule: RedeliverySchedule, now: Timestamp) {
        let is_success = attempts.iter().any(DeliveryAttempt::is_success);
        self.attempts.extend(attempts);
        if is_success {
            self.state = DeliveryState::Delivered;
            return;
        }
        self.failures += 1;
        match schedule.delay_ms(self.failures) {
            Some(delay_ms) => {
                self.state = DeliveryState::Waiting;
                self.next_at = now.plus_ms(delay_ms);
            }
            None => self.state = DeliveryState::GivenUp,
        }
    }
}

/// §16: not an order payment, whatever its event type says.
fn profit_sharing(payment: &Value) -> Value {
    json!({
        "mchid": payment["mchid"],
        "transaction_id": payment["transaction_id"],
        "order_id": format!("3008450740201411110007820{}", random_digits(3)),
        "out_order_no": format!("P{}", random_digits(20)),
        "receiver": { "type": "MERCHANT_ID", "account": "1900000100", "amount": 100, "description": "分给商户" },
        "success_time": payment["success_time"],
    })
}

/// Replaces whichever of the fields are there.
fn replace(resource: &mut Value, names: &[&str], value: &str) {
    for name in names {
        if let Some(told) = resource.get_mut(*name) {
            *told = json!(value);
        }
    }
}

fn new_id() -> String {
    format!("EV-{}", random_alphanumeric(30))
}

/// One request, signed and ready.
struct Letter {
    url: String,
    body: Vec<u8>,
    headers: Headers,
}

/// What becomes of a notification that is due.
enum Plan {
    Nothing,
    Send { letters: Vec<Letter>, at_once: bool },
}

impl WeChatPay {
    /// Settles what time settles and sends every notification that is due. Tells how many
    /// requests were sent, copies included.
    pub(crate) async fn step(&self) -> usize {
        let now = self.clock.now();
        for merchant in self.lock().merchants.values_mut() {
            merchant.advance(now);
        }
        let due = self.claim(|_, delivery| delivery.state == DeliveryState::Waiting && delivery.next_at <= now);
        let mut sent = 0;
        for (mchid, id) in &due {
            sent += self.attempt(mchid, id).await;
        }
        if sent > 0 {
            let freed = self.claim(|_, delivery| delivery.state == DeliveryState::Held);
            for (mchid, id) in &freed {
                sent += self.attempt(mchid, id).await;
            }
        }
        sent
    }

    /// Sends what is known about an order again, delivered or not.
    pub(crate) async fn notify_again(&self, mchid: &str, out_trade_no: &str) -> usize {
        let due = self.claim(|owner, delivery| {
            owner == mchid && delivery.out_trade_no == out_trade_no && delivery.state != DeliveryState::Sending
        });
        let mut sent = 0;
        for (mchid, id) in &due {
            sent += self.attempt(mchid, id).await;
        }
        sent
    }

    /// Marks what is chosen as being sent, so that two steps never send the same one.
    fn claim(&self, chosen: impl Fn(&str, &Delivery) -> bool) -> Vec<(String, String)> {
        let mut state = self.lock();
        let mut claimed = Vec::new();
        for (mchid, merchant) in &mut state.merchants {
            for delivery in merchant.deliveries.iter_mut().filter(|delivery| chosen(mchid, delivery)) {
                delivery.state = DeliveryState::Sending;
                claimed.push((delivery.next_at, mchid.clone(), delivery.id.clone()));
            }
        }
        claimed.sort_by_key(|(next_at, _, _)| *next_at);
        claimed.into_iter().map(|(_, mchid, id)| (mchid, id)).collect()
    }

    async fn attempt(&self, mchid: &str, id: &str) -> usize {
        let now = self.clock.now();
        let (letters, at_once) = match self.plan(mchid, id, now) {
            Plan::Nothing => return 0,
            Plan::Send { letters, at_once } => (letters, at_once),
        };
        let count = letters.len();
        let attempts = if at_once {
            futures_util::future::join_all(letters.into_iter().map(|letter| self.post(letter, now))).await
        } else {
            let mut attempts = Vec::with_capacity(count);
            for letter in letters {
                attempts.push(self.post(letter, now).await);
            }
            attempts
        };
        let answered_at = self.clock.now();
        let mut state = self.lock();
        let merchant = state.merchants.get_mut(mchid);
        if let Some(delivery) = merchant.and_then(|merchant| merchant.deliveries.iter_mut().find(|d| d.id == id)) {
            delivery.record(attempts, self.redelivery, answered_at);
        }
        count
    }

    fn plan(&self, mchid: &str, id: &str, now: Timestamp) -> Plan {
        let mut guard = self.lock();
        let state = &mut *guard;
        let Some(merchant) = state.merchants.get_mut(mchid) else { return Plan::Nothing };
        let Some(delivery) = merchant.deliveries.iter_mut().find(|delivery| delivery.id == id) else {
            return Plan::Nothing;
        };
        let mut numbers = vec![delivery.out_trade_no.as_str()];
        numbers.extend(delivery.out_refund_no.as_deref());
        let fault = if delivery.is_let_go { None } else { take(&mut state.faults, Operation::Notify, mchid, &numbers) };
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
        let body = delivery.body(&merchant.api_v3_key, fault.as_ref());
        let flaw = fault.as_ref().and_then(flaw_of);
        let letters = (0..copies)
            .map(|_| Letter {
                url: delivery.url.clone(),
                headers: sign(&merchant.trust.key_for_notification(now), &body, now, flaw),
                body: body.clone(),
            })
            .collect();
        Plan::Send { letters, at_once }
    }

    async fn post(&self, letter: Letter, at: Timestamp) -> DeliveryAttempt {
        let mut request = self
            .client
            .post(&letter.url)
            .timeout(ANSWER_WITHIN)
            .header("Content-Type", "application/json")
            .header("Accept", "*/*")
            .header("Request-ID", request_id());
        for (name, value) in letter.headers {
            request = request.header(name, value);
        }
        match request.body(letter.body).send().await {
            Ok(response) => DeliveryAttempt { at, status: Some(response.status().as_u16()), failure: None },
            Err(failure) => {
                let told = if failure.is_timeout() { "no answer within 5 s" } else { "connection failed" };
                DeliveryAttempt { at, status: None, failure: Some(told.to_owned()) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_schedule_ends_after_a_day() {
        let total_ms: i64 = (1..=15).filter_map(|n| RedeliverySchedule::Real.delay_ms(n)).sum();
        assert_eq!(total_ms / 60_000, 24 * 60 + 4);
        assert_eq!(RedeliverySchedule::Real.delay_ms(16), None);
        assert_eq!(RedeliverySchedule::Compressed.delay_ms(1), Some(150));
    }
}
