//! Reconciliation (对账): every day of every account, the gateway's statement beside our ledger.
//! Promises: a statement is believed as a whole or not at all; running again gives the same rows; what only
//! a statement knows is asked about at the gateway before it counts. Nothing in a statement undoes money.

mod compare;
mod comparing;
mod figures;
mod reading;
mod recheck;

use std::collections::HashSet;

use jiff::civil::Date;

use super::error::PaymentError;
use super::service::PaymentService;
use super::statement::DAY_S;
use super::{DifferenceKind, GatewayName, StatementDay, StatementKind, StatementRecord, StatementStatus};
use crate::clock::Timestamp;
use crate::gateways::statement::{Fetched, StatementToFetch};
use crate::gateways::{Gateway, GatewayError, GatewayFacts};
use crate::ids::AccountId;
use crate::storage::{Account, StorageError, Unavailable};
use crate::telemetry::alarm;

pub use comparing::Progress;
pub use recheck::DIFFERENCE_LEASE_S;

/// Pause while the gateway is still making it.
const NOT_READY_PAUSE_S: i64 = 1800;
/// Pauses after other failures; then the last again and again.
const FAILURE_STEPS_S: [i64; 4] = [60, 300, 900, 3600];
const MISCONFIGURED_PAUSE_S: i64 = 6 * 3600;
/// Days caught up by themselves after downtime, and how long one is asked for.
pub const CATCH_UP_DAYS: i32 = 7;
/// The lease of a statement outlives one batch of rows by far; it is renewed with each.
pub const STATEMENT_LEASE_S: i64 = 180;

/// Why a statement cannot be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfReach {
    /// The day is not over yet in Beijing.
    NotOver,
    /// The gateway keeps only so many days.
    TooOld { oldest_days: i32 },
    /// The gateway has no call for statements.
    Unsupported { gateway: GatewayName },
}

impl PaymentService {
    /// Notes which days' statements are wanted: those since the account was added, a week back at most.
    /// Cheap when nothing has changed since the last call.
    ///
    /// # Errors
    /// The storage's.
    pub async fn plan_statements(&self) -> Result<(), StorageError> {
        let now = self.clock.now();
        let today = now.beijing_date();
        let mut days = Vec::new();
        let mut planned = HashSet::new();
        for account in self.storage.accounts(None).await?.into_iter().filter(|a| a.enabled) {
            if self.planned.lock().is_ok_and(|known| known.contains(&(account.id, today))) {
                continue;
            }
            planned.insert((account.id, today));
            let facts = GatewayFacts::of(account.gateway);
            let first = account.created_at.beijing_date().max(minus_days(today, CATCH_UP_DAYS));
            for date in days_between(first, today) {
                for kind in facts.statements {
                    let day = StatementDay { account_id: account.id, kind: *kind, date };
                    days.push((day, day.ends_at().plus_s(facts.statement_ready_after_s)));
                }
            }
        }
        self.storage.plan_statements(days, now).await?;
        if let Ok(mut known) = self.planned.lock() {
            known.retain(|(_, date)| *date == today);
            known.extend(planned);
        }
        Ok(())
    }

    /// Asks for a day's statements again, now.
    ///
    /// # Errors
    /// `Ok(Err(_))` when the day cannot be asked for; otherwise the storage's.
    pub async fn request_statement(
        &self,
        account: AccountId,
        date: Date,
    ) -> Result<Result<(), OutOfReach>, PaymentError> {
        let now = self.clock.now();
        let today = now.beijing_date();
        let gateway = self.storage.account(account).await?.ok_or(PaymentError::NotFound("account"))?.gateway;
        let facts = GatewayFacts::of(gateway);
        if facts.statements.is_empty() {
            return Ok(Err(OutOfReach::Unsupported { gateway }));
        }
        if date >= today {
            return Ok(Err(OutOfReach::NotOver));
        }
        if date < minus_days(today, facts.oldest_statement_days) {
            return Ok(Err(OutOfReach::TooOld { oldest_days: facts.oldest_statement_days }));
        }
        for kind in facts.statements {
            let day = StatementDay { account_id: account, kind: *kind, date };
            if !self.storage.request_statement(day, now).await? {
                return Err(PaymentError::NotFound("account"));
            }
        }
        Ok(Ok(()))
    }

    /// Works on one statement that was claimed: fetches it unless its rows are here and only the comparing
    /// was cut short, then compares it. How it ended is in the storage.
    ///
    /// # Errors
    /// The storage's; its lease then runs out and it comes back by itself.
    pub async fn work_on_statement(&self, claimed: &StatementRecord) -> Result<(), PaymentError> {
        // Asked for again means: fetched again. A cut-short comparing has tries of zero and rows.
        if claimed.run > 0 && claimed.reconciled_at.is_none() && claimed.fetched_at.is_some() {
            return self.compare_statement(claimed.day).await;
        }
        let (account, gateway) = match self.gateways.of_account(claimed.day.account_id).await {
            Ok(found) => found,
            Err(PaymentError::Storage(error)) => return Err(error.into()),
            Err(error) => return self.statement_failed(claimed, &error.to_string(), MISCONFIGURED_PAUSE_S).await,
        };
        let wanted = StatementToFetch { date: claimed.day.date, kind: claimed.day.kind };
        match gateway.statement(&wanted).await {
            Ok(fetched) => self.receive_statement(claimed, &account, gateway.as_ref(), fetched).await,
            // Trying does not mend what the merchant has to.
            Err(error @ GatewayError::Misconfigured { .. }) => {
                self.statement_failed(claimed, &worded(&error), MISCONFIGURED_PAUSE_S).await
            }
            Err(error) => self.statement_failed(claimed, &worded(&error), failure_pause_s(claimed.tries)).await,
        }
    }

