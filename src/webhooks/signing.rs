//! Signs webhooks as the Standard Webhooks specification says (HMAC-SHA-256 over
//! `id.timestamp.body`, header value `v1,<base64>`).
//! Promises: a secret never appears in `Debug`; several secrets sign at once, so a shop can change
//! its secret without losing a delivery. Refuses secrets below 24 or above 64 bytes.

use std::fmt;

use secrecy::{ExposeSecret, SecretSlice, SecretString};
use zeroize::Zeroizing;

use crate::crypto::digest::hmac_sha256;
use crate::crypto::{compare, from_base64, random, to_base64};

/// Header with the event's id, the same on every try.
pub const ID_HEADER: &str = "webhook-id";
/// Header with the moment of this try, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// Header with one signature for each secret in force.
pub const SIGNATURE_HEADER: &str = "webhook-signature";
/// How far a receiver lets the timestamp be from its own clock.
pub const TOLERANCE_S: i64 = 5 * 60;

const SECRET_PREFIX: &str = "whsec_";
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
const GENERATED_SECRET_BYTES: usize = 32;
const SIGNATURE_VERSION: &str = "v1,";

/// The key a webhook endpoint shares with us.
pub struct Secret(SecretSlice<u8>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is written whsec_ and then 24 to 64 bytes in base64")]
pub struct InvalidSecret;

/// Why a webhook is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the timestamp is more than five minutes from our clock")]
    Stale,
    #[error("no signature matches the message")]
    Mismatch,
}

impl Secret {
    #[must_use]
    pub fn generate() -> Self {
        let key = Zeroizing::new(random::bytes::<GENERATED_SECRET_BYTES>());
        Self(SecretSlice::from(key.to_vec()))
    }

