//! One call from reading to answering: verify, strike with a fault, commit, sign.
//!
//! Promises: nothing is committed before the request's signature holds; every 2xx is signed
//! with the key the request names; every call is written into the merchant's book.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::{Value, json};

use super::WeChatPay;
use super::authorization::{Authorization, SignedRequest};
use super::book::BookCall;
use super::codepay::PaymentCodes;
use super::errors::Refusal;
use super::faults::{FaultKind, Operation, take};
use super::keys::random_alphanumeric;
use super::merchants::Merchant;
use super::signing::{ServingKey, SignatureFlaw, sign};
use crate::clock::Timestamp;
pub(super) use crate::sandbox::wire::{base_url, reset};

/// A 2xx answer before it is signed.
pub(super) enum Answer {
    Json(Value),
    /// 202: taken, with no result yet.
    Accepted(Value),
    NoContent,
}

/// What an operation may look at while it commits.
pub(super) struct Commit<'a> {
    pub(super) document: &'a Value,
    pub(super) now: Timestamp,
    pub(super) fault: Option<&'a FaultKind>,
    /// Where this stand-in was called; links it hands out begin with it. No trailing slash.
    pub(super) base_url: String,
    /// What the phones of this WeChat show to cashiers.
    pub(super) payment_codes: &'a mut PaymentCodes,
    /// The request's `Wechatpay-Serial`.
    pub(super) named_key: Option<&'a str>,
    query: &'a str,
}

impl Commit<'_> {
    pub(super) fn query(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// How far a call came, told apart because faults strike at different points.
struct Outcome {
    result: Result<Answer, Refusal>,
    key: ServingKey,
}

/// `numbers` are the business numbers in the path; those in the body are added here.
pub(super) async fn answer<F>(
    pay: &WeChatPay,
    request: &HttpRequest,
    body: &Bytes,
    operation: Operation,
    number: Option<&str>,
    perform: F,
) -> HttpResponse
where
    F: FnOnce(&mut Merchant, &mut Commit<'_>) -> Result<Answer, Refusal>,
{
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let signed = SignedRequest { method: request.method().as_str(), target, body };
    let now = pay.clock.now();
    let read = authorize(pay, request.headers(), &signed, now).and_then(|caller| {
        check_headers(request.headers(), body)?;
        Ok((caller, document(body)?))
    });
    let (mchid, document) = match read {
        Ok(read) => read,
        Err(refusal) => return refused(&refusal),
    };
    let mut numbers: Vec<&str> = number.into_iter().collect();
    numbers.extend(["out_trade_no", "out_refund_no"].iter().filter_map(|name| document.get(name)?.as_str()));
    let (fault, outcome) = {
        let mut guard = pay.lock();
        let state = &mut *guard;
        let fault = take(&mut state.faults, operation, &mchid, &numbers);
        let Some(merchant) = state.merchants.get_mut(&mchid) else {
            return refused(&Refusal::signature("商户号不存在"));
        };
        merchant.advance(now);
        let query = request.query_string();
        let named_key = text(request.headers(), "Wechatpay-Serial");
        let key = merchant.trust.key_for_answer(named_key, now);
        let mut commit = Commit {
            document: &document,
            now,
            fault: fault.as_ref(),
            base_url: base_url(request),
            payment_codes: &mut state.payment_codes,
            named_key,
            query,
        };
        let result = struck_before(fault.as_ref()).map_or_else(|| perform(merchant, &mut commit), Err);
        merchant.note_call(BookCall::of(operation, number_told(&numbers), &result, fault.as_ref(), now));
        let is_legacy = fault == Some(FaultKind::LegacySpelling);
        let result = if is_legacy { result.map_err(Refusal::in_old_spelling) } else { result };
        (fault, Outcome { result, key })
    };
    respond(pay, fault, outcome).await
}

fn number_told(numbers: &[&str]) -> Option<String> {
    numbers.last().map(|number| (*number).to_owned())
}

fn struck_before(fault: Option<&FaultKind>) -> Option<Refusal> {
    match fault {
        Some(FaultKind::ErrorBeforeCommit { status, code }) => Some(Refusal::new(*status, code, "沙箱模拟的错误")),
        Some(FaultKind::ResetBeforeCommit) => Some(Refusal::new(502, "SANDBOX_RESET", "沙箱断开连接")),
        _ => None,
    }
}

pub(super) fn authorize(
    pay: &WeChatPay,
    headers: &HeaderMap,
    signed: &SignedRequest<'_>,
    now: Timestamp,
) -> Result<String, Refusal> {
    let header = text(headers, "Authorization").ok_or_else(|| Refusal::signature("Http头缺少Authorization"))?;
    let caller = Authorization::parse(header)?;
    let (key, serial) = {
        let state = pay.lock();
        let merchant = state.merchants.get(&caller.mchid).ok_or_else(|| Refusal::signature("商户号不存在"))?;
        (merchant.public.clone(), merchant.serial.clone())
    };
    caller.verify(signed, &key, &serial, now)?;
    Ok(caller.mchid)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
}

/// §2: every call names its client and accepts JSON; a body says that it is JSON.
fn check_headers(headers: &HeaderMap, body: &Bytes) -> Result<(), Refusal> {
    let accept = text(headers, "Accept");
    if accept.is_none() || text(headers, "User-Agent").is_none() {
        return Err(Refusal::parameter("Http头缺少Accept或User-Agent"));
    }
    if !accept.is_some_and(|kinds| kinds.contains("application/json") || kinds.contains("*/*")) {
        return Err(Refusal::parameter("Http头Accept须包含application/json"));
    }
    let is_json = text(headers, "Content-Type").is_some_and(|kind| kind.starts_with("application/json"));
    if body.is_empty() || is_json {
        Ok(())
    } else {
        Err(Refusal::parameter("Http头Content-Type须为application/json"))
    }
}

fn document(body: &Bytes) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body).map_err(|_| Refusal::parameter("请求体不是合法的JSON"))
}

