//! Places as a caller reads them: always in the tree of a shop, names in Chinese and English, the data's
//! version in every answer.

use serde::Serialize;

use super::{CityForm, Code, Confidence, Hit, Level, Matched, OutlyingUnit, Regions, Retired, ShopCity, Town, Unit};

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

impl Regions {
    /// The provinces.
    #[must_use]
    pub fn province_choices(&self, hk_mo_tw: HkMoTw) -> Children {
        let countries = hk_mo_tw == HkMoTw::Countries;
        let provinces = self.provinces().filter(|unit| !(countries && is_hk_mo_tw(unit.code)));
        Children {
            data_version: self.version().to_owned(),
            parent: None,
            step: Step::Province,
            data: provinces.map(|unit| self.unit_choice(unit, Step::Province)).collect(),
            countries: if countries { self.country_choices() } else { Vec::new() },
        }
    }

    fn country_choices(&self) -> Vec<CountryChoice> {
        let known = COUNTRIES.iter().filter_map(|(code, id, name, name_en)| {
            let code: Code = code.parse().ok()?;
            self.unit(code)?;
            let (country_id, name, name_en) = ((*id).to_owned(), (*name).to_owned(), (*name_en).to_owned());
            Some(CountryChoice { country_id, code, name, name_en })
        });
        known.collect()
    }

    /// The list below a province, city node, county or unofficial unit. None when there is no such place.
    #[must_use]
    pub fn choices_below(&self, parent: Code) -> Option<Children> {
        let (step, data) = if let Some(city) = self.shop_city(parent) {
            (Step::District, self.third_level(city))
        } else if let Some(unit) = self.unit(parent) {
            match unit.level {
                Level::Province => (Step::City, self.second_level(unit)),
                _ => (Step::Town, self.town_choices(parent, Step::Town)),
            }
        } else if let Some(unofficial) = self.outlying_unit(parent) {
            let step = if unofficial.level == Level::Prefecture { Step::District } else { Step::Town };
            (step, self.outlying_choices(parent))
        } else {
            self.town(parent)?;
            (Step::Town, Vec::new())
        };
        let data_version = self.version().to_owned();
        Some(Children { data_version, parent: Some(parent), step, data, countries: Vec::new() })
    }

    fn second_level(&self, province: &Unit) -> Vec<Choice> {
        let cities = self.shop_cities(province.code);
        let choices: Vec<_> = cities.into_iter().map(|city| self.city_choice(city)).collect();
        if choices.is_empty() { self.outlying_choices(province.code) } else { choices }
    }

    /// Districts, then the towns that hang under the city itself.
    fn third_level(&self, city: ShopCity<'_>) -> Vec<Choice> {
        let districts = self.shop_districts(city.code).into_iter();
        let mut choices: Vec<_> = districts.map(|unit| self.unit_choice(unit, Step::District)).collect();
        if city.form != CityForm::Municipality {
            choices.extend(self.town_choices(city.code, Step::District));
        }
        choices
    }

    fn town_choices(&self, parent: Code, step: Step) -> Vec<Choice> {
        self.towns_of(parent).iter().map(|town| self.town_choice(town, step)).collect()
    }

    fn outlying_choices(&self, parent: Code) -> Vec<Choice> {
        self.outlying().iter().filter(|unit| unit.parent == parent).map(|unit| self.outlying_choice(unit)).collect()
    }

    #[must_use]
    pub fn outlying_unit(&self, code: Code) -> Option<&OutlyingUnit> {
        self.outlying().iter().find(|unit| unit.code == code)
    }

    fn unit_choice(&self, unit: &Unit, step: Step) -> Choice {
        let has_children = match step {
            Step::Province => true,
            _ => !self.towns_of(unit.code).is_empty(),
        };
        Choice {
            code: unit.code,
            name: unit.name.to_string(),
            name_en: unit.name_en.to_string(),
            pinyin: unit.pinyin.to_string(),
            initials: unit.pinyin_initials.to_string(),
            step,
            has_children,
            postal_code: unit.postal_code.to_string(),
            magento_code: (!unit.iso_3166_2.is_empty()).then(|| unit.iso_3166_2.to_string()),
            unofficial: false,
        }
    }

