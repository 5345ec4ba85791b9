//! JSAPI, APP and H5 beside native: what each needs, hands out and checks on the client.

use luodi::sandbox::{MerchantDraft, PayDraft, openid_of};
use serde_json::{Value, json};

use crate::client::{Shop, shop};

fn text(told: &Value, name: &str) -> String {
    told[name].as_str().unwrap_or_default().to_owned()
}

fn h5_scene() -> Value {
    json!({ "payer_client_ip": "203.0.113.7", "h5_info": { "type": "Wap" } })
}

async fn jsapi(shop: &Shop, number: &str) -> String {
    let told = shop.prepay("jsapi", number, json!({ "payer": { "openid": shop.openid() } })).await;
    assert!(shop.verifies(&told.headers, told.body.as_bytes()), "{told:?}");
    text(&told.json(), "prepay_id")
}

#[actix_web::test]
async fn each_product_hands_out_its_own_and_is_told_by_its_trade_type() {
    let shop = shop(MerchantDraft::default()).await;
    let prepay_id = jsapi(&shop, "PROD000001").await;
    assert!(prepay_id.starts_with("wx20260101120000") && prepay_id.len() <= 64);
    let app = shop.prepay("app", "PROD000002", json!({})).await.json();
    assert!(text(&app, "prepay_id").starts_with("wx2026"));
    let h5 = shop.prepay("h5", "PROD000003", json!({ "scene_info": h5_scene() })).await.json();
    assert!(text(&h5, "h5_url").starts_with(&shop.sandbox.base_url()) && text(&h5, "h5_url").contains("prepay_id=wx"));
    for (number, trade_type) in [("PROD000001", "JSAPI"), ("PROD000002", "APP"), ("PROD000003", "MWEB")] {
        shop.pay(number);
        let told = shop.trusted("GET", &shop.query_target(number), Value::Null).await.json();
        assert_eq!((text(&told, "trade_type").as_str(), text(&told, "trade_state").as_str()), (trade_type, "SUCCESS"));
        assert!(told["payer"]["openid"].is_string());
    }
    let told = shop.trusted("GET", &shop.query_target("PROD000001"), Value::Null).await.json();
    assert_eq!(told["payer"]["openid"], json!(shop.openid()), "the order names who pays");
}

#[actix_web::test]
async fn what_a_product_needs_is_asked_for_and_what_it_does_not_know_is_refused() {
    let shop = shop(MerchantDraft { appids: vec!["wxother".into()], ..MerchantDraft::default() }).await;
    let someone_elses = openid_of("wxother", "ming");
    let cases = [
        ("jsapi", json!({}), "PARAM_ERROR", "/payer/openid"),
        ("jsapi", json!({ "payer": { "openid": "o".repeat(129) } }), "PARAM_ERROR", "/payer/openid"),
        ("jsapi", json!({ "payer": { "openid": someone_elses } }), "OPENID_MISMATCH", ""),
        ("app", json!({ "payer": { "openid": shop.openid() } }), "PARAM_ERROR", "/payer"),
        ("native", json!({ "payer": { "openid": shop.openid() } }), "PARAM_ERROR", "/payer"),
        ("h5", json!({}), "PARAM_ERROR", "/scene_info/payer_client_ip"),
        (
            "h5",
            json!({ "scene_info": { "payer_client_ip": "203.0.113.7" } }),
            "PARAM_ERROR",
            "/scene_info/h5_info/type",
        ),
        (
            "h5",
            json!({ "scene_info": { "payer_client_ip": "203.0.113.7", "h5_info": { "type": "Windows" } } }),
            "PARAM_ERROR",
            "/scene_info/h5_info/type",
        ),
        ("app", json!({ "appid": "wxnotmine" }), "APPID_MCHID_NOT_MATCH", ""),
        ("app", json!({ "limit_pay": ["no_money"] }), "PARAM_ERROR", "/limit_pay"),
        ("app", json!({ "settle_info": { "subsidy_amount": 1 } }), "PARAM_ERROR", "/settle_info/subsidy_amount"),
    ];
    for (product, add, code, field) in cases {
        let told = shop.prepay(product, "NEEDS00001", add.clone()).await;
        assert_eq!(told.code(), code, "{product} {add}");
        assert_eq!(told.json()["detail"]["field"].as_str().unwrap_or_default(), field, "{product} {add}");
    }
    let bound = shop.prepay("app", "NEEDS00002", json!({ "appid": "wxother" })).await;
    assert_eq!(bound.status, 200);
    shop.sandbox.bind_app(&shop.credentials.mchid, "wxlater").unwrap();
    assert_eq!(shop.prepay("app", "NEEDS00003", json!({ "appid": "wxlater" })).await.status, 200);
}

