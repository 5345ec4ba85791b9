//! Refunds: accepted first, settled later by the clock or by script (§11).
//!
//! Promises: one refund per `out_refund_no`; the same parameters return it, others are
//! refused; never more than was paid, never more than fifty for one order.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::calls::{Answer, Commit};
use super::errors::Refusal;
use super::faults::FaultKind;
use super::fields::{Fields, check_notify_url, without_nulls};
use super::keys::random_digits;
use super::merchants::Merchant;
use super::notifications::Delivery;
use super::orders::{TradeState, beijing_date, number_of_transaction};
use crate::clock::Timestamp;

const REFUND_NUMBER_MARKS: &str = "_-|*@";
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
    pub(super) notify_url: Option<String>,
    pub(super) refund_fen: i64,
    pub(super) total_fen: i64,
    payer_total_fen: i64,
    payer_refund_fen: i64,
    funds_account: String,
    pub(super) created_at: Timestamp,
    pub(super) succeeded_at: Option<Timestamp>,
    pub(super) status: RefundStatus,
    /// What it settles to and when; `None` once settled or when a script keeps it waiting.
    outcome: Option<(Timestamp, RefundStatus)>,
    request: Value,
}

impl Refund {
    fn describe(&self) -> Value {
        let mut told = json!({
            "refund_id": self.refund_id,
            "out_refund_no": self.out_refund_no,
            "transaction_id": self.transaction_id,
            "out_trade_no": self.out_trade_no,
            "channel": "ORIGINAL",
            "user_received_account": "支付用户零钱",
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

    /// The decrypted resource of a refund notification (§13.4).
    fn resource(&self, mchid: &str) -> Value {
        let mut told = json!({
            "mchid": mchid,
            "out_trade_no": self.out_trade_no,
            "transaction_id": self.transaction_id,
            "out_refund_no": self.out_refund_no,
            "refund_id": self.refund_id,
            "refund_status": self.status.name(),
            "user_received_account": "支付用户零钱",
            "amount": {
                "total": self.total_fen,
                "refund": self.refund_fen,
                "payer_total": self.payer_total_fen,
                "payer_refund": self.payer_refund_fen,
            },
        });
        if let Some(at) = self.succeeded_at {
            told["success_time"] = json!(at.to_beijing_rfc3339());
        }
        told
    }
}

/// What a refund request asks for, within the limits of §11.1.
struct Asked<'a> {
    out_refund_no: &'a str,
    out_trade_no: Option<&'a str>,
    transaction_id: Option<&'a str>,
    notify_url: Option<&'a str>,
    funds_account: &'a str,
    refund_fen: i64,
    total_fen: i64,
}

impl<'a> Asked<'a> {
    fn read(body: &'a Value) -> Result<Self, Refusal> {
        let fields = Fields::of_body(body)?;
        let out_trade_no = fields.optional_text("out_trade_no", 1, 32)?;
        let transaction_id = fields.optional_text("transaction_id", 1, 32)?;
        if out_trade_no.is_some() == transaction_id.is_some() {
            return Err(Refusal::parameter("transaction_id与out_trade_no必填且只能填一个"));
        }
        fields.optional_text("reason", 1, 80)?;
        let notify_url = fields.optional_text("notify_url", 8, 256)?;
        if let Some(address) = notify_url {
            check_notify_url(&fields, "notify_url", address)?;
        }
        let funds_account = fields.one_of("funds_account", &["AVAILABLE", "UNSETTLED"])?.unwrap_or("UNSETTLED");
        let amount = fields.object("amount")?;
        if amount.one_of("currency", &["CNY"])?.is_none() {
            return Err(amount.fails("currency", "必填"));
        }
        let refund_fen = amount.integer("refund", 1)?;
        check_sources(&amount, refund_fen)?;
        Ok(Self {
            out_refund_no: fields.number_text("out_refund_no", 1, 64, REFUND_NUMBER_MARKS)?,
            out_trade_no,
            transaction_id,
            notify_url,
            funds_account,
            refund_fen,
            total_fen: amount.integer("total", 1)?,
        })
    }
}

fn check_sources(amount: &Fields<'_>, refund_fen: i64) -> Result<(), Refusal> {
    let sources = amount.objects("from", 16)?;
    let mut sum_fen = 0_i64;
    for source in &sources {
        if source.one_of("account", &["AVAILABLE", "UNAVAILABLE"])?.is_none() {
            return Err(source.fails("account", "必填"));
        }
        sum_fen = sum_fen.saturating_add(source.integer("amount", 1)?);
    }
    if sources.is_empty() || sum_fen == refund_fen {
        Ok(())
    } else {
        Err(amount.fails("from", "合计须等于退款金额"))
    }
}

/// `POST /v3/refund/domestic/refunds`.
pub(super) fn create(merchant: &mut Merchant, commit: &Commit<'_>) -> Result<Answer, Refusal> {
    let asked = Asked::read(commit.document)?;
    if let Some(known) = merchant.refunds.get(asked.out_refund_no) {
        return if known.request == without_nulls(commit.document) {
            Ok(Answer::Json(known.describe()))
        } else {
            Err(Refusal::invalid_request("订单金额或退款金额与之前请求不一致，请核实后再试"))
        };
    }
    let refund = accept(merchant, &asked, commit)?;
    let told = refund.describe();
    if let Some(order) = merchant.orders.get_mut(&refund.out_trade_no) {
        order.state = TradeState::Refund;
        order.last_refund_at = Some(commit.now);
    }
    if refund.outcome.is_some() {
        merchant.refunds_waiting.push(refund.out_refund_no.clone());
    }
    merchant.refunds.insert(refund.out_refund_no.clone(), refund);
    Ok(Answer::Json(told))
}

fn accept(merchant: &Merchant, asked: &Asked<'_>, commit: &Commit<'_>) -> Result<Refund, Refusal> {
    let now = commit.now;
    let by_transaction = || number_of_transaction(merchant, asked.transaction_id?);
    let number = asked.out_trade_no.map(str::to_owned).or_else(by_transaction);
    let order = number.and_then(|number| merchant.orders.get(&number));
    let (Some(order), Some(paid)) = (order, order.and_then(|order| order.payment.as_ref())) else {
        return Err(Refusal::resource_missing("订单不存在或未支付"));
    };
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
    let settles_at = now.plus_ms(merchant.refund_delay_ms);
    let outcome = match commit.fault {
        Some(FaultKind::RefundOutcome { status: RefundStatus::Processing }) => None,
        Some(FaultKind::RefundOutcome { status }) => Some((settles_at, *status)),
        _ => Some((settles_at, RefundStatus::Success)),
    };
    let share = i128::from(asked.refund_fen) * i128::from(paid.payer_total_fen) / i128::from(order.total_fen);
    Ok(Refund {
        out_refund_no: asked.out_refund_no.to_owned(),
        refund_id: format!("5000000000{}{}", beijing_date(now), random_digits(11)),
        out_trade_no: order.out_trade_no.clone(),
        transaction_id: paid.transaction_id.clone(),
        notify_url: asked.notify_url.map(str::to_owned).or_else(|| merchant.refund_notify_url.clone()),
        refund_fen: asked.refund_fen,
        total_fen: order.total_fen,
        payer_total_fen: paid.payer_total_fen,
        payer_refund_fen: i64::try_from(share).unwrap_or(asked.refund_fen),
        funds_account: asked.funds_account.to_owned(),
        created_at: now,
        succeeded_at: None,
        status: RefundStatus::Processing,
        outcome,
        request: without_nulls(commit.document),
    })
}

/// `GET /v3/refund/domestic/refunds/{out_refund_no}`.
pub(super) fn query(merchant: &mut Merchant, number: &str, _commit: &Commit<'_>) -> Result<Answer, Refusal> {
    let refund = merchant.refunds.get(number).ok_or_else(|| Refusal::resource_missing("退款单不存在"))?;
    Ok(Answer::Json(refund.describe()))
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
    refund.succeeded_at = (next == RefundStatus::Success).then_some(now);
    if next == RefundStatus::Processing {
        return Ok(());
    }
    if let Some(url) = refund.notify_url.clone() {
        let resource = refund.resource(&merchant.mchid);
        let delivery = Delivery::of_refund(refund, url, resource, now);
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
                let _ = settle(merchant, &number, status, now);
            }
            Some(_) => merchant.refunds_waiting.push(number),
            None => {}
        }
    }
}
