//! Who an account is to WeChat Pay: a merchant (直连商户), or a service provider (服务商) that acts for one
//! sub-merchant (特约商户); and the app ids it may be paid under. Decides names and paths, nothing else.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::gateways::{DeclineReason, GatewayError, Merchant};
use crate::payments::attempt::Flow;

/// Everything but RFC 3986's unreserved characters. What is signed is what is sent.
pub(super) const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(super) const REFUNDS: &str = "/v3/refund/domestic/refunds";

/// The app ids of one side.
#[derive(Debug, Clone, Default)]
pub(super) struct Apps {
    /// Official account (公众号); pays wherever nothing else is chosen.
    pub default: Option<String>,
    pub mini_program: Option<String>,
    /// Of the open platform (开放平台), for the shop's own app.
    pub mobile: Option<String>,
}

impl Apps {
    fn all(&self) -> impl Iterator<Item = &str> {
        [&self.default, &self.mini_program, &self.mobile].into_iter().flatten().map(String::as_str)
    }
}

/// Whose number an app of the shop hands to the SDK as `partnerid`. The sources disagree; WeChat's support
/// tells each provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AppPartner {
    Provider,
    SubMerchant,
}

/// The sub-merchant a service provider acts for.
#[derive(Debug, Clone)]
pub(super) struct SubMerchant {
    pub mchid: String,
    pub apps: Apps,
    /// `None`: whose app invokes the payment.
    pub app_partner: Option<AppPartner>,
}

/// One account's identity.
#[derive(Debug, Clone)]
pub(super) struct Party {
    /// The number that signs: the merchant's or the service provider's.
    pub mchid: String,
    pub apps: Apps,
    pub sub: Option<SubMerchant>,
    /// Notifications may be sent to this machine over http: only when the gateway is a stand-in on it.
    pub local_notifications: bool,
}

/// The app id under which a payment runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PayingApp<'a> {
    pub appid: &'a str,
    /// Whether it is the sub-merchant's own.
    pub is_sub: bool,
}

/// The identifiers that stand first in every order.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum OrderIds<'a> {
    Merchant {
        appid: &'a str,
        mchid: &'a str,
    },
    Partner {
        sp_appid: &'a str,
        sp_mchid: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        sub_appid: Option<&'a str>,
        sub_mchid: &'a str,
    },
}

/// The identifiers of calls about an order that exists.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum MerchantIds<'a> {
    Merchant { mchid: &'a str },
    Partner { sp_mchid: &'a str, sub_mchid: &'a str },
}

impl Party {
    fn default_app(&self) -> &str {
        self.apps.default.as_deref().unwrap_or_default()
    }

    /// The app id for a flow: the wanted one if it is this account's, else the one that suits the flow.
    pub(super) fn paying_app<'a>(&'a self, flow: Flow, wanted: Option<&'a str>) -> Result<PayingApp<'a>, GatewayError> {
        let sub_apps = self.sub.as_ref().map(|s| &s.apps);
        if let Some(appid) = wanted.map(str::trim).filter(|w| !w.is_empty()) {
            // A till reverses under the number it charged with, and a reversal knows no shopper.
            let is_own = match flow {
                Flow::Barcode => appid == self.default_app(),
                _ => self.apps.all().any(|a| a == appid),
            };
            let is_sub = flow != Flow::Barcode && sub_apps.is_some_and(|apps| apps.all().any(|a| a == appid));
            return if is_own || is_sub {
                Ok(PayingApp { appid, is_sub: is_sub && !is_own })
            } else {
                Err(foreign_app(appid))
            };
        }
        let own = |appid| PayingApp { appid, is_sub: false };
        let sub_mobile = sub_apps.and_then(|apps| apps.mobile.as_deref());
        Ok(match (flow, sub_mobile, self.apps.mobile.as_deref()) {
            (Flow::App, Some(appid), _) => PayingApp { appid, is_sub: true },
            (Flow::App, None, Some(appid)) => own(appid),
            _ => own(self.default_app()),
        })
    }

    pub(super) fn order_ids<'a>(&'a self, app: PayingApp<'a>) -> OrderIds<'a> {
        match &self.sub {
            None => OrderIds::Merchant { appid: app.appid, mchid: &self.mchid },
            Some(sub) => OrderIds::Partner {
                sp_appid: if app.is_sub { self.default_app() } else { app.appid },
                sp_mchid: &self.mchid,
                sub_appid: app.is_sub.then_some(app.appid),
                sub_mchid: &sub.mchid,
            },
        }
    }

