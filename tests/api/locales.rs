//! `/v1/locales`: the wording for storefronts.

use luodi::payments::Mode;
use luodi::storage::KeyKind;
use serde_json::json;

use crate::support::{Answer, House, add_key, send, text};

async fn publishable(house: &House) -> String {
    add_key(&house.app, house.store_id, KeyKind::Publishable, Mode::Test).await
}

/// As a browser asks: the key in the address.
async fn browse(house: &House, path: &str, headers: &[(&str, &str)]) -> Answer {
    let key = publishable(house).await;
    let separator = if path.contains('?') { '&' } else { '?' };
    let mut request = house.anonymous("GET", &format!("{path}{separator}key={key}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_names_every_locale_and_the_callers_own() {
    let house = House::build().await;
    let answer = browse(&house, "/v1/locales", &[("accept-language", "zh-TW,zh;q=0.9,en;q=0.8")]).await;
    let list = answer.json();
    assert_eq!((answer.status, &list["negotiated"], &list["default"]), (200, &json!("zh-Hant-TW"), &json!("zh-Hans")));
    let of = |name: &str| list["data"].as_array().unwrap().iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("locale"), ["zh-Hans", "zh-Hant-HK", "zh-Hant-TW", "en"]);
    assert_eq!(json!(of("magento")), json!(["zh_Hans_CN", "zh_Hant_HK", "zh_Hant_TW", null]));
    assert!(of("messages").iter().all(|count| *count == of("messages")[0] && count.as_u64() > Some(900)));
    assert!(answer.headers.get_all("vary").iter().any(|vary| vary == "Accept-Language"), "{:?}", answer.headers);
    assert_eq!(house.browse("/v1/locales").await.problem().1, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn patterns_are_served_whole_or_in_part() {
    let house = House::build().await;
    let whole = browse(&house, "/v1/locales/zh-Hans/messages", &[]).await;
    assert_eq!((whole.status, whole.header("content-language")), (200, Some("zh-Hans")));
    let messages = whole.json()["messages"].clone();
    assert_eq!(messages["checkout-place-order"], "提交订单");
    assert_eq!(messages["cart-added"], "已将“{ $name }”加入购物车");

    let part =
        browse(&house, "/v1/locales/en/messages?ids=cart-title,nothing-here&prefix=totals-,coupon-a", &[]).await.json();
    let ids: Vec<_> = part["messages"].as_object().unwrap().keys().cloned().collect();
    assert!(ids.contains(&"cart-title".to_owned()) && ids.contains(&"totals-tax".to_owned()), "{ids:?}");
    assert!(ids.iter().all(|id| id == "cart-title" || id.starts_with("totals-") || id.starts_with("coupon-a")));
    assert_eq!(part["unknown"], json!(["nothing-here"]));
    // Patterns that choose can be put behind their id again.
    let count = browse(&house, "/v1/locales/en/messages?ids=cart-count", &[]).await.json();
    assert_eq!(
        count["messages"]["cart-count"],
        "{ $count ->\n        [one] { $count } item\n       *[other] { $count } items\n    }"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn any_tag_of_a_language_we_have_will_do() {
    let house = House::build().await;
    for (tag, served) in [
        ("zh-CN", "zh-Hans"),
        ("zh_Hans_CN", "zh-Hans"),
        ("zh-HK", "zh-Hant-HK"),
        ("zh-MO", "zh-Hant-HK"),
        ("zh_Hant_TW", "zh-Hant-TW"),
        ("en-GB", "en"),
    ] {
        let answer = browse(&house, &format!("/v1/locales/{tag}/messages?ids=next"), &[]).await;
        assert_eq!(
            (answer.header("content-language"), text(&answer.json()["locale"])),
            (Some(served), served.to_owned())
        );
    }
    let auto = browse(&house, "/v1/locales/auto/messages?ids=next", &[("accept-language", "zh-HK, en;q=0.5")]).await;
    assert_eq!(text(&auto.json()["locale"]), "zh-Hant-HK");
    assert!(auto.headers.get_all("vary").iter().any(|vary| vary == "Accept-Language"));
    assert_eq!(browse(&house, "/v1/locales/fr/messages", &[]).await.problem().1, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_wording_is_not_sent_again_and_a_pinned_one_is_kept_for_good() {
    let house = House::build().await;
    let path = "/v1/locales/zh-Hans/messages";
    let first = browse(&house, path, &[]).await;
    let tag = first.header("etag").unwrap().to_owned();
    assert_eq!(first.header("cache-control"), Some("public, max-age=300, stale-while-revalidate=86400"));
    let again = browse(&house, path, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));

    let version = text(&first.json()["version"]);
    let pinned = browse(&house, &format!("{path}?v={version}"), &[]).await;
    assert!(pinned.header("cache-control").unwrap().contains("immutable"));
    let stale = browse(&house, &format!("{path}?v=0123456789abcdef"), &[]).await;
    assert!(!stale.header("cache-control").unwrap().contains("immutable"));

    let brotli = browse(&house, path, &[("accept-encoding", "gzip, br")]).await;
    assert_eq!(brotli.header("content-encoding"), Some("br"));
    assert_ne!(brotli.header("etag"), Some(tag.as_str()), "each form has a tag of its own");
    let size = |answer: &Answer| answer.header("content-length").unwrap().parse::<usize>().unwrap();
    assert!(size(&brotli) * 3 < size(&first), "{} of {}", size(&brotli), size(&first));
}

async fn format(house: &House, locale: &str, messages: serde_json::Value) -> Answer {
    let request = house.request("POST", &format!("/v1/locales/{locale}/messages"));
    send(request.json(&json!({ "messages": messages }))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_finished_with_their_arguments() {
    let house = House::build().await;
    let wanted = json!([
        { "id": "cart-added", "args": { "name": "西湖龙井 <50g>" } },
        { "id": "cart-count", "args": { "count": 1 } },
        { "id": "cart-title" },
    ]);
    let answer = format(&house, "zh-Hans", wanted.clone()).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    let texts = |answer: &Answer| {
        answer.json()["data"].as_array().unwrap().iter().map(|row| text(&row["text"])).collect::<Vec<_>>()
    };
    assert_eq!(texts(&answer), ["已将“西湖龙井 <50g>”加入购物车", "1 件商品", "购物车"]);
    assert_eq!(texts(&format(&house, "en", wanted).await)[1], "1 item");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_text_is_named() {
    let house = House::build().await;
    let wanted = json!([
        { "id": "cart-addde", "args": {} },
        { "id": "cart-added", "args": { "product": "茶" } },
        { "id": "cart-count", "args": { "count": 1.5 } },
        { "id": "?" },
    ]);
    let answer = format(&house, "zh-Hans", wanted).await;
    assert_eq!(
        answer.problem(),
        (
            422,
            "validation_failed".to_owned(),
            vec![
                "/messages/0/id: unknown_message_nearest".to_owned(),
                "/messages/1/args/name: required".to_owned(),
                "/messages/1/args/product: unknown_field".to_owned(),
                "/messages/2/args/count: text_or_whole_number".to_owned(),
                "/messages/3/id: unknown_message".to_owned(),
            ]
        )
    );
    let many = json!(vec![json!({ "id": "next" }); 101]);
    assert_eq!(format(&house, "en", many).await.problem().2, ["/messages: too_many"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn shops_servers_get_the_magento_dictionary() {
    let house = House::build().await;
    let answer = house.get("/v1/locales/zh_Hans_CN/magento.csv").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/csv; charset=utf-8")));
    assert!(answer.text.contains("\"Items %1-%2 of %3\",\"第 %1-%2 件，共 %3 件\",\"module\",\"Magento_Catalog\"\n"));
    let tag = answer.header("etag").unwrap();
    let again = send(house.request("GET", "/v1/locales/zh_Hans_CN/magento.csv").header("if-none-match", tag)).await;
    assert_eq!(again.status, 304);
    assert_eq!(house.get("/v1/locales/en/magento.csv").await.problem().1, "not_found");
    let browser = browse(&house, "/v1/locales/zh-Hans/magento.csv", &[]).await;
    assert_eq!(browser.problem().1, "unauthenticated", "a page has no use for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_learns_of_a_merchants_own_wording() {
    let house = House::build().await;
    let answer = house.get("/v1/locales/overrides").await;
    assert_eq!(answer.status, 200);
    let none = json!({ "folder": null, "files": 0, "overridden": 0, "unknown": [], "remarks": [], "refused": [] });
    assert_eq!(answer.json(), none);
    assert_eq!(house.browse("/v1/locales/overrides").await.problem().1, "unauthenticated");
}
