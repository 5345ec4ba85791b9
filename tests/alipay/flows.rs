//! Every way of paying: what goes out, and what the storefront gets.

use std::collections::BTreeMap;

use luodi::gateways::{DeclineReason, Gateway as _, GatewayError, Opened, OrderState, OrderToOpen};
use luodi::payments::attempt::{Flow, FormMethod, NextAction, Shopper};
use serde_json::{Value, json};

use crate::stand_in::*;

async fn opened(gateway: &luodi::gateways::alipay::Alipay, order: &OrderToOpen) -> Result<Opened, GatewayError> {
    let request = gateway.prepare(order)?;
    Ok(gateway.create(&prepared(order.flow, &request)).await?.into_inner())
}

fn action(opened: Opened) -> NextAction {
    match opened {
        Opened::Waiting { next_action, .. } => next_action,
        Opened::Settled(report) => panic!("settled at once: {report:?}"),
    }
}

#[tokio::test]
async fn qr_shows_the_code_of_a_precreated_order() {
    let (gateway, _, stand_in) = account(|seen| {
        Reply::success(seen, json!({"out_trade_no": NUMBER, "qr_code": "https://qr.alipay.com/bax0001"}))
    })
    .await;
    let opening = opened(&gateway, &order(Flow::Qr)).await.unwrap();
    let Opened::Waiting { next_action, expires_at } = opening else { panic!() };
    assert_eq!(next_action, NextAction::DisplayQr { code_url: "https://qr.alipay.com/bax0001".to_owned() });
    assert_eq!(expires_at, Some(start().plus_s(7200)));
    let seen = &stand_in.seen()[0];
    let parameters = seen.parameters();
    assert!(is_signed_by_merchant(&parameters));
    assert_eq!(parameters["method"], "alipay.trade.precreate");
    assert_eq!(parameters["timestamp"], "2026-01-02 03:04:05");
    assert_eq!((parameters["notify_url"].as_str(), parameters["sign_type"].as_str()), (NOTIFY_URL, "RSA2"));
    assert!(seen.target.contains("charset=utf-8"), "the charset must stand in the address");
    assert!(seen.body.starts_with("biz_content=") && !seen.body.contains('&'));
    assert_eq!(seen.biz()["total_amount"], "88.80");
    assert_eq!(seen.biz()["subject"], "红茶 500g+糖 杯 50%");
    assert_eq!(seen.biz()["time_expire"], "2026-01-02 03:34:05");
}

#[tokio::test]
async fn page_is_a_signed_form_and_no_call() {
    let (gateway, _, stand_in) = account(|_| Reply::Reset).await;
    let NextAction::SubmitForm { action, method, fields } = action(opened(&gateway, &order(Flow::Page)).await.unwrap())
    else {
        panic!()
    };
    assert_eq!((action, method), (format!("{}/gateway.do?charset=utf-8", stand_in.base), FormMethod::Post));
    assert!(!fields.contains_key("charset"), "never in the address and in the form");
    let mut all = fields.clone();
    all.insert("charset".to_owned(), "utf-8".to_owned());
    assert!(is_signed_by_merchant(&all));
    assert_eq!((all["method"].as_str(), all["return_url"].as_str()), ("alipay.trade.page.pay", RETURN_URL));
    let biz: Value = serde_json::from_str(&all["biz_content"]).unwrap();
    assert_eq!(biz["product_code"], "FAST_INSTANT_TRADE_PAY");
    assert!(biz.get("qr_pay_mode").is_none());
    assert!(stand_in.seen().is_empty());
}

