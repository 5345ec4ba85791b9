//! RSA signatures: SHA-256 with PKCS#1 v1.5, the one scheme mainland gateways share; and encryption of
//! single fields to a gateway.
//! Promises: a key is parsed and checked once; errors and `Debug` never show its bytes.
//! Refuses: keys under 2048 bits, pass-phrase protected files, anything that is not RSA.

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, Pkcs1PublicEncryptingKey, PublicEncryptingKey, PublicKey,
};
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_SHA256, RsaKeyPair,
};

use super::armor::{self, ArmorError};
use super::certificate::Certificate;

/// The least a gateway accepts, in bits.
pub const MIN_BITS: usize = 2048;

/// Why a text is not the key that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("it is empty")]
    Empty,
    #[error("it is protected by a pass phrase; save it without one (openssl pkcs8 -topk8 -nocrypt)")]
    Encrypted,
    #[error("it is a certificate; the private key is in another file")]
    CertificateNotPrivateKey,
    #[error("it is a public key; the private key is in another file")]
    PublicNotPrivateKey,
    #[error("it is a private key; the public key was asked for")]
    PrivateNotPublicKey,
    #[error("it has fewer than {MIN_BITS} bits")]
    TooSmall,
    #[error("it is not an RSA key in PEM (PKCS#8 or PKCS#1) or base64; paste the whole file")]
    Unreadable,
}

impl From<ArmorError> for KeyError {
    fn from(error: ArmorError) -> Self {
        match error {
            ArmorError::Empty => Self::Empty,
            ArmorError::Encrypted => Self::Encrypted,
            ArmorError::Unreadable => Self::Unreadable,
        }
    }
}

/// A text cannot be encrypted: it is longer than the key can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is too long for this RSA key")]
pub struct TooLong;

/// What a pasted text turns out to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    PrivateKey,
    PublicKey,
    Certificate,
}

/// Looks at the bytes, not at the label: labels get lost in pasting. `None` when it is none of the three.
#[must_use]
pub fn content_of(text: &str) -> Option<Content> {
    content_of_der(&armor::decode(text).ok()?)
}

fn content_of_der(der: &[u8]) -> Option<Content> {
    if RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)).is_ok() {
        Some(Content::PrivateKey)
    } else if PublicKey::from_der(der).is_ok() {
        Some(Content::PublicKey)
    } else {
        Certificate::from_der(der).ok().map(|_| Content::Certificate)
    }
}

/// A private key that signs. Parsing costs 0.2 ms, a signature 0.25 ms: parse once per account.
pub struct SigningKey(RsaKeyPair);

impl SigningKey {
    /// Accepts PKCS#8 and PKCS#1, as PEM with any line ends or as bare base64.
    ///
    /// # Errors
    /// [`KeyError`] says what the text is instead.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        Self::from_der(&armor::decode(text)?)
    }

    /// # Errors
    /// As [`SigningKey::parse`].
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let rejected = match RsaKeyPair::from_pkcs8(der) {
            Ok(key) => return Ok(Self(key)),
            Err(rejected) => rejected,
        };
        match RsaKeyPair::from_der(der) {
            Ok(key) => Ok(Self(key)),
            // The library itself refuses what is under `MIN_BITS`.
            Err(again) if [rejected.to_string(), again.to_string()].iter().any(|r| r == "TooSmall") => {
                Err(KeyError::TooSmall)
            }
            Err(_) => Err(match content_of_der(der) {
                Some(Content::Certificate) => KeyError::CertificateNotPrivateKey,
                Some(Content::PublicKey) => KeyError::PublicNotPrivateKey,
                Some(Content::PrivateKey) | None => KeyError::Unreadable,
            }),
        }
    }

    /// A throw-away key for unit tests.
    #[cfg(test)]
    pub(crate) fn generate() -> Self {
        Self(RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).expect("keys can be made"))
    }

    /// The signature, as long as the modulus (256 bytes for 2048 bits).
    ///
    /// # Panics
    /// Only when the library cannot allocate: the key was checked when it was parsed.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .expect("a checked RSA key signs any message");
        signature
    }

    /// The size of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.0.public_modulus_len() * 8
    }

    /// Whether `public` is the other half of this key.
    #[must_use]
    pub fn matches(&self, public: &VerifyingKey) -> bool {
        self.0.public_key().as_ref() == public.pkcs1
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} bits)", self.bits())
    }
}

