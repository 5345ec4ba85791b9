//! UnionPay on the phone and in browsers: the payment sheet of the app (云闪付), the page of
//! the bank behind a merchant's form, the way back to the shop, the payment code.
//!
//! Promises as the phone's own: plain forms, every text escaped, nothing paid twice. The form
//! back is signed and proves nothing by itself; a buyer who leaves comes back with no data.

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Bytes, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use encoding_rs::GBK;

use super::UnionPayPay;
use super::bridge::javascript;
use super::pages::{Asked, Place, ResultPage, SheetPage, Shown, encoded, go_to, page};
use super::payment_code::{Choice, PaymentCodePage, Wish};
use super::words::Words;
use crate::sandbox::unionpay::{
    BarcodeOutcome, CODE_PREFIX, FRONT, PaymentCodeDraft, PhoneOrder, PhoneState, ReturnForm,
};

pub(super) fn configure(service: &mut ServiceConfig) {
    service
        .route(FRONT, web::post().to(front))
        .route("/unionpay/return.js", web::get().to(return_script))
        .route("/unionpay/bank/{id}", web::get().to(bank))
        .route("/unionpay/bank/{id}/pay", web::post().to(pay_at_bank))
        .route("/unionpay/bank/{id}/refuse", web::post().to(refuse_at_bank))
        .route("/unionpay/bank/{id}/decline", web::post().to(decline_at_bank))
        .route("/unionpay/bank/{id}/declined", web::get().to(declined))
        .route("/phone/unionpay-payment-code", web::get().to(payment_code))
        .route("/phone/unionpay/{id}", web::get().to(sheet))
        .route("/phone/unionpay/{id}/pay", web::post().to(pay_order))
        .route("/phone/unionpay/{id}/refuse", web::post().to(refuse_order))
        .route("/phone/unionpay/{id}/paid", web::get().to(paid))
        .route("/phone/unionpay/{id}/refused", web::get().to(refused));
}

/// §12.
const NOT_ENOUGH_MONEY: &str = "64";

fn at(id: &str, rest: &str, asked: &Asked) -> String {
    format!("/phone/unionpay/{}{rest}{}", encoded(id), asked.suffix())
}

/// The sheet of a code's text; `None` for what is no code of UnionPay's.
pub(super) fn sheet_of(text: &str, asked: &Asked) -> Option<String> {
    let (_, id) = text.strip_prefix(CODE_PREFIX)?.split_once('/')?;
    Some(at(id.split(['?', '#']).next().filter(|id| !id.is_empty())?, "", asked))
}

/// How a page says that there is nothing to pay; `None` while there is.
fn ending(state: PhoneState) -> Option<&'static str> {
    match state {
        PhoneState::Payable => None,
        PhoneState::Paid => Some("already-paid"),
        PhoneState::Closed => Some("closed"),
        PhoneState::Expired => Some("expired"),
    }
}

fn result(words: &'static Words, asked: &Asked, id: &'static str, order: Option<PhoneOrder>) -> ResultPage {
    let told = ResultPage::new(words, asked.suffix(), id).of_unionpay();
    match order {
        Some(order) => told.about(order),
        None => told,
    }
}

/// The merchant's form arrives; what is wrong with it is shown to the buyer alone (§8.1).
async fn front(pay: UnionPayPay, request: HttpRequest, body: Bytes, asked: Query<Asked>) -> HttpResponse {
    let called = pay.front(&request, &body).await;
    if let Some(instead) = called.instead {
        return instead;
    }
    match called.outcome {
        Ok(id) => HttpResponse::Found()
            .insert_header((header::LOCATION, format!("/unionpay/bank/{}{}", encoded(&id), asked.suffix())))
            .finish(),
        Err(detail) => {
            let mut told = result(asked.words(&request), &asked, "unionpay-error", None);
            told.detail = Some(detail);
            page(StatusCode::OK, Place::Alone, &told)
        }
    }
}

/// The browser goes back to the shop by itself or at a press.
#[derive(Template)]
#[template(path = "unionpay_return.html", config = "src/sandbox/phone/askama.toml")]
struct ReturnPage {
    words: &'static Words,
    order: Shown,
    back: ReturnForm,
    is_automatic: bool,
}

/// In the charset of the order, because browsers escape forms in that of their page.
fn returned(words: &'static Words, order: PhoneOrder, back: ReturnForm) -> HttpResponse {
    let is_gbk = back.charset == "GBK";
    let is_automatic = order.auto_return;
    let shown = ReturnPage { words, order: order.into(), back, is_automatic };
    if !is_gbk {
        return page(StatusCode::OK, Place::CashierOfShop, &shown);
    }
    let Ok(html) = shown.render() else { return HttpResponse::InternalServerError().finish() };
    let html = html.replacen("<meta charset=\"utf-8\">", "<meta charset=\"GBK\">", 1);
    let mut response = page(StatusCode::OK, Place::CashierOfShop, &shown);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html; charset=GBK"));
    response.set_body(GBK.encode(&html).0.into_owned()).map_into_boxed_body()
}

async fn return_script() -> HttpResponse {
    javascript("document.getElementById(\"return\").submit();\n".to_owned())
}

