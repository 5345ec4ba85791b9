//! The gateway did it, and we did not hear: nothing may be done a second time.

use luodi::payments::EventType;
use luodi::sandbox::{Book, Fault, FaultKind, Operation, RefundStatus};
use serde_json::{Value, json};

use crate::support::{House, order, out_trade_no, text};

/// Longer than we wait for a gateway.
const TOO_LATE_MS: u64 = 10_500;

fn server_error() -> FaultKind {
    FaultKind::ErrorAfterCommit { status: 500, code: "SYSTEM_ERROR".to_owned() }
}

fn book(house: &House) -> Book {
    house.sandbox.book(&house.merchant.mchid).expect("a book")
}

/// Time passes and what is due is done.
async fn a_second_later(house: &House) {
    house.clock.advance_s(1);
    house.app.jobs.step().await.expect("the jobs");
}

async fn an_order_whose_answer_was_lost_is_found_again(fault: FaultKind) {
    let house = House::build().await;
    house.sandbox.add_fault(Fault::new(Operation::Create, fault).times(1)).expect("a fault");
    let key = crate::support::fresh_key();
    let answer = house.post_with_key("/v1/payments", order(1280, true), &key).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let payment = answer.json();
    assert_eq!(payment["attempts"][0]["status"], "unknown");
    assert_eq!(payment["attempts"][0]["next_action"], json!(null), "there is no code to show yet");
    assert_eq!(book(&house).orders.len(), 1, "the gateway opened the order");

    let again = house.post_with_key("/v1/payments", order(1280, true), &key).await;
    assert_eq!(again.text, answer.text, "a repeat of the request opens nothing");
    a_second_later(&house).await;

    let found = house.read(&payment).await;
    assert_eq!(found["attempts"].as_array().map(Vec::len), Some(1), "the same attempt");
    assert_eq!(found["attempts"][0]["status"], "pending");
    let shown = text(&found["attempts"][0]["next_action"]["code_url"]);
    let orders = book(&house).orders;
    assert_eq!(orders.len(), 1, "the same order");
    assert!(orders[0].code_urls.contains(&shown), "with a code of its own");

    house.pay(&found).await;
    assert_eq!(house.read(&found).await["status"], "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_not_opened_twice_when_the_connection_breaks() {
    an_order_whose_answer_was_lost_is_found_again(FaultKind::ResetAfterCommit).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_not_opened_twice_when_the_gateway_answers_an_error() {
    an_order_whose_answer_was_lost_is_found_again(server_error()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_not_opened_twice_when_the_answer_takes_too_long() {
    an_order_whose_answer_was_lost_is_found_again(FaultKind::Delay { delay_ms: TOO_LATE_MS }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_not_opened_twice_when_the_answer_is_not_signed() {
    an_order_whose_answer_was_lost_is_found_again(FaultKind::Unsigned).await;
}

async fn ask_refund(house: &House, payment: &Value) -> Value {
    let path = format!("/v1/payments/{}/refunds", text(&payment["id"]));
    let answer = house.post(&path, json!({ "amount_fen": 500 })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

async fn refund_now(house: &House, refund: &Value) -> Value {
    let id = text(&refund["id"]).parse().expect("a refund id");
    let ledger = house.app.state.storage.ledger_of_refund(id).await.expect("storage").expect("a ledger");
    json!(luodi::payments::RefundView::of(ledger.refund(id).expect("the refund")))
}

async fn a_refund_whose_answer_was_lost_is_found_again(fault: FaultKind) {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    house.sandbox.add_fault(Fault::new(Operation::Refund, fault).times(1)).expect("a fault");
    let refund = ask_refund(&house, &payment).await;
    assert_eq!(refund["status"], "unknown");
    let more =
        house.post(&format!("/v1/payments/{}/refunds", text(&payment["id"])), json!({ "amount_fen": 781 })).await;
    assert_eq!(more.status, 422, "what may have moved stays reserved: {}", more.text);

    a_second_later(&house).await;
    house.sandbox.step().await;
    let refunds = book(&house).refunds;
    assert_eq!(refunds.len(), 1, "one refund");
    assert_eq!((refunds[0].refund_fen, refunds[0].status), (500, RefundStatus::Success));
    assert_eq!(text(&refund["out_refund_no"]), refunds[0].out_refund_no);
    house.clock.advance_s(60);
    house.app.jobs.step().await.expect("the jobs");
    assert_eq!(refund_now(&house, &refund).await["status"], "succeeded");
    let payment = house.read(&payment).await;
    assert_eq!((&payment["status"], &payment["refunded_fen"]), (&json!("partly_refunded"), &json!(500)));
    let told = house.event_types().await;
    assert_eq!(told.iter().filter(|t| *t == EventType::PaymentPartlyRefunded.as_str()).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_not_refunded_twice_when_the_connection_breaks() {
    a_refund_whose_answer_was_lost_is_found_again(FaultKind::ResetAfterCommit).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_not_refunded_twice_when_the_gateway_answers_an_error() {
    a_refund_whose_answer_was_lost_is_found_again(server_error()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_not_refunded_twice_when_the_answer_takes_too_long() {
    a_refund_whose_answer_was_lost_is_found_again(FaultKind::Delay { delay_ms: TOO_LATE_MS }).await;
}

/// The first sending got lost before the gateway; the repeat is refused for good.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_never_arrived_and_is_then_refused_has_failed() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    let refusal = FaultKind::ErrorBeforeCommit { status: 403, code: "RULE_LIMIT".to_owned() };
    for fault in [FaultKind::ResetBeforeCommit, refusal] {
        house.sandbox.add_fault(Fault::new(Operation::Refund, fault).times(1)).expect("a fault");
    }
    let refund = ask_refund(&house, &payment).await;
    assert_eq!(refund["status"], "unknown");
    a_second_later(&house).await;
    let refund = refund_now(&house, &refund).await;
    assert_eq!((&refund["status"], &refund["failure"]["code"]), (&json!("failed"), &json!("RULE_LIMIT")));
    assert_eq!(book(&house).refunds, []);
}

/// The process ended between sending a refund and hearing of it; the repeat is refused, as a gateway may
/// refuse what it has done already.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_took_effect_is_not_called_failed_because_its_repeat_is_refused() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    let refusal = FaultKind::ErrorBeforeCommit { status: 403, code: "RULE_LIMIT".to_owned() };
    for fault in [FaultKind::Delay { delay_ms: 5000 }, refusal] {
        house.sandbox.add_fault(Fault::new(Operation::Refund, fault).times(1)).expect("a fault");
    }
    let path = format!("/v1/payments/{}/refunds", text(&payment["id"]));
    cut_short(&house, house.post(&path, json!({ "amount_fen": 500 })), |book| !book.refunds.is_empty()).await;
    let refund = house.get("/v1/refunds").await.json()["data"][0].clone();
    assert_eq!(refund["status"], "requested", "nobody has heard of it");

    a_second_later(&house).await;
    assert_ne!(refund_now(&house, &refund).await["status"], "failed");
    assert_eq!(book(&house).refunds.len(), 1);
}

/// The process ended between sending an order and hearing of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_sent_just_before_the_end_is_found_by_the_repeated_request() {
    let house = House::build().await;
    let slow = FaultKind::Delay { delay_ms: 5000 };
    house.sandbox.add_fault(Fault::new(Operation::Create, slow).times(1)).expect("a fault");
    let key = crate::support::fresh_key();
    let create = house.post_with_key("/v1/payments", order(1280, true), &key);
    cut_short(&house, create, |book| !book.orders.is_empty()).await;
    let abandoned = house.get("/v1/payments").await.json()["data"][0].clone();
    assert_eq!(abandoned["attempts"][0]["status"], "creating");

    // The lease of the abandoned request runs out; a restart would end it at once.
    house.clock.advance_s(60);
    let answer = house.post_with_key("/v1/payments", order(1280, true), &key).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let payment = answer.json();
    assert_eq!(payment["id"], abandoned["id"], "the same payment");
    assert_eq!(payment["attempts"][0]["status"], "pending");
    let orders = book(&house).orders;
    assert_eq!(orders.len(), 1);
    assert_eq!(out_trade_no(&payment), orders[0].out_trade_no);
}

/// Begins a request and gives it up once the gateway has done its part.
async fn cut_short(house: &House, request: impl Future, done: impl Fn(&Book) -> bool) {
    let seen = async {
        while !done(&book(house)) {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = request => panic!("the answer was not late"),
        () = seen => {}
    }
    // The server notices the closed connection and drops the work; a ping makes sure that it had its turn.
    house.get("/health/live").await;
}
