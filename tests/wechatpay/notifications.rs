//! Notifications: what is believed, what is refused, and what WeChat hears.

use luodi::clock::{HandClock, Timestamp};
use luodi::gateways::{
    Gateway as _, Notice, Notification, OrderState, Outcome, RawNotification, RefundState, Rejected,
};
use serde_json::{Value, json};

use crate::stand_in::{PUBLIC_KEY_ID, credentials, notification, open, other, sealed, sealed_under, start, wechat};
use crate::vectors::*;

/// A decrypted payment.
pub fn transaction(trade_state: &str) -> Value {
    json!({
        "mchid": MCHID, "appid": APPID, "out_trade_no": "LD0001", "transaction_id": "42", "trade_type": "NATIVE",
        "trade_state": trade_state, "success_time": "2026-01-01T12:00:00+08:00",
        "payer": {"openid": "o"}, "amount": {"total": 100, "payer_total": 90, "currency": "CNY"},
    })
}

pub fn envelope(event_type: &str, original_type: &str, facts: &Value) -> Value {
    let mut resource = sealed(original_type, &facts.to_string());
    resource["original_type"] = json!(original_type);
    json!({
        "id": "EV-1", "create_time": "2026-01-01T12:00:01+08:00", "resource_type": "encrypt-resource",
        "event_type": event_type, "summary": "支付成功", "resource": resource,
    })
}

pub fn payment(trade_state: &str) -> Value {
    envelope("TRANSACTION.SUCCESS", "transaction", &transaction(trade_state))
}

/// Nothing listens there: notifications under the public key need no call.
const NOWHERE: &str = "http://127.0.0.1:1";

async fn read_at(now: Timestamp, raw: &RawNotification) -> Result<Notification, Rejected> {
    let gateway = open(&credentials(NOWHERE), &HandClock::at(now));
    gateway.read_notification(raw).await.map(luodi::gateways::Verified::into_inner)
}

async fn read(body: &Value) -> Result<Notification, Rejected> {
    read_at(start(), &notification(wechat(), PUBLIC_KEY_ID, start(), body)).await
}

fn vector(headers: &[(&str, &str)], body: &str) -> RawNotification {
    let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    RawNotification { headers, body: body.as_bytes().to_vec().into() }
}

#[tokio::test]
async fn x1_is_believed_end_to_end() {
    let mut account = credentials(NOWHERE);
    account.secrets["wechatpay_public_key"] = json!(K1_PUBLIC);
    let seconds: i64 = X1_TIMESTAMP.parse().unwrap();
    let gateway = open(&account, &HandClock::at(Timestamp::from_seconds(seconds)));
    let headers = [
        ("wechatpay-timestamp", X1_TIMESTAMP),
        ("wechatpay-nonce", X1_NONCE),
        ("wechatpay-signature", X1_SIGNATURE),
        ("wechatpay-serial", PUBLIC_KEY_ID),
    ];
    let believed = gateway.read_notification(&vector(&headers, X1_BODY)).await.unwrap().into_inner();
    assert_eq!((believed.id.as_str(), believed.event_type.as_str()), ("EV-2026010112000000001", "TRANSACTION.SUCCESS"));
    let Notice::Order(report) = believed.notice else { panic!("{believed:?}") };
    assert_eq!(gateway.foreign_identifier(&report.merchant), None);
    assert_eq!(report.out_trade_no, "SYN20260101000001");
    assert_eq!((report.amount.map(luodi::money::Fen::get), report.currency.as_deref()), (Some(100), Some("CNY")));
    let paid_at = Timestamp::parse_rfc3339("2026-01-01T12:00:00+08:00");
    assert_eq!(report.state, OrderState::Paid { gateway_trade_no: "4200000000202601010000000001".to_owned(), paid_at });
}

