//! What Antom says of payments and refunds, in answers and notifications alike: `S` done, `F` refused, `U` not
//! known. A missing fact must never become a payment.

use serde::Deserialize;

use super::requests::Amount;
use crate::clock::Timestamp;
use crate::gateways::{DeclineReason, GatewayError, Merchant, OrderReport, OrderState, RefundReport, RefundState};

/// How a call ended.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ResultWord {
    pub result_code: String,
    pub result_status: String,
    pub result_message: String,
}

/// Any message that has a result.
#[derive(Debug, Deserialize)]
pub(super) struct WithResult {
    pub result: Option<ResultWord>,
}

/// A payment as Antom describes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    pub payment_status: Option<String>,
    pub payment_request_id: Option<String>,
    pub payment_id: Option<String>,
    pub payment_amount: Option<Amount>,
    pub payment_time: Option<String>,
    /// What is paid out, before fees; only where the rate was fixed with the payment. Whatever stands there, it
    /// must not keep the payment from being read.
    pub gross_settlement_amount: Option<serde_json::Value>,
}

/// A refund as Antom describes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refund {
    pub refund_status: Option<String>,
    pub refund_request_id: Option<String>,
    pub refund_id: Option<String>,
    pub refund_amount: Option<Amount>,
    pub refund_time: Option<String>,
}

/// What the shopper is given.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Opening {
    pub normal_url: Option<String>,
    pub scheme_url: Option<String>,
    pub applink_url: Option<String>,
    pub order_code_form: Option<OrderCodes>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderCodes {
    #[serde(default)]
    pub code_details: Vec<OrderCode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderCode {
    pub code_value: Option<String>,
}

impl Payment {
    /// `None` when a fact that the state implies is missing or in another currency.
    pub(super) fn report(self, merchant: Merchant) -> Option<OrderReport> {
        let amount = match &self.payment_amount {
            Some(amount) => Some(amount.fen()?),
            None => None,
        };
        let mut settlement = None;
        let state = match self.payment_status.as_deref()? {
            "SUCCESS" => {
                amount?;
                settlement = self.gross_settlement_amount.and_then(Amount::paid_out);
                OrderState::Paid {
                    gateway_trade_no: self.payment_id.filter(|id| !id.is_empty())?,
                    paid_at: self.payment_time.as_deref().and_then(Timestamp::parse_rfc3339),
                }
            }
            "PROCESSING" | "PENDING" => OrderState::Unpaid,
            "FAIL" | "CANCELLED" | "CLOSED" => OrderState::Closed,
            _ => return None,
        };
        Some(OrderReport {
            merchant,
            out_trade_no: self.payment_request_id?,
            amount,
            currency: amount.map(|_| "CNY".to_owned()),
            settlement,
            state,
        })
    }
}

impl Refund {
    pub(super) fn report(self, asked: &crate::gateways::RefundRef<'_>, merchant: Merchant) -> Option<RefundReport> {
        if self.refund_request_id.as_deref().is_some_and(|id| id != asked.out_refund_no) {
            return None;
        }
        let state = match self.refund_status.as_deref()? {
            "SUCCESS" => {
                RefundState::Succeeded { succeeded_at: self.refund_time.as_deref().and_then(Timestamp::parse_rfc3339) }
            }
            "PROCESSING" => RefundState::Accepted,
            "FAIL" => RefundState::Failed {
                code: "FAIL".to_owned(),
                message: "Antom says that the refund failed; the money stays with the merchant".to_owned(),
            },
            _ => return None,
        };
        Some(RefundReport {
            merchant,
            out_refund_no: asked.out_refund_no.to_owned(),
            out_trade_no: asked.out_trade_no.to_owned(),
            gateway_refund_no: self.refund_id.filter(|id| !id.is_empty()),
            amount: self.refund_amount?.fen()?,
            order_amount: asked.order_amount,
            state,
        })
    }
}

/// What a refusal (`F`) means. Decides on codes, never on the message.
pub(super) fn refusal(result: &ResultWord) -> GatewayError {
    let (code, message) = (result.result_code.clone(), result.result_message.clone());
    let reason = match code.as_str() {
        "ORDER_NOT_EXIST" | "REFUND_NOT_EXIST" => DeclineReason::NotFound,
        "ORDER_IS_PAID" | "REPEAT_REQ_INCONSISTENT" | "ORDER_STATUS_INVALID" => DeclineReason::AlreadyPaid,
        "ORDER_IS_CLOSED" | "ORDER_IS_CANCELLED" => DeclineReason::AlreadyClosed,
        "MERCHANT_BALANCE_NOT_ENOUGH" => DeclineReason::TryLater,
        "INVALID_SIGNATURE"
        | "KEY_NOT_FOUND"
        | "INVALID_CLIENT"
        | "CLIENT_INVALID"
        | "ACCESS_DENIED"
        | "NO_INTERFACE_DEF"
        | "CURRENCY_NOT_SUPPORT"
        | "SETTLE_CONTRACT_NOT_MATCH" => {
            let fix = "Antom refused the account: client_id, merchant_private_key, the region of api_base and \
                       settlement_currency must be those of one contract.";
            return GatewayError::Misconfigured { code, fix: fix.to_owned() };
        }
        _ => DeclineReason::Other,
    };
    GatewayError::Declined { reason, code, message }
}
