//! `POST /v1/payments/{id}/close`, expiry, and the races with a shopper who pays meanwhile.

use luodi::sandbox::{FaultKind, Operation, PayDraft, TradeState};
use serde_json::json;

use crate::support::{House, order, out_trade_no, path_of};

#[tokio::test(flavor = "multi_thread")]
async fn closing_closes_the_order_at_the_gateway() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    let closed = house.post(&path_of(&payment, "/close"), json!({})).await;
    assert_eq!(closed.status, 200);
    let closed = closed.json();
    assert_eq!((&closed["status"], &closed["attempts"][0]["status"]), (&json!("closed"), &json!("closed")));
    assert_eq!(closed["closed_at"], "2026-01-01T04:00:00.000Z");
    assert_eq!(house.book().orders[0].trade_state, TradeState::Closed);
    assert_eq!(
        house.event_types().await[3..],
        ["payment.closing".to_owned(), "attempt.closed".to_owned(), "payment.closed".to_owned()]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_twice_is_closing_once() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    let first = house.post(&path_of(&payment, "/close"), json!({})).await;
    let second = house.post(&path_of(&payment, "/close"), json!({})).await;
    assert_eq!((second.status, second.json()), (200, first.json()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_shopper_has_paid_is_not_closed_but_paid() {
    let house = House::build().await;
    house.lasting_fault(Operation::Notify, FaultKind::Drop);
    let payment = house.payment_with_code(1280).await;
    house.pay_silently(&payment);
    let answer = house.post(&path_of(&payment, "/close"), json!({})).await;
    assert_eq!(answer.problem(), (409, "payment_not_open".to_owned(), vec![]));
    let read = house.read(&payment).await;
    assert_eq!((&read["status"], &read["late"]), (&json!("paid"), &json!(false)));
    let again = house.post(&path_of(&payment, "/close"), json!({})).await;
    assert_eq!(again.problem(), (409, "payment_not_open".to_owned(), vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_not_heard_delays_the_end() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    house.lasting_fault(Operation::Close, FaultKind::ResetBeforeCommit);
    let accepted = house.post(&path_of(&payment, "/close"), json!({})).await;
    assert_eq!((accepted.status, &accepted.json()["status"]), (202, &json!("open")));
    assert_eq!(house.book().orders[0].trade_state, TradeState::Notpay);

    let wanted = json!({ "gateway": "wechatpay", "flow": "qr" });
    let attempt = house.post(&path_of(&payment, "/attempts"), wanted).await;
    assert_eq!(attempt.problem(), (409, "payment_closing".to_owned(), vec![]), "no new order beside the open one");

    house.sandbox.clear_faults();
    for _ in 0..3 {
        house.pass_s(30).await;
    }
    assert_eq!(house.read(&payment).await["status"], "closed");
    assert_eq!(house.book().orders[0].trade_state, TradeState::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_whose_answer_is_lost_is_found_out() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    house.fault(Operation::Close, FaultKind::ResetAfterCommit);
    let accepted = house.post(&path_of(&payment, "/close"), json!({})).await;
    assert_eq!((accepted.status, &accepted.json()["status"]), (202, &json!("open")));
    for _ in 0..3 {
        house.pass_s(30).await;
    }
    assert_eq!(house.read(&payment).await["status"], "closed");
    let closes = house.book().calls.iter().filter(|c| c.operation == Operation::Close).count();
    assert_eq!(closes, 1, "the query said so");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_ends_when_its_time_is_over() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    house.pass_s(2 * 3600 + 1).await;
    house.pass_s(60).await;
    assert_eq!(house.read(&payment).await["status"], "closed");
    assert_eq!(house.book().orders[0].trade_state, TradeState::Closed);
    let wanted = json!({ "gateway": "wechatpay", "flow": "qr" });
    let attempt = house.post(&path_of(&payment, "/attempts"), wanted).await;
    assert_eq!(attempt.problem(), (409, "payment_not_open".to_owned(), vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_attempt_is_opened_on_a_payment_whose_time_is_over() {
    let house = House::build().await;
    let payment = house.post("/v1/payments", order(1280, false)).await.json();
    house.clock.advance_s(2 * 3600 + 1);
    let wanted = json!({ "gateway": "wechatpay", "flow": "qr" });
    let attempt = house.post(&path_of(&payment, "/attempts"), wanted).await;
    assert_eq!(attempt.problem(), (409, "payment_closing".to_owned(), vec![]));
    assert_eq!(house.book().orders, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_comes_after_the_close_is_real_money() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    assert_eq!(house.post(&path_of(&payment, "/close"), json!({})).await.status, 200);
    let forced = PayDraft { force: true, ..PayDraft::default() };
    house.sandbox.pay(&house.merchant.mchid, &out_trade_no(&payment), &forced).unwrap();
    assert_eq!(house.sandbox.step().await, 1);
    let paid = house.read(&payment).await;
    assert_eq!((&paid["status"], &paid["late"]), (&json!("paid"), &json!(true)));
    assert_eq!(house.event_types().await.last().unwrap(), "payment.paid");
    assert_eq!(house.book().notifications[0].attempts[0].status, Some(204));
}
