//! `/v1/regions/mappings/magento`: which of a Magento shop's own region ids is which province.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::auth::SecretKey;
use super::body::{JsonBody, pointer_part};
use super::problem::Problem;
use super::regions::hk_mo_tw_of;
use super::state::AppState;
use super::validate::Faults;
use crate::clock::Timestamp;
use crate::error::{ApiError, FieldError};
use crate::ids::StoreId;
use crate::regions::magento::{RecognisedBy, Recognition, ShopRegion, Unresolved, recognise};
use crate::regions::view::{COUNTRIES, HkMoTw};
use crate::regions::{Code, Level, Regions, Unit};
use crate::storage::ShopRegions;

const PLATFORM: &str = "magento";
/// Magento's own list has 34; extensions that add cities as regions have a few hundred.
const MAX_REGIONS: usize = 1000;

/// As a Magento shop answers `GET /rest/V1/directory/countries/CN`; its other members may stay in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct UploadMapping {
    #[serde(default)]
    #[schema(value_type = Vec<ShopRegion>, example = json!([{ "id": "612", "code": "CN-GD", "name": "Guangdong Sheng" }]))]
    pub available_regions: Vec<UploadedRegion>,
    /// Answers to what was asked: the shop's region id to our province code.
    #[serde(default)]
    #[schema(example = json!({ "612": "440000" }))]
    pub assignments: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
pub struct UploadedRegion {
    pub id: TextOrNumber,
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
}

/// Magento writes ids as text; some extensions write numbers.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum TextOrNumber {
    Text(String),
    Number(u64),
}

/// What is kept of an upload.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    regions: Vec<ShopRegion>,
    assignments: BTreeMap<String, Code>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MagentoMapping {
    #[schema(example = "2026-09-17a30016fbeb")]
    pub data_version: String,
    /// When the shop's ids were uploaded; none yet without.
    #[schema(value_type = Option<String>)]
    pub uploaded_at: Option<Timestamp>,
    /// Every province.
    pub data: Vec<MappedProvince>,
    /// Regions of the shop that have to be asked for: send them again with `assignments`.
    pub unresolved: Vec<Unresolved>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MappedProvince {
    #[schema(value_type = String, example = "440000")]
    pub code: Code,
    #[schema(example = "广东省")]
    pub name: String,
    pub name_en: String,
    /// `CN`, or the country that the merchant's shop lists it as.
    #[schema(example = "CN")]
    pub country_id: String,
    /// Magento's core code; none where it is a country.
    #[schema(example = "CN-GD")]
    pub magento_code: Option<String>,
    /// The shop's own id; none before an upload, or where the shop has no such region.
    #[schema(example = "581")]
    pub region_id: Option<String>,
    pub recognised_by: Option<RecognisedBy>,
}

/// Read the mapping onto Magento's regions
#[utoipa::path(get, operation_id = "read_magento_mapping", path = "/v1/regions/mappings/magento", tag = "regions",
    responses((status = 200, body = MagentoMapping)), security(("secret_key" = [])))]
pub async fn read(state: web::Data<AppState>, key: SecretKey) -> Result<HttpResponse, ApiError> {
    let kept = state.storage.shop_regions(key.store_id, PLATFORM).await?;
    Ok(HttpResponse::Ok().json(mapping(&state, key.store_id, kept)?))
}

/// Upload a Magento shop's region ids
///
/// Give the body that the shop answers to `GET /rest/V1/directory/countries/CN`. Regions are recognised by
/// code, then by name; what is left is in `unresolved`, to be answered with `assignments`.
#[utoipa::path(put, operation_id = "upload_magento_mapping", path = "/v1/regions/mappings/magento", tag = "regions",
    request_body = UploadMapping, responses((status = 200, body = MagentoMapping), (status = 422, body = Problem)),
    security(("secret_key" = [])))]
