//! The wallets' own browsers for an ordinary one: pages of this machine, seen as they see them.
//!
//! `http://p8080.wechat.localhost:{sandbox}/pay/…` shows `http://127.0.0.1:8080/pay/…` with
//! WeChat's user agent and a `WeixinJSBridge`, `p8080.alipay.localhost` with Alipay's and an
//! `AlipayJSBridge`, `p8080.unionpay.localhost` with that of 云闪付; links, forms and redirects stay
//! inside. Browsers find `*.localhost` by themselves. Promises: reaches nothing but ports of this
//! machine; what a form carries is left as it is, for it may be signed; the page's content policy
//! stands, with the bridge let in, as the wallet's own injection would be.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::guard;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::{self, Bytes, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use futures_util::stream;
use serde::Deserialize;
use url::{Host, Url};

use super::Pay;
use super::pages::{Asked, Place, go_to, page};
use super::words::Words;

/// One wallet's browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Wallet {
    WeChat,
    Alipay,
    UnionPay,
}

const WALLETS: [Wallet; 3] = [Wallet::WeChat, Wallet::Alipay, Wallet::UnionPay];
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
                     Gecko) Mobile/15E148";

impl Wallet {
    fn domain(self) -> &'static str {
        match self {
            Self::WeChat => ".wechat.localhost",
            Self::Alipay => ".alipay.localhost",
            Self::UnionPay => ".unionpay.localhost",
        }
    }

    fn user_agent(self) -> String {
        let mark = match self {
            Self::WeChat => "MicroMessenger/8.0.42(0x18002a2e) NetType/WIFI Language/zh_CN",
            Self::Alipay => {
                "NebulaSDK/1.8.100112 Nebula AliApp(AP/10.5.66.6000) AlipayClient/10.5.66.6000 Language/zh-Hans"
            }
            Self::UnionPay => {
                "Html5Plus/1.0 (com.unionpay.chsp) (cordova 4.5.4) (updebug 0) (version 1011) UnionPay/1.0 CloudPay"
            }
        };
        format!("{PHONE} {mark}")
    }

    /// Below the sandbox's own address. UnionPay's pages need none: they go to its own page.
    fn bridge(self) -> Option<&'static str> {
        match self {
            Self::WeChat => Some("/phone/weixin-js-bridge.js"),
            Self::Alipay => Some("/phone/alipay-js-bridge.js"),
            Self::UnionPay => None,
        }
    }

    fn start(self) -> &'static str {
        match self {
            Self::WeChat => "/phone/wechat",
            Self::Alipay => "/phone/alipay-app",
            Self::UnionPay => "/phone/unionpay-app",
        }
    }

    /// Title and hint of its address bar.
    fn told(self, words: &'static Words) -> (&'static str, &'static str) {
        match self {
            Self::WeChat => (words.wechat, words.wechat_hint),
            Self::Alipay => (words.alipay_app, words.alipay_app_hint),
            Self::UnionPay => (words.unionpay_app, words.unionpay_app_hint),
        }
    }
}

const KEPT_BACK: [HeaderName; 7] = [
    header::CONNECTION,
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::ACCEPT_ENCODING,
    header::USER_AGENT,
    header::UPGRADE,
];

/// Stands before every other address, because it answers for all paths of its own hosts.
pub(in crate::sandbox) fn configure_first(service: &mut ServiceConfig) {
    let ours = guard::fn_guard(|context| {
        let host = context.head().headers.get(header::HOST).and_then(|value| value.to_str().ok());
        host.and_then(shown_by).is_some()
    });
    service.service(web::scope("").guard(ours).default_service(web::route().to(show)));
}

pub(super) fn configure(service: &mut ServiceConfig) {
    service
        .route(Wallet::WeChat.start(), web::get().to(start_wechat))
        .route(Wallet::Alipay.start(), web::get().to(start_alipay))
        .route(Wallet::UnionPay.start(), web::get().to(start_unionpay));
}

