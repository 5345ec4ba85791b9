//! `Idempotency-Key`: what is sent twice happens once.

use futures_util::future::join_all;
use luodi::ids::{AttemptId, PaymentId};
use luodi::payments::Mode;
use luodi::sandbox::{FaultKind, Operation};
use luodi::storage::IdempotencyRequest;
use serde_json::json;

use crate::support::{House, fresh_key, order, path_of, send, text};

const KEY: &str = "order-T-1001-first-try";

#[tokio::test(flavor = "multi_thread")]
async fn every_creating_post_needs_a_key() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    for path in ["/v1/payments".to_owned(), path_of(&payment, "/attempts"), path_of(&payment, "/refunds")] {
        let body = if path.ends_with("payments") { order(1, false) } else { json!({}) };
        let body = if path.ends_with("attempts") { json!({ "gateway": "wechatpay", "flow": "qr" }) } else { body };
        let answer = send(house.request("POST", &path).json(&body)).await;
        let expected = vec!["header:Idempotency-Key: required".to_owned()];
        assert_eq!(answer.problem(), (400, "idempotency_key_missing".to_owned(), expected), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_16_to_255_visible_ascii_characters() {
    let house = House::build().await;
    let post = |key: String| {
        let request = house.request("POST", "/v1/payments").header("idempotency-key", key.into_bytes());
        send(request.json(&order(1, false)))
    };
    for key in ["x".repeat(15), "x".repeat(256), "with a space in it".to_owned(), "钥匙钥匙钥匙钥匙".to_owned()]
    {
        assert_eq!(post(key).await.problem().1, "idempotency_key_invalid");
    }
    assert_eq!(post("x".repeat(16)).await.status, 201);
    assert_eq!(post("x".repeat(255)).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_same_bytes() {
    let house = House::build().await;
    let first = house.post_with_key("/v1/payments", order(1280, true), KEY).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, None));
    // Meanwhile the payment goes on; the answer stays what it was.
    house.pay(&first.json()).await;
    let second = house.post_with_key("/v1/payments", order(1280, true), KEY).await;
    assert_eq!((second.status, &second.text), (201, &first.text));
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(second.header("content-type"), Some("application/json"));
    assert_eq!(house.book().orders.len(), 1);
    assert_eq!(house.get("/v1/payments").await.json()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_one_request() {
    let house = House::build().await;
    let payment = house.post_with_key("/v1/payments", order(1280, false), KEY).await.json();
    let mismatch = (422, "idempotency_mismatch".to_owned(), vec![]);
    assert_eq!(house.post_with_key("/v1/payments", order(1281, false), KEY).await.problem(), mismatch);
    let attempt = json!({ "gateway": "wechatpay", "flow": "qr" });
    let elsewhere = house.post_with_key(&path_of(&payment, "/attempts"), attempt, KEY).await;
    assert_eq!(elsewhere.problem(), mismatch);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_browsers_and_of_the_shop_do_not_meet() {
    let house = House::build().await;
    let payment = house.post_with_key("/v1/payments", order(1280, false), KEY).await.json();
    let path = path_of(&payment, &format!("/attempts?client_secret={}", text(&payment["client_secret"])));
    let request = house.anonymous("POST", &path).header("idempotency-key", KEY);
    let answer = send(request.json(&json!({ "gateway": "wechatpay", "flow": "qr" }))).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_first_runs_the_second_is_told_to_wait() {
    let house = House::build().await;
    let running = IdempotencyRequest {
        store_id: house.store_id,
        mode: Mode::Test,
        key: KEY.to_owned(),
        route: "/v1/payments".to_owned(),
        request_hash: hash_of("/v1/payments", &order(1280, true).to_string()),
        resource: planned(PaymentId::generate(), AttemptId::generate()),
        owner: "another replica".to_owned(),
    };
    let now = house.app.state.clock.now();
    house.app.state.storage.begin_idempotent(running, now, 40).await.unwrap();
    let second = house.post_with_key("/v1/payments", order(1280, true), KEY).await;
    assert_eq!(second.problem(), (409, "idempotency_in_progress".to_owned(), vec![]));
    assert_eq!(second.header("retry-after"), Some("40"));
    assert_eq!(house.book().orders, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_the_repeat_goes_on_with_the_same_ids() {
    let house = House::build().await;
    let (payment, attempt) = (PaymentId::generate(), AttemptId::generate());
    let begun = IdempotencyRequest {
        store_id: house.store_id,
        mode: Mode::Test,
        key: KEY.to_owned(),
        route: "/v1/payments".to_owned(),
        request_hash: hash_of("/v1/payments", &order(1280, true).to_string()),
        resource: planned(payment, attempt),
        owner: "a replica that is no more".to_owned(),
    };
    let now = house.app.state.clock.now();
    house.app.state.storage.begin_idempotent(begun, now, 40).await.unwrap();
    house.clock.advance_s(41);
    let repeated = house.post_with_key("/v1/payments", order(1280, true), KEY).await;
    assert_eq!(repeated.status, 201, "{}", repeated.text);
    assert_eq!(repeated.json()["id"], json!(payment));
    assert_eq!(repeated.json()["attempts"][0]["id"], json!(attempt));
}

fn planned(payment: PaymentId, attempt: AttemptId) -> String {
    json!({ "payment": payment, "attempt": attempt }).to_string()
}

fn hash_of(path: &str, body: &str) -> Vec<u8> {
    luodi::crypto::digest::sha256(format!("{path}\n{body}").as_bytes()).to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definite_refusal_is_an_answer_too() {
    let house = House::build().await;
    let payment = house.post("/v1/payments", order(1280, true)).await.json();
    let first = house.post_with_key(&path_of(&payment, "/refunds"), json!({}), KEY).await;
    assert_eq!(first.problem(), (409, "payment_not_paid".to_owned(), vec![]));
    house.pay(&payment).await;
    let second = house.post_with_key(&path_of(&payment, "/refunds"), json!({}), KEY).await;
    assert_eq!((second.status, &second.text), (409, &first.text), "byte for byte");
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(second.header("content-type"), Some("application/problem+json"));
    assert_eq!(house.post(&path_of(&payment, "/refunds"), json!({})).await.status, 201, "a new key asks anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_with_faults_does_not_use_up_its_key() {
    let house = House::build().await;
    assert_eq!(house.post_with_key("/v1/payments", order(0, false), KEY).await.status, 422);
    assert_eq!(house.post_with_key("/v1/payments", order(1, false), KEY).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_gateway_cannot_be_reached_the_same_key_works_later() {
    let house = House::build().await;
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let account = format!("/v1/accounts/{}", house.account_id);
    let mut settings = house.get(&account).await.json()["settings"].clone();
    settings["api_base"] = json!(format!("http://{nowhere}"));
    assert_eq!(house.patch(&account, json!({ "settings": settings.clone() })).await.status, 200);

    let first = house.post_with_key("/v1/payments", order(1280, true), KEY).await;
    assert_eq!(first.problem(), (503, "gateway_unavailable".to_owned(), vec![]));
    assert_eq!(first.header("retry-after"), Some("5"));

    settings["api_base"] = json!(house.sandbox.base_url());
    assert_eq!(house.patch(&account, json!({ "settings": settings })).await.status, 200);
    let second = house.post_with_key("/v1/payments", order(1280, true), KEY).await;
    assert_eq!((second.status, second.header("idempotency-replayed")), (201, None), "{}", second.text);
    let attempts = second.json()["attempts"].as_array().unwrap().clone();
    assert_eq!(attempts.iter().map(|a| text(&a["status"])).collect::<Vec<_>>(), ["failed", "pending"]);
    assert_eq!(house.get("/v1/payments").await.json()["data"].as_array().unwrap().len(), 1, "still one payment");
    assert_eq!(house.book().orders.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_many_failures_calls_stop_for_a_while_and_the_same_key_works_later() {
    let house = House::build().await;
    house.lasting_fault(Operation::Create, FaultKind::ErrorBeforeCommit { status: 502, code: "BAD".to_owned() });
    for _ in 0..5 {
        assert_eq!(house.post("/v1/payments", order(1, true)).await.json()["attempts"][0]["status"], "unknown");
    }
    house.sandbox.clear_faults();
    let calls = house.book().calls.len();
    let refused = house.post_with_key("/v1/payments", order(1280, true), KEY).await;
    assert_eq!(refused.problem(), (503, "gateway_unavailable".to_owned(), vec![]));
    assert_eq!(house.book().calls.len(), calls, "the gateway is left alone");
    house.clock.advance_s(16);
    assert_eq!(house.post_with_key("/v1/payments", order(1280, true), KEY).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_clients_with_one_key_open_one_order() {
    let house = House::build().await;
    let key = fresh_key();
    let answers = join_all((0..200).map(|_| house.post_with_key("/v1/payments", order(1280, true), &key))).await;
    for answer in &answers {
        let running = answer.status == 409 && answer.problem().1 == "idempotency_in_progress";
        assert!(answer.status == 201 || running, "{}: {}", answer.status, answer.text);
    }
    let done: Vec<_> = answers.iter().filter(|a| a.status == 201).collect();
    assert!(done.iter().all(|a| a.text == done[0].text), "one answer for all");
    assert_eq!(done.iter().filter(|a| a.header("idempotency-replayed").is_none()).count(), 1);
    let book = house.book();
    assert_eq!(book.orders.len(), 1);
    assert_eq!(book.calls.iter().filter(|c| c.operation == Operation::Create).count(), 1);
}
