//! `GET /v1/payments` and `GET /v1/payments/{id}`: filters, pages, and reads that ask the gateway.

use luodi::sandbox::{FaultKind, Operation};
use serde_json::{Value, json};

use crate::support::{House, order, path_of, text};

async fn create(house: &House, order_ref: &str) -> Value {
    let mut body = order(100, false);
    body["order_ref"] = json!(order_ref);
    let answer = house.post("/v1/payments", body).await;
    assert_eq!(answer.status, 201);
    answer.json()
}

async fn refs(house: &House, query: &str) -> Vec<String> {
    let answer = house.get(&format!("/v1/payments{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["data"].as_array().unwrap().iter().map(|p| text(&p["order_ref"])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_the_list() {
    let house = House::build().await;
    create(&house, "A").await;
    house.clock.advance_s(60);
    let second = create(&house, "B").await;
    house.clock.advance_s(60);
    create(&house, "C").await;
    assert_eq!(house.post(&path_of(&second, "/close"), json!({})).await.status, 200);

    assert_eq!(refs(&house, "").await, ["C", "B", "A"], "newest first");
    assert_eq!(refs(&house, "?order_ref=B").await, ["B"]);
    assert_eq!(refs(&house, "?status=closed").await, ["B"]);
    assert_eq!(refs(&house, "?status=open").await, ["C", "A"]);
    assert_eq!(refs(&house, "?created_from=2026-01-01T04:01:00Z").await, ["C", "B"], "from is included");
    assert_eq!(refs(&house, "?created_to=2026-01-01T04:01:00Z").await, ["A"], "to is not");
    assert_eq!(refs(&house, "?created_from=2026-01-01T12:01:00%2B08:00&created_to=2026-01-01T04:02:00Z").await, ["B"]);
    assert_eq!(refs(&house, "?order_ref=Z").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_one_another_without_gap_or_repeat() {
    let house = House::build().await;
    for n in 0..7 {
        create(&house, &n.to_string()).await;
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    for expected in [3, 3, 1] {
        let page = house.get(&format!("/v1/payments?limit=3{cursor}")).await.json();
        let data = page["data"].as_array().unwrap();
        assert_eq!(data.len(), expected);
        seen.extend(data.iter().map(|p| text(&p["order_ref"])));
        cursor = format!("&cursor={}", text(&page["next_cursor"]));
        assert_eq!(page["next_cursor"].is_null(), expected == 1, "only the last page has no next");
        // What comes in between belongs to no later page.
        create(&house, "new").await;
    }
    assert_eq!(seen, ["6", "5", "4", "3", "2", "1", "0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_cannot_be_answered_names_its_parameter() {
    let house = House::build().await;
    for (query, expected) in [
        ("limit=0", "?limit: out_of_range"),
        ("limit=101", "?limit: out_of_range"),
        ("limit=many", "?limit: expected_whole_number"),
        ("status=lost", "?status: unsupported"),
        ("created_from=yesterday", "?created_from: not_a_time"),
        ("cursor=nonsense", "?cursor: cursor"),
        ("statuss=open", "?statuss: unknown_field_nearest"),
        ("colour=red", "?colour: unknown_field"),
    ] {
        let answer = house.get(&format!("/v1/payments?{query}")).await;
        let (status, code, fields) = answer.problem();
        assert_eq!((status, code.as_str()), (422, "validation_failed"), "{query}: {}", answer.text);
        assert_eq!(fields, [expected]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_asks_the_gateway_and_settles_without_any_notification() {
    let house = House::build().await;
    house.lasting_fault(Operation::Notify, FaultKind::Drop);
    let payment = house.payment_with_code(1280).await;
    house.pay_silently(&payment);
    assert_eq!(house.get(&path_of(&payment, "")).await.json()["status"], "open", "too young to be asked about");
    house.clock.advance_s(3);
    let read = house.get(&path_of(&payment, "")).await.json();
    assert_eq!((&read["status"], &read["attempts"][0]["status"]), (&json!("paid"), &json!("paid")));
    assert_eq!(house.sandbox.step().await, 0, "nothing was notified");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_reads_at_once_ask_the_gateway_once() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    house.clock.advance_s(3);
    let path = path_of(&payment, "");
    let reads = futures_util::future::join_all((0..20).map(|_| house.get(&path))).await;
    assert!(reads.iter().all(|r| r.status == 200));
    let queries = house.book().calls.iter().filter(|c| c.operation == Operation::Query).count();
    assert_eq!(queries, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn i_have_paid_really_asks() {
    let house = House::build().await;
    house.lasting_fault(Operation::Notify, FaultKind::Drop);
    let payment = house.payment_with_code(1280).await;
    house.pay_silently(&payment);
    let refreshed = house.post(&path_of(&payment, "/refresh"), json!({})).await;
    assert_eq!((refreshed.status, &refreshed.json()["status"]), (200, &json!("paid")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_does_not_fail_with_the_gateway() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    house.lasting_fault(Operation::Query, FaultKind::ResetBeforeCommit);
    house.clock.advance_s(3);
    let read = house.get(&path_of(&payment, "")).await;
    assert_eq!((read.status, &read.json()["status"]), (200, &json!("open")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_jobs_settle_what_nobody_reads() {
    let house = House::build().await;
    house.lasting_fault(Operation::Notify, FaultKind::Drop);
    let payment = house.payment_with_code(1280).await;
    house.pay_silently(&payment);
    for _ in 0..3 {
        house.pass_s(30).await;
    }
    assert_eq!(house.read(&payment).await["status"], "paid");
}
