//! The other products: pages, apps, mini-programs, the payer's code (§12), and the bills (§14).

use std::io::Read as _;

use luodi::sandbox::alipay::{
    BarcodeOutcome, FaultKind, MerchantDraft, Operation, PaymentCodeDraft, TradeStatus, buyer_id_of, buyer_open_id_of,
};
use serde_json::{Value, json};

use crate::alipay_client::{Parameters, Shop, form, is_genuine, query_of, shop};

const RETURN_URL: &str = "https://shop.example/back?order=1";

fn page_order(shop: &Shop, number: &str, product: &str, more: Value) -> Parameters {
    let (method, code) = match product {
        "page" => ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
        _ => ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
    };
    let mut order = shop.order(number);
    order["product_code"] = json!(code);
    order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut asked = shop.common(method, &order);
    asked.insert("return_url".to_owned(), RETURN_URL.to_owned());
    shop.signed(asked)
}

/// Where a browser is sent; below the sandbox's own address.
async fn location(shop: &Shop, method: &str, address: &str) -> String {
    let request = shop.http.request(method.parse().unwrap(), address).body("");
    let response = request.header("Content-Type", "application/x-www-form-urlencoded").send().await.unwrap();
    let there = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status();
    match there {
        Some(there) => there,
        None => panic!("{status} {}", response.text().await.unwrap()),
    }
}

async fn text(shop: &Shop, address: &str) -> String {
    shop.http.get(address).send().await.unwrap().text().await.unwrap()
}

async fn opened(shop: &Shop, asked: &Parameters) -> String {
    let there = location(shop, "GET", &format!("{}?{}", shop.alipay.gateway_url(), query_of(asked))).await;
    format!("{}{there}", shop.alipay.base_url())
}

#[actix_web::test]
async fn a_desktop_page_opens_a_trade_when_the_buyer_pays_and_leads_back_signed() {
    let shop = shop(MerchantDraft::default()).await;
    let cashier = opened(&shop, &page_order(&shop, "D1", "page", json!({}))).await;
    assert!(cashier.contains("/alipay/cashier/"), "{cashier}");
    let page = text(&shop, &cashier).await;
    assert!(page.contains("10.00") && page.contains("西湖龙井 50g") && page.contains("id=\"pay\""), "{page}");
    assert_eq!(shop.status("D1").await, "40004 ACQ.TRADE_NOT_EXIST", "a look opens nothing");
    let back = location(&shop, "POST", &format!("{cashier}/pay")).await;
    assert!(back.starts_with("https://shop.example/back?order=1&charset=utf-8&"), "{back}");
    let query = back.split_once("order=1&").unwrap().1;
    assert!(is_genuine(&shop.alipay_key(), query.as_bytes()), "the merchant's own parameters are not signed");
    let told = form(query.as_bytes());
    assert_eq!((told["method"].as_str(), told["out_trade_no"].as_str()), ("alipay.trade.page.pay.return", "D1"));
    assert!(!told.contains_key("trade_status"), "it proves nothing");
    assert_eq!(shop.status("D1").await, "TRADE_SUCCESS");
    assert_eq!(location(&shop, "GET", &cashier).await.split('?').next(), Some("https://shop.example/back"));
}

#[actix_web::test]
async fn what_is_wrong_with_a_page_is_told_on_a_page_of_alipays() {
    let shop = shop(MerchantDraft::default()).await;
    let mut asked = page_order(&shop, "D2", "page", json!({}));
    asked.insert("return_url".to_owned(), "https://evil.example/".to_owned());
    let there = opened(&shop, &asked).await;
    assert!(there.contains("/alipay/error?sub_code=isv.invalid-signature"), "{there}");
    assert!(text(&shop, &there).await.contains("isv.invalid-signature"));
    let wrong = opened(&shop, &page_order(&shop, "D2", "page", json!({"product_code": "QUICK_WAP_WAY"}))).await;
    assert!(wrong.contains("ACQ.INVALID_PARAMETER"), "{wrong}");
}

#[actix_web::test]
async fn a_bare_code_has_the_width_that_was_asked_for_and_may_be_framed() {
    let shop = shop(MerchantDraft::default()).await;
    let asked = page_order(&shop, "D3", "page", json!({"qr_pay_mode": "4", "qrcode_width": "220"}));
    let frame = opened(&shop, &asked).await;
    let response = shop.http.get(&frame).send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("frame-ancestors http: https:"), "{policy}");
    let page = response.text().await.unwrap();
    assert!(page.contains("width=\"220\" height=\"220\"") && !page.contains("id=\"pay\"") && !page.contains("10.00"));
    let whole = opened(&shop, &page_order(&shop, "D4", "page", json!({}))).await;
    let policy = shop.http.get(&whole).send().await.unwrap().headers()["content-security-policy"].clone();
    assert!(policy.to_str().unwrap().contains("frame-ancestors 'none'"));
}

