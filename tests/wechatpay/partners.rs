//! A service provider's account: its own key signs, the sub-merchant is named everywhere.

use luodi::clock::HandClock;
use luodi::gateways::{Gateway as _, Merchant, Notice, Opened, OrderState, RefundDestination, RefundState};
use luodi::payments::attempt::{Flow, NextAction, Shopper};
use serde_json::{Value, json};

use crate::calls::{NUMBER, is_signed_by_merchant, refund, signed};
use crate::flows::{assert_client_signature, opened, wanted};
use crate::notifications::envelope;
use crate::stand_in::{
    PUBLIC_KEY_ID, Seen, StandIn, asked, asked_refund, credentials, notification, open, start, wechat,
};
use crate::vectors::{APPID, MCHID, PREPAY_ID};

const SUB: &str = "1900000109";
const SUB_APP: &str = "wx00000000000000cc";

fn settings() -> Value {
    json!({"sub_mchid": SUB, "sub_appid": SUB_APP, "sub_app_appid": "wx00000000000000dd"})
}

fn account(base: &str) -> luodi::gateways::AccountCredentials {
    let mut account = credentials(base);
    for (name, value) in settings().as_object().unwrap() {
        account.settings[name] = value.clone();
    }
    account
}

fn told() -> Merchant {
    Merchant { merchant_no: MCHID.to_owned(), app_id: None, sub_merchant_no: Some(SUB.to_owned()) }
}

fn paid() -> Value {
    json!({
        "sp_appid": APPID, "sp_mchid": MCHID, "sub_appid": SUB_APP, "sub_mchid": SUB, "out_trade_no": NUMBER,
        "trade_state": "SUCCESS", "transaction_id": "42", "success_time": "2026-01-01T12:00:00+08:00",
        "payer": {"sp_openid": "a", "sub_openid": "b"}, "amount": {"total": 100, "currency": "CNY"},
    })
}

#[tokio::test]
async fn an_order_is_invoked_under_the_app_that_pays() {
    let answer = |_: &Seen| signed(200, &json!({"prepay_id": PREPAY_ID}).to_string());
    let shopper = |app: Option<&str>| Shopper {
        payer_id: Some("openid".to_owned()),
        app_id: app.map(str::to_owned),
        ..Shopper::default()
    };
    for (app, invoking, payer) in [(None, APPID, "sp_openid"), (Some(SUB_APP), SUB_APP, "sub_openid")] {
        let (result, seen) = opened(&settings(), wanted(Flow::Jsapi, shopper(app)), answer).await;
        let Ok(Opened::Waiting { next_action: NextAction::InvokeJsapi { parameters }, .. }) = result else {
            panic!("{result:?}")
        };
        assert_eq!(parameters["appId"], invoking);
        let lines = [invoking, &parameters["timeStamp"], &parameters["nonceStr"], &parameters["package"]];
        assert_client_signature(lines, &parameters["paySign"]);
        assert_eq!(seen[0].target, "/v3/pay/partner/transactions/jsapi");
        assert!(is_signed_by_merchant(&seen[0]), "the provider signs");
        let body: Value = serde_json::from_str(&seen[0].body).unwrap();
        assert_eq!(body["payer"], json!({payer: "openid"}));
        assert_eq!((&body["sp_mchid"], &body["sub_mchid"]), (&json!(MCHID), &json!(SUB)));
        assert_eq!(body.get("sub_appid"), app.map(|a| json!(a)).as_ref());
        assert_eq!(body.get("appid"), None);
    }
    let (result, _) = opened(&settings(), wanted(Flow::App, shopper(None)), answer).await;
    let Ok(Opened::Waiting { next_action: NextAction::InvokeApp { parameters }, .. }) = result else {
        panic!("{result:?}")
    };
    assert_eq!((parameters["appid"].as_str(), parameters["partnerid"].as_str()), ("wx00000000000000dd", SUB));
}

#[tokio::test]
async fn queries_closes_and_refunds_name_the_sub_merchant() {
    let refunded = json!({
        "refund_id": "5", "out_refund_no": "R1", "out_trade_no": NUMBER, "status": "ABNORMAL",
        "amount": {"total": 100, "refund": 40},
    });
    let stand_in = StandIn::serving(move |seen| match seen.method.as_str() {
        _ if seen.target.contains("/refund/") => signed(200, &refunded.to_string()),
        "GET" => signed(200, &paid().to_string()),
        _ => signed(204, ""),
    })
    .await;
    let gateway = open(&account(&stand_in.base), &HandClock::at(start()));
    let report = gateway.query(&asked(Flow::Qr, NUMBER)).await.unwrap().into_inner();
    assert_eq!(report.merchant, Merchant { app_id: Some(SUB_APP.to_owned()), ..told() });
    assert_eq!(gateway.foreign_identifier(&report.merchant), None);
    let closed = gateway.close(&asked(Flow::Qr, NUMBER)).await.unwrap().into_inner();
    assert_eq!((closed.state, closed.merchant), (OrderState::Closed, told()));
    let request = gateway.prepare_refund(&refund("R1")).unwrap();
    assert_eq!(gateway.refund(&request).await.unwrap().get().merchant, told());
    let RefundState::Abnormal { message, .. } =
        &gateway.query_refund(&asked_refund("R1")).await.unwrap().get().state.clone()
    else {
        panic!("not abnormal")
    };
    assert!(message.contains("bank card"), "{message}");
    gateway.redirect_refund("R1", "5", &RefundDestination::MerchantAccount).await.unwrap();

    let seen = stand_in.seen();
    let targets: Vec<_> = seen.iter().map(|s| s.target.as_str()).collect();
    let orders = "/v3/pay/partner/transactions/out-trade-no";
    assert_eq!(
        targets,
        [
            format!("{orders}/{NUMBER}?sp_mchid={MCHID}&sub_mchid={SUB}"),
            format!("{orders}/{NUMBER}/close"),
            "/v3/refund/domestic/refunds".to_owned(),
            format!("/v3/refund/domestic/refunds/R1?sub_mchid={SUB}"),
            "/v3/refund/domestic/refunds/5/apply-abnormal-refund".to_owned(),
        ]
    );
    assert_eq!(seen[1].body, format!("{{\"sp_mchid\":\"{MCHID}\",\"sub_mchid\":\"{SUB}\"}}"));
    assert!(seen[2].body.starts_with(&format!("{{\"sub_mchid\":\"{SUB}\",")));
    let redirected = format!("{{\"sub_mchid\":\"{SUB}\",\"out_refund_no\":\"R1\",\"type\":\"MERCHANT_BANK_CARD\"}}");
    assert_eq!(seen[4].body, redirected);
    assert!(seen.iter().all(is_signed_by_merchant));
}

