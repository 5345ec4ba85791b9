//! All texts of all locales at one moment: what comes with the program, and a merchant's wording over it.
//! Immutable; a reload builds a new one and swaps it in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use fluent::concurrent::FluentBundle;
use fluent::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::ftl::{self, Run};
use super::locale::Locale;
use super::overrides::{self, Override, Refused, Report};
use super::sources::SHIPPED;
use crate::crypto::digest::sha256;

/// What is put in for an argument. Whole numbers choose plural forms; money and dates come as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Whole(i64),
}

/// One text with what can be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// As Fluent writes it: can be put behind `id =` again.
    pub pattern: String,
    pub arguments: BTreeSet<String>,
    /// Text and plain arguments only; `None` for a pattern that chooses or refers.
    pub plain: Option<Vec<Run>>,
    /// Whether the merchant worded it.
    pub overridden: bool,
}

/// The texts of one locale.
pub struct Wording {
    locale: Locale,
    messages: BTreeMap<String, Message>,
    bundle: FluentBundle<FluentResource>,
    version: String,
}

/// The texts of every locale.
#[derive(Debug)]
pub struct Catalogue {
    wordings: Vec<Wording>,
    overrides: Option<Report>,
}

impl Catalogue {
    /// What comes with the program.
    #[must_use]
    pub fn shipped() -> Self {
        let wordings = SHIPPED.iter().map(|(locale, _)| Wording::build(*locale, &[])).collect();
        Self { wordings, overrides: None }
    }

    /// The same with a merchant's wording over it.
    ///
    /// # Errors
    /// When the folder cannot be read, or when one of its texts must not be shown.
    pub fn with_overrides(folder: &Path) -> Result<Self, Refused> {
        let (files, mut report) = overrides::read_folder(folder, &Self::shipped())?;
        let wordings: Vec<Wording> = SHIPPED.iter().map(|(locale, _)| Wording::build(*locale, &files)).collect();
        report.files = files.len();
        report.overridden = wordings.iter().map(Wording::overridden).sum();
        Ok(Self { wordings, overrides: Some(report) })
    }

    #[must_use]
    pub fn wording(&self, locale: Locale) -> &Wording {
        // Every locale has its row: a test walks them all.
        self.wordings.iter().find(|wording| wording.locale == locale).unwrap_or(&self.wordings[0])
    }

    /// What a merchant's folder changed, when there is one.
    #[must_use]
    pub const fn overrides(&self) -> Option<&Report> {
        self.overrides.as_ref()
    }
}

impl Wording {
    fn build(locale: Locale, overrides: &[Override]) -> Self {
        // Our own tags always parse; `und` only changes plural rules.
        let language: LanguageIdentifier = locale.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        bundle.set_use_isolating(false);
        let mut messages = BTreeMap::new();
        let sources = SHIPPED.iter().filter(|(of, _)| *of == locale).flat_map(|(_, sources)| *sources);
        for (_, source) in sources {
            take_messages(&ftl::read(source), false, &mut messages);
            add(&mut bundle, source);
        }
        for file in overrides.iter().filter(|file| file.examined.locale == locale) {
            take_messages(&file.examined.file, true, &mut messages);
            add(&mut bundle, &file.source);
        }
        let version = version_of(&messages);
        Self { locale, messages, bundle, version }
    }

    #[must_use]
    pub const fn locale(&self) -> Locale {
        self.locale
    }

    /// Every message by its id.
    #[must_use]
    pub const fn messages(&self) -> &BTreeMap<String, Message> {
        &self.messages
    }

    /// Names this very wording: a digest of all patterns.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How many messages the merchant worded.
    #[must_use]
    pub fn overridden(&self) -> usize {
        self.messages.values().filter(|message| message.overridden).count()
    }

    /// The text with its arguments filled in; `None` when there is no such message. An argument that is
    /// missing leaves its name in the text, and is logged.
    pub fn format<'a>(&self, id: &str, args: impl IntoIterator<Item = (&'a str, Value)>) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut values = FluentArgs::new();
        for (name, value) in args {
            match value {
                Value::Text(text) => values.set(name, FluentValue::from(text)),
                Value::Whole(number) => values.set(name, FluentValue::from(number)),
            }
        }
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::warn!(locale = %self.locale, id, ?errors, "a text lacks an argument");
        }
        Some(text)
    }
}

impl fmt::Debug for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wording").field("locale", &self.locale).field("version", &self.version).finish_non_exhaustive()
    }
}

/// A merchant's own terms are taken in, ids that we do not have are not.
fn take_messages(file: &ftl::File, overriding: bool, messages: &mut BTreeMap<String, Message>) {
    for piece in &file.entries {
        let mut message = Message {
            pattern: piece.pattern.clone(),
            arguments: piece.value.arguments.clone(),
            plain: piece.plain.clone(),
            overridden: overriding,
        };
        match messages.get(&piece.id) {
            // Leaving an argument out is the merchant's choice; whoever fills it in need not know.
            Some(ours) => message.arguments.extend(ours.arguments.iter().cloned()),
            None if overriding && !piece.is_term() => continue,
            None => {}
        }
        messages.insert(piece.id.clone(), message);
    }
}

fn add(bundle: &mut FluentBundle<FluentResource>, source: &str) {
    // A broken entry of ours is left out and the others still serve; the tests refuse broken entries,
    // and a merchant's file that has one never comes here.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(partial, _)| partial);
    bundle.add_resource_overriding(resource);
}

fn version_of(messages: &BTreeMap<String, Message>) -> String {
    let all: String = messages.iter().map(|(id, message)| format!("{id}\0{}\0", message.pattern)).collect();
    hex::encode(&sha256(all.as_bytes())[..8])
}
