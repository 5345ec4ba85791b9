//! Alipay's page for mobile browsers (§12.3): where `alipay.trade.wap.pay` leads.
//!
//! Promises: the trade begins at the confirmation; paid goes on to `return_url`, leaving goes
//! to `quit_url`. Refuses WeChat's browser, as the real one is blocked there.

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{AlipayPay, ending, result};
use crate::sandbox::alipay::{PhoneOrder, PhoneState};
use crate::sandbox::phone::pages::{Asked, Place, SheetPage, Shown, encoded, go_to, page};
use crate::sandbox::phone::words::Words;

pub(super) fn configure(service: &mut ServiceConfig) {
    service
        .route("/alipay/wap/{id}", web::get().to(show))
        .route("/alipay/wap/{id}/confirm", web::get().to(confirm))
        .route("/alipay/wap/{id}/confirm/pay", web::post().to(pay_order))
        .route("/alipay/wap/{id}/confirm/refuse", web::post().to(refuse_order));
}

#[derive(Template)]
#[template(path = "alipay_wap.html", config = "src/sandbox/phone/askama.toml")]
struct LandingPage {
    words: &'static Words,
    suffix: &'static str,
    order: Shown,
    /// Goes on to the confirmation.
    action: String,
    quit_url: Option<String>,
}

fn is_in_wechat(request: &HttpRequest) -> bool {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    agent.is_some_and(|agent| agent.contains("MicroMessenger"))
}

/// What is shown instead of anything to pay.
fn instead(request: &HttpRequest, asked: &Asked, order: Option<&PhoneOrder>) -> Option<HttpResponse> {
    let words = asked.words(request);
    if is_in_wechat(request) {
        return Some(page(StatusCode::OK, Place::Alone, &result(words, asked, "alipay-blocked", None)));
    }
    let Some(order) = order else {
        return Some(page(StatusCode::NOT_FOUND, Place::Alone, &result(words, asked, "unknown", None)));
    };
    if matches!(order.state, PhoneState::Paid { .. })
        && let Some(there) = &order.return_address
    {
        return Some(go_to(there.clone()));
    }
    let mut told = result(words, asked, ending(order.state)?, Some(order.clone()));
    told.leave.clone_from(&order.quit_url);
    Some(page(StatusCode::OK, Place::LeadsToShop, &told))
}

async fn show(pay: AlipayPay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let found = pay.look_up(&id);
    if let Some(instead) = instead(&request, &asked, found.as_ref()) {
        return instead;
    }
    let Some(order) = found else { return HttpResponse::NotFound().finish() };
    let shown = LandingPage {
        words: asked.words(&request),
        suffix: asked.suffix(),
        action: format!("/alipay/wap/{}/confirm", encoded(&id)),
        quit_url: order.quit_url.clone(),
        order: order.into(),
    };
    page(StatusCode::OK, Place::LeadsToShop, &shown)
}

async fn confirm(pay: AlipayPay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let found = if is_in_wechat(&request) { None } else { pay.scan(&id) };
    if let Some(instead) = instead(&request, &asked, found.as_ref()) {
        return instead;
    }
    let Some(order) = found else { return HttpResponse::NotFound().finish() };
    let action = format!("/alipay/wap/{}/confirm", encoded(&id));
    let (words, suffix) = (asked.words(&request), asked.suffix());
    let sheet = SheetPage { words, suffix, order: order.into(), action, has_back: false, redirect_url: None };
    page(StatusCode::OK, Place::LeadsToShop, &sheet)
}

async fn pay_order(pay: AlipayPay, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    pay.pay_on_phone(&id);
    // Whatever became of it, the page says so, or leads back.
    go_to(format!("/alipay/wap/{}{}", encoded(&id), asked.suffix()))
}

async fn refuse_order(pay: AlipayPay, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    pay.refuse_on_phone(&id);
    let quit_url = pay.look_up(&id).and_then(|order| order.quit_url);
    go_to(quit_url.unwrap_or_else(|| format!("/alipay/wap/{}{}", encoded(&id), asked.suffix())))
}
