//! One pasted text to one address: phone first, region second, name last, the rest is detail.

use std::sync::Arc;

use super::answer::{Address, Status, WarningCode};
use super::lexicon::{Lexicon, UnitAt};
use super::marks::{Mark, Marks};
use super::normalize::{Folded, is_han};
use super::phone::{self, PhoneKind};
use super::{chains, detail, identity, labels, name, region};
use crate::regions::{Code, Level, Regions};

/// Longer texts are no addresses; what stands behind this is not read.
pub const LONGEST_TEXT: usize = 4096;

/// Reads pasted addresses (智能识别) with one table of regions. Cheap to share, costly to build.
pub struct AddressParser {
    lexicon: Lexicon,
}

impl AddressParser {
    #[must_use]
    pub fn new(regions: Arc<Regions>) -> Self {
        Self { lexicon: Lexicon::new(regions) }
    }

    #[must_use]
    pub fn regions(&self) -> &Arc<Regions> {
        &self.lexicon.regions
    }

    /// Reads one text. `prefer` is the province to take when several places fit.
    ///
    /// Never fails: what cannot be read is in the warnings.
    #[must_use]
    pub fn parse(&self, text: &str, prefer: Option<Code>) -> Address {
        let (text, cut) = shortened(text);
        let text = Folded::new(text);
        let mut marks = Marks::new(&text);
        let mut warnings = Vec::new();
        if cut {
            warnings.push(WarningCode::TextTooLong);
        }

        let identities = identity::find(&text);
        for (start, end) in &identities {
            marks.set(*start, *end, Mark::Identity);
        }
        let mut phones = phone::find(&text, |at| marks.get(at) == Some(Mark::Identity), &self.lexicon.areas);
        for found in &phones {
            marks.set(found.start, found.end, Mark::Phone);
        }
        let labels = labels::mark_labels(&text, &mut marks);
        local_number(&text, &mut marks, &labels, &mut phones);
        privacy_tags(&text, &mut marks, &mut phones);
        labels::mark_courtesy(&text, &mut marks);
        marks.count();

        let chains = chains::read(&self.lexicon, &text, &mut marks);
        let prefer = prefer.and_then(|code| self.province(code));
        let region = region::read(&self.lexicon, &text, &mut marks, &chains, prefer);
        marks.count();
        let postal_code = self.postal_code(&text, &mut marks, &labels, &region, &mut warnings);
        marks.count();
        let spans: Vec<(usize, usize)> = phones.iter().map(|found| (found.start, found.end)).collect();
        let name = name::read(&text, &mut marks, &labels, &spans, |start, end| {
            region.complete && chains.matches.iter().any(|m| (m.start as usize, m.end as usize) == (start, end))
        });
        let detail = detail::read(&text, &marks, region.span);

        if !identities.is_empty() {
            warnings.push(WarningCode::IdentityNumberDropped);
        }
        warnings.extend(phone_warnings(&text, &phones));
        match &name {
            None => warnings.push(WarningCode::NameMissing),
            Some(name) if !name.certain => warnings.push(WarningCode::NameUncertain),
            Some(_) => {}
        }
        if detail.is_empty() {
            warnings.push(WarningCode::DetailMissing);
        }
        let name = name.map(|name| tidy_name(&text.written(name.start, name.end)));
        let main = phones.iter().position(|found| found.phone.kind == PhoneKind::Mobile).unwrap_or(0);
        let mut numbers: Vec<_> = phones.into_iter().map(|found| found.phone).collect();
        let phone = (!numbers.is_empty()).then(|| numbers.remove(main));
        numbers.retain(|other| phone.as_ref().is_none_or(|phone| phone.digits != other.digits));
        numbers.truncate(8);
        let status = status(&region);
        let mut all = region.warnings;
        all.extend(warnings);
        let mut seen = Vec::new();
        all.retain(|warning| {
            !seen.contains(warning) && {
                seen.push(*warning);
                true
            }
        });
        Address {
            status,
            name,
            phone,
            other_phones: numbers,
            province: region.province,
            city: region.city,
            district: region.district,
            town: region.town,
            detail,
            postal_code,
            code: region.code,
            former: region.former,
            candidates: region.candidates,
            warnings: all,
        }
    }

