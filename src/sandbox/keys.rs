//! RSA key pairs and random texts, as every stand-in needs them.
//!
//! Promises: keys are made off the async threads and thrown away with the process. Never use
//! these keys for real money.

use std::sync::Arc;

use rand::{Rng, rngs::OsRng, thread_rng};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::signature::{RandomizedSigner, SignatureEncoding, Verifier};
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha2::Sha256;

use super::SandboxError;

const KEY_BITS: usize = 2048;

/// One RSA-2048 pair together with its PEM forms.
#[derive(Clone)]
pub(super) struct KeyPair {
    signing: Arc<SigningKey<Sha256>>,
    private_pem: Arc<str>,
    public_pem: Arc<str>,
}

impl KeyPair {
    fn generate() -> Result<Self, SandboxError> {
        let private = RsaPrivateKey::new(&mut OsRng, KEY_BITS).map_err(SandboxError::key)?;
        let private_pem = private.to_pkcs8_pem(LineEnding::LF).map_err(SandboxError::key)?;
        let public_pem = private.to_public_key().to_public_key_pem(LineEnding::LF).map_err(SandboxError::key)?;
        Ok(Self {
            private_pem: Arc::from(private_pem.as_str()),
            public_pem: Arc::from(public_pem),
            signing: Arc::new(SigningKey::new(private)),
        })
    }

    /// Makes a pair on a thread where slow work is welcome.
    pub(super) async fn make() -> Result<Self, SandboxError> {
        tokio::task::spawn_blocking(Self::generate).await.map_err(SandboxError::key)?
    }

    /// PKCS#1 v1.5 with SHA-256.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.signing.sign_with_rng(&mut thread_rng(), message).to_vec()
    }

    pub(super) fn signer(&self) -> &SigningKey<Sha256> {
        &self.signing
    }

    pub(super) fn private(&self) -> &RsaPrivateKey {
        self.signing.as_ref().as_ref()
    }

    pub(super) fn public(&self) -> RsaPublicKey {
        self.private().to_public_key()
    }

    pub(super) fn private_pem(&self) -> &str {
        &self.private_pem
    }

    pub(super) fn public_pem(&self) -> &str {
        &self.public_pem
    }
}

/// SHA-256 with RSA, PKCS#1 v1.5.
pub(super) fn is_signed_by(key: &RsaPublicKey, message: &[u8], signature: &[u8]) -> bool {
    Signature::try_from(signature)
        .is_ok_and(|signature| VerifyingKey::<Sha256>::new(key.clone()).verify(message, &signature).is_ok())
}

pub(super) fn random_digits(count: usize) -> String {
    let mut rng = thread_rng();
    (0..count).map(|_| char::from(b'0' + rng.gen_range(0..10_u8))).collect()
}

pub(super) fn random_alphanumeric(count: usize) -> String {
    thread_rng().sample_iter(rand::distributions::Alphanumeric).take(count).map(char::from).collect()
}
