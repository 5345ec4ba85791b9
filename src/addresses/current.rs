//! The parser of the region table in force. It is built when it is first needed, and again after a new table.

use std::sync::{Arc, Mutex, PoisonError};

use super::AddressParser;
use crate::regions::Regions;

/// Holds one parser.
#[derive(Default)]
pub struct CurrentParser(Mutex<Option<Arc<AddressParser>>>);

impl CurrentParser {
    /// The parser of this table. Takes about a tenth of a second when the table is new, else nothing; callers that
    /// arrive meanwhile wait.
    #[must_use]
    pub fn of(&self, regions: &Arc<Regions>) -> Arc<AddressParser> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*held {
            Some(parser) if Arc::ptr_eq(parser.regions(), regions) => Arc::clone(parser),
            _ => Arc::clone(held.insert(Arc::new(AddressParser::new(Arc::clone(regions))))),
        }
    }
}
