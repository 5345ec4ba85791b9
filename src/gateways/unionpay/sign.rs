//! Signs what UnionPay is told and holds the text behind every signature (ACP 5.1.0). By certificate
//! (signMethod 01), or by a shared key with SHA-256 (11) or SM3 (12).
//! Promises: the values sent are the very values signed. Refuses: version 5.0.0 and its SHA-1.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

use super::message::Charset;
use crate::crypto::digest::sha256_hex;
use crate::crypto::rsa::SigningKey;
use crate::crypto::sm3::sm3_hex;
use crate::crypto::{compare, to_base64};

pub const VERSION: &str = "5.1.0";
pub const SIGNATURE: &str = "signature";

/// The fields of one message, by name in byte order.
pub type Fields = BTreeMap<String, String>;

/// How messages are proven (signMethod).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignMethod {
    /// 01: RSA, with certificates.
    Certificate,
    /// 11: a shared key, hashed with SHA-256.
    Sha256,
    /// 12: a shared key, hashed with SM3.
    Sm3,
}

impl SignMethod {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "01",
            Self::Sha256 => "11",
            Self::Sm3 => "12",
        }
    }
}

/// The text behind a signature: names in byte order, `signature` left out, nothing encoded.
#[must_use]
pub fn canonical<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in fields.into_iter().filter(|(name, _)| *name != SIGNATURE) {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}

/// The shared key of one merchant (密钥), of which only the hash is ever needed.
pub struct SecureKey {
    method: SignMethod,
    hash: Zeroizing<String>,
}

impl SecureKey {
    /// `None` for the method that has no shared key.
    #[must_use]
    pub fn new(method: SignMethod, key: &str) -> Option<Self> {
        let hash = match method {
            SignMethod::Certificate => return None,
            SignMethod::Sha256 => sha256_hex(key.as_bytes()),
            SignMethod::Sm3 => sm3_hex(key.as_bytes()),
        };
        Some(Self { method, hash: Zeroizing::new(hash) })
    }

    #[must_use]
    pub const fn method(&self) -> SignMethod {
        self.method
    }

    /// Lower-case hex, which is the signature itself.
    #[must_use]
    pub fn sign(&self, canonical: &[u8]) -> String {
        let keyed = Zeroizing::new([canonical, b"&", self.hash.as_bytes()].concat());
        match self.method {
            SignMethod::Sm3 => sm3_hex(&keyed),
            SignMethod::Certificate | SignMethod::Sha256 => sha256_hex(&keyed),
        }
    }

    #[must_use]
    pub fn verify(&self, canonical: &[u8], signature: &str) -> bool {
        compare::equal(self.sign(canonical).as_bytes(), signature.as_bytes())
    }
}

impl fmt::Debug for SecureKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecureKey({:?})", self.method)
    }
}

/// Who signs requests.
#[derive(Debug)]
pub enum Signer {
    Certificate {
        key: Box<SigningKey>,
        /// The serial number of the signing certificate in decimal digits (certId).
        cert_id: String,
    },
    SecureKey(SecureKey),
}

impl Signer {
    #[must_use]
    pub const fn method(&self) -> SignMethod {
        match self {
            Self::Certificate { .. } => SignMethod::Certificate,
            Self::SecureKey(key) => key.method(),
        }
    }

    /// The fields as they are sent: trimmed, without empty ones, with their signature. The same fields give
    /// the same signature.
    #[must_use]
    pub fn sign(&self, fields: &Fields) -> Fields {
        let mut signed: Fields = fields
            .iter()
            .map(|(name, value)| (name.clone(), value.trim().to_owned()))
            .filter(|(name, value)| !value.is_empty() && name != SIGNATURE)
            .collect();
        signed.insert("version".to_owned(), VERSION.to_owned());
        signed.insert("signMethod".to_owned(), self.method().as_str().to_owned());
        let charset = signed.entry("encoding".to_owned()).or_insert_with(|| Charset::Utf8.as_str().to_owned());
        let charset = Charset::named(charset).unwrap_or_default();
        if let Self::Certificate { cert_id, .. } = self {
            signed.insert("certId".to_owned(), cert_id.clone());
        }
        let text = charset.encode(&canonical(signed.iter().map(|(n, v)| (n.as_str(), v.as_str()))));
        let signature = match self {
            // The hash is signed as text, so that everything is hashed twice.
            Self::Certificate { key, .. } => to_base64(&key.sign(sha256_hex(&text).as_bytes())),
            Self::SecureKey(key) => key.sign(&text),
        };
        signed.insert(SIGNATURE.to_owned(), signature);
        signed
    }
}

/// Signed fields as the body of a server's request.
#[must_use]
pub fn encoded(fields: &Fields) -> String {
    let charset = fields.get("encoding").and_then(|name| Charset::named(name)).unwrap_or_default();
    let mut body = String::new();
    for (name, value) in fields {
        if !body.is_empty() {
            body.push('&');
        }
        body.extend(form_urlencoded::byte_serialize(name.as_bytes()));
        body.push('=');
        body.extend(form_urlencoded::byte_serialize(&charset.encode(value)));
    }
    body
}
