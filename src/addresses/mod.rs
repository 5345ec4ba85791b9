//! Pasted addresses (智能识别) to form fields, checks of an address, and its writing for Magento.
//!
//! Reads one text in time proportional to its length and never fails; what is doubtful is said in warnings and
//! candidates, never guessed in silence. Knows the tables of [`crate::regions`] and nothing of HTTP. Keeps and
//! logs nothing of what it reads.

pub mod answer;
mod chains;
pub mod check;
pub mod current;
mod detail;
mod guards;
mod identity;
mod labels;
mod lexicon;
pub mod magento;
mod marks;
mod name;
pub mod normalize;
pub mod parse;
pub mod phone;
mod region;
pub mod samples;
pub mod surnames;
mod words;

pub use answer::{Address, Candidate, Former, How, Part, Status, WarningCode};
pub use current::CurrentParser;
pub use parse::{AddressParser, LONGEST_TEXT};
