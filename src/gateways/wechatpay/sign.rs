//! What WeChat Pay signs, byte for byte: our requests, its answers and its notifications.
//! The bytes must be those on the wire; reading JSON and writing it again breaks every signature.

use crate::clock::Timestamp;
use crate::crypto::rsa::{SigningKey, VerifyingKey};
use crate::crypto::{from_base64, random, to_base64};
use crate::gateways::Rejected;

/// The only signature type this program implements.
pub const SIGNATURE_TYPE: &str = "WECHATPAY2-SHA256-RSA2048";
/// How far a timestamp may lie from our clock, either way, in seconds. 300 itself is accepted.
pub const WINDOW_S: u64 = 300;
/// WeChat marks deliberately wrong signatures with this, to find merchants that do not verify. They
/// fail like any other; the mark only keeps them out of the alarms.
pub const PROBE_PREFIX: &str = "WECHATPAY/SIGNTEST/";

/// Lines that each end in LF, the last one too.
#[must_use]
pub fn canonical(lines: &[&[u8]]) -> Vec<u8> {
    let mut message = Vec::with_capacity(lines.iter().map(|l| l.len() + 1).sum());
    for line in lines {
        message.extend_from_slice(line);
        message.push(b'\n');
    }
    message
}

/// The message behind a request's signature. `target` is path and query as sent; `timestamp` is in
/// seconds; `body` is empty for GET.
#[must_use]
pub fn canonical_request(method: &str, target: &str, timestamp: i64, nonce: &str, body: &[u8]) -> Vec<u8> {
    let timestamp = timestamp.to_string();
    canonical(&[method.as_bytes(), target.as_bytes(), timestamp.as_bytes(), nonce.as_bytes(), body])
}

/// The message behind the signature of an answer or a notification. Empty for 204.
#[must_use]
pub fn canonical_answer(timestamp: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    canonical(&[timestamp.as_bytes(), nonce.as_bytes(), body])
}

/// The message behind the signature that a shopper's client hands to the wallet. `package` is
/// `prepay_id=…` inside WeChat and the bare `prepay_id` in an app.
#[must_use]
pub fn canonical_client(appid: &str, timestamp: &str, nonce: &str, package: &str) -> Vec<u8> {
    canonical(&[appid.as_bytes(), timestamp.as_bytes(), nonce.as_bytes(), package.as_bytes()])
}

/// Who signs requests.
#[derive(Debug)]
pub struct Signer {
    pub mchid: String,
    /// Of the merchant's certificate, never of WeChat's.
    pub merchant_serial: String,
    pub key: SigningKey,
}

impl Signer {
    /// The `Authorization` header with a fresh nonce.
    #[must_use]
    pub fn authorize(&self, method: &str, target: &str, now: Timestamp, body: &[u8]) -> String {
        let (timestamp, nonce) = (now.as_seconds(), random::alphanumeric(32));
        let signature = to_base64(&self.key.sign(&canonical_request(method, target, timestamp, &nonce, body)));
        let (mchid, serial) = (&self.mchid, &self.merchant_serial);
        format!(
            "{SIGNATURE_TYPE} mchid=\"{mchid}\",nonce_str=\"{nonce}\",signature=\"{signature}\",\
             timestamp=\"{timestamp}\",serial_no=\"{serial}\""
        )
    }
}

/// The signature headers of an answer or notification: present, of a known type and fresh, but not
/// yet verified.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    timestamp: &'a str,
    nonce: &'a str,
    signature: &'a str,
    pub serial: &'a str,
}

impl<'a> Claim<'a> {
    /// The checks that need no key, in the order of the protocol. `header` is asked lower-case names.
    ///
    /// # Errors
    /// `Unsigned`, `UnsupportedSignatureType`, `Stale`.
    pub fn read(header: impl Fn(&str) -> Option<&'a str>, now: Timestamp) -> Result<Self, Rejected> {
        let required = |name| header(name).filter(|v| !v.is_empty()).ok_or(Rejected::Unsigned);
        let claim = Self {
            timestamp: required("wechatpay-timestamp")?,
            nonce: required("wechatpay-nonce")?,
            signature: required("wechatpay-signature")?,
            serial: required("wechatpay-serial")?,
        };
        if header("wechatpay-signature-type").is_some_and(|t| t != SIGNATURE_TYPE) {
            return Err(Rejected::UnsupportedSignatureType);
        }
        let at: i64 = claim.timestamp.parse().map_err(|_| Rejected::Unsigned)?;
        if now.as_seconds().abs_diff(at) > WINDOW_S {
            return Err(Rejected::Stale);
        }
        Ok(claim)
    }

    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.signature.starts_with(PROBE_PREFIX)
    }

    /// # Errors
    /// `BadSignature`.
    pub fn verify(&self, key: &VerifyingKey, body: &[u8]) -> Result<(), Rejected> {
        let signature = from_base64(self.signature).ok_or(Rejected::BadSignature)?;
        let message = canonical_answer(self.timestamp, self.nonce, body);
        if key.verify(&message, &signature) { Ok(()) } else { Err(Rejected::BadSignature) }
    }
}
