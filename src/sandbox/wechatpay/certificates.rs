//! Platform certificates: made, served encrypted under the APIv3 key, rotated (§5.2).
//!
//! Promises: real self-signed X.509 whose own serial is the one announced. A merchant in
//! public-key mode has none and is told so with 404, as new merchants are.

use std::str::FromStr;
use std::time::Duration;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs1v15::Signature;
use serde_json::{Value, json};
use x509_cert::builder::{Builder, CertificateBuilder, Profile};
use x509_cert::der::EncodePem;
use x509_cert::der::asn1::UtcTime;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::{Time, Validity};

use super::calls::{Answer, Commit};
use super::errors::Refusal;
use super::keys::{KeyPair, random_alphanumeric, random_serial};
use super::merchants::Merchant;
use super::signing::ServingKey;
use super::trust::TrustMode;
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;

const SUBJECT: &str = "C=CN,O=Luodi Sandbox,CN=Tenpay.com sign";
const LIFETIME_DAYS: i64 = 5 * 365;
const DAY_S: i64 = 86_400;
const ASSOCIATED_DATA: &str = "certificate";

#[derive(Clone)]
pub(super) struct PlatformCertificate {
    pub(super) serial: String,
    pem: String,
    effective_at: Timestamp,
    pub(super) expires_at: Timestamp,
    /// A successor is announced days before it signs (§5.2).
    pub(super) signs_from: Timestamp,
    pair: KeyPair,
}

impl PlatformCertificate {
    pub(super) fn issue(pair: KeyPair, now: Timestamp) -> Result<Self, SandboxError> {
        Self::issue_for(pair, now, LIFETIME_DAYS * DAY_S)
    }

    pub(super) fn issue_for(pair: KeyPair, now: Timestamp, life_s: i64) -> Result<Self, SandboxError> {
        let (effective_at, expires_at) = (now.plus_s(-DAY_S), now.plus_s(life_s));
        let Own { serial, pem } = self_signed(&pair, SUBJECT, effective_at, expires_at)?;
        Ok(Self { serial, pem, effective_at, expires_at, signs_from: effective_at, pair })
    }

    pub(super) fn is_in_force(&self, now: Timestamp) -> bool {
        self.effective_at <= now && now < self.expires_at
    }

    pub(super) fn serving_key(&self) -> ServingKey {
        ServingKey { serial: self.serial.clone(), pair: self.pair.clone() }
    }

    fn listed(&self, api_v3_key: &str) -> Value {
        let sealed = seal(api_v3_key, self.pem.as_bytes(), ASSOCIATED_DATA);
        json!({
            "serial_no": self.serial,
            "effective_time": self.effective_at.to_beijing_rfc3339(),
            "expire_time": self.expires_at.to_beijing_rfc3339(),
            "encrypt_certificate": {
                "algorithm": "AEAD_AES_256_GCM",
                "nonce": sealed.nonce,
                "associated_data": ASSOCIATED_DATA,
                "ciphertext": sealed.ciphertext,
            },
        })
    }
}

/// A certificate made here, by the serial it carries.
pub(super) struct Own {
    /// Upper-case hex, 40 characters.
    pub(super) serial: String,
    pub(super) pem: String,
}

/// A self-signed X.509 certificate for the pair.
pub(super) fn self_signed(
    pair: &KeyPair,
    subject: &str,
    effective_at: Timestamp,
    expires_at: Timestamp,
) -> Result<Own, SandboxError> {
    let serial = random_serial();
    let validity = Validity { not_before: utc(effective_at)?, not_after: utc(expires_at)? };
    let builder = CertificateBuilder::new(
        Profile::Root,
        SerialNumber::new(&serial).map_err(SandboxError::key)?,
        validity,
        Name::from_str(subject).map_err(SandboxError::key)?,
        SubjectPublicKeyInfoOwned::from_key(pair.public()).map_err(SandboxError::key)?,
        pair.signer(),
    )
    .map_err(SandboxError::key)?;
    let certificate = builder.build::<Signature>().map_err(SandboxError::key)?;
    let pem = certificate.to_pem(x509_cert::der::pem::LineEnding::LF).map_err(SandboxError::key)?;
    Ok(Own { serial: hex::encode_upper(serial), pem })
}

