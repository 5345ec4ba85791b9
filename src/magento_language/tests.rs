use super::audit::{Fault, audit};
use super::placeholders::placeholders;
use super::*;
use crate::i18n::{Catalogue, Locale};

const LOCALES: [Locale; 3] = [Locale::ZhHans, Locale::ZhHantHk, Locale::ZhHantTw];

#[test]
fn every_phrase_of_the_table_has_its_message_and_every_placeholder_its_argument() {
    let catalogue = Catalogue::shipped();
    assert!(phrases().len() >= 400, "{}", phrases().len());
    for phrase in phrases() {
        let given: Vec<_> = phrase.args.iter().map(|(placeholder, _)| placeholder.as_str()).collect();
        assert_eq!(placeholders(&phrase.source).into_iter().collect::<Vec<_>>(), given, "{}", phrase.source);
        for locale in Locale::ALL {
            let message = &catalogue.wording(*locale).messages()[&phrase.id];
            let named: std::collections::BTreeSet<_> = phrase.args.iter().map(|(_, name)| name.clone()).collect();
            assert_eq!(message.arguments, named, "{locale}: {}", phrase.id);
        }
    }
}

/// From the messages to the file and back: nothing lost, nothing added, nothing twice.
#[test]
fn a_dictionary_keeps_every_phrase_and_every_placeholder() {
    let catalogue = Catalogue::shipped();
    let distinct: std::collections::BTreeSet<_> = phrases().iter().map(|phrase| &phrase.source).collect();
    for locale in LOCALES {
        let dictionary = dictionary(&catalogue, locale);
        assert!(dictionary.kept_ours.is_empty(), "{:?}", dictionary.kept_ours);
        let (records, broken) = csv::read(&dictionary.csv());
        assert_eq!((records.len(), broken.len()), (distinct.len(), 0), "{locale}");
        for record in records {
            let [source, translation, kind, module] = &record.fields[..] else { panic!("{record:?}") };
            assert_eq!(placeholders(source), placeholders(translation), "{locale}: {source}");
            assert!(["module", "theme", "lib"].contains(&kind.as_str()) && !module.is_empty(), "{source}");
            assert!(translation.contains(crate::i18n::is_han) || !source.contains("the"), "{locale}: {source}");
        }
    }
}

#[test]
fn our_own_packages_pass_the_audit() {
    let audited = audit(dictionary(&Catalogue::shipped(), Locale::ZhHans).csv().as_bytes());
    assert!(audited.findings.is_empty(), "{:#?}", audited.findings);
}

/// The phrases that the usual package gets wrong, as shoppers should read them.
#[test]
fn the_dictionary_says_what_shoppers_say() {
    let dictionary = dictionary(&Catalogue::shipped(), Locale::ZhHans);
    let said = |source: &str| dictionary.rows.iter().find(|row| row.source == source).unwrap().translation.clone();
    for (source, expected) in [
        ("Place Order", "提交订单"),
        ("Clear Shopping Cart", "清空购物车"),
        ("Ship Here", "配送到这里"),
        ("Ship To", "收货人"),
        ("State/Province", "省份"),
        ("Shipping Address", "收货地址"),
        ("You added %1 to your shopping cart.", "已将“%1”加入购物车"),
        ("Items %1-%2 of %3", "第 %1-%2 件，共 %3 件"),
        ("You used coupon code \"%1\".", "优惠码“%1”已生效"),
        ("Only %1 left", "仅剩 %1 件"),
        ("Items in Cart", "件商品"),
        ("Credit Memo", "退款单"),
        ("Subtotal", "小计"),
        ("This is a required field.", "请填写此项"),
    ] {
        assert_eq!(said(source), expected, "{source}");
    }
}

