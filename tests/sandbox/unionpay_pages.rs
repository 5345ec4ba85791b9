//! The bank's page behind a merchant's form, the phone, and the control API over HTTP.

use luodi::sandbox::unionpay::{FaultKind, MerchantDraft, Operation, TransactionState};
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::unionpay_client::{Doubt, Message, Shop, escaped, read_form, set, shop};

/// Status, and the page or where it leads.
async fn look(shop: &Shop, method: &str, path: &str, body: String) -> (u16, String) {
    let request = shop.http.request(method.parse().unwrap(), format!("{}{path}", shop.unionpay.base_url()));
    let kind = "application/x-www-form-urlencoded";
    let response = request.header("Content-Type", kind).body(body).send().await.unwrap();
    let status = response.status().as_u16();
    match response.headers().get("location") {
        Some(there) => (status, there.to_str().unwrap().to_owned()),
        None => (status, response.text().await.unwrap()),
    }
}

fn form(shop: &Shop, order_id: &str, back_url: &str) -> Message {
    let mut told = shop.purchase("01", "000201", order_id, back_url);
    set(&mut told, "frontUrl", "http://127.0.0.1:9/return?s=1&t=2");
    told
}

async fn open(shop: &Shop, message: Message) -> (u16, String) {
    look(shop, "POST", "/gateway/api/frontTransReq.do", escaped(&shop.signed(message))).await
}

fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    for (name, letter) in [("&#34;", "\""), ("&#38;", "&"), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">")] {
        text = text.replace(name, letter);
    }
    text
}

/// The hidden fields of the way back, as a browser would post them.
fn hidden(html: &str) -> Message {
    let inputs = html.split("<input type=\"hidden\" name=\"").skip(1);
    let pairs = inputs.filter_map(|rest| {
        let (name, rest) = rest.split_once("\" value=\"")?;
        Some((name.to_owned(), unescaped(rest.split_once('"')?.0)))
    });
    pairs.collect()
}

#[actix_web::test]
async fn a_form_leads_to_the_bank_and_a_signed_form_leads_back() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    receiver.answer(&[200]);
    let (status, bank) = open(&shop, form(&shop, "ORDER00001", &receiver.url)).await;
    assert_eq!(status, 302, "{bank}");
    assert_eq!(shop.status("ORDER00001", &shop.now()).await, "00 05", "submitted and not paid");
    let (_, sheet) = look(&shop, "GET", &bank, String::new()).await;
    assert!(sheet.contains("西湖龙井") && sheet.contains("10.00") && sheet.contains("id=\"pay\""), "{sheet}");
    assert_eq!(look(&shop, "POST", &format!("{bank}/pay"), String::new()).await, (303, bank.clone()));
    let (_, back) = look(&shop, "GET", &bank, String::new()).await;
    assert!(back.contains("action=\"http://127.0.0.1:9/return?s=1&#38;t=2\""), "{back}");
    assert!(!back.contains("return.js"), "the buyer presses the button");
    let told = hidden(&back);
    assert_eq!((shop.doubt(&told), told["respCode"].as_str()), (Ok(()), "00"));
    shop.fault(Operation::FrontReturn, FaultKind::BadSignature);
    let (_, back) = look(&shop, "GET", &bank, String::new()).await;
    assert_eq!(shop.doubt(&hidden(&back)), Err(Doubt::Signature));
    assert_eq!(shop.sandbox.step().await, 1);
    assert_eq!(read_form(&receiver.take()[0].body)["orderId"], "ORDER00001");
}

#[actix_web::test]
async fn leaving_the_bank_leads_back_without_a_word() {
    let shop = shop(MerchantDraft { auto_return: true, ..MerchantDraft::default() }).await;
    let (_, bank) = open(&shop, form(&shop, "ORDER00001", "http://127.0.0.1:9/n")).await;
    let left = look(&shop, "POST", &format!("{bank}/refuse"), String::new()).await;
    assert_eq!(left, (303, "http://127.0.0.1:9/return?s=1&t=2".to_owned()));
    let order = shop.unionpay.transaction(shop.mer_id(), "ORDER00001").unwrap();
    assert!(order.refused_at.is_some() && order.state == TransactionState::Pending);
    look(&shop, "POST", &format!("{bank}/pay"), String::new()).await;
    assert!(look(&shop, "GET", &bank, String::new()).await.1.contains("return.js"), "by permission, by itself");
}

