//! What Alipay says of orders and refunds, in answers and in notifications alike.
//! New fields and unknown values must not break reading; a missing fact must never become a payment.

use serde::Deserialize;

use super::sign::Form;
use super::values::{Lenient, fen_of, given, parse_beijing_time};
use crate::gateways::{Merchant, OrderReport, OrderState, RefundReport, RefundState};
use crate::money::Fen;

const CURRENCY: &str = "CNY";

/// An order as Alipay describes it. Only what identifies and settles it is read.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Trade {
    pub out_trade_no: Option<Lenient>,
    pub trade_no: Option<Lenient>,
    pub trade_status: Option<Lenient>,
    /// What the order cost. `receipt_amount` and `buyer_pay_amount` leave discounts out.
    pub total_amount: Option<Lenient>,
    /// In answers to queries, of paid orders alone.
    pub send_pay_date: Option<Lenient>,
    /// The same in answers to payments and in notifications.
    pub gmt_payment: Option<Lenient>,
    /// All that went back so far.
    pub refund_fee: Option<Lenient>,
    pub gmt_refund: Option<Lenient>,
}

impl Trade {
    /// From a verified notification.
    pub(super) fn of(form: &Form) -> Self {
        let field = |name: &str| form.text(name).map(Lenient);
        Self {
            out_trade_no: field("out_trade_no"),
            trade_no: field("trade_no"),
            trade_status: field("trade_status"),
            total_amount: field("total_amount"),
            send_pay_date: field("send_pay_date"),
            gmt_payment: field("gmt_payment"),
            refund_fee: field("refund_fee"),
            gmt_refund: field("gmt_refund"),
        }
    }

    /// Whether it can no longer be paid; what came in before has then gone back.
    pub(super) fn is_closed(&self) -> bool {
        self.trade_status.as_ref().is_some_and(|state| state.0 == "TRADE_CLOSED")
    }

    /// Whether money went back.
    pub(super) fn is_refunded(&self) -> bool {
        let refunded = self.refund_fee.as_ref().and_then(|fee| fen_of(&fee.0));
        refunded.is_some_and(|fee| !fee.is_zero()) || given(self.gmt_refund.clone()).is_some()
    }

    /// `None` when a fact that the state implies is missing or unreadable.
    pub(super) fn report(self, merchant: Merchant) -> Option<OrderReport> {
        let was_paid = given(self.gmt_payment.clone()).is_some() || given(self.send_pay_date.clone()).is_some();
        let money_came = was_paid || self.is_refunded();
        let state = match given(self.trade_status.clone())?.as_str() {
            "TRADE_SUCCESS" | "TRADE_FINISHED" => Word::Paid,
            // After a full refund an order is "closed" as well: the money did come in.
            "TRADE_CLOSED" if money_came => Word::Paid,
            "TRADE_CLOSED" => Word::Closed,
            "WAIT_BUYER_PAY" => Word::Unpaid,
            _ => return None,
        };
        self.report_as(state, merchant)
    }

    /// The answer to a payment by the payer's code. `None` unless it names all that proves the money.
    pub(super) fn paid_report(self, merchant: Merchant) -> Option<OrderReport> {
        given(self.gmt_payment.clone())?;
        self.report_as(Word::Paid, merchant)
    }

    fn report_as(self, word: Word, merchant: Merchant) -> Option<OrderReport> {
        let amount = match given(self.total_amount) {
            Some(text) => Some(fen_of(&text)?),
            None => None,
        };
        let paid_at = given(self.gmt_payment).or_else(|| given(self.send_pay_date));
        let state = match word {
            Word::Unpaid => OrderState::Unpaid,
            Word::Closed => OrderState::Closed,
            Word::Paid => {
                amount?;
                OrderState::Paid {
                    gateway_trade_no: given(self.trade_no)?,
                    paid_at: paid_at.as_deref().and_then(parse_beijing_time),
                }
            }
        };
        Some(OrderReport {
            merchant,
            out_trade_no: given(self.out_trade_no)?,
            amount,
            currency: amount.map(|_| CURRENCY.to_owned()),
            settlement: None,
            state,
        })
    }
}

#[derive(Clone, Copy)]
enum Word {
    Unpaid,
    Paid,
    Closed,
}

