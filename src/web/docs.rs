//! `GET /docs`: the API described by `/openapi.json`, for reading and trying, from this program alone.
//!
//! Promised: no file, font or validator of anybody else. The files are described in `docs/README.md`.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::PAGE_HEADERS;
use super::assets::asset_url;

#[derive(Template)]
#[template(path = "docs/docs.html")]
struct DocsPage {
    interface_css: String,
    page_css: String,
    interface_js: String,
    page_js: String,
}

/// Adds the route.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/docs", web::get().to(page));
}

async fn page() -> HttpResponse {
    let page = DocsPage {
        interface_css: asset_url("swagger-ui.css"),
        page_css: asset_url("docs.css"),
        interface_js: asset_url("swagger-ui-bundle.js"),
        page_js: asset_url("docs.js"),
    };
    let Ok(body) = page.render() else { return HttpResponse::InternalServerError().finish() };
    let mut response = HttpResponse::Ok();
    for header in PAGE_HEADERS {
        response.insert_header(header);
    }
    response.content_type("text/html; charset=utf-8").body(body)
}
