//! A day on which both sides agree, and when it is asked for.

use luodi::sandbox::{FaultKind, Operation};
use serde_json::json;

use crate::morning::{
    DAY, count_events, differences, next_morning, path, reconcile, record, refund, statement, summary,
};
use crate::support::{House, out_trade_no, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_agrees_has_figures_rows_and_no_differences() {
    let house = House::build().await;
    let first = house.paid_payment(1000).await;
    let second = house.paid_payment(2500).await;
    house.clock.advance_s(60);
    let back = refund(&house, &first, 400).await;
    next_morning(&house);
    reconcile(&house).await;

    let read = statement(&house).await;
    assert_eq!((&read["status"], &read["date"], &read["kind"]), (&json!("ready"), &json!(DAY), &json!("trade")));
    assert_eq!(read["problem"], json!(null));
    assert!(read["reconciled_at"].is_string() && read["file"]["sha256"].is_string(), "{read}");
    let figures = &read["figures"];
    assert_eq!((&figures["paid_count"], &figures["paid_fen"]), (&json!(2), &json!(3500)));
    assert_eq!((&figures["refunded_count"], &figures["refunded_fen"]), (&json!(1), &json!(400)));
    let (fee, net) = (figures["fee_fen"].as_i64().unwrap(), figures["net_fen"].as_i64().unwrap());
    assert!(fee > 0 && net == 3500 - 400 - fee, "{figures}");
    let rows = read["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!((&rows[0]["kind"], &rows[0]["amount_fen"]), (&json!("payment"), &json!(1000)));
    assert_eq!(rows[0]["payment_id"], first["id"]);
    assert_eq!(rows[0]["out_trade_no"], json!(out_trade_no(&first)));
    assert_eq!(rows[1]["payment_id"], second["id"]);
    assert_eq!((&rows[2]["out_refund_no"], &rows[2]["refund_id"]), (&back["out_refund_no"], &back["id"]));
    assert_eq!(differences(&house).await, Vec::<serde_json::Value>::new());
    assert_eq!(count_events(&house, "statement.reconciled").await, 2, "trade and fund flow");

    let flow = house.get(&format!("{}?kind=fund_flow", path(&house, DAY))).await.json();
    assert_eq!(flow["status"], "ready");
    assert_eq!(flow["figures"]["income_fen"], 3500);
    assert!(flow["rows"][0]["balance_fen"].is_i64() && flow["rows"][0]["flow_no"].is_string(), "{flow}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_asked_for_after_ten_and_again_while_it_is_being_made() {
    let house = House::build().await;
    house.paid_payment(1000).await;
    house.clock.advance_s(21 * 3600);
    reconcile(&house).await;
    assert_eq!(house.get(&path(&house, DAY)).await.json()["status"], "waiting", "nine in the morning");

    // Somebody is impatient.
    let answer = house.post(&format!("{}/fetch", path(&house, DAY)), json!({})).await;
    assert_eq!((answer.status, answer.json()["data"].as_array().map(Vec::len)), (202, Some(2)));
    reconcile(&house).await;
    let waiting = record(&house, DAY).await;
    assert_eq!((waiting.status.as_str(), waiting.tries), ("waiting", 1));
    assert_eq!(waiting.next_at, Some(house.clock_now().plus_s(1800)), "in half an hour");

    house.clock.advance_s(3600 + 1);
    reconcile(&house).await;
    assert_eq!(statement(&house).await["status"], "ready");
    assert_eq!(record(&house, DAY).await.next_at, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_business_is_empty_and_done() {
    let house = House::build().await;
    next_morning(&house);
    reconcile(&house).await;
    let read = statement(&house).await;
    assert_eq!((&read["status"], &read["figures"], &read["next_at"]), (&json!("empty"), &json!(null), &json!(null)));
    assert!(read["reconciled_at"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn days_missed_are_caught_up_a_week_back_and_older_ones_by_command() {
    let house = House::build().await;
    house.paid_payment(1000).await;
    house.clock.advance_s(20 * 86_400);
    reconcile(&house).await;
    let listed = house.get("/v1/statements?kind=trade").await.json();
    let days: Vec<_> = listed["data"].as_array().unwrap().iter().map(|s| text(&s["date"])).collect();
    assert_eq!(days.len(), 7);
    assert_eq!((days.first().unwrap().as_str(), days.last().unwrap().as_str()), ("2026-01-20", "2026-01-14"));
    assert_eq!(house.get(&path(&house, DAY)).await.problem().1, "not_found");

    assert_eq!(house.post(&format!("{}/fetch", path(&house, DAY)), json!({})).await.status, 202);
    reconcile(&house).await;
    assert_eq!(statement(&house).await["figures"]["paid_fen"], 1000);
    for (date, code) in [("2026-01-21", "date_not_over"), ("2025-10-01", "date_too_old"), ("2026-1-1", "not_a_date")] {
        let problem = house.post(&format!("{}/fetch", path(&house, date)), json!({})).await.problem();
        assert_eq!(problem, (422, "validation_failed".to_owned(), vec![format!("path:date: {code}")]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_will_not_give_it_is_asked_again_later() {
    let house = House::build().await;
    house.paid_payment(1000).await;
    let fault = FaultKind::ErrorBeforeCommit { status: 500, code: "SYSTEM_ERROR".to_owned() };
    house.lasting_fault(Operation::TradeBill, fault);
    next_morning(&house);
    reconcile(&house).await;
    let failed = statement(&house).await;
    assert_eq!(failed["status"], "failed");
    assert!(failed["problem"].is_string() && failed["next_at"].is_string(), "{failed}");
    house.sandbox.clear_faults();
    house.clock.advance_s(61);
    reconcile(&house).await;
    assert_eq!(statement(&house).await["status"], "ready");
    assert_eq!(summary(&house).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_what_the_gateway_signed_is_never_read() {
    for (operation, fault) in
        [(Operation::TradeBill, FaultKind::WrongHash), (Operation::BillDownload, FaultKind::Truncated)]
    {
        let house = House::build().await;
        house.paid_payment(1000).await;
        house.lasting_fault(operation, fault);
        next_morning(&house);
        reconcile(&house).await;
        let read = statement(&house).await;
        assert_eq!((&read["status"], &read["rows"]), (&json!("failed"), &json!([])), "{operation:?}");
        house.sandbox.clear_faults();
        house.clock.advance_s(3600);
        reconcile(&house).await;
        assert_eq!(statement(&house).await["status"], "ready");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_thousand_orders_of_another_system_are_counted_and_not_reported() {
    let house = House::build_with(luodi::sandbox::MerchantDraft::default(), |config| {
        config.stores.get_mut("shop").expect("the store").other_systems = true;
    })
    .await;
    let own = house.paid_payment(1000).await;
    house.sandbox.serve_synthetic_bill(&house.merchant.mchid, DAY, 50_000).await.expect("a bill");
    next_morning(&house);
    reconcile(&house).await;
    let read = statement(&house).await;
    assert_eq!((&read["status"], &read["file"]["row_count"]), (&json!("ready"), &json!(50_000)));
    assert_eq!((&read["figures"]["foreign_count"], &read["figures"]["paid_count"]), (&json!(50_000), &json!(50_000)));
    assert_eq!(summary(&house).await, ["missing_there/payment_absent open"]);
    assert_eq!(differences(&house).await[0]["payment_id"], own["id"]);
    let last = house.get(&format!("{}?cursor=49999", path(&house, DAY))).await.json();
    assert_eq!((last["rows"].as_array().unwrap().len(), &last["next_cursor"]), (1, &json!(null)));
}
