//! Paying from the phone's own browser, inside WeChat's, and by showing a payment code.

use luodi::sandbox::MerchantDraft;
use serde_json::{Value, json};

use crate::client::{Shop, shop};

const OUTSIDE: &str = "Mozilla/5.0 (iPhone) Safari/605";

async fn h5_url(shop: &Shop, number: &str) -> String {
    let scene = json!({ "payer_client_ip": "127.0.0.1", "h5_info": { "type": "Wap" } });
    let told = shop.prepay("h5", number, json!({ "scene_info": scene })).await;
    assert!(shop.verifies(&told.headers, told.body.as_bytes()), "{told:?}");
    told.json()["h5_url"].as_str().unwrap().to_owned()
}

async fn open(shop: &Shop, url: &str, referer: &str, agent: &str) -> String {
    let request = shop.http.get(url).header("User-Agent", agent);
    let request = if referer.is_empty() { request } else { request.header("Referer", referer) };
    request.send().await.unwrap().text().await.unwrap()
}

/// What submitting the only form that ends in `what` does.
async fn submit(shop: &Shop, page: &str, what: &str) -> String {
    let action = page.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let action = action.into_iter().find(|path| path.contains(what)).expect("a form");
    let hidden = page.split("name=\"redirect_url\" value=\"").nth(1).map(|rest| rest.split('"').next().unwrap());
    let body = hidden.map_or_else(String::new, |url| {
        format!(
            "redirect_url={}",
            url.replace(':', "%3A").replace('/', "%2F").replace("&#38;", "%26").replace('?', "%3F")
        )
    });
    let request = shop.http.post(format!("{}{action}", shop.sandbox.base_url()));
    let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body);
    let response = request.send().await.unwrap();
    match response.headers().get("location") {
        Some(to) => to.to_str().unwrap().to_owned(),
        None => response.text().await.unwrap(),
    }
}

#[actix_web::test]
async fn an_h5_link_is_paid_in_the_browser_and_leads_back_to_the_shop() {
    let shop = shop(MerchantDraft { h5_hosts: vec!["example.com".into()], ..MerchantDraft::default() }).await;
    let back = "https://shop.example.com/back?order=1";
    let link =
        format!("{}&redirect_url=https%3A%2F%2Fshop.example.com%2Fback%3Forder%3D1", h5_url(&shop, "H5PAGE0001").await);
    let sheet = open(&shop, &link, "https://shop.example.com/", OUTSIDE).await;
    assert!(sheet.contains("确认支付") && sheet.contains("10.00"), "{sheet}");
    assert_eq!(submit(&shop, &sheet, "/refuse").await, back);
    assert_eq!(shop.state("H5PAGE0001").await, "NOTPAY");
    assert_eq!(submit(&shop, &sheet, "/pay").await, back);
    assert_eq!(shop.state("H5PAGE0001").await, "SUCCESS");
    assert_eq!(submit(&shop, &sheet, "/pay").await, back, "paid once, led back all the same");
    assert!(open(&shop, &link, "https://shop.example.com/", OUTSIDE).await.contains("订单已支付"));
    assert_eq!(shop.sandbox.book(&shop.credentials.mchid).unwrap().notifications.len(), 1);
}

#[actix_web::test]
async fn an_h5_link_opens_only_where_it_should() {
    let shop = shop(MerchantDraft { h5_hosts: vec!["example.com".into()], ..MerchantDraft::default() }).await;
    let link = h5_url(&shop, "H5PAGE0002").await;
    let shop_page = "https://shop.example.com/pay";
    let inside = "Mozilla/5.0 MicroMessenger/8.0.42";
    assert!(open(&shop, &link, shop_page, inside).await.contains("inside-wechat"));
    assert!(open(&shop, &link, "", OUTSIDE).await.contains("no-referer"));
    assert!(open(&shop, &link, "https://example.com.evil.test/", OUTSIDE).await.contains("unregistered-host"));
    let elsewhere = format!("{link}&redirect_url=https%3A%2F%2Fevil.test%2F");
    assert!(open(&shop, &elsewhere, shop_page, OUTSIDE).await.contains("unregistered-host"));
    assert!(open(&shop, &link, shop_page, OUTSIDE).await.contains("id=\"pay\""));
    shop.clock.advance_s(300);
    assert!(open(&shop, &link, shop_page, OUTSIDE).await.contains("link-expired"));
    assert!(open(&shop, &h5_url(&shop, "H5PAGE0002").await, shop_page, OUTSIDE).await.contains("id=\"pay\""));

    let scene = json!({ "payer_client_ip": "203.0.113.7", "h5_info": { "type": "Wap" } });
    let away = shop.prepay("h5", "H5PAGE0003", json!({ "scene_info": scene })).await.json();
    let page = open(&shop, away["h5_url"].as_str().unwrap(), shop_page, OUTSIDE).await;
    assert!(page.contains("other-address"), "the sidecar's own address does not pass for the payer's");
}

