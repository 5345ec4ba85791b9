//! Regions as the generator writes them.

use std::collections::HashMap;

use rand::Rng;
use rand::rngs::StdRng;

use crate::regions::{Level, Regions, Retired, ShopPath, Town, Unit};

pub struct Places<'r> {
    pub regions: &'r Regions,
    /// What a shop shows as its third level or, without one, its second.
    leaves: Vec<&'r Unit>,
    current_names: HashMap<&'r str, u32>,
    retired: Vec<&'r Retired>,
}

/// One place with its three names; the district is empty where there is none.
#[derive(Clone)]
pub struct Place<'r> {
    pub unit: &'r Unit,
    pub province: &'r Unit,
    pub city: &'r Unit,
    pub district: Option<&'r Unit>,
}

impl<'r> Places<'r> {
    pub fn new(regions: &'r Regions) -> Self {
        let leaf = |unit: &&Unit| match unit.level {
            Level::County => true,
            Level::Prefecture => regions.children(unit.code).next().is_none(),
            _ => false,
        };
        let mut current_names = HashMap::new();
        for unit in regions.units() {
            *current_names.entry(&*unit.name).or_insert(0) += 1;
        }
        let retired = regions.all_retired().iter().filter(|r| r.gone_by >= 2010).collect();
        Self { regions, leaves: regions.units().iter().filter(leaf).collect(), current_names, retired }
    }

    pub fn any(&self, rng: &mut StdRng) -> Place<'r> {
        let unit = self.leaves[rng.gen_range(0..self.leaves.len())];
        self.of(unit).expect("every leaf has a path")
    }

    pub fn of(&self, unit: &'r Unit) -> Option<Place<'r>> {
        let ShopPath { province, city, district, .. } = self.regions.shop_path(unit.code)?;
        Some(Place { unit, province, city: city?.unit, district })
    }

    /// A town of the place, if it has any.
    pub fn town(&self, rng: &mut StdRng, place: &Place<'r>) -> Option<&'r Town> {
        let towns = self.regions.towns_of(place.unit.code);
        (!towns.is_empty()).then(|| &towns[rng.gen_range(0..towns.len())])
    }

    /// How many units bear this name today or bore it.
    pub fn bearers(&self, name: &str) -> usize {
        let current = self.current_names.get(name).copied().unwrap_or(0) as usize;
        let others = self.regions.retired_named(name).filter(|retired| {
            retired.successors.iter().all(|code| self.regions.unit(*code).is_none_or(|unit| &*unit.name != name))
        });
        current + others.count()
    }

    /// A retired unit with one heir whose own name differs.
    pub fn retired(&self, rng: &mut StdRng) -> Option<(&'r Retired, Place<'r>)> {
        let retired = self.retired[rng.gen_range(0..self.retired.len())];
        let [heir] = &*retired.successors else { return None };
        let heir = self.regions.unit(*heir)?;
        let place = self.of(heir)?;
        let leaf = place.district.is_some() || self.regions.children(heir.code).next().is_none();
        (leaf && heir.name != retired.name && self.current_names.get(&*retired.name).is_none()).then_some((retired, place))
    }

    /// The short name of some unit, for traps.
    pub fn short(&self, rng: &mut StdRng) -> &'r str {
        loop {
            let units = self.regions.units();
            let unit = &units[rng.gen_range(0..units.len())];
            if unit.short_name.chars().count() == 2 && (unit.level != Level::County || rng.gen_bool(0.5)) {
                return &unit.short_name;
            }
        }
    }
}

impl Place<'_> {
    pub fn is_municipal(&self) -> bool {
        self.province.code == self.city.code
    }

    pub fn district_name(&self) -> &str {
        self.district.map_or("", |district| &*district.name)
    }

    /// The three levels with something between them. The city of a municipality may be left out.
    pub fn full(&self, between: &str, repeat_municipality: bool) -> String {
        let mut parts: Vec<&str> = vec![&self.province.name];
        if !self.is_municipal() || repeat_municipality {
            parts.push(&self.city.name);
        }
        if let Some(district) = self.district {
            parts.push(&district.name);
        }
        parts.join(between)
    }
}
