//! Sends prepared answers as a static file is sent: the caller's encoding, a strong tag, 304, and how long
//! browsers and networks in between may keep them.

use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};

use crate::i18n::Locale;
use crate::prepared::{Encoding, Prepared};

/// A day, and a week more while a fresh one is fetched: divisions change a few times a year, and an old code
/// is still understood.
const FOR_A_DAY: &str = "public, max-age=86400, stale-while-revalidate=604800";
/// What changes with the wording and the store's settings: merchants want to see it soon.
pub const FOR_FIVE_MINUTES: &str = "public, max-age=300, stale-while-revalidate=86400";
/// The address names the version of the data.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// What decides how long an answer may be kept, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Keeping {
    /// The address names the version that it was answered from.
    pub pinned: bool,
    /// The key came in a header: another key may be answered otherwise under the same address.
    pub by_header: bool,
}

/// Answers 200, or 304 when the caller has it.
#[must_use]
pub fn respond(request: &HttpRequest, prepared: &Prepared, keeping: Keeping) -> HttpResponse {
    respond_keeping(request, prepared, keeping, FOR_A_DAY)
}

/// The same with another time to keep what is not pinned.
#[must_use]
pub fn respond_keeping(
    request: &HttpRequest,
    prepared: &Prepared,
    keeping: Keeping,
    otherwise: &'static str,
) -> HttpResponse {
    let (body, encoding) = prepared.body(wanted_encoding(request.headers()));
    let etag = prepared.etag(encoding);
    let unchanged = has_tag(request.headers(), &etag);
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, if keeping.pinned { FOR_GOOD } else { otherwise }))
        .append_header((
            header::VARY,
            if keeping.by_header { "Accept-Encoding, Authorization" } else { "Accept-Encoding" },
        ))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if unchanged {
        return response.finish();
    }
    match encoding {
        Encoding::Identity => {}
        Encoding::Gzip => drop(response.insert_header((header::CONTENT_ENCODING, "gzip"))),
        Encoding::Brotli => drop(response.insert_header((header::CONTENT_ENCODING, "br"))),
    }
    response.content_type(prepared.content_type()).body(body)
}

/// Says which language the answer became, and whether that depended on `Accept-Language`.
#[must_use]
pub fn in_language(mut response: HttpResponse, locale: Locale, negotiated: bool) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LANGUAGE, header::HeaderValue::from_static(locale.tag()));
    if negotiated {
        headers.append(header::VARY, header::HeaderValue::from_static("Accept-Language"));
    }
    response
}

/// The smallest of the encodings that the caller takes.
fn wanted_encoding(headers: &HeaderMap) -> Encoding {
    let values = || headers.get_all(header::ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    let codings = || values().flat_map(|value| value.split(',')).map(quality);
    let takes = |name: &str| {
        let named = codings().find(|(coding, _)| coding.eq_ignore_ascii_case(name));
        named.or_else(|| codings().find(|(coding, _)| *coding == "*")).is_some_and(|(_, quality)| quality > 0.0)
    };
    if takes("br") {
        Encoding::Brotli
    } else if takes("gzip") {
        Encoding::Gzip
    } else {
        Encoding::Identity
    }
}

fn quality(coding: &str) -> (&str, f32) {
    let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
    let quality = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse().ok());
    (name.trim(), quality.unwrap_or(0.0))
}

fn has_tag(headers: &HeaderMap, etag: &str) -> bool {
    headers.get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_smallest_encoding_that_the_caller_takes() {
        for (accepted, expected) in [
            (None, Encoding::Identity),
            (Some(""), Encoding::Identity),
            (Some("identity"), Encoding::Identity),
            (Some("gzip"), Encoding::Gzip),
            (Some("gzip, deflate, br, zstd"), Encoding::Brotli),
            (Some("br;q=0, gzip"), Encoding::Gzip),
            (Some("br; q=0.1"), Encoding::Brotli),
            (Some("*"), Encoding::Brotli),
            (Some("*;q=0"), Encoding::Identity),
            (Some("br;q=0, *"), Encoding::Gzip),
            (Some("br;q=x"), Encoding::Identity),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accepted) = accepted {
                headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            }
            assert_eq!(wanted_encoding(&headers), expected, "{accepted:?}");
        }
    }
}
