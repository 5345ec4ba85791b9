//! The phone's pages as a browser without scripts meets them.

use luodi::sandbox::MerchantDraft;

use crate::client::{Shop, shop};

async fn get(shop: &Shop, path: &str, language: &str) -> (u16, String) {
    let url = format!("{}{path}", shop.sandbox.base_url());
    let response = shop.http.get(url).header("Accept-Language", language).send().await.unwrap();
    if response.status().is_success() {
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn post(shop: &Shop, path: &str) -> String {
    let response = shop.http.post(format!("{}{path}", shop.sandbox.base_url())).send().await.unwrap();
    assert_eq!(response.status(), 303);
    response.headers()["location"].to_str().unwrap().to_owned()
}

async fn scanned(shop: &Shop, number: &str) -> String {
    let code_url = shop.create(number).await.json()["code_url"].as_str().unwrap().to_owned();
    format!("/phone/wechatpay/{}", code_url.split_once("pr=").unwrap().1)
}

#[actix_web::test]
async fn a_scan_is_refused_then_paid_and_never_paid_twice() {
    let shop = shop(MerchantDraft { name: Some("<b>店</b>".into()), ..MerchantDraft::default() }).await;
    assert!(get(&shop, "/phone", "zh-CN").await.1.contains("暂无待付款的二维码"));
    let path = scanned(&shop, "PHONE00001").await;
    let list = get(&shop, "/phone", "zh-CN").await.1;
    assert!(list.contains(&format!("href=\"{path}\"")) && list.contains("class=\"waiting\""));
    assert!(!list.contains("<b>店"), "names are escaped");

    let sheet = get(&shop, &path, "zh-CN").await.1;
    assert!(sheet.contains("确认支付") && sheet.contains("10.00") && sheet.contains("id=\"refuse\""));
    assert!(get(&shop, &path, "en").await.1.contains("Confirm payment"));
    assert!(get(&shop, &format!("{path}?lang=en"), "zh").await.1.contains("/pay?lang=en"));

    assert_eq!(post(&shop, &format!("{path}/refuse")).await, format!("{path}/refused"));
    assert!(get(&shop, &format!("{path}/refused"), "zh").await.1.contains("id=\"refused\""));
    assert_eq!(shop.state("PHONE00001").await, "NOTPAY");
    assert_eq!(get(&shop, &format!("{path}/paid"), "zh").await.0, 303, "no success without payment");

    assert_eq!(post(&shop, &format!("{path}/pay")).await, format!("{path}/paid"));
    assert!(get(&shop, &format!("{path}/paid"), "zh").await.1.contains("id=\"paid\""));
    assert_eq!(shop.state("PHONE00001").await, "SUCCESS");
    assert_eq!(post(&shop, &format!("{path}/pay")).await, path);
    assert!(get(&shop, &path, "zh").await.1.contains("订单已支付"));
    assert_eq!(shop.sandbox.book(&shop.credentials.mchid).unwrap().notifications.len(), 1);
}

#[actix_web::test]
async fn what_cannot_be_paid_says_why() {
    let shop = shop(MerchantDraft::default()).await;
    let closed = scanned(&shop, "PHONE00002").await;
    shop.close("PHONE00002").await;
    assert!(get(&shop, &closed, "zh").await.1.contains("订单已关闭"));
    let stale = scanned(&shop, "PHONE00003").await;
    shop.clock.advance_s(2 * 3600);
    assert!(get(&shop, &stale, "zh").await.1.contains("二维码已过期"));
    assert_eq!(post(&shop, &format!("{stale}/pay")).await, stale);
    assert_eq!(shop.state("PHONE00003").await, "NOTPAY");
    let (status, page) = get(&shop, "/phone/wechatpay/nothing", "zh").await;
    assert!(status == 404 && page.contains("无法识别"));
    let pasted = "/phone/open?code_url=weixin%3A%2F%2Fwxpay%2Fbizpayurl%3Fpr%3DabcDEF123";
    let url = format!("{}{pasted}", shop.sandbox.base_url());
    let response = shop.http.get(url).send().await.unwrap();
    assert_eq!(response.headers()["location"], "/phone/wechatpay/abcDEF123");
}
