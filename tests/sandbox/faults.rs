//! Each fault of an API call, as the client meets it, and what the book says afterwards.

use luodi::sandbox::{Fault, FaultKind, MerchantDraft, Operation, RefundStatus, TradeState};
use serde_json::{Value, json};

use crate::client::{NATIVE, REFUNDS, Reply, Shop, shop};

const NOTIFY_URL: &str = "https://shop.example.com/notify";

async fn create_under(kind: FaultKind) -> (Shop, Result<Reply, reqwest::Error>) {
    let shop = shop(MerchantDraft::default()).await;
    shop.sandbox.add_fault(Fault::new(Operation::Create, kind).times(1)).unwrap();
    let reply = shop.try_call("POST", NATIVE, shop.order("FAULT00001", NOTIFY_URL)).await;
    (shop, reply)
}

fn orders(shop: &Shop) -> usize {
    shop.sandbox.book(&shop.credentials.mchid).unwrap().orders.len()
}

fn error(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[actix_web::test]
async fn a_reset_reaches_the_client_as_an_error() {
    let (shop, reply) = create_under(FaultKind::ResetAfterCommit).await;
    assert!(reply.is_err(), "{reply:?}");
    assert_eq!(orders(&shop), 1);
    shop.create("FAULT00001").await;

    let (shop, reply) = create_under(FaultKind::ResetBeforeCommit).await;
    assert!(reply.is_err(), "{reply:?}");
    assert_eq!(orders(&shop), 0);
}

#[actix_web::test]
async fn errors_come_before_or_after_the_commit() {
    let (status, code) = error(500, "SYSTEM_ERROR");
    let (shop, reply) = create_under(FaultKind::ErrorAfterCommit { status, code }).await;
    let reply = reply.unwrap();
    assert_eq!((reply.status, reply.code().as_str(), orders(&shop)), (500, "SYSTEM_ERROR", 1));

    for (status, code) in [error(429, "RATELIMIT_EXCEEDED"), error(403, "NOAUTH"), error(500, "SYSTEMERROR")] {
        let (shop, reply) = create_under(FaultKind::ErrorBeforeCommit { status, code: code.clone() }).await;
        let reply = reply.unwrap();
        assert_eq!((reply.status, reply.code(), orders(&shop)), (status, code, 0));
    }
}

#[actix_web::test]
async fn a_late_answer_has_committed_long_before() {
    let shop = shop(MerchantDraft::default()).await;
    shop.sandbox.add_fault(Fault::new(Operation::Create, FaultKind::Delay { delay_ms: 60_000 }).times(1)).unwrap();
    let order = shop.order("FAULT00001", NOTIFY_URL);
    tokio::select! {
        reply = shop.try_call("POST", NATIVE, order) => panic!("too early: {reply:?}"),
        () = committed(&shop) => {}
    }
    assert_eq!(shop.state("FAULT00001").await, "NOTPAY");
}

async fn committed(shop: &Shop) {
    while orders(shop) == 0 {
        tokio::task::yield_now().await;
    }
}

#[actix_web::test]
async fn a_flawed_signature_on_success_never_verifies() {
    let flaws = [
        FaultKind::BadSignature,
        FaultKind::Unsigned,
        FaultKind::ProbeSignature,
        FaultKind::UnknownSerial,
        FaultKind::StaleTimestamp,
    ];
    for kind in flaws {
        let (shop, reply) = create_under(kind.clone()).await;
        let reply = reply.unwrap();
        assert_eq!((reply.status, orders(&shop)), (200, 1), "{kind:?}");
        assert!(!shop.verifies(&reply.headers, reply.body.as_bytes()), "{kind:?}");
        let is_probe = reply.header("Wechatpay-Signature").starts_with("WECHATPAY/SIGNTEST/");
        assert_eq!(is_probe, kind == FaultKind::ProbeSignature);
    }
}

#[actix_web::test]
async fn unknown_fields_in_another_order_still_verify() {
    let (shop, reply) = create_under(FaultKind::ExtraFields).await;
    let reply = reply.unwrap();
    assert!(shop.verifies(&reply.headers, reply.body.as_bytes()));
    assert!(reply.json()["code_url"].is_string() && reply.json()["sandbox_unknown"].is_object());
}

#[actix_web::test]
async fn a_query_can_tell_a_wrong_amount() {
    let shop = shop(MerchantDraft::default()).await;
    shop.create("FAULT00001").await;
    shop.pay("FAULT00001");
    shop.sandbox.add_fault(Fault::new(Operation::Query, FaultKind::WrongAmount).times(1)).unwrap();
    let told = shop.trusted("GET", &shop.query_target("FAULT00001"), Value::Null).await.json();
    assert_eq!(told["amount"]["total"], 1001);
}

#[actix_web::test]
async fn a_fault_strikes_as_often_and_whom_it_should() {
    let shop = shop(MerchantDraft::default()).await;
    let (status, code) = error(500, "SYSTEM_ERROR");
    let kind = FaultKind::ErrorBeforeCommit { status, code };
    shop.create("FAULT00001").await;
    shop.create("FAULT00002").await;
    shop.sandbox.add_fault(Fault::new(Operation::Query, kind.clone()).times(2).only_for("FAULT00001")).unwrap();
    let query = async |number: &str| shop.call("GET", &shop.query_target(number), Value::Null).await.status;
    assert_eq!((query("FAULT00002").await, query("FAULT00001").await), (200, 500));
    assert_eq!((query("FAULT00001").await, query("FAULT00001").await), (500, 200));
    shop.sandbox.add_fault(Fault::new(Operation::Query, kind.clone()).of_merchant("1900000000")).unwrap();
    assert_eq!(query("FAULT00001").await, 200);
    shop.sandbox.add_fault(Fault::new(Operation::Query, kind)).unwrap();
    assert_eq!((query("FAULT00001").await, query("FAULT00001").await), (500, 500));
    shop.sandbox.clear_faults();
    assert_eq!(query("FAULT00001").await, 200);
    assert!(shop.sandbox.add_fault(Fault::new(Operation::Close, FaultKind::Drop)).is_err());
}

#[actix_web::test]
async fn a_refund_ends_as_the_script_says() {
    for status in [RefundStatus::Abnormal, RefundStatus::Closed, RefundStatus::Processing] {
        let shop = shop(MerchantDraft::default()).await;
        shop.create("FAULT00001").await;
        shop.pay("FAULT00001");
        shop.sandbox.add_fault(Fault::new(Operation::Refund, FaultKind::RefundOutcome { status })).unwrap();
        shop.trusted("POST", REFUNDS, shop.refund_body("FAULT00001", "R1", 1000)).await;
        shop.clock.advance_s(86_400);
        let book = shop.sandbox.book(&shop.credentials.mchid).unwrap();
        assert_eq!(book.refunds[0].status, status);
    }
}

/// One call of each kind that can be struck, on a shop where all of them succeed.
async fn calls(shop: &Shop) -> Vec<(Operation, &'static str, String, Value)> {
    let mchid = shop.credentials.mchid.clone();
    let appid = shop.credentials.appid.clone();
    shop.create("PAID000001").await;
    shop.pay("PAID000001");
    shop.sandbox
        .add_fault(Fault::new(Operation::Refund, FaultKind::RefundOutcome { status: RefundStatus::Abnormal }).times(1))
        .unwrap();
    let refund = shop.trusted("POST", REFUNDS, shop.refund_body("PAID000001", "ODD", 1)).await.json();
    shop.clock.advance_s(86_400);
    shop.create("OPEN000001").await;
    let waiting = luodi::sandbox::PaymentCodeDraft { outcome: luodi::sandbox::CodepayOutcome::Userpaying };
    let code = || shop.sandbox.show_payment_code(waiting.clone()).unwrap().auth_code;
    shop.codepay("CODE000001", &code()).await;
    let number = "/v3/pay/transactions/out-trade-no";
    let odd = format!("{REFUNDS}/{}/apply-abnormal-refund", refund["refund_id"].as_str().unwrap());
    vec![
        (Operation::Create, "POST", "/v3/pay/transactions/app".into(), shop.order("NEW0000001", NOTIFY_URL)),
        (Operation::Query, "GET", shop.query_target("PAID000001"), Value::Null),
        (Operation::Codepay, "POST", "/v3/pay/transactions/codepay".into(), shop.codepay_body("CODE000002", &code())),
        (Operation::Reverse, "POST", format!("{number}/CODE000001/reverse"), json!({ "appid": appid, "mchid": mchid })),
        (Operation::Close, "POST", format!("{number}/OPEN000001/close"), json!({ "mchid": mchid })),
        (Operation::Refund, "POST", REFUNDS.into(), shop.refund_body("PAID000001", "R1", 1)),
        (Operation::QueryRefund, "GET", format!("{REFUNDS}/ODD"), Value::Null),
        (Operation::AbnormalRefund, "POST", odd, json!({ "out_refund_no": "ODD", "type": "MERCHANT_BANK_CARD" })),
        (Operation::TradeBill, "GET", "/v3/bill/tradebill?bill_date=2026-01-01".into(), Value::Null),
        (Operation::FundFlowBill, "GET", "/v3/bill/fundflowbill?bill_date=2026-01-01".into(), Value::Null),
        (Operation::Certificates, "GET", "/v3/certificates".into(), Value::Null),
    ]
}

async fn both_trusts() -> Shop {
    shop(MerchantDraft { trust_mode: luodi::sandbox::TrustMode::Both, ..MerchantDraft::default() }).await
}

#[actix_web::test]
async fn every_call_can_be_struck_in_every_way() {
    let shop = both_trusts().await;
    for (operation, method, target, body) in calls(&shop).await {
        let strike = |kind| shop.sandbox.add_fault(Fault::new(operation, kind).times(1)).unwrap();
        let ask = || shop.try_call(method, &target, body.clone());
        strike(FaultKind::ResetBeforeCommit);
        assert!(ask().await.is_err(), "{operation:?}");
        for (status, code) in [error(429, "RATELIMIT_EXCEEDED"), error(500, "SYSTEM_ERROR")] {
            strike(FaultKind::ErrorBeforeCommit { status, code: code.clone() });
            let told = ask().await.unwrap();
            assert_eq!((told.status, told.code()), (status, code), "{operation:?}");
        }
        strike(FaultKind::BadSignature);
        let told = ask().await.unwrap();
        assert!((200..300).contains(&told.status), "{operation:?}: {told:?}");
        assert!(!shop.verifies(&told.headers, told.body.as_bytes()), "{operation:?}");
    }
    assert!(shop.sandbox.faults().is_empty(), "each was used up");
}

#[actix_web::test]
async fn what_is_lost_on_the_way_back_has_happened_all_the_same() {
    let shop = both_trusts().await;
    for (operation, method, target, body) in calls(&shop).await {
        let (status, code) = error(500, "SYSTEM_ERROR");
        shop.sandbox.add_fault(Fault::new(operation, FaultKind::ErrorAfterCommit { status, code }).times(1)).unwrap();
        assert_eq!(shop.call(method, &target, body).await.status, 500, "{operation:?}");
    }
    let book = shop.sandbox.book(&shop.credentials.mchid).unwrap();
    let state =
        |number: &str| book.orders.iter().find(|order| order.out_trade_no == number).map(|order| order.trade_state);
    assert_eq!(state("NEW0000001"), Some(TradeState::Notpay));
    assert_eq!(state("CODE000001"), Some(TradeState::Revoked));
    assert_eq!(state("CODE000002"), Some(TradeState::Userpaying));
    assert_eq!(state("OPEN000001"), Some(TradeState::Closed));
    let refund = |number: &str| book.refunds.iter().find(|refund| refund.out_refund_no == number).unwrap();
    assert_eq!((refund("R1").status, refund("ODD").channel), (RefundStatus::Success, "OTHER_BALANCE"));
}
