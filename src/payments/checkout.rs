//! Opening payments and attempts, and ending them. Promises: what is sent to a gateway is stored first,
//! one order is open at a time, and an order number is never replaced while its fate is unknown.

use std::collections::BTreeMap;

use super::attempt::{Attempt, AttemptStatus, Flow, GatewayName, Shopper};
use super::error::PaymentError;
use super::fact::{Fact, Refusal};
use super::ledger::Ledger;
use super::opening::Sending;
use super::payment::{Mode, Payment, PaymentStatus};
use super::service::PaymentService;
use super::settle::Source;
use crate::clock::Timestamp;
use crate::gateways::{GatewayError, GatewayFacts, OrderToOpen, VerifiedOpening};
use crate::ids::{AccountId, AttemptId, PaymentId, StoreId};
use crate::money::{Currency, Fen};
use crate::storage::Created;

/// What a shop asks for; the values have been validated.
#[derive(Debug, Clone)]
pub struct NewPayment {
    pub id: PaymentId,
    pub store_id: StoreId,
    pub mode: Mode,
    pub order_ref: String,
    pub amount: Fen,
    pub description: String,
    pub return_url: Option<String>,
    pub expires_in_s: Option<i64>,
    pub metadata: BTreeMap<String, String>,
}

/// How the shopper wants to pay.
#[derive(Debug, Clone)]
pub struct NewAttempt {
    pub id: AttemptId,
    pub gateway: GatewayName,
    pub flow: Flow,
    pub account: Option<AccountId>,
    pub shopper: Shopper,
}

/// A code with less than this left is not worth showing again, in seconds.
const REUSABLE_FOR_S: i64 = 30;

impl PaymentService {
    /// Records a payment. Creating the same id again gives what is recorded.
    ///
    /// # Errors
    /// The storage's.
    pub async fn create(&self, new: NewPayment) -> Result<Ledger, PaymentError> {
        let now = self.clock.now();
        let (ledger, events) = Ledger::open(Payment {
            id: new.id,
            store_id: new.store_id,
            mode: new.mode,
            order_ref: new.order_ref,
            amount: new.amount,
            currency: Currency::Cny,
            description: new.description,
            return_url: new.return_url,
            metadata: new.metadata,
            status: PaymentStatus::Open,
            late: false,
            refunded: Fen::ZERO,
            paid_by: None,
            created_at: now,
            expires_at: now.plus_s(new.expires_in_s.unwrap_or(self.settings.expires_in_s)),
            close_requested_at: None,
            paid_at: None,
            closed_at: None,
            version: 1,
        });
        match self.storage.create_payment(&ledger, events).await? {
            Created::New => Ok(ledger),
            Created::Exists(recorded) => Ok(*recorded),
        }
    }

    /// Whether a payment could be opened at the gateway as asked; records and sends nothing.
    ///
    /// # Errors
    /// As [`PaymentService::open_attempt`] for an account or an order that the gateway would never take.
    pub async fn check_first_attempt(&self, payment: &NewPayment, new: &NewAttempt) -> Result<(), PaymentError> {
        let (account, gateway) =
            self.gateways.choose(payment.store_id, payment.mode, new.gateway, new.flow, new.account).await?;
        let now = self.clock.now();
        gateway.prepare(&OrderToOpen {
            flow: new.flow,
            out_trade_no: new.id.out_trade_no(),
            amount: payment.amount,
            description: payment.description.clone(),
            expires_at: now.plus_s(payment.expires_in_s.unwrap_or(self.settings.expires_in_s)),
            notify_url: self.notify_url(new.gateway, account.id),
            shopper: new.shopper.clone(),
        })?;
        Ok(())
    }

    /// Opens an attempt, or continues the one of that id. A pending attempt of the same gateway and
    /// flow whose code is still good is given instead of a second order; an old one is settled first.
    ///
    /// # Errors
    /// `Refused` when the payment is not open, or an earlier attempt cannot be ended now; `Gateway`
    /// when the gateway certainly heard nothing. Any other recorded attempt carries its own failure.
    pub async fn open_attempt(
        &self,
        payment_id: PaymentId,
        new: NewAttempt,
    ) -> Result<(Ledger, AttemptId), PaymentError> {
        self.open_attempt_on(self.ledger(payment_id).await?, new).await
    }

