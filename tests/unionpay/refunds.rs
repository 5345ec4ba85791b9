//! Refunds and voids: accepted is not done, and a number that may have been taken is asked about.

use luodi::clock::HandClock;
use luodi::gateways::{DeclineReason, Gateway as _, GatewayError, RefundRef, RefundState, RefundToRequest};
use luodi::money::Fen;
use luodi::payments::attempt::Flow;

use crate::stand_in::*;

fn fen(fen: i64) -> Fen {
    Fen::new(fen).unwrap()
}

fn wanted(amount_fen: i64) -> RefundToRequest {
    RefundToRequest {
        out_trade_no: NUMBER.to_owned(),
        out_refund_no: REFUND_NUMBER.to_owned(),
        amount: fen(amount_fen),
        order_amount: fen(8880),
        reason: None,
        notify_url: NOTIFY_URL.to_owned(),
        from_available_balance: false,
        earlier_refunds: 0,
        failed_refunds: 0,
        flow: Flow::Qr,
        gateway_trade_no: Some(QUERY_ID.to_owned()),
        paid_at: Some(start()),
    }
}

fn asked_back(amount_fen: i64) -> RefundRef<'static> {
    RefundRef { out_trade_no: NUMBER, out_refund_no: REFUND_NUMBER, amount: fen(amount_fen), order_amount: fen(8880) }
}

#[tokio::test]
async fn a_refund_names_the_payment_by_unionpay_s_number_and_is_only_accepted() {
    for (flow, biz_type, channel) in
        [(Flow::Qr, "000000", "08"), (Flow::Page, "000201", "07"), (Flow::Wap, "000201", "08")]
    {
        let (gateway, _, stand_in) =
            account(|seen| Reply::with(seen, "00", fields([("queryId", "812601021200001234608")]))).await;
        let request = gateway.prepare_refund(&RefundToRequest { flow, ..wanted(1000) }).unwrap();
        let report = gateway.refund(&request).await.unwrap().into_inner();
        assert_eq!(report.state, RefundState::Accepted);
        assert_eq!(report.gateway_refund_no.as_deref(), Some("812601021200001234608"));
        let seen = &stand_in.seen()[0];
        assert_eq!(seen.target, "/gateway/api/backTransReq.do");
        assert!(is_signed_by_merchant(&seen.fields));
        let mut expected = fields([
            ("version", "5.1.0"),
            ("encoding", "UTF-8"),
            ("signMethod", "01"),
            ("certId", "69903319369"),
            ("accessType", "0"),
            ("merId", MERCHANT),
            ("txnType", "04"),
            ("txnSubType", "00"),
            ("bizType", biz_type),
            ("channelType", channel),
            ("orderId", REFUND_NUMBER),
            ("txnTime", "20260102120000"),
            ("txnAmt", "1000"),
            ("currencyCode", "156"),
            ("origQryId", QUERY_ID),
            ("backUrl", NOTIFY_URL),
            ("reqReserved", "LD01kdyak3c2fay828t5cy4tqkff|8880"),
        ]);
        expected.insert("signature".to_owned(), seen.get("signature").to_owned());
        assert_eq!(seen.fields, expected);
    }
}

#[test]
fn what_cannot_be_refunded_is_refused_here_by_name() {
    let gateway = offline();
    for (refund, code) in [
        (RefundToRequest { gateway_trade_no: None, ..wanted(1000) }, "gateway_trade_no"),
        (RefundToRequest { gateway_trade_no: Some("8126&x=1".to_owned()), ..wanted(1000) }, "gateway_trade_no"),
        (wanted(0), "refund_amount"),
        (wanted(8881), "refund_amount"),
        (RefundToRequest { out_refund_no: "LDR1".to_owned(), ..wanted(1000) }, "order_number"),
    ] {
        let error = gateway.prepare_refund(&refund).unwrap_err();
        assert!(matches!(&error, GatewayError::Declined { code: c, .. } if c == code), "{code}: {error:?}");
    }
}

/// 23:00 in Beijing ends the settlement day.
#[test]
fn the_whole_amount_goes_back_by_a_void_on_the_day_it_was_paid_if_the_merchant_wants() {
    let day_end = luodi::clock::Timestamp::parse_rfc3339("2026-01-02T23:00:00+08:00").unwrap();
    let kind = |voids: bool, now, refund: RefundToRequest| {
        let mut credentials = credentials("http://127.0.0.1:1");
        if voids {
            credentials.settings["same_day_refunds"] = "void".into();
        }
        let request = open(&credentials, &HandClock::at(now)).prepare_refund(&refund).unwrap();
        serde_json::from_str::<serde_json::Value>(&request).unwrap()["fields"]["txnType"].as_str().unwrap().to_owned()
    };
    let noon = start().plus_s(3600);
    assert_eq!(kind(true, noon, wanted(8880)), "31");
    assert_eq!(kind(false, noon, wanted(8880)), "04", "only where the account says so");
    assert_eq!(kind(true, noon, wanted(8879)), "04", "a part is no void");
    assert_eq!(kind(true, noon, RefundToRequest { earlier_refunds: 1, ..wanted(8880) }), "04");
    assert_eq!(kind(true, noon, RefundToRequest { failed_refunds: 1, ..wanted(8880) }), "04", "a void has failed");
    assert_eq!(kind(true, noon, RefundToRequest { paid_at: None, ..wanted(8880) }), "04");
    assert_eq!(kind(true, day_end.plus_s(-301), wanted(8880)), "31");
    assert_eq!(kind(true, day_end.plus_s(-300), wanted(8880)), "04", "it might arrive too late");
    assert_eq!(kind(true, day_end.plus_s(60), RefundToRequest { paid_at: Some(day_end), ..wanted(8880) }), "31");
}

