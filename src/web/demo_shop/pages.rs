//! The shop's pages and what every page needs: the visitor's language and cart, headers, cookies.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, http::StatusCode, web};
use askama::Template;
use serde_json::json;

use super::Shop;
use super::cart::Cart;
use super::orders::{Order, OrderStatus, Recipient};
use super::products::{PRODUCTS, yuan};
use crate::clock::Timestamp;
use crate::i18n::{Locale, Texts};
use crate::web::assets::asset_url;
use crate::web::{CONTENT_SECURITY_POLICY, PAGE_HEADERS};

/// 西湖区 of Hangzhou, where the sample address is.
const SAMPLE_REGION: &str = "330106";
const LANGUAGE_COOKIE: &str = "tea-lang";

/// Who is looking, as far as a page needs it.
pub struct Visitor {
    pub locale: Locale,
    cart_count: u32,
    /// The same page in the other language.
    switch_url: String,
    chose: bool,
}

impl Visitor {
    pub fn of(request: &HttpRequest) -> Self {
        let asked = request.query_string().split('&').find_map(|pair| pair.strip_prefix("lang="));
        let asked = asked.and_then(Locale::parse);
        let kept = cookie(request, LANGUAGE_COOKIE).and_then(|tag| Locale::parse(&tag));
        let header = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let locale = asked.or(kept).unwrap_or_else(|| Locale::negotiate(header));
        let other = if locale == Locale::En { Locale::ZhHans } else { Locale::En };
        // A page that answers a form has no address of its own to come back to.
        let path = if request.method() == actix_web::http::Method::GET { request.path() } else { "/" };
        Self {
            locale,
            cart_count: Cart::of(request).count(),
            switch_url: format!("{path}?lang={}", other.tag()),
            chose: asked.is_some(),
        }
    }
}

/// What the layout around each page shows.
struct Frame {
    t: Texts,
    switch_url: String,
    cart_count: u32,
    css: String,
    js: String,
    mark: String,
}

impl Frame {
    fn of(visitor: &Visitor) -> Self {
        Self {
            t: Texts(visitor.locale),
            switch_url: visitor.switch_url.clone(),
            cart_count: visitor.cart_count,
            css: asset_url("shop.css"),
            js: asset_url("shop.js"),
            mark: asset_url("shop-mark.svg"),
        }
    }
}

#[derive(Template)]
#[template(path = "demo_shop/front.html")]
struct FrontPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "demo_shop/cart.html")]
struct CartPage<'a> {
    frame: Frame,
    /// Where `<luodi-address>` comes from, and what it asks with.
    luodi: &'a str,
    publishable_key: &'a str,
    cart: Cart,
    total: String,
    recipient: Recipient,
    complaint: Option<String>,
}

#[derive(Template)]
#[template(path = "demo_shop/order.html")]
struct OrderPage<'a> {
    frame: Frame,
    order: &'a Order,
    status: OrderStatus,
    status_text: String,
    total: String,
    refunded: String,
    placed: String,
    paid: Option<String>,
    complaint: Option<String>,
    phone_url: Option<&'a str>,
    tick: String,
}

#[derive(Template)]
#[template(path = "demo_shop/missing.html")]
struct MissingPage {
    frame: Frame,
}

/// `GET /`
pub async fn front(request: HttpRequest, shop: web::Data<Shop>) -> HttpResponse {
    let visitor = Visitor::of(&request);
    answer(&shop, &visitor, StatusCode::OK, &FrontPage { frame: Frame::of(&visitor) })
}

/// `GET /cart`
pub async fn cart(request: HttpRequest, shop: web::Data<Shop>) -> HttpResponse {
    let t = Texts(Visitor::of(&request).locale);
    // Filled in, so that a visitor who only wants to see a payment need not type.
    let sample = Recipient {
        name: t.get("shop-recipient-name-sample"),
        phone: "13800138000".to_owned(),
        address: t.get("shop-recipient-address-sample"),
        region_code: SAMPLE_REGION.to_owned(),
        street: t.get("shop-recipient-street-sample"),
        ..Recipient::default()
    };
    cart_page(&request, &shop, StatusCode::OK, sample, None)
}

/// The cart again, with what the shopper typed and what is wrong with it.
pub fn cart_with_complaint(
    request: &HttpRequest,
    shop: &Shop,
    recipient: Recipient,
    complaint: &'static str,
) -> HttpResponse {
    cart_page(request, shop, StatusCode::UNPROCESSABLE_ENTITY, recipient, Some(complaint))
}

