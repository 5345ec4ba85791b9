//! What verified messages say of orders and refunds. Promises: a message that speaks of another merchant, order,
//! time or product settles nothing; an answer code alone is never money.

use super::errors::{Class, Operation, SUCCESS, class_of, code_of, may_have_moved_money, refusal};
use super::message::Message;
use super::requests::product;
use super::values::{self, CURRENCY, parse_beijing_digits, trace_time, txn_time};
use crate::clock::Timestamp;
use crate::gateways::{
    GatewayError, Merchant, OrderRef, OrderReport, OrderState, RefundRef, RefundReport, RefundState,
};
use crate::payments::attempt::Flow;

/// How long after an order's time (payTimeout) a success may still be on its way, in seconds: UnionPay sends
/// notifications for about twelve minutes.
pub const GRACE_S: i64 = 15 * 60;
/// A charge of a payer's code or a refund whose call broke off may surface late. This long after its time, in
/// seconds, it would stand in the day's file: what UnionPay does not know then never happened.
pub(super) const SURFACES_WITHIN_S: i64 = 48 * 3600;

/// A refund (退货) or a void (消费撤销).
const REFUND_TYPES: [&str; 2] = ["04", "31"];

/// What the answer to a question about an order says of it.
pub(super) fn order(
    answer: &Message,
    asked: &OrderRef<'_>,
    merchant: &Merchant,
    now: Timestamp,
) -> Result<OrderReport, GatewayError> {
    same(answer, "orderId", asked.out_trade_no)?;
    same(answer, "txnTime", &txn_time(asked.out_trade_no).unwrap_or_default())?;
    let code = code_of(answer);
    let state = match class_of(code) {
        // Found. What became of it stands in a field of its own.
        Class::Success if code == SUCCESS => return known_order(answer, asked, merchant, now),
        Class::NotFound => unpaid_state(asked, now, None),
        _ => None,
    };
    let state = state.ok_or_else(|| match refusal(Operation::Query, answer) {
        // A charge of a payer's code may surface later than this.
        GatewayError::Declined { code, message, .. } if code == "34" => {
            GatewayError::Unknown(format!("UnionPay does not know the order yet: {code} {message}"))
        }
        other => other,
    })?;
    Ok(unpaid(asked, merchant, state))
}

fn known_order(
    answer: &Message,
    asked: &OrderRef<'_>,
    merchant: &Merchant,
    now: Timestamp,
) -> Result<OrderReport, GatewayError> {
    let outcome = answer.get("origRespCode").ok_or_else(|| incomplete("origRespCode"))?;
    let class = class_of(outcome);
    if class == Class::Success {
        // The answer bears the types of the order, but the bizType of the question.
        same(answer, "txnType", "01")?;
        same(answer, "txnSubType", product(asked.flow).map(|(sub_type, ..)| sub_type).unwrap_or_default())?;
        return paid_order(answer, merchant).ok_or_else(|| incomplete("queryId, txnAmt or currencyCode"));
    }
    let state = if may_have_moved_money(outcome) {
        tracing::error!(out_trade_no = asked.out_trade_no, outcome, "money may have moved at UnionPay");
        None
    } else {
        unpaid_state(asked, now, Some(class))
    };
    let told = answer.get("origRespMsg").unwrap_or_default();
    state
        .map(|state| unpaid(asked, merchant, state))
        .ok_or_else(|| GatewayError::Unknown(format!("the charge is not decided: {outcome} {told}")))
}

/// What it means that an order is not paid: `outcome` is the class of its own code, `None` where UnionPay does
/// not know it. `None` when that settles nothing.
fn unpaid_state(asked: &OrderRef<'_>, now: Timestamp, outcome: Option<Class>) -> Option<OrderState> {
    if asked.flow == Flow::Barcode {
        // UnionPay charges by itself: only a definite refusal ends it, or silence for very long.
        return match outcome {
            Some(outcome) if is_failure(outcome) => Some(OrderState::Closed),
            None if now > asked.expires_at.plus_s(SURFACES_WITHIN_S) => Some(OrderState::Closed),
            _ => None,
        };
    }
    // The shopper may try again with another card until the time is over, and nothing can end it before. After
    // it UnionPay itself takes whatever is no success for a failure.
    let is_over = now > asked.expires_at.plus_s(GRACE_S);
    Some(if is_over { OrderState::Closed } else { OrderState::Unopened })
}

fn unpaid(asked: &OrderRef<'_>, merchant: &Merchant, state: OrderState) -> OrderReport {
    OrderReport {
        merchant: merchant.clone(),
        out_trade_no: asked.out_trade_no.to_owned(),
        amount: None,
        currency: None,
        settlement: None,
        state,
    }
}

