//! Version 3's door (§9): REST paths, the status says the outcome, headers carry the signature.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::Alipay;
use super::calls::{Commit, Outcome, commit, flaw_of, struck};
use super::encryption::ContentKey;
use super::errors::Refusal;
use super::faults::{FaultKind, Operation};
use super::forms::Charset;
use super::keys::random_alphanumeric;
use super::merchants::Merchant;
use super::rest_authorization::{RestAuthorization, SignedRequest};
use super::signing::ServingKey;
use crate::sandbox::wire::base_url;

const ENCRYPT_TYPE: &str = "alipay-encrypt-type";

#[derive(Default)]
struct Rendering {
    key: Option<ServingKey>,
    content_key: Option<ContentKey>,
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
}

pub(super) async fn answer(pay: &Alipay, request: &HttpRequest, body: &Bytes) -> HttpResponse {
    let mut rendering = Rendering::default();
    let (fault, outcome) = match call(pay, request, body, &mut rendering) {
        Ok(called) => called,
        Err(refusal) => (None, Err(refusal)),
    };
    if let Some(instead) = struck(fault.as_ref()).await {
        return instead;
    }
    pay.woken.notify_one();
    written(pay, &rendering, fault.as_ref(), outcome)
}

fn call(
    pay: &Alipay,
    request: &HttpRequest,
    body: &Bytes,
    rendering: &mut Rendering,
) -> Result<(Option<FaultKind>, Outcome), Refusal> {
    let now = pay.clock.now();
    let headers = request.headers();
    let authorization = RestAuthorization::parse(text(headers, "authorization"))?;
    let signed = SignedRequest {
        method: request.method().as_str(),
        target: request.uri().path_and_query().map_or("/", |target| target.as_str()),
        path: request.path(),
        body,
        app_auth_token: text(headers, "alipay-app-auth-token"),
        root_cert_sn: text(headers, "alipay-root-cert-sn"),
    };
    let mut guard = pay.lock();
    let state = &mut *guard;
    let merchant = state
        .merchants
        .get_mut(authorization.app_id)
        .ok_or_else(|| Refusal::invalid("invalid-app-id", "无效的AppID参数").unauthenticated())?;
    authorization.verify(&signed, merchant, now)?;
    rendering.key = Some(merchant.trust.serving_key());
    let operation = Operation::of_rest_path(request.path())
        .filter(|operation| request.method().as_str() == method_of(*operation))
        .ok_or_else(|| Refusal::invalid("invalid-method", "不存在的方法名"))?;
    let mut content = content(request, body, merchant, operation)?;
    if text(headers, ENCRYPT_TYPE).is_some() {
        rendering.content_key.clone_from(&merchant.content_key);
    }
    // A member of the body here, a common parameter in version 2.
    let notify_url = content.remove("notify_url").and_then(|url| url.as_str().map(str::to_owned));
    let content = Value::Object(content);
    let mut asked = Commit {
        content: &content,
        now,
        fault: None,
        notify_url: notify_url.as_deref(),
        return_url: None,
        charset: Charset::Utf8,
        base_url: base_url(request),
        payment_codes: &mut state.payment_codes,
    };
    Ok(commit(merchant, &mut state.faults, operation, &mut asked))
}

fn method_of(operation: Operation) -> &'static str {
    if operation == Operation::BillUrl { "GET" } else { "POST" }
}

fn content(
    request: &HttpRequest,
    body: &Bytes,
    merchant: &Merchant,
    operation: Operation,
) -> Result<Map<String, Value>, Refusal> {
    if method_of(operation) == "GET" {
        let pairs = form_urlencoded::parse(request.query_string().as_bytes());
        return Ok(pairs.map(|(name, value)| (name.into_owned(), json!(value))).collect());
    }
    let headers = request.headers();
    let kind = text(headers, "content-type").unwrap_or_default();
    let wrong = |told: &str| Refusal::invalid("invalid-parameter", told);
    let plain = match text(headers, ENCRYPT_TYPE) {
        None if kind.starts_with("application/json") => String::from_utf8_lossy(body).into_owned(),
        None => return Err(wrong("content-type须为application/json")),
        Some("AES") if !kind.starts_with("text/plain") => return Err(wrong("加密请求的content-type须为text/plain")),
        Some("AES") => merchant.decipher(&String::from_utf8_lossy(body))?,
        Some(_) => return Err(Refusal::invalid("invalid-encrypt-type", "无效的加密类型")),
    };
    match serde_json::from_str(&plain) {
        Ok(Value::Object(content)) => Ok(content),
        _ => Err(wrong("请求体须为JSON对象")),
    }
}

fn written(pay: &Alipay, rendering: &Rendering, fault: Option<&FaultKind>, outcome: Outcome) -> HttpResponse {
    let (status, mut document, is_unauthenticated) = match outcome {
        Ok(told) => (StatusCode::OK, told.fields, false),
        Err(refusal) => (refusal.rest_status(), refusal.rest_body(), refusal.is_unauthenticated),
    };
    if fault == Some(&FaultKind::ExtraFields) {
        document["sandbox_unknown"] = json!({ "a": [1, null, "}\"{ 未知"] });
    }
    let plain = document.to_string();
    let (kind, body) = match &rendering.content_key {
        Some(key) => ("text/plain", key.seal(&plain)),
        None => ("application/json;charset=utf-8", plain),
    };
    let mut response = HttpResponse::build(status);
    response.insert_header(("alipay-trace-id", random_alphanumeric(32).to_lowercase()));
    if let Some(key) = rendering.key.as_ref().filter(|_| !is_unauthenticated) {
        for header in key.headers(body.as_bytes(), pay.clock.now(), flaw_of(fault)) {
            response.insert_header(header);
        }
    }
    response.insert_header((header::CONTENT_TYPE, kind)).body(body)
}
