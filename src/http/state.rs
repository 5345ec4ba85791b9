//! What every handler may use.

use std::collections::HashMap;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::auth::PublishableKeys;
use super::limits::Limits;
use super::sign_in::SignIns;
use crate::clock::SharedClock;
use crate::config::{Config, StoreConfig};
use crate::crypto::digest::hmac_sha256;
use crate::error::ApiError;
use crate::ids::{PaymentId, StoreId};
use crate::payments::{Ledger, PaymentService, PaymentView};
use crate::regions::CurrentRegions;
use crate::storage::Storage;
use crate::vault::Vault;
use crate::web::qr::Logo;
use crate::webhooks::WebhookService;

pub struct AppState {
    pub config: Arc<Config>,
    pub storage: Storage,
    pub payments: Arc<PaymentService>,
    pub webhooks: Arc<WebhookService>,
    pub vault: Arc<Vault>,
    pub clock: SharedClock,
    /// The main runtime: what moves money runs there, to its end, even when the caller hangs up.
    pub runtime: tokio::runtime::Handle,
    pub limits: Limits,
    pub sign_ins: SignIns,
    /// Where shoppers and gateways reach us; no trailing slash.
    pub public_url: String,
    /// Set when the program is asked to end; open streams end with it.
    pub stopping: CancellationToken,
    /// Names this process in leases.
    pub instance: String,
    /// Under it API keys are hashed and client secrets derived.
    pub pepper: [u8; 32],
    pub stores: HashMap<StoreId, StoreConfig>,
    /// The table of administrative divisions in use.
    pub regions: Arc<CurrentRegions>,
    pub publishable_keys: PublishableKeys,
    /// In the middle of the QR codes of stores that have one.
    pub qr_logos: HashMap<StoreId, Logo>,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

impl AppState {
    /// The secret that lets a browser act on one payment. Derived, so it is never stored.
    #[must_use]
    pub fn client_secret(&self, id: PaymentId) -> String {
        let tag = hmac_sha256(&self.pepper, format!("client_secret/{id}").as_bytes());
        format!("cs_{}", hex::encode(&tag[..24]))
    }

    #[must_use]
    pub fn cashier_url(&self, id: PaymentId) -> String {
        format!("{}/pay/{id}?client_secret={}", self.public_url, self.client_secret(id))
    }

    /// Runs work to its end on the main runtime, whatever becomes of the caller's connection.
    ///
    /// # Errors
    /// Those of the work, or `internal` when it panicked.
    pub async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.runtime.spawn(work).await.map_err(ApiError::internal)?
    }

    /// The payment as a secret key sees it.
    #[must_use]
    pub fn payment_view(&self, ledger: &Ledger) -> PaymentView {
        PaymentView { cashier_url: Some(self.cashier_url(ledger.payment.id)), ..PaymentView::of(ledger) }
    }

    #[must_use]
    pub fn store_config(&self, id: StoreId) -> StoreConfig {
        self.stores.get(&id).cloned().unwrap_or_default()
    }
}
