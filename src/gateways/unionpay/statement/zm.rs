//! The list of cleared transactions (ZM): one line each, 42 columns of fixed width in bytes, GBK.
//! Promises: bytes are cut before they are decoded, for a Chinese name would shift every column after it; a line
//! whose columns stand elsewhere, or of another merchant, is a fault. A transaction that stands here has happened.

use std::io::BufRead;

use jiff::civil::Date;

use crate::gateways::Merchant;
use crate::gateways::statement::{
    StatementFault, StatementLine, StatementSummary, TradeKind, TradeRefundState, TradeRow,
};
use crate::gateways::unionpay::message::Charset;
use crate::gateways::unionpay::values::{fen_of, start_of_settlement_day, trace_time, txn_time};

/// The bytes of a line that older files have too: 40 columns. What follows may be missing or stand elsewhere.
const LEAST_WIDTH: usize = 475;
/// The longest line that is read, in bytes.
const MAX_LINE: u64 = 4096;

/// Where a column stands: first byte and width. Numbered as UnionPay numbers them.
type Column = (usize, usize);
const TRACE_TIME_5: Column = (35, 10);
const AMOUNT_7: Column = (66, 12);
const QUERY_ID_10: Column = (87, 21);
const ORDER_ID_12: Column = (112, 32);
const FEE_16: Column = (166, 13);
const SETTLEMENT_17: Column = (180, 13);
const TXN_TYPE_20: Column = (215, 2);
const ORIGINAL_QUERY_ID_27: Column = (271, 21);
const MERCHANT_28: Column = (293, 15);
const SUB_MERCHANT_NAME_31: Column = (327, 32);
/// What the merchant reserved, its first 32 characters: of our own refunds, the order.
const RESERVED_35: Column = (397, 32);
const ORIGINAL_ORDER_ID_41: Column = (476, 32);
/// A blank stands after each of the columns that every file has.
const READ: [Column; 11] = [
    TRACE_TIME_5,
    AMOUNT_7,
    QUERY_ID_10,
    ORDER_ID_12,
    FEE_16,
    SETTLEMENT_17,
    TXN_TYPE_20,
    ORIGINAL_QUERY_ID_27,
    MERCHANT_28,
    SUB_MERCHANT_NAME_31,
    RESERVED_35,
];

/// The lines of one list, then what they add up to: the file itself has no totals.
pub struct Lines<R> {
    reader: R,
    merchant: Merchant,
    date: Date,
    line: u64,
    is_over: bool,
    summary: StatementSummary,
}

impl<R: BufRead> Lines<R> {
    /// `merchant` is whose list it must be, `date` its settlement day.
    pub fn new(reader: R, merchant: Merchant, date: Date) -> Self {
        Self { reader, merchant, date, line: 0, is_over: false, summary: StatementSummary::default() }
    }

    fn fault(&self, problem: impl Into<String>) -> StatementFault {
        StatementFault { line: self.line, problem: problem.into() }
    }

