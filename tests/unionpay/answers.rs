//! What an answer settles, and what it leaves open: an answer code is about the call, the money is elsewhere.

use luodi::gateways::{DeclineReason, Gateway as _, GatewayError, OrderReport, OrderState};
use luodi::payments::attempt::Flow;

use crate::stand_in::*;

/// Asks about the order; `late` is how long after its end, in seconds.
async fn answer(
    flow: Flow,
    late: Option<i64>,
    reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> Result<OrderReport, GatewayError> {
    let (gateway, clock, _) = account(reply).await;
    if let Some(late) = late {
        clock.set(asked(flow).expires_at.plus_s(late));
    }
    gateway.query(&asked(flow)).await.map(luodi::gateways::Verified::into_inner)
}

fn is_unknown<T>(result: &Result<T, GatewayError>) -> bool {
    matches!(result, Err(GatewayError::Unknown(_)))
}

#[tokio::test]
async fn a_question_names_the_order_by_its_number_and_its_own_time() {
    let (gateway, clock, stand_in) = account(|seen| Reply::paid(seen, "07")).await;
    clock.advance_s(600);
    gateway.query(&asked(Flow::Qr)).await.unwrap();
    let seen = &stand_in.seen()[0];
    assert_eq!(seen.target, "/gateway/api/queryTrans.do");
    assert!(is_signed_by_merchant(&seen.fields));
    let mut expected = fields([
        ("version", "5.1.0"),
        ("encoding", "UTF-8"),
        ("signMethod", "01"),
        ("certId", "69903319369"),
        ("accessType", "0"),
        ("merId", MERCHANT),
        ("txnType", "00"),
        ("txnSubType", "00"),
        ("bizType", "000000"),
        ("orderId", NUMBER),
        ("txnTime", "20260102110405"),
    ]);
    expected.insert("signature".to_owned(), seen.get("signature").to_owned());
    assert_eq!(seen.fields, expected);
    gateway.query(&asked(Flow::Page)).await.unwrap_err();
    assert_eq!(stand_in.seen()[1].get("bizType"), "000201");
}

#[tokio::test]
async fn paid_is_what_the_order_s_own_code_says() {
    for (flow, sub_type) in
        [(Flow::Page, "01"), (Flow::Wap, "01"), (Flow::App, "01"), (Flow::Qr, "07"), (Flow::Barcode, "06")]
    {
        for outcome in ["00", "A6"] {
            let report = answer(flow, None, move |seen| Reply::found(seen, ("01", sub_type), outcome, money())).await;
            let report = report.unwrap();
            assert_eq!(report.out_trade_no, NUMBER);
            assert_eq!(report.merchant.merchant_no, MERCHANT);
            assert_eq!((report.amount.map(|a| a.get()), report.currency.as_deref()), (Some(8880), Some("CNY")));
            let paid_at = Some(start().plus_s(67));
            assert_eq!(report.state, OrderState::Paid { gateway_trade_no: QUERY_ID.to_owned(), paid_at });
        }
    }
}

#[tokio::test]
async fn the_question_s_own_success_is_not_the_money_s() {
    let unnamed = answer(Flow::Qr, None, |seen| Reply::with(seen, "00", money())).await;
    assert!(is_unknown(&unnamed), "{unnamed:?}");
    for outcome in ["03", "04", "05", "64"] {
        let found = answer(Flow::Qr, None, move |seen| Reply::found(seen, ("01", "07"), outcome, Fields::new())).await;
        assert_eq!(found.unwrap().state, OrderState::Unopened, "{outcome}: until its time is over it may be paid");
    }
}

#[tokio::test]
async fn a_success_that_names_no_money_or_another_order_settles_nothing() {
    for missing in ["queryId", "txnAmt", "currencyCode"] {
        let found = answer(Flow::Qr, None, move |seen| {
            let told = money().into_iter().filter(|(name, _)| name != missing).collect();
            Reply::found(seen, ("01", "07"), "00", told)
        });
        assert!(is_unknown(&found.await), "{missing}");
    }
    for (name, value) in [
        ("orderId", "LD01kdyak3c2fay828t5cy4tqkfg"),
        ("txnTime", "20260102110406"),
        ("txnType", "04"),
        ("txnSubType", "01"),
        ("txnAmt", "88.80"),
        ("merId", "777290058110049"),
    ] {
        let found = answer(Flow::Qr, None, move |seen| {
            let mut told = money();
            told.extend(fields([(name, value)]));
            Reply::found(
                seen,
                (if name == "txnType" { value } else { "01" }, if name == "txnSubType" { value } else { "07" }),
                "00",
                told,
            )
        });
        assert!(is_unknown(&found.await), "{name}");
    }
    let found = answer(Flow::Qr, None, |seen| {
        let mut told = money();
        told.insert("currencyCode".to_owned(), "344".to_owned());
        Reply::found(seen, ("01", "07"), "00", told)
    });
    assert_eq!(found.await.unwrap().currency.as_deref(), Some("344"), "the ledger finds the difference");
}

/// `34` is no answer for ever: the shopper may come to UnionPay's page later.
#[tokio::test]
async fn an_order_that_nobody_opened_is_over_only_after_its_time() {
    for flow in [Flow::Page, Flow::Wap, Flow::App, Flow::Qr] {
        for (late, state) in [
            (None, OrderState::Unopened),
            (Some(0), OrderState::Unopened),
            (Some(900), OrderState::Unopened),
            (Some(901), OrderState::Closed),
        ] {
            for outcome in ["34", "05", "64"] {
                let found = answer(flow, late, move |seen| match outcome {
                    "34" => Reply::code(seen, "34"),
                    _ => Reply::found(seen, ("01", if flow == Flow::Qr { "07" } else { "01" }), outcome, Fields::new()),
                });
                assert_eq!(found.await.unwrap().state, state, "{flow:?} {late:?} {outcome}");
            }
        }
    }
}

/// UnionPay charges a scanned code by itself: it may surface late, and only a definite refusal ends it.
#[tokio::test]
async fn a_scanned_code_stays_open_until_unionpay_refuses_it() {
    for late in [None, Some(901), Some(48 * 3600)] {
        assert!(is_unknown(&answer(Flow::Barcode, late, |seen| Reply::code(seen, "34")).await));
    }
    // By then its day's file has been there: nothing surfaces any more, and the payment may be closed.
    let found = answer(Flow::Barcode, Some(48 * 3600 + 1), |seen| Reply::code(seen, "34")).await;
    assert_eq!(found.unwrap().state, OrderState::Closed);
    for late in [None, Some(901), Some(7 * 24 * 3600)] {
        for outcome in ["03", "04", "05", "70", "83", "ZZ"] {
            let found = answer(Flow::Barcode, late, move |s| Reply::found(s, ("01", "06"), outcome, Fields::new()));
            assert!(is_unknown(&found.await), "{late:?} {outcome}");
        }
        for outcome in ["64", "86", "30"] {
            let found = answer(Flow::Barcode, late, move |s| Reply::found(s, ("01", "06"), outcome, Fields::new()));
            assert_eq!(found.await.unwrap().state, OrderState::Closed, "{late:?} {outcome}");
        }
    }
}

/// 42: taken from the shopper after the order's time. UnionPay sends it back, or does not: nobody may say "not paid".
#[tokio::test]
async fn money_that_may_have_moved_is_neither_paid_nor_over() {
    for flow in [Flow::Qr, Flow::Page, Flow::Barcode] {
        for late in [None, Some(901), Some(7 * 24 * 3600)] {
            for outcome in ["42", "74", "75"] {
                let found = answer(flow, late, move |s| Reply::found(s, ("01", "07"), outcome, money())).await;
                assert!(is_unknown(&found), "{flow:?} {late:?} {outcome}: {found:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_question_that_failed_is_asked_again() {
    for code in ["01", "03", "04", "05", "06", "60", "99", "ZZ"] {
        let found = answer(Flow::Qr, Some(10_000), move |seen| Reply::code(seen, code)).await;
        assert!(is_unknown(&found), "{code}: {found:?}");
    }
    let slow = answer(Flow::Qr, None, |seen| Reply::code(seen, "37")).await;
    assert!(matches!(slow, Err(GatewayError::Declined { reason: DeclineReason::TryLater, .. })));
    let refused = answer(Flow::Qr, None, |seen| Reply::code(seen, "11")).await;
    assert!(matches!(refused, Err(GatewayError::Misconfigured { code, .. }) if code == "11"));
}

#[tokio::test]
async fn closing_asks_and_says_closed_only_when_it_is_certain() {
    let close = async |late: Option<i64>, reply: fn(&Seen) -> Reply| {
        let (gateway, clock, stand_in) = account(reply).await;
        if let Some(late) = late {
            clock.set(asked(Flow::Qr).expires_at.plus_s(late));
        }
        let closed = gateway.close(&asked(Flow::Qr)).await.map(luodi::gateways::Verified::into_inner);
        assert!(stand_in.seen().iter().all(|seen| seen.get("txnType") == "00"), "nothing but questions is sent");
        closed
    };
    assert!(is_unknown(&close(None, |seen| Reply::code(seen, "34")).await));
    assert!(is_unknown(&close(Some(10), |seen| Reply::found(seen, ("01", "07"), "05", Fields::new())).await));
    let over = close(Some(901), |seen| Reply::code(seen, "34")).await.unwrap();
    assert_eq!(over.state, OrderState::Closed);
    let paid = close(Some(901), |seen| Reply::paid(seen, "07")).await.unwrap();
    assert!(matches!(paid.state, OrderState::Paid { .. }));
    assert!(is_unknown(&close(Some(901), |_| Reply::Reset).await));
}
