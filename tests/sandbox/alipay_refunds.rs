//! Money that goes back: once per request number, never more than came (§13.3 to §13.5).

use luodi::sandbox::alipay::{FaultKind, MerchantDraft, Operation, RefundStatus};
use serde_json::{Value, json};

use crate::alipay_client::{Shop, shop};

async fn shop_with_paid(numbers: &[&str], draft: MerchantDraft) -> Shop {
    let shop = shop(draft).await;
    for number in numbers {
        shop.precreate(number, "http://127.0.0.1:9/notify").await;
        shop.pay(number);
    }
    shop
}

#[actix_web::test]
async fn parts_add_up_and_a_repeat_moves_nothing() {
    let shop = shop_with_paid(&["A1"], MerchantDraft::default()).await;
    let first = shop.refund("A1", "R1", "4.00").await;
    assert_eq!((first.told("fund_change"), first.told("refund_fee")), ("Y".into(), "4.00".into()));
    let again = shop.refund("A1", "R1", "4.00").await;
    assert_eq!((again.told("fund_change"), again.told("refund_fee")), ("N".into(), "4.00".into()));
    let other = shop.refund("A1", "R1", "4.01").await;
    assert_eq!(other.code(), "40004 ACQ.DISCORDANT_REPEAT_REQUEST");
    let second = shop.refund("A1", "R2", "5.00").await;
    assert_eq!((second.told("fund_change"), second.told("refund_fee")), ("Y".into(), "9.00".into()), "cumulative");
    assert_eq!(shop.refund("A1", "R3", "1.01").await.code(), "40004 ACQ.REFUND_AMT_NOT_EQUAL_TOTAL");
    assert_eq!(shop.status("A1").await, "TRADE_SUCCESS");
    shop.refund("A1", "R3", "1.00").await;
    assert_eq!(shop.status("A1").await, "TRADE_CLOSED", "all of it went back");
    assert_eq!(shop.refund("A1", "R3", "1.00").await.told("fund_change"), "N", "a repeat is answered even now");
    assert_eq!(shop.refund("A1", "R4", "1.00").await.code(), "40004 ACQ.TRADE_HAS_CLOSE");
    assert_eq!(shop.alipay.book(shop.app_id()).unwrap().balance_fen, 0);
}

#[actix_web::test]
async fn a_refund_without_a_number_counts_as_the_orders() {
    let shop = shop_with_paid(&["A1"], MerchantDraft::default()).await;
    let asked = json!({"out_trade_no": "A1", "refund_amount": "4.00"});
    assert_eq!(shop.trusted("alipay.trade.refund", asked.clone()).await.told("fund_change"), "Y");
    assert_eq!(shop.trusted("alipay.trade.refund", asked).await.told("fund_change"), "N");
    assert_eq!(shop.refund_query("A1", "A1").await.told("refund_amount"), "4.00");
}

#[actix_web::test]
async fn a_refund_query_tells_this_refund_or_nothing() {
    let shop = shop_with_paid(&["A1"], MerchantDraft::default()).await;
    shop.refund("A1", "R1", "4.00").await;
    let found = shop.refund_query("A1", "R1").await;
    assert_eq!((found.code(), found.told("refund_status")), ("10000".into(), "REFUND_SUCCESS".into()));
    assert_eq!((found.told("refund_amount"), found.told("total_amount")), ("4.00".into(), "10.00".into()));
    assert_eq!(found.told("gmt_refund_pay"), "", "only where it is asked for");
    let asked = json!({"out_trade_no": "A1", "out_request_no": "R1", "query_options": ["gmt_refund_pay"]});
    let timed = shop.trusted("alipay.trade.fastpay.refund.query", asked).await;
    assert_eq!(timed.told("gmt_refund_pay"), "2026-01-01 12:00:00");
    let none = shop.refund_query("A1", "R2").await;
    assert_eq!((none.code(), none.json().as_object().map(serde_json::Map::len)), ("10000".into(), Some(2)), "{none:?}");
    assert_eq!(shop.refund_query("A2", "R1").await.code(), "40004 ACQ.TRADE_NOT_EXIST");
    let unnumbered = shop.call("alipay.trade.fastpay.refund.query", json!({"out_trade_no": "A1"})).await;
    assert_eq!(unnumbered.code(), "40004 ACQ.INVALID_PARAMETER");
}

#[actix_web::test]
async fn old_applications_are_told_no_refund_status() {
    let shop = shop_with_paid(&["A1"], MerchantDraft { old_application: true, ..MerchantDraft::default() }).await;
    shop.refund("A1", "R1", "4.00").await;
    let found = shop.refund_query("A1", "R1").await;
    assert_eq!((found.told("refund_status"), found.told("refund_amount")), (String::new(), "4.00".into()));
}