async fn bank(pay: UnionPayPay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let (words, suffix) = (asked.words(&request), asked.suffix());
    let Some(order) = pay.look_up(&id) else {
        return page(StatusCode::NOT_FOUND, Place::Alone, &result(words, &asked, "unknown", None));
    };
    if order.state == PhoneState::Paid
        && let Some(back) = pay.return_form(&id)
    {
        return returned(words, order, back);
    }
    if let Some(ending) = ending(order.state) {
        // There is no code here that could be refreshed.
        let ending = if ending == "expired" { "timed-out" } else { ending };
        let mut told = result(words, &asked, ending, Some(order.clone()));
        told.leave = order.leave_url;
        return page(StatusCode::OK, Place::LeadsToShop, &told);
    }
    let action = format!("/unionpay/bank/{}", encoded(&id));
    let shown = SheetPage { words, suffix, order: order.into(), action, has_back: false, redirect_url: None };
    page(StatusCode::OK, Place::LeadsToShop, &shown)
}

async fn pay_at_bank(pay: UnionPayPay, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    pay.pay_on_phone(&id);
    // Whatever became of it, the page says so, or leads back.
    go_to(format!("/unionpay/bank/{}{}", encoded(&id), asked.suffix()))
}

async fn refuse_at_bank(pay: UnionPayPay, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    pay.refuse_on_phone(&id);
    let there = pay.look_up(&id).and_then(|order| order.leave_url);
    go_to(there.unwrap_or_else(|| format!("/unionpay/bank/{}{}", encoded(&id), asked.suffix())))
}

/// The card has not enough money: the order stays open for another card.
async fn decline_at_bank(pay: UnionPayPay, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let order = pay.look_up(&id).filter(|order| order.state == PhoneState::Payable);
    let is_declined = order.is_some_and(|order| pay.decline(&order.mer_id, &order.order_id, NOT_ENOUGH_MONEY).is_ok());
    let rest = if is_declined { "/declined" } else { "" };
    go_to(format!("/unionpay/bank/{}{rest}{}", encoded(&id), asked.suffix()))
}

async fn declined(pay: UnionPayPay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let there = format!("/unionpay/bank/{}{}", encoded(&id), asked.suffix());
    let Some(order) = pay.look_up(&id).filter(|order| order.state == PhoneState::Payable) else {
        return go_to(there);
    };
    let mut told = result(asked.words(&request), &asked, "declined", Some(order.clone()));
    told.retry = Some(there);
    told.leave = order.leave_url;
    page(StatusCode::OK, Place::LeadsToShop, &told)
}

/// Opening the sheet is the scan: from now on the query finds the order.
async fn sheet(pay: UnionPayPay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let (words, suffix) = (asked.words(&request), asked.suffix());
    let Some(order) = pay.open_on_phone(&id) else {
        return page(StatusCode::NOT_FOUND, Place::Alone, &result(words, &asked, "unknown", None));
    };
    if let Some(ending) = ending(order.state) {
        return page(StatusCode::OK, Place::Alone, &result(words, &asked, ending, Some(order)));
    }
    let action = format!("/phone/unionpay/{}", encoded(&id));
    let shown = SheetPage { words, suffix, order: order.into(), action, has_back: true, redirect_url: None };
    page(StatusCode::OK, Place::Alone, &shown)
}

async fn pay_order(pay: UnionPayPay, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    go_to(at(&id, if pay.pay_on_phone(&id) { "/paid" } else { "" }, &asked))
}

async fn refuse_order(pay: UnionPayPay, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    go_to(at(&id, if pay.refuse_on_phone(&id) { "/refused" } else { "" }, &asked))
}

async fn paid(pay: UnionPayPay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    match pay.look_up(&id) {
        Some(order) if order.state == PhoneState::Paid => {
            page(StatusCode::OK, Place::Alone, &result(asked.words(&request), &asked, "paid", Some(order)))
        }
        _ => go_to(at(&id, "", &asked)),
    }
}

async fn refused(pay: UnionPayPay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    match pay.look_up(&id) {
        Some(order) if order.state == PhoneState::Payable => {
            let mut told = result(asked.words(&request), &asked, "refused", Some(order));
            told.retry = Some(at(&id, "", &asked));
            page(StatusCode::OK, Place::Alone, &told)
        }
        _ => go_to(at(&id, "", &asked)),
    }
}

/// Every look shows a fresh code, as the app does.
async fn payment_code(pay: UnionPayPay, request: HttpRequest, wish: Query<Wish>, asked: Query<Asked>) -> HttpResponse {
    let (outcome, name) = match wish.outcome.as_str() {
        "password" => (BarcodeOutcome::Password, "password"),
        "not_enough" => (BarcodeOutcome::Refused { resp_code: "64".to_owned() }, "not_enough"),
        _ => (BarcodeOutcome::Success, "success"),
    };
    let Ok(shown) = pay.show_payment_code(PaymentCodeDraft { outcome }) else {
        return HttpResponse::InternalServerError().finish();
    };
    let words = asked.words(&request);
    let choices = vec![
        Choice::new("success", words.outcome_success, name),
        Choice::new("password", words.outcome_password, name),
        Choice::new("not_enough", words.outcome_not_enough, name),
    ];
    let (title, action) = (words.unionpay_payment_code, "/phone/unionpay-payment-code");
    let told = PaymentCodePage::new(words, &asked, title, action, shown.qr_no, choices);
    page(StatusCode::OK, Place::Alone, &told.of_unionpay())
}
