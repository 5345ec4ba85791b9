//! `luodi accounts`: merchant accounts at the gateways. Secrets go in from files and never come out.

mod add;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Global, opened, output};
use crate::gateways::{Finding, Severity};
use crate::http::AppState;
use crate::http::accounts::{AccountView, CheckResult, depth_of};
use crate::ids::AccountId;
use crate::payments::PaymentError;
use crate::storage::Account;

/// Add, list, show and check merchant accounts
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi accounts check")]
pub struct Accounts {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Add(Box<add::Add>),
    List(List),
    Show(Show),
    Check(Check),
}

/// List the accounts of all stores
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi accounts list")]
struct List {}

/// Show one account, without its secrets
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi accounts show acc_01jabcdefghjkmnpqrstvwxyz0")]
struct Show {
    /// As `luodi accounts list` prints it
    id: AccountId,
}

/// Check credentials, offline and by one harmless call to the gateway
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi accounts check acc_01jabcdefghjkmnpqrstvwxyz0\n\nExits with 1 on an error.")]
struct Check {
    /// One account; all when left out
    id: Option<AccountId>,
    /// Also open an order of 1 fen under each app id and close it: shows whether the app id is bound
    #[arg(long)]
    deep: bool,
}

impl Accounts {
    pub async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        opened::with_ledger(global, async |state| match self.action {
            Action::Add(add) => add.run(state, global.json).await,
            Action::List(List {}) => list(state, global.json).await,
            Action::Show(show) => show.run(state, global.json).await,
            Action::Check(check) => check.run(state, global.json).await,
        })
        .await
    }
}

/// An account with the name of its store, as the REST API shows it.
fn view(account: &Account, store: &str, public_url: &str) -> anyhow::Result<Value> {
    let mut view = serde_json::to_value(AccountView::of(account, public_url))?;
    view["store"] = Value::from(store);
    Ok(view)
}

async fn store_name(state: &AppState, account: &Account) -> anyhow::Result<String> {
    Ok(state.storage.store(account.store_id).await?.map(|store| store.name).unwrap_or_default())
}

async fn list(state: &AppState, json: bool) -> anyhow::Result<ExitCode> {
    let accounts = state.storage.accounts(None).await?;
    let (mut data, mut rows) = (Vec::new(), Vec::new());
    for account in &accounts {
        let store = store_name(state, account).await?;
        data.push(view(account, &store, &state.public_url)?);
        let enabled = if account.enabled { "yes" } else { "no" }.to_owned();
        let (gateway, mode) = (account.gateway.as_str().to_owned(), account.mode.as_str().to_owned());
        rows.push([account.id.to_string(), store, gateway, mode, enabled, account.name.clone()]);
    }
    if json {
        output::json(&json!({ "data": data }))?;
    } else {
        output::table(["ID", "STORE", "GATEWAY", "MODE", "ENABLED", "NAME"], &rows)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn existing(state: &AppState, id: AccountId) -> anyhow::Result<Account> {
    let account = state.storage.account(id).await?;
    account.ok_or_else(|| anyhow::anyhow!("there is no account {id}; `luodi accounts list` shows them"))
}

impl Show {
    async fn run(self, state: &AppState, json: bool) -> anyhow::Result<ExitCode> {
        let account = existing(state, self.id).await?;
        let view = view(&account, &store_name(state, &account).await?, &state.public_url)?;
        if json {
            output::json(&view)?;
        } else {
            output::object(&view)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Check {
    async fn run(self, state: &AppState, json: bool) -> anyhow::Result<ExitCode> {
        let accounts = match self.id {
            Some(id) => vec![existing(state, id).await?],
            None => state.storage.accounts(None).await?,
        };
        let checked = check_all(state, &accounts, self.deep).await?;
        if json {
            output::json(&json!({ "ok": checked.ok, "accounts": checked.accounts }))?;
        } else {
            checked.print()?;
        }
        Ok(if checked.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// What became of checking several accounts.
pub struct Checked {
    pub ok: bool,
    pub accounts: Vec<Value>,
    lines: Vec<String>,
}

/// Asks every account's gateway. An account whose settings are refused is a finding, not a failure.
pub async fn check_all(state: &AppState, accounts: &[Account], deep: bool) -> anyhow::Result<Checked> {
    let mut checked = Checked { ok: true, accounts: Vec::new(), lines: Vec::new() };
    for account in accounts {
        let result = match state.payments.gateways().of_account(account.id).await {
            Ok((_, gateway)) => CheckResult::of(gateway.check(&depth_of(account, &state.public_url, deep)).await),
            Err(error) => CheckResult::of(findings_of(error)),
        };
        let store = store_name(state, account).await?;
        let title =
            format!("{} {:?} of store {store}, {}", account.gateway.as_str(), account.name, account.mode.as_str());
        checked.lines.push(format!("{title} ({})", account.id));
        checked.lines.extend(result.findings.iter().map(line_of));
        checked.ok &= result.ok;
        let (id, name, mode) = (account.id, &account.name, account.mode);
        checked.accounts.push(json!({
            "id": id, "store": store, "gateway": account.gateway, "mode": mode, "name": name,
            "ok": result.ok, "findings": result.findings,
        }));
    }
    Ok(checked)
}

impl Checked {
    pub fn print(&self) -> anyhow::Result<()> {
        if self.lines.is_empty() {
            return output::line("There are no accounts yet; `luodi accounts add --help` shows how to add one.");
        }
        self.lines.iter().try_for_each(output::line)
    }
}

fn findings_of(error: PaymentError) -> Vec<Finding> {
    let finding = |code: &str, setting: Option<String>, detail: String| Finding {
        severity: Severity::Error,
        code: code.to_owned(),
        setting,
        detail,
    };
    match error {
        PaymentError::AccountInvalid(problems) => {
            problems.into_iter().map(|problem| finding(problem.code, Some(problem.pointer), problem.detail)).collect()
        }
        other => vec![finding("account_unusable", None, other.to_string())],
    }
}

fn line_of(finding: &Finding) -> String {
    let mark = match finding.severity {
        Severity::Ok => "ok     ",
        Severity::Warning => "warning",
        Severity::Error => "error  ",
    };
    let setting = finding.setting.as_ref().map(|setting| format!("{setting}: ")).unwrap_or_default();
    format!("  {mark}  {setting}{}", finding.detail)
}
