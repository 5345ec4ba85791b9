//! What follows a purchase (§9): refund, void, reversal.
//!
//! Promises: totals are kept, refunds on their way included; a void lives on the settlement
//! day of its purchase alone and never after a refund; answers say "accepted", the result
//! comes by notification and query.

use super::errors::Refusal;
use super::faults::FaultKind;
use super::merchants::Merchant;
use super::messages::{Fields, fields};
use super::requests::Request;
use super::times::settlement_day;
use super::transactions::{Key, Product, Transaction, TransactionState};
use crate::clock::Timestamp;

impl Merchant {
    /// The purchase that a follow-up names, by number or by order and time.
    fn original_of(&self, request: Request<'_>) -> Result<Key, Refusal> {
        let found = match request.optional("origQryId") {
            Some(query_id) => self.by_query_id(query_id),
            None => {
                let key = (request.required("origOrderId")?.to_owned(), request.required("origTxnTime")?.to_owned());
                self.transactions.get(&key)
            }
        };
        let found = found.filter(|found| found.product.is_purchase());
        found.map(Transaction::key).ok_or_else(|| Refusal::new("35", "原交易不存在或状态不正确"))
    }

    pub(super) fn by_query_id(&self, query_id: &str) -> Option<&Transaction> {
        let is_it = |found: &&Transaction| found.settlement.as_ref().is_some_and(|s| s.query_id == query_id);
        self.transactions.values().find(is_it)
    }

    /// Checks a refund or a void against its purchase and enters it into the book.
    fn follow(
        &mut self,
        request: Request<'_>,
        product: Product,
        fault: Option<&FaultKind>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let key = request.order()?;
        let amount_fen = request.amount()?;
        request.channel()?;
        request.address("backUrl")?;
        if request.optional("currencyCode").is_some() {
            request.currency()?;
        }
        if self.transactions.contains_key(&key) {
            return Err(Refusal::new("12", "重复交易"));
        }
        let original = self.original_of(request)?;
        self.check_follow(&original, product, amount_fen, now)?;
        let decides_at = match fault {
            Some(FaultKind::StaysPending) => None,
            Some(FaultKind::EndsWith { resp_code }) => Some((now.plus_ms(self.settle_delay_ms), resp_code.clone())),
            _ => Some((now.plus_ms(self.settle_delay_ms), "00".to_owned())),
        };
        let followed = Transaction {
            product,
            request: request.0.clone(),
            amount_fen,
            created_at: now,
            pay_until: None,
            state: TransactionState::Pending,
            resp_code: String::new(),
            handle: String::new(),
            settlement: None,
            original: Some(original),
            decides_at,
            refused_at: None,
            is_reversed: false,
        };
        self.transactions.insert(key, followed);
        self.advance(now);
        Ok(())
    }

    fn check_follow(&self, original: &Key, product: Product, amount_fen: i64, now: Timestamp) -> Result<(), Refusal> {
        let not_eligible = || Refusal::new("35", "原交易不存在或状态不正确");
        let found = self.transactions.get(original).ok_or_else(not_eligible)?;
        let paid_at = found.settlement.as_ref().filter(|_| !found.is_reversed).ok_or_else(not_eligible)?.at;
        let refunded_fen = self.refunded_fen(original);
        let is_void = product == Product::Void;
        if refunded_fen >= found.amount_fen || (is_void && refunded_fen > 0) {
            return Err(Refusal::new("45", "原交易已退货或已撤销"));
        }
        if is_void && amount_fen != found.amount_fen {
            return Err(Refusal::new("36", "与原交易信息不符：txnAmt"));
        }
        if amount_fen > found.amount_fen - refunded_fen {
            return Err(Refusal::new("36", "退货金额超过可退金额"));
        }
        if is_void && settlement_day(paid_at) != settlement_day(now) {
            return Err(not_eligible());
        }
        if now.seconds_since(paid_at) > self.refund_window_s {
            return Err(Refusal::new("35", "原交易已超过退货期限"));
        }
        Ok(())
    }
}

pub(super) fn refund(
    merchant: &mut Merchant,
    request: Request<'_>,
    fault: Option<&FaultKind>,
    now: Timestamp,
) -> Result<Fields, Refusal> {
    merchant.follow(request, Product::Refund, fault, now)?;
    Ok(accepted(merchant, request))
}

pub(super) fn void(
    merchant: &mut Merchant,
    request: Request<'_>,
    fault: Option<&FaultKind>,
    now: Timestamp,
) -> Result<Fields, Refusal> {
    merchant.follow(request, Product::Void, fault, now)?;
    Ok(accepted(merchant, request))
}

/// The number under which it runs, once it has one.
fn accepted(merchant: &Merchant, request: Request<'_>) -> Fields {
    let found = request.order().ok().and_then(|key| merchant.transactions.get(&key)?.settlement.clone());
    found.map_or_else(Fields::new, |settlement| fields([("queryId", settlement.query_id.as_str())]))
}

/// Undoes a purchase of today, decided or not (§9.4).
pub(super) fn reversal(merchant: &mut Merchant, request: Request<'_>, now: Timestamp) -> Result<Fields, Refusal> {
    let key = request.order()?;
    // By its own order and time, or by the original's where those are given.
    let original = match merchant.transactions.get(&key).filter(|found| found.product.is_purchase()) {
        Some(found) => found.key(),
        None => merchant.original_of(request)?,
    };
    let refunded_fen = merchant.refunded_fen(&original);
    let found = merchant.transactions.get_mut(&original).ok_or_else(Refusal::not_found)?;
    if settlement_day(found.created_at) != settlement_day(now) || refunded_fen > 0 {
        return Err(Refusal::new("35", "原交易不存在或状态不正确"));
    }
    if found.is_reversed {
        return Err(Refusal::new("46", "原交易已冲正"));
    }
    found.is_reversed = true;
    found.state = TransactionState::Failed;
    "01".clone_into(&mut found.resp_code);
    found.decides_at = None;
    Ok(Fields::new())
}
