//! `luodi serve`: the server.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::ensure;
use clap::Args;
use serde_json::json;
use url::{Host, Url};

use super::signals::{ReloadSignals, StopSignals};
use super::{Global, opened, output};
use crate::app::{App, AppOptions, RunningApp};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::telemetry::logs::init_logs;

/// Run the server until it is told to stop
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi serve --config /etc/luodi/luodi.toml\n\n\
    Ctrl-C or SIGTERM stops it once running requests are answered; SIGHUP reads\n    your own wording and the table of divisions again. Every setting: `luodi config example`.")]
pub struct Serve {}

impl Serve {
    pub async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let mut stop = StopSignals::listen()?;
        let mut reload = ReloadSignals::listen()?;
        let config = opened::load(global)?;
        init_logs(&config.log)?;
        for odd in oddities(&config) {
            tracing::warn!("{odd}");
        }
        let options = AppOptions::default();
        let app = App::build(config, Arc::new(SystemClock), options).await?;
        ensure!(
            !app.state.storage.has_unfinished_copy().await?,
            "a copy into this database was interrupted: run `luodi store copy` again, then start"
        );
        let public_url = app.state.public_url.clone();
        let running = app.start(options)?;
        let metrics = running.metrics.as_ref().map(|(address, _)| format!("http://{address}/metrics"));
        if global.json {
            let told = json!({ "listening": running.url(), "public_url": public_url, "metrics_url": metrics });
            output::json_line(&told)?;
        } else {
            let metrics = metrics.map(|url| format!(", metrics at {url}")).unwrap_or_default();
            output::line(format!(
                "luodi {} listens on {}, reached as {public_url}{metrics}",
                env!("CARGO_PKG_VERSION"),
                running.url()
            ))?;
        }
        loop {
            tokio::select! {
                () = stop.asked() => break,
                () = reload.asked() => read_again(&running).await,
            }
        }
        tracing::info!("stopping: running requests are answered first; asked again, it stops at once");
        tokio::select! {
            () = running.stop() => Ok(ExitCode::SUCCESS),
            () = stop.asked() => Ok(ExitCode::FAILURE),
        }
    }
}

/// What SIGHUP is for. What cannot be used leaves the old in force.
async fn read_again(running: &RunningApp) {
    running.reload_wording();
    let regions = Arc::clone(&running.state.regions);
    match tokio::task::spawn_blocking(move || regions.reload()).await {
        Ok(Ok(Some(version))) => tracing::info!(%version, "a newer table of divisions is in use"),
        Ok(Ok(None)) => tracing::info!("the table of divisions is the one in use"),
        Ok(Err(error)) => tracing::error!(%error, "the table in `regions.folder` cannot be used"),
        Err(error) => tracing::error!(%error, "the table in `regions.folder` could not be read"),
    }
}

/// What is allowed and yet hardly meant, each with its remedy.
pub fn oddities(config: &Config) -> Vec<String> {
    let mut odd = Vec::new();
    if is_loopback(&config.public_url) && !config.bind.ip().is_loopback() {
        odd.push(format!(
            "`public_url` ({}) names this machine itself, so neither shoppers nor gateways can reach it although \
             `bind` is {}: set it to the https:// address of your reverse proxy",
            config.public_url, config.bind
        ));
    }
    if config.vault.keys.is_none() {
        odd.push("`vault.keys` is not set: merchant accounts and webhook endpoints cannot be kept or used".to_owned());
    }
    if config.stores.is_empty() {
        odd.push("no store is configured: add a section [stores.NAME] with its shop_name".to_owned());
    }
    odd
}

fn is_loopback(url: &str) -> bool {
    match Url::parse(url).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