/// A public key that verifies.
#[derive(Clone)]
pub struct VerifyingKey {
    parsed: std::sync::Arc<ParsedPublicKey>,
    /// The canonical encoding, so that equal keys compare equal however they were pasted.
    pkcs1: Vec<u8>,
    bits: usize,
}

impl VerifyingKey {
    /// Accepts a public key (SPKI or PKCS#1) or a certificate, as PEM or bare base64. Where the two
    /// must not be confused, ask [`content_of`] first.
    ///
    /// # Errors
    /// [`KeyError`] says what the text is instead.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let der = armor::decode(text)?;
        match Self::from_der(&der) {
            Err(KeyError::Unreadable) => match content_of_der(&der) {
                Some(Content::Certificate) => {
                    Certificate::from_der(&der).map(|c| c.public_key().clone()).map_err(|_| KeyError::Unreadable)
                }
                Some(Content::PrivateKey) => Err(KeyError::PrivateNotPublicKey),
                Some(Content::PublicKey) | None => Err(KeyError::Unreadable),
            },
            other => other,
        }
    }

    /// From SPKI or PKCS#1 DER.
    ///
    /// # Errors
    /// `Unreadable` or `TooSmall`.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let public = PublicKey::from_der(der).map_err(|_| KeyError::Unreadable)?;
        let bits = public.modulus_len() * 8;
        if bits < MIN_BITS {
            return Err(KeyError::TooSmall);
        }
        let pkcs1 = public.as_ref().to_vec();
        let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &pkcs1).map_err(|_| KeyError::Unreadable)?;
        Ok(Self { parsed: std::sync::Arc::new(parsed), pkcs1, bits })
    }

    /// Whether `signature` is this key's over `message`.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }

    /// As [`Self::verify`], by SHA-1: only for the certificates of an authority that signs no others.
    pub(super) fn verify_sha1(&self, message: &[u8], signature: &[u8]) -> bool {
        let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, &self.pkcs1);
        parsed.is_ok_and(|key| key.verify_sig(message, signature).is_ok())
    }

    /// Encrypts a short text with the padding of PKCS#1 v1.5, as UnionPay wants card data. A key of 2048 bits
    /// carries 245 bytes. Differs each time.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn encrypt_pkcs1(&self, plaintext: &[u8]) -> Result<Vec<u8>, TooLong> {
        let key = Pkcs1PublicEncryptingKey::new(self.encrypting()?).map_err(|_| TooLong)?;
        let mut ciphertext = vec![0; key.ciphertext_size()];
        let length = key.encrypt(plaintext, &mut ciphertext).map_err(|_| TooLong)?.len();
        ciphertext.truncate(length);
        Ok(ciphertext)
    }

    fn encrypting(&self) -> Result<PublicEncryptingKey, TooLong> {
        let public = PublicKey::from_der(&self.pkcs1).map_err(|_| TooLong)?;
        let spki: PublicKeyX509Der<'_> = public.as_der().map_err(|_| TooLong)?;
        PublicEncryptingKey::from_der(spki.as_ref()).map_err(|_| TooLong)
    }

    /// Encrypts a short text that only the key's owner can read: OAEP with SHA-1 and MGF1-SHA-1, as WeChat
    /// Pay wants its sensitive fields. A key of 2048 bits carries 214 bytes. Differs each time.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn encrypt_oaep_sha1(&self, plaintext: &[u8]) -> Result<Vec<u8>, TooLong> {
        let key = OaepPublicEncryptingKey::new(self.encrypting()?).map_err(|_| TooLong)?;
        let mut ciphertext = vec![0; key.ciphertext_size()];
        let length = key.encrypt(&OAEP_SHA1_MGF1SHA1, plaintext, &mut ciphertext, None).map_err(|_| TooLong)?.len();
        ciphertext.truncate(length);
        Ok(ciphertext)
    }

    /// The size of the modulus in bits.
    #[must_use]
    pub const fn bits(&self) -> usize {
        self.bits
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.pkcs1 == other.pkcs1
    }
}

impl Eq for VerifyingKey {}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({} bits)", self.bits)
    }
}
