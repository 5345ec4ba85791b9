//! Whether a table holds together, and whether it may follow the one in use.
//!
//! Promises: all faults at once, each with the file, the row and what is wrong. Refuses what would leave a
//! saved address without an answer: a unit that vanished without a successor, a forgotten retired code.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::Serialize;

use super::view::is_hk_mo_tw;
use super::{Code, Kind, Level, Place, Regions, Unit};

/// Fewer rows than this are a file that was cut off, not a reform.
const AT_LEAST: [(&str, usize); 4] = [("provinces", 34), ("prefectures", 300), ("counties", 2_500), ("towns", 30_000)];

/// One thing wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub file: &'static str,
    /// Code and name, or empty for the file as a whole.
    pub row: String,
    pub detail: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        if !self.row.is_empty() {
            write!(f, "{}: ", self.row)?;
        }
        f.write_str(&self.detail)
    }
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, file: &'static str, row: impl fmt::Display, detail: impl Into<String>) {
        self.0.push(Fault { file, row: row.to_string(), detail: detail.into() });
    }

    fn demand(&mut self, holds: bool, file: &'static str, row: impl fmt::Display, detail: impl Into<String>) {
        if !holds {
            self.add(file, row, detail);
        }
    }
}

/// What is wrong within one table.
#[must_use]
pub fn check(regions: &Regions) -> Vec<Fault> {
    let mut faults = Faults::default();
    check_counts(regions, &mut faults);
    check_units(regions, &mut faults);
    check_towns(regions, &mut faults);
    check_history(regions, &mut faults);
    check_other_names(regions, &mut faults);
    faults.0
}

/// What keeps `new` from following `old`.
#[must_use]
pub fn check_succession(old: &Regions, new: &Regions) -> Vec<Fault> {
    let mut faults = Faults::default();
    for unit in old.units() {
        let row = format!("{} {}", unit.code, unit.name);
        match new.unit(unit.code) {
            Some(now) if now.name == unit.name => {
                let same = now.level == unit.level;
                faults.demand(same, "regions.csv", row, "changed its level without changing its code");
            }
            now => {
                let known = new.retired(unit.code).any(|retired| retired.name == unit.name);
                let detail = match now {
                    Some(now) => format!("is now {}; history.csv must say what became of the old name", now.name),
                    None => "is gone; history.csv must name its successor".to_owned(),
                };
                faults.demand(known, "history.csv", row, detail);
            }
        }
    }
    for retired in old.all_retired() {
        let same_again = new.unit(retired.code).is_some_and(|unit| unit.name == retired.name);
        let kept = same_again || new.retired(retired.code).any(|now| now.name == retired.name);
        let row = format!("{} {}", retired.code, retired.name);
        faults.demand(
            kept,
            "history.csv",
            row,
            "was answered until now and is missing; retired codes are kept for ever",
        );
    }
    faults.0
}

fn check_counts(regions: &Regions, faults: &mut Faults) {
    let of = |level| regions.units().iter().filter(|unit| unit.level == level).count();
    let counts = [of(Level::Province), of(Level::Prefecture), of(Level::County), regions.towns().len()];
    for ((what, least), count) in AT_LEAST.into_iter().zip(counts) {
        let file = if what == "towns" { "towns.csv" } else { "regions.csv" };
        faults.demand(count >= least, file, "", format!("{count} {what} are fewer than {least}: is the file whole?"));
    }
}

fn check_units(regions: &Regions, faults: &mut Faults) {
    let mut seen = HashSet::new();
    let mut iso_codes = HashSet::new();
    for unit in regions.units() {
        let row = format!("{} {}", unit.code, unit.name);
        let mut demand = |holds: bool, detail: &str| faults.demand(holds, "regions.csv", &row, detail);
        demand(seen.insert(unit.code), "the code stands twice");
        demand(!unit.code.is_town(), "the code must have six digits");
        demand(unit.kind.level() == unit.level, "the type does not fit the level");
        let is_province = unit.level == Level::Province;
        demand(is_province == !unit.iso_3166_2.is_empty(), "provinces, and only they, have an ISO 3166-2 code");
        if is_province {
            demand(iso_codes.insert(&unit.iso_3166_2), "the ISO 3166-2 code stands twice");
        }
        let characters = unit.name.chars().count();
        let syllables: Vec<&str> = unit.pinyin.split(' ').collect();
        demand(syllables.len() == characters, "pinyin needs one syllable per character");
        let initials: String = syllables.iter().filter_map(|s| s.chars().next()).collect();
        demand(*initials == *unit.pinyin_initials, "pinyin_initials are not those of pinyin");
        demand(unit.pinyin.bytes().all(|b| b.is_ascii_lowercase() || b == b' '), "pinyin is not plain a–z");
        let short = unit.short_name.chars().count();
        demand(short > 0 && short <= characters, "the short name is longer than the name");
        demand(digits(&unit.postal_code, 6), "the postal code is not six digits");
        let dialled = unit.area_code.bytes().all(|b| b.is_ascii_digit()) && unit.area_code.len() <= 4;
        demand(dialled, "the fixed-line prefix is not up to four digits");
        check_place(regions, unit, &mut demand);
    }
}

