use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::check::{Examined, Finding, Rule, check, check_file, check_shipped};
use super::*;

#[test]
fn the_wording_is_whole_and_well_written() {
    let findings = check_shipped();
    let told: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{} findings:\n{}", told.len(), told.join("\n"));
}

#[test]
fn no_text_carries_isolation_marks_or_an_argument_nobody_filled_in() {
    let catalogue = catalogue();
    for locale in Locale::ALL {
        let wording = catalogue.wording(*locale);
        assert!(wording.messages().len() > 900, "{locale} has {} messages", wording.messages().len());
        for (id, message) in wording.messages() {
            let args = message.arguments.iter().map(|name| (name.as_str(), Value::Text("茶".to_owned())));
            let text = wording.format(id, args).unwrap_or_else(|| panic!("{locale}: {id}"));
            assert!(!text.contains(['\u{2068}', '\u{2069}', '{', '}']), "{locale}: {id}: {text}");
        }
    }
}

/// The words shoppers of each place expect.
#[test]
fn each_place_reads_its_own_words() {
    for (id, hans, hong_kong, taiwan) in [
        ("checkout-place-order", "提交订单", "提交訂單", "送出訂單"),
        ("cart-proceed", "去结算", "前往結帳", "前往結帳"),
        ("address-shipping", "收货地址", "送貨地址", "收件地址"),
        ("account-sign-in", "登录", "登入", "登入"),
        ("address-email", "邮箱", "電郵地址", "電子郵件"),
        ("carrier-free", "包邮", "免運費", "免運費"),
        ("carrier-home", "送货上门", "送貨上門", "宅配到府"),
        ("carrier-cvs-tw", "便利店取货", "便利店取貨", "超商取貨"),
        ("payment-method", "支付方式", "付款方式", "付款方式"),
        ("shipment-carrier", "快递公司", "速遞公司", "物流公司"),
        ("address-country", "国家/地区", "國家/地區", "國家/地區"),
        ("order-invoice", "账单", "帳單", "帳單"),
        ("input-required", "请填写此项", "請填寫此欄", "請填寫此欄位"),
        ("field-required", "请填写此项。", "請填寫此欄。", "請填寫此欄位。"),
    ] {
        for (locale, expected) in [(Locale::ZhHans, hans), (Locale::ZhHantHk, hong_kong), (Locale::ZhHantTw, taiwan)] {
            assert_eq!(text(locale, id), expected, "{locale}: {id}");
        }
    }
    assert_eq!(text_with(Locale::ZhHans, "cart-added", &[("name", "西湖龙井")]), "已将“西湖龙井”加入购物车");
    assert_eq!(text_with(Locale::ZhHantTw, "cart-added", &[("name", "西湖龍井")]), "已將「西湖龍井」加入購物車");
}

#[test]
fn whole_numbers_choose_plural_forms_and_chinese_has_one() {
    let catalogue = catalogue();
    let count = |locale, n| catalogue.wording(locale).format("cart-count", [("count", Value::Whole(n))]).unwrap();
    assert_eq!((count(Locale::En, 1), count(Locale::En, 2)), ("1 item".to_owned(), "2 items".to_owned()));
    assert_eq!(count(Locale::ZhHans, 1), "1 件商品");
    assert_eq!(count(Locale::En, 1_234_567), "1234567 items");
}

fn examined(locale: Locale, source: &str) -> Examined {
    Examined::read(locale, "cart", source)
}

#[test]
fn the_check_names_what_is_missing_and_what_differs() {
    let complete = "a = A\n# $n (Number) how many\nb = { $n } left\nc = C\n    .title = T\n";
    let mut files: Vec<_> = Locale::ALL.iter().map(|locale| examined(*locale, complete)).collect();
    files[1] = examined(Locale::ZhHantHk, "a = A\nb = { $m } left\nc = C\nd = D\n");
    let told: Vec<_> = check(&files).iter().map(|f| (f.locale.clone(), f.line, f.id.clone(), f.rule)).collect();
    let at = |line, id: &str, rule| ("zh-Hant-HK".to_owned(), line, id.to_owned(), rule);
    assert_eq!(
        told,
        [at(2, "b", Rule::Arguments), at(3, "c", Rule::Attributes), at(4, "d", Rule::UnknownId)],
        "{told:?}"
    );
    files[2] = examined(Locale::ZhHantTw, "a = A\n");
    let missing: Vec<_> =
        check(&files).into_iter().filter(|f| f.rule == Rule::MissingId).map(|f| f.to_string()).collect();
    assert_eq!(missing[0], "zh-Hant-TW/cart.ftl: b: is missing; en has it: { $n } left [missing_id]");
    assert_eq!(missing.len(), 2);
}

