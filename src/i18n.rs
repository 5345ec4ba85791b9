//! Text for people, in their language: Fluent messages from `locales/`, embedded in the program, and a
//! merchant's own wording over them.
//!
//! Promised: every key exists in every locale with the same arguments (`check` says where not), and
//! looking a text up never fails. A key missing in one locale falls back to its nearest, then to English,
//! then to the key. A reload that cannot be used leaves everything as it was.
//! Refused: isolating marks around arguments; they would travel into subjects sent to gateways.

mod catalogue;
pub mod check;
mod ftl;
mod han;
mod locale;
mod overrides;
mod sources;
mod words;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;

pub use catalogue::{Catalogue, Message, Value, Wording};
pub use ftl::Run;
pub use han::is_han;
pub use locale::Locale;
pub use overrides::{Refused, Report};

/// What is spoken now.
struct Current {
    catalogue: Arc<Catalogue>,
    /// Why the last reload was not taken over.
    refused: Option<Arc<Refused>>,
}

/// One for the process: pages, errors and the API speak the same words.
static CURRENT: LazyLock<ArcSwap<Current>> =
    LazyLock::new(|| ArcSwap::from_pointee(Current { catalogue: Arc::new(Catalogue::shipped()), refused: None }));

/// All texts as they are now.
#[must_use]
pub fn catalogue() -> Arc<Catalogue> {
    Arc::clone(&CURRENT.load().catalogue)
}

/// Why the last folder of a merchant's wording was not taken over; `None` when it was.
#[must_use]
pub fn last_refusal() -> Option<Arc<Refused>> {
    CURRENT.load().refused.clone()
}

/// Takes over a merchant's wording, or takes it over again after the files changed.
///
/// # Errors
/// When the folder cannot be used; the texts stay as they were then.
pub fn load_overrides(folder: &Path) -> Result<Arc<Catalogue>, Arc<Refused>> {
    match Catalogue::with_overrides(folder) {
        Ok(catalogue) => {
            let catalogue = Arc::new(catalogue);
            if let Some(report) = catalogue.overrides() {
                for finding in &report.unknown {
                    tracing::warn!(%finding, "a merchant's wording has an id that is not ours");
                }
                let (files, overridden) = (report.files, report.overridden);
                tracing::info!(folder = %folder.display(), files, overridden, "a merchant's wording is in use");
            }
            CURRENT.store(Arc::new(Current { catalogue: Arc::clone(&catalogue), refused: None }));
            Ok(catalogue)
        }
        Err(refused) => {
            let refused = Arc::new(refused);
            CURRENT.store(Arc::new(Current { catalogue: catalogue(), refused: Some(Arc::clone(&refused)) }));
            Err(refused)
        }
    }
}

/// Whom to ask for a text that a locale lacks.
const fn fallbacks(locale: Locale) -> &'static [Locale] {
    match locale {
        Locale::En => &[],
        Locale::ZhHans => &[Locale::En],
        Locale::ZhHantHk => &[Locale::ZhHantTw, Locale::ZhHans, Locale::En],
        Locale::ZhHantTw => &[Locale::ZhHantHk, Locale::ZhHans, Locale::En],
    }
}

/// The text of `key`.
#[must_use]
pub fn text(locale: Locale, key: &str) -> String {
    text_with(locale, key, &[])
}

/// The text of `key` with its arguments filled in.
#[must_use]
pub fn text_with(locale: Locale, key: &str, args: &[(&str, &str)]) -> String {
    let current = CURRENT.load();
    let format = |locale: &Locale| {
        let args = args.iter().map(|(name, value)| (*name, Value::Text((*value).to_owned())));
        current.catalogue.wording(*locale).format(key, args)
    };
    std::iter::once(&locale).chain(fallbacks(locale)).find_map(format).unwrap_or_else(|| key.to_owned())
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
