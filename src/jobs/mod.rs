//! Background work: deliver webhooks, ask gateways, end what expired, forget what is old. Each piece is
//! a bounded step that tests drive by hand; the program runs the same steps in loops.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::SharedClock;
use crate::payments::PaymentService;
use crate::payments::reconcile::{DIFFERENCE_LEASE_S, STATEMENT_LEASE_S};
use crate::regions::CurrentRegions;
use crate::storage::{Retention, Storage, StorageError};
use crate::webhooks::WebhookService;

/// Taken from a queue in one step.
const BATCH: i64 = 64;
/// A check takes up to three gateway calls; its lease must outlive them, in seconds.
const CHECK_LEASE_S: i64 = 60;
/// Statements read at the same time; each holds a few batches of rows in memory.
const STATEMENTS_AT_ONCE: i64 = 4;
/// Asked about one after the other, within one lease.
const DIFFERENCES_AT_ONCE: i64 = 8;
/// Statements and differences are looked for this often: they are a matter of days.
const DAILY_WORK: Duration = Duration::from_secs(2);
/// Without a wake-up the queues are looked at this often.
const IDLE: Duration = Duration::from_millis(500);
/// Samples of histograms pile up until they are folded.
const FOLDING: Duration = Duration::from_secs(5);
const HOUSEKEEPING: Duration = Duration::from_secs(60);

/// What one step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Worked {
    pub checks: usize,
    pub expired: usize,
    pub deliveries: usize,
    /// Statements worked on.
    pub statements: usize,
    /// Differences looked at again.
    pub differences: usize,
}

impl Worked {
    #[must_use]
    pub const fn nothing(self) -> bool {
        let Self { checks, expired, deliveries, statements, differences } = self;
        checks + expired + deliveries + statements + differences == 0
    }
}

#[derive(Debug)]
pub struct Jobs {
    payments: Arc<PaymentService>,
    webhooks: Arc<WebhookService>,
    storage: Storage,
    clock: SharedClock,
    retention: Retention,
    regions: Option<Arc<CurrentRegions>>,
}

impl Jobs {
    #[must_use]
    pub fn new(
        payments: Arc<PaymentService>,
        webhooks: Arc<WebhookService>,
        clock: SharedClock,
        retention: Retention,
    ) -> Self {
        let storage = payments.storage().clone();
        Self { payments, webhooks, storage, clock, retention, regions: None }
    }

    /// Also looks for newer tables of administrative divisions.
    #[must_use]
    pub fn watching(self, regions: Arc<CurrentRegions>) -> Self {
        Self { regions: Some(regions), ..self }
    }

    /// One round of everything that is due by the clock.
    ///
    /// # Errors
    /// The storage's; what was claimed comes back when its lease runs out.
    pub async fn step(&self) -> Result<Worked, StorageError> {
        Ok(Worked {
            checks: self.check().await?,
            expired: self.expire().await?,
            statements: self.fetch_statements().await?,
            differences: self.recheck_differences().await?,
            deliveries: self.deliver().await?,
        })
    }

    /// Asks the gateways about what is due.
    ///
    /// # Errors
    /// The storage's.
    pub async fn check(&self) -> Result<usize, StorageError> {
        let claimed = self.storage.claim_checks(self.clock.now(), CHECK_LEASE_S, BATCH).await?;
        let count = claimed.len();
        let tracker = TaskTracker::new();
        for check in claimed {
            let payments = Arc::clone(&self.payments);
            tracker.spawn(async move {
                if let Err(error) = payments.run_check(&check).await {
                    tracing::error!(payment = %check.payment_id, %error, "a check failed");
                }
            });
        }
        tracker.close();
        tracker.wait().await;
        Ok(count)
    }

    /// Ends payments whose time is over or that somebody wants closed.
    ///
    /// # Errors
    /// The storage's.
    pub async fn expire(&self) -> Result<usize, StorageError> {
        let due = self.storage.due_payments(self.clock.now(), BATCH).await?;
        let count = due.len();
        for id in due {
            if let Err(error) = self.payments.expire(id).await {
                tracing::error!(payment = %id, %error, "a payment could not be ended");
            }
        }
        Ok(count)
    }

