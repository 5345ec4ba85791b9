//! `alipay.trade.refund` and `alipay.trade.fastpay.refund.query` (§13.4, §13.5).
//!
//! Promises: one request number moves money once; the sum never exceeds what was paid; a
//! handled call is no refund unless `fund_change` is `Y`.

use serde::Serialize;
use serde_json::{Value, json};

use super::calls::Commit;
use super::errors::Refusal;
use super::faults::FaultKind;
use super::fields::{Fields, yuan};
use super::merchants::Merchant;
use super::orders::TradeStatus;
use super::times::written;
use crate::clock::Timestamp;

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundStatus {
    /// Asked for and taken, yet nothing moved.
    Pending,
    Success,
    /// Given up: for the refund query there is none.
    Failed,
}

#[derive(Debug, Clone)]
pub(super) struct Refund {
    pub(super) out_trade_no: String,
    pub(super) out_request_no: String,
    pub(super) amount_fen: i64,
    pub(super) reason: Option<String>,
    pub(super) status: RefundStatus,
    pub(super) created_at: Timestamp,
    pub(super) moved_at: Option<Timestamp>,
    /// By `trade.cancel` or by hand, not by `trade.refund`.
    pub(super) is_foreign: bool,
}

impl Merchant {
    pub(super) fn refund_of(&self, number: &str, request_number: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.out_trade_no == number && refund.out_request_no == request_number)
    }

    pub(super) fn refunded_fen(&self, number: &str) -> i64 {
        let of_order = self.refunds.iter().filter(|refund| refund.out_trade_no == number);
        of_order.filter(|refund| refund.status == RefundStatus::Success).map(|refund| refund.amount_fen).sum()
    }

    /// Checks and moves the money of a refund that is written down already or is new.
    pub(super) fn move_money(&mut self, mut refund: Refund, now: Timestamp) -> Result<(), Refusal> {
        let number = refund.out_trade_no.clone();
        let refunded_fen = self.refunded_fen(&number) + refund.amount_fen;
        let order = self.orders.get_mut(&number).ok_or_else(Refusal::trade_missing)?;
        if refunded_fen > order.total_fen {
            return Err(Refusal::business("REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额大于可退金额"));
        }
        if self.balance_fen.is_some_and(|balance| balance < refund.amount_fen) {
            return Err(Refusal::business("SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足"));
        }
        self.balance_fen = self.balance_fen.map(|balance| balance - refund.amount_fen);
        if refunded_fen == order.total_fen
            && let Some(trade) = order.trade.as_mut()
        {
            trade.status = TradeStatus::TradeClosed;
            trade.closed_at = Some(now);
        }
        refund.status = RefundStatus::Success;
        refund.moved_at = Some(now);
        let request_number = refund.out_request_no.clone();
        self.refunds.retain(|known| (&known.out_trade_no, &known.out_request_no) != (&number, &request_number));
        self.refunds.push(refund);
        self.notify_of_refund(&number, &request_number, now);
        Ok(())
    }

    /// As `trade.cancel` does it.
    pub(super) fn refund_what_is_left(&mut self, number: &str, now: Timestamp) -> Result<(), Refusal> {
        let total_fen = self.orders.get(number).map_or(0, |order| order.total_fen);
        let amount_fen = total_fen - self.refunded_fen(number);
        self.move_money(
            Refund {
                out_trade_no: number.to_owned(),
                out_request_no: number.to_owned(),
                amount_fen,
                reason: None,
                status: RefundStatus::Pending,
                created_at: now,
                moved_at: None,
                is_foreign: true,
            },
            now,
        )
    }
}

/// §13.4: a refund without a number of its own counts as the order's.
fn request_number(fields: &Fields<'_>, number: &str) -> Result<String, Refusal> {
    Ok(fields.optional_text("out_request_no", 64)?.unwrap_or(number).to_owned())
}

