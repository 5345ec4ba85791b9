//! Orders whose opening got no believable answer: never a second order, never a lost payment.

use luodi::sandbox::{FaultKind, Operation};
use serde_json::{Value, json};

use crate::support::{House, order, path_of};

/// Everything that can happen to the answer after the gateway opened the order.
fn lost_answers() -> [FaultKind; 6] {
    [
        FaultKind::ResetAfterCommit,
        FaultKind::ErrorAfterCommit { status: 500, code: "SYSTEM_ERROR".to_owned() },
        FaultKind::ErrorAfterCommit { status: 502, code: "BAD_GATEWAY".to_owned() },
        FaultKind::BadSignature,
        FaultKind::Unsigned,
        FaultKind::StaleTimestamp,
    ]
}

async fn in_doubt(house: &House, fault: FaultKind) -> Value {
    house.fault(Operation::Create, fault.clone());
    let payment = house.post("/v1/payments", order(1280, true)).await;
    assert_eq!(payment.status, 201, "{}", payment.text);
    let payment = payment.json();
    let attempt = &payment["attempts"][0];
    assert_eq!((&attempt["status"], &attempt["next_action"]), (&json!("unknown"), &json!(null)), "{fault:?}");
    payment
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_answer_was_lost_is_found_again_under_its_number() {
    for fault in lost_answers() {
        let house = House::build().await;
        let payment = in_doubt(&house, fault.clone()).await;
        house.pass_s(2).await;
        let found = house.read(&payment).await;
        assert_eq!(found["attempts"][0]["status"], "pending", "{fault:?}");
        assert!(found["attempts"][0]["next_action"]["code_url"].is_string(), "the code is there after all");
        let orders = house.book().orders;
        assert_eq!(orders.len(), 1, "{fault:?}");
        assert_eq!(json!(orders[0].out_trade_no), payment["attempts"][0]["out_trade_no"]);
        house.pay(&found).await;
        assert_eq!(house.read(&payment).await["status"], "paid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_never_arrived_is_opened_under_the_same_number() {
    let house = House::build().await;
    let payment = in_doubt(&house, FaultKind::ResetBeforeCommit).await;
    assert_eq!(house.book().orders, []);
    house.pass_s(2).await;
    let found = house.read(&payment).await;
    assert_eq!(found["attempts"][0]["status"], "pending");
    assert_eq!(json!(house.book().orders[0].out_trade_no), payment["attempts"][0]["out_trade_no"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn switching_while_the_order_is_in_doubt_waits_for_the_gateway() {
    let house = House::build().await;
    let payment = in_doubt(&house, FaultKind::ResetAfterCommit).await;
    house.lasting_fault(Operation::Query, FaultKind::ResetBeforeCommit);
    let wanted = json!({ "gateway": "wechatpay", "flow": "qr" });
    let refused = house.post(&path_of(&payment, "/attempts"), wanted.clone()).await;
    assert_eq!(refused.problem(), (409, "attempt_unsettled".to_owned(), vec![]));
    assert_eq!(house.book().orders.len(), 1);

    house.sandbox.clear_faults();
    let opened = house.post(&path_of(&payment, "/attempts"), wanted).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    let open_orders =
        house.book().orders.iter().filter(|o| o.trade_state == luodi::sandbox::TradeState::Notpay).count();
    assert_eq!(open_orders, 1, "at no time are two orders payable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_stays_silent_is_asked_again_and_again() {
    let house = House::build().await;
    let payment = in_doubt(&house, FaultKind::ResetAfterCommit).await;
    house.lasting_fault(Operation::Query, FaultKind::ErrorBeforeCommit { status: 400, code: "ODD".to_owned() });
    for seconds in [1, 2, 4, 8, 15, 15, 30, 60] {
        house.pass_s(seconds).await;
    }
    let queries = house.book().calls.iter().filter(|c| c.operation == Operation::Query).count();
    assert_eq!(queries, 8, "one question at each step");
    assert_eq!(house.read(&payment).await["attempts"][0]["status"], "unknown", "no answer changes nothing");
    house.sandbox.clear_faults();
    house.pass_s(120).await;
    assert_eq!(house.read(&payment).await["attempts"][0]["status"], "pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_gateway_is_an_unknown_outcome() {
    let house = House::build().await;
    let payment = in_doubt(&house, FaultKind::Delay { delay_ms: 12_000 }).await;
    house.pass_s(2).await;
    assert_eq!(house.read(&payment).await["attempts"][0]["status"], "pending");
    assert_eq!(house.book().orders.len(), 1);
}
