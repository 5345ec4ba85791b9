//! The refunds of one order go to Alipay one after another; those of other orders wait for nobody.

use std::sync::mpsc;

use serde_json::{Value, json};

use crate::house::AlipayHouse;
use crate::stand_in::*;
use crate::support::{Answer, House, out_trade_no, path_of, text};

async fn refund(house: &House, payment: &Value, amount_fen: i64) -> Answer {
    let answer = house.post(&path_of(payment, "/refunds"), json!({ "amount_fen": amount_fen })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer
}

async fn status(house: &House, refund: &Value) -> String {
    let id = text(&refund["id"]).parse().unwrap();
    let ledger = house.app.state.storage.ledger_of_refund(id).await.unwrap().unwrap();
    ledger.refund(id).unwrap().status.as_str().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_second_refund_of_an_order_waits_for_the_first_and_other_orders_do_not() {
    let alipay = AlipayHouse::build().await;
    let (payment, other) = (alipay.paid_payment().await, alipay.paid_payment().await);
    let number = out_trade_no(&payment);
    // The first refund of the order stays at Alipay until it is let go.
    let (arrived, has_arrived) = mpsc::channel();
    let (release, is_released) = mpsc::channel();
    let mut held = Some((arrived, is_released));
    alipay.book().fault = Some(Box::new(move |seen| {
        if seen.api() == "alipay.trade.refund"
            && seen.biz()["out_trade_no"] == json!(number)
            && let Some((arrived, is_released)) = held.take()
        {
            arrived.send(()).unwrap();
            is_released.recv().unwrap();
        }
        None
    }));
    let house = &alipay.house;
    let first = refund(house, &payment, 1000);
    let rest = async {
        tokio::task::spawn_blocking(move || has_arrived.recv().unwrap()).await.unwrap();
        let second = refund(house, &payment, 2000).await.json();
        let elsewhere = refund(house, &other, 3000).await.json();
        assert_eq!((&second["status"], &elsewhere["status"]), (&json!("requested"), &json!("succeeded")));
        house.pass_s(2).await;
        assert_eq!(status(house, &second).await, "requested", "the jobs wait as well");
        assert_eq!(alipay.calls("alipay.trade.refund"), 2, "one of each order");
        release.send(()).unwrap();
        second
    };
    let (first, second) = tokio::join!(first, rest);
    assert_eq!(first.json()["status"], "succeeded");
    house.pass_s(1).await;
    assert_eq!(status(house, &second).await, "succeeded", "at once when the first is done");
    let went_back: Vec<_> = alipay.book().refunds.values().cloned().collect();
    assert_eq!(went_back.len(), 3, "{went_back:?}");
    assert_eq!(house.read(&payment).await["refunded_fen"], 3000);
}

/// Ten seconds after a refund call a question about it proves something, not before.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_whose_answer_was_lost_is_asked_about_before_it_is_repeated() {
    let alipay = AlipayHouse::build().await;
    let payment = alipay.paid_payment().await;
    let mut lost = true;
    alipay.book().fault = Some(Box::new(move |seen| {
        let is_lost = seen.api() == "alipay.trade.refund" && std::mem::take(&mut lost);
        is_lost.then_some(Reply::Reset)
    }));
    let first = refund(&alipay.house, &payment, 1000).await.json();
    assert_eq!(first["status"], "unknown");
    let second = refund(&alipay.house, &payment, 500).await.json();
    assert_eq!(second["status"], "requested", "the first may still be under way");
    for _ in 0..9 {
        alipay.house.pass_s(1).await;
    }
    assert_eq!(alipay.calls("alipay.trade.refund"), 1, "too early to say that it is missing");
    for _ in 0..40 {
        alipay.house.pass_s(1).await;
    }
    assert_eq!(status(&alipay.house, &first).await, "succeeded");
    assert_eq!(status(&alipay.house, &second).await, "succeeded");
    let numbers: Vec<_> = alipay
        .stand_in
        .seen()
        .iter()
        .filter(|s| s.api() == "alipay.trade.refund")
        .map(|s| s.biz()["out_request_no"].clone())
        .collect();
    assert_eq!(numbers.len(), 3, "{numbers:?}");
    assert_eq!(numbers.iter().filter(|n| **n == first["out_refund_no"]).count(), 2, "repeated under its number");
}

/// A server that died in its turn: the refund is asked about when the turn has run out.
#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_nobody_ends_runs_out() {
    let alipay = AlipayHouse::build().await;
    let payment = alipay.paid_payment().await;
    let done = refund(&alipay.house, &payment, 100).await.json();
    let attempt = text(&payment["attempts"][0]["id"]).parse().unwrap();
    let dead = text(&done["id"]).parse().unwrap();
    let (storage, now) = (&alipay.house.app.state.storage, alipay.house.clock_now());
    assert!(storage.take_refund_turn(attempt, dead, now, now.plus_s(60)).await.unwrap());
    let waiting = refund(&alipay.house, &payment, 200).await.json();
    assert_eq!(waiting["status"], "requested");
    for _ in 0..4 {
        alipay.house.pass_s(14).await;
    }
    assert_eq!(status(&alipay.house, &waiting).await, "requested");
    for _ in 0..3 {
        alipay.house.pass_s(20).await;
    }
    assert_eq!(status(&alipay.house, &waiting).await, "succeeded");
}

