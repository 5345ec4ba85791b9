//! Codepay: the payer's code is charged once, asked about, and reversed, never closed.

use luodi::gateways::{DeclineReason, Gateway as _, GatewayError, Opened, OrderState};
use luodi::payments::attempt::{Flow, NextAction, Shopper};
use serde_json::{Value, json};

use crate::calls::{NUMBER, is_signed_by_merchant, signed};
use crate::flows::{opened, wanted};
use crate::stand_in::{Reply, Seen, StandIn, asked, credentials, open, start};
use crate::vectors::{APPID, MCHID};

const CODE: &str = "130061098828009406";

fn settings() -> Value {
    json!({"codepay": "v3", "store_out_id": "till-1"})
}

async fn charge(reply: Reply) -> (Result<Opened, GatewayError>, Vec<Seen>) {
    let shopper = Shopper { auth_code: Some(CODE.to_owned()), ..Shopper::default() };
    opened(&settings(), wanted(Flow::Barcode, shopper), move |_| reply.clone()).await
}

fn order_in(state: &str) -> String {
    json!({
        "appid": APPID, "mchid": MCHID, "out_trade_no": NUMBER, "trade_state": state, "trade_state_desc": "余额不足",
        "transaction_id": "42", "success_time": "2026-01-01T12:00:00+08:00",
        "amount": {"total": 100, "payer_total": 100},
    })
    .to_string()
}

#[tokio::test]
async fn a_code_that_pays_at_once_is_settled_in_the_call() {
    let (result, seen) = charge(signed(200, &order_in("SUCCESS"))).await;
    let Ok(Opened::Settled(report)) = result else { panic!("{result:?}") };
    assert_eq!((report.out_trade_no.as_str(), report.amount.map(luodi::money::Fen::get)), (NUMBER, Some(100)));
    assert!(matches!(report.state, OrderState::Paid { .. }));
    assert_eq!(seen[0].target, "/v3/pay/transactions/codepay");
    assert!(is_signed_by_merchant(&seen[0]));
    let body: Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!(body["payer"], json!({"auth_code": CODE}));
    assert_eq!(body["scene_info"], json!({"store_info": {"out_id": "till-1"}}));
    assert_eq!((body.get("notify_url"), body.get("time_expire")), (None, None));
}

#[tokio::test]
async fn a_payer_at_the_password_is_waited_for() {
    let asking = r#"{"code":"USERPAYING","message":"需要用户输入支付密码"}"#;
    for reply in [signed(200, &order_in("USERPAYING")), signed(202, asking), signed(202, &order_in("USERPAYING"))] {
        let (result, _) = charge(reply).await;
        let waits = Opened::Waiting { next_action: NextAction::Wait, expires_at: None };
        assert_eq!(result.unwrap(), waits);
    }
}

#[tokio::test]
async fn only_a_clear_no_is_a_no() {
    let declined = |result: &Result<Opened, GatewayError>| match result {
        Err(GatewayError::Declined { reason, code, message }) => Some((*reason, code.clone(), message.clone())),
        _ => None,
    };
    let (result, _) = charge(signed(200, &order_in("PAYERROR"))).await;
    assert_eq!(declined(&result), Some((DeclineReason::Other, "PAYERROR".to_owned(), "余额不足".to_owned())));
    for code in ["NOT_ENOUGH", "AUTH_CODE_EXPIRED", "AUTH_CODE_INVALID", "RULE_LIMIT", "TRADE_ERROR"] {
        let (result, _) = charge(Reply::error(403, code)).await;
        assert_eq!(declined(&result).map(|(reason, ..)| reason), Some(DeclineReason::Other), "{code}");
    }
    let (result, _) = charge(Reply::error(403, "OUT_TRADE_NO_USED")).await;
    assert_eq!(declined(&result).map(|(reason, ..)| reason), Some(DeclineReason::AlreadyPaid));
    for reply in [
        Reply::error(500, "SYSTEM_ERROR"),
        Reply::error(500, "BANK_ERROR"),
        Reply::error(400, "USERPAYING"),
        Reply::error(429, "FREQUENCY_LIMITED"),
        Reply::plain(200, &order_in("SUCCESS")),
        Reply::plain(202, r#"{"code":"USERPAYING"}"#),
        signed(200, &order_in("NOTPAY")),
        signed(200, &order_in("SUCCESS").replace(NUMBER, "LD20260101000002")),
        signed(200, &order_in("SUCCESS").replace("\"total\"", "\"sum\"")),
        signed(200, "{}"),
        signed(204, ""),
        Reply::Reset,
    ] {
        let label = format!("{reply:?}");
        let (result, _) = charge(reply).await;
        assert!(matches!(result, Err(GatewayError::Unknown(_))), "{label}: {result:?}");
    }
}

#[tokio::test]
async fn the_flow_is_offered_only_where_it_is_switched_on() {
    let shopper = Shopper { auth_code: Some(CODE.to_owned()), ..Shopper::default() };
    let (result, seen) = opened(&json!({}), wanted(Flow::Barcode, shopper), |_| Reply::Reset).await;
    let Err(GatewayError::Misconfigured { code, fix }) = result else { panic!("{result:?}") };
    assert!(code == "codepay_off" && fix.contains("store_id"), "{fix}");
    assert!(seen.is_empty());

    let mut account = credentials("http://127.0.0.1:1");
    account.settings["codepay"] = json!("v3");
    account.settings["store_id"] = json!("0001");
    let gateway = open(&account, &luodi::clock::HandClock::at(start()));
    assert_eq!(gateway.flows().last(), Some(&Flow::Barcode));
}

#[tokio::test]
async fn ending_a_charge_reverses_it_and_may_be_repeated() {
    let answer = json!({"appid": APPID, "mchid": MCHID, "out_trade_no": NUMBER}).to_string();
    let (first, later) = (Reply::error(500, "SYSTEM_ERROR"), signed(200, &answer));
    let tries = std::sync::atomic::AtomicUsize::new(0);
    let stand_in = StandIn::serving(move |_| {
        let is_first = tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        if is_first { first.clone() } else { later.clone() }
    })
    .await;
    let gateway = open(&credentials(&stand_in.base), &luodi::clock::HandClock::at(start()));
    assert!(matches!(gateway.close(&asked(Flow::Barcode, NUMBER)).await, Err(GatewayError::Unknown(_))));
    for _ in 0..2 {
        let report = gateway.close(&asked(Flow::Barcode, NUMBER)).await.unwrap().into_inner();
        assert_eq!((report.state, report.out_trade_no.as_str()), (OrderState::Closed, NUMBER));
        assert_eq!(gateway.foreign_identifier(&report.merchant), None);
    }
    assert!(
        matches!(gateway.close(&asked(Flow::Barcode, "LD2")).await, Err(GatewayError::Unknown(_))),
        "another's number"
    );
    for seen in &stand_in.seen()[..3] {
        assert_eq!(seen.target, format!("/v3/pay/transactions/out-trade-no/{NUMBER}/reverse"));
        assert_eq!(seen.body, format!("{{\"appid\":\"{APPID}\",\"mchid\":\"{MCHID}\"}}"));
    }
    assert_eq!(stand_in.seen().iter().filter(|s| s.target.ends_with("/close")).count(), 0);
}
