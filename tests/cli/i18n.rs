//! `luodi i18n`, and a merchant's own wording in a running server.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::{Place, Running};

fn own_wording(place: &Place, file: &str, content: &str) {
    let path = place.path().join("wording").join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

#[test]
fn the_wording_that_comes_with_the_program_passes_its_check() {
    let place = Place::empty();
    let told = place.run(&["i18n", "check", "--json"]).done();
    assert_eq!((&told["ok"], &told["findings"], &told["overrides"]), (&json!(true), &json!([]), &Value::Null));
    let locales = told["locales"].as_array().unwrap();
    assert_eq!(locales.len(), 4);
    assert!(locales.iter().all(|locale| locale["messages"] == locales[0]["messages"]), "{locales:?}");
    assert!(place.run(&["i18n", "check"]).out.ends_with("ok\n"));
}

#[test]
fn a_merchants_wording_is_checked_with_file_line_and_remedy() {
    let place = Place::empty();
    own_wording(&place, "zh-Hans/cart.ftl", "cart-title = 我的购物袋\n\ncart-emtpy = 空空如也\nnext = 下一步,继续\n");
    let told = place.run(&["i18n", "check", "--overrides", "wording"]);
    assert_eq!(told.code, 1);
    assert!(
        told.out.contains("zh-Hans/cart.ftl:3: cart-emtpy: is no id of ours. Did you mean cart-empty?"),
        "{told:?}"
    );
    assert!(told.out.contains("zh-Hans/cart.ftl:4: next: has a half-width “,”"), "{told:?}");
    assert!(told.out.contains("1 files, 2 messages worded by you"), "{told:?}");

    own_wording(&place, "zh-Hans/cart.ftl", "cart-title = 我的购物袋\n购物车 = 空\n");
    let told = place.run(&["i18n", "check", "--overrides", "wording", "--json"]);
    let own = &told.json()["overrides"];
    assert_eq!((told.code, &own["refused"], &own["findings"][0]["line"]), (1, &json!(true), &json!(2)));
    assert_eq!(own["findings"][0]["rule"], "syntax");
}

#[test]
fn a_server_does_not_start_with_wording_that_cannot_be_read() {
    let place = Place::configured();
    own_wording(&place, "zh-Hans/cart.ftl", "购物车 = 空\n");
    let output = place.command(&["serve"]).env("LUODI_WORDING__OVERRIDES", "wording").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && told.contains("wording.overrides") && told.contains("zh-Hans/cart.ftl:1"),
        "{told}"
    );
}

/// Asks the server as a shop's server does.
fn ask(server: &Running, key: &str, path: &str) -> Value {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.get(format!("{}{path}", server.text("listening"))).bearer_auth(key);
        request.send().await.unwrap().json().await.unwrap()
    })
}

/// Asks until the answer is as expected: a signal is taken when the program gets round to it.
fn ask_until(server: &Running, key: &str, path: &str, expected: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let answer = ask(server, key, path);
        if expected(&answer) {
            return answer;
        }
        assert!(Instant::now() < end, "still {answer}");
        std::thread::yield_now();
    }
}

#[cfg(unix)]
#[test]
fn a_running_server_reads_the_wording_again_and_keeps_the_old_when_it_cannot() {
    let place = Place::configured();
    let key = place.run(&["keys", "create"]).out.trim().to_owned();
    own_wording(&place, "zh-Hans/cart.ftl", "cart-title = 购物袋\ncart-emtpy = 空\n");
    let mut command = place.command(&["serve", "--json"]);
    command.env("LUODI_WORDING__OVERRIDES", "wording");
    let server = place.start_command(command);
    let title = "/v1/locales/zh-Hans/messages?ids=cart-title";
    let first = ask(&server, &key, title);
    assert_eq!(first["messages"]["cart-title"], "购物袋");
    let told = ask(&server, &key, "/v1/locales/overrides");
    assert_eq!(
        (&told["files"], &told["overridden"], &told["unknown"][0]["id"]),
        (&json!(1), &json!(1), &json!("cart-emtpy"))
    );

    own_wording(&place, "zh-Hans/cart.ftl", "cart-title = 购物篮\n");
    server.hang_up();
    let second = ask_until(&server, &key, title, |answer| answer["messages"]["cart-title"] == "购物篮");
    assert_ne!(first["version"], second["version"]);

    own_wording(&place, "zh-Hans/cart.ftl", "cart-title = 购物\nkaputt\n");
    server.hang_up();
    let told = ask_until(&server, &key, "/v1/locales/overrides", |told| told["refused"] != json!([]));
    assert_eq!((&told["refused"][0]["rule"], &told["refused"][0]["line"]), (&json!("syntax"), &json!(2)));
    assert_eq!(ask(&server, &key, title), second, "the wording from before goes on");
    assert_eq!(server.stop(), 0);
}

