//! The page behind an `h5_url` (§8.3): opened by the phone's own browser, not by WeChat's.
//!
//! Promises: refuses as the real one does: without a Referer, from a host that is not
//! registered, from another address than the order names, inside WeChat, after five minutes.
//! Paid or not, it goes on to `redirect_url`.

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Form, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use url::Url;

use super::pages::{Asked, Place, ResultPage, SheetPage, encoded, go_to, page};
use super::{Pay, ending, pay_what_is_payable, refuse_what_is_payable};
use crate::sandbox::wechatpay::{H5Refusal, H5Visit};

pub(super) fn configure(service: &mut ServiceConfig) {
    service
        .route("/cgi-bin/mmpayweb-bin/checkmweb", web::get().to(open))
        .route("/phone/h5/{id}/pay", web::post().to(pay_order))
        .route("/phone/h5/{id}/refuse", web::post().to(refuse_order));
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    prepay_id: String,
    redirect_url: Option<String>,
}

fn web_address(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host())
}

async fn open(pay: Pay, request: HttpRequest, link: Query<Link>, asked: Query<Asked>) -> HttpResponse {
    let (words, suffix) = (asked.words(&request), asked.suffix());
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let referer = web_address(header(header::REFERER));
    let redirect = link.redirect_url.as_deref().map(web_address);
    let redirect_host = match &redirect {
        Some(None) => Some("-"),
        Some(Some(url)) => url.host_str(),
        None => None,
    };
    let opened = pay.open_h5(&H5Visit {
        prepay_id: &link.prepay_id,
        referer_host: referer.as_ref().and_then(Url::host_str),
        redirect_host,
        address: request.peer_addr().map(|peer| peer.ip()),
        user_agent: header(header::USER_AGENT),
    });
    let order = match opened {
        Ok(order) => order,
        Err(refusal) => {
            let id = match refusal {
                H5Refusal::InsideWeChat => "inside-wechat",
                H5Refusal::NoReferer => "no-referer",
                H5Refusal::UnregisteredHost => "unregistered-host",
                H5Refusal::OtherAddress => "other-address",
                H5Refusal::Expired => "link-expired",
            };
            return page(StatusCode::OK, Place::Alone, &ResultPage::new(words, suffix, id));
        }
    };
    if let Some(ending) = ending(order.state) {
        let id = if ending == "expired" { "link-expired" } else { ending };
        return page(StatusCode::OK, Place::Alone, &ResultPage::new(words, suffix, id).about(order));
    }
    let shown = SheetPage {
        words,
        suffix,
        action: format!("/phone/h5/{}", encoded(&order.id)),
        order: order.into(),
        has_back: false,
        redirect_url: link.redirect_url.clone(),
    };
    page(StatusCode::OK, Place::LeadsToShop, &shown)
}

#[derive(Deserialize)]
struct Return {
    #[serde(default)]
    redirect_url: String,
}

impl Return {
    fn go(&self, id: &str, rest: &str, asked: &Asked) -> HttpResponse {
        let stay = || format!("/phone/wechatpay/{}{rest}{}", encoded(id), asked.suffix());
        go_to(web_address(&self.redirect_url).map_or_else(stay, |url| url.to_string()))
    }
}

async fn pay_order(pay: Pay, id: Path<String>, asked: Query<Asked>, back: Form<Return>) -> HttpResponse {
    let rest = if pay_what_is_payable(&pay, &id) { "/paid" } else { "" };
    back.go(&id, rest, &asked)
}

async fn refuse_order(pay: Pay, id: Path<String>, asked: Query<Asked>, back: Form<Return>) -> HttpResponse {
    let rest = if refuse_what_is_payable(&pay, &id) { "/refused" } else { "" };
    back.go(&id, rest, &asked)
}
