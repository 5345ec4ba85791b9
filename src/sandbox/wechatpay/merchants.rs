//! The merchants WeChat Pay knows here, their credentials and their part of the book.
//!
//! Promises: everything that happens to one merchant is kept in its `Merchant`. Refunds that
//! time settles are settled by `advance`; orders lapse when they are next looked at.

use std::collections::{BTreeMap, VecDeque};

use rsa::RsaPublicKey;
use serde::{Deserialize, Serialize};

use super::book::BookCall;
use super::certificates::PlatformCertificate;
use super::keys::{KeyPair, KeySet, random_alphanumeric, random_digits, random_serial};
use super::notifications::Delivery;
use super::orders::Order;
use super::refunds::Refund;
use super::trust::{Trust, TrustMode};
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;

const CALLS_KEPT: usize = 1000;
const API_V3_KEY_CHARS: usize = 32;

/// What to set up; everything left out is made up.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MerchantDraft {
    pub mchid: Option<String>,
    pub appid: Option<String>,
    /// Shown to the shopper on the phone.
    pub name: Option<String>,
    /// 32 ASCII letters and digits.
    pub apiv3_key: Option<String>,
    pub trust_mode: TrustMode,
    /// While `trust_mode` is `both`: of a hundred notifications, how many the public key
    /// signs. 50 when left out.
    pub public_key_percent: Option<u8>,
    /// Own RSA keys instead of the set this process shares; takes about a second.
    pub fresh_keys: bool,
    /// From acceptance to the money being back. 0 settles at the next look.
    pub refund_delay_ms: u64,
    /// §11.2 asks for a minute between partial refunds of one order; 0 does not enforce it.
    pub refund_spacing_s: u32,
    /// Where refund results go when the refund itself names no address.
    pub refund_notify_url: Option<String>,
}

/// Everything a shop's side needs to talk to this stand-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeChatMerchantCredentials {
    pub mchid: String,
    pub appid: String,
    pub merchant_serial: String,
    /// PKCS#8.
    pub merchant_private_key_pem: String,
    pub apiv3_key: String,
    pub wechatpay_public_key_id: String,
    pub wechatpay_public_key_pem: String,
    /// Serial of the newest platform certificate.
    pub platform_certificate_serial: String,
}

pub(super) struct Merchant {
    pub(super) mchid: String,
    pub(super) appid: String,
    pub(super) name: String,
    pub(super) api_v3_key: String,
    pub(super) serial: String,
    pub(super) key: KeyPair,
    pub(super) public: RsaPublicKey,
    pub(super) trust: Trust,
    pub(super) refund_delay_ms: i64,
    pub(super) refund_spacing_s: i64,
    pub(super) refund_notify_url: Option<String>,
    pub(super) orders: BTreeMap<String, Order>,
    pub(super) refunds: BTreeMap<String, Refund>,
    /// Numbers of refunds that time will settle.
    pub(super) refunds_waiting: Vec<String>,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) calls: VecDeque<BookCall>,
}

impl Merchant {
    pub(super) fn open(draft: MerchantDraft, keys: KeySet, now: Timestamp) -> Result<Self, SandboxError> {
        check(&draft)?;
        let certificate = PlatformCertificate::issue(keys.certificate_mode, now)?;
        Ok(Self {
            mchid: draft.mchid.unwrap_or_else(|| format!("19{}", random_digits(8))),
            appid: draft.appid.unwrap_or_else(|| format!("wx{}", hex::encode(rand::random::<[u8; 8]>()))),
            name: draft.name.unwrap_or_else(|| "落地示例商店".to_owned()),
            api_v3_key: draft.apiv3_key.unwrap_or_else(|| random_alphanumeric(API_V3_KEY_CHARS)),
            serial: hex::encode_upper(random_serial()),
            public: keys.merchant.public(),
            key: keys.merchant,
            trust: Trust {
                mode: draft.trust_mode,
                public_key_id: format!("PUB_KEY_ID_{}", random_digits(34)),
                public_key: keys.public_key_mode,
                certificates: vec![certificate],
                public_key_percent: draft.public_key_percent.unwrap_or(50),
                notifications_signed: 0,
            },
            refund_delay_ms: i64::try_from(draft.refund_delay_ms).unwrap_or(i64::MAX),
            refund_spacing_s: i64::from(draft.refund_spacing_s),
            refund_notify_url: draft.refund_notify_url,
            orders: BTreeMap::new(),
            refunds: BTreeMap::new(),
            refunds_waiting: Vec::new(),
            deliveries: Vec::new(),
            calls: VecDeque::new(),
        })
    }

    pub(super) fn credentials(&self) -> WeChatMerchantCredentials {
        let newest = self.trust.certificates.last();
        WeChatMerchantCredentials {
            mchid: self.mchid.clone(),
            appid: self.appid.clone(),
            merchant_serial: self.serial.clone(),
            merchant_private_key_pem: self.key.private_pem().to_owned(),
            apiv3_key: self.api_v3_key.clone(),
            wechatpay_public_key_id: self.trust.public_key_id.clone(),
            wechatpay_public_key_pem: self.trust.public_key.public_pem().to_owned(),
            platform_certificate_serial: newest.map(|c| c.serial.clone()).unwrap_or_default(),
        }
    }

    /// Lets everything happen that time alone brings about.
    pub(super) fn advance(&mut self, now: Timestamp) {
        super::refunds::settle_due(self, now);
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
    let is_word = |text: &str| (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
    if draft.mchid.as_deref().is_some_and(|id| !is_word(id) || !id.bytes().all(|b| b.is_ascii_digit())) {
        return refused("mchid", "give 1 to 32 digits, or leave it out");
    }
    if draft.appid.as_deref().is_some_and(|id| !is_word(id)) {
        return refused("appid", "give 1 to 32 ASCII letters and digits, or leave it out");
    }
    if draft.apiv3_key.as_deref().is_some_and(|key| key.len() != API_V3_KEY_CHARS || !is_word(key)) {
        return refused("apiv3_key", "give exactly 32 ASCII letters and digits, or leave it out");
    }
    if draft.public_key_percent.is_some_and(|percent| percent > 100) {
        return refused("public_key_percent", "give 0 to 100");
    }
    Ok(())
}
