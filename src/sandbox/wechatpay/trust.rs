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

/// §5.2: when a successor is announced and from when either certificate signs.
const ANNOUNCED_BEFORE_S: i64 = 10 * 86_400;
const BOTH_SIGN_BEFORE_S: i64 = 5 * 86_400;
/// §5.3, of a thousand notifications, day by day.
const GRADUAL_PER_MILLE: [u16; 7] = [1, 10, 50, 100, 200, 500, 1000];

pub(super) struct Trust {
    pub(super) mode: TrustMode,
    pub(super) public_key_id: String,
    pub(super) public_key: KeyPair,
    pub(super) certificates: Vec<PlatformCertificate>,
    /// Becomes a certificate when the last one nears its end.
    pub(super) successor: Option<KeyPair>,
    /// Of a thousand notifications during the migration, how many the public key signs.
    pub(super) public_key_per_mille: u16,
    /// Since when the share grows by itself, day by day.
    pub(super) migrating_since: Option<Timestamp>,
    /// Notifications and unnamed answers so far; says whose turn it is.
    pub(super) turns: u64,
}

impl Trust {
    fn public_key(&self) -> ServingKey {
        ServingKey { serial: self.public_key_id.clone(), pair: self.public_key.clone() }
    }

    pub(super) fn certificates_in_force(&self, now: Timestamp) -> Vec<&PlatformCertificate> {
        self.certificates.iter().filter(|certificate| certificate.is_in_force(now)).collect()
    }

    fn named_certificate(&self, serial: &str, now: Timestamp) -> Option<ServingKey> {
        let found = self.certificates_in_force(now).into_iter().find(|certificate| certificate.serial == serial)?;
        Some(found.serving_key())
    }

    /// A key of this merchant's by its name on the wire, if it is in use.
    pub(super) fn key_named(&self, name: &str, now: Timestamp) -> Option<ServingKey> {
        if name == self.public_key_id {
            return (self.mode != TrustMode::Certificates).then(|| self.public_key());
        }
        self.named_certificate(name, now).filter(|_| self.mode != TrustMode::PublicKey)
    }

    /// Announces a successor when the last certificate nears its end.
    pub(super) fn advance(&mut self, now: Timestamp) {
        let Some(last) = self.certificates.last() else { return };
        let announced_at = last.expires_at.plus_s(-ANNOUNCED_BEFORE_S);
        if now < announced_at {
            return;
        }
        let signs_from = last.expires_at.plus_s(-BOTH_SIGN_BEFORE_S);
        let Some(pair) = self.successor.take() else { return };
        if let Ok(mut successor) = PlatformCertificate::issue(pair, announced_at) {
            successor.signs_from = signs_from;
            self.certificates.push(successor);
        }
    }

    /// The certificate whose turn it is among those that sign already.
    fn signing_certificate(&self, turn: u64, now: Timestamp) -> Option<ServingKey> {
        let signing: Vec<&PlatformCertificate> =
            self.certificates_in_force(now).into_iter().filter(|certificate| certificate.signs_from <= now).collect();
        let at = usize::try_from(turn).unwrap_or_default() % signing.len().max(1);
        signing.get(at).map(|certificate| certificate.serving_key())
    }

    fn take_turn(&mut self) -> u64 {
        self.turns += 1;
        self.turns - 1
    }

    /// §3.4: the request's `Wechatpay-Serial` names the key; an unknown name gets the default.
    pub(super) fn key_for_answer(&mut self, named: Option<&str>, now: Timestamp) -> ServingKey {
        let named_certificate = named.and_then(|serial| self.named_certificate(serial, now));
        let found = match self.mode {
            TrustMode::PublicKey => None,
            TrustMode::Certificates => named_certificate.or_else(|| {
                let turn = self.take_turn();
                self.signing_certificate(turn, now)
            }),
            TrustMode::Both => named_certificate,
        };
        found.unwrap_or_else(|| self.public_key())
    }

    pub(super) fn per_mille(&self, now: Timestamp) -> u16 {
        let Some(since) = self.migrating_since else { return self.public_key_per_mille.min(1000) };
        let day = usize::try_from(now.seconds_since(since) / 86_400).unwrap_or_default();
        GRADUAL_PER_MILLE[day.min(GRADUAL_PER_MILLE.len() - 1)]
    }

    /// Spread evenly instead of by chance, so that a test sees both keys when it expects to.
    pub(super) fn key_for_notification(&mut self, now: Timestamp) -> ServingKey {
        let turn = self.take_turn();
        let share = u64::from(self.per_mille(now));
        let by_public_key = match self.mode {
            TrustMode::PublicKey => true,
            TrustMode::Certificates => false,
            TrustMode::Both => (turn + 1) * share / 1000 > turn * share / 1000,
        };
        if by_public_key {
            return self.public_key();
        }
        self.signing_certificate(turn, now).unwrap_or_else(|| self.public_key())
    }
}
