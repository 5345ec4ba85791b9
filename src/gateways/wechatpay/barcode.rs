//! Codepay (付款码支付): the merchant scans the code on the payer's phone.
//! Promises: paid only by a verified `SUCCESS`; what is not clear is `Unknown` and is asked about. Orders of
//! this kind are never closed by the close call: they are reversed (撤销).

use serde::Deserialize;

use super::party::Party;
use super::reports::Transaction;
use crate::gateways::{DeclineReason, GatewayError, Opened, OrderReport, OrderState};
use crate::payments::attempt::NextAction;

#[derive(Deserialize)]
struct Answer {
    /// An error code can come with status 202.
    code: Option<String>,
    #[serde(flatten)]
    order: Transaction,
}

/// Reads the verified answer to a charge.
///
/// # Errors
/// `Declined` when the payer's bank or wallet said no, `Unknown` for anything unclear.
pub(super) fn read_charge(body: &[u8], party: &Party, out_trade_no: Option<&str>) -> Result<Opened, GatewayError> {
    let answer: Answer = super::read(body)?;
    let waiting = Opened::Waiting { next_action: NextAction::Wait, expires_at: None };
    if answer.code.as_deref() == Some("USERPAYING") && answer.order.trade_state.is_none() {
        return Ok(waiting);
    }
    let (state, words) = (answer.order.trade_state.clone(), answer.order.trade_state_desc.clone());
    super::same_number(out_trade_no, answer.order.out_trade_no.as_deref().unwrap_or_default())?;
    match state.as_deref() {
        Some("USERPAYING") => Ok(waiting),
        Some(state @ ("PAYERROR" | "REVOKED" | "CLOSED")) => Err(GatewayError::Declined {
            reason: if state == "PAYERROR" { DeclineReason::Other } else { DeclineReason::AlreadyClosed },
            code: state.to_owned(),
            message: words.unwrap_or_default(),
        }),
        Some("SUCCESS") => match answer.order.report(party) {
            Some(report @ OrderReport { state: OrderState::Paid { .. }, .. }) => Ok(Opened::Settled(report)),
            _ => Err(GatewayError::Unknown("the paid order in the answer is incomplete".to_owned())),
        },
        other => {
            Err(GatewayError::Unknown(format!("the payer's code was taken, state {}", other.unwrap_or("missing"))))
        }
    }
}

#[derive(Deserialize)]
struct Reversed {
    out_trade_no: Option<String>,
}

/// Reads the verified answer to a reversal.
///
/// # Errors
/// `Unknown` when it speaks of something else.
pub(super) fn read_reversal(body: &[u8], party: &Party, out_trade_no: &str) -> Result<OrderReport, GatewayError> {
    let reversed: Reversed = super::read(body)?;
    super::same_number(Some(out_trade_no), reversed.out_trade_no.as_deref().unwrap_or_default())?;
    Ok(OrderReport {
        merchant: party.merchant(),
        out_trade_no: out_trade_no.to_owned(),
        amount: None,
        currency: None,
        settlement: None,
        state: OrderState::Closed,
    })
}
