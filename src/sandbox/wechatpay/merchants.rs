//! The merchants WeChat Pay knows here, their credentials and their part of the book.
//!
//! Promises: everything that happens to one merchant is kept in its `Merchant`. Refunds that
//! time settles are settled by `advance`; orders lapse when they are next looked at.

use std::collections::{BTreeMap, VecDeque};

use rsa::RsaPublicKey;
use serde::{Deserialize, Serialize};

use super::apps::{AppCredentials, Apps};
use super::bills::Bills;
use super::book::BookCall;
use super::certificates::{PlatformCertificate, self_signed};
use super::errors::Refusal;
use super::funds::Funds;
use super::keys::{KeyPair, KeySet, random_alphanumeric, random_digits};
use super::notifications::Told;
use super::orders::Order;
use super::refunds::Refund;
use super::trust::{Trust, TrustMode};
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;
use crate::sandbox::deliveries::Delivery;

const CALLS_KEPT: usize = 1000;
const API_V3_KEY_CHARS: usize = 32;
const CERTIFICATE_LIFETIME_S: i64 = 5 * 365 * 86_400;
const BILL_LINK_LIFE_S: i64 = 300;
const MERCHANT_SUBJECT: &str = "C=CN,O=Luodi Sandbox Merchant,CN=Sandbox Merchant";

/// What to set up; everything left out is made up.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MerchantDraft {
    pub mchid: Option<String>,
    pub appid: Option<String>,
    /// Made up when left out; an app that is known already keeps its own.
    pub app_secret: Option<String>,
    /// Further apps bound to the merchant number.
    pub appids: Vec<String>,
    /// Hosts that OAuth codes of these apps may be sent to; none lets any be used.
    pub oauth_hosts: Vec<String>,
    /// Hosts registered for H5 payment; none lets any page lead to an H5 link.
    pub h5_hosts: Vec<String>,
    /// H5 links open from any address, not only from the order's `payer_client_ip`.
    pub h5_any_address: bool,
    /// Makes the merchant a service provider.
    pub sub_merchants: Vec<SubMerchantDraft>,
    /// Shown to the shopper on the phone.
    pub name: Option<String>,
    /// 32 ASCII letters and digits.
    pub apiv3_key: Option<String>,
    pub trust_mode: TrustMode,
    /// While `trust_mode` is `both`: of a hundred notifications, how many the public key
    /// signs. 50 when left out.
    pub public_key_percent: Option<u8>,
    /// The same in thousandths, for the 0.1 % with which a migration begins.
    pub public_key_per_mille: Option<u16>,
    /// How long the first platform certificate lives: five years when left out. When set, a
    /// successor is announced ten days before its end and signs, by turns, in the last five.
    pub certificate_life_s: Option<u32>,
    /// Own RSA keys instead of the set this process shares; takes about a second.
    pub fresh_keys: bool,
    /// From acceptance to the money being back. 0 settles at the next look.
    pub refund_delay_ms: u64,
    /// §11.2 asks for a minute between partial refunds of one order; 0 does not enforce it.
    pub refund_spacing_s: u32,
    /// How long a bill's download link works: 300 s when left out, 30 s on older pages.
    pub bill_link_life_s: Option<u32>,
    /// Where refund results go when the refund itself names no address.
    pub refund_notify_url: Option<String>,
}

/// A sub-merchant of a service provider; everything left out is made up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SubMerchantDraft {
    pub mchid: Option<String>,
    pub name: Option<String>,
    /// Apps of the sub-merchant's own, `sub_appid` on the wire.
    pub appids: Vec<String>,
    /// Has not given its authorisation yet: every order is refused with `NO_AUTH`.
    pub unauthorised: bool,
}

/// A sub-merchant as the service provider knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubMerchant {
    pub mchid: String,
    pub name: String,
    pub appids: Vec<String>,
    pub unauthorised: bool,
}

impl SubMerchant {
    pub(super) fn open(draft: SubMerchantDraft) -> Self {
        Self {
            mchid: draft.mchid.unwrap_or_else(|| format!("16{}", random_digits(8))),
            name: draft.name.unwrap_or_else(|| "落地示例门店".to_owned()),
            appids: draft.appids,
            unauthorised: draft.unauthorised,
        }
    }
}

/// Everything a shop's side needs to talk to this stand-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeChatMerchantCredentials {
    pub mchid: String,
    pub appid: String,
    pub merchant_serial: String,
    /// PKCS#8.
    pub merchant_private_key_pem: String,
    /// The merchant's own certificate: not what verifies WeChat Pay's signatures.
    pub merchant_certificate_pem: String,
    /// Every app bound to the merchant number, the main one first.
    pub apps: Vec<AppCredentials>,
    pub sub_merchants: Vec<SubMerchant>,
    pub apiv3_key: String,
    pub wechatpay_public_key_id: String,
    pub wechatpay_public_key_pem: String,
    /// Serial of the newest platform certificate.
    pub platform_certificate_serial: String,
}

