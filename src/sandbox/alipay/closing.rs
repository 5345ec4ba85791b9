//! `alipay.trade.query`, `.close` and `.cancel` (§13.1 to §13.3).
//!
//! Promises: what nobody opened does not exist for query and close; cancel undoes whatever
//! there is, today, and is content where there is nothing.

use serde_json::{Value, json};

use super::calls::Commit;
use super::errors::Refusal;
use super::faults::FaultKind;
use super::fields::Fields;
use super::merchants::Merchant;
use super::opening::paid_fields;
use super::orders::TradeStatus;
use super::times::written;

const CANCEL_WITHIN_S: i64 = 86_400;

pub(super) fn query(merchant: &mut Merchant, commit: &mut Commit<'_>) -> Result<Value, Refusal> {
    let number = merchant.trade_named(Fields::of(commit.content)?.trade_named()?)?;
    let order = merchant.orders.get(&number).ok_or_else(Refusal::trade_missing)?;
    let mut told = paid_fields(merchant, order);
    told["trade_status"] = json!(order.status().map(TradeStatus::name));
    told["buyer_user_type"] = json!("PRIVATE");
    if let Some(members) = told.as_object_mut() {
        members.remove("gmt_payment");
    }
    if let Some(payment) = order.trade.as_ref().and_then(|trade| trade.payment.as_ref()) {
        told["send_pay_date"] = json!(written(payment.at));
    }
    if let Some(passback) = &order.passback_params {
        told["passback_params"] = json!(passback);
    }
    Ok(told)
}

pub(super) fn close(merchant: &mut Merchant, commit: &mut Commit<'_>) -> Result<Value, Refusal> {
    let number = merchant.trade_named(Fields::of(commit.content)?.trade_named()?)?;
    let order = merchant.orders.get_mut(&number).ok_or_else(Refusal::trade_missing)?;
    if !order.close(commit.now) {
        return Err(Refusal::business("REASON_TRADE_STATUS_INVALID", "交易状态不合法"));
    }
    let trade_no = order.trade.as_ref().map(|trade| trade.trade_no.clone());
    merchant.notify_of_trade(&number, commit.now);
    Ok(json!({ "trade_no": trade_no, "out_trade_no": number }))
}

pub(super) fn cancel(merchant: &mut Merchant, commit: &mut Commit<'_>) -> Result<Value, Refusal> {
    let name = Fields::of(commit.content)?.trade_named()?;
    let own_number = Fields::of(commit.content)?.optional_text("out_trade_no", 64)?.map(str::to_owned);
    if commit.fault == Some(&FaultKind::RetryFlag) {
        return Ok(json!({ "out_trade_no": own_number, "retry_flag": "Y" }));
    }
    let Ok(number) = merchant.trade_named(name) else {
        return Ok(json!({ "out_trade_no": own_number, "retry_flag": "N" }));
    };
    let order = merchant.orders.get_mut(&number).ok_or_else(Refusal::trade_missing)?;
    let paid_at = order.trade.as_ref().and_then(|trade| trade.payment.as_ref()).map(|payment| payment.at);
    let action = match order.status() {
        Some(TradeStatus::WaitBuyerPay) => {
            order.close(commit.now);
            merchant.notify_of_trade(&number, commit.now);
            "close"
        }
        Some(TradeStatus::TradeSuccess) => {
            if paid_at.is_some_and(|at| commit.now.seconds_since(at) >= CANCEL_WITHIN_S) {
                return Err(Refusal::business("TRADE_CANCEL_TIME_OUT", "超过撤销时间范围，请用退款接口"));
            }
            merchant.refund_what_is_left(&number, commit.now)?;
            "refund"
        }
        Some(TradeStatus::TradeFinished) => {
            return Err(Refusal::business("TRADE_HAS_FINISHED", "交易已经完结"));
        }
        Some(TradeStatus::TradeClosed) | None => {
            if paid_at.is_some() {
                "refund"
            } else {
                "close"
            }
        }
    };
    let trade_no = merchant.orders.get(&number).and_then(|order| order.trade.as_ref()).map(|t| t.trade_no.clone());
    Ok(json!({ "trade_no": trade_no, "out_trade_no": number, "retry_flag": "N", "action": action }))
}
