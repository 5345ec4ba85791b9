//! `luodi regions`: judge a newer table of administrative divisions, see what changes, put it to use.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Global, UsageError, opened, output};
use crate::regions::check::{Fault, check, check_succession};
use crate::regions::current::{import, load_from};
use crate::regions::diff::{Changed, Difference, Listed, diff};
use crate::regions::{Code, Regions as Table};

/// Rows of one kind that are printed; `--json` has all.
const ROWS_SHOWN: usize = 40;

/// Check, compare and import the table of administrative divisions
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  luodi regions check ./provinces-2027-01\n  luodi regions diff ./provinces-2027-01\n  \
    luodi regions import ./provinces-2027-01\n  luodi regions find shenz"
)]
pub struct Regions {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Check(Check),
    Diff(Diff),
    Import(Import),
    Find(Find),
}

/// Say what is wrong with a table, by itself and as the successor of the one in use
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi regions check ./provinces-2027-01\n\n\
    Without DIR the table in use is checked. Exit code 1 when there is a fault.")]
struct Check {
    /// A folder with regions.csv, towns.csv, history.csv, aliases.csv, functional-zones.csv, hk-mo-tw.csv and STATE
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Show what a table has otherwise than the one in use
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi regions diff ./provinces-2027-01 --json > changes.json")]
struct Diff {
    /// The newer table
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Compare with this table instead of the one in use
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
}

/// Check a table and put it to use; a running server takes it over within a minute, or at once on SIGHUP
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi regions import ./provinces-2027-01\n\n\
    It is copied into the folder of the setting `regions.folder`. Nothing is changed when there is a fault.")]
struct Import {
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Find a place by Chinese name, pinyin, initials, an old name or a code
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi regions find 江干区")]
struct Find {
    #[arg(value_name = "TEXT")]
    text: String,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
}

impl Regions {
    pub fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Check(check) => check.run(global),
            Action::Diff(diff) => diff.run(global),
            Action::Import(import) => import.run(global),
            Action::Find(find) => find.run(global),
        }
    }
}

/// The table that a server with this configuration uses.
fn in_use(global: &Global) -> anyhow::Result<Arc<Table>> {
    let config = opened::load(global)?;
    let Some(folder) = &config.regions.folder else { return Ok(Table::embedded()) };
    let imported = load_from(Path::new(folder)).context("setting `regions.folder`")?;
    Ok(imported.map_or_else(Table::embedded, Arc::new))
}

impl Check {
    fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let current = in_use(global)?;
        let (table, faults) = match self.folder {
            None => (Arc::clone(&current), check(&current)),
            Some(folder) => {
                let table = Table::load(&folder)?;
                let mut faults = check(&table);
                faults.extend(check_succession(&current, &table));
                (Arc::new(table), faults)
            }
        };
        tell_faults(&table, &faults, global.json)?;
        Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn tell_faults(table: &Table, faults: &[Fault], json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&json!({ "data_version": table.version(), "faults": faults }));
    }
    for fault in faults {
        output::line(fault)?;
    }
    let (units, towns, retired) = (table.units().len(), table.towns().len(), table.all_retired().len());
    let verdict = if faults.is_empty() { "no faults".to_owned() } else { format!("{} faults", faults.len()) };
    output::line(format!("{}: {units} units, {towns} towns, {retired} retired codes; {verdict}", table.version()))
}

impl Diff {
    fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let old = match &self.from {
            Some(folder) => Arc::new(Table::load(folder)?),
            None => in_use(global)?,
        };
        let difference = diff(&old, &Table::load(&self.folder)?);
        if global.json {
            output::json(&difference)?;
        } else {
            tell_difference(&difference)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn tell_difference(difference: &Difference) -> anyhow::Result<()> {
    output::line(format!("{} → {}", difference.old_version, difference.new_version))?;
    if difference.is_empty() {
        return output::line("the same, byte for byte");
    }
    let lists = [
        ("new units", &difference.added),
        ("gone units", &difference.removed),
        ("newly retired codes", &difference.newly_retired),
        ("new towns", &difference.towns_added),
        ("gone towns", &difference.towns_removed),
    ];
    for (what, rows) in lists {
        tell_rows(what, rows, |row: &Listed| {
            let heirs =
                if row.successors.is_empty() { String::new() } else { format!(" → {}", row.successors.join(", ")) };
            format!("{}  {}{heirs}", row.code, row.full_name)
        })?;
    }
    for (what, rows) in [("changed units", &difference.changed), ("renamed towns", &difference.towns_changed)] {
        tell_rows(what, rows, |row: &Changed| {
            format!("{}  {}  {}: {} → {}", row.code, row.name, row.field, quoted(&row.old), quoted(&row.new))
        })?;
    }
    for (file, old, new) in difference.other_rows.iter().filter(|(_, old, new)| old != new) {
        output::line(format!("{file}: {old} → {new} rows"))?;
    }
    Ok(())
}

fn quoted(text: &str) -> &str {
    if text.is_empty() { "(empty)" } else { text }
}

fn tell_rows<T>(what: &str, rows: &[T], word: impl Fn(&T) -> String) -> anyhow::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    output::line(format!("{what}: {}", rows.len()))?;
    for row in rows.iter().take(ROWS_SHOWN) {
        output::line(format!("  {}", word(row)))?;
    }
    let more = rows.len().saturating_sub(ROWS_SHOWN);
    if more > 0 { output::line(format!("  and {more} more; --json has them all")) } else { Ok(()) }
}

impl Import {
    fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let config = opened::load(global)?;
        let Some(folder) = &config.regions.folder else {
            let fix = "the setting `regions.folder` is missing: name a folder for imported tables there";
            return Err(UsageError(fix.to_owned()).into());
        };
        let old = in_use(global)?;
        let version = import(&self.folder, Path::new(folder), &old)?;
        if global.json {
            output::json(&json!({ "data_version": version, "previous": old.version(), "folder": folder }))?;
        } else {
            output::line(format!("{version} is in {folder}; a running server takes it over within a minute"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Find {
    fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let table = in_use(global)?;
        let found = table.found(&self.text, None, self.limit);
        let retired = self.text.parse::<Code>().ok().and_then(|code| table.region(code, None));
        if global.json {
            output::json(&json!({ "data_version": table.version(), "data": found.data, "region": retired }))?;
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(crate::regions::view::Region::Retired(old)) = &retired {
            let heirs: Vec<_> = old.successors.iter().map(|s| format!("{} {}", s.named.code, s.full_name)).collect();
            let reason = if old.reason.is_empty() { "retired" } else { &old.reason };
            output::line(format!(
                "{} {}: {reason}, gone by {}; now {}",
                old.code,
                old.full_name,
                old.gone_by,
                heirs.join(", ")
            ))?;
        }
        let rows: Vec<_> = found
            .data
            .iter()
            .map(|f| [f.named.code.to_string(), f.full_name.clone(), f.matched_name.clone().unwrap_or_default()])
            .collect();
        if !rows.is_empty() {
            output::table(["CODE", "PLACE", "FOUND BY"], &rows)?;
        } else if retired.is_none() {
            anyhow::bail!("nothing is called {:?}", self.text);
        }
        Ok(ExitCode::SUCCESS)
    }
}
