//! `/v1/webhook-endpoints`: made, changed, rotated, removed; and which addresses may be called.

use luodi::clock::{Clock as _, SystemClock};
use luodi::sandbox::MerchantDraft;
use serde_json::{Value, json};

use crate::support::shop::Shop;
use crate::support::{House, fresh_key, order, send, text};

async fn create(house: &House, url: &str) -> Value {
    let answer = house.post("/v1/webhook-endpoints", json!({ "url": url })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

fn path_of(endpoint: &Value, rest: &str) -> String {
    format!("/v1/webhook-endpoints/{}{rest}", text(&endpoint["id"]))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_made_and_its_secret_given_once() {
    let house = House::build().await;
    let body = json!({
        "url": "https://shop.example/hooks", "event_types": ["payment.paid", "refund.succeeded"],
        "description": "the shop",
    });
    let answer = house.post("/v1/webhook-endpoints", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let mut endpoint = answer.json();
    let id = text(&endpoint["id"]);
    assert!(id.starts_with("end_"), "{id}");
    assert!(text(&endpoint["secret"]).starts_with("whsec_"));
    endpoint["id"] = json!("[id]");
    endpoint["secret"] = json!("[secret]");
    assert_eq!(
        endpoint,
        json!({
            "id": "[id]", "mode": "test", "url": "https://shop.example/hooks",
            "event_types": ["payment.paid", "refund.succeeded"], "description": "the shop", "enabled": true,
            "secret": "[secret]", "previous_secret_expires_at": null, "created_at": "2026-01-01T04:00:00.000Z",
        })
    );
    let read = house.get(&format!("/v1/webhook-endpoints/{id}")).await.json();
    assert_eq!((&read["url"], read.get("secret")), (&json!("https://shop.example/hooks"), None));
    let list = house.get("/v1/webhook-endpoints").await.json();
    assert_eq!((list["data"].as_array().unwrap().len(), list["data"][0].get("secret")), (1, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_public_https_addresses_are_taken() {
    let house = House::build_with(MerchantDraft::default(), |c| c.webhooks.allow_private_addresses = false).await;
    for url in [
        "nonsense",
        "ftp://shop.example/",
        "http://shop.example/",
        "https://user:pass@shop.example/",
        "https://shop.example:22/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://0x7f.1/",
        "https://2130706433/",
    ] {
        let answer = house.post("/v1/webhook-endpoints", json!({ "url": url })).await;
        let expected = vec!["/url: address_refused".to_owned()];
        assert_eq!(answer.problem(), (422, "validation_failed".to_owned(), expected), "{url}");
    }
    let endpoint = create(&house, "https://shop.example/hooks").await;
    let moved = house.patch(&path_of(&endpoint, ""), json!({ "url": "https://127.0.0.1/" })).await;
    assert_eq!(moved.problem().2, ["/url: address_refused"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_inside_is_not_called_either() {
    let house = House::build_with(MerchantDraft::default(), |c| c.webhooks.allow_private_addresses = false).await;
    let endpoint = create(&house, "https://localhost:4433/hooks").await;
    house.post("/v1/payments", order(1, false)).await;
    house.app.jobs.step().await.unwrap();
    let log = house.get(&path_of(&endpoint, "/deliveries")).await.json();
    assert_eq!((&log["data"][0]["status"], &log["data"][0]["last_status_code"]), (&json!("pending"), &json!(null)));
    assert!(text(&log["data"][0]["last_error"]).contains("loopback"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_faults_of_an_endpoint_are_named() {
    let house = House::build().await;
    let good = "https://shop.example/hooks";
    for (body, expected) in [
        (json!({}), "/url: required"),
        (json!({ "url": 7 }), "/url: expected_string"),
        (json!({ "url": good, "event_types": "payment.paid" }), "/event_types: expected_list"),
        (json!({ "url": good, "event_types": ["payment.payed"] }), "/event_types: unknown_event_type_nearest"),
        (json!({ "url": good, "event_types": ["x"] }), "/event_types: unknown_event_type"),
        (json!({ "url": good, "events": [] }), "/events: unknown_field_nearest"),
        (json!({ "url": good, "description": "x".repeat(201) }), "/description: too_long"),
        (json!({ "url": format!("{good}{}", "x".repeat(2000)) }), "/url: too_long"),
    ] {
        let answer = house.post("/v1/webhook-endpoints", body).await;
        let expected = (422, "validation_failed".to_owned(), vec![expected.to_owned()]);
        assert_eq!(answer.problem(), expected, "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_changed() {
    let house = House::build().await;
    let shop = Shop::open();
    let endpoint = create(&house, "https://shop.example/hooks").await;
    let changes = json!({ "url": shop.url, "event_types": ["payment.paid"], "description": "moved" });
    let changed = house.patch(&path_of(&endpoint, ""), changes).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.json()["url"], json!(shop.url));
    assert_eq!(changed.json().get("secret"), None);
    house.paid_payment(1280).await;
    house.app.jobs.step().await.unwrap();
    let letters = shop.letters();
    assert_eq!(letters.iter().map(|l| text(&l.event()["type"])).collect::<Vec<_>>(), ["payment.paid"]);

    assert_eq!(house.patch(&path_of(&endpoint, ""), json!({ "enabled": false })).await.json()["enabled"], false);
    house.paid_payment(1280).await;
    house.app.jobs.step().await.unwrap();
    assert_eq!(shop.letters().len(), 0, "a disabled endpoint hears nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_endpoint_is_gone_and_hears_nothing() {
    let house = House::build().await;
    let shop = Shop::open();
    let endpoint = create(&house, &shop.url).await;
    house.post("/v1/payments", order(1, false)).await;
    assert_eq!(house.delete(&path_of(&endpoint, "")).await.status, 204);
    house.post("/v1/payments", order(1, false)).await;
    house.app.jobs.step().await.unwrap();
    assert_eq!(shop.letters().len(), 0);
    assert_eq!(house.get(&path_of(&endpoint, "")).await.problem().1, "not_found");
    assert_eq!(house.delete(&path_of(&endpoint, "")).await.problem().1, "not_found");
    assert_eq!(house.get("/v1/webhook-endpoints").await.json()["data"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_verifies_with_the_reference_library() {
    let house = House::build().await;
    house.clock.set(SystemClock.now());
    let shop = Shop::open();
    let endpoint = create(&house, &shop.url).await;
    house.post("/v1/payments", order(1280, false)).await;
    house.app.jobs.step().await.unwrap();
    let letters = shop.letters();
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    assert!(letter.verifies_now_with(&text(&endpoint["secret"])));
    let mut forged = letter.clone();
    forged.body.push(b' ');
    assert!(!forged.verifies_now_with(&text(&endpoint["secret"])), "not a byte may change");

    let pulled = house.get("/v1/events").await.json()["data"][0].clone();
    assert_eq!(letter.event(), pulled, "both roads carry the same object");
    assert_eq!(json!(letter.id), pulled["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn for_a_day_after_rotation_both_secrets_verify() {
    let house = House::build().await;
    let shop = Shop::open();
    let endpoint = create(&house, &shop.url).await;
    let old = text(&endpoint["secret"]);
    let rotated = send(house.request("POST", &path_of(&endpoint, "/rotate-secret"))).await;
    assert_eq!(rotated.status, 200);
    assert_eq!(rotated.json()["previous_secret_expires_at"], "2026-01-02T04:00:00.000Z");
    let new = text(&rotated.json()["secret"]);
    assert_ne!(old, new);

    house.post("/v1/payments", order(1, false)).await;
    house.app.jobs.step().await.unwrap();
    let letters = shop.letters();
    assert!(letters[0].is_signed_with(&old) && letters[0].is_signed_with(&new));

    house.clock.advance_s(24 * 3600);
    house.post("/v1/payments", order(1, false)).await;
    house.app.jobs.deliver().await.unwrap();
    let letters = shop.letters();
    let letter = letters.last().unwrap();
    assert!(letter.is_signed_with(&new) && !letter.is_signed_with(&old), "after a day only the new one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_event_goes_to_this_endpoint_alone() {
    let house = House::build().await;
    let (shop, other) = (Shop::open(), Shop::open());
    let endpoint = create(&house, &shop.url).await;
    create(&house, &other.url).await;
    let queued = house.post(&path_of(&endpoint, "/test"), json!({})).await;
    assert_eq!(queued.status, 202);
    house.app.jobs.step().await.unwrap();
    let letters = shop.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].event()["type"], "webhook.test");
    assert!(letters[0].is_signed_with(&text(&endpoint["secret"])));
    assert_eq!(other.letters().len(), 0);
    let delivery = text(&queued.json()["delivery"]);
    let tries = house.get(&path_of(&endpoint, &format!("/deliveries/{delivery}/tries"))).await.json();
    assert_eq!(tries["data"][0]["status_code"], 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_vault_key_no_endpoint_is_made() {
    let house = House::build().await;
    let bare = house.rebuild_without_vault().await;
    let request = bare.http.post(format!("{}/v1/webhook-endpoints", bare.app.url())).bearer_auth(&bare.key);
    let request = request.header("idempotency-key", fresh_key()).json(&json!({ "url": "https://shop.example/" }));
    assert_eq!(send(request).await.problem(), (503, "vault_locked".to_owned(), vec![]));
}
