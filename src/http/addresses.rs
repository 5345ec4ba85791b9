//! `/v1/addresses`: a pasted text to form fields, and the check of a form. Nothing that is sent here is kept or
//! logged.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::auth::PublicReader;
use super::body::JsonBody;
use super::problem::{self, Problem};
use super::state::AppState;
use super::validate::Faults;
use crate::addresses::check::{self, Checked, Form, Remark};
use crate::addresses::magento::{self, Content, DistrictIn, MagentoAddress, Style};
use crate::addresses::phone::{Phone, PhoneKind};
use crate::addresses::{Address, AddressParser, Candidate, Former, How, Part, Status};
use crate::error::{ApiError, FieldError};
use crate::i18n::{self, Locale};
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

/// An address as read. What is doubtful stands in `warnings` and `candidates`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ParsedAddress {
    /// `resolved`, `historical` (a former name was written), `ambiguous` (several places fit), `partial` (no
    /// district), `unresolved`.
    #[schema(value_type = String, example = "resolved")]
    pub status: Status,
    #[schema(example = "张伟")]
    pub name: Option<String>,
    pub phone: Option<PhoneView>,
    pub province: Option<PartView>,
    pub city: Option<PartView>,
    pub district: Option<PartView>,
    pub town: Option<PartView>,
    /// Town and rest, in the shopper's own characters.
    #[schema(example = "粤海街道科技园南路1号")]
    pub detail: String,
    pub postal_code: Option<String>,
    /// Of the deepest level that is certain, towns left out.
    #[schema(example = "440305")]
    pub code: Option<String>,
    /// Former units that were written.
    pub former: Vec<FormerView>,
    pub candidates: Vec<CandidateView>,
    pub warnings: Vec<Message>,
    pub data_version: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PhoneView {
    #[schema(example = "+8613800138000")]
    pub e164: Option<String>,
    #[schema(example = "138 0013 8000")]
    pub display: String,
    /// National digits without separators.
    #[schema(example = "13800138000")]
    pub national: String,
    /// `mobile`, `fixed_line` or `service` (400, 800).
    #[schema(value_type = String, example = "mobile")]
    pub kind: PhoneKind,
    pub extension: Option<String>,
    /// Further numbers in the text, as `display`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PartView {
    /// Absent if several places of this name fit.
    #[schema(example = "440305")]
    pub code: Option<String>,
    #[schema(example = "南山区")]
    pub name: String,
    /// `matched`, `inferred` or `replaced`.
    #[schema(value_type = String, example = "matched")]
    pub how: How,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FormerView {
    #[schema(example = "500112")]
    pub code: String,
    #[schema(example = "渝北区")]
    pub name: String,
    #[schema(example = "撤销")]
    pub change: String,
    /// The first year without it.
    #[schema(example = 2025)]
    pub gone_by: u16,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CandidateView {
    #[schema(example = "120102")]
    pub code: String,
    #[schema(example = "天津市")]
    pub province: String,
    pub city: Option<String>,
    pub district: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Message {
    /// The field of the form; absent in answers to a pasted text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/phone")]
    pub pointer: Option<&'static str>,
    #[schema(example = "name_uncertain")]
    pub code: &'static str,
    pub detail: String,
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

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CheckAnswer {
    /// Nothing stands against this address.
    pub valid: bool,
    pub problems: Vec<Message>,
    pub warnings: Vec<Message>,
    pub phone: Option<PhoneView>,
    pub province: Option<PartView>,
    pub city: Option<PartView>,
    pub district: Option<PartView>,
    pub town: Option<PartView>,
    /// Town and rest.
    pub detail: String,
    /// The given one, or the usual one of the place.
    pub postal_code: String,
    pub code: Option<String>,
    /// To choose from, where several places fit.
    pub candidates: Vec<CandidateView>,
    /// The same address as Magento's own checks let it pass. Absent until region, name and phone are known.
    pub magento: Option<MagentoAddress>,
    pub data_version: String,
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

impl ParsedAddress {
    fn of(address: Address, version: &str, locale: Locale) -> Self {
        let others = address.other_phones.iter().map(Phone::display).collect();
        Self {
            status: address.status,
            name: address.name,
            phone: address.phone.map(|phone| PhoneView::of(&phone, others)),
            province: address.province.map(PartView::from),
            city: address.city.map(PartView::from),
            district: address.district.map(PartView::from),
            town: address.town.map(PartView::from),
            detail: address.detail,
            postal_code: address.postal_code,
            code: address.code.map(|code| code.to_string()),
            former: address.former.into_iter().map(FormerView::from).collect(),
            candidates: address.candidates.into_iter().map(CandidateView::from).collect(),
            warnings: address.warnings.iter().map(|warning| Message::of(None, warning.word(), locale)).collect(),
            data_version: version.to_owned(),
        }
    }
}

impl CheckAnswer {
    fn of(checked: Checked, name: &str, style: &Style, regions: &Regions, locale: Locale) -> Self {
        let magento = magento_address(&checked, name, style, regions);
        let mut problems = checked.problems;
        if magento.as_ref().is_some_and(|magento| !magento.too_long.is_empty()) {
            problems.push(Remark { pointer: "/detail", code: "magento_too_long" });
        }
        let worded =
            |remarks: &[Remark]| remarks.iter().map(|r| Message::of(Some(r.pointer), r.code, locale)).collect();
        Self {
            valid: problems.is_empty(),
            problems: worded(&problems),
            warnings: worded(&checked.warnings),
            phone: checked.phone.map(|phone| PhoneView::of(&phone, Vec::new())),
            province: checked.province.map(PartView::from),
            city: checked.city.map(PartView::from),
            district: checked.district.map(PartView::from),
            town: checked.town.map(PartView::from),
            detail: checked.detail,
            postal_code: checked.postal_code,
            code: checked.code.map(|code| code.to_string()),
            candidates: checked.candidates.into_iter().map(CandidateView::from).collect(),
            magento,
            data_version: regions.version().to_owned(),
        }
    }
}

fn magento_address(checked: &Checked, name: &str, style: &Style, regions: &Regions) -> Option<MagentoAddress> {
    let province = checked.province.as_ref()?;
    let city = checked.city.as_ref()?;
    let unit = regions.unit(province.code?)?;
    let phone = checked.phone.as_ref()?;
    if name.is_empty() {
        return None;
    }
    let content = Content {
        name,
        phone: Some(phone),
        region_code: &unit.iso_3166_2,
        region: &province.name,
        city: &city.name,
        district: checked.district.as_ref().map_or("", |district| &district.name),
        detail: &checked.detail,
        postal_code: &checked.postal_code,
    };
    Some(magento::write(&content, style))
}

impl Message {
    fn of(pointer: Option<&'static str>, code: &'static str, locale: Locale) -> Self {
        let detail = i18n::text(locale, &format!("address-{}", code.replace('_', "-")));
        Self { pointer, code, detail }
    }
}

impl PhoneView {
    fn of(phone: &Phone, others: Vec<String>) -> Self {
        Self {
            e164: phone.e164(),
            display: phone.display(),
            national: phone.digits.clone(),
            kind: phone.kind,
            extension: phone.extension.clone(),
            others,
        }
    }
}

impl From<Part> for PartView {
    fn from(part: Part) -> Self {
        Self { code: part.code.map(|code| code.to_string()), name: part.name, how: part.how }
    }
}

impl From<Former> for FormerView {
    fn from(former: Former) -> Self {
        Self { code: former.code.to_string(), name: former.name, change: former.change, gone_by: former.gone_by }
    }
}

impl From<Candidate> for CandidateView {
    fn from(candidate: Candidate) -> Self {
        Self {
            code: candidate.code.to_string(),
            province: candidate.province,
            city: candidate.city,
            district: candidate.district,
        }
    }
}
