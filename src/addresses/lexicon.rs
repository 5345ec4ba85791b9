//! Every name of the region table in one automaton, with what each may mean.
//!
//! Built once per table. Matching takes time proportional to the text, whatever the text is.

mod names;

use std::collections::HashMap;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use self::names::{FILLERS, Names, ZONES, has_suffix};
use super::normalize::Folded;
use super::phone::AreaCodes;
use crate::regions::{AliasKind, Kind, Level, Regions, Retired, Unit};

/// A unit by its place in [`Regions::units`].
pub type UnitAt = u16;

/// How a name was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// The official name: 恩施土家族苗族自治州.
    Full,
    /// 恩施州, 莫旗, 广西省: not official, but with a suffix or otherwise unmistakable.
    Alias,
    /// Without suffix: 南山.
    Short,
    /// 粤, 沪.
    Abbreviation,
}

/// The units that a reading may mean: one, unless it was retired into several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Targets {
    units: [UnitAt; 8],
    count: u8,
}

impl Targets {
    #[must_use]
    pub fn of(units: impl Iterator<Item = UnitAt>) -> Self {
        let mut targets = Self { units: [0; 8], count: 0 };
        for unit in units.take(8) {
            if !targets.as_slice().contains(&unit) {
                targets.units[targets.count as usize] = unit;
                targets.count += 1;
            }
        }
        targets
    }

    #[must_use]
    pub fn as_slice(&self) -> &[UnitAt] {
        &self.units[..self.count as usize]
    }

    #[must_use]
    pub fn filtered(&self, keep: impl Fn(UnitAt) -> bool) -> Self {
        Self::of(self.as_slice().iter().copied().filter(|unit| keep(*unit)))
    }
}

/// One thing that a name may mean.
#[derive(Debug, Clone, Copy)]
pub enum Reading {
    Unit {
        unit: UnitAt,
        form: Form,
    },
    /// By its place in [`Regions::all_retired`].
    Retired {
        retired: u16,
        form: Form,
        targets: Targets,
        shadowed: bool,
    },
    /// By its place in [`Regions::towns`].
    Town {
        town: u32,
    },
    /// 市辖区 and the like.
    Filler,
    /// 高新区 and the like.
    Zone,
}

/// A name in the text.
#[derive(Debug, Clone, Copy)]
pub struct Match {
    pub start: u32,
    pub end: u32,
    /// Which name.
    pub name: u32,
}

/// Where a unit stands in a shop's tree.
#[derive(Debug, Clone, Copy)]
pub struct Spot {
    pub province: UnitAt,
    /// The prefecture or the province-administered county; the municipality itself for its districts.
    pub city: Option<UnitAt>,
    pub district: Option<UnitAt>,
}

pub struct Lexicon {
    pub regions: Arc<Regions>,
    automaton: AhoCorasick,
    /// The readings of each name stand together.
    readings: Vec<Reading>,
    readings_of: Vec<(u32, u32)>,
    /// Units' names that are official or unmistakable, in force or not, and zones.
    full: Vec<bool>,
    /// Names of units, in force or not, or full names of towns.
    places: Vec<bool>,
    spots: Vec<Spot>,
    /// Units whose third level is the town: 东莞, 中山, 儋州, 嘉峪关 and province-administered counties.
    ends_at_city: Vec<bool>,
    pub areas: AreaCodes,
    /// First two digits of the postal codes of each province.
    postal_prefixes: HashMap<UnitAt, Vec<[u8; 2]>>,
}

