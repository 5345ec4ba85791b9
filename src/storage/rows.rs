//! Rows ↔ payments, attempts, refunds and events. The one place that knows how they are spelled.

use super::error::Result;
use super::sql::{Param, Row, Statement};
use crate::money::Currency;
use crate::payments::event::{Event, EventType};
use crate::payments::{
    Attempt, AttemptStatus, Flow, GatewayName, Ledger, Mode, Payment, PaymentStatus, Refund, RefundCause, RefundStatus,
    SettlementAmount,
};

pub(super) fn payment(row: &Row) -> Result<Payment> {
    Ok(Payment {
        id: row.id("id")?,
        store_id: row.id("store_id")?,
        mode: row.word("mode", Mode::parse)?,
        order_ref: row.text("order_ref")?,
        amount: row.fen("amount_fen")?,
        currency: row.word("currency", Currency::parse)?,
        description: row.text("description")?,
        return_url: row.opt_text("return_url")?,
        metadata: row.json("metadata")?,
        status: row.word("status", PaymentStatus::parse)?,
        late: row.flag("late")?,
        refunded: row.fen("refunded_fen")?,
        paid_by: row.opt_id("paid_by")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        close_requested_at: row.opt_time("close_requested_at")?,
        paid_at: row.opt_time("paid_at")?,
        closed_at: row.opt_time("closed_at")?,
        version: row.int("version")?,
    })
}

pub(super) const INSERT_PAYMENT: &str = "INSERT INTO payments (id, store_id, mode, order_ref, amount_fen, currency, \
     description, return_url, metadata, status, late, refunded_fen, paid_by, created_at, expires_at, \
     close_requested_at, paid_at, closed_at, version, due_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) \
     ON CONFLICT (id) DO NOTHING";

pub(super) fn new_payment(payment: &Payment) -> Result<Vec<Param>> {
    Ok(vec![
        payment.id.into(),
        payment.store_id.into(),
        payment.mode.as_str().into(),
        payment.order_ref.as_str().into(),
        payment.amount.into(),
        payment.currency.code().into(),
        payment.description.as_str().into(),
        payment.return_url.clone().into(),
        Param::json(&payment.metadata)?,
        payment.status.as_str().into(),
        payment.late.into(),
        payment.refunded.into(),
        payment.paid_by.into(),
        payment.created_at.into(),
        payment.expires_at.into(),
        payment.close_requested_at.into(),
        payment.paid_at.into(),
        payment.closed_at.into(),
        payment.version.into(),
        payment.expires_at.into(),
    ])
}

pub(super) fn attempt(row: &Row) -> Result<Attempt> {
    Ok(Attempt {
        id: row.id("id")?,
        payment_id: row.id("payment_id")?,
        account_id: row.id("account_id")?,
        gateway: row.word("gateway", GatewayName::parse)?,
        flow: row.word("flow", Flow::parse)?,
        status: row.word("status", AttemptStatus::parse)?,
        out_trade_no: row.text("out_trade_no")?,
        request: row.text("request")?,
        next_action: row.opt_json("next_action")?,
        action_expires_at: row.opt_time("action_expires_at")?,
        payer_id: row.opt_text("payer_id")?,
        app_id: row.opt_text("app_id")?,
        gateway_trade_no: row.opt_text("gateway_trade_no")?,
        settlement: settlement(row)?,
        failure: row.opt_json("failure")?,
        duplicate: row.flag("duplicate")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        paid_at: row.opt_time("paid_at")?,
    })
}

fn settlement(row: &Row) -> Result<Option<SettlementAmount>> {
    let (currency, amount_minor) = (row.opt_text("settlement_currency")?, row.opt_int("settlement_minor")?);
    Ok(currency.zip(amount_minor).map(|(currency, amount_minor)| SettlementAmount { currency, amount_minor }))
}

