//! One call from reading to answering, through either door: verify, strike with a fault,
//! commit, sign.
//!
//! Promises: nothing is committed before the request's signature holds; the signature of an
//! answer covers the very bytes sent; every call is written into the merchant's book.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::Alipay;
use super::authorization::Parameters;
use super::barcode::{self, PaymentCodes};
use super::book::BookCall;
use super::encryption::ContentKey;
use super::errors::Refusal;
use super::faults::{FaultKind, Operation, take};
use super::forms::Charset;
use super::merchants::Merchant;
use super::orders::Product;
use super::signing::{ServingKey, SignatureFlaw};
use super::{bill_calls, closing, opening, refunds};
use crate::clock::Timestamp;
use crate::sandbox::wire::{base_url, reset};

/// A handled call: `code` and what the operation tells.
pub(super) struct Told {
    pub(super) code: &'static str,
    pub(super) fields: Value,
}

impl From<Value> for Told {
    fn from(fields: Value) -> Self {
        Self { code: "10000", fields }
    }
}

pub(super) type Outcome = Result<Told, Refusal>;

/// What an operation may look at while it commits.
pub(super) struct Commit<'a> {
    pub(super) content: &'a Value,
    pub(super) now: Timestamp,
    pub(super) fault: Option<&'a FaultKind>,
    pub(super) notify_url: Option<&'a str>,
    pub(super) return_url: Option<&'a str>,
    pub(super) charset: Charset,
    /// Where this stand-in was called; links it hands out begin with it. No trailing slash.
    pub(super) base_url: String,
    /// What the phones of this Alipay show to cashiers.
    pub(super) payment_codes: &'a mut PaymentCodes,
}

fn perform(operation: Operation, merchant: &mut Merchant, commit: &mut Commit<'_>) -> Outcome {
    let told = match operation {
        Operation::Pay => return barcode::pay(merchant, commit),
        Operation::Precreate => opening::precreate(merchant, commit)?,
        Operation::PagePay => opening::open_page(merchant, commit, Product::Page)?,
        Operation::WapPay => opening::open_page(merchant, commit, Product::Wap)?,
        Operation::Create => opening::create(merchant, commit)?,
        Operation::Query => closing::query(merchant, commit)?,
        Operation::Close => closing::close(merchant, commit)?,
        Operation::Cancel => closing::cancel(merchant, commit)?,
        Operation::Refund => refunds::refund(merchant, commit)?,
        Operation::QueryRefund => refunds::query_refund(merchant, commit)?,
        Operation::BillUrl => bill_calls::download_url(merchant, commit)?,
        Operation::DownloadCertificate => merchant.trust.download(commit.content)?,
        // Never called by a merchant's server.
        Operation::BillDownload | Operation::Notify => {
            return Err(Refusal::invalid("invalid-method", "不存在的方法名"));
        }
    };
    Ok(told.into())
}

/// The business part of a call, the same through either door.
pub(super) fn commit(
    merchant: &mut Merchant,
    faults: &mut Vec<super::Fault>,
    operation: Operation,
    commit: &mut Commit<'_>,
) -> (Option<FaultKind>, Outcome) {
    let content = commit.content;
    let numbers: Vec<&str> = ["trade_no", "out_trade_no", "out_request_no", "bill_date"]
        .iter()
        .filter_map(|name| content.get(*name)?.as_str())
        .collect();
    let fault = take(faults, operation, &merchant.app_id, &numbers);
    merchant.advance(commit.now);
    let outcome = match &fault {
        Some(FaultKind::ErrorBeforeCommit { code, sub_code }) => Err(Refusal::new(code, sub_code, "沙箱模拟的错误")),
        Some(FaultKind::ResetBeforeCommit) => Err(Refusal::new("20000", "sandbox.reset", "沙箱断开连接")),
        _ => {
            let mut struck = Commit {
                fault: fault.as_ref(),
                payment_codes: &mut *commit.payment_codes,
                base_url: commit.base_url.clone(),
                ..*commit
            };
            perform(operation, merchant, &mut struck)
        }
    };
    let number = numbers.last().map(|number| (*number).to_owned());
    merchant.note_call(BookCall::of(operation, number, &outcome, fault.as_ref(), commit.now));
    let outcome = match &fault {
        Some(FaultKind::ErrorAfterCommit { code, sub_code }) => {
            Err(Refusal::new(code, sub_code, "沙箱模拟的错误，操作已生效"))
        }
        Some(FaultKind::WrongAmount) => outcome.map(add_one_fen),
        _ => outcome,
    };
    (fault, outcome)
}

