//! Refunds: accepted first, settled later by the clock or by script (§11).
//!
//! Promises: one refund per `out_refund_no`; the same parameters return it, others are
//! refused; never more than was paid, never more than fifty for one order.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::calls::{Answer, Commit};
use super::errors::Refusal;
use super::faults::FaultKind;
use super::fields::without_nulls;
use super::funds::Account;
use super::keys::random_digits;
use super::merchants::Merchant;
use super::notifications::Told;
use super::orders::{TradeState, beijing_date, number_of_transaction};
use super::refund_requests::Asked;
use crate::clock::Timestamp;

pub(super) const REFUND_NUMBER_MARKS: &str = "_-|*@";
const REFUNDS_PER_ORDER: usize = 50;
const REFUNDABLE_FOR_S: i64 = 365 * 86_400;

/// §11.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundStatus {
    Processing,
    Success,
    Closed,
    Abnormal,
}

impl RefundStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Processing => "PROCESSING",
            Self::Success => "SUCCESS",
            Self::Closed => "CLOSED",
            Self::Abnormal => "ABNORMAL",
        }
    }

    /// `SUCCESS` and `CLOSED` are final.
    fn may_become(self, next: Self) -> bool {
        match self {
            Self::Processing => next != Self::Processing,
            Self::Abnormal => next != Self::Abnormal,
            Self::Success | Self::Closed => false,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Refund {
    pub(super) out_refund_no: String,
    pub(super) refund_id: String,
    pub(super) out_trade_no: String,
    pub(super) transaction_id: String,
    pub(super) sub_mchid: Option<String>,
    pub(super) notify_url: Option<String>,
    pub(super) refund_fen: i64,
    pub(super) total_fen: i64,
    payer_total_fen: i64,
    pub(super) payer_refund_fen: i64,
    /// Which accounts paid how much.
    sources: Vec<(Account, i64)>,
    funds_account: &'static str,
    pub(super) channel: &'static str,
    pub(super) created_at: Timestamp,
    pub(super) settled_at: Option<Timestamp>,
    pub(super) succeeded_at: Option<Timestamp>,
    pub(super) status: RefundStatus,
    /// What it settles to and when; `None` once settled or when a script keeps it waiting.
    pub(super) outcome: Option<(Timestamp, RefundStatus)>,
    /// Made by a person in the console: the merchant's program knows nothing of it.
    pub(super) by_console: bool,
    request: Value,
}

impl Refund {
    pub(super) fn describe(&self) -> Value {
        let mut told = json!({
            "refund_id": self.refund_id,
            "out_refund_no": self.out_refund_no,
            "transaction_id": self.transaction_id,
            "out_trade_no": self.out_trade_no,
            "channel": self.channel,
            "user_received_account": self.received_account(),
            "create_time": self.created_at.to_beijing_rfc3339(),
            "status": self.status.name(),
            "funds_account": self.funds_account,
            "amount": {
                "total": self.total_fen,
                "refund": self.refund_fen,
                "payer_total": self.payer_total_fen,
                "payer_refund": self.payer_refund_fen,
                "settlement_refund": self.payer_refund_fen,
                "settlement_total": self.payer_total_fen,
                "discount_refund": self.refund_fen - self.payer_refund_fen,
                "currency": "CNY",
                "refund_fee": 0,
            },
        });
        if let Some(at) = self.succeeded_at {
            told["success_time"] = json!(at.to_beijing_rfc3339());
        }
        told
    }

    fn received_account(&self) -> &'static str {
        match self.channel {
            "OTHER_BANKCARD" => "招商银行借记卡0403",
            "OTHER_BALANCE" => "商户结算银行账户",
            _ => "支付用户零钱",
        }
    }

    /// The decrypted resource of a refund notification (§13.4).
    fn resource(&self, mchid: &str) -> Value {
        let mut told = json!({
            "out_trade_no": self.out_trade_no,
            "transaction_id": self.transaction_id,
            "out_refund_no": self.out_refund_no,
            "refund_id": self.refund_id,
            "refund_status": self.status.name(),
            "user_received_account": self.received_account(),
            "amount": {
                "total": self.total_fen,
                "refund": self.refund_fen,
                "payer_total": self.payer_total_fen,
                "payer_refund": self.payer_refund_fen,
            },
        });
        match &self.sub_mchid {
            None => told["mchid"] = json!(mchid),
            Some(sub_mchid) => {
                told["sp_mchid"] = json!(mchid);
                told["sub_mchid"] = json!(sub_mchid);
            }
        }
        if let Some(at) = self.succeeded_at {
            told["success_time"] = json!(at.to_beijing_rfc3339());
        }
        told
    }
}

/// `POST /v3/refund/domestic/refunds`.
pub(super) fn create(merchant: &mut Merchant, commit: &mut Commit<'_>) -> Result<Answer, Refusal> {
    let asked = Asked::read(commit.document)?;
    if let Some(known) = merchant.refunds.get(asked.out_refund_no) {
        return if known.request == without_nulls(commit.document) {
            Ok(Answer::Json(known.describe()))
        } else {
            Err(Refusal::invalid_request("订单金额或退款金额与之前请求不一致，请核实后再试"))
        };
    }
    let by_transaction = || number_of_transaction(merchant, asked.transaction_id?);
    let number = asked.out_trade_no.map(str::to_owned).or_else(by_transaction).unwrap_or_default();
    let order = merchant.orders.get(&number).ok_or_else(|| Refusal::resource_missing("订单不存在或未支付"))?;
    if order.party.sub_mchid() != asked.sub_mchid {
        return Err(Refusal::invalid_request("订单与子商户不匹配"));
    }
    let request = without_nulls(commit.document);
    let outcome = match commit.fault {
        Some(FaultKind::RefundOutcome { status: RefundStatus::Processing }) => None,
        Some(FaultKind::RefundOutcome { status }) => Some(*status),
        _ => Some(RefundStatus::Success),
    };
    let told = accept(merchant, &number, &asked, request, outcome, commit.now)?.describe();
    Ok(Answer::Json(told))
}

/// Enters a refund into the book; it settles to `outcome`, or waits for a script without one.
fn accept<'m>(
    merchant: &'m mut Merchant,
    number: &str,
    asked: &Asked<'_>,
    request: Value,
    outcome: Option<RefundStatus>,
    now: Timestamp,
) -> Result<&'m mut Refund, Refusal> {
    let (transaction_id, payer_total_fen) = check_refundable(merchant, number, asked, now)?;
    if !asked.sources.iter().all(|(account, fen)| merchant.funds.holds(*account, *fen)) {
        return Err(Refusal::new(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起"));
    }
    for (account, fen) in &asked.sources {
        merchant.funds.take(*account, *fen);
    }
    let settles_at = now.plus_ms(merchant.refund_delay_ms);
    let share = i128::from(asked.refund_fen) * i128::from(payer_total_fen) / i128::from(asked.total_fen);
    let is_available = asked.sources.iter().all(|(account, _)| *account == Account::Available);
    let refund = Refund {
        out_refund_no: asked.out_refund_no.to_owned(),
        refund_id: format!("5000000000{}{}", beijing_date(now), random_digits(11)),
        out_trade_no: number.to_owned(),
        transaction_id,
        sub_mchid: asked.sub_mchid.map(str::to_owned),
        notify_url: asked.notify_url.map(str::to_owned).or_else(|| merchant.refund_notify_url.clone()),
        refund_fen: asked.refund_fen,
        total_fen: asked.total_fen,
        payer_total_fen,
        payer_refund_fen: i64::try_from(share).unwrap_or(asked.refund_fen),
        sources: asked.sources.clone(),
        funds_account: if is_available { "AVAILABLE" } else { "UNSETTLED" },
        channel: "ORIGINAL",
        created_at: now,
        settled_at: None,
        succeeded_at: None,
        status: RefundStatus::Processing,
        outcome: outcome.map(|status| (settles_at, status)),
        by_console: false,
        request,
    };
    if let Some(order) = merchant.orders.get_mut(number) {
        order.state = TradeState::Refund;
        order.last_refund_at = Some(now);
    }
    if refund.outcome.is_some() {
        merchant.refunds_waiting.push(refund.out_refund_no.clone());
    }
    Ok(merchant.refunds.entry(refund.out_refund_no.clone()).or_insert(refund))
}

/// Tells the payment's number and what its payer paid.
fn check_refundable(
    merchant: &Merchant,
    number: &str,
    asked: &Asked<'_>,
    now: Timestamp,
) -> Result<(String, i64), Refusal> {
    let order = merchant.orders.get(number);
    let (Some(order), Some(paid)) = (order, order.and_then(|order| order.payment.as_ref())) else {
        return Err(Refusal::resource_missing("订单不存在或未支付"));
    };
    if order.state == TradeState::Revoked {
        return Err(Refusal::invalid_request("订单已撤销，不可退款"));
    }
    if asked.total_fen != order.total_fen {
        return Err(Refusal::invalid_request("订单金额与原订单不一致，请核实后再试"));
    }
    if now.seconds_since(paid.at) > REFUNDABLE_FOR_S {
        return Err(Refusal::invalid_request("订单已超过可退款的最大期限"));
    }
    let earlier = || merchant.refunds.values().filter(|refund| refund.out_trade_no == order.out_trade_no);
    if earlier().count() >= REFUNDS_PER_ORDER {
        return Err(Refusal::invalid_request("订单退款次数已达上限50次"));
    }
    let taken_fen: i64 = earlier().filter(|r| r.status != RefundStatus::Closed).map(|r| r.refund_fen).sum();
    if asked.refund_fen > order.total_fen - taken_fen {
        return Err(Refusal::invalid_request("申请退款金额大于订单剩余可退金额"));
    }
    if order.last_refund_at.is_some_and(|at| now.seconds_since(at) < merchant.refund_spacing_s) {
        return Err(Refusal::new(429, "FREQUENCY_LIMITED", "该订单退款过于频繁，请一分钟后再试"));
    }
    Ok((paid.transaction_id.clone(), paid.payer_total_fen))
}

/// A person refunds in the console, under a number the merchant's program never saw.
pub(super) fn refund_by_hand(
    merchant: &mut Merchant,
    number: &str,
    refund_fen: i64,
    now: Timestamp,
) -> Result<String, Refusal> {
    let order = merchant.orders.get(number).ok_or_else(Refusal::order_missing)?;
    let (total_fen, sub_mchid) = (order.total_fen, order.party.sub_mchid().map(str::to_owned));
    let out_refund_no = random_digits(28);
    let asked = Asked {
        out_refund_no: &out_refund_no,
        out_trade_no: Some(number),
        transaction_id: None,
        sub_mchid: sub_mchid.as_deref(),
        notify_url: None,
        sources: vec![(Account::Available, refund_fen)],
        refund_fen,
        total_fen,
    };
    accept(merchant, number, &asked, Value::Null, Some(RefundStatus::Success), now)?.by_console = true;
    settle_due(merchant, now);
    Ok(out_refund_no)
}

/// `GET /v3/refund/domestic/refunds/{out_refund_no}`.
pub(super) fn query(merchant: &mut Merchant, number: &str, commit: &Commit<'_>) -> Result<Answer, Refusal> {
    let sub_mchid = commit.query("sub_mchid");
    let refund = merchant.refunds.get(number).filter(|refund| refund.sub_mchid == sub_mchid);
    Ok(Answer::Json(refund.ok_or_else(|| Refusal::resource_missing("退款单不存在"))?.describe()))
}

/// Why a script could not settle a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotSettled {
    Unknown,
    Final(RefundStatus),
}

