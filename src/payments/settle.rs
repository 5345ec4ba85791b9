//! The one way in for what a gateway says. Notification, poll and statement all end here, with a
//! `Verified` report. Promises: the money of an order is counted once; a report that disagrees with the
//! ledger is recorded as a mismatch, alarms, and changes nothing; `Ok` means the fact is durable.

use serde_json::json;

use super::attempt::{Attempt, AttemptStatus};
use super::error::PaymentError;
use super::event::{EventType, NewEvent};
use super::fact::{Fact, Refusal};
use super::ledger::Ledger;
use super::opening::order_ref;
use super::payment::PaymentStatus;
use super::refund::{Refund, RefundStatus};
use super::service::PaymentService;
use super::surplus::SurplusRefund;
use crate::clock::Timestamp;
use crate::gateways::{Gateway, GatewayFacts, OrderReport, OrderState, RefundReport, RefundState, Verified};
use crate::ids::{EventId, RefundId};
use crate::money::Fen;
use crate::storage::{Account, NotificationRecord, StorageError};
use crate::telemetry::alarm;

/// How a report ended. What is new is durable together with the log of its notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// New, and durable now.
    Recorded,
    /// Recorded before, or overtaken.
    Known,
    /// It disagrees with the ledger; recorded as such.
    Mismatch,
}

/// How one telling of an order ended.
enum Told {
    Settled(Settled),
    /// The order was reversed, and this success may be from before: only a fresh question tells.
    Doubtful,
}

/// Who told us; a mismatch is recorded once per telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'a> {
    /// What is logged of the notification if it brings news. It bears the gateway's id, the same on
    /// redelivery.
    Notification(&'a NotificationRecord),
    Query,
    /// Asked because a statement named it.
    Statement,
}

impl<'a> Source<'a> {
    fn notification_id(self) -> Option<&'a str> {
        match self {
            Self::Notification(record) => record.notification_id.as_deref(),
            Self::Query | Self::Statement => None,
        }
    }

    const fn record(self) -> Option<&'a NotificationRecord> {
        match self {
            Self::Notification(record) => Some(record),
            Self::Query | Self::Statement => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Notification(_) => "notification",
            Self::Query => "query",
            Self::Statement => "statement",
        }
    }
}

impl PaymentService {
    /// Settles what a gateway says of an order.
    ///
    /// # Errors
    /// Storage errors: the caller must let the gateway send it again. `Gateway` when an order that was reversed
    /// is said to be paid and nobody can be asked which came last.
    pub async fn settle(
        &self,
        account: &Account,
        gateway: &dyn Gateway,
        report: &Verified<OrderReport>,
        source: Source<'_>,
    ) -> Result<Settled, PaymentError> {
        match self.settle_order(account, gateway, report.get(), source, false).await? {
            Told::Settled(settled) => Ok(settled),
            Told::Doubtful => {
                let number = &report.get().out_trade_no;
                let ledger = self.storage.ledger_by_out_trade_no(account.id, number).await?;
                let Some(attempt) = ledger.as_ref().and_then(|l| l.attempt_by_out_trade_no(number)) else {
                    return Err(PaymentError::NotFound("attempt"));
                };
                let again = gateway.query(&order_ref(attempt)).await?;
                match self.settle_order(account, gateway, again.get(), source, true).await? {
                    Told::Settled(settled) => Ok(settled),
                    Told::Doubtful => Ok(Settled::Known),
                }
            }
        }
    }