    /// As [`Self::open_attempt`], on a ledger read just now.
    ///
    /// # Errors
    /// As [`Self::open_attempt`].
    pub async fn open_attempt_on(
        &self,
        mut ledger: Ledger,
        mut new: NewAttempt,
    ) -> Result<(Ledger, AttemptId), PaymentError> {
        let payment_id = ledger.payment.id;
        match ledger.attempt(new.id) {
            // It certainly never reached the gateway: a repeat of the request is a new attempt.
            Some(before) if never_sent(before) => new.id = AttemptId::generate_at(self.clock.now()),
            Some(_) => return Ok((self.resume_attempt(ledger, new.id).await?, new.id)),
            // Chosen for a request that broke off: the gateway would refuse the number for its time.
            None if self.is_outdated(&new) => new.id = AttemptId::generate_at(self.clock.now()),
            None => {}
        }
        if let Some(open) = self.reusable(&ledger, &new) {
            return Ok((self.renew_action_of(ledger, open).await?, open));
        }
        ensure_open(&ledger, self.clock.now())?;
        ledger = self.end_unsettled_attempts(ledger, true).await?;
        ensure_open(&ledger, self.clock.now())?;
        let payment = &ledger.payment;
        let (account, gateway) =
            self.gateways.choose(payment.store_id, payment.mode, new.gateway, new.flow, new.account).await?;
        let now = self.clock.now();
        let expires_in_s = match new.flow {
            Flow::Barcode => GatewayFacts::of(new.gateway).barcode_expires_in_s,
            _ => self.settings.attempt_expires_in_s,
        };
        let expires_at = payment.expires_at.min(now.plus_s(expires_in_s));
        let out_trade_no = new.id.out_trade_no();
        let request = gateway.prepare(&OrderToOpen {
            flow: new.flow,
            out_trade_no: out_trade_no.clone(),
            amount: payment.amount,
            description: payment.description.clone(),
            expires_at,
            notify_url: self.notify_url(new.gateway, account.id),
            shopper: new.shopper.clone(),
        })?;
        let attempt = Attempt {
            id: new.id,
            payment_id,
            account_id: account.id,
            gateway: new.gateway,
            flow: new.flow,
            status: AttemptStatus::Creating,
            out_trade_no,
            request,
            next_action: None,
            action_expires_at: None,
            payer_id: new.shopper.payer_id.clone(),
            app_id: new.shopper.app_id.clone(),
            gateway_trade_no: None,
            settlement: None,
            failure: None,
            duplicate: false,
            created_at: now,
            expires_at,
            paid_at: None,
        };
        let fact = Fact::AttemptCreated { attempt: Box::new(attempt) };
        let created = self.change_from(payment_id, Some(ledger), None, |l, at| l.apply(fact.clone(), at));
        let (ledger, recorded) = created.await?;
        if recorded.is_empty() {
            return Ok((self.resume_attempt(ledger, new.id).await?, new.id));
        }
        let ledger = self.send_create(ledger, new.id, gateway.as_ref(), Sending::First).await?;
        match ledger.attempt(new.id) {
            Some(attempt) if never_sent(attempt) => {
                let why = attempt.failure.as_ref().map(|f| f.message.clone()).unwrap_or_default();
                Err(GatewayError::NotSent(why).into())
            }
            _ => Ok((ledger, new.id)),
        }
    }

    /// Gives the shopper a fresh link under the same order number when the one handed out has outlived its life.
    ///
    /// # Errors
    /// `Gateway` when none could be had now; the order itself is as it was.
    pub async fn renew_action(&self, payment_id: PaymentId, attempt_id: AttemptId) -> Result<Ledger, PaymentError> {
        self.renew_action_of(self.ledger(payment_id).await?, attempt_id).await
    }

