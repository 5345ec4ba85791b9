//! UnionPay's day, from 23:00 to 23:00: its list of what was cleared, packed into an answer, beside the ledger.

use luodi::clock::Timestamp;
use luodi::sandbox::unionpay::{FaultKind, FileEdit, MerchantDraft, Operation, PayDraft, SignMethod, TransactionState};
use serde_json::{Value, json};

use crate::morning::{DAY, count_events, day, differences, next_morning, path, reconcile, record, statement, summary};
use crate::support::unionpay::UnionPayAccount;
use crate::support::{House, out_trade_no, path_of, text};

/// The house with an account at UnionPay; the one at WeChat Pay rests.
pub struct UnionPayHouse {
    house: House,
    pub unionpay: UnionPayAccount,
}

impl std::ops::Deref for UnionPayHouse {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

impl UnionPayHouse {
    pub async fn build() -> Self {
        Self::build_with(House::build().await, MerchantDraft::default(), json!({})).await
    }

    async fn build_with(mut house: House, draft: MerchantDraft, settings: Value) -> Self {
        let rests = house.patch(&format!("/v1/accounts/{}", house.account_id), json!({ "enabled": false })).await;
        assert_eq!(rests.status, 200, "{}", rests.text);
        let unionpay = house.add_unionpay(draft, settings).await;
        house.account_id = unionpay.account_id;
        Self { house, unionpay }
    }

    async fn payment_with_code(&self, amount_fen: i64) -> Value {
        let answer = self
            .post(
                "/v1/payments",
                json!({
                    "order_ref": "T-1001", "amount_fen": amount_fen, "currency": "CNY",
                    "description": "西湖龙井 50g", "gateway": "unionpay", "flow": "qr",
                }),
            )
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    pub async fn paid_payment(&self, amount_fen: i64) -> Value {
        let payment = self.payment_with_code(amount_fen).await;
        self.unionpay.pay(&payment);
        assert_eq!(self.sandbox.step().await, 1, "one notification goes out");
        let payment = self.read(&payment).await;
        assert_eq!(payment["status"], "paid");
        payment
    }

    pub async fn asked_back(&self, payment: &Value, amount_fen: i64) -> Value {
        let answer = self.post(&path_of(payment, "/refunds"), json!({ "amount_fen": amount_fen })).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        self.sandbox.step().await;
        answer.json()
    }

    async fn refund(&self, payment: &Value, amount_fen: i64) -> Value {
        let refund = self.asked_back(payment, amount_fen).await;
        assert_eq!(self.refund_status(&refund).await, "succeeded");
        refund
    }

    pub async fn refund_status(&self, refund: &Value) -> String {
        text(&self.get(&format!("/v1/refunds/{}", text(&refund["id"]))).await.json()["status"])
    }

    fn edit(&self, edit: FileEdit) {
        self.unionpay.sandbox.edit_file(self.unionpay.mer_id(), DAY, edit).expect("an edit");
    }

    fn mend(&self) {
        self.unionpay.sandbox.clear_file_edits(self.unionpay.mer_id(), DAY).expect("the day");
        self.unionpay.sandbox.clear_faults();
    }

    async fn morning_after(&self) {
        next_morning(self);
        reconcile(self).await;
    }

    pub async fn morning_on(&self, moment: &str) {
        self.clock.set(at(moment));
        reconcile(self).await;
    }

    pub async fn fetch_again(&self, date: &str) {
        assert_eq!(self.post(&format!("{}/fetch", path(self, date)), json!({})).await.status, 202);
        reconcile(self).await;
    }

    /// The numbers in that day's list.
    pub async fn listed(&self, date: &str) -> Vec<String> {
        let read = self.get(&path(self, date)).await.json();
        let rows = read["rows"].as_array().cloned().unwrap_or_default();
        rows.iter()
            .map(|row| text(row.get("out_refund_no").filter(|n| n.is_string()).unwrap_or(&row["out_trade_no"])))
            .collect()
    }
}

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).expect("a time")
}

