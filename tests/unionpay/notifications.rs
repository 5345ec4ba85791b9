//! Notifications and the shopper's return: what is believed, what it says, what UnionPay hears.

use luodi::gateways::unionpay::notification;
use luodi::gateways::{Gateway as _, Notice, Notification, OrderState, Outcome, RefundState, Rejected};

use crate::authority::*;
use crate::stand_in::*;

async fn read(told: &Fields) -> Result<Notification, Rejected> {
    offline().read_notification(&form(told)).await.map(luodi::gateways::Verified::into_inner)
}

fn with<const N: usize>(mut told: Fields, more: [(&str, &str); N]) -> Fields {
    told.extend(fields(more));
    told
}

fn refund_notice() -> Fields {
    with(
        paid_notice(),
        [
            ("txnType", "04"),
            ("txnSubType", "00"),
            ("orderId", REFUND_NUMBER),
            ("txnTime", "20260102120000"),
            ("txnAmt", "1000"),
            ("queryId", "812601021200001234608"),
            ("traceTime", "0102120003"),
            ("reqReserved", "LD01kdyak3c2fay828t5cy4tqkff|8880"),
        ],
    )
}

#[tokio::test]
async fn a_paid_order_is_told_with_its_money() {
    let notice = read(&by_unionpay(paid_notice())).await.unwrap();
    assert_eq!(notice.event_type, "01.00");
    let Notice::Order(report) = notice.notice else { panic!("no order") };
    assert_eq!((report.out_trade_no.as_str(), report.merchant.merchant_no.as_str()), (NUMBER, MERCHANT));
    assert_eq!((report.amount.map(|a| a.get()), report.currency.as_deref()), (Some(8880), Some("CNY")));
    let paid_at = Some(start().plus_s(67));
    assert_eq!(report.state, OrderState::Paid { gateway_trade_no: QUERY_ID.to_owned(), paid_at });
}

#[tokio::test]
async fn the_same_message_again_is_the_same_notification() {
    let first = read(&by_unionpay(paid_notice())).await.unwrap();
    let again = read(&by_unionpay(with(paid_notice(), [("respMsg", "success")]))).await.unwrap();
    assert_eq!(first.id, again.id);
    let other = read(&by_unionpay(with(paid_notice(), [("respCode", "A6")]))).await.unwrap();
    assert_ne!(first.id, other.id);
}

#[tokio::test]
async fn every_product_this_program_opens_is_known_and_no_other() {
    for (sub_type, biz_type) in [("01", "000201"), ("07", "000000"), ("06", "000000")] {
        let told = with(paid_notice(), [("txnSubType", sub_type), ("bizType", biz_type)]);
        assert!(matches!(read(&by_unionpay(told)).await.unwrap().notice, Notice::Order(_)), "{sub_type} {biz_type}");
    }
    for (sub_type, biz_type) in [("01", "000000"), ("03", "000201"), ("07", "000201"), ("01", "000902")] {
        let told = with(paid_notice(), [("txnSubType", sub_type), ("bizType", biz_type)]);
        assert_eq!(read(&by_unionpay(told)).await, Err(Rejected::OtherTransaction), "{sub_type} {biz_type}");
    }
    let pre_authorised = with(paid_notice(), [("txnType", "02")]);
    assert_eq!(read(&by_unionpay(pre_authorised)).await.unwrap().notice, Notice::Other);
}

/// An order is its number and its time; our numbers tell their time.
#[tokio::test]
async fn another_time_is_another_transaction() {
    let told = with(paid_notice(), [("txnTime", "20260102110406")]);
    assert_eq!(read(&by_unionpay(told)).await, Err(Rejected::OtherTransaction));
    let foreign = with(paid_notice(), [("orderId", "ORD20260102030405"), ("txnTime", "20260102110406")]);
    assert!(read(&by_unionpay(foreign)).await.is_ok(), "another system's order: the ledger does not know it");
}

/// Whoever can ask UnionPay can send its signed answer on to us: there `respCode` speaks of the question.
#[tokio::test]
async fn the_answer_to_a_question_is_no_notification() {
    for outcome in ["66", "00"] {
        let told = with(paid_notice(), [("origRespCode", outcome)]);
        assert_eq!(read(&by_unionpay(told)).await, Err(Rejected::OtherTransaction), "{outcome}");
    }
}

#[tokio::test]
async fn money_without_its_particulars_is_not_read() {
    for missing in ["queryId", "txnAmt", "currencyCode", "respCode", "orderId", "txnTime", "merId", "txnType"] {
        let told = paid_notice().into_iter().filter(|(name, _)| name != missing).collect();
        assert_eq!(read(&by_unionpay(told)).await, Err(Rejected::Malformed), "{missing}");
    }
    let dollars = read(&by_unionpay(with(paid_notice(), [("currencyCode", "840")]))).await.unwrap();
    let Notice::Order(report) = dollars.notice else { panic!("no order") };
    assert_eq!(report.currency.as_deref(), Some("840"), "the ledger finds the difference");
}

