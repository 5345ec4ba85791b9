//! Published samples, and whatever else arrives.

use proptest::prelude::*;

use super::*;

const DYNAMIC: &str = "00020101021215310004999300049993777290058110048520453115303156540512.345802CN5909TEST SHOP6007BEIJING62330117ORD202601020304050708010802096304DB60";
const STATIC: &str = "000201010211153100049993000499937772900581100485204531153031565802CN5909TEST SHOP6007BEIJING64200002ZH0104测试商店0202北京630466A0";

fn object(id: u8, value: &str) -> DataObject {
    DataObject { id, value: value.to_owned() }
}

fn account() -> UnionPayAccount {
    UnionPayAccount {
        acquirer_iin: "00049993".to_owned(),
        forwarding_iin: "00049993".to_owned(),
        merchant_no: "777290058110048".to_owned(),
    }
}

/// Puts the right CRC at the end of a text that was changed.
fn resealed(text: &str) -> String {
    let text = format!("{}6304", text.split("6304").next().unwrap());
    format!("{text}{:04X}", crc16(text.as_bytes()))
}

#[test]
fn the_check_value_is_the_published_one() {
    assert_eq!(crc16(b"123456789"), 0x29B1);
    assert_eq!(crc16(b""), 0xFFFF);
    assert_eq!(crc16(b"0"), 0xD7A3);
    assert_eq!(crc16(b"0002016304"), 0xAAE6);
}

#[test]
fn a_dynamic_code_names_its_amount_and_its_order() {
    let code = MerchantCode::parse(DYNAMIC).unwrap();
    assert!(code.is_dynamic);
    assert_eq!(code.unionpay, Some(account()));
    assert_eq!(code.accounts.len(), 1);
    assert_eq!((code.merchant_category.as_str(), code.currency.as_str(), code.country.as_str()), ("5311", "156", "CN"));
    assert_eq!((code.amount.as_deref(), code.amount_fen.map(Fen::get)), (Some("12.34"), Some(1234)));
    assert_eq!((code.merchant_name.as_str(), code.merchant_city.as_str()), ("TEST SHOP", "BEIJING"));
    assert_eq!(code.additional, [object(1, "ORD20260102030405"), object(7, "01080209")]);
    assert_eq!(write_code(&code.objects).as_deref(), Some(DYNAMIC));
}

#[test]
fn lengths_count_characters_and_the_check_value_counts_bytes() {
    let code = MerchantCode::parse(STATIC).unwrap();
    assert!(!code.is_dynamic && code.amount.is_none() && code.amount_fen.is_none());
    assert_eq!(code.localized, [object(0, "ZH"), object(1, "测试商店"), object(2, "北京")]);
    assert_eq!(write_code(&code.objects).as_deref(), Some(STATIC));
    let lower_case = format!("{}66a0", STATIC.strip_suffix("66A0").unwrap());
    assert_eq!(MerchantCode::parse(&lower_case).unwrap(), code);
}

#[test]
fn a_damaged_code_says_where() {
    use CodeError as E;
    let crc = |told: &str| E::WrongCrc { told: told.to_owned(), expected: "DB60".to_owned(), at: 138 };
    let with_crc = |told: &str| format!("{}{told}", DYNAMIC.strip_suffix("DB60").unwrap());
    let twice = STATIC.replace("64200002ZH0104", "64200002ZH0004");
    for (text, expected) in [
        (String::new(), E::NotEmv),
        ("https://qr.95516.com/00010000/62012".to_owned(), E::NotEmv),
        // The register began with zero instead of FFFF; 6304 was left out of it.
        (with_crc("7D05"), crc("7D05")),
        (with_crc("6397"), crc("6397")),
        (DYNAMIC.strip_suffix("6304DB60").unwrap().to_owned(), E::NoCrc),
        (format!("{DYNAMIC}9901x"), E::NoCrc),
        ("0002015X0112".to_owned(), E::BrokenHead { at: 6 }),
        ("  0002015X0112".to_owned(), E::BrokenHead { at: 8 }),
        ("000201541".to_owned(), E::BrokenHead { at: 6 }),
        ("000201540512".to_owned(), E::TooLong { id: 54, at: 6 }),
        ("0002015400".to_owned(), E::Empty { id: 54, at: 6 }),
        ("00020153031565303156".to_owned(), E::Twice { id: 53, at: 13 }),
        ("0002016304AAE6".to_owned(), E::Missing { id: 2, part: Part::Account }),
        // Within object 64, counted in the whole text.
        (resealed(&twice), E::Twice { id: 0, at: 102 }),
    ] {
        assert_eq!(MerchantCode::parse(&text), Err(expected), "{text}");
    }
    // The bytes of the Chinese name in GBK instead of UTF-8 would give this value.
    assert!(matches!(
        MerchantCode::parse(&format!("{}44F1", STATIC.strip_suffix("66A0").unwrap())),
        Err(E::WrongCrc { .. })
    ));
}

