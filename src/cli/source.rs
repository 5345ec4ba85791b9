//! Where reading commands look: in the ledger itself, or at a running server over REST. Both give the
//! same objects, so that what is printed does not depend on the road.

use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use serde_json::{Value, json};

use super::choice::{StoreChoice, existing_store};
use super::{Global, UsageError, opened};
use crate::http::AppState;
use crate::ids::{PaymentId, StoreId};
use crate::payments::{EventType, Mode, PaymentStatus, RefundView};
use crate::storage::PaymentFilter;

const PATIENCE: Duration = Duration::from_secs(20);
const KEY_VARIABLE: &str = "LUODI_API_KEY";

/// Whom to ask.
#[derive(Debug, Args)]
pub struct Asked {
    /// Ask this running server over REST, with the key in LUODI_API_KEY, instead of opening the ledger
    #[arg(long, value_name = "URL", env = "LUODI_API_URL")]
    url: Option<String>,
    #[command(flatten)]
    of: StoreChoice,
}

pub enum Source<'a> {
    Ledger { state: &'a AppState, store_id: StoreId, mode: Mode },
    Server(Server),
}

pub struct Server {
    client: reqwest::Client,
    base: String,
    key: String,
}

impl Asked {
    pub async fn with<T>(
        self,
        global: &Global,
        work: impl AsyncFnOnce(&Source<'_>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        if let Some(url) = &self.url {
            return work(&Source::Server(Server::new(url)?)).await;
        }
        let StoreChoice { store, mode } = self.of;
        opened::with_ledger(global, async |state| {
            let store_id = existing_store(state, &store).await?.id;
            work(&Source::Ledger { state, store_id, mode }).await
        })
        .await
    }
}

/// Which payments to list.
#[derive(Debug, Default)]
pub struct Wanted {
    pub order_ref: Option<String>,
    pub status: Option<PaymentStatus>,
    pub cursor: Option<String>,
    pub limit: i64,
}

impl Source<'_> {
    /// `{data, next_cursor}`, newest first.
    pub async fn payments(&self, wanted: Wanted) -> anyhow::Result<Value> {
        match self {
            Self::Ledger { state, store_id, mode } => {
                let filter = PaymentFilter {
                    store_id: *store_id,
                    mode: *mode,
                    order_ref: wanted.order_ref,
                    status: wanted.status,
                    created_from: None,
                    created_to: None,
                    cursor: wanted.cursor,
                    limit: wanted.limit,
                };
                let page = state.storage.payments(&filter).await?;
                let data: Vec<_> = page.data.iter().map(|ledger| state.payment_view(ledger)).collect();
                Ok(json!({ "data": data, "next_cursor": page.next_cursor }))
            }
            Self::Server(server) => {
                let mut query = vec![("limit", wanted.limit.to_string())];
                query.extend(wanted.order_ref.map(|text| ("order_ref", text)));
                query.extend(wanted.status.map(|status| ("status", status.as_str().to_owned())));
                query.extend(wanted.cursor.map(|text| ("cursor", text)));
                server.get("/v1/payments", &query).await
            }
        }
    }

    pub async fn payment(&self, id: PaymentId) -> anyhow::Result<Value> {
        match self {
            Self::Ledger { state, .. } => {
                let ledger = state.storage.ledger(id).await?.with_context(|| format!("there is no payment {id}"))?;
                Ok(serde_json::to_value(state.payment_view(&ledger))?)
            }
            Self::Server(server) => server.get(&format!("/v1/payments/{id}"), &[]).await,
        }
    }

    pub async fn refunds_of(&self, id: PaymentId) -> anyhow::Result<Value> {
        match self {
            Self::Ledger { state, .. } => {
                let ledger = state.storage.ledger(id).await?.with_context(|| format!("there is no payment {id}"))?;
                Ok(serde_json::to_value(ledger.refunds.iter().map(RefundView::of).collect::<Vec<_>>())?)
            }
            Self::Server(server) => {
                let query = [("payment_id", id.to_string()), ("limit", "100".to_owned())];
                let mut list = server.get("/v1/refunds", &query).await?;
                // As in the ledger: oldest first.
                list["data"].as_array_mut().into_iter().for_each(|refunds| refunds.reverse());
                Ok(list["data"].take())
            }
        }
    }

    /// The events of one payment. The REST API has no such question: `None`.
    pub async fn events_of(&self, id: PaymentId) -> anyhow::Result<Option<Value>> {
        match self {
            Self::Ledger { state, .. } => Ok(Some(serde_json::to_value(state.storage.events_of_payment(id).await?)?)),
            Self::Server(_) => Ok(None),
        }
    }

    /// Events with a greater sequence, oldest first, as many as one answer holds.
    pub async fn events(&self, after: i64, types: &[EventType]) -> anyhow::Result<Vec<Value>> {
        const LIMIT: i64 = 500;
        match self {
            Self::Ledger { state, store_id, mode } => {
                let events = state.storage.events_after(*store_id, *mode, after, LIMIT, types).await?;
                events.iter().map(|event| Ok(serde_json::to_value(event)?)).collect()
            }
            Self::Server(server) => {
                let mut query = vec![("after", after.to_string()), ("limit", LIMIT.to_string())];
                if !types.is_empty() {
                    let types: Vec<_> = types.iter().map(|kind| kind.as_str()).collect();
                    query.push(("types", types.join(",")));
                }
                let mut list = server.get("/v1/events", &query).await?;
                match list["data"].take() {
                    Value::Array(events) => Ok(events),
                    _ => anyhow::bail!("the server answered no list of events"),
                }
            }
        }
    }
}

