//! The shopper's phone: scan a code, confirm or cancel, see how it ended.
//!
//! Promises: plain forms that work without scripts; every text escaped; a strict content
//! policy; an order that cannot be paid says so honestly and never takes money twice.

mod words;

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Data, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::wechatpay::{PayDraft, PhoneOrder, PhoneState, WeChatPay};
use words::{Words, choose};

type Pay = Data<Arc<WeChatPay>>;

const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                              base-uri 'none'; frame-ancestors 'none'";
const CODE_PARAMETER: &str = "pr=";

pub(super) fn configure(service: &mut ServiceConfig) {
    service
        .route("/phone", web::get().to(list))
        .route("/phone/phone.css", web::get().to(style))
        .route("/phone/open", web::get().to(open))
        .route("/phone/wechatpay/{pr}", web::get().to(sheet))
        .route("/phone/wechatpay/{pr}/pay", web::post().to(pay_order))
        .route("/phone/wechatpay/{pr}/refuse", web::post().to(refuse_order))
        .route("/phone/wechatpay/{pr}/paid", web::get().to(paid))
        .route("/phone/wechatpay/{pr}/refused", web::get().to(refused));
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    code_url: String,
}

impl Asked {
    fn words(&self, request: &HttpRequest) -> &'static Words {
        let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        choose(&self.lang, accepted.unwrap_or_default())
    }

    /// Keeps a language that was asked for by name on every further page.
    fn suffix(&self) -> &'static str {
        match self.lang.as_str() {
            "en" => "?lang=en",
            "zh" => "?lang=zh",
            _ => "",
        }
    }
}

/// An order with its amounts in yuan.
struct Shown {
    merchant_name: String,
    initial: String,
    description: String,
    out_trade_no: String,
    pr: String,
    total: String,
    paid: String,
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
            pr: order.id,
            total: yuan(order.total_fen),
            paid: yuan(paid_fen),
        }
    }
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

#[derive(Template)]
#[template(path = "list.html", config = "src/sandbox/phone/askama.toml")]
struct ListPage {
    words: &'static Words,
    suffix: &'static str,
    lang: &'static str,
    orders: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "sheet.html", config = "src/sandbox/phone/askama.toml")]
struct SheetPage {
    words: &'static Words,
    suffix: &'static str,
    order: Shown,
}

#[derive(Template)]
#[template(path = "result.html", config = "src/sandbox/phone/askama.toml")]
struct ResultPage {
    words: &'static Words,
    suffix: &'static str,
    id: &'static str,
    title: &'static str,
    hint: &'static str,
    is_good: bool,
    order: Option<Shown>,
    retry: Option<String>,
}

impl ResultPage {
    fn new(words: &'static Words, suffix: &'static str, id: &'static str) -> Self {
        let (title, hint) = match id {
            "paid" => words.paid,
            "refused" => words.refused,
            "already-paid" => words.already_paid,
            "closed" => words.closed,
            "expired" => words.expired,
            _ => words.unknown,
        };
        let is_good = matches!(id, "paid" | "already-paid");
        Self { words, suffix, id, title, hint, is_good, order: None, retry: None }
    }

    fn about(mut self, order: PhoneOrder) -> Self {
        self.order = Some(order.into());
        self
    }
}

fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    let Ok(html) = template.render() else { return HttpResponse::InternalServerError().finish() };
    HttpResponse::build(status)
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .content_type("text/html; charset=utf-8")
        .body(html)
}

fn go_to(address: String) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}

fn at(pr: &str, rest: &str, asked: &Asked) -> String {
    let pr = percent_encoding::utf8_percent_encode(pr, percent_encoding::NON_ALPHANUMERIC);
    format!("/phone/wechatpay/{pr}{rest}{}", asked.suffix())
}

async fn list(pay: Pay, request: HttpRequest, asked: Query<Asked>) -> HttpResponse {
    let orders = pay.waiting_codes().into_iter().map(Shown::from).collect();
    let suffix = asked.suffix();
    let lang = suffix.trim_start_matches("?lang=");
    page(StatusCode::OK, &ListPage { words: asked.words(&request), suffix, lang, orders })
}

async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(include_str!("phone.css"))
}

/// The text of a QR code, or just its `pr`.
async fn open(asked: Query<Asked>) -> HttpResponse {
    let text = asked.code_url.trim();
    let pr = text.split_once(CODE_PARAMETER).map_or(text, |(_, rest)| rest);
    let pr = pr.split('&').next().unwrap_or_default();
    go_to(at(if pr.is_empty() { "-" } else { pr }, "", &asked))
}

async fn sheet(pay: Pay, request: HttpRequest, pr: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let (words, suffix) = (asked.words(&request), asked.suffix());
    let Some(order) = pay.scan(&pr) else {
        return page(StatusCode::NOT_FOUND, &ResultPage::new(words, suffix, "unknown"));
    };
    let id = match order.state {
        PhoneState::Payable => {
            return page(StatusCode::OK, &SheetPage { words, suffix, order: order.into() });
        }
        PhoneState::Paid { .. } => "already-paid",
        PhoneState::Closed => "closed",
        PhoneState::Expired => "expired",
    };
    page(StatusCode::OK, &ResultPage::new(words, suffix, id).about(order))
}

async fn pay_order(pay: Pay, pr: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let order = pay.scan(&pr).filter(|order| order.state == PhoneState::Payable);
    let paid = order.is_some_and(|order| pay.pay(&order.mchid, &order.out_trade_no, &PayDraft::default()).is_ok());
    go_to(at(&pr, if paid { "/paid" } else { "" }, &asked))
}

async fn refuse_order(pay: Pay, pr: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let order = pay.scan(&pr).filter(|order| order.state == PhoneState::Payable);
    let refused = order.is_some_and(|order| pay.refuse(&order.mchid, &order.out_trade_no).is_ok());
    go_to(at(&pr, if refused { "/refused" } else { "" }, &asked))
}

async fn paid(pay: Pay, request: HttpRequest, pr: Path<String>, asked: Query<Asked>) -> HttpResponse {
    match pay.scan(&pr) {
        Some(order) if matches!(order.state, PhoneState::Paid { .. }) => {
            let told = ResultPage::new(asked.words(&request), asked.suffix(), "paid");
            page(StatusCode::OK, &told.about(order))
        }
        _ => go_to(at(&pr, "", &asked)),
    }
}

async fn refused(pay: Pay, request: HttpRequest, pr: Path<String>, asked: Query<Asked>) -> HttpResponse {
    match pay.scan(&pr) {
        Some(order) if order.state == PhoneState::Payable => {
            let mut told = ResultPage::new(asked.words(&request), asked.suffix(), "refused");
            told.retry = Some(at(&pr, "", &asked));
            page(StatusCode::OK, &told.about(order))
        }
        _ => go_to(at(&pr, "", &asked)),
    }
}
