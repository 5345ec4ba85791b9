//! Readings (拼音) and English names of towns. The official table has none for them; these are computed, for
//! searching and for labels, and are right for all but some names with rare readings.

use std::collections::HashMap;

use pinyin::ToPinyin;

use super::{TownKind, Unit};

/// Readings of names that the table knows better than a dictionary of single characters does: 乐亭 is lao ting.
pub(super) struct Readings<'u> {
    known: HashMap<&'u str, Vec<&'u str>>,
}

impl<'u> Readings<'u> {
    pub(super) fn of(units: &'u [Unit]) -> Self {
        let mut known = HashMap::new();
        for unit in units {
            let length = unit.short_name.chars().count();
            if length > 1 && unit.name.starts_with(&*unit.short_name) {
                known.insert(&*unit.short_name, unit.pinyin.split(' ').take(length).collect());
            }
        }
        Self { known }
    }

    /// One syllable per character, ü as v. A character without a reading stands for itself.
    pub(super) fn syllables(&self, name: &str) -> Vec<String> {
        let mut syllables = Vec::new();
        let mut rest = name;
        if let Some((stem, reading)) = self.longest_stem(name) {
            syllables.extend(reading.iter().map(|&s| s.to_owned()));
            rest = &name[stem.len()..];
        }
        for character in rest.chars() {
            let reading = character.to_pinyin().map(|p| p.plain().replace('ü', "v"));
            syllables.push(reading.unwrap_or_else(|| character.to_string()));
        }
        syllables
    }

    fn longest_stem(&self, name: &str) -> Option<(&'u str, &Vec<&'u str>)> {
        let ends: Vec<usize> = name.char_indices().map(|(at, c)| at + c.len_utf8()).take(4).skip(1).collect();
        let stem = |end: &usize| self.known.get_key_value(&name[..*end]).map(|(stem, reading)| (*stem, reading));
        ends.iter().rev().find_map(stem)
    }
}

/// `Yuehai Subdistrict` for 粤海街道.
pub(super) fn english_name(name: &str, kind: TownKind, syllables: &[String]) -> String {
    let word = kind_in_english(kind);
    let suffixes: &[&str] = match kind {
        TownKind::Subdistrict => &["街道办事处", "街道"],
        TownKind::Town => &["镇"],
        TownKind::Township | TownKind::EthnicTownship => &["乡"],
        TownKind::Sumu | TownKind::EthnicSumu => &["苏木"],
        TownKind::DistrictOffice => &["区公所"],
    };
    let suffix = suffixes.iter().find(|suffix| name.ends_with(**suffix) && name.len() > suffix.len());
    let cut = suffix.map_or(0, |suffix| suffix.chars().count());
    let mut label: String = syllables[..syllables.len() - cut].concat();
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if suffix.is_some() { format!("{label} {word}") } else { label }
}

const fn kind_in_english(kind: TownKind) -> &'static str {
    match kind {
        TownKind::Subdistrict => "Subdistrict",
        TownKind::Town => "Town",
        TownKind::Township => "Township",
        TownKind::EthnicTownship => "Ethnic Township",
        TownKind::Sumu => "Sumu",
        TownKind::EthnicSumu => "Ethnic Sumu",
        TownKind::DistrictOffice => "District Office",
    }
}

/// The usual syllables of any name.
pub(super) fn plain(name: &str) -> Vec<String> {
    Readings { known: HashMap::new() }.syllables(name)
}
