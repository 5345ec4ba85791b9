//! Calls whose answer never came, or came unproven: an order is opened once, a payer's code charged once, and
//! what is not known is asked about.

use luodi::sandbox::unionpay::{BarcodeOutcome, FaultKind, Forgery, Operation, TransactionState};
use serde_json::{Value, json};

use crate::house::*;
use crate::support::unionpay::UnionPayAccount;
use crate::support::{House, out_trade_no, path_of, text};

fn answered(code: &str) -> FaultKind {
    FaultKind::RespCodeBeforeCommit { resp_code: code.to_owned() }
}

fn answered_after(code: &str) -> FaultKind {
    FaultKind::RespCodeAfterCommit { resp_code: code.to_owned() }
}

fn forged(certificate: Forgery) -> FaultKind {
    FaultKind::ForgedCertificate { certificate }
}

/// It never arrived, or UnionPay had no time: the same order is opened again under the same number.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_never_arrived_is_opened_under_the_same_number() {
    for (flow, operation) in [("qr", Operation::QrPurchase), ("app", Operation::AppPurchase)] {
        for kind in [FaultKind::ResetBeforeCommit, answered("06"), answered("04")] {
            let (house, unionpay) = House::with_unionpay().await;
            unionpay.fault(operation, kind.clone());
            let payment = opened(&house, &unionpay, flow).await;
            assert_eq!(payment["attempts"][0]["status"], "unknown", "{flow} {kind:?}");
            a_while_later(&house).await;
            let found = house.read(&payment).await;
            assert_eq!(found["attempts"].as_array().map(Vec::len), Some(1), "{flow} {kind:?}");
            assert_eq!(found["attempts"][0]["status"], "pending", "{flow} {kind:?}");
            assert_eq!(unionpay.book().transactions.len(), 1, "{flow} {kind:?}");
            pay_by(&house, flow, &found).await;
            house.sandbox.step().await;
            assert_eq!(status(&house, &payment).await, "paid", "{flow} {kind:?}");
            assert_eq!(count(&house, "payment.paid").await, 1, "{flow} {kind:?}");
        }
    }
}

/// UnionPay gives out a code once. Nobody has the one that was lost, so another order may take its place.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_lost_on_its_way_makes_room_for_another_at_once() {
    for kind in [
        FaultKind::ResetAfterCommit,
        FaultKind::HttpStatus { status: 502 },
        FaultKind::Unsigned,
        FaultKind::BadSignature,
        FaultKind::UnknownOrder,
        FaultKind::WrongMerchant,
        answered_after("03"),
        forged(Forgery::Merchant),
    ] {
        let (house, unionpay) = House::with_unionpay().await;
        unionpay.fault(Operation::QrPurchase, kind.clone());
        let payment = opened(&house, &unionpay, "qr").await;
        assert_eq!(payment["attempts"][0]["status"], "unknown", "{kind:?}");
        a_while_later(&house).await;
        let lost = house.read(&payment).await["attempts"][0].clone();
        let told = (&lost["status"], &lost["failure"]["code"]);
        assert_eq!(told, (&json!("failed"), &json!("code_lost")), "{kind:?}: the number is taken, the code lost");
        assert_eq!(unionpay.book().transactions.len(), 1, "{kind:?}");
        let again = house.post(&path_of(&payment, "/attempts"), json!({ "gateway": "unionpay", "flow": "qr" })).await;
        assert_eq!(again.status, 201, "{kind:?}: {}", again.text);
        let read = house.read(&payment).await;
        assert_ne!(read["attempts"][0]["out_trade_no"], read["attempts"][1]["out_trade_no"], "{kind:?}");
        unionpay.pay(&read);
        house.sandbox.step().await;
        assert_eq!(status(&house, &payment).await, "paid", "{kind:?}");
        assert_eq!((count(&house, "payment.paid").await, unionpay.book().balance_fen), (1, 1280), "{kind:?}");
    }
}

