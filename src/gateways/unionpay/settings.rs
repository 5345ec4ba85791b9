//! What a UnionPay account needs, and every mistake people make entering it.
//! Promises: all problems at once, each with its place and its remedy; no secret in any of them.
//! Refuses: unknown fields, files of the test system in live accounts and the reverse, and hosts other than
//! UnionPay's own for live accounts.

use std::fmt;

use url::Url;

use super::requests::Terms;
use super::sensitive::Encryption;
use super::sign::{SecureKey, SignMethod, Signer};
use super::trust::Trust;
use crate::crypto::certificate::{Certificate, read_bundle};
use crate::crypto::chain::Authority;
use crate::crypto::digest::sha256_hex;
use crate::crypto::from_base64;
use crate::crypto::pkcs12::{KeyFile, KeyFileError};
use crate::gateways::form::{Form, Section};
use crate::gateways::transport::is_loopback;
use crate::gateways::{AccountCredentials, SettingProblem};
use crate::payments::payment::Mode;

/// Where live accounts call.
pub const MAIN_HOST: &str = "https://gateway.95516.com";
/// UnionPay's own test system (测试环境).
pub const TEST_HOST: &str = "https://gateway.test.95516.com";
/// Where files lie: production, test.
const MAIN_FILE_HOST: &str = "https://filedownload.95516.com";
const TEST_FILE_HOST: &str = "https://filedownload.test.95516.com";
/// The test system's former address, still in old samples.
const RETIRED_TEST_HOST: &str = "101.231.204.80";
/// Merchant numbers that UnionPay gives to everybody for tests.
const TEST_MERCHANTS: [&str; 3] = ["777290058110048", "777290058110097", "700000000000001"];
/// SHA-256 of the authority's certificates: middle and root of each system.
const MAIN_AUTHORITY: [&str; 2] = [
    "7cd797792af20611e0dd89950f254b83c30bb9a18747f43da1e3396628f9ee23",
    "d9b74371966ad47a9b5944e8df1531161b8a53be425154ef9183d52186470419",
];
const TEST_AUTHORITY: [&str; 2] = [
    "ebd891525d1809c132b32e3b27918002e0cde1418c924b44c3f63b2a8dc637c5",
    "d246ee607359551bb5095ef6c7c40599de0e586859baf402b765f258c1e0b4ae",
];

/// Settings of a UnionPay account (银联), as JSON.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnionPaySettings {
    /// Merchant number (商户号 merId), 15 letters and digits.
    #[schema(example = "777290058110048", pattern = "^[0-9A-Za-z]{15}$")]
    pub merchant_no: String,
    /// How messages are signed: `rsa` (signMethod 01, default), `sha256` (11) or `sm3` (12).
    #[schema(example = "rsa", pattern = "^(rsa|sha256|sm3)$")]
    pub sign_method: Option<String>,
    /// Terminal number (终端号), 8 letters and digits: the flow `barcode` needs it.
    #[schema(example = "01080209", pattern = "^[0-9A-Za-z]{8}$")]
    pub terminal_id: Option<String>,
    /// How the whole amount goes back on the day it was paid: `refund` (退货, default) or `void` (消费撤销).
    #[schema(example = "refund", pattern = "^(refund|void)$")]
    pub same_day_refunds: Option<String>,
    /// Whether orders tell what is sold and the shopper's address for risk control: `none` (default) or `send`,
    /// where the contract asks for it.
    #[schema(example = "none", pattern = "^(none|send)$")]
    pub risk_fields: Option<String>,
    /// Address of a stand-in, for test accounts, which otherwise call UnionPay's own test system. A live
    /// account calls UnionPay alone.
    #[schema(example = "http://127.0.0.1:8090")]
    pub api_base: Option<String>,
}

