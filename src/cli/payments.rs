//! `luodi payments`: what is in the ledger.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::choice;
use super::source::{Asked, Source, Wanted};
use super::{Global, output};
use crate::ids::PaymentId;
use crate::payments::PaymentStatus;

/// List and show payments
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi payments list --mode live --status open")]
pub struct Payments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(List),
    Show(Show),
}

/// List payments, newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  luodi payments list --mode live --status open\n  \
    LUODI_API_URL=http://127.0.0.1:8080 LUODI_API_KEY=… luodi payments list --order-ref T-1001")]
struct List {
    #[command(flatten)]
    asked: Asked,
    /// The shop's own number
    #[arg(long, value_name = "TEXT")]
    order_ref: Option<String>,
    /// open, paid, partly_refunded, refunded or closed
    #[arg(long, value_parser = choice::payment_status)]
    status: Option<PaymentStatus>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=100))]
    limit: i64,
    /// Go on where the last page ended
    #[arg(long)]
    cursor: Option<String>,
}

/// Show a payment with its attempts, refunds and events
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi payments show pay_01jabcdefghjkmnpqrstvwxyz0")]
struct Show {
    /// As `luodi payments list` prints it
    id: PaymentId,
    #[command(flatten)]
    asked: Asked,
}

impl Payments {
    pub async fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::List(list) => list.run(global).await?,
            Action::Show(show) => show.run(global).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    async fn run(self, global: &Global) -> anyhow::Result<()> {
        let Self { asked, order_ref, status, limit, cursor } = self;
        let wanted = Wanted { order_ref, status, cursor, limit };
        let list = asked.with(global, async |source: &Source<'_>| source.payments(wanted).await).await?;
        if global.json {
            return output::json(&list);
        }
        let payments = list.get("data").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let rows: Vec<_> = payments
            .iter()
            .map(|payment| {
                let late = payment.get("late").and_then(Value::as_bool).unwrap_or_default();
                let status = format!("{}{}", word(payment, "status"), if late { " (late)" } else { "" });
                [word(payment, "id"), word(payment, "order_ref"), yuan(payment), status, word(payment, "created_at")]
            })
            .collect();
        output::table(["ID", "ORDER", "CNY", "STATUS", "CREATED"], &rows)?;
        if let Some(cursor) = list.get("next_cursor").and_then(Value::as_str) {
            eprintln!("There are more: --cursor {cursor}");
        }
        Ok(())
    }
}

impl Show {
    async fn run(self, global: &Global) -> anyhow::Result<()> {
        let id = self.id;
        let work = async |source: &Source<'_>| {
            Ok((source.payment(id).await?, source.refunds_of(id).await?, source.events_of(id).await?))
        };
        let (payment, refunds, events) = self.asked.with(global, work).await?;
        if global.json {
            return output::json(&serde_json::json!({ "payment": payment, "refunds": refunds, "events": events }));
        }
        output::object(&payment)?;
        for (title, list) in [("refund", Some(&refunds)), ("event", events.as_ref())] {
            for item in list.and_then(Value::as_array).into_iter().flatten() {
                output::line("")?;
                output::line(title_of(title, item))?;
                if title == "refund" {
                    output::object(item)?;
                }
            }
        }
        if events.is_none() {
            eprintln!("note: the events of one payment are shown from the ledger only; see `luodi events`");
        }
        Ok(())
    }
}

fn title_of(title: &str, item: &Value) -> String {
    if title == "event" {
        let sequence = item.get("sequence").and_then(Value::as_i64).unwrap_or_default();
        return format!("event {sequence}  {}  {}  {}", word(item, "created_at"), word(item, "type"), word(item, "id"));
    }
    format!("{title} {}", word(item, "id"))
}

fn word(object: &Value, name: &str) -> String {
    object.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Fen as yuan, for reading only.
fn yuan(payment: &Value) -> String {
    let fen = payment.get("amount_fen").and_then(Value::as_i64).unwrap_or_default();
    format!("{}.{:02}", fen / 100, fen % 100)
}
