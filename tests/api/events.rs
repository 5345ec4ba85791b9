//! `GET /v1/events`: the pull road, in order and without gaps.

use serde_json::{Value, json};

use crate::support::{House, order, text};

async fn sequences(house: &House, query: &str) -> (Vec<i64>, i64) {
    let answer = house.get(&format!("/v1/events{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let list = answer.json();
    let data = list["data"].as_array().unwrap().iter().map(|e| e["sequence"].as_i64().unwrap()).collect();
    (data, list["next_after"].as_i64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_carries_the_object_as_it_was() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    house.pay(&payment).await;
    let events = house.get("/v1/events?types=payment.created,payment.paid").await.json();
    let (created, paid) = (&events["data"][0], &events["data"][1]);
    assert!(text(&created["id"]).starts_with("evt_"));
    assert_eq!((&created["type"], &created["sequence"]), (&json!("payment.created"), &json!(1)));
    assert_eq!(created["created_at"], "2026-01-01T04:00:00.000Z");
    assert_eq!((&created["data"]["id"], &created["data"]["status"]), (&payment["id"], &json!("open")));
    assert_eq!((&paid["data"]["id"], &paid["data"]["status"]), (&payment["id"], &json!("paid")));
    assert!(!events.to_string().contains(&text(&payment["client_secret"])), "no secret travels");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sequence_has_no_gaps_even_when_many_payments_come_at_once() {
    let house = House::build().await;
    let all = (0..30).map(|_| house.post("/v1/payments", order(100, false)));
    assert!(futures_util::future::join_all(all).await.iter().all(|a| a.status == 201));
    assert_eq!(sequences(&house, "?limit=500").await, ((1..=30).collect(), 30));
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_on_from_next_after_misses_nothing() {
    let house = House::build().await;
    house.paid_payment(1280).await;
    let mut seen = Vec::new();
    let mut after = 0;
    loop {
        let (page, next) = sequences(&house, &format!("?after={after}&limit=2")).await;
        if page.is_empty() {
            assert_eq!(next, after, "nothing new leaves the place");
            break;
        }
        assert!(page.len() <= 2);
        seen.extend(page);
        after = next;
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
    house.payment_with_code(1).await;
    assert_eq!(sequences(&house, &format!("?after={after}")).await.0, [6, 7, 8]);
}

#[tokio::test(flavor = "multi_thread")]
async fn types_narrow_the_events() {
    let house = House::build().await;
    house.paid_payment(1280).await;
    assert_eq!(sequences(&house, "?types=payment.created,payment.paid").await.0, [1, 5]);
    assert_eq!(sequences(&house, "?types=refund.failed").await, (vec![], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_cannot_be_answered_names_its_parameter() {
    let house = House::build().await;
    for (query, expected) in [
        ("?limit=0", "?limit: out_of_range"),
        ("?limit=501", "?limit: out_of_range"),
        ("?after=-1", "?after: out_of_range"),
        ("?after=x", "?after: expected_whole_number"),
        ("?types=payment.payed", "?types: unknown_event_type_nearest"),
        ("?types=xyz", "?types: unknown_event_type"),
        ("?type=payment.paid", "?type: unknown_field_nearest"),
    ] {
        let answer = house.get(&format!("/v1/events{query}")).await;
        let expected = (422, "validation_failed".to_owned(), vec![expected.to_owned()]);
        assert_eq!(answer.problem(), expected, "{query}: {}", answer.text);
    }
    let request = house.request("GET", "/v1/events?types=payment.payed").header("accept-language", "en");
    let detail: Value = crate::support::send(request).await.json()["errors"][0]["detail"].clone();
    assert_eq!(detail, "There is no event type “payment.payed”. Did you mean “payment.paid”?");
}