#[tokio::test]
async fn r1_variants_are_refused() {
    let mut account = credentials(NOWHERE);
    account.settings["wechatpay_public_key_id"] = json!(R1_SERIAL);
    account.secrets["wechatpay_public_key"] = json!(R1_PUBLIC);
    let read = |signature: String, body: String| {
        let gateway = open(&account, &HandClock::at(Timestamp::from_seconds(R1_TIMESTAMP.parse().unwrap())));
        async move {
            let headers = [
                ("wechatpay-timestamp", R1_TIMESTAMP),
                ("wechatpay-nonce", R1_NONCE),
                ("wechatpay-signature", signature.as_str()),
                ("wechatpay-serial", R1_SERIAL),
            ];
            gateway.read_notification(&vector(&headers, &body)).await.unwrap_err()
        }
    };
    let body = R1_BODY.to_owned();
    // The untouched one passes the signature; it only is no notification.
    assert_eq!(read(R1_SIGNATURE.to_owned(), body.clone()).await, Rejected::Malformed);
    let prefixed = format!("WECHATPAY/SIGNTEST/{R1_SIGNATURE}");
    assert_eq!(prefixed.len(), 363);
    assert_eq!(read(prefixed, body.clone()).await, Rejected::BadSignature, "(a)");
    let replaced = format!("WECHATPAY/SIGNTEST/{}", &R1_SIGNATURE[19..]);
    assert_eq!(read(replaced, body.clone()).await, Rejected::BadSignature, "(b)");
    assert_eq!(read(R1_SIGNATURE.to_owned(), body.replace("JyC", "JyD")).await, Rejected::BadSignature, "(c)");
}

#[tokio::test]
async fn the_window_is_five_minutes_either_way() {
    for (offset, fresh) in [
        (-310, false),
        (-301, false),
        (-300, true),
        (-290, true),
        (0, true),
        (290, true),
        (300, true),
        (301, false),
        (310, false),
    ] {
        let raw = notification(wechat(), PUBLIC_KEY_ID, start().plus_s(offset), &payment("SUCCESS"));
        let result = read_at(start(), &raw).await;
        assert_eq!(result.is_ok(), fresh, "{offset}");
        assert_eq!(result.err(), (!fresh).then_some(Rejected::Stale), "{offset}");
    }
}

#[tokio::test]
async fn headers_are_required_and_checked_in_order() {
    let good = notification(wechat(), PUBLIC_KEY_ID, start(), &payment("SUCCESS"));
    let with = |name: &str, value: Option<&str>| {
        let mut raw = good.clone();
        raw.headers.retain(|(n, _)| n != name);
        raw.headers.extend(value.map(|v| (name.to_owned(), v.to_owned())));
        raw
    };
    for name in ["wechatpay-timestamp", "wechatpay-nonce", "wechatpay-signature", "wechatpay-serial"] {
        assert_eq!(read_at(start(), &with(name, None)).await.unwrap_err(), Rejected::Unsigned, "{name}");
        assert_eq!(read_at(start(), &with(name, Some(""))).await.unwrap_err(), Rejected::Unsigned, "{name}");
    }
    assert_eq!(read_at(start(), &with("wechatpay-timestamp", Some("soon"))).await.unwrap_err(), Rejected::Unsigned);
    let huge = with("wechatpay-timestamp", Some("-9223372036854775808"));
    assert_eq!(read_at(start(), &huge).await.unwrap_err(), Rejected::Stale);
    let sm2 = with("wechatpay-signature-type", Some("WECHATPAY2-SM2-WITH-SM3"));
    assert_eq!(read_at(start(), &sm2).await.unwrap_err(), Rejected::UnsupportedSignatureType);
    assert!(read_at(start(), &with("wechatpay-signature-type", None)).await.is_ok());
    let nonce = with("wechatpay-nonce", Some("another"));
    assert_eq!(read_at(start(), &nonce).await.unwrap_err(), Rejected::BadSignature);

    let forged = notification(other(), PUBLIC_KEY_ID, start(), &payment("SUCCESS"));
    assert_eq!(read_at(start(), &forged).await.unwrap_err(), Rejected::BadSignature);
    let mut respaced = good.clone();
    respaced.body = [&good.body[..], b" "].concat().into();
    assert_eq!(read_at(start(), &respaced).await.unwrap_err(), Rejected::BadSignature);
}

#[tokio::test]
async fn x2_a_refund_with_empty_associated_data() {
    let mut refund = envelope("REFUND.SUCCESS", "refund", &json!({}));
    let resource = refund["resource"].as_object_mut().unwrap();
    resource.insert("nonce".to_owned(), json!(X2_NONCE));
    resource.insert("ciphertext".to_owned(), json!(X2_CIPHERTEXT));
    for associated_data in [Some(""), None] {
        match associated_data {
            Some(text) => refund["resource"]["associated_data"] = json!(text),
            None => drop(refund["resource"].as_object_mut().unwrap().remove("associated_data")),
        }
        let Notice::Refund(report) = read(&refund).await.unwrap().notice else { panic!("not a refund") };
        assert_eq!(
            (report.out_refund_no.as_str(), report.amount.get(), report.order_amount.get()),
            ("SYNR1", 100, 100)
        );
        assert_eq!((report.merchant.merchant_no.as_str(), report.merchant.app_id), (MCHID, None));
        assert!(matches!(report.state, RefundState::Succeeded { succeeded_at: Some(_) }));
    }
}

