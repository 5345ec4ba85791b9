//! The second payment of an order, on its way back. Promises: asked for in the very transaction that records the
//! duplicate, of all of it, and never of the payment that settled the order.

use super::event::NewEvent;
use super::fact::{Fact, Refusal};
use super::ledger::Ledger;
use super::refund::{Refund, RefundCause, RefundStatus};
use super::refunds::{failed_refunds_of, refunds_of};
use super::service::{DuplicatePolicy, PaymentService};
use crate::clock::Timestamp;
use crate::gateways::{Gateway, RefundToRequest};
use crate::ids::{AccountId, AttemptId, RefundId};

/// Sends the surplus of a payment paid twice back, in the very transaction that records it: a crash
/// right after cannot forget it.
pub(super) struct SurplusRefund<'a> {
    pub service: &'a PaymentService,
    pub gateway: &'a dyn Gateway,
    pub account_id: AccountId,
    pub id: RefundId,
}

impl SurplusRefund<'_> {
    pub(super) fn request(
        &self,
        ledger: &mut Ledger,
        attempt_id: AttemptId,
        at: Timestamp,
    ) -> Result<Vec<NewEvent>, Refusal> {
        let policy =
            self.service.settings.duplicate_policies.get(&ledger.payment.store_id).copied().unwrap_or_default();
        let Some(attempt) = ledger.attempt(attempt_id).filter(|_| policy == DuplicatePolicy::Refund) else {
            return Ok(Vec::new());
        };
        let out_refund_no = self.id.out_refund_no();
        let reason = Some("重复支付退款".to_owned());
        let prepared = self.gateway.prepare_refund(&RefundToRequest {
            out_trade_no: attempt.out_trade_no.clone(),
            out_refund_no: out_refund_no.clone(),
            amount: ledger.payment.amount,
            order_amount: ledger.payment.amount,
            reason: reason.clone(),
            notify_url: self.service.notify_url(attempt.gateway, self.account_id),
            from_available_balance: false,
            earlier_refunds: refunds_of(ledger, attempt_id),
            failed_refunds: failed_refunds_of(ledger, attempt_id),
            flow: attempt.flow,
            gateway_trade_no: attempt.gateway_trade_no.clone(),
            // Without its time no gateway takes the quick way of the same day (撤销), which may fail: nobody would ask
            // again for what goes back by itself.
            paid_at: None,
        });
        let Ok(request) = prepared else {
            // The money is recorded all the same; the alarm and the event tell the merchant.
            return Ok(Vec::new());
        };
        let refund = Refund {
            id: self.id,
            payment_id: ledger.payment.id,
            attempt_id,
            amount: ledger.payment.amount,
            reason,
            cause: RefundCause::Duplicate,
            status: RefundStatus::Requested,
            out_refund_no,
            request,
            gateway_refund_no: None,
            failure: None,
            created_at: at,
            succeeded_at: None,
        };
        ledger.apply(Fact::RefundRequested { refund: Box::new(refund) }, at)
    }
}
