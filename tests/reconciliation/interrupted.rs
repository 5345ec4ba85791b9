//! Work that stops in the middle, or is done by two at once: nothing is lost, nothing is told twice.

use luodi::gateways::Merchant;
use luodi::gateways::statement::{Fetched, Statement, StatementLine, StatementSummary, TradeKind, TradeRow};
use luodi::money::Fen;
use luodi::payments::StatementKind;
use luodi::payments::reconcile::{Progress, STATEMENT_LEASE_S};

use crate::morning::{DAY, count_events, day, differences, next_morning, reconcile, record};
use crate::support::House;

const ROWS: u64 = 1300;

fn row(house: &House, index: u64) -> TradeRow {
    TradeRow {
        kind: TradeKind::Payment,
        merchant: Merchant {
            merchant_no: house.merchant.mchid.clone(),
            app_id: Some(house.merchant.appid.clone()),
            sub_merchant_no: None,
        },
        out_trade_no: format!("NOBODY{index:06}"),
        gateway_trade_no: format!("42{index:026}"),
        out_refund_no: None,
        gateway_refund_no: None,
        amount: Fen::new(100).unwrap(),
        currency: "CNY".to_owned(),
        refund_state: None,
        at: None,
        fee_fen: 1,
        description: "茶".to_owned(),
    }
}

/// A statement of orders that nobody knows.
pub fn strangers(house: &House, rows: u64) -> Statement {
    let summary = StatementSummary {
        row_count: rows,
        paid_fen: i64::try_from(rows).unwrap() * 100,
        refunded_fen: 0,
        fee_fen: i64::try_from(rows).unwrap(),
    };
    let mut lines: Vec<_> = (0..rows).map(|index| Ok(StatementLine::Trade(row(house, index)))).collect();
    lines.push(Ok(StatementLine::Summary(summary)));
    Statement { sha256: "00".repeat(32), size_bytes: 1, rows: Box::new(lines.into_iter()) }
}

async fn claim(house: &House) -> Vec<luodi::payments::StatementRecord> {
    house.app.state.payments.plan_statements().await.unwrap();
    let now = house.clock_now();
    let claimed = house.app.state.storage.claim_statements(now, STATEMENT_LEASE_S, 10).await.unwrap();
    claimed.into_iter().filter(|s| s.day.kind == StatementKind::Trade).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparing_that_was_cut_short_goes_on_where_it_stopped() {
    let house = House::build().await;
    let storage = &house.app.state.storage;
    let payments = &house.app.state.payments;
    next_morning(&house);
    let claimed = claim(&house).await;
    let account = storage.account(house.account_id).await.unwrap().unwrap();
    let (_, gateway) = payments.gateways().of_account(house.account_id).await.unwrap();
    // The whole road once, to have rows; then as if the process had died while comparing the second batch.
    let fetched = Fetched::Statement(strangers(&house, ROWS));
    let run = {
        let work = payments.receive_statement(&claimed[0], &account, gateway.as_ref(), fetched);
        let mut work = std::pin::pin!(work);
        loop {
            let step = futures_util::future::poll_immediate(work.as_mut()).await;
            if step.is_some() {
                break record(&house, DAY).await.run;
            }
            let reached = record(&house, DAY).await;
            if reached.run > 0 && reached.compared_to >= 500 {
                break reached.run;
            }
            tokio::task::yield_now().await;
        }
    };
    let reached = record(&house, DAY).await;
    assert!(reached.compared_to < i64::try_from(ROWS).unwrap(), "it was cut short: {}", reached.compared_to);
    assert_eq!(reached.reconciled_at, None);
    assert!(claim(&house).await.is_empty(), "whoever died still has the lease");

    house.clock.advance_s(STATEMENT_LEASE_S + 1);
    let again = claim(&house).await;
    assert_eq!(again.len(), 1);
    payments.work_on_statement(&again[0]).await.unwrap();
    let done = record(&house, DAY).await;
    assert_eq!(done.run, run, "what was read is not read again");
    assert!(done.reconciled_at.is_some());
    assert_eq!(count_events(&house, "difference.found").await.min(500), 500.min(ROWS as usize));
    let open = storage.open_differences_of(day(&house, DAY)).await.unwrap();
    assert_eq!(open.0, i64::try_from(ROWS).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_that_was_cut_short_begins_anew_and_leaves_nothing_behind() {
    let house = House::build().await;
    let storage = &house.app.state.storage;
    next_morning(&house);
    let claimed = claim(&house).await;
    let day = claimed[0].day;
    let lease = house.clock_now().plus_s(STATEMENT_LEASE_S);
    let first = storage.begin_reading(day, lease).await.unwrap();
    // Another replica takes over before the rows are in.
    house.clock.advance_s(STATEMENT_LEASE_S + 1);
    let again = claim(&house).await;
    assert_eq!(again.len(), 1);
    let account = storage.account(house.account_id).await.unwrap().unwrap();
    let (_, gateway) = house.app.state.payments.gateways().of_account(house.account_id).await.unwrap();
    let fetched = Fetched::Statement(strangers(&house, 3));
    house.app.state.payments.receive_statement(&again[0], &account, gateway.as_ref(), fetched).await.unwrap();
    // The first one wakes up: none of its writes is taken.
    assert!(!storage.add_statement_rows(day, first, Vec::new(), lease).await.unwrap());
    assert!(!storage.believe_reading(day, first, None, Vec::new(), house.clock_now()).await.unwrap());
    assert_eq!(storage.statement_rows(day, 0, 100).await.unwrap().len(), 3);
    assert_eq!(differences(&house).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_do_not_work_on_one_statement() {
    let house = House::build().await;
    next_morning(&house);
    let (first, second) = tokio::join!(claim(&house), claim(&house));
    assert_eq!(first.len() + second.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_batch_may_be_driven_by_hand() {
    let house = House::build().await;
    house.paid_payment(1000).await;
    next_morning(&house);
    reconcile(&house).await;
    assert_eq!(house.app.state.payments.compare_next(day(&house, DAY)).await.unwrap(), Progress::Done);
    assert_eq!(count_events(&house, "statement.reconciled").await, 3, "comparing again says so again");
}
