//! Codepay: the merchant scans, the shopper may have to confirm, and doubt ends in a reversal.

use luodi::sandbox::{CodepayOutcome, Fault, FaultKind, MerchantDraft, Operation, PayDraft, PaymentCodeDraft};
use serde_json::{Value, json};

use crate::client::{Reply, Shop, shop};

fn code(shop: &Shop, outcome: CodepayOutcome) -> String {
    shop.sandbox.show_payment_code(PaymentCodeDraft { outcome }).unwrap().auth_code
}

async fn reverse(shop: &Shop, number: &str) -> Reply {
    let body = json!({ "appid": shop.credentials.appid, "mchid": shop.credentials.mchid });
    shop.call("POST", &format!("/v3/pay/transactions/out-trade-no/{number}/reverse"), body).await
}

#[actix_web::test]
async fn a_code_pays_once_at_once_and_is_never_notified() {
    let shop = shop(MerchantDraft::default()).await;
    let shown = code(&shop, CodepayOutcome::Success);
    assert!(shown.len() == 18 && ("10".."16").contains(&&shown[..2]));
    let told = shop.codepay("CODE000001", &shown).await.json();
    assert_eq!((told["trade_state"].as_str(), told["trade_type"].as_str()), (Some("SUCCESS"), Some("MICROPAY")));
    assert_eq!(told, shop.trusted("GET", &shop.query_target("CODE000001"), Value::Null).await.json());
    assert_eq!(shop.sandbox.step().await, 0);
    assert_eq!(shop.codepay("CODE000001", &shown).await.code(), "ORDER_PAID");
    assert_eq!(shop.codepay("CODE000002", &shown).await.code(), "AUTH_CODE_EXPIRE");
    let stale = code(&shop, CodepayOutcome::Success);
    shop.clock.advance_s(60);
    assert_eq!(shop.codepay("CODE000002", &stale).await.code(), "AUTH_CODE_EXPIRE");
    assert_eq!(shop.codepay("CODE000002", "134567890123456789").await.code(), "AUTH_CODE_INVALID");
    let by_query = shop.call("GET", &shop.query_target("CODE000002"), Value::Null).await;
    assert_eq!(by_query.code(), "ORDER_NOT_EXIST", "a code that does not work opens no order");
}

#[actix_web::test]
async fn what_the_cashier_sends_is_checked() {
    let shop = shop(MerchantDraft::default()).await;
    let shown = code(&shop, CodepayOutcome::Success);
    for (name, value, field) in [
        ("payer", json!({ "auth_code": "16345678901234567" }), "/payer/auth_code"),
        ("payer", json!({ "auth_code": "164567890123456789" }), "/payer/auth_code"),
        ("payer", json!({}), "/payer/auth_code"),
        ("scene_info", Value::Null, "/scene_info/store_info/id"),
        ("scene_info", json!({ "device_ip": "till", "store_info": { "id": "1" } }), "/scene_info/device_ip"),
        ("notify_url", json!("https://shop.example.com/n"), "/notify_url"),
        ("amount", json!({ "total": 0 }), "/amount/total"),
    ] {
        let mut body = shop.codepay_body("CODE000003", &shown);
        body[name] = value;
        let told = shop.call("POST", "/v3/pay/transactions/codepay", body).await;
        assert_eq!((told.code().as_str(), told.json()["detail"]["field"].as_str()), ("PARAM_ERROR", Some(field)));
    }
    assert_eq!(shop.codepay("CODE000003", &shown).await.status, 200, "the code was not used up");
}

#[actix_web::test]
async fn a_password_is_waited_for_then_paid_or_refused() {
    let shop = shop(MerchantDraft::default()).await;
    let told = shop.codepay("WAIT000001", &code(&shop, CodepayOutcome::Userpaying)).await.json();
    assert_eq!((told["trade_state"].as_str(), told.get("transaction_id")), (Some("USERPAYING"), None));
    shop.pay("WAIT000001");
    assert_eq!(shop.state("WAIT000001").await, "SUCCESS");

    let accepted = shop.codepay("WAIT000002", &code(&shop, CodepayOutcome::UserpayingAccepted)).await;
    assert_eq!((accepted.status, accepted.code().as_str()), (202, "USERPAYING"));
    assert!(shop.verifies(&accepted.headers, accepted.body.as_bytes()), "2xx is signed");
    assert_eq!(shop.state("WAIT000002").await, "USERPAYING");
    shop.sandbox.refuse(&shop.credentials.mchid, "WAIT000002").unwrap();
    assert_eq!(shop.state("WAIT000002").await, "NOTPAY");
    assert!(shop.sandbox.pay(&shop.credentials.mchid, "WAIT000002", &PayDraft::default()).is_err());
}

