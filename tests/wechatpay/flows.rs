//! The flows: which call each makes, and what the shopper's side receives, signed for the wallet.

use std::collections::BTreeMap;

use luodi::crypto::from_base64;
use luodi::gateways::{Gateway as _, GatewayError, Opened, OrderToOpen, PreparedOrder};
use luodi::payments::attempt::{Flow, NextAction, Shopper};
use rsa::signature::Verifier as _;
use serde_json::{Value, json};

use crate::calls::{is_signed_by_merchant, order, signed};
use crate::stand_in::{Reply, Seen, StandIn, credentials, merchant, open, start};
use crate::vectors::{APPID, MCHID, PREPAY_ID};

const APP: &str = "wx00000000000000bb";
const MINI_PROGRAM: &str = "wx00000000000000aa";
const OPENID: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

pub fn wanted(flow: Flow, shopper: Shopper) -> OrderToOpen {
    OrderToOpen { flow, shopper, ..order() }
}

/// Opens an order under settings of their own; gives the outcome and what WeChat saw.
pub async fn opened(
    settings: &Value,
    wanted: OrderToOpen,
    answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> (Result<Opened, GatewayError>, Vec<Seen>) {
    let stand_in = StandIn::serving(answer).await;
    let mut account = credentials(&stand_in.base);
    for (name, value) in settings.as_object().unwrap() {
        account.settings[name] = value.clone();
    }
    let gateway = open(&account, &luodi::clock::HandClock::at(start()));
    let result = async {
        let request = gateway.prepare(&wanted)?;
        let prepared = PreparedOrder {
            flow: wanted.flow,
            request: &request,
            return_url: "https://pay.shop.example/return/att_1?a=1",
            hop_url: "https://pay.shop.example/go/att_1",
        };
        gateway.create(&prepared).await.map(luodi::gateways::Verified::into_inner)
    };
    (result.await, stand_in.seen())
}

/// The signature of the merchant over four lines, checked by the independent implementation.
pub fn assert_client_signature(lines: [&str; 4], signature: &str) {
    let message = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let signature = rsa::pkcs1v15::Signature::try_from(from_base64(signature).unwrap().as_slice()).unwrap();
    let key = rsa::pkcs1v15::VerifyingKey::<sha2::Sha256>::new(merchant().0.to_public_key());
    key.verify(message.as_bytes(), &signature).unwrap();
}

fn names(parameters: &BTreeMap<String, String>) -> Vec<&str> {
    parameters.keys().map(String::as_str).collect()
}

fn prepay(_: &Seen) -> Reply {
    signed(200, &json!({"prepay_id": PREPAY_ID}).to_string())
}

#[tokio::test]
async fn inside_wechat_the_script_gets_signed_parameters() {
    let shopper = Shopper { payer_id: Some(OPENID.to_owned()), ..Shopper::default() };
    let (result, seen) = opened(&json!({}), wanted(Flow::Jsapi, shopper), prepay).await;
    let Ok(Opened::Waiting { next_action: NextAction::InvokeJsapi { parameters }, expires_at }) = result else {
        panic!("{result:?}")
    };
    assert_eq!(expires_at, Some(start().plus_s(7200)));
    assert_eq!(names(&parameters), ["appId", "nonceStr", "package", "paySign", "signType", "timeStamp"]);
    let package = format!("prepay_id={PREPAY_ID}");
    assert_eq!((parameters["appId"].as_str(), &parameters["package"]), (APPID, &package));
    assert_eq!(parameters["timeStamp"], start().as_seconds().to_string());
    assert_eq!(parameters["signType"], "RSA");
    let lines = [APPID, &parameters["timeStamp"], &parameters["nonceStr"], &package];
    assert_client_signature(lines, &parameters["paySign"]);

    assert_eq!(seen[0].target, "/v3/pay/transactions/jsapi");
    assert!(is_signed_by_merchant(&seen[0]));
    let body: Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!((&body["appid"], &body["payer"]), (&json!(APPID), &json!({"openid": OPENID})));
}

#[tokio::test]
async fn a_mini_program_pays_under_its_own_app_id() {
    let shopper =
        Shopper { payer_id: Some(OPENID.to_owned()), app_id: Some(MINI_PROGRAM.to_owned()), ..Shopper::default() };
    let settings = json!({"mini_program_appid": MINI_PROGRAM});
    let (result, seen) = opened(&settings, wanted(Flow::Jsapi, shopper.clone()), prepay).await;
    let Ok(Opened::Waiting { next_action: NextAction::InvokeJsapi { parameters }, .. }) = result else {
        panic!("{result:?}")
    };
    assert_eq!(parameters["appId"], MINI_PROGRAM);
    let lines = [MINI_PROGRAM, &parameters["timeStamp"], &parameters["nonceStr"], &parameters["package"]];
    assert_client_signature(lines, &parameters["paySign"]);
    assert!(seen[0].body.contains(MINI_PROGRAM));

    let (result, seen) = opened(&json!({}), wanted(Flow::Jsapi, shopper), prepay).await;
    let Err(GatewayError::Declined { code, message, .. }) = result else { panic!("{result:?}") };
    assert_eq!((code.as_str(), seen.len()), ("app_id_unknown", 0));
    assert!(message.contains("mini_program_appid"), "{message}");
}

#[tokio::test]
async fn the_sdk_of_the_shops_own_app_gets_signed_parameters() {
    let (result, seen) = opened(&json!({"app_appid": APP}), wanted(Flow::App, Shopper::default()), prepay).await;
    let Ok(Opened::Waiting { next_action: NextAction::InvokeApp { parameters }, expires_at }) = result else {
        panic!("{result:?}")
    };
    assert_eq!(expires_at, Some(start().plus_s(7200)));
    let expected = ["appid", "noncestr", "package", "partnerid", "prepayid", "sign", "timestamp"];
    assert_eq!(names(&parameters), expected);
    assert_eq!((parameters["appid"].as_str(), parameters["partnerid"].as_str()), (APP, MCHID));
    assert_eq!((parameters["prepayid"].as_str(), parameters["package"].as_str()), (PREPAY_ID, "Sign=WXPay"));
    let lines = [APP, &parameters["timestamp"], &parameters["noncestr"], PREPAY_ID];
    assert_client_signature(lines, &parameters["sign"]);
    assert_eq!(seen[0].target, "/v3/pay/transactions/app");
}

#[tokio::test]
async fn a_mobile_browser_goes_on_through_our_page_and_comes_back() {
    const H5_URL: &str = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx2016&package=1037687096";
    let phone = Shopper {
        ip: Some("203.0.113.7".to_owned()),
        user_agent: Some("Mozilla/5.0 (Linux; Android 15) Mobile".to_owned()),
        ..Shopper::default()
    };
    let answer = |_: &Seen| signed(200, &json!({"h5_url": H5_URL}).to_string());
    let settings = json!({"h5_app_name": "茶铺", "h5_app_url": "https://shop.example"});
    let (result, seen) = opened(&settings, wanted(Flow::Wap, phone.clone()), answer).await;
    let Ok(Opened::Waiting { next_action: NextAction::Redirect { url, gateway_url }, expires_at }) = result else {
        panic!("{result:?}")
    };
    assert_eq!(expires_at, Some(start().plus_s(300)));
    assert_eq!(url, "https://pay.shop.example/go/att_1");
    let back = "&redirect_url=https%3A%2F%2Fpay.shop.example%2Freturn%2Fatt_1%3Fa%3D1";
    assert_eq!(gateway_url, format!("{H5_URL}{back}"));
    assert_eq!(seen[0].target, "/v3/pay/transactions/h5");
    let body: Value = serde_json::from_str(&seen[0].body).unwrap();
    let h5_info = json!({"type": "Android", "app_name": "茶铺", "app_url": "https://shop.example"});
    assert_eq!(body["scene_info"], json!({"payer_client_ip": "203.0.113.7", "h5_info": h5_info}));

    let (result, seen) = opened(&json!({}), wanted(Flow::Wap, Shopper::default()), answer).await;
    assert!(matches!(&result, Err(GatewayError::Declined { code, .. }) if code == "shopper_ip_missing"), "{result:?}");
    assert!(seen.is_empty());
    let elsewhere = |_: &Seen| signed(200, r#"{"h5_url":"javascript:alert(1)"}"#);
    let (result, _) = opened(&json!({}), wanted(Flow::Wap, phone), elsewhere).await;
    assert!(matches!(result, Err(GatewayError::Unknown(_))), "{result:?}");
}

#[tokio::test]
async fn an_answer_for_another_flow_is_unknown() {
    let shopper =
        Shopper { ip: Some("203.0.113.7".to_owned()), payer_id: Some(OPENID.to_owned()), ..Shopper::default() };
    for flow in [Flow::Qr, Flow::Wap, Flow::Jsapi, Flow::App] {
        let other = |_: &Seen| signed(200, r#"{"prepay_id":"","code_url":null,"else":1}"#);
        let (result, _) = opened(&json!({}), wanted(flow, shopper.clone()), other).await;
        assert!(matches!(result, Err(GatewayError::Unknown(_))), "{flow:?}");
    }
}