#[actix_web::test]
async fn a_wrong_form_is_told_to_the_buyer_alone() {
    let shop = shop(MerchantDraft::default()).await;
    let mut wrong = shop.signed(form(&shop, "ORDER00001", "http://127.0.0.1:9/n"));
    set(&mut wrong, "txnAmt", "1");
    let (status, shown) = look(&shop, "POST", "/gateway/api/frontTransReq.do", escaped(&wrong)).await;
    assert!(status == 200 && shown.contains("11 验证签名失败[9100004]"), "{shown}");
    let good = form(&shop, "ORDER00001", "http://127.0.0.1:9/n");
    let first = open(&shop, good.clone()).await;
    assert_eq!(open(&shop, good.clone()).await, first, "the same form goes on");
    let mut other = good;
    set(&mut other, "txnAmt", "2");
    assert!(open(&shop, other).await.1.contains("重复交易"));
}

#[actix_web::test]
async fn the_same_form_may_be_refused_as_well() {
    let shop = shop(MerchantDraft { refuses_reposted_form: true, ..MerchantDraft::default() }).await;
    let good = form(&shop, "ORDER00001", "http://127.0.0.1:9/n");
    assert_eq!(open(&shop, good.clone()).await.0, 302);
    assert!(open(&shop, good).await.1.contains("重复交易"));
}

#[actix_web::test]
async fn the_phone_scans_and_pays_and_never_twice() {
    let shop = shop(MerchantDraft::default()).await;
    let code = shop.qr("ORDER00001", "http://127.0.0.1:9/n").await;
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("code_url", &code).finish();
    let (status, sheet) = look(&shop, "GET", &format!("/phone/open?{query}"), String::new()).await;
    assert!(status == 303 && sheet.starts_with("/phone/unionpay/"), "{sheet}");
    assert!(look(&shop, "GET", "/phone", String::new()).await.1.contains(&sheet), "it waits on the phone");
    let (_, shown) = look(&shop, "GET", &sheet, String::new()).await;
    assert!(shown.contains("class=\"phone unionpay\"") && shown.contains("云闪付"), "{shown}");
    assert_eq!(shop.status("ORDER00001", &shop.now()).await, "00 05", "opening the sheet is the scan");
    assert!(look(&shop, "POST", &format!("{sheet}/refuse"), String::new()).await.1.ends_with("/refused"));
    assert!(look(&shop, "POST", &format!("{sheet}/pay"), String::new()).await.1.ends_with("/paid"));
    assert!(look(&shop, "GET", &format!("{sheet}/paid"), String::new()).await.1.contains("id=\"paid\""));
    assert_eq!(look(&shop, "POST", &format!("{sheet}/pay"), String::new()).await.1, sheet);
    assert!(look(&shop, "GET", &sheet, String::new()).await.1.contains("id=\"already-paid\""));
    assert_eq!(look(&shop, "GET", "/phone/unionpay/1", String::new()).await.0, 404);
    let (_, code) = look(&shop, "GET", "/phone/unionpay-payment-code?outcome=password", String::new()).await;
    assert!(code.contains("data-code=\"62") && code.contains("<option value=\"password\" selected>"), "{code}");
}

#[actix_web::test]
async fn a_page_of_this_machine_opens_as_inside_the_app() {
    let shop = shop(MerchantDraft::default()).await;
    let port = shop.sandbox.addr().port();
    let own = format!("{}/phone", shop.unionpay.base_url());
    assert_eq!(shop.unionpay.browser_url(&own), Some(format!("http://p{port}.unionpay.localhost:{port}/phone")));
    assert_eq!(shop.unionpay.browser_url("https://shop.example/"), None);
    let request = shop.http.get(&own).header("Host", format!("p{port}.unionpay.localhost:{port}"));
    let shown = request.send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("等待扫描的二维码") && !shown.contains("<script"), "{shown}");
}