fn rules(locale: Locale, source: &str) -> Vec<Rule> {
    check_file(&examined(locale, source)).into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn the_check_sees_bad_chinese() {
    for (locale, text, rule) in [
        (Locale::ZhHans, "保存失败,请重试", Rule::Punctuation),
        (Locale::ZhHans, "共 { $n } 件,已选", Rule::Punctuation),
        (Locale::ZhHans, "{ $n }:订单", Rule::Punctuation),
        (Locale::ZhHans, "单位(选填)", Rule::Punctuation),
        (Locale::ZhHans, "满１００减", Rule::FullWidth),
        (Locale::ZhHans, "加载中...", Rule::Ellipsis),
        (Locale::ZhHans, "「茶」已加入", Rule::Quotes),
        (Locale::ZhHantTw, "“茶”已加入", Rule::Quotes),
        (Locale::ZhHans, "購物車", Rule::Script),
        (Locale::ZhHantHk, "购物车", Rule::Script),
        (Locale::ZhHans, "你的订单", Rule::Word),
        (Locale::ZhHans, "您的订单", Rule::Word),
        (Locale::ZhHans, "帐号", Rule::Word),
        (Locale::ZhHans, "登陆", Rule::Word),
        (Locale::ZhHans, "送货地址", Rule::Word),
        (Locale::ZhHans, "州/省", Rule::Word),
        (Locale::ZhHans, "国家", Rule::Word),
        (Locale::ZhHantTw, "送貨地址", Rule::Word),
        (Locale::ZhHantHk, "快遞", Rule::Word),
        (Locale::En, "\u{2068}x\u{2069}", Rule::IsolationMark),
        (Locale::En, "{ COUNT($n) }", Rule::Function),
        (Locale::En, "{ \"\" }\nb =", Rule::Syntax),
    ] {
        assert!(rules(locale, &format!("a = {text}\n")).contains(&rule), "{locale}: {text}");
    }
    for (locale, text) in [
        (Locale::ZhHans, "猜你喜欢"),
        (Locale::ZhHans, "国家/地区"),
        (Locale::ZhHans, "见 /docs。"),
        (Locale::ZhHans, "请在 10:30 前付款，满 1,299.00 元包邮"),
        (Locale::ZhHantHk, "送貨地址"),
        (Locale::ZhHans, "第 { $a }-{ $b } 件，共 { $c } 件"),
        (Locale::En, "Hello, world... (really)"),
    ] {
        assert_eq!(rules(locale, &format!("a = {text}\n")), [], "{locale}: {text}");
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        Self(folder)
    }

    fn load(&self) -> Result<Catalogue, Refused> {
        Catalogue::with_overrides(self.0.path())
    }
}

#[test]
fn a_merchants_wording_counts_and_changes_the_version() {
    let folder = Folder::with(&[
        ("zh-Hans/ours.ftl", "-brand = 落地茶铺\ncart-empty = { -brand }等您来挑\n"),
        ("en/cart.ftl", "cart-added = Thanks! It is in the bag.\n"),
        ("zh-Hans/notes.txt", "not read"),
    ]);
    let (own, shipped) = (folder.load().unwrap(), Catalogue::shipped());
    let none: [(&str, Value); 0] = [];
    assert_eq!(own.wording(Locale::ZhHans).format("cart-empty", none.clone()).unwrap(), "落地茶铺等您来挑");
    assert_eq!(own.wording(Locale::En).format("cart-added", none).unwrap(), "Thanks! It is in the bag.");
    let report = own.overrides().unwrap();
    assert_eq!((report.files, report.overridden, report.unknown.len()), (2, 3, 0));
    for (locale, same) in [(Locale::ZhHans, false), (Locale::En, false), (Locale::ZhHantTw, true)] {
        assert_eq!(own.wording(locale).version() == shipped.wording(locale).version(), same, "{locale}");
    }
    assert_eq!(shipped.wording(Locale::En).version().len(), 16);
}

#[test]
fn an_id_we_do_not_have_is_told_and_not_served() {
    let own =
        Folder::with(&[("zh-Hans/a.ftl", "cart-emtpy = 空\ncart-clear = 清空\n"), ("zh/a.ftl", "next = 下一步\n")]);
    let own = own.load().unwrap();
    let unknown: Vec<_> = own.overrides().unwrap().unknown.iter().map(ToString::to_string).collect();
    assert_eq!(unknown[1], "zh-Hans/a.ftl:1: cart-emtpy: is no id of ours. Did you mean cart-empty? [unknown_id]");
    assert!(unknown[0].starts_with("zh/: is no locale of ours: there are zh-Hans,"), "{unknown:?}");
    assert!(!own.wording(Locale::ZhHans).messages().contains_key("cart-emtpy"));
}

#[test]
fn a_folder_that_would_show_nonsense_is_refused_as_a_whole() {
    let fault = |source: &str| {
        let folder = Folder::with(&[("zh-Hans/good.ftl", "next = 好\n"), ("zh-Hans/bad.ftl", source)]);
        let refused = folder.load().unwrap_err();
        assert_eq!(refused.findings.len(), 1, "{refused}");
        let Finding { rule, line, .. } = refused.findings[0].clone();
        (rule, line)
    };
    assert_eq!(fault("cart-clear = 清空\n购物车 = 空\n"), (Rule::Syntax, 2));
    assert_eq!(fault("cart-added = 已加入{ $product }\n"), (Rule::Arguments, 1));
    assert_eq!(fault("cart-clear = { cart-nothing }\n"), (Rule::Reference, 1));
    assert_eq!(fault("cart-clear = { NUMBER(1) }\n"), (Rule::Function, 1));
    assert_eq!(fault("cart-clear = \u{2068}清空\u{2069}\n"), (Rule::IsolationMark, 1));
    let gone = Catalogue::with_overrides(Path::new("/nowhere/at/all")).unwrap_err();
    assert_eq!(gone.findings[0].rule, Rule::Unreadable);
}

/// Pages and their keys: none is asked for that does not exist, none exists that nobody asks for.
#[test]
fn pages_use_every_key_and_only_keys_that_exist() {
    let mut sources = String::new();
    read_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web"), &mut sources);
    let used = page_keys(&sources);
    let mut defined = BTreeSet::new();
    for (name, source) in sources::SHIPPED[0].1 {
        if PAGE_FILES.contains(name) {
            defined.extend(message_ids(source));
        }
    }
    let missing: Vec<_> = used.difference(&defined).collect();
    let unused: Vec<_> = defined.difference(&used).collect();
    assert!(missing.is_empty(), "asked for and not defined: {missing:?}");
    assert!(unused.is_empty(), "defined and never asked for: {unused:?}");
}

#[test]
fn an_unknown_key_is_its_own_text_and_arguments_stay_bare() {
    assert_eq!(text(Locale::En, "no-such-key"), "no-such-key");
    let order = text_with(Locale::En, "shop-order-number", &[("number", "A1")]);
    assert!(order.contains("A1") && !order.contains('\u{2068}'), "{order:?}");
}

const PAGE_FILES: &[&str] = &["cashier", "shop"];

fn read_sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_sources(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "html") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// String literals that look like a key of a page: `"cashier-…"` or `"shop-…"`.
fn page_keys(sources: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for prefix in PAGE_FILES {
        let opening = format!("\"{prefix}-");
        for (at, _) in sources.match_indices(&opening) {
            let literal = &sources[at + 1..];
            let end = literal.find('"').unwrap_or(0);
            let key = &literal[..end];
            if key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
                found.insert(key.to_owned());
            }
        }
    }
    found
}

fn message_ids(source: &str) -> Vec<String> {
    ftl::read(source).entries.into_iter().map(|piece| piece.id).collect()
}
