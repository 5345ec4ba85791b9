//! `luodi store`: move everything to another database, or back it up.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use super::{Global, UsageError, opened, output};
use crate::app::open_storage;
use crate::config::{LogConfig, LogFormat};
use crate::storage::{self, CopyReport, Storage, StorageSettings};
use crate::telemetry::logs::init_logs;

/// Copy or back up the database
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi store backup --to luodi-2026-01-31.db")]
pub struct Store {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Copy(Copy),
    Backup(Backup),
}

/// Copy everything into a fresh database, and compare both sides row for row
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi store copy --from sqlite:luodi.db --to @postgres-url.txt\n\n\
    Stop the server first. An interrupted copy goes on where it stopped when run again.\n\
    @FILE reads the URL from a file: other users of the machine could read a password among the arguments.")]
struct Copy {
    /// sqlite:FILE, postgres://… or @FILE
    #[arg(long, value_name = "URL")]
    from: String,
    /// sqlite:FILE, postgres://… or @FILE
    #[arg(long, value_name = "URL")]
    to: String,
}

/// Write the configured database into one SQLite file
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi store backup --to luodi-2026-01-31.db\n\n\
    To restore, name the file in storage.url, or copy it into PostgreSQL. Keep it as safe as the database.")]
struct Backup {
    /// The new file; one that exists is not overwritten
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

impl Store {
    pub async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        init_logs(&LogConfig { level: "warn".to_owned(), format: LogFormat::Text })?;
        match self.action {
            Action::Copy(copy) => copy.run(global.json).await?,
            Action::Backup(backup) => backup.run(global).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Copy {
    async fn run(self, json: bool) -> anyhow::Result<()> {
        if self.from == self.to {
            return Err(UsageError("--from and --to are the same database".to_owned()).into());
        }
        let (source, target) = (url_of(&self.from).context("--from")?, url_of(&self.to).context("--to")?);
        // Opening would make it, and the copy of nothing would be a success.
        if let Some(file) = source.strip_prefix("sqlite:") {
            let file = Path::new(file.strip_prefix("//").unwrap_or(file));
            ensure!(file.is_file(), "--from: there is no database file {}", file.display());
        }
        let from = open(source).await.context("--from")?;
        let to = match open(target).await.context("--to") {
            Ok(to) => to,
            Err(error) => {
                from.close().await;
                return Err(error);
            }
        };
        let copied = storage::copy(&from, &to, |table, rows| eprintln!("{table}: {rows}")).await;
        from.close().await;
        to.close().await;
        tell(&copied?, json)
    }
}

fn tell(report: &CopyReport, json: bool) -> anyhow::Result<()> {
    if json {
        let tables: Map<String, Value> =
            report.tables.iter().map(|(table, rows)| ((*table).to_owned(), Value::from(*rows))).collect();
        return output::json(&json!({ "tables": tables, "digest": report.digest }));
    }
    let rows: Vec<_> = report.tables.iter().map(|(table, rows)| [(*table).to_owned(), rows.to_string()]).collect();
    output::table(["TABLE", "ROWS"], &rows)?;
    output::line(format!("Both sides were read again and agree. SHA-256 of all rows: {}", report.digest))
}

fn url_of(given: &str) -> anyhow::Result<String> {
    match given.strip_prefix('@') {
        Some(file) => {
            let url = std::fs::read_to_string(file).with_context(|| format!("{file} cannot be read"))?;
            Ok(url.trim().to_owned())
        }
        None => Ok(given.to_owned()),
    }
}

async fn open(url: String) -> anyhow::Result<Storage> {
    Ok(Storage::open(&StorageSettings { url, durable: true, readers: 1 }).await?)
}

impl Backup {
    async fn run(self, global: &Global) -> anyhow::Result<()> {
        let config = opened::load(global)?;
        if let Some(path) = config.storage.url.expose_secret().strip_prefix("sqlite:") {
            // The file may be in use by `serve`, which need not stop for this.
            storage::backup_file(Path::new(path.strip_prefix("//").unwrap_or(path)), &self.to).await?;
        } else {
            let storage = open_storage(&config, true).await.map_err(opened::with_hint)?;
            let written = storage.backup(&self.to).await;
            storage.close().await;
            written?;
        }
        let bytes = std::fs::metadata(&self.to)?.len();
        if global.json {
            return output::json(&json!({ "file": self.to, "bytes": bytes }));
        }
        output::line(format!("{} is written and verified, {bytes} bytes", self.to.display()))
    }
}