/// Refused in a word that does not say that no money moves: asked about, and failed only when that is sure.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_unknown_meaning_is_asked_about_before_the_amount_is_free_again() {
    let alipay = AlipayHouse::build().await;
    let payment = alipay.paid_payment().await;
    alipay.book().fault = Some(Box::new(|seen| {
        let is_refund = seen.api() == "alipay.trade.refund";
        is_refund.then(|| Reply::refusal(seen, "40004", "ACQ.SOMETHING_NEW"))
    }));
    let told = refund(&alipay.house, &payment, 8880).await.json();
    assert_eq!((&told["status"], &told["failure"]["code"]), (&json!("unknown"), &json!("SOMETHING_NEW")));
    for _ in 0..30 {
        alipay.house.pass_s(1).await;
    }
    assert_eq!(status(&alipay.house, &told).await, "failed");
    assert_eq!(alipay.calls("alipay.trade.refund"), 2, "asked in between: the same word again is final");
}

/// Somebody refunded in Alipay's console. It is real, and not ours to count: the merchant hears of it.
#[tokio::test(flavor = "multi_thread")]
async fn money_that_went_back_beside_our_refunds_is_told() {
    let alipay = AlipayHouse::build().await;
    let payment = alipay.paid_payment().await;
    let number = out_trade_no(&payment);
    let ours = refund(&alipay.house, &payment, 1000).await.json();
    let back = text(&ours["out_refund_no"]);
    let known = [("refund_fee", "10.00"), ("out_biz_no", back.as_str())];
    assert_eq!(alipay.notify(&number, &known).await.text, "success");
    // A message without a number of the refund: the running total tells.
    assert_eq!(alipay.notify(&number, &[("refund_fee", "15.00")]).await.text, "fail");
    let foreign = [("refund_fee", "15.00"), ("out_biz_no", "CONSOLE1"), ("gmt_refund", "2026-01-01 13:00:00.000")];
    assert_eq!(alipay.notify(&number, &foreign).await.text, "fail");
    let events = alipay.house.get("/v1/events?limit=500").await.json();
    let told: Vec<_> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| e["type"] == "payment.mismatch")
        .map(|e| (text(&e["data"]["mismatch"]["difference"]), e["data"]["mismatch"]["report"]["refunded_fen"].clone()))
        .collect();
    assert_eq!(told, [("refunded_elsewhere".to_owned(), json!(1500)), ("refunded_elsewhere".to_owned(), json!(1500))]);
    assert_eq!(alipay.house.read(&payment).await["refunded_fen"], 1000, "only ours are counted");
}