    async fn settle_order(
        &self,
        account: &Account,
        gateway: &dyn Gateway,
        report: &OrderReport,
        source: Source<'_>,
        is_asked_again: bool,
    ) -> Result<Told, PaymentError> {
        let Some(ledger) = self.storage.ledger_by_out_trade_no(account.id, &report.out_trade_no).await? else {
            return self.report_unknown_order(account, json!(report), source).await.map(Told::Settled);
        };
        let Some(attempt) = ledger.attempt_by_out_trade_no(&report.out_trade_no) else {
            return self.report_unknown_order(account, json!(report), source).await.map(Told::Settled);
        };
        if let Some(difference) = order_difference(gateway, &ledger, attempt, report) {
            return self.report_mismatch(&ledger, difference, json!(report), source).await.map(Told::Settled);
        }
        let attempt_id = attempt.id;
        let is_reversible = GatewayFacts::of(attempt.gateway).reverses(attempt.flow);
        let is_paid = matches!(report.state, OrderState::Paid { .. });
        let fact = match &report.state {
            OrderState::Unpaid | OrderState::Unopened => Fact::AttemptUnpaid { attempt_id },
            OrderState::Closed => Fact::AttemptClosed { attempt_id },
            OrderState::Paid { gateway_trade_no, paid_at } => Fact::AttemptPaid {
                attempt_id,
                gateway_trade_no: gateway_trade_no.clone(),
                paid_at: paid_at.unwrap_or_else(|| self.clock.now()),
                settlement: report.settlement.clone(),
            },
        };
        let surplus = SurplusRefund {
            service: self,
            gateway,
            account_id: account.id,
            id: RefundId::generate_at(self.clock.now()),
        };
        let recorded = self
            .change_from(ledger.payment.id, Some(ledger.clone()), source.record(), |ledger, at| {
                let status = ledger.attempt(attempt_id).map(|a| a.status);
                match status {
                    // A reversal gives the money back: this success may be older than the reversal.
                    Some(AttemptStatus::Closed) if is_reversible && is_paid && !is_asked_again => return Ok(Vec::new()),
                    // A reversal gave back what has been counted, unless our own refunds did.
                    Some(AttemptStatus::Paid) if is_reversible && report.state == OrderState::Closed => {
                        let is_refunded = ledger.refundable(attempt_id).is_zero();
                        return if is_refunded { Ok(Vec::new()) } else { Err(Refusal::Contradiction) };
                    }
                    _ => {}
                }
                let mut events = ledger.apply(fact.clone(), at)?;
                if events.iter().any(|e| e.kind == EventType::PaymentDuplicatePaid) {
                    events.extend(surplus.request(ledger, attempt_id, at)?);
                }
                Ok(events)
            })
            .await;
        match recorded {
            Ok((ledger, events)) if !events.is_empty() => {
                self.announce(&ledger, events.iter().map(|e| e.kind), attempt_id);
                self.end_the_others_soon(&ledger).await;
                Ok(Told::Settled(Settled::Recorded))
            }
            Ok((ledger, _)) => {
                let is_closed = ledger.attempt(attempt_id).is_some_and(|a| a.status == AttemptStatus::Closed);
                let is_doubtful = is_reversible && is_paid && is_closed && !is_asked_again;
                Ok(if is_doubtful { Told::Doubtful } else { Told::Settled(Settled::Known) })
            }
            Err(PaymentError::Refused(Refusal::Contradiction)) => {
                let difference = if is_reversible && !is_paid { "reversed_after_paid" } else { "contradicts_ledger" };
                self.report_mismatch(&ledger, difference, json!(report), source).await.map(Told::Settled)
            }
            // The gateway's number already settles another order of this account.
            Err(PaymentError::Storage(StorageError::Duplicate(_))) => {
                self.report_mismatch(&ledger, "gateway_trade_no", json!(report), source).await.map(Told::Settled)
            }
            Err(other) => Err(other),
        }
    }

    /// Settles what a gateway says of a refund.
    ///
    /// # Errors
    /// Storage errors: the caller must let the gateway send it again.
    pub async fn settle_refund(
        &self,
        account: &Account,
        gateway: &dyn Gateway,
        report: &Verified<RefundReport>,
        source: Source<'_>,
    ) -> Result<Settled, PaymentError> {
        let report = report.get();
        let Some(ledger) = self.storage.ledger_by_out_refund_no(account.id, &report.out_refund_no).await? else {
            // Refunds made in the gateway's own console are real too, but not ours to count.
            return self.report_unknown_order(account, json!(report), source).await;
        };
        let Some(refund) = ledger.refunds.iter().find(|r| r.out_refund_no == report.out_refund_no) else {
            return self.report_unknown_order(account, json!(report), source).await;
        };
        if let Some(difference) = refund_difference(gateway, &ledger, refund, report) {
            return self.report_mismatch(&ledger, difference, json!(report), source).await;
        }
        let fact = refund_fact(refund.id, report, self.clock.now());
        let before = Some(ledger.clone());
        let changed = self.change_from(ledger.payment.id, before, source.record(), |l, at| l.apply(fact.clone(), at));
        match changed.await {
            Ok((_, events)) if events.is_empty() => Ok(Settled::Known),
            Ok(_) => Ok(Settled::Recorded),
            Err(PaymentError::Refused(Refusal::Contradiction)) => {
                self.report_mismatch(&ledger, "contradicts_ledger", json!(report), source).await
            }
            Err(other) => Err(other),
        }
    }