#[tokio::test]
async fn the_code_of_a_page_can_be_embedded_where_precreate_is_not_signed() {
    let stand_in = StandIn::serving(|_| Reply::Reset).await;
    let mut credentials = credentials(&stand_in.base);
    credentials.settings["qr_product"] = json!("page");
    let gateway = open(&credentials, &luodi::clock::HandClock::at(start()));
    let NextAction::EmbedFrame { url, width_px, .. } = action(opened(&gateway, &order(Flow::Qr)).await.unwrap()) else {
        panic!()
    };
    let parameters: BTreeMap<_, _> = decoded(url.split_once('?').unwrap().1).into_iter().collect();
    assert!(is_signed_by_merchant(&parameters));
    let biz: Value = serde_json::from_str(&parameters["biz_content"]).unwrap();
    assert_eq!((biz["qr_pay_mode"].as_str(), biz["qrcode_width"].as_str()), (Some("4"), Some("220")));
    assert_eq!(width_px, 220);
}

#[tokio::test]
async fn wap_is_a_link_with_a_way_back() {
    let (gateway, _, _) = account(|_| Reply::Reset).await;
    let NextAction::Redirect { gateway_url, url } = action(opened(&gateway, &order(Flow::Wap)).await.unwrap()) else {
        panic!()
    };
    assert_eq!(url, gateway_url, "Alipay asks for no referrer");
    let parameters: BTreeMap<_, _> = decoded(url.split_once('?').unwrap().1).into_iter().collect();
    assert!(is_signed_by_merchant(&parameters));
    let biz: Value = serde_json::from_str(&parameters["biz_content"]).unwrap();
    assert_eq!(biz["product_code"], "QUICK_WAP_WAY");
    assert_eq!(biz["quit_url"], RETURN_URL);
    assert!(url.len() < 2000, "{}", url.len());
}

#[tokio::test]
async fn app_gets_an_order_string() {
    let (gateway, _, _) = account(|_| Reply::Reset).await;
    let NextAction::InvokeApp { parameters } = action(opened(&gateway, &order(Flow::App)).await.unwrap()) else {
        panic!()
    };
    let order_string = &parameters["orderString"];
    assert!(!order_string.contains("://") && !order_string.starts_with('?'));
    let parameters: BTreeMap<_, _> = decoded(order_string).into_iter().collect();
    assert!(is_signed_by_merchant(&parameters));
    assert!(!parameters.contains_key("return_url"));
    assert!(parameters["biz_content"].contains("QUICK_MSECURITY_PAY"));
}

#[tokio::test]
async fn jsapi_gives_the_trade_number_to_the_page_inside_alipay() {
    let (gateway, _, stand_in) =
        account(|seen| Reply::success(seen, json!({"out_trade_no": NUMBER, "trade_no": TRADE_NO}))).await;
    let shopper = Shopper { payer_id: Some("2088000000000002".to_owned()), ..Shopper::default() };
    let opening = opened(&gateway, &OrderToOpen { shopper, ..order(Flow::Jsapi) }).await.unwrap();
    let parameters = BTreeMap::from([("tradeNO".to_owned(), TRADE_NO.to_owned())]);
    assert_eq!(action(opening), NextAction::InvokeJsapi { parameters });
    assert_eq!(stand_in.seen()[0].biz()["buyer_id"], "2088000000000002");
    assert!(opened(&gateway, &order(Flow::Jsapi)).await.is_err(), "nobody can pay an order opened for nobody");
}

fn till() -> OrderToOpen {
    let shopper = Shopper { auth_code: Some("281234567890123456".to_owned()), ..Shopper::default() };
    OrderToOpen { shopper, ..order(Flow::Barcode) }
}

#[tokio::test]
async fn a_payers_code_settles_at_once() {
    let (gateway, _, _) = account(|seen| {
        Reply::success(
            seen,
            json!({
                "out_trade_no": NUMBER, "trade_no": TRADE_NO, "total_amount": "88.80", "receipt_amount": "80.00",
                "buyer_pay_amount": "80.00", "gmt_payment": "2026-01-02 03:04:06",
            }),
        )
    })
    .await;
    let Opened::Settled(report) = opened(&gateway, &till()).await.unwrap() else { panic!() };
    assert_eq!(report.amount.unwrap().get(), 8880, "what the order cost, not what is left after coupons");
    assert_eq!(
        report.state,
        OrderState::Paid { gateway_trade_no: TRADE_NO.to_owned(), paid_at: Some(start().plus_s(1)) }
    );
}

