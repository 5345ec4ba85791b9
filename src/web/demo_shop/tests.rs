use actix_web::dev::ServiceResponse;
use actix_web::test as http;
use serde_json::{Value, json};

use super::cart::Cart;
use super::orders::{PaymentFacts, Recipient};
use super::*;
use crate::clock::{HandClock, Timestamp};
use crate::web::fake_luodi::{FakeLuodi, WEBHOOK_SECRET};

const NOW: Timestamp = Timestamp::from_seconds(1_767_225_600);

fn settings(luodi_url: String) -> DemoShopSettings {
    DemoShopSettings {
        bind: "127.0.0.1:0".parse().unwrap(),
        luodi_url,
        api_key: "ld_sk_test_1".to_owned(),
        publishable_key: "ld_pk_test_1".to_owned(),
        webhook_secret: WEBHOOK_SECRET.to_owned(),
        phone_url: None,
    }
}

fn shop(luodi_url: &str) -> web::Data<Shop> {
    let address = "127.0.0.1:9".parse().unwrap();
    web::Data::new(Shop::new(settings(luodi_url.to_owned()), address, HandClock::at(NOW)).unwrap())
}

fn recipient() -> Recipient {
    Recipient {
        name: "李明".into(),
        phone: "13800138000".into(),
        address: "杭州市文三路 100 号".into(),
        ..Recipient::default()
    }
}

fn placed(shop: &Shop) -> Order {
    shop.orders().place(&Cart::parse("puer.2"), recipient(), NOW)
}

fn event(order: &Order, id: &str, kind: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut data = json!({
        "id": "pay_1", "order_ref": order.id, "amount_fen": order.amount_fen, "currency": "CNY",
        "status": "paid", "refunded_fen": 0, "paid_at": "2026-01-01T00:01:02.000Z", "version": 3,
    });
    change(&mut data);
    json!({"id": id, "type": kind, "sequence": 1, "created_at": "2026-01-01T00:01:03Z", "data": data})
}

/// Signed by the `standardwebhooks` crate, an independent reading of the format.
fn signed(event: &Value, at: Timestamp, tamper: impl FnOnce(&mut String, &mut String)) -> http::TestRequest {
    let mut body = event.to_string();
    let hook = standardwebhooks::Webhook::new(WEBHOOK_SECRET).unwrap();
    let mut signature = hook.sign("msg_1", at.as_seconds(), body.as_bytes()).unwrap();
    tamper(&mut body, &mut signature);
    http::TestRequest::post()
        .uri("/webhooks/luodi")
        .insert_header(("webhook-id", "msg_1"))
        .insert_header(("webhook-timestamp", at.as_seconds().to_string()))
        .insert_header(("webhook-signature", signature))
        .set_payload(body)
}

async fn call(shop: &web::Data<Shop>, request: http::TestRequest) -> ServiceResponse {
    let app = http::init_service(App::new().app_data(shop.clone()).configure(routes)).await;
    http::call_service(&app, request.to_request()).await
}

async fn text(response: ServiceResponse) -> String {
    String::from_utf8(http::read_body(response).await.to_vec()).unwrap()
}

fn header_of<'a>(response: &'a ServiceResponse, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[actix_web::test]
async fn a_signed_event_pays_the_order_once() {
    let shop = shop("http://127.0.0.1:9");
    let order = placed(&shop);
    let paid = event(&order, "evt_1", "payment.paid", |_| {});
    for _ in 0..2 {
        let answer = call(&shop, signed(&paid, NOW, |_, _| {})).await;
        assert_eq!(answer.status(), 204);
    }
    let order = shop.orders().get(&order.id).cloned().unwrap();
    assert_eq!(order.status(), OrderStatus::Paid);
    assert_eq!(order.paid_at, Timestamp::parse_rfc3339("2026-01-01T00:01:02Z"));
}

