//! Finding a place by what a buyer types: Chinese, pinyin, initials, English, an old or a colloquial name.
//!
//! Promises: an exact hit stands before a prefix, a current name before an old one, a province before a town;
//! the same query on the same table gives the same answer. Refuses nothing: an odd query finds nothing.

use super::{AliasKind, Code, Place, Regions, Retired, Town, Unit};

/// One place that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit<'r> {
    pub place: Place<'r>,
    pub matched: Matched,
    /// The name that matched: an alias or a former name where it was one of these.
    pub by: &'r str,
}

/// What of a place fitted the query. The order is the rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Matched {
    Name,
    ShortName,
    Alias,
    Pinyin,
    Initials,
    EnglishName,
    /// The unit was abolished or renamed; the hit is its successor.
    FormerName,
    NamePrefix,
    PinyinPrefix,
    InitialsPrefix,
    /// Each syllable shortened: `gzhou`, `shenzh`.
    PinyinShortened,
    EnglishPrefix,
    FormerNamePrefix,
}

/// Longer queries are cut: no name of ours has more characters.
const MAX_QUERY_CHARS: usize = 40;

/// Orders that make prefixes adjacent; built once per table.
#[derive(Debug)]
pub(super) struct SearchIndex {
    /// Places in `towns`, by name.
    towns_by_name: Vec<u32>,
    /// Of each town the reading without spaces, the initials and its place in `towns`; by reading.
    towns_by_pinyin: Vec<(Box<str>, Box<str>, u32)>,
    /// Of each unit: reading without spaces, length of the short name's part, initials' length of it, English.
    units: Vec<UnitReading>,
}

#[derive(Debug)]
struct UnitReading {
    pinyin: Box<str>,
    short_length: usize,
    short_initials: usize,
    english: Box<str>,
}

impl SearchIndex {
    pub(super) fn of(units: &[Unit], towns: &[Town]) -> Self {
        let mut towns_by_name: Vec<u32> = (0..).take(towns.len()).collect();
        towns_by_name.sort_by(|a, b| towns[*a as usize].name.cmp(&towns[*b as usize].name).then(a.cmp(b)));
        let mut towns_by_pinyin: Vec<_> =
            towns.iter().zip(0..).map(|(t, at)| (joined(&t.pinyin), initials(&t.pinyin), at)).collect();
        towns_by_pinyin.sort_by(|a, b| a.0.cmp(&b.0).then(a.2.cmp(&b.2)));
        let units = units
            .iter()
            .map(|unit| UnitReading {
                pinyin: joined(&unit.pinyin),
                short_length: unit.short_pinyin().map(str::len).sum(),
                short_initials: unit.short_pinyin().count(),
                english: latin(&unit.name_en).into(),
            })
            .collect();
        Self { towns_by_name, towns_by_pinyin, units }
    }
}

fn joined(pinyin: &str) -> Box<str> {
    pinyin.replace(' ', "").into()
}

fn initials(pinyin: &str) -> Box<str> {
    pinyin.split(' ').filter_map(|syllable| syllable.chars().next()).collect::<String>().into()
}

/// Small letters and digits only; ü as v, as the table has it.
fn latin(text: &str) -> String {
    let lower = text.chars().flat_map(char::to_lowercase).map(|c| if c == 'ü' { 'v' } else { c });
    lower.filter(char::is_ascii_alphanumeric).collect()
}

/// Full-width letters and digits to plain ones, white space away.
fn normal(query: &str) -> String {
    let narrow = |c: char| match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        _ => c,
    };
    query.chars().map(narrow).filter(|c| !c.is_whitespace()).take(MAX_QUERY_CHARS).collect()
}

