//! The control API of the stand-in for Alipay, as JSON under `/sandbox/alipay`.
//!
//! Promises: every error names the field, the problem and the fix. Asks for no password:
//! run the sandbox only where strangers cannot reach it.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use serde::Deserialize;
use serde_json::json;

use super::alipay::{
    Alipay, BillEdit, Fault, MerchantDraft, PayDraft, PaymentCodeDraft, buyer_id_of, buyer_open_id_of,
};
use super::control::{Answer, read};

type Pay = Data<Arc<Alipay>>;

pub(super) fn configure(service: &mut ServiceConfig) {
    let merchant = "/sandbox/alipay/merchants/{app_id}";
    service
        .service(
            web::resource("/sandbox/alipay/faults")
                .route(web::get().to(list_faults))
                .route(web::post().to(add_fault))
                .route(web::delete().to(clear_faults)),
        )
        .service(
            web::resource("/sandbox/alipay/merchants")
                .route(web::get().to(list_merchants))
                .route(web::post().to(add_merchant)),
        )
        .route("/sandbox/alipay/payment-codes", web::post().to(show_payment_code))
        .route("/sandbox/alipay/app/invoke", web::post().to(invoke_app))
        .route("/sandbox/alipay/jsapi/invoke", web::post().to(invoke_jsapi))
        .route("/sandbox/alipay/buyers", web::post().to(tell_buyer))
        .route(&format!("{merchant}/book"), web::get().to(read_book))
        .route(&format!("{merchant}/balance"), web::post().to(set_balance))
        .route(&format!("{merchant}/rotate"), web::post().to(rotate))
        .route(&format!("{merchant}/rotate-to-impostor"), web::post().to(rotate_to_impostor))
        .route(&format!("{merchant}/orders/{{number}}/scan"), web::post().to(scan_order))
        .route(&format!("{merchant}/orders/{{number}}/pay"), web::post().to(pay_order))
        .route(&format!("{merchant}/orders/{{number}}/refuse"), web::post().to(refuse_order))
        .route(&format!("{merchant}/orders/{{number}}/notify"), web::post().to(notify_again))
        .route(&format!("{merchant}/orders/{{number}}/refund-by-hand"), web::post().to(refund_by_hand))
        .route(&format!("{merchant}/orders/{{number}}/refunds/{{request}}/settle"), web::post().to(settle_refund))
        .route(&format!("{merchant}/bills/{{date}}/edits"), web::post().to(edit_bill))
        .route(&format!("{merchant}/bills/{{date}}/edits"), web::delete().to(clear_bill_edits))
        .route(&format!("{merchant}/bills/{{date}}/synthetic"), web::post().to(serve_synthetic_bill));
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderStringBody {
    order_string: String,
}

async fn invoke_app(pay: Pay, body: Bytes) -> Answer {
    let asked: OrderStringBody = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.invoke_app(&asked.order_string)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TradeNumberBody {
    trade_no: String,
}

async fn invoke_jsapi(pay: Pay, body: Bytes) -> Answer {
    let asked: TradeNumberBody = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.invoke_jsapi(&asked.trade_no)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BuyerBody {
    app_id: String,
    person: String,
}

async fn tell_buyer(body: Bytes) -> Answer {
    let asked: BuyerBody = read(&body)?;
    Ok(HttpResponse::Ok().json(json!({
        "buyer_id": buyer_id_of(&asked.person),
        "buyer_open_id": buyer_open_id_of(&asked.app_id, &asked.person),
    })))
}

async fn read_book(pay: Pay, app_id: Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(pay.book(&app_id)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BalanceBody {
    balance_fen: Option<i64>,
}

async fn set_balance(pay: Pay, app_id: Path<String>, body: Bytes) -> Answer {
    pay.set_balance(&app_id, read::<BalanceBody>(&body)?.balance_fen)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn rotate(pay: Pay, app_id: Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(pay.rotate(&app_id).await?))
}

async fn rotate_to_impostor(pay: Pay, app_id: Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(pay.rotate_to_impostor(&app_id).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScanBody {
    buyer: Option<String>,
}

async fn scan_order(pay: Pay, path: Path<(String, String)>, body: Bytes) -> Answer {
    let asked: ScanBody = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.reach_as(&path.0, &path.1, asked.buyer.as_deref())?))
}

async fn pay_order(pay: Pay, path: Path<(String, String)>, body: Bytes) -> Answer {
    let draft: PayDraft = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.pay(&path.0, &path.1, &draft)?))
}

async fn refuse_order(pay: Pay, path: Path<(String, String)>) -> Answer {
    Ok(HttpResponse::Ok().json(pay.refuse(&path.0, &path.1)?))
}

async fn notify_again(pay: Pay, path: Path<(String, String)>) -> Answer {
    pay.book_trade(&path.0, &path.1)?;
    let sent = pay.notify_again(&path.0, &path.1).await;
    Ok(HttpResponse::Ok().json(json!({ "sent": sent })))
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettleBody {
    succeeds: bool,
}

async fn settle_refund(pay: Pay, path: Path<(String, String, String)>, body: Bytes) -> Answer {
    let asked: SettleBody = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.settle_refund(&path.0, &path.1, &path.2, asked.succeeds)?))
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
    pay.serve_synthetic_bill(&path.0, &path.1, read::<SyntheticBody>(&body)?.rows)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn list_faults(pay: Pay) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "data": pay.faults() }))
}

async fn add_fault(pay: Pay, body: Bytes) -> Answer {
    let fault: Fault = read(&body)?;
    pay.add_fault(fault.clone())?;
    Ok(HttpResponse::Created().json(fault))
}

async fn clear_faults(pay: Pay) -> HttpResponse {
    pay.clear_faults();
    HttpResponse::NoContent().finish()
}
