//! The tree that a shop shows: always province, city, district; the town optional.
//!
//! A municipality appears again as its own city, a province-administered county stands at city level, and a
//! city without districts takes its third level from its towns.

use super::{Code, Level, Regions, Town, Unit};

/// A node at city level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShopCity<'r> {
    /// Of a municipality the synthetic code (`110100`), else the unit's own.
    pub code: Code,
    pub form: CityForm,
    /// The prefecture, the county, or the municipality itself.
    pub unit: &'r Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CityForm {
    /// 地级
    Prefecture,
    /// 直辖市: the province once more.
    Municipality,
    /// 省直辖县级行政区划: a county at city level, without districts.
    DirectCounty,
}

/// Where a place stands in a shop's tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShopPath<'r> {
    pub province: &'r Unit,
    pub city: Option<ShopCity<'r>>,
    pub district: Option<&'r Unit>,
    pub town: Option<&'r Town>,
}

impl Regions {
    /// The city node with this code, synthetic ones included.
    #[must_use]
    pub fn shop_city(&self, code: Code) -> Option<ShopCity<'_>> {
        if let Some(unit) = self.unit(code) {
            let form = match unit.level {
                Level::Prefecture => CityForm::Prefecture,
                Level::County if unit.city_code == Some(code) => CityForm::DirectCounty,
                _ => return None,
            };
            return Some(ShopCity { code, form, unit });
        }
        let province = self.unit(code.province())?;
        let synthetic = self.children(province.code).any(|unit| unit.city_code == Some(code));
        synthetic.then_some(ShopCity { code, form: CityForm::Municipality, unit: province })
    }

    /// The nodes under a province at city level, by code.
    #[must_use]
    pub fn shop_cities(&self, province: Code) -> Vec<ShopCity<'_>> {
        let mut cities: Vec<ShopCity<'_>> = Vec::new();
        for unit in self.children(province) {
            let Some(code) = unit.city_code else { continue };
            if cities.iter().all(|city| city.code != code) {
                cities.extend(self.shop_city(code));
            }
        }
        cities.sort_by_key(|city| city.code);
        cities
    }

    /// The districts of a city node, by code. Empty where the third level comes from the towns: see
    /// [`Self::towns_of`] with the code of the city. Two prefectures (232700, 632800) have both.
    #[must_use]
    pub fn shop_districts(&self, city: Code) -> Vec<&Unit> {
        let Some(node) = self.shop_city(city) else { return Vec::new() };
        match node.form {
            CityForm::Prefecture => self.children(city).collect(),
            CityForm::Municipality => self.children(node.unit.code).filter(|u| u.city_code == Some(city)).collect(),
            CityForm::DirectCounty => Vec::new(),
        }
    }

    /// Where a province, city node, county or town stands in the shop's tree.
    #[must_use]
    pub fn shop_path(&self, code: Code) -> Option<ShopPath<'_>> {
        let town = if code.is_town() { Some(self.town(code)?) } else { None };
        let code = town.map_or(code, |town| town.parent);
        if let Some(city) = self.shop_city(code) {
            let province = self.unit(city.unit.province_code)?;
            return Some(ShopPath { province, city: Some(city), district: None, town });
        }
        let unit = self.unit(code)?;
        let province = self.unit(unit.province_code)?;
        let city = unit.city_code.and_then(|city| self.shop_city(city));
        let district = (unit.level == Level::County).then_some(unit);
        Some(ShopPath { province, city, district, town })
    }
}
