//! The trade bill: 业务明细 of a day or month, and its summary by store (§14.3).

use std::collections::BTreeMap;

use super::file::{Sheet, chinese_moment, moment, yuan};
use super::{BillEdit, BillPeriod, account};
use crate::clock::Timestamp;

/// One payment or refund, as the book has it. Amounts are positive: signs are the file's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox::alipay) struct TradeRow {
    pub(in crate::sandbox::alipay) trade_no: String,
    pub(in crate::sandbox::alipay) out_trade_no: String,
    /// `out_request_no` when this is a refund.
    pub(in crate::sandbox::alipay) out_request_no: Option<String>,
    pub(in crate::sandbox::alipay) subject: String,
    pub(in crate::sandbox::alipay) created_at: Timestamp,
    /// When the money moved: says which day the row belongs to.
    pub(in crate::sandbox::alipay) finished_at: Timestamp,
    pub(in crate::sandbox::alipay) store_id: String,
    pub(in crate::sandbox::alipay) store_name: String,
    pub(in crate::sandbox::alipay) operator_id: String,
    pub(in crate::sandbox::alipay) terminal_id: String,
    /// 对方账户, masked: `*红(abc***@example.com)`.
    pub(in crate::sandbox::alipay) buyer: String,
    /// What the order asked for, or the refund returned.
    pub(in crate::sandbox::alipay) total_fen: i64,
    /// The part of it that Alipay paid for the buyer.
    pub(in crate::sandbox::alipay) alipay_discount_fen: i64,
    /// The part of it that the merchant let go; it is not received.
    pub(in crate::sandbox::alipay) merchant_discount_fen: i64,
    pub(in crate::sandbox::alipay) note: String,
}

/// 0.60 %, rounded to the fen.
pub(super) fn fee_fen(fen: i64) -> i64 {
    (fen * 60 + 5_000) / 10_000
}

impl TradeRow {
    /// What came in, or went back.
    pub(super) fn received_fen(&self) -> i64 {
        self.total_fen - self.merchant_discount_fen
    }

    pub(super) fn fee_fen(&self) -> i64 {
        fee_fen(self.received_fen())
    }

    /// The number by which the merchant knows the row.
    pub(super) fn is_called(&self, number: &str) -> bool {
        self.out_request_no.as_deref().unwrap_or(&self.out_trade_no) == number
    }

    fn is_refund(&self) -> bool {
        self.out_request_no.is_some()
    }

    pub(super) fn values(&self) -> Vec<String> {
        let sign = if self.is_refund() { -1 } else { 1 };
        let signed = |fen: i64| yuan(sign * fen);
        let nothing = || yuan(0);
        vec![
            self.trade_no.clone(),
            self.out_trade_no.clone(),
            // Padded to a width, as the real files are.
            format!("{}    ", if self.is_refund() { "退款" } else { "交易" }),
            self.subject.clone(),
            moment(self.created_at),
            moment(self.finished_at),
            self.store_id.clone(),
            self.store_name.clone(),
            self.operator_id.clone(),
            self.terminal_id.clone(),
            self.buyer.clone(),
            signed(self.total_fen),
            signed(self.received_fen()),
            nothing(),
            nothing(),
            signed(self.alipay_discount_fen),
            signed(self.merchant_discount_fen),
            nothing(),
            String::new(),
            nothing(),
            nothing(),
            self.out_request_no.clone().unwrap_or_default(),
            yuan(-sign * self.fee_fen()),
            nothing(),
            self.note.clone(),
        ]
    }
}

pub(super) const TITLE: &str = "业务明细";
pub(super) const COLUMNS: [&str; 25] = [
    "支付宝交易号",
    "商户订单号",
    "业务类型",
    "商品名称",
    "创建时间",
    "完成时间",
    "门店编号",
    "门店名称",
    "操作员",
    "终端号",
    "对方账户",
    "订单金额（元）",
    "商家实收（元）",
    "支付宝红包（元）",
    "集分宝（元）",
    "支付宝优惠（元）",
    "商家优惠（元）",
    "券核销金额（元）",
    "券名称",
    "商家红包消费金额（元）",
    "卡消费金额（元）",
    "退款批次号/请求号",
    "服务费（元）",
    "分润（元）",
    "备注",
];
const SUMMARY_COLUMNS: [&str; 12] = [
    "门店编号",
    "门店名称",
    "交易订单总笔数",
    "退款订单总笔数",
    "订单金额（元）",
    "商家实收（元）",
    "支付宝优惠（元）",
    "商家优惠（元）",
    "卡消费金额（元）",
    "服务费（元）",
    "分润（元）",
    "实收净额（元）",
];

