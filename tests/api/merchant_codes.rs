//! A merchant's code over REST: what stands in it, where a damaged one is damaged, and who may ask.

use luodi::payments::Mode;
use luodi::storage::KeyKind;
use serde_json::{Value, json};

use crate::support::{House, add_key, send, text};

const PATH: &str = "/v1/merchant-codes/parse";
const DYNAMIC: &str = "00020101021215310004999300049993777290058110048520453115303156540512.345802CN5909TEST SHOP6007BEIJING62330117ORD202601020304050708010802096304DB60";
const STATIC: &str = "000201010211153100049993000499937772900581100485204531153031565802CN5909TEST SHOP6007BEIJING64200002ZH0104测试商店0202北京630466A0";

async fn parse(house: &House, code: &str) -> Value {
    let answer = house.post(PATH, json!({ "text": code })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dynamic_code_names_whom_what_and_for_which_order() {
    let house = House::build().await;
    // As it comes from a scanner: a line end at its end.
    let read = parse(&house, &format!("{DYNAMIC}\r\n")).await;
    assert_eq!(read["kind"], "dynamic");
    let account = json!({ "acquirer_iin": "00049993", "forwarding_iin": "00049993", "merchant_no": "777290058110048" });
    assert_eq!(read["unionpay"], account);
    let value = "0004999300049993777290058110048";
    assert_eq!(read["accounts"], json!([{ "id": "15", "scheme": "unionpay", "value": value }]));
    assert_eq!((&read["merchant_category"], &read["country"]), (&json!("5311"), &json!("CN")));
    let amount = (&read["currency"], &read["amount"], &read["amount_fen"]);
    assert_eq!(amount, (&json!("156"), &json!("12.34"), &json!(1234)));
    assert_eq!((&read["merchant_name"], &read["merchant_city"]), (&json!("TEST SHOP"), &json!("BEIJING")));
    let additional = json!([
        { "id": "01", "name": "bill_number", "value": "ORD20260102030405" },
        { "id": "07", "name": "terminal", "value": "01080209" },
    ]);
    assert_eq!(read["additional"], additional);
    let ids =
        |list: &Value| list.as_array().into_iter().flatten().map(|o| text(&o["id"])).collect::<Vec<_>>().join(" ");
    assert_eq!(ids(&read["objects"]), "00 01 15 52 53 54 58 59 60 62");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_static_code_leaves_the_amount_to_the_payer_and_has_its_name_in_chinese() {
    let house = House::build().await;
    let read = parse(&house, STATIC).await;
    assert_eq!((&read["kind"], &read["amount"], &read["amount_fen"]), (&json!("static"), &Value::Null, &Value::Null));
    let localized = json!([
        { "id": "00", "name": "language", "value": "ZH" },
        { "id": "01", "name": "merchant_name", "value": "测试商店" },
        { "id": "02", "name": "merchant_city", "value": "北京" },
    ]);
    assert_eq!((&read["localized"], &read["additional"]), (&localized, &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_code_is_refused_with_the_object_the_place_and_the_fix() {
    let house = House::build().await;
    let with_crc = |crc: &str| format!("{}{crc}", DYNAMIC.strip_suffix("DB60").unwrap());
    for (code, fault, words) in [
        ("  ".to_owned(), "required", "This is required."),
        ("https://qr.95516.com/00010000/62012".to_owned(), "merchant_code_not_emv", "begin with 000201"),
        // The published wrong results: a register that began with zero, and 6304 left out.
        (with_crc("7D05"), "merchant_code_wrong_crc", "character 139: the check value is 7D05, but DB60"),
        (with_crc("6397"), "merchant_code_wrong_crc", "the check value is 6397, but DB60"),
        // The Chinese name's bytes in GBK.
        (format!("{}44F1", STATIC.strip_suffix("66A0").unwrap()), "merchant_code_wrong_crc", "is 44F1, but 66A0"),
        (DYNAMIC[..138].to_owned(), "merchant_code_no_crc", "ends with 6304"),
        (DYNAMIC[..130].to_owned(), "merchant_code_object_too_long", "At character 102: object 62 is longer"),
        ("0002015X0112".to_owned(), "merchant_code_broken_head", "At character 7: two digits"),
        ("0002015400".to_owned(), "merchant_code_object_empty", "At character 7: object 54"),
        ("00020153031565303156".to_owned(), "merchant_code_object_twice", "At character 14: object 53"),
        ("0002016304AAE6".to_owned(), "merchant_code_object_missing", "Object 02 is missing: an account"),
    ] {
        let request = house.request("POST", PATH).header("accept-language", "en").json(&json!({ "text": code }));
        let answer = send(request).await;
        let (status, kind, fields) = answer.problem();
        assert_eq!((status, kind.as_str()), (422, "validation_failed"), "{code}");
        assert_eq!(fields, [format!("/text: {fault}")], "{code}");
        let told = text(&answer.json()["errors"][0]["detail"]);
        assert!(told.contains(words), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_part_is_named_in_the_callers_language() {
    let house = House::build().await;
    // 54 with a comma, and the check value that belongs to that text.
    let body = DYNAMIC.replace("540512.34", "540512,34");
    let body = body.strip_suffix("DB60").unwrap();
    let code = format!("{body}{:04X}", luodi::emv::crc16(body.as_bytes()));
    for (language, words) in [
        ("en", "At character 63: object 54 must be an amount above zero"),
        ("zh-Hans", "第 63 个字符处的对象 54 应为：大于零的金额"),
    ] {
        let request = house.request("POST", PATH).header("accept-language", language).json(&json!({ "text": code }));
        let problem = send(request).await.json();
        assert_eq!(problem["errors"][0]["code"], "merchant_code_object_invalid");
        // What is put into a text stands between marks of direction.
        let told: String = text(&problem["errors"][0]["detail"]).replace(['\u{2068}', '\u{2069}'], "");
        assert!(told.contains(words), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_asks_with_a_publishable_key_and_nobody_without() {
    let house = House::build().await;
    let key = add_key(&house.app, house.store_id, KeyKind::Publishable, Mode::Test).await;
    let answer = house.post_as(&key, PATH, json!({ "text": DYNAMIC })).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text);
    let answer = send(house.anonymous("POST", PATH).json(&json!({ "text": DYNAMIC }))).await;
    assert_eq!(answer.problem().1, "unauthenticated");
    let answer = house.post(PATH, json!({ "text": "0".repeat(2001) })).await;
    assert_eq!(answer.problem().2, ["/text: too_long"]);
}
