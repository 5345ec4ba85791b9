//! The immutable table with its indices.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, LazyLock, OnceLock};

use super::load::{self, LoadError, Rows};
use super::search::SearchIndex;
use super::{Alias, Code, Level, OutlyingUnit, Retired, Town, Unit, Zone};

/// Everything known about the divisions of one state of the data. Parsed once, shared by `Arc`.
#[derive(Debug)]
pub struct Regions {
    state: Box<str>,
    version: Box<str>,
    /// By code.
    units: Vec<Unit>,
    /// By code, so the towns of one parent stand together.
    towns: Vec<Town>,
    retired: Vec<Retired>,
    aliases: Vec<Alias>,
    zones: Vec<Zone>,
    outlying: Vec<OutlyingUnit>,
    unit_of: HashMap<Code, u32>,
    children_of: HashMap<Code, Vec<u32>>,
    units_by_name: HashMap<Box<str>, Vec<u32>>,
    units_by_short_name: HashMap<Box<str>, Vec<u32>>,
    units_by_pinyin: HashMap<Box<str>, Vec<u32>>,
    units_by_initials: HashMap<Box<str>, Vec<u32>>,
    towns_by_name: HashMap<Box<str>, Vec<u32>>,
    retired_of: HashMap<Code, Vec<u32>>,
    retired_by_name: HashMap<Box<str>, Vec<u32>>,
    aliases_by_text: HashMap<Box<str>, Vec<u32>>,
    zones_by_name: HashMap<Box<str>, Vec<u32>>,
    search_index: OnceLock<SearchIndex>,
}

/// A unit or a town.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'r> {
    Unit(&'r Unit),
    Town(&'r Town),
}

impl<'r> Place<'r> {
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Self::Unit(unit) => unit.code,
            Self::Town(town) => town.code,
        }
    }

    #[must_use]
    pub const fn name(self) -> &'r str {
        match self {
            Self::Unit(unit) => &unit.name,
            Self::Town(town) => &town.name,
        }
    }

    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Self::Unit(unit) => unit.level,
            Self::Town(_) => Level::Town,
        }
    }

    /// The official parent.
    #[must_use]
    pub const fn parent(self) -> Option<Code> {
        match self {
            Self::Unit(unit) => unit.parent,
            Self::Town(town) => Some(town.parent),
        }
    }
}

impl Regions {
    /// The table inside the program.
    ///
    /// # Panics
    /// Never in a released program: a test loads the embedded files.
    #[must_use]
    pub fn embedded() -> Arc<Self> {
        static EMBEDDED: LazyLock<Arc<Regions>> = LazyLock::new(|| {
            let rows = load::embedded().expect("the embedded tables are read by a test");
            Arc::new(Regions::from_rows(rows))
        });
        Arc::clone(&EMBEDDED)
    }

    /// A table from a folder that holds [`super::FILES`]. It is read, not judged.
    ///
    /// # Errors
    /// When a file is missing or a row cannot be understood.
    pub fn load(folder: &Path) -> Result<Self, LoadError> {
        load::folder(folder).map(Self::from_rows)
    }

    fn from_rows(mut rows: Rows) -> Self {
        rows.units.sort_by_key(|unit| unit.code);
        rows.towns.sort_by_key(|town| town.code);
        let version = format!("{}-{}", rows.state, &rows.content_hash[..12]);
        let units = &rows.units;
        Self {
            state: rows.state.into(),
            version: version.into(),
            unit_of: units.iter().zip(0..).map(|(unit, at)| (unit.code, at)).collect(),
            children_of: grouped(units, |unit| unit.parent),
            units_by_name: grouped(units, |unit| Some(unit.name.clone())),
            units_by_short_name: grouped(units, |unit| Some(unit.short_name.clone())),
            units_by_pinyin: grouped(units, |unit| Some(unit.pinyin.replace(' ', "").into())),
            units_by_initials: grouped(units, |unit| Some(unit.pinyin_initials.clone())),
            towns_by_name: grouped(&rows.towns, |town| Some(town.name.clone())),
            retired_of: grouped(&rows.retired, |retired| Some(retired.code)),
            retired_by_name: grouped(&rows.retired, |retired| Some(retired.name.clone())),
            aliases_by_text: grouped(&rows.aliases, |alias| Some(alias.alias.clone())),
            zones_by_name: grouped(&rows.zones, |zone| Some(zone.name.clone())),
            search_index: OnceLock::new(),
            units: rows.units,
            towns: rows.towns,
            retired: rows.retired,
            aliases: rows.aliases,
            zones: rows.zones,
            outlying: rows.outlying,
        }
    }

    pub(super) fn search_index(&self) -> &SearchIndex {
        self.search_index.get_or_init(|| SearchIndex::of(&self.units, &self.towns))
    }

