//! UnionPay's settlement day turns at 23:00: what belongs to which file, and what is missed in which.

use luodi::sandbox::unionpay::{FaultKind, FileEdit, Operation};
use serde_json::json;

use crate::morning::{DAY, differences, statement, summary};
use crate::support::{out_trade_no, text};
use crate::unionpay::{UnionPayHouse, at};

/// The day of a payment is that on which it was cleared: at 23:00 the next one begins.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_after_eleven_at_night_stands_in_the_next_day_and_is_missed_in_neither() {
    let house = UnionPayHouse::build().await;
    let mut numbers = Vec::new();
    for moment in [
        "2026-01-01T22:30:00+08:00",
        "2026-01-01T22:59:59+08:00",
        "2026-01-01T23:00:00+08:00",
        "2026-01-01T23:30:00+08:00",
        "2026-01-02T00:30:00+08:00",
    ] {
        house.clock.set(at(moment));
        numbers.push(out_trade_no(&house.paid_payment(1000).await));
    }
    house.morning_on("2026-01-02T10:01:00+08:00").await;
    assert_eq!(house.listed(DAY).await, numbers[..2]);
    assert_eq!(summary(&house).await, Vec::<String>::new(), "half past eleven is no part of that day");
    house.clock.set(at("2026-01-02T12:00:00+08:00"));
    numbers.push(out_trade_no(&house.paid_payment(1000).await));
    house.morning_on("2026-01-03T10:01:00+08:00").await;
    assert_eq!(house.listed("2026-01-02").await, numbers[2..]);
    assert_eq!(summary(&house).await, Vec::<String>::new());
    assert_eq!(statement(&house).await["figures"]["paid_count"], 2);
}

/// The same evening, when the file really leaves something out: it is missed on the right day.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_of_the_evening_is_told_of_the_day_it_belongs_to() {
    let house = UnionPayHouse::build().await;
    house.clock.set(at("2026-01-01T22:30:00+08:00"));
    let early = house.paid_payment(1000).await;
    house.clock.set(at("2026-01-01T22:59:00+08:00"));
    house.paid_payment(1003).await;
    house.clock.set(at("2026-01-01T23:30:00+08:00"));
    let late = house.paid_payment(1001).await;
    house.paid_payment(1002).await;
    for (payment, date) in [(&early, DAY), (&late, "2026-01-02")] {
        let edit = FileEdit::Leave { order_id: out_trade_no(payment) };
        house.unionpay.sandbox.edit_file(house.unionpay.mer_id(), date, edit).expect("an edit");
    }
    house.morning_on("2026-01-02T10:01:00+08:00").await;
    let found = differences(&house).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((&found[0]["payment_id"], &found[0]["date"]), (&early["id"], &json!(DAY)));
    house.morning_on("2026-01-03T10:01:00+08:00").await;
    let found = differences(&house).await;
    let of_late = found.iter().find(|d| d["payment_id"] == late["id"]).unwrap_or_else(|| panic!("{found:#?}"));
    assert_eq!((&of_late["date"], found.len()), (&json!("2026-01-02"), 2));
}

/// A refund stands in the file of the day on which it was done, however long before it was asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_was_decided_after_eleven_at_night_is_not_missed_the_day_before() {
    let house = UnionPayHouse::build().await;
    let payment = house.paid_payment(1000).await;
    house.unionpay.fault(Operation::Refund, FaultKind::StaysPending);
    let refund = house.asked_back(&payment, 400).await;
    house.clock.set(at("2026-01-02T03:00:00+08:00"));
    let number = text(&refund["out_refund_no"]);
    house.unionpay.sandbox.settle(house.unionpay.mer_id(), &number, "00").expect("a decision");
    house.sandbox.step().await;
    assert_eq!(house.refund_status(&refund).await, "succeeded");
    house.morning_on("2026-01-02T10:01:00+08:00").await;
    assert_eq!(summary(&house).await, Vec::<String>::new(), "asked for that day, done on the next");
    house.morning_on("2026-01-03T10:01:00+08:00").await;
    assert_eq!(house.listed("2026-01-02").await, std::slice::from_ref(&number));
    assert_eq!(summary(&house).await, Vec::<String>::new());
    // Where that file leaves it out, it is missed there.
    let edit = FileEdit::Leave { order_id: number };
    house.unionpay.sandbox.edit_file(house.unionpay.mer_id(), "2026-01-02", edit).expect("an edit");
    let edit = FileEdit::Unknown { order_id: out_trade_no(&payment), amount_fen: 1000 };
    house.unionpay.sandbox.edit_file(house.unionpay.mer_id(), "2026-01-02", edit).expect("a file that is not empty");
    house.fetch_again("2026-01-02").await;
    assert!(summary(&house).await.contains(&"missing_there/refund_absent open".to_owned()));
}
