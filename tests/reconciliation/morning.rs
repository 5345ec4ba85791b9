//! What most cases begin with: a day's business, and the morning after.

use luodi::payments::statement::StatementDay;
use luodi::payments::{StatementKind, StatementRecord};
use luodi::sandbox::BillEdit;
use serde_json::{Value, json};

use crate::support::{Answer, House, text};

/// The day on which the hand-set clock starts, at noon.
pub const DAY: &str = "2026-01-01";

pub fn day(house: &House, date: &str) -> StatementDay {
    StatementDay { account_id: house.account_id, kind: StatementKind::Trade, date: date.parse().expect("a date") }
}

/// Ten o'clock and a minute on the next day; nothing has been done yet.
pub fn next_morning(house: &House) {
    house.clock.advance_s(22 * 3600 + 60);
}

/// Fetches and compares what is due, and looks at differences that are due.
pub async fn reconcile(house: &House) {
    while house.app.jobs.fetch_statements().await.expect("statements") > 0 {}
    while house.app.jobs.recheck_differences().await.expect("differences") > 0 {}
}

pub fn edit(house: &House, edit: BillEdit) {
    house.sandbox.edit_bill(&house.merchant.mchid, DAY, edit).expect("an edit");
}

pub fn path(house: &House, date: &str) -> String {
    format!("/v1/statements/{}/{date}", house.account_id)
}

pub async fn statement(house: &House) -> Value {
    house.get(&path(house, DAY)).await.json()
}

pub async fn record(house: &House, date: &str) -> StatementRecord {
    let record = house.app.state.storage.statement(day(house, date)).await.expect("the storage");
    record.expect("a statement")
}

pub async fn differences(house: &House) -> Vec<Value> {
    list(&house.get("/v1/differences").await)
}

pub fn list(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["data"].as_array().expect("a list").clone()
}

/// `kind/reason status` of each, sorted.
pub async fn summary(house: &House) -> Vec<String> {
    let mut all: Vec<_> = differences(house)
        .await
        .iter()
        .map(|d| format!("{}/{} {}", text(&d["kind"]), text(&d["reason"]), text(&d["status"])))
        .collect();
    all.sort();
    all
}

pub async fn count_events(house: &House, kind: &str) -> usize {
    house.event_types().await.iter().filter(|t| *t == kind).count()
}

pub async fn refund(house: &House, payment: &Value, amount_fen: i64) -> Value {
    let answer = house.post(&crate::support::path_of(payment, "/refunds"), json!({ "amount_fen": amount_fen })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    house.sandbox.step().await;
    answer.json()
}
