//! Which keys of WeChat Pay an account believes: its configured public key and the platform
//! certificates it has downloaded, both at once and chosen per message by serial number.
//! Promises: kept per account; a certificate enters only when it opens under the account's APIv3 key
//! and its download is signed by a key already known or just obtained (one exception: see `take_in`).

use std::sync::Arc;

use arc_swap::ArcSwap;
use serde::Deserialize;

use super::sign::Claim;
use crate::clock::Timestamp;
use crate::crypto::aead::{AeadError, AeadKey};
use crate::crypto::certificate::Certificate;
use crate::crypto::from_base64;
use crate::crypto::rsa::VerifyingKey;
use crate::gateways::Rejected;
use crate::gateways::transport::Answer;

const PUBLIC_KEY_ID_PREFIX: &str = "PUB_KEY_ID_";

/// The keys of one account.
#[derive(Debug)]
pub(super) struct Trust {
    public_key: Option<(String, VerifyingKey)>,
    apiv3_key: AeadKey,
    certificates: ArcSwap<Vec<Certificate>>,
}

/// Something WeChat sealed under the APIv3 key.
#[derive(Debug, Deserialize)]
pub(super) struct Sealed {
    pub algorithm: String,
    pub nonce: String,
    pub associated_data: Option<String>,
    pub ciphertext: String,
}

#[derive(Deserialize)]
struct Download {
    data: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    serial_no: String,
    encrypt_certificate: Sealed,
}

/// Why downloaded certificates were not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum DownloadError {
    #[error("the list of certificates cannot be read")]
    Malformed,
    #[error("a certificate does not open with the APIv3 key")]
    CannotDecrypt,
    #[error("a certificate has another serial number than the list says")]
    SerialMismatch,
    #[error("the list is not signed as it must be: {0}")]
    Unproven(Rejected),
}

impl Trust {
    pub(super) fn new(public_key: Option<(String, VerifyingKey)>, apiv3_key: AeadKey) -> Self {
        Self { public_key, apiv3_key, certificates: ArcSwap::default() }
    }

    /// The key that bears this serial number, unless its certificate has expired.
    pub(super) fn find(&self, serial: &str, now: Timestamp) -> Option<VerifyingKey> {
        if let Some((id, key)) = &self.public_key
            && id == serial
        {
            return Some(key.clone());
        }
        find_in(&self.certificates.load(), serial, now)
    }

    /// Whether a download may bring a key of this serial. Public keys are configured, never fetched.
    pub(super) fn may_be_fetched(serial: &str) -> bool {
        !serial.starts_with(PUBLIC_KEY_ID_PREFIX)
    }

    pub(super) fn public_key_id(&self) -> Option<&str> {
        self.public_key.as_ref().map(|(id, _)| id.as_str())
    }

    /// The key we ask WeChat to sign with and encrypt to: the public key, else the newest certificate in force.
    pub(super) fn preferred(&self, now: Timestamp) -> Option<(String, VerifyingKey)> {
        if let Some((id, key)) = &self.public_key {
            return Some((id.clone(), key.clone()));
        }
        let certificates = self.certificates.load();
        let in_force = certificates.iter().filter(|c| c.not_before() <= now && now <= c.not_after());
        in_force.max_by_key(|c| c.not_before()).map(|c| (c.serial().to_owned(), c.public_key().clone()))
    }

    /// Opens a sealed part of a message whose signature has been verified.
    pub(super) fn open(&self, sealed: &Sealed) -> Result<Vec<u8>, Rejected> {
        if sealed.algorithm != "AEAD_AES_256_GCM" {
            return Err(Rejected::Malformed);
        }
        let ciphertext = from_base64(&sealed.ciphertext).ok_or(Rejected::Malformed)?;
        let associated_data = sealed.associated_data.as_deref().unwrap_or_default();
        self.apiv3_key.open_with_nonce(sealed.nonce.as_bytes(), associated_data.as_bytes(), &ciphertext).map_err(
            |error| match error {
                AeadError::NonceLength { .. } => Rejected::Malformed,
                _ => Rejected::CannotDecrypt,
            },
        )
    }

    /// Takes in the answer of a certificate download. All of it or nothing.
    pub(super) fn take_in(&self, answer: &Answer, now: Timestamp) -> Result<(), DownloadError> {
        let claim = Claim::read(|name| answer.header(name), now).map_err(DownloadError::Unproven)?;
        let list: Download = serde_json::from_slice(&answer.body).map_err(|_| DownloadError::Malformed)?;
        let certificates = list.data.iter().map(|c| self.open_certificate(c)).collect::<Result<Vec<_>, _>>()?;
        // Known keys come first; on the very first download the list must prove itself.
        let key = self.find(claim.serial, now).or_else(|| find_in(&certificates, claim.serial, now));
        match key {
            Some(key) => claim.verify(&key, &answer.body).map_err(DownloadError::Unproven)?,
            // A merchant who has begun to move to the public key and has not configured it yet would be locked
            // out: the list is signed with it. That each certificate opened under the APIv3 key is what the
            // protocol rests the first download on, so it does here, once.
            None if !Self::may_be_fetched(claim.serial) && self.is_empty() => {
                tracing::warn!(serial = claim.serial, "WeChat Pay signs with a public key that is not configured");
            }
            None => return Err(DownloadError::Unproven(Rejected::UnknownKey)),
        }
        let valid: Vec<_> = certificates.into_iter().filter(|c| now <= c.not_after()).collect();
        if !valid.is_empty() {
            self.certificates.store(Arc::new(valid));
        }
        Ok(())
    }

    fn open_certificate(&self, listed: &Listed) -> Result<Certificate, DownloadError> {
        let pem = self.open(&listed.encrypt_certificate).map_err(|rejected| match rejected {
            Rejected::CannotDecrypt => DownloadError::CannotDecrypt,
            _ => DownloadError::Malformed,
        })?;
        let pem = String::from_utf8(pem).map_err(|_| DownloadError::Malformed)?;
        let certificate = Certificate::parse(&pem).map_err(|_| DownloadError::Malformed)?;
        if is_same_serial(certificate.serial(), &listed.serial_no) {
            Ok(certificate)
        } else {
            Err(DownloadError::SerialMismatch)
        }
    }

    /// Certificates that end within that many seconds and have no successor reaching further. None where a
    /// public key is configured: certificates are then on their way out.
    pub(super) fn expiring(&self, within_s: i64, now: Timestamp) -> Vec<(String, Timestamp)> {
        if self.public_key.is_some() {
            return Vec::new();
        }
        let certificates = self.certificates.load();
        let last = certificates.iter().map(Certificate::not_after).max();
        let soon = certificates.iter().filter(|c| Some(c.not_after()) == last && c.not_after() < now.plus_s(within_s));
        soon.map(|c| (c.serial().to_owned(), c.not_after())).collect()
    }

    fn is_empty(&self) -> bool {
        self.public_key.is_none() && self.certificates.load().is_empty()
    }

    /// How many certificates are held.
    pub(super) fn certificate_count(&self) -> usize {
        self.certificates.load().len()
    }
}

fn find_in(certificates: &[Certificate], serial: &str, now: Timestamp) -> Option<VerifyingKey> {
    let found = certificates.iter().find(|c| is_same_serial(c.serial(), serial) && now <= c.not_after());
    found.map(|c| c.public_key().clone())
}

/// Serial numbers are numbers: case and leading zeros do not count.
fn is_same_serial(a: &str, b: &str) -> bool {
    a.trim_start_matches('0').eq_ignore_ascii_case(b.trim_start_matches('0'))
}
