//! Key pairs of both sides, and the forms in which a console hands them out (§2).
//!
//! Sandboxes of one process share one set unless fresh keys are asked for, because making
//! RSA-2048 keys is slow.

use tokio::sync::OnceCell;

use crate::sandbox::SandboxError;
pub(super) use crate::sandbox::keys::{KeyPair, is_signed_by, random_alphanumeric, random_digits};

/// The pairs one merchant relation needs.
#[derive(Clone)]
pub(super) struct KeySet {
    /// Belongs to the merchant's application; signs requests.
    pub(super) app: KeyPair,
    /// Belongs to Alipay; signs answers and notifications.
    pub(super) alipay: KeyPair,
}

static SHARED_BY_PROCESS: OnceCell<KeySet> = OnceCell::const_new();

impl KeySet {
    pub(super) async fn fresh() -> Result<Self, SandboxError> {
        let (app, alipay) = futures_util::future::try_join(KeyPair::make(), KeyPair::make()).await?;
        Ok(Self { app, alipay })
    }

    pub(super) async fn shared() -> Result<Self, SandboxError> {
        SHARED_BY_PROCESS.get_or_try_init(Self::fresh).await.cloned()
    }
}

/// One line without armour, as the console shows keys.
pub(super) fn bare(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect()
}
