//! Each fault of an API call, as the client meets it, and what the book says afterwards.

use luodi::sandbox::{Fault, FaultKind, MerchantDraft, Operation, RefundStatus};
use serde_json::Value;

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