pub(super) fn preamble(query: &str, pid: &str, period: &BillPeriod) -> Vec<String> {
    vec![
        format!("支付宝{query}查询"),
        format!("账号：[{}]", account(pid)),
        format!("起始日期：[{}]   终止日期：[{}]", chinese_moment(period.start), chinese_moment(period.end)),
    ]
}

/// What a set of rows adds up to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) payments: usize,
    pub(super) refunds: usize,
    paid: Amounts,
    returned: Amounts,
}

#[derive(Debug, Clone, Copy, Default)]
struct Amounts {
    total_fen: i64,
    received_fen: i64,
    alipay_discount_fen: i64,
    merchant_discount_fen: i64,
    fee_fen: i64,
}

impl Sums {
    pub(super) fn add(&mut self, row: &TradeRow) {
        let (count, side) = if row.is_refund() {
            (&mut self.refunds, &mut self.returned)
        } else {
            (&mut self.payments, &mut self.paid)
        };
        *count += 1;
        side.total_fen += row.total_fen;
        side.received_fen += row.received_fen();
        side.alipay_discount_fen += row.alipay_discount_fen;
        side.merchant_discount_fen += row.merchant_discount_fen;
        side.fee_fen += row.fee_fen();
    }

    /// The lines behind the details.
    pub(super) fn totals(&self) -> Vec<String> {
        let (paid, returned) = (&self.paid, &self.returned);
        vec![
            format!(
                "交易合计：{}笔，商家实收共{}元，商家优惠共{}元",
                self.payments,
                yuan(paid.received_fen),
                yuan(paid.merchant_discount_fen)
            ),
            format!(
                "退款合计：{}笔，商家实收退款共{}元，商家优惠退款共{}元",
                self.refunds,
                yuan(-returned.received_fen),
                yuan(-returned.merchant_discount_fen)
            ),
        ]
    }

    fn summary_line(&self, store_id: &str, store_name: &str) -> Vec<String> {
        let net = |of: fn(&Amounts) -> i64| of(&self.paid) - of(&self.returned);
        let (received, fees) = (net(|side| side.received_fen), net(|side| side.fee_fen));
        vec![
            store_id.to_owned(),
            store_name.to_owned(),
            self.payments.to_string(),
            self.refunds.to_string(),
            yuan(net(|side| side.total_fen)),
            yuan(received),
            yuan(net(|side| side.alipay_discount_fen)),
            yuan(net(|side| side.merchant_discount_fen)),
            yuan(0),
            yuan(-fees),
            yuan(0),
            yuan(received - fees),
        ]
    }
}

/// The rows of the period, with what scripts do to the file around them.
pub(super) fn details(
    rows: &[TradeRow],
    edits: &[BillEdit],
    pid: &str,
    period: &BillPeriod,
    exported_at: Timestamp,
) -> Sheet {
    let (mut sums, mut cut_after) = (Sums::default(), None);
    rows.iter().for_each(|row| sums.add(row));
    edits.iter().for_each(|edit| edit.change_file(&mut sums, &mut cut_after));
    Sheet {
        title: TITLE,
        preamble: preamble(TITLE, pid, period),
        columns: COLUMNS.to_vec(),
        rows: rows.iter().map(TradeRow::values).collect(),
        totals: sums.totals(),
        exported_at,
        cut_after,
    }
}

pub(super) fn summary(rows: &[TradeRow], pid: &str, period: &BillPeriod, exported_at: Timestamp) -> Sheet {
    let mut all = Sums::default();
    let mut stores: BTreeMap<(&str, &str), Sums> = BTreeMap::new();
    for row in rows {
        all.add(row);
        if !row.store_id.is_empty() {
            stores.entry((&row.store_id, &row.store_name)).or_default().add(row);
        }
    }
    summary_of(stores.into_iter().map(|((id, name), sums)| sums.summary_line(id, name)), &all, pid, period, exported_at)
}

/// By store, closed by the line of all.
pub(super) fn summary_of(
    stores: impl Iterator<Item = Vec<String>>,
    all: &Sums,
    pid: &str,
    period: &BillPeriod,
    exported_at: Timestamp,
) -> Sheet {
    const TITLE: &str = "业务汇总";
    Sheet {
        title: TITLE,
        preamble: preamble(TITLE, pid, period),
        columns: SUMMARY_COLUMNS.to_vec(),
        rows: stores.chain([all.summary_line("合计", "")]).collect(),
        totals: Vec::new(),
        exported_at,
        cut_after: None,
    }
}
