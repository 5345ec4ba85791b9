//! `luodi accounts add`: a merchant account, its secrets from files or standard input.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::Args;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::view;
use crate::cli::choice::{self, StoreChoice, existing_store};
use crate::cli::{UsageError, output};
use crate::crypto::to_base64;
use crate::error::{ApiError, Code};
use crate::http::AppState;
use crate::http::accounts::{NewAccount, add_account};
use crate::http::problem::Problem;
use crate::i18n::Locale;
use crate::payments::GatewayName;
use crate::vault::VaultError;

/// Keys and certificates have a few kilobytes.
const MAX_SECRET_BYTES: u64 = 64 * 1024;
/// Instead of a file name: standard input.
const STDIN: &str = "-";

/// Which option gives which setting; errors speak of the option.
const OPTIONS: &[(&str, &str)] = &[
    ("/settings/mchid", "--mchid"),
    ("/settings/appid", "--appid"),
    ("/settings/merchant_serial", "--merchant-serial"),
    ("/settings/merchant_certificate", "--merchant-certificate-file"),
    ("/settings/wechatpay_public_key_id", "--public-key-id"),
    ("/settings/api_base", "--api-base"),
    ("/secrets/merchant_private_key", "--merchant-key-file"),
    ("/secrets/apiv3_key", "--apiv3-key-file"),
    ("/secrets/wechatpay_public_key", "--public-key-file"),
    ("/secrets/app_secret", "--app-secret-file"),
];

/// Add a merchant account
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    luodi accounts add --store default --mode live --name main \\\n    \
    --mchid 1900007291 --appid wx2421b1c4370ec43b \\\n    \
    --merchant-serial 408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB \\\n    \
    --merchant-key-file apiclient_key.pem \\\n    \
    --apiv3-key-file apiv3.txt \\\n    \
    --public-key-id PUB_KEY_ID_0000000000000024101100397200000006 \\\n    \
    --public-key-file pub_key.pem\n\n  \
    luodi accounts add --store default --mode live --gateway alipay \\\n    \
    --set app_id=2021000000000001 \\\n    \
    --set seller_id=2088000000000001 \\\n    \
    --secret app_private_key=app_private_key.pem \\\n    \
    --secret alipay_public_key=alipay_public_key.txt\n\n  \
    luodi accounts add --store default --mode live --gateway unionpay \\\n    \
    --set merchant_no=898340183980105 \\\n    \
    --secret key_file=merchant.pfx \\\n    \
    --secret key_password=password.txt \\\n    \
    --secret middle_certificates=acp_prod_middle.cer \\\n    \
    --secret root_certificates=acp_prod_root.cer\n\n\
    The options with names of their own are WeChat Pay's; every other gateway's settings and secrets go in by \
    --set and --secret, under the names that /docs lists.\n\n\
    Secrets are read from files, or from standard input where the file is `-`; never from arguments.")]
pub struct Add {
    #[command(flatten)]
    of: StoreChoice,
    /// The gateway
    #[arg(long, default_value = "wechatpay", value_parser = choice::gateway)]
    gateway: GatewayName,
    /// For your own eyes
    #[arg(long, default_value = "main")]
    name: String,
    /// Merchant number (商户号)
    #[arg(long)]
    mchid: Option<String>,
    /// App id bound to the merchant number
    #[arg(long)]
    appid: Option<String>,
    /// Serial number of the merchant API certificate (商户API证书序列号)
    #[arg(long, value_name = "SERIAL")]
    merchant_serial: Option<String>,
    /// The merchant API certificate, apiclient_cert.pem: instead of its serial number, and to be warned before
    /// it ends
    #[arg(long, value_name = "FILE")]
    merchant_certificate_file: Option<PathBuf>,
    /// Private key of that certificate: apiclient_key.pem
    #[arg(long, value_name = "FILE")]
    merchant_key_file: Option<PathBuf>,
    /// The APIv3 key (APIv3密钥), 32 letters and digits
    #[arg(long, value_name = "FILE")]
    apiv3_key_file: Option<PathBuf>,
    /// Id of the WeChat Pay public key (微信支付公钥ID)
    #[arg(long, value_name = "ID", requires = "public_key_file")]
    public_key_id: Option<String>,
    /// The WeChat Pay public key: pub_key.pem
    #[arg(long, value_name = "FILE", requires = "public_key_id")]
    public_key_file: Option<PathBuf>,
    /// The AppSecret of the official account `--appid`, for paying inside WeChat without an openid of the shop's
    #[arg(long, value_name = "FILE")]
    app_secret_file: Option<PathBuf>,
    /// Any other setting, such as `sub_mchid=1900000109` or `codepay=v3`; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    /// Any other secret, from a file, such as `app_private_key=key.pem`; may be repeated
    // Taken apart later: clap would print what it refuses, and that may be the secret itself.
    #[arg(long, value_name = "NAME=FILE")]
    secret: Vec<String>,
    /// Address of a stand-in, for test accounts (`luodi sandbox` prints it)
    #[arg(long, value_name = "URL")]
    api_base: Option<String>,
}

/// `NAME=VALUE`.
fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE, for example codepay=v3")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

