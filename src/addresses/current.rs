//! The parser of the region table in force. It is built when it is first needed, and again after a new table.

use std::sync::{Arc, Mutex, PoisonError};

use super::AddressParser;
use crate::regions::Regions;

/// Holds one parser.
#[derive(Default)]
pub struct CurrentParser(Mutex<Option<Arc<AddressParser>>>);

impl CurrentParser {
    /// The parser, if it is that of this table already.
    #[must_use]
    pub fn ready(&self, regions: &Arc<Regions>) -> Option<Arc<AddressParser>> {
        // While another caller builds one, this one had better wait elsewhere.
        let held = self.0.try_lock().ok()?;
        held.as_ref().filter(|parser| Arc::ptr_eq(parser.regions(), regions)).map(Arc::clone)
    }

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
