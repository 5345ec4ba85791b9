//! `/v1/regions`: the lists of an address form, one place, search, and the whole tree. Public data: a
//! publishable key is enough, and answers are made to be kept by browsers and networks.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::auth::PublicReader;
use super::prepared::{Keeping, respond};
use super::problem::Problem;
use super::query::Query;
use super::state::AppState;
use super::validate::Faults;
use crate::config::HkMoTwChoice;
use crate::error::{ApiError, FieldError};
use crate::i18n::Locale;
use crate::regions::Code;
use crate::regions::answers::{Prepared, Published};
use crate::regions::tree::{Language, Shape, TreeRequest};
use crate::regions::view::{Children, HkMoTw, Region, SearchResult};

/// More hits than anyone reads.
const MAX_HITS: i64 = 50;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChildrenQuery {
    /// Code of a province, city or district; absent for the provinces.
    #[param(example = "440300")]
    pub parent: Option<String>,
    /// `regions` or `countries`: how Hong Kong, Macao and Taiwan are listed. The store's setting when absent.
    pub hk_mo_tw: Option<String>,
    /// The `data_version` that is expected: with the current one the answer may be kept for good.
    pub v: Option<String>,
    /// A publishable key, where it is not in the header.
    #[serde(rename = "key")]
    #[allow(dead_code)]
    pub key: Option<String>,
}

/// The choices below a place
///
/// What the next select of an address form shows. The district's step holds towns where a city has no districts.
#[utoipa::path(get, operation_id = "list_regions", path = "/v1/regions", tag = "regions", params(ChildrenQuery),
    responses((status = 200, body = Children), (status = 304), (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("publishable_key" = []), ("publishable_key_in_query" = []), ("secret_key" = [])))]
pub async fn list(
    state: web::Data<AppState>,
    reader: PublicReader,
    request: HttpRequest,
    query: Query<ChildrenQuery>,
) -> Result<HttpResponse, ApiError> {
    let mut faults = Faults::default();
    let parent = read_code("?parent", query.parent.as_deref(), &mut faults);
    let hk_mo_tw = read_hk_mo_tw(query.hk_mo_tw.as_deref(), &state, &reader, &mut faults);
    faults.refuse_if_any()?;
    let published = state.regions.published();
    let children = published.children(parent, hk_mo_tw).ok_or_else(|| ApiError::not_found("region"))?;
    Ok(respond(&request, &children, keeping(&published, query.v.as_deref(), &reader)))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReadQuery {
    /// The name that was saved with the code: decides where a code was used twice.
    #[param(example = "桥东区")]
    pub name: Option<String>,
    pub v: Option<String>,
    #[serde(rename = "key")]
    #[allow(dead_code)]
    pub key: Option<String>,
}

/// One place
///
/// A code that is no longer in use is answered with `status: "retired"`, its old name, the reason and today's
/// successors; a saved address never becomes unknown.
#[utoipa::path(get, operation_id = "read_region", path = "/v1/regions/{code}", tag = "regions",
    params(("code" = String, Path, description = "Six digits, or nine for a town", example = "440305"), ReadQuery),
    responses((status = 200, body = Region), (status = 304), (status = 404, body = Problem)),
    security(("publishable_key" = []), ("publishable_key_in_query" = []), ("secret_key" = [])))]
pub async fn read(
    state: web::Data<AppState>,
    reader: PublicReader,
    request: HttpRequest,
    path: web::Path<String>,
    query: Query<ReadQuery>,
) -> Result<HttpResponse, ApiError> {
    let code: Code = path.parse().map_err(|_| ApiError::not_found("region"))?;
    let published = state.regions.published();
    let region = published.regions().region(code, query.name.as_deref());
    let region = region.ok_or_else(|| ApiError::not_found("region"))?;
    Ok(respond(&request, &Prepared::passing(&region), keeping(&published, query.v.as_deref(), &reader)))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Chinese, pinyin, initials, English, an old or colloquial name, or a code.
    #[param(example = "shenz")]
    pub q: Option<String>,
    /// Only in this province, city or district.
    #[param(example = "440000")]
    pub within: Option<String>,
    /// 1–50, 10 by default.
    pub limit: Option<i64>,
    #[serde(rename = "key")]
    #[allow(dead_code)]
    pub key: Option<String>,
}

/// Search for a place
#[utoipa::path(get, operation_id = "search_regions", path = "/v1/regions/search", tag = "regions", params(SearchQuery),
    responses((status = 200, body = SearchResult), (status = 304), (status = 422, body = Problem)),
    security(("publishable_key" = []), ("publishable_key_in_query" = []), ("secret_key" = [])))]