#[actix_web::test]
async fn a_mobile_page_is_confirmed_paid_or_left() {
    let shop = shop(MerchantDraft::default()).await;
    let quit = json!({"quit_url": "https://shop.example/cart"});
    let page = opened(&shop, &page_order(&shop, "W1", "wap", quit.clone())).await;
    assert!(text(&shop, &page).await.contains("https://shop.example/cart"));
    assert_eq!(shop.status("W1").await, "40004 ACQ.TRADE_NOT_EXIST");
    assert!(text(&shop, &format!("{page}/confirm")).await.contains("id=\"pay\""));
    assert_eq!(shop.status("W1").await, "WAIT_BUYER_PAY", "the confirmation opened it");
    assert_eq!(location(&shop, "POST", &format!("{page}/confirm/refuse")).await, "https://shop.example/cart");
    let again = location(&shop, "POST", &format!("{page}/confirm/pay")).await;
    let back = location(&shop, "GET", &format!("{}{again}", shop.alipay.base_url())).await;
    assert!(back.contains("method=alipay.trade.wap.pay.return"), "{back}");
    assert_eq!(shop.status("W1").await, "TRADE_SUCCESS");

    let page = opened(&shop, &page_order(&shop, "W2", "wap", quit)).await;
    let inside = shop.http.get(format!("{page}/confirm")).header("User-Agent", "MicroMessenger/8.0").send().await;
    let inside = inside.unwrap().text().await.unwrap();
    assert!(inside.contains("在浏览器中打开") && !inside.contains("id=\"pay\""), "{inside}");
    assert_eq!(shop.status("W2").await, "40004 ACQ.TRADE_NOT_EXIST");
}

fn app_order(shop: &Shop, number: &str) -> Parameters {
    let mut order = shop.order(number);
    order["product_code"] = json!("QUICK_MSECURITY_PAY");
    shop.common("alipay.trade.app.pay", &order)
}

#[actix_web::test]
async fn an_order_string_opens_the_app_only_as_it_was_signed() {
    let shop = shop(MerchantDraft::default()).await;
    let order_string = query_of(&shop.signed(app_order(&shop, "P1")));
    let invoked = shop.alipay.invoke_app(&order_string).unwrap();
    assert_eq!((invoked.out_trade_no.as_str(), invoked.total_fen), ("P1", 1000));
    assert_eq!(shop.status("P1").await, "WAIT_BUYER_PAY");
    shop.pay("P1");
    assert_eq!(shop.status("P1").await, "TRADE_SUCCESS");
    let again = shop.alipay.invoke_app(&order_string).unwrap_err();
    assert!(again.to_string().contains("TRADE_HAS_SUCCESS"), "{again}");

    let good = query_of(&shop.signed(app_order(&shop, "P2")));
    for (wrong, why) in [
        (good.replace("10%2E00", "0%2E01"), "isv.invalid-signature"),
        (good.replace('&', "&amp;"), "is no order string"),
        (format!("?{good}"), "is no order string"),
        (good.replace("%2B", "+").replace("%2F", "%252F"), "isv.invalid-signature"),
        (query_of(&shop.signed(shop.common("alipay.trade.precreate", &shop.order("P2")))), "isv.invalid-method"),
    ] {
        let refused = shop.alipay.invoke_app(&wrong).unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
    }
}

#[actix_web::test]
async fn a_mini_programs_trade_belongs_to_the_buyer_it_names() {
    let shop = shop(MerchantDraft::default()).await;
    let mut order = shop.order("J1");
    let unnamed = shop.call("alipay.trade.create", order.clone()).await;
    assert_eq!(unnamed.code(), "40004 ACQ.INVALID_PARAMETER");
    order["buyer_id"] = json!(buyer_id_of("ming"));
    let trade_no = shop.trusted("alipay.trade.create", order).await.told("trade_no");
    assert_eq!(shop.status("J1").await, "WAIT_BUYER_PAY", "it exists from the call on");
    assert_eq!(shop.alipay.invoke_jsapi(&trade_no).unwrap().out_trade_no, "J1");
    shop.alipay.scan_as(shop.app_id(), "J1", "ming").unwrap();
    shop.alipay.scan_as(shop.app_id(), "J1", "hua").unwrap_err();
    shop.pay("J1");
    shop.alipay.invoke_jsapi(&trade_no).unwrap_err();
    shop.alipay.invoke_jsapi("2026010122001000000000000000").unwrap_err();

    let mut order = shop.order("J2");
    order["product_code"] = json!("JSAPI_PAY");
    order["buyer_open_id"] = json!(buyer_open_id_of(shop.app_id(), "ming"));
    assert_eq!(shop.call("alipay.trade.create", order.clone()).await.code(), "40004 ACQ.INVALID_PARAMETER");
    order["op_app_id"] = json!("2021000000000077");
    shop.trusted("alipay.trade.create", order).await;
    shop.alipay.scan_as(shop.app_id(), "J2", "ming").unwrap();
}

