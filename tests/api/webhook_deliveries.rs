//! Deliveries: the log, the tries, the schedule of ten steps, and replay.

use luodi::webhooks::schedule::STEPS_S;
use serde_json::{Value, json};

use crate::support::shop::Shop;
use crate::support::{House, order, text};

async fn endpoint(house: &House, url: &str, types: Value) -> String {
    let answer = house.post("/v1/webhook-endpoints", json!({ "url": url, "event_types": types })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    text(&answer.json()["id"])
}

async fn log(house: &House, endpoint: &str, query: &str) -> Vec<Value> {
    let answer = house.get(&format!("/v1/webhook-endpoints/{endpoint}/deliveries{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["data"].as_array().unwrap().clone()
}

async fn tries(house: &House, endpoint: &str, delivery: &Value) -> Vec<Value> {
    let delivery = text(&delivery["id"]);
    let path = format!("/v1/webhook-endpoints/{endpoint}/deliveries/{delivery}/tries");
    house.get(&path).await.json()["data"].as_array().unwrap().clone()
}

/// Everything due is sent.
async fn deliver(house: &House) {
    while house.app.jobs.deliver().await.unwrap() > 0 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn each_endpoint_gets_what_it_asked_for() {
    let house = House::build().await;
    let (everything, only_paid) = (Shop::open(), Shop::open());
    endpoint(&house, &everything.url, json!([])).await;
    endpoint(&house, &only_paid.url, json!(["payment.paid"])).await;
    house.paid_payment(1280).await;
    deliver(&house).await;
    let types = |shop: &Shop| shop.letters().iter().map(|l| text(&l.event()["type"])).collect::<Vec<_>>();
    let mut heard = types(&everything);
    heard.sort();
    assert_eq!(heard, ["payment.created", "payment.paid"], "no inner steps unless chosen");
    assert_eq!(types(&only_paid), ["payment.paid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_what_came_of_each_delivery() {
    let house = House::build().await;
    let shop = Shop::open();
    let endpoint = endpoint(&house, &shop.url, json!(["payment.created"])).await;
    house.post("/v1/payments", order(1, false)).await;
    let mut waiting = log(&house, &endpoint, "").await;
    assert_eq!(waiting.len(), 1);
    assert_eq!((&waiting[0]["status"], &waiting[0]["tries"]), (&json!("pending"), &json!(0)));
    assert_eq!(waiting[0]["next_at"], "2026-01-01T04:00:00.000Z");

    shop.answers(&[500]);
    deliver(&house).await;
    waiting = log(&house, &endpoint, "?status=pending").await;
    assert_eq!((&waiting[0]["tries"], &waiting[0]["last_status_code"]), (&json!(1), &json!(500)));
    assert!(text(&waiting[0]["last_error"]).contains("500"));

    house.clock.advance_s(6);
    deliver(&house).await;
    let mut done = log(&house, &endpoint, "?status=delivered").await.remove(0);
    let tried = tries(&house, &endpoint, &done).await;
    assert_eq!(tried.iter().map(|t| t["status_code"].clone()).collect::<Vec<_>>(), [json!(500), json!(204)]);
    assert_eq!(tried[1]["at"], "2026-01-01T04:00:06.000Z");
    for field in ["id", "event_id"] {
        assert!(done[field].is_string());
        done[field] = json!(format!("[{field}]"));
    }
    assert_eq!(
        done,
        json!({
            "id": "[id]", "event_id": "[event_id]", "event_type": "payment.created", "status": "delivered", "tries": 2,
            "next_at": null, "last_status_code": 204, "last_error": null,
            "created_at": "2026-01-01T04:00:00.000Z", "delivered_at": "2026-01-01T04:00:06.000Z",
        })
    );
    assert_eq!(log(&house, &endpoint, "?status=pending").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_try_carries_the_same_event_signed_anew() {
    let house = House::build().await;
    let shop = Shop::open();
    let answer = house.post("/v1/webhook-endpoints", json!({ "url": shop.url })).await.json();
    shop.answers(&[503, 302, 404]);
    house.post("/v1/payments", order(1, false)).await;
    for step_s in [0, 6, 331, 1981] {
        house.clock.advance_s(step_s);
        deliver(&house).await;
    }
    let letters = shop.letters();
    assert_eq!(letters.len(), 4, "neither a redirect nor a refusal counts as taken");
    assert!(letters.iter().all(|l| l.body == letters[0].body && l.id == letters[0].id));
    assert!(letters.iter().all(|l| l.is_signed_with(&text(&answer["secret"]))));
    assert!(letters.windows(2).all(|w| w[0].timestamp < w[1].timestamp));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_tries_over_three_days_it_is_given_up() {
    let house = House::build().await;
    let shop = Shop::open();
    shop.always_answers(500);
    let endpoint = endpoint(&house, &shop.url, json!(["payment.created"])).await;
    house.post("/v1/payments", order(1, false)).await;
    for (index, step_s) in STEPS_S.into_iter().enumerate() {
        // A wait may be a tenth shorter or longer.
        house.clock.advance_s(step_s * 9 / 10 - i64::from(step_s > 0));
        deliver(&house).await;
        assert_eq!(shop.letters().len(), usize::from(index == 0), "try {} does not come too early", index + 1);
        if index > 0 {
            house.clock.advance_s(step_s / 5 + 2);
            deliver(&house).await;
            assert_eq!(shop.letters().len(), 1, "try {} comes in time", index + 1);
        }
    }
    let given_up = log(&house, &endpoint, "").await;
    assert_eq!((&given_up[0]["status"], &given_up[0]["tries"]), (&json!("given_up"), &json!(10)));
    assert_eq!(given_up[0]["next_at"], json!(null));
    assert_eq!(tries(&house, &endpoint, &given_up[0]).await.len(), 10);
    house.clock.advance_s(30 * 24 * 3600);
    deliver(&house).await;
    assert_eq!(shop.letters().iter().filter(|l| l.id == text(&given_up[0]["event_id"])).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_dead_shop_does_not_hold_up_another() {
    let house = House::build().await;
    let alive = Shop::open();
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let dead = endpoint(&house, &format!("http://{nowhere}/"), json!([])).await;
    endpoint(&house, &alive.url, json!([])).await;
    house.post("/v1/payments", order(1, false)).await;
    deliver(&house).await;
    assert_eq!(alive.letters().len(), 1);
    let failed = log(&house, &dead, "").await;
    assert_eq!((&failed[0]["status"], &failed[0]["last_status_code"]), (&json!("pending"), &json!(null)));
    assert!(text(&failed[0]["last_error"]).starts_with("no connection"));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_sent_again_by_their_ids() {
    let house = House::build().await;
    let shop = Shop::open();
    let endpoint = endpoint(&house, &shop.url, json!(["refund.failed"])).await;
    house.payment_with_code(1280).await;
    let events = house.get("/v1/events").await.json();
    let ids = [events["data"][0]["id"].clone(), events["data"][2]["id"].clone()];
    let replayed = house.post(&replay(&endpoint), json!({ "event_ids": ids })).await;
    assert_eq!((replayed.status, replayed.json()), (202, json!({ "deliveries": 2 })));
    deliver(&house).await;
    let mut heard: Vec<_> = shop.letters().iter().map(|l| json!(l.id)).collect();
    heard.sort_by_key(Value::to_string);
    let mut wanted = ids.to_vec();
    wanted.sort_by_key(Value::to_string);
    assert_eq!(heard, wanted, "what is named is sent, whatever the filter");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_sent_again_by_their_time() {
    let house = House::build().await;
    for _ in 0..3 {
        house.post("/v1/payments", order(1, false)).await;
        house.clock.advance_s(60);
    }
    let shop = Shop::open();
    let endpoint = endpoint(&house, &shop.url, json!([])).await;
    let range = json!({ "from": "2026-01-01T04:01:00Z", "to": "2026-01-01T04:02:00Z" });
    let replayed = house.post(&replay(&endpoint), range).await;
    assert_eq!((replayed.status, replayed.json()), (202, json!({ "deliveries": 1 })));
    deliver(&house).await;
    let letters = shop.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].event()["created_at"], "2026-01-01T04:01:00.000Z");
}

fn replay(endpoint: &str) -> String {
    format!("/v1/webhook-endpoints/{endpoint}/replay")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_says_which_events_and_only_once() {
    let house = House::build().await;
    let endpoint = endpoint(&house, "https://shop.example/", json!([])).await;
    let (from, to) = ("2026-01-01T04:01:00Z", "2026-01-01T04:02:00Z");
    for (body, expected) in [
        (json!({}), ": replay_selection"),
        (json!({ "from": from }), ": replay_selection"),
        (json!({ "event_ids": [luodi::ids::EventId::generate()], "from": from, "to": to }), ": replay_selection"),
        (json!({ "event_ids": ["x"] }), "/event_ids/0: not_an_id"),
        (json!({ "from": "x", "to": to }), "/from: not_a_time"),
        (json!({ "from": to, "to": from }), "/to: not_after"),
    ] {
        let answer = house.post(&replay(&endpoint), body).await;
        let expected = (422, "validation_failed".to_owned(), vec![expected.to_owned()]);
        assert_eq!(answer.problem(), expected, "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_pages() {
    let house = House::build().await;
    let endpoint = endpoint(&house, "https://shop.example/", json!([])).await;
    for _ in 0..3 {
        house.post("/v1/payments", order(1, false)).await;
    }
    let path = format!("/v1/webhook-endpoints/{endpoint}/deliveries");
    let first = house.get(&format!("{path}?limit=2")).await.json();
    let next = house.get(&format!("{path}?limit=2&cursor={}", text(&first["next_cursor"]))).await.json();
    assert_eq!((first["data"].as_array().unwrap().len(), next["data"].as_array().unwrap().len()), (2, 1));
    assert_eq!(next["next_cursor"], json!(null));
    assert_eq!(house.get(&format!("{path}?status=lost")).await.problem().2, ["?status: unsupported"]);
    assert_eq!(house.get(&format!("{path}?cursor=x")).await.problem().2, ["?cursor: cursor"]);
    let other = luodi::ids::DeliveryId::generate();
    assert_eq!(house.get(&format!("{path}/{other}/tries")).await.problem().1, "not_found");
}
