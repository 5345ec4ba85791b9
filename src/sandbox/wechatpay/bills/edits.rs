//! What a script makes wrong in a bill, so that reconciling can be proven.

use serde::{Deserialize, Serialize};

use super::BillDay;
use super::trade::{RefundCells, TradeRow};
use crate::sandbox::wechatpay::keys::random_digits;
use crate::sandbox::wechatpay::merchants::Merchant;

/// One difference between a trade bill and the book. `number` is an `out_trade_no`, or for
/// refund rows an `out_refund_no`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case", deny_unknown_fields)]
pub enum BillEdit {
    /// The row is not there.
    Missing { number: String },
    /// The row is there twice.
    Duplicated { number: String },
    /// The row tells another amount.
    ChangedAmount { number: String, fen: i64 },
    /// The row tells another state: 交易状态, or 退款状态 of a refund row.
    ChangedStatus { number: String, status: String },
    /// The row belongs to another app.
    ChangedAppid { number: String, appid: String },
    /// A payment the book does not know.
    ExtraPayment { out_trade_no: String, fen: i64 },
    /// A refund the book does not know.
    ExtraRefund { out_trade_no: String, out_refund_no: String, fen: i64 },
}

impl BillEdit {
    pub(super) fn apply(edit: &Self, merchant: &Merchant, day: &BillDay, rows: &mut Vec<TradeRow>) {
        let find = |rows: &[TradeRow], number: &str| rows.iter().position(|row| row.is_called(number));
        match edit {
            Self::Missing { number } => rows.retain(|row| !row.is_called(number)),
            Self::Duplicated { number } => {
                if let Some(at) = find(rows, number) {
                    let copy = rows[at].clone();
                    rows.insert(at + 1, copy);
                }
            }
            Self::ChangedAmount { number, fen } => {
                for row in rows.iter_mut().filter(|row| row.is_called(number)) {
                    match &mut row.refund {
                        Some(refund) => (refund.refund_fen, refund.settled_fen) = (*fen, *fen),
                        None => (row.total_fen, row.payer_total_fen) = (*fen, *fen),
                    }
                }
            }
            Self::ChangedStatus { number, status } => {
                for row in rows.iter_mut().filter(|row| row.is_called(number)) {
                    match &mut row.refund {
                        Some(refund) => refund.status.clone_from(status),
                        None => row.state.clone_from(status),
                    }
                }
            }
            Self::ChangedAppid { number, appid } => {
                rows.iter_mut().filter(|row| row.is_called(number)).for_each(|row| row.appid.clone_from(appid));
            }
            Self::ExtraPayment { out_trade_no, fen } => rows.push(unknown(merchant, day, out_trade_no, *fen)),
            Self::ExtraRefund { out_trade_no, out_refund_no, fen } => {
                let mut row = unknown(merchant, day, out_trade_no, *fen);
                "REFUND".clone_into(&mut row.state);
                row.refund = Some(RefundCells {
                    refund_id: format!("5000000000{}{}", day.compact(), random_digits(11)),
                    out_refund_no: out_refund_no.clone(),
                    refund_fen: *fen,
                    settled_fen: *fen,
                    status: "SUCCESS".to_owned(),
                    applied_at: row.at,
                    succeeded_at: Some(row.at),
                });
                rows.push(row);
            }
        }
    }
}

fn unknown(merchant: &Merchant, day: &BillDay, out_trade_no: &str, fen: i64) -> TradeRow {
    let at = day.start.plus_s(86_399);
    TradeRow {
        at,
        paid_at: at,
        appid: merchant.appid.clone(),
        mchid: merchant.mchid.clone(),
        sub_mchid: "0".to_owned(),
        transaction_id: format!("4200000000{}{}", day.compact(), random_digits(10)),
        out_trade_no: out_trade_no.to_owned(),
        openid: "oSandboxUnknown0000000000000".to_owned(),
        trade_type: "NATIVE",
        state: "SUCCESS".to_owned(),
        total_fen: fen,
        payer_total_fen: fen,
        description: "账外商品,一件".to_owned(),
        attach: String::new(),
        refund: None,
    }
}
