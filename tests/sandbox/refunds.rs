//! Refunds beyond the plain ones: short funds, unreachable payers, and people in the console.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi::sandbox::{Fault, FaultKind, Funds, MerchantDraft, Operation, RefundStatus};
use rsa::Oaep;
use serde_json::{Value, json};
use sha1::Sha1;

use crate::client::{REFUNDS, Reply, Shop, shop};
use crate::receiver::Receiver;

async fn paid(shop: &Shop, number: &str) {
    shop.create(number).await;
    shop.pay(number);
}

fn funds(shop: &Shop, unsettled_fen: Option<i64>, available_fen: Option<i64>) {
    shop.sandbox.set_funds(&shop.credentials.mchid, Funds { unsettled_fen, available_fen }).unwrap();
}

#[actix_web::test]
async fn short_unsettled_funds_are_refused_and_the_available_balance_helps_out() {
    let shop = shop(MerchantDraft { refund_delay_ms: 60_000, ..MerchantDraft::default() }).await;
    paid(&shop, "FUND000001").await;
    funds(&shop, Some(300), Some(500));
    let refund = |number: &str, fen: i64| shop.refund_body("FUND000001", number, fen);
    let short = shop.call("POST", REFUNDS, refund("R1", 400)).await;
    assert_eq!((short.status, short.code().as_str()), (403, "NOT_ENOUGH"));
    let mut available = refund("R1", 400);
    available["funds_account"] = json!("AVAILABLE");
    let told = shop.trusted("POST", REFUNDS, available.clone()).await.json();
    assert_eq!((told["status"].as_str(), told["funds_account"].as_str()), (Some("PROCESSING"), Some("AVAILABLE")));
    available["out_refund_no"] = json!("R2");
    assert_eq!(shop.call("POST", REFUNDS, available).await.code(), "NOT_ENOUGH", "100 are left");

    let mut split = refund("R3", 400);
    split["amount"]["from"] =
        json!([{ "account": "AVAILABLE", "amount": 100 }, { "account": "UNAVAILABLE", "amount": 300 }]);
    shop.trusted("POST", REFUNDS, split).await;
    let held = || shop.sandbox.book(&shop.credentials.mchid).unwrap().funds;
    assert_eq!(held(), Funds { unsettled_fen: Some(0), available_fen: Some(0) });
    shop.sandbox.settle_refund(&shop.credentials.mchid, "R3", RefundStatus::Closed).unwrap();
    assert_eq!(held(), Funds { unsettled_fen: Some(300), available_fen: Some(100) }, "a closed refund gives back");
    paid(&shop, "FUND000002").await;
    assert_eq!(held().unsettled_fen, Some(1300), "payments come in unsettled");
}

#[actix_web::test]
async fn each_way_a_refund_ends_is_notified() {
    for status in [RefundStatus::Success, RefundStatus::Abnormal, RefundStatus::Closed] {
        let shop = shop(MerchantDraft { refund_delay_ms: 60_000, ..MerchantDraft::default() }).await;
        let receiver = Receiver::start();
        paid(&shop, "TOLD000001").await;
        let mut body = shop.refund_body("TOLD000001", "R1", 100);
        body["notify_url"] = json!(receiver.url);
        shop.trusted("POST", REFUNDS, body).await;
        shop.sandbox.settle_refund(&shop.credentials.mchid, "R1", status).unwrap();
        shop.sandbox.step().await;
        let letter = receiver.take().remove(0);
        let told = letter.open(&shop.credentials.apiv3_key);
        let name = told["refund_status"].as_str().unwrap();
        assert_eq!(letter.envelope()["event_type"], format!("REFUND.{name}"));
        assert_eq!(json!(status), json!(name));
        assert_eq!(told.get("success_time").is_some(), status == RefundStatus::Success);
    }
}

fn sealed(shop: &Shop, text: &str) -> String {
    STANDARD.encode(shop.public_key().encrypt(&mut rand::thread_rng(), Oaep::new::<Sha1>(), text.as_bytes()).unwrap())
}

async fn apply(shop: &Shop, refund_id: &str, body: &Value, named: bool) -> Reply {
    let target = format!("{REFUNDS}/{refund_id}/apply-abnormal-refund");
    let serial = named.then_some(shop.credentials.wechatpay_public_key_id.as_str());
    shop.send_as(shop.authorization(), "POST", &target, &body.to_string(), serial).await.unwrap()
}

