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
pub(super) struct Wish {
    #[serde(default)]
    pub(super) outcome: String,
}

/// One way the scan may end.
pub(super) struct Choice {
    value: &'static str,
    told: &'static str,
    is_chosen: bool,
}

impl Choice {
    pub(super) fn new(value: &'static str, told: &'static str, chosen: &str) -> Self {
        Self { value, told, is_chosen: value == chosen }
    }
}

#[derive(Template)]
#[template(path = "payment_code.html", config = "src/sandbox/phone/askama.toml")]
pub(super) struct PaymentCodePage {
    words: &'static Words,
    suffix: &'static str,
    lang: &'static str,
    title: &'static str,
    action: &'static str,
    is_alipay: bool,
    is_unionpay: bool,
    auth_code: String,
    /// In fours, as the app writes it.
    grouped: String,
    choices: Vec<Choice>,
    /// Width and height of the drawing in modules, and its dark ones as a path.
    size: usize,
    path: String,
}

impl PaymentCodePage {
    pub(super) fn new(
        words: &'static Words,
        asked: &Asked,
        title: &'static str,
        action: &'static str,
        auth_code: String,
        choices: Vec<Choice>,
    ) -> Self {
        let (size, path) = drawn(&auth_code);
        let suffix = asked.suffix();
        let groups: Vec<String> =
            auth_code.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect();
        let (lang, grouped) = (suffix.trim_start_matches("?lang="), groups.join(" "));
        Self {
            words,
            suffix,
            lang,
            title,
            action,
            is_alipay: false,
            is_unionpay: false,
            auth_code,
            grouped,
            choices,
            size,
            path,
        }
    }

    pub(super) fn of_alipay(mut self) -> Self {
        self.is_alipay = true;
        self
    }

    pub(super) fn of_unionpay(mut self) -> Self {
        self.is_unionpay = true;
        self
    }
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
    let words = asked.words(&request);
    let choices = vec![
        Choice::new("success", words.outcome_success, name),
        Choice::new("userpaying", words.outcome_password, name),
        Choice::new("not_enough", words.outcome_not_enough, name),
    ];
    let (title, action) = (words.payment_code, "/phone/payment-code");
    page(StatusCode::OK, Place::Alone, &PaymentCodePage::new(words, &asked, title, action, shown.auth_code, choices))
}

pub(super) fn drawn(text: &str) -> (usize, String) {
    let Ok(code) = QrCode::new(text.as_bytes()) else { return (1, String::new()) };
    let width = code.width();
    let colors = code.into_colors();
    let dark = colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark);
    let path = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET_MODULES, at / width + QUIET_MODULES));
    (width + 2 * QUIET_MODULES, path.collect())
}
