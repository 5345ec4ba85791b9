//! The payer's code at a till: charged once, reversed no sooner than WeChat Pay allows, and money that a
//! reversal gave back never counts as paid.

use luodi::payments::Flow;
use luodi::payments::settle::{Settled, Source};
use luodi::sandbox::{CodepayOutcome, FaultKind, Operation, PaymentCodeDraft};
use serde_json::{Value, json};

use crate::support::{Answer, House, order, out_trade_no, path_of};

async fn till() -> House {
    let house = House::build().await;
    let path = format!("/v1/accounts/{}", house.account_id);
    let mut settings = house.get(&path).await.json()["settings"].clone();
    settings["codepay"] = json!("v3");
    settings["store_out_id"] = json!("till-1");
    let changed = house.patch(&path, json!({ "settings": settings })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    house
}

async fn scan(house: &House, payment: &Value, outcome: CodepayOutcome) -> Answer {
    let shown = house.sandbox.show_payment_code(PaymentCodeDraft { outcome }).expect("a code");
    let body = json!({ "gateway": "wechatpay", "flow": "barcode", "shopper": { "auth_code": shown.auth_code } });
    house.post(&path_of(payment, "/attempts"), body).await
}

/// A payment whose shopper has been asked for the password.
async fn waiting(house: &House) -> Value {
    let payment = house.post("/v1/payments", order(1280, false)).await.json();
    let attempt = scan(house, &payment, CodepayOutcome::Userpaying).await;
    assert_eq!((attempt.status, &attempt.json()["status"]), (201, &json!("pending")), "{}", attempt.text);
    house.read(&payment).await
}

/// A payer's code as the gateway knows it.
fn charged(out_trade_no: &str) -> luodi::gateways::OrderRef<'_> {
    luodi::gateways::OrderRef { flow: Flow::Barcode, out_trade_no, expires_at: crate::support::START.plus_s(45) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_pays_at_once_settles_the_payment_once() {
    let house = till().await;
    let payment = house.post("/v1/payments", order(1280, false)).await.json();
    let attempt = scan(&house, &payment, CodepayOutcome::Success).await;
    assert_eq!((attempt.status, &attempt.json()["status"]), (201, &json!("paid")), "{}", attempt.text);
    assert_eq!(house.read(&payment).await["status"], "paid");
    house.pass_s(60).await;
    assert_eq!(house.event_types().await.iter().filter(|kind| *kind == "payment.paid").count(), 1);
}

/// Tills scan whatever is held out to them. Nobody was asked, so nobody is blamed.
#[tokio::test(flavor = "multi_thread")]
async fn another_wallets_code_is_refused_before_anybody_is_asked() {
    let house = till().await;
    let payment = house.post("/v1/payments", order(1280, false)).await.json();
    let body = json!({ "gateway": "wechatpay", "flow": "barcode", "shopper": { "auth_code": "280612345678901234" } });
    let answer = house.post(&path_of(&payment, "/attempts"), body).await;
    let problem = answer.problem();
    let fields = vec!["/shopper/auth_code: not_a_payer_code".to_owned()];
    assert_eq!(problem, (422, "validation_failed".to_owned(), fields));
    assert!(answer.text.contains("微信付款码为 18 位数字"), "{}", answer.text);
    assert_eq!(house.read(&payment).await["attempts"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_whose_answer_was_lost_is_asked_about_and_never_charged_again() {
    let house = till().await;
    for fault in [FaultKind::ResetAfterCommit, FaultKind::ResetBeforeCommit] {
        let payment = house.post("/v1/payments", order(1280, false)).await.json();
        let taken = fault == FaultKind::ResetAfterCommit;
        house.fault(Operation::Codepay, fault);
        let attempt = scan(&house, &payment, CodepayOutcome::Success).await;
        assert_eq!(attempt.json()["status"], "unknown", "{}", attempt.text);
        let orders = house.book().orders.len();
        for _ in 0..12 {
            house.pass_s(5).await;
        }
        let read = house.read(&payment).await;
        let expected = if taken { ("paid", "paid") } else { ("open", "failed") };
        assert_eq!((&read["status"], &read["attempts"][0]["status"]), (&json!(expected.0), &json!(expected.1)));
        assert_eq!(house.book().orders.len(), orders, "nothing more was sent");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_reversed_within_fifteen_seconds_of_its_charge() {
    let house = till().await;
    let payment = waiting(&house).await;
    house.pass_s(5).await;
    let second = scan(&house, &payment, CodepayOutcome::Success).await;
    assert_eq!(second.problem().1, "attempt_unsettled", "the first code may still pay");
    assert_eq!(house.post(&path_of(&payment, "/close"), json!({})).await.status, 202);
    house.pass_s(5).await;
    assert_eq!(house.read(&payment).await["attempts"][0]["status"], "pending", "the shopper may be at the password");
    house.pay_silently(&payment);
    house.pass_s(30).await;
    let read = house.read(&payment).await;
    assert_eq!((&read["status"], &read["attempts"][0]["status"]), (&json!("paid"), &json!("paid")), "not given back");

    let unwanted = waiting(&house).await;
    house.post(&path_of(&unwanted, "/close"), json!({})).await;
    for _ in 0..6 {
        house.pass_s(5).await;
    }
    let read = house.read(&unwanted).await;
    assert_eq!((&read["status"], &read["attempts"][0]["status"]), (&json!("closed"), &json!("closed")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_older_than_the_reversal_is_not_believed() {
    let house = till().await;
    let payment = waiting(&house).await;
    let number = out_trade_no(&payment);
    house.pay_silently(&payment);
    let payments = &house.app.state.payments;
    let (account, gateway) = payments.gateways().of_account(house.account_id).await.unwrap();
    house.clock.advance_s(30);
    let paid = gateway.query(&charged(&number)).await.unwrap();
    let reversed = gateway.close(&charged(&number)).await.unwrap();

    payments.settle(&account, gateway.as_ref(), &reversed, Source::Query).await.unwrap();
    let late = payments.settle(&account, gateway.as_ref(), &paid, Source::Query).await.unwrap();
    assert_eq!(late, Settled::Known);
    let read = house.read(&payment).await;
    assert_eq!((&read["status"], &read["attempts"][0]["status"]), (&json!("open"), &json!("closed")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_of_what_was_counted_as_paid_is_told_aloud() {
    let house = till().await;
    let payment = waiting(&house).await;
    let number = out_trade_no(&payment);
    house.pay_silently(&payment);
    let payments = &house.app.state.payments;
    let (account, gateway) = payments.gateways().of_account(house.account_id).await.unwrap();
    house.clock.advance_s(30);
    let paid = gateway.query(&charged(&number)).await.unwrap();
    let reversed = gateway.close(&charged(&number)).await.unwrap();

    payments.settle(&account, gateway.as_ref(), &paid, Source::Query).await.unwrap();
    let told = payments.settle(&account, gateway.as_ref(), &reversed, Source::Query).await.unwrap();
    assert_eq!(told, Settled::Mismatch);
    let events = house.get("/v1/events?limit=500").await.text;
    assert!(events.contains("reversed_after_paid"), "{events}");
}
