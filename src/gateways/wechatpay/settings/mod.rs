//! What a WeChat Pay account needs.
//! Promises: all problems at once, each with its place and its remedy; no secret in any of them.
//! Refuses: unknown fields, and hosts other than WeChat's own for live accounts.

mod form;

use std::fmt;

use url::Url;

use self::form::Form;
use super::party::{AppPartner, Apps, Party, SubMerchant};
use super::requests::{H5Shop, Till};
use crate::crypto::aead::AeadKey;
use crate::crypto::certificate::Certificate;
use crate::crypto::rsa::{SigningKey, VerifyingKey};
use crate::gateways::transport::is_loopback;
use crate::gateways::{AccountCredentials, SettingProblem};
use crate::payments::payment::Mode;

/// The nearest access point.
pub const MAIN_HOST: &str = "https://api.mch.weixin.qq.com";
/// The remote access points, called when the first cannot be reached.
const BACKUP_HOSTS: [&str; 2] = ["https://api2.mch.weixin.qq.com", "https://api2.wechatpay.cn"];

/// Settings of a WeChat Pay account (微信支付), as JSON. With `sub_mchid` the account is a service
/// provider's (服务商): `mchid`, the app ids without `sub_` and every secret are then the provider's.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeChatPaySettings {
    /// Merchant number (商户号), digits.
    #[schema(example = "1900007291", pattern = "^[0-9]{6,32}$")]
    pub mchid: String,
    /// App id bound to the merchant number; pays wherever no other is chosen.
    #[schema(example = "wx2421b1c4370ec43b", pattern = "^wx[0-9a-z]{16}$")]
    pub appid: String,
    /// App id of the mini program (小程序), to be named in `shopper.app_id`.
    #[schema(pattern = "^wx[0-9a-z]{16}$")]
    pub mini_program_appid: Option<String>,
    /// App id of the shop's own app (移动应用), for the flow `app`.
    #[schema(pattern = "^wx[0-9a-z]{16}$")]
    pub app_appid: Option<String>,
    /// The sub-merchant (特约商户号) that a service provider acts for.
    #[schema(pattern = "^[0-9]{6,32}$")]
    pub sub_mchid: Option<String>,
    /// The sub-merchant's official account; payers' openids under it are `sub_openid`.
    #[schema(pattern = "^wx[0-9a-z]{16}$")]
    pub sub_appid: Option<String>,
    #[schema(pattern = "^wx[0-9a-z]{16}$")]
    pub sub_mini_program_appid: Option<String>,
    #[schema(pattern = "^wx[0-9a-z]{16}$")]
    pub sub_app_appid: Option<String>,
    /// Whose number the SDK of the shop's app gets as `partnerid`: `mchid` or `sub_mchid`. Left out: the
    /// sub-merchant's if its own app pays.
    #[schema(example = "sub_mchid")]
    pub app_partnerid: Option<String>,
    /// Serial number of the merchant's API certificate (商户API证书序列号), 40 hex digits. Not needed with
    /// `merchant_certificate`.
    #[schema(example = "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB", pattern = "^[0-9A-Fa-f]{40}$")]
    pub merchant_serial: Option<String>,
    /// The merchant's API certificate (apiclient_cert.pem): gives the serial number, and a warning before it
    /// ends.
    pub merchant_certificate: Option<String>,
    /// Id of the WeChat Pay public key (微信支付公钥ID); together with its key, or neither.
    #[schema(example = "PUB_KEY_ID_0000000000000024101100397200000006", pattern = "^PUB_KEY_ID_[0-9]+$")]
    pub wechatpay_public_key_id: Option<String>,
    /// Name of the shop that WeChat shows to mobile browsers (H5), at most 64 characters.
    #[schema(max_length = 64)]
    pub h5_app_name: Option<String>,
    /// Address of the shop for the same, https, at most 128 characters.
    #[schema(max_length = 128)]
    pub h5_app_url: Option<String>,
    /// `v3` offers the flow `barcode` (付款码). Only for merchants whom WeChat has opened it to under APIv3;
    /// needs `store_id` or `store_out_id`.
    #[schema(example = "v3")]
    pub codepay: Option<String>,
    /// WeChat's number of the shop (门店) where codes are scanned.
    #[schema(max_length = 32)]
    pub store_id: Option<String>,
    /// The merchant's own number of that shop.
    #[schema(max_length = 256)]
    pub store_out_id: Option<String>,
    /// Address of a stand-in, for test accounts. A live account accepts WeChat's own hosts only.
    #[schema(example = "http://127.0.0.1:8090")]
    pub api_base: Option<String>,
    /// Address of a stand-in for WeChat's sign-in (网页授权), for test accounts; as `api_base` when absent.
    #[schema(example = "http://127.0.0.1:8090")]
    pub oauth_base: Option<String>,
}

