//! The master keys: which one seals, and which ones may still open.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::VaultError;
use crate::crypto::aead::{AeadKey, KEY_LENGTH};
use crate::crypto::{from_base64, random};

const MAX_ID_BYTES: usize = 32;

/// Master keys, the first of which seals. All of them open, so a new key is put in front and the
/// old one taken out when nothing is wrapped by it any more.
pub struct KeyRing {
    keys: Vec<MasterKey>,
}

pub(super) struct MasterKey {
    pub(super) id: String,
    pub(super) key: AeadKey,
}

/// Why the text is not a key ring. Never repeats the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    #[error("key {0} is not written id:base64; write for example 2026a: and the output of `openssl rand -base64 32`")]
    Form(usize),
    #[error("the id of key {0} must be 1 to 32 letters, digits, hyphens and underscores")]
    Id(usize),
    #[error("key {0} is not 32 bytes in base64; make one with `openssl rand -base64 32`")]
    Key(usize),
    #[error("key {0} has the same id as one before it; give each key its own id")]
    SameId(usize),
    #[error("there is no key in it; write for example 2026a: and the output of `openssl rand -base64 32`")]
    Empty,
}

impl KeyRing {
    /// Reads `id:base64` entries separated by commas or line ends.
    ///
    /// # Errors
    /// Names the position (from 1) of the first entry that cannot be read.
    pub fn parse(text: &SecretString) -> Result<Self, KeyRingError> {
        let entries = text.expose_secret().split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty());
        let mut keys: Vec<MasterKey> = Vec::new();
        for (position, entry) in (1..).zip(entries) {
            let (id, encoded) = entry.split_once(':').ok_or(KeyRingError::Form(position))?;
            let safe = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
            if id.is_empty() || id.len() > MAX_ID_BYTES || !id.bytes().all(safe) {
                return Err(KeyRingError::Id(position));
            }
            if keys.iter().any(|known| known.id == id) {
                return Err(KeyRingError::SameId(position));
            }
            let bytes = Zeroizing::new(from_base64(encoded.trim()).ok_or(KeyRingError::Key(position))?);
            let key = AeadKey::new(&bytes).map_err(|_| KeyRingError::Key(position))?;
            keys.push(MasterKey { id: id.to_owned(), key });
        }
        if keys.is_empty() { Err(KeyRingError::Empty) } else { Ok(Self { keys }) }
    }

    /// A ring that lives as long as the process: for the demo and for tests.
    ///
    /// # Errors
    /// Never in practice: the key is made at its right length.
    pub fn generate() -> Result<Self, VaultError> {
        let bytes = Zeroizing::new(random::bytes::<KEY_LENGTH>());
        let key = AeadKey::new(&bytes[..]).map_err(|_| VaultError::Malformed)?;
        Ok(Self { keys: vec![MasterKey { id: "throwaway".to_owned(), key }] })
    }

    /// The ids, the sealing key's first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.id.as_str())
    }

    pub(super) fn sealing(&self) -> Result<&MasterKey, VaultError> {
        self.keys.first().ok_or(VaultError::NoKey)
    }

    pub(super) fn find(&self, id: &str) -> Option<&MasterKey> {
        self.keys.iter().find(|key| key.id == id)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("ids", &self.ids().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}
