//! The lists of a shop's form: provinces, cities, districts, towns.

use super::{COUNTRIES, Children, Choice, CountryChoice, HkMoTw, Step, is_hk_mo_tw};
use crate::regions::{CityForm, Code, Level, OutlyingUnit, Regions, ShopCity, Town, Unit, reading};
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

    pub(super) fn unit_choice(&self, unit: &Unit, step: Step) -> Choice {
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

    pub(super) fn city_choice(&self, city: ShopCity<'_>) -> Choice {
        let has_children = match city.form {
            CityForm::Municipality => true,
            CityForm::DirectCounty => !self.towns_of(city.code).is_empty(),
            CityForm::Prefecture => self.children(city.code).next().is_some() || !self.towns_of(city.code).is_empty(),
        };
        Choice { code: city.code, magento_code: None, has_children, ..self.unit_choice(city.unit, Step::City) }
    }

    pub(super) fn town_choice(&self, town: &Town, step: Step) -> Choice {
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

    pub(super) fn outlying_choice(&self, unit: &OutlyingUnit) -> Choice {
        let step = if unit.level == Level::Prefecture { Step::City } else { Step::District };
        let syllables = reading::plain(&unit.name);
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
}
