//! Alipay's day: its bill, a zip of GBK files behind a link of thirty seconds, beside the ledger.

use luodi::sandbox::alipay::{
    AlipaySandbox, BillEdit, Fault, FaultKind, MerchantCredentials, MerchantDraft, Operation, PayDraft, TrustMode,
};
use serde_json::{Value, json};

use crate::morning::{DAY, count_events, differences, next_morning, path, reconcile, record, statement, summary};
use crate::support::alipay::AlipayAccount;
use crate::support::{House, out_trade_no, path_of, text};

/// The house with an account at Alipay; the one at WeChat Pay rests.
struct AlipayHouse {
    house: House,
    alipay: AlipaySandbox,
    merchant: MerchantCredentials,
}

impl std::ops::Deref for AlipayHouse {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

impl AlipayHouse {
    async fn build() -> Self {
        Self::build_with(House::build().await, MerchantDraft::default()).await
    }

    async fn build_with(mut house: House, draft: MerchantDraft) -> Self {
        let rests = house.patch(&format!("/v1/accounts/{}", house.account_id), json!({ "enabled": false })).await;
        assert_eq!(rests.status, 200, "{}", rests.text);
        let AlipayAccount { sandbox, merchant, account_id } = house.add_alipay(draft, json!({})).await;
        house.account_id = account_id;
        Self { house, alipay: sandbox, merchant }
    }

