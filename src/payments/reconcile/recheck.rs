//! Looking at differences again: what only a statement knows is asked about at the gateway, whose verified
//! word settles it; the difference ends when the two sides agree. What stays is left to the merchant.

use super::super::attempt::Flow;
use super::super::difference::{DifferenceKind, DifferenceSubject};
use super::super::error::PaymentError;
use super::super::opening::order_ref;
use super::super::refunds::refund_ref;
use super::super::service::PaymentService;
use super::super::settle::Source;
use super::super::{Difference, StatementDay, StatementKind};
use super::minus_days;
use crate::gateways::{Gateway, OrderRef};
use crate::storage::{Account, ClaimedDifference};
use crate::telemetry::alarm;

/// Pauses between looks; then only a person ends it.
const STEPS_S: [i64; 7] = [60, 600, 3600, 21_600, 86_400, 86_400, 86_400];
/// A look takes a few gateway calls.
pub const DIFFERENCE_LEASE_S: i64 = 60;

impl PaymentService {
    /// Looks at a claimed difference again.
    ///
    /// # Errors
    /// The storage's; its lease then runs out and it comes back by itself.
    pub async fn recheck_difference(&self, claimed: &ClaimedDifference) -> Result<(), PaymentError> {
        let difference = &claimed.difference;
        match self.gateways.of_account(difference.account_id).await {
            Ok((account, gateway)) => self.ask_about_difference(difference, &account, gateway.as_ref()).await?,
            Err(PaymentError::Storage(error)) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(account = %difference.account_id, %error, "a difference cannot be asked about")
            }
        }
        if self.agrees_now(difference).await? {
            self.storage.resolve_difference(difference.id, self.clock.now()).await?;
            return Ok(());
        }
        let tries = claimed.tries + 1;
        let step = usize::try_from(claimed.tries).ok().and_then(|index| STEPS_S.get(index));
        if step.is_none() {
            alarm("difference_stays", &format!("difference {} does not end by itself", difference.id));
        }
        let next_at = step.map(|pause_s| self.clock.now().plus_s(*pause_s));
        Ok(self.storage.schedule_difference(difference.id, next_at, tries).await?)
    }

    /// The gateway's word on the order or refund goes the way of every other: through `settle`.
    async fn ask_about_difference(
        &self,
        difference: &Difference,
        account: &Account,
        gateway: &dyn Gateway,
    ) -> Result<(), PaymentError> {
        let number = difference.number.as_str();
        let heard = match difference.subject {
            DifferenceSubject::Payment => {
                let ledger = self.storage.ledger_by_out_trade_no(account.id, number).await?;
                let ours = ledger.as_ref().and_then(|l| l.attempt_by_out_trade_no(number)).map(order_ref);
                // An order that is not ours: money came by it, so it exists.
                let stranger = OrderRef { flow: Flow::Jsapi, out_trade_no: number, expires_at: self.clock.now() };
                match gateway.query(&ours.unwrap_or(stranger)).await {
                    Ok(report) => self.settle(account, gateway, &report, Source::Statement).await.map(drop),
                    Err(error) => Err(error.into()),
                }
            }
            DifferenceSubject::Refund => {
                let ledger = self.storage.ledger_by_out_refund_no(account.id, number).await?;
                let ours = ledger.as_ref().and_then(|ledger| {
                    let refund = ledger.refunds.iter().find(|r| r.out_refund_no == number)?;
                    let attempt = ledger.attempt(refund.attempt_id)?;
                    Some(refund_ref(&attempt.out_trade_no, refund, ledger.payment.amount))
                });
                // A refund that is not ours names no order by which every gateway could be asked.
                let Some(ours) = ours else { return Ok(()) };
                match gateway.query_refund(&ours).await {
                    Ok(report) => self.settle_refund(account, gateway, &report, Source::Statement).await.map(drop),
                    Err(error) => Err(error.into()),
                }
            }
            DifferenceSubject::Statement => Ok(()),
        };
        match heard {
            Err(PaymentError::Gateway(error)) => {
                tracing::warn!(difference = %difference.id, %error, "the gateway gave no answer about a difference");
                Ok(())
            }
            other => other,
        }
    }

    async fn agrees_now(&self, difference: &Difference) -> Result<bool, PaymentError> {
        let day = StatementDay { account_id: difference.account_id, kind: StatementKind::Trade, date: difference.date };
        let Some(account) = self.storage.account(difference.account_id).await? else { return Ok(false) };
        let kind = difference.reason.kind();
        if kind == DifferenceKind::MissingThere {
            // Its own day's statement may have been read again, or a neighbour's may name it.
            for date in [minus_days(day.date, 1), day.date, super::next_day(day.date)] {
                let there = self.storage.compared_number(day.with_date(date), &difference.number).await?;
                if !there.rows.is_empty() {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        let rows = self.storage.compared_number(day, &difference.number).await?;
        // Without its rows nothing can be said any more.
        let found = self.findings(&account, day, &rows);
        let still = found.iter().any(|f| f.difference.reason.kind() == kind && f.difference.date == day.date);
        Ok(!rows.rows.is_empty() && !still)
    }
}
