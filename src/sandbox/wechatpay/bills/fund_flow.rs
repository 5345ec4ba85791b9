//! The fund-flow bill of one Beijing day: what came into the basic account and went out of it.

use super::BillDay;
use super::file::{Sheet, count, moment, yuan};
use super::trade::fee_fen;
use crate::clock::Timestamp;
use crate::sandbox::wechatpay::merchants::Merchant;
use crate::sandbox::wechatpay::refunds::RefundStatus;

const COLUMNS: [&str; 11] = [
    "记账时间",
    "微信支付业务单号",
    "资金流水单号",
    "业务名称",
    "业务类型",
    "收支类型",
    "收支金额(元)",
    "账户结余(元)",
    "资金变更提交申请人",
    "备注",
    "业务凭证号",
];
const SUMMARY_COLUMNS: [&str; 5] = ["资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额"];

struct Movement {
    at: Timestamp,
    business_no: String,
    name: &'static str,
    kind: &'static str,
    /// Below zero when it goes out.
    fen: i64,
    remark: String,
    voucher: String,
}

fn movements(merchant: &Merchant) -> Vec<Movement> {
    let mut moved = Vec::new();
    for order in merchant.orders.values() {
        let Some(paid) = &order.payment else { continue };
        let entry = |at, kind, fen, remark: &str| Movement {
            at,
            business_no: paid.transaction_id.clone(),
            name: "交易",
            kind,
            fen,
            remark: remark.to_owned(),
            voucher: order.out_trade_no.clone(),
        };
        moved.push(entry(paid.at, "交易", paid.payer_total_fen, "结算总金额"));
        moved.push(entry(paid.at, "扣除交易手续费", -fee_fen(paid.payer_total_fen), "手续费,费率0.60%"));
        if let Some(at) = order.revoked_at {
            moved.push(entry(
                at,
                "撤销",
                fee_fen(paid.payer_total_fen) - paid.payer_total_fen,
                "撤销退款,含退还手续费",
            ));
        }
    }
    // A refund that was closed gave its money back: neither side stays in the account.
    for refund in merchant.refunds.values().filter(|refund| refund.status != RefundStatus::Closed) {
        moved.push(Movement {
            at: refund.created_at,
            business_no: refund.refund_id.clone(),
            name: "退款",
            kind: "退款",
            fen: fee_fen(refund.payer_refund_fen) - refund.payer_refund_fen,
            remark: format!(
                "退款总金额{}元,含手续费{}元",
                yuan(refund.payer_refund_fen),
                yuan(fee_fen(refund.payer_refund_fen))
            ),
            voucher: refund.out_refund_no.clone(),
        });
    }
    moved.sort_by_key(|movement| movement.at);
    moved
}

/// `None` when nothing moved.
pub(super) fn sheet(merchant: &Merchant, day: &BillDay) -> Option<Sheet> {
    let (mut balance_fen, mut rows) = (0_i64, Vec::new());
    let (mut income, mut expense) = ((0_usize, 0_i64), (0_usize, 0_i64));
    for (at, movement) in movements(merchant).into_iter().enumerate() {
        balance_fen += movement.fen;
        if !day.contains(movement.at) {
            continue;
        }
        let side = if movement.fen < 0 { &mut expense } else { &mut income };
        *side = (side.0 + 1, side.1 + movement.fen.abs());
        rows.push(vec![
            moment(movement.at),
            movement.business_no,
            format!("{}{at:010}", day.compact()),
            movement.name.to_owned(),
            movement.kind.to_owned(),
            if movement.fen < 0 { "支出" } else { "收入" }.to_owned(),
            yuan(movement.fen.abs()),
            yuan(balance_fen),
            "system".to_owned(),
            movement.remark,
            movement.voucher,
        ]);
    }
    if rows.is_empty() {
        return None;
    }
    let summary = vec![count(rows.len()), count(income.0), yuan(income.1), count(expense.0), yuan(expense.1)];
    Some(Sheet { header: COLUMNS.to_vec(), rows, summary_header: SUMMARY_COLUMNS.to_vec(), summary })
}
