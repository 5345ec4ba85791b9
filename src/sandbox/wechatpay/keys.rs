//! RSA key pairs of both sides: the merchant's and WeChat Pay's own.
//!
//! Promises: keys are made off the async threads and thrown away with the process.
//! Sandboxes of one process share one set unless fresh keys are asked for, because making
//! RSA-2048 keys is slow. Never use these keys for real money.

use rand::{Rng, thread_rng};
use rsa::Oaep;
#[cfg(test)]
use rsa::RsaPublicKey;
use sha1::Sha1;
use tokio::sync::OnceCell;

use crate::sandbox::SandboxError;
pub(super) use crate::sandbox::keys::{KeyPair, is_signed_by, random_alphanumeric, random_digits};

/// Opens what was encrypted to a pair: OAEP with SHA-1, as every sensitive field is.
pub(super) fn open(pair: &KeyPair, sealed: &[u8]) -> Option<Vec<u8>> {
    pair.private().decrypt(Oaep::new::<Sha1>(), sealed).ok()
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

/// The public half of the sample pair in the official documentation.
#[cfg(test)]
pub(super) fn published_key() -> RsaPublicKey {
    use base64::Engine as _;
    use rsa::pkcs8::DecodePublicKey;
    const SPKI: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAptpm+qvIDCh/9wjU26SQCK26ogYkBhDrYxnAaw2JbbBsp1oDbHKk+1r381NeBUG2HEFAuU+Fr72u5ot3yKdzoF/FajAzQNKnm569/D3upKoi8mYBaST15Uig8j8qoUW1U217LL0jEHlSnHV3lcaDTXqDpTRR4Bfz9IqOgJgFZ8/oTfEomSrjrLYef81Eyxr7ZIMQXEKKEK7V4UXKS0+/fDsiG/cXidhzt8UbTL9vqXqxM2+IDImyO+FAc/tkBG55LmzxPto1Nq0WbnZzRM/wTzrd0I/8NlevxtFbphg4evlHjFNI7+GrqR87ViEwuAJJ9Je5QQjct5YJfFRWiZ5CMQIDAQAB";
    let der = base64::engine::general_purpose::STANDARD.decode(SPKI).unwrap();
    RsaPublicKey::from_public_key_der(&der).unwrap()
}
