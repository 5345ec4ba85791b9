//! Pasted addresses over REST: reading one and several, checking a form, and who may ask.

use luodi::payments::Mode;
use luodi::storage::KeyKind;
use serde_json::{Value, json};

use crate::support::{House, add_key, send};

const PASTED: &str =
    "收货人: 张伟\n手机号码: 13800138000\n所在地区: 广东省深圳市南山区粤海街道\n详细地址: 科技园南路1号";

async fn parse(house: &House, body: Value) -> Value {
    let answer = house.post("/v1/addresses/parse", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().map(|list| list.iter().filter_map(|one| one["code"].as_str()).collect()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_text_becomes_the_fields_of_a_form() {
    let house = House::build().await;
    let read = parse(&house, json!({ "text": PASTED })).await;
    assert_eq!(read["status"], "resolved");
    assert_eq!(read["name"], "张伟");
    assert_eq!(read["phone"]["e164"], "+8613800138000");
    assert_eq!(read["phone"]["display"], "138 0013 8000");
    assert_eq!(read["phone"]["kind"], "mobile");
    assert_eq!(read["province"], json!({ "code": "440000", "name": "广东省", "how": "matched" }));
    assert_eq!(read["city"]["code"], "440300");
    assert_eq!(read["district"]["code"], "440305");
    assert_eq!(read["town"]["name"], "粤海街道");
    assert_eq!(read["detail"], "粤海街道科技园南路1号");
    assert_eq!(read["code"], "440305");
    assert_eq!(read["warnings"], json!([]));
    assert!(read["data_version"].as_str().is_some_and(|version| version.starts_with("20")));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_places_are_offered_and_a_preferred_province_decides() {
    let house = House::build().await;
    let read = parse(&house, json!({ "text": "河东区津滨路2号 于谦 13800138000" })).await;
    assert_eq!(read["status"], "ambiguous");
    assert_eq!((&read["province"], &read["city"], &read["code"]), (&Value::Null, &Value::Null, &Value::Null));
    assert!(codes(&read["candidates"]).contains(&"120102"), "{read}");
    for prefer in ["120000", "天津市", "天津", "CN-TJ"] {
        let read =
            parse(&house, json!({ "text": "河东区津滨路2号 于谦 13800138000", "prefer_province": prefer })).await;
        assert_eq!(read["district"]["code"], "120102", "{prefer}");
        assert_eq!(codes(&read["warnings"]), ["preferred_province_used"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_come_in_the_language_that_was_asked_for() {
    let house = House::build().await;
    for (lang, words) in [("en", "No recipient was found"), ("zh-Hans", "没有识别出收货人")] {
        let read = parse(&house, json!({ "text": "北京市朝阳区建国路88号 13800138000", "lang": lang })).await;
        assert_eq!(codes(&read["warnings"]), ["name_missing"]);
        assert!(read["warnings"][0]["detail"].as_str().is_some_and(|text| text.contains(words)), "{read}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_texts_are_read_in_their_order() {
    let house = House::build().await;
    let texts = json!(["张三 13800138000 北京市朝阳区建国路88号", "", "李四 13900139000 昆山市玉山镇前进西路1801号"]);
    let answer = house.post("/v1/addresses/parse-batch", json!({ "texts": texts })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let read = answer.json();
    assert_eq!(codes(&read["data"]), ["110105", "320583"]);
    assert_eq!(read["data"][1]["status"], "unresolved");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_name_the_field() {
    let house = House::build().await;
    for (path, body, pointer) in [
        ("parse", json!({ "text": "  " }), "/text"),
        ("parse", json!({ "text": "北京", "prefer_province": "火星" }), "/prefer_province"),
        ("parse", json!({ "text": "北京", "lang": "fr" }), "/lang"),
        ("parse-batch", json!({ "texts": [] }), "/texts"),
        ("parse-batch", json!({ "texts": vec!["北京"; 101] }), "/texts"),
        ("check", json!({ "name": "张".repeat(3000) }), "/name"),
        ("check", json!({ "magento": { "street_lines": 9 } }), "/magento/street_lines"),
    ] {
        let answer = house.post(&format!("/v1/addresses/{path}"), body).await;
        let (status, code, pointers) = answer.problem();
        assert_eq!((status, code.as_str()), (422, "validation_failed"), "{path}");
        assert!(pointers.len() == 1 && pointers[0].starts_with(&format!("{pointer}: ")), "{pointers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_asks_with_a_publishable_key_and_nobody_without() {
    let house = House::build().await;
    let key = add_key(&house.app, house.store_id, KeyKind::Publishable, Mode::Test).await;
    let answer = house.post_as(&key, "/v1/addresses/parse", json!({ "text": PASTED })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let answer = send(house.anonymous("POST", "/v1/addresses/parse").json(&json!({ "text": PASTED }))).await;
    assert_eq!(answer.problem().1, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_form_passes_and_is_written_for_magento() {
    let house = House::build().await;
    let form = json!({
        "name": "欧阳娜娜", "phone": "+86 138 0013 8000", "province": "广东省", "city": "深圳市", "district": "南山区",
        "detail": "科技园南路1号【A座】：501、502", "postal_code": "518057",
    });
    let answer = house.post("/v1/addresses/check", form).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let checked = answer.json();
    assert_eq!(checked["valid"], true, "{checked}");
    assert_eq!(checked["code"], "440305");
    let magento = &checked["magento"];
    assert_eq!((&magento["lastname"], &magento["firstname"]), (&json!("欧阳"), &json!("娜娜")));
    assert_eq!(magento["street"], json!(["南山区科技园南路1号(A座) 501,502"]));
    assert_eq!((&magento["city"], &magento["region_code"]), (&json!("深圳市"), &json!("CN-GD")));
    assert_eq!((&magento["postcode"], &magento["telephone"]), (&json!("518057"), &json!("13800138000")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_form_is_said_field_by_field() {
    let house = House::build().await;
    let good = json!({
        "name": "张伟", "phone": "13800138000", "code": "440305", "detail": "科技园南路1号", "postal_code": "518057",
    });
    for (field, value, pointer, code) in [
        ("name", "", "/name", "name_required"),
        ("phone", "12345", "/phone", "phone_invalid"),
        ("phone", "", "/phone", "phone_required"),
        ("code", "440399", "/code", "region_unknown"),
        ("code", "44", "/code", "region_code_malformed"),
        ("code", "440300", "/district", "district_required"),
        ("code", "440000", "/city", "city_required"),
        ("city", "广州市", "/city", "region_mismatch"),
        ("detail", " ", "/detail", "detail_required"),
        ("postal_code", "5180", "/postal_code", "postal_code_malformed"),
    ] {
        let mut form = good.clone();
        form[field] = json!(value);
        let checked = house.post("/v1/addresses/check", form).await.json();
        assert_eq!(checked["valid"], false, "{field} {value}");
        assert_eq!(checked["problems"][0]["pointer"], pointer, "{checked}");
        assert_eq!(checked["problems"][0]["code"], code, "{checked}");
    }
    let checked = house.post("/v1/addresses/check", good).await.json();
    assert_eq!((&checked["valid"], &checked["warnings"]), (&json!(true), &json!([])), "{checked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abolished_code_is_answered_with_its_heir() {
    let house = House::build().await;
    let form = json!({ "name": "胡歌", "phone": "13800138000", "code": "500112", "detail": "新南路166号" });
    let checked = house.post("/v1/addresses/check", form).await.json();
    assert_eq!(checked["valid"], true, "{checked}");
    assert_eq!(checked["code"], "500157");
    assert_eq!(checked["district"], json!({ "code": "500157", "name": "两江新区", "how": "replaced" }));
    assert!(codes(&checked["warnings"]).contains(&"region_replaced"));
    // The postal code that nobody knows is filled in: Magento wants one.
    assert!(codes(&checked["warnings"]).contains(&"postal_code_filled"));
    assert_eq!(checked["postal_code"].as_str().map(str::len), Some(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_and_a_single_name_are_written_as_magento_takes_them() {
    let house = House::build().await;
    let form = json!({
        "name": "Amy", "phone": "010-62781234转806", "code": "110108", "detail": "清华园1号",
        "magento": { "district_in": "city", "single_name": "收件人" },
    });
    let checked = house.post("/v1/addresses/check", form).await.json();
    let magento = &checked["magento"];
    assert_eq!(magento["telephone"], "010-62781234-806");
    assert_eq!((&magento["lastname"], &magento["firstname"]), (&json!("Amy"), &json!("收件人")));
    assert_eq!((&magento["city"], &magento["street"]), (&json!("北京市 海淀区"), &json!(["清华园1号"])));
}
