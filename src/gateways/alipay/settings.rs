//! What an Alipay account needs, and every mistake people make entering it.
//! Promises: all problems at once, each with its place and its remedy; no secret in any of them.
//! Refuses: unknown fields, half a certificate set, and hosts other than Alipay's own for live accounts.

use std::fmt;

use secrecy::SecretString;
use url::Url;

use super::sign::{self, Signer};
use super::trust::Trust;
use crate::crypto::cbc::{self, CbcKey};
use crate::crypto::certificate::{Certificate, read_bundle};
use crate::crypto::from_base64;
use crate::crypto::rsa::{self, Content, KeyError, SigningKey, VerifyingKey};
use crate::gateways::form::{Form, Section};
use crate::gateways::{AccountCredentials, SettingProblem};
use crate::payments::payment::Mode;

/// Where live accounts call.
pub const MAIN_HOST: &str = "https://openapi.alipay.com";
/// Alipay's own test system (沙箱), with its own applications and keys.
pub const SANDBOX_HOST: &str = "https://openapi-sandbox.dl.alipaydev.com";
/// The test system's former address.
const RETIRED_SANDBOX_HOST: &str = "https://openapi.alipaydev.com";

/// Settings of an Alipay account (支付宝), as JSON.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlipaySettings {
    /// Application id (应用 APPID), digits.
    #[schema(example = "2021000000000001", pattern = "^[0-9]{8,32}$")]
    pub app_id: String,
    /// The merchant's Alipay number (合作伙伴身份 PID), 16 digits beginning 2088.
    #[schema(example = "2088000000000001", pattern = "^2088[0-9]{12}$")]
    pub seller_id: String,
    /// For service providers (ISV): the application of the merchant that is acted for (auth_app_id), together with
    /// `app_auth_token`. `app_id` and every key are then the provider's, `seller_id` is the merchant's.
    #[schema(pattern = "^[0-9]{8,32}$")]
    pub auth_app_id: Option<String>,
    /// Which protocol server calls use: `v2` (default) or `v3`.
    #[schema(example = "v2", pattern = "^v[23]$")]
    pub api: Option<String>,
    /// What serves the flow `qr`: `precreate` (当面付, default) or `page` (a code of 电脑网站支付 in a frame).
    #[schema(example = "precreate", pattern = "^(precreate|page)$")]
    pub qr_product: Option<String>,
    /// Address of a stand-in, for test accounts, which otherwise call Alipay's own test system. A live
    /// account calls Alipay alone.
    #[schema(example = "http://127.0.0.1:8090")]
    pub api_base: Option<String>,
}

/// Secrets of an Alipay account, as JSON. Never returned. Either `alipay_public_key`, or the three certificates.
#[derive(Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlipaySecrets {
    /// The application's private key (应用私钥): PKCS#8 or PKCS#1, as PEM or bare base64.
    pub app_private_key: String,
    /// Alipay's public key for this application (支付宝公钥), not the application's own (应用公钥).
    pub alipay_public_key: Option<String>,
    /// appCertPublicKey_….crt
    pub app_certificate: Option<String>,
    /// alipayCertPublicKey_RSA2.crt
    pub alipay_certificate: Option<String>,
    /// alipayRootCert.crt
    pub alipay_root_certificate: Option<String>,
    /// For service providers (ISV): the token by which the merchant lets the application act for it
    /// (应用授权令牌 app_auth_token).
    #[schema(max_length = 64)]
    pub app_auth_token: Option<String>,
    /// Key of content encryption (接口内容加密 AES 密钥), base64 of 16 bytes; only if it is switched on.
    pub aes_key: Option<String>,
}

impl fmt::Debug for AlipaySecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AlipaySecrets")
    }
}

/// The protocol of server calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    V2,
    V3,
}

/// What stands behind the flow `qr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QrProduct {
    Precreate,
    Page,
}

