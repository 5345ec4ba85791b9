//! `alipay.trade.pay`: the merchant scans the code on the buyer's phone (§12.6).
//!
//! Promises: a code is good for one scan within a minute; how it ends was chosen when it was
//! shown: paid at once, asked for a password (10003), unknown (20000), or refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::buyers::Buyer;
use super::calls::{Commit, Told};
use super::errors::Refusal;
use super::fields::{Fields, refused};
use super::keys::random_digits;
use super::merchants::Merchant;
use super::opening::{Addresses, paid_fields};
use super::orders::{PayDraft, Product};
use crate::clock::Timestamp;

const LIFE_S: i64 = 60;

/// What comes of scanning a code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BarcodeOutcome {
    /// 10000: paid without a password.
    #[default]
    Success,
    /// 10003: the buyer is asked; `pay` and `refuse` answer.
    Password,
    /// 20000 although it was paid.
    UnknownPaid,
    /// 20000, and the buyer was never asked.
    UnknownUnpaid,
    /// 40004 with this sub code, such as `ACQ.BUYER_BALANCE_NOT_ENOUGH`.
    Refused { sub_code: String },
}

/// What to show; everything left out is as usual.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentCodeDraft {
    pub outcome: BarcodeOutcome,
    /// A name; another one is another buyer.
    pub buyer: Option<String>,
}

/// A code on the buyer's phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentCode {
    pub auth_code: String,
    pub expires_at: Timestamp,
}

#[derive(Debug)]
struct Shown {
    outcome: BarcodeOutcome,
    buyer: Buyer,
    expires_at: Timestamp,
}

/// Every code shown and not scanned yet.
#[derive(Debug, Default)]
pub(super) struct PaymentCodes(BTreeMap<String, Shown>);

impl PaymentCodes {
    pub(super) fn show(&mut self, draft: PaymentCodeDraft, now: Timestamp) -> PaymentCode {
        self.0.retain(|_, shown| now < shown.expires_at);
        let (auth_code, expires_at) = (format!("28{}", random_digits(16)), now.plus_s(LIFE_S));
        let buyer = draft.buyer.as_deref().map_or_else(Buyer::default, Buyer::named);
        self.0.insert(auth_code.clone(), Shown { outcome: draft.outcome, buyer, expires_at });
        PaymentCode { auth_code, expires_at }
    }

    fn scan(&mut self, auth_code: &str, now: Timestamp) -> Option<Shown> {
        self.0.remove(auth_code).filter(|shown| now < shown.expires_at)
    }
}

/// 16 to 24 digits that begin with 25 to 30 (§12.6).
fn is_auth_code(text: &str) -> bool {
    let begins = text.get(..2).and_then(|start| start.parse::<u8>().ok()).is_some_and(|n| (25..=30).contains(&n));
    (16..=24).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) && begins
}

pub(super) fn pay(merchant: &mut Merchant, commit: &mut Commit<'_>) -> Result<Told, Refusal> {
    let fields = Fields::of(commit.content)?;
    let auth_code = fields.text("auth_code", 64)?;
    if !is_auth_code(auth_code) {
        return Err(Refusal::business(
            "PAYMENT_AUTH_CODE_INVALID",
            "支付失败，获取顾客账户信息失败，请顾客刷新付款码后重新收款",
        ));
    }
    if fields.optional_text("scene", 32)?.is_some_and(|scene| !SCENES.contains(&scene)) {
        return Err(refused("scene", "须为bar_code、wave_code或security_code"));
    }
    let addresses = Addresses { notify_url: commit.notify_url, return_url: None, charset: commit.charset };
    let is_known = fields.optional_text("out_trade_no", 64)?.is_some_and(|number| merchant.orders.contains_key(number));
    let number = merchant.open_order(commit.content, Product::Pay, &addresses, commit.now)?;
    let is_waiting = merchant.orders.get(&number).is_some_and(|order| order.trade.is_some());
    let outcome = if is_waiting {
        BarcodeOutcome::Password
    } else {
        match scan(merchant, commit, &number, auth_code) {
            Ok(outcome) => outcome,
            Err(refusal) => {
                if !is_known {
                    merchant.orders.remove(&number);
                }
                return Err(refusal);
            }
        }
    };
    if matches!(outcome, BarcodeOutcome::Success | BarcodeOutcome::UnknownPaid) {
        let paid = merchant.pay(&number, &PayDraft::default(), commit.now);
        paid.map_err(|_| Refusal::business("PAYMENT_FAIL", "支付失败"))?;
        merchant.notify_of_trade(&number, commit.now);
    }
    match outcome {
        BarcodeOutcome::Success => told(merchant, &number, "10000"),
        BarcodeOutcome::Password => told(merchant, &number, "10003"),
        _ => Err(unknown()),
    }
}

const SCENES: [&str; 3] = ["bar_code", "wave_code", "security_code"];

fn unknown() -> Refusal {
    Refusal::new("20000", "aop.unknow-error", "系统繁忙")
}

fn told(merchant: &Merchant, number: &str, code: &'static str) -> Result<Told, Refusal> {
    let order = merchant.orders.get(number).ok_or_else(Refusal::trade_missing)?;
    let mut fields: Value = paid_fields(merchant, order);
    if code == "10003"
        && let Some(members) = fields.as_object_mut()
    {
        members
            .retain(|name, _| ["trade_no", "out_trade_no", "total_amount", "buyer_logon_id"].contains(&name.as_str()));
    }
    Ok(Told { code, fields })
}

fn scan(
    merchant: &mut Merchant,
    commit: &mut Commit<'_>,
    number: &str,
    auth_code: &str,
) -> Result<BarcodeOutcome, Refusal> {
    let stale = || Refusal::business("PAYMENT_AUTH_CODE_INVALID", "付款码已失效，请顾客刷新付款码后重新收款");
    let shown = commit.payment_codes.scan(auth_code, commit.now).ok_or_else(stale)?;
    if shown.buyer.user_id() == merchant.seller_id {
        return Err(Refusal::business("BUYER_SELLER_EQUAL", "买卖家不能相同"));
    }
    if let BarcodeOutcome::Refused { sub_code } = &shown.outcome {
        return Err(Refusal::new("40004", sub_code, "支付失败"));
    }
    if shown.outcome != BarcodeOutcome::UnknownUnpaid
        && let Some(order) = merchant.orders.get_mut(number)
    {
        order.open_trade(&shown.buyer, commit.now);
    }
    Ok(shown.outcome)
}
