//! WeChat's web login as far as payment needs it: the silent `snsapi_base` (openid only).
//!
//! Promises: the authorisation page strongly matches its parameters, as the real one does,
//! and works only inside WeChat; errors of the token call are HTTP 200 with an `errcode`.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::WeChatPay;
use super::apps::{OAuthError, SHOPPER};
use super::calls::{refused, reset};
use super::errors::Refusal;
use super::faults::{FaultKind, Operation, take};
use super::keys::random_alphanumeric;

type Pay = Data<Arc<WeChatPay>>;

const PARAMETERS: [&str; 5] = ["appid", "redirect_uri", "response_type", "scope", "state"];
const STATE_MAX_CHARS: usize = 128;
/// Which of several people holds this browser; tests that need two set it.
const PERSON_COOKIE: &str = "sandbox_person";
const TOKEN_LIFETIME_S: u32 = 7200;

pub(super) fn configure(service: &mut ServiceConfig) {
    service
        .route("/connect/oauth2/authorize", web::get().to(authorize))
        .route("/sns/oauth2/access_token", web::get().to(exchange));
}

/// The page a person sees instead of being sent back.
fn error_page(number: u32, problem: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::OK)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'"))
        .body(format!("<!doctype html><meta charset=utf-8><title>{number}</title><h1>{problem}</h1><p>{number}</p>"))
}

/// `GET https://open.weixin.qq.com/connect/oauth2/authorize`.
async fn authorize(pay: Pay, request: HttpRequest) -> HttpResponse {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !agent.contains("MicroMessenger") {
        return error_page(10000, "请在微信客户端打开链接");
    }
    let given: Vec<(String, String)> = form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
    let names: Vec<&str> = given.iter().map(|(name, _)| name.as_str()).collect();
    // Strong matching: the real page refuses another order of the five parameters.
    if !names.starts_with(&PARAMETERS) || !names.iter().skip(5).all(|n| ["forcePopup", "connect_redirect"].contains(n))
    {
        return error_page(10000, "参数错误：须依次为 appid redirect_uri response_type scope state");
    }
    let value = |at: usize| given.get(at).map_or("", |(_, value)| value.as_str());
    let (appid, state) = (value(0), value(4));
    if value(2) != "code" || !["snsapi_base", "snsapi_userinfo"].contains(&value(3)) {
        return error_page(10005, "response_type须为code，scope须为snsapi_base或snsapi_userinfo");
    }
    if state.len() > STATE_MAX_CHARS || !state.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return error_page(10000, "state须为不超过128字节的字母和数字");
    }
    let Some(mut back) = url::Url::parse(value(1)).ok().filter(|url| ["http", "https"].contains(&url.scheme())) else {
        return error_page(10003, "redirect_uri域名与后台配置不一致");
    };
    let person = person_of(&request);
    let code = {
        let now = pay.clock.now();
        let mut guard = pay.lock();
        if !guard.apps.knows(appid) {
            return error_page(10013, "appid参数错误");
        }
        if !guard.apps.may_return_to(appid, back.host_str().unwrap_or_default()) {
            return error_page(10003, "redirect_uri域名与后台配置不一致");
        }
        guard.apps.issue_code(appid, &person, now)
    };
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", state);
    HttpResponse::Found().insert_header((header::LOCATION, back.to_string())).finish()
}

fn person_of(request: &HttpRequest) -> String {
    let sent = request.headers().get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut pairs = sent.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == PERSON_COOKIE).map_or(SHOPPER, |(_, person)| person).to_owned()
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Exchange {
    appid: String,
    secret: String,
    code: String,
    grant_type: String,
}

/// `text/plain` without a charset, as clients meet it.
fn told(answer: &Value) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain")).body(answer.to_string())
}

fn failed(errcode: i64, errmsg: &str) -> HttpResponse {
    told(&json!({ "errcode": errcode, "errmsg": format!("{errmsg}, rid: {}", random_alphanumeric(24)) }))
}

/// `GET https://api.weixin.qq.com/sns/oauth2/access_token`.
async fn exchange(pay: Pay, asked: Query<Exchange>) -> HttpResponse {
    let missing = [(&asked.appid, 41002, "appid missing"), (&asked.secret, 41004, "appsecret missing")]
        .into_iter()
        .chain([(&asked.code, 41008, "missing code")])
        .find(|(value, _, _)| value.is_empty());
    if let Some((_, errcode, errmsg)) = missing {
        return failed(errcode, errmsg);
    }
    if asked.grant_type != "authorization_code" {
        return failed(40002, "invalid grant_type");
    }
    let (fault, redeemed) = {
        let now = pay.clock.now();
        let mut guard = pay.lock();
        let state = &mut *guard;
        let fault = take(&mut state.faults, Operation::OauthToken, &asked.appid, &[&asked.appid, &asked.code]);
        match &fault {
            Some(FaultKind::ResetBeforeCommit) => return reset(),
            Some(FaultKind::OauthError { errcode }) => return failed(*errcode, "sandbox"),
            Some(FaultKind::ErrorBeforeCommit { status, code }) => {
                return refused(&Refusal::new(*status, code, "沙箱模拟的错误"));
            }
            _ => {}
        }
        let redeemed = state.apps.redeem(&asked.appid, &asked.secret, &asked.code, now);
        (fault, redeemed)
    };
    match &fault {
        Some(FaultKind::ResetAfterCommit) => return reset(),
        Some(FaultKind::ErrorAfterCommit { status, code }) => {
            return refused(&Refusal::new(*status, code, "沙箱模拟的错误，操作已生效"));
        }
        Some(FaultKind::Delay { delay_ms }) => tokio::time::sleep(Duration::from_millis(*delay_ms)).await,
        _ => {}
    }
    match redeemed {
        Ok(openid) => told(&token(&openid, fault.as_ref())),
        Err(problem) => refuse(problem),
    }
}

fn refuse(problem: OAuthError) -> HttpResponse {
    let (errcode, errmsg) = problem.told();
    failed(errcode, errmsg)
}

fn token(openid: &str, fault: Option<&FaultKind>) -> Value {
    let mut answer = json!({
        "access_token": random_alphanumeric(89),
        "expires_in": TOKEN_LIFETIME_S,
        "refresh_token": random_alphanumeric(89),
        "openid": openid,
        "scope": "snsapi_base",
    });
    match fault {
        Some(FaultKind::SnapshotUser) => {
            answer["is_snapshotuser"] = json!(1);
            answer["openid"] = json!(format!("oSnap{}", random_alphanumeric(23)));
        }
        Some(FaultKind::ExtraFields) => answer["sandbox_unknown"] = json!({ "a": [1, null, "未知字段"] }),
        _ => {}
    }
    answer
}