/// Secrets of a UnionPay account, as JSON. Never returned. With `sign_method` `rsa` the key file and its
/// password; otherwise `secure_key`.
#[derive(Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnionPaySecrets {
    /// The signing key (签名私钥证书): the whole .pfx file as base64.
    pub key_file: Option<String>,
    /// Password of that file.
    pub key_password: Option<String>,
    /// Shared key (密钥) of `sha256` and `sm3`.
    pub secure_key: Option<String>,
    /// acp_prod_middle.cer (or acp_test_middle.cer), PEM; several may follow one another. May be left away where
    /// the key file holds it.
    pub middle_certificates: Option<String>,
    /// acp_prod_root.cer (or acp_test_root.cer), PEM. As above.
    pub root_certificates: Option<String>,
    /// acp_prod_enc.cer (敏感信息加密证书), PEM; only where card data is sent. Renewed by itself.
    pub encryption_certificate: Option<String>,
}

impl fmt::Debug for UnionPaySecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnionPaySecrets")
    }
}

/// The merchant's own signing certificate.
#[derive(Debug, Clone)]
pub(super) struct OwnCertificate(pub Certificate);

/// The settings, parsed and ready for use.
#[derive(Debug)]
pub(super) struct Parsed {
    pub terms: Terms,
    pub signer: Signer,
    pub trust: Trust,
    pub own: Option<OwnCertificate>,
    pub encryption: Option<Encryption>,
    pub api_base: Url,
    pub file_base: Url,
}

const SETTINGS: [&str; 6] =
    ["merchant_no", "sign_method", "terminal_id", "same_day_refunds", "risk_fields", "api_base"];
const SECRETS: [&str; 6] =
    ["key_file", "key_password", "secure_key", "middle_certificates", "root_certificates", "encryption_certificate"];

impl Parsed {
    /// # Errors
    /// Every problem found.
    pub(super) fn read(credentials: &AccountCredentials) -> Result<Self, Vec<SettingProblem>> {
        let mut form = Form::default();
        let settings = form.section("settings", &credentials.settings, &SETTINGS);
        let secrets = form.section("secrets", &credentials.secrets, &SECRETS);
        let mode = credentials.mode;
        let merchant_no = form.required(settings, "merchant_no").and_then(|v| merchant_no(&mut form, v, mode));
        let methods = [("rsa", SignMethod::Certificate), ("sha256", SignMethod::Sha256), ("sm3", SignMethod::Sm3)];
        let method = form.choice(settings, "sign_method", &methods, SignMethod::Certificate);
        let terminal_id = form.optional(settings, "terminal_id").and_then(|v| terminal_id(&mut form, v));
        let voids = form.choice(settings, "same_day_refunds", &[("refund", false), ("void", true)], false);
        let risk = form.choice(settings, "risk_fields", &[("none", false), ("send", true)], false);
        let api_base = form.optional(settings, "api_base");
        let bases = bases(&mut form, api_base, mode);
        let proof = match method {
            Some(SignMethod::Certificate) => certificates(&mut form, secrets, mode),
            Some(method) => secure_key(&mut form, secrets, method),
            None => None,
        };
        let encryption = form
            .optional(secrets, "encryption_certificate")
            .map(|v| encryption(&mut form, v, method, credentials.mode));
        match (merchant_no, bases, proof) {
            (Some(merchant_no), Some((api_base, file_base)), Some(proof)) if form.problems.is_empty() => Ok(Self {
                terms: Terms {
                    merchant_no,
                    terminal_id,
                    risk_fields: risk.unwrap_or_default(),
                    voids_same_day: voids.unwrap_or_default(),
                    is_local: mode == Mode::Test && is_loopback(&api_base),
                },
                signer: proof.signer,
                trust: proof.trust,
                own: proof.own,
                encryption: encryption.flatten(),
                api_base,
                file_base,
            }),
            _ => Err(form.problems),
        }
    }
}

/// What signs and what is believed.
struct Proof {
    signer: Signer,
    trust: Trust,
    own: Option<OwnCertificate>,
}

fn merchant_no(form: &mut Form, value: &str, mode: Mode) -> Option<String> {
    const POINTER: &str = "/settings/merchant_no";
    if value.len() != 15 || !value.bytes().all(|b| b.is_ascii_alphanumeric()) {
        let detail = "merchant_no is UnionPay's merchant number (merId): 15 characters, in practice digits.";
        form.report(POINTER, "invalid_merchant_no", detail);
        return None;
    }
    if mode == Mode::Live && TEST_MERCHANTS.contains(&value) {
        let detail = "This is one of the merchant numbers that UnionPay gives to everybody for tests: a live account \
                      needs the merchant's own.";
        form.report(POINTER, "test_merchant_in_live", detail);
        return None;
    }
    Some(value.to_owned())
}

