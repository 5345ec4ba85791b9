//! Answers kept as prepared bytes: written and compressed once per table, sent ever after as a static file is.
//!
//! Promises: a strong tag per representation that names the content; as many kept answers as the table has
//! places, not as many as callers have ideas. Refuses to compress what is too small to gain.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::tree::TreeRequest;
use super::view::HkMoTw;
use super::{Code, Regions};
pub use crate::prepared::{Encoding, Prepared};

/// A table with the answers made from it so far.
#[derive(Debug)]
pub struct Published {
    regions: Arc<Regions>,
    trees: Kept<TreeRequest>,
    lists: Kept<(Option<Code>, HkMoTw)>,
}

impl Published {
    #[must_use]
    pub fn new(regions: Arc<Regions>) -> Self {
        Self { regions, trees: Kept::default(), lists: Kept::default() }
    }

    #[must_use]
    pub const fn regions(&self) -> &Arc<Regions> {
        &self.regions
    }

    /// The tree if it has been asked for before.
    #[must_use]
    pub fn ready_tree(&self, request: TreeRequest) -> Option<Arc<Prepared>> {
        self.trees.ready(&request)
    }

    /// The tree. The first time it is written and compressed, which takes up to a second: not for an event loop.
    #[must_use]
    pub fn tree(&self, request: TreeRequest) -> Arc<Prepared> {
        self.trees.get(request, || Prepared::of(&self.regions.tree(request)))
    }

    /// The choices below a place, or the provinces. None when there is no such place.
    #[must_use]
    pub fn children(&self, parent: Option<Code>, hk_mo_tw: HkMoTw) -> Option<Arc<Prepared>> {
        // Below the provinces the choice makes no difference.
        let key = (parent, if parent.is_none() { hk_mo_tw } else { HkMoTw::default() });
        if let Some(ready) = self.lists.ready(&key) {
            return Some(ready);
        }
        let children = match parent {
            Some(code) => self.regions.choices_below(code)?,
            None => self.regions.province_choices(hk_mo_tw),
        };
        if children.data.is_empty() {
            // Towns have no list below: tens of thousands of empty answers are not worth keeping.
            return Some(Arc::new(Prepared::of(&children)));
        }
        Some(self.lists.get(key, || Prepared::of(&children)))
    }
}

/// Answers by what was asked for. Each is made once, however many ask at the same moment.
#[derive(Debug)]
struct Kept<K>(RwLock<HashMap<K, Arc<OnceLock<Arc<Prepared>>>>>);

impl<K> Default for Kept<K> {
    fn default() -> Self {
        Self(RwLock::new(HashMap::new()))
    }
}

impl<K: Eq + Hash> Kept<K> {
    fn ready(&self, key: &K) -> Option<Arc<Prepared>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key)?.get().cloned()
    }

    fn get(&self, key: K, make: impl FnOnce() -> Prepared) -> Arc<Prepared> {
        let slot = Arc::clone(self.0.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        Arc::clone(slot.get_or_init(|| Arc::new(make())))
    }
}