    /// The date of the data: `2026-09`.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// Date and content hash: `2026-09-1f2e3d4c5b6a`. Another byte in any file gives another version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Provinces, prefectures and counties, by code.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    pub fn provinces(&self) -> impl Iterator<Item = &Unit> {
        self.units.iter().filter(|unit| unit.level == Level::Province)
    }

    /// All towns, by code.
    #[must_use]
    pub fn towns(&self) -> &[Town] {
        &self.towns
    }

    /// All retired units, in the order of the file.
    #[must_use]
    pub fn all_retired(&self) -> &[Retired] {
        &self.retired
    }

    #[must_use]
    pub fn aliases(&self) -> &[Alias] {
        &self.aliases
    }

    #[must_use]
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// Cities and districts of Hong Kong, Macao and Taiwan.
    #[must_use]
    pub fn outlying(&self) -> &[OutlyingUnit] {
        &self.outlying
    }

    /// A current province, prefecture or county. Synthetic city codes are none: see [`Self::shop_city`].
    #[must_use]
    pub fn unit(&self, code: Code) -> Option<&Unit> {
        self.unit_of.get(&code).map(|at| &self.units[*at as usize])
    }

    #[must_use]
    pub fn town(&self, code: Code) -> Option<&Town> {
        self.towns.binary_search_by_key(&code, |town| town.code).ok().map(|at| &self.towns[at])
    }

    /// A current unit or town.
    #[must_use]
    pub fn place(&self, code: Code) -> Option<Place<'_>> {
        if code.is_town() { self.town(code).map(Place::Town) } else { self.unit(code).map(Place::Unit) }
    }

    /// The units directly under this one in the official tree, by code.
    pub fn children(&self, parent: Code) -> impl Iterator<Item = &Unit> {
        at(&self.units, self.children_of.get(&parent))
    }

    /// The towns directly under this county or prefecture, by code.
    #[must_use]
    pub fn towns_of(&self, parent: Code) -> &[Town] {
        &self.towns[self.town_range(parent)]
    }

    fn town_range(&self, parent: Code) -> Range<usize> {
        let start = self.towns.partition_point(|town| town.code.six() < parent);
        let length = self.towns[start..].partition_point(|town| town.code.six() == parent);
        start..start + length
    }

    /// Units with exactly this full name (鼓楼区 gives four).
    pub fn units_named<'r>(&'r self, name: &str) -> impl Iterator<Item = &'r Unit> + use<'r> {
        at(&self.units, self.units_by_name.get(name))
    }

    /// Units with exactly this short name (吉林 gives a province and a city).
    pub fn units_with_short_name<'r>(&'r self, name: &str) -> impl Iterator<Item = &'r Unit> + use<'r> {
        at(&self.units, self.units_by_short_name.get(name))
    }

    /// Units with exactly this reading, written without spaces: `gulouqu`.
    pub fn units_with_pinyin<'r>(&'r self, pinyin: &str) -> impl Iterator<Item = &'r Unit> + use<'r> {
        at(&self.units, self.units_by_pinyin.get(pinyin))
    }

    /// Units with exactly these initials: `glq`.
    pub fn units_with_initials<'r>(&'r self, initials: &str) -> impl Iterator<Item = &'r Unit> + use<'r> {
        at(&self.units, self.units_by_initials.get(initials))
    }

    /// Towns with exactly this name (城关镇 gives 82).
    pub fn towns_named<'r>(&'r self, name: &str) -> impl Iterator<Item = &'r Town> + use<'r> {
        at(&self.towns, self.towns_by_name.get(name))
    }

    /// The units that bore this code and do not bear it with that name any more. The code may be in use again:
    /// ask [`Self::unit`] too.
    pub fn retired(&self, code: Code) -> impl Iterator<Item = &Retired> {
        at(&self.retired, self.retired_of.get(&code))
    }

    /// Retired units of this name.
    pub fn retired_named<'r>(&'r self, name: &str) -> impl Iterator<Item = &'r Retired> + use<'r> {
        at(&self.retired, self.retired_by_name.get(name))
    }

    pub fn aliases_reading<'r>(&'r self, text: &str) -> impl Iterator<Item = &'r Alias> + use<'r> {
        at(&self.aliases, self.aliases_by_text.get(text))
    }

    pub fn zones_named<'r>(&'r self, name: &str) -> impl Iterator<Item = &'r Zone> + use<'r> {
        at(&self.zones, self.zones_by_name.get(name))
    }
}

fn grouped<T, K: std::hash::Hash + Eq>(rows: &[T], key: impl Fn(&T) -> Option<K>) -> HashMap<K, Vec<u32>> {
    let mut groups: HashMap<K, Vec<u32>> = HashMap::new();
    for (row, at) in rows.iter().zip(0..) {
        if let Some(key) = key(row) {
            groups.entry(key).or_default().push(at);
        }
    }
    groups
}

fn at<'r, T>(rows: &'r [T], places: Option<&'r Vec<u32>>) -> impl Iterator<Item = &'r T> + use<'r, T> {
    places.map(Vec::as_slice).unwrap_or_default().iter().map(|at| &rows[*at as usize])
}