impl Add {
    pub async fn run(self, state: &AppState, json: bool) -> anyhow::Result<ExitCode> {
        ensure!(state.vault.has_key(), VaultError::NoKey);
        ensure!(!self.name.trim().is_empty() && self.name.chars().count() <= 64, "--name has 1 to 64 characters");
        let store = existing_store(state, &self.of.store).await?;
        let (settings, secrets) = (self.settings()?, self.secrets()?);
        let (mode, gateway) = (self.of.mode, self.gateway);
        let new = NewAccount { store_id: store.id, mode, gateway, name: self.name, settings, secrets };
        let account = add_account(state, new).await.map_err(|error| anyhow::anyhow!(refusal(&error)))?;
        let view = view(&account, &store.name, &state.public_url)?;
        let others = state.storage.accounts(Some(store.id)).await?;
        for other in others.iter().filter(|a| a.enabled && a.id != account.id && a.mode == mode && a.gateway == gateway)
        {
            eprintln!(
                "Warning: the store already has the {} account {}. With two, payments must say `account`, and the \
                 cashier offers neither: disable one, PATCH /v1/accounts/{} {{\"enabled\":false}}.",
                gateway.as_str(),
                other.id,
                other.id
            );
        }
        if json {
            output::json(&view)?;
        } else {
            output::object(&view)?;
            eprintln!(
                "Added. `luodi accounts check {}` asks the gateway whether it accepts the credentials.",
                account.id
            );
        }
        Ok(ExitCode::SUCCESS)
    }

    fn settings(&self) -> anyhow::Result<Value> {
        let mut settings = Map::new();
        settings.extend(self.set.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))));
        let certificate = self
            .merchant_certificate_file
            .as_deref()
            .map(|file| read(file).with_context(|| format!("--merchant-certificate-file {}", file.display())));
        if let Some(certificate) = certificate.transpose()? {
            settings.insert("merchant_certificate".to_owned(), Value::from(certificate.trim()));
        }
        let given = [
            ("mchid", self.mchid.as_ref()),
            ("appid", self.appid.as_ref()),
            ("merchant_serial", self.merchant_serial.as_ref()),
            ("wechatpay_public_key_id", self.public_key_id.as_ref()),
            ("api_base", self.api_base.as_ref()),
        ];
        for (name, value) in given {
            if let Some(value) = value {
                settings.insert(name.to_owned(), Value::from(value.as_str()));
            }
        }
        Ok(Value::Object(settings))
    }

    fn secrets(&self) -> anyhow::Result<Value> {
        let own = [
            ("merchant_private_key", "--merchant-key-file", &self.merchant_key_file),
            ("apiv3_key", "--apiv3-key-file", &self.apiv3_key_file),
            ("wechatpay_public_key", "--public-key-file", &self.public_key_file),
            ("app_secret", "--app-secret-file", &self.app_secret_file),
        ];
        let own = own.into_iter().filter_map(|(name, option, file)| Some((name, option.to_owned(), file.as_deref()?)));
        let mut files: Vec<_> = own.collect();
        for told in &self.secret {
            let without_file =
                || UsageError("--secret: write it as NAME=FILE, for example key_password=password.txt".to_owned());
            let (name, file) = told.split_once('=').ok_or_else(without_file)?;
            let name = name.trim();
            files.push((name, format!("--secret {name}"), Path::new(file)));
        }
        if files.iter().filter(|(.., file)| *file == Path::new(STDIN)).count() > 1 {
            return Err(UsageError("standard input (-) can be read for one option only".to_owned()).into());
        }
        let mut secrets = Map::new();
        for (name, option, file) in files {
            let text = read_secret(&option, file)?;
            secrets.insert(name.to_owned(), Value::from(text.trim()));
        }
        Ok(Value::Object(secrets))
    }
}

/// What is no file may be the secret itself, given in its place: only names of files are printed.
fn read_secret(option: &str, file: &Path) -> anyhow::Result<Zeroizing<String>> {
    ensure!(
        file == Path::new(STDIN) || file.exists(),
        "{option}: there is no such file; give the name of a file that holds it, or - for standard input"
    );
    read(file).with_context(|| format!("{option} {}", file.display()))
}

/// A text as it stands; a binary file, such as a .pfx or a .cer, as base64. A little more than a secret is read,
/// so that a wrong file is noticed rather than cut.
fn read(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::new());
    let source: Box<dyn Read> = if file == Path::new(STDIN) {
        Box::new(io::stdin().lock())
    } else {
        Box::new(fs::File::open(file).context("cannot be read")?)
    };
    source.take(MAX_SECRET_BYTES + 1).read_to_end(&mut bytes).context("cannot be read")?;
    ensure!(bytes.len() as u64 <= MAX_SECRET_BYTES, "is larger than any key");
    let text = std::str::from_utf8(&bytes).map_or_else(|_| to_base64(&bytes), str::to_owned);
    let text = Zeroizing::new(text);
    ensure!(!text.trim().is_empty(), "is empty");
    Ok(text)
}

/// Every fault with the option to mend.
fn refusal(error: &ApiError) -> String {
    let problem = Problem::of(error, Locale::En, String::new());
    if error.code != Code::AccountInvalid || problem.errors.is_empty() {
        return problem.detail;
    }
    let faults = problem.errors.iter().map(|fault| format!("\n  - {}: {}", option_of(&fault.pointer), fault.detail));
    format!("the account is not added:{}", faults.collect::<String>())
}

/// What to type for the setting or secret that a pointer names.
fn option_of(pointer: &str) -> String {
    let own = OPTIONS.iter().find(|(known, _)| *known == pointer).map(|(_, option)| (*option).to_owned());
    let named = || {
        let setting = pointer.strip_prefix("/settings/").map(|name| format!("--set {name}"));
        setting.or_else(|| pointer.strip_prefix("/secrets/").map(|name| format!("--secret {name}")))
    };
    own.or_else(named).unwrap_or_else(|| pointer.to_owned())
}
