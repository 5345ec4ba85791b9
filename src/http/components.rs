//! `GET /components/{name}.js`: custom elements for any shop's pages, one script tag each.
//!
//! Promises: no framework, nothing loaded from anybody else; the words are those of `locales/`, with the
//! merchant's over them. A page of any origin may load them; what they may ask for is decided by the key.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::prepared::{Keeping, respond_keeping};
use crate::error::ApiError;
use crate::i18n::{self, Catalogue, Locale, Value};
use crate::prepared::Prepared;

/// One component: its public name, its script, and how its messages begin.
struct Component {
    name: &'static str,
    script: &'static str,
    messages: &'static str,
}

const ADDRESS: Component = Component {
    name: "address.js",
    script: include_str!("../web/components/address.js"),
    messages: "component-address-",
};

/// Where the words go.
const WORDS: &str = "__WORDS__";

/// An hour, and the old one for a day while a new one is fetched: shops embed the address without a version.
const KEPT: &str = "public, max-age=3600, stale-while-revalidate=86400";

/// The script as it was last made, with the versions of the wordings in it.
static MADE: RwLock<Option<(String, Arc<Prepared>)>> = RwLock::new(None);

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/components/{name}").route(web::get().to(serve)).route(web::head().to(serve)));
}

async fn serve(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, ApiError> {
    if name.as_str() != ADDRESS.name {
        return Ok(HttpResponse::NotFound().finish());
    }
    let prepared = current(&ADDRESS).await?;
    let mut response = respond_keeping(&request, &prepared, Keeping { pinned: false, by_header: false }, KEPT);
    // For `crossorigin` and `integrity` on the script tag, and for pages that isolate themselves.
    for (name, value) in [("access-control-allow-origin", "*"), ("cross-origin-resource-policy", "cross-origin")] {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    Ok(response)
}

/// The script with the wording of now, compressed once for each wording.
async fn current(component: &'static Component) -> Result<Arc<Prepared>, ApiError> {
    let catalogue = i18n::catalogue();
    let version = Locale::ALL.iter().map(|locale| catalogue.wording(*locale).version()).collect::<Vec<_>>().join(",");
    let ready = MADE.read().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((of, prepared)) = ready
        && of == version
    {
        return Ok(prepared);
    }
    let make =
        move || Prepared::of_bytes("text/javascript; charset=utf-8", with_words(component, &catalogue).into_bytes());
    let prepared = Arc::new(web::block(make).await.map_err(ApiError::internal)?);
    *MADE.write().unwrap_or_else(PoisonError::into_inner) = Some((version, Arc::clone(&prepared)));
    Ok(prepared)
}

fn with_words(component: &Component, catalogue: &Catalogue) -> String {
    let words: BTreeMap<&str, BTreeMap<String, String>> =
        Locale::ALL.iter().map(|locale| (locale.tag(), words(component, catalogue, *locale))).collect();
    let words = serde_json::to_string(&words).unwrap_or_default();
    component.script.replacen(WORDS, &words, 1)
}

/// Its texts by the script's names. An argument stays as `{name}`: the script knows its value.
fn words(component: &Component, catalogue: &Catalogue, locale: Locale) -> BTreeMap<String, String> {
    let wording = catalogue.wording(locale);
    let ours =
        wording.messages().iter().filter_map(|(id, message)| Some((id, id.strip_prefix(component.messages)?, message)));
    ours.map(|(id, name, message)| {
        let arguments = message.arguments.iter().map(|name| (name.as_str(), Value::Text(format!("{{{name}}}"))));
        (camel_case(name), wording.format(id, arguments).unwrap_or_default())
    })
    .collect()
}

fn camel_case(name: &str) -> String {
    let mut parts = name.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut whole, part| {
        let mut letters = part.chars();
        whole.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        whole.push_str(letters.as_str());
        whole
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
        let script = String::from_utf8(http::read_body(response).await.to_vec()).unwrap();
        assert!(!script.contains(WORDS) && script.contains("粘贴整段地址"));
    }

    #[actix_web::test]
    async fn there_are_no_others() {
        let app = http::init_service(App::new().configure(configure)).await;
        for name in ["/components/cashier.js", "/components/luodi-address.js", "/components/..%2faddress.js"] {
            let response = http::call_service(&app, http::TestRequest::get().uri(name).to_request()).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }

    #[test]
    fn the_script_finds_every_word_it_asks_for_in_every_language() {
        let pattern = regex::Regex::new(
            r"\b(?:w|this\.words)\.([a-zA-Z]+)|\bw\[step\]|: \u{22}(choose[A-Za-z]+|townFirst)\u{22}",
        )
        .unwrap();
        let mut asked: BTreeSet<String> = pattern
            .captures_iter(ADDRESS.script)
            .filter_map(|found| found.get(1).or_else(|| found.get(2)).map(|name| name.as_str().to_owned()))
            .collect();
        asked.extend(["province", "city", "district", "town"].map(str::to_owned));
        for locale in Locale::ALL {
            let known: BTreeSet<String> = words(&ADDRESS, &Catalogue::shipped(), *locale).into_keys().collect();
            assert_eq!(asked, known, "{}", locale.tag());
        }
    }

    #[test]
    fn arguments_keep_their_place_for_the_script() {
        let words = words(&ADDRESS, &Catalogue::shipped(), Locale::ZhHans);
        assert_eq!(words["replaced"], "“{old}”现为“{now}”，已更新。");
    }
}
