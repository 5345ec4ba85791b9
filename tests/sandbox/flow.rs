//! From order to refund, and everything WeChat Pay refuses on the way.

use luodi::sandbox::{MerchantDraft, PayDraft, RefundStatus, TrustMode};
use serde_json::{Value, json};

use crate::client::{Authorization, NATIVE, REFUNDS, is_signed, shop};
use crate::receiver::Receiver;

#[actix_web::test]
async fn an_order_is_paid_notified_refunded_and_can_no_longer_be_closed() {
    let shop = shop(MerchantDraft { refund_delay_ms: 60_000, ..MerchantDraft::default() }).await;
    let receiver = Receiver::start();
    let created = shop.trusted("POST", NATIVE, shop.order("FLOW000001", &receiver.url)).await;
    let code_url = created.json()["code_url"].as_str().unwrap().to_owned();
    assert!(code_url.starts_with("weixin://wxpay/bizpayurl?pr="));
    let unpaid = shop.trusted("GET", &shop.query_target("FLOW000001"), Value::Null).await.json();
    assert_eq!(unpaid["trade_state"], "NOTPAY");
    assert!(unpaid.get("transaction_id").is_none() && unpaid.get("attach").is_none());
    assert_eq!(shop.sandbox.step().await, 0);

    let paying = PayDraft { payer_total_fen: Some(900), ..PayDraft::default() };
    shop.sandbox.pay(&shop.credentials.mchid, "FLOW000001", &paying).unwrap();
    assert_eq!(shop.sandbox.step().await, 1);
    let letter = receiver.take().remove(0);
    assert!(shop.verifies(&letter.headers, &letter.body));
    let told = letter.open(&shop.credentials.apiv3_key);
    assert_eq!(told["amount"], json!({"total":1000,"payer_total":900,"currency":"CNY","payer_currency":"CNY"}));
    assert_eq!(told["success_time"], "2026-01-01T12:00:00+08:00");
    assert_eq!(told, shop.trusted("GET", &shop.query_target("FLOW000001"), Value::Null).await.json());
    let by_id = format!(
        "/v3/pay/transactions/id/{}?mchid={}",
        told["transaction_id"].as_str().unwrap(),
        shop.credentials.mchid
    );
    assert_eq!(shop.trusted("GET", &by_id, Value::Null).await.json(), told);
    assert_eq!(shop.close("FLOW000001").await.code(), "ORDER_PAID");

    let mut asked = shop.refund_body("FLOW000001", "R1", 500);
    asked["notify_url"] = json!(receiver.url);
    let accepted = shop.trusted("POST", REFUNDS, asked).await.json();
    assert_eq!(
        (accepted["status"].as_str(), accepted["amount"]["payer_refund"].as_i64()),
        (Some("PROCESSING"), Some(450))
    );
    assert_eq!(shop.state("FLOW000001").await, "REFUND");
    assert_eq!(shop.sandbox.step().await, 0);
    shop.clock.advance_s(60);
    assert_eq!(shop.sandbox.step().await, 1);
    let letter = receiver.take().remove(0);
    assert_eq!(letter.envelope()["event_type"], "REFUND.SUCCESS");
    assert!(shop.verifies(&letter.headers, &letter.body));
    let told = letter.open(&shop.credentials.apiv3_key);
    assert_eq!((told["refund_status"].as_str(), told.get("appid")), (Some("SUCCESS"), None));
    let queried = shop.trusted("GET", &format!("{REFUNDS}/R1"), Value::Null).await.json();
    assert_eq!(
        (queried["status"].as_str(), queried["success_time"].as_str()),
        (Some("SUCCESS"), Some("2026-01-01T12:01:00+08:00"))
    );
    assert_eq!(shop.sandbox.book(&shop.credentials.mchid).unwrap().balance_fen, 500);
    shop.sandbox.stop().await;
}

#[actix_web::test]
async fn a_bad_authorization_is_a_sign_error_and_commits_nothing() {
    let shop = shop(MerchantDraft::default()).await;
    let body = shop.order("AUTH000001", "https://shop.example.com/notify").to_string();
    let good = || shop.authorization();
    let spoiled = [
        Authorization { scheme: "WECHATPAY2-SM2-WITH-SM3", ..good() },
        Authorization { mchid: "1999999999".into(), ..good() },
        Authorization { serial: "00".into(), ..good() },
        Authorization { timestamp: good().timestamp - 301, ..good() },
        Authorization { timestamp: good().timestamp + 301, ..good() },
        Authorization { nonce: "with-hyphen", ..good() },
        Authorization { signed_body: Some(body.replace("1000", "1")), ..good() },
        Authorization { signed_body: Some(String::new()), ..good() },
    ];
    for authorization in spoiled {
        let reply = shop.send_as(authorization, "POST", NATIVE, &body, None).await.unwrap();
        assert_eq!((reply.status, reply.code().as_str()), (401, "SIGN_ERROR"), "{reply:?}");
    }
    let url = format!("{}{NATIVE}", shop.sandbox.base_url());
    assert_eq!(shop.http.post(url).body(body.clone()).send().await.unwrap().status(), 401);
    assert!(shop.sandbox.book(&shop.credentials.mchid).unwrap().orders.is_empty());
    let almost = Authorization { timestamp: good().timestamp - 300, ..good() };
    assert_eq!(shop.send_as(almost, "POST", NATIVE, &body, None).await.unwrap().status, 200);
}

