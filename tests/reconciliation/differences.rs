//! Every kind of difference: found once, told, explained, and resolved when the two sides agree.

use luodi::sandbox::{BillEdit, FaultKind, MerchantDraft, Operation};
use serde_json::json;

use crate::morning::{
    DAY, count_events, differences, edit, next_morning, path, reconcile, record, refund, statement, summary,
};
use crate::support::{House, out_trade_no, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_found_only_in_the_statement_is_settled() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    house.lasting_fault(Operation::Notify, FaultKind::Drop);
    house.pay_silently(&payment);
    next_morning(&house);
    house.app.jobs.fetch_statements().await.unwrap();
    assert_eq!(summary(&house).await, ["missing_here/unpaid_here open"]);
    let found = differences(&house).await.remove(0);
    assert_eq!((&found["there"]["amount_fen"], &found["here"]["state"]), (&json!(1280), &json!("pending")));
    assert!(text(&found["explanation"]["zh-Hans"]).contains("12.80"), "{found}");
    assert!(text(&found["advice"]["en"]).contains("being asked"), "{found}");

    reconcile(&house).await;
    let settled = house.read(&payment).await;
    assert_eq!((&settled["status"], &settled["attempts"][0]["status"]), (&json!("paid"), &json!("paid")));
    assert_eq!(summary(&house).await, ["missing_here/unpaid_here resolved"]);
    let types = house.event_types().await;
    let order: Vec<_> =
        types.iter().map(String::as_str).filter(|t| t.starts_with("difference") || *t == "payment.paid").collect();
    assert_eq!(order, ["difference.found", "payment.paid", "difference.resolved"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_the_gateway_does_not_confirm_is_not_settled_by_a_statement() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    edit(&house, BillEdit::ExtraPayment { out_trade_no: out_trade_no(&payment), fen: 1280 });
    next_morning(&house);
    reconcile(&house).await;
    assert_eq!(summary(&house).await, ["missing_here/unpaid_here open"]);
    assert_ne!(house.read(&payment).await["status"], "paid", "a row alone is not the gateway's word");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_nobody_knows_is_reported_and_no_payment_is_invented() {
    let house = House::build().await;
    house.paid_payment(1000).await;
    edit(&house, BillEdit::ExtraPayment { out_trade_no: "NOBODY0001".into(), fen: 4200 });
    next_morning(&house);
    reconcile(&house).await;
    assert_eq!(summary(&house).await, ["missing_here/unknown_order open"]);
    let found = differences(&house).await.remove(0);
    assert_eq!((&found["out_trade_no"], &found["payment_id"]), (&json!("NOBODY0001"), &json!(null)));
    assert_eq!(house.get("/v1/payments").await.json()["data"].as_array().unwrap().len(), 1);
    assert_eq!(statement(&house).await["open_differences"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_here_and_not_there_stays_paid() {
    let house = House::build().await;
    let payment = house.paid_payment(1000).await;
    let other = house.paid_payment(2000).await;
    let back = refund(&house, &other, 500).await;
    edit(&house, BillEdit::Missing { number: out_trade_no(&payment) });
    edit(&house, BillEdit::Missing { number: text(&back["out_refund_no"]) });
    next_morning(&house);
    reconcile(&house).await;
    assert_eq!(summary(&house).await, ["missing_there/payment_absent open", "missing_there/refund_absent open"]);
    assert_eq!(house.read(&payment).await["status"], "paid");
    assert_eq!(house.read(&other).await["refunded_fen"], 500);

    // The gateway mends its statement; somebody fetches it again.
    house.sandbox.clear_bill_edits(&house.merchant.mchid, DAY).unwrap();
    assert_eq!(house.post(&format!("{}/fetch", path(&house, DAY)), json!({})).await.status, 202);
    reconcile(&house).await;
    assert_eq!(
        summary(&house).await,
        ["missing_there/payment_absent resolved", "missing_there/refund_absent resolved"]
    );
    assert_eq!(count_events(&house, "difference.resolved").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_states_and_duplicates_are_told_apart() {
    let house = House::build().await;
    let payments = [
        house.paid_payment(1000).await,
        house.paid_payment(1001).await,
        house.paid_payment(1002).await,
        house.paid_payment(1003).await,
    ];
    let number = |index: usize| out_trade_no(&payments[index]);
    let back = refund(&house, &payments[3], 300).await;
    let failed = refund(&house, &payments[3], 200).await;
    edit(&house, BillEdit::ChangedAmount { number: number(0), fen: 999 });
    edit(&house, BillEdit::ChangedStatus { number: number(1), status: "REVOKED".into() });
    edit(&house, BillEdit::Duplicated { number: number(2) });
    edit(&house, BillEdit::ChangedAmount { number: text(&back["out_refund_no"]), fen: 301 });
    edit(&house, BillEdit::ChangedStatus { number: text(&failed["out_refund_no"]), status: "FAIL".into() });
    next_morning(&house);
    reconcile(&house).await;
    assert_eq!(
        summary(&house).await,
        [
            "amount/payment_amount open",
            "amount/refund_amount open",
            "duplicate/listed_twice open",
            "status/refund_status open",
            "status/reversed open",
        ]
    );
    let of = async |kind: &str| {
        let list = house.get(&format!("/v1/differences?kind={kind}&status=open")).await.json();
        list["data"][0].clone()
    };
    let amount = of("duplicate").await;
    assert_eq!(amount["out_trade_no"], json!(number(2)));
    assert!(text(&amount["there"]["state"]).starts_with("2026-01-01 #"), "it names the other row: {amount}");
    for payment in &payments[..3] {
        assert_eq!(house.read(payment).await["status"], "paid", "nothing in a statement undoes money");
    }
    assert_eq!(house.read(&payments[3]).await["refunded_fen"], 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_made_in_the_console_is_missing_here() {
    let house = House::build().await;
    let payment = house.paid_payment(1000).await;
    house.sandbox.refund_by_hand(&house.merchant.mchid, &out_trade_no(&payment), 250).unwrap();
    next_morning(&house);
    reconcile(&house).await;
    assert_eq!(summary(&house).await, ["missing_here/unknown_refund open"]);
    let found = differences(&house).await.remove(0);
    assert_eq!((&found["payment_id"], &found["there"]["amount_fen"]), (&payment["id"], &json!(250)));
    assert_eq!(house.read(&payment).await["refunded_fen"], 0, "not ours to count");
}

#[tokio::test(flavor = "multi_thread")]
async fn comparing_again_gives_the_same_rows() {
    let house = House::build().await;
    let payment = house.paid_payment(1000).await;
    edit(&house, BillEdit::ExtraPayment { out_trade_no: "NOBODY0001".into(), fen: 4200 });
    edit(&house, BillEdit::ExtraRefund { out_trade_no: "NOBODY0002".into(), out_refund_no: "NR1".into(), fen: 7 });
    edit(&house, BillEdit::Missing { number: out_trade_no(&payment) });
    edit(&house, BillEdit::Duplicated { number: "NOBODY0001".into() });
    next_morning(&house);
    reconcile(&house).await;
    let before = differences(&house).await;
    assert_eq!(before.len(), 4);
    assert_eq!(count_events(&house, "difference.found").await, 4);
    let run = record(&house, DAY).await.run;
    house.clock.advance_s(5);
    for _ in 0..2 {
        assert_eq!(house.post(&format!("{}/fetch", path(&house, DAY)), json!({})).await.status, 202);
        house.clock.advance_s(1);
        reconcile(&house).await;
    }
    assert_eq!(record(&house, DAY).await.run, run + 2, "it was read again");
    let ids = |list: &[serde_json::Value]| list.iter().map(|d| text(&d["id"])).collect::<Vec<_>>();
    assert_eq!(ids(&differences(&house).await), ids(&before));
    assert_eq!(count_events(&house, "difference.found").await, 4, "and told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_at_midnight_may_stand_in_either_statement() {
    // The whole of it in one place: paid at 23:55, in nobody's statement.
    let house = House::build().await;
    house.clock.advance_s(11 * 3600 + 55 * 60);
    let payment = house.paid_payment(1000).await;
    edit(&house, BillEdit::Missing { number: out_trade_no(&payment) });
    house.clock.advance_s(10 * 3600 + 6 * 60);
    reconcile(&house).await;
    assert_eq!(summary(&house).await, Vec::<String>::new(), "it may come with the next day");
    house.clock.advance_s(86_400);
    reconcile(&house).await;
    assert_eq!(summary(&house).await, ["missing_there/payment_absent open"]);
    assert_eq!(differences(&house).await[0]["date"], DAY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_shares_its_merchant_number_hears_only_of_its_own() {
    let house = House::build_with(MerchantDraft::default(), |config| {
        config.stores.get_mut("shop").expect("the store").other_systems = true;
    })
    .await;
    house.paid_payment(1000).await;
    edit(&house, BillEdit::ExtraPayment { out_trade_no: "POS-17".into(), fen: 4200 });
    let lost = luodi::ids::AttemptId::generate().out_trade_no();
    edit(&house, BillEdit::ExtraPayment { out_trade_no: lost.clone(), fen: 900 });
    next_morning(&house);
    reconcile(&house).await;
    assert_eq!(summary(&house).await, ["missing_here/unknown_order open"]);
    assert_eq!(differences(&house).await[0]["out_trade_no"], json!(lost), "a number that only we could have made");
    let figures = statement(&house).await["figures"].clone();
    assert_eq!((&figures["foreign_count"], &figures["foreign_fen"]), (&json!(1), &json!(4200)));
    assert_eq!(figures["paid_fen"], 6100);
}