    /// The next line without its end; `None` at the end of the file.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, StatementFault> {
        let mut bytes = Vec::new();
        self.line += 1;
        let mut limited = std::io::Read::take(&mut self.reader, MAX_LINE);
        let read = limited.read_until(b'\n', &mut bytes);
        if read.map_err(|e| StatementFault { line: self.line, problem: e.to_string() })? == 0 {
            return Ok(None);
        }
        let end = bytes.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |last| last + 1);
        bytes.truncate(end);
        Ok(Some(bytes))
    }

    fn advance(&mut self) -> Result<StatementLine, StatementFault> {
        while let Some(line) = self.next_line()? {
            if line.is_empty() {
                continue;
            }
            if let Some(row) = self.row(&line)? {
                self.count(&row);
                return Ok(StatementLine::Trade(row));
            }
        }
        self.is_over = true;
        Ok(StatementLine::Summary(self.summary.clone()))
    }

    /// `None` for transactions of products that this program does not open.
    fn row(&self, line: &[u8]) -> Result<Option<TradeRow>, StatementFault> {
        if line.len() < LEAST_WIDTH {
            return Err(self.fault(format!("the line has {} bytes instead of at least {LEAST_WIDTH}", line.len())));
        }
        if READ.iter().any(|(at, width)| line.get(at + width) != Some(&b' ')) {
            return Err(self.fault("the columns stand elsewhere than expected"));
        }
        let text = |column: Column| self.text(line, column);
        if text(MERCHANT_28)? != self.merchant.merchant_no {
            return Err(self.fault("the line is of another merchant"));
        }
        let kind = match text(TXN_TYPE_20)?.as_str() {
            "01" => TradeKind::Payment,
            // A void gives back what was paid, as a refund does.
            "04" | "31" => TradeKind::Refund,
            "99" => TradeKind::Reversal,
            _ => return Ok(None),
        };
        let amount = fen_of(&text(AMOUNT_7)?).ok_or_else(|| self.fault("the amount cannot be read"))?;
        let (number, gateway_no) = (text(ORDER_ID_12)?, text(QUERY_ID_10)?);
        let at = trace_time(&text(TRACE_TIME_5)?, start_of_settlement_day(self.date));
        let mut row = TradeRow {
            kind,
            merchant: self.merchant.clone(),
            out_trade_no: number,
            gateway_trade_no: gateway_no,
            out_refund_no: None,
            gateway_refund_no: None,
            amount,
            currency: "CNY".to_owned(),
            refund_state: None,
            at: Some(at.ok_or_else(|| self.fault("the time cannot be read"))?),
            // What the merchant pays is a debit.
            fee_fen: -self.signed(line, FEE_16)?,
            // A name that was cut in the middle of a character spoils no figures.
            description: text(SUB_MERCHANT_NAME_31).unwrap_or_default(),
        };
        if kind != TradeKind::Payment {
            row.out_refund_no = Some(std::mem::replace(&mut row.out_trade_no, self.original_order_id(line)?));
            row.gateway_refund_no = Some(std::mem::replace(&mut row.gateway_trade_no, text(ORIGINAL_QUERY_ID_27)?));
            row.refund_state = Some(TradeRefundState::Succeeded);
        }
        self.signed(line, SETTLEMENT_17)?;
        Ok(Some(row))
    }

    /// The order of a refund: older files do not name it, but repeat what was reserved for it.
    fn original_order_id(&self, line: &[u8]) -> Result<String, StatementFault> {
        let told = self.text(line, ORIGINAL_ORDER_ID_41).unwrap_or_default();
        if txn_time(&told).is_some() {
            return Ok(told);
        }
        let reserved = self.text(line, RESERVED_35)?;
        let order = reserved.split('|').next().unwrap_or_default();
        Ok(if txn_time(order).is_some() { order.to_owned() } else { told })
    }

    fn text(&self, line: &[u8], (at, width): Column) -> Result<String, StatementFault> {
        let bytes = line.get(at..at + width).unwrap_or_default();
        let text = Charset::Gbk.decode(bytes).ok_or_else(|| self.fault("a column is not GBK"))?;
        Ok(text.trim().to_owned())
    }

    /// A sign and digits: `C` is credit, which the merchant receives, `D` debit, blank nothing.
    fn signed(&self, line: &[u8], column: Column) -> Result<i64, StatementFault> {
        let text = self.text(line, column)?;
        let unreadable = || self.fault("an amount with a sign cannot be read");
        let (factor, digits) = match (text.strip_prefix('C'), text.strip_prefix('D')) {
            (Some(digits), _) => (1, digits),
            (_, Some(digits)) => (-1, digits),
            _ => (0, text.as_str()),
        };
        if digits.is_empty() && factor == 0 {
            return Ok(0);
        }
        let fen = fen_of(digits).ok_or_else(unreadable)?.get();
        if factor == 0 && fen != 0 { Err(unreadable()) } else { Ok(factor * fen) }
    }

    fn count(&mut self, row: &TradeRow) {
        self.summary.row_count += 1;
        match row.kind {
            TradeKind::Payment => self.summary.paid_fen += row.amount.get(),
            TradeKind::Refund | TradeKind::Reversal => self.summary.refunded_fen += row.amount.get(),
        }
        self.summary.fee_fen += row.fee_fen;
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<StatementLine, StatementFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let line = self.advance();
        self.is_over |= line.is_err();
        Some(line)
    }
}
