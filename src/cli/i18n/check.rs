//! `luodi i18n check`: whether the wording is whole, and what is wrong with your own.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::super::{Global, opened, output};
use crate::i18n::check::{Finding, check_shipped};
use crate::i18n::{Catalogue, Locale};

/// Check that every locale says the same, and your own wording with it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi i18n check --overrides /etc/luodi/wording\n\n\
    Without --overrides the folder of the setting `wording.overrides` is checked, if there is one. Exits with 1 when\n\
    something is wrong. Ids that are not ours and matters of style are told; only what a shopper would read as\n\
    nonsense is refused by the server.")]
pub struct Check {
    /// A folder with your own wording
    #[arg(long, value_name = "DIR")]
    overrides: Option<PathBuf>,
}

impl Check {
    pub fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let folder = match self.overrides {
            Some(folder) => Some(folder),
            None => opened::load(global)?.wording.overrides.map(PathBuf::from),
        };
        let shipped = check_shipped();
        let own = folder.as_deref().map(checked).unwrap_or_default();
        let is_good = shipped.is_empty() && own.findings.is_empty();
        if global.json {
            output::json(&json!({
                "ok": is_good,
                "locales": locales(),
                "findings": shipped.iter().map(told).collect::<Vec<_>>(),
                "overrides": folder.map(|folder| json!({
                    "folder": folder,
                    "refused": own.refused,
                    "files": own.files,
                    "overridden": own.overridden,
                    "findings": own.findings.iter().map(told).collect::<Vec<_>>(),
                })),
            }))?;
        } else {
            for finding in shipped.iter().chain(&own.findings) {
                output::line(finding)?;
            }
            for locale in locales() {
                output::line(format!(
                    "{}  {} messages, version {}",
                    text(&locale, "locale"),
                    locale["messages"],
                    text(&locale, "version")
                ))?;
            }
            if let Some(folder) = &folder {
                output::line(own.summary(folder))?;
            }
            let count = shipped.len() + own.findings.len();
            output::line(if is_good { "ok".to_owned() } else { format!("{count} findings") })?;
        }
        Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn locales() -> Vec<Value> {
    let shipped = Catalogue::shipped();
    let row = |locale: &Locale| {
        let wording = shipped.wording(*locale);
        json!({ "locale": locale.tag(), "messages": wording.messages().len(), "version": wording.version() })
    };
    Locale::ALL.iter().map(row).collect()
}

fn told(finding: &Finding) -> Value {
    json!({
        "locale": finding.locale, "file": finding.file, "line": finding.line, "id": finding.id,
        "rule": finding.rule.as_str(), "refuses": finding.rule.refuses(), "detail": finding.detail,
    })
}

/// What came of a merchant's folder.
#[derive(Debug, Default)]
struct Own {
    refused: bool,
    files: usize,
    overridden: usize,
    findings: Vec<Finding>,
}

fn checked(folder: &Path) -> Own {
    match Catalogue::with_overrides(folder) {
        Ok(catalogue) => {
            let report = catalogue.overrides().cloned().unwrap_or_default();
            let findings = report.unknown.into_iter().chain(report.remarks).collect();
            Own { refused: false, files: report.files, overridden: report.overridden, findings }
        }
        Err(refused) => Own { refused: true, findings: refused.findings, ..Own::default() },
    }
}

impl Own {
    fn summary(&self, folder: &Path) -> String {
        let folder = folder.display();
        if self.refused {
            format!("{folder}  refused: a server would not start with it, and a running one keeps what it has")
        } else {
            format!("{folder}  {} files, {} messages worded by you", self.files, self.overridden)
        }
    }
}