/// Which wallet's a host is, and which port of this machine it shows.
fn shown_by(host: &str) -> Option<(Wallet, u16)> {
    let name = host.split(':').next()?;
    let port = |wallet: Wallet| name.strip_suffix(wallet.domain())?.strip_prefix('p')?.parse().ok();
    WALLETS.into_iter().find_map(|wallet| Some((wallet, port(wallet)?)))
}

/// The same page inside WeChat; `None` for what is not on this machine.
pub(in crate::sandbox) fn inside_wechat(address: &str, sandbox_port: u16) -> Option<String> {
    inside(address, sandbox_port, Wallet::WeChat)
}

/// The same page inside Alipay; `None` for what is not on this machine.
pub(in crate::sandbox) fn inside_alipay(address: &str, sandbox_port: u16) -> Option<String> {
    inside(address, sandbox_port, Wallet::Alipay)
}

/// The same page inside UnionPay's app; `None` for what is not on this machine.
pub(in crate::sandbox) fn inside_unionpay(address: &str, sandbox_port: u16) -> Option<String> {
    inside(address, sandbox_port, Wallet::UnionPay)
}

fn inside(address: &str, sandbox_port: u16, wallet: Wallet) -> Option<String> {
    let mut url = Url::parse(address).ok().filter(|url| url.scheme() == "http")?;
    let is_here = match url.host()? {
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
        Host::Domain(name) => name == "localhost",
    };
    if !is_here {
        return None;
    }
    let port = url.port_or_known_default()?;
    url.set_host(Some(&format!("p{port}{}", wallet.domain()))).ok()?;
    url.set_port(Some(sandbox_port)).ok()?;
    Some(url.to_string())
}

/// The address behind one of this browser's.
fn outside(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    let (_, port) = shown_by(url.host_str()?)?;
    url.set_ip_host(IpAddr::V4(Ipv4Addr::LOCALHOST)).ok()?;
    url.set_port(Some(port)).ok()?;
    Some(url.to_string())
}

fn own_port(request: &HttpRequest) -> u16 {
    request.app_config().local_addr().port()
}

#[derive(Template)]
#[template(path = "wallet.html", config = "src/sandbox/phone/askama.toml")]
struct StartPage {
    words: &'static Words,
    suffix: &'static str,
    lang: &'static str,
    title: &'static str,
    hint: &'static str,
    action: &'static str,
    /// What was asked for and is not on this machine.
    elsewhere: String,
}

#[derive(Deserialize)]
struct Address {
    #[serde(default)]
    url: String,
}

async fn start_wechat(request: HttpRequest, address: Query<Address>, asked: Query<Asked>) -> HttpResponse {
    start(&request, &address, &asked, Wallet::WeChat)
}

async fn start_alipay(request: HttpRequest, address: Query<Address>, asked: Query<Asked>) -> HttpResponse {
    start(&request, &address, &asked, Wallet::Alipay)
}

async fn start_unionpay(request: HttpRequest, address: Query<Address>, asked: Query<Asked>) -> HttpResponse {
    start(&request, &address, &asked, Wallet::UnionPay)
}

/// The address bar wallets do not have.
fn start(request: &HttpRequest, address: &Address, asked: &Asked, wallet: Wallet) -> HttpResponse {
    if let Some(there) = inside(address.url.trim(), own_port(request), wallet) {
        return go_to(there);
    }
    let (words, suffix) = (asked.words(request), asked.suffix());
    let (title, hint) = wallet.told(words);
    let elsewhere = address.url.clone();
    let status = if elsewhere.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let lang = suffix.trim_start_matches("?lang=");
    let told = StartPage { words, suffix, lang, title, hint, action: wallet.start(), elsewhere };
    page(status, Place::LeadsToShop, &told)
}

