//! `/v1/locales`: the wording of a shop in every language, as patterns to keep and as finished texts.
//! Public data: a publishable key is enough, and the patterns are made to be kept by browsers and networks.

mod formatting;
mod patterns;

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use self::formatting::{FormatMessages, FormattedMessage, FormattedMessages, arguments};
use self::patterns::{Form, Messages, part, whole};
use super::auth::{PublicReader, SecretKey};
use super::body::JsonBody;
use super::prepared::{FOR_FIVE_MINUTES, Keeping, in_language, respond_keeping};
use super::problem::{Problem, accept_language};
use super::query::Query;
use super::validate::Faults;
use crate::error::{ApiError, FieldError};
use crate::i18n::check::Finding;
use crate::i18n::{self, Locale};
use crate::magento_language::magento_code;
use crate::prepared::Prepared;

/// A page has fewer texts with arguments than this.
const MAX_MESSAGES: usize = 100;

/// One of our locales.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LocaleView {
    #[schema(example = "zh-Hans")]
    pub locale: &'static str,
    #[schema(example = "简体中文")]
    pub name: &'static str,
    /// What Magento calls it; null for English, which is the language of Magento's own phrases.
    #[schema(example = "zh_Hans_CN")]
    pub magento: Option<&'static str>,
    /// Changes with the wording.
    #[schema(example = "5a1c0f6b9e2d4437")]
    pub version: String,
    pub messages: usize,
    /// How many of them the merchant worded.
    pub overridden: usize,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LocaleList {
    pub data: Vec<LocaleView>,
    /// The one for this caller's `Accept-Language`.
    #[schema(example = "zh-Hans")]
    pub negotiated: &'static str,
    /// The one for those whose languages we do not have.
    #[schema(example = "zh-Hans")]
    pub default: &'static str,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct KeyOnly {
    /// A publishable key, where it is not in the header.
    #[allow(dead_code)]
    pub key: Option<String>,
}

/// List the locales
#[utoipa::path(get, operation_id = "list_locales", path = "/v1/locales", tag = "wording", params(KeyOnly),
    responses((status = 200, body = LocaleList), (status = 304)),
    security(("publishable_key" = []), ("publishable_key_in_query" = []), ("secret_key" = [])))]
pub async fn list(_: PublicReader, request: HttpRequest, _: Query<KeyOnly>) -> HttpResponse {
    let catalogue = i18n::catalogue();
    let view = |locale: &Locale| {
        let wording = catalogue.wording(*locale);
        LocaleView {
            locale: locale.tag(),
            name: locale.name(),
            magento: magento_code(*locale),
            version: wording.version().to_owned(),
            messages: wording.messages().len(),
            overridden: wording.overridden(),
        }
    };
    let list = LocaleList {
        data: Locale::ALL.iter().map(view).collect(),
        negotiated: Locale::negotiate(accept_language(&request)).tag(),
        default: Locale::default().tag(),
    };
    let mut response = respond_keeping(&request, &Prepared::passing(&list), kept(false), FOR_FIVE_MINUTES);
    response.headers_mut().append(header::VARY, header::HeaderValue::from_static("Accept-Language"));
    response
}

/// The answer is the same for every key.
const fn kept(pinned: bool) -> Keeping {
    Keeping { pinned, by_header: false }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    /// Only these, with commas between.
    #[param(example = "cart-title,cart-empty")]
    pub ids: Option<String>,
    /// Only those that begin so, with commas between.
    #[param(example = "cart-,totals-")]
    pub prefix: Option<String>,
    /// The `version` that is expected: with the current one the answer may be kept for good.
    pub v: Option<String>,
    /// A publishable key, where it is not in the header.
    #[allow(dead_code)]
    pub key: Option<String>,
}

/// The patterns of one locale
///
/// The whole wording by id, or a part of it. Keep it under the address with `v` set to its `version`. Any tag of a
/// language we have will do (`zh-CN`, `zh_Hans_CN`, `en-GB`); `auto` chooses by `Accept-Language`.
#[utoipa::path(get, operation_id = "list_messages", path = "/v1/locales/{locale}/messages", tag = "wording",
    params(("locale" = String, Path, description = "A language tag, or `auto`", example = "zh-Hans"), MessagesQuery),
    responses((status = 200, body = Messages<'static>), (status = 304), (status = 404, body = Problem)),
    security(("publishable_key" = []), ("publishable_key_in_query" = []), ("secret_key" = [])))]
pub async fn messages(
    _: PublicReader,
    request: HttpRequest,
    path: web::Path<String>,
    query: Query<MessagesQuery>,
) -> Result<HttpResponse, ApiError> {
    let asked = asked(&path, &request)?;
    let catalogue = i18n::catalogue();
    let wording = catalogue.wording(asked.locale);
    let pinned = query.v.as_deref() == Some(wording.version());
    let prepared = if query.ids.is_none() && query.prefix.is_none() {
        whole(Form::Patterns, &catalogue, asked.locale).await?
    } else {
        Arc::new(Prepared::passing(&part(wording, query.ids.as_deref(), query.prefix.as_deref())))
    };
    Ok(asked.told(respond_keeping(&request, &prepared, kept(pinned && !asked.negotiated), FOR_FIVE_MINUTES)))
}