const SETTINGS: [&str; 19] = [
    "mchid",
    "appid",
    "mini_program_appid",
    "app_appid",
    "sub_mchid",
    "sub_appid",
    "sub_mini_program_appid",
    "sub_app_appid",
    "app_partnerid",
    "merchant_serial",
    "merchant_certificate",
    "wechatpay_public_key_id",
    "h5_app_name",
    "h5_app_url",
    "codepay",
    "store_id",
    "store_out_id",
    "api_base",
    "oauth_base",
];

/// Secrets of a WeChat Pay account, as JSON. Never returned.
#[derive(Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeChatPaySecrets {
    /// Private key of the merchant's API certificate (apiclient_key.pem): PEM or base64.
    pub merchant_private_key: String,
    /// APIv3 key (APIv3密钥): 32 letters and digits.
    #[schema(min_length = 32, max_length = 32)]
    pub apiv3_key: String,
    /// WeChat Pay public key (pub_key.pem): PEM or base64.
    pub wechatpay_public_key: Option<String>,
    /// AppSecret of the official account `appid`: lets the cashier find a payer's openid inside WeChat by itself.
    #[schema(min_length = 32, max_length = 32)]
    pub app_secret: Option<String>,
}

const SECRETS: [&str; 4] = ["merchant_private_key", "apiv3_key", "wechatpay_public_key", "app_secret"];

impl fmt::Debug for WeChatPaySecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeChatPaySecrets")
    }
}

/// The settings, parsed and ready for use.
#[derive(Debug)]
pub(super) struct Parsed {
    pub party: Party,
    pub h5: H5Shop,
    /// Set when the merchant scans payers' codes.
    pub till: Option<Till>,
    pub merchant_serial: String,
    pub merchant_certificate: Option<Certificate>,
    pub signing_key: SigningKey,
    pub apiv3_key: AeadKey,
    pub public_key: Option<(String, VerifyingKey)>,
    pub api_base: Url,
}

impl Parsed {
    /// # Errors
    /// Every problem found.
    pub(super) fn read(credentials: &AccountCredentials) -> Result<Self, Vec<SettingProblem>> {
        let mut form = Form::new(&credentials.settings, &credentials.secrets, &SETTINGS, &SECRETS);
        let mchid = form.required_setting("mchid").and_then(|v| form.mchid("mchid", v));
        let appid = form.required_setting("appid").and_then(|v| form.appid("appid", v));
        let mini_program = form.app("mini_program_appid");
        let mobile = form.app("app_appid");
        let sub = read_sub_merchant(&mut form);
        let signing_key = form.required_secret("merchant_private_key").and_then(|v| form.signing_key(v));
        let merchant_certificate =
            form.setting("merchant_certificate").and_then(|v| form.merchant_certificate(v, signing_key.as_ref()));
        let serial = form.merchant_serial(merchant_certificate.as_ref());
        let h5 = H5Shop { app_name: form.text("h5_app_name", 64), app_url: form.web_address("h5_app_url", 128) };
        let till = read_till(&mut form);
        let api_base = form.setting("api_base");
        let api_base = form.api_base(api_base, credentials.mode);
        form.oauth_base(credentials.mode);
        form.app_secret();
        let apiv3_key = form.required_secret("apiv3_key").and_then(|v| form.apiv3_key(v));
        let public_key = form.public_key(serial.as_deref(), signing_key.as_ref());

        let problems = form.into_problems();
        match (mchid, appid, serial, signing_key, apiv3_key, api_base) {
            (Some(mchid), Some(appid), Some(merchant_serial), Some(signing_key), Some(apiv3_key), Some(api_base))
                if problems.is_empty() =>
            {
                let local_notifications = credentials.mode == Mode::Test && is_loopback(&api_base);
                let apps = Apps { default: Some(appid), mini_program, mobile };
                let party = Party { mchid, apps, sub, local_notifications };
                Ok(Self {
                    party,
                    h5,
                    till,
                    merchant_serial,
                    merchant_certificate,
                    signing_key,
                    apiv3_key,
                    public_key,
                    api_base,
                })
            }
            _ => Err(problems),
        }
    }
}

