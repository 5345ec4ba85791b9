//! What Alipay tells a shop of itself, how often, and how it can go wrong (§5).

use luodi::sandbox::DeliveryState;
use luodi::sandbox::alipay::{CertificateNaming, FaultKind, MerchantDraft, Operation, TradeStatus, TrustMode};
use serde_json::json;

use crate::alipay_client::{Parameters, Shop, canonical, china_time, form, is_genuine, is_signed, query_of, shop};
use crate::receiver::Receiver;

async fn paid(shop: &Shop, receiver: &Receiver, number: &str) {
    shop.precreate(number, &receiver.url).await;
    shop.pay(number);
}

async fn next(shop: &Shop, receiver: &Receiver) -> Vec<Parameters> {
    shop.sandbox.step().await;
    receiver.take().iter().map(|letter| form(&letter.body)).collect()
}

#[actix_web::test]
async fn what_is_not_acknowledged_comes_eight_times_over_a_day() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    paid(&shop, &receiver, "N1").await;
    let mut waits = Vec::new();
    let mut ids = Vec::new();
    for _ in 0..8 {
        let mut waited_min = 0;
        let told = loop {
            let told = next(&shop, &receiver).await;
            if let [told] = told.as_slice() {
                break told.clone();
            }
            shop.clock.advance_s(60);
            waited_min += 1;
        };
        assert_eq!(told["notify_time"], china_time(luodi::clock::Clock::now(&*shop.clock)));
        waits.push(waited_min);
        ids.push(told["notify_id"].clone());
    }
    assert_eq!(waits, [0, 4, 10, 10, 60, 120, 360, 900]);
    ids.dedup();
    assert_eq!(ids.len(), 1, "it is one message");
    shop.clock.advance_s(10 * 86_400);
    assert_eq!(shop.sandbox.step().await, 0);
    assert_eq!(shop.alipay.book(shop.app_id()).unwrap().notifications[0].state, DeliveryState::GivenUp);
}

#[actix_web::test]
async fn only_the_seven_characters_under_200_acknowledge() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    for (number, status, said, is_done) in [
        ("S1", 200, "success", true),
        ("S2", 200, "SUCCESS", false),
        ("S3", 200, "success\n", false),
        ("S4", 200, "\"success\"", false),
        ("S5", 201, "success", false),
        ("S6", 500, "success", false),
        ("S7", 302, "success", false),
        ("S8", 200, "fail", false),
    ] {
        paid(&shop, &receiver, number).await;
        receiver.answer(&[status]);
        receiver.say(said);
        shop.sandbox.step().await;
        let book = shop.alipay.book(shop.app_id()).unwrap();
        let told = book.notifications.iter().find(|told| told.out_trade_no == number).unwrap();
        assert_eq!(told.state == DeliveryState::Delivered, is_done, "{number}: {told:?}");
    }
}

#[actix_web::test]
async fn a_refund_is_told_to_the_payments_address_with_the_sum_so_far() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    receiver.say("success");
    paid(&shop, &receiver, "R1").await;
    let first = next(&shop, &receiver).await.remove(0);
    assert!(!first.contains_key("refund_fee"));
    shop.refund("R1", "P1", "4.00").await;
    let part = next(&shop, &receiver).await.remove(0);
    assert_eq!((part["trade_status"].as_str(), part["refund_fee"].as_str()), ("TRADE_SUCCESS", "4.00"));
    assert_eq!((part["out_biz_no"].as_str(), part["gmt_refund"].as_str()), ("P1", "2026-01-01 12:00:00.000"));
    assert_ne!(part["notify_id"], first["notify_id"], "another message");
    shop.refund("R1", "P2", "6.00").await;
    let whole = next(&shop, &receiver).await.remove(0);
    assert_eq!((whole["trade_status"].as_str(), whole["refund_fee"].as_str()), ("TRADE_CLOSED", "10.00"));
    assert!(whole.contains_key("gmt_payment") && whole.contains_key("gmt_close"));
}

