//! `luodi i18n`: the wording, and Magento's language packages.

mod audit;
mod check;
mod magento;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Global;

/// Check the wording; write or audit a Magento language package
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi i18n check")]
pub struct I18n {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Check(check::Check),
    Magento(magento::Magento),
    Audit(audit::Audit),
}

impl I18n {
    pub fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Check(check) => check.run(global),
            Action::Magento(magento) => magento.run(global),
            Action::Audit(audit) => audit.run(global),
        }
    }
}