#[actix_web::test]
async fn bad_stale_and_unsigned_events_change_nothing() {
    let shop = shop("http://127.0.0.1:9");
    let order = placed(&shop);
    let paid = event(&order, "evt_1", "payment.paid", |_| {});
    let requests = [
        signed(&paid, NOW, |body, _| body.push(' ')),
        signed(&paid, NOW, |_, signature| *signature = signature.replace("v1,", "v1a,")),
        signed(&paid, NOW, |_, signature| *signature = "v1,AAAA".to_owned()),
        signed(&paid, NOW, |_, signature| signature.clear()),
        signed(&paid, NOW.plus_s(-301), |_, _| {}),
        signed(&paid, NOW.plus_s(301), |_, _| {}),
        http::TestRequest::post().uri("/webhooks/luodi").set_payload(paid.to_string()),
    ];
    for request in requests {
        assert_eq!(call(&shop, request).await.status(), 401);
    }
    assert_eq!(shop.orders().get(&order.id).unwrap().status(), OrderStatus::Open);

    // While a secret is rotated there are two signatures, and one that holds is enough.
    let rotated = signed(&paid, NOW.plus_s(-299), |_, signature| *signature = format!("v1,AAAA {signature}"));
    assert_eq!(call(&shop, rotated).await.status(), 204);
}

#[actix_web::test]
async fn a_wrong_amount_currency_or_payment_is_refused() {
    let shop = shop("http://127.0.0.1:9");
    let order = placed(&shop);
    shop.orders().payment_opened(&order.id, "pay_1".into(), "http://127.0.0.1:9/pay/pay_1".into());
    for (field, value) in [("amount_fen", json!(1)), ("currency", json!("USD")), ("id", json!("pay_2"))] {
        let wrong = event(&order, "evt_1", "payment.paid", |data| data[field] = value);
        assert_eq!(call(&shop, signed(&wrong, NOW, |_, _| {})).await.status(), 422, "{field}");
    }
    assert_eq!(shop.orders().get(&order.id).unwrap().status(), OrderStatus::Open);
    let right = event(&order, "evt_1", "payment.paid", |_| {});
    assert_eq!(call(&shop, signed(&right, NOW, |_, _| {})).await.status(), 204, "a refusal is not remembered");
}

#[actix_web::test]
async fn events_that_are_not_ours_are_acknowledged_and_ignored() {
    let shop = shop("http://127.0.0.1:9");
    let order = placed(&shop);
    let other = event(&order, "evt_1", "payment.paid", |data| data["order_ref"] = json!("another shop's"));
    let refund = json!({"id": "evt_2", "type": "refund.succeeded", "data": {"id": "ref_1"}});
    for ignored in [other, refund] {
        assert_eq!(call(&shop, signed(&ignored, NOW, |_, _| {})).await.status(), 204);
    }
    let broken = json!({"id": "evt_3", "type": "payment.paid", "data": {}});
    assert_eq!(call(&shop, signed(&broken, NOW, |_, _| {})).await.status(), 400);
    assert_eq!(shop.orders().get(&order.id).unwrap().status(), OrderStatus::Open);
}

#[test]
fn events_may_come_in_any_order() {
    let mut book = OrderBook::default();
    let order = book.place(&Cart::parse("puer.1"), recipient(), NOW);
    let facts = |refunded_fen| PaymentFacts {
        id: "pay_1".into(),
        order_ref: order.id.clone(),
        amount_fen: order.amount_fen,
        currency: "CNY".into(),
        refunded_fen,
        paid_at: Some(NOW),
    };
    book.settle("e3", "payment.refunded", &facts(order.amount_fen), NOW);
    book.settle("e2", "payment.partly_refunded", &facts(100), NOW);
    book.settle("e1", "payment.paid", &facts(0), NOW);
    book.settle("e0", "payment.closed", &facts(0), NOW);
    assert_eq!(book.get(&order.id).unwrap().status(), OrderStatus::Refunded);
}

#[test]
fn carts_survive_their_cookie_and_bad_quantities_do_not() {
    let cart = Cart::parse("baicha.1-puer.2");
    assert_eq!(cart.to_cookie(), "tea-cart=puer.2-baicha.1; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax");
    assert_eq!(cart.total_fen(), 12_800 * 2 + 8_860);
    for bad in ["", "puer", "puer.0", "puer.-1", "puer.100", "puer.1e3", "gold.1", "puer.99999999999", "\"><b>.1"] {
        assert!(Cart::parse(bad).lines.is_empty(), "{bad}");
    }
    assert_eq!(Cart::parse("puer.2-puer.3").count(), 3, "one line per product");
}

