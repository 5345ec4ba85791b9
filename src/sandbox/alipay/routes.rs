//! The addresses of Alipay's gateway this stand-in answers.

use std::sync::Arc;

use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::{Alipay, bill_calls, bills, calls, rest_calls};

type Pay = Data<Arc<Alipay>>;

pub(crate) fn configure(service: &mut ServiceConfig) {
    service
        .service(web::resource("/gateway.do").route(web::get().to(gateway)).route(web::post().to(gateway)))
        .route("/v3/alipay/{rest:.*}", web::route().to(rest))
        .route(bills::PATH, web::get().to(download_bill));
}

async fn gateway(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    calls::gateway(&pay, &request, &body).await
}

async fn rest(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    rest_calls::answer(&pay, &request, &body).await
}

async fn download_bill(pay: Pay, request: HttpRequest) -> HttpResponse {
    bill_calls::download(&pay, &request).await
}