#[actix_web::test]
async fn an_abnormal_refund_goes_to_a_bank_card_instead() {
    let shop = shop(MerchantDraft { refund_delay_ms: 60_000, ..MerchantDraft::default() }).await;
    let receiver = Receiver::start();
    paid(&shop, "ODD0000001").await;
    let mut body = shop.refund_body("ODD0000001", "R1", 1000);
    body["notify_url"] = json!(receiver.url);
    let refund_id = shop.trusted("POST", REFUNDS, body).await.json()["refund_id"].as_str().unwrap().to_owned();
    let card = json!({
        "out_refund_no": "R1",
        "type": "USER_BANK_CARD",
        "bank_type": "CMB_DEBIT",
        "bank_account": sealed(&shop, "6225880000000403"),
        "real_name": sealed(&shop, "张三"),
    });
    assert_eq!(apply(&shop, &refund_id, &card, true).await.code(), "INVALID_REQUEST", "it is not abnormal yet");
    shop.sandbox.settle_refund(&shop.credentials.mchid, "R1", RefundStatus::Abnormal).unwrap();

    assert_eq!(apply(&shop, &refund_id, &card, false).await.code(), "PARAM_ERROR", "no key is named");
    for (name, value) in [
        ("bank_account", json!("6225880000000403")),
        ("bank_account", json!(sealed(&shop, "no number"))),
        ("real_name", Value::Null),
        ("bank_type", json!("CMB_CREDIT")),
        ("type", json!("CASH")),
    ] {
        let mut bad = card.clone();
        bad[name] = value;
        let told = apply(&shop, &refund_id, &bad, true).await;
        assert_eq!(told.json()["detail"]["field"], format!("/{name}"), "{told:?}");
    }
    let mut foreign = card.clone();
    foreign["out_refund_no"] = json!("R2");
    assert_eq!(apply(&shop, &refund_id, &foreign, true).await.code(), "INVALID_REQUEST");
    assert_eq!(apply(&shop, "50000", &card, true).await.code(), "RESOURCE_NOT_EXISTS");

    let told = apply(&shop, &refund_id, &card, true).await;
    assert!(shop.verifies(&told.headers, told.body.as_bytes()), "{told:?}");
    let told = told.json();
    assert_eq!((told["status"].as_str(), told["channel"].as_str()), (Some("PROCESSING"), Some("OTHER_BANKCARD")));
    shop.clock.advance_s(60);
    shop.sandbox.step().await;
    let events: Vec<Value> = receiver.take().iter().map(|letter| letter.envelope()["event_type"].clone()).collect();
    assert_eq!(events, ["REFUND.ABNORMAL", "REFUND.SUCCESS"]);
}

#[actix_web::test]
async fn what_an_abnormal_refund_comes_to_can_be_scripted() {
    let shop = shop(MerchantDraft::default()).await;
    paid(&shop, "ODD0000002").await;
    let kind = |status| FaultKind::RefundOutcome { status };
    shop.sandbox.add_fault(Fault::new(Operation::Refund, kind(RefundStatus::Abnormal)).times(1)).unwrap();
    let told = shop.trusted("POST", REFUNDS, shop.refund_body("ODD0000002", "R1", 1000)).await.json();
    shop.sandbox.step().await;
    shop.sandbox.add_fault(Fault::new(Operation::AbnormalRefund, kind(RefundStatus::Closed)).times(1)).unwrap();
    let body = json!({ "out_refund_no": "R1", "type": "MERCHANT_BANK_CARD" });
    assert_eq!(apply(&shop, told["refund_id"].as_str().unwrap(), &body, false).await.status, 200);
    let told = shop.trusted("GET", &format!("{REFUNDS}/R1"), Value::Null).await.json();
    assert_eq!(told["status"], "CLOSED");
}

#[actix_web::test]
async fn a_refund_made_in_the_console_is_known_to_wechat_alone() {
    let receiver = Receiver::start();
    let draft = MerchantDraft { refund_notify_url: Some(receiver.url.clone()), ..MerchantDraft::default() };
    let shop = shop(draft).await;
    let mchid = shop.credentials.mchid.clone();
    assert!(shop.sandbox.refund_by_hand(&mchid, "HAND000001", 300).is_err());
    paid(&shop, "HAND000001").await;
    let made = shop.sandbox.refund_by_hand(&mchid, "HAND000001", 300).unwrap();
    assert!(made.by_console && made.status == RefundStatus::Success);
    assert_eq!(shop.state("HAND000001").await, "REFUND");
    shop.sandbox.step().await;
    let told = receiver.take().remove(0).open(&shop.credentials.apiv3_key);
    assert_eq!(
        (told["out_refund_no"].as_str(), told["amount"]["refund"].as_i64()),
        (Some(&*made.out_refund_no), Some(300))
    );
    assert!(shop.sandbox.refund_by_hand(&mchid, "HAND000001", 701).is_err());
    assert_eq!(shop.call("POST", REFUNDS, shop.refund_body("HAND000001", "R1", 701)).await.code(), "INVALID_REQUEST");
}