fn add_one_fen(mut told: Told) -> Told {
    let more = |text: &str| -> Option<String> {
        let fen: i64 = text.replace('.', "").parse().ok()?;
        Some(super::fields::yuan(fen + 1))
    };
    if let Some(told) = told.fields.get_mut("total_amount")
        && let Some(wrong) = told.as_str().and_then(more)
    {
        *told = json!(wrong);
    }
    told
}

/// What the client is answered instead of, or before, the document.
pub(super) async fn struck(fault: Option<&FaultKind>) -> Option<HttpResponse> {
    match fault {
        Some(FaultKind::ResetBeforeCommit | FaultKind::ResetAfterCommit) => Some(reset()),
        Some(FaultKind::HttpStatus { status }) => {
            let status = actix_web::http::StatusCode::from_u16(*status).unwrap_or_default();
            Some(HttpResponse::build(status).content_type("text/html").body("<html><body>Tengine</body></html>"))
        }
        Some(FaultKind::Delay { delay_ms }) => {
            tokio::time::sleep(std::time::Duration::from_millis(*delay_ms)).await;
            None
        }
        _ => None,
    }
}

pub(super) fn flaw_of(fault: Option<&FaultKind>) -> Option<SignatureFlaw> {
    match fault? {
        FaultKind::BadSignature => Some(SignatureFlaw::Wrong),
        FaultKind::Unsigned => Some(SignatureFlaw::Missing),
        FaultKind::UnknownCertificate => Some(SignatureFlaw::UnknownCertificate),
        _ => None,
    }
}

/// How a version 2 answer is written.
struct Rendering {
    node_name: String,
    key: Option<ServingKey>,
    charset: Charset,
    content_key: Option<ContentKey>,
}

/// `/gateway.do`.
pub(super) async fn gateway(pay: &Alipay, request: &HttpRequest, body: &Bytes) -> HttpResponse {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let form: &[u8] = if kind.starts_with("application/x-www-form-urlencoded") { body } else { b"" };
    let mut rendering =
        Rendering { node_name: "error_response".to_owned(), key: None, charset: Charset::Utf8, content_key: None };
    let read = Parameters::read(request.query_string().as_bytes(), form);
    let parameters = match read {
        Ok(parameters) => parameters,
        Err(refusal) => return answer(&rendering, None, &Err(refusal)),
    };
    rendering.charset = parameters.charset;
    let operation = parameters.operation().ok();
    let (fault, outcome) = match gateway_call(pay, request, &parameters, &mut rendering) {
        Ok(called) => called,
        Err(refusal) => {
            if refusal.is_unauthenticated {
                rendering.key = None;
            }
            (None, Err(refusal))
        }
    };
    if let Some(instead) = struck(fault.as_ref()).await {
        return instead;
    }
    if operation.is_some_and(Operation::is_opened_by_buyer) {
        return to_page(&outcome);
    }
    pay.woken.notify_one();
    answer(&rendering, fault.as_ref(), &outcome)
}

