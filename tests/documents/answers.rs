//! The requests in the documents on Alipay, sent to the program, and the answers printed below them.

use std::collections::VecDeque;

use luodi::sandbox::alipay::{BarcodeOutcome, MerchantDraft, PaymentCodeDraft};
use serde_json::{Value, json};

use crate::pages::{Block, Page};
use crate::support::House;

/// A house whose first account at Alipay is as a page says.
async fn house(qr_product: &str) -> House {
    let house = House::build().await;
    house.add_alipay(MerchantDraft::default(), json!({ "qr_product": qr_product })).await;
    house
}

/// The path behind `POST` and the body behind the blank line.
fn request(block: &Block<'_>) -> (String, Value) {
    let (head, body) = block.text.split_once("\n\n").expect("a head and a body");
    let path = head.lines().next().and_then(|line| line.strip_prefix("POST ")).expect("a POST");
    (path.to_owned(), serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}")))
}

/// Whether the answer is of the printed form: the same members, and the same words where words are fixed.
fn is_of_form(printed: &Value, real: &Value, name: &str) -> bool {
    match (printed, real) {
        (Value::Object(printed), Value::Object(real)) => {
            // An action is printed whole, other things as far as they matter.
            let whole = !matches!(name, "next_action" | "fields" | "parameters") || printed.len() == real.len();
            whole
                && printed.iter().all(|(name, value)| real.get(name).is_some_and(|real| is_of_form(value, real, name)))
        }
        (Value::String(printed), Value::String(real)) => {
            let is_fixed = matches!(name, "type" | "flow" | "status" | "method" | "cause" | "currency");
            !is_fixed || printed == real
        }
        (Value::Number(_), Value::Number(_)) if matches!(name, "amount_fen" | "width_px" | "height_px") => {
            printed == real
        }
        (printed, real) => std::mem::discriminant(printed) == std::mem::discriminant(real),
    }
}

#[test]
fn forms_are_told_apart() {
    let real = json!({"status": "pending", "next_action": {"type": "wait"}, "paid_at": null, "id": "att_2"});
    assert!(is_of_form(&json!({"status": "pending", "id": "att_1", "paid_at": null}), &real, ""));
    for other in [
        json!({"status": "paid"}),
        json!({"next_action": {"type": "redirect"}}),
        json!({"next_action": {}}),
        json!({"paid_at": "2026"}),
        json!({"total": 1}),
    ] {
        assert!(!is_of_form(&other, &real, ""), "{other}");
    }
}

async fn answer(house: &House, path: &str, mut body: Value, outcome: BarcodeOutcome) -> Value {
    if body["flow"] == "barcode" {
        let draft = PaymentCodeDraft { outcome, ..PaymentCodeDraft::default() };
        let code = house.sandbox.alipay().show_payment_code(draft).expect("a code on a phone");
        assert_eq!(code.auth_code.len(), body["shopper"]["auth_code"].as_str().map_or(0, str::len));
        body["shopper"]["auth_code"] = json!(code.auth_code);
    }
    let answer = house.post(path, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["attempts"][0].clone()
}

/// What a page prints as its answer number `which` against what is answered.
pub fn assert_printed(page: &Page, which: usize, real: &Value) {
    let blocks = page.blocks();
    let mut printed: VecDeque<Value> = blocks
        .iter()
        .filter(|block| block.language == "json")
        .filter_map(|block| serde_json::from_str::<Value>(&block.text).ok())
        .filter(|value| value["id"].is_string())
        .collect();
    let printed = printed.remove(which).unwrap_or_else(|| panic!("{}: no answer {which}", page.path));
    // To renew what is printed: `PRINT_ANSWERS=1 cargo test --test documents printed -- --nocapture`.
    if std::env::var_os("PRINT_ANSWERS").is_some() {
        println!("{} {which} {real}", page.path);
    }
    assert!(
        is_of_form(&printed, real, ""),
        "{}: answer {which} is really\n{}",
        page.path,
        serde_json::to_string_pretty(real).expect("JSON")
    );
}

/// The request that a page begins with.
pub fn asked(page: &Page) -> (String, Value) {
    request(page.blocks().iter().find(|block| block.language == "http").expect("a request"))
}

async fn compare(page: &str, qr_product: &str, outcome: BarcodeOutcome, which: usize) {
    let page = Page::read(&format!("docs/alipay/{page}.md"));
    let (path, body) = asked(&page);
    let real = answer(&house(qr_product).await, &path, body, outcome).await;
    assert_printed(&page, which, &real);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_answers_are_what_is_answered() {
    for page in ["qr", "page", "wap", "app", "jsapi", "barcode"] {
        compare(page, "precreate", BarcodeOutcome::default(), 0).await;
    }
    compare("qr", "page", BarcodeOutcome::default(), 1).await;
    compare("barcode", "precreate", BarcodeOutcome::Password, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_is_answered_as_printed() {
    let page = Page::read("docs/alipay/refunds.md");
    let (_, body) = asked(&page);
    let house = house("precreate").await;
    let (_, paid) = asked(&Page::read("docs/alipay/barcode.md"));
    let attempt = answer(&house, "/v1/payments", paid, BarcodeOutcome::default()).await;
    let path = format!("/v1/payments/{}/refunds", attempt["payment_id"].as_str().expect("an id"));
    let real = house.post(&path, body).await;
    assert_eq!(real.status, 201, "{}", real.text);
    assert_printed(&page, 0, &real.json());
}