#[actix_web::test]
async fn the_bridge_shows_a_sheet_for_signed_parameters_and_tells_how_it_ended() {
    let shop = shop(MerchantDraft::default()).await;
    let script = open(&shop, &format!("{}/phone/weixin-js-bridge.js", shop.sandbox.base_url()), "", OUTSIDE).await;
    assert!(script.contains(&format!("const origin = \"{}\";", shop.sandbox.base_url())), "{script}");
    let told = shop.prepay("jsapi", "BRIDGE0001", json!({ "payer": { "openid": shop.openid() } })).await.json();
    let parameters = shop.jsapi_parameters(&shop.credentials.appid, told["prepay_id"].as_str().unwrap());
    let frame = async |parameters: &Value| {
        let query = serde_urlencoded::to_string([("parameters", parameters.to_string())]).unwrap();
        open(&shop, &format!("{}/phone/jsapi?{query}", shop.sandbox.base_url()), "", OUTSIDE).await
    };
    let mut forged = parameters.clone();
    forged["package"] = json!("prepay_id=wx1");
    let refused = frame(&forged).await;
    assert!(refused.contains("data-outcome=\"fail\"") && refused.contains("data-problem=\"package"), "{refused}");
    let sheet = frame(&parameters).await;
    assert!(sheet.contains("确认支付") && !sheet.contains("class=\"back\""));
    assert!(submit(&shop, &sheet, "/refuse").await.contains("data-outcome=\"cancel\""));
    assert_eq!(shop.state("BRIDGE0001").await, "NOTPAY");
    assert!(submit(&shop, &sheet, "/pay").await.contains("data-outcome=\"ok\""));
    assert_eq!(shop.state("BRIDGE0001").await, "SUCCESS");
    assert!(submit(&shop, &sheet, "/pay").await.contains("data-outcome=\"fail\""), "paid once");
    assert!(frame(&parameters).await.contains("data-outcome=\"fail\""));
}

#[actix_web::test]
async fn a_payment_code_is_shown_and_what_it_asks_for_waits_on_the_phone() {
    let shop = shop(MerchantDraft::default()).await;
    let base = shop.sandbox.base_url();
    let page = open(&shop, &format!("{base}/phone/payment-code?outcome=userpaying"), "", OUTSIDE).await;
    let auth_code = page.split("data-code=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let told = shop.codepay("CODE000001", &auth_code).await;
    assert_eq!(told.json()["trade_state"], "USERPAYING");
    let list = open(&shop, &format!("{base}/phone"), "", OUTSIDE).await;
    let path = list.split("class=\"waiting\" href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let sheet = open(&shop, &format!("{base}{path}"), "", OUTSIDE).await;
    assert!(sheet.contains("id=\"password\""));
    assert_eq!(submit(&shop, &sheet, "/pay").await, format!("{path}/paid"));
    assert_eq!(shop.state("CODE000001").await, "SUCCESS");
}

/// A page of the shop's own, which tells what it was asked with.
fn shop_page() -> String {
    use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
    async fn page(request: HttpRequest) -> HttpResponse {
        let told = |name: &str| request.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let address = request.app_config().local_addr();
        if request.path() == "/away" {
            return HttpResponse::Found().insert_header(("Location", format!("http://{address}/pay"))).finish();
        }
        HttpResponse::Ok()
            .insert_header(("Content-Security-Policy", "default-src 'none'; script-src 'self'"))
            .content_type("text/html; charset=utf-8")
            .body(format!(
                "<!doctype html><head></head><p>{}</p><p>{}</p><a href=\"http://{address}/next\">x</a>",
                told("User-Agent"),
                told("Origin").replace("http://", "origin "),
            ))
    }
    let server = HttpServer::new(|| App::new().default_service(web::route().to(page)))
        .workers(1)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
    let address = server.addrs()[0];
    actix_web::rt::spawn(server.run());
    format!("http://{address}")
}

#[actix_web::test]
async fn a_page_of_this_machine_opens_as_inside_wechat_and_stays_there() {
    let shop = shop(MerchantDraft::default()).await;
    let page = shop_page();
    let inside = shop.sandbox.wechat_url(&format!("{page}/pay")).unwrap();
    let port = page.rsplit(':').next().unwrap();
    let host = format!("p{port}.wechat.localhost:{}", shop.sandbox.addr().port());
    assert_eq!(inside, format!("http://{host}/pay"));
    assert_eq!(shop.sandbox.wechat_url("https://shop.example.com/"), None);

    let visit = async |path: &str| {
        let request = shop.http.get(format!("{}{path}", shop.sandbox.base_url())).header("Host", &host);
        request.header("Origin", format!("http://{host}")).send().await.unwrap()
    };
    let answer = visit("/pay").await;
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let base = shop.sandbox.base_url();
    assert_eq!(policy, format!("default-src 'none'; script-src 'self' {base}; frame-src {base}"));
    let html = answer.text().await.unwrap();
    assert!(html.contains("MicroMessenger/8"), "{html}");
    assert!(
        html.contains(&format!("<p>{}</p>", page.replace("http://", "origin "))),
        "the page hears its own origin: {html}"
    );
    assert!(
        html.contains(&format!("{base}/phone/weixin-js-bridge.js")) && html.contains(&format!("http://{host}/next"))
    );
    assert_eq!(visit("/away").await.headers()["location"], inside);

    let scanned =
        format!("{base}/phone/open?{}", serde_urlencoded::to_string([("code_url", format!("{page}/pay"))]).unwrap());
    assert_eq!(shop.http.get(scanned).send().await.unwrap().headers()["location"], inside, "a QR code with an address");
    let elsewhere = shop.http.get(format!("{base}/phone/wechat?url=http%3A%2F%2F10.0.0.1%2F")).send().await.unwrap();
    assert_eq!(elsewhere.status(), 422);
}
