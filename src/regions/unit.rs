//! The rows of the table: units down to the county, towns, retired units, aliases, zones.

use serde::Serialize;

use super::Code;

/// The official level (级别). Buyers call them 省 / 市 / 区(县) / 街道(镇).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 省级
    Province,
    /// 地级
    Prefecture,
    /// 县级
    County,
    /// 乡级
    Town,
}

impl Level {
    /// 1 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Province => 1,
            Self::Prefecture => 2,
            Self::County => 3,
            Self::Town => 4,
        }
    }
}

macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $chinese:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $(#[doc = $chinese] $variant,)+
        }

        impl $name {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The official word.
            #[must_use]
            pub const fn chinese(self) -> &'static str {
                match self {
                    $(Self::$variant => $chinese,)+
                }
            }

            #[must_use]
            pub fn from_chinese(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.chinese() == word)
            }
        }
    };
}

kinds! {
    /// What sort of unit (区划类型) stands in a row.
    Kind {
        Province = "省",
        Municipality = "直辖市",
        AutonomousRegion = "自治区",
        SpecialAdministrativeRegion = "特别行政区",
        PrefectureCity = "地级市",
        Prefecture = "地区",
        AutonomousPrefecture = "自治州",
        League = "盟",
        District = "市辖区",
        CountyCity = "县级市",
        County = "县",
        AutonomousCounty = "自治县",
        Banner = "旗",
        AutonomousBanner = "自治旗",
        ForestryDistrict = "林区",
        SpecialDistrict = "特区",
    }
}

kinds! {
    /// What sort of town (乡级区划类型) stands in a row.
    TownKind {
        Subdistrict = "街道",
        Town = "镇",
        Township = "乡",
        EthnicTownship = "民族乡",
        Sumu = "苏木",
        EthnicSumu = "民族苏木",
        DistrictOffice = "区公所",
    }
}

impl Kind {
    /// The level on which such a unit stands.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Self::Province | Self::Municipality | Self::AutonomousRegion | Self::SpecialAdministrativeRegion => {
                Level::Province
            }
            Self::PrefectureCity | Self::Prefecture | Self::AutonomousPrefecture | Self::League => Level::Prefecture,
            _ => Level::County,
        }
    }
}

/// A province, prefecture or county.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub code: Code,
    pub level: Level,
    /// The official full name: 恩施土家族苗族自治州.
    pub name: Box<str>,
    /// Without suffix and nationalities: 恩施.
    pub short_name: Box<str>,
    pub kind: Kind,
    /// The official parent. Districts of municipalities and province-administered counties hang under the
    /// province. None for a province.
    pub parent: Option<Code>,
    pub province_code: Code,
    /// The node that a shop shows as the city: of a municipality's districts a synthetic one (`110100`), of a
    /// province-administered county the county itself. None for a province.
    pub city_code: Option<Code>,
    /// ASCII, one syllable per character, ü as v: `en shi tu jia zu …`.
    pub pinyin: Box<str>,
    pub pinyin_initials: Box<str>,
    pub name_en: Box<str>,
    /// Typical six digits, a prefill and not a check; empty where unknown.
    pub postal_code: Box<str>,
    /// Fixed-line prefix (区号) with its leading zero; empty where unknown.
    pub area_code: Box<str>,
    /// `CN-GD`, also Magento's region code; provinces only, else empty.
    pub iso_3166_2: Box<str>,
    /// 粤; provinces only, else empty.
    pub abbreviation: Box<str>,
    /// The first year that lists this code with this name; none if 1980 or earlier.
    pub since: Option<u16>,
}

/// A town, township or subdistrict (乡级).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Town {
    /// Nine digits.
    pub code: Code,
    pub name: Box<str>,
    pub kind: TownKind,
    /// The county; a prefecture where it has no districts (东莞) or these do not cover it (大兴安岭).
    pub parent: Code,
    /// As in [`Unit::pinyin`], but computed: for searching and for labels.
    pub pinyin: Box<str>,
    pub name_en: Box<str>,
}

impl Unit {
    /// The syllables of the short name: `shen zhen` of `shen zhen shi`.
    pub fn short_pinyin(&self) -> impl Iterator<Item = &str> {
        self.pinyin.split(' ').take(self.short_name.chars().count())
    }
}

/// A unit that was abolished, renamed or given another code since 2000.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retired {
    /// May be in use again for another unit: look up code and name.
    pub code: Code,
    pub name: Box<str>,
    /// Province, city and unit in one string, as it was written then.
    pub path: Box<str>,
    /// The first year without it.
    pub gone_by: u16,
    /// What happened, in the official words (撤县设区, 更名 …); empty where unknown.
    pub change: Box<str>,
    /// Today's units, the likeliest first; never empty.
    pub successors: Box<[Code]>,
    pub confidence: Confidence,
    /// The number of the deciding document (国函〔2021〕29号); empty where unknown.
    pub document: Box<str>,
}

/// How sure the successor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Two independent sources say exactly this.
    Checked,
    SingleSource,
    DerivedByDiff,
}

impl Confidence {
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "checked" => Some(Self::Checked),
            "single-source" => Some(Self::SingleSource),
            "derived-by-diff" => Some(Self::DerivedByDiff),
            _ => None,
        }
    }
}

/// A name that buyers write and the official table does not hold: 内蒙, 巴州, 莫旗.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    pub alias: Box<str>,
    pub code: Code,
    pub kind: AliasKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AliasKind {
    ProvinceShort,
    /// One character (粤): only as a whole token, never inside other words.
    ProvinceAbbreviation,
    ProvinceColloquial,
    PrefectureShort,
    PrefectureFormer,
    CountyShort,
}

impl AliasKind {
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "province-short" => Self::ProvinceShort,
            "province-abbreviation" => Self::ProvinceAbbreviation,
            "province-colloquial" => Self::ProvinceColloquial,
            "prefecture-short" => Self::PrefectureShort,
            "prefecture-former" => Self::PrefectureFormer,
            "county-short" => Self::CountyShort,
            _ => return None,
        })
    }
}

/// A development zone (功能区) that buyers write as if it were a district. Not a division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// The pseudo code that the statistics bureau used until 2023.
    pub code: Code,
    pub name: Box<str>,
    pub city_code: Code,
}

/// A city or district of Hong Kong, Macao or Taiwan. The codes are unofficial and for display only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlyingUnit {
    pub code: Code,
    /// `Prefecture` or `County`.
    pub level: Level,
    pub name: Box<str>,
    pub parent: Code,
    /// Empty where unknown.
    pub name_en: Box<str>,
    /// `HK`, `MO` or `TW`.
    pub country: Box<str>,
}
