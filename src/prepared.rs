//! An answer as prepared bytes: written and compressed once, sent ever after as a static file is.
//!
//! Promises: a strong tag per representation that names the content. Refuses to compress what is too small to
//! gain.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use crate::crypto::digest::sha256_hex;

const JSON: &str = "application/json";
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
    content_type: &'static str,
    plain: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
    hash: String,
}

impl Prepared {
    /// JSON in every form. Compressing takes time: a large answer is not for an event loop.
    #[must_use]
    pub fn of(body: &impl Serialize) -> Self {
        // Our own types and JSON values always become JSON.
        Self::of_bytes(JSON, serde_json::to_vec(body).unwrap_or_default())
    }

    /// Any bytes in every form.
    #[must_use]
    pub fn of_bytes(content_type: &'static str, plain: Vec<u8>) -> Self {
        let worth = plain.len() >= WORTH_COMPRESSING_BYTES;
        Self {
            content_type,
            gzip: worth.then(|| gzip(&plain)).flatten(),
            brotli: worth.then(|| brotli(&plain)).flatten(),
            hash: hash_of(&plain),
            plain: plain.into(),
        }
    }

    /// A JSON answer that is sent once and not worth compressing.
    #[must_use]
    pub fn passing(body: &impl Serialize) -> Self {
        let plain = serde_json::to_vec(body).unwrap_or_default();
        Self { content_type: JSON, gzip: None, brotli: None, hash: hash_of(&plain), plain: plain.into() }
    }

    #[must_use]
    pub const fn content_type(&self) -> &'static str {
        self.content_type
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

fn hash_of(plain: &[u8]) -> String {
    sha256_hex(plain)[..20].to_owned()
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
