//! The commands that stay: the server and the stand-ins, and those that ask them.

use serde_json::{Value, json};

use crate::program::{Ended, Place};

/// A place with a server, and the key of its store.
fn key_of(place: &Place) -> String {
    place.run(&["keys", "create"]).out.trim().to_owned()
}

#[test]
fn the_server_answers_until_it_is_told_to_stop() {
    let place = Place::configured();
    let server = place.start(&["serve", "--json"]);
    let url = server.text("listening");
    assert_eq!(place.run(&["healthcheck", "--url", &url, "--json"]).done()["ok"], true);
    assert_eq!(server.stop(), 0);
    place.run(&["healthcheck", "--url", &url]).refused(1, &["does not answer"]);
}

#[test]
fn a_busy_port_and_a_public_address_that_is_none_are_told() {
    let place = Place::configured();
    let server = place.start(&["serve", "--json"]);
    let port = server.text("listening").rsplit(':').next().unwrap().to_owned();
    let other = Place::configured();
    let mut command = other.command(&["serve"]);
    let busy = command.env("LUODI_BIND", format!("127.0.0.1:{port}")).output().unwrap();
    let told = String::from_utf8(busy.stderr).unwrap();
    assert!(told.contains(&port) && told.contains("`bind`"), "{told}");

    other.write("luodi.toml", "bind = \"0.0.0.0:0\"\n");
    let checked = other.run(&["check", "--json"]).done();
    assert!(checked["configuration"]["warnings"][0].as_str().unwrap().contains("public_url"), "{checked}");
}

#[test]
fn the_ledger_is_read_over_rest_while_the_server_runs_and_from_the_file_afterwards() {
    let place = Place::configured();
    let key = key_of(&place);
    let server = place.start(&["serve", "--json"]);
    let url = server.text("listening");
    place.run(&["keys", "list"]).refused(1, &["in use by another luodi process", "LUODI_API_URL"]);

    let payment = create_payment(&url, &key);
    let id = payment["id"].as_str().unwrap();
    let over_rest = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        let output = command.env("LUODI_API_URL", &url).env("LUODI_API_KEY", &key).output().unwrap();
        Ended { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    };
    let listed = over_rest(&["payments", "list", "--order-ref", "T-1001", "--json"]).done();
    let shown = over_rest(&["payments", "show", id, "--json"]).done();
    let events = over_rest(&["events", "--json"]).out;
    let table = over_rest(&["payments", "list"]).out;
    assert!(table.contains("T-1001") && table.contains("12.80") && table.contains("open"), "{table}");
    assert_eq!(over_rest(&["payments", "list", "--status", "paid", "--json"]).done()["data"], json!([]));
    assert_eq!(server.stop(), 0);

    assert_eq!(listed["data"][0]["id"], id);
    let from_file = place.run(&["payments", "show", id, "--json"]).done();
    assert_eq!(from_file["payment"]["status"], shown["payment"]["status"]);
    assert_eq!(from_file["events"][0]["type"], "payment.created");
    assert_eq!(place.run(&["events", "--json"]).out, events);
    assert_eq!(place.run(&["events", "--after", "1", "--json"]).out, "");
    assert!(place.run(&["payments", "show", id]).out.contains("payment.created"));
    place.run(&["payments", "show", "pay_00000000000000000000000000"]).refused(1, &["there is no payment"]);
}

#[test]
fn the_stand_ins_name_their_control_address_and_a_merchant() {
    let place = Place::empty();
    let sandbox = place.start(&["sandbox", "--bind", "127.0.0.1:0", "--json"]);
    assert!(sandbox.text("control_url").starts_with("http://127.0.0.1:"));
    let merchant = &sandbox.told["merchant"];
    assert!(merchant["merchant_private_key_pem"].as_str().unwrap().contains("PRIVATE KEY"));
    assert_eq!(merchant["apiv3_key"].as_str().unwrap().len(), 32);
    let alipay = &sandbox.told["alipay_merchant"];
    assert!(alipay["app_private_key"].as_str().unwrap().starts_with("MII"), "bare, as the console shows keys");
    assert!(alipay["seller_id"].as_str().unwrap().starts_with("2088"));
    assert_eq!(sandbox.told["unionpay_merchant"]["mer_id"].as_str().unwrap().len(), 15);
    assert_eq!(sandbox.stop(), 0);
}

#[test]
fn the_stand_ins_unionpay_merchant_is_added_as_it_was_told() {
    let place = Place::configured();
    let sandbox = place.start(&["sandbox", "--bind", "127.0.0.1:0", "--json"]);
    let told = &sandbox.told["unionpay_merchant"];
    let merchant_no = told["mer_id"].as_str().unwrap();
    let key_file = format!("{}/unionpay/merchants/{merchant_no}/unionpay.pfx", sandbox.text("control_url"));
    let (status, kind, file) = download(&key_file);
    assert_eq!((status, kind.as_str()), (200, "application/x-pkcs12"));
    assert_eq!(download(&key_file.replace(merchant_no, "000000000000000")).0, 404);
    std::fs::write(place.path().join("unionpay.pfx"), file).unwrap();
    place.write("unionpay.password", told["pfx_password"].as_str().unwrap());

    let (set_no, set_base) = (format!("merchant_no={merchant_no}"), format!("api_base={}", sandbox.text("api_base")));
    let added = place.run(&[
        "accounts",
        "add",
        "--json",
        "--mode",
        "test",
        "--gateway",
        "unionpay",
        "--name",
        "unionpay",
        "--set",
        &set_no,
        "--set",
        &set_base,
        "--secret",
        "key_file=unionpay.pfx",
        "--secret",
        "key_password=unionpay.password",
    ]);
    assert_eq!(added.done()["settings"]["merchant_no"], merchant_no);
    let checked = place.run(&["accounts", "check", "--json"]);
    assert_eq!(checked.code, 0, "its certificates and its signature are good: {checked:?}");

    let body = &sandbox.told["unionpay_account"];
    assert_eq!(body["settings"]["merchant_no"], merchant_no);
    assert_eq!(body["secrets"]["key_file"], told["pfx_base64"], "the body of POST /v1/accounts");
    assert_eq!(sandbox.stop(), 0);
}

fn download(url: &str) -> (u16, String, Vec<u8>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let answer = reqwest::Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap();
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (answer.status().as_u16(), kind, answer.bytes().await.unwrap().to_vec())
    })
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn create_payment(url: &str, key: &str) -> Value {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let body = json!({ "order_ref": "T-1001", "amount_fen": 1280, "currency": "CNY", "description": "Tea" });
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request =
            client.post(format!("{url}/v1/payments")).bearer_auth(key).header("Idempotency-Key", "a".repeat(16));
        request.json(&body).send().await.unwrap().json().await.unwrap()
    })
}