#[actix_web::test]
async fn a_reversal_ends_what_is_open_and_gives_back_what_is_paid() {
    let shop = shop(MerchantDraft::default()).await;
    assert_eq!(reverse(&shop, "BACK000000").await.code(), "ORDER_NOT_EXIST");
    shop.codepay("BACK000001", &code(&shop, CodepayOutcome::Userpaying)).await;
    let close = shop.close("BACK000001").await;
    assert_eq!(close.code(), "INVALID_REQUEST", "only a reversal ends it");
    let told = reverse(&shop, "BACK000001").await;
    assert!(shop.verifies(&told.headers, told.body.as_bytes()));
    assert_eq!(told.json()["out_trade_no"], "BACK000001");
    assert_eq!(reverse(&shop, "BACK000001").await.status, 200, "again, until the answer is definite");
    assert_eq!(shop.state("BACK000001").await, "REVOKED");
    assert!(
        shop.sandbox
            .pay(&shop.credentials.mchid, "BACK000001", &PayDraft { force: true, ..PayDraft::default() })
            .is_err()
    );

    shop.codepay("BACK000002", &code(&shop, CodepayOutcome::Success)).await;
    assert_eq!(shop.sandbox.book(&shop.credentials.mchid).unwrap().balance_fen, 1000);
    reverse(&shop, "BACK000002").await;
    assert_eq!(shop.state("BACK000002").await, "REVOKED");
    assert_eq!(shop.sandbox.book(&shop.credentials.mchid).unwrap().balance_fen, 0);
    let used = shop.codepay("BACK000002", &code(&shop, CodepayOutcome::Success)).await;
    assert_eq!(used.code(), "INVALID_REQUEST", "the number cannot be used again");

    shop.create("BACK000003").await;
    assert_eq!(reverse(&shop, "BACK000003").await.code(), "INVALID_REQUEST", "codepay orders only");
    shop.codepay("BACK000004", &code(&shop, CodepayOutcome::Success)).await;
    shop.clock.advance_s(7 * 86_400 + 1);
    assert_eq!(reverse(&shop, "BACK000004").await.code(), "INVALID_REQUEST", "seven days");
}

#[actix_web::test]
async fn failures_and_doubt_come_by_script() {
    let shop = shop(MerchantDraft::default()).await;
    let poor = CodepayOutcome::Error { status: 403, code: "NOT_ENOUGH".into() };
    let told = shop.codepay("FAIL000001", &code(&shop, poor)).await;
    assert_eq!((told.status, told.code().as_str()), (403, "NOT_ENOUGH"));
    assert_eq!(shop.state("FAIL000001").await, "PAYERROR");

    let kind = FaultKind::ErrorAfterCommit { status: 500, code: "SYSTEM_ERROR".into() };
    shop.sandbox.add_fault(Fault::new(Operation::Codepay, kind).times(1)).unwrap();
    let told = shop.codepay("FAIL000002", &code(&shop, CodepayOutcome::Success)).await;
    assert_eq!((told.status, shop.state("FAIL000002").await.as_str()), (500, "SUCCESS"));

    shop.sandbox.add_fault(Fault::new(Operation::Reverse, FaultKind::ResetAfterCommit).times(1)).unwrap();
    let body = json!({ "appid": shop.credentials.appid, "mchid": shop.credentials.mchid });
    let target = "/v3/pay/transactions/out-trade-no/FAIL000002/reverse";
    assert!(shop.try_call("POST", target, body).await.is_err());
    assert_eq!(shop.state("FAIL000002").await, "REVOKED");

    shop.sandbox.add_fault(Fault::new(Operation::Query, FaultKind::LegacySpelling).times(1)).unwrap();
    assert_eq!(shop.call("GET", &shop.query_target("NOTHING001"), Value::Null).await.code(), "ORDERNOTEXIST");
    let odd = CodepayOutcome::Error { status: 200, code: "OK".into() };
    assert!(shop.sandbox.show_payment_code(PaymentCodeDraft { outcome: odd }).is_err());
}