#[actix_web::test]
async fn every_field_outside_its_limits_is_named() {
    let shop = shop(MerchantDraft::default()).await;
    let cases = [
        ("/out_trade_no", json!("short"), "PARAM_ERROR"),
        ("/out_trade_no", json!("a".repeat(33)), "PARAM_ERROR"),
        ("/out_trade_no", json!("spaces are no"), "PARAM_ERROR"),
        ("/description", json!(""), "PARAM_ERROR"),
        ("/description", json!("字".repeat(128)), "PARAM_ERROR"),
        ("/description", json!("emoji 🎁"), "PARAM_ERROR"),
        ("/description", Value::Null, "PARAM_ERROR"),
        ("/attach", json!("a".repeat(129)), "PARAM_ERROR"),
        ("/notify_url", json!("http://shop.example.com/n"), "PARAM_ERROR"),
        ("/notify_url", json!("https://shop.example.com/n?a=1"), "PARAM_ERROR"),
        ("/notify_url", json!("https://192.168.1.4/n"), "PARAM_ERROR"),
        ("/notify_url", json!("shop.example.com"), "PARAM_ERROR"),
        ("/amount/total", json!(0), "PARAM_ERROR"),
        ("/amount/total", json!(1.5), "PARAM_ERROR"),
        ("/amount/total", json!("1"), "PARAM_ERROR"),
        ("/amount/currency", json!("USD"), "PARAM_ERROR"),
        ("/mchid", json!("1900000000"), "PARAM_ERROR"),
        ("/time_expire", json!("tomorrow"), "PARAM_ERROR"),
        ("/time_expire", json!("2026-01-08T12:00:01+08:00"), "PARAM_ERROR"),
        ("/scene_info", json!({ "payer_client_ip": "home" }), "PARAM_ERROR"),
        ("/detail", json!({ "goods_detail": [{ "quantity": 1, "unit_price": 1 }] }), "PARAM_ERROR"),
        ("/appid", json!("wx0000000000000000"), "APPID_MCHID_NOT_MATCH"),
    ];
    for (pointer, value, code) in cases {
        let mut body = shop.order("LIMIT00001", "https://shop.example.com/notify");
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[name] = value;
        let reply = shop.call("POST", NATIVE, body).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{pointer}: {reply:?}");
        if code == "PARAM_ERROR" {
            let field = reply.json()["detail"]["field"].as_str().unwrap().to_owned();
            assert!(field.starts_with(pointer), "{field}");
        }
    }
}

#[actix_web::test]
async fn an_order_is_reentered_only_as_it_was() {
    let shop = shop(MerchantDraft::default()).await;
    let first = shop.create("AGAIN00001").await.json();
    let second = shop.create("AGAIN00001").await.json();
    assert_ne!(first["code_url"], second["code_url"]);
    let mut changed = shop.order("AGAIN00001", "https://shop.example.com/notify");
    changed["amount"]["total"] = json!(999);
    assert_eq!(shop.call("POST", NATIVE, changed).await.code(), "INVALID_REQUEST");
    assert_eq!(shop.sandbox.book(&shop.credentials.mchid).unwrap().orders.len(), 1);

    assert_eq!((shop.close("AGAIN00001").await.status, shop.close("AGAIN00001").await.status), (204, 204));
    let closed = shop.trusted(
        "POST",
        "/v3/pay/transactions/out-trade-no/AGAIN00001/close",
        json!({"mchid": shop.credentials.mchid}),
    );
    assert_eq!(closed.await.body, "");
    assert_eq!(shop.state("AGAIN00001").await, "CLOSED");
    let again = shop.order("AGAIN00001", "https://shop.example.com/notify");
    assert_eq!(shop.call("POST", NATIVE, again).await.code(), "ORDER_CLOSED");

    shop.create("AGAIN00002").await;
    shop.pay("AGAIN00002");
    let again = shop.order("AGAIN00002", "https://shop.example.com/notify");
    assert_eq!(shop.call("POST", NATIVE, again).await.code(), "ORDER_PAID");
    assert_eq!(shop.call("GET", &shop.query_target("NOWHERE001"), Value::Null).await.code(), "ORDER_NOT_EXIST");
    let without = "/v3/pay/transactions/out-trade-no/AGAIN00002";
    assert_eq!(shop.call("GET", without, Value::Null).await.code(), "PARAM_ERROR");
}