/// The answer to a refund.
#[derive(Debug, Deserialize)]
pub(super) struct Refunded {
    pub out_trade_no: Option<Lenient>,
    /// `Y` when this very call moved money.
    pub fund_change: Option<Lenient>,
    pub gmt_refund_pay: Option<Lenient>,
}

/// The answer to a question about a refund.
#[derive(Debug, Deserialize)]
pub(super) struct RefundFound {
    pub out_trade_no: Option<Lenient>,
    pub out_request_no: Option<Lenient>,
    pub total_amount: Option<Lenient>,
    /// Of this request alone.
    pub refund_amount: Option<Lenient>,
    pub refund_status: Option<Lenient>,
    pub gmt_refund_pay: Option<Lenient>,
}

/// What an answer to a question about a refund comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RefundAnswer {
    Report(Box<RefundReport>),
    /// There is no such refund, or it failed: it may be asked for again under its number.
    NoSuchRefund,
    Incomplete,
}

impl RefundFound {
    /// `asked` is the refund as it was requested.
    pub(super) fn answer(self, asked: &crate::gateways::RefundRef<'_>, merchant: Merchant) -> RefundAnswer {
        let amount = match given(self.refund_amount).map(|text| fen_of(&text)) {
            Some(None) => return RefundAnswer::Incomplete,
            Some(Some(amount)) => Some(amount),
            None => None,
        };
        let state = match given(self.refund_status).as_deref() {
            Some("REFUND_SUCCESS") => {
                let at = given(self.gmt_refund_pay).as_deref().and_then(parse_beijing_time);
                RefundState::Succeeded { succeeded_at: at }
            }
            Some("REFUND_PROCESSING") => RefundState::Accepted,
            Some("REFUND_FAIL") => RefundState::Failed {
                code: "REFUND_FAIL".to_owned(),
                message: "Alipay says that the refund failed; the money stays with the merchant".to_owned(),
            },
            Some(_) => return RefundAnswer::Incomplete,
            // Older applications are not told the status; that there is an amount stands in for it. Another one
            // than was asked for is told as it is, and compared where the ledger is.
            None if amount.is_some() => RefundState::Succeeded {
                succeeded_at: given(self.gmt_refund_pay).as_deref().and_then(parse_beijing_time),
            },
            None => return RefundAnswer::NoSuchRefund,
        };
        let order_amount = match given(self.total_amount).map(|text| fen_of(&text)) {
            Some(None) => return RefundAnswer::Incomplete,
            Some(Some(total)) => total,
            None => asked.order_amount,
        };
        // A signed answer to another question proves nothing about this one.
        let same = given(self.out_trade_no).is_none_or(|n| n == asked.out_trade_no)
            && given(self.out_request_no).is_none_or(|n| n == asked.out_refund_no);
        if !same {
            return RefundAnswer::Incomplete;
        }
        RefundAnswer::Report(Box::new(RefundReport {
            merchant,
            out_refund_no: asked.out_refund_no.to_owned(),
            out_trade_no: asked.out_trade_no.to_owned(),
            gateway_refund_no: None,
            amount: amount.unwrap_or(asked.amount),
            order_amount,
            state,
        }))
    }
}

