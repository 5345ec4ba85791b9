//! Endpoints: where a shop wants to hear events, and the secrets it checks them with.

use secrecy::ExposeSecret;

use super::delivery::WebhookService;
use super::signing::Secret;
use crate::clock::Timestamp;
use crate::ids::{DeliveryId, EndpointId, EventId, StoreId};
use crate::payments::{EventType, Mode, NewEvent};
use crate::storage::{Endpoint, ReplaySelection, StorageError};
use crate::vault::{Place, VaultError};

/// After a rotation the old secret signs beside the new one for this long, in seconds.
pub const ROTATION_OVERLAP_S: i64 = 24 * 3600;

#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("the endpoint changed meanwhile")]
    Conflict,
}

#[derive(Debug, Clone)]
pub struct NewEndpoint {
    pub store_id: StoreId,
    pub mode: Mode,
    pub url: String,
    /// Empty: everything but the inner steps.
    pub event_types: Vec<EventType>,
    pub description: String,
}

const SECRET_PLACE: Place<'static> = Place { table: "webhook_endpoints", row: "", column: "sealed_secret" };

impl WebhookService {
    /// # Errors
    /// A vault without keys, or the storage's.
    pub async fn create_endpoint(&self, new: NewEndpoint) -> Result<(Endpoint, Secret), EndpointError> {
        let id = EndpointId::generate();
        let secret = Secret::generate();
        let endpoint = Endpoint {
            id,
            store_id: new.store_id,
            mode: new.mode,
            url: new.url,
            event_types: new.event_types,
            sealed_secret: self.seal_secret(id, &secret)?,
            sealed_previous_secret: None,
            previous_secret_expires_at: None,
            enabled: true,
            description: new.description,
            created_at: self.clock.now(),
            version: 1,
        };
        self.storage.insert_endpoint(&endpoint).await?;
        Ok((endpoint, secret))
    }

    /// A new secret; the old one goes on signing for a day, so that no delivery fails its check.
    ///
    /// # Errors
    /// As [`WebhookService::create_endpoint`], and `Conflict`.
    pub async fn rotate_secret(&self, mut endpoint: Endpoint) -> Result<(Endpoint, Secret), EndpointError> {
        let secret = Secret::generate();
        let old = std::mem::replace(&mut endpoint.sealed_secret, self.seal_secret(endpoint.id, &secret)?);
        endpoint.sealed_previous_secret = Some(old);
        endpoint.previous_secret_expires_at = Some(self.clock.now().plus_s(ROTATION_OVERLAP_S));
        Ok((self.update_endpoint(endpoint).await?, secret))
    }

    /// # Errors
    /// `Conflict` when somebody else changed it meanwhile.
    pub async fn update_endpoint(&self, mut endpoint: Endpoint) -> Result<Endpoint, EndpointError> {
        if !self.storage.update_endpoint(&endpoint).await? {
            return Err(EndpointError::Conflict);
        }
        endpoint.version += 1;
        Ok(endpoint)
    }

    /// Queues a `webhook.test` event for this endpoint alone.
    ///
    /// # Errors
    /// The storage's.
    pub async fn send_test(&self, endpoint: &Endpoint) -> Result<DeliveryId, EndpointError> {
        let event = NewEvent {
            id: EventId::generate(),
            kind: EventType::WebhookTest,
            at: self.clock.now(),
            store_id: endpoint.store_id,
            mode: endpoint.mode,
            payment_id: None,
            fact: None,
            data: serde_json::json!({ "endpoint": endpoint.id, "message": "It works." }),
        };
        Ok(self.storage.enqueue_event(endpoint.id, event, self.clock.now()).await?)
    }

    /// Queues past events again; answers how many.
    ///
    /// # Errors
    /// The storage's.
    pub async fn replay(&self, endpoint: &Endpoint, selection: ReplaySelection) -> Result<i64, EndpointError> {
        Ok(self.storage.replay(endpoint.id, selection, self.clock.now()).await?)
    }

    /// The secrets that sign now, the current one first.
    pub(super) fn live_secrets(&self, endpoint: &Endpoint, now: Timestamp) -> Result<Vec<Secret>, VaultError> {
        let mut secrets = vec![self.open_secret(endpoint.id, &endpoint.sealed_secret)?];
        if let Some(sealed) = &endpoint.sealed_previous_secret
            && endpoint.previous_secret_expires_at.is_some_and(|until| until > now)
        {
            secrets.push(self.open_secret(endpoint.id, sealed)?);
        }
        Ok(secrets)
    }

    fn seal_secret(&self, id: EndpointId, secret: &Secret) -> Result<Vec<u8>, VaultError> {
        let place = Place { row: &id.to_string(), ..SECRET_PLACE };
        self.vault.seal(&place, secret.to_text().expose_secret().as_bytes())
    }

    fn open_secret(&self, id: EndpointId, sealed: &[u8]) -> Result<Secret, VaultError> {
        let text = self.vault.open(&Place { row: &id.to_string(), ..SECRET_PLACE }, sealed)?;
        let text = std::str::from_utf8(text.expose_secret()).map_err(|_| VaultError::Malformed)?;
        Secret::parse(text).map_err(|_| VaultError::Malformed)
    }
}