#[actix_web::test]
async fn the_cart_takes_products_and_checks_quantities() {
    let shop = shop("http://127.0.0.1:9");
    let add = |product: &str, quantity: &str| {
        http::TestRequest::post()
            .uri("/cart/add")
            .insert_header(("cookie", "tea-cart=puer.98"))
            .set_form([("product", product.to_owned()), ("quantity", quantity.to_owned())])
    };
    let added = call(&shop, add("puer", "5")).await;
    assert_eq!((added.status().as_u16(), header_of(&added, "location")), (303, "/cart"));
    assert!(header_of(&added, "set-cookie").starts_with("tea-cart=puer.99;"));
    assert_eq!(call(&shop, add("puer", "100")).await.status(), 422);
    assert_eq!(call(&shop, add("gold", "1")).await.status(), 422);
    assert_eq!(call(&shop, add("puer", "-1")).await.status(), 400);
}

#[test]
fn recipients_are_checked() {
    assert_eq!(recipient().complaint(), None);
    for (name, phone, address) in [
        (" ", "13800138000", "杭州市文三路"),
        ("李明", "12800138000", "杭州市文三路"),
        ("李明", "1380013800", "杭州市文三路"),
        ("李明", "+8613800138", "杭州市文三路"),
        ("李明", "13800138000", "杭州"),
    ] {
        let recipient =
            Recipient { name: name.into(), phone: phone.into(), address: address.into(), ..Recipient::default() };
        assert!(recipient.complaint().is_some(), "{recipient:?}");
    }
}

fn checkout(cookie: &'static str, name: &str) -> http::TestRequest {
    http::TestRequest::post().uri("/checkout").insert_header(("cookie", cookie)).set_form([
        ("name", name.to_owned()),
        ("phone", "13800138000".to_owned()),
        ("address", "杭州市文三路 100 号".to_owned()),
    ])
}

#[actix_web::test]
async fn checkout_opens_one_payment_and_leads_to_its_cashier() {
    let luodi = FakeLuodi::start("127.0.0.1:0").await;
    let shop = shop(&luodi.url());
    let answer = call(&shop, checkout("tea-cart=puer.2-baicha.1; tea-lang=en", "李明")).await;
    assert_eq!(answer.status(), 303);
    let address = header_of(&answer, "location").to_owned();
    assert!(address.starts_with(&luodi.url()) && address.ends_with("client_secret=cs_1&lang=en"), "{address}");
    assert!(header_of(&answer, "set-cookie").starts_with("tea-cart=; Path=/; Max-Age=0"), "the cart is empty now");

    let (authorization, key, body) = luodi.state().requests.remove(0);
    assert_eq!(authorization, "Bearer ld_sk_test_1");
    assert_eq!(key, body["order_ref"].as_str().unwrap());
    assert!((16..=255).contains(&key.len()));
    assert_eq!(body["amount_fen"], 12_800 * 2 + 8_860);
    assert_eq!(body["return_url"], format!("http://127.0.0.1:9/orders/{key}"));

    let again = call(&shop, http::TestRequest::post().uri(&format!("/orders/{key}/pay"))).await;
    assert_eq!(again.status(), 303);
    assert!(luodi.state().requests.is_empty(), "the payment is already open");
}

#[actix_web::test]
async fn an_unreachable_cashier_keeps_the_order_and_its_key() {
    let luodi = FakeLuodi::start("127.0.0.1:0").await;
    let shop = shop(&luodi.url());
    luodi.state().refuse = true;
    let refused = call(&shop, checkout("tea-cart=puer.1", "<b>李</b>")).await;
    assert_eq!(refused.status(), 502);
    let page = text(refused).await;
    assert!(page.contains("订单已保留") && page.contains("&#60;b&#62;") && !page.contains("<b>李"), "{page}");

    luodi.state().refuse = false;
    let key = luodi.state().requests[0].1.clone();
    let again = call(&shop, http::TestRequest::post().uri(&format!("/orders/{key}/pay"))).await;
    assert_eq!(again.status(), 303);
    assert_eq!(luodi.state().requests[1].1, key, "the same key: no second payment");
}

