//! Key pairs of both sides and of the authority above them (§3).
//!
//! Sandboxes of one process share one set unless fresh keys are asked for, because making
//! RSA-2048 keys is slow.

use futures_util::future::try_join_all;
use tokio::sync::OnceCell;

use crate::sandbox::SandboxError;
pub(super) use crate::sandbox::keys::{KeyPair, is_signed_by, random_digits};

/// Root, middle, UnionPay's signer and its decryption key.
#[derive(Clone)]
pub(super) struct AuthorityKeys {
    pub(super) root: KeyPair,
    pub(super) middle: KeyPair,
    pub(super) unionpay: KeyPair,
    pub(super) encryption: KeyPair,
}

static AUTHORITY: OnceCell<AuthorityKeys> = OnceCell::const_new();
static MERCHANT: OnceCell<KeyPair> = OnceCell::const_new();

pub(super) async fn of_authority() -> Result<AuthorityKeys, SandboxError> {
    let make = || async {
        let pairs = try_join_all((0..4).map(|_| KeyPair::make())).await?;
        let [root, middle, unionpay, encryption] =
            <[KeyPair; 4]>::try_from(pairs).map_err(|_| SandboxError::key("four key pairs were asked for"))?;
        Ok(AuthorityKeys { root, middle, unionpay, encryption })
    };
    AUTHORITY.get_or_try_init(make).await.cloned()
}

pub(super) async fn of_merchant(is_fresh: bool) -> Result<KeyPair, SandboxError> {
    if is_fresh { KeyPair::make().await } else { MERCHANT.get_or_try_init(KeyPair::make).await.cloned() }
}