fn read_sub_merchant(form: &mut Form<'_>) -> Option<SubMerchant> {
    let mchid = form.setting("sub_mchid").and_then(|v| form.mchid("sub_mchid", v));
    let apps = Apps {
        default: form.app("sub_appid"),
        mini_program: form.app("sub_mini_program_appid"),
        mobile: form.app("sub_app_appid"),
    };
    let app_partner = match form.setting("app_partnerid") {
        None => None,
        Some("mchid") => Some(AppPartner::Provider),
        Some("sub_mchid") => Some(AppPartner::SubMerchant),
        Some(_) => {
            let detail = "app_partnerid is mchid or sub_mchid: whose number the SDK of the shop's app gets.";
            form.report("/settings/app_partnerid", "invalid_app_partnerid", detail);
            None
        }
    };
    if form.setting("sub_mchid").is_none() {
        for name in ["sub_appid", "sub_mini_program_appid", "sub_app_appid", "app_partnerid"] {
            if form.setting(name).is_some() {
                let detail = format!("{name} is for service providers: give sub_mchid too, or leave both away.");
                form.report(&format!("/settings/{name}"), "sub_mchid_needed", detail);
            }
        }
    }
    mchid.map(|mchid| SubMerchant { mchid, apps, app_partner })
}

fn read_till(form: &mut Form<'_>) -> Option<Till> {
    let id = form.text("store_id", 32).map(Till::Id);
    let till = id.or_else(|| form.text("store_out_id", 256).map(Till::OutId));
    match form.setting("codepay") {
        None => None,
        Some("v3") => {
            if till.is_none() {
                let detail = "Scanning payers' codes needs the shop it happens in: store_id from the WeChat Pay console, \
                              or a store_out_id of your own.";
                form.report("/settings/store_id", "store_needed", detail);
            }
            till
        }
        Some(_) => {
            let detail =
                "codepay is v3, where WeChat has opened codepay under APIv3 to this merchant; else leave it away.";
            form.report("/settings/codepay", "invalid_codepay", detail);
            None
        }
    }
}

/// The real hosts back each other up; a stand-in has no backup.
pub(super) fn backup_of(base: &Url) -> Option<Url> {
    let base = base.as_str().trim_end_matches('/');
    let [nearest_backup, _] = BACKUP_HOSTS;
    let backup = if base == MAIN_HOST { nearest_backup } else { MAIN_HOST };
    if is_real_host(base) { Url::parse(backup).ok() } else { None }
}

/// Whether this is an address of WeChat Pay itself.
pub(super) fn is_real_host(base: &str) -> bool {
    let base = base.trim_end_matches('/');
    base == MAIN_HOST || BACKUP_HOSTS.contains(&base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_real_hosts_back_each_other_up() {
        assert!(is_real_host(MAIN_HOST));
        assert!(!is_real_host("https://api.mch.weixin.qq.com.example.com"));
        let backup = |base: &str| backup_of(&Url::parse(base).unwrap()).map(|u| u.to_string());
        assert_eq!(backup(MAIN_HOST).as_deref(), Some("https://api2.mch.weixin.qq.com/"));
        assert_eq!(backup("https://api2.wechatpay.cn").as_deref(), Some("https://api.mch.weixin.qq.com/"));
        assert_eq!(backup("http://127.0.0.1:8090"), None);
    }
}
