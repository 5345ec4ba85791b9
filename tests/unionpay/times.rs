//! UnionPay knows an order by its number and its time, and tells days without their year. Promises tested: the
//! time of a number is the program's own, whatever the machine's clock did; no turn of a day or year is misread.

use luodi::clock::Timestamp;
use luodi::gateways::unionpay::values::{beijing_digits, txn_time};
use luodi::ids::AttemptId;
use luodi::payments::attempt::{Flow, GatewayName, Shopper};
use luodi::payments::checkout::NewAttempt;
use luodi::sandbox::unionpay::{MerchantDraft, Operation, PayDraft};
use serde_json::json;

use crate::house::*;
use crate::support::{House, order, out_trade_no, text};

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).expect("a time")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_s_time_is_that_of_the_program_s_clock_even_when_that_is_set_back() {
    let (house, unionpay) = House::with_unionpay().await;
    for moment in ["2027-03-01T08:00:00+08:00", "2026-06-30T23:59:59+08:00", "2026-06-30T23:00:00+08:00"] {
        house.clock.set(at(moment));
        for flow in ["qr", "barcode"] {
            let payment = opened(&house, &unionpay, flow).await;
            let found = unionpay.order(&payment);
            assert_eq!(found.txn_time, beijing_digits(at(moment)), "{flow}: when it is sent, and not ahead of that");
            assert_eq!(txn_time(&found.order_id), Some(found.txn_time));
        }
    }
    let payment = paid(&house, &unionpay).await;
    house.clock.advance_s(86_400);
    let back = refund(&house, &payment, 1280).await;
    let back = unionpay.sandbox.transaction(unionpay.mer_id(), &text(&back["out_refund_no"])).expect("the refund");
    assert_eq!(back.txn_time, beijing_digits(house.clock_now()));
}

/// A request that broke off before anything was recorded and is repeated later comes with the number chosen then.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_chosen_long_ago_is_not_sent_as_if_it_were_new() {
    let (house, unionpay) = House::with_unionpay().await;
    let chosen = AttemptId::generate_at(house.clock_now());
    for (gateway, waited_s, is_kept) in [
        (GatewayName::UnionPay, 0, true),
        (GatewayName::UnionPay, 60, true),
        (GatewayName::UnionPay, 61, false),
        (GatewayName::WeChatPay, 3600, true),
    ] {
        let payment = house.post("/v1/payments", order(1280, false)).await.json();
        let id = text(&payment["id"]).parse().expect("an id");
        let chosen = if waited_s == 0 { chosen } else { AttemptId::generate_at(house.clock_now()) };
        house.clock.advance_s(waited_s);
        let new = || NewAttempt { id: chosen, gateway, flow: Flow::Qr, account: None, shopper: Shopper::default() };
        let payments = &house.app.state.payments;
        let (_, opened) = payments.open_attempt(id, new()).await.expect("an attempt");
        assert_eq!(opened == chosen, is_kept, "{gateway:?} {waited_s}");
        let (ledger, again) = payments.open_attempt(id, new()).await.expect("the same");
        assert_eq!((again, ledger.attempts.len()), (opened, 1), "the same request again makes no second order");
        if gateway == GatewayName::UnionPay {
            let number = ledger.attempts[0].out_trade_no.clone();
            let found = unionpay.sandbox.transaction(unionpay.mer_id(), &number).expect("the order");
            let age_s = found.created_at.seconds_since(opened.made_at().expect("a time"));
            assert!((0..=60).contains(&age_s), "{age_s}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_paid_across_new_year_was_paid_in_the_new_one() {
    let (house, unionpay) = House::with_unionpay().await;
    house.clock.set(at("2026-12-31T23:59:50+08:00"));
    for flow in ["qr", "page"] {
        let payment = opened(&house, &unionpay, flow).await;
        house.clock.advance_s(20);
        pay_by(&house, flow, &payment).await;
        house.sandbox.step().await;
        let read = house.read(&payment).await;
        let paid_at = at(&text(&read["attempts"][0]["paid_at"]));
        assert_eq!(paid_at, house.clock_now(), "{flow}");
        house.clock.set(at("2026-12-31T23:59:50+08:00"));
    }
}

/// The settlement day ends at 23:00: what was paid before is refunded after it, what was paid after is voided.
#[tokio::test(flavor = "multi_thread")]
async fn the_settlement_day_turns_an_hour_before_midnight() {
    let house = House::build().await;
    let unionpay = house.add_unionpay(MerchantDraft::default(), json!({ "same_day_refunds": "void" })).await;
    for (paid_at, refunded_at, operation) in [
        ("2026-01-05T22:00:00+08:00", "2026-01-05T22:50:00+08:00", Operation::Void),
        ("2026-01-06T22:00:00+08:00", "2026-01-06T22:55:01+08:00", Operation::Refund),
        ("2026-01-07T22:00:00+08:00", "2026-01-07T23:10:00+08:00", Operation::Refund),
        ("2026-01-08T23:00:00+08:00", "2026-01-09T08:00:00+08:00", Operation::Void),
        ("2026-12-31T23:30:00+08:00", "2027-01-01T10:00:00+08:00", Operation::Void),
    ] {
        house.clock.set(at(paid_at));
        let payment = paid(&house, &unionpay).await;
        house.clock.set(at(refunded_at));
        let before = unionpay.calls(operation);
        refund(&house, &payment, 1280).await;
        assert_eq!(unionpay.calls(operation), before + 1, "{paid_at} {refunded_at}");
        house.sandbox.step().await;
        assert_eq!(status(&house, &payment).await, "refunded", "{paid_at} {refunded_at}");
    }
}

/// UnionPay may be asked to the second when an order's time is over; a success on its way is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_in_the_last_second_is_in_time() {
    let (house, unionpay) = House::with_unionpay().await;
    let payment = opened(&house, &unionpay, "qr").await;
    let pay_until = unionpay.order(&payment).pay_until.expect("a time");
    assert_eq!(pay_until, at(&text(&payment["attempts"][0]["expires_at"])));
    house.clock.set(pay_until.plus_s(-1));
    unionpay.pay(&payment);
    house.clock.set(pay_until.plus_s(600));
    house.app.jobs.step().await.expect("the jobs work");
    let read = house.read(&payment).await;
    assert_eq!((&read["status"], &read["late"]), (&json!("paid"), &json!(false)));
    let too_late = unionpay.sandbox.pay(unionpay.mer_id(), &out_trade_no(&payment), &PayDraft::default());
    assert!(too_late.is_err(), "paid once");
}