pub(super) const UPSERT_ATTEMPT: &str = "INSERT INTO attempts (id, payment_id, position, account_id, gateway, flow, \
     status, out_trade_no, request, next_action, gateway_trade_no, failure, duplicate, created_at, expires_at, paid_at, \
     action_expires_at, payer_id, app_id, settlement_currency, settlement_minor) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) \
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, request = excluded.request, next_action = excluded.next_action, \
     action_expires_at = excluded.action_expires_at, \
     gateway_trade_no = excluded.gateway_trade_no, failure = excluded.failure, duplicate = excluded.duplicate, \
     paid_at = excluded.paid_at, settlement_currency = excluded.settlement_currency, \
     settlement_minor = excluded.settlement_minor";

pub(super) fn attempt_params(attempt: &Attempt, position: i64) -> Result<Vec<Param>> {
    Ok(vec![
        attempt.id.into(),
        attempt.payment_id.into(),
        position.into(),
        attempt.account_id.into(),
        attempt.gateway.as_str().into(),
        attempt.flow.as_str().into(),
        attempt.status.as_str().into(),
        attempt.out_trade_no.as_str().into(),
        attempt.request.as_str().into(),
        Param::opt_json(attempt.next_action.as_ref())?,
        attempt.gateway_trade_no.clone().into(),
        Param::opt_json(attempt.failure.as_ref())?,
        attempt.duplicate.into(),
        attempt.created_at.into(),
        attempt.expires_at.into(),
        attempt.paid_at.into(),
        attempt.action_expires_at.into(),
        attempt.payer_id.clone().into(),
        attempt.app_id.clone().into(),
        attempt.settlement.as_ref().map(|s| s.currency.clone()).into(),
        attempt.settlement.as_ref().map(|s| s.amount_minor).into(),
    ])
}

pub(super) fn refund(row: &Row) -> Result<Refund> {
    Ok(Refund {
        id: row.id("id")?,
        payment_id: row.id("payment_id")?,
        attempt_id: row.id("attempt_id")?,
        amount: row.fen("amount_fen")?,
        reason: row.opt_text("reason")?,
        cause: row.word("cause", |text| {
            [RefundCause::Requested, RefundCause::Duplicate].into_iter().find(|cause| cause.as_str() == text)
        })?,
        status: row.word("status", RefundStatus::parse)?,
        out_refund_no: row.text("out_refund_no")?,
        request: row.text("request")?,
        gateway_refund_no: row.opt_text("gateway_refund_no")?,
        failure: row.opt_json("failure")?,
        created_at: row.time("created_at")?,
        succeeded_at: row.opt_time("succeeded_at")?,
    })
}

pub(super) const UPSERT_REFUND: &str = "INSERT INTO refunds (id, payment_id, attempt_id, store_id, mode, position, \
     amount_fen, reason, cause, status, out_refund_no, request, gateway_refund_no, failure, created_at, succeeded_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, request = excluded.request, gateway_refund_no = excluded.gateway_refund_no, \
     failure = excluded.failure, succeeded_at = excluded.succeeded_at";

pub(super) fn refund_params(ledger: &Ledger, refund: &Refund, position: i64) -> Result<Vec<Param>> {
    Ok(vec![
        refund.id.into(),
        refund.payment_id.into(),
        refund.attempt_id.into(),
        ledger.payment.store_id.into(),
        ledger.payment.mode.as_str().into(),
        position.into(),
        refund.amount.into(),
        refund.reason.clone().into(),
        refund.cause.as_str().into(),
        refund.status.as_str().into(),
        refund.out_refund_no.as_str().into(),
        refund.request.as_str().into(),
        refund.gateway_refund_no.clone().into(),
        Param::opt_json(refund.failure.as_ref())?,
        refund.created_at.into(),
        refund.succeeded_at.into(),
    ])
}

pub(super) fn event(row: &Row) -> Result<Event> {
    Ok(Event {
        id: row.id("id")?,
        kind: row.word("event_type", EventType::parse)?,
        sequence: row.int("sequence")?,
        created_at: row.time("created_at")?,
        data: row.json("data")?,
    })
}

/// `prefix ($1, …)` for as many values.
pub(super) fn with_list(prefix: &'static str, count: usize) -> Statement {
    let mut statement = Statement::from(prefix);
    statement.push(" ");
    statement.push_list(1, count);
    statement
}
