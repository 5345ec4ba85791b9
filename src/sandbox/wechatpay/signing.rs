//! Signs what WeChat Pay sends: every 2xx answer, 204 included, and every notification (§4).
//!
//! Promises: a fresh timestamp and nonce each time; the signature covers the very bytes sent.
//! Flawed signatures exist only for faults that a script asked for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::keys::{KeyPair, random_alphanumeric, random_digits};
use crate::clock::Timestamp;

const SIGNATURE_TYPE: &str = "WECHATPAY2-SHA256-RSA2048";
/// §4.5: signatures that begin with this are wrong on purpose.
const PROBE_PREFIX: &str = "WECHATPAY/SIGNTEST/";
const STALE_BY_S: i64 = 600;

/// A key of WeChat Pay's and the name it goes by on the wire.
#[derive(Clone)]
pub(super) struct ServingKey {
    pub(super) serial: String,
    pub(super) pair: KeyPair,
}

/// How a signature is made to fail a careful reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignatureFlaw {
    Wrong,
    Missing,
    Probe,
    UnknownSerial,
    StaleTimestamp,
}

pub(super) type Headers = Vec<(&'static str, String)>;

pub(super) fn sign(key: &ServingKey, body: &[u8], now: Timestamp, flaw: Option<SignatureFlaw>) -> Headers {
    if flaw == Some(SignatureFlaw::Missing) {
        return Vec::new();
    }
    let sent_at = match flaw {
        Some(SignatureFlaw::StaleTimestamp) => now.plus_s(-STALE_BY_S),
        _ => now,
    };
    let timestamp = sent_at.as_seconds().to_string();
    let nonce = random_alphanumeric(32);
    let mut message = canonical(&timestamp, &nonce, body);
    if flaw == Some(SignatureFlaw::Wrong) {
        message.extend_from_slice(b"tampered");
    }
    let mut signature = STANDARD.encode(key.pair.sign(&message));
    if flaw == Some(SignatureFlaw::Probe) {
        signature = probe(&signature, now);
    }
    let serial = match flaw {
        Some(SignatureFlaw::UnknownSerial) => unknown_serial(&key.serial),
        _ => key.serial.clone(),
    };
    vec![
        ("Wechatpay-Timestamp", timestamp),
        ("Wechatpay-Nonce", nonce),
        ("Wechatpay-Signature", signature),
        ("Wechatpay-Serial", serial),
        ("Wechatpay-Signature-Type", SIGNATURE_TYPE.to_owned()),
    ]
}

/// Three lines, each ended by LF; an empty body still contributes its LF (§4.2).
fn canonical(timestamp: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    let mut message = format!("{timestamp}\n{nonce}\n").into_bytes();
    message.extend_from_slice(body);
    message.push(b'\n');
    message
}

/// Both shapes seen in the field: one that no strict decoder reads, one that decodes to
/// 256 bytes which do not verify. Which one follows from the second, so both come up.
fn probe(signature: &str, now: Timestamp) -> String {
    if now.as_seconds() % 2 == 0 {
        format!("{PROBE_PREFIX}{signature}")
    } else {
        let kept = signature.get(PROBE_PREFIX.len()..).unwrap_or_default();
        format!("{PROBE_PREFIX}{kept}")
    }
}

fn unknown_serial(known: &str) -> String {
    if known.starts_with("PUB_KEY_ID_") {
        format!("PUB_KEY_ID_{}", random_digits(34))
    } else {
        hex::encode_upper(super::keys::random_serial())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::wechatpay::keys::is_signed_by;
    use rsa::RsaPublicKey;
    use rsa::pkcs8::DecodePublicKey;

    const R1_KEY: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwXNI6sdlknHBnK8Fu2U6Cwor9qY747jP8KAfeBMeveEt1TqaHkLfaSD07trZLhGpfs8/AHqjhgSMO1O10YQWOrrJ4hjIWPKqxbgrYMkBQc+mwdiWp4W3ByCqxBRagCveCXRWCmuJYovl9H/bsDI0iGbpVtEOghJtfciisYSgxcLufUDTRkvwxjIBK1pCRjk33jJ5YTBWTHMRtMAOcFLNF6hdEYdX8SPsgHHeLZ5Lv2T/686w1xtgCHef/sd4uSfWmyzsalQdHG/e4IyYmrhx+O3VBoNDzE3nx23bFeV/RVNCG7cV6VhmYokJNHa/erIPkEmEFID6A5wQOXuxUkmJWwIDAQAB";
    const R1: &str = "mfI1CPqvBrgcXfgXMFjdNIhBf27ACE2YyeWsWV9ZI7T7RU0vHvbQpu9Z32ogzc+k8ZC5n3kz7h70eWKjgqNdKQF0eRp8mVKlmfzMLBVHbssB9jEZEDXThOX1XFqX7s7ymia1hoHQxQagPGzkdWxtlZPZ4ZPvr1RiqkgAu6Is8MZgXXrRoBKqjmSdrP1N7uxzJ/cjfSiis9FiLjuADoqmQ1P7p2N876YPAol7Rn0+GswwAwxldbdLrmVSjfytfSBJFqTMHn4itojgxSWWN1byuckQt8hSTEv/Lg97QoeGniYP17T80pJeQyL3b+295FPHSO2AtvCgyIbKMZ0BALilAA==";

    #[test]
    fn the_published_answer_verifies_over_our_canonical_message() {
        let key = RsaPublicKey::from_public_key_der(&STANDARD.decode(R1_KEY).unwrap()).unwrap();
        let body = br#"{"code_url":"weixin://wxpay/bizpayurl?pr=JyC91EIz1"}"#;
        let message = canonical("1722850421", "d824f2e086d3c1df967785d13fcd22ef", body);
        assert!(is_signed_by(&key, &message, &STANDARD.decode(R1).unwrap()));
        assert!(!is_signed_by(&key, &message[..message.len() - 1], &STANDARD.decode(R1).unwrap()));
    }

    #[test]
    fn an_empty_body_still_has_its_line() {
        const X3: &str = "cnugoDVIEq4dXM1ZX9R/a74hcsCTLx37karpttl0bUR8OvGW0znZC7y//ttkYRmbH67GCnwZui5RqDlIHQUelOCowwEmoixdtR9bGcfM9PjYbVfAEMALfSyLWP7n/4G81OXV7ZL/543Zm5qZ2yRNL5GJvZyQY5S/1mPvMakHv2I9l08m9nzkMASZtSXE2MTeFHMatvkgv/gYu5YDtSMhIFoof8lATwvvRF7WmMgafAsytJMZn43f9L208MCiTMdoMbvZzxWmjMpnGC39YDsRJ7qX9pIVwwi8G49OlOPSGR5HK2I0H9qVkdkpqdlPmO7b7UrlwdDIhxTfa9oSsPPXgA==";
        let message = canonical("1767240001", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS", b"");
        assert_eq!(message.len(), 45);
        let key = crate::sandbox::wechatpay::keys::published_key();
        assert!(is_signed_by(&key, &message, &STANDARD.decode(X3).unwrap()));
    }

    #[test]
    fn both_probe_shapes_come_up() {
        let signature = "A".repeat(344);
        assert_eq!(probe(&signature, Timestamp::from_seconds(2)).len(), 363);
        assert_eq!(probe(&signature, Timestamp::from_seconds(3)).len(), 344);
    }
}
