//! What a script makes wrong in a trade bill, so that reconciling can be proven.

use serde::{Deserialize, Serialize};

use super::trade::{Sums, TradeRow};
use super::{BillPeriod, random_text};

/// One difference between a trade bill and the book. `number` is an `out_trade_no`, or of
/// refund rows an `out_request_no`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case", deny_unknown_fields)]
pub enum BillEdit {
    /// The row is not there.
    Missing { number: String },
    /// The row is there twice.
    Duplicated { number: String },
    /// The row tells another amount.
    ChangedAmount { number: String, fen: i64 },
    /// The row belongs to another trade of Alipay's.
    ChangedTradeNo { number: String, trade_no: String },
    /// A payment the book does not know.
    ExtraPayment { out_trade_no: String, fen: i64 },
    /// A refund the book does not know.
    ExtraRefund { out_trade_no: String, out_request_no: String, fen: i64 },
    /// The file breaks off in the row behind this many; archive and summary are whole.
    CutAfter { rows: usize },
    /// The totals below the rows count one payment more than there is.
    WrongTotals,
}

impl BillEdit {
    pub(super) fn change_rows(&self, period: &BillPeriod, rows: &mut Vec<TradeRow>) {
        let called = |rows: &mut Vec<TradeRow>, number: &str, change: &dyn Fn(&mut TradeRow)| {
            rows.iter_mut().filter(|row| row.is_called(number)).for_each(change);
        };
        match self {
            Self::Missing { number } => rows.retain(|row| !row.is_called(number)),
            Self::Duplicated { number } => {
                if let Some(at) = rows.iter().position(|row| row.is_called(number)) {
                    let copy = rows[at].clone();
                    rows.insert(at + 1, copy);
                }
            }
            Self::ChangedAmount { number, fen } => called(rows, number, &|row| {
                (row.total_fen, row.alipay_discount_fen, row.merchant_discount_fen) = (*fen, 0, 0);
            }),
            Self::ChangedTradeNo { number, trade_no } => {
                called(rows, number, &|row| row.trade_no.clone_from(trade_no));
            }
            Self::ExtraPayment { out_trade_no, fen } => rows.push(unknown(period, out_trade_no, None, *fen)),
            Self::ExtraRefund { out_trade_no, out_request_no, fen } => {
                rows.push(unknown(period, out_trade_no, Some(out_request_no.clone()), *fen));
            }
            Self::CutAfter { .. } | Self::WrongTotals => {}
        }
    }

    /// What concerns the file and not its rows.
    pub(super) fn change_file(&self, totals: &mut Sums, cut_after: &mut Option<usize>) {
        match self {
            Self::CutAfter { rows } => *cut_after = Some(*rows),
            Self::WrongTotals => totals.payments += 1,
            _ => {}
        }
    }
}

fn unknown(period: &BillPeriod, out_trade_no: &str, out_request_no: Option<String>, fen: i64) -> TradeRow {
    let at = period.end.plus_s(-1);
    TradeRow {
        trade_no: format!("{}22001400{}", period.first_day(), random_text(12, b"0123456789")),
        out_trade_no: out_trade_no.to_owned(),
        out_request_no,
        subject: "账外商品,一件".to_owned(),
        created_at: at,
        finished_at: at,
        store_id: String::new(),
        store_name: String::new(),
        operator_id: String::new(),
        terminal_id: String::new(),
        buyer: "*知(unk***@example.com)".to_owned(),
        total_fen: fen,
        alipay_discount_fen: 0,
        merchant_discount_fen: 0,
        note: String::new(),
    }
}
