//! How much one caller may ask: by key, by address; gateways are never refused.

use luodi::sandbox::MerchantDraft;
use serde_json::json;

use crate::support::{House, path_of, send, text};

async fn house(per_key: u32, per_address: u32) -> House {
    House::build_with(MerchantDraft::default(), |config| {
        config.limits.key_requests_per_minute = per_key;
        config.limits.address_requests_per_minute = per_address;
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_asks_too_much_is_told_when_to_go_on() {
    let house = house(3, 1_000_000).await;
    for _ in 0..3 {
        assert_eq!(house.get("/v1/payments").await.status, 200);
    }
    let refused = house.get("/v1/payments").await;
    assert_eq!(refused.problem(), (429, "rate_limited".to_owned(), vec![]));
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=21).contains(&wait), "{wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_asks_too_much_is_refused_everywhere_but_at_the_gateways_door() {
    let house = house(1_000_000, 3).await;
    let payment = house.payment_with_code(1280).await;
    let browser = path_of(&payment, &format!("?client_secret={}", text(&payment["client_secret"])));
    for _ in 0..3 {
        assert_eq!(house.browse(&browser).await.status, 200);
    }
    for path in [browser.as_str(), "/openapi.json", "/pay/x", "/v1/payments"] {
        assert_eq!(house.browse(path).await.problem(), (429, "rate_limited".to_owned(), vec![]), "{path}");
    }
    assert_eq!(house.browse("/health/ready").await.status, 200, "probes go on");
    assert_eq!(house.get("/v1/payments").await.status, 200, "keys are counted apart");
    house.pay(&payment).await;
    assert_eq!(house.read(&payment).await["status"], "paid", "gateways are heard");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_made_up_key_does_not_hide_an_address() {
    let house = house(1_000_000, 3).await;
    for _ in 0..3 {
        assert_eq!(house.get_as("ld_sk_test_guess", "/v1/payments").await.problem().1, "invalid_key");
    }
    assert_eq!(house.get_as("ld_sk_test_guess", "/v1/payments").await.problem().1, "rate_limited");
    let payment = house.payment_with_code(1280).await;
    for rest in ["", "/stream"] {
        let path = path_of(&payment, &format!("{rest}?client_secret={}", text(&payment["client_secret"])));
        assert_eq!(house.get_as("x", &path).await.problem().1, "rate_limited", "nor does one beside a client secret");
    }
    let page = send(house.anonymous("GET", "/docs").header("authorization", "x")).await;
    assert_eq!(page.problem().1, "rate_limited", "nor one where none is asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn shoppers_behind_a_proxy_are_told_apart_only_by_a_proxy_we_trust() {
    let forwarded = |house: &House, for_whom: &str| {
        send(house.anonymous("GET", "/openapi.json").header("x-forwarded-for", for_whom.to_owned()))
    };
    let untrusting = house(1_000_000, 1).await;
    assert_eq!(forwarded(&untrusting, "203.0.113.1").await.status, 200);
    assert_eq!(forwarded(&untrusting, "203.0.113.2").await.status, 429, "anybody can write this header");

    let trusting = House::build_with(MerchantDraft::default(), |config| {
        config.limits.address_requests_per_minute = 1;
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    assert_eq!(forwarded(&trusting, "203.0.113.1").await.status, 200);
    assert_eq!(forwarded(&trusting, "203.0.113.2").await.status, 200);
    assert_eq!(forwarded(&trusting, "203.0.113.2").await.status, 429);
    assert_eq!(forwarded(&trusting, "198.51.100.9, 203.0.113.2").await.status, 429, "only the last hop counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_smaller_body_limit_holds() {
    let house = House::build_with(MerchantDraft::default(), |config| config.limits.body_bytes = 1024).await;
    let answer = house.post("/v1/webhook-endpoints", json!({ "url": "x".repeat(1100) })).await;
    assert_eq!(answer.problem(), (413, "body_too_large".to_owned(), vec![]));
    assert!(answer.json()["detail"].as_str().unwrap().contains("1024"));
}