#[tokio::test]
async fn genuine_but_foreign_messages_are_acknowledged_and_ignored() {
    let movement = json!({"mchid": MCHID, "transaction_id": "42", "order_id": "3", "out_order_no": "P1"});
    let combined = json!({"combine_mchid": MCHID, "combine_out_trade_no": "C1", "sub_orders": []});
    let partner = json!({"sp_mchid": MCHID, "sub_mchid": "2", "out_trade_no": "LD0001", "trade_state": "SUCCESS"});
    for body in [
        envelope("TRANSACTION.SUCCESS", "profitsharing", &movement),
        envelope("TRANSACTION.SUCCESS", "transaction", &combined),
        envelope("TRANSACTION.SUCCESS", "transaction", &partner),
        envelope("TRANSACTION.SOMETHING_NEW", "transaction", &transaction("CLOSED")),
        envelope("PAYSCORE.USER_OPEN_SERVICE", "payscore", &json!({"mchid": MCHID})),
        json!({"id": "1", "event_type": "COMPLAINT.CREATE", "resource_type": "encrypt-resource", "resource":
            {"original_type": "complaint", "algorithm": "AEAD_NEW", "nonce": "1", "ciphertext": "?"}}),
    ] {
        assert_eq!(read(&body).await.unwrap().notice, Notice::Other, "{body}");
    }
}

#[tokio::test]
async fn signed_but_wrong_messages_are_refused() {
    let stale = {
        let mut body = payment("SUCCESS");
        body["resource"] = sealed_under("00000000000000000000000000000000", "transaction", "{}");
        body["resource"]["original_type"] = json!("transaction");
        body
    };
    assert_eq!(read(&stale).await.unwrap_err(), Rejected::CannotDecrypt);
    let mut moved = payment("SUCCESS");
    moved["resource"]["associated_data"] = json!("refund");
    assert_eq!(read(&moved).await.unwrap_err(), Rejected::CannotDecrypt);
    let mut short_nonce = payment("SUCCESS");
    short_nonce["resource"]["nonce"] = json!("0123");
    assert_eq!(read(&short_nonce).await.unwrap_err(), Rejected::Malformed);

    let with = |pointer: &str, value: Value| {
        let mut body = payment("SUCCESS");
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let with_fact = |name: &str, value: Value| {
        let mut facts = transaction("SUCCESS");
        facts[name] = value;
        envelope("TRANSACTION.SUCCESS", "transaction", &facts)
    };
    for body in [
        with("/resource/algorithm", json!("AEAD_AES_128_GCM")),
        with("/resource/ciphertext", json!("***")),
        with("/resource_type", json!("plain")),
        with("/resource", json!([])),
        with("/id", json!(null)),
        payment("NOTPAY"),
        payment("REFUND"),
        payment("UNHEARD_OF"),
        with_fact("amount", json!({"total": "100"})),
        with_fact("amount", json!({"total": -100})),
        with_fact("amount", json!({"total": 1.5})),
        with_fact("amount", json!(null)),
        with_fact("mchid", json!(null)),
        with_fact("out_trade_no", json!(7)),
        with_fact("transaction_id", json!("")),
        json!("text"),
    ] {
        assert_eq!(read(&body).await.unwrap_err(), Rejected::Malformed, "{body}");
    }
}

#[tokio::test]
async fn only_a_recorded_notification_hears_success() {
    let gateway = open(&credentials(NOWHERE), &HandClock::at(start()));
    let success = gateway.acknowledge(Outcome::Recorded);
    assert_eq!((success.status, success.body.len()), (204, 0));
    for (outcome, status) in [
        (Outcome::Rejected(Rejected::BadSignature), 401),
        (Outcome::Rejected(Rejected::Stale), 401),
        (Outcome::Rejected(Rejected::UnknownKey), 401),
        (Outcome::Rejected(Rejected::Malformed), 400),
        (Outcome::Rejected(Rejected::CannotDecrypt), 500),
        (Outcome::Mismatch, 409),
        (Outcome::Failed, 500),
    ] {
        let answer = gateway.acknowledge(outcome);
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status, &body["code"]), (status, &json!("FAIL")), "{outcome:?}");
        assert!(body["message"].as_str().unwrap().chars().count() <= 64);
    }
}
