//! The control API: what scripts send and what they are told when they are wrong.

use luodi::clock::HandClock;
use luodi::clock::Timestamp;
use luodi::sandbox::{MerchantDraft, RedeliverySchedule, SandboxSettings};
use serde_json::{Value, json};

use crate::client::{NATIVE, Shop, shop};
use crate::receiver::Receiver;

async fn ask(shop: &Shop, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let url = format!("{}/sandbox/wechatpay{path}", shop.sandbox.base_url());
    let request = shop.http.request(method.parse().unwrap(), url);
    let request = if body.is_null() { request } else { request.body(body.to_string()) };
    let response = request.send().await.unwrap();
    let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

#[actix_web::test]
async fn a_script_can_do_everything_over_http() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    let (status, added) = ask(&shop, "POST", "/merchants", &json!({ "trust_mode": "both" })).await;
    assert_eq!((status, added["apiv3_key"].as_str().unwrap().len()), (201, 32));
    let (_, listed) = ask(&shop, "GET", "/merchants", &Value::Null).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);

    shop.trusted("POST", NATIVE, shop.order("SCRIPT0001", &receiver.url)).await;
    let merchant = format!("/merchants/{}", shop.credentials.mchid);
    let order = format!("{merchant}/orders/SCRIPT0001");
    assert!(ask(&shop, "POST", &format!("{order}/refuse"), &Value::Null).await.1["refused_at"].is_string());
    let (status, paid) = ask(&shop, "POST", &format!("{order}/pay"), &json!({ "openid": "o1" })).await;
    assert_eq!((status, paid["trade_state"].as_str()), (200, Some("SUCCESS")));
    assert_eq!(ask(&shop, "POST", &format!("{order}/notify"), &Value::Null).await.1, json!({ "sent": 1 }));
    assert_eq!(receiver.take()[0].open(&shop.credentials.apiv3_key)["payer"]["openid"], "o1");

    let fault = json!({ "operation": "refund", "kind": "refund_outcome", "status": "PROCESSING", "times": 1 });
    assert_eq!(ask(&shop, "POST", "/faults", &fault).await.0, 201);
    assert_eq!(ask(&shop, "GET", "/faults", &Value::Null).await.1["data"][0]["kind"], "refund_outcome");
    shop.trusted("POST", crate::client::REFUNDS, shop.refund_body("SCRIPT0001", "R1", 1)).await;
    let settle = format!("{merchant}/refunds/R1/settle");
    let (_, settled) = ask(&shop, "POST", &settle, &json!({ "status": "ABNORMAL" })).await;
    assert_eq!(settled["status"], "ABNORMAL");
    assert_eq!(ask(&shop, "DELETE", "/faults", &Value::Null).await.0, 204);

    let (_, book) = ask(&shop, "GET", &format!("{merchant}/book"), &Value::Null).await;
    assert_eq!(book["orders"][0]["total_fen"], 1000);
    assert_eq!(book["notifications"][0]["state"], "delivered");
    assert_eq!(book["calls"][0]["operation"], "create");
    let mode = json!({ "trust_mode": "certificates" });
    assert_eq!(ask(&shop, "POST", &format!("{merchant}/trust-mode"), &mode).await.0, 204);
    let (_, rotated) = ask(&shop, "POST", &format!("{merchant}/certificates/rotate"), &Value::Null).await;
    let (_, retired) = ask(&shop, "POST", &format!("{merchant}/certificates/retire"), &Value::Null).await;
    assert_eq!(rotated["platform_certificate_serial"], retired["platform_certificate_serial"]);
    let index = shop.http.get(format!("{}/sandbox", shop.sandbox.base_url())).send().await.unwrap();
    assert!(index.text().await.unwrap().contains("/v3/pay/transactions/native"));
}

#[actix_web::test]
async fn a_mistake_is_told_with_its_field_and_the_way_out() {
    let shop = shop(MerchantDraft::default()).await;
    let book = format!("/merchants/{}/book", "1");
    let order = format!("/merchants/{}/orders/NONE/pay", shop.credentials.mchid);
    let cases = [
        ("POST", "/faults", json!({ "operation": "create", "kind": "delay" }), 422, "delay_ms"),
        ("POST", "/faults", json!({ "operation": "create", "kind": "drop" }), 422, "kind"),
        ("POST", "/faults", json!({ "operation": "create", "kind": "boom" }), 422, "kind"),
        ("POST", "/faults", json!({ "operation": "notify", "kind": "drop", "times": 0 }), 422, "times"),
        ("POST", "/faults", json!({ "operation": "notify", "kind": "drop", "tims": 1 }), 422, "tims"),
        ("POST", "/merchants", json!({ "mchid": "abc" }), 422, "mchid"),
        ("POST", "/merchants", json!({ "trust_mode": "none" }), 422, "trust_mode"),
        ("GET", book.as_str(), Value::Null, 404, "mchid"),
        ("POST", order.as_str(), Value::Null, 404, "out_trade_no"),
        ("GET", "/nothing", Value::Null, 404, "path"),
    ];
    for (method, path, body, status, field) in cases {
        let (got, told) = ask(&shop, method, path, &body).await;
        assert_eq!((got, told["error"]["field"].as_str()), (status, Some(field)), "{path} {body}: {told}");
        assert!(told["error"]["fix"].as_str().is_some_and(|fix| !fix.is_empty()));
    }
}

#[actix_web::test]
async fn in_the_background_a_payment_is_notified_without_a_step() {
    let settings =
        SandboxSettings { background: true, redelivery: RedeliverySchedule::Compressed, ..SandboxSettings::default() };
    let mut shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    let clock = HandClock::at(Timestamp::from_seconds(crate::client::START_S));
    shop.sandbox = luodi::sandbox::start(settings, clock).await.unwrap();
    shop.credentials = shop.sandbox.add_merchant(MerchantDraft::default()).await.unwrap();
    shop.trusted("POST", NATIVE, shop.order("BEHIND0001", &receiver.url)).await;
    shop.pay("BEHIND0001");
    while receiver.take().is_empty() {
        tokio::task::yield_now().await;
    }
    shop.sandbox.stop().await;
    assert!(shop.try_call("GET", "/v3/certificates", Value::Null).await.is_err(), "stopped");
}