#[tokio::test]
async fn a_card_and_its_holder_travel_encrypted() {
    use rsa::Oaep;
    let answer = json!({
        "refund_id": "5", "out_refund_no": "R1", "out_trade_no": NUMBER, "status": "PROCESSING",
        "amount": {"total": 100, "refund": 40},
    });
    let stand_in = StandIn::serving(move |_| signed(200, &answer.to_string())).await;
    let gateway = open(&credentials(&stand_in.base), &HandClock::at(start()));
    let card = |bank_type: &str| RefundDestination::PayerBankCard {
        bank_type: bank_type.to_owned(),
        card_no: "6225880137706868".to_owned(),
        holder_name: "张三".to_owned(),
    };
    assert_eq!(format!("{:?}", card("CMB_DEBIT")), "PayerBankCard");
    gateway.redirect_refund("R1", "5", &card("CMB_DEBIT")).await.unwrap();
    let seen = stand_in.seen();
    assert_eq!(seen[0].header("wechatpay-serial"), Some(PUBLIC_KEY_ID), "names the key it is encrypted to");
    let body: Value = serde_json::from_str(&seen[0].body).unwrap();
    let opened = |field: &str| {
        let sealed = luodi::crypto::from_base64(body[field].as_str().unwrap()).unwrap();
        let plain = wechat().0.decrypt_blinded(&mut rand::thread_rng(), Oaep::new::<sha1::Sha1>(), &sealed);
        String::from_utf8(plain.unwrap()).unwrap()
    };
    assert_eq!((body["type"].as_str(), body["bank_type"].as_str()), (Some("USER_BANK_CARD"), Some("CMB_DEBIT")));
    assert_eq!((opened("bank_account").as_str(), opened("real_name").as_str()), ("6225880137706868", "张三"));
    assert!(gateway.redirect_refund("R1", "5", &card("MY_BANK")).await.is_err());
}

#[tokio::test]
async fn notifications_come_in_the_providers_names() {
    let gateway = open(&account("http://127.0.0.1:1"), &HandClock::at(start()));
    let read = async |event: &str, kind: &str, facts: &Value| {
        let raw = notification(wechat(), PUBLIC_KEY_ID, start(), &envelope(event, kind, facts));
        gateway.read_notification(&raw).await.map(|n| n.into_inner().notice)
    };
    let Notice::Order(report) = read("TRANSACTION.SUCCESS", "transaction", &paid()).await.unwrap() else {
        panic!("no order")
    };
    assert_eq!(gateway.foreign_identifier(&report.merchant), None);

    let with = |name: &str, value: &str| {
        let mut facts = paid();
        facts[name] = json!(value);
        facts
    };
    for (name, value, which) in [
        ("sp_mchid", "1900000001", "merchant_no"),
        ("sub_mchid", "1900000001", "sub_merchant_no"),
        ("sp_appid", "wx00000000000000ee", "app_id"),
        ("sub_appid", "wx00000000000000ee", "app_id"),
    ] {
        let Notice::Order(report) = read("TRANSACTION.SUCCESS", "transaction", &with(name, value)).await.unwrap()
        else {
            panic!("no order")
        };
        assert_eq!(gateway.foreign_identifier(&report.merchant), Some(which), "{name}");
    }
    let refund = json!({
        "sp_mchid": MCHID, "sub_mchid": SUB, "out_trade_no": NUMBER, "out_refund_no": "R1", "refund_id": "5",
        "refund_status": "SUCCESS", "amount": {"total": 100, "refund": 100},
    });
    let Notice::Refund(report) = read("REFUND.SUCCESS", "refund", &refund).await.unwrap() else { panic!("no refund") };
    assert_eq!(report.merchant, told());
    let merchants = json!({"mchid": MCHID, "appid": APPID, "out_trade_no": NUMBER, "trade_state": "SUCCESS"});
    assert_eq!(read("TRANSACTION.SUCCESS", "transaction", &merchants).await.unwrap(), Notice::Other);
}
