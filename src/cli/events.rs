//! `luodi events`: the event log, as webhooks carry it.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::choice;
use super::source::{Asked, Source};
use super::{Global, output};
use crate::payments::EventType;

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Print events, oldest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  luodi events --after 120 --types payment.paid,refund.succeeded\n  \
    LUODI_API_URL=http://127.0.0.1:8080 LUODI_API_KEY=… luodi events --follow --json\n\n\
    With --json each event is one line.")]
pub struct Events {
    #[command(flatten)]
    asked: Asked,
    /// Only events with a greater sequence
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
    after: i64,
    /// Go on printing what happens, until stopped
    #[arg(long)]
    follow: bool,
    /// Only these types, separated by commas
    #[arg(long, value_name = "TYPES", value_delimiter = ',', value_parser = choice::event_type)]
    types: Vec<EventType>,
}

impl Events {
    pub async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let Self { asked, mut after, follow, types } = self;
        asked
            .with(global, async |source: &Source<'_>| {
                loop {
                    let events = source.events(after, &types).await?;
                    for event in &events {
                        print(event, global.json)?;
                    }
                    let last = events.last().and_then(|event| event.get("sequence")).and_then(Value::as_i64);
                    match last {
                        Some(last) => after = last,
                        None if !follow => return Ok(ExitCode::SUCCESS),
                        // Reading holds nothing that must be put down in order: a signal may simply end it.
                        None => tokio::time::sleep(LOOK_EVERY).await,
                    }
                }
            })
            .await
    }
}

fn print(event: &Value, json: bool) -> anyhow::Result<()> {
    if json {
        return output::json_line(event);
    }
    let word = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    let sequence = event.get("sequence").and_then(Value::as_i64).unwrap_or_default();
    let subject = event.pointer("/data/id").or_else(|| event.pointer("/data/payment/id")).and_then(Value::as_str);
    let subject = subject.unwrap_or_default();
    output::line(format!("{sequence:>8}  {}  {:<24}  {subject}", word("created_at"), word("type")))
}
