//! Signs what Alipay sends: the very bytes of an answer's node (§4.2), the canonical string of
//! notifications and returns (§5.3, §6.1), and version 3's three lines (§9.2).
//!
//! Flawed signatures exist only for faults that a script asked for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::keys::{KeyPair, random_alphanumeric};
use crate::clock::Timestamp;

/// A key of Alipay's, and in certificate mode the number of its certificate.
#[derive(Clone)]
pub(super) struct ServingKey {
    pub(super) pair: KeyPair,
    pub(super) cert_sn: Option<String>,
}

/// How a signature is made to fail a careful reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignatureFlaw {
    Wrong,
    Missing,
    /// Names a certificate that nobody has.
    UnknownCertificate,
}

/// Three lines, the last one ended as well (§9.2).
pub(super) fn answer_text(timestamp: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    [timestamp.as_bytes(), b"\n", nonce.as_bytes(), b"\n", body, b"\n"].concat()
}

impl ServingKey {
    /// `None` where the flaw is that there is none.
    pub(super) fn sign(&self, message: &[u8], flaw: Option<SignatureFlaw>) -> Option<String> {
        match flaw {
            Some(SignatureFlaw::Missing) => None,
            Some(SignatureFlaw::Wrong) => Some(STANDARD.encode(self.pair.sign(&[message, b"tampered"].concat()))),
            Some(SignatureFlaw::UnknownCertificate) | None => Some(STANDARD.encode(self.pair.sign(message))),
        }
    }

    pub(super) fn told_cert_sn(&self, flaw: Option<SignatureFlaw>) -> Option<String> {
        let known = self.cert_sn.clone()?;
        if flaw == Some(SignatureFlaw::UnknownCertificate) {
            return Some(hex::encode(rand::random::<[u8; 16]>()));
        }
        Some(known)
    }

    /// The headers of a version 3 answer.
    pub(super) fn headers(
        &self,
        body: &[u8],
        now: Timestamp,
        flaw: Option<SignatureFlaw>,
    ) -> Vec<(&'static str, String)> {
        let (timestamp, nonce) = (now.as_millis().to_string(), random_alphanumeric(32));
        let message = answer_text(&timestamp, &nonce, body);
        let mut headers = vec![("alipay-timestamp", timestamp), ("alipay-nonce", nonce)];
        headers.extend(self.sign(&message, flaw).map(|signature| ("alipay-signature", signature)));
        headers.extend(self.told_cert_sn(flaw).map(|sn| ("alipay-sn", sn)));
        headers
    }
}
