//! `/v1/accounts`: every classic mistake is named with its remedy; secrets go in and never come out.

use luodi::ids::AccountId;
use serde_json::{Value, json};

use crate::support::{House, fresh_key, path_of, send, text, wechat_account};

fn body(house: &House) -> Value {
    let new = wechat_account(house.store_id, &house.merchant, &house.sandbox.base_url());
    json!({ "gateway": "wechatpay", "name": "second", "settings": new.settings, "secrets": new.secrets })
}

async fn refused(house: &House, place: &str, value: Value) -> (u16, String, Vec<String>) {
    let mut body = body(house);
    *body.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value;
    house.post("/v1/accounts", body).await.problem()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_and_used() {
    let house = House::build().await;
    assert_eq!(
        house.patch(&format!("/v1/accounts/{}", house.account_id), json!({ "enabled": false })).await.status,
        200
    );
    let answer = house.post("/v1/accounts", body(&house)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let mut account = answer.json();
    let id = text(&account["id"]);
    assert_eq!(account["notify_url"], json!(house.url(&format!("/notify/wechatpay/{id}"))));
    account["id"] = json!("[id]");
    account["notify_url"] = json!("[notify_url]");
    assert_eq!(
        account,
        json!({
            "id": "[id]", "gateway": "wechatpay", "mode": "test", "name": "second",
            "settings": body(&house)["settings"], "enabled": true, "notify_url": "[notify_url]",
            "created_at": "2026-01-01T04:00:00.000Z", "updated_at": "2026-01-01T04:00:00.000Z",
        })
    );
    let payment = house.payment_with_code(1280).await;
    assert_eq!(payment["attempts"][0]["account"], json!(id));
    house.pay(&payment).await;
    assert_eq!(house.read(&payment).await["status"], "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_never_come_out() {
    let house = House::build().await;
    let id = house.account_id;
    let mut answers = vec![
        house.post("/v1/accounts", body(&house)).await,
        house.get("/v1/accounts").await,
        house.get(&format!("/v1/accounts/{id}")).await,
        house.patch(&format!("/v1/accounts/{id}"), json!({ "secrets": body(&house)["secrets"] })).await,
        house.post(&format!("/v1/accounts/{id}/check"), json!({})).await,
    ];
    // Also not in refusals: here each secret stands where another one belongs.
    let mut muddled = body(&house);
    muddled["secrets"]["apiv3_key"] = muddled["secrets"]["merchant_private_key"].take();
    muddled["secrets"]["merchant_private_key"] = json!(house.merchant.apiv3_key);
    let refused = house.post("/v1/accounts", muddled).await;
    assert_eq!(refused.status, 422);
    answers.push(refused);
    let key_line = house.merchant.merchant_private_key_pem.lines().nth(3).unwrap().to_owned();
    for answer in answers {
        assert!(!answer.text.contains(&house.merchant.apiv3_key), "{}", answer.text);
        assert!(!answer.text.contains(&key_line), "{}", answer.text);
        assert!(!answer.text.contains("PRIVATE KEY"), "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_classic_mistake_is_named() {
    let house = House::build().await;
    let public = house.merchant.wechatpay_public_key_pem.clone();
    let private = house.merchant.merchant_private_key_pem.clone();
    for (place, value, code) in [
        ("/settings/mchid", json!("wx123"), "invalid_mchid"),
        ("/settings/mchid", json!(1_900_007_291), "not_text"),
        ("/settings/mchid", json!(""), "missing"),
        ("/settings/appid", json!("1900007291"), "invalid_appid"),
        ("/settings/merchant_serial", json!("12345"), "invalid_merchant_serial"),
        ("/settings/wechatpay_public_key_id", json!("0000000"), "invalid_public_key_id"),
        ("/settings/wechatpay_public_key_id", json!(null), "public_key_without_id"),
        ("/settings/api_base", json!("http://example.com"), "invalid_api_base"),
        ("/settings/api_base", json!("https://example.com/v3"), "invalid_api_base"),
        ("/settings", json!("x"), "not_an_object"),
        ("/secrets/apiv3_key", json!("too short"), "invalid_apiv3_key"),
        ("/secrets/apiv3_key", json!("-".repeat(32)), "invalid_apiv3_key"),
        ("/secrets/merchant_private_key", json!(public.clone()), "public_instead_of_private_key"),
        ("/secrets/merchant_private_key", json!("-----BEGIN"), "unreadable_private_key"),
        ("/secrets/wechatpay_public_key", json!(private), "private_not_public_key"),
        ("/secrets/wechatpay_public_key", json!(null), "public_key_id_without_key"),
    ] {
        let shown = format!("{place} = {value}");
        let (status, error, fields) = refused(&house, place, value).await;
        assert_eq!((status, error.as_str()), (422, "account_invalid"), "{shown}");
        assert!(fields.contains(&format!("{place}: {code}")), "{shown}: {fields:?}");
    }
    assert_eq!(house.get("/v1/accounts").await.json()["data"].as_array().unwrap().len(), 1, "nothing was stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_that_are_allowed_are_told_in_chinese_as_well() {
    let house = House::build().await;
    let settings = json!({ "app_id": "2021000000000001", "seler_id": "1", "zzzz": "1", "api": "v4" });
    let wrong = json!({ "gateway": "alipay", "name": "a", "settings": settings, "secrets": {} });
    let answer = send(house.request("POST", "/v1/accounts").header("accept-language", "zh-CN").json(&wrong)).await;
    let errors = answer.json()["errors"].as_array().unwrap().clone();
    let detail = |pointer: &str| text(&errors.iter().find(|e| e["pointer"] == pointer).unwrap()["detail"]);
    assert_eq!(detail("/settings/seler_id"), "没有这个配置项，是否想写“seller_id”？");
    assert!(detail("/settings/zzzz").starts_with("没有这个配置项，可用的配置项："), "{errors:#?}");
    assert!(detail("/settings/zzzz").contains("seller_id"), "{errors:#?}");
    assert_eq!(detail("/settings/api"), "可用的值：v2, v3。");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_an_account_is_told_at_once_in_both_languages() {
    let house = House::build().await;
    let mut wrong = body(&house);
    wrong["settings"] = json!({ "mchid": "x", "appid": "x", "merchant_serial": "x", "mch_id": "1" });
    wrong["secrets"] = json!({ "merchant_private_key": "x", "apiv3_key": "x" });
    for (language, word) in [("en", "digits"), ("zh-CN", "商户号")] {
        let request = house.request("POST", "/v1/accounts").header("accept-language", language).json(&wrong);
        let answer = send(request).await;
        let (status, _, fields) = answer.problem();
        assert_eq!(status, 422);
        assert_eq!(
            fields,
            [
                "/settings/mch_id: unknown_field",
                "/settings/mchid: invalid_mchid",
                "/settings/appid: invalid_appid",
                "/secrets/merchant_private_key: unreadable_private_key",
                "/settings/merchant_serial: invalid_merchant_serial",
                "/settings/api_base: test_account_needs_stand_in",
                "/secrets/apiv3_key: invalid_apiv3_key",
            ]
        );
        let details: Vec<_> = answer.json()["errors"].as_array().unwrap().iter().map(|e| text(&e["detail"])).collect();
        assert!(details[1].contains(word), "{language}: {details:?}");
        assert!(details.iter().all(|d| !d.is_empty() && !d.starts_with("setting-")), "{details:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_frame_of_an_account_is_checked_like_every_body() {
    let house = House::build().await;
    for (place, value, expected) in [
        ("/gateway", json!("paypal"), "/gateway: unsupported"),
        ("/name", json!(""), "/name: required"),
        ("/name", json!("x".repeat(65)), "/name: too_long"),
    ] {
        assert_eq!(
            refused(&house, place, value).await,
            (422, "validation_failed".to_owned(), vec![expected.to_owned()])
        );
    }
    let mut misspelt = body(&house);
    misspelt["setings"] = json!({});
    assert_eq!(house.post("/v1/accounts", misspelt).await.problem().2, ["/setings: unknown_field_nearest"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_changed_only_as_a_whole() {
    let house = House::build().await;
    let path = format!("/v1/accounts/{}", house.account_id);
    house.clock.advance_s(60);
    let renamed = house.patch(&path, json!({ "name": "renamed" })).await.json();
    assert_eq!((&renamed["name"], &renamed["updated_at"]), (&json!("renamed"), &json!("2026-01-01T04:01:00.000Z")));
    assert_eq!(renamed["settings"], body(&house)["settings"], "what is not named stays");

    let mut wrong = body(&house)["settings"].clone();
    wrong["mchid"] = json!("x");
    let refused = house.patch(&path, json!({ "name": "again", "settings": wrong })).await;
    assert_eq!(refused.problem().2, ["/settings/mchid: invalid_mchid"]);
    assert_eq!(house.get(&path).await.json()["name"], "renamed", "nothing of it was kept");
    assert_eq!(house.patch(&path, json!({ "name": " " })).await.problem().2, ["/name: required"]);
    let unknown = format!("/v1/accounts/{}", AccountId::generate());
    assert_eq!(house.patch(&unknown, json!({})).await.problem().1, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_what_is_right_and_what_is_wrong() {
    let house = House::build().await;
    house.clock.set(luodi::clock::Clock::now(&luodi::clock::SystemClock));
    let path = format!("/v1/accounts/{}", house.account_id);
    let good = house.post(&format!("{path}/check"), json!({})).await;
    assert_eq!((good.status, &good.json()["ok"]), (200, &json!(true)), "{}", good.text);

    let mut settings = body(&house)["settings"].clone();
    settings["merchant_serial"] = json!("0".repeat(40));
    assert_eq!(house.patch(&path, json!({ "settings": settings.clone() })).await.status, 200);
    let bad = house.post(&format!("{path}/check"), json!({})).await.json();
    assert_eq!(bad["ok"], false);
    let errors: Vec<_> = bad["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "error").collect();
    assert_eq!((errors.len(), &errors[0]["code"]), (1, &json!("sign_error")), "{bad}");

    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    settings["api_base"] = json!(format!("http://{nowhere}"));
    assert_eq!(house.patch(&path, json!({ "settings": settings })).await.status, 200);
    let unreachable = house.post(&format!("{path}/check"), json!({})).await.json();
    assert!(unreachable["findings"].to_string().contains("unreachable"), "{unreachable}");
    assert_eq!(house.book().orders, [], "no money moved");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_vault_key_no_secret_is_taken_and_none_is_read() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    let house = house.rebuild_without_vault().await;
    let locked = (503, "vault_locked".to_owned(), vec![]);
    assert_eq!(house.post("/v1/accounts", body(&house)).await.problem(), locked);
    let body = crate::support::order(1, true);
    assert_eq!(house.post_with_key("/v1/payments", body, &fresh_key()).await.problem(), locked);
    assert_eq!(house.get("/v1/accounts").await.status, 200, "what is no secret is shown");
    assert_eq!(house.get(&path_of(&payment, "")).await.status, 200);
}
