//! Questions and closings: what is believed of what comes back.

use luodi::gateways::{DeclineReason, Gateway as _, GatewayError, OrderState};
use luodi::payments::attempt::Flow;
use serde_json::json;

use crate::stand_in::*;

fn trade(state: &str) -> serde_json::Value {
    json!({
        "out_trade_no": NUMBER, "trade_no": TRADE_NO, "trade_status": state, "total_amount": "88.80",
        "receipt_amount": "80.00", "send_pay_date": "2026-01-02 03:05:09", "new_field": [null],
    })
}

#[tokio::test]
async fn an_order_is_asked_about_and_closed() {
    let (gateway, _, stand_in) = account(|seen| match seen.api().as_str() {
        "alipay.trade.query" => Reply::success(seen, trade("TRADE_SUCCESS")),
        _ => Reply::success(seen, json!({"out_trade_no": NUMBER, "trade_no": TRADE_NO})),
    })
    .await;
    let report = gateway.query(&asked(Flow::Qr)).await.unwrap().into_inner();
    assert_eq!((report.merchant.merchant_no.as_str(), report.merchant.app_id.as_deref()), (SELLER_ID, Some(APP_ID)));
    assert_eq!(report.amount.map(|a| a.get()), Some(8880));
    assert!(matches!(report.state, OrderState::Paid { .. }));
    assert_eq!(gateway.close(&asked(Flow::Qr)).await.unwrap().get().state, OrderState::Closed);
    assert_eq!(stand_in.calls(), ["alipay.trade.query", "alipay.trade.close"]);
    for seen in stand_in.seen() {
        assert!(is_signed_by_merchant(&seen.parameters()));
        assert_eq!(seen.biz(), json!({"out_trade_no": NUMBER}));
    }
}

/// Alipay knows nothing of a code that nobody has scanned, and nothing of a page that nobody has opened.
#[tokio::test]
async fn an_order_nobody_opened_is_not_a_missing_order() {
    let (gateway, clock, _) = account(|seen| Reply::refusal(seen, "40004", "ACQ.TRADE_NOT_EXIST")).await;
    for flow in [Flow::Qr, Flow::Page, Flow::Wap, Flow::App] {
        assert_eq!(gateway.query(&asked(flow)).await.unwrap().get().state, OrderState::Unopened, "{flow:?}");
        // It may still be opened: nobody can promise that it will not be paid.
        let closed = gateway.close(&asked(flow)).await;
        assert!(
            matches!(closed, Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. })),
            "{flow:?} {closed:?}"
        );
    }
    // Products that begin with the call: there it is missing.
    for flow in [Flow::Jsapi, Flow::Barcode] {
        let missing = gateway.query(&asked(flow)).await;
        assert!(matches!(missing, Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. })), "{flow:?}");
    }
    clock.advance_s(1800 + 361);
    for flow in [Flow::Qr, Flow::Page, Flow::Wap, Flow::App] {
        assert_eq!(gateway.query(&asked(flow)).await.unwrap().get().state, OrderState::Closed, "{flow:?}");
        assert_eq!(gateway.close(&asked(flow)).await.unwrap().get().state, OrderState::Closed, "{flow:?}");
    }
}

#[tokio::test]
async fn a_closing_that_comes_too_late_asks_for_a_question() {
    for code in ["ACQ.REASON_TRADE_STATUS_INVALID", "ACQ.TRADE_STATUS_ERROR", "ACQ.REASON_ILLEGAL_STATUS"] {
        let (gateway, _, _) = account(move |seen| Reply::refusal(seen, "40004", code)).await;
        let closed = gateway.close(&asked(Flow::Qr)).await;
        assert!(
            matches!(closed, Err(GatewayError::Declined { reason: DeclineReason::AlreadyPaid, .. })),
            "{code} {closed:?}"
        );
    }
}

