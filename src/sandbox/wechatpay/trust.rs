//! Which of WeChat Pay's keys signs what for one merchant (§5).
//!
//! Promises: answers are signed by the key the request names when that key is live; while a
//! merchant migrates (`both`), notifications change over by a set percentage.

use serde::{Deserialize, Serialize};

use super::certificates::PlatformCertificate;
use super::keys::KeyPair;
use super::signing::ServingKey;
use crate::clock::Timestamp;

/// How a merchant recognises WeChat Pay's signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustMode {
    /// `PUB_KEY_ID_…` only; there is no certificate to download.
    #[default]
    PublicKey,
    /// Platform certificates only.
    Certificates,
    /// In the middle of the migration from certificates to the public key.
    Both,
}

pub(super) struct Trust {
    pub(super) mode: TrustMode,
    pub(super) public_key_id: String,
    pub(super) public_key: KeyPair,
    pub(super) certificates: Vec<PlatformCertificate>,
    /// Of a hundred notifications during the migration, how many the public key signs.
    pub(super) public_key_percent: u8,
    pub(super) notifications_signed: u64,
}

impl Trust {
    fn public_key(&self) -> ServingKey {
        ServingKey { serial: self.public_key_id.clone(), pair: self.public_key.clone() }
    }

    pub(super) fn certificates_in_force(&self, now: Timestamp) -> Vec<&PlatformCertificate> {
        self.certificates.iter().filter(|certificate| certificate.is_in_force(now)).collect()
    }

    fn newest_certificate(&self, now: Timestamp) -> Option<ServingKey> {
        self.certificates_in_force(now).last().map(|certificate| certificate.serving_key())
    }

    fn named_certificate(&self, serial: &str, now: Timestamp) -> Option<ServingKey> {
        let found = self.certificates_in_force(now).into_iter().find(|certificate| certificate.serial == serial)?;
        Some(found.serving_key())
    }

    /// §3.4: the request's `Wechatpay-Serial` names the key; an unknown name gets the default.
    pub(super) fn key_for_answer(&self, named: Option<&str>, now: Timestamp) -> ServingKey {
        let named_certificate = named.and_then(|serial| self.named_certificate(serial, now));
        let found = match self.mode {
            TrustMode::PublicKey => None,
            TrustMode::Certificates => named_certificate.or_else(|| self.newest_certificate(now)),
            TrustMode::Both => named_certificate,
        };
        found.unwrap_or_else(|| self.public_key())
    }

    /// Spread evenly instead of by chance, so that a test sees both keys when it expects to.
    pub(super) fn key_for_notification(&mut self, now: Timestamp) -> ServingKey {
        let turn = self.notifications_signed;
        self.notifications_signed += 1;
        let percent = u64::from(self.public_key_percent.min(100));
        let by_public_key = match self.mode {
            TrustMode::PublicKey => true,
            TrustMode::Certificates => false,
            TrustMode::Both => (turn + 1) * percent / 100 > turn * percent / 100,
        };
        if by_public_key {
            return self.public_key();
        }
        // §5.2: near a rotation either certificate signs.
        let in_force = self.certificates_in_force(now);
        let at = usize::try_from(turn).unwrap_or_default() % in_force.len().max(1);
        in_force.get(at).map_or_else(|| self.public_key(), |certificate| certificate.serving_key())
    }
}
