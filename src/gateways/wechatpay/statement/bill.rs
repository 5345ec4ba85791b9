//! The dialect of WeChat Pay's bills: UTF-8 with a byte order mark, every value behind a backtick, a summary
//! at the end. Promises: one line in memory at a time; amounts exact to the fen; no panic whatever the bytes.
//! Refuses, naming the line: what it cannot read. Source: pay.weixin.qq.com, 下载交易账单.

use std::io::BufRead;
use std::ops::Range;

use super::layout::{FundLayout, Header, TradeLayout};
use crate::clock::Timestamp;
use crate::gateways::Merchant;
use crate::gateways::statement::{
    FundRow, StatementFault, StatementKind, StatementLine, StatementSummary, TradeKind, TradeRefundState, TradeRow,
};
use crate::money::Fen;

/// The longest line that is read, in bytes.
const MAX_LINE: usize = 64 * 1024;

/// The lines of one bill, read as they are asked for. Ends after the first fault.
pub struct Bill<R> {
    reader: R,
    kind: StatementKind,
    /// Counted from 1.
    line: u64,
    buffer: Vec<u8>,
    cells: Vec<Range<usize>>,
    ends_in_crlf: bool,
    stage: Stage,
}

enum Stage {
    Header,
    Trade {
        columns: usize,
        layout: TradeLayout,
    },
    Fund {
        columns: usize,
        layout: FundLayout,
    },
    Summary(Header),
    /// After the summary.
    Over,
    Faulted,
}

impl<R: BufRead> Bill<R> {
    pub const fn new(kind: StatementKind, reader: R) -> Self {
        Self { reader, kind, line: 0, buffer: Vec::new(), cells: Vec::new(), ends_in_crlf: false, stage: Stage::Header }
    }

    fn next_line(&mut self) -> Result<Option<StatementLine>, String> {
        loop {
            let stage = std::mem::replace(&mut self.stage, Stage::Over);
            if !self.read_line()? {
                return match stage {
                    Stage::Over => Ok(None),
                    _ => Err("the bill ends before its summary".to_owned()),
                };
            }
            let text = std::str::from_utf8(&self.buffer).map_err(|_| "it is not UTF-8".to_owned())?;
            match stage {
                Stage::Header => {
                    let header = Header::read(text.strip_prefix('\u{feff}').unwrap_or(text));
                    let columns = header.len();
                    self.stage = match self.kind {
                        StatementKind::Trade => Stage::Trade { columns, layout: header.trade()? },
                        StatementKind::FundFlow => Stage::Fund { columns, layout: header.fund()? },
                    };
                }
                // Values stand behind backticks; only the header of the summary does not.
                Stage::Trade { .. } | Stage::Fund { .. } if !text.starts_with('`') => {
                    self.stage = Stage::Summary(Header::read(text));
                }
                Stage::Trade { columns, layout } => {
                    split(text, columns, layout.description, &mut self.cells)?;
                    let row = trade_row(&Row { text, cells: &self.cells }, &layout)?;
                    self.stage = Stage::Trade { columns, layout };
                    return Ok(Some(StatementLine::Trade(row)));
                }
                Stage::Fund { columns, layout } => {
                    split(text, columns, layout.note, &mut self.cells)?;
                    let row = fund_row(&Row { text, cells: &self.cells }, &layout)?;
                    self.stage = Stage::Fund { columns, layout };
                    return Ok(Some(StatementLine::Fund(row)));
                }
                Stage::Summary(header) => {
                    split(text, header.len(), None, &mut self.cells)?;
                    let row = Row { text, cells: &self.cells };
                    let summary = match self.kind {
                        StatementKind::Trade => trade_summary(&row, &header)?,
                        StatementKind::FundFlow => fund_summary(&row, &header)?,
                    };
                    return Ok(Some(StatementLine::Summary(summary)));
                }
                Stage::Over | Stage::Faulted => return Err("something stands behind the summary".to_owned()),
            }
        }
    }

