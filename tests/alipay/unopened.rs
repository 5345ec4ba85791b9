//! Codes that nobody scans: Alipay knows nothing of them, cannot close them, and they stay payable until their
//! time is over.

use serde_json::json;

use crate::house::AlipayHouse;
use crate::stand_in::Reply;
use crate::support::{out_trade_no, path_of, text};

const MARGIN_S: i64 = 121;

#[tokio::test(flavor = "multi_thread")]
async fn a_code_nobody_scanned_does_not_bar_another_way() {
    let alipay = AlipayHouse::build().await;
    let payment = alipay.payment_with_code().await;
    assert_eq!(payment["attempts"][0]["status"], "pending");
    let other_way = alipay.open(&payment, "wechatpay").await;
    assert_eq!(other_way.status, 201, "{}", other_way.text);
    let read = alipay.house.read(&payment).await;
    let first = &read["attempts"][0];
    assert_eq!((&first["status"], &first["failure"]["code"]), (&json!("unknown"), &json!("unopened")));
    assert_eq!(first["next_action"], json!(null), "it is no longer shown");
    assert_eq!(read["attempts"][1]["status"], "pending");
    assert_eq!(alipay.calls("alipay.trade.close"), 0, "there is nothing to close");

    // Nor does it bar the way back to Alipay.
    alipay.house.clock.advance_s(20);
    let back = alipay.open(&payment, "alipay").await;
    assert_eq!(back.status, 201, "{}", back.text);
    assert_ne!(back.json()["id"], first["id"], "a number whose fate is not known is not used again");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_asked_about_until_its_time_is_over() {
    let alipay = AlipayHouse::build().await;
    let payment = alipay.payment_with_code().await;
    alipay.open(&payment, "wechatpay").await;
    let before = alipay.calls("alipay.trade.query");
    for _ in 0..6 {
        alipay.house.pass_s(60).await;
    }
    assert!(alipay.calls("alipay.trade.query") >= before + 3, "{:?}", alipay.stand_in.calls());
    assert_eq!(alipay.house.read(&payment).await["attempts"][0]["status"], "unknown");

    let attempt = &payment["attempts"][0];
    let expires_at = luodi::clock::Timestamp::parse_rfc3339(&text(&attempt["expires_at"])).unwrap();
    alipay.house.clock.set(expires_at.plus_s(MARGIN_S));
    alipay.house.app.jobs.step().await.unwrap();
    alipay.house.pass_s(3601).await;
    assert_eq!(alipay.house.read(&payment).await["attempts"][0]["status"], "closed", "nobody can open it any more");
}

/// While Alipay cannot be heard, nothing is given up: hourly for two days, then daily.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_silent_is_asked_for_two_days_and_then_daily() {
    let alipay = AlipayHouse::build().await;
    let payment = alipay.payment_with_code().await;
    alipay.open(&payment, "wechatpay").await;
    alipay.book().fault = Some(Box::new(|seen| Some(Reply::refusal(seen, "20000", "isp.unknow-error"))));
    let asked_in = async |hours: i64| {
        let before = alipay.calls("alipay.trade.query");
        for _ in 0..hours {
            alipay.house.pass_s(3600).await;
        }
        alipay.calls("alipay.trade.query") - before
    };
    // Catches up with the short pauses first.
    asked_in(4).await;
    let hourly = asked_in(24).await;
    assert!((23..=26).contains(&hourly), "{hourly}");
    asked_in(30).await;
    let daily = asked_in(48).await;
    assert!((1..=3).contains(&daily), "{daily}");
    let first = &alipay.house.read(&payment).await["attempts"][0];
    assert_eq!(first["status"], "unknown", "never given up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_scanned_after_all_pays() {
    let alipay = AlipayHouse::build().await;
    let payment = alipay.payment_with_code().await;
    alipay.open(&payment, "wechatpay").await;
    let number = text(&payment["attempts"][0]["out_trade_no"]);
    alipay.scan_and_pay(&number);
    // Nobody tells: the jobs find out.
    for _ in 0..4 {
        alipay.house.pass_s(60).await;
    }
    let read = alipay.house.read(&payment).await;
    assert_eq!((&read["status"], &read["late"]), (&json!("paid"), &json!(false)));
    assert_eq!(read["attempts"][0]["status"], "paid");
    assert_eq!(read["attempts"][1]["status"], "closed", "the other way is closed at its gateway");
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_comes_after_the_end_is_a_late_payment() {
    let alipay = AlipayHouse::build().await;
    let payment = alipay.payment_with_code().await;
    let number = out_trade_no(&payment);
    let closing = alipay.house.post(&path_of(&payment, "/close"), json!({})).await;
    assert!([202, 409].contains(&closing.status), "it cannot be closed as long as it can be opened: {}", closing.text);
    let expires_at = luodi::clock::Timestamp::parse_rfc3339(&text(&payment["attempts"][0]["expires_at"])).unwrap();
    alipay.house.clock.set(expires_at.plus_s(MARGIN_S));
    for _ in 0..3 {
        alipay.house.pass_s(3600).await;
    }
    assert_eq!(alipay.house.read(&payment).await["status"], "closed");
    alipay.scan_and_pay(&number);
    assert_eq!(alipay.notify(&number, &[]).await.text, "success");
    let read = alipay.house.read(&payment).await;
    assert_eq!((&read["status"], &read["late"]), (&json!("paid"), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_both_ways_the_second_goes_back() {
    let alipay = AlipayHouse::build().await;
    let payment = alipay.payment_with_code().await;
    alipay.open(&payment, "wechatpay").await;
    let both = alipay.house.read(&payment).await;
    alipay.house.pay(&both).await;
    let number = text(&payment["attempts"][0]["out_trade_no"]);
    alipay.scan_and_pay(&number);
    assert_eq!(alipay.notify(&number, &[]).await.text, "success");
    for _ in 0..3 {
        alipay.house.pass_s(5).await;
    }
    let read = alipay.house.read(&payment).await;
    assert_eq!((&read["status"], &read["refunded_fen"]), (&json!("paid"), &json!(0)), "the surplus is no refund of it");
    assert_eq!((&read["attempts"][0]["status"], &read["attempts"][0]["duplicate"]), (&json!("paid"), &json!(true)));
    let refunds: Vec<_> = alipay.book().refunds.values().cloned().collect();
    assert_eq!(refunds, ["88.80"], "once, and all of it");
    let told = alipay.house.event_types().await;
    assert_eq!(told.iter().filter(|kind| *kind == "payment.duplicate_paid").count(), 1, "{told:?}");
    assert_eq!(told.iter().filter(|kind| *kind == "refund.succeeded").count(), 1, "{told:?}");
}
