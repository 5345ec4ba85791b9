//! What a gateway says of orders and refunds.

use serde::Serialize;

use crate::clock::Timestamp;
use crate::money::Fen;
use crate::payments::attempt::SettlementAmount;

/// Whose message it is. Compared with the account before a fact is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Merchant {
    /// The merchant number (商户号).
    pub merchant_no: String,
    pub app_id: Option<String>,
    /// The sub-merchant (特约商户) that a service provider's account acts for.
    pub sub_merchant_no: Option<String>,
}

/// What a gateway says of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderReport {
    pub merchant: Merchant,
    pub out_trade_no: String,
    /// What the order asks for (not what is left after coupons); gateways omit it on unpaid orders.
    pub amount: Option<Fen>,
    pub currency: Option<String>,
    /// What is paid out, where that is in another currency.
    pub settlement: Option<SettlementAmount>,
    pub state: OrderState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OrderState {
    Unpaid,
    /// The gateway knows nothing of it until the shopper opens what was handed out. Nothing can be closed
    /// before, and it stays payable until its time is over.
    Unopened,
    /// Also for an order that has been refunded since: the money did come in.
    Paid {
        gateway_trade_no: String,
        paid_at: Option<Timestamp>,
    },
    /// Can no longer be paid.
    Closed,
}

impl OrderState {
    /// Whether money may still come.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Unpaid | Self::Unopened)
    }
}

/// What a gateway says of a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefundReport {
    pub merchant: Merchant,
    pub out_refund_no: String,
    pub out_trade_no: String,
    pub gateway_refund_no: Option<String>,
    pub amount: Fen,
    /// The amount of the whole order.
    pub order_amount: Fen,
    pub state: RefundState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RefundState {
    Accepted,
    Succeeded {
        succeeded_at: Option<Timestamp>,
    },
    /// Accepted, but the payer's account cannot take it: the merchant must act.
    Abnormal {
        code: String,
        message: String,
    },
    /// Cancelled for good; the money stays with the merchant.
    Failed {
        code: String,
        message: String,
    },
}
