//! One place by its code, in force or not.

use super::{CurrentRegion, Named, Path, Region, RetiredRegion, Step, Successor};
use crate::regions::{CityForm, Code, Level, OutlyingUnit, Regions, Retired};

impl Regions {
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
}
