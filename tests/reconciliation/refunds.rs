//! Refunds when unsettled funds are short, and those that the payer's account cannot take.

use luodi::sandbox::{FaultKind, Funds, MerchantDraft, Operation, RefundStatus};
use serde_json::{Value, json};

use crate::support::{House, path_of, text};

async fn paid_and_short(adjust: impl FnOnce(&mut luodi::config::Config)) -> (House, Value) {
    let house = House::build_with(MerchantDraft::default(), adjust).await;
    let payment = house.paid_payment(1280).await;
    let funds = Funds { unsettled_fen: Some(0), available_fen: Some(5000) };
    house.sandbox.set_funds(&house.merchant.mchid, funds).unwrap();
    (house, payment)
}

async fn ask(house: &House, payment: &Value) -> Value {
    let answer = house.post(&path_of(payment, "/refunds"), json!({})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_short_of_unsettled_funds_comes_from_the_available_balance() {
    let (house, payment) = paid_and_short(|_| {}).await;
    let refund = ask(&house, &payment).await;
    assert_eq!((&refund["status"], &refund["failure"]["code"]), (&json!("unknown"), &json!("NOT_ENOUGH")));
    house.pass_s(2).await;
    house.sandbox.step().await;
    let read = house.get(&format!("/v1/refunds/{}", text(&refund["id"]))).await.json();
    assert_eq!(read["status"], "succeeded", "{read}");
    assert_eq!(read["out_refund_no"], refund["out_refund_no"], "under the number it began with");
    assert_eq!(house.book().refunds.len(), 1);
    let types = house.event_types().await;
    assert!(types.iter().any(|t| t == "refund.request_changed"), "{types:?}");
    // The ledger can be built again from its facts, request and all.
    let id = text(&payment["id"]).parse().unwrap();
    let facts = house.app.state.storage.facts(id).await.unwrap();
    let rebuilt = luodi::payments::Ledger::rebuild(facts).expect("the facts fit");
    let stored = house.app.state.payments.ledger(id).await.unwrap();
    assert_eq!(rebuilt.refunds, stored.refunds);
    assert!(stored.refunds[0].request.contains("AVAILABLE"), "{}", stored.refunds[0].request);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_does_not_want_that_waits_until_funds_suffice() {
    let (house, payment) = paid_and_short(|config| {
        config.stores.get_mut("shop").expect("the store").refund_from_available_balance = false;
    })
    .await;
    let refund = ask(&house, &payment).await;
    for _ in 0..3 {
        house.pass_s(60).await;
    }
    assert_eq!(house.book().refunds, []);
    let funds = Funds { unsettled_fen: Some(2000), available_fen: Some(0) };
    house.sandbox.set_funds(&house.merchant.mchid, funds).unwrap();
    for _ in 0..3 {
        house.pass_s(60).await;
        house.sandbox.step().await;
    }
    let read = house.get(&format!("/v1/refunds/{}", text(&refund["id"]))).await.json();
    assert_eq!(read["status"], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abnormal_refund_is_sent_to_the_merchant_or_to_a_card() {
    for body in [
        json!({ "to": "merchant_account" }),
        json!({ "to": "payer_bank_card", "bank_type": "CMB_DEBIT", "card_no": "6214830000000001", "holder_name": "张三" }),
    ] {
        let house = House::build().await;
        let payment = house.paid_payment(1280).await;
        house.fault(Operation::Refund, FaultKind::RefundOutcome { status: RefundStatus::Abnormal });
        let refund = ask(&house, &payment).await;
        let path = format!("/v1/refunds/{}/resolve-abnormal", text(&refund["id"]));
        let early = house.post(&path, body.clone()).await.problem();
        assert_eq!((early.0, early.1.as_str()), (409, "refund_not_abnormal"));
        house.sandbox.step().await;
        assert_eq!(house.event_types().await.last().unwrap(), "refund.abnormal");
        let answer = house.post(&path, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        for _ in 0..3 {
            house.sandbox.step().await;
            house.pass_s(61).await;
        }
        let read = house.get(&format!("/v1/refunds/{}", text(&refund["id"]))).await.json();
        assert_eq!((&read["status"], &read["failure"]), (&json!("succeeded"), &json!(null)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_faults_of_sending_a_refund_elsewhere_are_named() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    let refund = ask(&house, &payment).await;
    let path = format!("/v1/refunds/{}/resolve-abnormal", text(&refund["id"]));
    for (body, expected) in [
        (json!({}), vec!["/to: required"]),
        (json!({ "to": "me" }), vec!["/to: unsupported"]),
        (
            json!({ "to": "payer_bank_card" }),
            vec!["/bank_type: required", "/card_no: required", "/holder_name: required"],
        ),
    ] {
        assert_eq!(house.post(&path, body).await.problem().2, expected);
    }
}