    /// Settles a message that tells of an order and of money that went back, but not of what one refund came
    /// to: the gateway is asked about the refund. Money that went back beside our own refunds (in the gateway's
    /// console) is real, but not ours to count: it is reported.
    ///
    /// # Errors
    /// As [`Self::settle`].
    pub async fn settle_order_refunded(
        &self,
        account: &Account,
        gateway: &dyn Gateway,
        order: &Verified<OrderReport>,
        (out_refund_no, refunded_total): (Option<&str>, Option<Fen>),
        source: Source<'_>,
    ) -> Result<Settled, PaymentError> {
        let settled = self.settle(account, gateway, order, source).await?;
        if settled == Settled::Mismatch {
            return Ok(settled);
        }
        let number = &order.get().out_trade_no;
        let Some(ledger) = self.storage.ledger_by_out_trade_no(account.id, number).await? else { return Ok(settled) };
        let Some(attempt) = ledger.attempt_by_out_trade_no(number) else { return Ok(settled) };
        let ours = || ledger.refunds.iter().filter(|r| r.attempt_id == attempt.id);
        let is_meant = |r: &Refund| match out_refund_no {
            Some(number) => r.out_refund_no == number,
            None => r.status.is_unsettled(),
        };
        for refund in ours().filter(|r| is_meant(r)) {
            self.ask_about_refund(ledger.payment.id, refund.id).await?;
        }
        let is_foreign = out_refund_no.is_some_and(|number| !ours().any(|r| r.out_refund_no == number));
        let asked_for = ours().filter(|r| r.status != RefundStatus::Failed).map(|r| r.amount.get()).sum::<i64>();
        // What a reversal gave back was never counted.
        let is_counted = attempt.status == AttemptStatus::Paid;
        let is_more = refunded_total.is_some_and(|total| total.get() > asked_for);
        if is_counted && (is_foreign || is_more) {
            let report = json!({
                "order": order.get(), "out_refund_no": out_refund_no, "refunded_fen": refunded_total,
                "asked_for_fen": asked_for,
            });
            return self.report_mismatch(&ledger, "refunded_elsewhere", report, source).await;
        }
        Ok(settled)
    }

    /// A verified report that disagrees: an event and an alarm, once; nothing else moves.
    async fn report_mismatch(
        &self,
        ledger: &Ledger,
        difference: &str,
        report: serde_json::Value,
        source: Source<'_>,
    ) -> Result<Settled, PaymentError> {
        alarm("mismatch", &format!("payment {}: {difference} ({})", ledger.payment.id, source.name()));
        let details = json!({
            "difference": difference, "source": source.name(), "notification_id": source.notification_id(),
            "report": report,
        });
        // Redelivery and polling would repeat the same mismatch for days: one event is enough.
        let is_known = |known: &serde_json::Value| {
            known["difference"] == difference && known["notification_id"].as_str() == source.notification_id()
        };
        self.record_mismatch(ledger.payment.id, details, is_known).await?;
        Ok(Settled::Mismatch)
    }

    /// A verified message about an order that is not ours: money may have come in that no payment explains.
    async fn report_unknown_order(
        &self,
        account: &Account,
        report: serde_json::Value,
        source: Source<'_>,
    ) -> Result<Settled, PaymentError> {
        alarm(
            "unknown_order",
            &format!("account {}: a verified message names an order that is not recorded", account.id),
        );
        // Only a notification brings orders we did not ask about.
        let Some(told_by) = source.record() else { return Ok(Settled::Mismatch) };
        let event = NewEvent {
            id: EventId::generate(),
            kind: EventType::PaymentMismatch,
            at: self.clock.now(),
            store_id: account.store_id,
            mode: account.mode,
            payment_id: None,
            fact: None,
            data: json!({
                "payment": null,
                "mismatch": {
                    "difference": "unknown_order", "source": source.name(),
                    "account": account.id, "report": report,
                },
            }),
        };
        let record = NotificationRecord {
            outcome: "unknown_order".to_owned(),
            detail: "names an order that is not recorded".to_owned(),
            ..told_by.clone()
        };
        self.storage.record_notification_with_event(&record, event).await?;
        Ok(Settled::Mismatch)
    }