    /// # Errors
    /// When the text is not `whsec_` and 24 to 64 bytes in base64.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let encoded = text.strip_prefix(SECRET_PREFIX).ok_or(InvalidSecret)?;
        let key = Zeroizing::new(from_base64(encoded).ok_or(InvalidSecret)?);
        if SECRET_BYTES.contains(&key.len()) { Ok(Self(SecretSlice::from(key.to_vec()))) } else { Err(InvalidSecret) }
    }

    /// The text the merchant gives to the receiving shop.
    #[must_use]
    pub fn to_text(&self) -> SecretString {
        let encoded = Zeroizing::new(to_base64(self.0.expose_secret()));
        SecretString::from(format!("{SECRET_PREFIX}{}", *encoded))
    }

    fn signature(&self, id: &str, timestamp_s: i64, body: &[u8]) -> [u8; 32] {
        let mut message = format!("{id}.{timestamp_s}.").into_bytes();
        message.extend_from_slice(body);
        hmac_sha256(self.0.expose_secret(), &message)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

/// The value of [`SIGNATURE_HEADER`]: one `v1,…` for each secret, separated by spaces.
#[must_use]
pub fn sign(secrets: &[&Secret], id: &str, timestamp_s: i64, body: &[u8]) -> String {
    let signatures: Vec<_> = secrets
        .iter()
        .map(|secret| format!("{SIGNATURE_VERSION}{}", to_base64(&secret.signature(id, timestamp_s, body))))
        .collect();
    signatures.join(" ")
}

/// What a receiving shop does: believes the message if any signature in the header is that of any
/// secret it holds, and the timestamp is within [`TOLERANCE_S`] of its clock.
///
/// # Errors
/// When the timestamp is stale or no signature matches.
pub fn verify(
    secrets: &[&Secret],
    id: &str,
    timestamp_s: i64,
    signature_header: &str,
    body: &[u8],
    now_s: i64,
) -> Result<(), SignatureError> {
    if now_s.abs_diff(timestamp_s) > TOLERANCE_S.unsigned_abs() {
        return Err(SignatureError::Stale);
    }
    let expected: Vec<_> = secrets.iter().map(|secret| secret.signature(id, timestamp_s, body)).collect();
    let matches = signature_header
        .split(' ')
        .filter_map(|entry| from_base64(entry.strip_prefix(SIGNATURE_VERSION)?))
        .any(|given| expected.iter().any(|signature| compare::equal(signature, &given)));
    if matches { Ok(()) } else { Err(SignatureError::Mismatch) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret(byte: u8) -> Secret {
        Secret::parse(&format!("whsec_{}", to_base64(&[byte; 24]))).unwrap()
    }

    #[test]
    fn the_specification_s_own_example_comes_out() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let header = sign(&[&secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(header, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn secrets_are_24_to_64_bytes_and_survive_their_text() {
        for (length, fits) in [(23, false), (24, true), (64, true), (65, false)] {
            let text = format!("whsec_{}", to_base64(&vec![7; length]));
            assert_eq!(Secret::parse(&text).is_ok(), fits, "{length} bytes");
        }
        assert!(Secret::parse(&to_base64(&[7; 32])).is_err(), "no prefix");
        assert!(Secret::parse("whsec_!!!").is_err());
        let fresh = Secret::generate();
        let text = fresh.to_text();
        assert_eq!(Secret::parse(text.expose_secret()).unwrap().0.expose_secret(), fresh.0.expose_secret());
        assert!(!format!("{fresh:?}").contains(&text.expose_secret()[6..]));
    }

    #[test]
    fn while_a_secret_is_being_changed_old_and_new_receivers_both_believe() {
        let (old, new, other) = (secret(1), secret(2), secret(3));
        let header = sign(&[&new, &old], "evt_1", 1000, b"{}");
        assert_eq!(verify(&[&old], "evt_1", 1000, &header, b"{}", 1000), Ok(()));
        assert_eq!(verify(&[&new], "evt_1", 1000, &header, b"{}", 1300), Ok(()));
        assert_eq!(verify(&[&other], "evt_1", 1000, &header, b"{}", 1000), Err(SignatureError::Mismatch));
        assert_eq!(verify(&[&new], "evt_1", 1000, &header, b"{}", 1301), Err(SignatureError::Stale));
        assert_eq!(verify(&[&new], "evt_1", 1000, &header, b"{}", 699), Err(SignatureError::Stale));
        assert_eq!(verify(&[&new], "evt_1", i64::MIN, &header, b"{}", i64::MAX), Err(SignatureError::Stale));
        assert_eq!(verify(&[&new], "evt_1", 1000, "", b"{}", 1000), Err(SignatureError::Mismatch));
    }

    proptest! {
        #[test]
        fn the_reference_library_agrees(key in proptest::collection::vec(any::<u8>(), 24..=64), body in "\\PC*") {
            let text = format!("whsec_{}", to_base64(&key));
            let theirs = standardwebhooks::Webhook::new(&text).unwrap();
            let now_s = crate::clock::Clock::now(&crate::clock::SystemClock).as_seconds();
            let ours = sign(&[&Secret::parse(&text).unwrap()], "evt_1", now_s, body.as_bytes());
            prop_assert_eq!(&theirs.sign("evt_1", now_s, body.as_bytes()).unwrap(), &ours);

            let mut headers = reqwest::header::HeaderMap::new();
            headers.insert(ID_HEADER, "evt_1".parse().unwrap());
            headers.insert(TIMESTAMP_HEADER, now_s.to_string().parse().unwrap());
            headers.insert(SIGNATURE_HEADER, ours.parse().unwrap());
            prop_assert!(theirs.verify(body.as_bytes(), &headers).is_ok());
        }

        #[test]
        fn a_changed_body_is_not_believed(body in proptest::collection::vec(any::<u8>(), 1..200), at: prop::sample::Index, flip in 1_u8..) {
            let secret = secret(9);
            let header = sign(&[&secret], "evt_1", 1000, &body);
            let mut changed = body.clone();
            changed[at.index(body.len())] ^= flip;
            prop_assert_eq!(verify(&[&secret], "evt_1", 1000, &header, &changed, 1000), Err(SignatureError::Mismatch));
        }
    }
}
