//! Reads the GBK file that lists a day's movements, line by line. Columns are found by name, for newer
//! exports add and reorder them; what the file says it adds up to is compared with its rows.

use std::io::BufRead;

use crate::gateways::Merchant;
use crate::gateways::alipay::values::{decode, parse_beijing_time, signed_fen_of};
use crate::gateways::statement::{
    FundRow, StatementFault, StatementKind, StatementLine, StatementSummary, TradeKind, TradeRefundState, TradeRow,
};
use crate::money::Fen;

/// The longest line that is read, in bytes.
const MAX_LINE: u64 = 64 * 1024;
const CHARSET: &str = "gbk";

/// Whether the beginning of a file is that of the list, not of a summary by stores: by the line that opens the
/// list, for titles and names of files vary.
pub(super) fn is_detail(head: &[u8], kind: StatementKind) -> bool {
    let mark = match kind {
        StatementKind::Trade => "业务明细列表",
        StatementKind::FundFlow => "账务明细列表",
    };
    let notes = head.split(|b| *b == b'\n').take_while(|line| line.starts_with(b"#"));
    notes.filter_map(|line| decode(line, CHARSET)).any(|line| line.contains(mark))
}

/// The rows of one file, checked against its totals at the end. Columns are found by name.
pub struct Bill<R> {
    reader: R,
    kind: StatementKind,
    merchant: Merchant,
    line: u64,
    stage: Stage,
    columns: Vec<String>,
    counted: Counted,
    told: Told,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Before the list.
    Head,
    /// The next line names the columns.
    Columns,
    Rows,
    /// After the list: totals.
    Foot,
    Over,
}

#[derive(Debug, Default)]
struct Counted {
    payments: u64,
    refunds: u64,
    paid_fen: i64,
    refunded_fen: i64,
    /// What the merchant received and gave back, which is what the totals speak of.
    received_fen: i64,
    returned_fen: i64,
    fee_fen: i64,
}

const TOO_MUCH: &str = "the amounts add up to more than any number holds";

impl Counted {
    /// `None` when a sum leaves the range of numbers.
    fn add(&mut self, is_back: bool, amount_fen: i64, moved_fen: i64, fee_fen: i64) -> Option<()> {
        let (count, sum, moved) = if is_back {
            (&mut self.refunds, &mut self.refunded_fen, &mut self.returned_fen)
        } else {
            (&mut self.payments, &mut self.paid_fen, &mut self.received_fen)
        };
        *count += 1;
        *sum = sum.checked_add(amount_fen)?;
        *moved = moved.checked_add(moved_fen)?;
        self.fee_fen = self.fee_fen.checked_add(fee_fen)?;
        Some(())
    }
}

/// What the totals say: how many, and how much.
#[derive(Debug, Default)]
struct Told {
    payments: Option<(u64, i64)>,
    refunds: Option<(u64, i64)>,
}

impl<R: BufRead> Bill<R> {
    /// `merchant` is whose bill it must be.
    pub fn new(reader: R, kind: StatementKind, merchant: Merchant) -> Self {
        Self {
            reader,
            kind,
            merchant,
            line: 0,
            stage: Stage::Head,
            columns: Vec::new(),
            counted: Counted::default(),
            told: Told::default(),
        }
    }

    fn fault(&self, problem: impl Into<String>) -> StatementFault {
        StatementFault { line: self.line, problem: problem.into() }
    }

