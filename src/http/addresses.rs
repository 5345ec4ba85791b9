//! `/v1/addresses`: a pasted text to form fields, and the check of a form. Nothing that is sent here is kept or
//! logged.

mod views;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use self::views::{CheckAnswer, ParsedAddress};
use super::auth::PublicReader;
use super::body::JsonBody;
use super::problem::{self, Problem};
use super::state::AppState;
use super::validate::Faults;
use crate::addresses::AddressParser;
use crate::addresses::check::{self, Form};
use crate::addresses::magento::{DistrictIn, Style};
use crate::error::{ApiError, FieldError};
use crate::i18n::Locale;
use crate::regions::{Code, Regions};

/// Texts of one batch.
const MOST_TEXTS: usize = 100;
/// Bytes of a single field of a form.
const LONGEST_FIELD: usize = 2000;

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParseRequest {
    /// What the shopper pasted.
    #[schema(example = "张伟 13800138000 广东省深圳市南山区粤海街道科技园南路1号")]
    pub text: String,
    /// Code or name of the province to prefer where several places fit, from an earlier order for instance.
    #[schema(example = "440000")]
    pub prefer_province: Option<String>,
    /// Language of the messages: `zh-Hans` or `en`; by `Accept-Language` when absent.
    pub lang: Option<String>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParseBatchRequest {
    /// 1–100 texts.
    #[schema(example = json!(["张三 13800138000 广东省深圳市南山区粤海街道科技园南路1号"]))]
    pub texts: Vec<String>,
    pub prefer_province: Option<String>,
    pub lang: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ParseBatchAnswer {
    /// In the order of the texts.
    pub data: Vec<ParsedAddress>,
    pub data_version: String,
}

/// Read a pasted address
///
/// Finds name, phone, region, detail and postal code. Never a silent guess: where several places fit, province and
/// city stay empty and `candidates` lists them.
#[utoipa::path(post, operation_id = "parse_address", path = "/v1/addresses/parse", tag = "addresses",
    request_body = ParseRequest,
    responses((status = 200, body = ParsedAddress), (status = 422, body = Problem)),
    security(("publishable_key" = []), ("publishable_key_in_query" = []), ("secret_key" = [])))]
pub async fn parse(
    state: web::Data<AppState>,
    _reader: PublicReader,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let asked: ParseRequest = body.parse()?;
    let regions = state.regions.regions();
    let mut faults = Faults::default();
    let locale = locale(&request, asked.lang.as_deref(), &mut faults);
    let prefer = province(&regions, asked.prefer_province.as_deref(), &mut faults);
    if asked.text.trim().is_empty() {
        faults.add(FieldError::new("/text", "required"));
    }
    faults.refuse_if_any()?;
    let parser = parser(&state, regions).await?;
    let address = parser.parse(&asked.text, prefer);
    Ok(private(&ParsedAddress::of(address, parser.regions().version(), locale)))
}

/// Read several pasted addresses
#[utoipa::path(post, operation_id = "parse_addresses", path = "/v1/addresses/parse-batch", tag = "addresses",
    request_body = ParseBatchRequest,
    responses((status = 200, body = ParseBatchAnswer), (status = 422, body = Problem)),
    security(("publishable_key" = []), ("publishable_key_in_query" = []), ("secret_key" = [])))]
pub async fn parse_batch(
    state: web::Data<AppState>,
    _reader: PublicReader,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let asked: ParseBatchRequest = body.parse()?;
    let regions = state.regions.regions();
    let mut faults = Faults::default();
    let locale = locale(&request, asked.lang.as_deref(), &mut faults);
    let prefer = province(&regions, asked.prefer_province.as_deref(), &mut faults);
    if asked.texts.is_empty() {
        faults.add(FieldError::new("/texts", "required"));
    } else if asked.texts.len() > MOST_TEXTS {
        faults.add(FieldError::new("/texts", "too_many").with("max", MOST_TEXTS));
    }
    faults.refuse_if_any()?;
    let parser = parser(&state, regions).await?;
    let version = parser.regions().version();
    let data = asked.texts.iter().map(|text| ParsedAddress::of(parser.parse(text, prefer), version, locale)).collect();
    Ok(private(&ParseBatchAnswer { data, data_version: version.to_owned() }))
}

