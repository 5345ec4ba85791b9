//! What an Antom account needs, and the mistakes people make entering it.
//! Promises: all problems at once, each with its place and its remedy; no secret in any of them.
//! Refuses: unknown fields, hosts other than Antom's for live accounts, sandbox ids with real money.

use std::fmt;

use url::Url;

use crate::crypto::rsa::{SigningKey, VerifyingKey};
use crate::gateways::form::Form;
use crate::gateways::{AccountCredentials, SettingProblem};
use crate::payments::payment::Mode;

/// Antom's regions.
const HOSTS: [&str; 4] = [
    "https://open-sea-global.alipay.com",
    "https://open-na-global.alipay.com",
    "https://open-de-global.alipay.com",
    "https://open.antglobal-us.com",
];
/// Client ids of Antom's test system begin with this.
const SANDBOX_PREFIX: &str = "SANDBOX_";

/// Settings of an Antom account (支付宝国际), as JSON.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AntomSettings {
    /// Client id, as the dashboard shows it; those of the test system begin with `SANDBOX_`.
    #[schema(example = "SANDBOX_5YBX6Y2Z4D9E00001")]
    pub client_id: String,
    /// The currency that Antom pays out to the merchant (结算币种); payments themselves are in CNY.
    #[schema(example = "USD", pattern = "^[A-Z]{3}$")]
    pub settlement_currency: Option<String>,
    /// Antom's region, `https://open-sea-global.alipay.com` if left away; a stand-in's address for test accounts.
    #[schema(example = "https://open-sea-global.alipay.com")]
    pub api_base: Option<String>,
}

/// Secrets of an Antom account, as JSON. Never returned.
#[derive(Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AntomSecrets {
    /// The merchant's private key: PKCS#8 or PKCS#1, as PEM or bare base64.
    pub merchant_private_key: String,
    /// Antom's public key, from the dashboard.
    pub antom_public_key: String,
}

impl fmt::Debug for AntomSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AntomSecrets")
    }
}

/// The settings, parsed and ready for use.
#[derive(Debug)]
pub(super) struct Parsed {
    pub client_id: String,
    pub settlement_currency: Option<String>,
    pub api_base: Url,
    pub signing_key: SigningKey,
    pub antom_key: VerifyingKey,
}

impl Parsed {
    /// # Errors
    /// Every problem found.
    pub(super) fn read(credentials: &AccountCredentials) -> Result<Self, Vec<SettingProblem>> {
        let mut form = Form::default();
        let known = ["client_id", "settlement_currency", "api_base"];
        let settings = form.section("settings", &credentials.settings, &known);
        let secrets = form.section("secrets", &credentials.secrets, &["merchant_private_key", "antom_public_key"]);
        let api_base = form.optional(settings, "api_base");
        let api_base = api_base_of(&mut form, api_base, credentials.mode);
        let client_id = form.required(settings, "client_id");
        let client_id = client_id.and_then(|v| client_id_of(&mut form, v, credentials.mode, api_base.as_ref()));
        let currency = form.optional(settings, "settlement_currency");
        let settlement_currency = currency.and_then(|v| currency_of(&mut form, v));
        let key = form.required(secrets, "merchant_private_key");
        let signing_key = key.and_then(|v| form.signing_key("/secrets/merchant_private_key", v));
        let antom_key = form.required(secrets, "antom_public_key");
        let antom_key = antom_key.and_then(|v| antom_key_of(&mut form, v, signing_key.as_ref()));
        match (client_id, api_base, signing_key, antom_key) {
            (Some(client_id), Some(api_base), Some(signing_key), Some(antom_key)) if form.problems.is_empty() => {
                Ok(Self { client_id, settlement_currency, api_base, signing_key, antom_key })
            }
            _ => Err(form.problems),
        }
    }

    /// Where calls go: the test system has a path of its own.
    pub(super) fn path_prefix(client_id: &str) -> &'static str {
        if client_id.starts_with(SANDBOX_PREFIX) { "/ams/sandbox/api/v1/payments/" } else { "/ams/api/v1/payments/" }
    }
}

fn is_real_host(base: &str) -> bool {
    HOSTS.contains(&base.trim_end_matches('/'))
}

fn client_id_of(form: &mut Form, value: &str, mode: Mode, base: Option<&Url>) -> Option<String> {
    const POINTER: &str = "/settings/client_id";
    let fits = (4..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !fits {
        form.report(
            POINTER,
            "invalid_client_id",
            "client_id has letters, digits and underscores, as the dashboard shows it.",
        );
        return None;
    }
    let is_sandbox = value.starts_with(SANDBOX_PREFIX);
    let at_antom = base.is_some_and(|base| is_real_host(base.as_str()));
    if (mode == Mode::Live && is_sandbox) || (mode == Mode::Test && at_antom && !is_sandbox) {
        let detail = "Client ids of Antom's test system begin with SANDBOX_: a test account at Antom's hosts needs one, a \
                      live account must not have one.";
        form.report(POINTER, "client_id_of_other_mode", detail);
        return None;
    }
    Some(value.to_owned())
}

fn currency_of(form: &mut Form, value: &str) -> Option<String> {
    let fits = value.len() == 3 && value.bytes().all(|b| b.is_ascii_uppercase());
    if !fits {
        let detail = "settlement_currency is three capital letters, for example USD.";
        form.report("/settings/settlement_currency", "invalid_currency", detail);
    }
    fits.then(|| value.to_owned())
}

fn antom_key_of(form: &mut Form, text: &str, own: Option<&SigningKey>) -> Option<VerifyingKey> {
    const POINTER: &str = "/secrets/antom_public_key";
    match VerifyingKey::parse(text) {
        Ok(key) if own.is_some_and(|own| own.matches(&key)) => {
            let detail = "This is the public half of the merchant's own key. Give Antom's, which the dashboard shows.";
            form.report(POINTER, "own_key_instead_of_antoms", detail);
            None
        }
        Ok(key) => Some(key),
        Err(error) => {
            form.report(POINTER, "unreadable_antom_key", format!("antom_public_key cannot be used: {error}."));
            None
        }
    }
}

fn api_base_of(form: &mut Form, given: Option<&str>, mode: Mode) -> Option<Url> {
    const POINTER: &str = "/settings/api_base";
    let [nearest, ..] = HOSTS;
    let text = given.unwrap_or(nearest).trim_end_matches('/');
    if mode == Mode::Live && !is_real_host(text) {
        form.report(POINTER, "not_antom_host", format!("A live account calls Antom alone: {}.", HOSTS.join(", ")));
        return None;
    }
    form.base(POINTER, text)
}