#[actix_web::test]
async fn closing_is_told_by_mobile_products_alone() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    receiver.say("success");
    shop.precreate("C1", &receiver.url).await;
    shop.alipay.scan(shop.app_id(), "C1").unwrap();
    shop.trusted("alipay.trade.close", json!({"out_trade_no": "C1"})).await;
    assert_eq!(next(&shop, &receiver).await, [], "a code's order is told of when it is paid");
    let mut order = shop.order("C2");
    order["product_code"] = json!("QUICK_MSECURITY_PAY");
    let mut asked = shop.common("alipay.trade.app.pay", &order);
    asked.insert("notify_url".to_owned(), receiver.url.clone());
    shop.alipay.invoke_app(&query_of(&shop.signed(asked))).unwrap();
    shop.trusted("alipay.trade.close", json!({"out_trade_no": "C2"})).await;
    let told = next(&shop, &receiver).await.remove(0);
    assert_eq!(told["trade_status"], "TRADE_CLOSED");
    assert!(!told.contains_key("gmt_payment") && !told.contains_key("refund_fee"));
}

#[actix_web::test]
async fn the_end_of_the_refund_window_is_told_as_finished() {
    let draft = MerchantDraft { refund_window_s: Some(3600), ..MerchantDraft::default() };
    let shop = shop(draft).await;
    let receiver = Receiver::start();
    receiver.say("success");
    let mut order = shop.order("F1");
    order["product_code"] = json!("QUICK_MSECURITY_PAY");
    let mut asked = shop.common("alipay.trade.app.pay", &order);
    asked.insert("notify_url".to_owned(), receiver.url.clone());
    shop.alipay.invoke_app(&query_of(&shop.signed(asked))).unwrap();
    shop.pay("F1");
    assert_eq!(next(&shop, &receiver).await[0]["trade_status"], "TRADE_SUCCESS");
    shop.clock.advance_s(3600);
    assert_eq!(next(&shop, &receiver).await[0]["trade_status"], "TRADE_FINISHED");
    assert_eq!(shop.book_status("F1"), Some(TradeStatus::TradeFinished));
}

#[actix_web::test]
async fn buyers_of_new_applications_are_told_by_open_id() {
    for (open_ids, there, absent) in [(false, "buyer_id", "buyer_open_id"), (true, "buyer_open_id", "buyer_id")] {
        let shop = shop(MerchantDraft { open_ids, ..MerchantDraft::default() }).await;
        let receiver = Receiver::start();
        paid(&shop, &receiver, "B1").await;
        let told = next(&shop, &receiver).await.remove(0);
        assert!(told.contains_key(there) && !told.contains_key(absent), "{told:?}");
    }
}

#[actix_web::test]
async fn passback_params_come_back_as_they_were_sent() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    let mut order = shop.order("P1");
    order["passback_params"] = json!("m%3D1%26n%3D2");
    order["subject"] = json!("红茶 500g+糖 50%");
    let mut asked = shop.common("alipay.trade.precreate", &order);
    asked.insert("notify_url".to_owned(), receiver.url.clone());
    assert_eq!(shop.send(shop.signed(asked)).await.code(), "10000");
    shop.pay("P1");
    shop.sandbox.step().await;
    let letters = receiver.take();
    assert!(is_genuine(&shop.alipay_key(), &letters[0].body));
    let told = form(&letters[0].body);
    assert_eq!((told["passback_params"].as_str(), told["subject"].as_str()), ("m%3D1%26n%3D2", "红茶 500g+糖 50%"));
}

#[actix_web::test]
async fn notifications_keep_to_the_charset_of_the_order() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    let mut asked = shop.common(
        "alipay.trade.precreate",
        &json!({
            "out_trade_no": "G1", "total_amount": "0.01", "subject": "\u{7ea2}\u{8336}",
        }),
    );
    asked.insert("charset".to_owned(), "gbk".to_owned());
    asked.insert("notify_url".to_owned(), receiver.url.clone());
    let encode = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    asked.insert("sign".to_owned(), shop.sign(&encode(&canonical(&asked))));
    let escape =
        |text: &str| percent_encoding::percent_encode(&encode(text), percent_encoding::NON_ALPHANUMERIC).to_string();
    let query: Vec<String> = asked.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    shop.http.post(format!("{}?{}", shop.alipay.gateway_url(), query.join("&"))).send().await.unwrap();
    shop.pay("G1");
    shop.sandbox.step().await;
    let body = receiver.take().remove(0).body;
    let raw = String::from_utf8(body).unwrap();
    assert!(raw.contains("subject=%BA%EC%B2%E8") && raw.contains("charset=GBK"), "{raw}");
}

