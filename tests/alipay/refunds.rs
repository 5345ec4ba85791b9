//! Refunds: `refund_fee` is a running total, 10000 is no proof, and a number is asked about before it is used
//! again.

use luodi::gateways::{DeclineReason, Gateway as _, GatewayError, RefundRef, RefundState, RefundToRequest};
use luodi::money::Fen;
use luodi::payments::attempt::Flow;
use serde_json::json;

use crate::stand_in::*;

fn wanted() -> RefundToRequest {
    RefundToRequest {
        out_trade_no: NUMBER.to_owned(),
        out_refund_no: "LDR1".to_owned(),
        amount: Fen::new(1000).unwrap(),
        order_amount: Fen::new(8880).unwrap(),
        reason: Some("七天无理由".to_owned()),
        notify_url: NOTIFY_URL.to_owned(),
        from_available_balance: false,
        earlier_refunds: 0,
        failed_refunds: 0,
        flow: Flow::Qr,
        gateway_trade_no: None,
        paid_at: None,
    }
}

fn known() -> RefundRef<'static> {
    RefundRef {
        out_trade_no: NUMBER,
        out_refund_no: "LDR1",
        amount: Fen::new(1000).unwrap(),
        order_amount: Fen::new(8880).unwrap(),
    }
}

#[tokio::test]
async fn a_refund_that_moved_money_is_of_its_own_amount() {
    // 30.00 went back of this order so far, 10.00 of it now.
    let (gateway, _, stand_in) = account(|seen| {
        Reply::success(
            seen,
            json!({"out_trade_no": NUMBER, "trade_no": TRADE_NO, "fund_change": "Y", "refund_fee": "30.00"}),
        )
    })
    .await;
    let request = gateway.prepare_refund(&wanted()).unwrap();
    let report = gateway.refund(&request).await.unwrap().into_inner();
    assert_eq!((report.amount.get(), report.order_amount.get()), (1000, 8880));
    assert_eq!(report.state, RefundState::Succeeded { succeeded_at: None });
    assert_eq!(
        stand_in.seen()[0].biz(),
        json!({
            "out_trade_no": NUMBER, "refund_amount": "10.00", "out_request_no": "LDR1", "refund_reason": "七天无理由",
        })
    );
    assert!(!stand_in.seen()[0].parameters().contains_key("notify_url"), "it goes to the payment's address");
    gateway.refund(&request).await.unwrap();
    assert_eq!(stand_in.seen()[0].biz(), stand_in.seen()[1].biz(), "a repeat keeps its number and its content");
}

#[tokio::test]
async fn code_10000_alone_is_no_refund() {
    for told in [json!({"fund_change": "N", "refund_fee": "10.00"}), json!({"refund_fee": "10.00"}), json!({})] {
        let label = told.to_string();
        let (gateway, _, _) = account(move |seen| Reply::success(seen, told.clone())).await;
        let answer = gateway.refund(&gateway.prepare_refund(&wanted()).unwrap()).await;
        assert!(matches!(answer, Err(GatewayError::Unknown(_))), "{label}: {answer:?}");
    }
}

#[tokio::test]
async fn the_question_about_a_refund_decides() {
    let done = json!({
        "out_trade_no": NUMBER, "out_request_no": "LDR1", "refund_status": "REFUND_SUCCESS", "refund_amount": "10.00",
        "total_amount": "88.80", "gmt_refund_pay": "2026-01-02 03:04:06",
    });
    let (gateway, _, stand_in) = account(move |seen| Reply::success(seen, done.clone())).await;
    let report = gateway.query_refund(&known()).await.unwrap().into_inner();
    assert_eq!(report.state, RefundState::Succeeded { succeeded_at: Some(start().plus_s(1)) });
    assert_eq!(stand_in.seen()[0].biz()["out_trade_no"], NUMBER);
    assert_eq!(stand_in.seen()[0].biz()["out_request_no"], "LDR1");

    // 10000 without a word about the refund: there is none, or it failed.
    let (gateway, _, _) = account(|seen| Reply::success(seen, json!({"out_trade_no": NUMBER}))).await;
    let answer = gateway.query_refund(&known()).await;
    assert!(matches!(answer, Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. })), "{answer:?}");
}

#[tokio::test]
async fn refusals_of_a_refund() {
    for (sub_code, reason) in [
        ("ACQ.SELLER_BALANCE_NOT_ENOUGH", DeclineReason::TryLater),
        ("ACQ.DISCORDANT_REPEAT_REQUEST", DeclineReason::Unclear),
        ("ACQ.TRADE_STATUS_ERROR", DeclineReason::Unclear),
        ("ACQ.SOMETHING_NEW", DeclineReason::Unclear),
        ("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", DeclineReason::Other),
        ("ACQ.TRADE_HAS_FINISHED", DeclineReason::Other),
    ] {
        let (gateway, _, _) = account(move |seen| Reply::refusal(seen, "40004", sub_code)).await;
        let answer = gateway.refund(&gateway.prepare_refund(&wanted()).unwrap()).await;
        assert!(
            matches!(&answer, Err(GatewayError::Declined { reason: r, .. }) if *r == reason),
            "{sub_code}: {answer:?}"
        );
    }
}

/// What is not signed is not Alipay's: an earlier call may have moved the money, whatever this one says.
#[tokio::test]
async fn an_unsigned_refusal_of_a_refund_is_no_failure() {
    for sub_code in ["isv.invalid-signature", "isv.invalid-app-id", "ACQ.TRADE_HAS_FINISHED"] {
        let body = json!({"error_response": {"code": "40002", "msg": "…", "sub_code": sub_code}}).to_string();
        let (gateway, _, _) = account(move |_| Reply::plain(200, &body)).await;
        let answer = gateway.refund(&gateway.prepare_refund(&wanted()).unwrap()).await;
        assert!(matches!(&answer, Err(GatewayError::Unknown(_))), "{sub_code}: {answer:?}");
    }
}

/// An older application is not told the status. Another amount under our number is told as it is, so that the
/// ledger refuses it; asked for again it would be a second refund.
#[tokio::test]
async fn another_amount_under_our_number_is_not_a_missing_refund() {
    let told = json!({"out_trade_no": NUMBER, "out_request_no": "LDR1", "refund_amount": "9.00"});
    let (gateway, _, _) = account(move |seen| Reply::success(seen, told.clone())).await;
    let report = gateway.query_refund(&known()).await.unwrap().into_inner();
    assert_eq!(report.amount.get(), 900);
}
