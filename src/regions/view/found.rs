//! What a search found.

use super::{Found, Named, SearchResult, Step};
use crate::regions::{Code, Hit, Place, Regions};

impl Regions {
    /// A search as a caller reads it.
    #[must_use]
    pub fn found(&self, query: &str, within: Option<Code>, limit: usize) -> SearchResult {
        let hits = self.search(query, within, limit);
        let data = hits.into_iter().filter_map(|hit| self.found_one(hit)).collect();
        SearchResult { data_version: self.version().to_owned(), data }
    }

    fn found_one(&self, hit: Hit<'_>) -> Option<Found> {
        let code = hit.place.code();
        let path = self.path(code)?;
        let (named, postal_code) = match hit.place {
            Place::Unit(unit) => (Named::from(unit), unit.postal_code.to_string()),
            Place::Town(town) => (Named::from(town), self.town_choice(town, Step::Town).postal_code),
        };
        let step = match (&path.city, &path.district, &path.town) {
            (None, ..) => Step::Province,
            (Some(_), None, None) => Step::City,
            (Some(_), Some(_), None) | (Some(_), None, Some(_)) => Step::District,
            (Some(_), Some(_), Some(_)) => Step::Town,
        };
        let matched_name = (hit.by != named.name).then(|| hit.by.to_owned());
        Some(Found {
            full_name: self.full_name(code),
            named,
            step,
            path,
            matched: hit.matched,
            matched_name,
            postal_code,
        })
    }
}
