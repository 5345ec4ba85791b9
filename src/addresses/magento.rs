//! An address as Magento accepts it. Its own checks refuse ordinary Chinese input (。：；【】·＋, 转806); what they
//! would refuse is rewritten here, and every change is reported. Nothing is shortened in silence.

use serde::{Deserialize, Serialize};

use super::phone::{Phone, PhoneKind};
use super::surnames;

/// Where the district is written; Magento has no field for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DistrictIn {
    /// At the head of the first street line: works in every shop.
    #[default]
    Street,
    /// Behind the city's name: breaks rules that compare the city.
    City,
    /// In a customer-address attribute of the shop; the street does not repeat it.
    Attribute,
}

/// How this shop wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    pub district_in: DistrictIn,
    /// Lines of the street field (街道), 2 by default, 4 at most.
    pub street_lines: usize,
    /// What stands as first name of somebody with one name only; Magento does not take an empty one.
    pub single_name: String,
}

impl Default for Style {
    fn default() -> Self {
        Self { district_in: DistrictIn::Street, street_lines: 2, single_name: "收".to_owned() }
    }
}

/// What goes in.
#[derive(Debug, Clone, Default)]
pub struct Content<'a> {
    pub name: &'a str,
    pub phone: Option<&'a Phone>,
    /// `CN-GD`.
    pub region_code: &'a str,
    /// 广东省
    pub region: &'a str,
    pub city: &'a str,
    pub district: &'a str,
    /// Town and rest.
    pub detail: &'a str,
    pub postal_code: &'a str,
}

/// One value that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Change {
    #[schema(example = "street")]
    pub field: &'static str,
    /// `characters`, `separator`, `filled`.
    pub reason: &'static str,
    /// The characters that were replaced or left out.
    pub characters: String,
}

/// Fields as in Magento's `shipping_address`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MagentoAddress {
    #[schema(example = "伟")]
    pub firstname: String,
    #[schema(example = "张")]
    pub lastname: String,
    pub street: Vec<String>,
    #[schema(example = "深圳市")]
    pub city: String,
    #[schema(example = "广东省")]
    pub region: String,
    #[schema(example = "CN-GD")]
    pub region_code: String,
    #[schema(example = "518057")]
    pub postcode: String,
    #[schema(example = "13800138000")]
    pub telephone: String,
    #[schema(example = "CN")]
    pub country_id: &'static str,
    /// With `district_in: attribute`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    pub changes: Vec<Change>,
    /// Longer than Magento takes: `street` (255 together), `city` (100), `telephone` (20), `firstname`, `lastname` (255).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub too_long: Vec<&'static str>,
}

/// Writes the address so that Magento's checks pass.
#[must_use]
pub fn write(content: &Content<'_>, style: &Style) -> MagentoAddress {
    let mut changes = Vec::new();
    let split = surnames::split(content.name);
    let lastname = safe("lastname", &split.surname, name_character, &mut changes);
    let firstname = if split.given.is_empty() {
        if !content.name.is_empty() {
            changes.push(Change { field: "firstname", reason: "filled", characters: style.single_name.clone() });
        }
        style.single_name.clone()
    } else {
        safe("firstname", &split.given, name_character, &mut changes)
    };
    let city = match style.district_in {
        DistrictIn::City if !content.district.is_empty() => format!("{} {}", content.city, content.district),
        _ => content.city.to_owned(),
    };
    let city = safe("city", &city, city_character, &mut changes);
    let head = if style.district_in == DistrictIn::Street { content.district } else { "" };
    let street = safe("street", &format!("{head}{}", content.detail), street_character, &mut changes);
    let street = lines(&street, style.street_lines.clamp(1, 4));
    let telephone = content.phone.map(telephone).unwrap_or_default();
    if content.phone.is_some_and(|phone| phone.extension.is_some()) {
        changes.push(Change { field: "telephone", reason: "separator", characters: "转".to_owned() });
    }
    let long = |text: &str, most: usize| text.chars().count() > most;
    let mut too_long = Vec::new();
    for (field, is_long) in [
        ("firstname", long(&firstname, 255)),
        ("lastname", long(&lastname, 255)),
        ("street", long(&street.join("\n"), 255)),
        ("city", long(&city, 100)),
        ("telephone", long(&telephone, 20)),
    ] {
        if is_long {
            too_long.push(field);
        }
    }
    MagentoAddress {
        firstname,
        lastname,
        street,
        city,
        region: content.region.to_owned(),
        region_code: content.region_code.to_owned(),
        postcode: content.postal_code.to_owned(),
        telephone,
        country_id: "CN",
        district: (style.district_in == DistrictIn::Attribute && !content.district.is_empty())
            .then(|| content.district.to_owned()),
        changes,
        too_long,
    }
}

