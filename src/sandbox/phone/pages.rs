//! What every page of the phone is made of.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::words::{Words, choose};
use crate::sandbox::wechatpay::{PhoneOrder, PhoneState};

/// Where a page may stand and what it may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// By itself.
    Alone,
    /// Its forms end on the shop's own page.
    LeadsToShop,
    /// Framed by the shop's page, to which it tells the outcome.
    InsideShop,
}

impl Place {
    /// Browsers hold `form-action` against every redirect that follows a form.
    fn content_policy(self) -> &'static str {
        match self {
            Self::Alone => {
                "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
                 frame-ancestors 'none'"
            }
            Self::LeadsToShop => {
                "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self' http: https:; \
                 base-uri 'none'; frame-ancestors 'none'"
            }
            Self::InsideShop => {
                "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; \
                 base-uri 'none'; frame-ancestors http: https:"
            }
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    pub(super) code_url: String,
}

impl Asked {
    pub(super) fn words(&self, request: &HttpRequest) -> &'static Words {
        let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        choose(&self.lang, accepted.unwrap_or_default())
    }

    /// Keeps a language that was asked for by name on every further page.
    pub(super) fn suffix(&self) -> &'static str {
        match self.lang.as_str() {
            "en" => "?lang=en",
            "zh" => "?lang=zh",
            _ => "",
        }
    }
}

/// An order with its amounts in yuan.
pub(super) struct Shown {
    pub(super) merchant_name: String,
    pub(super) initial: String,
    pub(super) description: String,
    pub(super) out_trade_no: String,
    pub(super) id: String,
    pub(super) total: String,
    pub(super) paid: String,
    pub(super) is_codepay: bool,
}

impl From<PhoneOrder> for Shown {
    fn from(order: PhoneOrder) -> Self {
        let paid_fen = match order.state {
            PhoneState::Paid { payer_total_fen, .. } => payer_total_fen,
            _ => order.total_fen,
        };
        Self {
            initial: order.merchant_name.chars().next().map(String::from).unwrap_or_default(),
            merchant_name: order.merchant_name,
            description: order.description,
            out_trade_no: order.out_trade_no,
            id: order.id,
            total: yuan(order.total_fen),
            paid: yuan(paid_fen),
            is_codepay: order.is_codepay,
        }
    }
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

#[derive(Template)]
#[template(path = "list.html", config = "src/sandbox/phone/askama.toml")]
pub(super) struct ListPage {
    pub(super) words: &'static Words,
    pub(super) suffix: &'static str,
    pub(super) lang: &'static str,
    pub(super) orders: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "sheet.html", config = "src/sandbox/phone/askama.toml")]
pub(super) struct SheetPage {
    pub(super) words: &'static Words,
    pub(super) suffix: &'static str,
    pub(super) order: Shown,
    /// The forms post to this and `/pay` or `/refuse`.
    pub(super) action: String,
    /// Back to the phone's list; left out where the shop's own page waits behind the sheet.
    pub(super) has_back: bool,
    pub(super) redirect_url: Option<String>,
}

#[derive(Template)]
#[template(path = "result.html", config = "src/sandbox/phone/askama.toml")]
pub(super) struct ResultPage {
    words: &'static Words,
    suffix: &'static str,
    id: &'static str,
    title: &'static str,
    hint: &'static str,
    is_good: bool,
    pub(super) order: Option<Shown>,
    pub(super) retry: Option<String>,
}

impl ResultPage {
    pub(super) fn new(words: &'static Words, suffix: &'static str, id: &'static str) -> Self {
        let (title, hint) = match id {
            "paid" => words.paid,
            "refused" => words.refused,
            "already-paid" => words.already_paid,
            "closed" => words.closed,
            "expired" => words.expired,
            "inside-wechat" => words.inside_wechat,
            "no-referer" => words.no_referer,
            "unregistered-host" => words.unregistered_host,
            "other-address" => words.other_address,
            "link-expired" => words.link_expired,
            _ => words.unknown,
        };
        let is_good = matches!(id, "paid" | "already-paid");
        Self { words, suffix, id, title, hint, is_good, order: None, retry: None }
    }

    pub(super) fn about(mut self, order: PhoneOrder) -> Self {
        self.order = Some(order.into());
        self
    }
}

pub(super) fn page(status: StatusCode, place: Place, template: &impl Template) -> HttpResponse {
    let Ok(html) = template.render() else { return HttpResponse::InternalServerError().finish() };
    HttpResponse::build(status)
        .insert_header((header::CONTENT_SECURITY_POLICY, place.content_policy()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .content_type("text/html; charset=utf-8")
        .body(html)
}

pub(super) fn go_to(address: String) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}

pub(super) fn encoded(segment: &str) -> String {
    percent_encoding::utf8_percent_encode(segment, percent_encoding::NON_ALPHANUMERIC).to_string()
}
