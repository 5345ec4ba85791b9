//! The command line: one file per command. People get readable text; programs ask for `--json` and get
//! it on standard output. Logs and errors go to standard error.
//! Exit codes: 0 done, 1 failed, 2 not understood.
//! Refuses secrets as arguments: other users of the machine could read them there.

mod accounts;
mod addresses;
mod check;
mod choice;
mod config;
mod demo;
mod events;
mod healthcheck;
mod i18n;
mod keys;
mod merchant_codes;
mod openapi;
mod opened;
mod output;
mod payments;
mod regions;
mod sandbox;
mod serve;
mod signals;
mod source;
mod statements;
mod store;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

const FAILED: u8 = 1;
const USAGE: u8 = 2;

/// Luodi (落地): sell in mainland China from any web shop.
#[derive(Debug, Parser)]
#[command(name = "luodi", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Example, with nothing set up at all:\n  luodi demo")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
pub struct Global {
    /// Configuration file; LUODI_CONFIG or ./luodi.toml when not given
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON for programs
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    Sandbox(sandbox::Sandbox),
    Check(check::Check),
    Keys(keys::Keys),
    Accounts(accounts::Accounts),
    Addresses(addresses::Addresses),
    MerchantCodes(merchant_codes::MerchantCodes),
    Payments(payments::Payments),
    Events(events::Events),
    Statements(statements::Statements),
    Regions(regions::Regions),
    Store(store::Store),
    #[command(name = "i18n")]
    I18n(i18n::I18n),
    Config(config::Config),
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
    #[command(name = "healthcheck")]
    HealthCheck(healthcheck::HealthCheck),
}

/// The arguments contradict each other or lack something; said like clap says it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

/// Reads the arguments of this process and does what they say.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // Whoever was first has installed the same one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&error.into()),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => refuse(&error),
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let global = cli.global;
    match cli.command {
        Command::Serve(command) => command.run(&global).await,
        Command::Demo(command) => command.run(&global).await,
        Command::Sandbox(command) => command.run(&global).await,
        Command::Check(command) => command.run(&global).await,
        Command::Keys(command) => command.run(&global).await,
        Command::Accounts(command) => command.run(&global).await,
        Command::Addresses(command) => command.run(&global),
        Command::MerchantCodes(command) => command.run(&global),
        Command::Payments(command) => command.run(&global).await,
        Command::Events(command) => command.run(&global).await,
        Command::Statements(command) => command.run(&global).await,
        Command::Regions(command) => command.run(&global),
        Command::Store(command) => command.run(&global).await,
        Command::I18n(command) => command.run(&global),
        Command::Config(command) => command.run(),
        Command::OpenApi(command) => command.run(),
        Command::HealthCheck(command) => command.run(&global).await,
    }
}

fn refuse(error: &anyhow::Error) -> ExitCode {
    if output::is_broken_pipe(error) {
        return ExitCode::SUCCESS;
    }
    let text: Vec<String> = error.chain().map(ToString::to_string).collect();
    eprintln!("error: {}", text.join(": "));
    ExitCode::from(if error.is::<UsageError>() { USAGE } else { FAILED })
}
