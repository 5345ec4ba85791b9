//! `/v1/checkout/profile`: the Chinese address form.

use luodi::config::Config;
use luodi::payments::Mode;
use luodi::sandbox::MerchantDraft;
use luodi::storage::KeyKind;
use serde_json::{Value, json};

use crate::support::{Answer, House, add_key, send};

async fn profile(house: &House, query: &str) -> Answer {
    let key = add_key(&house.app, house.store_id, KeyKind::Publishable, Mode::Test).await;
    send(house.anonymous("GET", &format!("/v1/checkout/profile?{query}&key={key}"))).await
}

fn names(profile: &Value) -> Vec<String> {
    profile["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect()
}

fn field(profile: &Value, name: &str) -> Value {
    profile["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_sees_one_name_a_phone_the_region_and_the_street() {
    let house = House::build().await;
    let answer = profile(&house, "country=CN").await;
    assert_eq!((answer.status, answer.header("content-language")), (200, Some("zh-Hans")));
    let form = answer.json();
    assert_eq!(
        names(&form),
        ["name", "phone", "province", "city", "district", "town", "detail", "postal_code", "email"]
    );
    let phone = field(&form, "phone");
    assert_eq!(
        (&phone["label"], &phone["input_mode"], &phone["autocomplete"]),
        (&json!("手机号"), &json!("tel"), &json!("shipping tel"))
    );
    assert_eq!(phone["errors"]["missing"], "请填写手机号");
    assert_eq!(field(&form, "district")["options_from"], "/v1/regions?parent={city}");
    assert_eq!(field(&form, "postal_code")["prefill_from"], "district");
    let hidden: Vec<_> = form["hidden"].as_array().unwrap().iter().map(|hidden| hidden["field"].clone()).collect();
    assert!(hidden.contains(&json!("fax")) && hidden.contains(&json!("vat_id")), "{hidden:?}");
    assert_eq!((&form["billing"]["shown"], &form["billing"]["from"]), (&json!(false), &json!("shipping_address")));
    assert_eq!(form["paste"]["parse_at"], "/v1/addresses/parse");
    assert_eq!(form["magento"]["address"]["street"], json!(["{district}{town}{detail}"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_follows_the_customer_the_cart_and_the_country() {
    let house = House::build().await;
    let account = profile(&house, "customer=account").await.json();
    assert!(names(&account).contains(&"is_default".to_owned()) && !names(&account).contains(&"email".to_owned()));
    let calls = account["magento"]["calls"].as_array().unwrap();
    assert!(calls.iter().all(|call| call["call"].as_str().unwrap().contains("/carts/mine/")), "{calls:?}");

    let digital = profile(&house, "cart=virtual").await.json();
    assert_eq!(names(&digital), ["name", "phone", "email"]);
    assert_eq!((&digital["paste"], &digital["magento"]["address"]), (&Value::Null, &Value::Null));
    assert_eq!(digital["billing"]["from"], "merchant_default");
    assert_eq!(digital["billing"]["missing_settings"].as_array().unwrap().len(), 4);

    let hong_kong = profile(&house, "country=hk&locale=zh-HK").await.json();
    assert_eq!(names(&hong_kong), ["name", "phone", "city", "district", "detail", "email"]);
    assert_eq!(hong_kong["magento"]["address"]["postcode"], "999077");
    assert_eq!(field(&hong_kong, "name")["label"], "收件人");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_virtual_cart_is_billed_to_the_merchants_address() {
    let set = |config: &mut Config| {
        let store = config.stores.get_mut("shop").unwrap();
        store.virtual_billing_region = Some("CN-GD".to_owned());
        store.virtual_billing_city = Some("深圳市".to_owned());
        store.virtual_billing_postcode = Some("518000".to_owned());
        store.virtual_billing_street = Some("南山区科技园南路1号".to_owned());
    };
    let house = House::build_with(MerchantDraft::default(), set).await;
    let billing = profile(&house, "cart=virtual").await.json()["billing"].clone();
    assert_eq!(billing["address"]["region"]["region_code"], "CN-GD");
    assert_eq!(billing["address"]["street"], json!(["南山区科技园南路1号"]));
    assert_eq!(billing.get("missing_settings"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_come_in_the_callers_language_and_are_kept_for_a_while() {
    let house = House::build().await;
    let key = add_key(&house.app, house.store_id, KeyKind::Publishable, Mode::Test).await;
    let path = format!("/v1/checkout/profile?key={key}");
    let english = send(house.anonymous("GET", &path).header("accept-language", "en-GB")).await;
    assert_eq!(field(&english.json(), "province")["label"], "Province");
    assert!(english.headers.get_all("vary").iter().any(|vary| vary == "Accept-Language"));
    let tag = english.header("etag").unwrap();
    let again = send(house.anonymous("GET", &path).header("accept-language", "en").header("if-none-match", tag)).await;
    assert_eq!(again.status, 304);
    let chinese =
        send(house.anonymous("GET", &path).header("accept-language", "zh-TW").header("if-none-match", tag)).await;
    assert_eq!((chinese.status, field(&chinese.json(), "city")["label"].as_str()), (200, Some("城市")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_named() {
    let house = House::build().await;
    let answer = profile(&house, "country=FR&cart=full&customer=vip&district=no&locale=fr").await;
    let faults = [
        "?locale: unsupported",
        "?country: unsupported",
        "?cart: unsupported",
        "?customer: unsupported",
        "?district: unsupported",
    ];
    assert_eq!(answer.problem(), (422, "validation_failed".to_owned(), faults.map(str::to_owned).to_vec()));
    assert_eq!(profile(&house, "contry=CN").await.problem().2, ["?contry: unknown_field_nearest"]);
    assert_eq!(house.browse("/v1/checkout/profile").await.problem().1, "unauthenticated");
}
