//! The payment code (付款码) that a cashier scans from the shopper's phone (§9).

use actix_web::http::StatusCode;
use actix_web::web::{self, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use qrcode::{Color, QrCode};
use serde::Deserialize;

use super::Pay;
use super::pages::{Asked, Place, page};
use super::words::Words;
use crate::sandbox::wechatpay::{CodepayOutcome, PaymentCodeDraft};

const QUIET_MODULES: usize = 4;

pub(super) fn configure(service: &mut ServiceConfig) {
    service.route("/phone/payment-code", web::get().to(show));
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    outcome: String,
}

#[derive(Template)]
#[template(path = "payment_code.html", config = "src/sandbox/phone/askama.toml")]
struct PaymentCodePage {
    words: &'static Words,
    suffix: &'static str,
    lang: &'static str,
    auth_code: String,
    /// In fours, as the app writes it.
    grouped: String,
    outcome: &'static str,
    /// Width and height of the drawing in modules, and its dark ones as a path.
    size: usize,
    path: String,
}

/// Every look shows a fresh code, as the app does.
async fn show(pay: Pay, request: HttpRequest, wish: Query<Wish>, asked: Query<Asked>) -> HttpResponse {
    let (outcome, name) = match wish.outcome.as_str() {
        "userpaying" => (CodepayOutcome::Userpaying, "userpaying"),
        "not_enough" => (CodepayOutcome::Error { status: 403, code: "NOT_ENOUGH".to_owned() }, "not_enough"),
        _ => (CodepayOutcome::Success, "success"),
    };
    let Ok(shown) = pay.show_payment_code(PaymentCodeDraft { outcome }) else {
        return HttpResponse::InternalServerError().finish();
    };
    let (size, path) = drawn(&shown.auth_code);
    let suffix = asked.suffix();
    let groups: Vec<String> =
        shown.auth_code.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect();
    let told = PaymentCodePage {
        words: asked.words(&request),
        suffix,
        lang: suffix.trim_start_matches("?lang="),
        grouped: groups.join(" "),
        auth_code: shown.auth_code,
        outcome: name,
        size,
        path,
    };
    page(StatusCode::OK, Place::Alone, &told)
}

fn drawn(text: &str) -> (usize, String) {
    let Ok(code) = QrCode::new(text.as_bytes()) else { return (1, String::new()) };
    let width = code.width();
    let colors = code.into_colors();
    let dark = colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark);
    let path = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET_MODULES, at / width + QUIET_MODULES));
    (width + 2 * QUIET_MODULES, path.collect())
}
