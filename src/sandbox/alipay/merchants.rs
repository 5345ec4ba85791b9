//! The merchants Alipay knows here: one application and one account (PID) each, their
//! credentials and their part of the book.
//!
//! Promises: everything that happens to one merchant is kept in its `Merchant`; what time
//! alone brings about is done by `advance`.

use std::collections::{BTreeMap, VecDeque};

use rsa::RsaPublicKey;
use serde::{Deserialize, Serialize};

use super::bills::Bills;
use super::book::BookCall;
use super::certificates::{Authority, LEAF_LIFE_S};
use super::encryption::ContentKey;
use super::errors::Refusal;
use super::faults::Operation;
use super::keys::{KeyPair, KeySet, bare, random_alphanumeric, random_digits};
use super::messages::CertificateNaming;
use super::notifications::Told;
use super::orders::Order;
use super::refunds::Refund;
use super::trust::{Certificates, Trust, TrustMode};
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;
use crate::sandbox::deliveries::Delivery;

const CALLS_KEPT: usize = 1000;
const REFUND_WINDOW_S: i64 = 90 * 86_400;

/// What to set up; everything left out is made up.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MerchantDraft {
    /// 16 digits.
    pub app_id: Option<String>,
    /// The PID: 16 digits that begin with 2088.
    pub seller_id: Option<String>,
    /// Shown to the shopper.
    pub name: Option<String>,
    pub trust_mode: TrustMode,
    /// Gives the application an AES key for content encryption.
    pub content_encryption: bool,
    /// A new application: buyers are told by `buyer_open_id`, not by `buyer_id`.
    pub open_ids: bool,
    /// An old application: the refund query tells no `refund_status`.
    pub old_application: bool,
    /// How notifications name their certificate.
    pub certificate_naming: CertificateNaming,
    /// When a paid trade becomes `TRADE_FINISHED`; 90 days when left out.
    pub refund_window_s: Option<i64>,
    /// What refunds can be paid from; without limit when left out.
    pub balance_fen: Option<i64>,
    /// Life of the application's certificate; five years when left out.
    pub certificate_life_s: Option<i64>,
    /// Makes the application a service provider's (ISV), which acts for the merchant by a token.
    pub service_provider: bool,
    /// Makes key pairs of its own instead of sharing those of the process.
    pub fresh_keys: bool,
}

/// The files and serial numbers of certificate mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFiles {
    /// `appCertPublicKey_<app_id>.crt`.
    pub app_cert_pem: String,
    /// `alipayCertPublicKey_RSA2.crt`, the newest one.
    pub alipay_cert_pem: String,
    /// `alipayRootCert.crt`.
    pub alipay_root_cert_pem: String,
    pub app_cert_sn: String,
    pub alipay_cert_sn: String,
    pub alipay_root_cert_sn: String,
}

/// The merchant for whom a service provider acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActedFor {
    /// The merchant's own application.
    pub auth_app_id: String,
    /// 应用授权令牌, given by the merchant to the provider.
    pub app_auth_token: String,
}

/// Everything a shop's side needs to talk to this stand-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantCredentials {
    pub app_id: String,
    pub seller_id: String,
    pub trust_mode: TrustMode,
    /// PKCS#8.
    pub app_private_key_pem: String,
    /// The same in one line of bare base64.
    pub app_private_key: String,
    /// The application's own public key, which is not what verifies Alipay's signatures.
    pub app_public_key: String,
    pub alipay_public_key_pem: String,
    /// One line of bare base64, as the console shows it.
    pub alipay_public_key: String,
    pub certificates: Option<CertificateFiles>,
    /// Base64 of 16 bytes, where content encryption is on.
    pub aes_key: Option<String>,
    /// Where the application is a service provider's.
    pub acted_for: Option<ActedFor>,
}

pub(super) struct Merchant {
    pub(super) app_id: String,
    pub(super) seller_id: String,
    pub(super) name: String,
    app_key: KeyPair,
    pub(super) trust: Trust,
    pub(super) acted_for: Option<ActedFor>,
    pub(super) content_key: Option<ContentKey>,
    pub(super) uses_open_ids: bool,
    pub(super) is_old_application: bool,
    pub(super) certificate_naming: CertificateNaming,
    refund_window_s: i64,
    pub(super) balance_fen: Option<i64>,
    pub(super) bills: Bills,
    pub(super) orders: BTreeMap<String, Order>,
    pub(super) refunds: Vec<Refund>,
    pub(super) deliveries: Vec<Delivery<Told>>,
    pub(super) calls: VecDeque<BookCall>,
}