#[tokio::test]
async fn what_is_not_proven_is_unknown_and_never_failed_or_paid() {
    let node = json!({
        "code": "10000", "msg": "Success", "out_trade_no": NUMBER, "trade_no": TRADE_NO,
        "trade_status": "TRADE_SUCCESS", "total_amount": "88.80",
    })
    .to_string();
    let name = "alipay_trade_query_response";
    let sign = alipay().sign_base64(node.as_bytes());
    let altered = node.replace("88.80", "0.01");
    let refusal = r#"{"code":"40004","msg":"…","sub_code":"ACQ.TRADE_NOT_EXIST"}"#;
    for (label, status, body) in [
        ("unsigned success", 200, format!("{{\"{name}\":{node}}}")),
        ("empty signature", 200, format!("{{\"{name}\":{node},\"sign\":\"\"}}")),
        ("a stranger's", 200, format!("{{\"{name}\":{node},\"sign\":\"{}\"}}", other().sign_base64(node.as_bytes()))),
        ("our own", 200, format!("{{\"{name}\":{node},\"sign\":\"{}\"}}", merchant().sign_base64(node.as_bytes()))),
        ("altered", 200, format!("{{\"{name}\":{altered},\"sign\":\"{sign}\"}}")),
        ("twice", 200, format!("{{\"{name}\":{altered},\"{name}\":{node},\"sign\":\"{sign}\"}}")),
        ("of another call", 200, format!("{{\"alipay_trade_pay_response\":{node},\"sign\":\"{sign}\"}}")),
        ("as an error", 200, format!("{{\"error_response\":{node},\"sign\":\"{sign}\"}}")),
        ("unsigned refusal", 200, format!("{{\"{name}\":{refusal}}}")),
        ("unsigned refusal before dispatch", 200, format!("{{\"error_response\":{refusal}}}")),
        ("with another status", 502, format!("{{\"{name}\":{node},\"sign\":\"{sign}\"}}")),
        ("a web page", 200, "<html>".to_owned()),
        ("nothing", 200, String::new()),
    ] {
        let (gateway, _, _) = account(move |_| Reply::plain(status, &body)).await;
        let answer = gateway.query(&asked(Flow::Qr)).await;
        assert!(matches!(answer, Err(GatewayError::Unknown(_))), "{label}: {answer:?}");
    }
}

#[tokio::test]
async fn a_signed_answer_to_another_question_proves_nothing() {
    let (gateway, _, _) = account(|seen| {
        let mut told = trade("TRADE_SUCCESS");
        told["out_trade_no"] = json!("LD_ANOTHER");
        Reply::success(seen, told)
    })
    .await;
    assert!(matches!(gateway.query(&asked(Flow::Qr)).await, Err(GatewayError::Unknown(_))));
}

#[tokio::test]
async fn certainly_not_sent_and_maybe_sent_are_told_apart() {
    let (gateway, _, _) = account(|_| Reply::Reset).await;
    assert!(matches!(gateway.query(&asked(Flow::Qr)).await, Err(GatewayError::Unknown(_))));
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = open(&credentials(&format!("http://{closed}")), &luodi::clock::HandClock::at(start()));
    assert!(matches!(nowhere.query(&asked(Flow::Qr)).await, Err(GatewayError::NotSent(_))));
}

#[tokio::test]
async fn refusals_that_say_nothing_of_the_outcome_are_unknown() {
    for (code, sub_code) in
        [("20000", "isp.unknow-error"), ("40004", "ACQ.SYSTEM_ERROR"), ("40004", "AQC.SYSTEM_ERROR")]
    {
        let (gateway, _, _) = account(move |seen| Reply::refusal(seen, code, sub_code)).await;
        let answer = gateway.query(&asked(Flow::Qr)).await;
        assert!(matches!(answer, Err(GatewayError::Unknown(_))), "{sub_code}: {answer:?}");
    }
}

/// Refusals of our own signature are never signed; only the merchant can mend them.
#[tokio::test]
async fn what_the_merchant_must_mend_says_how() {
    for sub_code in ["isv.invalid-signature", "isv.invalid-app-id", "isv.app-cert-not-exist"] {
        let body = json!({"error_response": {"code": "40002", "msg": "Invalid", "sub_code": sub_code}}).to_string();
        let (gateway, _, _) = account(move |_| Reply::plain(200, &body)).await;
        let answer = gateway.query(&asked(Flow::Qr)).await;
        assert!(matches!(&answer, Err(GatewayError::Misconfigured { fix, .. }) if !fix.is_empty()), "{answer:?}");
    }
}
