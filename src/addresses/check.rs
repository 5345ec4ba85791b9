//! Checks of an address that a form holds: does the region exist, do its levels fit, is the code in force, are
//! phone and postal code plausible. Problems stop an order, warnings do not.

use super::answer::{Candidate, How, Part, Status, WarningCode};
use super::normalize::folded;
use super::phone::{Phone, PhoneKind};
use super::{Address, AddressParser};
use crate::regions::{Code, Level, Regions, ShopPath};

/// The fields of a form, as they were sent. Empty where absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form<'a> {
    pub name: &'a str,
    pub phone: &'a str,
    /// The code of the deepest level; decides over the names where both are given.
    pub code: &'a str,
    pub province: &'a str,
    pub city: &'a str,
    pub district: &'a str,
    pub town: &'a str,
    pub detail: &'a str,
    pub postal_code: &'a str,
}

/// Something about one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// JSON pointer into the form: `/phone`.
    pub pointer: &'static str,
    /// Stable; the wording is `address-<code>`.
    pub code: &'static str,
}

/// The form after the check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    pub problems: Vec<Remark>,
    pub warnings: Vec<Remark>,
    pub phone: Option<Phone>,
    pub province: Option<Part>,
    pub city: Option<Part>,
    pub district: Option<Part>,
    pub town: Option<Part>,
    /// Town and rest.
    pub detail: String,
    /// The given one, or the usual one of the place.
    pub postal_code: String,
    pub code: Option<Code>,
    pub candidates: Vec<Candidate>,
}

/// Longest name that anybody needs; Magento takes 255.
const LONGEST_NAME: usize = 50;
const LONGEST_DETAIL: usize = 200;

impl Checked {
    fn problem(&mut self, pointer: &'static str, code: &'static str) {
        self.problems.push(Remark { pointer, code });
    }

    fn warning(&mut self, pointer: &'static str, code: &'static str) {
        let remark = Remark { pointer, code };
        if !self.warnings.contains(&remark) {
            self.warnings.push(remark);
        }
    }
}

/// Checks one form.
#[must_use]
pub fn check(parser: &AddressParser, form: &Form<'_>) -> Checked {
    let mut checked = Checked::default();
    check_name(form, &mut checked);
    check_phone(parser, form, &mut checked);
    check_region(parser, form, &mut checked);
    check_detail(form, &mut checked);
    check_postal_code(parser.regions(), form, &mut checked);
    checked
}

fn check_name(form: &Form<'_>, checked: &mut Checked) {
    let name = form.name.trim();
    let length = name.chars().count();
    if name.is_empty() {
        checked.problem("/name", "name_required");
    } else if length > LONGEST_NAME {
        checked.problem("/name", "name_too_long");
    } else if name.chars().filter(char::is_ascii_digit).count() >= 7 {
        checked.problem("/name", "name_is_number");
    } else if length == 1 {
        checked.warning("/name", "name_uncertain");
    }
}

fn check_phone(parser: &AddressParser, form: &Form<'_>, checked: &mut Checked) {
    if form.phone.trim().is_empty() {
        checked.problem("/phone", "phone_required");
        return;
    }
    let Some(phone) = parser.phone(form.phone) else {
        checked.problem("/phone", "phone_invalid");
        return;
    };
    if phone.is_unusual_mobile() {
        checked.warning("/phone", WarningCode::PhoneUnusual.word());
    }
    if phone.kind != PhoneKind::Mobile {
        checked.warning("/phone", WarningCode::PhoneFixedLine.word());
    }
    if phone.kind == PhoneKind::FixedLine && !parser.usual_fixed_line(&phone) {
        checked.warning("/phone", "phone_length_unusual");
    }
    checked.phone = Some(phone);
}

