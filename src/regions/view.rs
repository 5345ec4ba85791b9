//! Places as a caller reads them: always in the tree of a shop, names in Chinese and English, the data's
//! version in every answer.

mod choices;
mod found;
mod region;

use serde::Serialize;

use super::{Code, Confidence, Matched, ShopCity, Town, Unit};

/// Whether Hong Kong, Macao and Taiwan (港澳台) are shown as regions or as countries of their own, as shops
/// such as Magento list them. The merchant chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HkMoTw {
    #[default]
    Regions,
    Countries,
}

/// The step of a shop's form on which a place is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Province,
    City,
    District,
    Town,
}

/// One choice in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Choice {
    /// Six digits, or nine for a town. Of a municipality's city the synthetic `110100`.
    #[schema(value_type = String, example = "440305")]
    pub code: Code,
    #[schema(example = "南山区")]
    pub name: String,
    #[schema(example = "Nanshan District")]
    pub name_en: String,
    #[schema(example = "nan shan qu")]
    pub pinyin: String,
    #[schema(example = "nsq")]
    pub initials: String,
    /// What it is in this list. A town stands on the district's step where a city has no districts.
    pub step: Step,
    /// Whether there is a further list below.
    pub has_children: bool,
    /// Typical code, a prefill and not a check; empty where unknown.
    #[schema(example = "518052")]
    pub postal_code: String,
    /// Provinces only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "CN-GD")]
    pub magento_code: Option<String>,
    /// The official table has nothing below Hong Kong, Macao and Taiwan: for display only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unofficial: bool,
}

/// Hong Kong, Macao or Taiwan where the merchant lists it as a country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CountryChoice {
    /// ISO 3166-1, as Magento has it.
    #[schema(example = "HK")]
    pub country_id: String,
    #[schema(value_type = String, example = "810000")]
    pub code: Code,
    /// Never without 中国 where the label is 国家/地区.
    #[schema(example = "中国香港")]
    pub name: String,
    pub name_en: String,
}

/// The list below one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Children {
    #[schema(example = "2026-09-17a30016fbeb")]
    pub data_version: String,
    /// None for the provinces.
    #[schema(value_type = Option<String>, example = "440300")]
    pub parent: Option<Code>,
    /// The step that the list fills in: `district` also where its members are towns.
    pub step: Step,
    pub data: Vec<Choice>,
    /// Only beside the provinces, and only where these three are countries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<CountryChoice>,
}

/// A place by code and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Named {
    #[schema(value_type = String, example = "440300")]
    pub code: Code,
    #[schema(example = "深圳市")]
    pub name: String,
    #[schema(example = "Shenzhen")]
    pub name_en: String,
}

/// Where a place stands in a shop's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Path {
    pub province: Named,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub town: Option<Named>,
}

/// A current place, or one that no longer exists with what took its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Region {
    Current(Box<CurrentRegion>),
    Retired(RetiredRegion),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CurrentRegion {
    pub data_version: String,
    #[serde(flatten)]
    pub choice: Choice,
    pub short_name: String,
    /// The official word for its kind.
    #[schema(example = "市辖区")]
    pub kind: String,
    /// 1 province, 2 prefecture, 3 county, 4 town, as the official table counts.
    pub official_level: u8,
    /// In the official tree, where districts of a municipality hang under the province.
    #[schema(value_type = Option<String>)]
    pub official_parent: Option<Code>,
    pub path: Path,
    /// Fixed-line prefix; empty where unknown.
    #[schema(example = "0755")]
    pub area_code: String,
    /// The first year with this code and name; none if 1980 or earlier, or unknown.
    pub since: Option<u16>,
    /// Units that bore this code under another name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<RetiredRegion>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RetiredRegion {
    pub data_version: String,
    #[schema(value_type = String, example = "330104")]
    pub code: Code,
    /// The old name.
    #[schema(example = "江干区")]
    pub name: String,
    /// As the whole was written then.
    #[schema(example = "浙江省杭州市江干区")]
    pub full_name: String,
    /// The first year without it.
    pub gone_by: u16,
    /// The official word for what happened; empty where unknown.
    #[schema(example = "撤区设区")]
    pub reason: String,
    /// The deciding document; empty where unknown.
    #[schema(example = "国函〔2021〕29号")]
    pub document: String,
    /// `checked` by two sources, `single-source`, or `derived-by-diff`.
    pub confidence: Confidence,
    /// Today's units, the likeliest first. More than one is a choice for the buyer, not for us.
    pub successors: Vec<Successor>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Successor {
    #[serde(flatten)]
    pub named: Named,
    pub path: Path,
    #[schema(example = "浙江省杭州市上城区")]
    pub full_name: String,
}

/// One answer to a search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Found {
    #[serde(flatten)]
    pub named: Named,
    pub step: Step,
    /// From the province down, nothing twice.
    #[schema(example = "广东省深圳市南山区")]
    pub full_name: String,
    pub path: Path,
    pub matched: Matched,
    /// What matched, where it is not the name: an alias or a former name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched_name: Option<String>,
    pub postal_code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SearchResult {
    pub data_version: String,
    /// The best first.
    pub data: Vec<Found>,
}

impl From<&Unit> for Named {
    fn from(unit: &Unit) -> Self {
        Self { code: unit.code, name: unit.name.to_string(), name_en: unit.name_en.to_string() }
    }
}

impl From<&Town> for Named {
    fn from(town: &Town) -> Self {
        Self { code: town.code, name: town.name.to_string(), name_en: town.name_en.to_string() }
    }
}

impl From<ShopCity<'_>> for Named {
    fn from(city: ShopCity<'_>) -> Self {
        Self { code: city.code, ..Self::from(city.unit) }
    }
}

/// The three provincial units that may be countries: code, id, and their names on such a list.
pub const COUNTRIES: [(&str, &str, &str, &str); 3] = [
    ("810000", "HK", "中国香港", "Hong Kong SAR, China"),
    ("820000", "MO", "中国澳门", "Macao SAR, China"),
    ("710000", "TW", "中国台湾", "Taiwan, China"),
];

#[must_use]
pub fn is_hk_mo_tw(code: Code) -> bool {
    matches!(code.province().digits(), 810_000 | 820_000 | 710_000)
}
