//! `luodi statements`: what the gateways say a day brought, and where that differs from the ledger.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::source::{Asked, Source};
use super::{Global, output};
use crate::http::AppState;
use crate::http::statement_csv::CsvLines;
use crate::http::statements::{StatementView, view};
use crate::i18n::Locale;
use crate::ids::AccountId;
use crate::payments::difference::yuan;
use crate::payments::reconcile::{DIFFERENCE_LEASE_S, OutOfReach, STATEMENT_LEASE_S};
use crate::payments::{DifferenceKind, DifferenceStatus, DifferenceView, StatementDay, StatementKind};
use crate::storage::{DifferenceFilter, StatementFilter};

/// Worked on in one go.
const AT_ONCE: i64 = 8;
const CSV_ROWS: i64 = 1000;

/// Fetch and show the gateways' statements, and list their differences from the ledger
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi statements differences --mode live --status open")]
pub struct Statements {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Fetch(Fetch),
    Show(Show),
    Differences(Differences),
}

/// Fetch a day's statements again and compare them with the ledger
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi statements fetch acc_01jabcdefghjkmnpqrstvwxyz0 2026-01-31\n\n\
    A running server does it in the background (LUODI_API_URL); otherwise this command does it itself.")]
struct Fetch {
    /// As `luodi accounts list` prints it
    account: AccountId,
    /// A day in Beijing, YYYY-MM-DD; gateways keep three months
    date: Date,
    /// And every day up to this one
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    #[command(flatten)]
    asked: Asked,
}

/// List statements, or show one
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  luodi statements show --mode live\n  \
    luodi statements show acc_01jabcdefghjkmnpqrstvwxyz0 2026-01-31 --csv > 2026-01-31.csv")]
struct Show {
    /// As `luodi accounts list` prints it; all when not given
    account: Option<AccountId>,
    /// A day in Beijing, YYYY-MM-DD
    #[arg(requires = "account")]
    date: Option<Date>,
    /// trade or fund_flow
    #[arg(long, value_name = "KIND", default_value = "trade", value_parser = statement_kind)]
    kind: StatementKind,
    /// Print every row as a file for Excel
    #[arg(long, requires = "date")]
    csv: bool,
    #[command(flatten)]
    asked: Asked,
}

/// List differences, newest first
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi statements differences --mode live --status open --json")]
struct Differences {
    /// open, resolved or acknowledged
    #[arg(long, value_parser = difference_status)]
    status: Option<DifferenceStatus>,
    /// missing_here, missing_there, amount, status, duplicate or totals
    #[arg(long, value_parser = difference_kind)]
    kind: Option<DifferenceKind>,
    /// Only this account
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=100))]
    limit: i64,
    /// Go on where the last page ended
    #[arg(long)]
    cursor: Option<String>,
    #[command(flatten)]
    asked: Asked,
}

impl Statements {
    pub async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Fetch(fetch) => fetch.run(global).await?,
            Action::Show(show) => show.run(global).await?,
            Action::Differences(differences) => differences.run(global).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Fetch {
    async fn run(self, global: &Global) -> anyhow::Result<()> {
        let Self { account, date, to, asked } = self;
        let last = to.unwrap_or(date);
        let days = std::iter::successors(Some(date), |d| d.tomorrow().ok()).take_while(|d| *d <= last);
        let days: Vec<Date> = days.collect();
        anyhow::ensure!(!days.is_empty(), "--to is before the first day");
        let work = async |source: &Source<'_>| match source {
            Source::Ledger { state, store_id, mode } => {
                let known = state.storage.account(account).await?;
                known
                    .filter(|a| a.store_id == *store_id && a.mode == *mode)
                    .with_context(|| format!("there is no account {account} in this store and mode"))?;
                for date in &days {
                    match state.payments.request_statement(account, *date).await? {
                        Ok(()) => {}
                        Err(OutOfReach::NotOver) => anyhow::bail!("{date} is not over yet in Beijing"),
                        Err(OutOfReach::TooOld { oldest_days }) => {
                            anyhow::bail!("{date} is too old: the gateway is asked for the last {oldest_days} days")
                        }
                        Err(OutOfReach::Unsupported { gateway }) => {
                            anyhow::bail!("{} has no call for statements", gateway.as_str())
                        }
                    }
                }
                work_off(state).await?;
                let mut statements = Vec::new();
                for date in &days {
                    statements.extend(statements_of(state, account, *date).await?);
                }
                Ok(statements)
            }
            Source::Server(server) => {
                let mut statements = Vec::new();
                for date in &days {
                    let answer = server.post(&format!("/v1/statements/{account}/{date}/fetch")).await?;
                    statements.extend(answer["data"].as_array().cloned().unwrap_or_default());
                }
                Ok(statements)
            }
        };
        let statements = asked.with(global, work).await?;
        print_statements(global, &statements)
    }
}

