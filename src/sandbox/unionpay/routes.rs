//! The addresses of UnionPay's gateway and file host that this stand-in answers (§2.2).

use std::sync::Arc;

use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::UnionPay;
use super::calls::answer;
use super::requests::Door;

type Pay = Data<Arc<UnionPay>>;

/// The form of browsers is answered with a page, by the phone.
pub(crate) const FRONT: &str = "/gateway/api/frontTransReq.do";

pub(crate) fn configure(service: &mut ServiceConfig) {
    service
        .route("/gateway/api/appTransReq.do", web::post().to(app))
        .route("/gateway/api/backTransReq.do", web::post().to(back))
        .route("/gateway/api/queryTrans.do", web::post().to(query))
        // The file host has nothing but its root.
        .route("/", web::post().to(file));
}

async fn app(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    answer(&pay, &request, &body, Door::App).await
}

async fn back(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    answer(&pay, &request, &body, Door::Back).await
}

async fn query(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    answer(&pay, &request, &body, Door::Query).await
}

async fn file(pay: Pay, request: HttpRequest, body: Bytes) -> HttpResponse {
    answer(&pay, &request, &body, Door::File).await
}
