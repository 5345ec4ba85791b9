//! What browsers need: origins that may call, and a stream that tells of every change.

use luodi::sandbox::MerchantDraft;
use serde_json::{Value, json};

use crate::support::{House, order, path_of, send, text};

const SHOP: &str = "https://shop.example";

async fn house() -> House {
    House::build_with(MerchantDraft::default(), |config| {
        config.stores.get_mut("shop").unwrap().allowed_origins = vec![SHOP.to_owned()];
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_origin_may_act_on_one_payment() {
    let house = house().await;
    let payment = house.payment_with_code(1280).await;
    let secret = text(&payment["client_secret"]);
    let attempt = text(&payment["attempts"][0]["id"]);
    for path in [
        path_of(&payment, ""),
        format!("/v1/attempts/{attempt}/qr.svg"),
        format!("/v1/attempts/{attempt}/qr.png"),
        path_of(&payment, "/stream"),
    ] {
        let request = house.anonymous("GET", &format!("{path}?client_secret={secret}")).header("origin", SHOP);
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{path}");
        assert_eq!(response.headers()["access-control-allow-origin"], SHOP, "{path}");
        assert!(response.headers().get("access-control-allow-credentials").is_none());
    }
    for (rest, method) in [("/attempts", "POST"), ("/refresh", "POST"), ("", "GET"), ("/stream", "GET")] {
        let preflight = house.anonymous("OPTIONS", &path_of(&payment, rest)).header("origin", SHOP);
        let preflight = preflight.header("access-control-request-method", method);
        let answer = send(preflight.header("access-control-request-headers", "content-type,idempotency-key")).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some(SHOP)), "{rest}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_origin_can_read_refusals_too() {
    let house = house().await;
    let payment = house.payment_with_code(1280).await;
    let path = path_of(&payment, "?client_secret=cs_wrong");
    let answer = send(house.anonymous("GET", &path).header("origin", SHOP)).await;
    assert_eq!(answer.problem().1, "client_secret_invalid");
    assert_eq!(answer.header("access-control-allow-origin"), Some(SHOP));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_origins_are_not_allowed() {
    let house = house().await;
    let payment = house.payment_with_code(1280).await;
    let path = path_of(&payment, &format!("?client_secret={}", text(&payment["client_secret"])));
    for origin in ["https://evil.example", "http://shop.example", "https://shop.example.evil.example", "null"] {
        let answer = send(house.anonymous("GET", &path).header("origin", origin)).await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        let preflight = house.anonymous("OPTIONS", &path).header("origin", origin);
        let preflight = send(preflight.header("access-control-request-method", "GET")).await;
        assert_eq!(preflight.header("access-control-allow-origin"), None, "{origin}");
        assert_eq!(preflight.problem(), (403, "origin_not_allowed".to_owned(), vec![]), "{origin}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_servers_is_open_to_no_origin() {
    let house = house().await;
    let payment = house.payment_with_code(1280).await;
    for path in ["/v1/payments", "/v1/events", "/v1/accounts", "/v1/refunds", "/v1/webhook-endpoints"] {
        let answer = send(house.request("GET", path).header("origin", SHOP)).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, None), "{path}");
    }
    for rest in ["/close", "/refunds"] {
        let preflight = house.anonymous("OPTIONS", &path_of(&payment, rest)).header("origin", SHOP);
        let answer = send(preflight.header("access-control-request-method", "POST")).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (405, None), "{rest}");
    }
}

/// The next event of the stream: its id and data.
async fn next(stream: &mut reqwest::Response) -> (i64, Value) {
    loop {
        let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
        let message = std::str::from_utf8(&chunk).unwrap();
        if message.starts_with(':') {
            continue;
        }
        let field =
            |name: &str| message.lines().find_map(|l| l.strip_prefix(name)).unwrap_or_else(|| panic!("{message}"));
        assert_eq!(field("event: "), "payment");
        return (field("id: ").parse().unwrap(), serde_json::from_str(field("data: ")).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_begins_with_the_payment_and_tells_when_it_is_paid() {
    let house = house().await;
    let mut body = order(1280, true);
    body["metadata"] = json!({ "margin": "high" });
    let payment = house.post("/v1/payments", body).await.json();
    let path = path_of(&payment, &format!("/stream?client_secret={}", text(&payment["client_secret"])));
    let mut stream = house.anonymous("GET", &path).send().await.unwrap();
    for (name, value) in
        [("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no")]
    {
        assert_eq!(stream.headers()[name], value);
    }
    let (version, first) = next(&mut stream).await;
    assert_eq!((version, &first["status"]), (3, &json!("open")));
    assert_eq!(first["metadata"], json!({}), "metadata is between the shop and us");

    house.pay(&payment).await;
    let (version, second) = next(&mut stream).await;
    assert_eq!((version, &second["status"]), (4, &json!("paid")));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_somebody_watches_the_gateway_is_asked_every_three_seconds() {
    let house = house().await;
    house.lasting_fault(luodi::sandbox::Operation::Notify, luodi::sandbox::FaultKind::Drop);
    let payment = house.payment_with_code(1280).await;
    let mut stream = house.request("GET", &path_of(&payment, "/stream")).send().await.unwrap();
    next(&mut stream).await;
    house.pass_s(3).await;
    house.pay_silently(&payment);
    house.pass_s(3).await;
    assert_eq!(next(&mut stream).await.1["status"], "paid");
}
