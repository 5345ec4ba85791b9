//! `luodi demo`: a shop, the sidecar and the stand-ins in one process, on a machine where nothing is
//! set up. Promises: nothing outlives it, neither database nor keys. `--script` walks a shopper's way
//! by itself and answers with the exit code whether money really arrived.

mod accounts;
mod browser;
mod page;
mod report;
mod setting;
mod square;
mod walk;

use std::process::ExitCode;

use clap::Args;

pub use self::accounts::UNIONPAY_TERMINAL;
use self::report::Report;
use self::setting::Running;
use super::signals::StopSignals;
use super::{Global, UsageError, output};
use crate::config::{LogConfig, LogFormat};
use crate::i18n::{Locale, Texts};
use crate::telemetry::logs::init_logs;

const SHOP_PORT: u16 = 8888;
const SIDECAR_PORT: u16 = 8080;
const SANDBOX_PORT: u16 = 8090;

/// Try everything: a shop, the sidecar and stand-ins for the gateways, without any contract
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  luodi demo\n  luodi demo --lang en\n  \
    luodi demo --script --json    # a shopper's way from product to refund, for CI\n\n\
    Ports 8888 (shop), 8080 (sidecar) and 8090 (stand-ins), or free ones where those are taken.")]
pub struct Demo {
    /// Walk a shopper's way without a browser, print each step and stop
    #[arg(long)]
    script: bool,
    /// Port of the shop; sidecar and stand-ins take the next two. 0 takes free ones
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Language of what is printed and shown, zh or en; the environment's (LANG) when not given
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,
}

/// The ports to try first.
#[derive(Debug, Clone, Copy)]
struct Ports {
    shop: u16,
    sidecar: u16,
    sandbox: u16,
}

impl Demo {
    pub async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let (locale, ports) = (self.locale()?, self.ports()?);
        // The walk provokes a refusal on purpose; its warning would only irritate.
        let level = if self.script { "error" } else { "warn" };
        init_logs(&LogConfig { level: level.to_owned(), format: LogFormat::Text })?;
        let mut stop = StopSignals::listen()?;
        let running = tokio::select! {
            running = setting::start(ports, locale) => running?,
            () = stop.asked() => return Ok(ExitCode::FAILURE),
        };
        let code = if self.script {
            let mut report = Report::new(locale, global.json);
            let walked = tokio::select! {
                walked = walk::walk(&running, &mut report) => walked,
                () = stop.asked() => Err(anyhow::anyhow!("it was stopped")),
            };
            report.finish(walked)
        } else {
            invite(&running, locale, global.json)?;
            stop.asked().await;
            Ok(ExitCode::SUCCESS)
        };
        running.stop().await;
        code
    }

    fn locale(&self) -> anyhow::Result<Locale> {
        match &self.lang {
            Some(tag) => Locale::parse(tag).ok_or_else(|| UsageError(format!("--lang {tag}: use zh or en")).into()),
            None => {
                let variables = ["LC_ALL", "LC_MESSAGES", "LANG"];
                let set = variables.iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.is_empty());
                Ok(set.and_then(|value| Locale::parse(&value)).unwrap_or(Locale::En))
            }
        }
    }

    fn ports(&self) -> anyhow::Result<Ports> {
        match self.port {
            None => Ok(Ports { shop: SHOP_PORT, sidecar: SIDECAR_PORT, sandbox: SANDBOX_PORT }),
            Some(0) => Ok(Ports { shop: 0, sidecar: 0, sandbox: 0 }),
            Some(shop) => match (shop.checked_add(1), shop.checked_add(2)) {
                (Some(sidecar), Some(sandbox)) => Ok(Ports { shop, sidecar, sandbox }),
                _ => Err(UsageError(format!("--port {shop}: the next two ports are needed as well")).into()),
            },
        }
    }
}

/// What to open, and what to paste.
fn invite(running: &Running, locale: Locale, json: bool) -> anyhow::Result<()> {
    let luodi = running.sidecar.url();
    let docs = format!("{luodi}/docs");
    let phone = running.sandbox.phone_url();
    let (wechatpay, alipay, unionpay) =
        (&running.accounts.wechatpay, &running.accounts.alipay, &running.accounts.unionpay);
    if json {
        return output::json_line(&serde_json::json!({
            "shop_url": running.shop.url(), "phone_url": phone, "api_url": luodi, "docs_url": docs,
            "api_key": running.api_key, "publishable_key": running.publishable_key, "account": wechatpay.id,
            "sandbox_url": running.sandbox.base_url(), "sandbox_mchid": wechatpay.merchant,
            "alipay_account": alipay.id, "sandbox_alipay_app_id": alipay.merchant,
            "unionpay_account": unionpay.id, "sandbox_unionpay_mer_id": unionpay.merchant,
        }));
    }
    let texts = Texts(locale);
    output::line(texts.get("cli-demo-title"))?;
    output::line("")?;
    let addresses = [
        ("cli-demo-shop", format!("{}/?lang={}", running.shop.url(), locale.tag())),
        ("cli-demo-phone", format!("{phone}?lang={}", if locale == Locale::En { "en" } else { "zh" })),
        ("cli-demo-docs", docs),
        ("cli-demo-control", running.sandbox.base_url()),
    ];
    output::pairs(&addresses.map(|(key, url)| (texts.get(key), url)))?;
    output::line("")?;
    output::line(texts.get("cli-demo-way"))?;
    output::line("")?;
    output::line(texts.get("cli-demo-curl"))?;
    output::line("")?;
    output::line(format!(
        "export LUODI_API_URL={luodi} LUODI_API_KEY={} LUODI_PUBLISHABLE_KEY={} \
         SANDBOX_URL={} SANDBOX_MCHID={} SANDBOX_ALIPAY_APP_ID={} SANDBOX_UNIONPAY_MER_ID={}",
        running.api_key,
        running.publishable_key,
        running.sandbox.base_url(),
        wechatpay.merchant,
        alipay.merchant,
        unionpay.merchant
    ))?;
    output::line(curl_example())?;
    output::line("")?;
    output::line(texts.get("cli-demo-stop"))
}

/// Works when pasted after the line of exports.
fn curl_example() -> String {
    let body = r#"{"order_ref":"T-1001","amount_fen":1280,"currency":"CNY","description":"西湖龙井 50g","gateway":"wechatpay","flow":"qr"}"#;
    format!(
        "curl $LUODI_API_URL/v1/payments \\\n  -H \"Authorization: Bearer $LUODI_API_KEY\" \\\n  \
         -H 'Idempotency-Key: try-it-{}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'",
        crate::crypto::random::alphanumeric(12)
    )
}
