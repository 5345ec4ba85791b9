//! What the payment services share: storage, gateways, clock and settings, and the one loop by which a
//! ledger changes. Checkout, settlement, refunds and checks are `impl` blocks in their own files.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use jiff::civil::Date;
use serde_json::Value;

use super::directory::GatewayDirectory;
use super::error::PaymentError;
use super::event::{Event, NewEvent};
use super::fact::{Fact, Refusal};
use super::ledger::Ledger;
use crate::clock::{SharedClock, Timestamp};
use crate::ids::{AccountId, PaymentId, StoreId};
use crate::storage::{Change, NotificationRecord, Recorded, Storage, StorageError};

/// What to do when a payment is paid twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DuplicatePolicy {
    /// Send the surplus back at once.
    #[default]
    Refund,
    /// Only tell the merchant.
    Alert,
}

#[derive(Debug, Clone)]
pub struct PaymentSettings {
    /// Where gateways and shoppers reach us; no trailing slash.
    pub public_url: String,
    pub expires_in_s: i64,
    pub attempt_expires_in_s: i64,
    /// Stores that do not want surplus money refunded by itself.
    pub duplicate_policies: HashMap<StoreId, DuplicatePolicy>,
    /// Stores that do not want refunds taken from their available balance when unsettled funds are short.
    pub unsettled_funds_only: HashSet<StoreId>,
    /// Stores whose merchant numbers other systems use too: their orders are no differences.
    pub other_systems: HashSet<StoreId>,
}

/// How often a lost race for the same payment is tried again. Each loss means somebody else won.
const RECORD_TRIES: usize = 64;

pub struct PaymentService {
    pub(super) storage: Storage,
    pub(super) gateways: GatewayDirectory,
    pub(super) clock: SharedClock,
    pub(super) settings: PaymentSettings,
    /// One question at a time to the gateway about one payment; the others share its answer.
    pub(super) asking: Mutex<HashMap<PaymentId, Asking>>,
    /// How many browsers watch a payment.
    pub(super) watchers: Mutex<HashMap<PaymentId, usize>>,
    /// Accounts whose statements up to that day are planned already.
    pub(super) planned: Mutex<HashSet<(AccountId, Date)>>,
    /// Gateways and credentials whose days left are in the metrics.
    pub(super) published_credentials: Mutex<HashSet<(&'static str, String)>>,
}

/// A question to the gateway that is under way or was answered lately.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
    pub(super) asked_at: Option<Timestamp>,
}

impl std::fmt::Debug for PaymentService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PaymentService").finish_non_exhaustive()
    }
}

impl PaymentService {
    #[must_use]
    pub fn new(storage: Storage, gateways: GatewayDirectory, clock: SharedClock, settings: PaymentSettings) -> Self {
        Self {
            storage,
            gateways,
            clock,
            settings,
            asking: Mutex::default(),
            watchers: Mutex::default(),
            planned: Mutex::default(),
            published_credentials: Mutex::default(),
        }
    }

    #[must_use]
    pub const fn storage(&self) -> &Storage {
        &self.storage
    }

    #[must_use]
    pub const fn gateways(&self) -> &GatewayDirectory {
        &self.gateways
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// # Errors
    /// `NotFound`, or the storage's own.
    pub async fn ledger(&self, id: PaymentId) -> Result<Ledger, PaymentError> {
        self.storage.ledger(id).await?.ok_or(PaymentError::NotFound("payment"))
    }

    /// Where the gateway sends notifications for an account. No query string: gateways forbid it or drop it.
    pub(super) fn notify_url(&self, gateway: super::GatewayName, account_id: AccountId) -> String {
        format!("{}/notify/{}/{account_id}", self.settings.public_url, gateway.as_str())
    }

    /// The only way a stored ledger changes: load, apply, record; when somebody else was faster, again.
    /// `facts` may run several times and must not act on the world. No events means nothing to record.
    pub(super) async fn change<F>(&self, id: PaymentId, facts: F) -> Result<(Ledger, Vec<Event>), PaymentError>
    where
        F: Fn(&mut Ledger, Timestamp) -> Result<Vec<NewEvent>, Refusal> + Send + Sync,
    {
        self.change_from(id, None, None, facts).await
    }

    /// As [`Self::change`], beginning with a ledger that was read just before. Only a recorded change has
    /// had its version compared: that there is nothing to record, or a refusal, is decided on a fresh read.
    /// A notification that brought the news is logged in the same transaction.
    pub(super) async fn change_from<F>(
        &self,
        id: PaymentId,
        mut read_before: Option<Ledger>,
        told_by: Option<&NotificationRecord>,
        facts: F,
    ) -> Result<(Ledger, Vec<Event>), PaymentError>
    where
        F: Fn(&mut Ledger, Timestamp) -> Result<Vec<NewEvent>, Refusal> + Send + Sync,
    {
        for _ in 0..RECORD_TRIES {
            let (mut ledger, is_fresh) = match read_before.take() {
                Some(ledger) => (ledger, false),
                None => (self.ledger(id).await?, true),
            };
            match facts(&mut ledger, self.clock.now()) {
                Ok(events) if !events.is_empty() => {
                    if let Some(recorded) = self.try_record(ledger, events, told_by).await? {
                        return Ok(recorded);
                    }
                }
                Ok(_) if is_fresh => return Ok((ledger, Vec::new())),
                Err(refusal) if is_fresh => return Err(refusal.into()),
                _ => {}
            }
        }
        Err(lost_every_race())
    }

    /// Records that a verified message disagrees with the ledger, unless `is_known` finds it among what
    /// is recorded. Answers whether it was news.
    pub(super) async fn record_mismatch(
        &self,
        id: PaymentId,
        details: Value,
        is_known: impl Fn(&Value) -> bool + Send + Sync,
    ) -> Result<bool, PaymentError> {
        for _ in 0..RECORD_TRIES {
            // The ledger first: whoever records the same after this read makes the version differ.
            let mut ledger = self.ledger(id).await?;
            let facts = self.storage.facts(id).await?;
            if facts.iter().any(|(fact, _)| matches!(fact, Fact::Mismatch { details } if is_known(details))) {
                return Ok(false);
            }
            let events = ledger.apply(Fact::Mismatch { details: details.clone() }, self.clock.now())?;
            if self.try_record(ledger, events, None).await?.is_some() {
                return Ok(true);
            }
        }
        Err(lost_every_race())
    }

    /// `None` when somebody else was faster; nothing was written then.
    async fn try_record(
        &self,
        mut ledger: Ledger,
        events: Vec<NewEvent>,
        told: Option<&NotificationRecord>,
    ) -> Result<Option<(Ledger, Vec<Event>)>, PaymentError> {
        match self.storage.record_told(Change { ledger: ledger.clone(), events }, told.cloned()).await {
            Ok(Recorded::Done { version, events }) => {
                ledger.payment.version = version;
                Ok(Some((ledger, events)))
            }
            Ok(Recorded::Conflict) | Err(StorageError::Busy(_)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }
}

fn lost_every_race() -> PaymentError {
    StorageError::Busy("the payment changed under every try".into()).into()
}
