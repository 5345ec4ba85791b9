//! Reads the fields of an account and collects every mistake people make entering them.

use serde_json::Value;
use url::Url;

use super::{BACKUP_HOSTS, MAIN_HOST, is_real_host};
use crate::crypto::aead::{self, AeadKey};
use crate::crypto::certificate::Certificate;
use crate::crypto::rsa::{self, Content, KeyError, SigningKey, VerifyingKey};
use crate::gateways::SettingProblem;
use crate::gateways::form::{self, Section};
use crate::payments::payment::Mode;

const PUBLIC_KEY_ID_PREFIX: &str = "PUB_KEY_ID_";

/// The fields, uncopied (some are secrets), and the problems found while they are read.
pub(super) struct Form<'a> {
    form: form::Form,
    settings: Section<'a>,
    secrets: Section<'a>,
}

impl<'a> Form<'a> {
    pub(super) fn new(
        settings: &'a Value,
        secrets: &'a Value,
        settings_known: &[&str],
        secrets_known: &[&str],
    ) -> Self {
        let mut form = form::Form::default();
        let settings = form.section("settings", settings, settings_known);
        let secrets = form.section("secrets", secrets, secrets_known);
        Self { form, settings, secrets }
    }

    pub(super) fn into_problems(self) -> Vec<SettingProblem> {
        self.form.problems
    }

    pub(super) fn report(&mut self, pointer: &str, code: &'static str, detail: impl Into<String>) {
        self.form.report(pointer, code, detail);
    }

