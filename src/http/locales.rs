//! `/v1/locales`: the wording of a shop in every language, as patterns to keep and as finished texts.
//! Public data: a publishable key is enough, and the patterns are made to be kept by browsers and networks.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::auth::{PublicReader, SecretKey};
use super::body::{JsonBody, nearest, pointer_part};
use super::prepared::{Keeping, respond_keeping};
use super::problem::{Problem, accept_language};
use super::query::Query;
use super::validate::Faults;
use crate::error::{ApiError, FieldError};
use crate::i18n::check::Finding;
use crate::i18n::{self, Catalogue, Locale, Value, Wording};
use crate::magento_language::{dictionary, magento_code};
use crate::prepared::Prepared;

/// A merchant changes the wording now and then and wants to see it soon.
const FOR_FIVE_MINUTES: &str = "public, max-age=300, stale-while-revalidate=86400";
/// A page has fewer texts with arguments than this.
const MAX_MESSAGES: usize = 100;
const MAX_ARGUMENT_CHARS: usize = 1000;

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

/// Patterns by id.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Messages<'a> {
    #[schema(example = "zh-Hans")]
    pub locale: &'static str,
    #[schema(example = "5a1c0f6b9e2d4437")]
    pub version: &'a str,
    /// Id → pattern in Fluent's syntax; one without arguments is the text itself.
    #[schema(example = json!({ "cart-title": "购物车", "cart-added": "已将“{ $name }”加入购物车" }))]
    pub messages: BTreeMap<&'a str, &'a str>,
    /// Ids that were asked for and are not ours.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<&'a str>,
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

fn all(wording: &Wording) -> Messages<'_> {
    let messages = wording.messages().iter().map(|(id, message)| (id.as_str(), message.pattern.as_str())).collect();
    Messages { locale: wording.locale().tag(), version: wording.version(), messages, unknown: Vec::new() }
}

fn part<'a>(wording: &'a Wording, ids: Option<&'a str>, prefixes: Option<&'a str>) -> Messages<'a> {
    let list = |text: Option<&'a str>| -> Vec<&'a str> {
        text.into_iter().flat_map(|text| text.split(',')).map(str::trim).filter(|part| !part.is_empty()).collect()
    };
    let (ids, prefixes) = (list(ids), list(prefixes));
    let wanted = |id: &str| ids.contains(&id) || prefixes.iter().any(|prefix| id.starts_with(prefix));
    let ours = wording.messages().iter().filter(|(id, _)| wanted(id));
    Messages {
        locale: wording.locale().tag(),
        version: wording.version(),
        messages: ours.map(|(id, message)| (id.as_str(), message.pattern.as_str())).collect(),
        unknown: ids.into_iter().filter(|id| !wording.messages().contains_key(*id)).collect(),
    }
}

/// What is made of a whole wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    Patterns,
    Dictionary,
}

/// Whole wordings in every encoding, with the version they are of; older versions are forgotten.
type Made = HashMap<(Form, Locale), (String, Arc<Prepared>)>;
static MADE: LazyLock<RwLock<Made>> = LazyLock::new(RwLock::default);

async fn whole(form: Form, catalogue: &Arc<Catalogue>, locale: Locale) -> Result<Arc<Prepared>, ApiError> {
    let version = catalogue.wording(locale).version();
    let ready = MADE.read().unwrap_or_else(PoisonError::into_inner).get(&(form, locale)).cloned();
    if let Some((of, prepared)) = ready
        && of == version
    {
        return Ok(prepared);
    }
    let source = Arc::clone(catalogue);
    let make = move || match form {
        Form::Patterns => Prepared::of(&all(source.wording(locale))),
        Form::Dictionary => {
            Prepared::of_bytes("text/csv; charset=utf-8", dictionary(&source, locale).csv().into_bytes())
        }
    };
    let prepared = Arc::new(web::block(make).await.map_err(ApiError::internal)?);
    let entry = (version.to_owned(), Arc::clone(&prepared));
    MADE.write().unwrap_or_else(PoisonError::into_inner).insert((form, locale), entry);
    Ok(prepared)
}

/// Texts to finish.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormatMessages {
    /// At most 100.
    #[schema(example = json!([{ "id": "cart-added", "args": { "name": "西湖龙井 50g" } }]))]
    pub messages: Vec<FormatMessage>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormatMessage {
    #[schema(example = "cart-count")]
    pub id: String,
    /// Text, or whole numbers where a plural form is chosen. Money and dates come formatted.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({ "count": 3 }))]
    pub args: serde_json::Map<String, Json>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FormattedMessages {
    #[schema(example = "zh-Hans")]
    pub locale: &'static str,
    #[schema(example = "5a1c0f6b9e2d4437")]
    pub version: String,
    /// In the order of the request.
    pub data: Vec<FormattedMessage>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FormattedMessage {
    #[schema(example = "cart-count")]
    pub id: String,
    /// Plain text, not HTML: escape it where it is shown.
    #[schema(example = "3 件商品")]
    pub text: String,
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

/// The arguments of one text, all that is wrong with them noted.
fn arguments(wording: &Wording, message: &FormatMessage, at: &str, faults: &mut Faults) -> Vec<(String, Value)> {
    let Some(ours) = wording.messages().get(&message.id).filter(|_| !message.id.starts_with('-')) else {
        let known: Vec<&str> = wording.messages().keys().map(String::as_str).collect();
        let error = match nearest(&message.id, &known) {
            Some(near) => FieldError::new(format!("{at}/id"), "unknown_message_nearest").with("nearest", near),
            None => FieldError::new(format!("{at}/id"), "unknown_message"),
        };
        faults.add(error.with("id", &message.id));
        return Vec::new();
    };
    for name in ours.arguments.iter().filter(|name| !message.args.contains_key(*name)) {
        faults.add(FieldError::new(format!("{at}/args/{}", pointer_part(name)), "required"));
    }
    let mut args = Vec::with_capacity(message.args.len());
    for (name, value) in &message.args {
        let pointer = format!("{at}/args/{}", pointer_part(name));
        if !ours.arguments.contains(name) {
            let allowed = ours.arguments.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            faults.add(FieldError::new(pointer, "unknown_field").with("field", name).with("allowed", allowed));
            continue;
        }
        match value {
            Json::String(text) if text.chars().count() > MAX_ARGUMENT_CHARS => {
                let length = text.chars().count();
                faults.add(FieldError::new(pointer, "too_long").with("max", MAX_ARGUMENT_CHARS).with("length", length));
            }
            Json::String(text) => args.push((name.clone(), Value::Text(text.clone()))),
            Json::Number(number) if number.is_i64() => {
                args.push((name.clone(), Value::Whole(number.as_i64().unwrap_or_default())));
            }
            // Fractions would be printed with all the noise of floating point.
            _ => faults.add(FieldError::new(pointer, "text_or_whole_number")),
        }
    }
    args
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
    /// Says which language it became, and what that depended on.
    fn told(&self, mut response: HttpResponse) -> HttpResponse {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LANGUAGE, header::HeaderValue::from_static(self.locale.tag()));
        if self.negotiated {
            headers.append(header::VARY, header::HeaderValue::from_static("Accept-Language"));
        }
        response
    }
}
