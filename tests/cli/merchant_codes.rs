//! A merchant's code on the command line.

use crate::program::Place;

const DYNAMIC: &str = "00020101021215310004999300049993777290058110048520453115303156540512.345802CN5909TEST SHOP6007BEIJING62330117ORD202601020304050708010802096304DB60";
const STATIC: &str = "000201010211153100049993000499937772900581100485204531153031565802CN5909TEST SHOP6007BEIJING64200002ZH0104测试商店0202北京630466A0";

#[test]
fn a_code_is_told_in_words_and_as_json() {
    let place = Place::empty();
    let told = place.run(&["merchant-codes", "parse", DYNAMIC]);
    assert_eq!(told.code, 0, "{told:?}");
    for words in [
        "dynamic, complete and undamaged",
        "TEST SHOP, BEIJING, CN",
        "12.34 yuan",
        "777290058110048, acquirer 00049993, forwarded by 00049993",
        "bill number",
        "ORD20260102030405",
    ] {
        assert!(told.out.contains(words), "{words:?} in {}", told.out);
    }
    let read = place.run(&["merchant-codes", "parse", DYNAMIC, "--json"]).done();
    assert_eq!((&read["kind"], &read["amount_fen"]), (&"dynamic".into(), &1234.into()));
    assert_eq!(read["unionpay"]["merchant_no"], "777290058110048");
}

#[test]
fn a_scanner_may_write_into_it() {
    let place = Place::empty();
    let told = place.run_with_input(&["merchant-codes", "parse", "-"], &format!("{STATIC}\n"));
    assert_eq!(told.code, 0, "{told:?}");
    for words in ["static", "entered by the payer", "local merchant name", "测试商店", "北京"] {
        assert!(told.out.contains(words), "{words:?} in {}", told.out);
    }
}

#[test]
fn a_damaged_code_fails_with_its_place() {
    let place = Place::empty();
    let damaged = |code: &str, words: &str| place.run(&["merchant-codes", "parse", code]).refused(1, &[words]);
    damaged(&DYNAMIC.replace("12.34", "12.35"), "A character was changed: copy or scan the code again");
    damaged("0002015X0112", "At character 7:");
    damaged("0002016304AAE6", "Object 02 is missing: an account of the merchant");
    damaged("https://qr.95516.com/00010000/62012", "begin with 000201");
    place.run(&["merchant-codes", "parse"]).refused(2, &["<TEXT>"]);
    let told = place.run(&["merchant-codes", "parse", &DYNAMIC.replace("12.34", "12.35"), "--json"]);
    assert_eq!(told.code, 1, "{told:?}");
    let problem: serde_json::Value = serde_json::from_str(&told.out).expect("a problem");
    assert_eq!((&problem["code"], &problem["status"]), (&"validation_failed".into(), &422.into()));
    assert_eq!(problem["errors"][0]["code"], "merchant_code_wrong_crc");
}
