//! Orders a service provider makes for its sub-merchants.

use luodi::sandbox::{
    CodepayOutcome, Fault, FaultKind, MerchantDraft, Operation, PaymentCodeDraft, SubMerchantDraft, openid_of,
};
use serde_json::{Value, json};

use crate::client::{REFUNDS, Reply, Shop, shop};
use crate::receiver::Receiver;

const SUB: &str = "1600000001";
const SUB_APP: &str = "wxsub0001";

fn sub() -> SubMerchantDraft {
    SubMerchantDraft { mchid: Some(SUB.into()), appids: vec![SUB_APP.into()], ..SubMerchantDraft::default() }
}

async fn provider() -> Shop {
    shop(MerchantDraft { sub_merchants: vec![sub()], ..MerchantDraft::default() }).await
}

fn order(shop: &Shop, number: &str, add: Value) -> Value {
    let mut body = json!({
        "sp_appid": shop.credentials.appid,
        "sp_mchid": shop.credentials.mchid,
        "sub_mchid": SUB,
        "description": "门店商品",
        "out_trade_no": number,
        "notify_url": "https://shop.example.com/notify",
        "amount": { "total": 1000, "currency": "CNY" },
    });
    for (name, value) in add.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn create(shop: &Shop, product: &str, number: &str, add: Value) -> Reply {
    shop.call("POST", &format!("/v3/pay/partner/transactions/{product}"), order(shop, number, add)).await
}

fn target(shop: &Shop, number: &str) -> String {
    let sp = &shop.credentials.mchid;
    format!("/v3/pay/partner/transactions/out-trade-no/{number}?sp_mchid={sp}&sub_mchid={SUB}")
}

#[actix_web::test]
async fn an_order_for_a_sub_merchant_is_paid_notified_and_refunded_under_both_numbers() {
    let shop = provider().await;
    let receiver = Receiver::start();
    let payer = json!({ "sub_openid": openid_of(SUB_APP, "ming") });
    let add = json!({ "sub_appid": SUB_APP, "payer": payer, "notify_url": receiver.url });
    let told = create(&shop, "jsapi", "PART000001", add).await;
    assert!(shop.verifies(&told.headers, told.body.as_bytes()), "{told:?}");
    let prepay_id = told.json()["prepay_id"].as_str().unwrap().to_owned();
    shop.sandbox.invoke_jsapi(&shop.jsapi_parameters(SUB_APP, &prepay_id)).unwrap();
    let by_provider = shop.jsapi_parameters(&shop.credentials.appid, &prepay_id);
    assert!(shop.sandbox.invoke_jsapi(&by_provider).unwrap_err().to_string().starts_with("appId"));

    shop.pay("PART000001");
    shop.sandbox.step().await;
    let paid = receiver.take().remove(0).open(&shop.credentials.apiv3_key);
    assert_eq!(paid["sp_mchid"], json!(shop.credentials.mchid));
    assert_eq!((paid["sub_mchid"].as_str(), paid["sub_appid"].as_str()), (Some(SUB), Some(SUB_APP)));
    assert_eq!(paid["payer"]["sub_openid"], json!(openid_of(SUB_APP, "ming")));
    assert!(paid["payer"]["sp_openid"].is_string() && paid.get("mchid").is_none() && paid.get("appid").is_none());
    assert_eq!(shop.trusted("GET", &target(&shop, "PART000001"), Value::Null).await.json(), paid);

    let mut refund = shop.refund_body("PART000001", "R1", 400);
    refund["notify_url"] = json!(receiver.url);
    assert_eq!(shop.call("POST", REFUNDS, refund.clone()).await.code(), "INVALID_REQUEST", "sub_mchid is missing");
    refund["sub_mchid"] = json!(SUB);
    shop.trusted("POST", REFUNDS, refund).await;
    shop.sandbox.step().await;
    let refunded = receiver.take().remove(0).open(&shop.credentials.apiv3_key);
    assert_eq!((&refunded["sp_mchid"], &refunded["sub_mchid"]), (&json!(shop.credentials.mchid), &json!(SUB)));
    assert!(refunded.get("mchid").is_none());
    assert_eq!(shop.call("GET", &format!("{REFUNDS}/R1"), Value::Null).await.code(), "RESOURCE_NOT_EXISTS");
    let told = shop.trusted("GET", &format!("{REFUNDS}/R1?sub_mchid={SUB}"), Value::Null).await.json();
    assert_eq!(told["status"], "SUCCESS");
}

#[actix_web::test]
async fn a_sub_merchant_must_have_given_its_authorisation() {
    let shop = provider().await;
    let unknown = create(&shop, "native", "PART000002", json!({ "sub_mchid": "1600000009" })).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (403, "NO_AUTH"));
    assert_eq!(create(&shop, "native", "PART000002", json!({})).await.status, 200);
    let mchid = shop.credentials.mchid.clone();
    shop.sandbox.put_sub_merchant(&mchid, SubMerchantDraft { unauthorised: true, ..sub() }).unwrap();
    assert_eq!(create(&shop, "native", "PART000003", json!({})).await.code(), "NO_AUTH");
    shop.sandbox.put_sub_merchant(&mchid, sub()).unwrap();
    assert_eq!(create(&shop, "native", "PART000003", json!({})).await.status, 200);
}