impl Regions {
    /// Up to `limit` places, the best first; `within` keeps to a province, city node or county.
    #[must_use]
    pub fn search(&self, query: &str, within: Option<Code>, limit: usize) -> Vec<Hit<'_>> {
        let query = normal(query);
        if query.is_empty() {
            return Vec::new();
        }
        let mut hits = if let Ok(code) = query.parse::<Code>() {
            self.place(code).map(|place| Hit { place, matched: Matched::Name, by: place.name() }).into_iter().collect()
        } else if query.is_ascii() || query.contains(['ü', 'Ü']) {
            self.search_latin(&latin(&query))
        } else {
            self.search_chinese(&query)
        };
        hits.retain(|hit| within.is_none_or(|within| self.lies_within(hit.place, within)));
        // Before a shorter name stands only what fits better: 吉林 before 吉林省 would else hide the city.
        hits.sort_by_key(|hit| (hit.matched, hit.place.level(), hit.place.name().len(), hit.place.code()));
        let mut seen = std::collections::HashSet::new();
        hits.retain(|hit| seen.insert(hit.place.code()));
        hits.truncate(limit);
        hits
    }

    fn lies_within(&self, place: Place<'_>, within: Code) -> bool {
        let Some(path) = self.shop_path(place.code()) else { return false };
        let codes = [Some(path.province.code), path.city.map(|c| c.code), path.district.map(|d| d.code)];
        codes.contains(&Some(within)) || place.code() == within
    }

    fn search_chinese<'r>(&'r self, query: &str) -> Vec<Hit<'r>> {
        let mut hits = Vec::new();
        for unit in self.units() {
            let matched = if &*unit.name == query {
                Matched::Name
            } else if &*unit.short_name == query {
                Matched::ShortName
            } else if unit.name.starts_with(query) {
                Matched::NamePrefix
            } else {
                continue;
            };
            hits.push(Hit { place: Place::Unit(unit), matched, by: &unit.name });
        }
        for alias in self.aliases() {
            // One character is an abbreviation only when it is all that was typed.
            let matched = if &*alias.alias == query {
                Matched::Alias
            } else if alias.alias.starts_with(query) && alias.kind != AliasKind::ProvinceAbbreviation {
                Matched::NamePrefix
            } else {
                continue;
            };
            hits.extend(self.place(alias.code).map(|place| Hit { place, matched, by: &alias.alias }));
        }
        for retired in self.all_retired() {
            let matched = if &*retired.name == query {
                Matched::FormerName
            } else if retired.name.starts_with(query) {
                Matched::FormerNamePrefix
            } else {
                continue;
            };
            hits.extend(self.successors_of(retired, matched));
        }
        hits.extend(self.towns_beginning(query));
        hits
    }

    fn successors_of<'r>(&'r self, retired: &'r Retired, matched: Matched) -> impl Iterator<Item = Hit<'r>> {
        let successors = retired.successors.iter().filter_map(|code| self.place(*code));
        // A unit that kept its name and got another code is found by that name anyway.
        let renamed = successors.filter(|place| place.name() != &*retired.name);
        renamed.map(move |place| Hit { place, matched, by: &retired.name })
    }

    fn towns_beginning<'r>(&'r self, query: &str) -> impl Iterator<Item = Hit<'r>> + use<'r> {
        let order = &self.search_index().towns_by_name;
        let start = order.partition_point(|at| &*self.towns()[*at as usize].name < query);
        let query = query.to_owned();
        let towns = order[start..].iter().map(|at| &self.towns()[*at as usize]);
        towns
            .take_while({
                let query = query.clone();
                move |town| town.name.starts_with(&query)
            })
            .map(move |town| {
                let matched = if *town.name == *query { Matched::Name } else { Matched::NamePrefix };
                Hit { place: Place::Town(town), matched, by: &town.name }
            })
    }

    fn search_latin<'r>(&'r self, query: &str) -> Vec<Hit<'r>> {
        if query.is_empty() {
            return Vec::new();
        }
        let index = self.search_index();
        let units = self.units().iter().zip(&index.units).filter_map(|(unit, reading)| {
            let matched = match_reading(query, unit, reading)?;
            Some(Hit { place: Place::Unit(unit), matched, by: &unit.name })
        });
        let mut hits: Vec<Hit<'r>> = units.collect();
        let start = index.towns_by_pinyin.partition_point(|(pinyin, ..)| **pinyin < *query);
        let beginning = index.towns_by_pinyin[start..].iter().take_while(|(pinyin, ..)| pinyin.starts_with(query));
        let town = |at: &u32, matched| {
            let town = &self.towns()[*at as usize];
            Hit { place: Place::Town(town), matched, by: &town.name }
        };
        hits.extend(
            beginning.map(|(pinyin, _, at)| {
                town(at, if **pinyin == *query { Matched::Pinyin } else { Matched::PinyinPrefix })
            }),
        );
        // Two letters are the initials of thousands of towns; three begin to mean one.
        if query.len() > 2 {
            let fitting = index.towns_by_pinyin.iter().filter(|(_, initials, _)| **initials == *query);
            hits.extend(fitting.map(|(.., at)| town(at, Matched::Initials)));
        }
        hits
    }
}

fn match_reading(query: &str, unit: &Unit, reading: &UnitReading) -> Option<Matched> {
    let pinyin = &*reading.pinyin;
    let initials = &*unit.pinyin_initials;
    if pinyin == query || &pinyin[..reading.short_length] == query {
        return Some(Matched::Pinyin);
    }
    if initials == query || initials.get(..reading.short_initials) == Some(query) {
        return Some(Matched::Initials);
    }
    if &*reading.english == query {
        return Some(Matched::EnglishName);
    }
    if pinyin.starts_with(query) {
        return Some(Matched::PinyinPrefix);
    }
    if initials.starts_with(query) {
        return Some(Matched::InitialsPrefix);
    }
    if reading.english.starts_with(query) {
        return Some(Matched::EnglishPrefix);
    }
    let first = query.as_bytes()[0];
    (query.len() > 2 && pinyin.as_bytes().first() == Some(&first) && shortened(query, &unit.pinyin))
        .then_some(Matched::PinyinShortened)
}

/// Whether the query is a non-empty beginning of each of the first syllables, one after the other. `u` is taken
/// for `v` too, as many write lu for lü.
fn shortened(query: &str, pinyin: &str) -> bool {
    let Some((syllable, rest)) = pinyin.split_once(' ').or((!pinyin.is_empty()).then_some((pinyin, ""))) else {
        return query.is_empty();
    };
    if query.is_empty() {
        return true;
    }
    let alike = query.bytes().zip(syllable.bytes()).take_while(|(q, s)| q == s || (*q == b'u' && *s == b'v')).count();
    (1..=alike).rev().any(|taken| shortened(&query[taken..], rest))
}
