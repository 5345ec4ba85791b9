//! Refunds whose answer got lost: the same number until the gateway's word, so money goes back once.

use luodi::sandbox::{FaultKind, Operation};
use serde_json::{Value, json};

use crate::support::{House, path_of, text};

async fn in_doubt(house: &House, fault: FaultKind) -> (Value, Value) {
    let payment = house.paid_payment(1280).await;
    house.fault(Operation::Refund, fault);
    let answer = house.post(&path_of(&payment, "/refunds"), json!({})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    (payment, answer.json())
}

async fn settled(house: &House, payment: &Value, refund: &Value) {
    for _ in 0..4 {
        house.pass_s(30).await;
        house.sandbox.step().await;
    }
    let read = house.get(&format!("/v1/refunds/{}", text(&refund["id"]))).await.json();
    assert_eq!(read["status"], "succeeded");
    let payment = house.read(payment).await;
    assert_eq!((&payment["status"], &payment["refunded_fen"]), (&json!("refunded"), &json!(1280)));
    let book = house.book();
    assert_eq!(book.refunds.len(), 1, "one refund in the gateway's book");
    assert_eq!(json!(book.refunds[0].out_refund_no), refund["out_refund_no"], "under the number it began with");
    assert_eq!(book.balance_fen, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_whose_answer_was_lost_happened_once() {
    for fault in [
        FaultKind::ResetAfterCommit,
        FaultKind::ErrorAfterCommit { status: 500, code: "SYSTEM_ERROR".to_owned() },
        FaultKind::BadSignature,
        FaultKind::Unsigned,
    ] {
        let house = House::build().await;
        let (payment, refund) = in_doubt(&house, fault).await;
        assert_eq!(refund["status"], "unknown");
        settled(&house, &payment, &refund).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_never_arrived_is_sent_again_under_its_number() {
    let house = House::build().await;
    let (payment, refund) = in_doubt(&house, FaultKind::ResetBeforeCommit).await;
    assert_eq!(house.book().refunds, []);
    settled(&house, &payment, &refund).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_wants_it_later_gets_it_later() {
    let house = House::build().await;
    let fault = FaultKind::ErrorBeforeCommit { status: 429, code: "FREQUENCY_LIMITED".to_owned() };
    let (payment, refund) = in_doubt(&house, fault).await;
    settled(&house, &payment, &refund).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_short_of_money_tops_up_and_the_refund_goes_on() {
    let house = House::build().await;
    let fault = FaultKind::ErrorBeforeCommit { status: 403, code: "NOT_ENOUGH".to_owned() };
    let (payment, refund) = in_doubt(&house, fault).await;
    assert_eq!(refund["failure"]["code"], "NOT_ENOUGH");
    settled(&house, &payment, &refund).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn short_funds_after_a_lost_answer_are_seen_and_taken_elsewhere() {
    let house = House::build().await;
    let (payment, refund) = in_doubt(&house, FaultKind::ResetBeforeCommit).await;
    house.fault(Operation::Refund, FaultKind::ErrorBeforeCommit { status: 403, code: "NOT_ENOUGH".to_owned() });
    house.pass_s(2).await;
    settled(&house, &payment, &refund).await;
    let events = house.event_types().await;
    assert!(events.iter().any(|kind| kind == "refund.request_changed"), "{events:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_the_gateway_refuses_has_failed_with_its_words() {
    let house = House::build().await;
    let fault = FaultKind::ErrorBeforeCommit { status: 400, code: "PARAM_ERROR".to_owned() };
    let (payment, refund) = in_doubt(&house, fault).await;
    assert_eq!(refund["status"], "failed");
    assert_eq!(refund["failure"]["code"], "PARAM_ERROR");
    let again = house.post(&path_of(&payment, "/refunds"), json!({})).await;
    assert_eq!((again.status, &again.json()["status"]), (201, &json!("pending")), "the amount is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_asks_about_the_refund_instead_of_making_another() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    house.fault(Operation::Refund, FaultKind::ResetAfterCommit);
    let path = path_of(&payment, "/refunds");
    let first = house.post_with_key(&path, json!({}), "refund-order-T-1001").await;
    let second = house.post_with_key(&path, json!({}), "refund-order-T-1001").await;
    assert_eq!((second.status, &second.text), (201, &first.text));
    settled(&house, &payment, &first.json()).await;
}