    /// The next line without its end; `None` at the end of the file.
    fn next_line(&mut self) -> Result<Option<String>, StatementFault> {
        let mut bytes = Vec::new();
        self.line += 1;
        let mut limited = std::io::Read::take(&mut self.reader, MAX_LINE);
        let read = limited.read_until(b'\n', &mut bytes);
        let read = read.map_err(|e| StatementFault { line: self.line, problem: e.to_string() })?;
        if read == 0 {
            return Ok(None);
        }
        if bytes.len() as u64 >= MAX_LINE {
            return Err(self.fault("the line is too long"));
        }
        let text = decode(&bytes, CHARSET).ok_or_else(|| self.fault("the line is not GBK"))?;
        Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// Reads on to the next row or the end.
    fn advance(&mut self) -> Result<StatementLine, StatementFault> {
        while let Some(line) = self.next_line()? {
            if let Some(note) = line.strip_prefix('#') {
                self.take_note(note)?;
                continue;
            }
            match self.stage {
                _ if line.trim().is_empty() => {}
                Stage::Columns => {
                    self.columns = fields_of(&line);
                    self.stage = Stage::Rows;
                    self.require_columns()?;
                }
                Stage::Rows => {
                    let fields = fields_of(&line);
                    return match self.kind {
                        StatementKind::Trade => self.trade(&fields).map(StatementLine::Trade),
                        StatementKind::FundFlow => self.fund(&fields).map(StatementLine::Fund),
                    };
                }
                Stage::Head | Stage::Foot | Stage::Over => return Err(self.fault("a row stands outside the list")),
            }
        }
        self.summary().map(StatementLine::Summary)
    }

    fn take_note(&mut self, note: &str) -> Result<(), StatementFault> {
        if note.contains("列表结束") {
            if self.stage != Stage::Rows && self.stage != Stage::Columns {
                return Err(self.fault("the list ends before it began"));
            }
            self.stage = Stage::Foot;
        } else if note.contains("列表") {
            self.stage = Stage::Columns;
        } else if note.starts_with("账号") {
            // The account is the merchant number with a suffix.
            let account: String = note.chars().filter(char::is_ascii_digit).collect();
            if !account.starts_with(&self.merchant.merchant_no) {
                return Err(self.fault("the bill is of another merchant"));
            }
        } else if self.stage == Stage::Foot {
            let totals = || {
                totals_of(note)
                    .ok_or_else(|| StatementFault { line: self.line, problem: "the totals cannot be read".to_owned() })
            };
            if note.starts_with("交易合计") || note.starts_with("收入合计") {
                self.told.payments = Some(totals()?);
            } else if note.starts_with("退款合计") || note.starts_with("支出合计") {
                self.told.refunds = Some(totals()?);
            }
        }
        Ok(())
    }

    fn require_columns(&self) -> Result<(), StatementFault> {
        let needed: &[&str] = match self.kind {
            StatementKind::Trade => &["支付宝交易号", "商户订单号", "业务类型", "订单金额", "商家实收"],
            StatementKind::FundFlow => &["账务流水号", "收入金额", "支出金额", "账户余额"],
        };
        match needed.iter().find(|name| self.position(name).is_none()) {
            Some(missing) => Err(self.fault(format!("the column {missing} is missing"))),
            None => Ok(()),
        }
    }

    /// A column by the beginning of its name: the unit behind it is written in different ways.
    fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.starts_with(name))
    }

    fn field<'f>(&self, fields: &'f [String], name: &str) -> &'f str {
        self.position(name).and_then(|index| fields.get(index)).map_or("", String::as_str)
    }

    /// A blank amount is nothing.
    fn amount(&self, fields: &[String], name: &str) -> Result<i64, StatementFault> {
        match self.field(fields, name) {
            "" => Ok(0),
            text => signed_fen_of(text).ok_or_else(|| self.fault(format!("{name} is no amount: {text}"))),
        }
    }

    fn positive(&self, amount_fen: i64) -> Result<Fen, StatementFault> {
        Fen::new(amount_fen.abs()).map_err(|e| self.fault(e.to_string()))
    }

    fn trade(&mut self, fields: &[String]) -> Result<TradeRow, StatementFault> {
        let kind = match self.field(fields, "业务类型") {
            "交易" => TradeKind::Payment,
            "退款" => TradeKind::Refund,
            other => return Err(self.fault(format!("业务类型 is neither 交易 nor 退款: {other}"))),
        };
        // Signs differ between exports; the kind of business says which way the money went.
        let amount = self.positive(self.amount(fields, "订单金额")?)?;
        let received = self.amount(fields, "商家实收")?.abs();
        // A charge is written as a negative number, a fee given back as a positive one.
        let fee_fen = -self.amount(fields, "服务费")?;
        let is_refund = kind == TradeKind::Refund;
        self.counted.add(is_refund, amount.get(), received, fee_fen).ok_or_else(|| self.fault(TOO_MUCH))?;
        let at = [self.field(fields, "完成时间"), self.field(fields, "创建时间")];
        let out_refund_no = Some(self.field(fields, "退款批次号")).filter(|n| is_refund && !n.is_empty());
        let row = TradeRow {
            kind,
            merchant: self.merchant.clone(),
            out_trade_no: self.field(fields, "商户订单号").to_owned(),
            gateway_trade_no: self.field(fields, "支付宝交易号").to_owned(),
            out_refund_no: out_refund_no.map(str::to_owned),
            gateway_refund_no: None,
            amount,
            currency: "CNY".to_owned(),
            // Only what was done is listed.
            refund_state: is_refund.then_some(TradeRefundState::Succeeded),
            at: at.into_iter().find_map(parse_beijing_time),
            fee_fen,
            description: self.field(fields, "商品名称").to_owned(),
        };
        if row.gateway_trade_no.is_empty() {
            return Err(self.fault("the row has no number of Alipay's"));
        }
        Ok(row)
    }

    fn fund(&mut self, fields: &[String]) -> Result<FundRow, StatementFault> {
        let (income, expense) = (self.amount(fields, "收入金额")?.abs(), self.amount(fields, "支出金额")?.abs());
        if income != 0 && expense != 0 {
            return Err(self.fault("the row is income and expense at once"));
        }
        let is_income = expense == 0;
        let amount = self.positive(income + expense)?;
        self.counted.add(!is_income, amount.get(), amount.get(), 0).ok_or_else(|| self.fault(TOO_MUCH))?;
        Ok(FundRow {
            at: parse_beijing_time(self.field(fields, "发生时间")),
            gateway_no: self.field(fields, "业务流水号").to_owned(),
            flow_no: self.field(fields, "账务流水号").to_owned(),
            business: self.field(fields, "业务类型").to_owned(),
            is_income,
            amount,
            balance_fen: self.amount(fields, "账户余额")?,
            note: self.field(fields, "备注").to_owned(),
            voucher_no: self.field(fields, "商户订单号").to_owned(),
        })
    }

    /// Compares what was counted with what the file says.
    fn summary(&mut self) -> Result<StatementSummary, StatementFault> {
        if self.stage != Stage::Foot {
            return Err(self.fault("the bill is cut short"));
        }
        let counted = &self.counted;
        let agrees = |told: Option<(u64, i64)>, count: u64, fen: i64| match told {
            Some((told_count, told_fen)) => told_count == count && told_fen.abs() == fen,
            None => false,
        };
        if !agrees(self.told.payments, counted.payments, counted.received_fen)
            || !agrees(self.told.refunds, counted.refunds, counted.returned_fen)
        {
            return Err(self.fault("the rows do not add up to the totals"));
        }
        Ok(StatementSummary {
            row_count: counted.payments + counted.refunds,
            paid_fen: counted.paid_fen,
            refunded_fen: counted.refunded_fen,
            fee_fen: counted.fee_fen,
        })
    }
}

