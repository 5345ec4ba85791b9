//! The addresses of APIv3 this stand-in answers.

use std::sync::Arc;

use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::calls::{answer, unknown_path};
use super::faults::Operation;
use super::orders::Product;
use super::parties::Mode;
use super::{WeChatPay, abnormal_refunds, bills, certificates, codepay, oauth, orders, prepay, refunds};

type Pay = Data<Arc<WeChatPay>>;

pub(crate) fn configure(service: &mut ServiceConfig) {
    for family in ["/v3/pay/transactions", "/v3/pay/partner/transactions"] {
        service
            .route(&format!("{family}/{{product}}"), web::post().to(create))
            .route(&format!("{family}/out-trade-no/{{number}}"), web::get().to(query))
            .route(&format!("{family}/id/{{number}}"), web::get().to(query_by_transaction))
            .route(&format!("{family}/out-trade-no/{{number}}/close"), web::post().to(close))
            .route(&format!("{family}/out-trade-no/{{number}}/reverse"), web::post().to(reverse));
    }
    service
        .configure(oauth::configure)
        .route("/v3/refund/domestic/refunds", web::post().to(refund))
        .route("/v3/refund/domestic/refunds/{number}", web::get().to(query_refund))
        .route("/v3/refund/domestic/refunds/{id}/apply-abnormal-refund", web::post().to(apply_abnormal_refund))
        .route("/v3/bill/tradebill", web::get().to(trade_bill))
        .route("/v3/bill/fundflowbill", web::get().to(fund_flow_bill))
        .route("/v3/billdownload/file", web::get().to(download_bill))
        .route("/v3/certificates", web::get().to(list_certificates))
        .route("/v3/{rest:.*}", web::route().to(unknown));
}

fn mode_of(request: &HttpRequest) -> Mode {
    if request.path().starts_with("/v3/pay/partner/") { Mode::Partner } else { Mode::Direct }
}

async fn create(pay: Pay, request: HttpRequest, body: Bytes, product: Path<String>) -> HttpResponse {
    let mode = mode_of(&request);
    match Product::of_path(&product) {
        None => unknown_path(request.path()),
        Some(Product::Codepay) => {
            answer(&pay, &request, &body, Operation::Codepay, None, |merchant, commit| {
                codepay::pay_by_code(merchant, commit, mode)
            })
            .await
        }
        Some(product) => {
            answer(&pay, &request, &body, Operation::Create, None, |merchant, commit| {
                prepay::create(merchant, commit, mode, product)
            })
            .await
        }
    }
}

async fn query(pay: Pay, request: HttpRequest, body: Bytes, number: Path<String>) -> HttpResponse {
    answer(&pay, &request, &body, Operation::Query, Some(&number), |merchant, commit| {
        orders::query(merchant, &number, commit, mode_of(&request))
    })
    .await
}

async fn query_by_transaction(pay: Pay, request: HttpRequest, body: Bytes, number: Path<String>) -> HttpResponse {
    answer(&pay, &request, &body, Operation::Query, Some(&number), |merchant, commit| {
        orders::query_by_transaction(merchant, &number, commit, mode_of(&request))
    })
    .await
}

async fn close(pay: Pay, request: HttpRequest, body: Bytes, number: Path<String>) -> HttpResponse {
    answer(&pay, &request, &body, Operation::Close, Some(&number), |merchant, commit| {
        orders::close(merchant, &number, commit, mode_of(&request))
    })
    .await
}

async fn reverse(pay: Pay, request: HttpRequest, body: Bytes, number: Path<String>) -> HttpResponse {
    answer(&pay, &request, &body, Operation::Reverse, Some(&number), |merchant, commit| {
        codepay::reverse(merchant, &number, commit, mode_of(&request))
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

async fn apply_abnormal_refund(pay: Pay, request: HttpRequest, body: Bytes, id: Path<String>) -> HttpResponse {
    let response = answer(&pay, &request, &body, Operation::AbnormalRefund, Some(&id), |merchant, commit| {
        abnormal_refunds::apply(merchant, &id, commit)
    })
    .await;
    pay.woken.notify_one();
    response
}

fn bill_date(request: &HttpRequest) -> Option<String> {
    let mut given = form_urlencoded::parse(request.query_string().as_bytes());
    given.find(|(name, _)| name == "bill_date").map(|(_, day)| day.into_owned())
}

async fn trade_bill(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    let day = bill_date(&request);
    answer(&pay, &request, &body, Operation::TradeBill, day.as_deref(), bills::trade_bill).await
}

async fn fund_flow_bill(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    let day = bill_date(&request);
    answer(&pay, &request, &body, Operation::FundFlowBill, day.as_deref(), bills::fund_flow_bill).await
}

async fn download_bill(pay: Pay, request: HttpRequest) -> HttpResponse {
    bills::download(&pay, &request).await
}

async fn list_certificates(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    answer(&pay, &request, &body, Operation::Certificates, None, certificates::list).await
}

async fn unknown(request: HttpRequest) -> HttpResponse {
    unknown_path(request.path())
}
