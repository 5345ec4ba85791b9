//! Whom an account believes: whoever signs under a certificate of UnionPay's, or knows the shared key.
//! Promises: a message's own certificate counts only when it leads to the configured authority, bears
//! UnionPay's name and is within its dates. The authority signs for every merchant, so the name decides.
//! Refuses: other methods than the account's, version 5.0.0, messages without their certificate.

use super::message::{EmptyFields, Message};
use super::sign::{SecureKey, SignMethod, VERSION};
use crate::clock::Timestamp;
use crate::crypto::certificate::Certificate;
use crate::crypto::chain::{Authority, ChainError};
use crate::crypto::digest::sha256_hex;
use crate::crypto::from_base64;
use crate::gateways::Rejected;

/// Who must have signed, as the certificate's name says.
const OWNER: &str = "中国银联股份有限公司";
/// UnionPay's test system under its older name.
const TEST_OWNER: &str = "00040000:SIGN";
const PEM_BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const PEM_END: &str = "-----END CERTIFICATE-----";

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    #[error("it bears no signature, version, method or charset")]
    Unsigned,
    #[error("it is signed by another method than the account's")]
    OtherMethod,
    #[error("it does not bring exactly one certificate")]
    NoCertificate,
    #[error("its certificate is not believed: {0}")]
    Chain(ChainError),
    #[error("its certificate is not UnionPay's own")]
    NotUnionPay,
    #[error("its signature does not match")]
    BadSignature,
    #[error("it names another merchant")]
    OtherMerchant,
    #[error("it cannot be read")]
    Malformed,
}

impl From<Untrusted> for Rejected {
    fn from(why: Untrusted) -> Self {
        match why {
            Untrusted::Unsigned => Self::Unsigned,
            Untrusted::OtherMethod => Self::UnsupportedSignatureType,
            Untrusted::NoCertificate | Untrusted::Chain(_) | Untrusted::NotUnionPay => Self::UnknownKey,
            Untrusted::BadSignature => Self::BadSignature,
            Untrusted::OtherMerchant | Untrusted::Malformed => Self::Malformed,
        }
    }
}

/// What the messages of one account are proven with.
#[derive(Debug)]
pub enum Trust {
    Certificates {
        authority: Authority,
        /// Also takes the older name of UnionPay's test system.
        is_test: bool,
    },
    SecureKey(SecureKey),
}

impl Trust {
    /// Proves an answer. Whether UnionPay signs the empty fields of answers is not certain: both are tried.
    ///
    /// # Errors
    /// [`Untrusted`].
    pub fn verify_answer(&self, message: &Message, now: Timestamp) -> Result<(), Untrusted> {
        match self.verify(message, EmptyFields::Kept, now) {
            Err(Untrusted::BadSignature) if message.has_empty_fields() => {
                self.verify(message, EmptyFields::Dropped, now)
            }
            other => other,
        }
    }

    /// Proves a notification or what the shopper's browser brought.
    ///
    /// # Errors
    /// [`Untrusted`].
    pub fn verify_form(&self, message: &Message, now: Timestamp) -> Result<(), Untrusted> {
        self.verify(message, EmptyFields::Dropped, now)
    }

    fn verify(&self, message: &Message, empty: EmptyFields, now: Timestamp) -> Result<(), Untrusted> {
        let field = |name| message.get(name).ok_or(Untrusted::Unsigned);
        let (version, method, signature) = (field("version")?, field("signMethod")?, field("signature")?);
        field("encoding")?;
        if version != VERSION || method != self.method().as_str() {
            return Err(Untrusted::OtherMethod);
        }
        let canonical = message.canonical(empty);
        let matches = match self {
            Self::Certificates { .. } => {
                let certificate = self.signer_of(message.get("signPubKeyCert"), now)?;
                let signature = from_base64(signature).ok_or(Untrusted::BadSignature)?;
                certificate.public_key().verify(sha256_hex(&canonical).as_bytes(), &signature)
            }
            Self::SecureKey(key) => key.verify(&canonical, signature),
        };
        if matches { Ok(()) } else { Err(Untrusted::BadSignature) }
    }

    const fn method(&self) -> SignMethod {
        match self {
            Self::Certificates { .. } => SignMethod::Certificate,
            Self::SecureKey(key) => key.method(),
        }
    }

    /// The certificate that a message brought, once it is believed.
    fn signer_of(&self, pem: Option<&str>, now: Timestamp) -> Result<Certificate, Untrusted> {
        let certificate = certificate_in(pem.ok_or(Untrusted::NoCertificate)?)?;
        self.believe(&certificate, now)?;
        match self {
            Self::Certificates { is_test, .. } if is_unionpay(&certificate, *is_test) => Ok(certificate),
            _ => Err(Untrusted::NotUnionPay),
        }
    }

    /// Whether a certificate leads to the account's authority.
    ///
    /// # Errors
    /// `Chain`.
    pub fn believe(&self, certificate: &Certificate, now: Timestamp) -> Result<(), Untrusted> {
        match self {
            Self::Certificates { authority, .. } => authority.verify(certificate, now).map_err(Untrusted::Chain),
            Self::SecureKey(_) => Err(Untrusted::OtherMethod),
        }
    }

    /// The account's authority, where certificates are used.
    #[must_use]
    pub const fn authority(&self) -> Option<&Authority> {
        match self {
            Self::Certificates { authority, .. } => Some(authority),
            Self::SecureKey(_) => None,
        }
    }
}

/// The one certificate of a PEM text.
///
/// # Errors
/// `NoCertificate`.
pub fn certificate_in(pem: &str) -> Result<Certificate, Untrusted> {
    let pem = pem.trim();
    let is_one = pem.starts_with(PEM_BEGIN) && pem.ends_with(PEM_END) && pem.matches("-----BEGIN").count() == 1;
    if !is_one {
        return Err(Untrusted::NoCertificate);
    }
    Certificate::parse(pem).map_err(|_| Untrusted::NoCertificate)
}

/// The name (CN) is `…@…@owner@…`. Every merchant has a certificate of the same authority.
fn is_unionpay(certificate: &Certificate, is_test: bool) -> bool {
    let [name] = certificate.common_names() else { return false };
    let owner = name.split('@').nth(2);
    owner == Some(OWNER) || (is_test && owner == Some(TEST_OWNER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_certificate_is_neither_none_nor_two() {
        let none = ["", "MIIB", "-----BEGIN CERTIFICATE-----\r\n-----END CERTIFICATE-----"];
        for text in none {
            assert_eq!(certificate_in(text).unwrap_err(), Untrusted::NoCertificate, "{text}");
        }
    }
}
