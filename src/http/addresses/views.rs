//! Addresses as a caller reads them, in the caller's language.

use serde::Serialize;

use crate::addresses::check::{Checked, Remark};
use crate::addresses::magento::{self, Content, MagentoAddress, Style};
use crate::addresses::phone::{Phone, PhoneKind};
use crate::addresses::{Address, Candidate, Former, How, Part, Status};
use crate::i18n::{self, Locale};
use crate::regions::Regions;
/// An address as read. What is doubtful stands in `warnings` and `candidates`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ParsedAddress {
    /// `resolved`, `historical` (a former name was written), `ambiguous` (several places fit), `partial` (no
    /// district), `unresolved`.
    #[schema(value_type = String, example = "resolved")]
    pub status: Status,
    #[schema(example = "张伟")]
    pub name: Option<String>,
    pub phone: Option<PhoneView>,
    pub province: Option<PartView>,
    pub city: Option<PartView>,
    pub district: Option<PartView>,
    pub town: Option<PartView>,
    /// Town and rest, in the shopper's own characters.
    #[schema(example = "粤海街道科技园南路1号")]
    pub detail: String,
    pub postal_code: Option<String>,
    /// Of the deepest level that is certain, towns left out.
    #[schema(example = "440305")]
    pub code: Option<String>,
    /// Former units that were written.
    pub former: Vec<FormerView>,
    pub candidates: Vec<CandidateView>,
    pub warnings: Vec<Message>,
    pub data_version: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PhoneView {
    #[schema(example = "+8613800138000")]
    pub e164: Option<String>,
    #[schema(example = "138 0013 8000")]
    pub display: String,
    /// National digits without separators.
    #[schema(example = "13800138000")]
    pub national: String,
    /// `mobile`, `fixed_line` or `service` (400, 800).
    #[schema(value_type = String, example = "mobile")]
    pub kind: PhoneKind,
    pub extension: Option<String>,
    /// Further numbers in the text, as `display`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PartView {
    /// Absent if several places of this name fit.
    #[schema(example = "440305")]
    pub code: Option<String>,
    #[schema(example = "南山区")]
    pub name: String,
    /// `matched`, `inferred` or `replaced`.
    #[schema(value_type = String, example = "matched")]
    pub how: How,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FormerView {
    #[schema(example = "500112")]
    pub code: String,
    #[schema(example = "渝北区")]
    pub name: String,
    #[schema(example = "撤销")]
    pub change: String,
    /// The first year without it.
    #[schema(example = 2025)]
    pub gone_by: u16,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CandidateView {
    #[schema(example = "120102")]
    pub code: String,
    #[schema(example = "天津市")]
    pub province: String,
    pub city: Option<String>,
    pub district: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Message {
    /// The field of the form; absent in answers to a pasted text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/phone")]
    pub pointer: Option<&'static str>,
    #[schema(example = "name_uncertain")]
    pub code: &'static str,
    pub detail: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CheckAnswer {
    /// Nothing stands against this address.
    pub valid: bool,
    pub problems: Vec<Message>,
    pub warnings: Vec<Message>,
    pub phone: Option<PhoneView>,
    pub province: Option<PartView>,
    pub city: Option<PartView>,
    pub district: Option<PartView>,
    pub town: Option<PartView>,
    /// Town and rest.
    pub detail: String,
    /// The given one, or the usual one of the place.
    pub postal_code: String,
    pub code: Option<String>,
    /// To choose from, where several places fit.
    pub candidates: Vec<CandidateView>,
    /// The same address as Magento's own checks let it pass. Absent until region, name and phone are known.
    pub magento: Option<MagentoAddress>,
    pub data_version: String,
}

impl ParsedAddress {
    pub fn of(address: Address, version: &str, locale: Locale) -> Self {
        let others = address.other_phones.iter().map(Phone::display).collect();
        Self {
            status: address.status,
            name: address.name,
            phone: address.phone.map(|phone| PhoneView::of(&phone, others)),
            province: address.province.map(PartView::from),
            city: address.city.map(PartView::from),
            district: address.district.map(PartView::from),
            town: address.town.map(PartView::from),
            detail: address.detail,
            postal_code: address.postal_code,
            code: address.code.map(|code| code.to_string()),
            former: address.former.into_iter().map(FormerView::from).collect(),
            candidates: address.candidates.into_iter().map(CandidateView::from).collect(),
            warnings: address.warnings.iter().map(|warning| Message::of(None, warning.word(), locale)).collect(),
            data_version: version.to_owned(),
        }
    }
}

impl CheckAnswer {
    pub fn of(checked: Checked, name: &str, style: &Style, regions: &Regions, locale: Locale) -> Self {
        let magento = magento_address(&checked, name, style, regions);
        let mut problems = checked.problems;
        if magento.as_ref().is_some_and(|magento| !magento.too_long.is_empty()) {
            problems.push(Remark { pointer: "/detail", code: "magento_too_long" });
        }
        let worded =
            |remarks: &[Remark]| remarks.iter().map(|r| Message::of(Some(r.pointer), r.code, locale)).collect();
        Self {
            valid: problems.is_empty(),
            problems: worded(&problems),
            warnings: worded(&checked.warnings),
            phone: checked.phone.map(|phone| PhoneView::of(&phone, Vec::new())),
            province: checked.province.map(PartView::from),
            city: checked.city.map(PartView::from),
            district: checked.district.map(PartView::from),
            town: checked.town.map(PartView::from),
            detail: checked.detail,
            postal_code: checked.postal_code,
            code: checked.code.map(|code| code.to_string()),
            candidates: checked.candidates.into_iter().map(CandidateView::from).collect(),
            magento,
            data_version: regions.version().to_owned(),
        }
    }
}

fn magento_address(checked: &Checked, name: &str, style: &Style, regions: &Regions) -> Option<MagentoAddress> {
    let province = checked.province.as_ref()?;
    let city = checked.city.as_ref()?;
    let unit = regions.unit(province.code?)?;
    let phone = checked.phone.as_ref()?;
    if name.is_empty() {
        return None;
    }
    let content = Content {
        name,
        phone: Some(phone),
        region_code: &unit.iso_3166_2,
        region: &province.name,
        city: &city.name,
        district: checked.district.as_ref().map_or("", |district| &district.name),
        detail: &checked.detail,
        postal_code: &checked.postal_code,
    };
    Some(magento::write(&content, style))
}

impl Message {
    fn of(pointer: Option<&'static str>, code: &'static str, locale: Locale) -> Self {
        let detail = i18n::text(locale, &format!("address-{}", code.replace('_', "-")));
        Self { pointer, code, detail }
    }
}

impl PhoneView {
    fn of(phone: &Phone, others: Vec<String>) -> Self {
        Self {
            e164: phone.e164(),
            display: phone.display(),
            national: phone.digits.clone(),
            kind: phone.kind,
            extension: phone.extension.clone(),
            others,
        }
    }
}

impl From<Part> for PartView {
    fn from(part: Part) -> Self {
        Self { code: part.code.map(|code| code.to_string()), name: part.name, how: part.how }
    }
}

impl From<Former> for FormerView {
    fn from(former: Former) -> Self {
        Self { code: former.code.to_string(), name: former.name, change: former.change, gone_by: former.gone_by }
    }
}

impl From<Candidate> for CandidateView {
    fn from(candidate: Candidate) -> Self {
        Self {
            code: candidate.code.to_string(),
            province: candidate.province,
            city: candidate.city,
            district: candidate.district,
        }
    }
}