#[actix_web::test]
async fn time_ends_what_nobody_pays_and_a_script_can_pay_late() {
    let shop = shop(MerchantDraft::default()).await;
    let mut body = shop.order("LATE000001", "https://shop.example.com/notify");
    body["time_expire"] = json!("2026-01-01T11:00:00+08:00");
    shop.trusted("POST", NATIVE, body).await;
    shop.clock.advance_s(59);
    assert!(shop.sandbox.refuse(&shop.credentials.mchid, "LATE000001").is_ok());
    shop.clock.advance_s(1);
    let pay = |draft: PayDraft| shop.sandbox.pay(&shop.credentials.mchid, "LATE000001", &draft);
    assert!(pay(PayDraft::default()).unwrap_err().to_string().contains("force"));
    assert_eq!(shop.state("LATE000001").await, "NOTPAY");
    shop.clock.advance_s(7 * 86_400);
    assert_eq!(shop.state("LATE000001").await, "CLOSED");
    assert_eq!(pay(PayDraft { force: true, ..PayDraft::default() }).unwrap().total_fen, 1000);
    assert_eq!(shop.state("LATE000001").await, "SUCCESS");
}

#[actix_web::test]
async fn refunds_never_exceed_what_was_paid() {
    let shop = shop(MerchantDraft::default()).await;
    shop.create("BACK000001").await;
    let refund = |number: &str, fen: i64| shop.refund_body("BACK000001", number, fen);
    assert_eq!(shop.call("POST", REFUNDS, refund("R1", 1)).await.code(), "RESOURCE_NOT_EXISTS");
    shop.pay("BACK000001");
    let first = shop.trusted("POST", REFUNDS, refund("R1", 600)).await.json();
    let again = shop.trusted("POST", REFUNDS, refund("R1", 600)).await.json();
    assert_eq!(first["refund_id"], again["refund_id"]);
    assert_eq!(again["status"], "SUCCESS");
    assert_eq!(shop.call("POST", REFUNDS, refund("R1", 500)).await.code(), "INVALID_REQUEST");
    assert_eq!(shop.call("POST", REFUNDS, refund("R2", 401)).await.code(), "INVALID_REQUEST");
    let mut wrong_total = refund("R2", 400);
    wrong_total["amount"]["total"] = json!(999);
    assert_eq!(shop.call("POST", REFUNDS, wrong_total).await.code(), "INVALID_REQUEST");
    let mut both = refund("R2", 400);
    both["transaction_id"] = first["transaction_id"].clone();
    assert_eq!(shop.call("POST", REFUNDS, both.clone()).await.code(), "PARAM_ERROR");
    both["out_trade_no"] = Value::Null;
    shop.trusted("POST", REFUNDS, both).await;
    assert_eq!(shop.call("POST", REFUNDS, refund("R3", 1)).await.code(), "INVALID_REQUEST");
    assert_eq!(shop.call("GET", &format!("{REFUNDS}/R3"), Value::Null).await.code(), "RESOURCE_NOT_EXISTS");

    shop.create("BACK000002").await;
    shop.pay("BACK000002");
    for at in 0..50 {
        shop.trusted("POST", REFUNDS, shop.refund_body("BACK000002", &format!("MANY{at}"), 1)).await;
    }
    let one_more = shop.refund_body("BACK000002", "MANY50", 1);
    assert_eq!(shop.call("POST", REFUNDS, one_more).await.code(), "INVALID_REQUEST");
}

#[actix_web::test]
async fn a_refund_that_waits_is_settled_by_script() {
    let shop = shop(MerchantDraft { refund_delay_ms: 1_000_000, ..MerchantDraft::default() }).await;
    shop.create("BACK000003").await;
    shop.pay("BACK000003");
    shop.trusted("POST", REFUNDS, shop.refund_body("BACK000003", "R1", 1000)).await;
    let settle = |status| shop.sandbox.settle_refund(&shop.credentials.mchid, "R1", status);
    assert_eq!(settle(RefundStatus::Abnormal).unwrap().status, RefundStatus::Abnormal);
    assert_eq!(settle(RefundStatus::Closed).unwrap().status, RefundStatus::Closed);
    assert!(settle(RefundStatus::Success).is_err());
    // The money of a closed refund is free for a new number.
    shop.trusted("POST", REFUNDS, shop.refund_body("BACK000003", "R2", 1000)).await;
}