/// What a verified success says: money names its number, amount and currency.
pub(super) fn paid_order(message: &Message, merchant: &Merchant) -> Option<OrderReport> {
    let gateway_trade_no = message.get("queryId")?.to_owned();
    let at = message.get("txnTime").and_then(parse_beijing_digits);
    let paid_at = message.get("traceTime").zip(at).and_then(|(text, at)| trace_time(text, at));
    Some(OrderReport {
        merchant: merchant.clone(),
        out_trade_no: message.get("orderId")?.to_owned(),
        amount: Some(message.get("txnAmt").and_then(values::fen_of)?),
        currency: Some(currency_of(message)?),
        settlement: None,
        state: OrderState::Paid { gateway_trade_no, paid_at },
    })
}

/// Any other currency stays as it is and is then found to differ.
fn currency_of(message: &Message) -> Option<String> {
    message.get("currencyCode").map(|code| if code == CURRENCY { "CNY".to_owned() } else { code.to_owned() })
}

/// What the answer to a question about a refund says of it.
pub(super) fn refund(
    answer: &Message,
    asked: &RefundRef<'_>,
    merchant: &Merchant,
) -> Result<RefundReport, GatewayError> {
    same(answer, "orderId", asked.out_refund_no)?;
    same(answer, "txnTime", &txn_time(asked.out_refund_no).unwrap_or_default())?;
    if code_of(answer) != SUCCESS {
        return Err(refusal(Operation::QueryRefund, answer));
    }
    let outcome = answer.get("origRespCode").ok_or_else(|| incomplete("origRespCode"))?;
    let state = refund_state(answer, outcome, "origRespMsg")
        .ok_or_else(|| GatewayError::Unknown(format!("the refund is not decided: {outcome}")))?;
    if matches!(state, RefundState::Succeeded { .. }) {
        let is_refund = answer.get("txnType").is_some_and(|t| REFUND_TYPES.contains(&t));
        let amount = answer.get("txnAmt").and_then(values::fen_of);
        if !is_refund || amount != Some(asked.amount) {
            return Err(GatewayError::Unknown("the answer speaks of another amount or transaction".to_owned()));
        }
    }
    Ok(RefundReport {
        merchant: merchant.clone(),
        out_refund_no: asked.out_refund_no.to_owned(),
        out_trade_no: asked.out_trade_no.to_owned(),
        gateway_refund_no: answer.get("queryId").map(str::to_owned),
        amount: asked.amount,
        order_amount: asked.order_amount,
        state,
    })
}

/// Where a refund stands by its own code; `None` when that is not decided.
pub(super) fn refund_state(message: &Message, outcome: &str, told_in: &str) -> Option<RefundState> {
    match class_of(outcome) {
        Class::Success => {
            let at = message.get("txnTime").and_then(parse_beijing_digits);
            let succeeded_at = message.get("traceTime").zip(at).and_then(|(text, at)| trace_time(text, at));
            Some(RefundState::Succeeded { succeeded_at })
        }
        class if is_failure(class) => Some(RefundState::Failed {
            code: outcome.to_owned(),
            message: message.get(told_in).unwrap_or_default().to_owned(),
        }),
        _ => None,
    }
}

/// Whether the outcome of a transaction is that it failed. Of the outcome itself also "it was done before" and "not
/// found" say so; only what is undecided, or no code of the list, leaves it open.
const fn is_failure(outcome: Class) -> bool {
    match outcome {
        Class::Failed | Class::Misconfigured | Class::Known | Class::NotFound | Class::NotReady => true,
        Class::Success | Class::Unknown | Class::TooFast => false,
    }
}

/// Whether a message is of a refund.
pub(super) fn is_refund(message: &Message) -> bool {
    message.get("txnType").is_some_and(|t| REFUND_TYPES.contains(&t))
}

/// A signed answer to another question proves nothing about this one. UnionPay leaves fields out of refusals.
pub(super) fn same(answer: &Message, name: &str, expected: &str) -> Result<(), GatewayError> {
    match answer.get(name) {
        Some(told) if told != expected => Err(GatewayError::Unknown(format!("the answer speaks of another {name}"))),
        None if code_of(answer) == SUCCESS => Err(incomplete(name)),
        _ => Ok(()),
    }
}

pub(super) fn incomplete(what: &str) -> GatewayError {
    GatewayError::Unknown(format!("the answer lacks {what} or cannot be understood"))
}
