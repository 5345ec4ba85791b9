//! Any bytes as what UnionPay says, as an answer and as a form: no panic, no field that was not there, no payment
//! without number and amount; and of everything that is like a genuine message, only the genuine one is believed.

#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use luodi::clock::Timestamp;
use luodi::crypto::certificate::Certificate;
use luodi::crypto::chain::Authority;
use luodi::gateways::unionpay::message::{Charset, EmptyFields, Message};
use luodi::gateways::unionpay::notification;
use luodi::gateways::unionpay::trust::Trust;
use luodi::gateways::{Notice, OrderState};

#[path = "../../tests/unionpay/vectors.rs"]
#[allow(dead_code)]
mod vectors;

static TRUST: LazyLock<Trust> = LazyLock::new(|| {
    let read = |pem| vec![Certificate::parse(pem).expect("a certificate")];
    Trust::Certificates { authority: Authority::new(read(vectors::MIDDLE), read(vectors::ROOT)), is_test: false }
});

/// The one message that is signed under the published chain.
static GENUINE: LazyLock<Message> = LazyLock::new(|| {
    let body = STANDARD.decode(vectors::ANSWER).expect("base64");
    Message::parse_answer(&body).expect("an answer")
});

fn look(message: &Message, body: &[u8], is_answer: bool) {
    // 2026-01-02T11:04:05+08:00, within the dates of the chain.
    let now = Timestamp::from_seconds(1_767_323_045);
    let verdict = if is_answer { TRUST.verify_answer(message, now) } else { TRUST.verify_form(message, now) };
    if verdict.is_ok() {
        let kept = |m: &Message| m.canonical(EmptyFields::Dropped);
        assert_eq!(kept(message), kept(&GENUINE), "another message is believed");
    }
    if is_answer {
        let text = [Charset::Utf8, Charset::Gbk].into_iter().filter_map(|c| c.decode(body)).collect::<Vec<_>>();
        for (name, value) in message.fields() {
            assert!(text.iter().any(|t| t.contains(name.as_str()) && t.contains(value.as_str())), "{name}={value}");
        }
    }
    let Ok(notification) = notification::read(message) else { return };
    if let Notice::Order(order) | Notice::OrderRefunded { order, .. } = notification.notice
        && let OrderState::Paid { gateway_trade_no, .. } = order.state
    {
        assert!(!gateway_trade_no.is_empty() && order.amount.is_some() && !order.out_trade_no.is_empty());
    }
}

fuzz_target!(|data: &[u8]| {
    if let Ok(message) = Message::parse_answer(data) {
        look(&message, data, true);
    }
    if let Ok(message) = Message::parse_form(data) {
        look(&message, data, false);
    }
});
