//! From a code to a paid order, and what is refused on the way (§8, §9.1, §12).

use luodi::clock::Clock as _;
use luodi::sandbox::unionpay::{BarcodeOutcome, MerchantDraft, PayDraft, PaymentCodeDraft, SignMethod};

use crate::receiver::Receiver;
use crate::unionpay_client::{digits, escaped, read_form, read_raw, set, shop};

const NOWHERE: &str = "http://127.0.0.1:9/notify";

#[actix_web::test]
async fn a_code_is_scanned_paid_notified_and_queried() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    receiver.answer(&[200]);
    let txn_time = shop.now();
    let code = shop.qr("ORDER00001", &receiver.url).await;
    let (host, number) = code.rsplit_once('/').unwrap();
    assert!(host.starts_with("https://qr.95516.com/") && (26..=32).contains(&number.len()), "{code}");

    assert_eq!(shop.status("ORDER00001", &txn_time).await, "34", "nobody has scanned it");
    shop.unionpay.scan(shop.mer_id(), "ORDER00001").unwrap();
    assert_eq!(shop.status("ORDER00001", &txn_time).await, "00 05");
    let paid = shop.pay("ORDER00001");
    let told = shop.query_at("ORDER00001", &txn_time).await;
    assert_eq!((told["respCode"].as_str(), told["origRespCode"].as_str()), ("00", "00"));
    assert_eq!((told["txnType"].as_str(), told["txnSubType"].as_str()), ("01", "07"), "those of the original");
    assert_eq!((told["settleAmt"].as_str(), told["settleDate"].as_str()), ("1000", &digits(shop.clock.now())[4..8]));
    assert_eq!((Some(&told["queryId"]), told["reqReserved"].as_str()), (paid.query_id.as_ref(), "cart|42"));

    assert_eq!(shop.sandbox.step().await, 1);
    let letters = receiver.take();
    let told = read_form(&letters[0].body);
    assert_eq!(shop.doubt(&told), Ok(()));
    assert!(told["signPubKeyCert"].contains("\r\n") && told["signPubKeyCert"].ends_with("-----"));
    assert_eq!((told["respCode"].as_str(), told["txnAmt"].as_str()), ("00", "1000"));
    assert_eq!((told["orderId"].as_str(), told["txnTime"].as_str()), ("ORDER00001", txn_time.as_str()));
    assert_eq!(shop.sandbox.step().await, 0, "acknowledged with 200, it is not sent again");
}

#[actix_web::test]
async fn orders_are_told_apart_by_number_and_time_and_come_only_once() {
    let shop = shop(MerchantDraft::default()).await;
    shop.qr("ORDER00001", NOWHERE).await;
    let again = shop.trusted("backTransReq", shop.purchase("07", "000000", "ORDER00001", NOWHERE)).await;
    assert_eq!(again["respCode"], "12");
    assert_eq!(again["respMsg"], "重复交易[2010002]");
    let first = shop.now();
    shop.clock.advance_s(1);
    let other = shop.trusted("backTransReq", shop.purchase("07", "000000", "ORDER00001", NOWHERE)).await;
    assert_eq!(other["respCode"], "00");
    assert_eq!(shop.status("ORDER00001", "20260101000000").await, "34", "the time is part of the name");
    assert_ne!(first, shop.now());
}

#[actix_web::test]
async fn a_wrong_field_is_named_by_its_code() {
    let shop = shop(MerchantDraft::default()).await;
    for (field, value, code) in [
        ("orderId", "", "13"),
        ("orderId", "SHORT", "10"),
        ("orderId", "WITH-HYPHEN", "10"),
        ("txnTime", "2026-01-01 00:00", "10"),
        ("txnAmt", "10.00", "10"),
        ("txnAmt", "0", "10"),
        ("currencyCode", "CNY", "10"),
        ("backUrl", "/notify", "10"),
        ("backUrl", "", "13"),
        ("channelType", "", "13"),
        ("bizType", "000201", "10"),
        ("encoding", "latin1", "10"),
        ("version", "5.0.0", "10"),
        ("payTimeout", "20200101000000", "10"),
        ("txnSubType", "09", "32"),
        ("merId", "777290000000000", "31"),
        ("certId", "1", "11"),
        ("signMethod", "11", "11"),
    ] {
        let mut message = shop.purchase("07", "000000", "ORDER00001", NOWHERE);
        set(&mut message, field, value);
        if value.is_empty() {
            message.remove(field);
        }
        let answer = shop.call("backTransReq", message).await;
        assert_eq!(answer["respCode"], code, "{field}={value}: {answer:?}");
        if ["10", "13"].contains(&code) {
            assert!(answer["respMsg"].contains(field), "{answer:?}");
        }
    }
    assert!(shop.unionpay.book(shop.mer_id()).unwrap().transactions.is_empty(), "nothing was committed");
}

#[actix_web::test]
async fn a_changed_value_breaks_the_signature() {
    let shop = shop(MerchantDraft::default()).await;
    let mut message = shop.signed(shop.purchase("07", "000000", "ORDER00001", NOWHERE));
    set(&mut message, "txnAmt", "1");
    let (_, body) = shop.try_post("/gateway/api/backTransReq.do", escaped(&message)).await.unwrap();
    let answer = read_raw(&body);
    assert_eq!((answer["respCode"].as_str(), shop.doubt(&answer)), ("11", Ok(())));
}

#[actix_web::test]
async fn an_expired_merchant_certificate_signs_nothing() {
    let shop = shop(MerchantDraft { certificate_life_s: Some(60), ..MerchantDraft::default() }).await;
    shop.qr("ORDER00001", NOWHERE).await;
    shop.clock.advance_s(60);
    let answer = shop.trusted("backTransReq", shop.purchase("07", "000000", "ORDER00002", NOWHERE)).await;
    assert_eq!(answer["respCode"], "11");
}

