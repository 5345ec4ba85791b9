//! Service providers (ISV): one application acts for many merchants, each by a token of its own.

use luodi::clock::HandClock;
use luodi::gateways::alipay::Alipay;
use luodi::gateways::transport::{Transport, TransportOptions};
use luodi::gateways::{AccountCredentials, CheckDepth, Gateway as _, Merchant, Opened, Severity};
use luodi::payments::attempt::{Flow, GatewayName, NextAction};
use serde_json::{Value, json};

use crate::stand_in::*;

const TOKEN: &str = "202601BBexample00000000000000X01";
const AUTH_APP_ID: &str = "2021000000000777";

fn provider(base: &str, api: &str) -> AccountCredentials {
    let mut credentials = credentials(base);
    credentials.settings["api"] = json!(api);
    credentials.settings["auth_app_id"] = json!(AUTH_APP_ID);
    credentials.secrets["app_auth_token"] = json!(TOKEN);
    credentials
}

async fn account_of(api: &str, script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Alipay, StandIn) {
    let stand_in = StandIn::serving(script).await;
    (open(&provider(&stand_in.base, api), &HandClock::at(start())), stand_in)
}

fn unpaid() -> Value {
    json!({"out_trade_no": NUMBER, "trade_no": TRADE_NO, "trade_status": "WAIT_BUYER_PAY", "total_amount": "88.80"})
}

#[tokio::test]
async fn the_token_is_signed_with_every_call_in_the_merchants_name() {
    let (gateway, stand_in) = account_of("v2", |seen| Reply::success(seen, unpaid())).await;
    gateway.query(&asked(Flow::Qr)).await.unwrap();
    let parameters = stand_in.seen()[0].parameters();
    assert_eq!(parameters["app_auth_token"], TOKEN);
    assert!(is_signed_by_merchant(&parameters), "by the provider's key");

    // What a browser or an app brings to Alipay is in the merchant's name too.
    for flow in [Flow::Page, Flow::Wap, Flow::App] {
        let request = gateway.prepare(&order(flow)).unwrap();
        let opened = gateway.create(&prepared(flow, &request)).await.unwrap().into_inner();
        let Opened::Waiting { next_action, .. } = opened else { panic!("{flow:?}") };
        let parameters: std::collections::BTreeMap<_, _> = match next_action {
            NextAction::SubmitForm { mut fields, .. } => {
                fields.insert("charset".to_owned(), "utf-8".to_owned());
                fields
            }
            NextAction::Redirect { url, .. } => decoded(url.split_once('?').unwrap().1).into_iter().collect(),
            NextAction::InvokeApp { parameters } => decoded(&parameters["orderString"]).into_iter().collect(),
            other => panic!("{other:?}"),
        };
        assert_eq!(parameters["app_auth_token"], TOKEN, "{flow:?}");
        assert!(is_signed_by_merchant(&parameters), "{flow:?}");
    }
}

#[tokio::test]
async fn v3_carries_it_in_a_header_and_as_the_last_line_of_what_is_signed() {
    let (gateway, stand_in) = account_of("v3", |_| Reply::v3(alipay(), 200, &unpaid().to_string())).await;
    gateway.query(&asked(Flow::Qr)).await.unwrap();
    let seen = &stand_in.seen()[0];
    assert_eq!(seen.header("alipay-app-auth-token"), Some(TOKEN));
    let header = seen.header("authorization").unwrap().strip_prefix("ALIPAY-SHA256withRSA ").unwrap();
    let (claim, sign) = header.split_once(",sign=").unwrap();
    let message = format!("{claim}\n{}\n{}\n{}\n{TOKEN}\n", seen.method, seen.target, seen.body);
    assert!(merchant().verifies(message.as_bytes(), sign));
    assert!(!seen.target.contains(TOKEN) && !seen.body.contains(TOKEN));
}

#[tokio::test]
async fn a_message_must_be_of_the_merchant_that_is_acted_for() {
    let (gateway, _) = account_of("v2", |_| Reply::Reset).await;
    let (own, _, _) = account(|_| Reply::Reset).await;
    let told = |auth_app_id: Option<&str>| Merchant {
        merchant_no: SELLER_ID.to_owned(),
        app_id: Some(APP_ID.to_owned()),
        sub_merchant_no: auth_app_id.map(str::to_owned),
    };
    assert_eq!(gateway.foreign_identifier(&told(Some(AUTH_APP_ID))), None);
    assert_eq!(gateway.foreign_identifier(&told(None)), None, "the seller is compared all the same");
    assert_eq!(gateway.foreign_identifier(&told(Some("2021000000000778"))), Some("sub_merchant_no"));
    assert_eq!(own.foreign_identifier(&told(Some(AUTH_APP_ID))), Some("sub_merchant_no"), "nobody is acted for");
}

#[test]
fn the_token_comes_with_the_application_that_gave_it() {
    let problems = |change: &dyn Fn(&mut AccountCredentials)| {
        let mut credentials = provider("http://127.0.0.1:1", "v2");
        change(&mut credentials);
        let transport = Transport::new(GatewayName::Alipay, &TransportOptions::default()).unwrap();
        let opened = Alipay::open(&credentials, transport, HandClock::at(start()));
        let told = format!("{opened:?}");
        assert!(!told.contains(TOKEN), "{told}");
        let problems = opened.err().unwrap_or_default();
        problems.into_iter().map(|p| (p.pointer, p.code)).collect::<Vec<_>>()
    };
    assert_eq!(problems(&|_| ()), []);
    assert_eq!(
        problems(&|c| c.settings["auth_app_id"] = json!(null)),
        [("/settings/auth_app_id".to_owned(), "auth_app_id_missing")]
    );
    assert_eq!(
        problems(&|c| c.secrets["app_auth_token"] = json!("")),
        [("/secrets/app_auth_token".to_owned(), "app_auth_token_missing")]
    );
    assert_eq!(
        problems(&|c| c.settings["auth_app_id"] = json!("mine")),
        [("/settings/auth_app_id".to_owned(), "invalid_app_id")]
    );
    assert_eq!(
        problems(&|c| c.secrets["app_auth_token"] = json!(format!("{TOKEN} {TOKEN}"))),
        [("/secrets/app_auth_token".to_owned(), "invalid_app_auth_token")]
    );
}

#[tokio::test]
async fn an_authorisation_that_has_ended_is_named_by_the_check() {
    for sub_code in ["aop.invalid-app-auth-token", "aop.app-auth-token-time-out", "aop.no-product-reg-by-partner"] {
        let (gateway, _) = account_of("v2", move |seen| Reply::refusal(seen, "20001", sub_code)).await;
        let found = gateway.check(&CheckDepth::Credentials).await;
        let told = found.iter().find(|f| f.severity == Severity::Error).unwrap();
        assert_eq!(
            (told.code.as_str(), told.setting.as_deref()),
            ("alipay_authorisation_ended", Some("app_auth_token"))
        );
    }
    let ended = json!({"code": "invalid-app-auth-token", "message": "…"}).to_string();
    let (gateway, _) = account_of("v3", move |_| Reply::v3(alipay(), 401, &ended)).await;
    let found = gateway.check(&CheckDepth::Credentials).await;
    assert!(found.iter().any(|f| f.code == "alipay_authorisation_ended"), "{found:?}");
}