/// The settings, parsed and ready for use.
#[derive(Debug)]
pub(super) struct Parsed {
    pub seller_id: String,
    /// The application of the merchant that is acted for.
    pub auth_app_id: Option<String>,
    pub api: Api,
    pub qr_product: QrProduct,
    pub api_base: Url,
    pub signer: Signer,
    pub trust: Trust,
    pub content_key: Option<CbcKey>,
}

const SETTINGS: [&str; 6] = ["app_id", "seller_id", "auth_app_id", "api", "qr_product", "api_base"];
const SECRETS: [&str; 7] = [
    "app_private_key",
    "alipay_public_key",
    "app_certificate",
    "alipay_certificate",
    "alipay_root_certificate",
    "app_auth_token",
    "aes_key",
];

impl Parsed {
    /// # Errors
    /// Every problem found.
    pub(super) fn read(credentials: &AccountCredentials) -> Result<Self, Vec<SettingProblem>> {
        let mut form = Form::default();
        let settings = form.section("settings", &credentials.settings, &SETTINGS);
        let secrets = form.section("secrets", &credentials.secrets, &SECRETS);
        let app_id = form.required(settings, "app_id").and_then(|v| app_id(&mut form, "app_id", v));
        let seller_id = form.required(settings, "seller_id").and_then(|v| seller_id(&mut form, v));
        let api = form.choice(settings, "api", &[("v2", Api::V2), ("v3", Api::V3)], Api::V2);
        let products = [("precreate", QrProduct::Precreate), ("page", QrProduct::Page)];
        let qr_product = form.choice(settings, "qr_product", &products, QrProduct::Precreate);
        let api_base = form.optional(settings, "api_base");
        let api_base = api_base_of(&mut form, api_base, credentials.mode);
        let key = form.required(secrets, "app_private_key");
        let key = key.and_then(|v| form.signing_key("/secrets/app_private_key", v));
        let content_key = form.optional(secrets, "aes_key").map(|v| content_key(&mut form, v));
        let keys = alipay_keys(&mut form, secrets, key.as_ref());
        let (auth_app_id, app_auth_token) = authorisation(&mut form, settings, secrets);

        match (app_id, seller_id, api, qr_product, api_base, key, keys) {
            (
                Some(app_id),
                Some(seller_id),
                Some(api),
                Some(qr_product),
                Some(api_base),
                Some(key),
                Some((trust, certificate_sns)),
            ) if form.problems.is_empty() => Ok(Self {
                seller_id,
                auth_app_id,
                api,
                qr_product,
                api_base,
                signer: Signer { app_id, key, certificate_sns, app_auth_token },
                trust,
                content_key: content_key.flatten(),
            }),
            _ => Err(form.problems),
        }
    }
}

/// Whether it is Alipay's own test system, whose intermediate certificate is past its date.
pub(super) fn is_sandbox(base: &Url) -> bool {
    base.as_str().trim_end_matches('/') == SANDBOX_HOST
}

fn app_id(form: &mut Form, name: &str, value: &str) -> Option<String> {
    let fits = (8..=32).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
    if !fits {
        let detail = format!("{name} is an application's APPID: digits only, usually 16.");
        form.report(&format!("/settings/{name}"), "invalid_app_id", detail);
    }
    fits.then(|| value.to_owned())
}

/// By what a service provider acts for a merchant: both or neither.
fn authorisation(
    form: &mut Form,
    settings: Section<'_>,
    secrets: Section<'_>,
) -> (Option<String>, Option<SecretString>) {
    const ID: &str = "/settings/auth_app_id";
    const TOKEN: &str = "/secrets/app_auth_token";
    let (id, token) = (form.optional(settings, "auth_app_id"), form.optional(secrets, "app_auth_token"));
    match (id, token) {
        (None, Some(_)) => {
            let detail = "app_auth_token acts for another merchant: give auth_app_id too, the merchant's application, as \
                          it came with the token.";
            form.report(ID, "auth_app_id_missing", detail);
        }
        (Some(_), None) => {
            let detail = "auth_app_id is for service providers and needs the app_auth_token that came with it; a merchant's \
                          own application leaves both away.";
            form.report(TOKEN, "app_auth_token_missing", detail);
        }
        _ => {}
    }
    if token.is_some_and(|text| text.len() > 64 || !text.bytes().all(|b| b.is_ascii_graphic())) {
        let detail = "app_auth_token is letters and digits, at most 64, as alipay.open.auth.token.app gave it.";
        form.report(TOKEN, "invalid_app_auth_token", detail);
    }
    (id.and_then(|v| app_id(form, "auth_app_id", v)), token.map(SecretString::from))
}