async fn show(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some((wallet, port)) = shown_by(host) else { return HttpResponse::NotFound().finish() };
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let Ok(method) = request.method().as_str().parse::<reqwest::Method>() else {
        return HttpResponse::MethodNotAllowed().finish();
    };
    let mut asked = pay.page_client().request(method, format!("http://127.0.0.1:{port}{target}")).body(body.to_vec());
    for (name, value) in passed_on(request.headers()) {
        asked = asked.header(name, value);
    }
    match asked.header("User-Agent", wallet.user_agent()).send().await {
        Ok(answer) => shown(answer, own_port(&request), wallet).await,
        Err(_) => HttpResponse::BadGateway().content_type("text/plain; charset=utf-8").body("网页无法打开"),
    }
}

/// Addresses of this browser's in the request become those the page knows.
fn passed_on(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let kept = headers.iter().filter(|(name, _)| !KEPT_BACK.contains(name));
    kept.map(|(name, value)| {
        let told = value.to_str().ok().filter(|_| [header::ORIGIN, header::REFERER].contains(name));
        let is_origin = *name == header::ORIGIN;
        let known =
            told.and_then(outside).map(|url| if is_origin { url.trim_end_matches('/').to_owned() } else { url });
        (name.as_str().to_owned(), known.map_or_else(|| value.as_bytes().to_vec(), String::into_bytes))
    })
    .collect()
}

async fn shown(answer: reqwest::Response, sandbox_port: u16, wallet: Wallet) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = HttpResponse::build(status);
    let bridge = format!("http://127.0.0.1:{sandbox_port}");
    for (name, value) in answer.headers() {
        let Ok(name) = HeaderName::try_from(name.as_str()) else { continue };
        if KEPT_BACK.contains(&name) {
            continue;
        }
        let text = value.to_str().unwrap_or_default();
        let bent = match name {
            header::LOCATION => inside(text, sandbox_port, wallet),
            header::CONTENT_SECURITY_POLICY => {
                Some(with_bridge_let_in(&kept_inside(text, sandbox_port, wallet), &bridge))
            }
            // One page of this machine may let another one in.
            header::ACCESS_CONTROL_ALLOW_ORIGIN => Some(kept_inside(text, sandbox_port, wallet)),
            _ => None,
        };
        let value = bent.map_or_else(|| HeaderValue::from_bytes(value.as_bytes()), |text| HeaderValue::from_str(&text));
        if let Ok(value) = value {
            response.append_header((name, value));
        }
    }
    let kind = answer.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (is_html, is_json) = (kind.starts_with("text/html"), kind.starts_with("application/json"));
    if !is_html && !is_json {
        // Piece by piece: a stream of events must arrive while it goes on.
        let pieces = stream::unfold(answer, |mut answer| async move {
            let piece = answer.chunk().await.transpose()?;
            Some((piece.map_err(std::io::Error::other), answer))
        });
        return response.streaming(pieces);
    }
    match answer.text().await {
        Ok(text) if is_json => response.body(kept_inside(&text, sandbox_port, wallet)),
        Ok(html) => {
            let kept = kept_inside(&html, sandbox_port, wallet);
            response.body(match wallet.bridge() {
                Some(script) => with_bridge(&kept, &format!("{bridge}{script}")),
                None => kept,
            })
        }
        Err(_) => HttpResponse::BadGateway().finish(),
    }
}

/// `script-src` and `frame-src` let the bridge in; the rest of the page's policy stands.
fn with_bridge_let_in(policy: &str, bridge: &str) -> String {
    let mut parts: Vec<String> =
        policy.split(';').map(|part| part.trim().to_owned()).filter(|p| !p.is_empty()).collect();
    for name in ["script-src", "frame-src"] {
        match parts.iter_mut().find(|part| part.split(' ').next() == Some(name)) {
            Some(part) => *part = format!("{} {bridge}", part.replace(" 'none'", "")),
            None => parts.push(format!("{name} {bridge}")),
        }
    }
    parts.join("; ")
}

