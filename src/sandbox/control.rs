//! The control API: what a script may do to the stand-ins, as JSON under `/sandbox`.
//!
//! Promises: every error names the field, the problem and the fix. Asks for no password:
//! run the sandbox only where strangers cannot reach it.

use std::sync::Arc;

use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::SandboxError;
use super::wechatpay::{
    BillEdit, FaultDraft, Funds, MerchantDraft, PayDraft, PaymentCodeDraft, RefundStatus, SubMerchantDraft, TrustMode,
    WeChatPay, openid_of,
};

type Pay = Data<Arc<WeChatPay>>;
pub(super) type Answer = Result<HttpResponse, SandboxError>;

pub(super) fn configure(service: &mut ServiceConfig) {
    let merchant = "/sandbox/wechatpay/merchants/{mchid}";
    service
        .route("/", web::get().to(index))
        .route("/sandbox", web::get().to(index))
        .route("/sandbox/style.css", web::get().to(style))
        .service(
            web::resource("/sandbox/wechatpay/faults")
                .route(web::get().to(list_faults))
                .route(web::post().to(add_fault))
                .route(web::delete().to(clear_faults)),
        )
        .service(
            web::resource("/sandbox/wechatpay/merchants")
                .route(web::get().to(list_merchants))
                .route(web::post().to(add_merchant)),
        )
        .route("/sandbox/wechatpay/payment-codes", web::post().to(show_payment_code))
        .route("/sandbox/wechatpay/jsapi/invoke", web::post().to(invoke_jsapi))
        .route("/sandbox/wechatpay/mini-program/invoke", web::post().to(invoke_mini_program))
        .route("/sandbox/wechatpay/app/invoke", web::post().to(invoke_app))
        .route("/sandbox/wechatpay/openids", web::post().to(tell_openid))
        .route(&format!("{merchant}/apps"), web::post().to(bind_app))
        .route(&format!("{merchant}/sub-merchants"), web::post().to(put_sub_merchant))
        .route(&format!("{merchant}/funds"), web::post().to(set_funds))
        .route(&format!("{merchant}/orders/{{number}}/refund-by-hand"), web::post().to(refund_by_hand))
        .route(&format!("{merchant}/bills/{{date}}/edits"), web::post().to(edit_bill))
        .route(&format!("{merchant}/bills/{{date}}/edits"), web::delete().to(clear_bill_edits))
        .route(&format!("{merchant}/bills/{{date}}/synthetic"), web::post().to(serve_synthetic_bill))
        .route(&format!("{merchant}/book"), web::get().to(read_book))
        .route(&format!("{merchant}/orders/{{number}}/pay"), web::post().to(pay_order))
        .route(&format!("{merchant}/orders/{{number}}/refuse"), web::post().to(refuse_order))
        .route(&format!("{merchant}/orders/{{number}}/notify"), web::post().to(notify_again))
        .route(&format!("{merchant}/refunds/{{number}}/settle"), web::post().to(settle_refund))
        .route(&format!("{merchant}/certificates/rotate"), web::post().to(rotate_certificate))
        .route(&format!("{merchant}/certificates/retire"), web::post().to(retire_certificates))
        .route(&format!("{merchant}/migrate-to-public-key"), web::post().to(migrate_to_public_key))
        .route(&format!("{merchant}/trust-mode"), web::post().to(set_trust_mode))
        .route("/sandbox/{rest:.*}", web::route().to(unknown));
}

impl ResponseError for SandboxError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Unknown { .. } => StatusCode::NOT_FOUND,
            Self::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Start(_) | Self::Key(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let told = match self {
            Self::Unknown { field, problem, fix } | Self::Refused { field, problem, fix } => {
                json!({ "field": field, "problem": problem, "fix": fix })
            }
            Self::Start(_) | Self::Key(_) => {
                json!({ "field": null, "problem": self.to_string(), "fix": "try again; see the log" })
            }
        };
        HttpResponse::build(self.status_code()).json(json!({ "error": told }))
    }
}

/// An empty body reads as `{}`.
pub(super) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, SandboxError> {
    let text: &[u8] = if body.is_empty() { b"{}" } else { body };
    let mut reader = serde_json::Deserializer::from_slice(text);
    serde_path_to_error::deserialize(&mut reader).map_err(|failure| {
        let path = failure.path().to_string();
        let field = if path == "." { "body" } else { path.as_str() };
        SandboxError::refused(field, &failure.inner().to_string(), "see GET /sandbox for the fields and their values")
    })
}

async fn list_merchants(pay: Pay) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "data": pay.merchants() }))
}

async fn add_merchant(pay: Pay, body: Bytes) -> Answer {
    let draft: MerchantDraft = read(&body)?;
    Ok(HttpResponse::Created().json(pay.add_merchant(draft).await?))
}

async fn show_payment_code(pay: Pay, body: Bytes) -> Answer {
    let draft: PaymentCodeDraft = read(&body)?;
    Ok(HttpResponse::Created().json(pay.show_payment_code(draft)?))
}