fn seller_id(form: &mut Form, value: &str) -> Option<String> {
    let fits = value.len() == 16 && value.starts_with("2088") && value.bytes().all(|b| b.is_ascii_digit());
    if !fits {
        let detail = "seller_id is the merchant's PID (合作伙伴身份): 16 digits beginning 2088.";
        form.report("/settings/seller_id", "invalid_seller_id", detail);
    }
    fits.then(|| value.to_owned())
}

fn content_key(form: &mut Form, text: &str) -> Option<CbcKey> {
    let key = from_base64(text).filter(|bytes| bytes.len() == cbc::KEY_LENGTH).and_then(|b| CbcKey::new(&b).ok());
    if key.is_none() {
        let detail = "aes_key is the key of content encryption (接口内容加密方式) as the console shows it: base64 of \
                      16 bytes, 24 characters. Leave it away where encryption is not switched on.";
        form.report("/secrets/aes_key", "invalid_aes_key", detail);
    }
    key
}

fn api_base_of(form: &mut Form, given: Option<&str>, mode: Mode) -> Option<Url> {
    const POINTER: &str = "/settings/api_base";
    let otherwise = match mode {
        Mode::Live => MAIN_HOST,
        Mode::Test => SANDBOX_HOST,
    };
    // The console shows the whole address of the v2 gateway.
    let text = given.unwrap_or(otherwise).trim_end_matches('/').trim_end_matches("/gateway.do");
    if mode == Mode::Live && text != MAIN_HOST {
        form.report(POINTER, "not_alipay_host", format!("A live account calls Alipay alone: {MAIN_HOST}."));
        return None;
    }
    if mode == Mode::Test && text == MAIN_HOST {
        let detail = format!(
            "A test account must not call Alipay's real system: leave api_base away for Alipay's own test system \
             ({SANDBOX_HOST}), or give the address of a stand-in such as the one `luodi sandbox` prints."
        );
        form.report(POINTER, "test_account_at_real_alipay", detail);
        return None;
    }
    if text == RETIRED_SANDBOX_HOST {
        let detail = format!("This address of Alipay's test system is retired: use {SANDBOX_HOST}.");
        form.report(POINTER, "retired_sandbox", detail);
        return None;
    }
    form.base(POINTER, text)
}

type Keys = (Trust, Option<(String, String)>);

/// Public-key mode or certificate mode, by what is given.
fn alipay_keys(form: &mut Form, secrets: Section<'_>, own: Option<&SigningKey>) -> Option<Keys> {
    let public_key = form.optional(secrets, "alipay_public_key");
    let files = [
        form.optional(secrets, "app_certificate"),
        form.optional(secrets, "alipay_certificate"),
        form.optional(secrets, "alipay_root_certificate"),
    ];
    match (public_key, files) {
        (Some(text), [None, None, None]) => {
            alipay_public_key(form, text, own).map(|key| (Trust::of_public_key(key), None))
        }
        (None, [Some(app), Some(alipay), Some(root)]) => certificates(form, app, alipay, root, own),
        (None, [None, None, None]) => {
            let detail = "Give alipay_public_key (支付宝公钥), or, in certificate mode, app_certificate, \
                          alipay_certificate and alipay_root_certificate.";
            form.report("/secrets/alipay_public_key", "alipay_key_missing", detail);
            None
        }
        (Some(_), _) => {
            let detail = "An application is in public-key mode or in certificate mode: give alipay_public_key or the \
                          certificates, not both.";
            form.report("/secrets/alipay_public_key", "two_key_modes", detail);
            None
        }
        (None, files) => {
            let names = ["app_certificate", "alipay_certificate", "alipay_root_certificate"];
            for (name, _) in names.iter().zip(files).filter(|(_, file)| file.is_none()) {
                let detail = format!("{name} is missing: certificate mode needs all three files of the console.");
                form.report(&format!("/secrets/{name}"), "certificate_missing", detail);
            }
            None
        }
    }
}

