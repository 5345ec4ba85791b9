//! The installable package: a dictionary, and the three files by which Magento finds it.

use std::collections::BTreeSet;

use super::csv;
use super::placeholders::placeholders;
use super::table::{Phrase, phrases};
use crate::i18n::{Catalogue, Locale, Message, Run};

/// Who made the package, in Magento's eyes.
const VENDOR: &str = "luodi";
/// After the packages most shops have, which name none: the later one counts.
const SORT_ORDER: u32 = 100;

/// One line of a dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub source: String,
    pub translation: String,
    pub id: String,
    module: String,
}

/// Magento's phrases in one locale.
#[derive(Debug, Clone)]
pub struct Dictionary {
    pub rows: Vec<Row>,
    /// Messages whose merchant's wording lost a placeholder: ours stands in the dictionary.
    pub kept_ours: Vec<String>,
}

/// Files to put into one folder.
#[derive(Debug, Clone)]
pub struct Package {
    /// As composer and Magento call it.
    pub name: String,
    pub code: &'static str,
    pub files: Vec<(String, String)>,
    pub dictionary: Dictionary,
}

/// What Magento calls the locale; English is the language of its phrases.
#[must_use]
pub const fn magento_code(locale: Locale) -> Option<&'static str> {
    match locale {
        Locale::ZhHans => Some("zh_Hans_CN"),
        Locale::ZhHantHk => Some("zh_Hant_HK"),
        Locale::ZhHantTw => Some("zh_Hant_TW"),
        Locale::En => None,
    }
}

/// Every phrase once, in the order of the table.
#[must_use]
pub fn dictionary(catalogue: &Catalogue, locale: Locale) -> Dictionary {
    let ours = Catalogue::shipped();
    let mut seen = BTreeSet::new();
    let mut dictionary = Dictionary { rows: Vec::new(), kept_ours: Vec::new() };
    for phrase in phrases().iter().filter(|phrase| seen.insert(phrase.source.as_str())) {
        let text = |catalogue: &Catalogue| translation(phrase, catalogue.wording(locale).messages().get(&phrase.id)?);
        let translation = text(catalogue).or_else(|| {
            dictionary.kept_ours.push(phrase.id.clone());
            text(&ours)
        });
        if let Some(translation) = translation {
            let (source, id, module) = (phrase.source.clone(), phrase.id.clone(), phrase.module.clone());
            dictionary.rows.push(Row { source, translation, id, module });
        }
    }
    dictionary
}

/// The message with Magento's placeholders for its arguments; `None` when it chooses, or when it would
/// lose or add a placeholder.
fn translation(phrase: &Phrase, message: &Message) -> Option<String> {
    let mut text = String::new();
    for run in message.plain.as_ref()? {
        match run {
            Run::Text(part) => text.push_str(part),
            Run::Argument(name) => {
                let (placeholder, _) = phrase.args.iter().find(|(_, argument)| argument == name)?;
                text.push('%');
                text.push_str(placeholder);
            }
        }
    }
    (placeholders(&text) == placeholders(&phrase.source)).then_some(text)
}

impl Dictionary {
    /// As Magento reads it: phrase, translation, and where the phrase is from.
    #[must_use]
    pub fn csv(&self) -> String {
        let line = |row: &Row| {
            let kind = match row.module.as_str() {
                "web" => "lib",
                theme if theme.contains('/') => "theme",
                _ => "module",
            };
            csv::write(&[&row.source, &row.translation, kind, &row.module])
        };
        self.rows.iter().map(line).collect()
    }
}

/// `None` for English.
#[must_use]
pub fn package(catalogue: &Catalogue, locale: Locale) -> Option<Package> {
    let code = magento_code(locale)?;
    let folder = code.to_ascii_lowercase();
    let dictionary = dictionary(catalogue, locale);
    let files = vec![
        ("registration.php".to_owned(), registration_php(&folder)),
        ("language.xml".to_owned(), language_xml(code, &folder)),
        ("composer.json".to_owned(), composer_json(code, &folder, locale)),
        (format!("{code}.csv"), dictionary.csv()),
        ("README.md".to_owned(), readme(code, &folder, locale, dictionary.rows.len())),
    ];
    Some(Package { name: format!("{VENDOR}/{folder}"), code, files, dictionary })
}

fn registration_php(folder: &str) -> String {
    format!(
        "<?php\n\nuse Magento\\Framework\\Component\\ComponentRegistrar;\n\n\
         ComponentRegistrar::register(ComponentRegistrar::LANGUAGE, '{VENDOR}_{folder}', __DIR__);\n"
    )
}

fn language_xml(code: &str, folder: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n\
         <language xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n          \
         xsi:noNamespaceSchemaLocation=\"urn:magento:framework:App/Language/package.xsd\">\n    \
         <code>{code}</code>\n    <vendor>{VENDOR}</vendor>\n    <package>{folder}</package>\n    \
         <sort_order>{SORT_ORDER}</sort_order>\n</language>\n"
    )
}

fn composer_json(code: &str, folder: &str, locale: Locale) -> String {
    let manifest = serde_json::json!({
        "name": format!("{VENDOR}/language-{folder}"),
        "description": format!("Magento storefront wording, {code} ({})", locale.name()),
        "type": "magento2-language",
        "version": env!("CARGO_PKG_VERSION"),
        "license": ["Apache-2.0", "MIT"],
        "require": { "magento/framework": "*" },
        "autoload": { "files": ["registration.php"] },
    });
    serde_json::to_string_pretty(&manifest).unwrap_or_default() + "\n"
}

fn readme(code: &str, folder: &str, locale: Locale, rows: usize) -> String {
    format!(
        "# {name} for Magento 2 ({code})\n\n\
         {rows} phrases of the storefront, worded by Luodi {version}. Phrases that are not in here come from\n\
         Magento or from other packages.\n\n\
         ## Install\n\n\
         ```sh\n\
         mkdir -p app/i18n/{VENDOR}/{folder}\n\
         cp registration.php language.xml composer.json {code}.csv app/i18n/{VENDOR}/{folder}/\n\
         bin/magento cache:flush\n\
         bin/magento setup:static-content:deploy {code}   # phrases of scripts are collected here\n\
         ```\n\n\
         Then choose the locale: Stores > Configuration > General > Locale Options, or\n\
         `bin/magento config:set --scope=stores --scope-code=CODE general/locale/code {code}`.\n\n\
         A theme's own file and translations in the database outrank every package. Among packages the one with\n\
         the higher `sort_order` counts; this one has {SORT_ORDER}.\n",
        name = locale.name(),
        version = env!("CARGO_PKG_VERSION"),
    )
}
