//! Reads X.509 certificates: serial, validity, subject, RSA public key.
//! Does not judge a chain: gateways hand out certificates under keys we already share with them.

use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::armor;
use super::rsa::VerifyingKey;
use crate::clock::Timestamp;

/// It is not a certificate with an RSA key of sufficient size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an X.509 certificate with an RSA key of at least 2048 bits")]
pub struct InvalidCertificate;

/// What is read from one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    serial: String,
    not_before: Timestamp,
    not_after: Timestamp,
    subject: String,
    public_key: VerifyingKey,
}

impl Certificate {
    /// From PEM (the first block) or bare base64.
    ///
    /// # Errors
    /// [`InvalidCertificate`].
    pub fn parse(text: &str) -> Result<Self, InvalidCertificate> {
        Self::from_der(&armor::decode(text).map_err(|_| InvalidCertificate)?)
    }

    /// # Errors
    /// [`InvalidCertificate`].
    pub fn from_der(der: &[u8]) -> Result<Self, InvalidCertificate> {
        let (_, read) = X509Certificate::from_der(der).map_err(|_| InvalidCertificate)?;
        let public_key = VerifyingKey::from_der(read.public_key().raw).map_err(|_| InvalidCertificate)?;
        // DER puts a zero byte before a number whose top bit is set; it is no part of the serial.
        let serial: &[u8] = match read.raw_serial() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            all => all,
        };
        Ok(Self {
            serial: hex::encode_upper(serial),
            not_before: Timestamp::from_seconds(read.validity().not_before.timestamp()),
            not_after: Timestamp::from_seconds(read.validity().not_after.timestamp()),
            subject: read.subject().to_string(),
            public_key,
        })
    }

    /// Upper-case hex, two digits a byte.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.serial
    }

    #[must_use]
    pub const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The distinguished name, for people.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    #[must_use]
    pub const fn public_key(&self) -> &VerifyingKey {
        &self.public_key
    }
}
