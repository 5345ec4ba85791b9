//! Divisions for address forms: who may ask, what is answered, and how it is kept.

use luodi::config::HkMoTwChoice;
use luodi::payments::Mode;
use luodi::regions::FILES;
use luodi::sandbox::MerchantDraft;
use luodi::storage::KeyKind;
use serde_json::{Value, json};

use crate::support::{Answer, House, START, add_key, send, text};

const SHOP: &str = "https://shop.example";

async fn publishable(house: &House) -> String {
    add_key(&house.app, house.store_id, KeyKind::Publishable, Mode::Live).await
}

fn codes(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|row| text(&row["code"])).collect()
}

fn names(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|row| text(&row["name"])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_walks_from_province_to_town() {
    let house = House::build().await;
    let provinces = house.get("/v1/regions").await.json();
    assert_eq!((provinces["step"].as_str(), names(&provinces["data"]).len()), (Some("province"), 34));
    let cities = house.get("/v1/regions?parent=440000").await.json();
    assert!(names(&cities["data"]).contains(&"深圳市".to_owned()));
    let districts = house.get("/v1/regions?parent=440300").await.json();
    let nanshan = districts["data"].as_array().expect("a list").iter().find(|d| d["code"] == "440305").expect("南山区");
    let expected = json!({
        "code": "440305", "name": "南山区", "name_en": "Nanshan District", "pinyin": "nan shan qu", "initials": "nsq",
        "step": "district", "has_children": true, "postal_code": "518000",
    });
    assert_eq!(nanshan, &expected);
    let towns = house.get("/v1/regions?parent=440305").await.json();
    assert!(names(&towns["data"]).contains(&"粤海街道".to_owned()));
    for answer in [&provinces, &cities, &districts, &towns] {
        assert!(text(&answer["data_version"]).starts_with("2026-09-"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn special_places_have_the_shape_that_a_shop_shows() {
    let house = House::build().await;
    let below = async |parent: &str| house.get(&format!("/v1/regions?parent={parent}")).await.json();
    assert_eq!(codes(&below("500000").await["data"]), ["500100"], "a municipality is its own city");
    assert_eq!(names(&below("500100").await["data"]).len(), 37, "districts and counties in one list");
    let henan = below("410000").await;
    assert!(codes(&henan["data"]).contains(&"419001".to_owned()), "济源市 stands among the cities");
    assert!(!names(&henan["data"]).iter().any(|name| name.contains("直辖")));
    let dongguan = below("441900").await;
    assert_eq!(dongguan["step"], "district");
    assert!(names(&dongguan["data"]).contains(&"樟木头镇".to_owned()));
    assert_eq!(below("330383").await["data"], json!([]), "龙港市 has no towns");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_code_is_answered_with_its_successors() {
    let house = House::build().await;
    let old = house.get("/v1/regions/330104").await.json();
    assert_eq!(
        (&old["status"], &old["name"], &old["reason"]),
        (&json!("retired"), &json!("江干区"), &json!("撤区设区"))
    );
    assert_eq!(codes(&old["successors"]), ["330102", "330114"]);
    let now = house.get("/v1/regions/330114").await.json();
    assert_eq!((&now["status"], &now["path"]["city"]["name"]), (&json!("current"), &json!("杭州市")));
    let reused = house.get("/v1/regions/130502?name=%E6%A1%A5%E4%B8%9C%E5%8C%BA").await.json();
    assert_eq!((&reused["status"], &reused["name"]), (&json!("retired"), &json!("桥东区")));
    for unknown in ["999999", "44", "abc", "440305999"] {
        let (status, code, _) = house.get(&format!("/v1/regions/{unknown}")).await.problem();
        assert_eq!((status, &*code), (404, "not_found"), "{unknown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_ranks_and_limits() {
    let house = House::build().await;
    let first = async |q: &str| {
        let found = house.get(&format!("/v1/regions/search?q={q}&limit=1")).await.json();
        text(&found["data"][0]["full_name"])
    };
    assert_eq!(first("shenzhen").await, "广东省深圳市");
    assert_eq!(first("%E5%86%85%E8%92%99").await, "内蒙古自治区", "内蒙");
    let within = house.get("/v1/regions/search?q=glq&within=350000").await.json();
    assert_eq!(names(&within["data"])[0], "鼓楼区");
    assert!(within["data"][0]["path"]["province"]["code"] == "350000");
    for (query, fault) in [
        ("", "?q: required"),
        ("?q=", "?q: required"),
        ("?q=a&limit=0", "?limit: out_of_range"),
        ("?q=a&limit=51", "?limit: out_of_range"),
        ("?q=a&within=x", "?within: region_code"),
        ("?q=a&colour=red", "?colour: unknown_field"),
    ] {
        let answer = house.get(&format!("/v1/regions/search{query}")).await;
        assert_eq!(answer.problem(), (422, "validation_failed".to_owned(), vec![fault.to_owned()]), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_comes_in_three_shapes() {
    let house = House::build().await;
    let tree = async |query: &str| house.get(&format!("/v1/regions/tree?{query}")).await.json();
    let nested = tree("").await;
    assert_eq!((&nested["shape"], &nested["levels"]), (&json!("cascader"), &json!(3)));
    let beijing = &nested["data"][0];
    assert_eq!((&beijing["label"], &beijing["children"][0]["value"]), (&json!("北京市"), &json!("110100")));
    let select = tree("shape=select").await;
    assert_eq!(select["data"]["cities"]["110000"][0]["name"], "北京市");
    assert!(names(&select["data"]["districts"]["440300"]).contains(&"南山区".to_owned()));
    let flat = tree("shape=flat&levels=2&lang=en").await;
    assert!(names(&flat["data"]).contains(&"Shenzhen".to_owned()));
    for (query, fault) in [
        ("shape=round", "?shape: unsupported"),
        ("levels=5", "?levels: out_of_range"),
        ("lang=fr", "?lang: unsupported"),
        ("hk_mo_tw=no", "?hk_mo_tw: unsupported"),
    ] {
        let answer = house.get(&format!("/v1/regions/tree?{query}")).await;
        assert_eq!(answer.problem(), (422, "validation_failed".to_owned(), vec![fault.to_owned()]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_merchant_chooses_how_hong_kong_macao_and_taiwan_are_listed() {
    let house = House::build_with(MerchantDraft::default(), |config| {
        config.stores.get_mut("shop").unwrap().hk_mo_tw = HkMoTwChoice::Countries;
    })
    .await;
    let provinces = house.get("/v1/regions").await.json();
    assert_eq!(provinces["data"].as_array().expect("a list").len(), 31);
    assert_eq!(provinces["countries"][0]["country_id"], "HK");
    let asked = house.get("/v1/regions?hk_mo_tw=regions").await.json();
    assert_eq!(asked["data"].as_array().expect("a list").len(), 34, "a page may ask otherwise");
    let mapping = house.get("/v1/regions/mappings/magento").await.json();
    let hong_kong = mapping["data"].as_array().expect("a list").iter().find(|p| p["code"] == "810000").expect("it");
    assert_eq!((&hong_kong["country_id"], &hong_kong["magento_code"]), (&json!("HK"), &Value::Null));
}

// ---- who may ask ---------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_publishable_key_opens_what_is_public_in_the_header_or_in_the_address() {
    let house = House::build().await;
    let key = publishable(&house).await;
    for path in ["/v1/regions", "/v1/regions/440305", "/v1/regions/search?q=gd", "/v1/regions/tree?levels=1"] {
        assert_eq!(house.get_as(&key, path).await.status, 200, "{path}");
        let joined = if path.contains('?') { "&" } else { "?" };
        assert_eq!(house.browse(&format!("{path}{joined}key={key}")).await.status, 200, "{path}");
        assert_eq!(house.browse(path).await.problem().1, "unauthenticated", "{path}");
        let secret = house.browse(&format!("{path}{joined}key={}", house.key)).await;
        assert_eq!(secret.problem().1, "wrong_key_kind", "a secret key has no place in an address");
        let wrong = house.browse(&format!("{path}{joined}key=ld_pk_live_{}", "0".repeat(32))).await;
        assert_eq!(wrong.problem().1, "invalid_key", "{path}");
    }
    let mapping = house.get_as(&key, "/v1/regions/mappings/magento").await;
    assert_eq!(mapping.problem().1, "wrong_key_kind");
    assert_eq!(house.browse(&format!("/v1/payments?key={key}")).await.problem().1, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_publishable_key_ends_within_half_a_minute() {
    let house = House::build().await;
    let key = publishable(&house).await;
    let path = format!("/v1/regions?key={key}");
    assert_eq!(house.browse(&path).await.status, 200);
    let keys = house.app.state.storage.api_keys(Some(house.store_id)).await.unwrap();
    let id = keys.iter().find(|k| k.kind == KeyKind::Publishable).unwrap().id;
    assert!(house.app.state.storage.revoke_api_key(id, START).await.unwrap());
    house.clock.advance_s(31);
    assert_eq!(house.browse(&path).await.problem().1, "invalid_key");
}

#[tokio::test(flavor = "multi_thread")]
async fn shoppers_are_counted_by_their_address_and_not_by_the_key_they_share() {
    let house = House::build_with(MerchantDraft::default(), |config| {
        config.limits.key_requests_per_minute = 1;
        config.limits.address_requests_per_minute = 3;
    })
    .await;
    let key = publishable(&house).await;
    for _ in 0..3 {
        assert_eq!(house.get_as(&key, "/v1/regions").await.status, 200);
    }
    assert_eq!(house.get_as(&key, "/v1/regions").await.problem().1, "rate_limited");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_page_may_ask_while_no_shop_lists_its_origins() {
    let house = House::build().await;
    let key = publishable(&house).await;
    let answer = send(house.anonymous("GET", &format!("/v1/regions?key={key}")).header("origin", SHOP)).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("*")));
    assert_eq!(answer.header("vary"), Some("Accept-Encoding"), "one answer for every origin");
    let preflight = house.anonymous("OPTIONS", "/v1/regions").header("origin", SHOP);
    let preflight = preflight.header("access-control-request-method", "GET");
    let preflight = send(preflight.header("access-control-request-headers", "authorization")).await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (200, Some("*")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_lists_its_origins_is_asked_by_them_alone() {
    let house = House::build_with(MerchantDraft::default(), |config| {
        config.stores.get_mut("shop").unwrap().allowed_origins = vec![SHOP.to_owned()];
    })
    .await;
    let key = publishable(&house).await;
    let path = format!("/v1/regions?key={key}");
    let listed = send(house.anonymous("GET", &path).header("origin", SHOP)).await;
    assert_eq!((listed.status, listed.header("access-control-allow-origin")), (200, Some(SHOP)));
    assert!(listed.headers.get_all("vary").iter().any(|v| v.to_str().unwrap().to_lowercase().contains("origin")));
    let other = send(house.anonymous("GET", &path).header("origin", "https://evil.example")).await;
    assert_eq!(other.header("access-control-allow-origin"), None);
    assert_eq!(other.problem().1, "origin_not_allowed");
}

// ---- how it is kept ------------------------------------------------------------------------------------

async fn encoded(house: &House, path: &str, accept: &str) -> reqwest::Response {
    house.request("GET", path).header("accept-encoding", accept).send().await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_come_compressed_with_a_tag_for_each_form() {
    let house = House::build().await;
    let mut tags = Vec::new();
    let mut sizes = Vec::new();
    for (accept, encoding) in [("identity", None), ("gzip", Some("gzip")), ("br, gzip", Some("br"))] {
        let answer = encoded(&house, "/v1/regions/tree", accept).await;
        assert_eq!(answer.headers().get("content-encoding").map(|v| v.to_str().unwrap()), encoding);
        assert_eq!(answer.headers()["cache-control"], "public, max-age=86400, stale-while-revalidate=604800");
        assert_eq!(answer.headers()["vary"], "Accept-Encoding, Authorization");
        tags.push(answer.headers()["etag"].to_str().unwrap().to_owned());
        sizes.push(answer.bytes().await.unwrap().len());
    }
    assert!(sizes[0] > 4 * sizes[1] && sizes[1] > sizes[2], "{sizes:?}");
    assert!(tags[0] != tags[1] && tags[1] != tags[2]);
    let again =
        house.request("GET", "/v1/regions/tree").header("accept-encoding", "br").header("if-none-match", &tags[2]);
    let again = again.send().await.expect("an answer");
    assert_eq!(again.status().as_u16(), 304);
    assert_eq!(again.headers()["etag"], tags[2].as_str());
    assert!(again.bytes().await.unwrap().is_empty());
    let other =
        house.request("GET", "/v1/regions/tree").header("accept-encoding", "gzip").header("if-none-match", &tags[2]);
    assert_eq!(other.send().await.expect("an answer").status().as_u16(), 200, "another form is another thing");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_names_the_version_may_be_kept_for_good() {
    let house = House::build().await;
    let version = text(&house.get("/v1/regions").await.json()["data_version"]);
    for path in ["/v1/regions", "/v1/regions/440305", "/v1/regions/tree"] {
        let pinned = house.get(&format!("{path}?v={version}")).await;
        assert_eq!(pinned.header("cache-control"), Some("public, max-age=31536000, immutable"), "{path}");
        let stale = house.get(&format!("{path}?v=2019-01-000000000000")).await;
        assert!(stale.header("cache-control").unwrap().contains("max-age=86400"), "{path}");
    }
    let head = send(house.request("HEAD", "/v1/regions/tree")).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    let refused = house.get("/v1/regions?parent=999999").await;
    assert_eq!(refused.header("cache-control"), Some("no-store"), "refusals are not kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_table_is_answered_without_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().to_owned();
    let house = House::build_with(MerchantDraft::default(), move |config| {
        config.regions.folder = Some(at.display().to_string());
    })
    .await;
    let before = house.get("/v1/regions?parent=440305").await;
    let own = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("provinces");
    for file in FILES {
        let mut table = std::fs::read_to_string(own.join(file)).expect("a table");
        if file == "towns.csv" {
            table.push_str("440305099,新街道,440305,街道,test\n");
        }
        std::fs::write(folder.path().join(file), table).expect("written");
    }
    house.app.jobs.keep_house().await.expect("the housekeeping works");
    let after = house.get("/v1/regions?parent=440305").await;
    assert!(names(&after.json()["data"]).contains(&"新街道".to_owned()));
    assert_ne!(before.json()["data_version"], after.json()["data_version"]);
    assert_ne!(before.header("etag"), after.header("etag"));
}

// ---- a Magento shop's own ids --------------------------------------------------------------------------

async fn put(house: &House, body: Value) -> Answer {
    send(house.request("PUT", "/v1/regions/mappings/magento").json(&body)).await
}

fn province<'a>(mapping: &'a Value, code: &str) -> &'a Value {
    mapping["data"].as_array().expect("a list").iter().find(|p| p["code"] == code).expect("a province")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_magento_shop_s_ids_are_uploaded_once_and_asked_for_where_they_are_unclear() {
    let house = House::build().await;
    let none = house.get("/v1/regions/mappings/magento").await.json();
    assert_eq!((&none["uploaded_at"], &province(&none, "440000")["region_id"]), (&Value::Null, &Value::Null));
    assert_eq!(province(&none, "440000")["magento_code"], "CN-GD");

    // As `directory/countries/CN` answers, with an extension's odd row.
    let mut country = json!({
        "id": "CN", "two_letter_abbreviation": "CN", "three_letter_abbreviation": "CHN", "full_name_locale": "中国",
        "full_name_english": "China", "available_regions": [
            { "id": "581", "code": "CN-GD", "name": "Guangdong Sheng" },
            { "id": 582, "code": "x", "name": "广西" },
            { "id": "583", "code": "SH2", "name": "Magic City" },
        ],
    });
    let first = put(&house, country.clone()).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let first = first.json();
    assert_eq!(
        (&province(&first, "440000")["region_id"], &province(&first, "440000")["recognised_by"]),
        (&json!("581"), &json!("code"))
    );
    assert_eq!(
        (&province(&first, "450000")["region_id"], &province(&first, "450000")["recognised_by"]),
        (&json!("582"), &json!("name"))
    );
    assert_eq!(first["unresolved"], json!([{ "id": "583", "code": "SH2", "name": "Magic City", "candidates": [] }]));

    country["assignments"] = json!({ "583": "310000" });
    assert_eq!(put(&house, country).await.status, 200);
    let kept = house.get("/v1/regions/mappings/magento").await.json();
    assert_eq!(
        (&province(&kept, "310000")["region_id"], &province(&kept, "310000")["recognised_by"]),
        (&json!("583"), &json!("assignment"))
    );
    assert_eq!(kept["unresolved"], json!([]));
    assert_eq!(kept["uploaded_at"], "2026-01-01T04:00:00.000Z");

    let other = house.app.state.storage.ensure_store("other", START).await.unwrap();
    let key = add_key(&house.app, other.id, KeyKind::Secret, Mode::Test).await;
    let theirs = house.get_as(&key, "/v1/regions/mappings/magento").await.json();
    assert_eq!(theirs["uploaded_at"], Value::Null, "another shop has other ids");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_upload_is_refused_with_the_field() {
    let house = House::build().await;
    let region = json!({ "id": "1", "code": "CN-GD", "name": "" });
    for (body, fault) in [
        (json!({}), "/available_regions: required"),
        (json!({ "available_regions": [{ "id": "", "code": "CN-GD" }] }), "/available_regions/0/id: required"),
        (
            json!({ "available_regions": [region], "assignments": { "2": "440000" } }),
            "/assignments/2: unknown_shop_region",
        ),
        (json!({ "available_regions": [region], "assignments": { "1": "440300" } }), "/assignments/1: not_a_province"),
    ] {
        assert_eq!(put(&house, body).await.problem(), (422, "validation_failed".to_owned(), vec![fault.to_owned()]));
    }
    assert_eq!(house.get("/v1/regions/mappings/magento").await.json()["uploaded_at"], Value::Null);
}
