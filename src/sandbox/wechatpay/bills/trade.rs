//! The trade bill of one Beijing day, derived from the book (§12.3).
//!
//! Promises: payments stand by the time they succeeded, refunds by the time they were
//! accepted; a refund's state is that of the morning the bill was made.

use std::collections::BTreeMap;

use super::BillDay;
use super::edits::BillEdit;
use super::file::{Sheet, count, fee_yuan, moment, yuan};
use crate::clock::Timestamp;
use crate::sandbox::wechatpay::merchants::Merchant;
use crate::sandbox::wechatpay::orders::{Order, Payment};
use crate::sandbox::wechatpay::refunds::{Refund, RefundStatus};

/// Which rows are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    All,
    Success,
    Refund,
}

/// What a row tells beside the payment it belongs to.
#[derive(Debug, Clone)]
pub(super) struct RefundCells {
    pub(super) refund_id: String,
    pub(super) out_refund_no: String,
    pub(super) refund_fen: i64,
    pub(super) settled_fen: i64,
    pub(super) status: String,
    pub(super) applied_at: Timestamp,
    pub(super) succeeded_at: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub(super) struct TradeRow {
    /// What it is sorted by.
    pub(super) at: Timestamp,
    pub(super) paid_at: Timestamp,
    pub(super) appid: String,
    pub(super) mchid: String,
    pub(super) sub_mchid: String,
    pub(super) transaction_id: String,
    pub(super) out_trade_no: String,
    pub(super) openid: String,
    pub(super) trade_type: &'static str,
    /// `SUCCESS`, `REFUND` or `REVOKED`.
    pub(super) state: String,
    pub(super) total_fen: i64,
    pub(super) payer_total_fen: i64,
    pub(super) description: String,
    pub(super) attach: String,
    pub(super) refund: Option<RefundCells>,
}

/// 0.60 %, rounded to the fen.
pub(super) fn fee_fen(fen: i64) -> i64 {
    (fen * 60 + 5_000) / 10_000
}

impl TradeRow {
    fn of_payment(merchant: &Merchant, order: &Order, paid: &Payment) -> Self {
        Self {
            at: paid.at,
            paid_at: paid.at,
            appid: order.party.appid().to_owned(),
            mchid: merchant.mchid.clone(),
            sub_mchid: order.party.sub_mchid().unwrap_or("0").to_owned(),
            transaction_id: paid.transaction_id.clone(),
            out_trade_no: order.out_trade_no.clone(),
            openid: paid.openid.clone(),
            trade_type: order.product.trade_type(),
            state: "SUCCESS".to_owned(),
            total_fen: order.total_fen,
            payer_total_fen: paid.payer_total_fen,
            description: order.description.clone(),
            attach: order.attach.clone().unwrap_or_default(),
            refund: None,
        }
    }

    fn of_refund(merchant: &Merchant, order: &Order, paid: &Payment, refund: &Refund, made_at: Timestamp) -> Self {
        let settled = refund.settled_at.is_some_and(|at| at <= made_at);
        let status = match refund.status {
            RefundStatus::Success if settled => "SUCCESS",
            RefundStatus::Closed if settled => "FAIL",
            RefundStatus::Abnormal if settled => "CHANGE",
            _ => "PROCESSING",
        };
        let cells = RefundCells {
            refund_id: refund.refund_id.clone(),
            out_refund_no: refund.out_refund_no.clone(),
            refund_fen: refund.refund_fen,
            settled_fen: refund.payer_refund_fen,
            status: status.to_owned(),
            applied_at: refund.created_at,
            succeeded_at: refund.succeeded_at.filter(|_| settled),
        };
        let payment = Self::of_payment(merchant, order, paid);
        Self { at: refund.created_at, state: "REFUND".to_owned(), refund: Some(cells), ..payment }
    }

