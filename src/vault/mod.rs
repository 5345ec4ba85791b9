//! Merchant secrets at rest. Each record has its own random data key (AES-256-GCM); the data key is
//! wrapped by the first master key of the ring.
//! Promises: a sealed record opens only in the table, row and column it was sealed for, and only
//! unchanged; a master key is changed by re-wrapping, without touching what is inside.
//! Refuses to seal without a master key: secrets are never stored in the clear.

mod ring;

use secrecy::SecretSlice;
use zeroize::Zeroizing;

use crate::crypto::aead::{AeadKey, KEY_LENGTH, NONCE_LENGTH, TAG_LENGTH};
use crate::crypto::random;
use ring::MasterKey;
pub use ring::{KeyRing, KeyRingError};

/// Layout after this byte: id length (1), id, wrapped data key (nonce, 32 bytes, tag), sealed
/// record (nonce, ciphertext, tag).
const FORMAT_VERSION: u8 = 1;
const WRAPPED_LENGTH: usize = NONCE_LENGTH + KEY_LENGTH + TAG_LENGTH;

/// Where a record lives. Bound into the seal: a record copied to another place does not open there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    pub table: &'a str,
    pub row: &'a str,
    pub column: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    #[error(
        "there is no master key to keep merchant secrets with: set `vault.keys` (environment LUODI_VAULT__KEYS, or \
         LUODI_VAULT__KEYS_FILE naming a file) to an id, a colon and the output of `openssl rand -base64 32`"
    )]
    NoKey,
    #[error("the record is wrapped by master key {0:?}, which is not in `vault.keys`: put that key back")]
    UnknownKey(String),
    #[error("the record was changed, or it belongs to another place")]
    Tampered,
    #[error("the record is not in a form this version reads")]
    Malformed,
    #[error("the record is too large to be sealed")]
    TooLarge,
}

/// Seals and opens records.
#[derive(Debug)]
pub struct Vault {
    ring: Option<KeyRing>,
}

impl Vault {
    /// Without a ring everything is refused with [`VaultError::NoKey`].
    #[must_use]
    pub const fn new(ring: Option<KeyRing>) -> Self {
        Self { ring }
    }

    /// Whether secrets can be kept at all.
    #[must_use]
    pub const fn has_key(&self) -> bool {
        self.ring.is_some()
    }

    /// # Errors
    /// Without a master key.
    pub fn seal(&self, place: &Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
        let master = self.ring()?.sealing()?;
        let data_key = Zeroizing::new(random::bytes::<KEY_LENGTH>());
        let mut sealed = wrap(master, place, &data_key[..])?;
        let record = aead(&data_key[..])?.seal(&place.associated("record", ""), plaintext);
        sealed.append(&mut record.map_err(|_| VaultError::TooLarge)?);
        Ok(sealed)
    }

    /// # Errors
    /// When the record was changed, moved, or wrapped by a key that is no longer in the ring.
    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<SecretSlice<u8>, VaultError> {
        let record = Record::read(sealed)?;
        let data_key = self.unwrap(place, &record)?;
        let plaintext = aead(&data_key)?.open(&place.associated("record", ""), record.sealed);
        plaintext.map(SecretSlice::from).map_err(|_| VaultError::Tampered)
    }

    /// Whether the record is wrapped by another key than the one that seals now.
    ///
    /// # Errors
    /// Without a master key, or when the record cannot be read.
    pub fn needs_rewrap(&self, sealed: &[u8]) -> Result<bool, VaultError> {
        Ok(Record::read(sealed)?.key_id != self.ring()?.sealing()?.id)
    }

    /// The same record, wrapped by the key that seals now. What is inside is not decrypted.
    ///
    /// # Errors
    /// As [`Vault::open`], except that a change inside the ciphertext goes unnoticed until it is opened.
    pub fn rewrap(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let record = Record::read(sealed)?;
        let data_key = self.unwrap(place, &record)?;
        let mut rewrapped = wrap(self.ring()?.sealing()?, place, &data_key)?;
        rewrapped.extend_from_slice(record.sealed);
        Ok(rewrapped)
    }

    fn ring(&self) -> Result<&KeyRing, VaultError> {
        self.ring.as_ref().ok_or(VaultError::NoKey)
    }

    fn unwrap(&self, place: &Place<'_>, record: &Record<'_>) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let master =
            self.ring()?.find(record.key_id).ok_or_else(|| VaultError::UnknownKey(record.key_id.to_owned()))?;
        let data_key = master.key.open(&place.associated("key", &master.id), record.wrapped);
        data_key.map(Zeroizing::new).map_err(|_| VaultError::Tampered)
    }
}

impl Place<'_> {
    /// Each part preceded by its length, so that no two places share their bytes.
    fn associated(&self, purpose: &str, key_id: &str) -> Vec<u8> {
        let mut bytes = vec![FORMAT_VERSION];
        for part in ["luodi vault", purpose, key_id, self.table, self.row, self.column] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

/// The head of a sealed record, up to and including the wrapped data key. A random nonce per wrap is
/// safe for 2³² records under one master key, far beyond the accounts of any shop.
fn wrap(master: &MasterKey, place: &Place<'_>, data_key: &[u8]) -> Result<Vec<u8>, VaultError> {
    let wrapped = master.key.seal(&place.associated("key", &master.id), data_key);
    let id_length = u8::try_from(master.id.len()).map_err(|_| VaultError::Malformed)?;
    let mut head = vec![FORMAT_VERSION, id_length];
    head.extend_from_slice(master.id.as_bytes());
    head.append(&mut wrapped.map_err(|_| VaultError::TooLarge)?);
    Ok(head)
}

fn aead(data_key: &[u8]) -> Result<AeadKey, VaultError> {
    AeadKey::new(data_key).map_err(|_| VaultError::Malformed)
}

struct Record<'a> {
    key_id: &'a str,
    wrapped: &'a [u8],
    sealed: &'a [u8],
}

impl<'a> Record<'a> {
    fn read(sealed: &'a [u8]) -> Result<Self, VaultError> {
        Self::split(sealed).ok_or(VaultError::Malformed)
    }

    fn split(sealed: &'a [u8]) -> Option<Self> {
        let (&[version, id_length], rest) = sealed.split_first_chunk()?;
        if version != FORMAT_VERSION {
            return None;
        }
        let (key_id, rest) = rest.split_at_checked(usize::from(id_length))?;
        let (wrapped, sealed) = rest.split_at_checked(WRAPPED_LENGTH)?;
        Some(Self { key_id: std::str::from_utf8(key_id).ok()?, wrapped, sealed })
    }
}

#[cfg(test)]
mod tests;
