//! From a code to a paid trade, and the ways out (§10, §13).

use luodi::sandbox::alipay::{MerchantDraft, PayDraft, TradeStatus};
use serde_json::json;

use crate::alipay_client::{china_time, form, is_genuine, shop};
use crate::receiver::Receiver;

#[actix_web::test]
async fn a_code_is_scanned_paid_notified_and_queried() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    receiver.say("success");
    let reply = shop.precreate("A1001", &receiver.url).await;
    assert!(reply.is_signed_by(&shop.alipay_key()));
    assert!(reply.told("qr_code").starts_with("https://qr.alipay.com/bax"), "{reply:?}");
    assert!(reply.node.windows(2).any(|pair| pair == b"\\/"), "slashes come escaped, as Alipay writes them");

    assert_eq!(shop.status("A1001").await, "40004 ACQ.TRADE_NOT_EXIST", "nobody has opened it");
    shop.alipay.scan(shop.app_id(), "A1001").unwrap();
    assert_eq!(shop.status("A1001").await, "WAIT_BUYER_PAY");
    let paid = shop.pay("A1001");
    let told = shop.trusted("alipay.trade.query", json!({"out_trade_no": "A1001"})).await;
    assert_eq!(told.told("trade_status"), "TRADE_SUCCESS");
    assert_eq!(told.told("total_amount"), "10.00");
    assert_eq!(Some(told.told("trade_no")), paid.trade_no);
    assert_eq!(told.told("send_pay_date"), china_time(luodi::clock::Clock::now(&*shop.clock)));

    assert_eq!(shop.sandbox.step().await, 1);
    let letters = receiver.take();
    assert!(is_genuine(&shop.alipay_key(), &letters[0].body));
    let told = form(&letters[0].body);
    assert_eq!((told["trade_status"].as_str(), told["total_amount"].as_str()), ("TRADE_SUCCESS", "10.00"));
    assert_eq!((&told["app_id"], &told["seller_id"]), (&shop.credentials.app_id, &shop.credentials.seller_id));
    assert_eq!(told["subject"], "西湖龙井 50g");
    assert_eq!(shop.sandbox.step().await, 0, "acknowledged with success, it is not sent again");
}

#[actix_web::test]
async fn an_unopened_code_cannot_be_closed_and_may_be_cancelled() {
    let shop = shop(MerchantDraft::default()).await;
    shop.precreate("A1002", "http://127.0.0.1:9/notify").await;
    let named = json!({"out_trade_no": "A1002"});
    assert_eq!(shop.call("alipay.trade.close", named.clone()).await.code(), "40004 ACQ.TRADE_NOT_EXIST");
    let cancelled = shop.trusted("alipay.trade.cancel", named.clone()).await;
    assert_eq!((cancelled.told("retry_flag"), cancelled.told("action")), ("N".to_owned(), String::new()));
    shop.alipay.scan(shop.app_id(), "A1002").unwrap();
    assert_eq!(shop.trusted("alipay.trade.cancel", named.clone()).await.told("action"), "close");
    assert_eq!(shop.status("A1002").await, "TRADE_CLOSED");
    let again = shop.call("alipay.trade.close", named).await;
    assert_eq!(again.code(), "40004 ACQ.REASON_TRADE_STATUS_INVALID");
}

#[actix_web::test]
async fn a_trade_is_closed_by_the_merchant_and_by_its_deadline() {
    let shop = shop(MerchantDraft::default()).await;
    shop.precreate("A1003", "http://127.0.0.1:9/notify").await;
    shop.alipay.scan(shop.app_id(), "A1003").unwrap();
    shop.trusted("alipay.trade.close", json!({"out_trade_no": "A1003"})).await;
    assert_eq!(shop.status("A1003").await, "TRADE_CLOSED");
    let refused = shop.alipay.pay(shop.app_id(), "A1003", &PayDraft::default());
    assert!(refused.unwrap_err().to_string().contains("closed"));

    let mut order = shop.order("A1004");
    order["time_expire"] = json!("2026-01-01 12:05:00");
    shop.trusted("alipay.trade.precreate", order.clone()).await;
    shop.alipay.scan(shop.app_id(), "A1004").unwrap();
    shop.clock.advance_s(299);
    assert_eq!(shop.status("A1004").await, "WAIT_BUYER_PAY");
    shop.clock.advance_s(1);
    assert_eq!(shop.status("A1004").await, "TRADE_CLOSED");
    let late = shop.alipay.pay(shop.app_id(), "A1004", &PayDraft { force: true, ..PayDraft::default() }).unwrap();
    assert_eq!(late.trade_status, Some(TradeStatus::TradeSuccess), "a late payment, by force");
    order["out_trade_no"] = json!("A1005");
    let past = shop.call("alipay.trade.precreate", order).await;
    assert_eq!(past.code(), "40004 ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR");
}

#[actix_web::test]
async fn a_repeated_number_goes_on_only_with_the_same_content() {
    let shop = shop(MerchantDraft::default()).await;
    let first = shop.trusted("alipay.trade.precreate", shop.order("A1006")).await.told("qr_code");
    let second = shop.trusted("alipay.trade.precreate", shop.order("A1006")).await.told("qr_code");
    assert_ne!(first, second);
    let mut other = shop.order("A1006");
    other["total_amount"] = json!("10.01");
    let refused = shop.call("alipay.trade.precreate", other).await;
    assert_eq!(refused.code(), "40004 ACQ.CONTEXT_INCONSISTENT");
    shop.pay("A1006");
    let refused = shop.call("alipay.trade.precreate", shop.order("A1006")).await;
    assert_eq!(refused.code(), "40004 ACQ.TRADE_HAS_SUCCESS");
}

#[actix_web::test]
async fn one_code_serves_one_buyer() {
    let shop = shop(MerchantDraft::default()).await;
    shop.precreate("A1007", "http://127.0.0.1:9/notify").await;
    shop.alipay.scan_as(shop.app_id(), "A1007", "ming").unwrap();
    let refused = shop.alipay.scan_as(shop.app_id(), "A1007", "hua").unwrap_err();
    assert!(refused.to_string().contains("another buyer"), "{refused}");
    let paid = shop.pay("A1007");
    assert_eq!(paid.buyer_id, Some(luodi::sandbox::alipay::buyer_id_of("ming")));
}

#[actix_web::test]
async fn a_paid_trade_is_final_when_its_refund_window_ends() {
    let draft = MerchantDraft { refund_window_s: Some(86_400), ..MerchantDraft::default() };
    let shop = shop(draft).await;
    shop.precreate("A1008", "http://127.0.0.1:9/notify").await;
    shop.pay("A1008");
    shop.clock.advance_s(86_400);
    assert_eq!(shop.status("A1008").await, "TRADE_FINISHED");
    assert_eq!(shop.refund("A1008", "R1", "1.00").await.code(), "40004 ACQ.TRADE_HAS_FINISHED");
}