#[actix_web::test]
async fn a_certificate_is_named_as_the_merchant_wants_it() {
    for (naming, is_named, is_covered) in [
        (CertificateNaming::Unsigned, true, false),
        (CertificateNaming::Signed, true, true),
        (CertificateNaming::Absent, false, false),
    ] {
        let draft = MerchantDraft {
            trust_mode: TrustMode::Certificates,
            certificate_naming: naming,
            ..MerchantDraft::default()
        };
        let shop = shop(draft).await;
        let receiver = Receiver::start();
        paid(&shop, &receiver, "K1").await;
        shop.sandbox.step().await;
        let body = receiver.take().remove(0).body;
        let told = form(&body);
        assert_eq!(told.contains_key("alipay_cert_sn"), is_named, "{naming:?}");
        assert_eq!(is_genuine(&shop.alipay_key(), &body), !is_covered, "{naming:?}: left out of the string");
        let all = told.iter().filter(|(name, _)| !["sign", "sign_type"].contains(&name.as_str()));
        let all: Vec<String> = all.map(|(name, value)| format!("{name}={value}")).collect();
        let verifies = is_signed(&shop.alipay_key(), all.join("&").as_bytes(), &told["sign"]);
        assert_eq!(verifies, is_covered || !is_named, "{naming:?}: part of the string");
    }
}

#[actix_web::test]
async fn notifications_go_wrong_by_script() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    receiver.say("success");
    for (number, kind, copies) in [
        ("X1", FaultKind::Duplicate { copies: 2 }, 3),
        ("X2", FaultKind::Parallel { copies: 3 }, 4),
        ("X3", FaultKind::Restated, 2),
        ("X4", FaultKind::Drop, 0),
    ] {
        paid(&shop, &receiver, number).await;
        shop.fault(Operation::Notify, kind.clone());
        assert_eq!(next(&shop, &receiver).await.len(), copies, "{kind:?}");
    }
    for (number, kind, name, value) in [
        ("Y1", FaultKind::WrongAmount, "total_amount", "10.01"),
        ("Y2", FaultKind::WrongSeller, "seller_id", "2088199999999999"),
        ("Y3", FaultKind::WrongApp, "app_id", "2021999999999999"),
        ("Y4", FaultKind::WaitBuyerPay, "trade_status", "WAIT_BUYER_PAY"),
        ("Y5", FaultKind::EmptyMember, "voucher_detail_list", ""),
    ] {
        paid(&shop, &receiver, number).await;
        shop.fault(Operation::Notify, kind.clone());
        shop.sandbox.step().await;
        let body = receiver.take().remove(0).body;
        assert_eq!(form(&body)[name], value, "{kind:?}");
        assert!(is_genuine(&shop.alipay_key(), &body), "{kind:?}: bent under a good signature");
    }
    for (number, kind) in
        [("Z1", FaultKind::BadSignature), ("Z2", FaultKind::SignTypeSigned), ("Z3", FaultKind::EmptyMemberUnsigned)]
    {
        paid(&shop, &receiver, number).await;
        shop.fault(Operation::Notify, kind.clone());
        shop.sandbox.step().await;
        assert!(!is_genuine(&shop.alipay_key(), &receiver.take()[0].body), "{kind:?}");
    }
    paid(&shop, &receiver, "W1").await;
    shop.fault(Operation::Notify, FaultKind::Reorder);
    assert_eq!(next(&shop, &receiver).await, []);
    paid(&shop, &receiver, "W2").await;
    let told = next(&shop, &receiver).await;
    let numbers: Vec<&str> = told.iter().map(|told| told["out_trade_no"].as_str()).collect();
    assert_eq!(numbers, ["W2", "W1"]);
}
