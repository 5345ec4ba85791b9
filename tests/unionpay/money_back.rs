//! Money back through the whole program: refunds (退货) in parts and whole, voids (消费撤销) of the same settlement
//! day, and every way in which their answers and notifications can be lost.

use luodi::sandbox::unionpay::{FaultKind, Forgery, MerchantDraft, Operation, Product, TransactionState};
use serde_json::{Value, json};

use crate::house::*;
use crate::support::unionpay::UnionPayAccount;
use crate::support::{House, path_of, text};

fn code(resp_code: &str) -> String {
    resp_code.to_owned()
}

async fn with_voids() -> (House, UnionPayAccount) {
    let house = House::build().await;
    let unionpay = house.add_unionpay(MerchantDraft::default(), json!({ "same_day_refunds": "void" })).await;
    (house, unionpay)
}

async fn read(house: &House, refund: &Value) -> Value {
    house.get(&format!("/v1/refunds/{}", text(&refund["id"]))).await.json()
}

/// Refunds and voids at UnionPay: what, how much, how it stands.
fn sent_back(unionpay: &UnionPayAccount) -> Vec<(Product, i64, TransactionState)> {
    let book = unionpay.book();
    let back = book.transactions.iter().filter(|found| matches!(found.product, Product::Refund | Product::Void));
    back.map(|found| (found.product, found.amount_fen, found.state)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_is_refunded_in_parts_and_then_whole() {
    for (flow, settings) in [
        ("qr", json!({})),
        ("page", json!({})),
        ("wap", json!({})),
        ("app", json!({})),
        ("barcode", json!({})),
        // The first part makes a void of the rest impossible.
        ("qr", json!({ "same_day_refunds": "void" })),
    ] {
        let house = House::build().await;
        let unionpay = house.add_unionpay(MerchantDraft::default(), settings).await;
        let payment = opened(&house, &unionpay, flow).await;
        pay_by(&house, flow, &payment).await;
        house.sandbox.step().await;
        let first = refund(&house, &payment, 500).await;
        assert_eq!(first["status"], "pending", "{flow}: accepted is not refunded");
        assert_eq!(status(&house, &payment).await, "paid", "{flow}");
        house.sandbox.step().await;
        assert_eq!(status(&house, &payment).await, "partly_refunded", "{flow}");
        refund(&house, &payment, 300).await;
        refund(&house, &payment, 480).await;
        house.sandbox.step().await;
        let now = house.read(&payment).await;
        assert_eq!((&now["status"], &now["refunded_fen"]), (&json!("refunded"), &json!(1280)), "{flow}");
        let over = house.post(&path_of(&payment, "/refunds"), json!({ "amount_fen": 1 })).await;
        assert_eq!(over.status, 422, "{flow}: {}", over.text);
        assert_eq!(unionpay.book().balance_fen, 0, "{flow}");
        assert_eq!(count(&house, "refund.succeeded").await, 3, "{flow}");
        let told = read(&house, &first).await;
        assert!(told["gateway_refund_no"].is_string() && told["succeeded_at"].is_string(), "{flow}: {told}");
        assert_eq!(count(&house, "payment.mismatch").await, 0, "{flow}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_is_decided_later_and_fails_or_not() {
    let (house, unionpay) = House::with_unionpay().await;
    let payment = paid(&house, &unionpay).await;
    unionpay.fault(Operation::Refund, FaultKind::StaysPending);
    let undecided = refund(&house, &payment, 500).await;
    assert_eq!(house.sandbox.step().await, 0);
    for _ in 0..6 {
        house.pass_s(600).await;
    }
    assert_eq!(read(&house, &undecided).await["status"], "pending", "05 for an hour");
    let number = text(&undecided["out_refund_no"]);
    unionpay.sandbox.settle(unionpay.mer_id(), &number, "00").expect("a decision");
    house.sandbox.step().await;
    assert_eq!(read(&house, &undecided).await["status"], "succeeded");

    unionpay.fault(Operation::Refund, FaultKind::EndsWith { resp_code: code("01") });
    let failing = refund(&house, &payment, 200).await;
    assert_eq!(failing["status"], "pending");
    house.sandbox.step().await;
    let failed = read(&house, &failing).await;
    assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("failed"), &json!("01")));
    assert_eq!(house.read(&payment).await["refunded_fen"], 500);
    // What failed may be asked for again, all of it.
    refund(&house, &payment, 780).await;
    house.sandbox.step().await;
    assert_eq!(status(&house, &payment).await, "refunded");
    assert_eq!((count(&house, "refund.failed").await, unionpay.book().balance_fen), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_unionpay_refuses_moves_nothing_and_says_why() {
    let (house, unionpay) = House::with_unionpay().await;
    let payment = paid(&house, &unionpay).await;
    for refused in ["35", "36", "38", "01", "11"] {
        unionpay.fault(Operation::Refund, FaultKind::RespCodeBeforeCommit { resp_code: code(refused) });
        let told = refund(&house, &payment, 500).await;
        assert_eq!((&told["status"], &told["failure"]["code"]), (&json!("failed"), &json!(refused)));
        assert!(told["failure"]["message"].as_str().is_some_and(|why| !why.is_empty()), "{told}");
    }
    assert_eq!((unionpay.book().balance_fen, count(&house, "refund.failed").await), (1280, 5));
    refund(&house, &payment, 1280).await;
    house.sandbox.step().await;
    assert_eq!(status(&house, &payment).await, "refunded");
}

/// 45: somebody gave the money back in UnionPay's portal, or our own first try did. Only asked and told so again
/// is it a refusal.
#[tokio::test(flavor = "multi_thread")]
async fn already_refunded_is_asked_about_before_it_is_believed() {
    let (house, unionpay) = House::with_unionpay().await;
    let payment = paid(&house, &unionpay).await;
    unionpay.lasting_fault(Operation::Refund, FaultKind::RespCodeBeforeCommit { resp_code: code("45") });
    let told = refund(&house, &payment, 1280).await;
    assert_eq!((&told["status"], &told["failure"]["code"]), (&json!("unknown"), &json!("45")));
    a_while_later(&house).await;
    assert_eq!(read(&house, &told).await["status"], "unknown", "our own may be under way");
    house.clock.advance_s(48 * 3600);
    a_while_later(&house).await;
    assert_eq!(read(&house, &told).await["status"], "failed");
    assert_eq!(status(&house, &payment).await, "paid");
    let asked: Vec<_> = unionpay.book().calls.into_iter().filter(|c| c.operation == Operation::Refund).collect();
    assert!(asked.len() > 1 && asked.iter().all(|c| c.order_id == asked[0].order_id), "under the same number");
    // Our own first try, whose answer was lost.
    unionpay.sandbox.clear_faults();
    unionpay.fault(Operation::Refund, FaultKind::RespCodeAfterCommit { resp_code: code("45") });
    let told = refund(&house, &payment, 1280).await;
    assert_eq!(told["status"], "unknown");
    a_while_later(&house).await;
    assert_eq!(read(&house, &told).await["status"], "succeeded");
    assert_eq!(unionpay.book().balance_fen, 0);
}

/// Stored before it is sent, and sent under one number: whatever is lost on the way, money goes back once.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_whose_answer_says_nothing_moves_money_once() {
    let before = |resp_code: &str| FaultKind::RespCodeBeforeCommit { resp_code: code(resp_code) };
    let after = |resp_code: &str| FaultKind::RespCodeAfterCommit { resp_code: code(resp_code) };
    for kind in [
        FaultKind::ResetAfterCommit,
        FaultKind::ResetBeforeCommit,
        FaultKind::HttpStatus { status: 502 },
        FaultKind::BadSignature,
        FaultKind::Unsigned,
        FaultKind::UnknownOrder,
        FaultKind::ForgedCertificate { certificate: Forgery::Merchant },
        after("03"),
        after("05"),
        after("12"),
        before("06"),
        before("37"),
    ] {
        for is_told in [true, false] {
            let (house, unionpay) = House::with_unionpay().await;
            let payment = paid(&house, &unionpay).await;
            if !is_told {
                unionpay.fault(Operation::Notify, FaultKind::Drop);
            }
            unionpay.fault(Operation::Refund, kind.clone());
            let told = refund(&house, &payment, 500).await;
            assert_eq!(told["status"], "unknown", "{kind:?}");
            if is_told {
                house.sandbox.step().await;
            }
            a_while_later(&house).await;
            house.sandbox.step().await;
            a_while_later(&house).await;
            let back = sent_back(&unionpay);
            assert_eq!(back, [(Product::Refund, 500, TransactionState::Succeeded)], "{kind:?} {is_told}");
            let now = house.read(&payment).await;
            let expected = (&json!("partly_refunded"), &json!(500));
            assert_eq!((&now["status"], &now["refunded_fen"]), expected, "{kind:?} {is_told}");
            assert_eq!(count(&house, "refund.succeeded").await, 1, "{kind:?} {is_told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_one_after_another_wait_for_one_whose_fate_is_open() {
    let (house, unionpay) = House::with_unionpay().await;
    let payment = paid(&house, &unionpay).await;
    unionpay.fault(Operation::Refund, FaultKind::ResetAfterCommit);
    let first = refund(&house, &payment, 800).await;
    let second = refund(&house, &payment, 480).await;
    assert_eq!((&first["status"], &second["status"]), (&json!("unknown"), &json!("requested")));
    let over = house.post(&path_of(&payment, "/refunds"), json!({ "amount_fen": 1 })).await;
    assert_eq!(over.status, 422, "what is unknown counts as spent: {}", over.text);
    for _ in 0..6 {
        house.pass_s(15).await;
        house.sandbox.step().await;
    }
    assert_eq!(status(&house, &payment).await, "refunded");
    assert_eq!(unionpay.book().balance_fen, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_notification_in_another_order_repeated_or_bent_is_counted_once() {
    let (house, unionpay) = House::with_unionpay().await;
    // The purchase is told after its refund.
    let payment = opened(&house, &unionpay, "qr").await;
    unionpay.fault(Operation::Notify, FaultKind::Reorder);
    unionpay.pay(&payment);
    house.sandbox.step().await;
    house.pass_s(16).await;
    assert_eq!(status(&house, &payment).await, "paid", "by asking");
    unionpay.fault(Operation::Notify, FaultKind::Parallel { copies: 4 });
    refund(&house, &payment, 300).await;
    assert_eq!(house.sandbox.step().await, 6, "five times the refund, then the purchase");
    assert_eq!(house.read(&payment).await["refunded_fen"], 300);

    for kind in [FaultKind::WrongAmount, FaultKind::BadSignature, FaultKind::UnknownOrder] {
        let before = house.read(&payment).await["refunded_fen"].as_i64().expect("an amount");
        unionpay.fault(Operation::Notify, kind.clone());
        let bent = refund(&house, &payment, 100).await;
        house.sandbox.step().await;
        assert_eq!(house.read(&payment).await["refunded_fen"], before, "{kind:?}");
        let number = text(&bent["out_refund_no"]);
        assert_eq!(unionpay.sandbox.notify_again(unionpay.mer_id(), &number).await, 1);
        assert_eq!(house.read(&payment).await["refunded_fen"], before + 100, "{kind:?}");
    }
    assert_eq!(count(&house, "refund.succeeded").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_amount_of_today_goes_back_by_a_void() {
    let (house, unionpay) = with_voids().await;
    let payment = paid(&house, &unionpay).await;
    let void = refund(&house, &payment, 1280).await;
    assert_eq!(void["status"], "pending");
    house.sandbox.step().await;
    assert_eq!(status(&house, &payment).await, "refunded");
    assert_eq!(sent_back(&unionpay), [(Product::Void, 1280, TransactionState::Succeeded)]);

    // A part is no void, nor is what was paid on an earlier settlement day.
    let payment = paid(&house, &unionpay).await;
    house.clock.advance_s(1);
    refund(&house, &payment, 1279).await;
    let yesterdays = paid(&house, &unionpay).await;
    // 23:00 in Beijing.
    house.clock.advance_s(11 * 3600);
    refund(&house, &yesterdays, 1280).await;
    house.sandbox.step().await;
    let back: Vec<_> = sent_back(&unionpay).into_iter().map(|(product, fen, _)| (product, fen)).collect();
    assert_eq!(back, [(Product::Void, 1280), (Product::Refund, 1279), (Product::Refund, 1280)]);
    assert_eq!(status(&house, &yesterdays).await, "refunded");
}

/// Refused in the answer, or later: no money moved, and the next request is an ordinary refund.
#[tokio::test(flavor = "multi_thread")]
async fn a_void_that_fails_is_followed_by_a_refund() {
    let refused = FaultKind::RespCodeBeforeCommit { resp_code: code("35") };
    let fails_later = FaultKind::EndsWith { resp_code: code("35") };
    for kind in [refused, fails_later] {
        let (house, unionpay) = with_voids().await;
        let payment = paid(&house, &unionpay).await;
        unionpay.fault(Operation::Void, kind.clone());
        let void = refund(&house, &payment, 1280).await;
        house.sandbox.step().await;
        assert_eq!(read(&house, &void).await["status"], "failed", "{kind:?}");
        assert_eq!(status(&house, &payment).await, "paid", "{kind:?}");
        house.clock.advance_s(1);
        refund(&house, &payment, 1280).await;
        house.sandbox.step().await;
        assert_eq!(status(&house, &payment).await, "refunded", "{kind:?}");
        let last = sent_back(&unionpay).pop();
        assert_eq!(last, Some((Product::Refund, 1280, TransactionState::Succeeded)), "{kind:?}");
        assert_eq!(unionpay.book().balance_fen, 0, "{kind:?}");
    }
}

/// It never arrived, and when it could be sent again the settlement day was over.
#[tokio::test(flavor = "multi_thread")]
async fn a_void_that_comes_after_its_day_is_refused_and_followed_by_a_refund() {
    let (house, unionpay) = with_voids().await;
    let payment = paid(&house, &unionpay).await;
    // Ten to eleven at night.
    house.clock.advance_s(10 * 3600 + 50 * 60);
    unionpay.lasting_fault(Operation::Void, FaultKind::ResetBeforeCommit);
    let void = refund(&house, &payment, 1280).await;
    a_while_later(&house).await;
    assert_eq!(read(&house, &void).await["status"], "unknown");
    house.clock.advance_s(600);
    unionpay.sandbox.clear_faults();
    a_while_later(&house).await;
    let open = read(&house, &void).await;
    assert_eq!((&open["status"], &open["failure"]["code"]), (&json!("unknown"), &json!("35")), "it may be under way");
    // By then it would stand in the day's file.
    house.clock.advance_s(48 * 3600);
    a_while_later(&house).await;
    let failed = read(&house, &void).await;
    assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("failed"), &json!("35")));
    refund(&house, &payment, 1280).await;
    house.sandbox.step().await;
    assert_eq!(sent_back(&unionpay), [(Product::Refund, 1280, TransactionState::Succeeded)]);
    assert_eq!(status(&house, &payment).await, "refunded");
}

/// Until it is known how the void ended, nothing else is sent: a refund beside it would pay twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_void_whose_answer_was_lost_is_asked_about_and_never_doubled() {
    for kind in [FaultKind::ResetAfterCommit, FaultKind::ResetBeforeCommit, FaultKind::HttpStatus { status: 504 }] {
        let (house, unionpay) = with_voids().await;
        let payment = paid(&house, &unionpay).await;
        unionpay.fault(Operation::Void, kind.clone());
        unionpay.fault(Operation::Notify, FaultKind::Drop);
        assert_eq!(refund(&house, &payment, 1280).await["status"], "unknown", "{kind:?}");
        let second = house.post(&path_of(&payment, "/refunds"), json!({ "amount_fen": 1280 })).await;
        assert_eq!(second.status, 422, "{kind:?}: {}", second.text);
        house.sandbox.step().await;
        a_while_later(&house).await;
        house.sandbox.step().await;
        a_while_later(&house).await;
        assert_eq!(status(&house, &payment).await, "refunded", "{kind:?}");
        assert_eq!(sent_back(&unionpay), [(Product::Void, 1280, TransactionState::Succeeded)], "{kind:?}");
    }
}

/// How long back is UnionPay's to decide: nothing here guesses it.
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_too_long_ago_is_refused_by_unionpay_in_its_own_words() {
    let house = House::build().await;
    let draft = MerchantDraft { refund_window_s: Some(86_400), ..MerchantDraft::default() };
    let unionpay = house.add_unionpay(draft, json!({})).await;
    let payment = paid(&house, &unionpay).await;
    house.clock.advance_s(86_401);
    let told = refund(&house, &payment, 1280).await;
    assert_eq!((&told["status"], &told["failure"]["code"]), (&json!("failed"), &json!("35")));
    assert_eq!(status(&house, &payment).await, "paid");
}