#[actix_web::test]
async fn certificates_are_served_where_the_merchant_has_them() {
    use rsa::pkcs8::DecodePublicKey;
    let mut shop = shop(MerchantDraft { trust_mode: TrustMode::Both, ..MerchantDraft::default() }).await;
    let mchid = shop.credentials.mchid.clone();
    let list = shop.trusted("GET", "/v3/certificates", Value::Null).await.json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    let serial = shop.credentials.platform_certificate_serial.clone();
    assert_eq!(list["data"][0]["serial_no"], json!(serial));

    let sealed = &list["data"][0]["encrypt_certificate"];
    let letter = crate::receiver::Letter {
        headers: reqwest::header::HeaderMap::new(),
        body: json!({ "resource": sealed }).to_string().into_bytes(),
    };
    let pem = letter.open_text(&shop.credentials.apiv3_key);
    let (_, document) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap();
    let certificate = document.parse_x509().unwrap();
    assert_eq!(certificate.tbs_certificate.raw_serial(), hex::decode(&serial).unwrap());
    let key = rsa::RsaPublicKey::from_public_key_der(certificate.public_key().raw).unwrap();
    let reply = shop.send_as(shop.authorization(), "GET", "/v3/certificates", "", Some(&serial)).await.unwrap();
    assert_eq!(reply.header("Wechatpay-Serial"), serial);
    assert!(is_signed(&key, &reply.headers, reply.body.as_bytes(), crate::client::START_S));

    let rotated = shop.sandbox.rotate_certificate(&mchid, false).await.unwrap();
    assert_ne!(rotated.platform_certificate_serial, serial);
    let list = shop.trusted("GET", "/v3/certificates?algorithm_type=RSA", Value::Null).await.json();
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    shop.credentials = shop.sandbox.retire_certificates(&mchid).unwrap();
    let list = shop.trusted("GET", "/v3/certificates", Value::Null).await.json();
    assert_eq!(list["data"][0]["serial_no"], json!(rotated.platform_certificate_serial));

    shop.sandbox.set_trust_mode(&mchid, TrustMode::PublicKey, None).unwrap();
    let reply = shop.call("GET", "/v3/certificates", Value::Null).await;
    assert_eq!((reply.status, reply.code().as_str()), (404, "RESOURCE_NOT_EXISTS"));
}

#[actix_web::test]
async fn merchants_may_have_keys_of_their_own() {
    let shop = shop(MerchantDraft::default()).await;
    let add = |draft| shop.sandbox.add_merchant(draft);
    let shared = add(MerchantDraft::default()).await.unwrap();
    assert_eq!(shared.merchant_private_key_pem, shop.credentials.merchant_private_key_pem);
    assert_ne!(shared.wechatpay_public_key_id, shop.credentials.wechatpay_public_key_id);
    let fresh = add(MerchantDraft { fresh_keys: true, ..MerchantDraft::default() }).await.unwrap();
    assert_ne!(fresh.wechatpay_public_key_pem, shop.credentials.wechatpay_public_key_pem);
    let taken = MerchantDraft { mchid: Some(fresh.mchid), ..MerchantDraft::default() };
    assert!(add(taken).await.unwrap_err().to_string().starts_with("mchid is taken"));
    let short = MerchantDraft { apiv3_key: Some("short".into()), ..MerchantDraft::default() };
    assert!(add(short).await.is_err());
}

#[actix_web::test]
async fn refunds_of_one_order_keep_their_distance_and_end_after_a_year() {
    let shop = shop(MerchantDraft { refund_spacing_s: 60, ..MerchantDraft::default() }).await;
    shop.create("BACK000004").await;
    shop.pay("BACK000004");
    let refund = |number: &str| shop.refund_body("BACK000004", number, 100);
    shop.trusted("POST", REFUNDS, refund("R1")).await;
    let soon = shop.call("POST", REFUNDS, refund("R2")).await;
    assert_eq!((soon.status, soon.code().as_str()), (429, "FREQUENCY_LIMITED"));
    shop.clock.advance_s(60);
    shop.trusted("POST", REFUNDS, refund("R2")).await;
    shop.clock.advance_s(366 * 86_400);
    assert_eq!(shop.call("POST", REFUNDS, refund("R3")).await.code(), "INVALID_REQUEST");
}

#[actix_web::test]
async fn a_call_names_its_client_and_an_unknown_path_is_said_to_be_unknown() {
    let mut shop = shop(MerchantDraft::default()).await;
    let unknown = shop.call("POST", "/v3/pay/transactions/sms", json!({})).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "RESOURCE_NOT_EXISTS"));
    shop.http = reqwest::Client::builder().no_proxy().build().unwrap();
    let nameless = shop.call("GET", &shop.query_target("NOWHERE001"), Value::Null).await;
    assert_eq!((nameless.status, nameless.code().as_str()), (400, "PARAM_ERROR"));
}
