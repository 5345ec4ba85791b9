//! `luodi sandbox`: the stand-ins alone, for other people's integration tests.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};

use super::demo::UNIONPAY_TERMINAL;
use super::signals::StopSignals;
use super::{Global, output};
use crate::clock::SystemClock;
use crate::config::{LogConfig, LogFormat};
use crate::sandbox::{
    self, MerchantDraft, RedeliverySchedule, SandboxSettings, WeChatMerchantCredentials, alipay, unionpay,
};
use crate::telemetry::logs::init_logs;

/// Serve stand-ins for the gateways, with one merchant of each ready to use
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi sandbox --json > sandbox.json &\n\n\
    The control API takes orders from anybody who reaches it: bind it where only your tests do.")]
pub struct Sandbox {
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    bind: SocketAddr,
    /// Repeat unanswered notifications a hundred times faster than the gateways do
    #[arg(long)]
    fast: bool,
}

impl Sandbox {
    pub async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        init_logs(&LogConfig { level: "info".to_owned(), format: LogFormat::Text })?;
        let mut stop = StopSignals::listen()?;
        let redelivery = if self.fast { RedeliverySchedule::Compressed } else { RedeliverySchedule::Real };
        let settings = SandboxSettings { bind: self.bind, redelivery, background: true };
        let sandbox = sandbox::start(settings, Arc::new(SystemClock)).await?;
        let merchants = Merchants::add(&sandbox).await?;
        if global.json {
            output::json_line(&merchants.as_json(&sandbox))?;
        } else {
            merchants.print(&sandbox)?;
        }
        stop.asked().await;
        sandbox.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// One of each gateway, ready to use.
struct Merchants {
    wechatpay: WeChatMerchantCredentials,
    alipay: alipay::MerchantCredentials,
    unionpay: unionpay::MerchantCredentials,
}

impl Merchants {
    async fn add(sandbox: &sandbox::Sandbox) -> anyhow::Result<Self> {
        Ok(Self {
            wechatpay: sandbox.add_merchant(MerchantDraft::default()).await?,
            alipay: sandbox.alipay().add_merchant(alipay::MerchantDraft::default()).await?,
            unionpay: sandbox.unionpay().add_merchant(unionpay::MerchantDraft::default()).await?,
        })
    }

    fn as_json(&self, sandbox: &sandbox::Sandbox) -> Value {
        let unionpay = &self.unionpay;
        json!({
            "api_base": sandbox.base_url(), "control_url": control_url(sandbox), "phone_url": sandbox.phone_url(),
            "merchant": self.wechatpay, "alipay_merchant": self.alipay, "unionpay_merchant": unionpay,
            // Under the names of the settings, as POST /v1/accounts takes it.
            "unionpay_account": {
                "gateway": "unionpay", "name": "sandbox",
                "settings": {
                    "merchant_no": unionpay.mer_id, "terminal_id": UNIONPAY_TERMINAL, "api_base": sandbox.base_url(),
                },
                "secrets": {
                    "key_file": unionpay.pfx_base64, "key_password": unionpay.pfx_password,
                    "middle_certificates": unionpay.middle_pem, "root_certificates": unionpay.root_pem,
                },
            },
        })
    }

    fn print(&self, sandbox: &sandbox::Sandbox) -> anyhow::Result<()> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let (wechatpay, alipay, unionpay) = (&self.wechatpay, &self.alipay, &self.unionpay);
        output::line("The stand-ins are up. No money moves here.")?;
        output::pairs(&[
            pair("api_base", &sandbox.base_url()),
            pair("control API", &control_url(sandbox)),
            pair("phone", &sandbox.phone_url()),
            pair("Alipay's gateway", &sandbox.alipay().gateway_url()),
        ])?;
        output::line("One merchant of each gateway is ready; --json prints all of their keys. WeChat Pay:")?;
        output::pairs(&[
            pair("mchid", &wechatpay.mchid),
            pair("appid", &wechatpay.appid),
            pair("merchant_serial", &wechatpay.merchant_serial),
            pair("apiv3_key", &wechatpay.apiv3_key),
            pair("wechatpay_public_key_id", &wechatpay.wechatpay_public_key_id),
        ])?;
        output::line("Alipay:")?;
        output::pairs(&[
            pair("app_id", &alipay.app_id),
            pair("seller_id", &alipay.seller_id),
            pair("app_private_key", &alipay.app_private_key),
            pair("alipay_public_key", &alipay.alipay_public_key),
        ])?;
        let key_file = format!("{}/unionpay/merchants/{}/unionpay.pfx", control_url(sandbox), unionpay.mer_id);
        output::line("UnionPay, whose key file holds the middle and root certificates as well:")?;
        output::pairs(&[
            pair("merchant_no", &unionpay.mer_id),
            pair("terminal_id", UNIONPAY_TERMINAL),
            pair("key_file", &key_file),
            pair("key_password", &unionpay.pfx_password),
        ])?;
        output::line(format!(
            "To add it (needs a master key, as in LUODI_VAULT__KEYS_FILE; for a store that is not called default, name \
             it in --store):\n  curl -so unionpay.pfx {key_file} && echo {} > unionpay.password\n  \
             luodi accounts add --store default --mode test --gateway unionpay --name unionpay \\\n    \
             --set merchant_no={} --set terminal_id={UNIONPAY_TERMINAL} --set api_base={} \\\n    \
             --secret key_file=unionpay.pfx --secret key_password=unionpay.password",
            unionpay.pfx_password,
            unionpay.mer_id,
            sandbox.base_url(),
        ))
    }
}

fn control_url(sandbox: &sandbox::Sandbox) -> String {
    format!("{}/sandbox", sandbox.base_url())
}
