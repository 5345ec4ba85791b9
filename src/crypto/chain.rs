//! Whether a certificate leads to an authority (CA) that an account has been given: leaf, middle, root.
//! Promises: every link is proven by name, signature, dates and the right to sign. Certificates signed with
//! SHA-1 pass here and nowhere else: one gateway's authority signs no others.
//! Refuses: a leaf that the root signed itself, longer chains, certificates that came with a message.

use super::certificate::Certificate;
use crate::clock::Timestamp;

/// The authority of one account. Several of each kind may be held at once, for the time of a change.
#[derive(Debug, Clone)]
pub struct Authority {
    middles: Vec<Certificate>,
    roots: Vec<Certificate>,
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
    pub const fn new(middles: Vec<Certificate>, roots: Vec<Certificate>) -> Self {
        Self { middles, roots }
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
        let mut issuers = self.middles.iter().filter(|middle| is_issued_by(leaf, middle)).peekable();
        if issuers.peek().is_none() {
            return Err(ChainError::UnknownIssuer);
        }
        let leads_on = |middle: &Certificate| {
            middle.is_in_force(now) && self.roots.iter().any(|root| root.is_in_force(now) && is_issued_by(middle, root))
        };
        if issuers.any(leads_on) { Ok(()) } else { Err(ChainError::NoRoot) }
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