fn gateway_call(
    pay: &Alipay,
    request: &HttpRequest,
    parameters: &Parameters,
    rendering: &mut Rendering,
) -> Result<(Option<FaultKind>, Outcome), Refusal> {
    let now = pay.clock.now();
    let app_id = parameters.check_common()?;
    let mut guard = pay.lock();
    let state = &mut *guard;
    let merchant = state
        .merchants
        .get_mut(app_id)
        .ok_or_else(|| Refusal::invalid("invalid-app-id", "无效的AppID参数").unauthenticated())?;
    rendering.key = Some(merchant.trust.serving_key());
    parameters.authorize(merchant, now)?;
    let operation = parameters.operation()?;
    let content = parameters.content(merchant, operation)?;
    rendering.node_name = format!("{}_response", parameters.get("method").unwrap_or_default().replace('.', "_"));
    if parameters.get("encrypt_type").is_some() {
        rendering.content_key.clone_from(&merchant.content_key);
    }
    let mut asked = Commit {
        content: &content,
        now,
        fault: None,
        notify_url: parameters.get("notify_url"),
        return_url: parameters.get("return_url"),
        charset: parameters.charset,
        base_url: base_url(request),
        payment_codes: &mut state.payment_codes,
    };
    Ok(commit(merchant, &mut state.faults, operation, &mut asked))
}

/// The browser goes on to a page of Alipay's, never to a document.
fn to_page(outcome: &Outcome) -> HttpResponse {
    let address = match outcome {
        Ok(told) => told.fields["page"].as_str().unwrap_or("/alipay/error").to_owned(),
        Err(refusal) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("sub_code", &refusal.sub_code).append_pair("sub_msg", &refusal.sub_msg);
            format!("/alipay/error?{}", query.finish())
        }
    };
    HttpResponse::Found().insert_header((header::LOCATION, address)).finish()
}

fn answer(rendering: &Rendering, fault: Option<&FaultKind>, outcome: &Outcome) -> HttpResponse {
    let node = match outcome {
        Ok(told) => {
            let mut node = json!({ "code": told.code, "msg": "Success" });
            if told.code == "10003" {
                node["msg"] = json!("order success pay inprocess");
            }
            if let (Some(node), Some(fields)) = (node.as_object_mut(), told.fields.as_object()) {
                node.extend(fields.clone());
            }
            node
        }
        Err(refusal) => refusal.node(),
    };
    let is_extra = fault == Some(&FaultKind::ExtraFields);
    let text = if is_extra { reordered(&node) } else { escaped(&node) };
    let text = match &rendering.content_key {
        Some(key) => json!(key.seal(&text)).to_string(),
        None => text,
    };
    let node = rendering.charset.encode(&text);
    let flaw = flaw_of(fault);
    let signature = rendering.key.as_ref().and_then(|key| key.sign(&node, flaw));
    let mut members = vec![[format!("\"{}\":", rendering.node_name).as_bytes(), &node].concat()];
    let cert_sn = rendering.key.as_ref().and_then(|key| key.told_cert_sn(flaw));
    members.extend(cert_sn.map(|sn| format!("\"alipay_cert_sn\":\"{sn}\"").into_bytes()));
    members.extend(signature.map(|signature| format!("\"sign\":\"{signature}\"").into_bytes()));
    if is_extra {
        members.reverse();
    }
    let separator: &[u8] = if is_extra { b" ,\n " } else { b"," };
    let document = [b"{", members.join(separator).as_slice(), b"}"].concat();
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, format!("text/html;charset={}", rendering.charset.name())))
        .insert_header(("trace_id", super::keys::random_alphanumeric(32).to_lowercase()))
        .body(document)
}

/// As Alipay writes JSON: slashes are escaped.
fn escaped(node: &Value) -> String {
    node.to_string().replace('/', "\\/")
}

/// Same meaning, other bytes: members backwards, blanks, braces in texts, unknown fields.
fn reordered(node: &Value) -> String {
    let mut members: Vec<String> = node
        .as_object()
        .map(|map| map.iter().rev().map(|(name, value)| format!("{} : {}", json!(name), escaped(value))).collect())
        .unwrap_or_default();
    members.push(r#""sandbox_unknown" : {"a" : [1, null, "}\"{ \u672a\u77e5 \/"]}"#.to_owned());
    format!("{{ {} }}", members.join(" ,\n "))
}
