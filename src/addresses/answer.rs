//! What reading a text gives.

use serde::Serialize;

use super::phone::Phone;
use crate::regions::Code;

/// The state of the region; name, phone and detail speak for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// One place, down to the level that it has.
    Resolved,
    /// One place, written with an abolished or former name.
    Historical,
    /// Several places fit equally; see the candidates.
    Ambiguous,
    /// One place, but not down to its district.
    Partial,
    /// No place was found.
    Unresolved,
}

/// How a level became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It was written.
    Matched,
    /// It follows from what was written.
    Inferred,
    /// A former name or unit was written.
    Replaced,
}

/// One level of the region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// None if several units of this name fit.
    pub code: Option<Code>,
    pub name: String,
    pub how: How,
}

/// One of several places that fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    pub code: Code,
    pub province: String,
    pub city: Option<String>,
    pub district: Option<String>,
}

/// What a person should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    RegionNotFound,
    RegionAmbiguous,
    DistrictMissing,
    RegionReplaced,
    RegionInferredFromTown,
    RegionFromShortName,
    PreferredProvinceUsed,
    PlaceNameUnclear,
    NameMissing,
    NameUncertain,
    PhoneMissing,
    PhoneUnusual,
    PhoneWithoutAreaCode,
    PhoneFixedLine,
    PhoneGluedToDigits,
    SeveralPhones,
    DetailMissing,
    IdentityNumberDropped,
    PostalCodeMismatch,
    TextTooLong,
}

impl WarningCode {
    /// As it stands in answers: `name_uncertain`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::RegionNotFound => "region_not_found",
            Self::RegionAmbiguous => "region_ambiguous",
            Self::DistrictMissing => "district_missing",
            Self::RegionReplaced => "region_replaced",
            Self::RegionInferredFromTown => "region_inferred_from_town",
            Self::RegionFromShortName => "region_from_short_name",
            Self::PreferredProvinceUsed => "preferred_province_used",
            Self::PlaceNameUnclear => "place_name_unclear",
            Self::NameMissing => "name_missing",
            Self::NameUncertain => "name_uncertain",
            Self::PhoneMissing => "phone_missing",
            Self::PhoneUnusual => "phone_unusual",
            Self::PhoneWithoutAreaCode => "phone_without_area_code",
            Self::PhoneFixedLine => "phone_fixed_line",
            Self::PhoneGluedToDigits => "phone_glued_to_digits",
            Self::SeveralPhones => "several_phones",
            Self::DetailMissing => "detail_missing",
            Self::IdentityNumberDropped => "identity_number_dropped",
            Self::PostalCodeMismatch => "postal_code_mismatch",
            Self::TextTooLong => "text_too_long",
        }
    }

    pub const ALL: [Self; 20] = [
        Self::RegionNotFound,
        Self::RegionAmbiguous,
        Self::DistrictMissing,
        Self::RegionReplaced,
        Self::RegionInferredFromTown,
        Self::RegionFromShortName,
        Self::PreferredProvinceUsed,
        Self::PlaceNameUnclear,
        Self::NameMissing,
        Self::NameUncertain,
        Self::PhoneMissing,
        Self::PhoneUnusual,
        Self::PhoneWithoutAreaCode,
        Self::PhoneFixedLine,
        Self::PhoneGluedToDigits,
        Self::SeveralPhones,
        Self::DetailMissing,
        Self::IdentityNumberDropped,
        Self::PostalCodeMismatch,
        Self::TextTooLong,
    ];
}

/// A former unit that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Former {
    pub code: Code,
    pub name: String,
    /// 撤县设区, 更名 …; empty where unknown.
    pub change: String,
    /// The first year without it.
    pub gone_by: u16,
}

/// An address as read from one pasted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub status: Status,
    /// 收货人, as written.
    pub name: Option<String>,
    pub phone: Option<Phone>,
    /// Further numbers in the text.
    pub other_phones: Vec<Phone>,
    pub province: Option<Part>,
    /// The node that a shop shows as city.
    pub city: Option<Part>,
    pub district: Option<Part>,
    pub town: Option<Part>,
    /// Town and the rest, in the buyer's own characters.
    pub detail: String,
    pub postal_code: Option<String>,
    /// The deepest unit that is certain, the town left out.
    pub code: Option<Code>,
    pub former: Vec<Former>,
    pub candidates: Vec<Candidate>,
    /// In the order in which they were noticed, each once.
    pub warnings: Vec<WarningCode>,
}
