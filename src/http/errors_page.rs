//! `/docs/errors`: every code of the API with its meaning, where each problem's `type` leads.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::problem::locale_of;
use crate::error::{ApiError, Code};
use crate::i18n;
use crate::web::assets::asset_url;

struct Entry {
    code: &'static str,
    status: u16,
    title: String,
}

#[derive(Template)]
#[template(path = "docs/errors.html")]
struct ErrorsPage {
    lang: &'static str,
    heading: String,
    stylesheet: String,
    entries: Vec<Entry>,
}

pub async fn show(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let locale = locale_of(&request);
    let entries = Code::CATALOGUE
        .iter()
        .map(|(_, code, status)| Entry {
            code,
            status: *status,
            title: i18n::text(locale, &format!("error-{}-title", code.replace('_', "-"))),
        })
        .collect();
    let page = ErrorsPage {
        lang: locale.tag(),
        heading: i18n::text(locale, "errors-heading"),
        stylesheet: asset_url("errors.css"),
        entries,
    };
    let html = page.render().map_err(ApiError::internal)?;
    let mut response = HttpResponse::Ok();
    for header in crate::web::PAGE_HEADERS {
        response.insert_header(header);
    }
    Ok(response.content_type("text/html; charset=utf-8").body(html))
}