/// What is due, here and now: what the jobs of a running server would do.
async fn work_off(state: &AppState) -> anyhow::Result<()> {
    let now = || state.clock.now();
    loop {
        let claimed = state.storage.claim_statements(now(), STATEMENT_LEASE_S, AT_ONCE).await?;
        if claimed.is_empty() {
            break;
        }
        for statement in claimed {
            state.payments.work_on_statement(&statement).await?;
        }
    }
    loop {
        let claimed = state.storage.claim_differences(now(), DIFFERENCE_LEASE_S, AT_ONCE).await?;
        if claimed.is_empty() {
            return Ok(());
        }
        for difference in claimed {
            state.payments.recheck_difference(&difference).await?;
        }
    }
}

async fn statements_of(state: &AppState, account: AccountId, date: Date) -> anyhow::Result<Vec<Value>> {
    let mut statements = Vec::new();
    for kind in StatementKind::ALL {
        if let Some(record) = state.storage.statement(StatementDay { account_id: account, kind: *kind, date }).await? {
            let (open, _) = state.storage.open_differences_of(record.day).await?;
            statements.push(serde_json::to_value(StatementView::of(&record, open))?);
        }
    }
    Ok(statements)
}

impl Show {
    async fn run(self, global: &Global) -> anyhow::Result<()> {
        let Self { account, date, kind, csv, asked } = self;
        if let (Some(account), Some(date), true) = (account, date, csv) {
            let day = StatementDay { account_id: account, kind, date };
            return asked.with(global, async |source: &Source<'_>| print_csv(source, day).await).await;
        }
        let work = async |source: &Source<'_>| match source {
            Source::Ledger { state, store_id, mode } => {
                let filter = StatementFilter {
                    store_id: *store_id,
                    mode: *mode,
                    account_id: account,
                    kind: date.map(|_| kind),
                    from: date,
                    to: date,
                    before: None,
                    limit: 100,
                };
                let mut statements = Vec::new();
                for record in state.storage.statements(&filter).await?.0 {
                    let shown = view(state, &record).await.map_err(|error| anyhow::anyhow!("{error}"))?;
                    statements.push(serde_json::to_value(shown)?);
                }
                Ok(statements)
            }
            Source::Server(server) => {
                let mut query = vec![("limit", "100".to_owned())];
                query.extend(account.map(|id| ("account", id.to_string())));
                query.extend(date.map(|_| ("kind", kind.as_str().to_owned())));
                query.extend(date.map(|date| ("from", date.to_string())));
                query.extend(date.map(|date| ("to", date.to_string())));
                let list = server.get("/v1/statements", &query).await?;
                Ok(list["data"].as_array().cloned().unwrap_or_default())
            }
        };
        let statements = asked.with(global, work).await?;
        match (&statements[..], date) {
            ([one], Some(_)) if !global.json => output::object(one),
            ([], Some(date)) => anyhow::bail!("there is no statement of {date}; `luodi statements fetch` asks for it"),
            _ => print_statements(global, &statements),
        }
    }
}