pub(super) fn refund(merchant: &mut Merchant, commit: &mut Commit<'_>) -> Result<Value, Refusal> {
    let fields = Fields::of(commit.content)?;
    let amount_fen = fields.amount("refund_amount")?;
    let number = merchant.trade_named(fields.trade_named()?)?;
    let request_number = request_number(&fields, &number)?;
    let known = merchant.refund_of(&number, &request_number).cloned();
    if known.as_ref().is_some_and(|refund| refund.amount_fen != amount_fen) {
        return Err(Refusal::business("DISCORDANT_REPEAT_REQUEST", "请求信息不一致"));
    }
    if known.as_ref().is_some_and(|refund| refund.status == RefundStatus::Success) {
        return told(merchant, &number, &request_number, "N");
    }
    let order = merchant.orders.get(&number).ok_or_else(Refusal::trade_missing)?;
    match order.status() {
        Some(TradeStatus::TradeSuccess) => {}
        Some(TradeStatus::TradeFinished) => return Err(Refusal::business("TRADE_HAS_FINISHED", "交易已经完结")),
        Some(TradeStatus::TradeClosed) => return Err(Refusal::business("TRADE_HAS_CLOSE", "交易已经关闭")),
        Some(TradeStatus::WaitBuyerPay) | None => {
            return Err(Refusal::business("TRADE_STATUS_ERROR", "交易状态不合法"));
        }
    }
    let refund = known.unwrap_or(Refund {
        out_trade_no: number.clone(),
        out_request_no: request_number.clone(),
        amount_fen,
        reason: fields.optional_text("refund_reason", 256)?.map(str::to_owned),
        status: RefundStatus::Pending,
        created_at: commit.now,
        moved_at: None,
        is_foreign: false,
    });
    if commit.fault == Some(&FaultKind::NoFundChange) {
        if merchant.refunded_fen(&number) + amount_fen > order_total(merchant, &number) {
            return Err(Refusal::business("REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额大于可退金额"));
        }
        if merchant.refund_of(&number, &request_number).is_none() {
            merchant.refunds.push(refund);
        }
        return told(merchant, &number, &request_number, "N");
    }
    merchant.move_money(refund, commit.now)?;
    told(merchant, &number, &request_number, "Y")
}

fn order_total(merchant: &Merchant, number: &str) -> i64 {
    merchant.orders.get(number).map_or(0, |order| order.total_fen)
}

fn told(merchant: &Merchant, number: &str, request_number: &str, fund_change: &str) -> Result<Value, Refusal> {
    let order = merchant.orders.get(number).ok_or_else(Refusal::trade_missing)?;
    let trade = order.trade.as_ref().ok_or_else(Refusal::trade_missing)?;
    let refund = merchant.refund_of(number, request_number);
    let mut told = json!({
        "trade_no": trade.trade_no,
        "out_trade_no": number,
        "buyer_logon_id": trade.buyer.logon_id(),
        "fund_change": fund_change,
        "refund_fee": yuan(merchant.refunded_fen(number)),
    });
    if merchant.uses_open_ids {
        told["buyer_open_id"] = json!(trade.buyer.open_id(&merchant.app_id));
    } else {
        told["buyer_user_id"] = json!(trade.buyer.user_id());
    }
    if let Some((amount_fen, at)) = refund.and_then(|refund| Some((refund.amount_fen, refund.moved_at?))) {
        told["send_back_fee"] = json!(yuan(amount_fen));
        told["gmt_refund_pay"] = json!(written(at));
    }
    Ok(told)
}

pub(super) fn query_refund(merchant: &mut Merchant, commit: &mut Commit<'_>) -> Result<Value, Refusal> {
    let fields = Fields::of(commit.content)?;
    let number = merchant.trade_named(fields.trade_named()?)?;
    let request_number = fields.text("out_request_no", 64)?;
    let found = merchant.refund_of(&number, request_number).filter(|refund| refund.status == RefundStatus::Success);
    let order = merchant.orders.get(&number).ok_or_else(Refusal::trade_missing)?;
    // No such refund, or it failed: handled, and nothing told (§13.5).
    let Some(refund) = found else { return Ok(json!({})) };
    let mut told = json!({
        "trade_no": order.trade.as_ref().map(|trade| &trade.trade_no),
        "out_trade_no": number,
        "out_request_no": request_number,
        "total_amount": yuan(order.total_fen),
        "refund_amount": yuan(refund.amount_fen),
        "send_back_fee": yuan(refund.amount_fen),
    });
    if let Some(reason) = &refund.reason {
        told["refund_reason"] = json!(reason);
    }
    if !merchant.is_old_application {
        told["refund_status"] = json!("REFUND_SUCCESS");
    }
    let wants_time = commit.content["query_options"].as_array().is_some_and(|o| o.contains(&json!("gmt_refund_pay")));
    if wants_time && let Some(at) = refund.moved_at {
        told["gmt_refund_pay"] = json!(written(at));
    }
    Ok(told)
}
