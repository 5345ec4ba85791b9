//! The side table from Magento's English phrases to our messages: `locales/magento.csv` with the columns
//! source, module, id, args. `1=first 2=last` in args says which argument stands for `%1` and which for `%2`.

use std::sync::LazyLock;

use super::csv;

/// A phrase of Magento's and the message that translates it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    pub source: String,
    /// `Magento_Checkout`, several with commas between; a theme (`frontend/Magento/luma`); or `web`, the
    /// library of scripts.
    pub module: String,
    pub id: String,
    /// The name of a placeholder without its `%`, and the argument that is put there.
    pub args: Vec<(String, String)>,
}

static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| read(include_str!("../../locales/magento.csv")));

/// Every phrase. Where one stands twice, the first is the one a package says.
#[must_use]
pub fn phrases() -> &'static [Phrase] {
    &PHRASES
}

fn read(text: &str) -> Vec<Phrase> {
    let (records, _) = csv::read(text);
    let rows = records.into_iter().skip(1).filter_map(|record| <[String; 4]>::try_from(record.fields).ok());
    rows.map(|[source, module, id, args]| {
        let args = args.split_whitespace().filter_map(|pair| pair.split_once('='));
        Phrase { source, module, id, args: args.map(|(n, a)| (n.to_owned(), a.to_owned())).collect() }
    })
    .collect()
}

/// A translation that is known to be wrong, from `locales/magento-faults.csv`.
#[derive(Debug)]
pub struct KnownFault {
    pub source: String,
    pub translation: String,
    /// Whether it is the text of another row.
    pub wrong_row: bool,
}

static KNOWN_FAULTS: LazyLock<Vec<KnownFault>> = LazyLock::new(|| {
    let (records, _) = csv::read(include_str!("../../locales/magento-faults.csv"));
    let rows = records.into_iter().skip(1).filter_map(|record| <[String; 3]>::try_from(record.fields).ok());
    rows.map(|[source, translation, fault]| KnownFault { source, translation, wrong_row: fault == "wrong_row" })
        .collect()
});

#[must_use]
pub fn known_fault(source: &str, translation: &str) -> Option<&'static KnownFault> {
    KNOWN_FAULTS.iter().find(|known| known.source == source && known.translation == translation)
}