/// Addresses of pages of this machine stay inside the wallet, in links as in policies.
fn kept_inside(html: &str, sandbox_port: u16, wallet: Wallet) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("http://") {
        let (before, from) = rest.split_at(at);
        kept.push_str(before);
        let end = from.find(['"', '\'', '<', ' ', '&', ')', ';']).unwrap_or(from.len());
        let (address, after) = from.split_at(end);
        let is_bare = !address.trim_start_matches("http://").contains('/');
        // What a form carries leads nowhere, and UnionPay signs the addresses in it.
        let is_carried = before.ends_with(" value=\"");
        match inside(address, sandbox_port, wallet).filter(|_| !is_carried) {
            Some(there) => kept.push_str(if is_bare { there.trim_end_matches('/') } else { &there }),
            None => kept.push_str(address),
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

fn with_bridge(html: &str, bridge: &str) -> String {
    let script = format!("<script src=\"{bridge}\"></script>");
    match html.split_once("<head>") {
        Some((before, after)) => format!("{before}<head>{script}{after}"),
        None => format!("{script}{html}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_alone_go_inside_and_come_out_again() {
        let there = "http://p8080.wechat.localhost:8090/pay/p1?client_secret=a%2Fb";
        assert_eq!(
            inside("http://127.0.0.1:8080/pay/p1?client_secret=a%2Fb", 8090, Wallet::WeChat).as_deref(),
            Some(there)
        );
        assert_eq!(
            inside("http://localhost:8080/pay/p1?client_secret=a%2Fb", 8090, Wallet::WeChat).as_deref(),
            Some(there)
        );
        assert_eq!(outside(there).as_deref(), Some("http://127.0.0.1:8080/pay/p1?client_secret=a%2Fb"));
        for elsewhere in
            ["http://10.0.0.1/", "https://shop.example.com/", "http://localhost.evil.test/", "weixin://x", ""]
        {
            assert_eq!(inside(elsewhere, 8090, Wallet::WeChat), None, "{elsewhere}");
        }
        let in_alipay = "http://p8080.alipay.localhost:8090/pay/p1";
        assert_eq!(inside("http://127.0.0.1:8080/pay/p1", 8090, Wallet::Alipay).as_deref(), Some(in_alipay));
        assert_eq!(outside(in_alipay).as_deref(), Some("http://127.0.0.1:8080/pay/p1"));
        assert_eq!(outside("http://p80.wechat.localhost.evil.test/"), None);
    }

    #[test]
    fn links_in_a_page_stay_inside() {
        let html = r#"<a href="http://127.0.0.1:1/x">a</a><a href='http://localhost:2'>b</a> http://example.com/"#;
        let kept = r#"<a href="http://p1.wechat.localhost:9/x">a</a><a href='http://p2.wechat.localhost:9'>b</a> http://example.com/"#;
        assert_eq!(kept_inside(html, 9, Wallet::WeChat), kept);
    }

    #[test]
    fn a_form_stays_inside_and_what_it_carries_as_it_is() {
        let html = r#"<form action="http://127.0.0.1:1/x"><input name="frontUrl" value="http://127.0.0.1:2/return">"#;
        let kept = html.replacen("127.0.0.1:1", "p1.unionpay.localhost:9", 1);
        assert_eq!(kept_inside(html, 9, Wallet::UnionPay), kept);
    }

    #[test]
    fn the_policy_stands_but_for_the_bridge() {
        let policy = "default-src 'none'; script-src 'self'; img-src 'self'";
        let bent = "default-src 'none'; script-src 'self' http://b; img-src 'self'; frame-src http://b";
        assert_eq!(with_bridge_let_in(policy, "http://b"), bent);
        let other_page =
            kept_inside("script-src 'self' http://127.0.0.1:1; form-action http://localhost:2", 9, Wallet::WeChat);
        let inside = "script-src 'self' http://p1.wechat.localhost:9; form-action http://p2.wechat.localhost:9";
        assert_eq!(other_page, inside);
    }
}
