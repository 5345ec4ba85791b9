//! One call from reading to answering: verify, strike with a fault, commit, sign.
//!
//! Promises: nothing is committed before the request's signature holds; every answer is signed
//! and written raw; every call is written into the merchant's book.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};

use super::book::BookCall;
use super::certificates::Authority;
use super::composing::Signer;
use super::errors::{Refusal, resp_msg};
use super::faults::{FaultKind, Operation, take};
use super::merchants::Merchant;
use super::messages::{Fields, NoMessage, read_form};
use super::notifications::echo;
use super::payment_codes::PaymentCodes;
use super::requests::{Door, Request};
use super::signing::SignMethod;
use super::{State, UnionPay, files, following, opening, queries};
use crate::clock::Timestamp;
use crate::sandbox::wire::reset;

pub(super) type Outcome = Result<Fields, Refusal>;

/// A call that was carried out or refused, before its answer is written.
struct Called {
    operation: Option<Operation>,
    outcome: Outcome,
    fault: Option<FaultKind>,
}

impl Called {
    fn refused(refusal: Refusal) -> Self {
        Self { operation: None, outcome: Err(refusal), fault: None }
    }
}

/// What an operation may look at besides its merchant.
struct Surroundings<'a> {
    authority: &'a Authority,
    codes: &'a mut PaymentCodes,
    fault: Option<&'a FaultKind>,
    now: Timestamp,
}

fn perform(operation: Operation, merchant: &mut Merchant, request: Request<'_>, around: Surroundings<'_>) -> Outcome {
    let Surroundings { authority, codes, fault, now } = around;
    match operation {
        Operation::FrontPurchase => opening::front(merchant, request, now),
        Operation::AppPurchase => opening::app(merchant, request, now),
        Operation::QrPurchase => opening::qr(merchant, request, now),
        Operation::BarcodePurchase => opening::barcode(merchant, request, codes, fault, now),
        Operation::Query => queries::query(merchant, request),
        Operation::Refund => following::refund(merchant, request, fault, now),
        Operation::Void => following::void(merchant, request, fault, now),
        Operation::Reversal => following::reversal(merchant, request, now),
        Operation::EncryptionCertificate => queries::encryption_certificate(authority, request),
        Operation::FileDownload => files::download(merchant, request, fault, now),
        Operation::FrontReturn | Operation::Notify => Err(Refusal::new("32", "无此交易权限")),
    }
}

/// The business part: strikes with a fault, commits, writes the book.
fn commit(state: &mut State, request: Request<'_>, door: Door, now: Timestamp) -> Result<Called, Refusal> {
    request.check_common()?;
    let State { merchants, authority, payment_codes, faults } = state;
    let unknown = || Refusal::new("31", "商户状态不正确");
    let merchant = merchants.get_mut(request.required("merId")?).ok_or_else(unknown)?;
    let authority = authority.as_ref().ok_or_else(unknown)?;
    request.authorize(merchant, now)?;
    let operation = request.operation(door)?;
    let named = request.optional("orderId").or_else(|| request.optional("settleDate")).unwrap_or_default();
    let fault = take(faults, operation, &merchant.mer_id, named);
    merchant.advance(now);
    let outcome = match &fault {
        Some(FaultKind::RespCodeBeforeCommit { resp_code }) => Err(Refusal::new(resp_code, "沙箱模拟的应答")),
        Some(FaultKind::ResetBeforeCommit) => Err(Refusal::new("06", "沙箱断开连接")),
        _ => {
            let around = Surroundings { authority, codes: payment_codes, fault: fault.as_ref(), now };
            perform(operation, merchant, request, around)
        }
    };
    merchant.note_call(BookCall {
        at: now,
        operation,
        order_id: request.optional("orderId").map(str::to_owned),
        resp_code: outcome.as_ref().map_or_else(|refusal| refusal.resp_code.clone(), |_| "00".to_owned()),
        fault: fault.clone(),
    });
    Ok(Called { operation: Some(operation), outcome, fault })
}