fn cart_page(
    request: &HttpRequest,
    shop: &Shop,
    status: StatusCode,
    recipient: Recipient,
    complaint: Option<&'static str>,
) -> HttpResponse {
    let visitor = Visitor::of(request);
    let cart = Cart::of(request);
    let page = CartPage {
        frame: Frame::of(&visitor),
        luodi: &shop.luodi_origin,
        publishable_key: &shop.settings.publishable_key,
        total: yuan(cart.total_fen()),
        cart,
        recipient,
        complaint: complaint.map(|key| Texts(visitor.locale).get(key)),
    };
    answer(shop, &visitor, status, &page)
}

/// `GET /orders/{id}`
pub async fn order(request: HttpRequest, id: web::Path<String>, shop: web::Data<Shop>) -> HttpResponse {
    let order = shop.orders().get(&id).cloned();
    match order {
        Some(order) => order_page(&shop, &order, &Visitor::of(&request), StatusCode::OK, None),
        None => missing(request, shop).await,
    }
}

/// The order, and why its cashier did not open.
pub fn order_with_complaint(shop: &Shop, order: &Order, visitor: &Visitor, complaint: &'static str) -> HttpResponse {
    order_page(shop, order, visitor, StatusCode::BAD_GATEWAY, Some(complaint))
}

fn order_page(
    shop: &Shop,
    order: &Order,
    visitor: &Visitor,
    code: StatusCode,
    complaint: Option<&'static str>,
) -> HttpResponse {
    let t = Texts(visitor.locale);
    let status = order.status();
    let page = OrderPage {
        frame: Frame::of(visitor),
        order,
        status,
        status_text: t.get(status_key(status)),
        total: yuan(order.amount_fen),
        refunded: yuan(order.refunded_fen),
        placed: clock_text(order.placed_at),
        paid: order.paid_at.map(clock_text),
        complaint: complaint.map(|key| t.get(key)),
        phone_url: shop.settings.phone_url.as_deref(),
        tick: asset_url("tick.svg"),
    };
    answer(shop, visitor, code, &page)
}

/// `GET /orders/{id}/status`: what the order page asks every two seconds.
pub async fn order_status(id: web::Path<String>, shop: web::Data<Shop>) -> HttpResponse {
    let orders = shop.orders();
    let Some(order) = orders.get(&id) else { return HttpResponse::NotFound().finish() };
    HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(json!({
        "status": order.status().code(),
        "paid_at": order.paid_at,
        "refunded_fen": order.refunded_fen,
    }))
}

/// Every address that is not ours.
pub async fn missing(request: HttpRequest, shop: web::Data<Shop>) -> HttpResponse {
    let visitor = Visitor::of(&request);
    answer(&shop, &visitor, StatusCode::NOT_FOUND, &MissingPage { frame: Frame::of(&visitor) })
}

const fn status_key(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::Open => "shop-status-open",
        OrderStatus::Paid => "shop-status-paid",
        OrderStatus::PartlyRefunded => "shop-status-partly-refunded",
        OrderStatus::Refunded => "shop-status-refunded",
        OrderStatus::Closed => "shop-status-closed",
    }
}

/// `2026-01-31 16:00:05`, in the shop's own time.
fn clock_text(at: Timestamp) -> String {
    at.to_beijing_rfc3339().get(..19).unwrap_or_default().replace('T', " ")
}

fn answer(shop: &Shop, visitor: &Visitor, status: StatusCode, page: &impl Template) -> HttpResponse {
    let Ok(body) = page.render() else { return HttpResponse::InternalServerError().finish() };
    let mut response = HttpResponse::build(status);
    for header in PAGE_HEADERS {
        response.insert_header(header);
    }
    // The checkout form is redirected to the cashier, and browsers hold redirects to form-action too.
    // The address form comes from Luodi and asks there.
    let policy =
        ["form-action", "script-src", "connect-src"].iter().fold(CONTENT_SECURITY_POLICY.to_owned(), |policy, of| {
            policy.replace(&format!("{of} 'self'"), &format!("{of} 'self' {}", shop.luodi_origin))
        });
    response.insert_header(("content-security-policy", policy));
    if visitor.chose {
        response.append_header(("set-cookie", set_cookie(LANGUAGE_COOKIE, visitor.locale.tag())));
    }
    response.content_type("text/html; charset=utf-8").body(body)
}

pub fn see_other(address: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, address)).insert_header(("cache-control", "no-store"));
    response
}

/// The value of a cookie that the browser sent.
pub fn cookie(request: &HttpRequest, name: &str) -> Option<String> {
    let headers = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    headers.flat_map(|value| value.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then(|| value.to_owned())
    })
}

/// `SameSite=Lax` keeps other sites' forms out of the cart.
pub fn set_cookie(name: &str, value: &str) -> String {
    let age_s = if value.is_empty() { 0 } else { 7 * 24 * 3600 };
    format!("{name}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax")
}
