//! Content encryption: both ways, verified before it is opened, and off where Alipay does not take it.

use luodi::clock::HandClock;
use luodi::crypto::cbc::CbcKey;
use luodi::crypto::{from_base64, to_base64};
use luodi::gateways::Opened;
use luodi::gateways::{Gateway as _, GatewayError, OrderState};
use luodi::payments::attempt::{Flow, NextAction};
use serde_json::json;

use crate::stand_in::*;

const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZg==";

fn key() -> CbcKey {
    CbcKey::new(&from_base64(KEY).unwrap()).unwrap()
}

async fn encrypting(
    script: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> (luodi::gateways::alipay::Alipay, StandIn) {
    let stand_in = StandIn::serving(script).await;
    let mut credentials = credentials(&stand_in.base);
    credentials.secrets["aes_key"] = json!(KEY);
    (open(&credentials, &HandClock::at(start())), stand_in)
}

const PAID: &str = r#"{"code":"10000","msg":"Success","out_trade_no":"LD20260101000001","trade_no":"2026010222001400000000000001","trade_status":"TRADE_SUCCESS","total_amount":"88.80"}"#;

#[tokio::test]
async fn both_directions_are_encrypted() {
    let (gateway, stand_in) = encrypting(|seen| {
        let node = format!("\"{}\"", to_base64(&key().encrypt(PAID.as_bytes()).unwrap()));
        Reply::node(alipay(), seen, &node)
    })
    .await;
    let report = gateway.query(&asked(Flow::Qr)).await.unwrap();
    assert!(matches!(report.get().state, OrderState::Paid { .. }));
    let parameters = stand_in.seen()[0].parameters();
    assert!(is_signed_by_merchant(&parameters));
    assert_eq!(parameters["encrypt_type"], "AES");
    let content = key().decrypt(&from_base64(&parameters["biz_content"]).unwrap()).unwrap();
    assert_eq!(content, json!({"out_trade_no": NUMBER}).to_string().into_bytes());
}

#[tokio::test]
async fn a_refusal_before_encryption_is_a_plain_object() {
    let (gateway, _) = encrypting(|seen| Reply::refusal(seen, "40004", "ACQ.TRADE_NOT_EXIST")).await;
    assert_eq!(gateway.query(&asked(Flow::Qr)).await.unwrap().get().state, OrderState::Unopened);
}

#[tokio::test]
async fn ciphertext_is_verified_with_its_quotes_before_it_is_opened() {
    let sealed = || to_base64(&key().encrypt(PAID.as_bytes()).unwrap());
    // Signed over the ciphertext without its quotes.
    let (gateway, _) = encrypting(move |_| {
        let body = format!(
            "{{\"alipay_trade_query_response\":\"{}\",\"sign\":\"{}\"}}",
            sealed(),
            alipay().sign_base64(sealed().as_bytes())
        );
        Reply::plain(200, &body)
    })
    .await;
    assert!(matches!(gateway.query(&asked(Flow::Qr)).await, Err(GatewayError::Unknown(_))));
    // Another key.
    let (gateway, _) = encrypting(|seen| {
        let other = CbcKey::new(b"fedcba9876543210").unwrap();
        let node = format!("\"{}\"", to_base64(&other.encrypt(PAID.as_bytes()).unwrap()));
        Reply::node(alipay(), seen, &node)
    })
    .await;
    assert!(matches!(gateway.query(&asked(Flow::Qr)).await, Err(GatewayError::Unknown(_))));
}

#[tokio::test]
async fn what_a_browser_or_an_app_brings_is_never_encrypted() {
    let (gateway, _) = encrypting(|_| Reply::Reset).await;
    let request = gateway.prepare(&order(Flow::App)).unwrap();
    let opened = gateway.create(&prepared(Flow::App, &request)).await.unwrap().into_inner();
    let Opened::Waiting { next_action: NextAction::InvokeApp { parameters }, .. } = opened else { panic!() };
    assert!(!parameters["orderString"].contains("encrypt_type"));
    assert!(parameters["orderString"].contains("QUICK_MSECURITY_PAY"));
}