async fn charge(shop: &Shop, number: &str, outcome: BarcodeOutcome) -> crate::alipay_client::Reply {
    let code = shop.alipay.show_payment_code(PaymentCodeDraft { outcome, buyer: None }).unwrap().auth_code;
    charge_code(shop, number, &code).await
}

async fn charge_code(shop: &Shop, number: &str, code: &str) -> crate::alipay_client::Reply {
    let mut order = shop.order(number);
    order["auth_code"] = json!(code);
    order["scene"] = json!("bar_code");
    shop.call("alipay.trade.pay", order).await
}

#[actix_web::test]
async fn a_payers_code_ends_as_it_was_scripted() {
    let shop = shop(MerchantDraft::default()).await;
    let paid = charge(&shop, "B1", BarcodeOutcome::Success).await;
    assert_eq!((paid.code(), paid.told("total_amount")), ("10000".into(), "10.00".into()));
    assert!(!paid.told("trade_no").is_empty() && !paid.told("gmt_payment").is_empty());
    let again = charge(&shop, "B1", BarcodeOutcome::Success).await;
    assert_eq!(again.code(), "40004 ACQ.TRADE_HAS_SUCCESS");

    let waits = charge(&shop, "B2", BarcodeOutcome::Password).await;
    assert_eq!((waits.code(), waits.told("gmt_payment")), ("10003".into(), String::new()));
    assert!(waits.is_signed_by(&shop.alipay_key()));
    assert_eq!(shop.status("B2").await, "WAIT_BUYER_PAY");
    assert_eq!(charge(&shop, "B2", BarcodeOutcome::Success).await.code(), "10003", "it goes on with the same");
    shop.pay("B2");
    assert_eq!(shop.status("B2").await, "TRADE_SUCCESS");

    assert_eq!(charge(&shop, "B3", BarcodeOutcome::UnknownPaid).await.code(), "20000 aop.unknow-error");
    assert_eq!(shop.status("B3").await, "TRADE_SUCCESS");
    assert_eq!(charge(&shop, "B4", BarcodeOutcome::UnknownUnpaid).await.code(), "20000 aop.unknow-error");
    assert_eq!(shop.status("B4").await, "40004 ACQ.TRADE_NOT_EXIST");
    let poor = BarcodeOutcome::Refused { sub_code: "ACQ.BUYER_BALANCE_NOT_ENOUGH".to_owned() };
    assert_eq!(charge(&shop, "B5", poor).await.code(), "40004 ACQ.BUYER_BALANCE_NOT_ENOUGH");
    assert_eq!(charge(&shop, "B5", BarcodeOutcome::Success).await.code(), "10000", "another way of paying");
}

#[actix_web::test]
async fn a_payers_code_is_good_once_and_for_a_minute() {
    let shop = shop(MerchantDraft::default()).await;
    let code = shop.alipay.show_payment_code(PaymentCodeDraft::default()).unwrap().auth_code;
    assert_eq!(charge_code(&shop, "B1", &code).await.code(), "10000");
    assert_eq!(charge_code(&shop, "B2", &code).await.code(), "40004 ACQ.PAYMENT_AUTH_CODE_INVALID");
    let code = shop.alipay.show_payment_code(PaymentCodeDraft::default()).unwrap().auth_code;
    shop.clock.advance_s(60);
    assert_eq!(charge_code(&shop, "B3", &code).await.code(), "40004 ACQ.PAYMENT_AUTH_CODE_INVALID");
    for wrong in ["134567890123456789", "28123", "28x4567890123456"] {
        assert_eq!(charge_code(&shop, "B4", wrong).await.code(), "40004 ACQ.PAYMENT_AUTH_CODE_INVALID", "{wrong}");
    }
}

