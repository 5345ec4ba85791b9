//! Paid twice: the surplus goes back by itself, or the merchant is told, as the store wishes.

use luodi::config::DuplicatePolicy;
use luodi::sandbox::{MerchantDraft, PayDraft};
use serde_json::{Value, json};

use crate::support::{House, out_trade_no, path_of, text};

/// The first code is closed and renewed; a shopper with two phones pays both.
async fn paid_by_both_codes(house: &House) -> Value {
    let payment = house.payment_with_code(1280).await;
    let first = out_trade_no(&payment);
    house.clock.advance_s(290);
    let wanted = json!({ "gateway": "wechatpay", "flow": "qr" });
    let renewed = house.post(&path_of(&payment, "/attempts"), wanted).await.json();
    let forced = PayDraft { force: true, ..PayDraft::default() };
    house.sandbox.pay(&house.merchant.mchid, &text(&renewed["out_trade_no"]), &PayDraft::default()).unwrap();
    assert_eq!(house.sandbox.step().await, 1);
    house.sandbox.pay(&house.merchant.mchid, &first, &forced).unwrap();
    assert_eq!(house.sandbox.step().await, 1);
    house.read(&payment).await
}

async fn house(policy: DuplicatePolicy) -> House {
    House::build_with(MerchantDraft::default(), |config| {
        config.payments.attempt_expires_in_s = 300;
        config.stores.get_mut("shop").unwrap().duplicate_policy = policy;
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_surplus_is_sent_back_and_the_payment_stays_paid() {
    let house = house(DuplicatePolicy::Refund).await;
    let payment = paid_by_both_codes(&house).await;
    assert_eq!((&payment["status"], &payment["refunded_fen"]), (&json!("paid"), &json!(0)));
    assert_eq!(payment["attempts"][0]["duplicate"], true);
    assert_eq!(payment["attempts"][1]["duplicate"], false);
    let events = house.event_types().await;
    assert_eq!(events.iter().filter(|t| *t == "payment.paid").count(), 1);
    assert_eq!(events.iter().filter(|t| *t == "payment.duplicate_paid").count(), 1);

    for _ in 0..3 {
        house.pass_s(30).await;
        house.sandbox.step().await;
    }
    let refunds = house.get("/v1/refunds").await.json();
    let refund = &refunds["data"][0];
    assert_eq!(
        (&refund["cause"], &refund["status"], &refund["amount_fen"], &refund["attempt_id"]),
        (&json!("duplicate"), &json!("succeeded"), &json!(1280), &payment["attempts"][0]["id"])
    );
    let after = house.read(&payment).await;
    assert_eq!((&after["status"], &after["refunded_fen"]), (&json!("paid"), &json!(0)), "the order stays paid");
    assert_eq!(house.book().balance_fen, 1280, "one payment is left");
    let refund = house.post(&path_of(&payment, "/refunds"), json!({})).await;
    assert_eq!((refund.status, &refund.json()["attempt_id"]), (201, &payment["attempts"][1]["id"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_told_twice_is_sent_back_once() {
    let house = house(DuplicatePolicy::Refund).await;
    let payment = paid_by_both_codes(&house).await;
    let first = text(&payment["attempts"][0]["out_trade_no"]);
    house.sandbox.notify_again(&house.merchant.mchid, &first).await;
    for _ in 0..3 {
        house.pass_s(30).await;
        house.sandbox.notify_again(&house.merchant.mchid, &first).await;
    }
    assert_eq!(house.book().refunds.len(), 1);
    assert_eq!(house.book().balance_fen, 1280);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_wants_to_decide_is_only_told() {
    let house = house(DuplicatePolicy::Alert).await;
    let payment = paid_by_both_codes(&house).await;
    assert_eq!(payment["attempts"][0]["duplicate"], true);
    assert_eq!(house.event_types().await.last().unwrap(), "payment.duplicate_paid");
    for _ in 0..3 {
        house.pass_s(30).await;
    }
    assert_eq!(house.book().refunds, []);
    assert_eq!(house.get("/v1/refunds").await.json()["data"], json!([]));
}
