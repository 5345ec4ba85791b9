//! A trade bill of any length, made while it is read: for measuring, not for the book.
//!
//! Promises: the same day and count give the same bytes; memory does not grow with the rows.

use serde::Serialize;
use sha1::{Digest, Sha1};

use super::BillDay;
use super::file::{BYTE_ORDER_MARK, count, fee_yuan, heading, line, moment, yuan};
use super::trade::{COLUMNS, SUMMARY_COLUMNS, fee_fen};

const ROWS_PER_CHUNK: u64 = 500;

/// A row of a synthetic bill: what a test enters into its own ledger to meet it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyntheticTrade {
    pub out_trade_no: String,
    pub transaction_id: String,
    pub total_fen: i64,
}

/// Row `index` of the synthetic bill of `day` (`YYYY-MM-DD`): always the same.
#[must_use]
pub fn synthetic_trade(day: &str, index: u64) -> SyntheticTrade {
    let compact: String = day.chars().filter(char::is_ascii_digit).collect();
    SyntheticTrade {
        out_trade_no: format!("SYN{compact}{index:012}"),
        transaction_id: format!("4200009999{compact}{index:010}"),
        total_fen: total_fen(index),
    }
}

fn total_fen(index: u64) -> i64 {
    100 + i64::try_from(index % 9_900).unwrap_or_default()
}

/// What a synthetic bill will be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyntheticBill {
    pub bill_date: String,
    pub rows: u64,
    /// Of the uncompressed file.
    pub bytes: u64,
    pub sha1: String,
}

/// The file in chunks, from the byte order mark to the summary.
pub(super) struct Chunks {
    day: BillDay,
    appid: String,
    mchid: String,
    rows: u64,
    at: u64,
    is_done: bool,
}

impl Chunks {
    pub(super) fn new(day: BillDay, appid: String, mchid: String, rows: u64) -> Self {
        Self { day, appid, mchid, rows, at: 0, is_done: false }
    }

    fn row(&self, index: u64) -> Vec<u8> {
        let trade = synthetic_trade(&self.day.text, index);
        let at = self.day.start.plus_s(i64::try_from(index * 86_400 / self.rows.max(1)).unwrap_or_default());
        let total = yuan(trade.total_fen);
        let name = if index % 10 == 0 { "商品,十件一组" } else { "商品" };
        line(&[
            moment(at).as_str(),
            &self.appid,
            &self.mchid,
            "0",
            "",
            &trade.transaction_id,
            &trade.out_trade_no,
            "oSandboxSynthetic00000000000",
            "NATIVE",
            "SUCCESS",
            "OTHERS",
            "CNY",
            &total,
            "0.00",
            "0",
            "0",
            "0.00",
            "0.00",
            "",
            "",
            name,
            "",
            &fee_yuan(fee_fen(trade.total_fen)),
            "0.60%",
            &total,
            "0.00",
            "",
        ])
    }

    fn ending(&self) -> Vec<u8> {
        let (mut total, mut fees) = (0_i64, 0_i64);
        for index in 0..self.rows {
            total += total_fen(index);
            fees += fee_fen(total_fen(index));
        }
        let rows = usize::try_from(self.rows).unwrap_or(usize::MAX);
        let mut text = heading(&SUMMARY_COLUMNS);
        text.extend(line(&[count(rows), yuan(total), yuan(0), yuan(0), fee_yuan(fees), yuan(total), yuan(0)]));
        text
    }

    /// Reads the whole file once, off the threads that answer requests.
    pub(super) fn measure(self) -> (u64, String) {
        let (mut bytes, mut digest) = (0_u64, Sha1::new());
        for chunk in self {
            bytes += chunk.len() as u64;
            digest.update(&chunk);
        }
        (bytes, hex::encode(digest.finalize()))
    }
}

impl Iterator for Chunks {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.is_done {
            return None;
        }
        let mut chunk = Vec::new();
        if self.at == 0 {
            chunk.extend_from_slice(BYTE_ORDER_MARK);
            chunk.extend(heading(&COLUMNS));
        }
        let end = (self.at + ROWS_PER_CHUNK).min(self.rows);
        for index in self.at..end {
            chunk.extend(self.row(index));
        }
        self.at = end;
        if end == self.rows {
            chunk.extend(self.ending());
            self.is_done = true;
        }
        Some(chunk)
    }
}