/// `13800138000`, `0755-26001234-806`: digits and hyphens only.
fn telephone(phone: &Phone) -> String {
    let number = match phone.kind {
        PhoneKind::FixedLine if phone.area_length > 0 => {
            format!("{}-{}", &phone.digits[..phone.area_length], &phone.digits[phone.area_length..])
        }
        _ => phone.digits.clone(),
    };
    match &phone.extension {
        Some(extension) => format!("{number}-{extension}"),
        None => number,
    }
}

/// Half-width for full-width; Chinese punctuation stays for the tables below.
const fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => match char::from_u32(c as u32 - 0xfee0) {
            Some(half) => half,
            None => c,
        },
        '\u{3000}' | '\u{a0}' => ' ',
        c => c,
    }
}

const fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '‧' | '∙' | '・' | '･' | '⋅')
}

const fn is_dash(c: char) -> bool {
    matches!(c, '–' | '—' | '―' | '−' | '‐' | '‑' | '〜' | '~')
}

/// Letters, marks, digits, space and `, - _ . '`.
fn name_character(c: char) -> Option<char> {
    match c {
        ',' | '-' | '_' | '.' | '\'' | ' ' => Some(c),
        '’' | '‘' | '`' => Some('\''),
        '、' => Some(','),
        c if is_dot(c) => Some('.'),
        c if is_dash(c) => Some('-'),
        c if is_letter(c) => Some(c),
        _ => None,
    }
}

/// Letters, marks, digits, space and `- ' ’ . , & # / ( )`.
fn street_character(c: char) -> Option<char> {
    Some(match c {
        '-' | '\'' | '’' | '.' | ',' | '&' | '#' | '/' | '(' | ')' | ' ' => c,
        '、' => ',',
        '。' => '.',
        '【' | '[' | '〔' | '{' | '「' | '『' | '《' | '〈' => '(',
        '】' | ']' | '〕' | '}' | '」' | '』' | '》' | '〉' => ')',
        '“' | '”' | '"' | '‘' | '`' => '\'',
        '+' | '\\' | '|' => '/',
        '_' | '=' => '-',
        c if is_dot(c) || is_dash(c) => '-',
        '№' => '#',
        c if is_letter(c) => c,
        // : ; @ * ! ? and whatever else, pictures included.
        _ => ' ',
    })
}

/// Letters, marks, digits, space and `- _ ' ’ . , & ( ) /`.
fn city_character(c: char) -> Option<char> {
    match c {
        '_' => Some('_'),
        '#' => Some(' '),
        c => street_character(c),
    }
}

/// What `\p{L}`, `\p{M}` and `\p{N}` hold, closely enough for addresses: letters, digits and combining marks.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')
}

fn safe(field: &'static str, text: &str, character: fn(char) -> Option<char>, changes: &mut Vec<Change>) -> String {
    let mut written = String::with_capacity(text.len());
    let mut replaced = String::new();
    for c in text.chars() {
        let new = character(half_width(c));
        if new != Some(c) && !replaced.contains(c) {
            replaced.push(c);
        }
        match new {
            Some(' ') if written.is_empty() || written.ends_with(' ') => {}
            Some(new) => written.push(new),
            None => {}
        }
    }
    if !replaced.is_empty() {
        changes.push(Change { field, reason: "characters", characters: replaced });
    }
    written.trim_end().to_owned()
}

