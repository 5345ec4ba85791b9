//! The sidecar against the stand-in, which reads the protocol for itself: every flow of every method is opened
//! through the REST API, paid as a shopper pays, notified, and counted once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi::clock::Timestamp;
use luodi::sandbox::DeliveryState;
use luodi::sandbox::unionpay::{FaultKind, MerchantDraft, Operation, PayDraft, SignMethod, TransactionState};
use luodi::sandbox::{FaultKind as WeChatFaultKind, Operation as WeChatOperation};
use serde_json::{Value, json};

use crate::house::*;
use crate::support::phone::Phone;
use crate::support::unionpay::UnionPayAccount;
use crate::support::{House, out_trade_no, path_of, text};

const FLOWS: [&str; 5] = ["qr", "page", "wap", "app", "barcode"];
/// An attempt's time, and how long after it money may still be on its way.
const OVER_S: i64 = 900 + 15 * 60 + 1;

/// Opened, paid, told twice over, and counted once.
async fn every_flow_is_paid_once(draft: MerchantDraft, settings: Value) {
    let house = House::build().await;
    let unionpay = house.add_unionpay(draft, settings).await;
    for (at, flow) in FLOWS.into_iter().enumerate() {
        let payment = opened(&house, &unionpay, flow).await;
        assert_eq!(status(&house, &payment).await, "open", "{flow}: opened or accepted is not paid");
        pay_by(&house, flow, &payment).await;
        let order = unionpay.order(&payment);
        assert_eq!(order.state, TransactionState::Succeeded, "{flow}");
        house.sandbox.step().await;
        assert_eq!(status(&house, &payment).await, "paid", "{flow}");
        unionpay.tell_again(&payment).await;
        house.pass_s(30).await;
        assert_eq!(count(&house, "payment.paid").await, at + 1, "{flow}");
        let attempt = &house.read(&payment).await["attempts"][0];
        assert_eq!(json!(order.query_id), attempt["gateway_trade_no"], "{flow}");
        let paid_at = Timestamp::parse_rfc3339(&text(&attempt["paid_at"])).expect("a time");
        assert_eq!(Some(paid_at), order.succeeded_at, "{flow}: to the second, in the right year");
    }
    let book = unionpay.book();
    assert_eq!(book.balance_fen, 5 * 1280);
    let unheard: Vec<_> = book.notifications.iter().filter(|n| n.state != DeliveryState::Delivered).collect();
    assert!(unheard.is_empty(), "{unheard:#?}");
    assert_eq!(count(&house, "payment.mismatch").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_is_paid_once_with_certificates() {
    every_flow_is_paid_once(MerchantDraft::default(), json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_is_paid_once_with_a_shared_key_and_sha256() {
    let draft = MerchantDraft { sign_method: SignMethod::SecureKeySha256, ..MerchantDraft::default() };
    every_flow_is_paid_once(draft, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_is_paid_once_with_a_shared_key_and_sm3() {
    let (sign_method, secure_key) = (SignMethod::SecureKeySm3, Some("a key of ours 与汉字".to_owned()));
    every_flow_is_paid_once(MerchantDraft { sign_method, secure_key, ..MerchantDraft::default() }, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_is_paid_once_where_risk_control_is_told_more() {
    let draft = MerchantDraft { auto_return: true, refuses_reposted_form: true, ..MerchantDraft::default() };
    every_flow_is_paid_once(draft, json!({ "risk_fields": "send" })).await;
}

/// UnionPay's portal writes certificates into key files by RC2 with 40 bits, which few libraries still open.
#[tokio::test(flavor = "multi_thread")]
async fn the_old_kind_of_key_file_is_taken_with_its_chain_alone() {
    let house = House::build().await;
    let draft = MerchantDraft { pfx_password: Some("old kind 1".to_owned()), ..MerchantDraft::default() };
    let settings = json!({});
    let unionpay = house.add_unionpay(draft, settings).await;
    let file = STANDARD.decode(&unionpay.merchant.pfx_base64).expect("base64");
    // pbeWithSHA1And40BitRC2-CBC, then pbeWithSHA1And3-KeyTripleDES-CBC.
    for oid in ["2a864886f70d010c0106", "2a864886f70d010c0103"] {
        let oid = hex::decode(oid).expect("hex");
        assert!(file.windows(oid.len()).any(|part| part == oid), "{oid:x?}");
    }
    let secrets = json!({ "key_file": unionpay.merchant.pfx_base64, "key_password": "old kind 1" });
    let changed = house.patch(&format!("/v1/accounts/{}", unionpay.account_id), json!({ "secrets": secrets })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    paid(&house, &unionpay).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_that_never_comes_is_made_good_by_asking() {
    let (house, unionpay) = House::with_unionpay().await;
    for flow in ["qr", "page", "app", "barcode"] {
        unionpay.fault(Operation::Notify, FaultKind::Drop);
        let payment = opened(&house, &unionpay, flow).await;
        match flow {
            "barcode" => {}
            "page" => drop(pay_at_bank(&house, &Phone::new(WINDOWS), &payment).await),
            _ => drop(unionpay.pay(&payment)),
        }
        assert_eq!(house.sandbox.step().await, 0, "{flow}: nobody tells");
        assert_eq!(status(&house, &payment).await, "open", "{flow}");
        a_while_later(&house).await;
        assert_eq!(status(&house, &payment).await, "paid", "{flow}");
    }
    assert_eq!(count(&house, "payment.paid").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_and_copies_at_the_same_moment_count_once() {
    let (house, unionpay) = House::with_unionpay().await;
    for kind in [FaultKind::Duplicate { copies: 4 }, FaultKind::Parallel { copies: 9 }] {
        let payment = opened(&house, &unionpay, "qr").await;
        let before = count(&house, "payment.paid").await;
        unionpay.pay(&payment);
        unionpay.fault(Operation::Notify, kind.clone());
        assert!(house.sandbox.step().await >= 5, "{kind:?}");
        assert_eq!(status(&house, &payment).await, "paid", "{kind:?}");
        assert_eq!(count(&house, "payment.paid").await, before + 1, "{kind:?}");
    }
}

/// What does not say "paid" of a paid order is asked again; what does not say it of an unpaid one is not final.
#[tokio::test(flavor = "multi_thread")]
async fn no_code_of_a_question_ends_an_order_before_its_time() {
    let (house, unionpay) = House::with_unionpay().await;
    let told = |code: &str| FaultKind::OrigRespCode { resp_code: code.to_owned() };
    let answered = |code: &str| FaultKind::RespCodeBeforeCommit { resp_code: code.to_owned() };
    for kind in [
        told("03"),
        told("04"),
        told("05"),
        told("64"),
        told("42"),
        told("ZZ"),
        answered("34"),
        answered("06"),
        answered("37"),
        answered("99"),
        FaultKind::WrongAmount,
    ] {
        unionpay.fault(Operation::Notify, FaultKind::Drop);
        let payment = opened(&house, &unionpay, "qr").await;
        unionpay.pay(&payment);
        house.sandbox.step().await;
        unionpay.fault(Operation::Query, kind.clone());
        house.pass_s(16).await;
        assert_eq!(unionpay.sandbox.faults(), [], "{kind:?}: it was asked");
        let read = house.read(&payment).await;
        assert_eq!((&read["status"], &read["attempts"][0]["status"]), (&json!("open"), &json!("pending")), "{kind:?}");
        a_while_later(&house).await;
        assert_eq!(status(&house, &payment).await, "paid", "{kind:?}");
    }
    assert_eq!(count(&house, "payment.paid").await, 11);
    assert_eq!(count(&house, "payment.mismatch").await, 1, "the amount that was told wrongly under a good signature");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_declined_leaves_the_order_to_the_next_one() {
    let (house, unionpay) = House::with_unionpay().await;
    for flow in ["qr", "page", "app"] {
        let payment = opened(&house, &unionpay, flow).await;
        if flow == "page" {
            bank_page(&house, &Phone::new(WINDOWS), &payment).await;
        }
        let number = out_trade_no(&payment);
        unionpay.sandbox.decline(unionpay.mer_id(), &number, "64").expect("a refusal");
        assert_eq!(house.sandbox.step().await, 0, "{flow}: of this UnionPay does not tell");
        house.pass_s(16).await;
        assert_eq!(unionpay.order(&payment).orig_resp_code, "64");
        assert_eq!(attempt_status(&house, &payment).await, "pending", "{flow}");
        unionpay.pay(&payment);
        house.sandbox.step().await;
        assert_eq!(status(&house, &payment).await, "paid", "{flow}");
    }
}

/// The time of everything unsettled is over, and what belongs to it has been done.
async fn over(house: &House) {
    house.pass_s(OVER_S).await;
    for _ in 0..2 {
        house.pass_s(7200).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_over_a_quarter_of_an_hour_after_its_time_and_money_after_that_is_late() {
    for (flow, seen, code) in [("qr", false, "00"), ("page", true, "A6"), ("app", false, "00")] {
        let (house, unionpay) = House::with_unionpay().await;
        let payment = opened(&house, &unionpay, flow).await;
        if seen {
            bank_page(&house, &Phone::new(WINDOWS), &payment).await;
        }
        let closing = house.post(&path_of(&payment, "/close"), json!({})).await;
        assert!([202, 409].contains(&closing.status), "{flow}: UnionPay ends no order: {}", closing.text);
        house.pass_s(900 + 15 * 60).await;
        assert_ne!(attempt_status(&house, &payment).await, "closed", "{flow}: a success may be on its way");
        over(&house).await;
        assert_eq!(attempt_status(&house, &payment).await, "closed", "{flow}");
        assert_eq!(status(&house, &payment).await, "closed", "{flow}");

        unionpay.pay_with(&payment, &PayDraft { force: true, resp_code: Some(code.to_owned()) });
        house.sandbox.step().await;
        let late = house.read(&payment).await;
        assert_eq!((&late["status"], &late["late"]), (&json!("paid"), &json!(true)), "{flow}");
        assert_eq!(count(&house, "payment.paid").await, 1, "{flow}");
    }
}

/// 42: taken after the order's time. UnionPay may give it back by itself, so it is not "paid"; least of all is
/// it "not paid".
#[tokio::test(flavor = "multi_thread")]
async fn money_that_unionpay_calls_too_late_is_neither_counted_nor_forgotten() {
    let (house, unionpay) = House::with_unionpay().await;
    let payment = opened(&house, &unionpay, "qr").await;
    unionpay.pay_with(&payment, &PayDraft { force: true, resp_code: Some("42".to_owned()) });
    house.sandbox.step().await;
    over(&house).await;
    let read = house.read(&payment).await;
    assert_eq!(read["status"], "open", "nobody may say that this order was not paid: {read:#}");
    assert_ne!(read["attempts"][0]["status"], "closed");
    assert_eq!(count(&house, "payment.paid").await, 0);
    let before = unionpay.calls(Operation::Query);
    house.pass_s(2 * 86_400).await;
    house.pass_s(86_401).await;
    assert!(unionpay.calls(Operation::Query) > before, "it is asked about for good");
}

async fn both_ways(house: &House, payment: &Value) -> Value {
    let other = json!({ "gateway": "wechatpay", "flow": "qr" });
    let other = house.post(&path_of(payment, "/attempts"), other).await;
    assert_eq!(other.status, 201, "an order that nobody can end bars no other way: {}", other.text);
    house.read(payment).await
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_by_another_wallet_and_then_at_unionpay_the_second_goes_back() {
    for settings in [json!({}), json!({ "same_day_refunds": "void" })] {
        let house = House::build().await;
        let unionpay = house.add_unionpay(MerchantDraft::default(), settings).await;
        let payment = opened(&house, &unionpay, "qr").await;
        let both = both_ways(&house, &payment).await;
        house.pay(&both).await;
        assert_eq!(status(&house, &payment).await, "paid");
        unionpay.pay(&payment);
        for _ in 0..4 {
            house.sandbox.step().await;
            house.pass_s(5).await;
        }
        house.sandbox.step().await;
        let read = house.read(&payment).await;
        assert_eq!((&read["status"], &read["refunded_fen"]), (&json!("paid"), &json!(0)), "the surplus is no refund");
        let first = &read["attempts"][0];
        assert_eq!((&first["status"], &first["duplicate"]), (&json!("paid"), &json!(true)));
        assert_eq!(unionpay.book().balance_fen, 0, "once, and all of it");
        // A void may fail, and nobody would ask again for what goes back by itself.
        assert_eq!((unionpay.calls(Operation::Refund), unionpay.calls(Operation::Void)), (1, 0));
        assert_eq!(count(&house, "payment.duplicate_paid").await, 1);
        assert_eq!(count(&house, "refund.succeeded").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_at_unionpay_first_the_other_wallet_s_order_is_closed() {
    let (house, unionpay) = House::with_unionpay().await;
    let payment = opened(&house, &unionpay, "page").await;
    both_ways(&house, &payment).await;
    unionpay_pays_after_all(&house, &unionpay, &payment).await;
    house.pass_s(1).await;
    let read = house.read(&payment).await;
    assert_eq!(read["attempts"][0]["status"], "paid");
    assert_eq!(read["attempts"][1]["status"], "closed", "{read:#}");
    assert_eq!(count(&house, "payment.duplicate_paid").await, 0);
}

/// The page was left open in another tab.
async fn unionpay_pays_after_all(house: &House, unionpay: &UnionPayAccount, payment: &Value) {
    let browser = Phone::new(WINDOWS);
    pay_at_bank(house, &browser, payment).await;
    assert_eq!(unionpay.order(payment).state, TransactionState::Succeeded);
    house.sandbox.step().await;
    assert_eq!(status(house, payment).await, "paid");
}

/// WeChat's order cannot be ended because WeChat is not to be heard: both are paid.
#[tokio::test(flavor = "multi_thread")]
async fn paid_at_unionpay_first_and_by_the_other_all_the_same_that_one_goes_back() {
    let (house, unionpay) = House::with_unionpay().await;
    let payment = opened(&house, &unionpay, "qr").await;
    let both = both_ways(&house, &payment).await;
    house.fault(WeChatOperation::Close, WeChatFaultKind::ResetBeforeCommit);
    unionpay.pay(&payment);
    house.sandbox.step().await;
    house.pass_s(1).await;
    house.pay_silently(&both);
    for _ in 0..6 {
        house.sandbox.step().await;
        house.pass_s(10).await;
    }
    let read = house.read(&payment).await;
    assert_eq!((&read["status"], &read["attempts"][1]["duplicate"]), (&json!("paid"), &json!(true)), "{read:#}");
    assert_eq!(unionpay.book().balance_fen, 1280, "what settled the payment stays");
    assert_eq!(count(&house, "payment.duplicate_paid").await, 1);
}