#[actix_web::test]
async fn ids_must_fit_and_the_two_families_of_addresses_do_not_mix() {
    let shop = provider().await;
    let plain = json!({});
    let cases = [
        ("native", json!({ "sp_appid": SUB_APP }), "APPID_MCHID_NOT_MATCH"),
        ("native", json!({ "sub_appid": "wxnobody" }), "APPID_MCHID_NOT_MATCH"),
        ("native", json!({ "sp_mchid": SUB }), "PARAM_ERROR"),
        ("jsapi", json!({ "payer": { "sub_openid": openid_of(SUB_APP, "ming") } }), "PARAM_ERROR"),
        ("jsapi", json!({ "payer": {} }), "PARAM_ERROR"),
        (
            "jsapi",
            json!({ "sub_appid": SUB_APP, "payer": { "sub_openid": openid_of(&shop.credentials.appid, "ming") } }),
            "OPENID_MISMATCH",
        ),
        ("jsapi", json!({ "payer": { "sp_openid": openid_of(&shop.credentials.appid, "ming") } }), ""),
        ("app", plain.clone(), ""),
        ("h5", json!({ "scene_info": { "payer_client_ip": "127.0.0.1", "h5_info": { "type": "Wap" } } }), ""),
    ];
    for (at, (product, add, code)) in cases.into_iter().enumerate() {
        assert_eq!(
            create(&shop, product, &format!("MIXED0000{at}"), add.clone()).await.code(),
            code,
            "{product} {add}"
        );
    }
    create(&shop, "native", "PART000004", plain.clone()).await;
    let direct = shop.call("GET", &shop.query_target("PART000004"), Value::Null).await;
    assert_eq!(direct.code(), "ORDER_NOT_EXIST");
    assert_eq!(shop.close("PART000004").await.code(), "ORDER_NOT_EXIST");
    let closing = json!({ "sp_mchid": shop.credentials.mchid, "sub_mchid": SUB });
    let close = "/v3/pay/partner/transactions/out-trade-no/PART000004/close";
    assert_eq!(shop.trusted("POST", close, closing).await.status, 204);
    let again = create(&shop, "native", "PART000004", plain).await;
    assert_eq!(again.code(), "ORDER_CLOSED");
    let used =
        shop.call("POST", crate::client::NATIVE, shop.order("PART000004", "https://shop.example.com/notify")).await;
    assert_eq!(used.code(), "OUT_TRADE_NO_USED", "numbers are unique across all sub-merchants");
}

#[actix_web::test]
async fn a_merchant_without_sub_merchants_is_no_service_provider() {
    let shop = shop(MerchantDraft::default()).await;
    assert_eq!(create(&shop, "native", "PART000005", json!({})).await.code(), "NO_AUTH");
}

#[actix_web::test]
async fn codepay_and_reversal_work_for_a_sub_merchant() {
    let shop = provider().await;
    let shown = shop.sandbox.show_payment_code(PaymentCodeDraft { outcome: CodepayOutcome::Userpaying }).unwrap();
    let add = json!({
        "notify_url": Value::Null,
        "payer": { "auth_code": shown.auth_code },
        "scene_info": { "store_info": { "out_id": "till-1" } },
    });
    let told = create(&shop, "codepay", "PART000006", add).await.json();
    assert_eq!((told["trade_state"].as_str(), told["sub_mchid"].as_str()), (Some("USERPAYING"), Some(SUB)));
    let body = json!({ "sp_appid": shop.credentials.appid, "sp_mchid": shop.credentials.mchid, "sub_mchid": SUB });
    let target = "/v3/pay/partner/transactions/out-trade-no/PART000006/reverse";
    let told = shop.trusted("POST", target, body).await.json();
    assert_eq!(told["sub_mchid"], SUB);
}

#[actix_web::test]
async fn a_notification_can_name_another_sub_merchant() {
    let shop = provider().await;
    let receiver = Receiver::start();
    create(&shop, "native", "PART000007", json!({ "notify_url": receiver.url })).await;
    shop.pay("PART000007");
    shop.sandbox.add_fault(Fault::new(Operation::Notify, FaultKind::WrongSubMchid).times(1)).unwrap();
    shop.sandbox.step().await;
    let letter = receiver.take().remove(0);
    assert!(shop.verifies(&letter.headers, &letter.body));
    assert_ne!(letter.open(&shop.credentials.apiv3_key)["sub_mchid"], SUB);
}
