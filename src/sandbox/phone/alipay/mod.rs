//! Alipay on the phone and in browsers: the payment sheet, the cashier, the mobile page, the
//! bridge of its own browser, the payment code.
//!
//! Promises as the phone's own: plain forms, every text escaped, nothing paid twice.

mod bridge;
mod cashier;
mod payment_code;
mod wap;

use actix_web::http::StatusCode;
use actix_web::web::{self, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::AlipayPay;
use super::pages::{Asked, Place, ResultPage, SheetPage, encoded, go_to, page};
use super::words::Words;
use crate::sandbox::alipay::{PhoneOrder, PhoneState};

const CODE_MARK: &str = "qr.alipay.com/";

pub(super) fn configure(service: &mut ServiceConfig) {
    service
        .configure(bridge::configure)
        .configure(cashier::configure)
        .configure(payment_code::configure)
        .configure(wap::configure)
        .route("/phone/alipay/{id}", web::get().to(sheet))
        .route("/phone/alipay/{id}/pay", web::post().to(pay_order))
        .route("/phone/alipay/{id}/refuse", web::post().to(refuse_order))
        .route("/phone/alipay/{id}/paid", web::get().to(paid))
        .route("/phone/alipay/{id}/refused", web::get().to(refused));
}

fn at(id: &str, rest: &str, asked: &Asked) -> String {
    format!("/phone/alipay/{}{rest}{}", encoded(id), asked.suffix())
}

/// The sheet of a code's text; `None` for what is no code of Alipay's.
pub(super) fn sheet_of(text: &str, asked: &Asked) -> Option<String> {
    let (_, rest) = text.split_once(CODE_MARK)?;
    let id = rest.split(['?', '#', '/']).next().filter(|id| !id.is_empty())?;
    Some(at(id, "", asked))
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

fn result(words: &'static Words, asked: &Asked, id: &'static str, order: Option<PhoneOrder>) -> ResultPage {
    let told = ResultPage::new(words, asked.suffix(), id).of_alipay();
    match order {
        Some(order) => told.about(order),
        None => told,
    }
}

/// Opening the sheet is the scan: from now on the trade exists.
async fn sheet(pay: AlipayPay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let words = asked.words(&request);
    let Some(order) = pay.scan(&id) else {
        return page(StatusCode::NOT_FOUND, Place::Alone, &result(words, &asked, "unknown", None));
    };
    if let Some(ending) = ending(order.state) {
        return page(StatusCode::OK, Place::Alone, &result(words, &asked, ending, Some(order)));
    }
    let action = format!("/phone/alipay/{}", encoded(&id));
    let suffix = asked.suffix();
    let shown = SheetPage { words, suffix, order: order.into(), action, has_back: true, redirect_url: None };
    page(StatusCode::OK, Place::Alone, &shown)
}

async fn pay_order(pay: AlipayPay, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    go_to(at(&id, if pay.pay_on_phone(&id) { "/paid" } else { "" }, &asked))
}

async fn refuse_order(pay: AlipayPay, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    go_to(at(&id, if pay.refuse_on_phone(&id) { "/refused" } else { "" }, &asked))
}

async fn paid(pay: AlipayPay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    match pay.look_up(&id) {
        Some(order) if matches!(order.state, PhoneState::Paid { .. }) => {
            page(StatusCode::OK, Place::Alone, &result(asked.words(&request), &asked, "paid", Some(order)))
        }
        _ => go_to(at(&id, "", &asked)),
    }
}

async fn refused(pay: AlipayPay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    match pay.look_up(&id) {
        Some(order) if order.state == PhoneState::Payable => {
            let mut told = result(asked.words(&request), &asked, "refused", Some(order));
            told.retry = Some(at(&id, "", &asked));
            page(StatusCode::OK, Place::Alone, &told)
        }
        _ => go_to(at(&id, "", &asked)),
    }
}