    /// Reads the next line that is not blank into the buffer, without its end. A line feed alone may stand
    /// inside a product name; the header shows how lines end.
    fn read_line(&mut self) -> Result<bool, String> {
        loop {
            self.buffer.clear();
            self.line += 1;
            loop {
                let room = (MAX_LINE - self.buffer.len()) as u64;
                let read = std::io::Read::take(&mut self.reader, room).read_until(b'\n', &mut self.buffer);
                let read = read.map_err(|e| format!("the file cannot be read: {e}"))?;
                let is_whole = self.buffer.ends_with(b"\n") && (!self.ends_in_crlf || self.buffer.ends_with(b"\r\n"));
                if is_whole || (read == 0 && self.buffer.len() < MAX_LINE) {
                    break;
                }
                if self.buffer.len() >= MAX_LINE {
                    return Err("the line is too long".to_owned());
                }
            }
            if self.buffer.is_empty() {
                return Ok(false);
            }
            if self.line == 1 {
                self.ends_in_crlf = self.buffer.ends_with(b"\r\n");
            }
            while self.buffer.last().is_some_and(|b| matches!(b, b'\r' | b'\n')) {
                self.buffer.pop();
            }
            if !self.buffer.is_empty() {
                return Ok(true);
            }
        }
    }
}

impl<R: BufRead> Iterator for Bill<R> {
    type Item = Result<StatementLine, StatementFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.stage, Stage::Faulted) {
            return None;
        }
        match self.next_line() {
            Ok(line) => line.map(Ok),
            Err(problem) => {
                // Whoever goes on after a fault finds the end.
                self.stage = Stage::Faulted;
                Some(Err(StatementFault { line: self.line, problem }))
            }
        }
    }
}

/// Finds the values of a line. Product names and `attach` stand side by side and may hold anything, even
/// comma and backtick: what is too much belongs to them.
fn split(text: &str, columns: usize, free_text: Option<usize>, cells: &mut Vec<Range<usize>>) -> Result<(), String> {
    cells.clear();
    let rest = text.strip_prefix('`').ok_or("the line does not begin with a backtick")?;
    let mut start = text.len() - rest.len();
    for part in rest.split(",`") {
        cells.push(start..start + part.len());
        start += part.len() + 2;
    }
    if let (Some(first), Some(extra @ 1..)) = (free_text, cells.len().checked_sub(columns)) {
        let last = first + extra;
        if let (Some(from), Some(to)) = (cells.get(first).map(|c| c.start), cells.get(last).map(|c| c.end)) {
            cells.splice(first..=last, [from..to]);
        }
    }
    if cells.len() == columns {
        Ok(())
    } else {
        Err(format!("{} values where the header names {columns}", cells.len()))
    }
}

/// One line and its values.
struct Row<'a> {
    text: &'a str,
    cells: &'a [Range<usize>],
}

impl<'a> Row<'a> {
    fn get(&self, column: usize) -> &'a str {
        self.cells.get(column).and_then(|c| self.text.get(c.clone())).unwrap_or_default()
    }

    fn text(&self, column: Option<usize>) -> &'a str {
        column.map(|c| self.get(c)).unwrap_or_default()
    }

    /// Where there is no such number, files say nothing or 0.
    fn number(&self, column: Option<usize>) -> Option<String> {
        Some(self.text(column).trim()).filter(|n| !n.is_empty() && *n != "0").map(str::to_owned)
    }

    fn required(&self, column: usize, name: &str) -> Result<String, String> {
        self.number(Some(column)).ok_or_else(|| format!("{name} is empty"))
    }

    fn amount(&self, column: usize, name: &str) -> Result<Fen, String> {
        let text = self.get(column);
        let fen = exact_fen(text).and_then(|fen| Fen::new(fen).ok());
        fen.ok_or_else(|| format!("{name} is no amount: {}", shown(text)))
    }

    fn at(&self, column: usize, name: &str) -> Result<Timestamp, String> {
        let text = self.get(column);
        beijing_time(text).ok_or_else(|| format!("{name} is no time: {}", shown(text)))
    }
}

