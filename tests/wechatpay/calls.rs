//! Calls: what is sent, and what is believed of what comes back.

use luodi::clock::HandClock;
use luodi::gateways::{
    DeclineReason, Gateway as _, GatewayError, Opened, OrderState, OrderToOpen, PreparedOrder, RefundState,
    RefundToRequest,
};
use luodi::money::Fen;
use luodi::payments::attempt::{Flow, NextAction, Shopper};
use rsa::signature::Verifier as _;
use serde_json::json;

use crate::stand_in::{
    PUBLIC_KEY_ID, Reply, Seen, account, asked, asked_refund, credentials, merchant, open, other, start, wechat,
};
use crate::vectors::{APPID, MCHID, MERCHANT_SERIAL};

const CODE: &str = r#"{"code_url":"weixin://wxpay/bizpayurl?pr=JyC91EIz1"}"#;
pub const NUMBER: &str = "LD20260101000001";

pub fn order() -> OrderToOpen {
    OrderToOpen {
        flow: Flow::Qr,
        out_trade_no: NUMBER.to_owned(),
        amount: Fen::new(100).unwrap(),
        description: "Tea".to_owned(),
        expires_at: start().plus_s(1800),
        notify_url: "http://127.0.0.1:8080/notify/wechatpay/acc".to_owned(),
        shopper: Shopper::default(),
    }
}

/// A part of [`order`] to be given back.
pub fn refund(out_refund_no: &str) -> RefundToRequest {
    RefundToRequest {
        out_trade_no: NUMBER.to_owned(),
        out_refund_no: out_refund_no.to_owned(),
        amount: Fen::new(40).unwrap(),
        order_amount: Fen::new(100).unwrap(),
        reason: None,
        notify_url: order().notify_url,
        from_available_balance: false,
        earlier_refunds: 0,
        failed_refunds: 0,
        flow: Flow::Qr,
        gateway_trade_no: None,
        paid_at: None,
    }
}

fn prepared(request: &str) -> PreparedOrder<'_> {
    PreparedOrder {
        flow: Flow::Qr,
        request,
        return_url: "https://pay.shop.example/return/att_1",
        hop_url: "https://pay.shop.example/go/att_1",
    }
}

fn waiting(opened: Opened) -> NextAction {
    match opened {
        Opened::Waiting { next_action, .. } => next_action,
        Opened::Settled(report) => panic!("settled at once: {report:?}"),
    }
}

pub fn signed(status: u16, body: &str) -> Reply {
    Reply::signed(wechat(), PUBLIC_KEY_ID, start(), status, body)
}

