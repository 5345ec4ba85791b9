//! `luodi healthcheck`: for containers, which have no curl.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::{Global, opened, output};

const PATIENCE: Duration = Duration::from_secs(5);

/// Ask a running server whether it can work; exits with 0 or 1
#[derive(Debug, Args)]
#[command(after_help = "Example, in a Dockerfile:\n  HEALTHCHECK CMD [\"luodi\", \"healthcheck\"]")]
pub struct HealthCheck {
    /// Address of the server; that of the configuration (`bind`) when left out
    #[arg(long)]
    url: Option<String>,
}

impl HealthCheck {
    pub async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let base = match self.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", reachable(opened::load(global)?.bind)),
        };
        let url = format!("{base}/health/ready");
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let answer = client.get(&url).send().await.with_context(|| format!("{url} does not answer"))?;
        let (ok, status) = (answer.status().is_success(), answer.status().as_u16());
        if global.json {
            output::json_line(&json!({ "ok": ok, "url": url, "status": status }))?;
        } else {
            output::line(format!("{url} answers {status}: {}", if ok { "ready" } else { "not ready" }))?;
        }
        Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// "Any address" is reached as this machine.
fn reachable(bind: SocketAddr) -> SocketAddr {
    let ip = match bind.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, bind.port())
}
