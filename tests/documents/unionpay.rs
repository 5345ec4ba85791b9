//! The requests in the documents on UnionPay, sent to the program, and the answers printed below them; its
//! commands for accounts, and its tables of settings.

use std::collections::BTreeSet;

use luodi::clock::{Clock as _, SystemClock};
use luodi::sandbox::unionpay::{BarcodeOutcome, MerchantCredentials, MerchantDraft, PaymentCodeDraft, UnionPaySandbox};
use regex::Regex;
use serde_json::{Value, json};

use crate::answers::{asked, assert_printed};
use crate::pages::Page;
use crate::support::{House, START, text};

struct UnionPayHouse {
    house: House,
    sandbox: UnionPaySandbox,
    merchant: MerchantCredentials,
}

/// UnionPay goes by the time in a number, so the house keeps this machine's time.
async fn house(settings: Value) -> UnionPayHouse {
    let house = House::build().await;
    house.clock.advance_s(SystemClock.now().seconds_since(START));
    let sandbox = house.sandbox.unionpay();
    let merchant = sandbox.add_merchant(MerchantDraft::default()).await.expect("a merchant");
    let mut account = json!({
        "gateway": "unionpay", "name": "unionpay",
        "settings": { "merchant_no": merchant.mer_id, "terminal_id": "01080209", "api_base": sandbox.base_url() },
        "secrets": { "key_file": merchant.pfx_base64, "key_password": merchant.pfx_password },
    });
    let told = account["settings"].as_object_mut().expect("settings");
    told.extend(settings.as_object().expect("an object").clone());
    let added = house.post("/v1/accounts", account).await;
    assert_eq!(added.status, 201, "{}", added.text);
    UnionPayHouse { house, sandbox, merchant }
}

impl UnionPayHouse {
    /// The attempt that a page's request opens.
    async fn opened(&self, page: &Page) -> Value {
        let (path, mut body) = asked(page);
        if body["flow"] == "barcode" {
            let draft = PaymentCodeDraft { outcome: BarcodeOutcome::Success };
            let code = self.sandbox.show_payment_code(draft).expect("a code on a phone");
            assert_eq!(code.qr_no.len(), body["shopper"]["auth_code"].as_str().map_or(0, str::len));
            body["shopper"]["auth_code"] = json!(code.qr_no);
        }
        let answer = self.house.post(&path, body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["attempts"][0].clone()
    }

    /// Where the attempt stands once UnionPay has been asked.
    async fn asked_again(&self, attempt: &Value) -> Value {
        self.house.clock.advance_s(3);
        let path = format!("/v1/payments/{}", text(&attempt["payment_id"]));
        let answer = self.house.post(&format!("{path}/refresh"), json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        self.house.get(&path).await.json()["attempts"][0].clone()
    }
}

fn page(name: &str) -> Page {
    Page::read(&format!("docs/unionpay/{name}.md"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_answers_are_what_is_answered() {
    let house = house(json!({})).await;
    for name in ["qr", "page", "wap", "app", "barcode"] {
        let page = page(name);
        let attempt = house.opened(&page).await;
        assert_printed(&page, 0, &attempt);
        if name == "barcode" {
            // UnionPay has only accepted it. What became of it is told, or asked.
            assert_printed(&page, 1, &house.asked_again(&attempt).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_are_answered_and_end_as_printed() {
    let house = house(json!({})).await;
    let attempt = house.opened(&page("barcode")).await;
    house.asked_again(&attempt).await;
    let refunds = page("refunds");
    let (_, body) = asked(&refunds);
    let path = format!("/v1/payments/{}/refunds", text(&attempt["payment_id"]));
    let answer = house.house.post(&path, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let refund = answer.json();
    assert_printed(&refunds, 0, &refund);
    // UnionPay tells what became of it.
    house.house.sandbox.step().await;
    let ended = house.house.get(&format!("/v1/refunds/{}", text(&refund["id"]))).await.json();
    assert_printed(&refunds, 1, &ended);
    let told = house.sandbox.transaction(&house.merchant.mer_id, &text(&refund["out_refund_no"]));
    assert!(told.is_ok(), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_code_is_answered_as_printed() {
    let house = House::build().await;
    let page = page("merchant-codes");
    let (path, body) = asked(&page);
    let answer = house.post(&path, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let blocks = page.blocks();
    let mut printed = blocks.iter().filter(|b| b.language == "json");
    let mut next = || serde_json::from_str::<Value>(&printed.next().expect("an answer").text).expect("JSON");
    assert_eq!(next(), answer.json());
    // A damaged one: a digit of the amount was read wrongly.
    let (_, mut body) = asked(&page);
    body["text"] = json!(text(&body["text"]).replace("12.34", "12.84"));
    let request = house.request("POST", &path).header("accept-language", "en").json(&body);
    let mut refused = crate::support::send(request).await.json();
    refused["request_id"] = json!("…");
    assert_eq!(next(), refused);
}

/// The names in the tables of the page are those that an account takes, all of them and no others.
#[test]
fn the_tables_of_settings_are_complete() {
    let source = std::fs::read_to_string("src/gateways/unionpay/settings.rs").expect("the settings");
    let list = |name: &str| -> BTreeSet<String> {
        let array = Regex::new(&format!(r"const {name}: \[&str; \d+\] =\s*\[([^\]]*)\]")).expect("a pattern");
        let inner = array.captures(&source).unwrap_or_else(|| panic!("no {name}"))[1].to_owned();
        inner.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let page = page("README");
    let table = |head: &str| -> BTreeSet<String> {
        let rows = page.text.split(&format!("| {head} |")).nth(1).unwrap_or_else(|| panic!("no table of {head}"));
        let first = rows.lines().skip(2).take_while(|line| line.starts_with('|')).filter_map(|l| l.split('|').nth(1));
        let names = Regex::new("`([a-z_]+)`").expect("a pattern");
        let rows: Vec<&str> = first.collect();
        rows.iter().flat_map(|cell| names.captures_iter(cell).map(|name| name[1].to_owned())).collect()
    };
    assert_eq!(table("Setting"), list("SETTINGS"));
    assert_eq!(table("Secret"), list("SECRETS"));
}
