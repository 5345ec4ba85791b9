//! What a WeChat Pay account needs, and every mistake people make entering it.
//! Promises: all problems at once, each with its place and its remedy; no secret in any of them.
//! Refuses: unknown fields, and hosts other than WeChat's own for live accounts.

use std::fmt;

use serde_json::{Map, Value};
use url::Url;

use crate::crypto::aead::{self, AeadKey};
use crate::crypto::certificate::Certificate;
use crate::crypto::rsa::{self, Content, KeyError, SigningKey, VerifyingKey};
use crate::gateways::transport;
use crate::gateways::{AccountCredentials, SettingProblem};
use crate::payments::payment::Mode;

/// The nearest access point.
pub const MAIN_HOST: &str = "https://api.mch.weixin.qq.com";
/// The remote access points, called when the first cannot be reached.
const BACKUP_HOSTS: [&str; 2] = ["https://api2.mch.weixin.qq.com", "https://api2.wechatpay.cn"];

const PUBLIC_KEY_ID_PREFIX: &str = "PUB_KEY_ID_";

/// Settings of a WeChat Pay account (微信支付), as JSON.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeChatPaySettings {
    /// Merchant number (商户号), digits.
    #[schema(example = "1900007291", pattern = "^[0-9]{6,32}$")]
    pub mchid: String,
    /// App id bound to the merchant number.
    #[schema(example = "wx2421b1c4370ec43b", pattern = "^wx[0-9a-z]{16}$")]
    pub appid: String,
    /// Serial number of the merchant's API certificate (商户API证书序列号), 40 hex digits.
    #[schema(example = "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB", pattern = "^[0-9A-Fa-f]{40}$")]
    pub merchant_serial: String,
    /// Id of the WeChat Pay public key (微信支付公钥ID); together with its key, or neither.
    #[schema(example = "PUB_KEY_ID_0000000000000024101100397200000006", pattern = "^PUB_KEY_ID_[0-9]+$")]
    pub wechatpay_public_key_id: Option<String>,
    /// Address of a stand-in, for test accounts. A live account accepts WeChat's own hosts only.
    #[schema(example = "http://127.0.0.1:8090")]
    pub api_base: Option<String>,
    /// Address of a stand-in for WeChat's sign-in (网页授权), for test accounts; as `api_base` when absent.
    #[schema(example = "http://127.0.0.1:8090")]
    pub oauth_base: Option<String>,
}

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

impl fmt::Debug for WeChatPaySecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeChatPaySecrets")
    }
}

/// The settings, parsed and ready for use.
#[derive(Debug)]
pub(super) struct Parsed {
    pub mchid: String,
    pub appid: String,
    pub merchant_serial: String,
    pub signing_key: SigningKey,
    pub apiv3_key: AeadKey,
    pub public_key: Option<(String, VerifyingKey)>,
    pub api_base: Url,
}

