//! What Antom signs, byte for byte: our requests, its answers and its notifications, all by one rule.
//! The bytes must be those on the wire, and the path the one that is really called.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::crypto::rsa::{SigningKey, VerifyingKey};
use crate::crypto::{from_base64, to_base64};
use crate::gateways::Rejected;

const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The bytes behind a signature. `time` is the `request-time` or `response-time` as it stands in the header.
#[must_use]
pub fn canonical(path: &str, client_id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    let mut message = format!("POST {path}\n{client_id}.{time}.").into_bytes();
    message.extend_from_slice(body);
    message
}

/// The `signature` header of a message.
#[must_use]
pub fn header(key: &SigningKey, message: &[u8]) -> String {
    let signature = to_base64(&key.sign(message));
    format!("algorithm=RSA256,keyVersion=1,signature={}", utf8_percent_encode(&signature, VALUE))
}

/// Verifies the `signature` header of an answer or a notification.
///
/// # Errors
/// `Unsigned`, `UnsupportedSignatureType`, `BadSignature`.
pub fn verify(header: Option<&str>, message: &[u8], key: &VerifyingKey) -> Result<(), Rejected> {
    let header = header.ok_or(Rejected::Unsigned)?;
    let field = |name: &str| {
        header.split(',').filter_map(|part| part.trim().split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v)
    };
    if field("algorithm") != Some("RSA256") {
        return Err(Rejected::UnsupportedSignatureType);
    }
    let signature = field("signature").ok_or(Rejected::Unsigned)?;
    let signature = percent_decode_str(signature).decode_utf8().map_err(|_| Rejected::Unsigned)?;
    let signature = from_base64(&signature).ok_or(Rejected::Unsigned)?;
    if key.verify(message, &signature) { Ok(()) } else { Err(Rejected::BadSignature) }
}