#[actix_web::test]
async fn a_handled_call_without_a_change_of_funds_is_no_refund() {
    let shop = shop_with_paid(&["A1", "A2"], MerchantDraft::default()).await;
    let app_id = shop.app_id().to_owned();
    shop.fault(Operation::Refund, FaultKind::NoFundChange);
    let taken = shop.refund("A1", "R1", "4.00").await;
    assert_eq!(
        (taken.code(), taken.told("fund_change"), taken.told("refund_fee")),
        ("10000".into(), "N".into(), "0.00".into())
    );
    assert_eq!(shop.refund_query("A1", "R1").await.told("refund_status"), "");
    assert_eq!(shop.refund("A1", "R1", "4.00").await.told("fund_change"), "Y", "the repeat moves it");

    shop.fault(Operation::Refund, FaultKind::NoFundChange);
    shop.refund("A2", "R1", "4.00").await;
    let settled = shop.alipay.settle_refund(&app_id, "A2", "R1", true).unwrap();
    assert_eq!(settled.status, RefundStatus::Success);
    assert_eq!(shop.refund_query("A2", "R1").await.told("refund_status"), "REFUND_SUCCESS");
    shop.alipay.settle_refund(&app_id, "A2", "R1", true).unwrap_err();
}

#[actix_web::test]
async fn refunds_are_paid_from_what_the_merchant_has() {
    let shop = shop_with_paid(&["A1"], MerchantDraft { balance_fen: Some(300), ..MerchantDraft::default() }).await;
    assert_eq!(shop.refund("A1", "R1", "4.00").await.code(), "40004 ACQ.SELLER_BALANCE_NOT_ENOUGH");
    assert_eq!(shop.refund_query("A1", "R1").await.told("refund_status"), "");
    shop.alipay.set_balance(shop.app_id(), Some(400)).unwrap();
    assert_eq!(shop.refund("A1", "R1", "4.00").await.told("fund_change"), "Y", "the same number after a top-up");
    let by_hand = shop.alipay.refund_by_hand(shop.app_id(), "A1", 100).unwrap_err();
    assert!(by_hand.to_string().contains("余额"), "{by_hand}");
}

#[actix_web::test]
async fn unpaid_trades_cannot_be_refunded() {
    let shop = shop(MerchantDraft::default()).await;
    shop.precreate("A1", "http://127.0.0.1:9/notify").await;
    assert_eq!(shop.refund("A1", "R1", "1.00").await.code(), "40004 ACQ.TRADE_NOT_EXIST");
    shop.alipay.scan(shop.app_id(), "A1").unwrap();
    assert_eq!(shop.refund("A1", "R1", "1.00").await.code(), "40004 ACQ.TRADE_STATUS_ERROR");
}

#[actix_web::test]
async fn a_cancellation_sends_back_what_was_paid_today() {
    let shop = shop_with_paid(&["A1", "A2"], MerchantDraft::default()).await;
    let cancel = |number: &'static str| {
        let shop = &shop;
        async move { shop.call("alipay.trade.cancel", json!({"out_trade_no": number})).await }
    };
    shop.fault(Operation::Cancel, FaultKind::RetryFlag);
    assert_eq!(cancel("A1").await.told("retry_flag"), "Y");
    assert_eq!(shop.status("A1").await, "TRADE_SUCCESS", "nothing was done yet");
    shop.refund("A1", "R1", "4.00").await;
    let done = cancel("A1").await;
    assert_eq!((done.told("retry_flag"), done.told("action")), ("N".into(), "refund".into()));
    assert_eq!(shop.status("A1").await, "TRADE_CLOSED");
    assert_eq!(cancel("A1").await.told("action"), "refund", "a repeat is told the same");
    let refunds = shop.alipay.book(shop.app_id()).unwrap().refunds;
    assert_eq!(refunds.iter().map(|refund| refund.amount_fen).sum::<i64>(), 1000);
    shop.clock.advance_s(86_400);
    assert_eq!(cancel("A2").await.code(), "40004 ACQ.TRADE_CANCEL_TIME_OUT");
}

#[actix_web::test]
async fn a_trade_is_named_by_either_number_and_alipays_wins() {
    let shop = shop_with_paid(&["A1", "A2"], MerchantDraft::default()).await;
    let trade_no = shop.alipay.trade(shop.app_id(), "A1").unwrap().trade_no.unwrap();
    let both = json!({"trade_no": trade_no, "out_trade_no": "A2"});
    assert_eq!(shop.trusted("alipay.trade.query", both).await.told("out_trade_no"), "A1");
    let neither: Value = json!({});
    assert_eq!(shop.call("alipay.trade.query", neither).await.code(), "40004 ACQ.INVALID_PARAMETER");
}