/// The error envelope, unsigned: clients verify 2xx only (§4.4).
pub(super) fn refused(refusal: &Refusal) -> HttpResponse {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    start(status).json(refusal)
}

fn start(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header(("Request-ID", request_id()));
    response
}

pub(super) fn request_id() -> String {
    format!("08{}-0", random_alphanumeric(30).to_uppercase())
}

async fn respond(pay: &WeChatPay, fault: Option<FaultKind>, outcome: Outcome) -> HttpResponse {
    match &fault {
        Some(FaultKind::ResetBeforeCommit | FaultKind::ResetAfterCommit) => return reset(),
        Some(FaultKind::Delay { delay_ms }) => tokio::time::sleep(std::time::Duration::from_millis(*delay_ms)).await,
        Some(FaultKind::ErrorAfterCommit { status, code }) => {
            return refused(&Refusal::new(*status, code, "沙箱模拟的错误，操作已生效"));
        }
        _ => {}
    }
    let answer = match outcome.result {
        Ok(answer) => answer,
        Err(refusal) => return refused(&refusal),
    };
    let (status, body) = match answer {
        Answer::NoContent => (StatusCode::NO_CONTENT, String::new()),
        Answer::Json(value) => (StatusCode::OK, written(value, fault.as_ref())),
        Answer::Accepted(value) => (StatusCode::ACCEPTED, written(value, fault.as_ref())),
    };
    // Signed when it leaves: a late answer still carries a current timestamp.
    let headers = sign(&outcome.key, body.as_bytes(), pay.clock.now(), fault.as_ref().and_then(flaw_of));
    let mut response = start(status);
    for (name, value) in headers {
        response.insert_header((name, value));
    }
    if status == StatusCode::NO_CONTENT {
        return response.finish();
    }
    response.insert_header((header::CONTENT_TYPE, "application/json; charset=utf-8")).body(body)
}

pub(super) fn flaw_of(fault: &FaultKind) -> Option<SignatureFlaw> {
    match fault {
        FaultKind::BadSignature => Some(SignatureFlaw::Wrong),
        FaultKind::Unsigned => Some(SignatureFlaw::Missing),
        FaultKind::ProbeSignature => Some(SignatureFlaw::Probe),
        FaultKind::UnknownSerial => Some(SignatureFlaw::UnknownSerial),
        FaultKind::StaleTimestamp => Some(SignatureFlaw::StaleTimestamp),
        _ => None,
    }
}

fn written(mut value: Value, fault: Option<&FaultKind>) -> String {
    match fault {
        Some(FaultKind::WrongAmount) => {
            add_one_fen(&mut value);
            value.to_string()
        }
        Some(FaultKind::ExtraFields) => reordered(&value),
        _ => value.to_string(),
    }
}

/// One fen more than the book says, wherever an amount is told.
pub(super) fn add_one_fen(told: &mut Value) {
    for name in ["total", "refund"] {
        if let Some(amount) = told.pointer_mut(&format!("/amount/{name}"))
            && let Some(fen) = amount.as_i64()
        {
            *amount = json!(fen + 1);
        }
    }
}

/// Same meaning, other bytes: keys backwards, spaces, unknown fields (§2: tolerate both).
fn reordered(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut members: Vec<String> =
                map.iter().rev().map(|(key, value)| format!("{} : {}", json!(key), reordered(value))).collect();
            members.push(r#""sandbox_unknown" : {"a" : [1, null, "未知字段"]}"#.to_owned());
            format!("{{ {} }}", members.join(" ,\n "))
        }
        Value::Array(items) => format!("[ {} ]", items.iter().map(reordered).collect::<Vec<_>>().join(" , ")),
        other => other.to_string(),
    }
}

/// Answers for everything under `/v3` that this stand-in does not know.
pub(super) fn unknown_path(path: &str) -> HttpResponse {
    refused(&Refusal::resource_missing(format!("沙箱未实现 {path}")))
}