impl Server {
    fn new(url: &str) -> anyhow::Result<Self> {
        let key = std::env::var(KEY_VARIABLE).ok().filter(|key| !key.trim().is_empty());
        let lacking = || UsageError(format!("set {KEY_VARIABLE} to a secret key of the store (`luodi keys create`)"));
        let key = key.ok_or_else(lacking)?.trim().to_owned();
        let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
        Ok(Self { client, base: url.trim_end_matches('/').to_owned(), key })
    }

    pub async fn get(&self, path: &str, query: &[(&str, String)]) -> anyhow::Result<Value> {
        self.json(self.ask(reqwest::Method::GET, path, query).await?).await
    }

    pub async fn post(&self, path: &str) -> anyhow::Result<Value> {
        self.json(self.ask(reqwest::Method::POST, path, &[]).await?).await
    }

    /// An answer that is not JSON, piece by piece.
    pub async fn file(&self, path: &str, query: &[(&str, String)]) -> anyhow::Result<reqwest::Response> {
        let answer = self.ask(reqwest::Method::GET, path, query).await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        self.json(answer).await?;
        anyhow::bail!("{} gave no file", self.base)
    }

    async fn ask(
        &self,
        method: reqwest::Method,
        path: &str,
        query: &[(&str, String)],
    ) -> anyhow::Result<reqwest::Response> {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let url = format!("{}{path}?{query}", self.base);
        let request = self.client.request(method, &url).bearer_auth(&self.key).header("Accept-Language", "en");
        request.send().await.with_context(|| format!("{} cannot be asked", self.base))
    }

    async fn json(&self, answer: reqwest::Response) -> anyhow::Result<Value> {
        let status = answer.status();
        let body: Value = answer.json().await.with_context(|| format!("{} answered {status}, not JSON", self.base))?;
        ensure!(status.is_success(), "{} answered {status}: {}", self.base, refusal(&body));
        Ok(body)
    }
}

/// What a refusal says: field by field where it names fields, since its own sentence only points at them.
fn refusal(problem: &Value) -> String {
    let word = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let errors = problem.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if errors.is_empty() {
        return word(problem, "detail");
    }
    let fields: Vec<_> = errors.iter().map(|e| format!("{}: {}", word(e, "pointer"), word(e, "detail"))).collect();
    fields.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_field_by_field() {
        let plain = json!({ "detail": "There is no such account." });
        assert_eq!(refusal(&plain), "There is no such account.");
        let fields = json!({ "detail": "See “errors”.", "errors": [
            { "pointer": "path:date", "detail": "Too old." }, { "pointer": "/kind", "detail": "Unknown." } ] });
        assert_eq!(refusal(&fields), "path:date: Too old.; /kind: Unknown.");
    }
}