    fn city_choice(&self, city: ShopCity<'_>) -> Choice {
        let has_children = match city.form {
            CityForm::Municipality => true,
            CityForm::DirectCounty => !self.towns_of(city.code).is_empty(),
            CityForm::Prefecture => self.children(city.code).next().is_some() || !self.towns_of(city.code).is_empty(),
        };
        Choice { code: city.code, magento_code: None, has_children, ..self.unit_choice(city.unit, Step::City) }
    }

    fn town_choice(&self, town: &Town, step: Step) -> Choice {
        let postal_code = self.unit(town.parent).map(|unit| unit.postal_code.to_string()).unwrap_or_default();
        Choice {
            code: town.code,
            name: town.name.to_string(),
            name_en: town.name_en.to_string(),
            pinyin: town.pinyin.to_string(),
            initials: town.pinyin.split(' ').filter_map(|s| s.chars().next()).collect(),
            step,
            has_children: false,
            postal_code,
            magento_code: None,
            unofficial: false,
        }
    }

    fn outlying_choice(&self, unit: &OutlyingUnit) -> Choice {
        let step = if unit.level == Level::Prefecture { Step::City } else { Step::District };
        let syllables = super::reading::plain(&unit.name);
        Choice {
            code: unit.code,
            name: unit.name.to_string(),
            name_en: if unit.name_en.is_empty() { unit.name.to_string() } else { unit.name_en.to_string() },
            initials: syllables.iter().filter_map(|s| s.chars().next()).collect(),
            pinyin: syllables.join(" "),
            step,
            has_children: self.outlying().iter().any(|below| below.parent == unit.code),
            postal_code: self.unit(unit.code.province()).map(|u| u.postal_code.to_string()).unwrap_or_default(),
            magento_code: None,
            unofficial: true,
        }
    }

    /// The place with this code; a code that is no longer in use gives its successors. `name` decides where a
    /// code was used twice: with the old name, the old unit is answered.
    #[must_use]
    pub fn region(&self, code: Code, name: Option<&str>) -> Option<Region> {
        let formerly: Vec<_> = self.retired(code).collect();
        if let Some(retired) = name.and_then(|name| formerly.iter().find(|retired| &*retired.name == name))
            && self.place(code).is_none_or(|place| Some(place.name()) != name)
        {
            return Some(Region::Retired(self.retired_view(retired)));
        }
        if let Some(current) = self.current_region(code) {
            return Some(Region::Current(Box::new(current)));
        }
        // A town's code outlives its county in many address books.
        let retired = formerly.first().copied().or_else(|| self.retired(code.six()).next())?;
        Some(Region::Retired(self.retired_view(retired)))
    }

    fn current_region(&self, code: Code) -> Option<CurrentRegion> {
        let data_version = self.version().to_owned();
        if let Some(outlying) = self.outlying_unit(code) {
            return self.outlying_region(outlying);
        }
        let path = self.path(code)?;
        if let Some(town) = self.town(code) {
            let step = if path.district.is_some() { Step::Town } else { Step::District };
            return Some(CurrentRegion {
                data_version,
                choice: self.town_choice(town, step),
                short_name: town.name.to_string(),
                kind: town.kind.chinese().to_owned(),
                official_level: Level::Town.number(),
                official_parent: Some(town.parent),
                path,
                area_code: self.unit(town.parent).map(|unit| unit.area_code.to_string()).unwrap_or_default(),
                since: None,
                formerly: Vec::new(),
            });
        }
        let city = self.shop_city(code);
        let unit = self.unit(code).or(city.map(|city| city.unit))?;
        let choice = match city {
            Some(city) => self.city_choice(city),
            None if unit.level == Level::Province => self.unit_choice(unit, Step::Province),
            None => self.unit_choice(unit, Step::District),
        };
        let synthetic = city.is_some_and(|city| city.form == CityForm::Municipality);
        Some(CurrentRegion {
            data_version,
            choice,
            short_name: unit.short_name.to_string(),
            kind: unit.kind.chinese().to_owned(),
            official_level: unit.level.number(),
            official_parent: if synthetic { Some(unit.code) } else { unit.parent },
            path,
            area_code: unit.area_code.to_string(),
            since: unit.since,
            formerly: self.retired(code).map(|retired| self.retired_view(retired)).collect(),
        })
    }