    /// A text that is one phone number and nothing else.
    #[must_use]
    pub fn phone(&self, text: &str) -> Option<phone::Phone> {
        let (text, _) = shortened(text);
        let text = Folded::new(text);
        let mut found = phone::find(&text, |_| false, &self.lexicon.areas);
        let rest = |found: &phone::Found| {
            let outside = (0..found.start).chain(found.end..text.len());
            outside.map(|at| text.chars[at]).all(|c| matches!(c, ' ' | '-' | '(' | ')' | '+'))
        };
        (found.len() == 1 && rest(&found[0])).then(|| found.remove(0).phone)
    }

    /// The fixed-line number has as many digits as numbers under its prefix have.
    #[must_use]
    pub fn usual_fixed_line(&self, phone: &phone::Phone) -> bool {
        let (area, number) = phone.digits.split_at(phone.area_length);
        self.lexicon.areas.usual_length(area, number.len())
    }

    fn province(&self, code: Code) -> Option<UnitAt> {
        let units = self.lexicon.regions.units();
        let at = units.binary_search_by_key(&code.province(), |unit| unit.code).ok()?;
        (units[at].level == Level::Province).then(|| UnitAt::try_from(at).ok()).flatten()
    }

    /// Six digits alone that fit the province, or behind their label.
    fn postal_code(
        &self,
        text: &Folded,
        marks: &mut Marks,
        labels: &[labels::Label],
        region: &region::Region,
        warnings: &mut Vec<WarningCode>,
    ) -> Option<String> {
        let province = region.province_at;
        let parts = [&region.district, &region.city];
        let units = parts.into_iter().flatten().filter_map(|part| self.lexicon.regions.unit(part.code?));
        // Province and zone of the usual code.
        let local = units.filter_map(|unit| unit.postal_code.get(..3)).next();
        let mut found: Option<String> = None;
        let mut at = 0;
        while at < text.len() {
            if !marks.is_open(at) || !text.chars[at].is_ascii_digit() {
                at += 1;
                continue;
            }
            let start = at;
            while at < text.len() && marks.is_open(at) && text.chars[at].is_ascii_digit() {
                at += 1;
            }
            if at - start != 6 {
                continue;
            }
            let labelled = labels.iter().any(|label| {
                label.of == labels::Labelled::PostalCode && label.end <= start && marks.clear_between(label.end, start)
            });
            let alone = !marks.is_open(start.wrapping_sub(1)) && !marks.is_open(at);
            let hyphened = matches!(text.before(start), Some('-' | '#')) || text.get(at) == Some('-');
            let code: String = text.chars[start..at].iter().collect();
            // 高新大都荟710061: glued to the house, believed only if it is a code of the very place.
            let glued = !marks.is_open(at)
                && text.before(start).is_some_and(|c| is_han(c) && !phone::is_room_word(c))
                && local.is_some_and(|usual| code.starts_with(usual));
            let alone = alone || glued;
            let fits = province.map_or_else(|| self.lexicon.is_postal(&code), |p| self.lexicon.fits_postal(p, &code));
            if labelled || (alone && !hyphened && fits && found.is_none()) {
                if !fits && province.is_some() {
                    warnings.push(WarningCode::PostalCodeMismatch);
                }
                marks.set(start, at, Mark::PostalCode);
                found = found.or(Some(code));
            }
        }
        found
    }
}

fn shortened(text: &str) -> (&str, bool) {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    }
}

