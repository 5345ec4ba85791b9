//! Whether a certificate leads to an authority (CA) that an account has been given: leaf, middle, root.
//! Promises: every link is proven by name, signature, dates and the right to sign. Certificates signed with
//! SHA-1 pass here and nowhere else: one gateway's authority signs no others.
//! Refuses: a leaf that the root signed itself, longer chains, certificates that came with a message.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::certificate::Certificate;
use crate::clock::Timestamp;

/// Leaves whose links are remembered. A gateway signs with one or two; others of the same authority may be shown
/// to us by anybody.
const REMEMBERED: usize = 8;

/// The authority of one account. Several of each kind may be held at once, for the time of a change.
#[derive(Debug, Clone)]
pub struct Authority {
    middles: Vec<Certificate>,
    roots: Vec<Certificate>,
    proven: Arc<Mutex<VecDeque<Proven>>>,
}

/// What the signatures prove of one leaf, whatever the time: the middles that issued it, by their places, each with
/// the roots that issued the middle.
#[derive(Debug, Clone)]
struct Proven {
    leaf_der: Vec<u8>,
    issuers: Vec<(usize, Vec<usize>)>,
}

/// Why a certificate is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    #[error("the certificate is outside its dates")]
    OutsideDates,
    #[error("no middle certificate of the account issued it")]
    UnknownIssuer,
    #[error("the middle certificate does not lead to a root of the account")]
    NoRoot,
}

impl Authority {
    #[must_use]
    pub fn new(middles: Vec<Certificate>, roots: Vec<Certificate>) -> Self {
        Self { middles, roots, proven: Arc::default() }
    }

    #[must_use]
    pub fn middles(&self) -> &[Certificate] {
        &self.middles
    }

    #[must_use]
    pub fn roots(&self) -> &[Certificate] {
        &self.roots
    }

    /// # Errors
    /// [`ChainError`].
    pub fn verify(&self, leaf: &Certificate, now: Timestamp) -> Result<(), ChainError> {
        if !leaf.is_in_force(now) {
            return Err(ChainError::OutsideDates);
        }
        let issuers = self.issuers(leaf);
        if issuers.is_empty() {
            return Err(ChainError::UnknownIssuer);
        }
        // The signatures are remembered, the dates are looked at every time.
        let is_in_force = |all: &[Certificate], at: usize| all.get(at).is_some_and(|c| c.is_in_force(now));
        let leads_on = |(middle, roots): &(usize, Vec<usize>)| {
            is_in_force(&self.middles, *middle) && roots.iter().any(|root| is_in_force(&self.roots, *root))
        };
        if issuers.iter().any(leads_on) { Ok(()) } else { Err(ChainError::NoRoot) }
    }

    fn issuers(&self, leaf: &Certificate) -> Vec<(usize, Vec<usize>)> {
        let remembered = |all: &VecDeque<Proven>| all.iter().find(|p| p.leaf_der == leaf.der()).cloned();
        if let Some(proven) = remembered(&self.proven.lock().unwrap_or_else(PoisonError::into_inner)) {
            return proven.issuers;
        }
        let issuing = |certificate: &Certificate, among: &[Certificate]| -> Vec<usize> {
            let issuers = among.iter().enumerate().filter(|(_, issuer)| is_issued_by(certificate, issuer));
            issuers.map(|(at, _)| at).collect()
        };
        let middles = issuing(leaf, &self.middles).into_iter();
        let issuers: Vec<_> =
            middles.filter_map(|at| Some((at, issuing(self.middles.get(at)?, &self.roots)))).collect();
        // What nobody issued is asked about again: forgeries must not push out what is genuine.
        if !issuers.is_empty() {
            let mut proven = self.proven.lock().unwrap_or_else(PoisonError::into_inner);
            proven.truncate(REMEMBERED - 1);
            proven.push_front(Proven { leaf_der: leaf.der().to_vec(), issuers: issuers.clone() });
        }
        issuers
    }
}

fn is_issued_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    // A root in the place of a middle certificate would let it sign leaves directly.
    let is_itself = certificate.der() == issuer.der();
    !is_itself
        && issuer.is_authority()
        && certificate.names_as_issuer(issuer)
        && certificate.is_signed_by_even_with_sha1(issuer)
}