    /// Codepay that was paid and then reversed.
    fn of_reversal(merchant: &Merchant, order: &Order, paid: &Payment, at: Timestamp) -> Self {
        let cells = RefundCells {
            refund_id: format!("503{}", paid.transaction_id.chars().skip(3).collect::<String>()),
            out_refund_no: order.out_trade_no.clone(),
            refund_fen: order.total_fen,
            settled_fen: paid.payer_total_fen,
            status: "SUCCESS".to_owned(),
            applied_at: at,
            succeeded_at: Some(at),
        };
        Self { at, state: "REVOKED".to_owned(), refund: Some(cells), ..Self::of_payment(merchant, order, paid) }
    }

    pub(super) fn is_called(&self, number: &str) -> bool {
        match &self.refund {
            Some(refund) => refund.out_refund_no == number,
            None => self.out_trade_no == number,
        }
    }

    /// Values by the name of their column.
    pub(super) fn cells(&self) -> BTreeMap<&'static str, String> {
        let payment_only = |fen: i64| yuan(if self.refund.is_some() { 0 } else { fen });
        let refund = self.refund.as_ref();
        let fee = refund.map_or_else(|| fee_fen(self.payer_total_fen), |refund| -fee_fen(refund.settled_fen));
        BTreeMap::from([
            ("交易时间", moment(self.at)),
            ("公众账号ID", self.appid.clone()),
            ("商户号", self.mchid.clone()),
            ("特约商户号", self.sub_mchid.clone()),
            ("设备号", String::new()),
            ("微信订单号", self.transaction_id.clone()),
            ("商户订单号", self.out_trade_no.clone()),
            ("用户标识", self.openid.clone()),
            ("交易类型", self.trade_type.to_owned()),
            ("交易状态", self.state.clone()),
            ("付款银行", "OTHERS".to_owned()),
            ("货币种类", "CNY".to_owned()),
            ("应结订单金额", payment_only(self.payer_total_fen)),
            ("代金券金额", payment_only(self.total_fen - self.payer_total_fen)),
            ("退款申请时间", refund.map_or_else(String::new, |refund| moment(refund.applied_at))),
            ("退款成功时间", refund.and_then(|refund| refund.succeeded_at).map_or_else(String::new, moment)),
            ("微信退款单号", refund.map_or_else(|| "0".to_owned(), |refund| refund.refund_id.clone())),
            ("商户退款单号", refund.map_or_else(|| "0".to_owned(), |refund| refund.out_refund_no.clone())),
            ("退款金额", yuan(refund.map_or(0, |refund| refund.settled_fen))),
            ("充值券退款金额", yuan(refund.map_or(0, |refund| refund.refund_fen - refund.settled_fen))),
            ("退款类型", refund.map_or_else(String::new, |_| "ORIGINAL".to_owned())),
            ("退款状态", refund.map_or_else(String::new, |refund| refund.status.clone())),
            ("商品名称", self.description.clone()),
            ("商户数据包", self.attach.clone()),
            ("手续费", fee_yuan(fee)),
            ("费率", "0.60%".to_owned()),
            ("订单金额", payment_only(self.total_fen)),
            ("申请退款金额", yuan(refund.map_or(0, |refund| refund.refund_fen))),
            ("费率备注", String::new()),
        ])
    }
}

pub(super) const COLUMNS: [&str; 27] = [
    "交易时间",
    "公众账号ID",
    "商户号",
    "特约商户号",
    "设备号",
    "微信订单号",
    "商户订单号",
    "用户标识",
    "交易类型",
    "交易状态",
    "付款银行",
    "货币种类",
    "应结订单金额",
    "代金券金额",
    "微信退款单号",
    "商户退款单号",
    "退款金额",
    "充值券退款金额",
    "退款类型",
    "退款状态",
    "商品名称",
    "商户数据包",
    "手续费",
    "费率",
    "订单金额",
    "申请退款金额",
    "费率备注",
];
const REFUND_COLUMNS: [&str; 7] =
    ["微信退款单号", "商户退款单号", "退款金额", "充值券退款金额", "退款类型", "退款状态", "申请退款金额"];
