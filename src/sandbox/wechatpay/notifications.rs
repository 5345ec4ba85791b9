//! Notifications: queued when something happened, sent when the clock says so (§13).
//!
//! Promises: the same id and content on every attempt, signed afresh; success is 200 or 204
//! within five seconds and no redirect; a failed attempt is repeated on the schedule.

use std::time::Duration;

use serde_json::{Value, json};

use super::WeChatPay;
use super::calls::{add_one_fen, flaw_of, request_id};
use super::certificates::seal;
use super::faults::{FaultKind, Operation, take};
use super::keys::{random_alphanumeric, random_digits};
use super::merchants::Merchant;
use super::orders::Order;
use super::refunds::Refund;
use super::signing::sign;
use crate::clock::{SharedClock, Timestamp};
use crate::sandbox::deliveries::{self, Delivery, DeliveryAttempt, Letter, Post, RedeliverySchedule, Round, Strike};

/// §13.6, in seconds.
const STEPS_S: [i64; 15] = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600];

/// What one tells, whatever the attempt.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Told {
    pub(super) event_type: String,
    original_type: &'static str,
    summary: &'static str,
    pub(super) out_trade_no: String,
    pub(super) out_refund_no: Option<String>,
    resource: Value,
    created_at: Timestamp,
}

impl Told {
    /// `None` for codepay, which is never notified.
    pub(super) fn of_payment(merchant: &Merchant, order: &Order, now: Timestamp) -> Option<Delivery<Self>> {
        let url = order.notify_url.clone()?;
        let told = Self {
            event_type: "TRANSACTION.SUCCESS".to_owned(),
            original_type: "transaction",
            summary: "支付成功",
            out_trade_no: order.out_trade_no.clone(),
            out_refund_no: None,
            resource: order.paid_resource(&merchant.mchid),
            created_at: now,
        };
        Some(Delivery::new(new_id(), url, told, now))
    }

    pub(super) fn of_refund(refund: &Refund, url: String, resource: Value, now: Timestamp) -> Delivery<Self> {
        use super::refunds::RefundStatus;
        let told = Self {
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
        };
        Delivery::new(new_id(), url, told, now)
    }

    /// What this attempt says, bent by a fault where one strikes.
    fn body_as(&self, id: &str, api_v3_key: &str, fault: Option<&FaultKind>) -> Vec<u8> {
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
            "id": id,
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

impl WeChatPay {
    /// Settles what time settles and sends every notification that is due. Tells how many
    /// requests were sent, copies included.
    pub(crate) async fn step(&self) -> usize {
        deliveries::step(self).await
    }

    /// Sends what is known about an order again, delivered or not.
    pub(crate) async fn notify_again(&self, mchid: &str, out_trade_no: &str) -> usize {
        deliveries::notify_again(self, mchid, out_trade_no).await
    }
}

impl Post for WeChatPay {
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
        for (mchid, merchant) in &mut self.lock().merchants {
            merchant.deliveries.iter_mut().for_each(|delivery| visit(mchid, delivery));
        }
    }

    fn is_about(told: &Told, out_trade_no: &str) -> bool {
        told.out_trade_no == out_trade_no
    }

    fn acknowledges(answer: &DeliveryAttempt) -> bool {
        matches!(answer.status, Some(200 | 204))
    }

    fn round(&self, mchid: &str, id: &str, now: Timestamp) -> Option<Round> {
        let mut guard = self.lock();
        let state = &mut *guard;
        let merchant = state.merchants.get_mut(mchid)?;
        let delivery = merchant.deliveries.iter_mut().find(|delivery| delivery.id == id)?;
        let mut numbers = vec![delivery.message.out_trade_no.as_str()];
        numbers.extend(delivery.message.out_refund_no.as_deref());
        let fault =
            if delivery.may_be_struck() { take(&mut state.faults, Operation::Notify, mchid, &numbers) } else { None };
        let copies = delivery.strike(fault.as_ref().and_then(strike_of), now)?;
        let body = delivery.message.body_as(id, &merchant.api_v3_key, fault.as_ref());
        let mut bodies = vec![body; copies.count];
        if fault == Some(FaultKind::Restated) {
            bodies.push(delivery.message.body_as(&new_id(), &merchant.api_v3_key, None));
        }
        let flaw = fault.as_ref().and_then(flaw_of);
        let letter = |body: Vec<u8>| {
            let mut headers = sign(&merchant.trust.key_for_notification(now), &body, now, flaw);
            headers.push(("Content-Type", "application/json".to_owned()));
            headers.push(("Accept", "*/*".to_owned()));
            headers.push(("Request-ID", request_id()));
            Letter { url: delivery.url.clone(), headers, body }
        };
        Some(Round::new(bodies.into_iter().map(letter).collect(), copies))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_schedule_ends_after_a_day() {
        assert_eq!(STEPS_S.iter().sum::<i64>() / 60, 24 * 60 + 4);
    }
}