fn trade_row(row: &Row<'_>, layout: &TradeLayout) -> Result<TradeRow, String> {
    let kind = match row.get(layout.state).trim() {
        "SUCCESS" => TradeKind::Payment,
        "REFUND" => TradeKind::Refund,
        "REVOKED" => TradeKind::Reversal,
        other => return Err(format!("交易状态 is unknown: {}", shown(other))),
    };
    let refunded = layout.refund_amount.map(|column| row.amount(column, "申请退款金额")).transpose()?;
    let amount = match (kind, refunded) {
        (TradeKind::Refund, Some(refunded)) => refunded,
        (TradeKind::Refund, None) => return Err("a refund stands in a bill without refunds".to_owned()),
        // A reversal of a paid order gives back what it says; of an unpaid one nothing was taken.
        (TradeKind::Reversal, Some(refunded)) if !refunded.is_zero() => refunded,
        _ => row.amount(layout.order_amount, "订单金额")?,
    };
    let at = match (kind, layout.refund_at) {
        (TradeKind::Refund | TradeKind::Reversal, Some(column)) => row.at(column, "退款申请时间")?,
        _ => row.at(layout.at, "交易时间")?,
    };
    let (out_refund_no, gateway_refund_no) = (row.number(layout.out_refund_no), row.number(layout.refund_id));
    if kind == TradeKind::Refund && gateway_refund_no.is_none() {
        return Err("a refund has no 微信退款单号".to_owned());
    }
    let fee = row.get(layout.fee);
    Ok(TradeRow {
        kind,
        merchant: Merchant {
            merchant_no: row.required(layout.mchid, "商户号")?,
            app_id: row.number(layout.appid),
            sub_merchant_no: row.number(layout.sub_mchid),
        },
        out_trade_no: row.required(layout.out_trade_no, "商户订单号")?,
        gateway_trade_no: row.required(layout.transaction_id, "微信订单号")?,
        out_refund_no: out_refund_no.filter(|_| kind != TradeKind::Payment),
        gateway_refund_no: gateway_refund_no.filter(|_| kind != TradeKind::Payment),
        amount,
        currency: row.number(layout.currency).unwrap_or_else(|| "CNY".to_owned()),
        refund_state: refund_state(row.text(layout.refund_state)).filter(|_| kind != TradeKind::Payment),
        at: Some(at),
        fee_fen: nearest_fen(fee).ok_or_else(|| format!("手续费 is no amount: {}", shown(fee)))?,
        description: row.text(layout.description).to_owned(),
    })
}

/// A bill is a snapshot: what was pending then may have ended since.
fn refund_state(word: &str) -> Option<TradeRefundState> {
    match word.trim() {
        "SUCCESS" => Some(TradeRefundState::Succeeded),
        // CHANGE: the payer's account cannot take it, the merchant must act.
        "PROCESSING" | "CHANGE" | "ABNORMAL" => Some(TradeRefundState::Pending),
        "FAIL" | "CLOSED" => Some(TradeRefundState::Failed),
        _ => None,
    }
}

fn fund_row(row: &Row<'_>, layout: &FundLayout) -> Result<FundRow, String> {
    let is_income = match row.get(layout.direction).trim() {
        "收入" => true,
        "支出" => false,
        other => return Err(format!("收支类型 is unknown: {}", shown(other))),
    };
    let (name, kind) = (row.text(layout.business).trim(), row.text(layout.business_type).trim());
    let business = match (name, kind) {
        (name, kind) if name == kind || kind.is_empty() => name.to_owned(),
        ("", kind) => kind.to_owned(),
        (name, kind) => format!("{name} / {kind}"),
    };
    let balance = row.get(layout.balance);
    Ok(FundRow {
        at: Some(row.at(layout.at, "记账时间")?),
        gateway_no: row.get(layout.gateway_no).trim().to_owned(),
        flow_no: row.required(layout.flow_no, "资金流水单号")?,
        business,
        is_income,
        amount: row.amount(layout.amount, "收支金额")?,
        balance_fen: exact_fen(balance).ok_or_else(|| format!("账户结余 is no amount: {}", shown(balance)))?,
        note: row.text(layout.note).to_owned(),
        voucher_no: row.text(layout.voucher_no).trim().to_owned(),
    })
}

