//! Alipay's own browser as a page meets it: an `AlipayJSBridge` whose `tradePay` opens the sheet.
//!
//! Promises: the sheet comes up only for a trade that `alipay.trade.create` made, or a properly
//! signed order string; the page is told 9000, 6001 or 4000, which proves nothing (§6.3).

use actix_web::http::StatusCode;
use actix_web::web::{self, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::{AlipayPay, ending};
use crate::sandbox::phone::bridge::{OutcomePage, bridge_script};
use crate::sandbox::phone::pages::{Asked, Place, SheetPage, encoded, page};

pub(super) fn configure(service: &mut ServiceConfig) {
    service
        .route("/phone/alipay-js-bridge.js", web::get().to(script))
        .route("/phone/alipay-trade-pay", web::get().to(invoke))
        .route("/phone/alipay-trade-pay/{id}/pay", web::post().to(pay_order))
        .route("/phone/alipay-trade-pay/{id}/refuse", web::post().to(refuse_order));
}

async fn script(request: HttpRequest) -> HttpResponse {
    bridge_script(&request, include_str!("../alipay-js-bridge.js"))
}

#[derive(Deserialize)]
struct Invoked {
    #[serde(default, rename = "tradeNO")]
    trade_no: String,
    #[serde(default, rename = "orderStr")]
    order_string: String,
}

/// What the bridge was given, checked as the app checks it.
async fn invoke(pay: AlipayPay, request: HttpRequest, invoked: Query<Invoked>, asked: Query<Asked>) -> HttpResponse {
    let (words, suffix) = (asked.words(&request), asked.suffix());
    let invocation = if invoked.order_string.is_empty() {
        pay.invoke_jsapi(&invoked.trade_no)
    } else {
        pay.invoke_app(&invoked.order_string)
    };
    let trade_no = match invocation {
        Ok(invocation) => invocation.trade_no,
        Err(refusal) => return OutcomePage::show(words, "fail", &refusal.to_string()),
    };
    match pay.look_up(&trade_no) {
        Some(order) if ending(order.state).is_none() => {
            let action = format!("/phone/alipay-trade-pay/{}", encoded(&trade_no));
            let sheet = SheetPage { words, suffix, order: order.into(), action, has_back: false, redirect_url: None };
            page(StatusCode::OK, Place::InsideShop, &sheet)
        }
        Some(order) => OutcomePage::show(words, "fail", ending(order.state).unwrap_or_default()),
        None => OutcomePage::show(words, "fail", words.unknown.0),
    }
}

async fn pay_order(pay: AlipayPay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let outcome = if pay.pay_on_phone(&id) { "ok" } else { "fail" };
    OutcomePage::show(asked.words(&request), outcome, "")
}

async fn refuse_order(pay: AlipayPay, request: HttpRequest, id: Path<String>, asked: Query<Asked>) -> HttpResponse {
    let outcome = if pay.refuse_on_phone(&id) { "cancel" } else { "fail" };
    OutcomePage::show(asked.words(&request), outcome, "")
}