fn check_region(parser: &AddressParser, form: &Form<'_>, checked: &mut Checked) {
    if form.code.trim().is_empty() {
        region_by_names(parser, form, checked);
    } else {
        region_by_code(parser.regions(), form, checked);
    }
    if checked.province.is_none() || checked.problems.iter().any(|p| p.code.starts_with("region")) {
        return;
    }
    let has_districts = |code: Option<Code>| code.is_some_and(|code| !parser.regions().shop_districts(code).is_empty());
    match (&checked.city, &checked.district) {
        (None, _) => checked.problem("/city", "city_required"),
        (Some(city), None) if has_districts(city.code) => checked.problem("/district", "district_required"),
        _ => {}
    }
}

fn region_by_code(regions: &Regions, form: &Form<'_>, checked: &mut Checked) {
    let Ok(code) = form.code.trim().parse::<Code>() else {
        checked.problem("/code", "region_code_malformed");
        return;
    };
    // A reused code belongs to whom the names say.
    let named = [form.town, form.district, form.city, form.province].into_iter().find(|name| !name.trim().is_empty());
    let retired = regions.retired(code).find(|retired| {
        regions.shop_path(code).is_none() || named.is_some_and(|name| folded(name.trim()) == folded(&retired.name))
    });
    if let Some(retired) = retired {
        let successors: Vec<ShopPath<'_>> = retired.successors.iter().filter_map(|code| regions.shop_path(*code)).collect();
        if let [path] = successors.as_slice() {
            checked.warning("/code", WarningCode::RegionReplaced.word());
            place(path, How::Replaced, checked);
        } else {
            checked.problem("/code", "region_split");
            checked.candidates = successors.iter().filter_map(candidate).collect();
        }
        return;
    }
    let Some(path) = regions.shop_path(code) else {
        checked.problem("/code", "region_unknown");
        return;
    };
    place(&path, How::Matched, checked);
    for (pointer, given, part) in [
        ("/province", form.province, checked.province.clone()),
        ("/city", form.city, checked.city.clone()),
        ("/district", form.district, checked.district.clone()),
    ] {
        if !given.trim().is_empty() && !part.is_some_and(|part| same_place(regions, given, &part)) {
            checked.problem(pointer, "region_mismatch");
        }
    }
}

/// The name is that of the unit, in full or short; of a municipality 市辖区 too.
fn same_place(regions: &Regions, given: &str, part: &Part) -> bool {
    let given = folded(given.trim());
    let unit = part.code.and_then(|code| regions.unit(code));
    let aliases = part.code.into_iter().flat_map(|code| regions.aliases().iter().filter(move |alias| alias.code == code));
    given == folded(&part.name)
        || unit.is_some_and(|unit| given == folded(&unit.short_name))
        || part.name.strip_suffix('市').is_some_and(|stem| given == stem)
        || given == "市辖区"
        || aliases.into_iter().any(|alias| given == folded(&alias.alias))
}