async fn a_day_that_agrees(draft: MerchantDraft) {
    let house = UnionPayHouse::build_with(House::build().await, draft, json!({ "same_day_refunds": "void" })).await;
    let first = house.paid_payment(1000).await;
    let second = house.paid_payment(2500).await;
    let third = house.paid_payment(700).await;
    house.clock.advance_s(60);
    let back = [house.refund(&first, 400).await, house.refund(&first, 600).await, house.refund(&third, 700).await];
    assert_eq!(house.unionpay.calls(Operation::Void), 1, "the whole of the third");
    // What is not paid stands nowhere.
    house.payment_with_code(99).await;
    house.morning_after().await;

    let read = statement(&house).await;
    assert_eq!((&read["status"], &read["date"], &read["problem"]), (&json!("ready"), &json!(DAY), &json!(null)));
    let figures = &read["figures"];
    assert_eq!((&figures["paid_count"], &figures["paid_fen"]), (&json!(3), &json!(4200)));
    assert_eq!((&figures["refunded_count"], &figures["refunded_fen"]), (&json!(3), &json!(1700)));
    // 0.6 % of each payment, rounded: 6, 15 and 4. Nothing of it comes back.
    assert_eq!((&figures["fee_fen"], &figures["net_fen"]), (&json!(25), &json!(4200 - 1700 - 25)));
    let rows = read["rows"].as_array().unwrap();
    let of = |kind: &str| rows.iter().filter(|row| row["kind"] == kind).collect::<Vec<_>>();
    assert_eq!((of("payment").len(), of("refund").len()), (3, 3));
    for payment in [&first, &second, &third] {
        let row = of("payment").into_iter().find(|row| row["payment_id"] == payment["id"]).expect("a row");
        assert_eq!(row["out_trade_no"], json!(out_trade_no(payment)));
        assert_eq!(row["gateway_trade_no"], payment["attempts"][0]["gateway_trade_no"]);
    }
    for refund in &back {
        let row = of("refund").into_iter().find(|row| row["out_refund_no"] == refund["out_refund_no"]);
        assert_eq!(row.expect("a row")["refund_id"], refund["id"]);
    }
    assert_eq!(differences(&house).await, Vec::<Value>::new());
    assert_eq!(count_events(&house, "statement.reconciled").await, 1, "there is no fund statement");
    let flow = house.get(&format!("{}?kind=fund_flow", path(&house, DAY))).await;
    assert_ne!(flow.status, 200, "{}", flow.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_agrees_has_figures_rows_and_no_differences() {
    a_day_that_agrees(MerchantDraft::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_shared_key_it_is_the_same_day() {
    a_day_that_agrees(MerchantDraft { sign_method: SignMethod::SecureKeySm3, ..MerchantDraft::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_there_yet_is_asked_for_again() {
    let house = UnionPayHouse::build().await;
    house.paid_payment(1000).await;
    house.clock.advance_s(20 * 3600 + 1800);
    house.fetch_again(DAY).await;
    let waiting = record(&house, DAY).await;
    assert_eq!((waiting.status.as_str(), waiting.tries), ("waiting", 1), "half past eight: 98");
    house.clock.advance_s(2 * 3600 + 60);
    reconcile(&house).await;
    assert_eq!(statement(&house).await["status"], "ready");
}

/// 98 is said of a day without business and of one whose file is late alike.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_a_file_is_empty_only_when_it_can_no_longer_be_late() {
    let house = UnionPayHouse::build().await;
    house.morning_after().await;
    assert_eq!(statement(&house).await["status"], "waiting");
    house.clock.advance_s(3 * 24 * 3600);
    reconcile(&house).await;
    let read = statement(&house).await;
    assert_eq!((&read["status"], &read["figures"], &read["next_at"]), (&json!("empty"), &json!(null), &json!(null)));
    assert_eq!(summary(&house).await, Vec::<String>::new());
}

/// A file that does not come for days looks like a day without business: what was paid is then missed by name.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_never_came_leaves_what_was_paid_that_day_to_be_told() {
    let house = UnionPayHouse::build().await;
    let payment = house.paid_payment(1000).await;
    let not_there = FaultKind::RespCodeBeforeCommit { resp_code: "98".to_owned() };
    house.unionpay.lasting_fault(Operation::FileDownload, not_there);
    house.morning_after().await;
    assert_eq!(statement(&house).await["status"], "waiting");
    assert_eq!(summary(&house).await, Vec::<String>::new());
    house.clock.advance_s(3 * 24 * 3600);
    reconcile(&house).await;
    assert_eq!(statement(&house).await["status"], "empty");
    assert_eq!(summary(&house).await, ["missing_there/payment_absent open"]);
    assert_eq!(house.read(&payment).await["status"], "paid");
    house.unionpay.sandbox.clear_faults();
    house.fetch_again(DAY).await;
    assert_eq!(statement(&house).await["figures"]["paid_fen"], 1000);
    assert_eq!(summary(&house).await, ["missing_there/payment_absent resolved"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_found_only_in_the_file_is_asked_about_and_settled() {
    let house = UnionPayHouse::build().await;
    let payment = house.payment_with_code(1280).await;
    house.unionpay.lasting_fault(Operation::Notify, FaultKind::Drop);
    house.unionpay.pay(&payment);
    next_morning(&house);
    house.app.jobs.fetch_statements().await.unwrap();
    assert_eq!(summary(&house).await, ["missing_here/unpaid_here open"]);
    reconcile(&house).await;
    assert_eq!(house.read(&payment).await["status"], "paid");
    assert_eq!(summary(&house).await, ["missing_here/unpaid_here resolved"]);
}

/// 42, taken after its time: the merchant sees it in the day's file and in the difference that does not end.
#[tokio::test(flavor = "multi_thread")]
async fn money_that_came_too_late_for_unionpay_is_told_until_a_person_ends_it() {
    let house = UnionPayHouse::build().await;
    let payment = house.payment_with_code(1280).await;
    house.unionpay.pay_with(&payment, &PayDraft { force: true, resp_code: Some("42".to_owned()) });
    house.sandbox.step().await;
    house.morning_after().await;
    assert_eq!(summary(&house).await, ["missing_here/unpaid_here open"]);
    for _ in 0..5 {
        house.pass_s(86_400).await;
    }
    assert_eq!(summary(&house).await, ["missing_here/unpaid_here open"]);
    assert_ne!(house.read(&payment).await["status"], "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_unionpay_does_not_confirm_makes_no_payment() {
    let house = UnionPayHouse::build().await;
    let payment = house.payment_with_code(1280).await;
    house.edit(FileEdit::Unknown { order_id: out_trade_no(&payment), amount_fen: 1280 });
    house.edit(FileEdit::Unknown { order_id: "NOBODY0001".into(), amount_fen: 4200 });
    house.morning_after().await;
    assert_eq!(summary(&house).await, ["missing_here/unknown_order open", "missing_here/unpaid_here open"]);
    assert_ne!(house.read(&payment).await["status"], "paid", "a row alone is not UnionPay's word");
    assert_eq!(house.get("/v1/payments").await.json()["data"].as_array().unwrap().len(), 1, "none is invented");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_difference_has_its_name_and_ends_when_the_file_is_mended() {
    let house = UnionPayHouse::build().await;
    let mut payments = Vec::new();
    for amount_fen in [1000, 1001, 1002, 1003, 1004] {
        payments.push(house.paid_payment(amount_fen).await);
    }
    let number = |index: usize| out_trade_no(&payments[index]);
    let [changed, absent] = [house.refund(&payments[4], 300).await, house.refund(&payments[4], 200).await];
    let changed = text(&changed["out_refund_no"]);
    house.edit(FileEdit::Leave { order_id: number(0) });
    house.edit(FileEdit::Amount { order_id: number(1), amount_fen: 999 });
    house.edit(FileEdit::QueryId { order_id: number(2), query_id: "812601021104059999998".into() });
    house.edit(FileEdit::Twice { order_id: number(3) });
    house.edit(FileEdit::Amount { order_id: changed, amount_fen: 301 });
    house.edit(FileEdit::Leave { order_id: text(&absent["out_refund_no"]) });
    house.morning_after().await;
    let expected = [
        "amount/payment_amount",
        "amount/refund_amount",
        "duplicate/listed_twice",
        "duplicate/paid_twice",
        "missing_there/payment_absent",
        "missing_there/refund_absent",
    ];
    assert_eq!(summary(&house).await, expected.map(|found| format!("{found} open")));
    for payment in &payments[..4] {
        assert_eq!(house.read(payment).await["status"], "paid", "nothing in a file undoes money");
    }
    assert_eq!(house.read(&payments[4]).await["refunded_fen"], 500);
    house.mend();
    house.fetch_again(DAY).await;
    assert_eq!(summary(&house).await, expected.map(|found| format!("{found} resolved")));
}

/// Told as failed, listed as done: the file makes us ask, and UnionPay's word settles it.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_stands_otherwise_in_the_file_is_asked_about() {
    let house = UnionPayHouse::build().await;
    let payment = house.paid_payment(1000).await;
    house.unionpay.fault(Operation::Notify, FaultKind::RespCodeAfterCommit { resp_code: "01".to_owned() });
    let refund = house.asked_back(&payment, 400).await;
    assert_eq!(house.refund_status(&refund).await, "failed");
    let number = text(&refund["out_refund_no"]);
    let there = house.unionpay.sandbox.transaction(house.unionpay.mer_id(), &number).expect("the refund");
    assert_eq!(there.state, TransactionState::Succeeded);
    next_morning(&house);
    house.app.jobs.fetch_statements().await.unwrap();
    assert_eq!(summary(&house).await, ["status/refund_status open"]);
    reconcile(&house).await;
    assert_eq!(summary(&house).await, ["status/refund_status resolved"]);
    assert_eq!(house.refund_status(&refund).await, "succeeded");
    assert_eq!(house.read(&payment).await["refunded_fen"], 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_made_in_the_portal_is_missing_here() {
    let house = UnionPayHouse::build().await;
    let payment = house.paid_payment(1000).await;
    house.edit(FileEdit::PortalRefund { order_id: out_trade_no(&payment), amount_fen: 250 });
    house.morning_after().await;
    assert_eq!(summary(&house).await, ["missing_here/unknown_refund open"]);
    let found = differences(&house).await.remove(0);
    assert_eq!((&found["payment_id"], &found["there"]["amount_fen"]), (&payment["id"], &json!(250)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_damaged_or_not_proven_is_not_believed_at_all() {
    let house = UnionPayHouse::build().await;
    let first = house.paid_payment(1000).await;
    house.paid_payment(2000).await;
    next_morning(&house);
    house.edit(FileEdit::Shifted { order_id: out_trade_no(&first) });
    house.fetch_again(DAY).await;
    let unreadable = record(&house, DAY).await;
    assert_eq!(unreadable.status.as_str(), "unreadable");
    assert!(unreadable.problem.as_ref().is_some_and(|told| told.contains("columns")), "{:?}", unreadable.problem);
    assert_eq!(statement(&house).await["rows"], json!([]));
    house.mend();
    for kind in [
        FaultKind::EmptyArchive,
        FaultKind::CorruptArchive,
        FaultKind::Bomb,
        FaultKind::BadSignature,
        FaultKind::Unsigned,
        FaultKind::WrongMerchant,
        FaultKind::HttpStatus { status: 502 },
        FaultKind::ResetBeforeCommit,
        FaultKind::RespCodeBeforeCommit { resp_code: "06".to_owned() },
        FaultKind::RespCodeBeforeCommit { resp_code: "32".to_owned() },
    ] {
        house.unionpay.fault(Operation::FileDownload, kind.clone());
        house.fetch_again(DAY).await;
        let read = statement(&house).await;
        assert!(["failed", "unreadable"].contains(&text(&read["status"]).as_str()), "{kind:?}: {read}");
        assert!(read["problem"].is_string() && read["next_at"].is_string(), "{kind:?}: {read}");
        assert_eq!(read["rows"], json!([]), "{kind:?}");
    }
    house.fetch_again(DAY).await;
    assert_eq!(statement(&house).await["figures"]["paid_fen"], 3000);
    assert_eq!(summary(&house).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_of_another_system_are_counted_and_not_reported() {
    let shared = House::build_with(luodi::sandbox::MerchantDraft::default(), |config| {
        config.stores.get_mut("shop").expect("the store").other_systems = true;
    })
    .await;
    let house = UnionPayHouse::build_with(shared, MerchantDraft::default(), json!({})).await;
    house.paid_payment(1000).await;
    for order_id in ["SHOPNO0001", "SHOPNO0002"] {
        house.edit(FileEdit::Unknown { order_id: order_id.into(), amount_fen: 77 });
    }
    house.morning_after().await;
    let read = statement(&house).await;
    assert_eq!((&read["figures"]["foreign_count"], &read["figures"]["paid_count"]), (&json!(2), &json!(3)));
    assert_eq!(summary(&house).await, Vec::<String>::new());
    assert!(house.app.state.storage.statement(day(&house, DAY)).await.unwrap().unwrap().file.is_some());
}
