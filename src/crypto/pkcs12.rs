//! Key files with a password (PKCS#12: .pfx, .p12), the old ones with RC2 and triple DES too.
//! Promises: the certificate that comes out is one of the key, wherever in the file it stands, and of several the
//! one that lasts longest; errors and `Debug` never show key bytes.

use std::fmt;

use p12_keystore::{Pkcs12Archive, error::Error};
use zeroize::Zeroizing;

use super::certificate::Certificate;
use super::rsa::{KeyError, SigningKey};

/// Why a key file cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    #[error("it is no key file (PKCS#12, .pfx or .p12)")]
    Unreadable,
    #[error("the password does not open it")]
    WrongPassword,
    #[error("it holds no RSA key of at least 2048 bits")]
    NoKey,
    #[error("it holds no certificate of its key")]
    NoCertificate,
}

/// What a key file holds.
pub struct KeyFile {
    pub key: SigningKey,
    /// The certificate of `key`.
    pub certificate: Certificate,
    /// The others, usually those that lead to the authority, in the file's order.
    pub others: Vec<Certificate>,
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyFile(serial {}, {} others)", self.certificate.serial(), self.others.len())
    }
}

impl KeyFile {
    /// # Errors
    /// [`KeyFileError`].
    pub fn open(file: &[u8], password: &str) -> Result<Self, KeyFileError> {
        let archive = Pkcs12Archive::from_pkcs12(file, password).map_err(|error| match error {
            Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => KeyFileError::WrongPassword,
            _ => KeyFileError::Unreadable,
        })?;
        let keys = archive.keys.iter().map(|bag| {
            let pkcs8 = Zeroizing::new(bag.key.as_der().to_vec());
            SigningKey::from_der(&pkcs8)
        });
        let keys: Vec<SigningKey> = keys.flat_map(|key: Result<SigningKey, KeyError>| key).collect();
        if keys.is_empty() {
            return Err(KeyFileError::NoKey);
        }
        let mut others: Vec<Certificate> =
            archive.certs.iter().filter_map(|bag| Certificate::from_der(bag.cert.as_der()).ok()).collect();
        // A renewed file may hold the old pair beside the new one.
        let own = keys.into_iter().filter_map(|key| {
            let of_key = others.iter().enumerate().filter(|(_, c)| key.matches(c.public_key()));
            of_key.map(|(at, c)| (c.not_after(), at)).max().map(|(until, at)| (until, at, key))
        });
        let (_, at, key) = own.max_by_key(|(until, at, _)| (*until, *at)).ok_or(KeyFileError::NoCertificate)?;
        let certificate = others.remove(at);
        Ok(Self { key, certificate, others })
    }
}
