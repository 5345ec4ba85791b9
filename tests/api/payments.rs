//! `POST /v1/payments`: what is taken, what is refused and how the refusal is worded.

use serde_json::{Value, json};

use crate::support::{Answer, House, fresh_key, order, path_of, send, text};

/// Ids, times and secrets differ from run to run; everything else is fixed.
fn redacted(mut payment: Value) -> Value {
    let redact = |value: &mut Value, keys: &[&str]| {
        for key in keys {
            assert!(value[*key].is_string(), "{key} in {value}");
            value[*key] = json!(format!("[{key}]"));
        }
    };
    redact(&mut payment, &["id", "cashier_url"]);
    if payment.get("client_secret").is_some() {
        redact(&mut payment, &["client_secret"]);
    }
    for attempt in payment["attempts"].as_array_mut().into_iter().flatten() {
        redact(attempt, &["id", "payment_id", "account", "out_trade_no"]);
        if attempt["next_action"].is_object() {
            redact(&mut attempt["next_action"], &["code_url"]);
        }
    }
    payment
}

async fn refused(house: &House, changes: Value) -> (u16, String, Vec<String>) {
    house.post("/v1/payments", changed(order(1280, false), changes)).await.problem()
}

fn changed(mut body: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn fault(pointer_and_code: &str) -> (u16, String, Vec<String>) {
    (422, "validation_failed".to_owned(), vec![pointer_and_code.to_owned()])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_pays_and_the_shop_knows() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    assert_eq!(payment["status"], "open");
    let attempt = &payment["attempts"][0];
    assert_eq!(attempt["status"], "pending");
    assert!(attempt["next_action"]["code_url"].as_str().unwrap().starts_with("weixin://wxpay/bizpayurl?pr="));

    house.pay(&payment).await;

    let paid = house.get(&path_of(&payment, "")).await.json();
    assert_eq!(paid["status"], "paid");
    assert_eq!(paid["attempts"][0]["status"], "paid");
    assert_eq!(paid["attempts"][0]["next_action"], json!(null), "a paid code is not shown again");
    assert_eq!(
        house.event_types().await,
        ["payment.created", "attempt.created", "attempt.pending", "attempt.paid", "payment.paid"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_without_a_gateway_waits_for_the_cashier() {
    let house = House::build().await;
    let answer = house.post("/v1/payments", order(1280, false)).await;
    assert_eq!(answer.status, 201);
    assert_eq!(
        redacted(answer.json()),
        json!({
            "id": "[id]", "mode": "test", "order_ref": "T-1001", "amount_fen": 1280, "currency": "CNY",
            "description": "西湖龙井 50g", "status": "open", "late": false, "refunded_fen": 0, "attempts": [],
            "return_url": null, "cashier_url": "[cashier_url]", "client_secret": "[client_secret]", "metadata": {},
            "created_at": "2026-01-01T04:00:00.000Z", "expires_at": "2026-01-01T06:00:00.000Z",
            "paid_at": null, "closed_at": null, "version": 1,
        })
    );
    assert_eq!(house.book().orders, [], "no gateway heard of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_with_a_gateway_and_flow_comes_with_its_code() {
    let house = House::build().await;
    let body = changed(
        order(1280, true),
        json!({
            "return_url": "https://shop.example/orders/T-1001", "expires_in_s": 600,
            "shopper": { "ip": "203.0.113.7", "user_agent": "Mozilla/5.0" }, "metadata": { "basket": "7" },
        }),
    );
    let answer = house.post("/v1/payments", body).await;
    assert_eq!(answer.status, 201);
    assert_eq!(
        redacted(answer.json()),
        json!({
            "id": "[id]", "mode": "test", "order_ref": "T-1001", "amount_fen": 1280, "currency": "CNY",
            "description": "西湖龙井 50g", "status": "open", "late": false, "refunded_fen": 0,
            "attempts": [{
                "id": "[id]", "payment_id": "[payment_id]", "gateway": "wechatpay", "flow": "qr",
                "account": "[account]", "status": "pending", "out_trade_no": "[out_trade_no]",
                "gateway_trade_no": null, "settlement": null,
                "next_action": { "type": "display_qr", "code_url": "[code_url]" },
                "failure": null, "duplicate": false, "created_at": "2026-01-01T04:00:00.000Z",
                "expires_at": "2026-01-01T04:10:00.000Z", "paid_at": null,
            }],
            "return_url": "https://shop.example/orders/T-1001", "cashier_url": "[cashier_url]",
            "client_secret": "[client_secret]", "metadata": { "basket": "7" },
            "created_at": "2026-01-01T04:00:00.000Z", "expires_at": "2026-01-01T04:10:00.000Z",
            "paid_at": null, "closed_at": null, "version": 3,
        })
    );
    let book = house.book();
    assert_eq!((book.orders.len(), book.orders[0].total_fen), (1, 1280));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_secret_is_given_once() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    assert!(text(&payment["client_secret"]).starts_with("cs_"));
    assert_eq!(house.get(&path_of(&payment, "")).await.json().get("client_secret"), None);
    assert_eq!(house.get("/v1/payments").await.json()["data"][0].get("client_secret"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_outside_the_bounds_are_refused_with_the_field() {
    let house = House::build().await;
    for amount in [json!(0), json!(-1), json!(1.5), json!(10_000_000_001_i64), json!("1280"), json!(null), json!(1e30)]
    {
        let (status, code, fields) = refused(&house, json!({ "amount_fen": amount })).await;
        assert_eq!((status, code.as_str()), (422, "validation_failed"));
        assert!(fields[0].starts_with("/amount_fen: "), "{amount}: {fields:?}");
    }
    assert_eq!(house.get("/v1/payments").await.json()["data"], json!([]), "nothing was recorded");
    assert_eq!(house.post("/v1/payments", order(1, false)).await.status, 201);
    assert_eq!(house.post("/v1/payments", order(10_000_000_000, false)).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_has_its_bounds() {
    let house = House::build().await;
    let many: serde_json::Map<String, Value> = (0..21).map(|n| (n.to_string(), json!(""))).collect();
    for (changes, expected) in [
        (json!({ "currency": "USD" }), "/currency: unsupported"),
        (json!({ "currency": "cny" }), "/currency: unsupported"),
        (json!({ "order_ref": "" }), "/order_ref: required"),
        (json!({ "order_ref": "   " }), "/order_ref: required"),
        (json!({ "order_ref": "x".repeat(65) }), "/order_ref: too_long"),
        (json!({ "order_ref": "a\nb" }), "/order_ref: control_characters"),
        (json!({ "description": "" }), "/description: required"),
        (json!({ "description": "茶".repeat(128) }), "/description: too_long"),
        (json!({ "description": "a\u{0}b" }), "/description: control_characters"),
        (json!({ "expires_in_s": 59 }), "/expires_in_s: out_of_range"),
        (json!({ "expires_in_s": 604_801 }), "/expires_in_s: out_of_range"),
        (json!({ "return_url": "http://shop.example/" }), "/return_url: not_a_web_address"),
        (json!({ "return_url": "javascript:alert(1)" }), "/return_url: not_a_web_address"),
        (json!({ "return_url": "/orders/1" }), "/return_url: not_a_web_address"),
        (json!({ "return_url": "https://user:pass@shop.example/" }), "/return_url: not_a_web_address"),
        (json!({ "return_url": format!("https://shop.example/{}", "x".repeat(2000)) }), "/return_url: too_long"),
        (json!({ "metadata": many }), "/metadata: too_many"),
        (json!({ "metadata": { "a/b~c": "x".repeat(501) } }), "/metadata/a~1b~0c: metadata_too_long"),
        (json!({ "metadata": { "n": 1 } }), "/metadata/n: expected_string"),
        (json!({ "metadata": [] }), "/metadata: expected_object"),
        (json!({ "shopper": { "ip": "everywhere" } }), "/shopper/ip: not_an_ip"),
        (json!({ "gateway": "wechatpay" }), "/flow: required_with"),
        (json!({ "flow": "qr" }), "/gateway: required_with"),
        (json!({ "gateway": "paypal", "flow": "qr" }), "/gateway: unsupported"),
        (json!({ "gateway": "wechatpay", "flow": "smoke" }), "/flow: unsupported"),
        (json!({ "account": "mine" }), "/account: not_an_id"),
        (json!({ "amout_fen": 1 }), "/amout_fen: unknown_field_nearest"),
        (json!({ "colour": "red" }), "/colour: unknown_field"),
    ] {
        assert_eq!(refused(&house, changes.clone()).await, fault(expected), "{changes}");
    }
    for changes in [
        json!({ "order_ref": "x".repeat(64), "description": "茶".repeat(127) }),
        json!({ "expires_in_s": 60 }),
        json!({ "expires_in_s": 604_800, "return_url": "http://localhost:3000/back" }),
    ] {
        let answer = house.post("/v1/payments", changed(order(1, false), changes)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_reported_at_once() {
    let house = House::build().await;
    let body = json!({
        "order_ref": "", "amount_fen": 0, "currency": "EUR", "description": "", "expires_in_s": 1,
        "gateway": "paypal", "flow": "smoke", "shopper": { "ip": "x" },
    });
    let (status, _, fields) = house.post("/v1/payments", body).await.problem();
    assert_eq!(status, 422);
    assert_eq!(
        fields,
        [
            "/order_ref: required",
            "/amount_fen: amount_not_positive",
            "/currency: unsupported",
            "/description: required",
            "/expires_in_s: out_of_range",
            "/shopper/ip: not_an_ip",
            "/gateway: unsupported",
            "/flow: unsupported",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_the_gateway_would_never_take_is_not_recorded() {
    let house = House::build().await;
    let unsendable = changed(order(1280, true), json!({ "description": "🐼🐼" }));
    let (status, code, fields) = house.post("/v1/payments", unsendable).await.problem();
    assert_eq!((status, code.as_str()), (422, "gateway_declined"), "{fields:?}");
    assert_eq!(house.get("/v1/payments").await.json()["data"], json!([]));

    let elsewhere = changed(order(1280, true), json!({ "account": luodi::ids::AccountId::generate() }));
    let (status, code, fields) = house.post("/v1/payments", elsewhere).await.problem();
    assert_eq!((status, code.as_str()), (422, "account_missing"));
    assert_eq!(fields, ["/account: unknown_account"]);
    assert_eq!(house.get("/v1/payments").await.json()["data"], json!([]));
}

async fn raw(house: &House, body: &'static str, content_type: &str) -> Answer {
    let request = house.request("POST", "/v1/payments").header("idempotency-key", fresh_key());
    send(request.header("content-type", content_type).body(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_json_is_refused_with_the_place() {
    let house = House::build().await;
    let answer = raw(&house, "{\n  \"amount_fen\": 12,,\n}", "application/json").await;
    assert_eq!(answer.problem(), (400, "malformed_json".to_owned(), vec![]));
    assert_eq!(answer.json()["detail"], "请求体从第 2 行第 20 列起无法按 JSON 解析。");
    for body in ["[]", "null", "7", "\"text\""] {
        let (status, code, fields) = raw(&house, body, "application/json").await.problem();
        assert_eq!((status, code.as_str(), fields[0].as_str()), (422, "validation_failed", ": expected_object"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_json_is_read() {
    let house = House::build().await;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
        let answer = raw(&house, "{}", content_type).await;
        assert_eq!(answer.problem(), (415, "unsupported_media_type".to_owned(), vec![]), "{content_type}");
    }
    let with_charset = raw(&house, "{}", "Application/JSON; charset=utf-8").await;
    assert_eq!(with_charset.problem().1, "validation_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_refused() {
    let house = House::build().await;
    let body = changed(order(1, false), json!({ "description": "x".repeat(65_536) }));
    let answer = house.post("/v1/payments", body).await;
    assert_eq!(answer.problem(), (413, "body_too_large".to_owned(), vec![]));
    assert!(answer.json()["detail"].as_str().unwrap().contains("65536"), "{}", answer.text);
}
