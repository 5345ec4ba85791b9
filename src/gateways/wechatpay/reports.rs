//! What WeChat Pay says of orders and refunds, in queries and in notifications alike.
//! New fields and unknown values must not break reading; a missing fact must never become a payment.

use serde::Deserialize;

use crate::clock::Timestamp;
use crate::gateways::{Merchant, OrderReport, OrderState, RefundReport, RefundState};
use crate::money::Fen;

/// An order as WeChat describes it. Only what identifies and settles it is read.
#[derive(Debug, Deserialize)]
pub(super) struct Transaction {
    pub mchid: Option<String>,
    pub appid: Option<String>,
    pub out_trade_no: Option<String>,
    pub transaction_id: Option<String>,
    pub trade_state: Option<String>,
    pub success_time: Option<String>,
    pub amount: Option<OrderAmount>,
}

/// `payer_total` is left out on purpose: with coupons it is less than what the order cost.
#[derive(Debug, Deserialize)]
pub(super) struct OrderAmount {
    pub total: Option<i64>,
    pub currency: Option<String>,
}

impl Transaction {
    /// `None` when a fact that the state implies is missing or unreadable.
    pub(super) fn report(self) -> Option<OrderReport> {
        let (amount, currency) = match self.amount {
            Some(amount) => (amount.total.map(Fen::new).transpose().ok()?, amount.currency),
            None => (None, None),
        };
        let state = match self.trade_state.as_deref()? {
            // An order that was refunded since was paid before.
            "SUCCESS" | "REFUND" => {
                amount?;
                OrderState::Paid {
                    gateway_trade_no: self.transaction_id.filter(|id| !id.is_empty())?,
                    paid_at: self.success_time.as_deref().and_then(Timestamp::parse_rfc3339),
                }
            }
            // A failed attempt leaves the order payable until it is closed.
            "NOTPAY" | "USERPAYING" | "ACCEPT" | "PAYERROR" => OrderState::Unpaid,
            "CLOSED" | "REVOKED" => OrderState::Closed,
            _ => return None,
        };
        Some(OrderReport {
            merchant: Merchant { merchant_no: self.mchid?, app_id: self.appid, sub_merchant_no: None },
            out_trade_no: self.out_trade_no?,
            amount,
            // CNY is the documented default where the field is absent.
            currency: currency.or_else(|| amount.map(|_| "CNY".to_owned())),
            state,
        })
    }
}

/// A refund as WeChat describes it.
#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub mchid: Option<String>,
    pub out_refund_no: Option<String>,
    pub out_trade_no: Option<String>,
    pub refund_id: Option<String>,
    /// In answers.
    pub status: Option<String>,
    /// The same in notifications.
    pub refund_status: Option<String>,
    pub success_time: Option<String>,
    pub amount: Option<RefundAmount>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RefundAmount {
    pub refund: Option<i64>,
    pub total: Option<i64>,
}

impl Refund {
    /// `None` when a fact is missing. `owner` stands in where the message names no merchant: answers
    /// do not, and are bound to the account by the call itself.
    pub(super) fn report(self, owner: Option<&str>) -> Option<RefundReport> {
        let state = match self.status.or(self.refund_status).as_deref()? {
            "PROCESSING" => RefundState::Accepted,
            "SUCCESS" => {
                RefundState::Succeeded { succeeded_at: self.success_time.as_deref().and_then(Timestamp::parse_rfc3339) }
            }
            "CLOSED" => RefundState::Failed {
                code: "CLOSED".to_owned(),
                message: "WeChat Pay cancelled the refund; the money stays with the merchant".to_owned(),
            },
            "ABNORMAL" => RefundState::Abnormal {
                code: "ABNORMAL".to_owned(),
                message: "the payer's account cannot take the money; settle it in the WeChat Pay console".to_owned(),
            },
            _ => return None,
        };
        let amount = self.amount?;
        Some(RefundReport {
            merchant: Merchant {
                merchant_no: self.mchid.or_else(|| owner.map(str::to_owned))?,
                app_id: None,
                sub_merchant_no: None,
            },
            out_refund_no: self.out_refund_no?,
            out_trade_no: self.out_trade_no?,
            gateway_refund_no: self.refund_id.filter(|id| !id.is_empty()),
            amount: Fen::new(amount.refund?).ok()?,
            order_amount: Fen::new(amount.total?).ok()?,
            state,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(trade_state: &str) -> Option<OrderState> {
        let text = format!(
            r#"{{"mchid":"1","appid":"wx","out_trade_no":"o","transaction_id":"t","trade_state":"{trade_state}",
                "amount":{{"total":100,"payer_total":90}},"new_field":[null]}}"#
        );
        serde_json::from_str::<Transaction>(&text).unwrap().report().map(|r| {
            assert_eq!((r.amount.map(Fen::get), r.currency.as_deref()), (Some(100), Some("CNY")));
            r.state
        })
    }

    #[test]
    fn every_documented_trade_state_has_a_meaning() {
        for state in ["SUCCESS", "REFUND"] {
            assert!(matches!(order(state), Some(OrderState::Paid { .. })), "{state}");
        }
        for state in ["NOTPAY", "USERPAYING", "ACCEPT", "PAYERROR"] {
            assert_eq!(order(state), Some(OrderState::Unpaid), "{state}");
        }
        for state in ["CLOSED", "REVOKED"] {
            assert_eq!(order(state), Some(OrderState::Closed), "{state}");
        }
        assert_eq!(order("SOMETHING_NEW"), None);
    }

    #[test]
    fn paid_without_amount_or_number_is_not_believed() {
        for text in [
            r#"{"mchid":"1","out_trade_no":"o","transaction_id":"t","trade_state":"SUCCESS"}"#,
            r#"{"mchid":"1","out_trade_no":"o","trade_state":"SUCCESS","amount":{"total":1}}"#,
            r#"{"mchid":"1","out_trade_no":"o","transaction_id":"t","trade_state":"SUCCESS","amount":{"total":-1}}"#,
        ] {
            assert!(serde_json::from_str::<Transaction>(text).unwrap().report().is_none(), "{text}");
        }
        let unpaid = r#"{"mchid":"1","appid":"wx","out_trade_no":"o","trade_state":"NOTPAY"}"#;
        assert!(serde_json::from_str::<Transaction>(unpaid).unwrap().report().is_some());
    }

    #[test]
    fn every_refund_state_has_a_meaning_under_both_names() {
        let refund = |name: &str, status: &str| {
            let text = format!(
                r#"{{"out_refund_no":"r","out_trade_no":"o","refund_id":"1","{name}":"{status}",
                    "amount":{{"refund":1,"total":2}}}}"#
            );
            serde_json::from_str::<Refund>(&text).unwrap().report(Some("1900007291")).map(|r| r.state)
        };
        for name in ["status", "refund_status"] {
            assert_eq!(refund(name, "PROCESSING"), Some(RefundState::Accepted));
            assert_eq!(refund(name, "SUCCESS"), Some(RefundState::Succeeded { succeeded_at: None }));
            assert!(matches!(refund(name, "CLOSED"), Some(RefundState::Failed { .. })));
            assert!(matches!(refund(name, "ABNORMAL"), Some(RefundState::Abnormal { .. })));
            assert_eq!(refund(name, "NEW"), None);
        }
    }
}