pub(super) struct Merchant {
    pub(super) mchid: String,
    pub(super) appid: String,
    /// Every app bound, the main one first.
    pub(super) appids: Vec<String>,
    pub(super) sub_merchants: Vec<SubMerchant>,
    pub(super) h5_hosts: Vec<String>,
    pub(super) h5_any_address: bool,
    pub(super) funds: Funds,
    pub(super) bills: Bills,
    pub(super) name: String,
    pub(super) api_v3_key: String,
    pub(super) serial: String,
    certificate_pem: String,
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
    pub(super) deliveries: Vec<Delivery<Told>>,
    pub(super) calls: VecDeque<BookCall>,
}

impl Merchant {
    pub(super) fn open(
        draft: MerchantDraft,
        keys: KeySet,
        successor: Option<KeyPair>,
        now: Timestamp,
    ) -> Result<Self, SandboxError> {
        check(&draft)?;
        let certificate = match draft.certificate_life_s {
            Some(life_s) => PlatformCertificate::issue_for(keys.certificate_mode, now, i64::from(life_s))?,
            None => PlatformCertificate::issue(keys.certificate_mode, now)?,
        };
        let per_mille = draft.public_key_percent.map(|percent| u16::from(percent) * 10).or(draft.public_key_per_mille);
        let own = self_signed(&keys.merchant, MERCHANT_SUBJECT, now, now.plus_s(CERTIFICATE_LIFETIME_S))?;
        let appid = draft.appid.unwrap_or_else(|| format!("wx{}", hex::encode(rand::random::<[u8; 8]>())));
        let mut appids = vec![appid.clone()];
        appids.extend(draft.appids);
        Ok(Self {
            mchid: draft.mchid.unwrap_or_else(|| format!("19{}", random_digits(8))),
            appid,
            appids,
            sub_merchants: draft.sub_merchants.into_iter().map(SubMerchant::open).collect(),
            h5_hosts: draft.h5_hosts,
            h5_any_address: draft.h5_any_address,
            funds: Funds::default(),
            bills: Bills::new(draft.bill_link_life_s.map_or(BILL_LINK_LIFE_S, i64::from)),
            name: draft.name.unwrap_or_else(|| "落地示例商店".to_owned()),
            api_v3_key: draft.apiv3_key.unwrap_or_else(|| random_alphanumeric(API_V3_KEY_CHARS)),
            serial: own.serial,
            certificate_pem: own.pem,
            public: keys.merchant.public(),
            key: keys.merchant,
            trust: Trust {
                mode: draft.trust_mode,
                public_key_id: format!("PUB_KEY_ID_{}", random_digits(34)),
                public_key: keys.public_key_mode,
                certificates: vec![certificate],
                successor,
                public_key_per_mille: per_mille.unwrap_or(500),
                migrating_since: None,
                turns: 0,
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

    pub(super) fn has_bound(&self, appid: &str) -> bool {
        self.appids.iter().any(|own| own == appid)
    }

    /// The sub-merchant of this number, if it lets this service provider act for it.
    pub(super) fn authorised_sub(&self, mchid: &str) -> Result<&SubMerchant, Refusal> {
        let sub = self.sub_merchants.iter().find(|sub| sub.mchid == mchid && !sub.unauthorised);
        sub.ok_or_else(|| Refusal::new(403, "NO_AUTH", "特约子商户该产品权限未开通，请检查后再试"))
    }

    pub(super) fn credentials(&self, apps: &Apps) -> WeChatMerchantCredentials {
        let newest = self.trust.certificates.last();
        WeChatMerchantCredentials {
            mchid: self.mchid.clone(),
            appid: self.appid.clone(),
            merchant_serial: self.serial.clone(),
            merchant_private_key_pem: self.key.private_pem().to_owned(),
            merchant_certificate_pem: self.certificate_pem.clone(),
            apps: self.appids.iter().filter_map(|appid| apps.credentials(appid)).collect(),
            sub_merchants: self.sub_merchants.clone(),
            apiv3_key: self.api_v3_key.clone(),
            wechatpay_public_key_id: self.trust.public_key_id.clone(),
            wechatpay_public_key_pem: self.trust.public_key.public_pem().to_owned(),
            platform_certificate_serial: newest.map(|c| c.serial.clone()).unwrap_or_default(),
        }
    }

    /// Lets everything happen that time alone brings about.
    pub(super) fn advance(&mut self, now: Timestamp) {
        self.trust.advance(now);
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
    if !draft.appids.iter().all(|id| is_word(id)) {
        return refused("appids", "give 1 to 32 ASCII letters and digits each");
    }
    for sub in &draft.sub_merchants {
        if sub.mchid.as_deref().is_some_and(|id| !is_word(id)) || !sub.appids.iter().all(|id| is_word(id)) {
            return refused("sub_merchants", "give 1 to 32 ASCII letters and digits for numbers and app ids");
        }
    }
    if draft.apiv3_key.as_deref().is_some_and(|key| key.len() != API_V3_KEY_CHARS || !is_word(key)) {
        return refused("apiv3_key", "give exactly 32 ASCII letters and digits, or leave it out");
    }
    if draft.public_key_percent.is_some_and(|percent| percent > 100) {
        return refused("public_key_percent", "give 0 to 100");
    }
    if draft.public_key_per_mille.is_some_and(|share| share > 1000) {
        return refused("public_key_per_mille", "give 0 to 1000");
    }
    Ok(())
}
