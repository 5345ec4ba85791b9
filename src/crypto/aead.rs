//! AES-256-GCM: opens what WeChat Pay seals, and seals and opens our own records.
//! Promises: no panic whatever the lengths; the key is wiped by the library when dropped.
//! Refuses: keys that are not 32 bytes (a 16-byte key would silently mean AES-128).

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// The key length in bytes.
pub const KEY_LENGTH: usize = 32;
/// The nonce length in bytes.
pub const NONCE_LENGTH: usize = NONCE_LEN;
/// The tag length in bytes.
pub const TAG_LENGTH: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AeadError {
    #[error("the key must have {KEY_LENGTH} bytes, this one has {actual}")]
    KeyLength { actual: usize },
    #[error("the nonce must have {NONCE_LENGTH} bytes, this one has {actual}")]
    NonceLength { actual: usize },
    /// Wrong key, wrong associated data, or altered bytes: they cannot be told apart.
    #[error("the message does not open with this key")]
    NotAuthentic,
}

/// A key ready for use.
pub struct AeadKey(LessSafeKey);

impl AeadKey {
    /// # Errors
    /// `KeyLength`.
    pub fn new(key: &[u8]) -> Result<Self, AeadError> {
        if key.len() != KEY_LENGTH {
            return Err(AeadError::KeyLength { actual: key.len() });
        }
        UnboundKey::new(&AES_256_GCM, key)
            .map(|unbound| Self(LessSafeKey::new(unbound)))
            .map_err(|_| AeadError::KeyLength { actual: key.len() })
    }

    /// Seals under a fresh random nonce. The result is nonce, ciphertext, tag: 28 bytes longer than
    /// the plaintext. A random nonce is safe for 2³² messages under one key.
    ///
    /// # Errors
    /// `NotAuthentic` when the plaintext is beyond the cipher's limit (64 GiB).
    pub fn seal(&self, associated_data: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, AeadError> {
        let nonce: [u8; NONCE_LENGTH] = super::random::bytes();
        let mut body = plaintext.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(associated_data), &mut body)
            .map_err(|_| AeadError::NotAuthentic)?;
        let mut sealed = nonce.to_vec();
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Opens what [`AeadKey::seal`] made.
    ///
    /// # Errors
    /// `NotAuthentic`, also for anything too short.
    pub fn open(&self, associated_data: &[u8], sealed: &[u8]) -> Result<Vec<u8>, AeadError> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LENGTH).ok_or(AeadError::NotAuthentic)?;
        self.open_with_nonce(nonce, associated_data, body)
    }

    /// Opens ciphertext and tag that came with a separate nonce.
    ///
    /// # Errors
    /// `NonceLength`, `NotAuthentic`.
    pub fn open_with_nonce(
        &self,
        nonce: &[u8],
        associated_data: &[u8],
        ciphertext_and_tag: &[u8],
    ) -> Result<Vec<u8>, AeadError> {
        let nonce =
            Nonce::try_assume_unique_for_key(nonce).map_err(|_| AeadError::NonceLength { actual: nonce.len() })?;
        let mut buffer = ciphertext_and_tag.to_vec();
        let length = self
            .0
            .open_in_place(nonce, Aad::from(associated_data), &mut buffer)
            .map_err(|_| AeadError::NotAuthentic)?
            .len();
        buffer.truncate(length);
        Ok(buffer)
    }
}

impl fmt::Debug for AeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AeadKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_what_was_sealed_for_the_same_place() {
        let key = AeadKey::new(&[7; 32]).unwrap();
        let sealed = key.seal(b"accounts/acc_1", b"secret").unwrap();
        assert_eq!(sealed.len(), NONCE_LENGTH + 6 + TAG_LENGTH);
        assert_eq!(key.open(b"accounts/acc_1", &sealed).unwrap(), b"secret");
        assert_eq!(key.open(b"accounts/acc_2", &sealed), Err(AeadError::NotAuthentic));
        assert_eq!(AeadKey::new(&[8; 32]).unwrap().open(b"accounts/acc_1", &sealed), Err(AeadError::NotAuthentic));
        assert_ne!(key.seal(b"", b"secret").unwrap(), key.seal(b"", b"secret").unwrap());
    }

    #[test]
    fn wrong_lengths_are_errors_and_never_panics() {
        assert_eq!(AeadKey::new(b"testMchAPIv3Key0").unwrap_err(), AeadError::KeyLength { actual: 16 });
        let key = AeadKey::new(&[7; 32]).unwrap();
        for nonce in [&b""[..], b"short", b"thirteen byte"] {
            let refused = Err(AeadError::NonceLength { actual: nonce.len() });
            assert_eq!(key.open_with_nonce(nonce, b"", &[0; 40]), refused);
        }
        for length in 0..40 {
            assert_eq!(key.open(b"", &vec![0; length]), Err(AeadError::NotAuthentic));
        }
    }
}
