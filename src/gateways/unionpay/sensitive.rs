//! Card data (敏感信息), encrypted for UnionPay with its encryption certificate (加密公钥证书), which it renews now and
//! then. Promises: a new certificate is taken in only from a proven answer and when the account's authority issued
//! it; the old one stays in use until then. Refuses: shared-key accounts, which must not send card data.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::clock::Timestamp;
use crate::crypto::certificate::Certificate;
use crate::crypto::rsa::TooLong;
use crate::crypto::to_base64;

/// UnionPay wants to be asked for its certificate once a day, in seconds.
pub const RENEWAL_S: i64 = 24 * 3600;

/// The certificate in use, and when it was last asked for.
#[derive(Debug)]
pub struct Encryption {
    certificate: ArcSwap<Certificate>,
}

/// An encrypted field and the number of the certificate it was encrypted with (encryptCertId).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encrypted {
    pub value: String,
    pub cert_id: String,
}

/// A member of `customerInfo` that must not travel in the open.
const SECRET_MEMBERS: [&str; 3] = ["phoneNo", "cvn2", "expired"];

impl Encryption {
    #[must_use]
    pub fn new(certificate: Certificate) -> Self {
        Self { certificate: ArcSwap::from_pointee(certificate) }
    }

    #[must_use]
    pub fn certificate(&self) -> Arc<Certificate> {
        self.certificate.load_full()
    }

    /// Takes the place of the one in use. The caller has proven it.
    pub fn renew(&self, certificate: Certificate) {
        self.certificate.store(Arc::new(certificate));
    }

    /// Whether it can be used at `now`.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.certificate.load().is_in_force(now)
    }

    /// Encrypts one value, for example a card number (accNo). Differs each time.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn encrypt(&self, plaintext: &[u8]) -> Result<Encrypted, TooLong> {
        let certificate = self.certificate.load();
        let value = to_base64(&certificate.public_key().encrypt_pkcs1(plaintext)?);
        Ok(Encrypted { value, cert_id: certificate.serial_decimal().to_owned() })
    }

    /// The field `customerInfo`: what is known of the cardholder. Telephone, CVN2 and expiry are encrypted
    /// together inside it; the others stay in the caller's order.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn customer_info(&self, members: &[(&str, &str)]) -> Result<String, TooLong> {
        let is_secret = |name: &str| SECRET_MEMBERS.contains(&name);
        let joined = |secret: bool| {
            let pairs = members.iter().filter(|(name, _)| is_secret(name) == secret);
            pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
        };
        let (mut open, secret) = (joined(false), joined(true));
        if !secret.is_empty() {
            let encrypted = self.encrypt(secret.as_bytes())?.value;
            let comma = if open.is_empty() { "" } else { "&" };
            open = format!("{open}{comma}encryptedInfo={encrypted}");
        }
        Ok(to_base64(format!("{{{open}}}").as_bytes()))
    }
}

/// The block that a card's PIN is encrypted as (ISO 9564 format 0): length and digits, combined with the card
/// number. `None` unless both are digits and the PIN has 4 to 12 of them.
#[must_use]
pub fn pin_block(card_no: &str, pin: &str) -> Option<[u8; 8]> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(card_no) || !digits(pin) || !(4..=12).contains(&pin.len()) || card_no.len() < 13 {
        return None;
    }
    let own = format!("{:02X}{pin:F<14}", pin.len());
    // The twelve digits left of the check digit.
    let card = format!("0000{}", card_no.get(card_no.len() - 13..card_no.len() - 1)?);
    let (own, card) = (hex::decode(own).ok()?, hex::decode(card).ok()?);
    let mut block = [0; 8];
    for (slot, (a, b)) in block.iter_mut().zip(own.into_iter().zip(card)) {
        *slot = a ^ b;
    }
    Some(block)
}