#[test]
fn a_magento_package_is_written_and_only_into_a_folder_of_its_own() {
    let place = Place::empty();
    let told = place.run(&["i18n", "magento", "--out", "app/i18n/luodi/zh_hans_cn", "--json"]).done();
    assert_eq!((&told["package"], &told["locale"]), (&json!("luodi/zh_hans_cn"), &json!("zh_Hans_CN")));
    let folder = place.path().join("app/i18n/luodi/zh_hans_cn");
    let csv = fs::read_to_string(folder.join("zh_Hans_CN.csv")).unwrap();
    assert_eq!(csv.lines().count() as u64, told["rows"].as_u64().unwrap());
    assert!(csv.contains("\"Place Order\",\"提交订单\",\"module\",\"Magento_Checkout\"\n"));
    for file in ["registration.php", "language.xml", "composer.json", "README.md"] {
        assert!(folder.join(file).is_file(), "{file}");
    }
    // Again over itself, but never over somebody else's files.
    assert_eq!(place.run(&["i18n", "magento", "--out", "app/i18n/luodi/zh_hans_cn"]).code, 0);
    place.write("app/notes.txt", "mine");
    place.run(&["i18n", "magento", "--out", "app"]).refused(1, &["which is not of this package"]);
    place.run(&["i18n", "magento", "--out", "x", "--locale", "en"]).refused(2, &["zh_Hant_TW"]);
    let audited = place.run(&["i18n", "audit", "app/i18n/luodi/zh_hans_cn/zh_Hans_CN.csv"]);
    assert_eq!(audited.code, 0, "{audited:?}");
}

#[test]
fn the_merchants_words_are_in_the_package() {
    let place = Place::empty();
    own_wording(&place, "zh-Hans/own.ftl", "checkout-place-order = 下单\ncart-added = 已加入\n");
    let mut command = place.command(&["i18n", "magento", "--out", "out"]);
    let output = command.env("LUODI_WORDING__OVERRIDES", "wording").output().unwrap();
    assert!(output.status.success());
    let csv = fs::read_to_string(place.path().join("out/zh_Hans_CN.csv")).unwrap();
    assert!(csv.contains("\"Place Order\",\"下单\""));
    assert!(csv.contains("已将“%1”加入购物车"), "a wording without its placeholder is not taken over");
    assert!(String::from_utf8(output.stderr).unwrap().contains("cart-added lost a placeholder"));
}

#[test]
fn an_audit_counts_and_names_the_faults() {
    let place = Place::empty();
    place.write(
        "pack.csv",
        "\"Sign In\",\"登录\",module,Magento_Customer\n\"Place Order\",\"对不起，暂无报价可供此订单现在。\"\n\
         \"Ship Here\",\"船在这里\"\n\"My Orders\",\"My Orders\"\n\"Only %1 left\",\"只有 1% 左\"\n",
    );
    let told = place.run(&["i18n", "audit", "pack.csv", "--json"]);
    let audit = told.json();
    assert_eq!((told.code, &audit["rows"]), (1, &json!(5)));
    assert_eq!(audit["counts"]["untranslated"], 1);
    assert_eq!(audit["counts"]["placeholder_lost"], 1);
    assert_eq!(audit["counts"]["shifted_row"], 1);
    let shifted = audit["findings"].as_array().unwrap().iter().find(|f| f["fault"] == "shifted_row").unwrap();
    assert_eq!((&shifted["line"], &shifted["ours"]), (&json!(2), &json!("提交订单")));
    let text = place.run(&["i18n", "audit", "pack.csv"]).out;
    assert!(text.contains("line 3: Ship Here = 船在这里") && text.contains("| ours: 配送到这里"), "{text}");
    assert!(text.contains("      1  untranslated"), "{text}");
    place.run(&["i18n", "audit", "nothing.csv"]).refused(1, &["nothing.csv"]);
}