#[tokio::test]
async fn a_failure_ends_only_what_the_shopper_cannot_try_again() {
    for (sub_type, biz_type, code, closes) in [
        ("06", "000000", "64", true),
        ("06", "000000", "05", false),
        ("06", "000000", "ZZ", false),
        ("07", "000000", "64", false),
        ("01", "000201", "64", false),
    ] {
        let told = with(paid_notice(), [("txnSubType", sub_type), ("bizType", biz_type), ("respCode", code)]);
        let notice = read(&by_unionpay(told)).await.unwrap().notice;
        match notice {
            Notice::Order(report) => assert!(closes && report.state == OrderState::Closed, "{code}"),
            other => assert!(!closes && other == Notice::Other, "{code}"),
        }
    }
}

#[tokio::test]
async fn a_refund_brings_back_what_it_reserved() {
    let Notice::Refund(report) = read(&by_unionpay(refund_notice())).await.unwrap().notice else { panic!("no refund") };
    assert_eq!((report.out_refund_no.as_str(), report.out_trade_no.as_str()), (REFUND_NUMBER, NUMBER));
    assert_eq!((report.amount.get(), report.order_amount.get()), (1000, 8880));
    assert_eq!(report.gateway_refund_no.as_deref(), Some("812601021200001234608"));
    assert!(matches!(report.state, RefundState::Succeeded { succeeded_at: Some(_) }));

    let void = read(&by_unionpay(with(refund_notice(), [("txnType", "31")]))).await.unwrap().notice;
    assert!(matches!(void, Notice::Refund(report) if matches!(report.state, RefundState::Succeeded { .. })));

    let failed = with(refund_notice(), [("respCode", "35"), ("respMsg", "原交易状态不正确[3100035]")]);
    let Notice::Refund(report) = read(&by_unionpay(failed)).await.unwrap().notice else { panic!("no refund") };
    assert!(
        matches!(report.state, RefundState::Failed { code, message } if code == "35" && message.contains("原交易"))
    );

    let open = with(refund_notice(), [("respCode", "05")]);
    assert_eq!(read(&by_unionpay(open)).await.unwrap().notice, Notice::Other);

    let of_the_portal = with(refund_notice(), [("orderId", "PORTAL0001"), ("reqReserved", "")]);
    let Notice::Refund(report) = read(&by_unionpay(of_the_portal)).await.unwrap().notice else { panic!("no refund") };
    assert_eq!((report.out_refund_no.as_str(), report.out_trade_no.as_str()), ("PORTAL0001", ""));
}

#[tokio::test]
async fn what_is_not_unionpay_s_word_is_refused() {
    let genuine = by_unionpay(paid_notice());
    assert!(read(&genuine).await.is_ok());
    let changed = with(genuine.clone(), [("txnAmt", "1")]);
    assert_eq!(read(&changed).await, Err(Rejected::BadSignature));
    let added = with(genuine.clone(), [("extra", "1")]);
    assert_eq!(read(&added).await, Err(Rejected::BadSignature));
    for missing in ["signature", "version", "signMethod", "encoding"] {
        let told = genuine.clone().into_iter().filter(|(name, _)| name != missing).collect();
        assert_eq!(read(&told).await, Err(Rejected::Unsigned), "{missing}");
    }
    let without = genuine.clone().into_iter().filter(|(name, _)| name != "signPubKeyCert").collect();
    assert_eq!(read(&without).await, Err(Rejected::UnknownKey));
    for (name, value) in [("signMethod", "11"), ("signMethod", "12"), ("version", "5.0.0")] {
        let told = by_unionpay(with(paid_notice(), [(name, value)]));
        assert_eq!(read(&told).await, Err(Rejected::UnsupportedSignatureType), "{name} {value}");
    }
    let mut doubled = form(&genuine);
    doubled.body = [&doubled.body[..], b"&respCode=00"].concat().into();
    let told = offline().read_notification(&doubled).await;
    assert_eq!(told.unwrap_err(), Rejected::Malformed);
}

/// Any merchant has a certificate of the same authority: the name decides.
#[tokio::test]
async fn a_merchant_cannot_sign_as_unionpay() {
    assert_eq!(read(&signed(paid_notice(), merchant(), &chain().own)).await, Err(Rejected::UnknownKey));
}

#[tokio::test]
async fn the_shopper_s_return_is_the_same_kind_of_form() {
    let told = with(paid_notice(), [("tokenPayData", "{token=6235240000020757577&trId=62000000001}")]);
    assert!(read(&by_unionpay(told)).await.is_ok());
}

#[test]
fn only_what_is_recorded_is_acknowledged() {
    for (outcome, status) in [
        (Outcome::Recorded, 200),
        (Outcome::Mismatch, 409),
        (Outcome::Failed, 500),
        (Outcome::Rejected(Rejected::Malformed), 400),
        (Outcome::Rejected(Rejected::BadSignature), 401),
        (Outcome::Rejected(Rejected::OtherTransaction), 401),
    ] {
        assert_eq!(notification::acknowledge(outcome).status, status);
    }
    assert_eq!(notification::acknowledge(Outcome::Recorded).body, b"ok");
}