fn region_by_names(parser: &AddressParser, form: &Form<'_>, checked: &mut Checked) {
    let names = [("/province", form.province), ("/city", form.city), ("/district", form.district), ("/town", form.town)];
    let given: Vec<(&'static str, &str)> =
        names.into_iter().map(|(pointer, name)| (pointer, name.trim())).filter(|(_, name)| !name.is_empty()).collect();
    if given.is_empty() {
        checked.problem("/province", "region_required");
        return;
    }
    let text: Vec<&str> = given.iter().map(|(_, name)| *name).collect();
    let address = parser.parse(&text.join(" "), None);
    let left = leftover(&address, form);
    let wrong = given.iter().find(|(_, name)| left.contains(&folded(name)));
    match address.status {
        Status::Unresolved => checked.problem(given[0].0, "region_unknown"),
        Status::Ambiguous => {
            checked.problem(given.last().map_or("/district", |(pointer, _)| *pointer), "region_ambiguous");
            checked.candidates.clone_from(&address.candidates);
        }
        _ => {
            if let Some((pointer, _)) = wrong {
                checked.problem(pointer, "region_mismatch");
            }
            if address.status == Status::Historical {
                checked.warning(given.last().map_or("/district", |(pointer, _)| *pointer), WarningCode::RegionReplaced.word());
            }
            for warning in [WarningCode::RegionInferredFromTown, WarningCode::RegionFromShortName] {
                if address.warnings.contains(&warning) {
                    checked.warning("/district", warning.word());
                }
            }
        }
    }
    checked.code = address.code;
    (checked.province, checked.city, checked.district) = (address.province, address.city, address.district);
    checked.town = address.town;
}

/// Words that were given as places and not understood as such.
fn leftover(address: &Address, form: &Form<'_>) -> String {
    let mut left = folded(&address.detail);
    if let Some(name) = &address.name {
        left.push(' ');
        left.push_str(&folded(name));
    }
    let town = folded(form.town.trim());
    if town.is_empty() { left } else { left.replacen(&town, "", 1) }
}

fn place(path: &ShopPath<'_>, how: How, checked: &mut Checked) {
    let part = |code: Code, name: &str| Some(Part { code: Some(code), name: name.to_owned(), how });
    checked.province = part(path.province.code, &path.province.name);
    checked.city = path.city.and_then(|city| part(city.code, &city.unit.name));
    checked.district = path.district.and_then(|district| part(district.code, &district.name));
    checked.town = path.town.and_then(|town| part(town.code, &town.name));
    checked.code = path
        .district
        .map(|district| district.code)
        .or(path.city.map(|city| city.code))
        .or(Some(path.province.code));
}

fn candidate(path: &ShopPath<'_>) -> Option<Candidate> {
    Some(Candidate {
        code: path.district.map(|district| district.code).or(path.city.map(|city| city.code))?,
        province: path.province.name.to_string(),
        city: path.city.map(|city| city.unit.name.to_string()),
        district: path.district.map(|district| district.name.to_string()),
    })
}

fn check_detail(form: &Form<'_>, checked: &mut Checked) {
    let detail = form.detail.trim();
    let town = checked.town.as_ref().map_or(form.town.trim(), |town| town.name.as_str());
    checked.detail = if town.is_empty() || folded(detail).starts_with(&folded(town)) {
        detail.to_owned()
    } else {
        format!("{town}{detail}")
    };
    if detail.is_empty() {
        checked.problem("/detail", "detail_required");
    } else if checked.detail.chars().count() > LONGEST_DETAIL {
        checked.problem("/detail", "detail_too_long");
    } else if let Some(district) = &checked.district
        && folded(detail).contains(&folded(&district.name))
    {
        checked.warning("/detail", "detail_repeats_region");
    }
}

fn check_postal_code(regions: &Regions, form: &Form<'_>, checked: &mut Checked) {
    let given = form.postal_code.trim();
    let parts = [&checked.district, &checked.city, &checked.province];
    let units = parts.into_iter().flatten().filter_map(|part| regions.unit(part.code?));
    let usual = units.map(|unit| unit.postal_code.to_string()).find(|code| !code.is_empty());
    if given.is_empty() {
        // A municipality's synthetic city has none of its own, and some counties have none that is certain.
        let fallback = checked.province.as_ref().and_then(|p| {
            let province = p.code?;
            regions.units().iter().find(|u| u.province_code == province && u.level != Level::Province && !u.postal_code.is_empty())
        });
        checked.postal_code =
            usual.or_else(|| fallback.map(|unit| format!("{}0000", &unit.postal_code[..2]))).unwrap_or_default();
        if !checked.postal_code.is_empty() {
            checked.warning("/postal_code", "postal_code_filled");
        }
    } else if given.len() != 6 || !given.bytes().all(|b| b.is_ascii_digit()) {
        checked.problem("/postal_code", "postal_code_malformed");
    } else {
        given.clone_into(&mut checked.postal_code);
        let province = checked.province.as_ref().and_then(|part| part.code);
        let known = |code: Code| {
            regions.units().iter().any(|unit| unit.province_code == code && unit.postal_code.get(..2) == given.get(..2))
        };
        if province.is_some_and(|code| !known(code)) {
            checked.warning("/postal_code", WarningCode::PostalCodeMismatch.word());
        }
    }
}
