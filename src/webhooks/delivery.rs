//! Delivering: claims what is due from the outbox, signs it, posts it, and writes down what came of it.
//! A delivery is claimed by lease: a crash in the middle repeats it, never forgets it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

use super::address::{AddressError, GuardedClient, check_url};
use super::schedule::next_try_at;
use super::signing::{self, Secret};
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
    client: GuardedClient,
    settings: DeliverySettings,
}

/// Longer than a delivery can take, so that no other replica sends it a second time.
const LEASE_MARGIN_S: i64 = 30;

impl std::fmt::Debug for WebhookService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookService").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl WebhookService {
    /// # Errors
    /// When the HTTP client cannot be built.
    pub fn new(
        storage: Storage,
        vault: Arc<Vault>,
        clock: SharedClock,
        settings: DeliverySettings,
    ) -> Result<Self, reqwest::Error> {
        let client = GuardedClient::new(Duration::from_secs(settings.timeout_s), settings.allow_private_addresses)?;
        Ok(Self { storage, vault, clock, client, settings })
    }

    /// Whether an endpoint may stand at this address, as far as can be judged without resolving it.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn check_address(&self, url: &str) -> Result<(), AddressError> {
        check_url(url, self.settings.allow_private_addresses).map(|_| ())
    }

    /// Delivers up to `limit` due events; answers how many were tried.
    ///
    /// # Errors
    /// The storage's. A delivery that fails is written down and comes back on its schedule.
    pub async fn deliver_due(&self, limit: i64) -> Result<usize, StorageError> {
        let lease_s = i64::try_from(self.settings.timeout_s).unwrap_or(LEASE_MARGIN_S) + LEASE_MARGIN_S;
        let claimed = self.storage.claim_deliveries(self.clock.now(), lease_s, limit).await?;
        let count = claimed.len();
        let results: Vec<Result<(), StorageError>> = stream::iter(claimed)
            .map(|c| self.deliver(c))
            .buffer_unordered(self.settings.concurrency.max(1))
            .collect()
            .await;
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
            let tries_made = u32::try_from(claimed.delivery.tries + 1).unwrap_or(u32::MAX);
            next_try_at(tries_made, now, u32::from_be_bytes(random::bytes())).map_or(NextTry::GivenUp, NextTry::At)
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
        let timestamp_s = self.clock.now().as_seconds();
        let secrets = self.live_secrets(&claimed.endpoint, self.clock.now()).map_err(|error| error.to_string())?;
        let body = serde_json::to_vec(&claimed.event).map_err(|error| error.to_string())?;
        let id = claimed.event.id.to_string();
        let live: Vec<&Secret> = secrets.iter().collect();
        let signature = signing::sign(&live, &id, timestamp_s, &body);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [
            (signing::ID_HEADER, id),
            (signing::TIMESTAMP_HEADER, timestamp_s.to_string()),
            (signing::SIGNATURE_HEADER, signature),
        ] {
            headers.insert(name, HeaderValue::try_from(value).map_err(|error| error.to_string())?);
        }
        let answer = self.client.post(&claimed.endpoint.url, headers, body.into()).await;
        answer.map(|a| a.status).map_err(|error| error.to_string())
    }
}
