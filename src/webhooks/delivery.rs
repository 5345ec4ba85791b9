//! Delivering: claims what is due from the outbox, signs it, posts it, and writes down what came of it.
//! A delivery is claimed by lease: a crash in the middle repeats it, never forgets it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;

use super::address::{self, AddressPolicy};
use super::schedule::next_try;
use super::signing;
use crate::clock::SharedClock;
use crate::crypto::random;
use crate::storage::{ClaimedDelivery, DeliveryTry, NextTry, Storage, StorageError};
use crate::vault::Vault;

#[derive(Debug, Clone)]
pub struct DeliverySettings {
    pub timeout_s: u64,
    pub allow_private_addresses: bool,
    pub concurrency: usize,
}

pub struct WebhookService {
    pub(super) storage: Storage,
    pub(super) vault: Arc<Vault>,
    pub(super) clock: SharedClock,
    pub(super) policy: AddressPolicy,
    client: reqwest::Client,
    settings: DeliverySettings,
}

/// Longer than a delivery can take, so that no other replica sends it a second time.
const LEASE_MARGIN_S: i64 = 30;
/// Bytes of an answer that are kept for the delivery log.
const ANSWER_EXCERPT_BYTES: usize = 512;

impl std::fmt::Debug for WebhookService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookService").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl WebhookService {
    /// # Errors
    /// When the HTTP client cannot be built.
    pub fn new(storage: Storage, vault: Arc<Vault>, clock: SharedClock, settings: DeliverySettings) -> Result<Self, reqwest::Error> {
        let policy = AddressPolicy { allow_private: settings.allow_private_addresses };
        let client = address::guarded_client(policy, Duration::from_secs(settings.timeout_s))?;
        Ok(Self { storage, vault, clock, policy, client, settings })
    }

    /// What an endpoint's address may be.
    #[must_use]
    pub const fn policy(&self) -> AddressPolicy {
        self.policy
    }

    /// Delivers up to `limit` due events; answers how many were tried.
    ///
    /// # Errors
    /// The storage's. A delivery that fails is written down and comes back on its schedule.
    pub async fn deliver_due(&self, limit: i64) -> Result<usize, StorageError> {
        let lease_s = i64::try_from(self.settings.timeout_s).unwrap_or(LEASE_MARGIN_S) + LEASE_MARGIN_S;
        let claimed = self.storage.claim_deliveries(self.clock.now(), lease_s, limit).await?;
        let count = claimed.len();
        let results: Vec<Result<(), StorageError>> =
            stream::iter(claimed).map(|c| self.deliver(c)).buffer_unordered(self.settings.concurrency.max(1)).collect().await;
        results.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(count)
    }

    async fn deliver(&self, claimed: ClaimedDelivery) -> Result<(), StorageError> {
        let started = Instant::now();
        let answer = self.post(&claimed).await;
        let duration_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        let now = self.clock.now();
        let (status_code, error) = match answer {
            Ok(status) if (200..300).contains(&status) => (Some(status), None),
            Ok(status) => (Some(status), Some(format!("the endpoint answered {status}; 2xx was expected"))),
            Err(why) => (None, Some(why)),
        };
        let delivered = error.is_none();
        let next = if delivered {
            NextTry::Delivered
        } else {
            // The tries counted so far do not include this one.
            match next_try(claimed.delivery.tries + 1, random::fraction()) {
                Some(pause_ms) => NextTry::At(now.plus_ms(pause_ms)),
                None => NextTry::GivenUp,
            }
        };
        let outcome = match next {
            NextTry::Delivered => "delivered",
            NextTry::At(_) => "failed",
            NextTry::GivenUp => "given_up",
        };
        metrics::counter!("luodi_webhook_deliveries_total", "outcome" => outcome).increment(1);
        let tried = DeliveryTry { at: now, status_code, error, duration_ms };
        self.storage.finish_delivery(claimed.delivery.id, &tried, next).await
    }

    /// The status the endpoint answered, or why it was not reached.
    async fn post(&self, claimed: &ClaimedDelivery) -> Result<u16, String> {
        let now = self.clock.now();
        address::check_url(&claimed.endpoint.url, self.policy).map_err(|refused| refused.to_string())?;
        let secrets = self.live_secrets(&claimed.endpoint, now).map_err(|error| error.to_string())?;
        let body = serde_json::to_vec(&claimed.event).map_err(|error| error.to_string())?;
        let id = claimed.event.id.to_string();
        let timestamp_s = now.as_seconds();
        let live: Vec<&signing::Secret> = secrets.iter().collect();
        let signature = signing::sign(&live, &id, timestamp_s, &body);
        let request = self
            .client
            .post(&claimed.endpoint.url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp_s.to_string())
            .header("webhook-signature", signature)
            .body(body);
        let mut response = request.send().await.map_err(|error| failure(&error))?;
        // The body is read a little so that the connection can be used again, and otherwise ignored.
        let mut read = 0;
        while let Ok(Some(chunk)) = response.chunk().await {
            read += chunk.len();
            if read > ANSWER_EXCERPT_BYTES {
                break;
            }
        }
        Ok(response.status().as_u16())
    }
}

/// Without the address: it may carry a token in its path.
fn failure(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if error.is_connect() { format!("could not connect: {cause}") } else { format!("the connection broke: {cause}") }
}
