//! Alipay on the phone, in its own browser and in the control API.

use luodi::sandbox::alipay::{MerchantDraft, buyer_id_of};
use serde_json::{Value, json};

use crate::alipay_client::{Shop, query_of, shop};

async fn page(shop: &Shop, path: &str) -> (u16, String) {
    let response = shop.http.get(format!("{}{path}", shop.alipay.base_url())).send().await.unwrap();
    let status = response.status().as_u16();
    let there = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    (status, there.unwrap_or(response.text().await.unwrap()))
}

async fn submit(shop: &Shop, path: &str) -> String {
    let request = shop.http.post(format!("{}{path}", shop.alipay.base_url()));
    let response = request.header("Content-Type", "application/x-www-form-urlencoded").body("").send().await.unwrap();
    let there = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    there.unwrap_or(response.text().await.unwrap())
}

#[actix_web::test]
async fn a_waiting_code_is_on_the_list_and_is_paid_once() {
    let shop = shop(MerchantDraft { name: Some("龙井<b>铺".to_owned()), ..MerchantDraft::default() }).await;
    let code = shop.precreate("A1", "http://127.0.0.1:9/n").await.told("qr_code");
    let id = code.rsplit('/').next().unwrap();
    let sheet = format!("/phone/alipay/{id}");
    let (_, list) = page(&shop, "/phone").await;
    assert!(list.contains(&sheet) && list.contains("龙井&#60;b&#62;铺"), "{list}");
    let (status, there) = page(&shop, &format!("/phone/open?code_url={code}")).await;
    assert_eq!((status, there.as_str()), (303, sheet.as_str()));
    let (_, shown) = page(&shop, &sheet).await;
    assert!(shown.contains("支付宝") && shown.contains("10.00") && shown.contains("class=\"phone alipay\""), "{shown}");
    assert_eq!(shop.status("A1").await, "WAIT_BUYER_PAY", "the scan opened it");
    assert_eq!(submit(&shop, &format!("{sheet}/refuse")).await, format!("{sheet}/refused"));
    assert!(page(&shop, &format!("{sheet}/refused")).await.1.contains("id=\"retry\""));
    assert_eq!(submit(&shop, &format!("{sheet}/pay")).await, format!("{sheet}/paid"));
    assert!(page(&shop, &format!("{sheet}/paid")).await.1.contains("支付成功"));
    assert_eq!(submit(&shop, &format!("{sheet}/pay")).await, sheet, "not a second time");
    assert!(page(&shop, &sheet).await.1.contains("订单已支付"));
    assert!(page(&shop, &format!("{sheet}?lang=en")).await.1.contains("Already paid"));
    assert!(!page(&shop, "/phone").await.1.contains(&sheet));
    assert_eq!(page(&shop, "/phone/alipay/nothing").await.0, 404);
}

#[actix_web::test]
async fn an_expired_or_closed_code_says_so() {
    let shop = shop(MerchantDraft::default()).await;
    let code = shop.precreate("A1", "http://127.0.0.1:9/n").await.told("qr_code");
    let sheet = format!("/phone/alipay/{}", code.rsplit('/').next().unwrap());
    page(&shop, &sheet).await;
    shop.trusted("alipay.trade.close", json!({"out_trade_no": "A1"})).await;
    assert!(page(&shop, &sheet).await.1.contains("订单已关闭"));
    let code = shop.precreate("A2", "http://127.0.0.1:9/n").await.told("qr_code");
    shop.clock.advance_s(2 * 3600);
    let sheet = format!("/phone/alipay/{}", code.rsplit('/').next().unwrap());
    assert!(page(&shop, &sheet).await.1.contains("二维码已过期"), "a code lives two hours");
    assert_eq!(shop.status("A2").await, "40004 ACQ.TRADE_NOT_EXIST");
}