#[actix_web::test]
async fn every_field_outside_its_limits_is_named() {
    let shop = shop(MerchantDraft::default()).await;
    for (name, value) in [
        ("out_trade_no", json!("A-1")),
        ("out_trade_no", json!("")),
        ("out_trade_no", json!("A".repeat(65))),
        ("total_amount", json!("0.00")),
        ("total_amount", json!("1.001")),
        ("total_amount", json!("100000000.01")),
        ("total_amount", json!("-1")),
        ("subject", json!("")),
        ("subject", json!("a/b")),
        ("subject", json!("题".repeat(257))),
        ("time_expire", json!("2026-01-01T13:00:00")),
        ("timeout_express", json!("1.5h")),
        ("qr_code_timeout_express", json!("90")),
        ("product_code", json!("QUICK_WAP_WAY")),
    ] {
        let mut order = shop.order("V1");
        order[name] = value.clone();
        let reply = shop.call("alipay.trade.precreate", order).await;
        assert_eq!(reply.code(), "40004 ACQ.INVALID_PARAMETER", "{name}={value}");
        assert!(reply.told("sub_msg").contains(name), "{}", reply.told("sub_msg"));
    }
    let mut foreign = shop.order("V1");
    foreign["seller_id"] = json!("2088000000000009");
    assert_eq!(shop.call("alipay.trade.precreate", foreign).await.code(), "40004 ACQ.PARTNER_ERROR");
    let mut forbidden = shop.order("V1");
    forbidden["subject"] = json!("违禁词");
    assert_eq!(shop.call("alipay.trade.precreate", forbidden).await.code(), "40004 ACQ.EXIST_FORBIDDEN_WORD");
    let mut number = shop.order("V2");
    number["total_amount"] = json!(10.5);
    shop.trusted("alipay.trade.precreate", number).await;
    assert_eq!(shop.alipay.trade(shop.app_id(), "V2").unwrap().total_fen, 1050);
}

#[actix_web::test]
async fn relative_deadlines_begin_where_the_product_says() {
    let shop = shop(MerchantDraft::default()).await;
    let until =
        |number: &str| shop.alipay.trade(shop.app_id(), number).unwrap().payable_until.map(|at| at.as_seconds());
    let now = crate::client::START_S;
    let mut order = shop.order("T1");
    order["timeout_express"] = json!("10m");
    shop.trusted("alipay.trade.precreate", order).await;
    assert_eq!(until("T1"), Some(now + 600), "a code's from the call");
    opened(&shop, &page_order(&shop, "T2", "wap", json!({"timeout_express": "10m"}))).await;
    assert_eq!(until("T2"), None, "a mobile page's from the confirmation");
    shop.clock.advance_s(50);
    shop.alipay.scan(shop.app_id(), "T2").unwrap();
    assert_eq!(until("T2"), Some(now + 650));
    shop.clock.advance_s(600);
    assert_eq!(shop.book_status("T2"), Some(TradeStatus::TradeClosed));
    assert_eq!(shop.status("T1").await, "40004 ACQ.TRADE_NOT_EXIST");
    assert!(shop.alipay.scan(shop.app_id(), "T1").unwrap_err().to_string().contains("deadline"));
}

#[actix_web::test]
async fn the_days_bill_holds_what_was_paid_and_refunded() {
    let shop = shop(MerchantDraft::default()).await;
    shop.precreate("A1", "http://127.0.0.1:9/n").await;
    shop.pay("A1");
    shop.refund("A1", "R1", "4.00").await;
    let ask = json!({"bill_type": "trade", "bill_date": "2026-01-01"});
    let method = "alipay.data.dataservice.bill.downloadurl.query";
    assert_eq!(shop.call(method, ask.clone()).await.code(), "40004 isp.bill_not_exist", "not before tomorrow at nine");
    shop.clock.advance_s(86_400);
    let link = shop.trusted(method, ask.clone()).await.told("bill_download_url");
    let bytes = shop.http.get(&link).send().await.unwrap().bytes().await.unwrap().to_vec();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(archive.len(), 2);
    let mut details = Vec::new();
    archive.by_index(0).unwrap().read_to_end(&mut details).unwrap();
    let text = encoding_rs::GB18030.decode(&details).0.into_owned();
    let rows: Vec<&str> = text.lines().filter(|line| line.contains("A1\t")).collect();
    assert_eq!(rows.len(), 2, "{text}");
    assert!(rows.iter().any(|row| row.contains("交易") && row.contains("10.00")));
    assert!(rows.iter().any(|row| row.contains("退款") && row.contains("-4.00") && row.contains("R1")));

    shop.clock.advance_s(31);
    assert_eq!(shop.http.get(&link).send().await.unwrap().status().as_u16(), 403, "thirty seconds");
    let target = "/v3/alipay/data/dataservice/bill/downloadurl/query?bill_type=trade&bill_date=2026-01-01";
    let by_rest = shop.rest("GET", target, "").await;
    assert!(by_rest.json()["bill_download_url"].as_str().unwrap().starts_with(&shop.alipay.base_url()));
    shop.fault(Operation::BillDownload, FaultKind::Truncated);
    let cut = by_rest.json()["bill_download_url"].as_str().unwrap().to_owned();
    let broken = match shop.http.get(cut).send().await {
        Ok(response) => response.bytes().await,
        Err(failure) => Err(failure),
    };
    assert!(broken.is_err());
}