/// Verifies an `Authorization` header by the independent implementation.
pub fn is_signed_by_merchant(seen: &Seen) -> bool {
    let header = seen.header("authorization").unwrap().strip_prefix("WECHATPAY2-SHA256-RSA2048 ").unwrap();
    let field = |name: &str| {
        let all: Vec<_> = header.split(',').filter_map(|p| p.split_once('=')).filter(|(n, _)| *n == name).collect();
        assert_eq!(all.len(), 1, "{name}");
        all[0].1.trim_matches('"').to_owned()
    };
    assert_eq!((field("mchid").as_str(), field("serial_no").as_str()), (MCHID, MERCHANT_SERIAL));
    assert_eq!(field("timestamp"), start().as_seconds().to_string());
    assert_eq!(field("nonce_str").len(), 32);
    let (method, target) = (&seen.method, &seen.target);
    let message = format!("{method}\n{target}\n{}\n{}\n{}\n", field("timestamp"), field("nonce_str"), seen.body);
    // `split_once('=')` leaves the padding in place because only the first sign splits.
    let signature = luodi::crypto::from_base64(header.split("signature=\"").nth(1).unwrap().split('"').next().unwrap());
    let signature = rsa::pkcs1v15::Signature::try_from(signature.unwrap().as_slice()).unwrap();
    let key = rsa::pkcs1v15::VerifyingKey::<sha2::Sha256>::new(merchant().0.to_public_key());
    key.verify(message.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn an_order_opens_queries_and_closes() {
    let (gateway, _, stand_in) = account(|seen| match (seen.method.as_str(), seen.target.as_str()) {
        ("POST", "/v3/pay/transactions/native") => signed(200, CODE),
        ("GET", _) => signed(
            200,
            &json!({
                "appid": APPID, "mchid": MCHID, "out_trade_no": NUMBER, "trade_state": "SUCCESS",
                "transaction_id": "4200000000202601010000000001", "success_time": "2026-01-01T12:00:00+08:00",
                "amount": {"total": 100, "payer_total": 90, "currency": "CNY"}, "new": {"field": 1},
            })
            .to_string(),
        ),
        _ => signed(204, ""),
    })
    .await;
    let request = gateway.prepare(&order()).unwrap();
    let action = waiting(gateway.create(&prepared(&request)).await.unwrap().into_inner());
    assert_eq!(action, NextAction::DisplayQr { code_url: "weixin://wxpay/bizpayurl?pr=JyC91EIz1".to_owned() });

    let report = gateway.query(&asked(Flow::Qr, NUMBER)).await.unwrap().into_inner();
    assert_eq!(report.amount, Some(Fen::new(100).unwrap()), "the order's amount, not the payer's share");
    assert_eq!(gateway.foreign_identifier(&report.merchant), None);
    assert_eq!(
        report.state,
        OrderState::Paid { gateway_trade_no: "4200000000202601010000000001".to_owned(), paid_at: Some(start()) }
    );
    assert_eq!(gateway.close(&asked(Flow::Qr, NUMBER)).await.unwrap().get().state, OrderState::Closed);

    let seen = stand_in.seen();
    assert_eq!(seen[0].body, request, "the stored bytes are the sent bytes");
    assert_eq!(seen[1].target, format!("/v3/pay/transactions/out-trade-no/{NUMBER}?mchid={MCHID}"));
    assert_eq!(seen[2].target, format!("/v3/pay/transactions/out-trade-no/{NUMBER}/close"));
    assert_eq!(seen[2].body, format!("{{\"mchid\":\"{MCHID}\"}}"));
    for request in &seen {
        assert!(is_signed_by_merchant(request), "{request:?}");
        assert_eq!(request.header("wechatpay-serial"), Some(PUBLIC_KEY_ID));
        assert_eq!(request.header("accept"), Some("application/json"));
        assert!(request.header("user-agent").unwrap().starts_with("luodi/"));
        assert_eq!(request.header("content-type").is_some(), request.method == "POST");
    }
}

#[tokio::test]
async fn a_refund_is_accepted_and_asked_about() {
    let (gateway, _, stand_in) = account(|seen| {
        let status = if seen.method == "POST" { "PROCESSING" } else { "ABNORMAL" };
        signed(
            200,
            &json!({
                "refund_id": "50000000002026010100000000001", "out_refund_no": "R@1", "out_trade_no": NUMBER,
                "transaction_id": "42", "status": status, "amount": {"total": 100, "refund": 40, "payer_refund": 36},
            })
            .to_string(),
        )
    })
    .await;
    let request = gateway.prepare_refund(&refund("R@1")).unwrap();
    let report = gateway.refund(&request).await.unwrap().into_inner();
    assert_eq!((report.state, report.amount.get(), report.order_amount.get()), (RefundState::Accepted, 40, 100));
    assert_eq!(report.merchant.merchant_no, MCHID);
    let report = gateway.query_refund(&asked_refund("R@1")).await.unwrap().into_inner();
    assert!(matches!(report.state, RefundState::Abnormal { .. }));
    assert_eq!(stand_in.seen()[1].target, "/v3/refund/domestic/refunds/R%401");
    assert!(stand_in.seen().iter().all(is_signed_by_merchant));

    let other_number = request.replace("R@1", "R@2");
    assert!(matches!(gateway.refund(&other_number).await, Err(GatewayError::Unknown(_))), "answers another refund");
}

/// Opens an order against one fixed reply.
async fn create_against(reply: Reply) -> Result<NextAction, GatewayError> {
    let (gateway, _, _stand_in) = account(move |_| reply.clone()).await;
    let request = gateway.prepare(&order()).unwrap();
    gateway.create(&prepared(&request)).await.map(|opened| waiting(opened.into_inner()))
}

#[tokio::test]
async fn an_unproven_success_is_unknown() {
    let forged = Reply::signed(other(), PUBLIC_KEY_ID, start(), 200, CODE);
    let unknown_key = Reply::signed(wechat(), "PUB_KEY_ID_1", start(), 200, CODE);
    let stale = Reply::signed(wechat(), PUBLIC_KEY_ID, start().plus_s(-310), 200, CODE);
    let ahead = Reply::signed(wechat(), PUBLIC_KEY_ID, start().plus_s(310), 200, CODE);
    let other_type = signed(200, CODE).with_header("wechatpay-signature-type", "WECHATPAY2-SM2-WITH-SM3");
    let probe = signed(200, CODE).with_header("wechatpay-signature", "WECHATPAY/SIGNTEST/AAAA");
    let wrong_shape = signed(200, "[]");
    let empty = signed(204, "");
    let unsigned = Reply::plain(200, CODE);
    for reply in [forged, unknown_key, stale, ahead, other_type, probe, wrong_shape, empty, unsigned] {
        let label = format!("{reply:?}");
        assert!(matches!(create_against(reply).await, Err(GatewayError::Unknown(_))), "{label}");
    }
    assert!(create_against(signed(200, CODE)).await.is_ok());
    for edge in [300, -300] {
        let reply = Reply::signed(wechat(), PUBLIC_KEY_ID, start().plus_s(edge), 200, CODE);
        assert!(create_against(reply).await.is_ok(), "{edge} s");
    }
}

#[tokio::test]
async fn trouble_on_the_way_is_unknown() {
    let redirect = Reply::plain(302, "").with_header("location", "/v3/elsewhere");
    // Properly signed, so that nothing but the size speaks against them.
    let padded = |bytes: usize| json!({"code_url": "weixin://x", "padding": "x".repeat(bytes)}).to_string();
    assert!(create_against(signed(200, &padded(1000 * 1024))).await.is_ok());
    let large = signed(200, &padded(1024 * 1024));
    let endless = match signed(200, &padded(1024 * 1024)) {
        Reply::Answer { status, headers, body } => {
            let body = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
            Reply::Answer { status, headers, body }.with_header("transfer-encoding", "chunked")
        }
        other => other,
    };
    let error = Reply::error(500, "SYSTEM_ERROR");
    for reply in [redirect, large, endless, error, Reply::plain(502, "<html>"), Reply::Reset] {
        let result = create_against(reply).await;
        assert!(matches!(result, Err(GatewayError::Unknown(_))), "{result:?}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (gateway, _, stand_in) = account(|_| Reply::plain(307, "").with_header("location", "/v3/elsewhere")).await;
    assert!(gateway.query(&asked(Flow::Qr, NUMBER)).await.is_err());
    assert_eq!(stand_in.seen().len(), 1);
}

#[tokio::test]
async fn a_refused_connection_was_certainly_not_sent() {
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gateway = open(&credentials(&format!("http://{free}")), &HandClock::at(start()));
    assert!(matches!(gateway.query(&asked(Flow::Qr, NUMBER)).await, Err(GatewayError::NotSent(_))));
    let nowhere = open(&credentials("https://luodi.invalid"), &HandClock::at(start()));
    assert!(matches!(nowhere.query(&asked(Flow::Qr, NUMBER)).await, Err(GatewayError::NotSent(_))));
}

#[tokio::test]
async fn a_failed_tls_handshake_was_certainly_not_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 no TLS here\r\n\r\n").await.unwrap();
    });
    let gateway = open(&credentials(&format!("https://{address}")), &HandClock::at(start()));
    let result = gateway.query(&asked(Flow::Qr, NUMBER)).await;
    assert!(matches!(result, Err(GatewayError::NotSent(_))), "{result:?}");
}

#[tokio::test]
async fn silence_after_sending_is_unknown() {
    let (gateway, _, stand_in) = account(|_| Reply::Silence).await;
    let result = gateway.query(&asked(Flow::Qr, NUMBER)).await;
    assert!(matches!(result, Err(GatewayError::Unknown(_))), "{result:?}");
    assert_eq!(stand_in.seen().len(), 1);
}

#[tokio::test]
async fn the_circuit_opens_and_says_when_to_come_back() {
    let (gateway, clock, stand_in) = account(|_| Reply::error(500, "SYSTEM_ERROR")).await;
    for _ in 0..5 {
        assert!(matches!(gateway.query(&asked(Flow::Qr, NUMBER)).await, Err(GatewayError::Unknown(_))));
    }
    assert!(matches!(gateway.query(&asked(Flow::Qr, NUMBER)).await, Err(GatewayError::NotSent(_))));
    assert_eq!((stand_in.seen().len(), gateway.retry_after_s()), (5, Some(15)));
    clock.advance_s(15);
    assert!(matches!(gateway.query(&asked(Flow::Qr, NUMBER)).await, Err(GatewayError::Unknown(_))));
    assert_eq!(stand_in.seen().len(), 6);
}

#[tokio::test]
async fn refusals_say_what_to_do_next() {
    let declined = |status, code| async move {
        match create_against(Reply::error(status, code)).await {
            Err(GatewayError::Declined { reason, .. }) => Some(reason),
            _ => None,
        }
    };
    assert_eq!(declined(400, "INVALID_REQUEST").await, Some(DeclineReason::AlreadyPaid));
    assert_eq!(declined(400, "ORDERCLOSED").await, Some(DeclineReason::AlreadyClosed));
    assert_eq!(declined(400, "PARAM_ERROR").await, Some(DeclineReason::Other));
    let refused = create_against(Reply::error(401, "SIGN_ERROR")).await;
    assert!(matches!(refused, Err(GatewayError::Misconfigured { code, .. }) if code == "SIGN_ERROR"));
}

#[tokio::test]
async fn an_answer_about_another_order_is_unknown() {
    let body = json!({"appid": APPID, "mchid": MCHID, "out_trade_no": "LD2", "trade_state": "CLOSED"}).to_string();
    let (gateway, _, _stand_in) = account(move |_| signed(200, &body)).await;
    assert!(
        matches!(gateway.close(&asked(Flow::Qr, NUMBER)).await, Err(GatewayError::Unknown(_))),
        "a close is answered by 204"
    );
    assert!(matches!(gateway.query(&asked(Flow::Qr, NUMBER)).await, Err(GatewayError::Unknown(_))));
    assert!(gateway.query(&asked(Flow::Qr, "LD2")).await.is_ok());
}
