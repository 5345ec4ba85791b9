//! Which keys of Alipay an account believes: one public key, or certificates chosen per message by serial
//! number. Promises: a downloaded certificate enters only when it is the one asked for and leads to a root
//! of the configured file; old ones stay, for messages under way.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::sign::certificate_sn;
use crate::clock::Timestamp;
use crate::crypto::certificate::{Certificate, read_bundle};
use crate::crypto::from_base64;
use crate::crypto::rsa::VerifyingKey;
use crate::gateways::{ExpiringCredential, Rejected};

/// A chain longer than this is not followed.
const MAX_CHAIN: usize = 4;

/// The keys of one account.
#[derive(Debug)]
pub(super) enum Trust {
    PublicKey(VerifyingKey),
    Certificates(Box<Certificates>),
}

#[derive(Debug)]
pub(super) struct Certificates {
    app: Certificate,
    /// By serial number; the configured one first.
    known: ArcSwap<Vec<(String, Certificate)>>,
    intermediates: Vec<Certificate>,
    roots: Vec<Certificate>,
}

/// Why a downloaded certificate was not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum DownloadError {
    #[error("it cannot be read")]
    Malformed,
    #[error("it has another serial number than was asked for")]
    SerialMismatch,
    #[error("it is outside its dates")]
    Expired,
    #[error("it does not lead to a root of alipay_root_certificate")]
    NoChain,
}

impl Trust {
    pub(super) const fn of_public_key(key: VerifyingKey) -> Self {
        Self::PublicKey(key)
    }

    /// `alipay` is the configured file: its first certificate signs, the others are intermediates.
    pub(super) fn of_certificates(app: Certificate, alipay: Vec<Certificate>, roots: Vec<Certificate>) -> Self {
        let mut alipay = alipay.into_iter();
        let known: Vec<_> = alipay.next().map(|leaf| (certificate_sn(&leaf), leaf)).into_iter().collect();
        Self::Certificates(Box::new(Certificates {
            app,
            known: ArcSwap::from_pointee(known),
            intermediates: alipay.collect(),
            roots,
        }))
    }

    /// The keys that may have signed a message: the one of the serial number it names, or, as some messages
    /// name none, each that is known.
    ///
    /// # Errors
    /// `UnknownKey`.
    pub(super) fn find(&self, cert_sn: Option<&str>) -> Result<Vec<VerifyingKey>, Rejected> {
        let keys: Vec<VerifyingKey> = match self {
            Self::PublicKey(key) => vec![key.clone()],
            Self::Certificates(held) => {
                let named = cert_sn.filter(|sn| !sn.is_empty());
                let is_meant = |name: &str| named.is_none_or(|sn| name.eq_ignore_ascii_case(sn));
                let known = held.known.load();
                known.iter().filter(|(name, _)| is_meant(name)).map(|(_, c)| c.public_key().clone()).collect()
            }
        };
        if keys.is_empty() { Err(Rejected::UnknownKey) } else { Ok(keys) }
    }

    /// Takes in what a download of `cert_sn` gave: base64 of PEM text. `is_sandbox` forgives the dates of
    /// intermediates, which Alipay's test system does not renew.
    pub(super) fn take_in(
        &self,
        content: &str,
        cert_sn: &str,
        is_sandbox: bool,
        now: Timestamp,
    ) -> Result<(), DownloadError> {
        let Self::Certificates(held) = self else { return Err(DownloadError::NoChain) };
        let pem = from_base64(content).and_then(|bytes| String::from_utf8(bytes).ok());
        let chain = read_bundle(&pem.ok_or(DownloadError::Malformed)?);
        let mut chain = chain.into_iter().flatten();
        let leaf = chain.next().ok_or(DownloadError::Malformed)?;
        let name = certificate_sn(&leaf);
        if !name.eq_ignore_ascii_case(cert_sn) {
            return Err(DownloadError::SerialMismatch);
        }
        if !is_in_force(&leaf, now) {
            return Err(DownloadError::Expired);
        }
        let between: Vec<_> = chain.chain(held.intermediates.iter().cloned()).collect();
        if !held.leads_to_root(&leaf, &between, is_sandbox, now) {
            return Err(DownloadError::NoChain);
        }
        let mut known = Vec::clone(&held.known.load());
        known.push((name, leaf));
        held.known.store(Arc::new(known));
        Ok(())
    }

    /// What ends within that many seconds: the application certificate (every call stops with it), and
    /// Alipay's newest.
    pub(super) fn expiring(&self, within_s: i64, now: Timestamp) -> Vec<ExpiringCredential> {
        let Self::Certificates(held) = self else { return Vec::new() };
        let known = held.known.load();
        let newest = known.iter().map(|(_, c)| c).max_by_key(|c| c.not_after());
        let both = [("merchant_certificate", Some(&held.app)), ("platform_certificate", newest)];
        both.into_iter()
            .filter_map(|(code, certificate)| Some((code, certificate?)))
            .filter(|(_, certificate)| certificate.not_after() < now.plus_s(within_s))
            .map(|(code, certificate)| ExpiringCredential {
                code: code.to_owned(),
                serial: certificate_sn(certificate),
                expires_at: certificate.not_after(),
            })
            .collect()
    }

    /// The subject of the application certificate, which names its app id.
    pub(super) fn app_certificate(&self) -> Option<&Certificate> {
        match self {
            Self::PublicKey(_) => None,
            Self::Certificates(held) => Some(&held.app),
        }
    }
}

impl Certificates {
    fn leads_to_root(&self, leaf: &Certificate, between: &[Certificate], is_sandbox: bool, now: Timestamp) -> bool {
        let mut current = leaf;
        for _ in 0..MAX_CHAIN {
            if self.roots.iter().any(|root| is_issued_by(current, root) && is_in_force(root, now)) {
                return true;
            }
            let issuer = between.iter().find(|c| is_issued_by(current, c) && (is_sandbox || is_in_force(c, now)));
            match issuer {
                Some(issuer) => current = issuer,
                None => return false,
            }
        }
        false
    }
}

/// By name, signature and the right to sign: merchants hold certificates under the same roots, which sign nothing.
fn is_issued_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    issuer.is_authority() && certificate.names_as_issuer(issuer) && certificate.is_signed_by(issuer)
}

fn is_in_force(certificate: &Certificate, now: Timestamp) -> bool {
    certificate.not_before() <= now && now <= certificate.not_after()
}