    async fn payment_with_code(&self, amount_fen: i64) -> Value {
        let answer = self
            .post(
                "/v1/payments",
                json!({
                    "order_ref": "T-1001", "amount_fen": amount_fen, "currency": "CNY",
                    "description": "西湖龙井, 一件", "gateway": "alipay", "flow": "qr",
                }),
            )
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    fn pay_silently(&self, payment: &Value) {
        let paid = self.alipay.pay(&self.merchant.app_id, &out_trade_no(payment), &PayDraft::default());
        paid.expect("the sandbox takes the payment");
    }

    async fn paid_payment(&self, amount_fen: i64) -> Value {
        let payment = self.payment_with_code(amount_fen).await;
        self.pay_silently(&payment);
        assert_eq!(self.sandbox.step().await, 1, "one notification goes out");
        let payment = self.read(&payment).await;
        assert_eq!(payment["status"], "paid");
        payment
    }

    async fn refund(&self, payment: &Value, amount_fen: i64) -> Value {
        let answer = self.post(&path_of(payment, "/refunds"), json!({ "amount_fen": amount_fen })).await;
        assert_eq!((answer.status, &answer.json()["status"]), (201, &json!("succeeded")), "{}", answer.text);
        self.sandbox.step().await;
        answer.json()
    }

    fn edit(&self, edit: BillEdit) {
        self.alipay.edit_bill(&self.merchant.app_id, DAY, edit).expect("an edit");
    }

    async fn morning_after(&self) {
        next_morning(self);
        reconcile(self).await;
    }

    async fn fetch_again(&self) {
        assert_eq!(self.post(&format!("{}/fetch", path(self, DAY)), json!({})).await.status, 202);
        reconcile(self).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_agrees_has_figures_rows_and_no_differences() {
    let house = AlipayHouse::build().await;
    let first = house.paid_payment(1000).await;
    let second = house.paid_payment(2500).await;
    house.clock.advance_s(60);
    let [back, more] = [house.refund(&first, 400).await, house.refund(&first, 600).await];
    assert_eq!(house.read(&first).await["status"], "refunded", "Alipay calls the trade closed");
    house.morning_after().await;

    let read = statement(&house).await;
    assert_eq!((&read["status"], &read["date"], &read["problem"]), (&json!("ready"), &json!(DAY), &json!(null)));
    let figures = &read["figures"];
    assert_eq!((&figures["paid_count"], &figures["paid_fen"]), (&json!(2), &json!(3500)));
    assert_eq!((&figures["refunded_count"], &figures["refunded_fen"]), (&json!(2), &json!(1000)));
    // 0.6 % of each row, rounded: 6 and 15 were kept, 2 and 4 came back.
    assert_eq!((&figures["fee_fen"], &figures["net_fen"]), (&json!(15), &json!(2485)));
    let rows = read["rows"].as_array().unwrap();
    let kinds: Vec<_> = rows.iter().map(|row| text(&row["kind"])).collect();
    assert_eq!(kinds, ["payment", "payment", "refund", "refund"]);
    assert_eq!((&rows[0]["payment_id"], &rows[0]["out_trade_no"]), (&first["id"], &json!(out_trade_no(&first))));
    assert_eq!(rows[1]["payment_id"], second["id"]);
    for (row, refund) in rows[2..].iter().zip([&back, &more]) {
        assert_eq!((&row["out_refund_no"], &row["refund_id"]), (&refund["out_refund_no"], &refund["id"]));
    }
    assert_eq!(differences(&house).await, Vec::<Value>::new());
    assert_eq!(count_events(&house, "statement.reconciled").await, 2, "trade and fund flow");

    let flow = house.get(&format!("{}?kind=fund_flow", path(&house, DAY))).await.json();
    assert_eq!(flow["status"], "ready");
    let (income, expense) = (&flow["figures"]["income_fen"], &flow["figures"]["expense_fen"]);
    assert_eq!((income, expense), (&json!(3506), &json!(1021)), "payments and fees given back, refunds and fees");
    assert_eq!(flow["rows"][0]["balance_fen"], 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_certificates_and_encryption_it_is_the_same_day_even_after_a_rotation() {
    let draft =
        MerchantDraft { trust_mode: TrustMode::Certificates, content_encryption: true, ..MerchantDraft::default() };
    let house = AlipayHouse::build_with(House::build().await, draft).await;
    let payment = house.paid_payment(1000).await;
    house.alipay.rotate(&house.merchant.app_id).await.expect("a new certificate");
    house.refund(&payment, 400).await;
    house.morning_after().await;
    let read = statement(&house).await;
    assert_eq!((&read["status"], &read["figures"]["net_fen"]), (&json!("ready"), &json!(1000 - 400 - 4)));
    assert_eq!(summary(&house).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_that_is_not_there_yet_is_asked_for_again() {
    let house = AlipayHouse::build().await;
    house.paid_payment(1000).await;
    house.clock.advance_s(20 * 3600);
    house.fetch_again().await;
    let waiting = record(&house, DAY).await;
    assert_eq!((waiting.status.as_str(), waiting.tries), ("waiting", 1), "eight in the morning");
    house.clock.advance_s(2 * 3600 + 60);
    reconcile(&house).await;
    assert_eq!(statement(&house).await["status"], "ready");
}

/// Alipay says "no bill" of a day without business and of one whose bill is late alike.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_a_bill_is_empty_only_when_it_can_no_longer_be_late() {
    let house = AlipayHouse::build().await;
    house.morning_after().await;
    assert_eq!(statement(&house).await["status"], "waiting");
    house.clock.advance_s(27 * 3600);
    reconcile(&house).await;
    let read = statement(&house).await;
    assert_eq!((&read["status"], &read["figures"], &read["next_at"]), (&json!("empty"), &json!(null), &json!(null)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_found_only_in_the_bill_is_asked_about_and_settled() {
    let house = AlipayHouse::build().await;
    let payment = house.payment_with_code(1280).await;
    house.alipay.add_fault(Fault::new(Operation::Notify, FaultKind::Drop)).unwrap();
    house.pay_silently(&payment);
    next_morning(&house);
    house.app.jobs.fetch_statements().await.unwrap();
    assert_eq!(summary(&house).await, ["missing_here/unpaid_here open"]);
    reconcile(&house).await;
    assert_eq!(house.read(&payment).await["status"], "paid");
    assert_eq!(summary(&house).await, ["missing_here/unpaid_here resolved"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_alipay_does_not_confirm_makes_no_payment() {
    let house = AlipayHouse::build().await;
    let payment = house.payment_with_code(1280).await;
    house.edit(BillEdit::ExtraPayment { out_trade_no: out_trade_no(&payment), fen: 1280 });
    house.edit(BillEdit::ExtraPayment { out_trade_no: "NOBODY0001".into(), fen: 4200 });
    house.morning_after().await;
    assert_eq!(summary(&house).await, ["missing_here/unknown_order open", "missing_here/unpaid_here open"]);
    assert_ne!(house.read(&payment).await["status"], "paid", "a row alone is not Alipay's word");
    assert_eq!(house.get("/v1/payments").await.json()["data"].as_array().unwrap().len(), 1, "none is invented");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_difference_has_its_name_and_ends_when_the_bill_is_mended() {
    let house = AlipayHouse::build().await;
    let mut payments = Vec::new();
    for amount_fen in [1000, 1001, 1002, 1003, 1004] {
        payments.push(house.paid_payment(amount_fen).await);
    }
    let number = |index: usize| out_trade_no(&payments[index]);
    let [changed, absent] = [house.refund(&payments[4], 300).await, house.refund(&payments[4], 200).await];
    house.edit(BillEdit::Missing { number: number(0) });
    house.edit(BillEdit::ChangedAmount { number: number(1), fen: 999 });
    house.edit(BillEdit::ChangedTradeNo { number: number(2), trade_no: "2026010122001400999999999999".into() });
    house.edit(BillEdit::Duplicated { number: number(3) });
    house.edit(BillEdit::ChangedAmount { number: text(&changed["out_refund_no"]), fen: 301 });
    house.edit(BillEdit::Missing { number: text(&absent["out_refund_no"]) });
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
        assert_eq!(house.read(payment).await["status"], "paid", "nothing in a bill undoes money");
    }
    assert_eq!(house.read(&payments[4]).await["refunded_fen"], 500);

    house.alipay.clear_bill_edits(&house.merchant.app_id, DAY).unwrap();
    house.fetch_again().await;
    assert_eq!(summary(&house).await, expected.map(|found| format!("{found} resolved")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_made_in_the_console_is_missing_here() {
    let house = AlipayHouse::build().await;
    let payment = house.paid_payment(1000).await;
    house.alipay.refund_by_hand(&house.merchant.app_id, &out_trade_no(&payment), 250).unwrap();
    house.morning_after().await;
    assert_eq!(summary(&house).await, ["missing_here/unknown_refund open"]);
    let found = differences(&house).await.remove(0);
    assert_eq!((&found["payment_id"], &found["there"]["amount_fen"]), (&payment["id"], &json!(250)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_that_is_not_whole_is_not_believed_at_all() {
    let house = AlipayHouse::build().await;
    house.paid_payment(1000).await;
    house.paid_payment(2000).await;
    next_morning(&house);
    for (edit, problem) in [(BillEdit::CutAfter { rows: 1 }, "cut short"), (BillEdit::WrongTotals, "add up")] {
        house.edit(edit);
        house.fetch_again().await;
        let unreadable = record(&house, DAY).await;
        assert_eq!(unreadable.status.as_str(), "unreadable", "{problem}");
        assert!(unreadable.problem.as_ref().is_some_and(|told| told.contains(problem)), "{:?}", unreadable.problem);
        assert_eq!(statement(&house).await["rows"], json!([]), "{problem}");
        house.alipay.clear_bill_edits(&house.merchant.app_id, DAY).unwrap();
    }
    house.alipay.add_fault(Fault::new(Operation::BillDownload, FaultKind::Truncated)).unwrap();
    house.fetch_again().await;
    assert_ne!(statement(&house).await["status"], "ready", "the archive broke off on its way");
    house.alipay.clear_faults();
    house.fetch_again().await;
    assert_eq!(statement(&house).await["figures"]["paid_fen"], 3000);
    assert_eq!(summary(&house).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_orders_of_another_system_are_counted_and_not_reported() {
    let shared = House::build_with(luodi::sandbox::MerchantDraft::default(), |config| {
        config.stores.get_mut("shop").expect("the store").other_systems = true;
    })
    .await;
    let house = AlipayHouse::build_with(shared, MerchantDraft::default()).await;
    house.alipay.serve_synthetic_bill(&house.merchant.app_id, DAY, 20_000).unwrap();
    house.morning_after().await;
    let read = statement(&house).await;
    assert_eq!((&read["status"], &read["file"]["row_count"]), (&json!("ready"), &json!(20_000)));
    assert_eq!(read["figures"]["foreign_count"], 20_000);
    assert_eq!(summary(&house).await, Vec::<String>::new());
}
