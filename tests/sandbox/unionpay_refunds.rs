//! Refund, void and reversal (§9.2 to §9.4).

use luodi::sandbox::unionpay::{FaultKind, MerchantDraft, Operation, TransactionState};

use crate::receiver::Receiver;
use crate::unionpay_client::{read_form, set, shop};

const NOWHERE: &str = "http://127.0.0.1:9/notify";

#[actix_web::test]
async fn refunds_are_accepted_told_and_never_exceed_what_was_paid() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    receiver.answer(&[200; 2]);
    let query_id = shop.paid("ORDER00001", NOWHERE).await;
    let accepted = shop.refund("REFUND0001", &query_id, 400, &receiver.url).await;
    assert_eq!(accepted["respCode"], "00");
    assert_eq!(shop.status("REFUND0001", &shop.now()).await, "00 00");
    assert_eq!(shop.refund("REFUND0002", &query_id, 601, NOWHERE).await["respCode"], "36");
    assert_eq!(shop.refund("REFUND0001", &query_id, 400, NOWHERE).await["respCode"], "12");
    assert_eq!(shop.refund("REFUND0003", &query_id, 600, &receiver.url).await["respCode"], "00");
    assert_eq!(shop.refund("REFUND0004", &query_id, 1, NOWHERE).await["respCode"], "45");
    assert_eq!(shop.refund("REFUND0005", "000000000000000000000", 1, NOWHERE).await["respCode"], "35");
    let book = shop.unionpay.book(shop.mer_id()).unwrap();
    assert_eq!((book.balance_fen, book.transaction("ORDER00001").unwrap().refunded_fen), (0, 1000));
    assert_eq!(shop.status("ORDER00001", &shop.now()).await, "00 00", "a purchase never tells its refunds");
    shop.sandbox.step().await;
    let letters = receiver.take();
    let told = read_form(&letters[0].body);
    assert_eq!(shop.doubt(&told), Ok(()));
    assert_eq!((told["txnType"].as_str(), told["origQryId"].as_str()), ("04", query_id.as_str()));
    assert_eq!((told["orderId"].as_str(), told["txnAmt"].as_str()), ("REFUND0001", "400"));
}

#[actix_web::test]
async fn an_undecided_refund_counts_until_it_failed() {
    let shop = shop(MerchantDraft { settle_delay_ms: 60_000, ..MerchantDraft::default() }).await;
    let query_id = shop.paid("ORDER00001", NOWHERE).await;
    let txn_time = shop.now();
    shop.fault(Operation::Refund, FaultKind::EndsWith { resp_code: "01".to_owned() });
    assert_eq!(shop.refund("REFUND0001", &query_id, 1000, NOWHERE).await["respCode"], "00");
    assert_eq!(shop.status("REFUND0001", &txn_time).await, "00 05");
    assert_eq!(shop.refund("REFUND0002", &query_id, 1, NOWHERE).await["respCode"], "45");
    shop.clock.advance_s(60);
    assert_eq!(shop.status("REFUND0001", &txn_time).await, "00 01");
    shop.fault(Operation::Refund, FaultKind::StaysPending);
    assert_eq!(shop.refund("REFUND0003", &query_id, 1000, NOWHERE).await["respCode"], "00");
    shop.clock.advance_s(3600);
    let pending = shop.unionpay.transaction(shop.mer_id(), "REFUND0003").unwrap();
    assert_eq!(pending.state, TransactionState::Pending);
    let settled = shop.unionpay.settle(shop.mer_id(), "REFUND0003", "00").unwrap();
    assert_eq!(settled.state, TransactionState::Succeeded);
    assert!(shop.unionpay.settle(shop.mer_id(), "REFUND0003", "00").is_err(), "decided is decided");
}

#[actix_web::test]
async fn a_void_is_whole_and_of_the_same_settlement_day() {
    let shop = shop(MerchantDraft::default()).await;
    let first = shop.paid("ORDER00001", NOWHERE).await;
    assert_eq!(shop.void("VOID000001", &first, 999).await["respCode"], "36");
    assert_eq!(shop.void("VOID000002", &first, 1000).await["respCode"], "00");
    assert_eq!(shop.void("VOID000003", &first, 1000).await["respCode"], "45");
    let second = shop.paid("ORDER00002", NOWHERE).await;
    shop.refund("REFUND0001", &second, 1, NOWHERE).await;
    assert_eq!(shop.void("VOID000004", &second, 1000).await["respCode"], "45", "never after a refund");
    let third = shop.paid("ORDER00003", NOWHERE).await;
    // From noon to 23:00, when the settlement day ends.
    shop.clock.advance_s(11 * 3600);
    assert_eq!(shop.void("VOID000005", &third, 1000).await["respCode"], "35");
    assert_eq!(shop.refund("REFUND0002", &third, 1000, NOWHERE).await["respCode"], "00");
}

#[actix_web::test]
async fn refunds_end_with_their_window() {
    let shop = shop(MerchantDraft { refund_window_s: Some(3600), ..MerchantDraft::default() }).await;
    let query_id = shop.paid("ORDER00001", NOWHERE).await;
    shop.clock.advance_s(3601);
    assert_eq!(shop.refund("REFUND0001", &query_id, 1, NOWHERE).await["respCode"], "35");
}

#[actix_web::test]
async fn a_reversal_undoes_what_was_never_known() {
    let shop = shop(MerchantDraft::default()).await;
    let txn_time = shop.now();
    shop.paid("ORDER00001", NOWHERE).await;
    let mut message = shop.common(("99", "01"), "000000");
    for (name, value) in [("channelType", "08"), ("orderId", "ORDER00001"), ("txnTime", &txn_time), ("txnAmt", "1000")]
    {
        set(&mut message, name, value);
    }
    assert_eq!(shop.trusted("queryTrans", message.clone()).await["respCode"], "00");
    assert_eq!(shop.status("ORDER00001", &txn_time).await, "00 01");
    assert_eq!(shop.trusted("backTransReq", message).await["respCode"], "46");
    assert_eq!(shop.unionpay.book(shop.mer_id()).unwrap().balance_fen, 0);
}
