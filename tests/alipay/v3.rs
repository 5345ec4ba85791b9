//! The REST protocol: another envelope around the same facts.

use luodi::clock::HandClock;
use luodi::gateways::alipay::Alipay;
use luodi::gateways::{DeclineReason, Gateway as _, GatewayError, Opened, OrderState};
use luodi::payments::attempt::{Flow, NextAction};
use serde_json::{Value, json};

use crate::stand_in::*;

async fn account_v3(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Alipay, StandIn) {
    let stand_in = StandIn::serving(script).await;
    let mut credentials = credentials(&stand_in.base);
    credentials.settings["api"] = json!("v3");
    (open(&credentials, &HandClock::at(start())), stand_in)
}

/// The independent reading of the rule.
fn is_authorized(seen: &Seen) -> bool {
    let header = seen.header("authorization").unwrap().strip_prefix("ALIPAY-SHA256withRSA ").unwrap();
    let (claim, sign) = header.split_once(",sign=").unwrap();
    assert!(claim.starts_with(&format!("app_id={APP_ID},nonce=")));
    assert!(claim.ends_with(&format!(",timestamp={}", start().as_millis())));
    let message = format!("{claim}\n{}\n{}\n{}\n", seen.method, seen.target, seen.body);
    merchant().verifies(message.as_bytes(), sign)
}

#[tokio::test]
async fn an_order_is_opened_with_its_address_in_the_body() {
    let body = json!({"out_trade_no": NUMBER, "qr_code": "https://qr.alipay.com/bax0001"}).to_string();
    let (gateway, stand_in) = account_v3(move |_| Reply::v3(alipay(), 200, &body)).await;
    let request = gateway.prepare(&order(Flow::Qr)).unwrap();
    let opened = gateway.create(&prepared(Flow::Qr, &request)).await.unwrap().into_inner();
    assert!(matches!(opened, Opened::Waiting { next_action: NextAction::DisplayQr { .. }, .. }));
    let seen = &stand_in.seen()[0];
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/v3/alipay/trade/precreate"));
    assert!(is_authorized(seen));
    let sent: Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!((sent["notify_url"].as_str(), sent["total_amount"].as_str()), (Some(NOTIFY_URL), Some("88.80")));
}

#[tokio::test]
async fn a_question_is_answered_by_status_and_body() {
    let paid = json!({
        "out_trade_no": NUMBER, "trade_no": TRADE_NO, "trade_status": "TRADE_SUCCESS", "total_amount": "88.80",
    })
    .to_string();
    let (gateway, stand_in) = account_v3(move |_| Reply::v3(alipay(), 200, &paid)).await;
    let report = gateway.query(&asked(Flow::Qr)).await.unwrap();
    assert!(matches!(report.get().state, OrderState::Paid { .. }));
    assert!(is_authorized(&stand_in.seen()[0]));

    let missing = json!({"code": "ACQ.TRADE_NOT_EXIST", "message": "交易不存在"}).to_string();
    let (gateway, _) = account_v3(move |_| Reply::v3(alipay(), 400, &missing)).await;
    assert_eq!(gateway.query(&asked(Flow::Qr)).await.unwrap().get().state, OrderState::Unopened);
    let answer = gateway.query(&asked(Flow::Jsapi)).await;
    assert!(matches!(answer, Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. })), "{answer:?}");
}

#[tokio::test]
async fn nothing_unsigned_is_believed() {
    let paid = json!({
        "out_trade_no": NUMBER, "trade_no": TRADE_NO, "trade_status": "TRADE_SUCCESS", "total_amount": "88.80",
    })
    .to_string();
    let missing = json!({"code": "ACQ.TRADE_NOT_EXIST", "message": "…"}).to_string();
    for (label, reply) in [
        ("success", Reply::plain(200, &paid)),
        ("a stranger's", Reply::v3(other(), 200, &paid)),
        ("refusal", Reply::plain(400, &missing)),
        ("a stranger's refusal", Reply::v3(other(), 400, &missing)),
        ("a fault of theirs", Reply::v3(alipay(), 500, &missing)),
        ("a web page", Reply::plain(502, "<html>")),
    ] {
        let (gateway, _) = account_v3(move |_| reply.clone()).await;
        let answer = gateway.query(&asked(Flow::Qr)).await;
        assert!(matches!(answer, Err(GatewayError::Unknown(_))), "{label}: {answer:?}");
    }
    let refused = json!({"code": "invalid-signature", "message": "验签出错"}).to_string();
    let (gateway, _) = account_v3(move |_| Reply::plain(401, &refused)).await;
    assert!(matches!(gateway.query(&asked(Flow::Qr)).await, Err(GatewayError::Misconfigured { .. })));
}

/// How v3 tells that the payer is still being asked is not documented: what names no payment is none.
#[tokio::test]
async fn a_payers_code_settles_only_with_number_and_time() {
    let shopper = luodi::payments::attempt::Shopper {
        auth_code: Some("281234567890123456".to_owned()),
        ..luodi::payments::attempt::Shopper::default()
    };
    let till = luodi::gateways::OrderToOpen { shopper, ..order(Flow::Barcode) };
    for (body, settled) in [
        (
            json!({"out_trade_no": NUMBER, "trade_no": TRADE_NO, "total_amount": "88.80",
                "gmt_payment": "2026-01-02 03:04:06"}),
            true,
        ),
        (json!({"out_trade_no": NUMBER, "trade_no": TRADE_NO, "total_amount": "88.80"}), false),
        (json!({"out_trade_no": NUMBER}), false),
    ] {
        let text = body.to_string();
        let (gateway, _) = account_v3(move |_| Reply::v3(alipay(), 200, &text)).await;
        let request = gateway.prepare(&till).unwrap();
        let opened = gateway.create(&prepared(Flow::Barcode, &request)).await.unwrap().into_inner();
        assert_eq!(matches!(opened, Opened::Settled(_)), settled, "{body}");
    }
}