/// All on the first line while it is short enough for a label, else parted at a blank, a comma or behind a house.
fn lines(street: &str, most: usize) -> Vec<String> {
    const LABEL: usize = 60;
    let chars: Vec<char> = street.chars().collect();
    let mut lines = Vec::new();
    let mut start = 0;
    while lines.len() + 1 < most && chars.len() - start > LABEL {
        let window = &chars[start..start + LABEL];
        let seam = window.iter().rposition(|c| matches!(c, ' ' | ',' | '号' | '栋' | '座' | '楼' | ')'));
        let cut = start + seam.map_or(LABEL, |seam| seam + 1);
        lines.push(chars[start..cut].iter().collect::<String>().trim().to_owned());
        start = cut;
    }
    lines.push(chars[start..].iter().collect::<String>().trim().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str, detail: &str) -> MagentoAddress {
        let content = Content { name, detail, city: "深圳市", district: "南山区", ..Content::default() };
        write(&content, &Style::default())
    }

    /// The patterns of Magento's own checks.
    fn passes(address: &MagentoAddress) -> bool {
        let name = |text: &str| text.chars().all(|c| is_letter(c) || ",-_.' ".contains(c));
        let street = |text: &str| text.chars().all(|c| is_letter(c) || "-'’.,&#/() ".contains(c));
        let city = |text: &str| text.chars().all(|c| is_letter(c) || "-_'’.,&()/ ".contains(c));
        let phone = |text: &str| text.chars().all(|c| c.is_ascii_digit() || "+()./- ".contains(c));
        name(&address.firstname)
            && name(&address.lastname)
            && address.street.iter().all(|line| street(line))
            && city(&address.city)
            && phone(&address.telephone)
    }

    #[test]
    fn what_magento_refuses_is_rewritten() {
        for (detail, expected) in [
            ("科技园南路1号、2号。", "南山区科技园南路1号,2号."),
            ("【菜鸟驿站】A座：501；东门", "南山区(菜鸟驿站)A座 501 东门"),
            ("＃３０１～３０５＋车库", "南山区#301-305/车库"),
            ("“云谷”二期（原二轻局）@前台", "南山区'云谷'二期(原二轻局) 前台"),
            ("5栋·301", "南山区5栋-301"),
        ] {
            let address = written("张伟", detail);
            assert_eq!(address.street, [expected], "{detail}");
            assert!(passes(&address), "{detail}");
            assert!(address.changes.iter().any(|change| change.field == "street"), "{detail}");
        }
    }

    #[test]
    fn names_are_split_and_cleaned() {
        for (name, last, first) in [
            ("张伟", "张", "伟"),
            ("欧阳娜娜", "欧阳", "娜娜"),
            ("阿卜杜拉·玉素甫", "阿卜杜拉", "玉素甫"),
            ("阿依·古丽·艾山", "阿依", "古丽.艾山"),
            ("Amy", "Amy", "收"),
        ] {
            let address = written(name, "1号");
            assert_eq!((address.lastname.as_str(), address.firstname.as_str()), (last, first), "{name}");
            assert!(passes(&address), "{name}");
        }
    }

    #[test]
    fn the_extension_is_written_with_a_hyphen() {
        let phone = Phone {
            kind: PhoneKind::FixedLine,
            digits: "075526001234".to_owned(),
            area_length: 4,
            extension: Some("806".to_owned()),
        };
        let address = write(&Content { phone: Some(&phone), ..Content::default() }, &Style::default());
        assert_eq!(address.telephone, "0755-26001234-806");
        assert!(passes(&address));
    }

    #[test]
    fn every_character_passes_after_rewriting() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            assert!(passes(&written(&text, &text)), "{c:?}");
        }
    }

    #[test]
    fn long_streets_use_the_lines_there_are() {
        let long = "人民路1号".repeat(30);
        let address = written("张伟", &long);
        assert_eq!(address.street.len(), 2);
        assert_eq!(address.street.concat(), format!("南山区{long}"));
        assert!(address.too_long.is_empty());
        assert_eq!(written("张伟", &"路".repeat(300)).too_long, ["street"]);
    }
}
