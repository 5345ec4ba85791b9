//! WeChat's own browser for an ordinary one: pages of this machine, seen as WeChat sees them.
//!
//! `http://p8080.wechat.localhost:{sandbox}/pay/…` shows `http://127.0.0.1:8080/pay/…` with
//! WeChat's user agent and a `WeixinJSBridge`; links and redirects stay inside. Browsers find
//! `*.localhost` by themselves. Promises: reaches nothing but ports of this machine; the
//! page's content policy stands, with the bridge let in, as WeChat's own injection would be.

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

const DOMAIN: &str = ".wechat.localhost";
const USER_AGENT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
                          Gecko) Mobile/15E148 MicroMessenger/8.0.42(0x18002a2e) NetType/WIFI Language/zh_CN";
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
        host.and_then(port_shown).is_some()
    });
    service.service(web::scope("").guard(ours).default_service(web::route().to(show)));
}

pub(super) fn configure(service: &mut ServiceConfig) {
    service.route("/phone/wechat", web::get().to(start));
}

/// Which port of this machine a host of this browser's shows.
fn port_shown(host: &str) -> Option<u16> {
    let name = host.split(':').next()?;
    name.strip_suffix(DOMAIN)?.strip_prefix('p')?.parse().ok()
}

/// The same page inside WeChat; `None` for what is not on this machine.
pub(in crate::sandbox) fn inside(address: &str, sandbox_port: u16) -> Option<String> {
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
    url.set_host(Some(&format!("p{port}{DOMAIN}"))).ok()?;
    url.set_port(Some(sandbox_port)).ok()?;
    Some(url.to_string())
}

/// The address behind one of this browser's.
fn outside(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    let port = port_shown(url.host_str()?)?;
    url.set_ip_host(IpAddr::V4(Ipv4Addr::LOCALHOST)).ok()?;
    url.set_port(Some(port)).ok()?;
    Some(url.to_string())
}

fn own_port(request: &HttpRequest) -> u16 {
    request.app_config().local_addr().port()
}

#[derive(Template)]
#[template(path = "wechat.html", config = "src/sandbox/phone/askama.toml")]
struct StartPage {
    words: &'static Words,
    suffix: &'static str,
    lang: &'static str,
    /// What was asked for and is not on this machine.
    elsewhere: String,
}

#[derive(Deserialize)]
struct Address {
    #[serde(default)]
    url: String,
}

/// The address bar WeChat does not have.
async fn start(request: HttpRequest, address: Query<Address>, asked: Query<Asked>) -> HttpResponse {
    if let Some(there) = inside(address.url.trim(), own_port(&request)) {
        return go_to(there);
    }
    let suffix = asked.suffix();
    let lang = suffix.trim_start_matches("?lang=");
    let elsewhere = address.url.clone();
    let status = if elsewhere.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page(status, Place::LeadsToShop, &StartPage { words: asked.words(&request), suffix, lang, elsewhere })
}

async fn show(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(port) = port_shown(host) else { return HttpResponse::NotFound().finish() };
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let Ok(method) = request.method().as_str().parse::<reqwest::Method>() else {
        return HttpResponse::MethodNotAllowed().finish();
    };
    let mut asked = pay.page_client().request(method, format!("http://127.0.0.1:{port}{target}")).body(body.to_vec());
    for (name, value) in passed_on(request.headers()) {
        asked = asked.header(name, value);
    }
    match asked.header("User-Agent", USER_AGENT).send().await {
        Ok(answer) => shown(answer, own_port(&request)).await,
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

async fn shown(answer: reqwest::Response, sandbox_port: u16) -> HttpResponse {
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
            header::LOCATION => inside(text, sandbox_port),
            header::CONTENT_SECURITY_POLICY => Some(with_bridge_let_in(text, &bridge)),
            _ => None,
        };
        let value = bent.map_or_else(|| HeaderValue::from_bytes(value.as_bytes()), |text| HeaderValue::from_str(&text));
        if let Ok(value) = value {
            response.append_header((name, value));
        }
    }
    let kind = answer.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("text/html") {
        // Piece by piece: a stream of events must arrive while it goes on.
        let pieces = stream::unfold(answer, |mut answer| async move {
            let piece = answer.chunk().await.transpose()?;
            Some((piece.map_err(std::io::Error::other), answer))
        });
        return response.streaming(pieces);
    }
    match answer.text().await {
        Ok(html) => response.body(with_bridge(&kept_inside(&html, sandbox_port), &bridge)),
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

/// Links to pages of this machine stay inside WeChat.
fn kept_inside(html: &str, sandbox_port: u16) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("http://") {
        let (before, from) = rest.split_at(at);
        kept.push_str(before);
        let end = from.find(['"', '\'', '<', ' ', '&', ')']).unwrap_or(from.len());
        let (address, after) = from.split_at(end);
        let is_bare = !address.trim_start_matches("http://").contains('/');
        match inside(address, sandbox_port) {
            Some(there) => kept.push_str(if is_bare { there.trim_end_matches('/') } else { &there }),
            None => kept.push_str(address),
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

fn with_bridge(html: &str, bridge: &str) -> String {
    let script = format!("<script src=\"{bridge}/phone/weixin-js-bridge.js\"></script>");
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
        assert_eq!(inside("http://127.0.0.1:8080/pay/p1?client_secret=a%2Fb", 8090).as_deref(), Some(there));
        assert_eq!(inside("http://localhost:8080/pay/p1?client_secret=a%2Fb", 8090).as_deref(), Some(there));
        assert_eq!(outside(there).as_deref(), Some("http://127.0.0.1:8080/pay/p1?client_secret=a%2Fb"));
        for elsewhere in
            ["http://10.0.0.1/", "https://shop.example.com/", "http://localhost.evil.test/", "weixin://x", ""]
        {
            assert_eq!(inside(elsewhere, 8090), None, "{elsewhere}");
        }
        assert_eq!(outside("http://p80.wechat.localhost.evil.test/"), None);
    }

    #[test]
    fn links_in_a_page_stay_inside() {
        let html = r#"<a href="http://127.0.0.1:1/x">a</a><a href='http://localhost:2'>b</a> http://example.com/"#;
        let kept = r#"<a href="http://p1.wechat.localhost:9/x">a</a><a href='http://p2.wechat.localhost:9'>b</a> http://example.com/"#;
        assert_eq!(kept_inside(html, 9), kept);
    }

    #[test]
    fn the_policy_stands_but_for_the_bridge() {
        let policy = "default-src 'none'; script-src 'self'; img-src 'self'";
        let bent = "default-src 'none'; script-src 'self' http://b; img-src 'self'; frame-src http://b";
        assert_eq!(with_bridge_let_in(policy, "http://b"), bent);
    }
}