#[tokio::test]
async fn a_refusal_is_final_and_what_leaves_it_open_is_asked_about() {
    for (code, reason) in [
        ("35", Some(DeclineReason::Other)),
        ("33", Some(DeclineReason::Other)),
        ("12", None),
        ("45", Some(DeclineReason::Unclear)),
        ("03", None),
        ("04", None),
        ("05", None),
        ("06", None),
        ("37", None),
        ("ZZ", None),
    ] {
        let (gateway, _, _) = account(move |seen| Reply::code(seen, code)).await;
        let request = gateway.prepare_refund(&wanted(1000)).unwrap();
        let error = gateway.refund(&request).await.unwrap_err();
        match (&error, reason) {
            (GatewayError::Unknown(_), None) => {}
            (GatewayError::Declined { reason: told, .. }, Some(expected)) if *told == expected => {}
            _ => panic!("{code}: {error:?}"),
        }
    }
    let (gateway, _, _) = account(|_| Reply::Reset).await;
    let request = gateway.prepare_refund(&wanted(1000)).unwrap();
    assert!(matches!(gateway.refund(&request).await, Err(GatewayError::Unknown(_))));
}

#[tokio::test]
async fn a_refund_is_asked_about_by_its_own_number_and_time() {
    let told = || {
        let mut told = money();
        told.extend(fields([("queryId", "812601021200001234608"), ("txnAmt", "1000"), ("traceTime", "0102120003")]));
        told
    };
    for txn_type in ["04", "31"] {
        let (gateway, _, stand_in) = account(move |seen| Reply::found(seen, (txn_type, "00"), "00", told())).await;
        let report = gateway.query_refund(&asked_back(1000)).await.unwrap().into_inner();
        let done = start().plus_s(3600 - 245 + 3);
        assert_eq!(report.state, RefundState::Succeeded { succeeded_at: Some(done) });
        assert_eq!((report.out_trade_no.as_str(), report.order_amount), (NUMBER, fen(8880)));
        let seen = &stand_in.seen()[0];
        assert_eq!((seen.get("orderId"), seen.get("txnTime")), (REFUND_NUMBER, "20260102120000"));
        assert_eq!((seen.target.as_str(), seen.get("txnType")), ("/gateway/api/queryTrans.do", "00"));
    }
    // The money of another refund, or of the payment itself.
    for (txn_type, amount) in [("04", "1001"), ("01", "1000"), ("04", "")] {
        let (gateway, _, _) = account(move |seen| {
            let mut told = told();
            told.insert("txnAmt".to_owned(), amount.to_owned());
            Reply::found(seen, (txn_type, "00"), "00", told)
        })
        .await;
        let answer = gateway.query_refund(&asked_back(1000)).await;
        assert!(matches!(answer, Err(GatewayError::Unknown(_))), "{txn_type} {amount}");
    }
}

#[tokio::test]
async fn a_refund_fails_by_its_own_code_alone() {
    let answer = async |reply: fn(&Seen) -> Reply| {
        let (gateway, _, _) = account(reply).await;
        gateway.query_refund(&asked_back(1000)).await.map(luodi::gateways::Verified::into_inner)
    };
    let failed = answer(|seen| Reply::found(seen, ("04", "00"), "60", Fields::new())).await.unwrap();
    assert!(
        matches!(failed.state, RefundState::Failed { code, message } if code == "60" && message == "原因[7654321]")
    );
    // Of the refund itself these are verdicts, as any other code that does not leave it open.
    let was_before = answer(|seen| Reply::found(seen, ("04", "00"), "45", Fields::new())).await.unwrap();
    assert!(matches!(was_before.state, RefundState::Failed { code, .. } if code == "45"));
    for reply in [
        (|seen| Reply::found(seen, ("04", "00"), "05", Fields::new())) as fn(&Seen) -> Reply,
        |seen| Reply::code(seen, "05"),
        |seen| Reply::code(seen, "60"),
        |_| Reply::Reset,
    ] {
        assert!(matches!(answer(reply).await, Err(GatewayError::Unknown(_))));
    }
    let unheard = answer(|seen| Reply::code(seen, "34")).await;
    assert!(matches!(unheard, Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. })), "sent again");
}

#[tokio::test]
async fn nothing_is_left_to_steer() {
    let to = luodi::gateways::RefundDestination::MerchantAccount;
    assert!(offline().redirect_refund(REFUND_NUMBER, "1", &to).await.is_err());
}
