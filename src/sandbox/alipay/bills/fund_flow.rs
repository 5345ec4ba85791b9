//! The account's ledger: 账务明细, asked for as `signcustomer`: whatever moved the balance (§14.4).
//!
//! Promises: derived from the same rows as the trade bill. A payment comes in whole and its
//! fee leaves as a line of its own; a refund leaves whole and its fee comes back.

use super::file::{Sheet, moment, yuan};
use super::trade::{TradeRow, preamble};
use super::{BillPeriod, BillRows};
use crate::clock::Timestamp;

const COLUMNS: [&str; 12] = [
    "账务流水号",
    "业务流水号",
    "商户订单号",
    "商品名称",
    "发生时间",
    "对方账号",
    "收入金额（+元）",
    "支出金额（-元）",
    "账户余额（元）",
    "交易渠道",
    "业务类型",
    "备注",
];
const SUMMARY_COLUMNS: [&str; 6] =
    ["类型", "收入笔数", "收入金额（+元）", "支出笔数", "支出金额（-元）", "总金额（元）"];
const KINDS: [&str; 4] = ["在线支付", "交易退款", "收费", "退费"];

struct Movement<'a> {
    trade: &'a TradeRow,
    kind: &'static str,
    /// Below zero when it goes out.
    fen: i64,
    note: String,
}

fn movements(trade: &TradeRow) -> Vec<Movement<'_>> {
    let (sign, kind, fee_kind) =
        if trade.out_request_no.is_some() { (-1, KINDS[1], KINDS[3]) } else { (1, KINDS[0], KINDS[2]) };
    let moved = |kind, fen, note| Movement { trade, kind, fen, note };
    let mut found = vec![moved(kind, sign * trade.received_fen(), trade.note.clone())];
    if trade.fee_fen() != 0 {
        found.push(moved(fee_kind, -sign * trade.fee_fen(), format!("服务费[{}]", trade.trade_no)));
    }
    found
}

/// Counts and sums of what came in and what went out.
#[derive(Clone, Copy, Default)]
struct Sides {
    income: (usize, i64),
    expense: (usize, i64),
}

impl Sides {
    fn add(&mut self, fen: i64) {
        let side = if fen < 0 { &mut self.expense } else { &mut self.income };
        *side = (side.0 + 1, side.1 + fen);
    }

    fn line(&self, kind: &str) -> Vec<String> {
        let (income, expense) = (self.income, self.expense);
        let counts = [income.0, expense.0].map(|count| count.to_string());
        let [incomes, expenses] = counts;
        vec![kind.to_owned(), incomes, yuan(income.1), expenses, yuan(expense.1), yuan(income.1 + expense.1)]
    }
}

/// Details and summary of the period.
pub(super) fn sheets(rows: &BillRows, pid: &str, period: &BillPeriod, exported_at: Timestamp) -> [Sheet; 2] {
    let mut balance_fen = rows.opening_balance_fen;
    let (mut lines, mut all, mut kinds) = (Vec::new(), Sides::default(), [Sides::default(); KINDS.len()]);
    for movement in rows.trades.iter().flat_map(movements) {
        balance_fen += movement.fen;
        if !period.contains(movement.trade.finished_at) {
            continue;
        }
        all.add(movement.fen);
        if let Some(at) = KINDS.iter().position(|kind| *kind == movement.kind) {
            kinds[at].add(movement.fen);
        }
        lines.push(line(&movement, lines.len(), balance_fen, period));
    }
    let totals = vec![
        format!("支出合计：{}笔，共{}元", all.expense.0, yuan(all.expense.1)),
        format!("收入合计：{}笔，共{}元", all.income.0, yuan(all.income.1)),
    ];
    let by_kind = KINDS.iter().zip(kinds).filter(|(_, sides)| sides.income.0 + sides.expense.0 > 0);
    let summary_lines = by_kind.map(|(kind, sides)| sides.line(kind)).chain([all.line("合计")]).collect();
    let sheet = |title, columns: &[&'static str], rows, totals| Sheet {
        title,
        preamble: preamble(title, pid, period),
        columns: columns.to_vec(),
        rows,
        totals,
        exported_at,
        cut_after: None,
    };
    [sheet("账务明细", &COLUMNS, lines, totals), sheet("账务汇总", &SUMMARY_COLUMNS, summary_lines, Vec::new())]
}

fn line(movement: &Movement<'_>, at: usize, balance_fen: i64, period: &BillPeriod) -> Vec<String> {
    let Movement { trade, kind, fen, note } = movement;
    vec![
        format!("{:0<8}{:0>9}", period.compact(), at + 1),
        trade.trade_no.clone(),
        trade.out_trade_no.clone(),
        trade.subject.clone(),
        moment(trade.finished_at),
        trade.buyer.clone(),
        yuan((*fen).max(0)),
        yuan((*fen).min(0)),
        yuan(balance_fen),
        "支付宝".to_owned(),
        (*kind).to_owned(),
        note.clone(),
    ]
}