/// Empty, or so many digits.
fn digits(text: &str, count: usize) -> bool {
    text.is_empty() || (text.len() == count && text.bytes().all(|b| b.is_ascii_digit()))
}

/// Official parent, province and shop city agree with one another.
fn check_place(regions: &Regions, unit: &Unit, demand: &mut impl FnMut(bool, &str)) {
    let Some(province) = regions.unit(unit.province_code).filter(|p| p.level == Level::Province) else {
        demand(false, "province_code is not a province");
        return;
    };
    let parent = unit.parent.and_then(|parent| regions.unit(parent));
    match unit.level {
        Level::Province => {
            demand(unit.parent.is_none() && unit.city_code.is_none(), "a province has neither parent nor city");
            demand(unit.province_code == unit.code, "province_code of a province is its own code");
        }
        Level::Prefecture => {
            demand(parent.is_some_and(|p| p.code == province.code), "the parent must be the province");
            demand(unit.city_code == Some(unit.code), "city_code of a prefecture is its own code");
        }
        _ => {
            demand(parent.is_some_and(|p| p.level < Level::County), "there is no such parent above it");
            demand(parent.is_some_and(|p| p.province_code == province.code), "the parent lies in another province");
            let under_prefecture = parent.is_some_and(|p| p.level == Level::Prefecture);
            let city_fits = match unit.city_code {
                Some(city) if under_prefecture => Some(city) == unit.parent,
                Some(city) if province.kind == Kind::Municipality => {
                    regions.unit(city).is_none() && city.province() == province.code
                }
                Some(city) => city == unit.code,
                None => false,
            };
            demand(
                city_fits,
                "city_code is not the node that a shop shows: its prefecture, itself, or the synthetic city of a municipality",
            );
        }
    }
}

fn check_towns(regions: &Regions, faults: &mut Faults) {
    let mut seen = HashSet::new();
    for town in regions.towns() {
        let row = format!("{} {}", town.code, town.name);
        let mut demand = |holds: bool, detail: &str| faults.demand(holds, "towns.csv", &row, detail);
        demand(seen.insert(town.code), "the code stands twice");
        demand(town.code.is_town(), "the code must have nine digits");
        demand(town.code.six() == town.parent, "the code must begin with the parent's");
        let parent = regions.unit(town.parent);
        demand(parent.is_some_and(|p| p.level != Level::Province), "there is no such parent");
    }
}

fn check_history(regions: &Regions, faults: &mut Faults) {
    let mut seen = HashSet::new();
    for retired in regions.all_retired() {
        let row = format!("{} {}", retired.code, retired.name);
        let mut demand = |holds: bool, detail: &str| faults.demand(holds, "history.csv", &row, detail);
        demand(seen.insert((retired.code, &retired.name)), "stands twice");
        let current = regions.unit(retired.code).is_some_and(|unit| unit.name == retired.name);
        demand(!current, "is retired and current at once");
        demand(!retired.successors.is_empty(), "has no successor");
        for successor in &retired.successors {
            demand(regions.unit(*successor).is_some(), &format!("its successor {successor} is not in the table"));
        }
    }
}

fn check_other_names(regions: &Regions, faults: &mut Faults) {
    let mut outlying: HashMap<Code, Level> = HashMap::new();
    for alias in regions.aliases() {
        let row = format!("{} {}", alias.alias, alias.code);
        faults.demand(regions.unit(alias.code).is_some(), "aliases.csv", row, "there is no unit with this code");
    }
    for zone in regions.zones() {
        let row = format!("{} {}", zone.code, zone.name);
        let city = regions.shop_city(zone.city_code);
        faults.demand(city.is_some(), "functional-zones.csv", &row, "city_code is not a city");
        let taken = regions.place(zone.code).map(Place::name);
        faults.demand(taken.is_none(), "functional-zones.csv", &row, "a division has this code");
    }
    for unit in regions.outlying() {
        outlying.insert(unit.code, unit.level);
    }
    for unit in regions.outlying() {
        let row = format!("{} {}", unit.code, unit.name);
        let above = match unit.level {
            Level::Prefecture => regions.unit(unit.parent).is_some_and(|p| is_hk_mo_tw(p.code)),
            _ => outlying.get(&unit.parent) == Some(&Level::Prefecture),
        };
        faults.demand(above, "hk-mo-tw.csv", row, "there is no such parent");
    }
}
