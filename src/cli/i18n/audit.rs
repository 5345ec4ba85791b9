//! `luodi i18n audit`: the faults of somebody's Chinese language package.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use serde_json::{Map, Value, json};

use super::super::{Global, output};
use crate::magento_language::audit::{Audit as Audited, Fault, Finding, audit};

/// Find the faults of a Chinese Magento language package
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  luodi i18n audit vendor/mageplaza/magento-2-chinese-language-pack/zh_Hans_CN.csv\n\n\
    Tells rows left in English, placeholders lost or added, known mistranslations, rows that carry the text of\n\
    another row, contradictions and broken CSV. Exits with 1 when there is any."
)]
pub struct Audit {
    /// The dictionary: phrase, translation, and where the phrase is from
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// How many findings of each kind to print; 0 for all
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

impl Audit {
    pub fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let bytes = std::fs::read(&self.file).with_context(|| format!("{} cannot be read", self.file.display()))?;
        let audited = audit(&bytes);
        let limit = if self.limit == 0 { usize::MAX } else { self.limit };
        if global.json {
            let counts: Map<String, Value> =
                Fault::ALL.iter().map(|fault| (fault.as_str().to_owned(), audited.count(*fault).into())).collect();
            let shown = Fault::ALL.iter().flat_map(|fault| of(&audited, *fault).take(limit)).map(told);
            output::json(&json!({ "rows": audited.rows, "counts": counts, "findings": shown.collect::<Vec<_>>() }))?;
        } else {
            print(&audited, limit)?;
        }
        Ok(if audited.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn of(audited: &Audited, fault: Fault) -> impl Iterator<Item = &Finding> {
    audited.findings.iter().filter(move |finding| finding.fault == fault)
}

fn told(finding: &Finding) -> Value {
    json!({
        "line": finding.line, "fault": finding.fault.as_str(), "source": finding.source,
        "translation": finding.translation, "detail": finding.detail, "ours": finding.ours,
    })
}

fn print(audited: &Audited, limit: usize) -> anyhow::Result<()> {
    for fault in Fault::ALL {
        let count = audited.count(fault);
        for finding in of(audited, fault).take(limit) {
            let ours = finding.ours.as_ref().map(|ours| format!(" | ours: {ours}")).unwrap_or_default();
            let Finding { line, source, translation, detail, .. } = finding;
            output::line(format!("line {line}: {source} = {translation} | {}: {detail}{ours}", fault.as_str()))?;
        }
        if count > limit {
            output::line(format!("… {} more {}; --limit 0 shows all", count - limit, fault.as_str()))?;
        }
    }
    output::line(format!("{} rows", audited.rows))?;
    for fault in Fault::ALL {
        output::line(format!("{:>7}  {}", audited.count(fault), fault.as_str()))?;
    }
    Ok(())
}