    /// What a gateway answered for a day: its rows are kept and compared.
    ///
    /// # Errors
    /// As [`PaymentService::work_on_statement`].
    pub async fn receive_statement(
        &self,
        claimed: &StatementRecord,
        account: &Account,
        gateway: &dyn Gateway,
        fetched: Fetched,
    ) -> Result<(), PaymentError> {
        let day = claimed.day;
        match fetched {
            Fetched::NotReady => {
                count(account, day.kind, "not_ready");
                let outcome = Unavailable {
                    status: StatementStatus::Waiting,
                    problem: None,
                    next_at: self.next_try(claimed, NOT_READY_PAUSE_S),
                };
                Ok(self.storage.postpone_statement(day, outcome).await?)
            }
            Fetched::Empty => {
                let run = self.storage.begin_reading(day, self.statement_lease()).await?;
                if self.storage.believe_reading(day, run, None, Vec::new(), self.clock.now()).await? {
                    count(account, day.kind, "empty");
                    self.compare_statement(day).await?;
                }
                Ok(())
            }
            Fetched::Statement(statement) => match self.read_statement(day, account, gateway, statement).await? {
                reading::Reading::Believed => {
                    count(account, day.kind, "ready");
                    self.compare_statement(day).await
                }
                reading::Reading::Overtaken => Ok(()),
                reading::Reading::Fault(fault) => {
                    count(account, day.kind, "unreadable");
                    alarm(
                        "unreadable_statement",
                        &format!(
                            "account {}: the {} statement of {} is not believed: {fault}",
                            day.account_id,
                            day.kind.as_str(),
                            day.date
                        ),
                    );
                    let outcome = Unavailable {
                        status: StatementStatus::Unreadable,
                        problem: Some(fault.to_string()),
                        next_at: self.next_try(claimed, failure_pause_s(claimed.tries)),
                    };
                    self.storage.postpone_statement(day, outcome).await?;
                    self.tidy_statement(day).await
                }
            },
        }
    }

    async fn statement_failed(
        &self,
        claimed: &StatementRecord,
        problem: &str,
        pause_s: i64,
    ) -> Result<(), PaymentError> {
        let day = claimed.day;
        tracing::warn!(account = %day.account_id, date = %day.date, kind = day.kind.as_str(), problem, "a statement could not be fetched");
        let outcome = Unavailable {
            status: StatementStatus::Failed,
            problem: Some(problem.to_owned()),
            next_at: self.next_try(claimed, pause_s),
        };
        Ok(self.storage.postpone_statement(day, outcome).await?)
    }

    /// `None` once the day is so long ago that only a person asks for it again.
    fn next_try(&self, claimed: &StatementRecord, pause_s: i64) -> Option<Timestamp> {
        let now = self.clock.now();
        let last = claimed.day.ends_at().plus_s(i64::from(CATCH_UP_DAYS) * DAY_S);
        // One asked for by hand long after gets a few tries all the same.
        (now < last || claimed.tries < 3).then(|| now.plus_s(pause_s))
    }

    /// Shows how many differences are open.
    ///
    /// # Errors
    /// The storage's.
    pub async fn count_open_differences(&self) -> Result<(), StorageError> {
        let open = self.storage.open_differences().await?;
        for kind in DifferenceKind::ALL {
            let count = open.iter().find(|(of, _)| of == kind).map_or(0, |(_, count)| *count);
            // Exact far beyond any number of differences.
            #[allow(clippy::cast_precision_loss)]
            metrics::gauge!("luodi_differences_open", "kind" => kind.as_str()).set(count as f64);
        }
        Ok(())
    }

    fn statement_lease(&self) -> Timestamp {
        self.clock.now().plus_s(STATEMENT_LEASE_S)
    }

    /// Removes the rows of readings that are not believed.
    async fn tidy_statement(&self, day: StatementDay) -> Result<(), PaymentError> {
        const ROWS: i64 = 2000;
        while self.storage.tidy_statement(day, ROWS).await? > 0 {}
        Ok(())
    }
}

fn failure_pause_s(tries: i64) -> i64 {
    let step = usize::try_from(tries).unwrap_or(usize::MAX).min(FAILURE_STEPS_S.len() - 1);
    FAILURE_STEPS_S[step]
}

/// In words that may be stored and shown to the merchant.
fn worded(error: &GatewayError) -> String {
    match error {
        GatewayError::Misconfigured { code, fix } => format!("{code}: {fix}"),
        other => other.to_string(),
    }
}

fn count(account: &Account, kind: StatementKind, outcome: &'static str) {
    metrics::counter!("luodi_statements_total", "gateway" => account.gateway.as_str(), "kind" => kind.as_str(), "outcome" => outcome)
        .increment(1);
}

/// Calendar arithmetic within the years there are; outside of them the day itself.
fn minus_days(date: Date, days: i32) -> Date {
    date.checked_sub(jiff::Span::new().days(days)).unwrap_or(date)
}

fn next_day(date: Date) -> Date {
    date.tomorrow().unwrap_or(date)
}

/// From `first` until before `end`.
fn days_between(first: Date, end: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |date| date.tomorrow().ok()).take_while(move |date| *date < end)
}