/// The fields of an address form. Levels by name, or all by the code of the deepest one.
#[derive(Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CheckRequest {
    #[schema(example = "张伟")]
    pub name: String,
    #[schema(example = "13800138000")]
    pub phone: String,
    /// Of the district, or of the city where it has no districts. Decides over the names.
    #[schema(example = "440305")]
    pub code: String,
    #[schema(example = "广东省")]
    pub province: String,
    #[schema(example = "深圳市")]
    pub city: String,
    #[schema(example = "南山区")]
    pub district: String,
    #[schema(example = "粤海街道")]
    pub town: String,
    #[schema(example = "科技园南路1号")]
    pub detail: String,
    #[schema(example = "518057")]
    pub postal_code: String,
    pub magento: MagentoStyle,
    pub lang: Option<String>,
}

/// How the shop wants its addresses.
#[derive(Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MagentoStyle {
    /// `street` (default), `city` or `attribute`.
    pub district_in: DistrictIn,
    /// 1–4 lines of the street field, 2 by default.
    pub street_lines: Option<i64>,
    /// First name of somebody with one name only, 收 by default; Magento takes no empty one.
    pub single_name: Option<String>,
}

/// Check an address
///
/// Does the region exist and fit together, is its code in force, are phone and postal code plausible; and how the
/// address is written into Magento.
#[utoipa::path(post, operation_id = "check_address", path = "/v1/addresses/check", tag = "addresses",
    request_body = CheckRequest,
    responses((status = 200, body = CheckAnswer), (status = 422, body = Problem)),
    security(("publishable_key" = []), ("publishable_key_in_query" = []), ("secret_key" = [])))]
pub async fn check(
    state: web::Data<AppState>,
    _reader: PublicReader,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let asked: CheckRequest = body.parse()?;
    let mut faults = Faults::default();
    let locale = locale(&request, asked.lang.as_deref(), &mut faults);
    let style = style(&asked.magento, &mut faults);
    for (pointer, value) in [
        ("/name", &asked.name),
        ("/phone", &asked.phone),
        ("/code", &asked.code),
        ("/province", &asked.province),
        ("/city", &asked.city),
        ("/district", &asked.district),
        ("/town", &asked.town),
        ("/detail", &asked.detail),
        ("/postal_code", &asked.postal_code),
    ] {
        if value.len() > LONGEST_FIELD {
            faults.add(FieldError::new(pointer, "too_long").with("max", LONGEST_FIELD).with("length", value.len()));
        }
    }
    faults.refuse_if_any()?;
    let parser = parser(&state, state.regions.regions()).await?;
    let form = Form {
        name: &asked.name,
        phone: &asked.phone,
        code: &asked.code,
        province: &asked.province,
        city: &asked.city,
        district: &asked.district,
        town: &asked.town,
        detail: &asked.detail,
        postal_code: &asked.postal_code,
    };
    let checked = check::check(&parser, &form);
    Ok(private(&CheckAnswer::of(checked, asked.name.trim(), &style, parser.regions(), locale)))
}

/// Building the parser of a new table takes a moment; that happens beside the event loop.
async fn parser(state: &web::Data<AppState>, regions: Arc<Regions>) -> Result<Arc<AddressParser>, ApiError> {
    if let Some(parser) = state.addresses.ready(&regions) {
        return Ok(parser);
    }
    let state = state.clone();
    web::block(move || state.addresses.of(&regions)).await.map_err(ApiError::internal)
}

/// What a shopper typed belongs in no cache.
fn private(answer: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(answer)
}

fn locale(request: &HttpRequest, lang: Option<&str>, faults: &mut Faults) -> Locale {
    let Some(lang) = lang else { return problem::locale_of(request) };
    Locale::parse(lang).unwrap_or_else(|| {
        faults.add(FieldError::new("/lang", "unsupported").with("allowed", "zh-Hans, en"));
        Locale::default()
    })
}

fn province(regions: &Regions, asked: Option<&str>, faults: &mut Faults) -> Option<Code> {
    let asked = asked.map(str::trim).filter(|asked| !asked.is_empty())?;
    let named =
        |unit: &&crate::regions::Unit| *unit.name == *asked || *unit.short_name == *asked || *unit.iso_3166_2 == *asked;
    let code = asked.parse::<Code>().ok().filter(|code| regions.unit(*code).is_some()).map(Code::province);
    let found = code.or_else(|| regions.provinces().find(named).map(|unit| unit.code));
    if found.is_none() {
        faults.add(FieldError::new("/prefer_province", "not_a_province"));
    }
    found
}

fn style(asked: &MagentoStyle, faults: &mut Faults) -> Style {
    let lines = asked.street_lines.unwrap_or(2);
    faults.between("/magento/street_lines", lines, 1, 4);
    let mut style = Style { district_in: asked.district_in, ..Style::default() };
    style.street_lines = usize::try_from(lines).unwrap_or(2);
    if let Some(single) = &asked.single_name {
        faults.text("/magento/single_name", single, 20);
        style.single_name.clone_from(single);
    }
    style
}