/// Not even what was given up is lost, should money come by it.
#[tokio::test(flavor = "multi_thread")]
async fn money_by_a_code_that_was_given_up_is_counted() {
    let (house, unionpay) = House::with_unionpay().await;
    unionpay.fault(Operation::QrPurchase, FaultKind::ResetAfterCommit);
    let payment = opened(&house, &unionpay, "qr").await;
    let closed = house.post(&path_of(&payment, "/close"), json!({})).await;
    assert!(closed.status < 300, "{}", closed.text);
    assert_eq!(
        (attempt_status(&house, &payment).await.as_str(), status(&house, &payment).await.as_str()),
        ("failed", "closed")
    );
    unionpay.pay(&payment);
    house.sandbox.step().await;
    let read = house.read(&payment).await;
    assert_eq!((&read["status"], &read["late"]), (&json!("paid"), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definite_no_is_a_failure_that_a_new_attempt_may_follow() {
    let (house, unionpay) = House::with_unionpay().await;
    for code in ["11", "31", "33", "60"] {
        unionpay.fault(Operation::QrPurchase, answered(code));
        let payment = opened(&house, &unionpay, "qr").await;
        let attempt = &payment["attempts"][0];
        assert_eq!((&attempt["status"], &attempt["failure"]["code"]), (&json!("failed"), &json!(code)));
        let again = house.post(&path_of(&payment, "/attempts"), json!({ "gateway": "unionpay", "flow": "qr" })).await;
        assert_eq!(again.status, 201, "{code}: {}", again.text);
    }
}

async fn scanned(house: &House, unionpay: &UnionPayAccount, outcome: BarcodeOutcome) -> Value {
    let code = unionpay.payment_code(outcome);
    opened_for(house, unionpay, "barcode", json!({ "auth_code": code })).await
}

async fn failure(house: &House, payment: &Value) -> String {
    text(&house.read(payment).await["attempts"][0]["failure"]["code"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payer_s_code_is_accepted_and_decided_later() {
    let (house, unionpay) = House::with_unionpay().await;
    let payment = scanned(&house, &unionpay, BarcodeOutcome::Success).await;
    assert_eq!(payment["attempts"][0]["status"], "pending", "accepted is not paid");
    house.pass_s(5).await;
    assert_eq!(status(&house, &payment).await, "paid", "the till asks");
    assert_eq!(house.sandbox.step().await, 1, "and is told what it knows");

    let payment = scanned(&house, &unionpay, BarcodeOutcome::Password).await;
    for _ in 0..20 {
        house.pass_s(5).await;
    }
    assert_eq!(status(&house, &payment).await, "open", "05 is asked about, however long the shopper takes");
    unionpay.sandbox.settle(unionpay.mer_id(), &out_trade_no(&payment), "00").expect("the password");
    house.sandbox.step().await;
    assert_eq!(status(&house, &payment).await, "paid");

    let poor = BarcodeOutcome::Refused { resp_code: "64".to_owned() };
    let payment = scanned(&house, &unionpay, poor.clone()).await;
    assert_eq!(payment["attempts"][0]["status"], "pending", "refused is told later too");
    house.sandbox.step().await;
    assert_eq!(attempt_status(&house, &payment).await, "closed", "by notification");
    let payment = scanned(&house, &unionpay, poor).await;
    unionpay.fault(Operation::Notify, FaultKind::Drop);
    house.sandbox.step().await;
    house.pass_s(5).await;
    assert_eq!(attempt_status(&house, &payment).await, "closed", "by asking");
    // The shopper holds out another code.
    let shopper = json!({ "auth_code": unionpay.payment_code(BarcodeOutcome::Success) });
    let body = json!({ "gateway": "unionpay", "flow": "barcode", "shopper": shopper });
    assert_eq!(house.post(&path_of(&payment, "/attempts"), body).await.status, 201);
    house.sandbox.step().await;
    assert_eq!(status(&house, &payment).await, "paid");
    assert_eq!((count(&house, "payment.paid").await, unionpay.book().balance_fen), (3, 3 * 1280));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payer_s_code_is_charged_once_however_it_is_answered() {
    for kind in [
        FaultKind::ResetAfterCommit,
        FaultKind::HttpStatus { status: 500 },
        FaultKind::BadSignature,
        FaultKind::NoCertificate,
        answered_after("05"),
        answered_after("83"),
        forged(Forgery::OtherOwner),
    ] {
        let (house, unionpay) = House::with_unionpay().await;
        unionpay.fault(Operation::Notify, FaultKind::Drop);
        unionpay.fault(Operation::BarcodePurchase, kind.clone());
        let payment = scanned(&house, &unionpay, BarcodeOutcome::Success).await;
        assert_eq!(payment["attempts"][0]["status"], "unknown", "{kind:?}");
        house.sandbox.step().await;
        for _ in 0..4 {
            house.pass_s(5).await;
        }
        assert_eq!(status(&house, &payment).await, "paid", "{kind:?}");
        assert_eq!(unionpay.calls(Operation::BarcodePurchase), 1, "{kind:?}: a code goes out once");
        assert_eq!(unionpay.book().balance_fen, 1280, "{kind:?}");
    }
}

/// The notification of a charge comes while its answer is still on the way, or when we have stopped waiting for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_notification_that_overtakes_the_answer_counts_once() {
    // The second is longer than a call may take.
    for delay_ms in [1000, 10_500] {
        let (house, unionpay) = House::with_unionpay().await;
        unionpay.fault(Operation::BarcodePurchase, FaultKind::Delay { delay_ms });
        let told = async {
            while house.sandbox.step().await == 0 {
                tokio::task::yield_now().await;
            }
            count(&house, "payment.paid").await
        };
        let (payment, told) = tokio::join!(scanned(&house, &unionpay, BarcodeOutcome::Success), told);
        assert_eq!(told, 1, "{delay_ms}: paid before the answer");
        assert_eq!(payment["attempts"][0]["status"], "paid", "{delay_ms}: what the answer says is older");
        a_while_later(&house).await;
        assert_eq!(status(&house, &payment).await, "paid", "{delay_ms}");
        assert_eq!((count(&house, "payment.paid").await, unionpay.book().balance_fen), (1, 1280), "{delay_ms}");
        assert_eq!(unionpay.calls(Operation::BarcodePurchase), 1, "{delay_ms}");
    }
}

/// A charge may surface late, so "not found" is no answer for two days. Then the day's file has been there.
#[tokio::test(flavor = "multi_thread")]
async fn a_payer_s_code_that_never_arrived_stays_unknown_until_it_cannot_surface() {
    let (house, unionpay) = House::with_unionpay().await;
    unionpay.fault(Operation::BarcodePurchase, FaultKind::ResetBeforeCommit);
    let payment = scanned(&house, &unionpay, BarcodeOutcome::Success).await;
    a_while_later(&house).await;
    assert_eq!(attempt_status(&house, &payment).await, "unknown");
    assert_eq!(failure(&house, &payment).await, "outcome_unknown");
    let other = json!({ "gateway": "wechatpay", "flow": "qr" });
    let other = house.post(&path_of(&payment, "/attempts"), other).await;
    assert_eq!(other.problem().1, "attempt_unsettled", "two orders would take money twice");
    for _ in 0..47 {
        house.pass_s(3600).await;
    }
    assert_eq!(attempt_status(&house, &payment).await, "unknown");
    for _ in 0..3 {
        house.pass_s(3600).await;
    }
    for _ in 0..2 {
        house.pass_s(86_401).await;
    }
    assert_eq!(attempt_status(&house, &payment).await, "closed", "the payment need not stay open for ever");
    assert_eq!(status(&house, &payment).await, "closed");
    assert_eq!(unionpay.calls(Operation::BarcodePurchase), 1, "it was never sent again");
    assert_eq!(unionpay.book().transactions, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_unionpay_does_not_take_is_a_failure_at_once() {
    let (house, unionpay) = House::with_unionpay().await;
    let used = unionpay.payment_code(BarcodeOutcome::Success);
    for (code, expected) in [("6212345678901234567", None), (used.as_str(), Some("paid")), (used.as_str(), None)] {
        let payment = opened_for(&house, &unionpay, "barcode", json!({ "auth_code": code })).await;
        house.sandbox.step().await;
        match expected {
            Some(expected) => assert_eq!(status(&house, &payment).await, expected),
            None => {
                assert_eq!(attempt_status(&house, &payment).await, "failed", "{code}");
                assert!(["86", "88"].contains(&failure(&house, &payment).await.as_str()));
            }
        }
    }
    let book = unionpay.book();
    assert_eq!(book.transactions.iter().filter(|t| t.state == TransactionState::Succeeded).count(), 1);
}