impl Lexicon {
    /// # Panics
    /// Never: the names of a loaded table fit the automaton.
    #[must_use]
    pub fn new(regions: Arc<Regions>) -> Self {
        let mut names = Names::default();
        for (unit, at) in regions.units().iter().zip(0..) {
            names.add(&unit.name, Reading::Unit { unit: at, form: Form::Full });
            if unit.short_name != unit.name && unit.short_name.chars().count() >= 2 {
                names.add(&unit.short_name, Reading::Unit { unit: at, form: Form::Short });
            }
            // 朝阳市 for 朝阳区 is wrong, but 海淀 is as often written 北京海淀; a county city keeps its own suffix.
        }
        let place: HashMap<u32, UnitAt> =
            regions.units().iter().zip(0..).map(|(u, at)| (u.code.digits(), at)).collect();
        for alias in regions.aliases() {
            let Some(unit) = place.get(&alias.code.digits()) else { continue };
            let form = match alias.kind {
                AliasKind::ProvinceAbbreviation => Form::Abbreviation,
                AliasKind::ProvinceShort => Form::Short,
                _ if has_suffix(&alias.alias) => Form::Alias,
                _ => Form::Short,
            };
            names.add(&alias.alias, Reading::Unit { unit: *unit, form });
        }
        if let Some(unit) = place.get(&650_000) {
            names.add("新疆生产建设兵团", Reading::Unit { unit: *unit, form: Form::Alias });
        }
        for (retired, at) in regions.all_retired().iter().zip(0..) {
            names.add_retired(&regions, retired, at, &place);
        }
        for (town, at) in regions.towns().iter().zip(0..) {
            names.add(&town.name, Reading::Town { town: at });
        }
        for filler in FILLERS {
            names.add(filler, Reading::Filler);
        }
        for zone in ZONES {
            names.add(zone, Reading::Zone);
        }
        let (texts, readings, readings_of) = names.finish();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&texts)
            .expect("the names fit the automaton");
        let full = readings_of
            .iter()
            .map(|(start, end): &(u32, u32)| readings[*start as usize..*end as usize].iter().any(is_full))
            .collect();
        let places = readings_of
            .iter()
            .map(|(start, end): &(u32, u32)| readings[*start as usize..*end as usize].iter().any(is_place))
            .collect();
        let spots: Vec<Spot> = regions.units().iter().zip(0..).map(|(unit, at)| spot(unit, at, &place)).collect();
        let ends_at_city = regions
            .units()
            .iter()
            .map(|unit| match unit.level {
                Level::Prefecture => regions.children(unit.code).next().is_none(),
                Level::County => unit.city_code == Some(unit.code),
                _ => false,
            })
            .collect();
        let postal_prefixes = postal_prefixes(&regions, &place);
        let areas = AreaCodes::new(regions.units().iter().map(|unit| &*unit.area_code));
        Self { automaton, readings, readings_of, full, places, spots, ends_at_city, areas, postal_prefixes, regions }
    }

    /// Every occurrence of every name, overlapping ones included, by start and then the longest first.
    #[must_use]
    pub fn scan(&self, text: &Folded) -> Vec<Match> {
        let mut matches: Vec<Match> = self
            .automaton
            .find_overlapping_iter(&text.text)
            .map(|found| Match {
                start: text.at_byte[found.start()],
                end: text.at_byte[found.end()],
                name: found.pattern().as_u32(),
            })
            .collect();
        matches.sort_unstable_by_key(|m| (m.start, u32::MAX - m.end));
        matches
    }

    #[must_use]
    pub fn readings(&self, name: u32) -> &[Reading] {
        let (start, end) = self.readings_of[name as usize];
        &self.readings[start as usize..end as usize]
    }

    /// A unit is written without suffix.
    #[must_use]
    pub fn has_short(&self, name: u32) -> bool {
        self.readings(name).iter().any(|reading| matches!(reading, Reading::Unit { form: Form::Short, .. }))
    }

    /// A unit's official or unmistakable name, in force or not, or a zone's.
    #[must_use]
    pub fn has_full(&self, name: u32) -> bool {
        self.full[name as usize]
    }

    /// The name is one of a unit or town.
    #[must_use]
    pub fn names_place(&self, name: u32) -> bool {
        self.places[name as usize]
    }

    #[must_use]
    pub fn unit(&self, at: UnitAt) -> &Unit {
        &self.regions.units()[at as usize]
    }

    #[must_use]
    pub fn spot(&self, at: UnitAt) -> Spot {
        self.spots[at as usize]
    }

    #[must_use]
    pub fn retired(&self, at: u16) -> &Retired {
        &self.regions.all_retired()[at as usize]
    }

    /// Nothing stands between this city and its towns.
    #[must_use]
    pub fn ends_at_city(&self, at: UnitAt) -> bool {
        self.ends_at_city[at as usize]
    }

    /// The unit lies in the other, or is it.
    #[must_use]
    pub fn within(&self, unit: UnitAt, outer: UnitAt) -> bool {
        let spot = self.spot(unit);
        unit == outer || spot.province == outer || spot.city == Some(outer)
    }

    /// The province uses postal codes that begin like this.
    #[must_use]
    pub fn fits_postal(&self, province: UnitAt, code: &str) -> bool {
        let prefix: Option<[u8; 2]> = code.as_bytes().get(..2).and_then(|two| two.try_into().ok());
        prefix.is_some_and(|prefix| self.postal_prefixes.get(&province).is_some_and(|known| known.contains(&prefix)))
    }

    /// Any province uses postal codes that begin like this.
    #[must_use]
    pub fn is_postal(&self, code: &str) -> bool {
        self.postal_prefixes.keys().any(|province| self.fits_postal(*province, code))
    }
}

fn is_full(reading: &Reading) -> bool {
    matches!(
        reading,
        Reading::Unit { form: Form::Full | Form::Alias, .. }
            | Reading::Retired { form: Form::Full, .. }
            | Reading::Zone
    )
}

const fn is_place(reading: &Reading) -> bool {
    match reading {
        Reading::Unit { form, .. } | Reading::Retired { form, .. } => !matches!(form, Form::Abbreviation),
        Reading::Town { .. } => true,
        Reading::Filler | Reading::Zone => false,
    }
}

fn spot(unit: &Unit, at: UnitAt, place: &HashMap<u32, UnitAt>) -> Spot {
    let of = |code: u32| place.get(&code).copied();
    let province = of(unit.province_code.digits()).unwrap_or(at);
    match unit.level {
        Level::Province => {
            let city = (unit.kind == Kind::Municipality).then_some(at);
            Spot { province: at, city, district: None }
        }
        Level::Prefecture => Spot { province, city: Some(at), district: None },
        _ if unit.city_code == Some(unit.code) => Spot { province, city: Some(at), district: None },
        _ => {
            // A municipality's synthetic city is no unit: the municipality stands for it.
            let city = unit.city_code.and_then(|code| of(code.digits())).unwrap_or(province);
            Spot { province, city: Some(city), district: Some(at) }
        }
    }
}

fn postal_prefixes(regions: &Regions, place: &HashMap<u32, UnitAt>) -> HashMap<UnitAt, Vec<[u8; 2]>> {
    let mut prefixes: HashMap<UnitAt, Vec<[u8; 2]>> = HashMap::new();
    for unit in regions.units() {
        let Some(province) = place.get(&unit.province_code.digits()) else { continue };
        let Some(two) = unit.postal_code.as_bytes().get(..2).and_then(|two| two.try_into().ok()) else { continue };
        let known = prefixes.entry(*province).or_default();
        if !known.contains(&two) {
            known.push(two);
        }
    }
    prefixes
}