fn terminal_id(form: &mut Form, value: &str) -> Option<String> {
    let fits = value.len() == 8 && value.bytes().all(|b| b.is_ascii_alphanumeric());
    if !fits {
        form.report("/settings/terminal_id", "invalid_terminal_id", "terminal_id has 8 letters and digits.");
    }
    fits.then(|| value.to_owned())
}

/// The addresses of the gateway and of its files.
fn bases(form: &mut Form, given: Option<&str>, mode: Mode) -> Option<(Url, Url)> {
    const POINTER: &str = "/settings/api_base";
    let (main, files) = match mode {
        Mode::Live => (MAIN_HOST, MAIN_FILE_HOST),
        Mode::Test => (TEST_HOST, TEST_FILE_HOST),
    };
    let text = given.unwrap_or(main).trim_end_matches('/');
    if mode == Mode::Live && text != MAIN_HOST {
        form.report(POINTER, "not_unionpay_host", format!("A live account calls UnionPay alone: {MAIN_HOST}."));
        return None;
    }
    if mode == Mode::Test && text == MAIN_HOST {
        let detail = format!(
            "A test account must not call UnionPay's real system: leave api_base away for UnionPay's own test system \
             ({TEST_HOST}), or give the address of a stand-in such as the one `luodi sandbox` prints."
        );
        form.report(POINTER, "test_account_at_real_unionpay", detail);
        return None;
    }
    if text.contains(RETIRED_TEST_HOST) {
        let detail = format!("This address of UnionPay's test system is retired: use {TEST_HOST}.");
        form.report(POINTER, "retired_unionpay_host", detail);
        return None;
    }
    let base = form.base(POINTER, text)?;
    // A stand-in serves its files itself.
    let files = if text == main { Url::parse(files).ok()? } else { base.clone() };
    Some((base, files))
}

fn secure_key(form: &mut Form, secrets: Section<'_>, method: SignMethod) -> Option<Proof> {
    let key = form.required(secrets, "secure_key")?;
    let (ours, theirs) = (SecureKey::new(method, key)?, SecureKey::new(method, key)?);
    Some(Proof { signer: Signer::SecureKey(ours), trust: Trust::SecureKey(theirs), own: None })
}

fn certificates(form: &mut Form, secrets: Section<'_>, mode: Mode) -> Option<Proof> {
    let before = form.problems.len();
    let file = form.required(secrets, "key_file");
    // Some files have an empty password.
    let password = form.optional(secrets, "key_password").unwrap_or_default();
    let file = file.and_then(|text| key_file(form, text, password));
    let (others, own_der) = match &file {
        Some(file) => (file.others.clone(), Some(file.certificate.der().to_vec())),
        None => (Vec::new(), None),
    };
    let (roots, middles): (Vec<_>, Vec<_>) =
        others.into_iter().filter(Certificate::is_authority).partition(|c| c.names_as_issuer(c));
    let middles = authority(form, secrets, "middle_certificates", middles, file.is_some());
    let roots = authority(form, secrets, "root_certificates", roots, file.is_some());
    for (setting, certificate) in [("middle_certificates", &middles), ("root_certificates", &roots)]
        .into_iter()
        .flat_map(|(setting, all)| all.iter().flatten().map(move |c| (setting, c)))
    {
        let print = sha256_hex(certificate.der());
        let (foreign, code) = match mode {
            Mode::Live => (&TEST_AUTHORITY, "test_certificate_in_live"),
            Mode::Test => (&MAIN_AUTHORITY, "live_certificate_in_test"),
        };
        if foreign.contains(&print.as_str()) {
            form.report(&format!("/secrets/{setting}"), code, foreign_files(mode));
        }
    }
    let file = file?;
    if mode == Mode::Live && is_of_test_system(&file.certificate) {
        form.report("/secrets/key_file", "test_certificate_in_live", foreign_files(mode));
    }
    let (middles, roots, _) = (middles?, roots?, own_der?);
    if form.problems.len() > before {
        return None;
    }
    let cert_id = file.certificate.serial_decimal().to_owned();
    Some(Proof {
        signer: Signer::Certificate { key: Box::new(file.key), cert_id },
        trust: Trust::Certificates { authority: Authority::new(middles, roots), is_test: mode == Mode::Test },
        own: Some(OwnCertificate(file.certificate)),
    })
}

