//! WeChat's own browser as a page meets it: a `WeixinJSBridge` that opens the payment sheet.
//!
//! Promises: the sheet comes up only for parameters that the merchant signed; the page is told
//! `get_brand_wcpay_request:ok`, `:cancel` or `:fail`, which proves nothing, as in WeChat.
//! The shop's content policy must let this origin in by `script-src` and `frame-src`.

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use super::pages::{Asked, Place, SheetPage, encoded, page};
use super::words::Words;
use super::{Pay, ending, pay_what_is_payable, refuse_what_is_payable};
use crate::sandbox::wire::base_url;

pub(super) fn configure(service: &mut ServiceConfig) {
    service
        .route("/phone/weixin-js-bridge.js", web::get().to(script))
        .route("/phone/outcome.js", web::get().to(outcome_script))
        .route("/phone/jsapi", web::get().to(invoke))
        .route("/phone/jsapi/{id}", web::get().to(sheet))
        .route("/phone/jsapi/{id}/pay", web::post().to(pay_order))
        .route("/phone/jsapi/{id}/refuse", web::post().to(refuse_order));
}

pub(super) fn javascript(text: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
        .body(text)
}

async fn script(request: HttpRequest) -> HttpResponse {
    bridge_script(&request, include_str!("weixin-js-bridge.js"))
}

/// A bridge knows where its sheets come from.
pub(super) fn bridge_script(request: &HttpRequest, text: &str) -> HttpResponse {
    let origin = Value::String(base_url(request));
    javascript(text.replace("\"{origin}\"", &origin.to_string()))
}

async fn outcome_script() -> HttpResponse {
    javascript(include_str!("outcome.js").to_owned())
}

/// Tells the page behind the sheet how it ended.
#[derive(Template)]
#[template(path = "outcome.html", config = "src/sandbox/phone/askama.toml")]
pub(super) struct OutcomePage {
    words: &'static Words,
    /// `ok`, `cancel` or `fail`, the second half of `err_msg`.
    outcome: &'static str,
    problem: String,
}

impl OutcomePage {
    pub(super) fn show(words: &'static Words, outcome: &'static str, problem: &str) -> HttpResponse {
        page(StatusCode::OK, Place::InsideShop, &Self { words, outcome, problem: problem.to_owned() })
    }
}

#[derive(Deserialize)]
struct Invoked {
    #[serde(default)]
    parameters: String,
}

/// What the bridge was given, checked as the app checks it.
async fn invoke(pay: Pay, request: HttpRequest, invoked: Query<Invoked>, asked: Query<Asked>) -> HttpResponse {
    let parameters: Value = serde_json::from_str(&invoked.parameters).unwrap_or_default();
    match pay.invoke_jsapi(&parameters) {
        Ok(invocation) => shown(&pay, &request, &invocation.prepay_id, &asked),
        Err(refusal) => OutcomePage::show(asked.words(&request), "fail", &refusal.to_string()),
    }
}

async fn sheet(pay: Pay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    shown(&pay, &request, &id, &asked)
}

fn shown(pay: &Pay, request: &HttpRequest, id: &str, asked: &Asked) -> HttpResponse {
    let (words, suffix) = (asked.words(request), asked.suffix());
    match pay.scan(id) {
        Some(order) if ending(order.state).is_none() => {
            let action = format!("/phone/jsapi/{}", encoded(id));
            let sheet = SheetPage { words, suffix, order: order.into(), action, has_back: false, redirect_url: None };
            page(StatusCode::OK, Place::InsideShop, &sheet)
        }
        Some(order) => OutcomePage::show(words, "fail", ending(order.state).unwrap_or_default()),
        None => OutcomePage::show(words, "fail", words.unknown.0),
    }
}

async fn pay_order(pay: Pay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let outcome = if pay_what_is_payable(&pay, &id) { "ok" } else { "fail" };
    OutcomePage::show(asked.words(&request), outcome, "")
}

async fn refuse_order(pay: Pay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let outcome = if refuse_what_is_payable(&pay, &id) { "cancel" } else { "fail" };
    OutcomePage::show(asked.words(&request), outcome, "")
}
