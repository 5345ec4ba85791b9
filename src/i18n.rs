//! Text for people, in their language: Fluent messages from `locales/`, embedded in the program.
//!
//! Promised: every key exists in every locale with the same arguments (a test reads all of them), and
//! looking a text up never fails. A key missing in one locale falls back to English, then to the key.
//! Refused: isolating marks around arguments; they would travel into subjects sent to gateways.

use std::fmt;
use std::sync::LazyLock;

use fluent::concurrent::FluentBundle;
use fluent::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// A language that every page and every message exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    /// Simplified Chinese, the shoppers' language.
    #[default]
    ZhHans,
    En,
}

/// Every file of every locale, in one place. A new file is added to each list; a new locale is a new row.
const SOURCES: &[(Locale, &[(&str, &str)])] = &[
    (
        Locale::ZhHans,
        &[
            ("addresses", include_str!("../locales/zh-Hans/addresses.ftl")),
            ("cashier", include_str!("../locales/zh-Hans/cashier.ftl")),
            ("cli", include_str!("../locales/zh-Hans/cli.ftl")),
            ("errors", include_str!("../locales/zh-Hans/errors.ftl")),
            ("shop", include_str!("../locales/zh-Hans/shop.ftl")),
        ],
    ),
    (
        Locale::En,
        &[
            ("addresses", include_str!("../locales/en/addresses.ftl")),
            ("cashier", include_str!("../locales/en/cashier.ftl")),
            ("cli", include_str!("../locales/en/cli.ftl")),
            ("errors", include_str!("../locales/en/errors.ftl")),
            ("shop", include_str!("../locales/en/shop.ftl")),
        ],
    ),
];

const FALLBACK: Locale = Locale::En;

type Bundles = Vec<(Locale, FluentBundle<FluentResource>)>;

static BUNDLES: LazyLock<Bundles> =
    LazyLock::new(|| SOURCES.iter().map(|(locale, files)| (*locale, bundle(*locale, files))).collect());

impl Locale {
    pub const ALL: &'static [Self] = &[Self::ZhHans, Self::En];

    /// The BCP 47 tag, as in `<html lang>`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhHans => "zh-Hans",
            Self::En => "en",
        }
    }

    /// The locale that serves a language tag. `zh`, `zh-CN` and every other Chinese get Simplified
    /// Chinese while it is the only one; a language we do not have is `None`.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let language = tag.trim().split(['-', '_']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("zh") {
            Some(Self::ZhHans)
        } else if language.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
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

/// The text of `key`.
#[must_use]
pub fn text(locale: Locale, key: &str) -> String {
    text_with(locale, key, &[])
}

/// The text of `key` with its arguments filled in.
#[must_use]
pub fn text_with(locale: Locale, key: &str, args: &[(&str, &str)]) -> String {
    format(locale, key, args).or_else(|| format(FALLBACK, key, args)).unwrap_or_else(|| key.to_owned())
}

fn format(locale: Locale, key: &str, args: &[(&str, &str)]) -> Option<String> {
    let (_, bundle) = BUNDLES.iter().find(|(candidate, _)| *candidate == locale)?;
    let pattern = bundle.get_message(key)?.value()?;
    let mut values = FluentArgs::with_capacity(args.len());
    for (name, value) in args {
        values.set(*name, *value);
    }
    // A missing argument leaves its name in the text; the tests keep that from happening.
    let mut errors = Vec::new();
    Some(bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned())
}

fn bundle(locale: Locale, files: &[(&str, &str)]) -> FluentBundle<FluentResource> {
    // Our own two tags always parse; `und` only changes plural rules.
    let language: LanguageIdentifier = locale.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    for (_, source) in files {
        // A broken entry is left out and the others still serve; the tests refuse broken entries.
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(partial, _)| partial);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The texts of one locale, for templates.
#[derive(Debug, Clone, Copy)]
pub struct Texts(pub Locale);

impl Texts {
    #[must_use]
    pub fn get(&self, key: &str) -> String {
        text(self.0, key)
    }

    #[must_use]
    pub fn with(&self, key: &str, name: &str, value: &str) -> String {
        text_with(self.0, key, &[(name, value)])
    }

    #[must_use]
    pub const fn tag(&self) -> &'static str {
        self.0.tag()
    }
}

#[cfg(test)]
mod tests;