    async fn renew_action_of(&self, ledger: Ledger, attempt_id: AttemptId) -> Result<Ledger, PaymentError> {
        let payment_id = ledger.payment.id;
        let now = self.clock.now();
        let Some(attempt) = ledger.attempt(attempt_id).filter(|a| a.has_stale_action(now)) else { return Ok(ledger) };
        let (account, gateway) = self.gateways.of_account(attempt.account_id).await?;
        match self.send(attempt, gateway.as_ref()).await {
            Ok(VerifiedOpening::Waiting { next_action, expires_at }) => {
                let fact = Fact::AttemptOpened { attempt_id, next_action, expires_at };
                Ok(self.change_from(payment_id, Some(ledger), None, |l, at| l.apply(fact.clone(), at)).await?.0)
            }
            Ok(VerifiedOpening::Settled(report)) => {
                self.settle(&account, gateway.as_ref(), &report, Source::Query).await?;
                self.ledger(payment_id).await
            }
            // Paid or closed meanwhile: the order itself is asked about.
            Err(GatewayError::Declined { .. }) => self.ask_about_attempt(payment_id, attempt_id).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Closes the payment: every order is ended at its gateway, then the payment. What cannot be ended
    /// now stays requested, and the jobs go on with it.
    ///
    /// # Errors
    /// `Refused` when it is paid; `Gateway` when a gateway could not be heard, with the wish recorded.
    pub async fn close(&self, payment_id: PaymentId) -> Result<Ledger, PaymentError> {
        let (ledger, _) = self.change(payment_id, |ledger, at| ledger.apply(Fact::CloseRequested, at)).await?;
        let ledger = match self.end_unsettled_attempts(ledger, false).await {
            Ok(ledger) => ledger,
            // An order that cannot be ended now is not an error of the request: it has been recorded.
            Err(PaymentError::Refused(Refusal::Unsettled)) => return self.ledger(payment_id).await,
            Err(other) => return Err(other),
        };
        if ledger.payment.status != PaymentStatus::Open {
            return Ok(ledger);
        }
        let (ledger, _) = self.change(payment_id, |ledger, at| ledger.apply(Fact::PaymentClosed, at)).await?;
        Ok(ledger)
    }

    /// Query → close → query for each unsettled attempt, so that no second order is ever open.
    /// `replacing` lets an order stay that nobody has opened and that its gateway therefore cannot close.
    pub(super) async fn end_unsettled_attempts(
        &self,
        mut ledger: Ledger,
        replacing: bool,
    ) -> Result<Ledger, PaymentError> {
        let unsettled: Vec<_> = ledger.attempts.iter().filter(|a| a.status.is_unsettled()).map(|a| a.id).collect();
        for attempt_id in unsettled {
            ledger = self.end_attempt(ledger.payment.id, attempt_id).await?;
            let stays = |a: &Attempt| a.status.is_unsettled() && !(replacing && a.is_left_unopened());
            if ledger.attempt(attempt_id).is_some_and(stays) {
                return Err(Refusal::Unsettled.into());
            }
        }
        Ok(ledger)
    }

    /// Whether the gateway goes by the time in its number, and that is over.
    fn is_outdated(&self, new: &NewAttempt) -> bool {
        let good_for_s = GatewayFacts::of(new.gateway).number_good_for_s;
        let made_at = new.id.made_at();
        good_for_s.zip(made_at).is_some_and(|(good_for_s, at)| self.clock.now().seconds_since(at).abs() > good_for_s)
    }

    fn reusable(&self, ledger: &Ledger, new: &NewAttempt) -> Option<AttemptId> {
        let good_until = self.clock.now().plus_s(REUSABLE_FOR_S);
        let open = ledger.payment.status == PaymentStatus::Open && ledger.payment.close_requested_at.is_none();
        ledger
            .attempts
            .iter()
            .find(|a| {
                open && a.status == AttemptStatus::Pending
                    && a.gateway == new.gateway
                    && a.flow == new.flow
                    && a.flow.is_repeatable()
                    && new.account.is_none_or(|id| id == a.account_id)
                    && is_for(a, &new.shopper)
                    && a.expires_at > good_until
            })
            .map(|a| a.id)
    }

    /// After a crash or a repeated call: an attempt that has no answer yet is asked about, not opened anew.
    async fn resume_attempt(&self, ledger: Ledger, id: AttemptId) -> Result<Ledger, PaymentError> {
        match ledger.attempt(id).map(|a| a.status) {
            Some(AttemptStatus::Creating | AttemptStatus::Unknown) => {
                self.ask_about_attempt(ledger.payment.id, id).await
            }
            _ => Ok(ledger),
        }
    }
}

/// Whether this shopper can use what was handed out. A payer's id belongs to one app, and what was handed out
/// works in that app alone; who names neither goes on with what is there.
fn is_for(attempt: &Attempt, shopper: &Shopper) -> bool {
    let is_same_payer = shopper.payer_id == attempt.payer_id;
    let is_told_by_payer = is_same_payer && shopper.payer_id.is_some() && attempt.app_id.is_none();
    let is_same_app = shopper.app_id.is_none() || shopper.app_id == attempt.app_id || is_told_by_payer;
    (shopper.payer_id.is_none() || is_same_payer) && is_same_app
}

/// The failure code of an attempt that never left: the same may work a moment later.
pub const UNREACHABLE: &str = "gateway_unreachable";

fn never_sent(attempt: &Attempt) -> bool {
    attempt.status == AttemptStatus::Failed && attempt.failure.as_ref().is_some_and(|f| f.code == UNREACHABLE)
}

fn ensure_open(ledger: &Ledger, now: Timestamp) -> Result<(), Refusal> {
    // When its time is over, the jobs are about to close it.
    let ending = ledger.payment.close_requested_at.is_some() || ledger.payment.expires_at <= now;
    match ledger.payment.status {
        PaymentStatus::Open if ending => Err(Refusal::Closing),
        PaymentStatus::Open => Ok(()),
        other => Err(Refusal::WrongStatus(other)),
    }
}