pub(super) fn settle(
    merchant: &mut Merchant,
    number: &str,
    next: RefundStatus,
    now: Timestamp,
) -> Result<(), NotSettled> {
    let refund = merchant.refunds.get_mut(number).ok_or(NotSettled::Unknown)?;
    if !refund.status.may_become(next) {
        return Err(NotSettled::Final(refund.status));
    }
    refund.outcome = None;
    refund.status = next;
    refund.settled_at = (next != RefundStatus::Processing).then_some(now);
    refund.succeeded_at = (next == RefundStatus::Success).then_some(now);
    if next == RefundStatus::Processing {
        return Ok(());
    }
    if next == RefundStatus::Closed {
        for (account, fen) in &refund.sources {
            merchant.funds.put(*account, *fen);
        }
    }
    if let Some(url) = refund.notify_url.clone() {
        let resource = refund.resource(&merchant.mchid);
        let delivery = Told::of_refund(refund, url, resource, now);
        merchant.deliveries.push(delivery);
    }
    Ok(())
}

/// Settles every refund whose time has come.
pub(super) fn settle_due(merchant: &mut Merchant, now: Timestamp) {
    let waiting = std::mem::take(&mut merchant.refunds_waiting);
    for number in waiting {
        match merchant.refunds.get(&number).and_then(|refund| refund.outcome) {
            Some((at, status)) if at <= now => {
                // Cannot be final yet: a script that settles it clears the outcome.
                // Dated when it was due, not when somebody looked.
                let _ = settle(merchant, &number, status, at);
            }
            Some(_) => merchant.refunds_waiting.push(number),
            None => {}
        }
    }
}