    /// A paid payment's other orders must not stay payable: the jobs close them now, not when they are due.
    async fn end_the_others_soon(&self, ledger: &Ledger) {
        let paid = !matches!(ledger.payment.status, PaymentStatus::Open | PaymentStatus::Closed);
        if paid
            && ledger.attempts.iter().any(|a| a.status.is_unsettled())
            && let Err(error) = self.storage.hasten_checks(ledger.payment.id, self.clock.now()).await
        {
            // They are due anyway, only later.
            tracing::warn!(payment = %ledger.payment.id, %error, "the other attempts wait for their schedule");
        }
    }

    /// Metrics and alarms of what has just become durable.
    fn announce(&self, ledger: &Ledger, kinds: impl Iterator<Item = EventType>, attempt_id: crate::ids::AttemptId) {
        let Some(attempt) = ledger.attempt(attempt_id) else { return };
        for kind in kinds {
            match kind {
                EventType::PaymentPaid => {
                    count(attempt, "paid");
                    if let Some(paid_at) = attempt.paid_at {
                        let ms = (self.clock.now().as_millis() - paid_at.as_millis()).max(0);
                        // Milliseconds in a settlement delay are far below 2^52.
                        #[allow(clippy::cast_precision_loss)]
                        metrics::histogram!("luodi_settle_seconds").record(ms as f64 / 1000.0);
                    }
                    if ledger.payment.late {
                        alarm(
                            "late_payment",
                            &format!("payment {} was paid after it had been closed", ledger.payment.id),
                        );
                    }
                }
                EventType::PaymentDuplicatePaid => {
                    count(attempt, "duplicate");
                    alarm("duplicate_paid", &format!("payment {} was paid a second time", ledger.payment.id));
                }
                EventType::AttemptClosed => count(attempt, "closed"),
                _ => {}
            }
        }
    }
}

fn count(attempt: &Attempt, outcome: &'static str) {
    metrics::counter!("luodi_attempts_total", "gateway" => attempt.gateway.as_str(), "flow" => attempt.flow.as_str(), "outcome" => outcome)
        .increment(1);
}

fn order_difference(
    gateway: &dyn Gateway,
    ledger: &Ledger,
    attempt: &Attempt,
    report: &OrderReport,
) -> Option<&'static str> {
    let paid = matches!(report.state, OrderState::Paid { .. });
    if let Some(difference) = gateway.foreign_identifier(&report.merchant) {
        return Some(difference);
    }
    if attempt.out_trade_no != report.out_trade_no {
        return Some("out_trade_no");
    }
    // Money must name its amount and currency; unpaid orders may leave them out.
    match report.amount {
        Some(amount) if amount != ledger.payment.amount => return Some("amount"),
        None if paid => return Some("amount"),
        _ => {}
    }
    match report.currency.as_deref() {
        Some(currency) if currency != ledger.payment.currency.code() => Some("currency"),
        _ => None,
    }
}

fn refund_difference(
    gateway: &dyn Gateway,
    ledger: &Ledger,
    refund: &Refund,
    report: &RefundReport,
) -> Option<&'static str> {
    if let Some(difference) = gateway.foreign_identifier(&report.merchant) {
        return Some(difference);
    }
    let ours = ledger.attempt(refund.attempt_id).map(|a| a.out_trade_no.as_str());
    if ours != Some(report.out_trade_no.as_str()) {
        return Some("out_trade_no");
    }
    if report.amount != refund.amount || report.order_amount != ledger.payment.amount {
        return Some("amount");
    }
    None
}

fn refund_fact(refund_id: RefundId, report: &RefundReport, now: Timestamp) -> Fact {
    let gateway_refund_no = report.gateway_refund_no.clone();
    match &report.state {
        RefundState::Accepted => Fact::RefundAccepted { refund_id, gateway_refund_no, failure: None },
        RefundState::Succeeded { succeeded_at } => {
            Fact::RefundSucceeded { refund_id, gateway_refund_no, succeeded_at: succeeded_at.unwrap_or(now) }
        }
        RefundState::Abnormal { code, message } => Fact::RefundAccepted {
            refund_id,
            gateway_refund_no,
            failure: Some(super::Failure { code: code.clone(), message: message.clone() }),
        },
        RefundState::Failed { code, message } => {
            Fact::RefundFailed { refund_id, failure: super::Failure { code: code.clone(), message: message.clone() } }
        }
    }
}