#[actix_web::test]
async fn a_secure_key_signs_both_ways_without_certificates() {
    let draft = MerchantDraft { sign_method: SignMethod::SecureKeySha256, ..MerchantDraft::default() };
    let shop = shop(draft).await;
    let answer = shop.call("backTransReq", shop.purchase("07", "000000", "ORDER00001", NOWHERE)).await;
    assert_eq!((answer["respCode"].as_str(), answer["signMethod"].as_str()), ("00", "11"));
    assert_eq!(answer["signature"], shop.keyed_signature(&answer));
    assert!(!answer.contains_key("signPubKeyCert"));
}

#[actix_web::test]
async fn past_its_time_a_code_is_dead_and_money_may_still_come_late() {
    let shop = shop(MerchantDraft::default()).await;
    let txn_time = shop.now();
    let mut message = shop.purchase("07", "000000", "ORDER00001", NOWHERE);
    set(&mut message, "payTimeout", &digits(shop.clock.now().plus_s(900)));
    shop.trusted("backTransReq", message).await;
    shop.unionpay.scan(shop.mer_id(), "ORDER00001").unwrap();
    shop.clock.advance_s(900);
    let refused = shop.unionpay.pay(shop.mer_id(), "ORDER00001", &PayDraft::default()).unwrap_err();
    assert!(refused.to_string().contains("payTimeout"), "{refused}");
    assert_eq!(shop.status("ORDER00001", &txn_time).await, "00 05", "an unpaid order stays so for good");
    let late = PayDraft { force: true, resp_code: Some("42".to_owned()) };
    shop.unionpay.pay(shop.mer_id(), "ORDER00001", &late).unwrap();
    assert_eq!(shop.status("ORDER00001", &txn_time).await, "00 42");
}

#[actix_web::test]
async fn a_declined_card_is_no_end_before_the_time_is_up() {
    let shop = shop(MerchantDraft::default()).await;
    let txn_time = shop.now();
    shop.qr("ORDER00001", NOWHERE).await;
    shop.unionpay.decline(shop.mer_id(), "ORDER00001", "64").unwrap();
    assert_eq!(shop.status("ORDER00001", &txn_time).await, "00 64");
    assert_eq!(shop.sandbox.step().await, 0, "failures of scanned codes are not notified");
    shop.pay("ORDER00001");
    assert_eq!(shop.status("ORDER00001", &txn_time).await, "00 00");
}

#[actix_web::test]
async fn an_app_order_gets_a_number_of_twenty_one_digits() {
    let shop = shop(MerchantDraft::default()).await;
    let answer = shop.trusted("appTransReq", shop.purchase("01", "000201", "ORDER00001", NOWHERE)).await;
    assert!(answer["tn"].len() == 21 && answer["tn"].bytes().all(|b| b.is_ascii_digit()), "{answer:?}");
    assert_eq!(shop.unionpay.transaction(shop.mer_id(), "ORDER00001").unwrap().handle, answer["tn"]);
    shop.pay("ORDER00001");
    assert_eq!(shop.status("ORDER00001", &shop.now()).await, "00 00");
}

#[actix_web::test]
async fn a_scanned_payment_code_is_accepted_and_its_end_is_notified_either_way() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    receiver.answer(&[200; 3]);
    let refused = BarcodeOutcome::Refused { resp_code: "64".to_owned() };
    for (order_id, outcome, orig) in [
        ("ORDER00001", BarcodeOutcome::Success, "00"),
        ("ORDER00002", refused, "64"),
        ("ORDER00003", BarcodeOutcome::Password, "05"),
    ] {
        let code = shop.unionpay.show_payment_code(PaymentCodeDraft { outcome }).unwrap();
        let mut message = shop.purchase("06", "000000", order_id, &receiver.url);
        set(&mut message, "qrNo", &code.qr_no);
        set(&mut message, "termId", "49000002");
        assert_eq!(shop.trusted("backTransReq", message.clone()).await["respCode"], "00");
        assert_eq!(shop.status(order_id, &shop.now()).await, format!("00 {orig}"));
        set(&mut message, "orderId", &format!("{order_id}X"));
        assert_eq!(shop.trusted("backTransReq", message).await["respCode"], "86", "a code is good once");
    }
    assert_eq!(shop.sandbox.step().await, 2);
    let told: Vec<String> = receiver.take().iter().map(|l| read_form(&l.body)["respCode"].clone()).collect();
    assert_eq!(told, ["00", "64"]);
    let mut message = shop.purchase("06", "000000", "ORDER00009", &receiver.url);
    set(&mut message, "qrNo", "6200000000000000000");
    set(&mut message, "termId", "49000002");
    assert_eq!(shop.trusted("backTransReq", message).await["respCode"], "88");
}

#[actix_web::test]
async fn the_next_encryption_certificate_is_handed_out() {
    let shop = shop(MerchantDraft::default()).await;
    let mut message = shop.common(("95", "00"), "000000");
    for (name, value) in
        [("channelType", "07"), ("orderId", "CERT000001"), ("txnTime", &shop.now()), ("certType", "01")]
    {
        set(&mut message, name, value);
    }
    let before = shop.trusted("backTransReq", message.clone()).await;
    assert_eq!(before["encryptPubKeyCert"].replace("\r\n", "\n"), shop.credentials.encryption_pem.trim_end());
    assert_eq!(before["certType"], "01");
    shop.unionpay.renew_certificates().unwrap();
    let after = shop.trusted("backTransReq", message).await;
    assert_ne!(before["encryptPubKeyCert"], after["encryptPubKeyCert"]);
    assert_ne!(before["signPubKeyCert"], after["signPubKeyCert"], "and another leaf signs, of the same authority");
}
