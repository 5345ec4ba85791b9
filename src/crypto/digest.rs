//! SHA-256, HMAC-SHA-256 and HKDF-SHA-256; SHA-1 only to compare a file with a hash that a gateway named.

use aws_lc_rs::{digest, hkdf, hmac};

/// The length of a SHA-256 value in bytes.
pub const LENGTH: usize = 32;

#[must_use]
pub fn sha256(message: &[u8]) -> [u8; LENGTH] {
    fixed(digest::digest(&digest::SHA256, message).as_ref())
}

/// Lower-case hex.
#[must_use]
pub fn sha256_hex(message: &[u8]) -> String {
    hex::encode(sha256(message))
}

/// Lower-case hex. MD5 is broken: for names that a gateway prescribes, never for proof.
#[must_use]
pub fn md5_hex(message: &[u8]) -> String {
    use md5::Digest as _;
    hex::encode(md5::Md5::digest(message))
}

/// The digests of one stream of bytes, of which nobody holds the whole.
pub struct StreamDigests {
    sha1: digest::Context,
    sha256: digest::Context,
}

/// Both in lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamHashes {
    /// No longer hard to forge: proves only against accidents, or where a signed message names it.
    pub sha1: String,
    pub sha256: String,
}

impl StreamDigests {
    #[must_use]
    pub fn new() -> Self {
        Self {
            sha1: digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            sha256: digest::Context::new(&digest::SHA256),
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.sha1.update(bytes);
        self.sha256.update(bytes);
    }

    #[must_use]
    pub fn finish(self) -> StreamHashes {
        StreamHashes { sha1: hex::encode(self.sha1.finish()), sha256: hex::encode(self.sha256.finish()) }
    }
}

impl Default for StreamDigests {
    fn default() -> Self {
        Self::new()
    }
}

/// Any key length. Compare results with [`super::compare::equal`] only.
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; LENGTH] {
    fixed(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref())
}

/// One 32-byte key derived from `secret`; `info` separates the purposes.
///
/// # Panics
/// Never: 32 bytes are within what HKDF-SHA-256 can give.
#[must_use]
pub fn hkdf_sha256(secret: &[u8], salt: &[u8], info: &[u8]) -> [u8; LENGTH] {
    let mut key = [0; LENGTH];
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(secret)
        .expand(&[info], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut key))
        .expect("32 bytes are within the limit of HKDF-SHA-256");
    key
}

fn fixed(bytes: &[u8]) -> [u8; LENGTH] {
    let mut out = [0; LENGTH];
    out.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231 case 2 and RFC 5869 case 1.
    #[test]
    fn agrees_with_the_standards() {
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let mac = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex::encode(mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let salt: Vec<u8> = (0..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let derived = hkdf_sha256(&[0x0b; 22], &salt, &info);
        assert_eq!(hex::encode(derived), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    }

    /// FIPS 180-2, appendices A and B.
    #[test]
    fn a_stream_has_the_digests_of_its_whole() {
        let mut stream = StreamDigests::new();
        [&b"a"[..], b"", b"bc"].into_iter().for_each(|part| stream.update(part));
        let hashes = stream.finish();
        assert_eq!(hashes.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(hashes.sha256, sha256_hex(b"abc"));
    }
}
