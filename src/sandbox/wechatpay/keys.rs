//! RSA key pairs of both sides: the merchant's and WeChat Pay's own.
//!
//! Promises: keys are made off the async threads and thrown away with the process.
//! Sandboxes of one process share one set unless fresh keys are asked for, because making
//! RSA-2048 keys is slow. Never use these keys for real money.

use std::sync::Arc;

use rand::{Rng, rngs::OsRng, thread_rng};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::signature::{RandomizedSigner, SignatureEncoding, Verifier};
use rsa::{Oaep, RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use sha2::Sha256;
use tokio::sync::OnceCell;

use crate::sandbox::SandboxError;

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

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.signing.sign_with_rng(&mut thread_rng(), message).to_vec()
    }

    /// Opens what was encrypted to this pair: OAEP with SHA-1, as every sensitive field is.
    pub(super) fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let private: &RsaPrivateKey = self.signing.as_ref().as_ref();
        private.decrypt(Oaep::new::<Sha1>(), sealed).ok()
    }

    pub(super) fn signer(&self) -> &SigningKey<Sha256> {
        &self.signing
    }

    pub(super) fn public(&self) -> RsaPublicKey {
        let private: &RsaPrivateKey = self.signing.as_ref().as_ref();
        private.to_public_key()
    }

    pub(super) fn private_pem(&self) -> &str {
        &self.private_pem
    }

    pub(super) fn public_pem(&self) -> &str {
        &self.public_pem
    }
}

/// SHA-256 with RSA, PKCS#1 v1.5: the only signature this protocol uses.
pub(super) fn is_signed_by(key: &RsaPublicKey, message: &[u8], signature: &[u8]) -> bool {
    Signature::try_from(signature)
        .is_ok_and(|signature| VerifyingKey::<Sha256>::new(key.clone()).verify(message, &signature).is_ok())
}

/// The three pairs one merchant relation needs.
#[derive(Clone)]
pub(super) struct KeySet {
    /// Belongs to the merchant; signs requests.
    pub(super) merchant: KeyPair,
    /// Belongs to WeChat Pay; published as `PUB_KEY_ID_…`.
    pub(super) public_key_mode: KeyPair,
    /// Belongs to WeChat Pay; published inside a platform certificate.
    pub(super) certificate_mode: KeyPair,
}

static SHARED_BY_PROCESS: OnceCell<KeySet> = OnceCell::const_new();

impl KeySet {
    pub(super) async fn fresh() -> Result<Self, SandboxError> {
        let (merchant, public_key_mode, certificate_mode) =
            futures_util::future::try_join3(KeyPair::make(), KeyPair::make(), KeyPair::make()).await?;
        Ok(Self { merchant, public_key_mode, certificate_mode })
    }

    pub(super) async fn shared() -> Result<Self, SandboxError> {
        SHARED_BY_PROCESS.get_or_try_init(Self::fresh).await.cloned()
    }
}

/// Upper-case hex, 40 characters, as certificate serial numbers are written on the wire.
pub(super) fn random_serial() -> [u8; 20] {
    let mut serial = [0_u8; 20];
    thread_rng().fill(&mut serial[..]);
    // DER integers are signed: a clear top bit and a set next one keep exactly 20 bytes.
    serial[0] = (serial[0] & 0x7f) | 0x40;
    serial
}

pub(super) fn random_digits(count: usize) -> String {
    let mut rng = thread_rng();
    (0..count).map(|_| char::from(b'0' + rng.gen_range(0..10_u8))).collect()
}

pub(super) fn random_alphanumeric(count: usize) -> String {
    thread_rng().sample_iter(rand::distributions::Alphanumeric).take(count).map(char::from).collect()
}

/// The public half of the sample pair in the official documentation.
#[cfg(test)]
pub(super) fn published_key() -> RsaPublicKey {
    use base64::Engine as _;
    use rsa::pkcs8::DecodePublicKey;
    const SPKI: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAptpm+qvIDCh/9wjU26SQCK26ogYkBhDrYxnAaw2JbbBsp1oDbHKk+1r381NeBUG2HEFAuU+Fr72u5ot3yKdzoF/FajAzQNKnm569/D3upKoi8mYBaST15Uig8j8qoUW1U217LL0jEHlSnHV3lcaDTXqDpTRR4Bfz9IqOgJgFZ8/oTfEomSrjrLYef81Eyxr7ZIMQXEKKEK7V4UXKS0+/fDsiG/cXidhzt8UbTL9vqXqxM2+IDImyO+FAc/tkBG55LmzxPto1Nq0WbnZzRM/wTzrd0I/8NlevxtFbphg4evlHjFNI7+GrqR87ViEwuAJJ9Je5QQjct5YJfFRWiZ5CMQIDAQAB";
    let der = base64::engine::general_purpose::STANDARD.decode(SPKI).unwrap();
    RsaPublicKey::from_public_key_der(&der).unwrap()
}