impl Parsed {
    /// # Errors
    /// Every problem found.
    pub(super) fn read(credentials: &AccountCredentials) -> Result<Self, Vec<SettingProblem>> {
        let mut form = Form { problems: Vec::new() };
        let settings = form.section(
            "settings",
            &credentials.settings,
            &["mchid", "appid", "merchant_serial", "wechatpay_public_key_id", "api_base", "oauth_base"],
        );
        let secrets = form.section(
            "secrets",
            &credentials.secrets,
            &["merchant_private_key", "apiv3_key", "wechatpay_public_key", "app_secret"],
        );
        let mchid = form.required("settings", settings, "mchid").and_then(|v| form.mchid(v));
        let appid = form.required("settings", settings, "appid").and_then(|v| form.appid(v));
        let serial = form.required("settings", settings, "merchant_serial").and_then(|v| form.merchant_serial(v));
        let api_base = form.optional("settings", settings, "api_base");
        let api_base = form.api_base(api_base, credentials.mode);
        let oauth_base = form.optional("settings", settings, "oauth_base");
        form.oauth_base(oauth_base, credentials.mode);
        let app_secret = form.optional("secrets", secrets, "app_secret");
        form.app_secret(app_secret);
        let signing_key = form.required("secrets", secrets, "merchant_private_key").and_then(|v| form.signing_key(v));
        let apiv3_key = form.required("secrets", secrets, "apiv3_key").and_then(|v| form.apiv3_key(v));
        let id = form.optional("settings", settings, "wechatpay_public_key_id");
        let key = form.optional("secrets", secrets, "wechatpay_public_key");
        let public_key = form.public_key(id, key, serial.as_deref(), signing_key.as_ref());

        match (mchid, appid, serial, signing_key, apiv3_key, api_base) {
            (Some(mchid), Some(appid), Some(merchant_serial), Some(signing_key), Some(apiv3_key), Some(api_base))
                if form.problems.is_empty() =>
            {
                Ok(Self { mchid, appid, merchant_serial, signing_key, apiv3_key, public_key, api_base })
            }
            _ => Err(form.problems),
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

/// Collects problems while the fields are read.
struct Form {
    problems: Vec<SettingProblem>,
}

impl Form {
    fn report(&mut self, pointer: &str, code: &'static str, detail: impl Into<String>) {
        self.problems.push(SettingProblem { pointer: pointer.to_owned(), code, detail: detail.into() });
    }

    /// The fields of one section, uncopied: some are secrets.
    fn section<'a>(&mut self, name: &str, value: &'a Value, known: &[&str]) -> Option<&'a Map<String, Value>> {
        let Some(object) = value.as_object() else {
            self.report(&format!("/{name}"), "not_an_object", format!("{name} must be a JSON object."));
            return None;
        };
        for field in object.keys().filter(|f| !known.contains(&f.as_str())) {
            let nearness = |name: &str| strsim::jaro_winkler(field, name);
            let nearest = known.iter().max_by(|a, b| nearness(a).total_cmp(&nearness(b)));
            let hint = nearest.filter(|n| nearness(n) > 0.8).map_or_else(
                || format!("Known are: {}.", known.join(", ")),
                |nearest| format!("Did you mean {nearest}?"),
            );
            let pointer = format!("/{name}/{}", field.replace('~', "~0").replace('/', "~1"));
            self.report(&pointer, "unknown_field", format!("There is no such field. {hint}"));
        }
        Some(object)
    }

    /// Absent, null and blank are the same.
    fn optional<'a>(&mut self, section: &str, fields: Option<&'a Map<String, Value>>, name: &str) -> Option<&'a str> {
        match fields?.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.trim()).filter(|t| !t.is_empty()),
            _ => {
                self.report(&format!("/{section}/{name}"), "not_text", format!("{name} must be text in quotes."));
                None
            }
        }
    }

    fn required<'a>(&mut self, section: &str, fields: Option<&'a Map<String, Value>>, name: &str) -> Option<&'a str> {
        let before = self.problems.len();
        let value = self.optional(section, fields, name);
        if fields.is_some() && value.is_none() && self.problems.len() == before {
            self.report(&format!("/{section}/{name}"), "missing", format!("{name} is required."));
        }
        value
    }

    fn mchid(&mut self, value: &str) -> Option<String> {
        let fits = (6..=32).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
        if !fits {
            let detail = "mchid is the merchant number (商户号): digits only, usually 10.";
            self.report("/settings/mchid", "invalid_mchid", detail);
        }
        fits.then(|| value.to_owned())
    }

    fn appid(&mut self, value: &str) -> Option<String> {
        let fits = value
            .strip_prefix("wx")
            .is_some_and(|rest| rest.len() == 16 && rest.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()));
        if !fits {
            let detail = "appid is wx followed by 16 lower-case letters and digits, as the console shows it.";
            self.report("/settings/appid", "invalid_appid", detail);
        }
        fits.then(|| value.to_owned())
    }

    fn merchant_serial(&mut self, value: &str) -> Option<String> {
        let fits = value.len() == 40 && value.bytes().all(|b| b.is_ascii_hexdigit());
        if !fits {
            let detail = "merchant_serial is the serial number of the merchant API certificate: 40 hex digits. \
                          openssl x509 -in apiclient_cert.pem -noout -serial prints it.";
            self.report("/settings/merchant_serial", "invalid_merchant_serial", detail);
        }
        fits.then(|| value.to_ascii_uppercase())
    }

    fn signing_key(&mut self, text: &str) -> Option<SigningKey> {
        const POINTER: &str = "/secrets/merchant_private_key";
        match SigningKey::parse(text) {
            Ok(key) => Some(key),
            Err(error) => {
                let code = match error {
                    KeyError::CertificateNotPrivateKey => "certificate_not_private_key",
                    KeyError::PublicNotPrivateKey => "public_not_private_key",
                    KeyError::Encrypted => "key_encrypted",
                    KeyError::TooSmall => "key_too_small",
                    _ => "invalid_private_key",
                };
                self.report(POINTER, code, format!("merchant_private_key cannot be used: {error}."));
                None
            }
        }
    }

    fn apiv3_key(&mut self, text: &str) -> Option<AeadKey> {
        const POINTER: &str = "/secrets/apiv3_key";
        if text.len() != aead::KEY_LENGTH {
            let detail = format!(
                "The APIv3 key (APIv3密钥) has exactly 32 letters and digits; this one has {}. It is set in the \
                 console under API security and is neither the private key nor the older API key.",
                text.len()
            );
            self.report(POINTER, "invalid_apiv3_key", detail);
            return None;
        }
        if !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            let detail = "The APIv3 key consists of letters and digits only; something else was pasted with it.";
            self.report(POINTER, "invalid_apiv3_key", detail);
            return None;
        }
        AeadKey::new(text.as_bytes()).ok()
    }

    fn public_key(
        &mut self,
        id: Option<&str>,
        text: Option<&str>,
        merchant_serial: Option<&str>,
        signing_key: Option<&SigningKey>,
    ) -> Option<(String, VerifyingKey)> {
        const ID: &str = "/settings/wechatpay_public_key_id";
        const KEY: &str = "/secrets/wechatpay_public_key";
        match (id, text) {
            (None, Some(_)) => {
                self.report(ID, "public_key_without_id", "The WeChat Pay public key needs its id, PUB_KEY_ID_…");
            }
            (Some(_), None) => {
                self.report(KEY, "public_key_id_without_key", "The id needs its key: pub_key.pem from the console.");
            }
            _ => {}
        }
        let id_fits = id.is_none_or(|id| {
            id.strip_prefix(PUBLIC_KEY_ID_PREFIX)
                .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
        });
        if !id_fits {
            self.report(ID, "invalid_public_key_id", "The id is PUB_KEY_ID_ followed by digits.");
        }
        let key = self.verifying_key(KEY, text?, merchant_serial, signing_key)?;
        id.filter(|_| id_fits).map(|id| (id.to_owned(), key))
    }

    fn verifying_key(
        &mut self,
        pointer: &str,
        text: &str,
        merchant_serial: Option<&str>,
        signing_key: Option<&SigningKey>,
    ) -> Option<VerifyingKey> {
        if rsa::content_of(text) == Some(Content::Certificate) {
            let own = Certificate::parse(text).is_ok_and(|c| {
                merchant_serial == Some(c.serial()) || signing_key.is_some_and(|k| k.matches(c.public_key()))
            });
            let (code, detail) = if own {
                ("merchant_certificate_not_public_key", "This is the merchant's own certificate. Give pub_key.pem.")
            } else {
                (
                    "certificate_not_public_key",
                    "This is a certificate. Platform certificates are fetched without being configured; give \
                     pub_key.pem, or leave key and id away.",
                )
            };
            self.report(pointer, code, detail);
            return None;
        }
        match VerifyingKey::parse(text) {
            Ok(key) if signing_key.is_some_and(|own| own.matches(&key)) => {
                let detail = "This is the public half of the merchant's own key. Give WeChat's: pub_key.pem.";
                self.report(pointer, "own_public_key", detail);
                None
            }
            Ok(key) => Some(key),
            Err(error) => {
                let code = match error {
                    KeyError::PrivateNotPublicKey => "private_not_public_key",
                    KeyError::TooSmall => "key_too_small",
                    _ => "invalid_public_key",
                };
                self.report(pointer, code, format!("wechatpay_public_key cannot be used: {error}."));
                None
            }
        }
    }

    fn api_base(&mut self, value: Option<&str>, mode: Mode) -> Option<Url> {
        let text = value.unwrap_or(MAIN_HOST).trim_end_matches('/');
        if mode == Mode::Live && !is_real_host(text) {
            let detail = format!("A live account calls WeChat Pay only: {MAIN_HOST} or {}.", BACKUP_HOSTS.join(", "));
            self.report("/settings/api_base", "host_not_allowed", detail);
            return None;
        }
        // WeChat Pay has no test system: at its real hosts a "test" payment moves real money.
        if mode == Mode::Test && is_real_host(text) {
            let detail = "A test account needs the address of a stand-in, such as the one `luodi sandbox` prints: \
                          WeChat Pay itself has no test system.";
            self.report("/settings/api_base", "test_account_needs_stand_in", detail);
            return None;
        }
        let url = stand_in(text);
        if url.is_none() {
            let detail = "api_base is https:// and a host, or http:// and this machine, without a path.";
            self.report("/settings/api_base", "invalid_api_base", detail);
        }
        url
    }

    fn oauth_base(&mut self, value: Option<&str>, mode: Mode) {
        const POINTER: &str = "/settings/oauth_base";
        let Some(text) = value else { return };
        if mode == Mode::Live {
            let detail = "A live account signs its payers in at WeChat itself: leave oauth_base away.";
            self.report(POINTER, "host_not_allowed", detail);
        } else if stand_in(text.trim_end_matches('/')).is_none() {
            let detail = "oauth_base is https:// and a host, or http:// and this machine, without a path.";
            self.report(POINTER, "invalid_api_base", detail);
        }
    }

    fn app_secret(&mut self, value: Option<&str>) {
        if value.is_some_and(|text| text.len() != 32 || !text.bytes().all(|b| b.is_ascii_alphanumeric())) {
            let detail = "The AppSecret has exactly 32 letters and digits. The console of the official account \
                          (公众平台) shows it once, when it is reset.";
            self.report("/secrets/app_secret", "invalid_app_secret", detail);
        }
    }
}

/// A host alone, reached safely.
fn stand_in(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| {
        transport::is_allowed(url)
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    })
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
