//! Which of our languages serves a reader. Chinese is told apart by script and place: mainland and
//! Singapore read Simplified, Hong Kong and Macao the one Traditional wording, Taiwan the other.

use std::fmt;

/// A language that every page and every message exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Locale {
    /// Simplified Chinese (简体中文), the shoppers' language.
    #[default]
    ZhHans,
    /// Traditional Chinese as Hong Kong and Macao write it (繁體中文，香港).
    ZhHantHk,
    /// Traditional Chinese as Taiwan writes it (正體中文，台灣).
    ZhHantTw,
    En,
}

impl Locale {
    pub const ALL: &'static [Self] = &[Self::ZhHans, Self::ZhHantHk, Self::ZhHantTw, Self::En];

    /// The BCP 47 tag, as in `<html lang>`, and the folder below `locales/`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhHans => "zh-Hans",
            Self::ZhHantHk => "zh-Hant-HK",
            Self::ZhHantTw => "zh-Hant-TW",
            Self::En => "en",
        }
    }

    /// Its name in itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ZhHans => "简体中文",
            Self::ZhHantHk => "繁體中文（香港）",
            Self::ZhHantTw => "繁體中文（台灣）",
            Self::En => "English",
        }
    }

    #[must_use]
    pub const fn is_chinese(self) -> bool {
        !matches!(self, Self::En)
    }

    /// The locale of exactly this tag, as our folders are called.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|locale| locale.tag() == tag)
    }

    /// The locale that serves a language tag: `zh-CN`, `zh_Hans_CN`, `ZH-hk`, `en-GB`. A script written out
    /// outweighs the place; Chinese without either is Simplified, and `zh-Hant` alone is Taiwan's.
    /// A language we do not have is `None`.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let mut subtags = tag.trim().split(['-', '_']).map(str::to_ascii_lowercase);
        match subtags.next()?.as_str() {
            "en" => Some(Self::En),
            "zh" => {
                let (mut traditional, mut place) = (None, None);
                for subtag in subtags {
                    match subtag.as_str() {
                        "hans" => traditional = Some(false),
                        "hant" => traditional = Some(true),
                        // What follows a single letter (`-u-`, `-x-`) is no script and no place.
                        other if other.len() == 1 => break,
                        other if other.len() == 2 && place.is_none() => place = Some(other.to_owned()),
                        _ => {}
                    }
                }
                let hong_kong = matches!(place.as_deref(), Some("hk" | "mo"));
                let taiwan = place.as_deref() == Some("tw");
                Some(match traditional {
                    Some(false) => Self::ZhHans,
                    _ if hong_kong => Self::ZhHantHk,
                    Some(true) => Self::ZhHantTw,
                    None if taiwan => Self::ZhHantTw,
                    None => Self::ZhHans,
                })
            }
            _ => None,
        }
    }

    /// The best locale for an `Accept-Language` header; the default when it names none of ours.
    #[must_use]
    pub fn negotiate(accept_language: Option<&str>) -> Self {
        Self::best_of(accept_language).unwrap_or_default()
    }

    /// The best of what the browser asks for that we have; `None` when it asks for nothing we have.
    #[must_use]
    pub fn best_of(accept_language: Option<&str>) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        for range in accept_language.unwrap_or_default().split(',').take(MAX_RANGES) {
            let (tag, quality) = quality_of(range);
            let Some(locale) = Self::parse(tag) else { continue };
            if quality > 0.0 && best.is_none_or(|(_, highest)| quality > highest) {
                best = Some((locale, quality));
            }
        }
        best.map(|(locale, _)| locale)
    }

    /// What the visitor chose, else what the browser asks for.
    #[must_use]
    pub fn choose(chosen: Option<&str>, accept_language: Option<&str>) -> Self {
        chosen.and_then(Self::parse).unwrap_or_else(|| Self::negotiate(accept_language))
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// Browsers send fewer than ten; the rest of a longer header is not worth reading.
const MAX_RANGES: usize = 32;

fn quality_of(range: &str) -> (&str, f32) {
    let mut parts = range.split(';');
    let tag = parts.next().unwrap_or_default().trim();
    let quality = parts
        .find_map(|part| part.trim().strip_prefix("q="))
        .map_or(1.0, |text| text.trim().parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0));
    (tag, quality)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_finds_the_wording_of_its_place() {
        for (locale, tags) in [
            (Locale::ZhHans, &["zh", "zh-CN", "zh-SG", "zh_Hans_CN", "ZH-cn", "zh-Hans", "zh-Hans-HK", "zh-MY"][..]),
            (Locale::ZhHantHk, &["zh-HK", "zh-MO", "zh-Hant-HK", "zh_Hant_MO", "zh-hant-hk"]),
            (Locale::ZhHantTw, &["zh-TW", "zh_TW", "zh-Hant", "zh-Hant-TW", "zh-Hant-US", "zh-TW-u-nu-hanidec"]),
            (Locale::En, &["en", "en-GB", "en_US", "EN"]),
        ] {
            for tag in tags {
                assert_eq!(Locale::parse(tag), Some(locale), "{tag}");
            }
        }
        for tag in ["", "fr", "zhong", "e", "-", "yue"] {
            assert_eq!(Locale::parse(tag), None, "{tag:?}");
        }
        for locale in Locale::ALL {
            assert_eq!(Locale::parse(locale.tag()), Some(*locale));
            assert_eq!(Locale::of_tag(locale.tag()), Some(*locale));
        }
    }

    #[test]
    fn the_browser_chooses_and_simplified_chinese_is_the_default() {
        for (header, expected) in [
            (None, Locale::ZhHans),
            (Some(""), Locale::ZhHans),
            (Some("fr-FR, de;q=0.9"), Locale::ZhHans),
            (Some("en-GB,en;q=0.9"), Locale::En),
            (Some("zh-CN,zh;q=0.9,en;q=0.8"), Locale::ZhHans),
            (Some("en;q=0.8,zh-CN;q=0.9"), Locale::ZhHans),
            (Some("zh-TW,zh;q=0.9,en-US;q=0.8"), Locale::ZhHantTw),
            (Some("zh-HK,zh-TW;q=0.9"), Locale::ZhHantHk),
            (Some("zh;q=0.2, en;q=0.7"), Locale::En),
            (Some("en;q=0, zh;q=0.1"), Locale::ZhHans),
            (Some("en;q=abc"), Locale::ZhHans),
            (Some("fr, en;q=0.3"), Locale::En),
        ] {
            assert_eq!(Locale::negotiate(header), expected, "{header:?}");
        }
        assert_eq!(Locale::choose(Some("en"), Some("zh-CN")), Locale::En);
        assert_eq!(Locale::choose(Some("tlh"), Some("en")), Locale::En);
    }
}
