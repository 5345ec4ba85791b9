//! `luodi sandbox`: the stand-ins alone, for other people's integration tests.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::signals::StopSignals;
use super::{Global, output};
use crate::clock::SystemClock;
use crate::config::{LogConfig, LogFormat};
use crate::sandbox::{self, MerchantDraft, RedeliverySchedule, SandboxSettings, alipay};
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
        let merchant = sandbox.add_merchant(MerchantDraft::default()).await?;
        let alipay = sandbox.alipay();
        let alipay_merchant = alipay.add_merchant(alipay::MerchantDraft::default()).await?;
        let control_url = format!("{}/sandbox", sandbox.base_url());
        if global.json {
            output::json_line(&json!({
                "api_base": sandbox.base_url(), "control_url": control_url, "phone_url": sandbox.phone_url(),
                "merchant": merchant, "alipay_merchant": alipay_merchant,
            }))?;
        } else {
            let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            output::line("The stand-ins are up. No money moves here.")?;
            output::pairs(&[
                pair("api_base", &sandbox.base_url()),
                pair("control API", &control_url),
                pair("phone", &sandbox.phone_url()),
                pair("Alipay's gateway", &alipay.gateway_url()),
            ])?;
            output::line("One merchant of WeChat Pay is ready; --json prints its keys as well:")?;
            output::pairs(&[
                pair("mchid", &merchant.mchid),
                pair("appid", &merchant.appid),
                pair("merchant_serial", &merchant.merchant_serial),
                pair("apiv3_key", &merchant.apiv3_key),
                pair("wechatpay_public_key_id", &merchant.wechatpay_public_key_id),
            ])?;
            output::line("And one of Alipay:")?;
            output::pairs(&[
                pair("app_id", &alipay_merchant.app_id),
                pair("seller_id", &alipay_merchant.seller_id),
                pair("alipay_public_key", &alipay_merchant.alipay_public_key),
            ])?;
        }
        stop.asked().await;
        sandbox.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}
