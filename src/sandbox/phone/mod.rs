//! The shopper's phone: scan a code, confirm or cancel, see how it ended.
//!
//! Promises: plain forms that work without scripts; every text escaped; a strict content
//! policy; an order that cannot be paid says so honestly and never takes money twice.

mod alipay;
mod bridge;
mod h5;
mod pages;
mod payment_code;
mod unionpay;
mod wallet_browser;
mod words;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::alipay::Alipay;
use super::unionpay::UnionPay;
use super::wechatpay::{PayDraft, PhoneState, WeChatPay};
use pages::{Asked, ListPage, Place, ResultPage, SheetPage, Shown, encoded, go_to, page};

type Pay = Data<Arc<WeChatPay>>;
type AlipayPay = Data<Arc<Alipay>>;
type UnionPayPay = Data<Arc<UnionPay>>;

const CODE_PARAMETER: &str = "pr=";

pub(super) use wallet_browser::{configure_first, inside_alipay, inside_unionpay, inside_wechat};

pub(super) fn configure(service: &mut ServiceConfig) {
    service
        .route("/phone", web::get().to(list))
        .route("/phone/phone.css", web::get().to(style))
        .route("/phone/open", web::get().to(open))
        .route("/phone/wechatpay/{id}", web::get().to(sheet))
        .route("/phone/wechatpay/{id}/pay", web::post().to(pay_order))
        .route("/phone/wechatpay/{id}/refuse", web::post().to(refuse_order))
        .route("/phone/wechatpay/{id}/paid", web::get().to(paid))
        .route("/phone/wechatpay/{id}/refused", web::get().to(refused))
        .configure(h5::configure)
        .configure(bridge::configure)
        .configure(payment_code::configure)
        .configure(alipay::configure)
        .configure(unionpay::configure)
        .configure(wallet_browser::configure);
}

fn at(id: &str, rest: &str, asked: &Asked) -> String {
    format!("/phone/wechatpay/{}{rest}{}", encoded(id), asked.suffix())
}

async fn list(
    pay: Pay,
    alipay: AlipayPay,
    unionpay: UnionPayPay,
    request: HttpRequest,
    asked: Query<Asked>,
) -> HttpResponse {
    let wechats = pay.waiting_codes().into_iter().map(|order| (order.created_at, Shown::from(order)));
    let alipays = alipay.waiting_codes().into_iter().map(|order| (order.created_at, Shown::from(order)));
    let unionpays = unionpay.waiting_codes().into_iter().map(|order| (order.created_at, Shown::from(order)));
    let mut waiting: Vec<_> = wechats.chain(alipays).chain(unionpays).collect();
    waiting.sort_by_key(|(created_at, _)| std::cmp::Reverse(*created_at));
    let orders = waiting.into_iter().map(|(_, order)| order).collect();
    let suffix = asked.suffix();
    let lang = suffix.trim_start_matches("?lang=");
    page(StatusCode::OK, Place::Alone, &ListPage { words: asked.words(&request), suffix, lang, orders })
}

async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(include_str!("phone.css"))
}

/// The text of a QR code, or just its `pr`. An address opens in WeChat's own browser.
async fn open(request: HttpRequest, asked: Query<Asked>) -> HttpResponse {
    let text = asked.code_url.trim();
    if let Some(there) = inside_wechat(text, request.app_config().local_addr().port()) {
        return go_to(there);
    }
    if let Some(there) = alipay::sheet_of(text, &asked).or_else(|| unionpay::sheet_of(text, &asked)) {
        return go_to(there);
    }
    let pr = text.split_once(CODE_PARAMETER).map_or(text, |(_, rest)| rest);
    let pr = pr.split('&').next().unwrap_or_default();
    go_to(at(if pr.is_empty() { "-" } else { pr }, "", &asked))
}

/// How a page says that there is nothing to pay; `None` while there is.
fn ending(state: PhoneState) -> Option<&'static str> {
    match state {
        PhoneState::Payable => None,
        PhoneState::Paid { .. } => Some("already-paid"),
        PhoneState::Closed => Some("closed"),
        PhoneState::Expired => Some("expired"),
    }
}

/// Pays what may still be paid; tells whether it did.
fn pay_what_is_payable(pay: &Pay, id: &str) -> bool {
    let order = pay.scan(id).filter(|order| order.state == PhoneState::Payable);
    order.is_some_and(|order| pay.pay(&order.mchid, &order.out_trade_no, &PayDraft::default()).is_ok())
}

fn refuse_what_is_payable(pay: &Pay, id: &str) -> bool {
    let order = pay.scan(id).filter(|order| order.state == PhoneState::Payable);
    order.is_some_and(|order| pay.refuse(&order.mchid, &order.out_trade_no).is_ok())
}

async fn sheet(pay: Pay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let (words, suffix) = (asked.words(&request), asked.suffix());
    let Some(order) = pay.scan(&id) else {
        return page(StatusCode::NOT_FOUND, Place::Alone, &ResultPage::new(words, suffix, "unknown"));
    };
    if let Some(ending) = ending(order.state) {
        return page(StatusCode::OK, Place::Alone, &ResultPage::new(words, suffix, ending).about(order));
    }
    let action = format!("/phone/wechatpay/{}", encoded(&id));
    let shown = SheetPage { words, suffix, order: order.into(), action, has_back: true, redirect_url: None };
    page(StatusCode::OK, Place::Alone, &shown)
}

async fn pay_order(pay: Pay, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    go_to(at(&id, if pay_what_is_payable(&pay, &id) { "/paid" } else { "" }, &asked))
}

async fn refuse_order(pay: Pay, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    go_to(at(&id, if refuse_what_is_payable(&pay, &id) { "/refused" } else { "" }, &asked))
}

async fn paid(pay: Pay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    match pay.scan(&id) {
        Some(order) if matches!(order.state, PhoneState::Paid { .. }) => {
            let told = ResultPage::new(asked.words(&request), asked.suffix(), "paid");
            page(StatusCode::OK, Place::Alone, &told.about(order))
        }
        _ => go_to(at(&id, "", &asked)),
    }
}

async fn refused(pay: Pay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let words = asked.words(&request);
    match pay.scan(&id) {
        Some(order) if order.state == PhoneState::Payable => {
            let mut told = ResultPage::new(words, asked.suffix(), "refused");
            told.retry = Some(at(&id, "", &asked));
            page(StatusCode::OK, Place::Alone, &told.about(order))
        }
        // A password that was refused cannot be entered again: the cashier scans anew.
        Some(order) if order.is_codepay && order.state == PhoneState::Closed => {
            let told = ResultPage::new(words, asked.suffix(), "refused");
            page(StatusCode::OK, Place::Alone, &told.about(order))
        }
        _ => go_to(at(&id, "", &asked)),
    }
}