#[test]
fn each_part_must_be_what_it_says() {
    let missing = |id: u8, part: &str| {
        let text = resealed(&DYNAMIC.replace(part, ""));
        assert!(matches!(MerchantCode::parse(&text), Err(CodeError::Missing { id: at, .. }) if at == id), "{part}");
    };
    missing(52, "52045311");
    missing(53, "5303156");
    missing(58, "5802CN");
    missing(59, "5909TEST SHOP");
    missing(60, "6007BEIJING");
    for (id, part, from, to) in [
        (1, Part::PointOfInitiation, "010212", "010213"),
        (15, Part::UnionPayAccount, "15310004999300049993777290058110048", "15160004999300049993"),
        (15, Part::UnionPayAccount, "15310004999300049993", "1531X004999300049993"),
        (16, Part::UnionPayAccount, "15310004999300049993", "1631X004999300049993"),
        (52, Part::Category, "52045311", "520453x1"),
        (53, Part::Currency, "5303156", "5303CNY"),
        (54, Part::Amount, "540512.34", "540512,34"),
        (54, Part::Amount, "540512.34", "540612.345"),
        (54, Part::Amount, "540512.34", "5403.34"),
        (54, Part::Amount, "540512.34", "54040.00"),
        (54, Part::Amount, "540512.34", "5405-2.34"),
        (58, Part::Country, "5802CN", "5802cn"),
    ] {
        let text = resealed(&DYNAMIC.replace(from, to));
        let at = text.find(to).unwrap();
        assert_eq!(MerchantCode::parse(&text), Err(CodeError::Invalid { id, part, at }), "{to}");
    }
}

#[test]
fn an_amount_may_have_fewer_decimals_or_a_bare_point() {
    for (object, fen) in [("540212", 1200), ("540312.", 1200), ("540412.3", 1230), ("54040.01", 1)] {
        let code = MerchantCode::parse(&resealed(&DYNAMIC.replace("540512.34", object))).unwrap();
        assert_eq!(code.amount_fen.map(Fen::get), Some(fen), "{object}");
    }
}

#[test]
fn another_currency_keeps_its_amount_as_text() {
    let code = MerchantCode::parse(&resealed(&DYNAMIC.replace("5303156540512.34", "5303392540512345"))).unwrap();
    assert_eq!((code.amount.as_deref(), code.amount_fen), (Some("12345"), None));
}

fn objects() -> impl Strategy<Value = Vec<DataObject>> {
    let rest = proptest::collection::btree_map((1_u8..100).prop_filter("the CRC", |id| *id != 63), "\\PC{1,99}", 0..12);
    rest.prop_map(|rest| {
        let rest = rest.into_iter().map(|(id, value)| DataObject { id, value });
        std::iter::once(object(0, "01")).chain(rest).collect()
    })
}

proptest! {
    #[test]
    fn any_text_is_a_code_or_none(text in "\\PC{0,120}", tail in "[0-9]{0,60}") {
        let _ = MerchantCode::parse(&text);
        let _ = MerchantCode::parse(&resealed(&format!("000201{tail}{text}")));
    }

    #[test]
    fn what_is_written_is_read_again(objects in objects()) {
        let text = write_code(&objects).unwrap();
        prop_assert_eq!(checked(&text, 0).map(without_places), Ok(objects));
    }

    #[test]
    fn one_changed_character_is_always_noticed(at in 6_usize..142, with in "[0-9A-Za-z]") {
        let mut chars: Vec<char> = DYNAMIC.chars().collect();
        let before = chars[at];
        chars[at] = with.chars().next().unwrap();
        prop_assume!(chars[at] != before);
        prop_assert!(MerchantCode::parse(&chars.into_iter().collect::<String>()).is_err());
    }
}
