//! A whole sidecar beside the stand-in for UnionPay: payments are opened over REST, and shoppers pay on its pages.

use luodi::sandbox::unionpay::BarcodeOutcome;
use serde_json::{Value, json};

use crate::support::phone::{Phone, SAFARI, attribute};
use crate::support::unionpay::UnionPayAccount;
use crate::support::{Answer, House, path_of, text};

pub const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/128.0";

pub async fn opened(house: &House, unionpay: &UnionPayAccount, flow: &str) -> Value {
    let shopper = match flow {
        "barcode" => json!({ "auth_code": unionpay.payment_code(BarcodeOutcome::Success) }),
        _ => json!({ "ip": "203.0.113.7" }),
    };
    opened_for(house, unionpay, flow, shopper).await
}

pub async fn opened_for(house: &House, unionpay: &UnionPayAccount, flow: &str, shopper: Value) -> Value {
    let answer = unionpay.open(house, flow, shopper).await;
    assert_eq!(answer.status, 201, "{flow}: {}", answer.text);
    answer.json()
}

/// Opened as a code, paid, told.
pub async fn paid(house: &House, unionpay: &UnionPayAccount) -> Value {
    let payment = opened(house, unionpay, "qr").await;
    unionpay.pay(&payment);
    house.sandbox.step().await;
    let payment = house.read(&payment).await;
    assert_eq!(payment["status"], "paid");
    payment
}

pub async fn refund(house: &House, payment: &Value, fen: i64) -> Value {
    let answer = house.post(&path_of(payment, "/refunds"), json!({ "amount_fen": fen })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

pub fn next_action(payment: &Value) -> Value {
    payment["attempts"][0]["next_action"].clone()
}

pub async fn status(house: &House, payment: &Value) -> String {
    text(&house.read(payment).await["status"])
}

/// How the newest attempt stands.
pub async fn attempt_status(house: &House, payment: &Value) -> String {
    let read = house.read(payment).await;
    text(&read["attempts"].as_array().expect("attempts").last().expect("an attempt")["status"])
}

pub async fn count(house: &House, kind: &str) -> usize {
    house.event_types().await.iter().filter(|told| *told == kind).count()
}

/// Time passes in steps, as it does for a server that is left alone.
pub async fn a_while_later(house: &House) {
    for _ in 0..8 {
        house.pass_s(15).await;
    }
}

/// What the account's gateway sent, last first: how it ended and why.
pub async fn heard(house: &House, unionpay: &UnionPayAccount) -> Vec<(String, String)> {
    let heard = house.app.state.storage.notifications(unionpay.account_id, 100).await.expect("the log");
    heard.into_iter().map(|seen| (seen.record.outcome, seen.record.detail)).collect()
}

/// Opens the sheet of a code, or of the app's number, on the phone and pays there.
async fn pay_on_sheet(house: &House, number: &str) {
    let sheet_at = format!("{}/phone/unionpay/{number}", house.sandbox.base_url());
    let phone = Phone::new(SAFARI);
    let sheet = phone.open(&sheet_at).await;
    assert!(sheet.status == 200 && sheet.text.contains("id=\"pay\""), "{}", sheet.text);
    let paid = phone.submit(&format!("{sheet_at}/pay"), &[]).await;
    assert!(Phone::next(&paid).contains("/paid"), "{}", paid.text);
}

/// The browser takes the form to UnionPay's page; where that page is.
pub async fn bank_page(house: &House, browser: &Phone, payment: &Value) -> String {
    let action = next_action(payment);
    assert_eq!((&action["type"], &action["method"]), (&json!("submit_form"), &json!("POST")), "{action}");
    let fields = pairs(&action["fields"]);
    let to_bank = browser.submit(&text(&action["action"]), &borrowed(&fields)).await;
    format!("{}{}", house.sandbox.base_url(), Phone::next(&to_bank))
}

fn pairs(fields: &Value) -> Vec<(String, String)> {
    fields.as_object().expect("fields").iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

pub fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The form that leads back to the shop: where it goes and what it says, as a browser would post it.
pub struct WayBack {
    pub to: String,
    pub fields: Vec<(String, String)>,
}

impl WayBack {
    pub fn on(page: &Answer) -> Self {
        let undone = |text: &str| {
            let entities = [("&#34;", "\""), ("&#38;", "&"), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">")];
            entities.into_iter().fold(text.to_owned(), |text, (name, letter)| text.replace(name, letter))
        };
        let inputs = page.text.split("<input type=\"hidden\" name=\"").skip(1);
        let fields = inputs.map(|rest| {
            let (name, rest) = rest.split_once("\" value=\"").expect("a hidden field");
            (name.to_owned(), undone(rest.split('"').next().expect("its value")))
        });
        let fields: Vec<_> = fields.collect();
        assert!(!fields.is_empty(), "{}", page.text);
        Self { to: attribute(page, "id=\"return\" method=\"post\" action"), fields }
    }

    pub async fn go(&self, browser: &Phone) -> Answer {
        browser.submit(&self.to, &borrowed(&self.fields)).await
    }
}

/// Pays on the bank's page; the way back has not been gone yet.
pub async fn pay_at_bank(house: &House, browser: &Phone, payment: &Value) -> WayBack {
    let bank = bank_page(house, browser, payment).await;
    let page = browser.open(&bank).await;
    assert!(page.status == 200 && page.text.contains("12.80"), "{bank} {}", page.text);
    let paid = browser.submit(&format!("{bank}/pay"), &[]).await;
    assert_eq!(paid.status, 303, "{}", paid.text);
    WayBack::on(&browser.open(&bank).await)
}

/// As a shopper pays by that flow; the till has nothing more to do.
pub async fn pay_by(house: &House, flow: &str, payment: &Value) {
    match flow {
        "qr" => {
            let code = text(&next_action(payment)["code_url"]);
            pay_on_sheet(house, code.rsplit('/').next().expect("a number")).await;
        }
        "app" => {
            let parameters = &next_action(payment)["parameters"];
            assert_eq!(parameters["mode"], "01", "of the test system");
            pay_on_sheet(house, &text(&parameters["tn"])).await;
        }
        "page" | "wap" => {
            let browser = Phone::new(if flow == "page" { WINDOWS } else { SAFARI });
            let back = pay_at_bank(house, &browser, payment).await.go(&browser).await;
            assert!(back.status < 400, "{} {}", back.status, back.text);
        }
        _ => {}
    }
}
