//! What WeChat Pay says of orders and refunds, in queries and in notifications alike.
//! New fields and unknown values must not break reading; a missing fact must never become a payment.

use serde::Deserialize;

use super::party::Party;
use crate::clock::Timestamp;
use crate::gateways::{Merchant, OrderReport, OrderState, RefundReport, RefundState};
use crate::money::Fen;

/// An order as WeChat describes it. Only what identifies and settles it is read.
#[derive(Debug, Deserialize)]
pub(super) struct Transaction {
    pub mchid: Option<String>,
    pub appid: Option<String>,
    pub sp_mchid: Option<String>,
    pub sp_appid: Option<String>,
    pub sub_mchid: Option<String>,
    pub sub_appid: Option<String>,
    pub out_trade_no: Option<String>,
    pub transaction_id: Option<String>,
    pub trade_state: Option<String>,
    pub trade_state_desc: Option<String>,
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
    pub(super) fn report(self, party: &Party) -> Option<OrderReport> {
        let merchant = self.merchant(party)?;
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
            merchant,
            out_trade_no: self.out_trade_no?,
            amount,
            // CNY is the documented default where the field is absent.
            currency: currency.or_else(|| amount.map(|_| "CNY".to_owned())),
            settlement: None,
            state,
        })
    }

    /// Of several app ids the one that is not this account's is told, so that the comparison finds it.
    fn merchant(&self, party: &Party) -> Option<Merchant> {
        let apps = [&self.sub_appid, &self.appid, &self.sp_appid].into_iter().flatten();
        let mut apps = apps.filter(|appid| !appid.is_empty());
        let foreign = apps.clone().find(|appid| !party.is_own_app(appid));
        Some(Merchant {
            merchant_no: self.sp_mchid.clone().or_else(|| self.mchid.clone())?,
            app_id: foreign.or_else(|| apps.next()).cloned(),
            sub_merchant_no: self.sub_mchid.clone(),
        })
    }
}

/// A refund as WeChat describes it.
#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub mchid: Option<String>,
    pub sp_mchid: Option<String>,
    pub sub_mchid: Option<String>,
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
    pub(super) fn report(self, owner: Option<Merchant>) -> Option<RefundReport> {
        let merchant = match self.sp_mchid.or(self.mchid) {
            Some(merchant_no) => Merchant { merchant_no, app_id: None, sub_merchant_no: self.sub_mchid },
            None => owner?,
        };
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
                message:
                    "the payer's account cannot take the money: have it paid to a bank card of theirs, or to your \
                          own account and settle with the payer; the WeChat Pay console offers both"
                        .to_owned(),
            },
            _ => return None,
        };
        let amount = self.amount?;
        Some(RefundReport {
            merchant,
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
    use super::super::party::tests::{merchant, partner};
    use super::*;

    fn order(trade_state: &str) -> Option<OrderState> {
        let text = format!(
            r#"{{"mchid":"1","appid":"wx","out_trade_no":"o","transaction_id":"t","trade_state":"{trade_state}",
                "amount":{{"total":100,"payer_total":90}},"new_field":[null]}}"#
        );
        serde_json::from_str::<Transaction>(&text).unwrap().report(&merchant()).map(|r| {
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
            assert!(serde_json::from_str::<Transaction>(text).unwrap().report(&merchant()).is_none(), "{text}");
        }
        let unpaid = r#"{"mchid":"1","appid":"wx","out_trade_no":"o","trade_state":"NOTPAY"}"#;
        assert!(serde_json::from_str::<Transaction>(unpaid).unwrap().report(&merchant()).is_some());
    }

    #[test]
    fn every_refund_state_has_a_meaning_under_both_names() {
        let refund = |name: &str, status: &str| {
            let text = format!(
                r#"{{"out_refund_no":"r","out_trade_no":"o","refund_id":"1","{name}":"{status}",
                    "amount":{{"refund":1,"total":2}}}}"#
            );
            serde_json::from_str::<Refund>(&text).unwrap().report(Some(merchant().merchant())).map(|r| r.state)
        };
        for name in ["status", "refund_status"] {
            assert_eq!(refund(name, "PROCESSING"), Some(RefundState::Accepted));
            assert_eq!(refund(name, "SUCCESS"), Some(RefundState::Succeeded { succeeded_at: None }));
            assert!(matches!(refund(name, "CLOSED"), Some(RefundState::Failed { .. })));
            assert!(matches!(refund(name, "ABNORMAL"), Some(RefundState::Abnormal { .. })));
            assert_eq!(refund(name, "NEW"), None);
        }
    }

    #[test]
    fn a_partners_order_names_both_merchants_and_a_foreign_app_first() {
        let told = |sp_appid: &str, sub_appid: &str| {
            let text = format!(
                r#"{{"sp_mchid":"1900007291","sub_mchid":"1900000109","sp_appid":"{sp_appid}","sub_appid":"{sub_appid}",
                    "out_trade_no":"o","trade_state":"NOTPAY"}}"#
            );
            let report = serde_json::from_str::<Transaction>(&text).unwrap().report(&partner()).unwrap();
            (partner().foreign_identifier(&report.merchant), report.merchant.sub_merchant_no)
        };
        let sub = Some("1900000109".to_owned());
        assert_eq!(told("wx2421b1c4370ec43b", "wx00000000000000cc"), (None, sub.clone()));
        assert_eq!(told("wx2421b1c4370ec43b", ""), (None, sub.clone()));
        assert_eq!(told("wx00000000000000dd", "wx00000000000000cc"), (Some("app_id"), sub.clone()));
        assert_eq!(told("wx2421b1c4370ec43b", "wx00000000000000dd"), (Some("app_id"), sub));
    }
}
