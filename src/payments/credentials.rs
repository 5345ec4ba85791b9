//! Credentials that come to their end. Promises: each is warned of once per threshold, with an event that
//! the shop hears too; the days left are a metric.

use std::collections::BTreeMap;

use serde_json::json;

use super::event::{EventType, NewEvent};
use super::service::PaymentService;
use super::statement::DAY_S;
use crate::gateways::ExpiringCredential;
use crate::ids::EventId;
use crate::storage::{Account, CredentialWarning, StorageError};
use crate::telemetry::alarm;

/// Days ahead at which the merchant is warned.
pub const THRESHOLDS_DAYS: [i64; 4] = [90, 30, 7, 1];

impl PaymentService {
    /// Warns of every credential that has come closer to its end than a threshold it was not warned of.
    /// An account that cannot be bound is logged elsewhere.
    ///
    /// # Errors
    /// The storage's.
    pub async fn warn_of_expiring_credentials(&self) -> Result<usize, StorageError> {
        let now = self.clock.now();
        let mut shortest: BTreeMap<(&'static str, String), i64> = BTreeMap::new();
        let mut warned = 0;
        for account in self.storage.accounts(None).await?.into_iter().filter(|a| a.enabled) {
            let Ok((account, gateway)) = self.gateways.of_account(account.id).await else { continue };
            for credential in gateway.expiring_credentials(now) {
                let left_days = credential.expires_at.seconds_since(now).div_euclid(DAY_S);
                let key = (account.gateway.as_str(), credential.code.clone());
                shortest.entry(key).and_modify(|days| *days = (*days).min(left_days)).or_insert(left_days);
                warned += usize::from(self.warn(&account, &credential, left_days).await?);
            }
        }
        self.publish_days_left(&shortest);
        Ok(warned)
    }

    async fn warn(
        &self,
        account: &Account,
        credential: &ExpiringCredential,
        left_days: i64,
    ) -> Result<bool, StorageError> {
        let now = self.clock.now();
        // The closest threshold only: whoever hears of the last week needs not hear of the last quarter.
        let left_s = credential.expires_at.seconds_since(now);
        let passed = THRESHOLDS_DAYS.into_iter().rfind(|days| left_s <= days * DAY_S);
        let Some(threshold_days) = passed else { return Ok(false) };
        let warning = CredentialWarning {
            account_id: account.id,
            credential: credential.code.clone(),
            serial: credential.serial.clone(),
            threshold_days,
            at: now,
        };
        let event = NewEvent {
            id: EventId::generate(),
            kind: EventType::AccountCredentialsExpiring,
            at: now,
            store_id: account.store_id,
            mode: account.mode,
            payment_id: None,
            fact: None,
            data: json!({
                "account": account.id, "gateway": account.gateway, "credential": credential.code,
                "serial": credential.serial, "expires_at": credential.expires_at, "days_left": left_days.max(0),
                "threshold_days": threshold_days,
            }),
        };
        let is_new = self.storage.record_credential_warning(&warning, event).await?;
        if is_new {
            let what = format!("account {}: {} ends at {}", account.id, credential.code, credential.expires_at);
            alarm("credentials_expiring", &what);
        }
        Ok(is_new)
    }

    /// What is no longer about to end must not stay in the graph.
    fn publish_days_left(&self, shortest: &BTreeMap<(&'static str, String), i64>) {
        let Ok(mut published) = self.published_credentials.lock() else { return };
        for (gateway, code) in published.iter().filter(|key| !shortest.contains_key(*key)) {
            metrics::gauge!("luodi_credential_days_left", "gateway" => *gateway, "credential" => code.clone())
                .set(f64::INFINITY);
        }
        for ((gateway, code), days) in shortest {
            // A few thousand days are exact.
            #[allow(clippy::cast_precision_loss)]
            metrics::gauge!("luodi_credential_days_left", "gateway" => *gateway, "credential" => code.clone())
                .set(*days as f64);
        }
        *published = shortest.keys().cloned().collect();
    }
}
