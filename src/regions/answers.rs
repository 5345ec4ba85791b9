//! Answers kept as prepared bytes: written and compressed once per table, sent ever after as a static file is.
//!
//! Promises: a strong tag per representation that names the content; as many kept answers as the table has
//! places, not as many as callers have ideas. Refuses to compress what is too small to gain.

use std::collections::HashMap;
use std::hash::Hash;
use std::io::Write;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::tree::TreeRequest;
use super::view::HkMoTw;
use super::{Code, Regions};
use crate::crypto::digest::sha256_hex;

/// Below this a compressed answer fits no fewer packets.
const WORTH_COMPRESSING_BYTES: usize = 600;
/// Above this the best brotli takes seconds; the next best is 7 % larger and twenty times as fast.
const BEST_BROTLI_UP_TO_BYTES: usize = 400_000;

/// How an answer may be encoded (RFC 9110 content codings).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Identity,
    Gzip,
    Brotli,
}

/// One answer in every form.
#[derive(Debug)]
pub struct Prepared {
    plain: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
    hash: String,
}

impl Prepared {
    fn of(body: &impl Serialize) -> Self {
        // Our own types and JSON values always become JSON.
        let plain = serde_json::to_vec(body).unwrap_or_default();
        let hash = sha256_hex(&plain)[..20].to_owned();
        let worth = plain.len() >= WORTH_COMPRESSING_BYTES;
        Self {
            gzip: worth.then(|| gzip(&plain)).flatten(),
            brotli: worth.then(|| brotli(&plain)).flatten(),
            plain: plain.into(),
            hash,
        }
    }

    /// An answer that is sent once and not worth compressing.
    #[must_use]
    pub fn passing(body: &impl Serialize) -> Self {
        let plain = serde_json::to_vec(body).unwrap_or_default();
        let hash = sha256_hex(&plain)[..20].to_owned();
        Self { plain: plain.into(), gzip: None, brotli: None, hash }
    }

    /// The bytes in the first of the wanted encodings that exists, and which that is.
    #[must_use]
    pub fn body(&self, wanted: Encoding) -> (Bytes, Encoding) {
        let (kept, encoding) = match wanted {
            Encoding::Brotli => (&self.brotli, Encoding::Brotli),
            Encoding::Gzip => (&self.gzip, Encoding::Gzip),
            Encoding::Identity => (&None, Encoding::Identity),
        };
        match kept {
            Some(bytes) => (bytes.clone(), encoding),
            None => (self.plain.clone(), Encoding::Identity),
        }
    }

    /// The strong entity tag of the representation, with its quotes.
    #[must_use]
    pub fn etag(&self, encoding: Encoding) -> String {
        let suffix = match encoding {
            Encoding::Identity => "",
            Encoding::Gzip => "-gz",
            Encoding::Brotli => "-br",
        };
        format!("\"{}{suffix}\"", self.hash)
    }
}

fn gzip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::best());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

fn brotli(plain: &[u8]) -> Option<Bytes> {
    let quality = if plain.len() <= BEST_BROTLI_UP_TO_BYTES { 11 } else { 9 };
    let params = brotli::enc::BrotliEncoderParams { quality, lgwin: 22, ..Default::default() };
    let mut compressed = Vec::with_capacity(plain.len() / 4);
    brotli::BrotliCompress(&mut &*plain, &mut compressed, &params).ok()?;
    Some(compressed.into())
}

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