    pub(super) fn merchant_ids(&self) -> MerchantIds<'_> {
        match &self.sub {
            None => MerchantIds::Merchant { mchid: &self.mchid },
            Some(sub) => MerchantIds::Partner { sp_mchid: &self.mchid, sub_mchid: &sub.mchid },
        }
    }

    pub(super) fn sub_mchid(&self) -> Option<&str> {
        self.sub.as_ref().map(|s| s.mchid.as_str())
    }

    /// `partnerid` for the SDK, given the app that invokes it.
    pub(super) fn app_partnerid(&self, invoked_by_sub: bool) -> &str {
        match &self.sub {
            None => &self.mchid,
            Some(sub) => match sub.app_partner {
                Some(AppPartner::Provider) => &self.mchid,
                Some(AppPartner::SubMerchant) => &sub.mchid,
                None if invoked_by_sub => &sub.mchid,
                None => &self.mchid,
            },
        }
    }

    /// What stands for this account where a message names nobody: answers do not, the call binds them.
    pub(super) fn merchant(&self) -> Merchant {
        Merchant { merchant_no: self.mchid.clone(), app_id: None, sub_merchant_no: self.sub_mchid().map(str::to_owned) }
    }

    /// Every app id with the setting it comes from.
    pub(super) fn named_apps(&self) -> Vec<(&'static str, &str)> {
        let sub = self.sub.as_ref().map(|s| &s.apps);
        [
            ("appid", self.apps.default.as_deref()),
            ("mini_program_appid", self.apps.mini_program.as_deref()),
            ("app_appid", self.apps.mobile.as_deref()),
            ("sub_appid", sub.and_then(|a| a.default.as_deref())),
            ("sub_mini_program_appid", sub.and_then(|a| a.mini_program.as_deref())),
            ("sub_app_appid", sub.and_then(|a| a.mobile.as_deref())),
        ]
        .into_iter()
        .filter_map(|(setting, appid)| appid.map(|appid| (setting, appid)))
        .collect()
    }

    pub(super) fn is_own_app(&self, appid: &str) -> bool {
        self.apps.all().chain(self.sub.iter().flat_map(|s| s.apps.all())).any(|a| a == appid)
    }

    /// Which identifier of a message is not this account's.
    pub(super) fn foreign_identifier(&self, told: &Merchant) -> Option<&'static str> {
        if told.merchant_no != self.mchid {
            return Some("merchant_no");
        }
        if told.sub_merchant_no.as_deref() != self.sub_mchid() {
            return Some("sub_merchant_no");
        }
        // A sub-merchant may have apps that only WeChat knows of; the service provider's own are all here.
        told.app_id.as_deref().is_some_and(|appid| !self.is_own_app(appid)).then_some("app_id")
    }

    fn orders(&self) -> &'static str {
        if self.sub.is_some() { "/v3/pay/partner/transactions" } else { "/v3/pay/transactions" }
    }

    /// Where an order of that product is opened, for example `native`.
    pub(super) fn create_target(&self, product: &str) -> String {
        format!("{}/{product}", self.orders())
    }

    /// Path and query that ask for an order.
    pub(super) fn query_target(&self, out_trade_no: &str) -> String {
        let number = utf8_percent_encode(out_trade_no, SEGMENT);
        let ids = match &self.sub {
            None => format!("mchid={}", self.mchid),
            Some(sub) => format!("sp_mchid={}&sub_mchid={}", self.mchid, sub.mchid),
        };
        format!("{}/out-trade-no/{number}?{ids}", self.orders())
    }

    pub(super) fn close_target(&self, out_trade_no: &str) -> String {
        format!("{}/out-trade-no/{}/close", self.orders(), utf8_percent_encode(out_trade_no, SEGMENT))
    }

    pub(super) fn reverse_target(&self, out_trade_no: &str) -> String {
        format!("{}/out-trade-no/{}/reverse", self.orders(), utf8_percent_encode(out_trade_no, SEGMENT))
    }

    pub(super) fn refund_target(&self, out_refund_no: &str) -> String {
        let number = utf8_percent_encode(out_refund_no, SEGMENT);
        let query = self.sub_mchid().map(|sub| format!("?sub_mchid={sub}")).unwrap_or_default();
        format!("{REFUNDS}/{number}{query}")
    }
}

pub(super) fn abnormal_refund_target(refund_id: &str) -> String {
    format!("{REFUNDS}/{}/apply-abnormal-refund", utf8_percent_encode(refund_id, SEGMENT))
}

