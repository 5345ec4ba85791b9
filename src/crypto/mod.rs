//! The only code that touches the crypto libraries: aws-lc-rs, x509-parser and p12-keystore for reading, MD5 for
//! names alone, SM3 where a gateway prescribes it.
//! Promises: errors and `Debug` never show key bytes; nothing here panics on data from outside.
//! Refuses: RSA under 2048 bits, RSA decryption, ciphers without authentication but where a gateway signs the ciphertext.

pub mod aead;
mod armor;
pub mod cbc;
pub mod certificate;
pub mod chain;
pub mod compare;
pub mod digest;
pub mod pkcs12;
pub mod random;
pub mod rsa;
pub mod sm3;

/// Standard base64 with padding, as signatures travel.
#[must_use]
pub fn to_base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Strict: padding required, no white space. `None` when the text is anything else.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}
