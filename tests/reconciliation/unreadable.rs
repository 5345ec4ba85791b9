//! A statement that is not whole is not believed, and what was believed before stays.

use luodi::gateways::statement::{Fetched, Statement, StatementFault, StatementLine, StatementSummary};
use serde_json::{Value, json};

use crate::interrupted::strangers;
use crate::morning::{DAY, differences, next_morning, path, reconcile, record, statement};
use crate::support::House;

async fn receive(house: &House, statement: Statement) {
    let storage = &house.app.state.storage;
    house.app.state.payments.plan_statements().await.unwrap();
    let claimed = record(house, DAY).await;
    let account = storage.account(house.account_id).await.unwrap().unwrap();
    let (_, gateway) = house.app.state.payments.gateways().of_account(house.account_id).await.unwrap();
    let fetched = Fetched::Statement(statement);
    house.app.state.payments.receive_statement(&claimed, &account, gateway.as_ref(), fetched).await.unwrap();
}

/// The lines of a good statement, changed.
fn spoilt(house: &House, rows: u64, spoil: impl FnOnce(&mut Vec<Result<StatementLine, StatementFault>>)) -> Statement {
    let good = strangers(house, rows);
    let mut lines: Vec<_> = good.rows.collect();
    spoil(&mut lines);
    Statement { rows: Box::new(lines.into_iter()), ..strangers(house, 0) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_breaks_off_is_not_believed_at_all() {
    let house = House::build().await;
    next_morning(&house);
    let fault = || Err(StatementFault { line: 1202, problem: "9 columns where 27 are expected".to_owned() });
    let cases: Vec<(Statement, &str)> = vec![
        (spoilt(&house, 1200, |lines| lines.insert(1100, fault())), "9 columns"),
        (spoilt(&house, 700, |lines| drop(lines.pop())), "without its totals"),
        (spoilt(&house, 700, |lines| drop(lines.remove(3))), "speak of 700 rows"),
        (spoilt(&house, 3, |lines| lines.push(Ok(StatementLine::Summary(StatementSummary::default())))), "after the"),
        (
            spoilt(&house, 3, |lines| {
                if let Ok(StatementLine::Trade(row)) = &mut lines[1] {
                    row.merchant.merchant_no = "1900000999".to_owned();
                }
            }),
            "another merchant",
        ),
        (
            spoilt(&house, 3, |lines| {
                if let Ok(StatementLine::Trade(row)) = &mut lines[1] {
                    row.description = "茶\0".to_owned();
                }
            }),
            "NUL",
        ),
    ];
    for (statement, problem) in cases {
        receive(&house, statement).await;
        let unreadable = record(&house, DAY).await;
        assert_eq!(unreadable.status.as_str(), "unreadable", "{problem}");
        assert!(unreadable.problem.as_ref().is_some_and(|p| p.contains(problem)), "{:?}", unreadable.problem);
        assert!(unreadable.next_at > Some(house.clock_now()), "it is asked for again");
        let rows = house.app.state.storage.statement_rows(unreadable.day, 0, 10).await.unwrap();
        assert!(rows.is_empty() && differences(&house).await.is_empty(), "{problem}");
    }
    receive(&house, strangers(&house, 2)).await;
    assert_eq!(record(&house, DAY).await.status.as_str(), "ready");
    assert_eq!(differences(&house).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_file_does_not_push_out_a_good_one() {
    let house = House::build().await;
    house.paid_payment(1000).await;
    next_morning(&house);
    reconcile(&house).await;
    assert_eq!(house.post(&format!("{}/fetch", path(&house, DAY)), json!({})).await.status, 202);
    receive(&house, spoilt(&house, 3, |lines| drop(lines.pop()))).await;
    let read = statement(&house).await;
    assert_eq!((&read["status"], &read["figures"]["paid_fen"]), (&json!("ready"), &json!(1000)));
    assert!(read["problem"].as_str().is_some_and(|p| p.contains("totals")), "but it is told: {read}");
    assert_eq!(read["rows"].as_array().map(Vec::len), Some(1));
    assert_eq!(differences(&house).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_that_are_not_the_sum_of_the_rows_are_a_difference() {
    let house = House::build().await;
    next_morning(&house);
    let statement = spoilt(&house, 2, |lines| {
        if let Some(Ok(StatementLine::Summary(summary))) = lines.last_mut() {
            summary.paid_fen += 1;
        }
    });
    receive(&house, statement).await;
    let totals = house.get("/v1/differences?kind=totals").await.json()["data"][0].clone();
    assert_eq!((&totals["reason"], &totals["subject"]), (&json!("totals_disagree"), &json!("statement")));
    assert_eq!((&totals["there"]["amount_fen"], &totals["here"]["amount_fen"]), (&json!(201), &json!(200)));
    receive(&house, strangers(&house, 2)).await;
    let totals = house.get("/v1/differences?kind=totals").await.json()["data"][0].clone();
    assert_eq!(totals["status"], "resolved");
}
