//! The demo: the one command that a newcomer runs first.

use crate::program::Place;

#[test]
fn the_script_sees_money_arrive_and_a_forgery_refused() {
    let place = Place::empty();
    let walked = place.run(&["demo", "--script", "--json", "--port", "0", "--lang", "en"]).done();
    assert_eq!(walked["ok"], true, "{walked:#}");
    let steps = walked["steps"].as_array().unwrap();
    let names: Vec<_> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
    let expected = [
        "shop",
        "cart",
        "checkout",
        "code",
        "listening",
        "scanned",
        "paid-on-phone",
        "cashier-paid",
        "shop-paid",
        "api-paid",
        "refunded",
        "shop-refunded",
        "forgery",
        "unionpay-paid",
        "events",
    ];
    assert_eq!(names, expected);
    assert!(steps.iter().all(|step| step["ok"] == true && step["ms"].as_f64().is_some()));
    let detail = |name: &str| steps.iter().find(|step| step["name"] == name).unwrap()["detail"].as_str().unwrap();
    assert!(detail("shop-paid").contains(r#""status":"paid""#));
    assert!(detail("forgery").starts_with("401"));
    assert!(detail("unionpay-paid").starts_with("https://qr.95516.com/"), "{}", detail("unionpay-paid"));
}

#[test]
fn the_script_speaks_to_people_in_their_language() {
    let place = Place::empty();
    let ended = place.run(&["demo", "--script", "--port", "0", "--lang", "zh"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.out.contains("商店收到 webhook，订单页显示已支付") && ended.out.contains("支付完成"),
        "{}",
        ended.out
    );
    assert!(!ended.out.contains("cli-"), "a text is missing: {}", ended.out);
}

#[test]
fn the_demo_tells_where_everything_is_and_leaves_nothing_behind() {
    let place = Place::empty();
    let folder = place.path().to_str().unwrap();
    let mut command = place.command(&["demo", "--json", "--port", "0"]);
    command.env("TMPDIR", folder);
    let demo = place.start_command(command);
    for (name, path) in [("shop_url", "/"), ("phone_url", ""), ("docs_url", ""), ("api_url", "/health/ready")] {
        let url = format!("{}{path}", demo.text(name));
        let status = fetch(&url);
        assert!(status.is_success(), "{url}: {status}");
    }
    assert!(demo.text("api_key").starts_with("ld_sk_test_"));
    for account in ["account", "alipay_account", "unionpay_account"] {
        assert!(demo.text(account).starts_with("acc_"), "{account}: {}", demo.told);
    }
    assert_eq!(demo.text("sandbox_unionpay_mer_id").len(), 15);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1, "one folder for the database");
    assert_eq!(demo.stop(), 0);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}

fn fetch(url: &str) -> reqwest::StatusCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        reqwest::Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap().status()
    })
}