pub async fn search(
    state: web::Data<AppState>,
    reader: PublicReader,
    request: HttpRequest,
    query: Query<SearchQuery>,
) -> Result<HttpResponse, ApiError> {
    let mut faults = Faults::default();
    let text = query.q.as_deref().unwrap_or_default();
    faults.text("?q", text, 100);
    let within = read_code("?within", query.within.as_deref(), &mut faults);
    let limit = query.limit.unwrap_or(10);
    faults.between("?limit", limit, 1, MAX_HITS);
    faults.refuse_if_any()?;
    let published = state.regions.published();
    let found = published.regions().found(text, within, usize::try_from(limit).unwrap_or(1));
    Ok(respond(&request, &Prepared::passing(&found), keeping(&published, None, &reader)))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TreeQuery {
    /// `cascader` (nested value, label, children), `select` (a list for each parent) or `flat` (rows).
    #[param(example = "cascader")]
    pub shape: Option<String>,
    /// 1 provinces, 2 cities, 3 districts (default), 4 towns.
    pub levels: Option<i64>,
    /// Language of the labels: `zh-Hans` (default) or `en`.
    pub lang: Option<String>,
    /// `regions` or `countries`: how Hong Kong, Macao and Taiwan are listed. The store's setting when absent.
    pub hk_mo_tw: Option<String>,
    /// The `data_version` that is expected: with the current one the answer may be kept for good.
    pub v: Option<String>,
    #[serde(rename = "key")]
    #[allow(dead_code)]
    pub key: Option<String>,
}

/// The whole tree
///
/// About 26 KB for three levels, as brotli. Keep it under the address with `v` set to its `data_version`.
#[utoipa::path(get, operation_id = "read_region_tree", path = "/v1/regions/tree", tag = "regions", params(TreeQuery),
    responses((status = 200, body = Object), (status = 304), (status = 422, body = Problem)),
    security(("publishable_key" = []), ("publishable_key_in_query" = []), ("secret_key" = [])))]
pub async fn tree(
    state: web::Data<AppState>,
    reader: PublicReader,
    request: HttpRequest,
    query: Query<TreeQuery>,
) -> Result<HttpResponse, ApiError> {
    let mut faults = Faults::default();
    let shape = faults.one_of("?shape", query.shape.as_deref(), &Shape::ALL, Shape::as_str);
    let levels = query.levels.unwrap_or(3);
    faults.between("?levels", levels, 1, 4);
    let locale = query.lang.as_deref().map_or(Some(Locale::ZhHans), Locale::parse);
    if locale.is_none() {
        faults.add(FieldError::new("?lang", "unsupported").with("allowed", "zh-Hans, en"));
    }
    let hk_mo_tw = read_hk_mo_tw(query.hk_mo_tw.as_deref(), &state, &reader, &mut faults);
    faults.refuse_if_any()?;
    let wanted = TreeRequest {
        shape: shape.unwrap_or_default(),
        levels: u8::try_from(levels).unwrap_or(3),
        language: if locale == Some(Locale::En) { Language::English } else { Language::Chinese },
        hk_mo_tw,
    };
    let published = state.regions.published();
    let prepared = match published.ready_tree(wanted) {
        Some(ready) => ready,
        None => prepare(Arc::clone(&published), wanted).await?,
    };
    Ok(respond(&request, &prepared, keeping(&published, query.v.as_deref(), &reader)))
}

/// The first request for a tree waits for its compression, beside the event loop.
async fn prepare(published: Arc<Published>, wanted: TreeRequest) -> Result<Arc<Prepared>, ApiError> {
    web::block(move || published.tree(wanted)).await.map_err(ApiError::internal)
}

fn keeping(published: &Published, version: Option<&str>, reader: &PublicReader) -> Keeping {
    Keeping { pinned: version == Some(published.regions().version()), by_header: reader.by_header }
}

fn read_code(pointer: &str, text: Option<&str>, faults: &mut Faults) -> Option<Code> {
    let code = text?.parse().ok();
    if code.is_none() {
        faults.add(FieldError::new(pointer, "region_code"));
    }
    code
}

fn read_hk_mo_tw(text: Option<&str>, state: &AppState, reader: &PublicReader, faults: &mut Faults) -> HkMoTw {
    match text {
        Some("regions") => HkMoTw::Regions,
        Some("countries") => HkMoTw::Countries,
        Some(_) => {
            faults.add(FieldError::new("?hk_mo_tw", "unsupported").with("allowed", "regions, countries"));
            HkMoTw::Regions
        }
        None => hk_mo_tw_of(state, reader.store_id),
    }
}

/// What the merchant chose.
#[must_use]
pub fn hk_mo_tw_of(state: &AppState, store: crate::ids::StoreId) -> HkMoTw {
    match state.stores.get(&store).map(|store| store.hk_mo_tw) {
        Some(HkMoTwChoice::Countries) => HkMoTw::Countries,
        _ => HkMoTw::Regions,
    }
}