#[actix_web::test]
async fn nothing_is_ordered_from_an_empty_cart_or_by_nobody() {
    let shop = shop("http://127.0.0.1:9");
    let empty = call(&shop, checkout("tea-cart=", "李明")).await;
    assert_eq!((empty.status().as_u16(), header_of(&empty, "location")), (303, "/cart"));
    let nobody = call(&shop, checkout("tea-cart=puer.1", " ")).await;
    assert_eq!(nobody.status(), 422);
    assert!(text(nobody).await.contains("请填写收货人"));
}

#[actix_web::test]
async fn pages_speak_the_chosen_language_and_carry_the_policy() {
    let shop = shop("http://luodi.test:8080/");
    let front = call(&shop, http::TestRequest::get().uri("/?lang=en")).await;
    let policy = header_of(&front, "content-security-policy");
    assert!(policy.contains("form-action 'self' http://luodi.test:8080;"), "{policy}");
    assert_eq!(header_of(&front, "referrer-policy"), "no-referrer");
    assert!(header_of(&front, "set-cookie").starts_with("tea-lang=en;"));
    let page = text(front).await;
    assert!(page.contains("lang=\"en\"") && page.contains("class=\"add-to-cart\""));
    let missing = call(&shop, http::TestRequest::get().uri("/orders/T0")).await;
    assert_eq!(missing.status(), 404);
    assert!(text(missing).await.contains("页面不存在"), "Chinese unless asked otherwise");
}

#[actix_web::test]
async fn the_order_page_follows_the_order() {
    let shop = shop("http://127.0.0.1:9");
    let order = placed(&shop);
    let get = |path: &str| http::TestRequest::get().uri(&format!("/orders/{}{path}", order.id));
    assert!(text(call(&shop, get("")).await).await.contains("data-status=\"open\""));
    let paid = event(&order, "evt_1", "payment.paid", |_| {});
    call(&shop, signed(&paid, NOW, |_, _| {})).await;
    let page = text(call(&shop, get("")).await).await;
    assert!(page.contains("data-status=\"paid\"") && page.contains("id=\"order-paid\">已付款"));
    assert!(page.contains("2026-01-01 08:01:02"), "Beijing time");
    let part = event(&order, "evt_2", "payment.partly_refunded", |data| data["refunded_fen"] = json!(100));
    call(&shop, signed(&part, NOW, |_, _| {})).await;
    assert!(text(call(&shop, get("")).await).await.contains("已退款 ¥1.00"));
    let status: Value = http::read_body_json(call(&shop, get("/status")).await).await;
    assert_eq!(status["status"], "partly_refunded");
}

#[actix_web::test]
async fn the_shop_opens_sells_hears_of_the_payment_and_closes() {
    let luodi = FakeLuodi::start("127.0.0.1:0").await;
    let shop = start(settings(luodi.url())).await.unwrap();
    luodi.send_webhooks_to(shop.webhook_url());
    let browser = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let form = "name=Li+Ming&phone=13800138000&address=100+Wensan+Road";
    let answer = browser
        .post(format!("{}/checkout", shop.url()))
        .header("cookie", "tea-cart=longjing.1")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303);
    let number = luodi.state().requests[0].1.clone();
    assert_eq!(luodi.pay(&format!("pay_{number}")).await, 204);
    assert_eq!(shop.order(&number).unwrap().status(), OrderStatus::Paid);
    shop.stop().await;
}

#[actix_web::test]
async fn wrong_settings_are_refused() {
    let mut wrong = settings("ftp://luodi".to_owned());
    assert!(matches!(start(wrong.clone()).await, Err(DemoShopError::LuodiUrl(_))));
    wrong.luodi_url = "http://127.0.0.1:9".to_owned();
    wrong.webhook_secret = "whsec_c2hvcnQ=".to_owned();
    assert!(matches!(start(wrong).await, Err(DemoShopError::WebhookSecret)));
}