fn trade_summary(row: &Row<'_>, header: &Header) -> Result<StatementSummary, String> {
    Ok(StatementSummary {
        row_count: count(row, header, &["总交易单数"])?,
        paid_fen: total(row, header, &["订单总金额", "应结订单总金额", "总交易额"])?,
        refunded_fen: total(row, header, &["申请退款总金额", "退款总金额", "总退款金额"])?,
        fee_fen: total(row, header, &["手续费总金额"])?,
    })
}

/// Income stands as paid, spending as refunded.
fn fund_summary(row: &Row<'_>, header: &Header) -> Result<StatementSummary, String> {
    Ok(StatementSummary {
        row_count: count(row, header, &["资金流水总笔数"])?,
        paid_fen: total(row, header, &["收入金额"])?,
        refunded_fen: total(row, header, &["支出金额"])?,
        fee_fen: 0,
    })
}

/// Counts come as `45` or as `45.0`.
fn count(row: &Row<'_>, header: &Header, names: &[&str]) -> Result<u64, String> {
    let column = header.find(names).ok_or("the summary does not count its rows")?;
    let text = row.get(column).trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let counted = whole.parse().ok().filter(|_| fraction.bytes().all(|b| b == b'0'));
    counted.ok_or_else(|| format!("the summary counts {} rows", shown(text)))
}

fn total(row: &Row<'_>, header: &Header, names: &[&str]) -> Result<i64, String> {
    let Some(column) = header.find(names) else { return Ok(0) };
    let text = row.get(column);
    nearest_fen(text).ok_or_else(|| format!("the summary has no amount: {}", shown(text)))
}

/// Yuan to fen without a float in between. What is finer than a fen is no amount.
fn exact_fen(text: &str) -> Option<i64> {
    let (fen, rest) = split_yuan(text)?;
    rest.bytes().all(|b| b == b'0').then_some(fen)
}

/// For fees, which are shown with more digits: to the nearest fen, halves away from zero.
fn nearest_fen(text: &str) -> Option<i64> {
    let (fen, rest) = split_yuan(text)?;
    let rounds_up = rest.bytes().next().is_some_and(|b| b >= b'5');
    if !rounds_up {
        Some(fen)
    } else if text.trim().starts_with('-') {
        fen.checked_sub(1)
    } else {
        fen.checked_add(1)
    }
}

/// Whole fen, and the digits behind them.
fn split_yuan(text: &str) -> Option<(i64, &str)> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (yuan, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number =
        !yuan.is_empty() && yuan.len() <= 15 && yuan.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    if !is_number {
        return None;
    }
    let (fen, rest) = fraction.split_at(fraction.len().min(2));
    let fen = match fen.len() {
        0 => 0,
        1 => fen.parse::<i64>().ok()?.checked_mul(10)?,
        _ => fen.parse::<i64>().ok()?,
    };
    let total = yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(fen)?;
    Some((if digits.len() == text.len() { total } else { -total }, rest))
}

/// `2026-01-01 12:00:00`, always Beijing time.
fn beijing_time(text: &str) -> Option<Timestamp> {
    let (date, time) = text.trim().split_once(' ')?;
    let mut date = date.splitn(3, '-').map(str::parse::<i16>);
    let mut time = time.splitn(3, ':').map(str::parse::<i8>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let (hour, minute, second) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
    let local = jiff::civil::DateTime::new(year, month.try_into().ok()?, day.try_into().ok()?, hour, minute, second, 0);
    let at = jiff::tz::Offset::constant(8).to_timestamp(local.ok()?).ok()?;
    Some(Timestamp::from_seconds(at.as_second()))
}

/// As much of a value as helps to find it.
fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(20).collect::<String>())
}