/// CFCA names the authority of the test system so.
fn is_of_test_system(certificate: &Certificate) -> bool {
    certificate.issuer().contains("CFCA TEST")
}

const fn foreign_files(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => {
            "This belongs to UnionPay's test system: a live account takes acp_prod_… files and the key that the \
             merchant applied for at the authority (CFCA)."
        }
        Mode::Test => "This belongs to UnionPay's real system: a test account takes acp_test_… files.",
    }
}

fn key_file(form: &mut Form, text: &str, password: &str) -> Option<KeyFile> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let Some(bytes) = from_base64(&bare) else {
        let detail = "key_file is the .pfx file as base64 (`base64 -w0 FILE`), not PEM and not its path.";
        form.report("/secrets/key_file", "unreadable_key_file", detail);
        return None;
    };
    match KeyFile::open(&bytes, password) {
        Ok(file) => Some(file),
        Err(error) => {
            let (pointer, code) = match error {
                KeyFileError::WrongPassword => ("/secrets/key_password", "wrong_key_password"),
                KeyFileError::Unreadable => ("/secrets/key_file", "unreadable_key_file"),
                KeyFileError::NoKey => ("/secrets/key_file", "key_file_without_key"),
                KeyFileError::NoCertificate => ("/secrets/key_file", "key_file_without_certificate"),
            };
            let fix = match error {
                KeyFileError::WrongPassword => {
                    "Give the password that was set when the file was made (UnionPay's test file has 000000)."
                }
                _ => "Export it again with its private key and its certificates.",
            };
            form.report(pointer, code, format!("The key file cannot be used: {error}. {fix}"));
            None
        }
    }
}

/// The authority's certificates as they were given, else those of the key file.
fn authority(
    form: &mut Form,
    secrets: Section<'_>,
    name: &str,
    of_key_file: Vec<Certificate>,
    has_key_file: bool,
) -> Option<Vec<Certificate>> {
    let pointer = format!("/secrets/{name}");
    let Some(text) = form.optional(secrets, name) else {
        if of_key_file.is_empty() && has_key_file {
            let detail = format!(
                "The key file holds no chain: give {name} from UnionPay's package, acp_prod_middle.cer and \
                 acp_prod_root.cer (acp_test_… for its test system)."
            );
            form.report(&pointer, "key_file_without_chain", detail);
        }
        return Some(of_key_file).filter(|found| !found.is_empty());
    };
    let read: Option<Vec<Certificate>> = read_bundle(text).into_iter().collect();
    match read.filter(|all| !all.is_empty()) {
        None => {
            let detail =
                format!("{name} holds something else than certificates with an RSA key; paste the whole file.");
            form.report(&pointer, "unreadable_certificate", detail);
            None
        }
        Some(all) if !all.iter().all(Certificate::is_authority) => {
            let detail = format!(
                "{name} holds a certificate that may not issue others: give acp_…_middle.cer and acp_…_root.cer."
            );
            form.report(&pointer, "not_an_authority", detail);
            None
        }
        Some(all) => Some(all),
    }
}

fn encryption(form: &mut Form, text: &str, method: Option<SignMethod>, mode: Mode) -> Option<Encryption> {
    const POINTER: &str = "/secrets/encryption_certificate";
    if method != Some(SignMethod::Certificate) {
        let detail = "Card data goes with sign_method rsa only: leave encryption_certificate away.";
        form.report(POINTER, "encryption_needs_rsa", detail);
        return None;
    }
    match Certificate::parse(text) {
        Ok(certificate) if mode == Mode::Live && is_of_test_system(&certificate) => {
            form.report(POINTER, "test_certificate_in_live", foreign_files(mode));
            None
        }
        Ok(certificate) => Some(Encryption::new(certificate)),
        Err(_) => {
            form.report(
                POINTER,
                "unreadable_certificate",
                "This is no certificate with an RSA key; paste the whole file.",
            );
            None
        }
    }
}
