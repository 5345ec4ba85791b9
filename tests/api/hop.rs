//! From a phone's browser to WeChat and back: the tap, the page that goes on with the right referrer, and the
//! return that asks the gateway.

use luodi::sandbox::{FaultKind, MerchantDraft, Operation};
use serde_json::{Value, json};

use crate::support::phone::{ALIPAY, Phone, SAFARI, WECHAT, attribute};
use crate::support::{Answer, House, order, out_trade_no, path_of, text};

async fn house() -> House {
    let draft = MerchantDraft { h5_hosts: vec!["127.0.0.1".to_owned()], ..MerchantDraft::default() };
    House::build_with(draft, |_| {}).await
}

async fn asked(house: &House, more: Value) -> Value {
    let mut body = order(1280, false);
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    house.post("/v1/payments", body).await.json()
}

/// The tap on the cashier; answers the address of the hop page.
async fn tap(house: &House, phone: &Phone, payment: &Value) -> String {
    let secret = text(&payment["client_secret"]);
    let address = house.url(&format!("/pay/{}", text(&payment["id"])));
    let answer = phone.submit(&address, &[("client_secret", &secret)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    let next = Phone::next(&answer);
    if next.starts_with('/') { house.url(&next) } else { next }
}

fn gateway_url(page: &Answer) -> String {
    attribute(page, "id=\"go\" href")
}

/// What the gateway's page says to somebody who comes from this hop.
async fn at_the_gateway(house: &House, phone: &Phone, page: &Answer) -> Answer {
    let request = house.http.get(gateway_url(page)).header("referer", format!("{}/", house.app.url()));
    phone.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_offered_a_tap_that_leads_to_wechat_and_back() {
    let house = house().await;
    let payment = asked(&house, json!({})).await;
    let cashier = text(&payment["cashier_url"]);
    let phone = Phone::new(SAFARI);
    let page = phone.open(&cashier).await;
    assert_eq!(attribute(&page, "data-stage"), "wap");
    assert_eq!(house.book().orders, [], "the link lives five minutes: it is made by the tap");

    let hop = tap(&house, &phone, &payment).await;
    let page = phone.open(&hop).await;
    assert_eq!((page.status, page.header("referrer-policy")), (200, Some("origin")), "WeChat asks whose page it was");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    assert!(!page.text.contains("cs_"), "no secret stands on the page with a referrer");
    let return_url = format!("redirect_url={}", percent(&house.url("/return/")));
    assert!(gateway_url(&page).contains(&return_url) && !gateway_url(&page).contains("client_secret"));
    assert!(at_the_gateway(&house, &phone, &page).await.text.contains("id=\"pay\""), "the gateway lets them in");

    house.pay_silently(&house.read(&payment).await);
    house.clock.advance_s(3);
    let back = phone.open(&hop.replace("/go/", "/return/")).await;
    assert_eq!((back.status, back.header("location")), (303, Some(cashier.as_str())), "their own cashier");
    assert_eq!(house.read(&payment).await["status"], "paid", "the gateway was asked");
    assert_eq!(attribute(&phone.open(&cashier).await, "data-stage"), "paid");
}

fn percent(text: &str) -> String {
    text.replace(':', "%3A").replace('/', "%2F")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_names_the_shoppers_address_as_seen_behind_a_trusted_proxy() {
    let house = House::build_with(MerchantDraft::default(), |config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let payment = asked(&house, json!({})).await;
    let phone = Phone::new(SAFARI);
    let form = format!("client_secret={}", text(&payment["client_secret"]));
    let request = phone.post(&house.url(&format!("/pay/{}", text(&payment["id"]))));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    let answer = phone.send(request.header("x-forwarded-for", "203.0.113.7, 127.0.0.1")).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let id = text(&payment["id"]).parse().unwrap();
    let ledger = house.app.state.payments.ledger(id).await.unwrap();
    assert!(ledger.attempts[0].request.contains("\"payer_client_ip\":\"203.0.113.7\""));
    assert!(ledger.attempts[0].request.contains("\"type\":\"iOS\""), "{}", ledger.attempts[0].request);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_outlived_its_five_minutes_is_renewed_under_the_same_number() {
    let house = house().await;
    let payment = asked(&house, json!({})).await;
    let phone = Phone::new(SAFARI);
    let hop = tap(&house, &phone, &payment).await;
    let first = phone.open(&hop).await;
    house.clock.advance_s(301);
    assert!(at_the_gateway(&house, &phone, &first).await.text.contains("link-expired"));
    let second = phone.open(&hop).await;
    assert_ne!(gateway_url(&first), gateway_url(&second));
    assert!(at_the_gateway(&house, &phone, &second).await.text.contains("id=\"pay\""));
    assert_eq!(house.book().orders.len(), 1);
    assert_eq!(tap(&house, &phone, &payment).await, hop, "another tap continues the same order");
    assert_eq!(house.book().orders.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hop_says_plainly_when_there_is_nothing_to_go_on_with() {
    let house = house().await;
    let phone = Phone::new(SAFARI);
    assert_eq!(phone.open(&house.url("/go/att_nonsense")).await.status, 404);
    let code = house.payment_with_code(1280).await;
    let not_a_link = phone.open(&house.url(&format!("/go/{}", text(&code["attempts"][0]["id"])))).await;
    assert!(not_a_link.text.contains("付款链接已失效"), "{}", not_a_link.text);

    let shop = "https://shop.example/orders/1";
    let payment = asked(&house, json!({ "return_url": shop })).await;
    let hop = tap(&house, &phone, &payment).await;
    house.lasting_fault(Operation::Create, FaultKind::ResetBeforeCommit);
    house.clock.advance_s(301);
    let unheard = phone.open(&hop).await;
    assert!(unheard.text.contains("服务暂时不可用"), "{}", unheard.text);
    assert_eq!(house.url(&attribute(&unheard, "id=\"cashier-try-again\" href")), hop);
    house.sandbox.clear_faults();

    house.clock.advance_s(900);
    let over = phone.open(&hop).await;
    assert!(over.text.contains("付款链接已失效"), "{}", over.text);
    assert_eq!(attribute(&over, "id=\"cashier-back\" href"), text(&payment["cashier_url"]), "their own browser");
    let stranger = Phone::new(SAFARI).open(&hop).await;
    assert!(!stranger.text.contains("cs_") && stranger.text.contains(shop), "a stranger is led to the shop");

    house.post(&path_of(&payment, "/close"), json!({})).await;
    let closed = phone.open(&hop).await;
    assert!(closed.text.contains("订单已关闭") && closed.text.contains(shop));

    let payment = asked(&house, json!({ "return_url": shop })).await;
    let hop = tap(&house, &phone, &payment).await;
    house.pay(&house.read(&payment).await).await;
    let paid = phone.open(&hop).await;
    assert!(paid.text.contains("支付成功") && paid.text.contains(shop), "{}", paid.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_wechat_the_link_leads_elsewhere() {
    let house = house().await;
    let payment = asked(&house, json!({})).await;
    let hop = tap(&house, &Phone::new(SAFARI), &payment).await;
    let page = Phone::new(WECHAT).open(&hop).await;
    assert!(page.text.contains("请在手机浏览器中打开"), "WeChat refuses H5 in its own browser: {}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_in_another_browser_may_ask_and_continue() {
    let house = house().await;
    house.lasting_fault(Operation::Notify, FaultKind::Drop);
    let payment = asked(&house, json!({})).await;
    let hop = tap(&house, &Phone::new(SAFARI), &payment).await;
    let other = Phone::new(SAFARI);
    let back = hop.replace("/go/", "/return/");
    let open = other.open(&back).await;
    assert!(open.text.contains("您是否已完成付款") && !open.text.contains("cs_"), "{}", open.text);
    assert_eq!(house.url(&attribute(&open, "id=\"cashier-i-have-paid\" href")), back);
    assert_eq!(house.url(&attribute(&open, "id=\"cashier-continue\" href")), hop);

    house.pay_silently(&house.read(&payment).await);
    house.clock.advance_s(3);
    let paid = other.open(&back).await;
    assert!(paid.text.contains("支付成功") && paid.text.contains("id=\"done\""), "{}", paid.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_without_h5_offers_a_code_instead() {
    let house = house().await;
    let payment = asked(&house, json!({})).await;
    let phone = Phone::new(SAFARI);
    house.fault(Operation::Create, FaultKind::ErrorBeforeCommit { status: 403, code: "NO_AUTH".to_owned() });
    let cashier = tap(&house, &phone, &payment).await;
    assert_eq!(cashier, text(&payment["cashier_url"]), "nothing to go on with");
    for _ in 0..2 {
        let page = phone.open(&cashier).await;
        assert_eq!(attribute(&page, "data-stage"), "qr");
        assert!(page.text.contains("微信不支持长按识别"), "and how to scan it from another device");
    }
    assert_eq!(house.book().orders.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_without_wechat_on_this_phone_asks_for_a_code() {
    let house = house().await;
    let payment = asked(&house, json!({})).await;
    let phone = Phone::new(SAFARI);
    tap(&house, &phone, &payment).await;
    let page = phone.open(&format!("{}&flow=qr", text(&payment["cashier_url"]))).await;
    assert_eq!(attribute(&page, "data-stage"), "qr");
    let states: Vec<String> = house.book().orders.iter().map(|o| format!("{:?}", o.trade_state)).collect();
    assert_eq!(states, ["Closed", "Notpay"], "the link's order is ended first");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_wallet_is_told_to_open_a_browser() {
    let house = house().await;
    let payment = asked(&house, json!({})).await;
    let page = Phone::new(ALIPAY).open(&text(&payment["cashier_url"])).await;
    assert_eq!(attribute(&page, "data-stage"), "none");
    assert!(page.text.contains("当前应用内无法使用微信支付") && page.text.contains("id=\"guide\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shops_server_may_leave_the_choice_to_us() {
    let house = house().await;
    let attempts = |payment: &Value| path_of(payment, "/attempts");
    let ask = |shopper: Value| json!({ "gateway": "wechatpay", "flow": "auto", "shopper": shopper });
    for (agent, ip, flow, action) in [
        (SAFARI, Some("203.0.113.7"), "wap", "redirect"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0", None, "qr", "display_qr"),
    ] {
        let payment = asked(&house, json!({})).await;
        let answer = house.post(&attempts(&payment), ask(json!({ "user_agent": agent, "ip": ip }))).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let attempt = answer.json();
        assert_eq!((&attempt["flow"], &attempt["next_action"]["type"]), (&json!(flow), &json!(action)));
    }
    let payment = asked(&house, json!({})).await;
    for (shopper, code, missing) in [
        (json!({}), "validation_failed", "/shopper/user_agent: required_for_flow"),
        (json!({ "user_agent": SAFARI }), "validation_failed", "/shopper/ip: required_for_flow"),
        (json!({ "user_agent": WECHAT }), "validation_failed", "/shopper/openid: required_for_flow"),
        (json!({ "user_agent": ALIPAY }), "flow_unsupported", "/flow: unsupported"),
    ] {
        let refused = house.post(&attempts(&payment), ask(shopper)).await.problem();
        assert_eq!(refused, (422, code.to_owned(), vec![missing.to_owned()]));
    }
    let mut body = order(1280, false);
    body["gateway"] = json!("wechatpay");
    body["flow"] = json!("auto");
    body["shopper"] = json!({ "user_agent": SAFARI, "ip": "203.0.113.7" });
    let payment = house.post("/v1/payments", body).await.json();
    assert_eq!(payment["attempts"][0]["flow"], "wap");
    let url = text(&payment["attempts"][0]["next_action"]["url"]);
    assert_eq!(url, house.url(&format!("/go/{}", text(&payment["attempts"][0]["id"]))));
    assert!(!out_trade_no(&payment).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tap_needs_the_secret_and_an_open_payment() {
    let house = house().await;
    let payment = asked(&house, json!({})).await;
    let address = house.url(&format!("/pay/{}", text(&payment["id"])));
    let phone = Phone::new(SAFARI);
    for form in [&[][..], &[("client_secret", "cs_0")]] {
        assert_eq!(phone.submit(&address, form).await.status, 404);
    }
    assert_eq!(house.book().orders, []);
    house.post(&path_of(&payment, "/close"), json!({})).await;
    assert_eq!(tap(&house, &phone, &payment).await, text(&payment["cashier_url"]), "the cashier says it is closed");
    assert_eq!(phone.cookies().len(), 0);
}
