//! `luodi merchant-codes`: what stands in a merchant's code to be scanned.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};

use super::{FAILED, Global, output};
use crate::emv::{CodeError, MerchantCode};
use crate::http::merchant_codes::{NamedObject, ParsedCode, refusal};
use crate::http::problem::Problem;
use crate::i18n::Locale;

/// Read the codes that merchants show to be scanned (EMVCo), as UnionPay International prints them
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  luodi merchant-codes parse 00020101021215310004999300049993777290058110048…6304DB60"
)]
pub struct MerchantCodes {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Parse(Parse),
}

/// Say what stands in a code, or where it is damaged; needs no configuration
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  luodi merchant-codes parse 00020101021215310004999300049993777290058110048…6304DB60\n  \
    zbarimg --raw -q code.png | luodi merchant-codes parse -\n\n\
    A code may hold blanks: put it in quotes. Exit code 1 when it is damaged; with --json the problem is printed \
    as the API words it."
)]
struct Parse {
    /// What the scanner read, from 000201 to the check value; `-` reads standard input
    #[arg(value_name = "TEXT", allow_hyphen_values = true)]
    text: String,
}

impl MerchantCodes {
    pub fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Parse(parse) => parse.run(global),
        }
    }
}

impl Parse {
    fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let text = match self.text.as_str() {
            "-" => std::io::read_to_string(std::io::stdin()).context("standard input")?,
            _ => self.text,
        };
        let code = match MerchantCode::parse(&text) {
            Ok(code) => ParsedCode::from(code),
            Err(error) => return refuse(&error, global.json),
        };
        if global.json {
            output::json(&code)?;
        } else {
            tell(code)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// In the words of the API, which name the place and the remedy.
fn refuse(error: &CodeError, json: bool) -> anyhow::Result<ExitCode> {
    let problem = Problem::of(&refusal(error), Locale::En, String::new());
    if json {
        let mut problem = serde_json::to_value(&problem)?;
        // There was no request.
        problem.as_object_mut().map(|members| members.remove("request_id"));
        output::json(&problem)?;
        return Ok(ExitCode::from(FAILED));
    }
    let faults: Vec<_> = problem.errors.into_iter().map(|fault| fault.detail).collect();
    anyhow::bail!("this is no sound merchant code. {}", faults.join(" "))
}

fn tell(code: ParsedCode) -> anyhow::Result<()> {
    let amount = match (code.amount, code.currency.as_str()) {
        (None, _) => "entered by the payer".to_owned(),
        (Some(amount), "156") => format!("{amount} yuan"),
        (Some(amount), currency) => format!("{amount} of currency {currency}"),
    };
    let mut lines = vec![
        ("code", format!("{}, complete and undamaged", code.kind)),
        ("merchant", format!("{}, {}, {}", code.merchant_name, code.merchant_city, code.country)),
        ("amount", amount),
        ("category", code.merchant_category),
    ];
    lines.extend(code.postal_code.map(|postal_code| ("postal code", postal_code)));
    let mut lines: Vec<_> = lines.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    if let Some(account) = &code.unionpay {
        let institutions = format!("acquirer {}, forwarded by {}", account.acquirer_iin, account.forwarding_iin);
        lines.push(("UnionPay".to_owned(), format!("{}, {institutions}", account.merchant_no)));
    }
    let others = code.accounts.into_iter().filter(|account| account.scheme != "unionpay");
    lines.extend(others.map(|account| (format!("account {} ({})", account.id, account.scheme), account.value)));
    lines.extend(code.additional.into_iter().map(|object| named("62", object)));
    lines.extend(code.localized.into_iter().map(|object| named("64", object)));
    output::pairs(&lines)
}

fn named(within: &str, object: NamedObject) -> (String, String) {
    let name = object.name.map_or_else(|| format!("{within}.{}", object.id), |name| name.replace('_', " "));
    let local = if within == "64" { "local " } else { "" };
    (format!("{local}{name}"), object.value)
}
