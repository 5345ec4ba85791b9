//! Our provinces and the region ids of one Magento shop, which differ in every installation.
//!
//! A shop's list comes from its `directory/countries/CN`. Each region is recognised by its code (CN-GD, GD, 44,
//! 440000, Guangdong), then by its name in Chinese or pinyin; whatever is left is asked for. Never guessed: a
//! name that fits two provinces, or a province claimed twice, is asked for too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Code, Level, Regions, Unit};

/// One row of `available_regions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShopRegion {
    #[schema(example = "581")]
    pub id: String,
    #[serde(default)]
    #[schema(example = "CN-GD")]
    pub code: String,
    #[serde(default)]
    #[schema(example = "Guangdong Sheng")]
    pub name: String,
}

/// How a region was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecognisedBy {
    /// The merchant said so.
    Assignment,
    Code,
    Name,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    pub region: ShopRegion,
    pub province: Code,
    pub by: RecognisedBy,
}

/// A region of the shop that must be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Unresolved {
    #[serde(flatten)]
    pub region: ShopRegion,
    /// Codes of the provinces that it may be; empty when none fits.
    #[schema(value_type = Vec<String>)]
    pub candidates: Vec<Code>,
}

/// A shop's regions, each with its province or a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recognition {
    pub recognised: Vec<Recognised>,
    pub unresolved: Vec<Unresolved>,
}

/// Recognises all of them. `assignments` (the shop's id to our code) stand above everything.
#[must_use]
pub fn recognise(regions: &Regions, shop: &[ShopRegion], assignments: &BTreeMap<String, Code>) -> Recognition {
    let mut recognition = Recognition::default();
    let mut claimed: BTreeMap<Code, Vec<Recognised>> = BTreeMap::new();
    for region in shop {
        let (by, candidates) = match assignments.get(&region.id) {
            Some(code) => (RecognisedBy::Assignment, vec![*code]),
            None => candidates(regions, region),
        };
        match candidates[..] {
            [province] => {
                let recognised = Recognised { region: region.clone(), province, by };
                claimed.entry(province).or_default().push(recognised);
            }
            _ => recognition.unresolved.push(Unresolved { region: region.clone(), candidates }),
        }
    }
    for (province, mut claims) in claimed {
        // An old extension's 广东 beside the core's CN-GD: what the merchant said, else the better proof.
        let best = claims.iter().map(|claim| claim.by).min_by_key(|by| *by as u8);
        let winners = claims.iter().filter(|claim| Some(claim.by) == best).count();
        if winners == 1 {
            claims.sort_by_key(|claim| claim.by as u8);
            recognition.recognised.push(claims.remove(0));
        }
        let asked = claims.into_iter().map(|c| Unresolved { region: c.region, candidates: vec![province] });
        recognition.unresolved.extend(asked);
    }
    recognition
}

fn candidates(regions: &Regions, region: &ShopRegion) -> (RecognisedBy, Vec<Code>) {
    let by_code = by_code(regions, region.code.trim());
    if !by_code.is_empty() {
        return (RecognisedBy::Code, by_code);
    }
    // Some extensions put the name into the code.
    let mut named = by_name(regions, &region.name);
    if named.is_empty() {
        named = by_name(regions, &region.code);
    }
    (RecognisedBy::Name, named)
}

/// `CN-GD` as ISO 3166-2 has it, without the country, or the number that it had until 2017 (`CN-44`).
fn by_code(regions: &Regions, code: &str) -> Vec<Code> {
    let bare = code.strip_prefix("CN").map_or(code, |rest| rest.trim_start_matches(['-', '_']));
    let fits = |unit: &&Unit| {
        let digits = unit.code.to_string();
        unit.iso_3166_2.strip_prefix("CN-").is_some_and(|iso| iso.eq_ignore_ascii_case(bare))
            || digits == bare
            || digits[..2] == *bare
    };
    if bare.is_empty() { Vec::new() } else { regions.provinces().filter(fits).map(|unit| unit.code).collect() }
}

fn by_name(regions: &Regions, name: &str) -> Vec<Code> {
    let name = simplified(name.trim());
    if name.is_empty() {
        return Vec::new();
    }
    if !name.is_ascii() {
        let exact = regions.provinces().filter(|unit| *unit.name == *name || *unit.short_name == *name);
        let aliases = regions.aliases_reading(&name).filter_map(|alias| regions.unit(alias.code));
        let aliases = aliases.filter(|unit| unit.level == Level::Province);
        let mut codes: Vec<Code> = exact.chain(aliases).map(|unit| unit.code).collect();
        codes.dedup();
        return codes;
    }
    let stem = latin_stem(&name);
    if let Some((_, code)) = OTHER_LATIN.iter().find(|(other, _)| *other == stem) {
        return code.parse().into_iter().collect();
    }
    // English first: it tells Shanxi from Shaanxi, which pinyin does not.
    let english = regions.provinces().filter(|unit| latin_stem(&unit.name_en) == stem);
    let english: Vec<Code> = english.map(|unit| unit.code).collect();
    if !english.is_empty() {
        return english;
    }
    let pinyin = regions.provinces().filter(|unit| unit.short_pinyin().collect::<String>() == stem);
    pinyin.map(|unit| unit.code).collect()
}

/// Romanisations that neither pinyin nor our English names are.
const OTHER_LATIN: [(&str, &str); 12] = [
    ("neimongol", "150000"),
    ("neimenggu", "150000"),
    ("neimonggol", "150000"),
    ("innermongol", "150000"),
    ("tibet", "540000"),
    ("hongkong", "810000"),
    ("xianggang", "810000"),
    ("macau", "820000"),
    ("macao", "820000"),
    ("aomen", "820000"),
    ("guangxizhuangzu", "450000"),
    ("xinjianguygur", "650000"),
];

/// Small letters without the words for the kind of unit: `guangdong` of "Guangdong Sheng".
fn latin_stem(name: &str) -> String {
    const KINDS: [&str; 20] = [
        "sheng",
        "shi",
        "zizhiqu",
        "tebiexingzhengqu",
        "province",
        "municipality",
        "autonomous",
        "region",
        "city",
        "sar",
        "special",
        "administrative",
        "china",
        "zhuangzu",
        "zhuang",
        "huizu",
        "huizi",
        "hui",
        "uygur",
        "weiwuer",
    ];
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.filter(|word| !KINDS.contains(word)).collect();
    let mut stem = words.concat();
    // Written as one word: Guangdongsheng.
    for kind in ["zizhiqu", "sheng"] {
        if let Some(rest) = stem.strip_suffix(kind).filter(|rest| rest.len() > 3) {
            stem = rest.to_owned();
        }
    }
    stem
}

/// Traditional characters of provinces' names; the rest of the script does not matter here.
fn simplified(name: &str) -> String {
    const PAIRS: [(char, char); 18] = [
        ('廣', '广'),
        ('東', '东'),
        ('遼', '辽'),
        ('寧', '宁'),
        ('龍', '龙'),
        ('蘇', '苏'),
        ('陝', '陕'),
        ('肅', '肃'),
        ('貴', '贵'),
        ('雲', '云'),
        ('內', '内'),
        ('臺', '台'),
        ('灣', '湾'),
        ('澳', '澳'),
        ('門', '门'),
        ('慶', '庆'),
        ('區', '区'),
        ('別', '别'),
    ];
    let simple = |c: char| PAIRS.iter().find(|(traditional, _)| *traditional == c).map_or(c, |(_, simple)| *simple);
    name.chars().map(simple).collect()
}