fn alipay_public_key(form: &mut Form, text: &str, own: Option<&SigningKey>) -> Option<VerifyingKey> {
    const POINTER: &str = "/secrets/alipay_public_key";
    if rsa::content_of(text) == Some(Content::Certificate) {
        let detail = "This is a certificate. In certificate mode give app_certificate, alipay_certificate and \
                      alipay_root_certificate, and leave alipay_public_key away.";
        form.report(POINTER, "certificate_instead_of_alipay_key", detail);
        return None;
    }
    match VerifyingKey::parse(text) {
        Ok(key) if own.is_some_and(|own| own.matches(&key)) => {
            form.report(POINTER, "own_application_public_key", OWN_KEY);
            None
        }
        Ok(key) => Some(key),
        Err(error) => {
            let code = match error {
                KeyError::PrivateNotPublicKey => "private_instead_of_alipay_key",
                KeyError::TooSmall => "key_too_small",
                _ => "unreadable_alipay_key",
            };
            form.report(POINTER, code, format!("alipay_public_key cannot be used: {error}."));
            None
        }
    }
}

const OWN_KEY: &str = "This is the application's own public key (应用公钥), the other half of app_private_key. Give \
                       Alipay's (支付宝公钥): the console shows it after the application's key has been uploaded.";

fn certificates(form: &mut Form, app: &str, alipay: &str, root: &str, own: Option<&SigningKey>) -> Option<Keys> {
    let before = form.problems.len();
    let app = certificate(form, "/secrets/app_certificate", app);
    if let (Some(app), Some(own)) = (&app, own)
        && !own.matches(app.public_key())
    {
        let detail = "This certificate does not belong to app_private_key: give appCertPublicKey_….crt of the same \
                      application and key pair.";
        form.report("/secrets/app_certificate", "certificate_of_another_key", detail);
    }
    let alipay: Vec<Certificate> = read_bundle(alipay).into_iter().flatten().collect();
    match alipay.first() {
        None => {
            let detail = "This is no certificate with an RSA key: give alipayCertPublicKey_RSA2.crt.";
            form.report("/secrets/alipay_certificate", "unreadable_certificate", detail);
        }
        Some(first) if own.is_some_and(|own| own.matches(first.public_key())) => {
            form.report(
                "/secrets/alipay_certificate",
                "own_application_certificate",
                "This is the application's own certificate. Give Alipay's: alipayCertPublicKey_RSA2.crt.",
            );
        }
        Some(_) => {}
    }
    let bundle = read_bundle(root);
    let root_sn = sign::root_sn(&bundle);
    if root_sn.is_none() {
        let detail = "There is no certificate signed by RSA in it: give alipayRootCert.crt as it was downloaded.";
        form.report("/secrets/alipay_root_certificate", "root_without_rsa", detail);
    }
    let roots: Vec<_> = bundle.into_iter().flatten().filter(Certificate::is_signed_by_rsa).collect();
    match (app, root_sn) {
        (Some(app), Some(root_sn)) if form.problems.len() == before => {
            let sns = (sign::certificate_sn(&app), root_sn);
            Some((Trust::of_certificates(app, alipay, roots), Some(sns)))
        }
        _ => None,
    }
}

fn certificate(form: &mut Form, pointer: &str, text: &str) -> Option<Certificate> {
    let read = Certificate::parse(text).ok();
    if read.is_none() {
        let detail = "This is no certificate with an RSA key of at least 2048 bits; paste the whole file.";
        form.report(pointer, "unreadable_certificate", detail);
    }
    read
}
