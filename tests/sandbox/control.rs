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
}

#[actix_web::test]
async fn the_other_scripts_work_over_http_as_well() {
    let shop = shop(MerchantDraft::default()).await;
    let merchant = format!("/merchants/{}", shop.credentials.mchid);
    let post = async |path: &str, body: Value| ask(&shop, "POST", path, &body).await;
    let of = |rest: &str| format!("{merchant}{rest}");

    let (status, told) = post(&of("/apps"), json!({ "appid": "wxmore" })).await;
    assert_eq!((status, told["apps"][1]["appid"].as_str()), (200, Some("wxmore")));
    let (status, told) = post(&of("/sub-merchants"), json!({ "mchid": "1600000001", "unauthorised": true })).await;
    assert_eq!((status, told["unauthorised"].as_bool()), (200, Some(true)));
    assert_eq!(post(&of("/funds"), json!({ "available_fen": 10 })).await.0, 204);
    assert_eq!(ask(&shop, "GET", &of("/book"), &Value::Null).await.1["funds"]["available_fen"], 10);
    let (_, told) = post("/openids", json!({ "appid": shop.credentials.appid, "person": "ming" })).await;
    assert_eq!(told["openid"], json!(shop.openid()));
    let (status, told) =
        post("/payment-codes", json!({ "outcome": { "error": { "status": 403, "code": "NOT_ENOUGH" } } })).await;
    assert_eq!((status, told["auth_code"].as_str().unwrap().len()), (201, 18));
    assert_eq!(post("/payment-codes", json!({ "outcome": "maybe" })).await.1["error"]["field"], "outcome");

    let prepay = shop.prepay("jsapi", "SCRIPT0002", json!({ "payer": { "openid": shop.openid() } })).await.json();
    let parameters = shop.jsapi_parameters(&shop.credentials.appid, prepay["prepay_id"].as_str().unwrap());
    let (status, told) = post("/jsapi/invoke", parameters.clone()).await;
    assert_eq!((status, told["out_trade_no"].as_str()), (200, Some("SCRIPT0002")));
    let asked = json!({ "appid": shop.credentials.appid, "parameters": parameters });
    assert_eq!(post("/mini-program/invoke", asked).await.0, 200);
    assert_eq!(post("/app/invoke", parameters).await.1["error"]["field"], "appid");

    shop.pay("SCRIPT0002");
    let (_, told) = post(&of("/orders/SCRIPT0002/refund-by-hand"), json!({ "refund_fen": 5 })).await;
    assert_eq!((told["by_console"].as_bool(), told["refund_fen"].as_i64()), (Some(true), Some(5)));
    let day = of("/bills/2026-01-01");
    let edit = json!({ "edit": "missing", "number": "SCRIPT0002" });
    assert_eq!(post(&format!("{day}/edits"), edit).await.0, 204);
    assert_eq!(ask(&shop, "DELETE", &format!("{day}/edits"), &Value::Null).await.0, 204);
    assert_eq!(post(&format!("{day}/synthetic"), json!({ "rows": 3 })).await.1["rows"], 3);
    assert_eq!(post(&format!("{day}/synthetic"), json!({ "rows": 0 })).await.1["error"]["field"], "rows");
    assert_eq!(
        post(&of("/bills/today/edits"), json!({ "edit": "missing", "number": "1" })).await.1["error"]["field"],
        "date"
    );
    assert_eq!(post(&of("/migrate-to-public-key"), Value::Null).await.0, 204);
    assert_eq!(ask(&shop, "GET", &of("/book"), &Value::Null).await.1["trust_mode"], "both");
    let mode = json!({ "trust_mode": "both", "public_key_per_mille": 1 });
    assert_eq!(post(&of("/trust-mode"), mode).await.0, 204);
}

#[actix_web::test]
async fn the_index_names_every_route_and_every_fault() {
    let shop = shop(MerchantDraft::default()).await;
    let index =
        shop.http.get(format!("{}/sandbox", shop.sandbox.base_url())).send().await.unwrap().text().await.unwrap();
    let sources = [include_str!("../../src/sandbox/control.rs"), include_str!("../../src/sandbox/wechatpay/routes.rs")];
    let paths =
        sources.iter().flat_map(|text| text.split('"').filter(|part| part.contains('/') && !part.contains(' ')));
    let mut named = 0;
    for word in paths.flat_map(|path| path.split('/')) {
        let is_word = word.len() > 2 && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        if is_word && word != "style.css" {
            assert!(index.contains(word), "{word} is not in the index");
            named += 1;
        }
    }
    assert!(named > 50, "{named}");
    let faults = include_str!("../../src/sandbox/wechatpay/faults.rs");
    let kinds = faults.split("enum KindName {").nth(1).unwrap().split('}').next().unwrap();
    for kind in kinds.split(',').map(str::trim).filter(|kind| !kind.is_empty()) {
        let snake: String = kind
            .char_indices()
            .flat_map(|(at, c)| {
                let gap = (c.is_uppercase() && at > 0).then_some('_');
                gap.into_iter().chain(c.to_lowercase())
            })
            .collect();
        assert!(index.contains(&snake), "{snake} is not in the index");
    }
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