/// 10003 is no success: the payer is typing a password. Nor is a 10000 that proves nothing.
#[tokio::test]
async fn a_payer_who_is_asked_for_a_password_has_not_paid() {
    let waiting = r#"{"code":"10003","msg":"order success pay inprocess","out_trade_no":"LD20260101000001"}"#;
    let bare = r#"{"code":"10000","msg":"Success","out_trade_no":"LD20260101000001"}"#;
    for node in [waiting, bare] {
        let (gateway, _, _) = account(move |seen| Reply::node(alipay(), seen, node)).await;
        assert_eq!(action(opened(&gateway, &till()).await.unwrap()), NextAction::Wait, "{node}");
    }
    // Elsewhere the code has no meaning at all.
    let (gateway, _, _) = account(move |seen| Reply::node(alipay(), seen, waiting)).await;
    assert!(opened(&gateway, &order(Flow::Qr)).await.is_err());
}

#[tokio::test]
async fn a_till_that_gave_up_cancels_until_alipay_is_done() {
    for (answer, ended) in [
        (json!({"out_trade_no": NUMBER, "retry_flag": "N", "action": "close"}), true),
        (json!({"out_trade_no": NUMBER, "retry_flag": "N", "action": "refund"}), true),
        (json!({"out_trade_no": NUMBER}), true),
        (json!({"out_trade_no": NUMBER, "retry_flag": "Y"}), false),
    ] {
        let label = answer.to_string();
        let (gateway, _, stand_in) = account(move |seen| Reply::success(seen, answer.clone())).await;
        let closed = gateway.close(&asked(Flow::Barcode)).await;
        assert_eq!(stand_in.calls(), ["alipay.trade.cancel"]);
        match closed {
            Ok(report) => assert!(ended && report.get().state == OrderState::Closed, "{label}"),
            Err(error) => assert!(!ended && matches!(error, GatewayError::Unknown(_)), "{label} {error:?}"),
        }
    }
}

/// Alipay keeps the time of the payment beside a till's order that was paid and then cancelled. The money has
/// gone back: the order is closed.
#[tokio::test]
async fn a_tills_order_that_was_cancelled_after_it_was_paid_is_closed() {
    let told = json!({
        "out_trade_no": NUMBER, "trade_no": TRADE_NO, "trade_status": "TRADE_CLOSED", "total_amount": "88.80",
        "send_pay_date": "2026-01-02 03:04:06",
    });
    let (gateway, _, _) = account(move |seen| Reply::success(seen, told.clone())).await;
    assert_eq!(gateway.query(&asked(Flow::Barcode)).await.unwrap().get().state, OrderState::Closed);
    // Elsewhere nothing but a refund closes an order that was paid: the money did come in.
    let report = gateway.query(&asked(Flow::Qr)).await.unwrap().into_inner();
    assert!(matches!(report.state, OrderState::Paid { .. }), "{report:?}");
}

/// "Paid", "refused" or neither: a payer's code was taken, and only a question tells what came of it.
#[tokio::test]
async fn a_refusal_whose_meaning_is_not_known_is_not_believed_of_a_payers_code() {
    for (sub_code, reason) in [
        ("ACQ.PAYMENT_FAIL", DeclineReason::Unclear),
        ("ACQ.SOMETHING_NEW", DeclineReason::Unclear),
        ("ACQ.PAYMENT_AUTH_CODE_INVALID", DeclineReason::Other),
        ("ACQ.BUYER_BALANCE_NOT_ENOUGH", DeclineReason::Other),
        ("ACQ.EXIST_FORBIDDEN_WORD", DeclineReason::TextRefused),
    ] {
        let (gateway, _, _) = account(move |seen| Reply::refusal(seen, "40004", sub_code)).await;
        let answer = opened(&gateway, &till()).await;
        assert!(matches!(&answer, Err(GatewayError::Declined { reason: r, .. }) if *r == reason), "{answer:?}");
    }
}
