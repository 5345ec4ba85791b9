//! `luodi statements`, in the ledger and at a running server.

use luodi::clock::{Clock, SystemClock};

use crate::program::{Ended, Place, Running};

fn ask(place: &Place, demo: &Running, arguments: &[&str]) -> Ended {
    let mut command = place.command(arguments);
    command.env("LUODI_API_URL", demo.text("api_url")).env("LUODI_API_KEY", demo.text("api_key"));
    let output = command.output().expect("the program runs");
    Ended {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

#[tokio::test]
async fn a_running_server_is_asked_for_a_day() {
    let place = Place::empty();
    let demo = place.start(&["demo", "--json", "--port", "0"]);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let accounts = client.get(format!("{}/v1/accounts", demo.text("api_url"))).bearer_auth(demo.text("api_key"));
    let accounts: serde_json::Value = accounts.send().await.unwrap().json().await.unwrap();
    let account = accounts["data"][0]["id"].as_str().unwrap();
    let today = SystemClock.now().beijing_date();
    let yesterday = today.yesterday().unwrap().to_string();

    let fetched = ask(&place, &demo, &["statements", "fetch", account, &yesterday, "--json"]).done();
    let kinds: Vec<_> = fetched["data"].as_array().unwrap().iter().map(|s| s["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["trade", "fund_flow"]);
    let shown = ask(&place, &demo, &["statements", "show", account, &yesterday]);
    assert!(shown.code == 0 && shown.out.contains(&yesterday), "{shown:?}");
    let listed = ask(&place, &demo, &["statements", "show"]);
    assert!(listed.out.starts_with("DATE") && listed.out.contains("fund_flow"), "{listed:?}");
    let file = ask(&place, &demo, &["statements", "show", account, &yesterday, "--csv"]);
    assert!(file.code == 0 && file.out.starts_with("\u{feff}No.,Kind,"), "{file:?}");
    let differences = ask(&place, &demo, &["statements", "differences", "--json"]).done();
    assert_eq!(differences["data"], serde_json::json!([]));
    ask(&place, &demo, &["statements", "fetch", account, &today.to_string()]).refused(1, &["422"]);
    assert_eq!(demo.stop(), 0);
}

#[test]
fn the_ledger_says_what_it_does_not_have() {
    let place = Place::configured();
    let nobody = "acc_01jabcdefghjkmnpqrstvwxyz0";
    assert!(place.run(&["statements", "show"]).out.starts_with("DATE"));
    place.run(&["statements", "fetch", nobody, "2026-01-01"]).refused(1, &["no account", nobody]);
    place.run(&["statements", "show", nobody, "2026-01-01"]).refused(1, &["statements fetch"]);
    place.run(&["statements", "fetch", nobody, "January"]).refused(2, &["January"]);
    place.run(&["statements", "differences", "--kind", "odd"]).refused(2, &["missing_here"]);
    assert_eq!(place.run(&["statements", "differences", "--json"]).done()["data"], serde_json::json!([]));
}