impl<R: BufRead> Iterator for Bill<R> {
    type Item = Result<StatementLine, StatementFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.stage == Stage::Over {
            return None;
        }
        let next = self.advance();
        // Nothing is read after a fault, and nothing stands after the totals.
        if !matches!(next, Ok(StatementLine::Trade(_) | StatementLine::Fund(_))) {
            self.stage = Stage::Over;
        }
        Some(next)
    }
}

/// `交易合计：2笔，商家实收共88.80元，…`: how many, and the first amount.
fn totals_of(note: &str) -> Option<(u64, i64)> {
    let (_, rest) = note.split_once(['：', ':'])?;
    let (count, rest) = rest.split_once('笔')?;
    let digits = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
    let from = rest.find(digits)?;
    let amount: String = rest.get(from..)?.chars().take_while(|c| digits(*c)).collect();
    Some((count.trim().parse().ok()?, signed_fen_of(&amount)?))
}

/// The fields of a line, trimmed of the tabs that keep spreadsheets from reading numbers. A field may stand
/// in quotation marks, a mark inside it twice.
fn fields_of(line: &str) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                field.push('"');
                chars.next();
            }
            '"' if quoted => quoted = false,
            '"' if field.trim().is_empty() => quoted = true,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    fields.push(field);
    fields.iter().map(|f| f.trim().to_owned()).collect()
}
