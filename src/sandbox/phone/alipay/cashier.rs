//! Alipay's cashier on a desktop (§12.2): where `alipay.trade.page.pay` leads a browser, by
//! itself or, with a `qr_pay_mode` other than 2, in the shop's frame.
//!
//! Promises: looking opens no trade, the scan or the login does; once paid, the page goes on
//! to `return_url` with signed parameters, inside the frame where it is framed.

use actix_web::http::StatusCode;
use actix_web::web::{self, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::{AlipayPay, ending, result};
use crate::sandbox::alipay::{PhoneOrder, PhoneState};
use crate::sandbox::phone::bridge::javascript;
use crate::sandbox::phone::pages::{Asked, Place, Shown, encoded, go_to, page};
use crate::sandbox::phone::payment_code::drawn;
use crate::sandbox::phone::words::Words;

const CODE_PX: u32 = 200;
const MINI_PX: u32 = 75;

pub(super) fn configure(service: &mut ServiceConfig) {
    service
        .route("/alipay/cashier.js", web::get().to(script))
        .route("/alipay/error", web::get().to(error))
        .route("/alipay/cashier/{id}", web::get().to(show))
        .route("/alipay/cashier/{id}/state", web::get().to(state))
        .route("/alipay/cashier/{id}/pay", web::post().to(pay_order));
}

#[derive(Template)]
#[template(path = "alipay_cashier.html", config = "src/sandbox/phone/askama.toml")]
struct CashierPage {
    words: &'static Words,
    suffix: &'static str,
    order: Shown,
    is_framed: bool,
    /// A bare code, without texts around it.
    is_bare: bool,
    /// Where the page's own forms and questions go.
    action: String,
    code_url: String,
    px: u32,
    size: usize,
    path: String,
}

async fn script() -> HttpResponse {
    javascript(include_str!("../alipay-cashier.js").to_owned())
}

fn is_framed(order: &PhoneOrder) -> bool {
    order.qr_pay_mode.as_deref().is_some_and(|mode| mode != "2")
}

async fn show(pay: AlipayPay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let words = asked.words(&request);
    let Some(order) = pay.look_up(&id) else {
        return page(StatusCode::NOT_FOUND, Place::Alone, &result(words, &asked, "unknown", None));
    };
    let place = if is_framed(&order) { Place::InsideShop } else { Place::CashierOfShop };
    if let Some(there) = way_back(&order) {
        return go_to(there);
    }
    if let Some(ending) = ending(order.state) {
        return page(StatusCode::OK, place, &result(words, &asked, ending, Some(order)));
    }
    let code_url = order.code_url.clone().unwrap_or_default();
    let (size, path) = drawn(&code_url);
    let px = match order.qr_pay_mode.as_deref() {
        Some("4") => order.qrcode_width_px.unwrap_or(CODE_PX),
        Some("3") => MINI_PX,
        _ => CODE_PX,
    };
    let shown = CashierPage {
        words,
        suffix: asked.suffix(),
        is_framed: is_framed(&order),
        is_bare: matches!(order.qr_pay_mode.as_deref(), Some("3" | "4")),
        action: format!("/alipay/cashier/{}", encoded(&id)),
        order: order.into(),
        code_url,
        px,
        size,
        path,
    };
    page(StatusCode::OK, place, &shown)
}

/// Paid: back to the shop, where it said whereto.
fn way_back(order: &PhoneOrder) -> Option<String> {
    order.return_address.clone().filter(|_| matches!(order.state, PhoneState::Paid { .. }))
}

/// The page asks every second and loads itself anew when the answer changes.
async fn state(pay: AlipayPay, id: Path<String>) -> HttpResponse {
    let told = pay.look_up(&id).map_or("unknown", |order| ending(order.state).unwrap_or("payable"));
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(json!({ "state": told }))
}

/// The buyer logged in on the desktop and paid there.
async fn pay_order(pay: AlipayPay, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    pay.pay_on_phone(&id);
    let there = pay.look_up(&id).as_ref().and_then(way_back);
    go_to(there.unwrap_or_else(|| format!("/alipay/cashier/{}{}", encoded(&id), asked.suffix())))
}

#[derive(Deserialize)]
struct Refused {
    #[serde(default)]
    sub_code: String,
    #[serde(default)]
    sub_msg: String,
}

/// Errors of page and wap show here and nowhere else.
async fn error(request: HttpRequest, refused: Query<Refused>, asked: Query<Asked>) -> HttpResponse {
    let mut told = result(asked.words(&request), &asked, "alipay-error", None);
    told.detail = Some(format!("{} {}", refused.sub_code, refused.sub_msg));
    page(StatusCode::OK, Place::InsideShop, &told)
}
