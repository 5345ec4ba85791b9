//! The merchants UnionPay knows here: their credentials and their part of the book.
//!
//! Promises: everything that happens to one merchant number is kept in its `Merchant`.

use std::collections::{BTreeMap, VecDeque};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::book::BookCall;
use super::certificates::{Authority, Issued, LEAF_LIFE_S, pfx};
use super::files::Files;
use super::keys::{KeyPair, random_digits};
use super::notifications::Told;
use super::signing::SignMethod;
use super::transactions::{Key, Transaction};
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;
use crate::sandbox::deliveries::Delivery;

const CALLS_KEPT: usize = 1000;
const PASSWORD: &str = "000000";
const SECURE_KEY: &str = "88888888";
/// §16: eleven months.
const REFUND_WINDOW_S: i64 = 330 * 86_400;

/// What to set up; everything left out is made up.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MerchantDraft {
    /// 15 digits.
    pub mer_id: Option<String>,
    /// Shown to the shopper.
    pub name: Option<String>,
    pub sign_method: SignMethod,
    /// Of methods 11 and 12; `88888888` when left out.
    pub secure_key: Option<String>,
    /// `000000` when left out.
    pub pfx_password: Option<String>,
    /// Life of the merchant's certificate; five years when left out.
    pub certificate_life_s: Option<i64>,
    /// How long refunds and voids stay undecided.
    pub settle_delay_ms: i64,
    pub refund_window_s: Option<i64>,
    /// The very same unpaid form posted again is answered with 12; otherwise it goes on.
    pub refuses_reposted_form: bool,
    /// The bank's page goes back to the shop by itself, which takes a permission.
    pub auto_return: bool,
    /// Makes a key pair of its own instead of sharing that of the process.
    pub fresh_keys: bool,
}

/// Everything a shop's side needs to talk to this stand-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantCredentials {
    pub mer_id: String,
    pub name: String,
    pub sign_method: SignMethod,
    /// Of methods 11 and 12.
    pub secure_key: Option<String>,
    /// The `.pfx`: key, certificate, middle and root.
    pub pfx_base64: String,
    pub pfx_password: String,
    /// Decimal.
    pub cert_id: String,
    /// The merchant's certificate alone.
    pub certificate_pem: String,
    pub root_pem: String,
    pub middle_pem: String,
    /// To encrypt card data with.
    pub encryption_pem: String,
    pub encryption_cert_id: String,
}

pub(super) struct Merchant {
    pub(super) mer_id: String,
    pub(super) name: String,
    pub(super) sign_method: SignMethod,
    pub(super) secure_key: String,
    pub(super) key: KeyPair,
    pub(super) certificate: Issued,
    pfx: Vec<u8>,
    pfx_password: String,
    pub(super) settle_delay_ms: i64,
    pub(super) refund_window_s: i64,
    pub(super) refuses_reposted_form: bool,
    pub(super) auto_return: bool,
    pub(super) transactions: BTreeMap<Key, Transaction>,
    pub(super) deliveries: Vec<Delivery<Told>>,
    pub(super) files: Files,
    pub(super) calls: VecDeque<BookCall>,
}

impl Merchant {
    pub(super) fn open(
        draft: MerchantDraft,
        key: KeyPair,
        authority: &Authority,
        now: Timestamp,
    ) -> Result<Self, SandboxError> {
        check(&draft)?;
        let mer_id = draft.mer_id.unwrap_or_else(|| format!("777290{}", random_digits(9)));
        let life_s = draft.certificate_life_s.unwrap_or(LEAF_LIFE_S);
        let certificate = authority.issue_for_merchant(&mer_id, &key, now, life_s)?;
        let pfx_password = draft.pfx_password.unwrap_or_else(|| PASSWORD.to_owned());
        Ok(Self {
            pfx: pfx(&key, &certificate, authority, &pfx_password)?,
            mer_id,
            name: draft.name.unwrap_or_else(|| "落地示例商店".to_owned()),
            sign_method: draft.sign_method,
            secure_key: draft.secure_key.unwrap_or_else(|| SECURE_KEY.to_owned()),
            key,
            certificate,
            pfx_password,
            settle_delay_ms: draft.settle_delay_ms,
            refund_window_s: draft.refund_window_s.unwrap_or(REFUND_WINDOW_S),
            refuses_reposted_form: draft.refuses_reposted_form,
            auto_return: draft.auto_return,
            transactions: BTreeMap::new(),
            deliveries: Vec::new(),
            files: Files::default(),
            calls: VecDeque::new(),
        })
    }

    pub(super) fn credentials(&self, authority: &Authority) -> MerchantCredentials {
        let is_keyed = self.sign_method != SignMethod::Certificate;
        MerchantCredentials {
            mer_id: self.mer_id.clone(),
            name: self.name.clone(),
            sign_method: self.sign_method,
            secure_key: is_keyed.then(|| self.secure_key.clone()),
            pfx_base64: STANDARD.encode(&self.pfx),
            pfx_password: self.pfx_password.clone(),
            cert_id: self.certificate.cert_id.clone(),
            certificate_pem: self.certificate.pem.clone(),
            root_pem: authority.root.pem.clone(),
            middle_pem: authority.middle.pem.clone(),
            encryption_pem: authority.encryption.pem.clone(),
            encryption_cert_id: authority.encryption.cert_id.clone(),
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
    let refused = |field: &str, fix: &str| Err(SandboxError::refused(field, "not usable", fix));
    let is_number = |text: &str| text.len() == 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    if draft.mer_id.as_deref().is_some_and(|id| !is_number(id)) {
        return refused("mer_id", "give 15 digits, or leave it out");
    }
    if draft.settle_delay_ms < 0 {
        return refused("settle_delay_ms", "give milliseconds, zero or more, or leave it out");
    }
    if draft.refund_window_s.is_some_and(|seconds| seconds < 1) {
        return refused("refund_window_s", "give seconds above zero, or leave it out");
    }
    if draft.pfx_password.as_deref().is_some_and(|word| word.is_empty() || !word.is_ascii()) {
        return refused("pfx_password", "give plain letters and digits, or leave it out");
    }
    Ok(())
}