pub(super) const SUMMARY_COLUMNS: [&str; 7] =
    ["总交易单数", "应结订单总金额", "退款总金额", "充值券退款总金额", "手续费总金额", "订单总金额", "申请退款总金额"];

fn columns(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::All => COLUMNS.to_vec(),
        Kind::Success => COLUMNS.into_iter().filter(|name| !REFUND_COLUMNS.contains(name)).collect(),
        Kind::Refund => COLUMNS
            .into_iter()
            .flat_map(|name| match name {
                "代金券金额" => vec![name, "退款申请时间", "退款成功时间"],
                _ => vec![name],
            })
            .collect(),
    }
}

/// Every row of the day, with what scripts changed in it.
pub(super) fn rows(merchant: &Merchant, day: &BillDay, sub_mchid: Option<&str>) -> Vec<TradeRow> {
    let mut rows = Vec::new();
    for order in merchant.orders.values() {
        let Some(paid) = &order.payment else { continue };
        if day.contains(paid.at) {
            rows.push(TradeRow::of_payment(merchant, order, paid));
        }
        if let Some(at) = order.revoked_at.filter(|at| day.contains(*at)) {
            rows.push(TradeRow::of_reversal(merchant, order, paid, at));
        }
    }
    for refund in merchant.refunds.values().filter(|refund| day.contains(refund.created_at)) {
        let order = merchant.orders.get(&refund.out_trade_no);
        if let Some((order, paid)) = order.and_then(|order| Some((order, order.payment.as_ref()?))) {
            rows.push(TradeRow::of_refund(merchant, order, paid, refund, day.made_at()));
        }
    }
    rows.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.out_trade_no.cmp(&b.out_trade_no)));
    for edit in merchant.bills.edits_of(day) {
        BillEdit::apply(edit, merchant, day, &mut rows);
    }
    if let Some(only) = sub_mchid {
        rows.retain(|row| row.sub_mchid == only);
    }
    rows
}

/// `None` when nothing happened.
pub(super) fn sheet(rows: &[TradeRow], kind: Kind) -> Option<Sheet> {
    let wanted: Vec<&TradeRow> = rows
        .iter()
        .filter(|row| match kind {
            Kind::All => true,
            Kind::Success => row.refund.is_none(),
            Kind::Refund => row.refund.is_some(),
        })
        .collect();
    if wanted.is_empty() {
        return None;
    }
    let header = columns(kind);
    let lines = wanted.iter().map(|row| {
        let mut cells = row.cells();
        if kind == Kind::Refund {
            cells.insert("交易时间", moment(row.paid_at));
        }
        header.iter().map(|name| cells.remove(name).unwrap_or_default()).collect()
    });
    Some(Sheet { rows: lines.collect(), header, summary_header: SUMMARY_COLUMNS.to_vec(), summary: summary(&wanted) })
}

fn summary(rows: &[&TradeRow]) -> Vec<String> {
    let payments = || rows.iter().filter(|row| row.refund.is_none());
    let refunds = || rows.iter().filter_map(|row| row.refund.as_ref());
    let fees: i64 = payments().map(|row| fee_fen(row.payer_total_fen)).sum::<i64>()
        - refunds().map(|refund| fee_fen(refund.settled_fen)).sum::<i64>();
    vec![
        count(rows.len()),
        yuan(payments().map(|row| row.payer_total_fen).sum()),
        yuan(refunds().map(|refund| refund.settled_fen).sum()),
        yuan(refunds().map(|refund| refund.refund_fen - refund.settled_fen).sum()),
        fee_yuan(fees),
        yuan(payments().map(|row| row.total_fen).sum()),
        yuan(refunds().map(|refund| refund.refund_fen).sum()),
    ]
}