/// Finish texts with arguments
///
/// Arguments travel in the body because they may be about a person. Nothing is kept of them.
#[utoipa::path(post, operation_id = "format_messages", path = "/v1/locales/{locale}/messages", tag = "wording",
    params(("locale" = String, Path, description = "A language tag, or `auto`", example = "zh-Hans"), KeyOnly),
    request_body = FormatMessages,
    responses((status = 200, body = FormattedMessages), (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("publishable_key" = []), ("publishable_key_in_query" = []), ("secret_key" = [])))]
pub async fn format(
    _: PublicReader,
    request: HttpRequest,
    path: web::Path<String>,
    _: Query<KeyOnly>,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let asked = asked(&path, &request)?;
    let body: FormatMessages = body.parse()?;
    if body.messages.len() > MAX_MESSAGES {
        return Err(ApiError::invalid(vec![FieldError::new("/messages", "too_many").with("max", MAX_MESSAGES)]));
    }
    let catalogue = i18n::catalogue();
    let wording = catalogue.wording(asked.locale);
    let mut faults = Faults::default();
    let mut data = Vec::with_capacity(body.messages.len());
    for (index, message) in body.messages.into_iter().enumerate() {
        let args = arguments(wording, &message, &format!("/messages/{index}"), &mut faults);
        let text = wording.format(&message.id, args.iter().map(|(name, value)| (name.as_str(), value.clone())));
        data.push(FormattedMessage { id: message.id, text: text.unwrap_or_default() });
    }
    faults.refuse_if_any()?;
    let answer = FormattedMessages { locale: asked.locale.tag(), version: wording.version().to_owned(), data };
    Ok(asked.told(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(answer)))
}

/// The wording as a Magento dictionary
///
/// The file of the language package that `luodi i18n magento` writes.
#[utoipa::path(get, operation_id = "magento_dictionary", path = "/v1/locales/{locale}/magento.csv", tag = "wording",
    params(("locale" = String, Path, description = "A language tag; English has none", example = "zh_Hans_CN")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 304), (status = 404, body = Problem)),
    security(("secret_key" = [])))]
pub async fn magento_csv(
    _: SecretKey,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let locale = Locale::parse(&path).filter(|locale| magento_code(*locale).is_some());
    let locale = locale.ok_or_else(|| ApiError::not_found("locale"))?;
    let catalogue = i18n::catalogue();
    let prepared = whole(Form::Dictionary, &catalogue, locale).await?;
    let asked = Asked { locale, negotiated: false };
    Ok(asked.told(respond_keeping(
        &request,
        &prepared,
        Keeping { pinned: false, by_header: true },
        "private, no-cache",
    )))
}

/// What came of a merchant's own wording.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OverridesView {
    /// The setting `wording.overrides`; null when there is none.
    pub folder: Option<String>,
    pub files: usize,
    /// Messages in use as the merchant worded them, over all locales.
    pub overridden: usize,
    /// Entries whose id is not ours: misspelt, or of another version. They are not in use.
    pub unknown: Vec<FindingView>,
    /// Matters of style.
    pub remarks: Vec<FindingView>,
    /// Why the last reload was refused; the wording from before is in use then.
    pub refused: Vec<FindingView>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FindingView {
    #[schema(example = "zh-Hans")]
    pub locale: String,
    #[schema(example = "cart.ftl")]
    pub file: String,
    /// 0 when it is about the whole file.
    pub line: usize,
    #[schema(example = "cart-emtpy")]
    pub id: String,
    #[schema(example = "unknown_id")]
    pub rule: &'static str,
    pub detail: String,
}

impl FindingView {
    fn of(finding: &Finding) -> Self {
        let Finding { locale, file, line, id, rule, detail } = finding.clone();
        Self { locale, file, line, id, rule: rule.as_str(), detail }
    }
}

/// What came of your own wording
#[utoipa::path(get, operation_id = "read_wording_overrides", path = "/v1/locales/overrides", tag = "wording",
    responses((status = 200, body = OverridesView)), security(("secret_key" = [])))]
pub async fn overrides(_: SecretKey) -> HttpResponse {
    let views = |findings: &[Finding]| findings.iter().map(FindingView::of).collect::<Vec<_>>();
    let (catalogue, refused) = (i18n::catalogue(), i18n::last_refusal());
    let report = catalogue.overrides().cloned().unwrap_or_default();
    let in_use = Some(report.folder.display().to_string()).filter(|folder| !folder.is_empty());
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(OverridesView {
        folder: in_use,
        files: report.files,
        overridden: report.overridden,
        unknown: views(&report.unknown),
        remarks: views(&report.remarks),
        refused: refused.map(|refused| views(&refused.findings)).unwrap_or_default(),
    })
}

/// The locale of the path, or of the header for `auto`.
struct Asked {
    locale: Locale,
    negotiated: bool,
}

fn asked(tag: &str, request: &HttpRequest) -> Result<Asked, ApiError> {
    if tag == "auto" {
        return Ok(Asked { locale: Locale::negotiate(accept_language(request)), negotiated: true });
    }
    let locale = Locale::parse(tag).ok_or_else(|| ApiError::not_found("locale"))?;
    Ok(Asked { locale, negotiated: false })
}

impl Asked {
    fn told(&self, response: HttpResponse) -> HttpResponse {
        in_language(response, self.locale, self.negotiated)
    }
}