async fn print_csv(source: &Source<'_>, day: StatementDay) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    match source {
        Source::Ledger { state, .. } => {
            let record = state.storage.statement(day).await?;
            record.with_context(|| format!("there is no statement of {}", day.date))?;
            let lines = CsvLines::new(day.kind, Locale::En);
            out.write_all(lines.head().as_bytes())?;
            let mut after = 0;
            loop {
                let rows = state.storage.statement_rows(day, after, CSV_ROWS).await?;
                let Some(last) = rows.last() else { break };
                after = last.position;
                for row in &rows {
                    out.write_all(lines.row(row).as_bytes())?;
                }
            }
        }
        Source::Server(server) => {
            let query = [("kind", day.kind.as_str().to_owned()), ("format", "csv".to_owned())];
            let path = format!("/v1/statements/{}/{}", day.account_id, day.date);
            let mut file = server.file(&path, &query).await?;
            while let Some(piece) = file.chunk().await? {
                out.write_all(&piece)?;
            }
        }
    }
    Ok(out.flush()?)
}

fn print_statements(global: &Global, statements: &[Value]) -> anyhow::Result<()> {
    if global.json {
        return output::json(&json!({ "data": statements }));
    }
    let rows: Vec<_> = statements
        .iter()
        .map(|statement| {
            let word = |name: &str| statement.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let net = statement.pointer("/figures/net_fen").and_then(Value::as_i64).map(yuan).unwrap_or_default();
            let open = statement.get("open_differences").and_then(Value::as_i64).unwrap_or_default();
            [word("date"), word("account"), word("kind"), word("status"), net, open.to_string(), word("problem")]
        })
        .collect();
    output::table(["DATE", "ACCOUNT", "KIND", "STATUS", "NET CNY", "OPEN", "PROBLEM"], &rows)
}

impl Differences {
    async fn run(self, global: &Global) -> anyhow::Result<()> {
        let Self { status, kind, account, limit, cursor, asked } = self;
        let work = async |source: &Source<'_>| match source {
            Source::Ledger { state, store_id, mode } => {
                let filter = DifferenceFilter {
                    store_id: *store_id,
                    mode: *mode,
                    status,
                    kind,
                    account_id: account,
                    from: None,
                    to: None,
                    cursor: cursor.clone(),
                    limit,
                };
                let page = state.storage.differences(&filter).await?;
                let data: Vec<_> = page.data.iter().map(DifferenceView::of).collect();
                Ok(json!({ "data": data, "next_cursor": page.next_cursor }))
            }
            Source::Server(server) => {
                let mut query = vec![("limit", limit.to_string())];
                query.extend(status.map(|status| ("status", status.as_str().to_owned())));
                query.extend(kind.map(|kind| ("kind", kind.as_str().to_owned())));
                query.extend(account.map(|id| ("account", id.to_string())));
                query.extend(cursor.clone().map(|text| ("cursor", text)));
                server.get("/v1/differences", &query).await
            }
        };
        let list = asked.with(global, work).await?;
        if global.json {
            return output::json(&list);
        }
        let differences = list["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        if differences.is_empty() {
            eprintln!("No differences; `luodi statements show` lists what has been compared.");
        }
        for difference in differences {
            let word = |name: &str| difference.get(name).and_then(Value::as_str).unwrap_or_default();
            output::line(format!("{}  {}  {}  {}", word("date"), word("status"), word("kind"), word("id")))?;
            for text in ["/explanation/en", "/advice/en"] {
                output::line(format!("  {}", difference.pointer(text).and_then(Value::as_str).unwrap_or_default()))?;
            }
        }
        if let Some(cursor) = list.get("next_cursor").and_then(Value::as_str) {
            eprintln!("There are more: --cursor {cursor}");
        }
        Ok(())
    }
}

fn statement_kind(text: &str) -> Result<StatementKind, String> {
    StatementKind::parse(text).ok_or_else(|| "use trade or fund_flow".to_owned())
}

fn difference_status(text: &str) -> Result<DifferenceStatus, String> {
    DifferenceStatus::parse(text).ok_or_else(|| "use open, resolved or acknowledged".to_owned())
}

fn difference_kind(text: &str) -> Result<DifferenceKind, String> {
    let words: Vec<_> = DifferenceKind::ALL.iter().map(|kind| kind.as_str()).collect();
    DifferenceKind::parse(text).ok_or_else(|| format!("use {}", words.join(", ")))
}