fn foreign_app(appid: &str) -> GatewayError {
    GatewayError::Declined {
        reason: DeclineReason::Other,
        code: "app_id_unknown".to_owned(),
        message: format!(
            "{appid} is none of this account's app ids for this flow: add it to the account's settings \
             (appid, mini_program_appid, app_appid) or name one that is there"
        ),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::gateways::wechatpay) fn merchant() -> Party {
        Party {
            mchid: "1900007291".to_owned(),
            apps: Apps {
                default: Some("wx2421b1c4370ec43b".to_owned()),
                mini_program: Some("wx00000000000000aa".to_owned()),
                mobile: Some("wx00000000000000bb".to_owned()),
            },
            sub: None,
            local_notifications: false,
        }
    }

    pub(in crate::gateways::wechatpay) fn partner() -> Party {
        let sub = SubMerchant {
            mchid: "1900000109".to_owned(),
            apps: Apps { default: Some("wx00000000000000cc".to_owned()), ..Apps::default() },
            app_partner: None,
        };
        Party { sub: Some(sub), ..merchant() }
    }

    fn chosen(party: &Party, flow: Flow, wanted: Option<&str>) -> Option<(String, bool)> {
        party.paying_app(flow, wanted).ok().map(|app| (app.appid.to_owned(), app.is_sub))
    }

    #[test]
    fn the_flow_and_the_shopper_choose_the_app() {
        let own = |appid: &str| Some((appid.to_owned(), false));
        let (merchant, partner) = (merchant(), partner());
        assert_eq!(chosen(&merchant, Flow::Jsapi, None), own("wx2421b1c4370ec43b"));
        assert_eq!(chosen(&merchant, Flow::App, None), own("wx00000000000000bb"));
        assert_eq!(chosen(&merchant, Flow::Jsapi, Some("wx00000000000000aa")), own("wx00000000000000aa"));
        assert_eq!(chosen(&merchant, Flow::Jsapi, Some("wx00000000000000cc")), None, "somebody else's");
        assert_eq!(chosen(&merchant, Flow::Barcode, Some("wx00000000000000aa")), None, "a till has one app");
        assert_eq!(
            chosen(&partner, Flow::Jsapi, Some("wx00000000000000cc")),
            Some(("wx00000000000000cc".to_owned(), true))
        );
        assert_eq!(chosen(&partner, Flow::App, None), own("wx00000000000000bb"));
        assert_eq!(chosen(&partner, Flow::Qr, None), own("wx2421b1c4370ec43b"));
    }

    #[test]
    fn a_message_is_compared_with_every_identifier() {
        let told = |no: &str, sub: Option<&str>, app: Option<&str>| Merchant {
            merchant_no: no.to_owned(),
            sub_merchant_no: sub.map(str::to_owned),
            app_id: app.map(str::to_owned),
        };
        let (merchant, partner) = (merchant(), partner());
        for app in [None, Some("wx2421b1c4370ec43b"), Some("wx00000000000000aa"), Some("wx00000000000000bb")] {
            assert_eq!(merchant.foreign_identifier(&told("1900007291", None, app)), None, "{app:?}");
        }
        assert_eq!(merchant.foreign_identifier(&told("1900007292", None, None)), Some("merchant_no"));
        assert_eq!(merchant.foreign_identifier(&told("1900007291", Some("1"), None)), Some("sub_merchant_no"));
        let other_app = told("1900007291", None, Some("wx00000000000000cc"));
        assert_eq!(merchant.foreign_identifier(&other_app), Some("app_id"));

        let sub = Some("1900000109");
        assert_eq!(partner.foreign_identifier(&told("1900007291", sub, Some("wx00000000000000cc"))), None);
        assert_eq!(partner.foreign_identifier(&told("1900007291", None, None)), Some("sub_merchant_no"));
        assert_eq!(partner.foreign_identifier(&told("1900007291", Some("2"), None)), Some("sub_merchant_no"));
    }

    #[test]
    fn partners_have_their_own_paths() {
        let (merchant, partner) = (merchant(), partner());
        assert_eq!(merchant.create_target("h5"), "/v3/pay/transactions/h5");
        assert_eq!(partner.create_target("h5"), "/v3/pay/partner/transactions/h5");
        assert_eq!(merchant.query_target("A|B*1"), "/v3/pay/transactions/out-trade-no/A%7CB%2A1?mchid=1900007291");
        assert_eq!(
            partner.query_target("A1"),
            "/v3/pay/partner/transactions/out-trade-no/A1?sp_mchid=1900007291&sub_mchid=1900000109"
        );
        assert_eq!(merchant.refund_target("R@1"), "/v3/refund/domestic/refunds/R%401");
        assert_eq!(partner.refund_target("R1"), "/v3/refund/domestic/refunds/R1?sub_mchid=1900000109");
    }

    #[test]
    fn the_sdk_is_told_whose_app_pays_unless_the_setting_says_otherwise() {
        let mut party = partner();
        assert_eq!((party.app_partnerid(true), party.app_partnerid(false)), ("1900000109", "1900007291"));
        party.sub.as_mut().unwrap().app_partner = Some(AppPartner::Provider);
        assert_eq!(party.app_partnerid(true), "1900007291");
        party.sub.as_mut().unwrap().app_partner = Some(AppPartner::SubMerchant);
        assert_eq!(party.app_partnerid(false), "1900000109");
        assert_eq!(merchant().app_partnerid(true), "1900007291");
    }
}