/// An amount that must be there and readable.
pub(super) fn amount_of(text: Option<Lenient>) -> Option<Fen> {
    given(text).as_deref().and_then(fen_of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateways::RefundRef;

    fn merchant() -> Merchant {
        Merchant { merchant_no: "2088".to_owned(), app_id: Some("2021".to_owned()), sub_merchant_no: None }
    }

    fn order(more: &str) -> Option<OrderState> {
        let text = format!(r#"{{"out_trade_no":"o","trade_no":"t","total_amount":"1.00"{more},"new_field":[null]}}"#);
        serde_json::from_str::<Trade>(&text).unwrap().report(merchant()).map(|r| {
            assert_eq!((r.amount.map(Fen::get), r.currency.as_deref()), (Some(100), Some("CNY")));
            r.state
        })
    }

    #[test]
    fn every_documented_state_has_a_meaning() {
        for state in ["TRADE_SUCCESS", "TRADE_FINISHED"] {
            let told = order(&format!(r#","trade_status":"{state}""#));
            assert!(matches!(told, Some(OrderState::Paid { .. })), "{state}");
        }
        assert_eq!(order(r#","trade_status":"WAIT_BUYER_PAY""#), Some(OrderState::Unpaid));
        assert_eq!(order(r#","trade_status":"TRADE_CLOSED""#), Some(OrderState::Closed));
        assert_eq!(order(r#","trade_status":"SOMETHING_NEW""#), None);
        assert_eq!(order(""), None);
    }

    #[test]
    fn closed_with_any_sign_of_money_means_refunded_in_full() {
        for sign in [
            r#","gmt_payment":"2026-01-02 03:05:09""#,
            r#","send_pay_date":"2026-01-02 03:05:09""#,
            r#","refund_fee":"1.00""#,
            r#","gmt_refund":"2026-01-02 03:05:09.123""#,
        ] {
            let told = order(&format!(r#","trade_status":"TRADE_CLOSED"{sign}"#));
            assert!(matches!(told, Some(OrderState::Paid { .. })), "{sign}");
        }
        let nothing_refunded = order(r#","trade_status":"TRADE_CLOSED","refund_fee":"0.00""#);
        assert_eq!(nothing_refunded, Some(OrderState::Closed));
    }

    #[test]
    fn paid_without_amount_or_number_is_not_believed() {
        for text in [
            r#"{"out_trade_no":"o","trade_no":"t","trade_status":"TRADE_SUCCESS"}"#,
            r#"{"out_trade_no":"o","trade_status":"TRADE_SUCCESS","total_amount":"1.00"}"#,
            r#"{"out_trade_no":"o","trade_no":"","trade_status":"TRADE_SUCCESS","total_amount":"1.00"}"#,
            r#"{"out_trade_no":"o","trade_no":"t","trade_status":"TRADE_SUCCESS","total_amount":"1.001"}"#,
            r#"{"out_trade_no":"o","trade_no":"t","trade_status":"TRADE_SUCCESS","total_amount":"-1"}"#,
        ] {
            assert!(serde_json::from_str::<Trade>(text).unwrap().report(merchant()).is_none(), "{text}");
        }
        let as_number = r#"{"out_trade_no":"o","trade_no":"t","trade_status":"TRADE_SUCCESS","total_amount":88.80}"#;
        let report = serde_json::from_str::<Trade>(as_number).unwrap().report(merchant()).unwrap();
        assert_eq!(report.amount.map(Fen::get), Some(8880));
    }

    #[test]
    fn a_refund_is_what_the_question_says_not_what_10000_says() {
        let asked = RefundRef {
            out_trade_no: "o",
            out_refund_no: "r",
            amount: Fen::new(40).unwrap(),
            order_amount: Fen::new(100).unwrap(),
        };
        let answer = |text: &str| serde_json::from_str::<RefundFound>(text).unwrap().answer(&asked, merchant());
        let done = answer(
            r#"{"code":"10000","out_trade_no":"o","out_request_no":"r","refund_status":"REFUND_SUCCESS",
                "refund_amount":"0.40","total_amount":"1.00"}"#,
        );
        assert!(
            matches!(&done, RefundAnswer::Report(r) if r.state == RefundState::Succeeded { succeeded_at: None }),
            "{done:?}"
        );
        assert_eq!(answer(r#"{"code":"10000","out_trade_no":"o"}"#), RefundAnswer::NoSuchRefund);
        // An older application: the amount of the request stands in for the status.
        assert!(matches!(answer(r#"{"refund_amount":"0.40"}"#), RefundAnswer::Report(_)));
        let other = answer(r#"{"refund_amount":"0.41"}"#);
        assert!(matches!(other, RefundAnswer::Report(r) if r.amount.get() == 41), "not to be asked for again");
        // A wrong amount is reported, and compared where the ledger is.
        let other = answer(r#"{"refund_status":"REFUND_SUCCESS","refund_amount":"0.41"}"#);
        assert!(matches!(other, RefundAnswer::Report(r) if r.amount.get() == 41));
        assert_eq!(
            answer(r#"{"out_request_no":"another","refund_status":"REFUND_SUCCESS"}"#),
            RefundAnswer::Incomplete
        );
        assert_eq!(answer(r#"{"refund_status":"REFUND_LATER"}"#), RefundAnswer::Incomplete);
    }
}