/// What is answered: the request's own fields, the result, and what the operation tells.
fn told(request: &Fields, called: &Called) -> Fields {
    let mut told = echo(request);
    // §22.3: nothing of a transaction that was not found, no currency where none is certain.
    let is_query = matches!(called.operation, Some(Operation::Query));
    match &called.outcome {
        Ok(more) => {
            told.extend(more.clone());
            told.insert("respCode".to_owned(), "00".to_owned());
            told.insert("respMsg".to_owned(), resp_msg("00"));
        }
        Err(refusal) => {
            told.insert("respCode".to_owned(), refusal.resp_code.clone());
            told.insert("respMsg".to_owned(), refusal.resp_msg());
        }
    }
    if !is_query && let Some(kind) = request.get("fileType") {
        told.insert("fileType".to_owned(), kind.clone());
    }
    told
}

/// What the client is answered instead of, or before, the message.
async fn struck(fault: Option<&FaultKind>) -> Option<HttpResponse> {
    match fault {
        Some(FaultKind::ResetBeforeCommit | FaultKind::ResetAfterCommit) => Some(reset()),
        Some(FaultKind::HttpStatus { status }) => {
            let status = actix_web::http::StatusCode::from_u16(*status).unwrap_or_default();
            Some(HttpResponse::build(status).content_type("text/html").body("<html><body>Error</body></html>"))
        }
        Some(FaultKind::Delay { delay_ms }) => {
            tokio::time::sleep(std::time::Duration::from_millis(*delay_ms)).await;
            None
        }
        _ => None,
    }
}

fn read(request: &HttpRequest, body: &Bytes) -> Result<Fields, Refusal> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return Err(Refusal::format("Content-Type"));
    }
    read_form(body).map_err(|flaw| match flaw {
        NoMessage::Duplicate(name) => Refusal::format(&name),
        NoMessage::NoName => Refusal::format("-"),
    })
}

/// A call of a server.
pub(super) async fn answer(pay: &UnionPay, request: &HttpRequest, body: &Bytes, door: Door) -> HttpResponse {
    let now = pay.clock.now();
    let fields = read(request, body);
    let (fault, written) = {
        let mut state = pay.lock();
        let called = match &fields {
            Ok(fields) => commit(&mut state, Request(fields), door, now).unwrap_or_else(Called::refused),
            Err(refusal) => Called::refused(refusal.clone()),
        };
        let fields = fields.unwrap_or_default();
        let written = written(&state, &fields, &told(&fields, &called), called.fault.as_ref(), now);
        (called.fault, written)
    };
    if let Some(instead) = struck(fault.as_ref()).await {
        return instead;
    }
    pay.woken.notify_one();
    let encoding = if written.starts_with(b"<") { "text/html" } else { "text/plain" };
    HttpResponse::Ok().content_type(encoding).body(written)
}

/// Towards strangers UnionPay signs all the same: its certificate needs no agreement.
fn written(state: &State, request: &Fields, told: &Fields, fault: Option<&FaultKind>, now: Timestamp) -> Vec<u8> {
    let Some(authority) = &state.authority else { return super::messages::raw(told) };
    let merchant = request.get("merId").and_then(|id| state.merchants.get(id));
    let signer = Signer {
        authority,
        method: merchant.map_or(SignMethod::Certificate, |merchant| merchant.sign_method),
        secure_key: merchant.map_or("", |merchant| merchant.secure_key.as_str()),
        merchant_key: merchant.map_or(&authority.keys.unionpay, |merchant| &merchant.key),
        now,
    };
    match signer.compose(told.clone(), fault) {
        Ok(composed) => composed.raw(),
        Err(failure) => {
            tracing::error!(%failure, "a sandbox answer could not be signed");
            b"<html><body>Error</body></html>".to_vec()
        }
    }
}

/// What became of a form that a browser posted: the page's handle, or why there is none.
pub(crate) struct FrontCall {
    pub(crate) outcome: Result<String, String>,
    pub(crate) instead: Option<HttpResponse>,
}

/// The buyer's browser comes with the merchant's form; errors are shown to the buyer alone.
pub(super) async fn front(pay: &UnionPay, request: &HttpRequest, body: &Bytes) -> FrontCall {
    let now = pay.clock.now();
    let called = match read(request, body) {
        Ok(fields) => commit(&mut pay.lock(), Request(&fields), Door::Front, now).unwrap_or_else(Called::refused),
        Err(refusal) => Called::refused(refusal),
    };
    let instead = struck(called.fault.as_ref()).await;
    let outcome = called.outcome.map(|told| told.get("handle").cloned().unwrap_or_default());
    let outcome = outcome.map_err(|refusal| format!("{} {}", refusal.resp_code, refusal.resp_msg()));
    FrontCall { outcome, instead }
}
