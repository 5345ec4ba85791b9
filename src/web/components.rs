//! `GET /components/{name}.js`: custom elements for any shop's pages, one script tag each.
//!
//! Promised: no framework, nothing loaded from anybody else, compressed when the program was built. A page
//! of any origin may load them; what they may ask for is decided by the publishable key.

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::assets;

/// The public name and the file among the assets.
const COMPONENTS: [(&str, &str); 1] = [("address.js", "luodi-address.js")];

/// An hour, and the old one for a day while a new one is fetched: shops embed the address without a version.
const KEPT: &str = "public, max-age=3600, stale-while-revalidate=86400";

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/components/{name}").route(web::get().to(serve)).route(web::head().to(serve)));
}

async fn serve(request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    let Some((_, file)) = COMPONENTS.iter().find(|(public, _)| *public == name.as_str()) else {
        return HttpResponse::NotFound().finish();
    };
    let mut response = assets::send(&request, file);
    let mut set = |name: HeaderName, value| response.headers_mut().insert(name, HeaderValue::from_static(value));
    if !request.query_string().contains("v=") {
        set(header::CACHE_CONTROL, KEPT);
    }
    // For `crossorigin` and `integrity` on the script tag, and for pages that isolate themselves.
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    response
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::{App, test as http};

    use super::*;

    #[actix_web::test]
    async fn any_page_may_embed_a_component() {
        let app = http::init_service(App::new().configure(configure)).await;
        let request = http::TestRequest::get().uri("/components/address.js").to_request();
        let response = http::call_service(&app, request).await;
        let header = |name: &str| response.headers().get(name).map_or("", |v| v.to_str().unwrap()).to_owned();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(header("access-control-allow-origin"), "*");
        assert_eq!(header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(header("cache-control"), KEPT);
        assert!(header("etag").starts_with('"'));
    }

    #[actix_web::test]
    async fn there_are_no_others() {
        let app = http::init_service(App::new().configure(configure)).await;
        for name in ["/components/cashier.js", "/components/luodi-address.js", "/components/..%2faddress.js"] {
            let response = http::call_service(&app, http::TestRequest::get().uri(name).to_request()).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}
