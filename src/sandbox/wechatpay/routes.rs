//! The addresses of APIv3 this stand-in answers.

use std::sync::Arc;

use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::calls::{answer, unknown_path};
use super::faults::Operation;
use super::{WeChatPay, certificates, orders, refunds};

type Pay = Data<Arc<WeChatPay>>;

pub(crate) fn configure(service: &mut ServiceConfig) {
    service
        .route("/v3/pay/transactions/native", web::post().to(create))
        .route("/v3/pay/transactions/out-trade-no/{number}", web::get().to(query))
        .route("/v3/pay/transactions/id/{number}", web::get().to(query_by_transaction))
        .route("/v3/pay/transactions/out-trade-no/{number}/close", web::post().to(close))
        .route("/v3/refund/domestic/refunds", web::post().to(refund))
        .route("/v3/refund/domestic/refunds/{number}", web::get().to(query_refund))
        .route("/v3/certificates", web::get().to(list_certificates))
        .route("/v3/{rest:.*}", web::route().to(unknown));
}

async fn create(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    answer(&pay, &request, &body, Operation::Create, None, orders::create).await
}

async fn query(pay: Pay, request: HttpRequest, body: Bytes, number: Path<String>) -> HttpResponse {
    answer(&pay, &request, &body, Operation::Query, Some(&number), |merchant, commit| {
        orders::query(merchant, &number, commit)
    })
    .await
}

async fn query_by_transaction(pay: Pay, request: HttpRequest, body: Bytes, number: Path<String>) -> HttpResponse {
    answer(&pay, &request, &body, Operation::Query, Some(&number), |merchant, commit| {
        orders::query_by_transaction(merchant, &number, commit)
    })
    .await
}

async fn close(pay: Pay, request: HttpRequest, body: Bytes, number: Path<String>) -> HttpResponse {
    answer(&pay, &request, &body, Operation::Close, Some(&number), |merchant, commit| {
        orders::close(merchant, &number, commit)
    })
    .await
}

async fn refund(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    let response = answer(&pay, &request, &body, Operation::Refund, None, refunds::create).await;
    pay.woken.notify_one();
    response
}

async fn query_refund(pay: Pay, request: HttpRequest, body: Bytes, number: Path<String>) -> HttpResponse {
    answer(&pay, &request, &body, Operation::QueryRefund, Some(&number), |merchant, commit| {
        refunds::query(merchant, &number, commit)
    })
    .await
}

async fn list_certificates(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    answer(&pay, &request, &body, Operation::Certificates, None, certificates::list).await
}

async fn unknown(request: HttpRequest) -> HttpResponse {
    unknown_path(request.path())
}