#[actix_web::test]
async fn a_number_belongs_to_one_product_and_comes_again_only_as_it_was() {
    let shop = shop(MerchantDraft::default()).await;
    let first = jsapi(&shop, "SAME000001").await;
    assert_ne!(jsapi(&shop, "SAME000001").await, first, "a fresh credential for the same order");
    let elsewhere = shop.prepay("app", "SAME000001", json!({})).await;
    assert_eq!((elsewhere.status, elsewhere.code().as_str()), (403, "OUT_TRADE_NO_USED"));
    let payer = json!({ "openid": shop.openid() });
    let changed = shop.prepay("jsapi", "SAME000001", json!({ "payer": payer, "description": "另一件" })).await;
    assert_eq!(changed.code(), "INVALID_REQUEST");
    let book = shop.sandbox.book(&shop.credentials.mchid).unwrap();
    assert_eq!((book.orders.len(), book.orders[0].prepay_ids.len()), (1, 2));
}

#[actix_web::test]
async fn the_client_is_let_in_with_what_the_merchant_signed_and_with_nothing_else() {
    let shop = shop(MerchantDraft::default()).await;
    let appid = shop.credentials.appid.clone();
    let prepay_id = jsapi(&shop, "INVOKE0001").await;
    let good = shop.jsapi_parameters(&appid, &prepay_id);
    let invoked = shop.sandbox.invoke_jsapi(&good).unwrap();
    assert_eq!((invoked.out_trade_no.as_str(), invoked.total_fen), ("INVOKE0001", 1000));
    shop.sandbox.invoke_mini_program(&appid, &good).unwrap();

    let spoil = |name: &str, value: Value| {
        let mut bad = good.clone();
        bad[name] = value;
        shop.sandbox.invoke_jsapi(&bad).unwrap_err().to_string()
    };
    for (name, value, told) in [
        ("appId", json!("wxffffffffffffffff"), "appId"),
        ("timeStamp", json!(shop.clock_s()), "timeStamp"),
        ("timeStamp", json!("1767240000000"), "timeStamp"),
        ("nonceStr", json!("another"), "paySign"),
        ("package", json!(prepay_id), "package"),
        ("package", json!("prepay_id=wx0"), "package"),
        ("signType", json!("MD5"), "signType"),
        ("paySign", json!("AAAA"), "paySign"),
        ("paySign", Value::Null, "paySign"),
    ] {
        let problem = spoil(name, value);
        assert!(problem.starts_with(told), "{name}: {problem}");
    }
    // Signed by the merchant, but in milliseconds.
    let package = format!("prepay_id={prepay_id}");
    let mut late = good.clone();
    late["timeStamp"] = json!("1767240000000");
    late["paySign"] =
        json!(shop.client_signature([&appid, "1767240000000", "593BEC0C930BF1AFEB40B4A08C8FB242", &package]));
    assert!(shop.sandbox.invoke_jsapi(&late).unwrap_err().to_string().starts_with("timeStamp"));

    shop.clock.advance_s(2 * 3600);
    assert!(shop.sandbox.invoke_jsapi(&good).unwrap_err().to_string().contains("two hours"));
    let renewed = jsapi(&shop, "INVOKE0001").await;
    shop.sandbox.invoke_jsapi(&shop.jsapi_parameters(&appid, &renewed)).unwrap();
    shop.pay("INVOKE0001");
    assert!(shop.sandbox.invoke_jsapi(&shop.jsapi_parameters(&appid, &renewed)).is_err(), "paid already");
}

#[actix_web::test]
async fn the_native_sdk_signs_the_bare_prepay_id() {
    let shop = shop(MerchantDraft::default()).await;
    let prepay_id = text(&shop.prepay("app", "NATIVE0001", json!({})).await.json(), "prepay_id");
    let (appid, at) = (shop.credentials.appid.clone(), shop.clock_s().to_string());
    let request = |subject: &str| {
        json!({
            "appid": appid,
            "partnerid": shop.credentials.mchid,
            "prepayid": prepay_id,
            "package": "Sign=WXPay",
            "noncestr": "abc",
            "timestamp": at,
            "sign": shop.client_signature([&appid, &at, "abc", subject]),
        })
    };
    shop.sandbox.invoke_app(&request(&prepay_id)).unwrap();
    let prefixed = request(&format!("prepay_id={prepay_id}"));
    assert!(shop.sandbox.invoke_app(&prefixed).unwrap_err().to_string().starts_with("sign "));
    let mut stranger = request(&prepay_id);
    stranger["partnerid"] = json!("1900000000");
    assert!(shop.sandbox.invoke_app(&stranger).unwrap_err().to_string().starts_with("partnerid"));
    let other_product = shop.jsapi_parameters(&appid, &prepay_id);
    assert!(shop.sandbox.invoke_jsapi(&other_product).unwrap_err().to_string().contains("another product"));
}

#[actix_web::test]
async fn the_phone_pays_a_jsapi_order_as_the_one_it_names() {
    let shop = shop(MerchantDraft::default()).await;
    jsapi(&shop, "PAYER00001").await;
    let asked = PayDraft { openid: Some("oStranger".into()), ..PayDraft::default() };
    let paid = shop.sandbox.pay(&shop.credentials.mchid, "PAYER00001", &asked).unwrap();
    assert_eq!(paid.openid, Some(shop.openid()));
}
