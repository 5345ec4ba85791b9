//! `GET /assets/{name}`: what pages load, compressed when the program was built.
//!
//! Promised: a strong ETag per representation, 304 when it matches, a year of caching when the address
//! names the content's hash. Nothing is compressed on request.
//! Refused: names that are not in the table; a client that takes no gzip, for the few files that are
//! stored only compressed.

use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};

/// One file in both forms. The table of them is written by `build.rs`, sorted by name.
struct Asset {
    name: &'static str,
    hash: &'static str,
    content_type: &'static str,
    plain: Option<&'static [u8]>,
    gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Adds the route.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/assets/{name}").route(web::get().to(serve)).route(web::head().to(serve)));
}

/// The address of an asset with its content's hash, so that browsers may keep it for good.
#[must_use]
pub fn asset_url(name: &str) -> String {
    find(name).map_or_else(|| format!("/assets/{name}"), |asset| format!("/assets/{name}?v={}", asset.hash))
}

fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.binary_search_by(|asset| asset.name.cmp(name)).ok().map(|at| &ASSETS[at])
}

async fn serve(request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    send(&request, &name)
}

/// One asset, as the request takes it.
fn send(request: &HttpRequest, name: &str) -> HttpResponse {
    let Some(asset) = find(name) else { return HttpResponse::NotFound().finish() };
    let (body, encoding, etag) = match asset.plain {
        Some(plain) if !takes_gzip(request.headers(), false) => (plain, None, format!("\"{}\"", asset.hash)),
        None if !takes_gzip(request.headers(), true) => return HttpResponse::NotAcceptable().finish(),
        _ => (asset.gzip, Some("gzip"), format!("\"{}-gz\"", asset.hash)),
    };
    let unchanged = matches_etag(request.headers(), &etag);
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, etag))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((header::CACHE_CONTROL, cache_control(request.query_string(), asset.hash)))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if unchanged {
        return response.finish();
    }
    if let Some(encoding) = encoding {
        response.insert_header((header::CONTENT_ENCODING, encoding));
    }
    response.content_type(asset.content_type).body(body)
}

fn cache_control(query: &str, hash: &str) -> &'static str {
    let current = query.split('&').any(|pair| pair.strip_prefix("v=") == Some(hash));
    if current { "public, max-age=31536000, immutable" } else { "no-cache" }
}

/// Without the header a client leaves the choice to us: `by_default`.
fn takes_gzip(headers: &HeaderMap, by_default: bool) -> bool {
    let mut named = None;
    let mut any = None;
    let mut present = false;
    for value in headers.get_all(header::ACCEPT_ENCODING).filter_map(|value| value.to_str().ok()) {
        present = true;
        for coding in value.split(',') {
            let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
            let wanted = parameters.trim().strip_prefix("q=").is_none_or(|q| q.parse().is_ok_and(|q: f32| q > 0.0));
            match name.trim() {
                gzip if gzip.eq_ignore_ascii_case("gzip") => named = Some(wanted),
                "*" => any = Some(wanted),
                _ => {}
            }
        }
    }
    named.or(any).unwrap_or(by_default && !present)
}

fn matches_etag(headers: &HeaderMap, etag: &str) -> bool {
    headers.get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
    })
}

#[cfg(test)]
mod tests {
    use actix_web::dev::ServiceResponse;
    use actix_web::http::StatusCode;
    use actix_web::{App, test as http};

    use super::*;

    async fn get(address: &str, headers: &[(&str, &str)]) -> ServiceResponse {
        let app = http::init_service(App::new().configure(configure)).await;
        let mut request = http::TestRequest::get().uri(address);
        for header in headers {
            request = request.insert_header(*header);
        }
        http::call_service(&app, request.to_request()).await
    }

    fn header_of<'a>(response: &'a ServiceResponse, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[actix_web::test]
    async fn browsers_get_gzip_and_others_the_plain_file() {
        let zipped = get("/assets/cashier.css", &[("accept-encoding", "br, gzip;q=0.8")]).await;
        assert_eq!(header_of(&zipped, "content-encoding"), "gzip");
        assert_eq!(header_of(&zipped, "content-type"), "text/css; charset=utf-8");
        assert_eq!(header_of(&zipped, "x-content-type-options"), "nosniff");
        assert_eq!(header_of(&zipped, "vary"), "Accept-Encoding");
        let zipped_tag = header_of(&zipped, "etag").to_owned();
        assert_eq!(&http::read_body(zipped).await[..2], b"\x1f\x8b");

        for refusal in ["", "identity", "gzip;q=0", "gzip;q=0, *"] {
            let plain = get("/assets/cashier.css", &[("accept-encoding", refusal)]).await;
            assert_eq!(header_of(&plain, "content-encoding"), "", "{refusal:?}");
            assert_ne!(header_of(&plain, "etag"), zipped_tag, "each form has a tag of its own");
            assert_eq!(http::read_body(plain).await, include_bytes!("assets/cashier.css")[..]);
        }
    }

    #[actix_web::test]
    async fn an_unchanged_file_is_not_sent_again() {
        let first = get("/assets/cashier.js", &[]).await;
        let tag = header_of(&first, "etag").to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let again = get("/assets/cashier.js", &[("if-none-match", &known)]).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert!(http::read_body(again).await.is_empty());
        }
        let other = get("/assets/cashier.js", &[("if-none-match", "\"other\"")]).await;
        assert_eq!(other.status(), StatusCode::OK);
    }

    #[actix_web::test]
    async fn only_the_current_hash_is_kept_for_a_year() {
        let current = get(&asset_url("cashier.css"), &[]).await;
        assert!(header_of(&current, "cache-control").contains("immutable"));
        for stale in ["/assets/cashier.css", "/assets/cashier.css?v=0", "/assets/cashier.css?v="] {
            assert_eq!(header_of(&get(stale, &[]).await, "cache-control"), "no-cache", "{stale}");
        }
    }

    #[actix_web::test]
    async fn unknown_names_are_not_found() {
        for name in ["/assets/nothing.css", "/assets/..%2fmod.rs", "/assets/README.md"] {
            assert_eq!(get(name, &[]).await.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }

    #[actix_web::test]
    async fn what_is_stored_compressed_is_refused_to_those_who_cannot_read_it() {
        let name = "/assets/swagger-ui.css";
        assert_eq!(get(name, &[("accept-encoding", "identity")]).await.status(), StatusCode::NOT_ACCEPTABLE);
        assert_eq!(header_of(&get(name, &[]).await, "content-encoding"), "gzip");
    }

    #[test]
    fn the_table_is_sorted_for_the_search() {
        assert!(ASSETS.is_sorted_by_key(|asset| asset.name));
    }
}
