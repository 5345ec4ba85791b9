//! Reads X.509 certificates: serial, validity, subject, issuer, RSA public key, and whose signature one bears.
//! Does not judge a chain as a browser would: gateways name the very certificates they use.

use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

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
    issuer: String,
    serial_decimal: String,
    common_names: Vec<String>,
    is_authority: bool,
    public_key: VerifyingKey,
    der: Vec<u8>,
    subject_der: Vec<u8>,
    issuer_der: Vec<u8>,
    signed: Vec<u8>,
    signature: Vec<u8>,
    signature_algorithm: String,
}

/// RSA with SHA-1: no longer hard to forge.
const SHA1_WITH_RSA: &str = "1.2.840.113549.1.1.5";
/// RSA with SHA-256.
const SHA256_WITH_RSA: &str = "1.2.840.113549.1.1.11";
/// Every signature by RSA has an algorithm below this.
const RSA_ALGORITHMS: &str = "1.2.840.113549.1.1.";

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
            issuer: name_backwards(read.issuer()),
            serial_decimal: read.tbs_certificate.serial.to_string(),
            common_names: read.subject().iter_common_name().map(|n| text_of(n).unwrap_or_default()).collect(),
            is_authority: read.is_ca(),
            public_key,
            der: der.to_vec(),
            subject_der: read.subject().as_raw().to_vec(),
            issuer_der: read.issuer().as_raw().to_vec(),
            signed: read.tbs_certificate.as_ref().to_vec(),
            signature: read.signature_value.as_ref().to_vec(),
            signature_algorithm: read.signature_algorithm.algorithm.to_id_string(),
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

    /// The issuer by RFC 2253: last part first, joined by commas without blanks.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The serial number in decimal digits.
    #[must_use]
    pub fn serial_decimal(&self) -> &str {
        &self.serial_decimal
    }

    /// Its common names (CN). There should be one; who takes the first of several can be deceived.
    #[must_use]
    pub fn common_names(&self) -> &[String] {
        &self.common_names
    }

    /// Whether it may issue others (basic constraints).
    #[must_use]
    pub const fn is_authority(&self) -> bool {
        self.is_authority
    }

    /// The whole of it.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// Whether it names `issuer` as who issued it. Says nothing of the signature.
    #[must_use]
    pub fn names_as_issuer(&self, issuer: &Self) -> bool {
        self.issuer_der == issuer.subject_der
    }

    /// Whether the issuer's key is RSA (an RSA key may be certified by one that is not).
    #[must_use]
    pub fn is_signed_by_rsa(&self) -> bool {
        self.signature_algorithm.starts_with(RSA_ALGORITHMS)
    }

    /// Whether it bears the signature of `issuer`, by RSA with SHA-256. Says nothing of dates.
    #[must_use]
    pub fn is_signed_by(&self, issuer: &Self) -> bool {
        self.signature_algorithm == SHA256_WITH_RSA && issuer.public_key.verify(&self.signed, &self.signature)
    }

    /// As [`Self::is_signed_by`], by RSA with SHA-1 too. For [`super::chain`] alone.
    pub(super) fn is_signed_by_even_with_sha1(&self, issuer: &Self) -> bool {
        match self.signature_algorithm.as_str() {
            SHA1_WITH_RSA => issuer.public_key.verify_sha1(&self.signed, &self.signature),
            _ => self.is_signed_by(issuer),
        }
    }

    #[must_use]
    pub const fn public_key(&self) -> &VerifyingKey {
        &self.public_key
    }
}

/// The certificates of a PEM file in its order, each or `None` where one cannot be used here (another kind
/// of key, another kind of file). Bare base64 is one certificate.
#[must_use]
pub fn read_bundle(text: &str) -> Vec<Option<Certificate>> {
    let text = text.replace("\\r", "").replace("\\n", "\n");
    let mut blocks: Vec<&str> = text.split("-----BEGIN ").skip(1).collect();
    if blocks.is_empty() && !text.trim().is_empty() {
        return vec![Certificate::parse(&text).ok()];
    }
    blocks.drain(..).map(|block| Certificate::parse(&format!("-----BEGIN {block}")).ok()).collect()
}

/// Names are UTF-8, or in older certificates UTF-16 (BMPString).
fn text_of(name: &AttributeTypeAndValue<'_>) -> Option<String> {
    if let Ok(text) = name.as_str() {
        return Some(text.to_owned());
    }
    name.attr_value().as_string().ok()
}

/// RFC 2253 writes a name from its last part to its first.
fn name_backwards(name: &X509Name<'_>) -> String {
    let mut parts: Vec<String> = name
        .iter_rdn()
        .map(|rdn| {
            let pairs = rdn.iter().map(|pair| {
                let kind = match pair.attr_type().to_id_string().as_str() {
                    "2.5.4.3" => "CN".to_owned(),
                    "2.5.4.6" => "C".to_owned(),
                    "2.5.4.7" => "L".to_owned(),
                    "2.5.4.8" => "ST".to_owned(),
                    "2.5.4.10" => "O".to_owned(),
                    "2.5.4.11" => "OU".to_owned(),
                    other => other.to_owned(),
                };
                format!("{kind}={}", pair.as_str().unwrap_or_default())
            });
            pairs.collect::<Vec<_>>().join("+")
        })
        .collect();
    parts.reverse();
    parts.join(",")
}
