//! `luodi check`: whether everything is set up so that payments can work.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{Global, accounts, opened, output, serve};
use crate::config::{Config, process_environment};

/// Check the configuration and every merchant account
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi check --config /etc/luodi/luodi.toml\n\n\
    Asks each gateway by one harmless call; moves no money. Exits with 1 when something is an error.")]
pub struct Check {}

impl Check {
    pub async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let config = match Config::load(global.config.as_deref(), process_environment()) {
            Ok(config) => config,
            Err(error) if global.json => {
                let problems: Vec<_> = error.problems().iter().map(ToString::to_string).collect();
                output::json(&json!({ "ok": false, "configuration": { "errors": problems }, "accounts": [] }))?;
                return Ok(ExitCode::FAILURE);
            }
            Err(error) => return Err(error.into()),
        };
        let warnings = serve::oddities(&config);
        let checked = opened::with_ledger(global, async |state| {
            accounts::check_all(state, &state.storage.accounts(None).await?, false).await
        })
        .await?;
        if global.json {
            let configuration = json!({ "errors": [], "warnings": warnings });
            output::json(&json!({ "ok": checked.ok, "configuration": configuration, "accounts": checked.accounts }))?;
        } else {
            output::line("configuration")?;
            if warnings.is_empty() {
                output::line("  ok       every setting can be used")?;
            }
            for warning in warnings {
                output::line(format!("  warning  {warning}"))?;
            }
            checked.print()?;
        }
        Ok(if checked.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