#[actix_web::test]
async fn the_bridge_shows_a_sheet_for_what_alipay_made_and_tells_how_it_ended() {
    let shop = shop(MerchantDraft::default()).await;
    let (_, script) = page(&shop, "/phone/alipay-js-bridge.js").await;
    assert!(script.contains(&format!("\"{}\"", shop.alipay.base_url())) && script.contains("AlipayJSBridgeReady"));
    let mut order = shop.order("J1");
    order["buyer_id"] = json!(buyer_id_of("shopper"));
    let trade_no = shop.trusted("alipay.trade.create", order).await.told("trade_no");
    let (_, sheet) = page(&shop, &format!("/phone/alipay-trade-pay?tradeNO={trade_no}")).await;
    assert!(sheet.contains("id=\"pay\""), "{sheet}");
    let refused = submit(&shop, &format!("/phone/alipay-trade-pay/{trade_no}/refuse")).await;
    assert!(refused.contains("data-outcome=\"cancel\""), "{refused}");
    let paid = submit(&shop, &format!("/phone/alipay-trade-pay/{trade_no}/pay")).await;
    assert!(paid.contains("data-outcome=\"ok\""), "{paid}");
    let (_, again) = page(&shop, &format!("/phone/alipay-trade-pay?tradeNO={trade_no}")).await;
    assert!(again.contains("data-outcome=\"fail\""), "{again}");
    let mut order = shop.order("P1");
    order["product_code"] = json!("QUICK_MSECURITY_PAY");
    let order_string = query_of(&shop.signed(shop.common("alipay.trade.app.pay", &order)));
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("orderStr", &order_string).finish();
    assert!(page(&shop, &format!("/phone/alipay-trade-pay?{query}")).await.1.contains("id=\"pay\""));
}

#[actix_web::test]
async fn a_page_of_this_machine_opens_as_inside_alipay() {
    let shop = shop(MerchantDraft::default()).await;
    let own = format!("{}/phone", shop.alipay.base_url());
    let inside = shop.alipay.browser_url(&own).unwrap();
    let port = shop.sandbox.addr().port();
    assert_eq!(inside, format!("http://p{port}.alipay.localhost:{port}/phone"));
    let request = shop.http.get(&own).header("Host", format!("p{port}.alipay.localhost:{port}"));
    let shown = request.send().await.unwrap().text().await.unwrap();
    let bridge = format!("<script src=\"http://127.0.0.1:{port}/phone/alipay-js-bridge.js\"></script>");
    assert!(shown.contains(&bridge), "{shown}");
    let (status, there) = page(&shop, "/phone/alipay-app?url=http%3A%2F%2F127.0.0.1%3A8080%2Fpay").await;
    assert_eq!((status, there), (303, format!("http://p8080.alipay.localhost:{port}/pay")));
    assert_eq!(page(&shop, "/phone/alipay-app?url=https%3A%2F%2Fexample.com%2F").await.0, 422);
    assert_eq!(shop.alipay.browser_url("https://shop.example/"), None);
}

#[actix_web::test]
async fn the_payment_code_is_shown_with_its_ways_to_end() {
    let shop = shop(MerchantDraft::default()).await;
    let (_, shown) = page(&shop, "/phone/alipay-payment-code?outcome=password").await;
    let code = shown.split("data-code=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(shown.contains("<option value=\"password\" selected>"), "{shown}");
    let mut order = shop.order("B1");
    order["auth_code"] = json!(code);
    assert_eq!(shop.call("alipay.trade.pay", order).await.code(), "10003");
    let trade_no = shop.alipay.trade(shop.app_id(), "B1").unwrap().trade_no.unwrap();
    assert!(page(&shop, "/phone").await.1.contains(&format!("/phone/alipay/{trade_no}")), "it waits on the phone");
}

