//! How a merchant and Alipay recognise each other: by bare keys, or by certificates (§2, §7).
//!
//! Promises: in certificate mode every call must name the application's certificate and the
//! roots; every answer names the certificate that verifies it. A rotation keeps what was
//! issued before downloadable.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::certificates::Issued;
use super::errors::Refusal;
use super::keys::KeyPair;
use super::signing::ServingKey;
use crate::clock::Timestamp;

/// Chosen in the console per application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustMode {
    #[default]
    PublicKey,
    Certificates,
}

/// What certificate mode adds.
pub(super) struct Certificates {
    pub(super) root_bundle: String,
    pub(super) root_cert_sn: String,
    /// The application's own.
    pub(super) app: Issued,
    /// Alipay's, each for the key beside it; the last one signs.
    pub(super) alipay: Vec<(KeyPair, Issued)>,
}

pub(super) struct Trust {
    /// Signs in public-key mode.
    pub(super) key: KeyPair,
    pub(super) certificates: Option<Certificates>,
}

impl Trust {
    pub(super) fn mode(&self) -> TrustMode {
        if self.certificates.is_some() { TrustMode::Certificates } else { TrustMode::PublicKey }
    }

    pub(super) fn serving_key(&self) -> ServingKey {
        let newest = self.certificates.as_ref().and_then(|certificates| certificates.alipay.last());
        match newest {
            Some((pair, issued)) => ServingKey { pair: pair.clone(), cert_sn: Some(issued.sn.clone()) },
            None => ServingKey { pair: self.key.clone(), cert_sn: None },
        }
    }

    /// §7.2, §7.3.
    pub(super) fn check_certificates(
        &self,
        app_cert_sn: Option<&str>,
        root_cert_sn: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(certificates) = &self.certificates else { return Ok(()) };
        let app =
            app_cert_sn.ok_or_else(|| Refusal::missing("app-cert-sn", "缺少应用公钥证书序列号").unauthenticated())?;
        let root = root_cert_sn
            .ok_or_else(|| Refusal::missing("alipay-root-cert-sn", "缺少支付宝根证书序列号").unauthenticated())?;
        if app != certificates.app.sn || !certificates.app.is_in_force(now) {
            return Err(Refusal::invalid("app-cert-not-exist", "应用公钥证书不存在或已失效").unauthenticated());
        }
        if root != certificates.root_cert_sn {
            return Err(Refusal::invalid("invalid-alipay-root-cert-sn", "无效的支付宝根证书序列号").unauthenticated());
        }
        Ok(())
    }

    /// `alipay.open.app.alipaycert.download` (§7.5).
    pub(super) fn download(&self, content: &Value) -> Result<Value, Refusal> {
        let wanted = content["alipay_cert_sn"].as_str().unwrap_or_default();
        let issued = self.certificates.as_ref().into_iter().flat_map(|certificates| &certificates.alipay);
        let found = issued.map(|(_, issued)| issued).find(|issued| issued.sn == wanted);
        let found = found.ok_or_else(|| Refusal::new("40004", "CERT_NOT_EXIST", "支付宝公钥证书不存在"))?;
        Ok(json!({ "alipay_cert_content": found.download_content() }))
    }
}
