//! Our wording as a Magento language package (语言包), and the faults of other people's packages.
//!
//! Promised: every placeholder of a phrase stands in its translation and none is added; one row for each
//! phrase, because Magento's dictionary of a package knows no module. Refused: English, which is the
//! language of the phrases themselves.

pub mod audit;
pub mod csv;
mod package;
mod placeholders;
mod shifted;
mod table;

pub use package::{Dictionary, Package, Row, dictionary, magento_code, package};
pub use table::{Phrase, phrases};

#[cfg(test)]
mod tests;