    fn outlying_region(&self, unit: &OutlyingUnit) -> Option<CurrentRegion> {
        let province = self.unit(unit.code.province())?;
        let named = |unit: &OutlyingUnit| {
            let choice = self.outlying_choice(unit);
            Named { code: unit.code, name: choice.name, name_en: choice.name_en }
        };
        let (city, district) = match self.outlying_unit(unit.parent) {
            Some(city) => (named(city), Some(named(unit))),
            None => (named(unit), None),
        };
        Some(CurrentRegion {
            data_version: self.version().to_owned(),
            choice: self.outlying_choice(unit),
            short_name: unit.name.to_string(),
            kind: String::new(),
            official_level: unit.level.number(),
            official_parent: None,
            path: Path { province: Named::from(province), city: Some(city), district, town: None },
            area_code: province.area_code.to_string(),
            since: None,
            formerly: Vec::new(),
        })
    }

    /// Where a current place stands in a shop's form.
    #[must_use]
    pub fn path(&self, code: Code) -> Option<Path> {
        let path = self.shop_path(code)?;
        Some(Path {
            province: Named::from(path.province),
            city: path.city.map(Named::from),
            district: path.district.map(Named::from),
            town: path.town.map(Named::from),
        })
    }

    /// 广东省深圳市南山区粤海街道; a municipality stands once.
    #[must_use]
    pub fn full_name(&self, code: Code) -> String {
        let Some(path) = self.shop_path(code) else { return String::new() };
        let city = path.city.filter(|city| city.form != CityForm::Municipality);
        let names = [
            Some(&*path.province.name),
            city.map(|city| &*city.unit.name),
            path.district.map(|unit| &*unit.name),
            path.town.map(|town| &*town.name),
        ];
        names.into_iter().flatten().collect()
    }

    fn retired_view(&self, retired: &Retired) -> RetiredRegion {
        let successors = retired.successors.iter().filter_map(|code| {
            let named = self.unit(*code).map(Named::from)?;
            Some(Successor { named, path: self.path(*code)?, full_name: self.full_name(*code) })
        });
        RetiredRegion {
            data_version: self.version().to_owned(),
            code: retired.code,
            name: retired.name.to_string(),
            full_name: retired.path.to_string(),
            gone_by: retired.gone_by,
            reason: retired.change.to_string(),
            document: retired.document.to_string(),
            confidence: retired.confidence,
            successors: successors.collect(),
        }
    }

    /// A search as a caller reads it.
    #[must_use]
    pub fn found(&self, query: &str, within: Option<Code>, limit: usize) -> SearchResult {
        let hits = self.search(query, within, limit);
        let data = hits.into_iter().filter_map(|hit| self.found_one(hit)).collect();
        SearchResult { data_version: self.version().to_owned(), data }
    }

    fn found_one(&self, hit: Hit<'_>) -> Option<Found> {
        let code = hit.place.code();
        let path = self.path(code)?;
        let (named, postal_code) = match hit.place {
            super::Place::Unit(unit) => (Named::from(unit), unit.postal_code.to_string()),
            super::Place::Town(town) => (Named::from(town), self.town_choice(town, Step::Town).postal_code),
        };
        let step = match (&path.city, &path.district, &path.town) {
            (None, ..) => Step::Province,
            (Some(_), None, None) => Step::City,
            (Some(_), Some(_), None) | (Some(_), None, Some(_)) => Step::District,
            (Some(_), Some(_), Some(_)) => Step::Town,
        };
        let matched_name = (hit.by != named.name).then(|| hit.by.to_owned());
        Some(Found {
            full_name: self.full_name(code),
            named,
            step,
            path,
            matched: hit.matched,
            matched_name,
            postal_code,
        })
    }
}