/// `电话：87654321`: a number without prefix counts only behind its label.
fn local_number(text: &Folded, marks: &mut Marks, labels: &[labels::Label], phones: &mut Vec<phone::Found>) {
    if !phones.is_empty() {
        return;
    }
    for label in labels.iter().filter(|label| label.of == labels::Labelled::Phone) {
        let Some(start) = (label.end..text.len()).find(|at| text.chars[*at] != ' ') else { continue };
        let digits: String = text.chars[start..].iter().take(12).take_while(|c| c.is_ascii_digit()).collect();
        let end = start + digits.len();
        if matches!(digits.len(), 7 | 8) && matches!(digits.as_bytes()[0], b'2'..=b'8') {
            marks.set(start, end, Mark::Phone);
            let phone = phone::Phone { kind: PhoneKind::FixedLine, digits, area_length: 0, extension: None };
            phones.push(phone::Found { start, end, phone });
            return;
        }
    }
}

/// `张三[8871]`, `张三 转8871`: marketplaces write the extension of a privacy number (隐私号) behind name and address.
fn privacy_tags(text: &Folded, marks: &mut Marks, phones: &mut [phone::Found]) {
    let mut at = 0;
    while at < text.len() {
        let opening = text.chars[at];
        let inside =
            matches!(opening, '[' | '(' | '转') && marks.get(at).is_some_and(|m| matches!(m, Mark::Gap | Mark::Open));
        if !inside {
            at += 1;
            continue;
        }
        let digits: String = text.chars[at + 1..].iter().take(8).take_while(|c| c.is_ascii_digit()).collect();
        let end = at + 1 + digits.len();
        let closed = match opening {
            '[' => text.get(end) == Some(']'),
            '(' => text.get(end) == Some(')'),
            _ => marks.edge_after(end) && marks.edge_before(at),
        };
        if !closed || !(2..=6).contains(&digits.len()) {
            at += 1;
            continue;
        }
        let known = phones.iter().any(|found| found.phone.extension.as_deref() == Some(&*digits));
        let takes = opening != '(' && digits.len() == 4;
        let bare =
            phones.iter_mut().find(|found| found.phone.kind == PhoneKind::Mobile && found.phone.extension.is_none());
        let end = if opening == '转' { end } else { end + 1 };
        if known {
            marks.set(at, end, Mark::Filler);
        } else if let (true, Some(found)) = (takes, bare) {
            found.phone.extension = Some(digits);
            marks.set(at, end, Mark::Filler);
        }
        at = end;
    }
}

fn phone_warnings(text: &Folded, phones: &[phone::Found]) -> Vec<WarningCode> {
    let mut warnings = Vec::new();
    let Some(main) = phones.iter().find(|found| found.phone.kind == PhoneKind::Mobile).or(phones.first()) else {
        return vec![WarningCode::PhoneMissing];
    };
    if main.phone.is_unusual_mobile() {
        warnings.push(WarningCode::PhoneUnusual);
    }
    if main.phone.kind != PhoneKind::Mobile {
        warnings.push(WarningCode::PhoneFixedLine);
        if main.phone.kind == PhoneKind::FixedLine && main.phone.area_length == 0 {
            warnings.push(WarningCode::PhoneWithoutAreaCode);
        }
    }
    let glued = text.before(main.start).is_some_and(|c| c.is_ascii_digit())
        || text.get(main.end).is_some_and(|c| c.is_ascii_digit());
    if glued {
        warnings.push(WarningCode::PhoneGluedToDigits);
    }
    if phones.iter().any(|found| found.phone.digits != main.phone.digits) {
        warnings.push(WarningCode::SeveralPhones);
    }
    warnings
}

fn status(region: &region::Region) -> Status {
    if region.complete && region.candidates.is_empty() {
        return if region.former.is_empty() { Status::Resolved } else { Status::Historical };
    }
    if region.province_at.is_some() {
        Status::Partial
    } else if region.candidates.is_empty() {
        Status::Unresolved
    } else {
        Status::Ambiguous
    }
}

/// "张 伟" is 张伟; "Jack Ma" keeps its blank.
fn tidy_name(name: &str) -> String {
    let name = name.trim();
    if name.chars().any(is_han) { name.chars().filter(|c| !c.is_whitespace()).collect() } else { name.to_owned() }
}
