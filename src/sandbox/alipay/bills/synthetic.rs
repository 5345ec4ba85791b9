//! A trade bill of any length, made while it is read: for measuring, not for the book.
//!
//! Promises: the same day and count give the same rows; memory does not grow with them.

use serde::Serialize;

use super::BillPeriod;
use super::archive::Pieces;
use super::file::{foot, gbk, head, line};
use super::trade::{COLUMNS, Sums, TITLE, TradeRow, preamble, summary_of};
use crate::clock::Timestamp;

const ROWS_PER_PIECE: u64 = 500;

/// A row of a synthetic bill: what a test enters into its own ledger to meet it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyntheticTrade {
    pub out_trade_no: String,
    pub trade_no: String,
    pub total_fen: i64,
}

/// Row `index` of the synthetic bill of `day` (`YYYY-MM-DD`): always the same.
#[must_use]
pub fn synthetic_trade(day: &str, index: u64) -> SyntheticTrade {
    let compact: String = day.chars().filter(char::is_ascii_digit).collect();
    SyntheticTrade {
        out_trade_no: format!("SYN{compact}{index:012}"),
        trade_no: format!("{compact}22001499{index:012}"),
        total_fen: 100 + i64::try_from(index % 9_900).unwrap_or_default(),
    }
}

fn row(period: &BillPeriod, rows: u64, index: u64) -> TradeRow {
    let SyntheticTrade { out_trade_no, trade_no, total_fen } = synthetic_trade(&period.text, index);
    let second = index.saturating_mul(86_400) / rows.max(1);
    let at = period.start.plus_s(i64::try_from(second).unwrap_or_default());
    TradeRow {
        trade_no,
        out_trade_no,
        out_request_no: None,
        subject: if index.is_multiple_of(10) { "商品,十件一组" } else { "商品" }.to_owned(),
        created_at: at,
        finished_at: at,
        store_id: String::new(),
        store_name: String::new(),
        operator_id: String::new(),
        terminal_id: String::new(),
        buyer: "*成(syn***@example.com)".to_owned(),
        total_fen,
        alipay_discount_fen: 0,
        merchant_discount_fen: 0,
        note: String::new(),
    }
}

struct Details {
    pid: String,
    period: BillPeriod,
    rows: u64,
    at: u64,
    sums: Sums,
    exported_at: Timestamp,
    is_done: bool,
}

impl Iterator for Details {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.is_done {
            return None;
        }
        let mut text = String::new();
        if self.at == 0 {
            text.push_str(&head(&preamble(TITLE, &self.pid, &self.period), TITLE, &COLUMNS));
        }
        let end = (self.at + ROWS_PER_PIECE).min(self.rows);
        for index in self.at..end {
            let row = row(&self.period, self.rows, index);
            self.sums.add(&row);
            text.push_str(&line(&row.values()));
        }
        self.at = end;
        if end == self.rows {
            text.push_str(&foot(TITLE, &self.sums.totals(), self.exported_at));
            self.is_done = true;
        }
        Some(gbk(&text))
    }
}

pub(super) fn details(pid: &str, period: &BillPeriod, rows: u64, exported_at: Timestamp) -> Pieces {
    let sums = Sums::default();
    Box::new(Details { pid: pid.to_owned(), period: period.clone(), rows, at: 0, sums, exported_at, is_done: false })
}

pub(super) fn summary(pid: &str, period: &BillPeriod, rows: u64, exported_at: Timestamp) -> Pieces {
    let (pid, period) = (pid.to_owned(), period.clone());
    // Added up when it is read, which is behind the details.
    Box::new(std::iter::once_with(move || {
        let mut all = Sums::default();
        (0..rows).for_each(|index| all.add(&row(&period, rows, index)));
        summary_of(std::iter::empty(), &all, &pid, &period, exported_at).write()
    }))
}
