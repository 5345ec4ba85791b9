//! `luodi config`: the settings.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::output;

/// Print every setting
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi config example > luodi.toml")]
pub struct Config {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print all settings with their defaults and meaning, as a file to start from
    #[command(after_help = "Example:\n  luodi config example > luodi.toml")]
    Example,
}

impl Config {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Example => output::line(crate::config::Config::example().trim_end())?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