pub async fn upload(state: web::Data<AppState>, key: SecretKey, body: JsonBody) -> Result<HttpResponse, ApiError> {
    let upload: UploadMapping = body.parse()?;
    let kept = checked(upload, &state.regions.regions())?;
    let regions = json!(kept);
    let now = state.clock.now();
    state.storage.keep_shop_regions(key.store_id, PLATFORM, &regions, now).await?;
    let kept = ShopRegions { regions, updated_at: now };
    Ok(HttpResponse::Ok().json(mapping(&state, key.store_id, Some(kept))?))
}

fn checked(upload: UploadMapping, regions: &Regions) -> Result<Kept, ApiError> {
    let mut faults = Faults::default();
    if upload.available_regions.is_empty() {
        faults.add(FieldError::new("/available_regions", "required"));
    }
    if upload.available_regions.len() > MAX_REGIONS {
        faults.add(FieldError::new("/available_regions", "too_many").with("max", MAX_REGIONS));
    }
    let mut shop = Vec::with_capacity(upload.available_regions.len());
    for (at, region) in upload.available_regions.into_iter().enumerate() {
        let id = match region.id {
            TextOrNumber::Text(text) => text,
            TextOrNumber::Number(number) => number.to_string(),
        };
        let (code, name) = (region.code.unwrap_or_default(), region.name.unwrap_or_default());
        faults.text(&format!("/available_regions/{at}/id"), &id, 20);
        for (member, text) in [("code", &code), ("name", &name)] {
            let length = text.chars().count();
            if length > 255 {
                let pointer = format!("/available_regions/{at}/{member}");
                faults.add(FieldError::new(pointer, "too_long").with("max", 255).with("length", length));
            }
        }
        shop.push(ShopRegion { id, code, name });
    }
    let mut assignments = BTreeMap::new();
    for (id, code) in upload.assignments {
        let pointer = format!("/assignments/{}", pointer_part(&id));
        let province = code.parse::<Code>().ok().filter(|code| regions.unit(*code).is_some_and(is_province));
        if !shop.iter().any(|region| region.id == id) {
            faults.add(FieldError::new(pointer, "unknown_shop_region"));
        } else if let Some(province) = province {
            assignments.insert(id, province);
        } else {
            faults.add(FieldError::new(pointer, "not_a_province"));
        }
    }
    faults.refuse_if_any()?;
    Ok(Kept { regions: shop, assignments })
}

fn is_province(unit: &Unit) -> bool {
    unit.level == Level::Province
}

/// The table may be newer than the upload, so the shop's regions are recognised each time.
fn mapping(state: &AppState, store: StoreId, kept: Option<ShopRegions>) -> Result<MagentoMapping, ApiError> {
    let regions = state.regions.regions();
    let uploaded_at = kept.as_ref().map(|kept| kept.updated_at);
    let kept: Kept = match kept {
        Some(kept) => serde_json::from_value(kept.regions).map_err(ApiError::internal)?,
        None => Kept::default(),
    };
    let recognition = recognise(&regions, &kept.regions, &kept.assignments);
    let hk_mo_tw = hk_mo_tw_of(state, store);
    let data = regions.provinces().map(|unit| mapped(unit, &recognition, hk_mo_tw)).collect();
    Ok(MagentoMapping {
        data_version: regions.version().to_owned(),
        uploaded_at,
        data,
        unresolved: recognition.unresolved,
    })
}

fn mapped(unit: &Unit, recognition: &Recognition, hk_mo_tw: HkMoTw) -> MappedProvince {
    let code = unit.code.to_string();
    let country = COUNTRIES.iter().find(|(of, ..)| *of == code && hk_mo_tw == HkMoTw::Countries);
    let known = recognition.recognised.iter().find(|known| known.province == unit.code && country.is_none());
    MappedProvince {
        code: unit.code,
        name: unit.name.to_string(),
        name_en: unit.name_en.to_string(),
        country_id: country.map_or("CN", |(_, id, ..)| id).to_owned(),
        magento_code: country.is_none().then(|| unit.iso_3166_2.to_string()),
        region_id: known.map(|known| known.region.id.clone()),
        recognised_by: known.map(|known| known.by),
    }
}