async fn invoke_jsapi(pay: Pay, body: Bytes) -> Answer {
    Ok(HttpResponse::Ok().json(pay.invoke_jsapi(&read(&body)?)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MiniProgramBody {
    appid: String,
    parameters: Value,
}

async fn invoke_mini_program(pay: Pay, body: Bytes) -> Answer {
    let asked: MiniProgramBody = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.invoke_mini_program(&asked.appid, &asked.parameters)?))
}

async fn invoke_app(pay: Pay, body: Bytes) -> Answer {
    Ok(HttpResponse::Ok().json(pay.invoke_app(&read(&body)?)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenidBody {
    appid: String,
    person: String,
}

async fn tell_openid(body: Bytes) -> Answer {
    let asked: OpenidBody = read(&body)?;
    Ok(HttpResponse::Ok().json(json!({ "openid": openid_of(&asked.appid, &asked.person) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AppBody {
    appid: String,
}

async fn bind_app(pay: Pay, mchid: Path<String>, body: Bytes) -> Answer {
    let asked: AppBody = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.bind_app(&mchid, &asked.appid)?))
}

async fn put_sub_merchant(pay: Pay, mchid: Path<String>, body: Bytes) -> Answer {
    let draft: SubMerchantDraft = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.put_sub_merchant(&mchid, draft)?))
}

async fn set_funds(pay: Pay, mchid: Path<String>, body: Bytes) -> Answer {
    pay.set_funds(&mchid, read::<Funds>(&body)?)?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefundByHandBody {
    refund_fen: i64,
}

async fn refund_by_hand(pay: Pay, path: Path<(String, String)>, body: Bytes) -> Answer {
    let asked: RefundByHandBody = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.refund_by_hand(&path.0, &path.1, asked.refund_fen)?))
}

async fn edit_bill(pay: Pay, path: Path<(String, String)>, body: Bytes) -> Answer {
    pay.edit_bill(&path.0, &path.1, read::<BillEdit>(&body)?)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn clear_bill_edits(pay: Pay, path: Path<(String, String)>) -> Answer {
    pay.clear_bill_edits(&path.0, &path.1)?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SyntheticBody {
    rows: u64,
}

async fn serve_synthetic_bill(pay: Pay, path: Path<(String, String)>, body: Bytes) -> Answer {
    let asked: SyntheticBody = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.serve_synthetic_bill(&path.0, &path.1, asked.rows).await?))
}

async fn read_book(pay: Pay, mchid: Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(pay.book(&mchid)?))
}

async fn pay_order(pay: Pay, path: Path<(String, String)>, body: Bytes) -> Answer {
    let draft: PayDraft = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.pay(&path.0, &path.1, &draft)?))
}

async fn refuse_order(pay: Pay, path: Path<(String, String)>) -> Answer {
    Ok(HttpResponse::Ok().json(pay.refuse(&path.0, &path.1)?))
}

async fn notify_again(pay: Pay, path: Path<(String, String)>) -> Answer {
    pay.has_order(&path.0, &path.1)?;
    let sent = pay.notify_again(&path.0, &path.1).await;
    Ok(HttpResponse::Ok().json(json!({ "sent": sent })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettleBody {
    status: RefundStatus,
}

async fn settle_refund(pay: Pay, path: Path<(String, String)>, body: Bytes) -> Answer {
    let asked: SettleBody = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.settle_refund(&path.0, &path.1, asked.status)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RotateBody {
    #[serde(default)]
    retire_old: bool,
}

async fn rotate_certificate(pay: Pay, mchid: Path<String>, body: Bytes) -> Answer {
    let asked: RotateBody = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.rotate_certificate(&mchid, asked.retire_old).await?))
}

async fn retire_certificates(pay: Pay, mchid: Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(pay.retire_certificates(&mchid)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TrustModeBody {
    trust_mode: TrustMode,
    public_key_percent: Option<u8>,
    public_key_per_mille: Option<u16>,
}

async fn set_trust_mode(pay: Pay, mchid: Path<String>, body: Bytes) -> Answer {
    let asked: TrustModeBody = read(&body)?;
    let per_mille = asked.public_key_percent.map(|percent| u16::from(percent) * 10).or(asked.public_key_per_mille);
    pay.set_trust_mode(&mchid, asked.trust_mode, per_mille)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn migrate_to_public_key(pay: Pay, mchid: Path<String>) -> Answer {
    pay.migrate_to_public_key(&mchid)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn list_faults(pay: Pay) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "data": pay.faults() }))
}

async fn add_fault(pay: Pay, body: Bytes) -> Answer {
    let fault = read::<FaultDraft>(&body)?.read()?;
    pay.add_fault(fault.clone())?;
    Ok(HttpResponse::Created().json(fault))
}

async fn clear_faults(pay: Pay) -> HttpResponse {
    pay.clear_faults();
    HttpResponse::NoContent().finish()
}

async fn unknown() -> Answer {
    Err(SandboxError::unknown("path", "nothing is served here", "see GET /sandbox for what there is"))
}

async fn index() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'"))
        .content_type("text/html; charset=utf-8")
        .body(include_str!("index.html"))
}

async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(include_str!("index.css"))
}