impl Merchant {
    pub(super) fn open(
        draft: MerchantDraft,
        keys: KeySet,
        authority: Option<&Authority>,
        now: Timestamp,
    ) -> Result<Self, SandboxError> {
        check(&draft)?;
        let app_id = draft.app_id.unwrap_or_else(|| format!("2021{}", random_digits(12)));
        let certificates = match authority {
            None => None,
            Some(authority) => {
                let life_s = draft.certificate_life_s.unwrap_or(LEAF_LIFE_S);
                let alipays = authority.issue_for_alipay(&keys.alipay.public(), now, LEAF_LIFE_S)?;
                Some(Certificates {
                    root_bundle: authority.root_bundle().to_owned(),
                    root_cert_sn: authority.root_cert_sn().to_owned(),
                    app: authority.issue_for_application(&app_id, &keys.app.public(), now, life_s)?,
                    alipay: vec![(keys.alipay.clone(), alipays)],
                })
            }
        };
        Ok(Self {
            app_id,
            seller_id: draft.seller_id.unwrap_or_else(|| format!("20881{}", random_digits(11))),
            name: draft.name.unwrap_or_else(|| "落地示例商店".to_owned()),
            app_key: keys.app,
            trust: Trust { key: keys.alipay, certificates },
            acted_for: draft.service_provider.then(|| ActedFor {
                auth_app_id: format!("2021{}", random_digits(12)),
                app_auth_token: format!("202601BB{}", random_alphanumeric(32).to_lowercase()),
            }),
            content_key: draft.content_encryption.then(ContentKey::random),
            uses_open_ids: draft.open_ids,
            is_old_application: draft.old_application,
            certificate_naming: draft.certificate_naming,
            refund_window_s: draft.refund_window_s.unwrap_or(REFUND_WINDOW_S),
            balance_fen: draft.balance_fen,
            bills: Bills::default(),
            orders: BTreeMap::new(),
            refunds: Vec::new(),
            deliveries: Vec::new(),
            calls: VecDeque::new(),
        })
    }

    pub(super) fn app_public(&self) -> RsaPublicKey {
        self.app_key.public()
    }

    pub(super) fn credentials(&self) -> MerchantCredentials {
        let key = self.trust.serving_key();
        let files = self.trust.certificates.as_ref().and_then(|certificates| {
            let (_, newest) = certificates.alipay.last()?;
            Some(CertificateFiles {
                app_cert_pem: certificates.app.pem.clone(),
                alipay_cert_pem: newest.chain_pem.clone(),
                alipay_root_cert_pem: certificates.root_bundle.clone(),
                app_cert_sn: certificates.app.sn.clone(),
                alipay_cert_sn: newest.sn.clone(),
                alipay_root_cert_sn: certificates.root_cert_sn.clone(),
            })
        });
        MerchantCredentials {
            app_id: self.app_id.clone(),
            seller_id: self.seller_id.clone(),
            trust_mode: self.trust.mode(),
            app_private_key_pem: self.app_key.private_pem().to_owned(),
            app_private_key: bare(self.app_key.private_pem()),
            app_public_key: bare(self.app_key.public_pem()),
            alipay_public_key_pem: key.pair.public_pem().to_owned(),
            alipay_public_key: bare(key.pair.public_pem()),
            certificates: files,
            aes_key: self.content_key.as_ref().map(ContentKey::to_base64),
            acted_for: self.acted_for.clone(),
        }
    }

    /// The application in whose name things happen: the merchant's, whoever acts.
    pub(super) fn auth_app_id(&self) -> &str {
        self.acted_for.as_ref().map_or(&self.app_id, |merchant| &merchant.auth_app_id)
    }

    /// A provider names the merchant by its token, except in what is the application's own.
    pub(super) fn check_token(&self, token: Option<&str>, operation: Option<Operation>) -> Result<(), Refusal> {
        let wanted = self.acted_for.as_ref().map(|merchant| merchant.app_auth_token.as_str());
        if token == wanted || (token.is_none() && operation == Some(Operation::DownloadCertificate)) {
            return Ok(());
        }
        Err(match token {
            Some(_) => Refusal::new("20001", "aop.invalid-app-auth-token", "无效的应用授权令牌"),
            None => Refusal::new("40006", "isv.insufficient-isv-permissions", "缺少app_auth_token，ISV权限不足"),
        })
    }

    /// §8.
    pub(super) fn decipher(&self, sealed: &str) -> Result<String, Refusal> {
        let key = self.content_key.as_ref();
        let key = key.ok_or_else(|| Refusal::missing("encrypt-key", "应用未配置接口内容加密密钥"))?;
        key.open(sealed).map_err(|failure| Refusal::invalid("decryption-error-key", format!("解密出错：{failure}")))
    }

    /// Lets everything happen that time alone brings about.
    pub(super) fn advance(&mut self, now: Timestamp) {
        let window_s = self.refund_window_s;
        let moved: Vec<String> = self
            .orders
            .values_mut()
            .filter_map(|order| order.advance(window_s, now).map(|_| order.out_trade_no.clone()))
            .collect();
        for number in moved {
            self.notify_of_trade(&number, now);
        }
    }

    pub(super) fn note_call(&mut self, call: BookCall) {
        if self.calls.len() == CALLS_KEPT {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
    }
}

fn check(draft: &MerchantDraft) -> Result<(), SandboxError> {
    let is_number = |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_digit());
    let refused = |field: &str, fix: &str| Err(SandboxError::refused(field, "not usable", fix));
    if draft.app_id.as_deref().is_some_and(|id| !is_number(id)) {
        return refused("app_id", "give 16 digits, or leave it out");
    }
    if draft.seller_id.as_deref().is_some_and(|id| !is_number(id) || !id.starts_with("2088")) {
        return refused("seller_id", "give 16 digits that begin with 2088, or leave it out");
    }
    if draft.refund_window_s.is_some_and(|seconds| seconds < 1) {
        return refused("refund_window_s", "give seconds above zero, or leave it out");
    }
    if draft.balance_fen.is_some_and(|fen| fen < 0) {
        return refused("balance_fen", "give fen, zero or more, or leave it out");
    }
    Ok(())
}