fn utc(at: Timestamp) -> Result<Time, SandboxError> {
    let since_epoch = Duration::from_secs(u64::try_from(at.as_seconds()).unwrap_or_default());
    UtcTime::from_unix_duration(since_epoch).map(Time::UtcTime).map_err(SandboxError::key)
}

/// What AES-256-GCM makes of a text for the merchant (§6.1).
pub(super) struct Sealed {
    pub(super) nonce: String,
    pub(super) ciphertext: String,
}

pub(super) fn seal(api_v3_key: &str, plain: &[u8], associated_data: &str) -> Sealed {
    let nonce = random_alphanumeric(12);
    let cipher = Aes256Gcm::new_from_slice(api_v3_key.as_bytes()).ok();
    let payload = Payload { msg: plain, aad: associated_data.as_bytes() };
    let sealed = cipher.and_then(|cipher| cipher.encrypt(Nonce::from_slice(nonce.as_bytes()), payload).ok());
    Sealed { nonce, ciphertext: STANDARD.encode(sealed.unwrap_or_default()) }
}

/// `GET /v3/certificates`.
pub(super) fn list(merchant: &mut Merchant, commit: &mut Commit<'_>) -> Result<Answer, Refusal> {
    if let Some(algorithm) = commit.query("algorithm_type")
        && !["RSA", "SM2", "ALL"].contains(&algorithm.as_str())
    {
        return Err(Refusal::field("algorithm_type", &Value::String(algorithm), "须为 RSA, SM2, ALL 之一", "query"));
    }
    let in_force = merchant.trust.certificates_in_force(commit.now);
    if merchant.trust.mode == TrustMode::PublicKey || in_force.is_empty() {
        return Err(Refusal::resource_missing("无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥"));
    }
    let data: Vec<Value> = in_force.into_iter().map(|certificate| certificate.listed(&merchant.api_v3_key)).collect();
    Ok(Answer::Json(json!({ "data": data })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_ciphertext_opens_and_ours_has_the_same_form() {
        let key = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
        let cipher = Aes256Gcm::new_from_slice(key.as_bytes()).unwrap();
        let open = |nonce: &str, aad: &str, ciphertext: &str| {
            let payload = Payload { msg: &STANDARD.decode(ciphertext).unwrap(), aad: aad.as_bytes() };
            cipher.decrypt(Nonce::from_slice(nonce.as_bytes()), payload).unwrap()
        };
        assert_eq!(open("uluk4a9R25RW", "associatedData", "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI="), b"message");
        const X2: &str = "LrfomHFv2BCtkGiLG8odd+X4nZgCfAswpzCBNI+YhOmx9Vheq1OhqBDKq/4iHqWVgma7bEJVa4IkLzf+cES7tsChcgjWnZ8wwaw6dbiuJRYqG8Lt4iEecaDBxldR2Bb+kiMTVL9qRA/BBta0bfkCOuq3bMByOqaiVpycoRfVCLprLeXM6gASdzvBdOMtG20BBUyM02EDjeedOy4iGQG6i5/PzZhVhgKbVemm8LRTyJNC8xpVVcQIqM+ZjL0YAN5DKbY1kRGMy7NnwzCcC1fPTI+LqlKyU5UI4r6unnLkGLWwvDz2ff1ulJ+2M1R0ggg+A6VVQXncYiFXO2cCpdlVesIHr2Hlq5x6HpK+G0NtJih1V2QS9PYJXJUagyrzYspVQvRuoxY361GRG/vjfUWlu7p2AsQ4Q6tLqLte8AOJMEIZM3DrDGvT4lk7AVO4nLB+wFSnPb149xpvlSZGP6Tl/qrAUcKGSSxAIauxVwdKj5z5QtKri10=";
        assert!(open("ba9876543210", "", X2).starts_with(br#"{"mchid":"1900007291","out_trade_no":"SYN2026"#));
        let sealed = seal(key, b"message", "");
        assert_eq!(open(&sealed.nonce, "", &sealed.ciphertext), b"message");
    }
}