async fn control(shop: &Shop, method: &str, path: &str, body: Value) -> (u16, Value) {
    let address = format!("{}/sandbox/alipay{path}", shop.alipay.base_url());
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let response = shop.http.request(method.parse().unwrap(), address).body(body).send().await.unwrap();
    (response.status().as_u16(), serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
}

#[actix_web::test]
async fn a_script_does_over_http_what_a_test_does_by_hand() {
    let shop = shop(MerchantDraft::default()).await;
    let app_id = shop.app_id().to_owned();
    let (status, added) = control(&shop, "POST", "/merchants", json!({"trust_mode": "certificates"})).await;
    assert_eq!(status, 201);
    assert!(added["certificates"]["alipay_root_cert_pem"].as_str().unwrap().contains("BEGIN CERTIFICATE"));
    let (_, all) = control(&shop, "GET", "/merchants", Value::Null).await;
    assert_eq!(all["data"].as_array().unwrap().len(), 2);
    shop.precreate("A1", "http://127.0.0.1:9/n").await;
    let order = format!("/merchants/{app_id}/orders/A1");
    assert_eq!(control(&shop, "POST", &format!("{order}/scan"), json!({})).await.1["trade_status"], "WAIT_BUYER_PAY");
    assert_eq!(control(&shop, "POST", &format!("{order}/refuse"), json!({})).await.0, 200);
    let fault = json!({"operation": "notify", "kind": "duplicate", "copies": 2, "times": 1});
    assert_eq!(control(&shop, "POST", "/faults", fault.clone()).await.0, 201);
    assert_eq!(control(&shop, "GET", "/faults", Value::Null).await.1["data"][0]["kind"], "duplicate");
    assert_eq!(control(&shop, "DELETE", "/faults", Value::Null).await.0, 204);
    let paid = control(&shop, "POST", &format!("{order}/pay"), json!({"buyer_pay_fen": 900})).await;
    assert_eq!((paid.0, paid.1["buyer_pay_fen"].as_i64()), (200, Some(900)));
    assert_eq!(control(&shop, "POST", &format!("{order}/notify"), json!({})).await.1["sent"], 1);
    let by_hand = control(&shop, "POST", &format!("{order}/refund-by-hand"), json!({"refund_fen": 100})).await;
    assert_eq!(by_hand.1["status"], "SUCCESS");
    assert_eq!(control(&shop, "GET", &format!("/merchants/{app_id}/book"), Value::Null).await.1["balance_fen"], 900);
    let rotated = control(&shop, "POST", &format!("/merchants/{app_id}/rotate"), Value::Null).await.1;
    assert_ne!(rotated["alipay_public_key"], json!(shop.credentials.alipay_public_key));
    let buyer = control(&shop, "POST", "/buyers", json!({"app_id": app_id, "person": "ming"})).await.1;
    assert_eq!(buyer["buyer_id"], json!(buyer_id_of("ming")));
}

#[actix_web::test]
async fn a_scripts_mistakes_are_named_with_their_remedy() {
    let shop = shop(MerchantDraft::default()).await;
    let app_id = shop.app_id().to_owned();
    for (path, body, status, field) in [
        ("/merchants".to_owned(), json!({"app_id": "12"}), 422, "app_id"),
        ("/merchants".to_owned(), json!({"app_id": app_id}), 422, "app_id"),
        ("/merchants".to_owned(), json!({"seller_id": "1088000000000001"}), 422, "seller_id"),
        ("/merchants/2021000000000009/rotate".to_owned(), Value::Null, 404, "app_id"),
        (format!("/merchants/{app_id}/orders/NONE/pay"), json!({}), 404, "out_trade_no"),
        ("/faults".to_owned(), json!({"operation": "query", "kind": "drop"}), 422, "kind"),
        ("/faults".to_owned(), json!({"operation": "query", "kind": "http_status", "status": 200}), 422, "status"),
        (format!("/merchants/{app_id}/rotate-to-impostor"), Value::Null, 422, "app_id"),
        (
            "/payment-codes".to_owned(),
            json!({"outcome": {"refused": {"sub_code": "POOR"}}}),
            422,
            "outcome.refused.sub_code",
        ),
        ("/app/invoke".to_owned(), json!({"order_string": "a=b"}), 422, "order_string"),
    ] {
        let (told, error) = control(&shop, "POST", &path, body).await;
        assert_eq!((told, error["error"]["field"].as_str()), (status, Some(field)), "{path}: {error}");
        assert!(!error["error"]["fix"].as_str().unwrap().is_empty());
    }
}