async fn control(shop: &Shop, method: &str, path: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (status, text) = look(shop, method, &format!("/sandbox/unionpay{path}"), body).await;
    (status, serde_json::from_str(&text).unwrap_or_default())
}

#[actix_web::test]
async fn a_script_does_over_http_what_a_test_does_by_hand() {
    let shop = shop(MerchantDraft::default()).await;
    let (status, added) = control(&shop, "POST", "/merchants", json!({"sign_method": "secure_key_sm3"})).await;
    assert_eq!((status, added["secure_key"].as_str()), (201, Some("88888888")));
    assert_eq!(control(&shop, "GET", "/merchants", Value::Null).await.1["data"].as_array().unwrap().len(), 2);
    shop.qr("ORDER00001", "http://127.0.0.1:9/n").await;
    let order = format!("/merchants/{}/orders/ORDER00001", shop.mer_id());
    assert_eq!(control(&shop, "POST", &format!("{order}/scan"), Value::Null).await.1["state"], "pending");
    let declined = control(&shop, "POST", &format!("{order}/decline"), json!({"resp_code": "64"})).await;
    assert_eq!(declined.1["orig_resp_code"], "64");
    assert_eq!(control(&shop, "POST", &format!("{order}/refuse"), Value::Null).await.0, 200);
    let fault = json!({"operation": "query", "kind": "forged_certificate", "certificate": "expired", "times": 1});
    assert_eq!(control(&shop, "POST", "/faults", fault).await.0, 201);
    assert_eq!(control(&shop, "GET", "/faults", Value::Null).await.1["data"][0]["certificate"], "expired");
    assert_eq!(control(&shop, "DELETE", "/faults", Value::Null).await.0, 204);
    assert_eq!(control(&shop, "POST", &format!("{order}/pay"), json!({})).await.1["state"], "succeeded");
    assert_eq!(control(&shop, "POST", &format!("{order}/notify"), Value::Null).await.1["sent"], 1);
    assert_eq!(control(&shop, "POST", "/payment-codes", json!({})).await.0, 201);
    assert_eq!(control(&shop, "POST", "/certificates/renew", Value::Null).await.0, 204);
    let book = control(&shop, "GET", &format!("/merchants/{}/book", shop.mer_id()), Value::Null).await.1;
    assert_eq!(book["balance_fen"], 1000);
}

#[actix_web::test]
async fn a_scripts_mistakes_are_named_with_their_remedy() {
    let shop = shop(MerchantDraft::default()).await;
    let orders = format!("/merchants/{}/orders", shop.mer_id());
    for (path, body, status, field) in [
        ("/merchants".to_owned(), json!({"mer_id": "12"}), 422, "mer_id"),
        ("/merchants".to_owned(), json!({"mer_id": shop.mer_id()}), 422, "mer_id"),
        ("/merchants".to_owned(), json!({"settle_delay_ms": -1}), 422, "settle_delay_ms"),
        ("/merchants/000000000000000/orders/X/pay".to_owned(), json!({}), 404, "mer_id"),
        (format!("{orders}/NONE/pay"), json!({}), 404, "order_id"),
        (format!("{orders}/NONE/pay"), json!({"resp_code": "64"}), 422, "resp_code"),
        (
            format!("/merchants/{}/files/today/edits", shop.mer_id()),
            json!({"edit": "leave", "order_id": "X"}),
            422,
            "day",
        ),
        ("/faults".to_owned(), json!({"operation": "query", "kind": "drop"}), 422, "kind"),
        ("/faults".to_owned(), json!({"operation": "query", "kind": "http_status", "status": 200}), 422, "status"),
        (
            "/payment-codes".to_owned(),
            json!({"outcome": {"refused": {"resp_code": "00"}}}),
            422,
            "outcome.refused.resp_code",
        ),
    ] {
        let (told, error) = control(&shop, "POST", &path, body).await;
        assert_eq!((told, error["error"]["field"].as_str()), (status, Some(field)), "{path}: {error}");
        assert!(!error["error"]["fix"].as_str().unwrap().is_empty());
    }
}