    /// Fetches and reconciles the statements that are due.
    ///
    /// # Errors
    /// The storage's.
    pub async fn fetch_statements(&self) -> Result<usize, StorageError> {
        self.payments.plan_statements().await?;
        let claimed = self.storage.claim_statements(self.clock.now(), STATEMENT_LEASE_S, STATEMENTS_AT_ONCE).await?;
        let count = claimed.len();
        let tracker = TaskTracker::new();
        for statement in claimed {
            let payments = Arc::clone(&self.payments);
            tracker.spawn(async move {
                if let Err(error) = payments.work_on_statement(&statement).await {
                    let day = statement.day;
                    tracing::error!(account = %day.account_id, date = %day.date, %error, "a statement was not finished");
                }
            });
        }
        tracker.close();
        tracker.wait().await;
        Ok(count)
    }

    /// Looks again at differences that may have ended.
    ///
    /// # Errors
    /// The storage's.
    pub async fn recheck_differences(&self) -> Result<usize, StorageError> {
        let claimed = self.storage.claim_differences(self.clock.now(), DIFFERENCE_LEASE_S, DIFFERENCES_AT_ONCE).await?;
        let count = claimed.len();
        for difference in claimed {
            if let Err(error) = self.payments.recheck_difference(&difference).await {
                tracing::error!(difference = %difference.difference.id, %error, "a difference could not be looked at");
            }
        }
        Ok(count)
    }

    /// Delivers what is due.
    ///
    /// # Errors
    /// The storage's.
    pub async fn deliver(&self) -> Result<usize, StorageError> {
        self.webhooks.deliver_due(BATCH).await
    }

    /// Forgets what has been kept long enough, and lets the gateways look after their keys.
    ///
    /// # Errors
    /// The storage's.
    pub async fn keep_house(&self) -> Result<(), StorageError> {
        self.renew_regions().await;
        self.payments.gateways().maintain().await?;
        self.payments.warn_of_expiring_credentials().await?;
        self.payments.count_open_differences().await?;
        self.storage.purge(self.clock.now(), &self.retention, 1000).await?;
        Ok(())
    }

    /// Takes over a table that was imported since. One that cannot be used leaves the old one in force.
    async fn renew_regions(&self) {
        let Some(regions) = self.regions.clone() else { return };
        match tokio::task::spawn_blocking(move || regions.reload_if_changed()).await {
            Ok(Ok(Some(version))) => tracing::info!(%version, "a newer table of divisions is in use"),
            Ok(Ok(None)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the table in `regions.folder` cannot be used"),
            Err(error) => tracing::error!(%error, "the table in `regions.folder` could not be read"),
        }
    }

    /// Runs until stopped; a slow gateway does not hold up webhooks, nor a dead shop the gateways.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let jobs = &self;
        tokio::join!(
            jobs.repeat(&stop, IDLE, || jobs.check()),
            jobs.repeat(&stop, IDLE, || jobs.deliver()),
            jobs.repeat(&stop, IDLE * 2, || jobs.expire()),
            jobs.repeat(&stop, DAILY_WORK, || jobs.fetch_statements()),
            jobs.repeat(&stop, DAILY_WORK, || jobs.recheck_differences()),
            jobs.repeat(&stop, FOLDING, || async {
                crate::telemetry::metrics::fold();
                Ok(0)
            }),
            jobs.repeat(&stop, HOUSEKEEPING, || async { jobs.keep_house().await.map(|()| 0) }),
        );
    }

    async fn repeat<F, Fut>(&self, stop: &CancellationToken, pause: Duration, work: F)
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<usize, StorageError>>,
    {
        let mut wakeups = self.storage.subscribe();
        while !stop.is_cancelled() {
            // A defect in one piece of work must not end it, or the others, for good.
            let guarded = AssertUnwindSafe(work()).catch_unwind().await;
            match guarded.unwrap_or_else(|_| Err(StorageError::Database("the work ended in a defect".to_owned()))) {
                // There may be more; a claim makes sure that it is not the same again.
                Ok(done) if done > 0 => continue,
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "background work failed; it will be tried again"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
                _ = wakeups.recv(), if pause <= IDLE => {
                    // A burst of commits is one wake-up.
                    wakeups = wakeups.resubscribe();
                }
            }
        }
    }
}