#[test]
fn a_package_has_all_that_magento_looks_for() {
    let package = package(&Catalogue::shipped(), Locale::ZhHantTw).unwrap();
    assert_eq!((package.name.as_str(), package.code), ("luodi/zh_hant_tw", "zh_Hant_TW"));
    let file = |name: &str| &package.files.iter().find(|(own, _)| own == name).unwrap().1;
    assert!(file("registration.php").contains("ComponentRegistrar::LANGUAGE, 'luodi_zh_hant_tw', __DIR__"));
    let xml = file("language.xml");
    assert!(xml.contains("<code>zh_Hant_TW</code>") && xml.contains("<package>zh_hant_tw</package>"), "{xml}");
    let manifest: serde_json::Value = serde_json::from_str(file("composer.json")).unwrap();
    assert_eq!(manifest["type"], "magento2-language");
    assert!(file("zh_Hant_TW.csv").starts_with("\"Loading...\",\"載入中…\",\"module\",\"Magento_Checkout\"\n"));
    assert!(file("README.md").contains("app/i18n/luodi/zh_hant_tw"));
    assert!(super::package(&Catalogue::shipped(), Locale::En).is_none());
}

fn faults(file: &str) -> Vec<(usize, Fault)> {
    audit(file.as_bytes()).findings.into_iter().map(|finding| (finding.line, finding.fault)).collect()
}

#[test]
fn the_audit_finds_each_kind_of_fault() {
    for (file, expected) in [
        ("\"Sign In\",\"登录\"\n\"My Orders\",\"My Orders\"\n", vec![(2, Fault::Untranslated)]),
        ("\"View Order\",\"Order view\"\n", vec![(1, Fault::Untranslated)]),
        ("\"%1 - %2\",\"%1-%\"\n", vec![(1, Fault::PlaceholderLost)]),
        ("\"Welcome\",\"欢迎 %name\"\n", vec![(1, Fault::PlaceholderAdded)]),
        ("\"Ship Here\",\"船在这里\"\n", vec![(1, Fault::KnownBad)]),
        ("\"Ship Items\",\"船只商品\"\n", vec![(1, Fault::KnownBad)]),
        ("\"State is required\",\"状态是必需的\"\n", vec![(1, Fault::KnownBad)]),
        ("\"Tax\",\"传真\"\n", vec![(1, Fault::KnownBad)]),
        ("\"Company\",\"地址\"\n", vec![(1, Fault::ShiftedRow)]),
        ("\"Lines Count\",\"您不能编辑此属性，请联系管理员。\"\n", vec![(1, Fault::ShiftedRow)]),
        ("\"You need more permissions to access this.\",\"用户名\"\n", vec![(1, Fault::ShiftedRow)]),
        (
            "\"Pricing Rules\",\"无法编辑该属性值\"\n\"You cannot edit this attribute value\",\"无法编辑该属性值\"\n",
            vec![(1, Fault::ShiftedRow)],
        ),
        ("\"Back\",\"返回\"\n\"Back\",\"后退\"\n", vec![(1, Fault::Contradiction)]),
        ("\"Back\"\n", vec![(1, Fault::Columns)]),
        ("\"Back\",\"\"\n", vec![(1, Fault::Empty)]),
        ("\"Back\",\"返回\"\n\"Next,\"下一步\"\n", vec![(2, Fault::BrokenCsv), (2, Fault::Columns)]),
    ] {
        assert_eq!(faults(file), expected, "{file}");
    }
    let cut = audit(b"\"Back\",\"\xe8\xbf\"\n");
    assert_eq!(cut.findings[0].fault, Fault::BrokenCsv);
}

#[test]
fn the_audit_leaves_good_rows_alone() {
    let good = "\"SKU\",\"SKU\"\n\"PayPal\",\"PayPal\"\n\"%1\",\"%1\"\n\"100% cotton\",\"100% 纯棉\"\n\"Order Status\",\
                \"订单状态\"\n\"Edit\",\"修改\"\n\"Modify\",\"修改\"\n\"VAT ID\",\"VAT ID\"\n\
                \"Please try again later.\",\"请稍后再试\"\n\"Left column\",\"左侧栏\"\n";
    let told = audit(good.as_bytes()).findings;
    assert!(told.is_empty(), "{told:#?}");
}
