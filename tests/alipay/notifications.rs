//! Notifications: which are believed, what they mean, and what Alipay hears.

use luodi::gateways::alipay::sign::encode;
use luodi::gateways::{Gateway as _, Merchant, Notice, Notification, OrderState, Outcome, RawNotification, Rejected};

use crate::stand_in::*;

type Fields = Vec<(&'static str, String)>;

fn fields(state: &str) -> Fields {
    [
        ("notify_time", "2026-01-02 03:05:10"),
        ("notify_type", "trade_status_sync"),
        ("notify_id", "2026010200222030510001400000000001"),
        ("app_id", APP_ID),
        ("auth_app_id", APP_ID),
        ("charset", "utf-8"),
        ("version", "1.0"),
        ("trade_no", TRADE_NO),
        ("out_trade_no", NUMBER),
        ("buyer_id", "2088000000000002"),
        ("seller_id", SELLER_ID),
        ("seller_email", ""),
        ("trade_status", state),
        ("total_amount", "88.80"),
        ("receipt_amount", "80.00"),
        ("subject", "红茶 500g+糖&杯 50%"),
        ("gmt_payment", "2026-01-02 03:05:09"),
        ("fund_bill_list", "[{\"amount\":\"88.80\",\"fundChannel\":\"ALIPAYACCOUNT\"}]"),
        ("passback_params", "m%3D1%26n%3D2"),
    ]
    .into_iter()
    .map(|(n, v)| (n, v.to_owned()))
    .collect()
}

fn with(mut fields: Fields, name: &'static str, value: &str) -> Fields {
    fields.retain(|(n, _)| *n != name);
    fields.push((name, value.to_owned()));
    fields
}

fn without(mut fields: Fields, name: &str) -> Fields {
    fields.retain(|(n, _)| *n != name);
    fields
}

fn encoded(fields: &[(&'static str, String)]) -> String {
    let pairs: Vec<_> = fields.iter().map(|(n, v)| format!("{n}={}", encode(v).replace("%20", "+"))).collect();
    pairs.join("&")
}

/// Signs as trades are signed: sorted, `sign_type` left out, empty values kept.
fn signed_by(pair: &Pair, fields: &Fields) -> String {
    let mut sorted: Vec<_> = fields.iter().filter(|(n, _)| *n != "sign" && *n != "sign_type").collect();
    sorted.sort();
    let text: Vec<_> = sorted.iter().map(|(n, v)| format!("{n}={v}")).collect();
    let sign = pair.sign_base64(text.join("&").as_bytes());
    format!("{}&sign={}&sign_type=RSA2", encoded(fields), encode(&sign))
}

fn raw(body: &str) -> RawNotification {
    RawNotification { headers: Vec::new(), body: body.as_bytes().to_vec().into() }
}

async fn read(body: &str) -> Result<Notification, Rejected> {
    let (gateway, _, _) = account(|_| Reply::Reset).await;
    gateway.read_notification(&raw(body)).await.map(luodi::gateways::Verified::into_inner)
}

async fn told(fields: Fields) -> Notice {
    read(&signed_by(alipay(), &fields)).await.unwrap().notice
}

#[tokio::test]
async fn success_and_finished_both_mean_paid() {
    for state in ["TRADE_SUCCESS", "TRADE_FINISHED"] {
        let notification = read(&signed_by(alipay(), &fields(state))).await.unwrap();
        assert_eq!(notification.id, "2026010200222030510001400000000001");
        assert_eq!(notification.event_type, format!("trade_status_sync.{state}"));
        let Notice::Order(report) = notification.notice else { panic!("{state}") };
        assert_eq!(report.out_trade_no, NUMBER);
        assert_eq!(report.amount.unwrap().get(), 8880, "the order's amount, not what is left after coupons");
        assert_eq!(report.merchant.merchant_no, SELLER_ID);
        assert_eq!(
            report.state,
            OrderState::Paid { gateway_trade_no: TRADE_NO.to_owned(), paid_at: Some(start().plus_s(64)) }
        );
    }
}

/// After a full refund Alipay calls the order closed. The money came in and went back; nothing was cancelled.
#[tokio::test]
async fn closed_after_a_full_refund_is_a_refund() {
    let refunded = |state| {
        let more = with(fields(state), "refund_fee", "88.80");
        with(with(more, "gmt_refund", "2026-01-02 04:00:00.123"), "out_biz_no", "LDR1")
    };
    for state in ["TRADE_CLOSED", "TRADE_SUCCESS"] {
        let Notice::OrderRefunded { order, out_refund_no, refunded_total } = told(refunded(state)).await else {
            panic!("{state}")
        };
        assert!(matches!(order.state, OrderState::Paid { .. }));
        assert_eq!((out_refund_no.as_deref(), refunded_total.map(|f| f.get())), (Some("LDR1"), Some(8880)));
    }
    let unpaid = without(fields("TRADE_CLOSED"), "gmt_payment");
    assert!(matches!(told(unpaid).await, Notice::Order(report) if report.state == OrderState::Closed));
    let waiting = without(fields("WAIT_BUYER_PAY"), "gmt_payment");
    assert!(matches!(told(waiting).await, Notice::Order(report) if report.state == OrderState::Unpaid));
}

#[tokio::test]
async fn what_it_does_not_know_is_believed_and_left_alone() {
    assert_eq!(told(fields("TRADE_SOMETHING_NEW")).await, Notice::Other);
    let other = with(fields("TRADE_SUCCESS"), "notify_type", "servicemarket_order_notify");
    assert_eq!(told(other).await, Notice::Other);
}

#[tokio::test]
async fn the_identifiers_are_compared_with_the_account() {
    let (gateway, _, _) = account(|_| Reply::Reset).await;
    let merchant = |seller: &str, app: &str| Merchant {
        merchant_no: seller.to_owned(),
        app_id: Some(app.to_owned()),
        sub_merchant_no: None,
    };
    assert_eq!(gateway.foreign_identifier(&merchant(SELLER_ID, APP_ID)), None);
    assert_eq!(gateway.foreign_identifier(&merchant("2088000000000009", APP_ID)), Some("merchant_no"));
    assert_eq!(gateway.foreign_identifier(&merchant(SELLER_ID, "2021000000000009")), Some("app_id"));
}

/// Genuine messages differ in what their signature covers; each of the eight readings is accepted.
#[tokio::test]
async fn every_reading_of_the_rules_is_believed_but_only_with_a_signature() {
    for keeps_sign_type in [false, true] {
        for keeps_empty in [false, true] {
            for keeps_serial in [false, true] {
                let mut all = fields("TRADE_SUCCESS");
                all.push(("sign_type", "RSA2".to_owned()));
                all.push(("alipay_cert_sn", "230463797069be31769bef0d3d2e0b6a".to_owned()));
                let mut covered: Vec<_> = all
                    .iter()
                    .filter(|(n, v)| {
                        (keeps_sign_type || *n != "sign_type")
                            && (keeps_empty || !v.is_empty())
                            && (keeps_serial || *n != "alipay_cert_sn")
                    })
                    .map(|(n, v)| format!("{n}={v}"))
                    .collect();
                covered.sort();
                let sign = alipay().sign_base64(covered.join("&").as_bytes());
                let body = format!("{}&sign={}", encoded(&all), encode(&sign));
                assert!(read(&body).await.is_ok(), "{keeps_sign_type} {keeps_empty} {keeps_serial}");
            }
        }
    }
}

#[tokio::test]
async fn twelve_mutations_are_refused() {
    let good = signed_by(alipay(), &fields("TRADE_SUCCESS"));
    assert!(read(&good).await.is_ok());
    let sign_at = good.find("&sign=").unwrap();
    let mutations = [
        ("another amount", good.replace("total_amount=88.80", "total_amount=0.01"), Rejected::BadSignature),
        ("another order", good.replace(NUMBER, "LD20260101000002"), Rejected::BadSignature),
        ("another state", good.replace("TRADE_SUCCESS", "TRADE_FINISHED"), Rejected::BadSignature),
        ("another merchant", good.replace(SELLER_ID, "2088000000000009"), Rejected::BadSignature),
        ("a field more", format!("{good}&refund_fee=0.00"), Rejected::BadSignature),
        ("a field less", good.replace("&receipt_amount=80.00", ""), Rejected::BadSignature),
        ("a field twice", format!("{good}&total_amount=88.80"), Rejected::Malformed),
        ("decoded twice", good.replace("m%253D1", "m%3D1"), Rejected::BadSignature),
        ("no signature", good[..sign_at].to_owned() + "&sign_type=RSA2", Rejected::Unsigned),
        ("signed by SHA-1", good.replace("sign_type=RSA2", "sign_type=RSA"), Rejected::UnsupportedSignatureType),
        ("signed by us", signed_by(merchant(), &fields("TRADE_SUCCESS")), Rejected::BadSignature),
        ("signed by a stranger", signed_by(other(), &fields("TRADE_SUCCESS")), Rejected::BadSignature),
    ];
    for (label, body, expected) in mutations {
        assert_ne!(body, good, "{label}");
        assert_eq!(read(&body).await.unwrap_err(), expected, "{label}");
    }
    // What a web framework adds from the address is not signed and must not be merged.
    assert_eq!(read(&format!("{good}&_url=/notify")).await.unwrap_err(), Rejected::BadSignature);
    // Values that a firewall rewrote as HTML are not the ones that were signed.
    assert_eq!(read(&good.replace("%22", "%26quot%3B")).await.unwrap_err(), Rejected::BadSignature);
}

#[tokio::test]
async fn a_gbk_message_is_verified_over_its_bytes_and_read_as_text() {
    let fields = with(fields("TRADE_SUCCESS"), "charset", "GBK");
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let mut sorted = fields.clone();
    sorted.sort();
    let text: Vec<_> = sorted.iter().map(|(n, v)| format!("{n}={v}")).collect();
    let sign = alipay().sign_base64(&gbk(&text.join("&")));
    let percent = |bytes: &[u8]| bytes.iter().map(|b| format!("%{b:02X}")).collect::<String>();
    let pairs: Vec<_> = fields.iter().map(|(n, v)| format!("{n}={}", percent(&gbk(v)))).collect();
    let body = format!("{}&sign={}&sign_type=RSA2", pairs.join("&"), encode(&sign));
    assert!(matches!(read(&body).await.unwrap().notice, Notice::Order(_)));
}

#[tokio::test]
async fn messages_without_what_identifies_them_are_malformed() {
    for name in ["app_id", "seller_id", "out_trade_no", "total_amount", "trade_no"] {
        let body = signed_by(alipay(), &without(fields("TRADE_SUCCESS"), name));
        assert_eq!(read(&body).await.unwrap_err(), Rejected::Malformed, "{name}");
    }
    let odd = signed_by(alipay(), &with(fields("TRADE_SUCCESS"), "total_amount", "88.801"));
    assert_eq!(read(&odd).await.unwrap_err(), Rejected::Malformed);
    assert_eq!(read(&"x".repeat(300 * 1024)).await.unwrap_err(), Rejected::Malformed);
    assert!(read("").await.is_err());
}

#[tokio::test]
async fn success_is_said_only_after_the_commit() {
    let (gateway, _, _) = account(|_| Reply::Reset).await;
    let heard = gateway.acknowledge(Outcome::Recorded);
    assert_eq!((heard.status, heard.body.as_slice()), (200, b"success".as_slice()));
    for outcome in [Outcome::Failed, Outcome::Mismatch, Outcome::Rejected(Rejected::BadSignature)] {
        assert_eq!(gateway.acknowledge(outcome).body, b"fail");
    }
}