    pub(super) fn setting(&mut self, name: &str) -> Option<&'a str> {
        self.form.optional(self.settings, name)
    }

    fn secret(&mut self, name: &str) -> Option<&'a str> {
        self.form.optional(self.secrets, name)
    }

    pub(super) fn required_setting(&mut self, name: &str) -> Option<&'a str> {
        self.form.required(self.settings, name)
    }

    pub(super) fn required_secret(&mut self, name: &str) -> Option<&'a str> {
        self.form.required(self.secrets, name)
    }

    /// Text of at most so many characters.
    pub(super) fn text(&mut self, name: &str, max_chars: usize) -> Option<String> {
        let value = self.setting(name)?;
        let fits = value.chars().count() <= max_chars && value.chars().all(|c| c.len_utf8() < 4 && !c.is_control());
        if !fits {
            let detail = format!("{name} has at most {max_chars} characters, without emoji.");
            self.report(&format!("/settings/{name}"), "invalid_text", detail);
        }
        fits.then(|| value.to_owned())
    }

    pub(super) fn web_address(&mut self, name: &str, max_chars: usize) -> Option<String> {
        let value = self.text(name, max_chars)?;
        let fits = Url::parse(&value).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        if !fits {
            let detail = format!("{name} is a web address with https://.");
            self.report(&format!("/settings/{name}"), "invalid_web_address", detail);
        }
        fits.then_some(value)
    }

    pub(super) fn app(&mut self, name: &str) -> Option<String> {
        self.setting(name).and_then(|value| self.appid(name, value))
    }

    pub(super) fn mchid(&mut self, name: &str, value: &str) -> Option<String> {
        let fits = (6..=32).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
        if !fits {
            let detail = format!("{name} is a merchant number (商户号): digits only, usually 10.");
            self.report(&format!("/settings/{name}"), "invalid_mchid", detail);
        }
        fits.then(|| value.to_owned())
    }

    pub(super) fn appid(&mut self, name: &str, value: &str) -> Option<String> {
        let fits = value
            .strip_prefix("wx")
            .is_some_and(|rest| rest.len() == 16 && rest.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()));
        if !fits {
            let detail = format!("{name} is wx followed by 16 lower-case letters and digits, as the console shows it.");
            self.report(&format!("/settings/{name}"), "invalid_appid", detail);
        }
        fits.then(|| value.to_owned())
    }

    /// The certificate knows its serial number better than a person who types it.
    pub(super) fn merchant_serial(&mut self, certificate: Option<&Certificate>) -> Option<String> {
        const POINTER: &str = "/settings/merchant_serial";
        let value = match (certificate, self.setting("merchant_serial")) {
            (Some(certificate), None) => return Some(certificate.serial().to_owned()),
            (_, Some(value)) => value,
            // A certificate that cannot be read is problem enough.
            (None, None) if self.setting("merchant_certificate").is_some() => return None,
            (None, None) => self.required_setting("merchant_serial")?,
        };
        let fits = value.len() == 40 && value.bytes().all(|b| b.is_ascii_hexdigit());
        if !fits {
            let detail = "merchant_serial is the serial number of the merchant API certificate: 40 hex digits. \
                          openssl x509 -in apiclient_cert.pem -noout -serial prints it.";
            self.report(POINTER, "invalid_merchant_serial", detail);
        } else if let Some(own) = certificate.filter(|c| !c.serial().eq_ignore_ascii_case(value)) {
            let detail = format!(
                "merchant_certificate has the serial number {}: correct merchant_serial, or leave it away.",
                own.serial()
            );
            self.report(POINTER, "serial_not_of_certificate", detail);
        }
        fits.then(|| value.to_ascii_uppercase())
    }

    pub(super) fn merchant_certificate(&mut self, text: &str, key: Option<&SigningKey>) -> Option<Certificate> {
        const POINTER: &str = "/settings/merchant_certificate";
        // A private key in a setting would be shown to whoever reads the account: its words come first.
        if rsa::content_of(text) == Some(Content::PrivateKey) {
            let detail =
                "This is a private key, a secret: it belongs into merchant_private_key. Give apiclient_cert.pem.";
            self.report(POINTER, "private_key_not_certificate", detail);
            return None;
        }
        let Ok(certificate) = Certificate::parse(text) else {
            let detail = "merchant_certificate is apiclient_cert.pem from the console; this cannot be read as one.";
            self.report(POINTER, "invalid_certificate", detail);
            return None;
        };
        if key.is_some_and(|key| !key.matches(certificate.public_key())) {
            let detail = "merchant_certificate and merchant_private_key do not belong together: take both files from \
                          one download of the merchant API certificate.";
            self.report(POINTER, "certificate_not_of_key", detail);
            return None;
        }
        Some(certificate)
    }

    pub(super) fn signing_key(&mut self, text: &str) -> Option<SigningKey> {
        self.form.signing_key("/secrets/merchant_private_key", text)
    }

    pub(super) fn apiv3_key(&mut self, text: &str) -> Option<AeadKey> {
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

    pub(super) fn public_key(
        &mut self,
        merchant_serial: Option<&str>,
        signing_key: Option<&SigningKey>,
    ) -> Option<(String, VerifyingKey)> {
        const ID: &str = "/settings/wechatpay_public_key_id";
        const KEY: &str = "/secrets/wechatpay_public_key";
        let (id, text) = (self.setting("wechatpay_public_key_id"), self.secret("wechatpay_public_key"));
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

    pub(super) fn api_base(&mut self, value: Option<&str>, mode: Mode) -> Option<Url> {
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
        self.form.base("/settings/api_base", text)
    }

    /// Where a test account's payers sign in, if not at `api_base`.
    pub(super) fn oauth_base(&mut self, mode: Mode) {
        const POINTER: &str = "/settings/oauth_base";
        let Some(text) = self.setting("oauth_base") else { return };
        if mode == Mode::Live {
            let detail = "A live account signs its payers in at WeChat itself: leave oauth_base away.";
            self.report(POINTER, "host_not_allowed", detail);
        } else {
            self.form.base(POINTER, text.trim_end_matches('/'));
        }
    }

    pub(super) fn app_secret(&mut self) {
        let value = self.secret("app_secret");
        if value.is_some_and(|text| text.len() != 32 || !text.bytes().all(|b| b.is_ascii_alphanumeric())) {
            let detail = "The AppSecret has exactly 32 letters and digits. The console of the official account \
                          (公众平台) shows it once, when it is reset.";
            self.report("/secrets/app_secret", "invalid_app_secret", detail);
        }
    }
}
