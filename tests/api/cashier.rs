//! `/pay/{payment_id}`, `/return/{attempt_id}`, health, metrics and the pages for developers.

use luodi::config::CashierQr;
use luodi::error::Code;
use luodi::sandbox::{FaultKind, MerchantDraft, Operation};
use serde_json::json;

use crate::support::phone::{Phone, WECHAT, attribute};
use crate::support::{Answer, House, order, path_of, send, text};

async fn cashier(house: &House, payment: &serde_json::Value) -> Answer {
    house.browse(&format!("/pay/{}?client_secret={}", text(&payment["id"]), text(&payment["client_secret"]))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cashier_opens_with_the_secret_and_brings_a_code() {
    let house = House::build().await;
    let payment = house.post("/v1/payments", order(1280, false)).await.json();
    let page = cashier(&house, &payment).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.text.contains("12.80") && page.text.contains("落地茶铺") && page.text.contains("西湖龙井 50g"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"), "the address carries a secret");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(house.book().orders.len(), 1);
    cashier(&house, &payment).await;
    assert_eq!(house.book().orders.len(), 1, "a second look opens no second order");
    assert_eq!(
        text(&payment["cashier_url"]).split('?').next().unwrap(),
        house.url(&format!("/pay/{}", text(&payment["id"])))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_secret_there_is_no_cashier() {
    let house = House::build().await;
    let payment = house.post("/v1/payments", order(1280, false)).await.json();
    let id = text(&payment["id"]);
    for path in [
        format!("/pay/{id}"),
        format!("/pay/{id}?client_secret="),
        format!("/pay/{id}?client_secret=cs_0"),
        format!("/pay/nonsense?client_secret={}", text(&payment["client_secret"])),
    ] {
        let page = house.browse(&path).await;
        assert_eq!((page.status, page.header("content-type")), (404, Some("text/html; charset=utf-8")), "{path}");
        assert!(!page.text.contains("西湖龙井"), "{path}");
    }
    assert_eq!(house.book().orders, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cashier_speaks_the_shoppers_language() {
    let house = House::build().await;
    let payment = house.post("/v1/payments", order(1280, false)).await.json();
    let path = format!("/pay/{}?client_secret={}", text(&payment["id"]), text(&payment["client_secret"]));
    assert!(house.browse(&path).await.text.contains("lang=\"zh-Hans\""));
    assert!(house.browse(&format!("{path}&lang=en")).await.text.contains("lang=\"en\""));
    let english = send(house.anonymous("GET", &path).header("accept-language", "en-GB,en;q=0.9")).await;
    assert!(english.text.contains("lang=\"en\""));
    assert_eq!(english.header("vary"), Some("Accept-Language"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cashier_shows_itself_when_the_gateway_is_silent() {
    let house = House::build().await;
    house.lasting_fault(Operation::Create, FaultKind::ResetBeforeCommit);
    house.lasting_fault(Operation::Query, FaultKind::ResetBeforeCommit);
    let payment = house.post("/v1/payments", order(1280, false)).await.json();
    assert_eq!(cashier(&house, &payment).await.status, 200);
    assert_eq!(cashier(&house, &payment).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_another_site_brings_no_cookie_and_what_it_says_is_not_read() {
    let house = House::build().await;
    let payment = house.post("/v1/payments", order(1280, true)).await.json();
    let path = format!("/return/{}", text(&payment["attempts"][0]["id"]));
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for forged in ["respCode=00&txnAmt=1280&orderId=1&signature=x", "", "%00\u{0}&&=="] {
        let request = client.post(house.url(&path)).header("content-type", "application/x-www-form-urlencoded");
        let back = send(request.body(forged)).await;
        assert_eq!(
            (back.status, back.header("location")),
            (303, Some(path.as_str())),
            "asked for plainly, with cookies"
        );
        assert_eq!(back.header("referrer-policy"), Some("no-referrer"));
    }
    let plainly = send(client.get(house.url(&path))).await;
    assert!(plainly.text.contains("您是否已完成付款") && !plainly.text.contains("支付成功"), "{}", plainly.text);
    assert_eq!(house.read(&payment).await["status"], "open");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_paid_goes_on_to_the_shop() {
    let house = House::build().await;
    house.lasting_fault(Operation::Notify, FaultKind::Drop);
    let mut body = order(1280, true);
    body["return_url"] = json!("https://shop.example/thanks");
    let payment = house.post("/v1/payments", body).await.json();
    let path = format!("/return/{}", text(&payment["attempts"][0]["id"]));
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();

    let open = send(client.get(house.url(&path))).await;
    assert_eq!((open.status, open.header("location")), (200, None));
    assert!(!open.text.contains("cs_"), "an attempt's id is no secret, so no secret is shown for it");

    house.pay_silently(&payment);
    house.clock.advance_s(3);
    let back = send(client.get(house.url(&path))).await;
    assert_eq!((back.status, back.header("location")), (303, Some("https://shop.example/thanks")));
    assert_eq!(house.read(&payment).await["status"], "paid", "the gateway was asked");
    assert_eq!(house.browse("/return/nonsense").await.problem().1, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_live_and_ready() {
    let house = House::build().await;
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(house.browse("/health/live").await.json(), json!({ "status": "live", "version": version }));
    assert_eq!(house.browse("/health/ready").await.json(), json!({ "status": "ready", "version": version }));
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_answer_on_their_own_listener_only() {
    let house = House::build_with(MerchantDraft::default(), |config| {
        config.metrics_bind = Some(std::net::SocketAddr::from(([127, 0, 0, 1], 0)));
    })
    .await;
    house.payment_with_code(1280).await;
    house.clock.advance_s(90);
    let address = house.app.metrics.as_ref().unwrap().0;
    let answer = send(house.http.get(format!("http://{address}/metrics"))).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain; version=0.0.4")));
    let gauge = answer.text.lines().find(|l| l.starts_with("luodi_oldest_unsettled_attempt_seconds")).unwrap();
    assert!(gauge.ends_with(" 90"), "{gauge}");
    assert!(answer.text.contains("luodi_attempts_total"));
    assert_eq!(house.browse("/metrics").await.problem().1, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_for_developers_open() {
    let house = House::build().await;
    let docs = house.browse("/docs").await;
    assert_eq!((docs.status, docs.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(docs.header("content-security-policy").is_some());
    for language in ["en", "zh-CN"] {
        let errors = send(house.anonymous("GET", "/docs/errors").header("accept-language", language)).await;
        assert_eq!(errors.status, 200);
        for (_, code, status) in Code::CATALOGUE {
            assert!(errors.text.contains(&format!("id=\"{code}\"")), "{code}, where each problem's type leads");
            assert!(errors.text.contains(&status.to_string()));
        }
        assert!(!errors.text.contains("-title"), "every code has a title in {language}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cashier_of_a_paid_payment_shows_no_code() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    house.pay(&payment).await;
    let page = cashier(&house, &payment).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("qr.svg"), "nothing to scan any more");
    assert_eq!(house.get(&path_of(&payment, "")).await.json()["attempts"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_a_computer_may_be_the_cashier_itself() {
    let house = House::build_with(MerchantDraft::default(), |config| {
        config.stores.get_mut("shop").unwrap().cashier_qr = CashierQr::Cashier;
    })
    .await;
    let payment = house.post("/v1/payments", order(1280, false)).await.json();
    let page = cashier(&house, &payment).await;
    assert_eq!(attribute(&page, "data-stage"), "scan");
    assert_eq!(house.book().orders, [], "nothing is ordered before a wallet has opened it");
    let code = house.browse(&attribute(&page, "data-own-code")).await;
    assert_eq!((code.status, code.header("content-type")), (200, Some("image/svg+xml")));
    assert_eq!(code.header("cache-control"), Some("private, no-store"));
    let png = house.browse(&attribute(&page, "data-own-code").replace(".svg", ".png")).await;
    assert_eq!((png.status, png.header("content-type")), (200, Some("image/png")));
    assert_eq!(house.browse(&format!("/pay/{}/qr.svg?client_secret=x", text(&payment["id"]))).await.status, 404);

    let phone = Phone::new(WECHAT);
    assert_eq!(attribute(&phone.arrive(&text(&payment["cashier_url"])).await, "data-stage"), "jsapi");
    assert_eq!(attribute(&cashier(&house, &payment).await, "data-stage"), "elsewhere", "the screen says where it is");
    house.pay(&house.read(&payment).await).await;
    assert_eq!(attribute(&cashier(&house, &payment).await, "data-stage"), "paid");
}
