//! Transactions: purchases and what follows them, each by its own order and time (§13).
//!
//! Promises: identity is orderId and txnTime together; a state moves as §9 allows; money counts
//! as refunded from the moment a refund is taken until it is known to have failed.

use serde::{Deserialize, Serialize};

use super::keys::random_digits;
use super::merchants::Merchant;
use super::messages::Fields;
use super::times::{month_day, settlement_day, trace_time};
use crate::clock::Timestamp;

/// orderId and txnTime.
pub(super) type Key = (String, String);

/// What a transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// The hosted page, on a desktop or a phone.
    Gateway,
    /// The native SDK, by a `tn`.
    App,
    /// The buyer scans.
    Qr,
    /// The shop scans.
    Barcode,
    Refund,
    Void,
}

impl Product {
    pub(super) fn is_purchase(self) -> bool {
        !matches!(self, Self::Refund | Self::Void)
    }

    /// §9.6: these tell of failures as well.
    fn is_told_of_failure(self) -> bool {
        matches!(self, Self::Barcode | Self::Refund | Self::Void)
    }
}

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionState {
    /// A code or a number was handed out and nobody used it: the query finds nothing.
    Unseen,
    Pending,
    Succeeded,
    /// A purchase may yet be paid with another card until its time is up.
    Failed,
}

/// What success left behind.
#[derive(Debug, Clone)]
pub(super) struct Settlement {
    pub(super) at: Timestamp,
    pub(super) query_id: String,
    pub(super) trace_no: String,
}

#[derive(Debug, Clone)]
pub(super) struct Transaction {
    pub(super) product: Product,
    /// The request as it came.
    pub(super) request: Fields,
    pub(super) amount_fen: i64,
    pub(super) created_at: Timestamp,
    pub(super) pay_until: Option<Timestamp>,
    pub(super) state: TransactionState,
    /// `origRespCode` once it succeeded or failed.
    pub(super) resp_code: String,
    /// Of the page, the `tn` or the code.
    pub(super) handle: String,
    pub(super) settlement: Option<Settlement>,
    /// Refund and void: what they follow.
    pub(super) original: Option<Key>,
    /// Refund, void: when the result is there, and which.
    pub(super) decides_at: Option<(Timestamp, String)>,
    pub(super) refused_at: Option<Timestamp>,
    /// Undone by a reversal.
    pub(super) is_reversed: bool,
}

impl Transaction {
    pub(super) fn field(&self, name: &str) -> &str {
        self.request.get(name).map_or("", String::as_str)
    }

    pub(super) fn key(&self) -> Key {
        (self.field("orderId").to_owned(), self.field("txnTime").to_owned())
    }

    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.pay_until.is_some_and(|until| until <= now)
    }

    /// What `origRespCode` tells (§9.1).
    pub(super) fn orig_resp_code(&self) -> &str {
        match self.state {
            TransactionState::Unseen => "34",
            TransactionState::Pending => "05",
            TransactionState::Succeeded | TransactionState::Failed => &self.resp_code,
        }
    }

    /// What stands on pages and phones: what was said of the goods, else the order.
    pub(super) fn description(&self) -> String {
        let risk = self.field("riskRateInfo").trim_matches(['{', '}']);
        let commodity = risk.split('&').find_map(|part| part.strip_prefix("commodityName="));
        let told = commodity.filter(|name| !name.is_empty()).unwrap_or_else(|| self.field("orderDesc"));
        if told.is_empty() { self.field("orderId").to_owned() } else { told.to_owned() }
    }

    fn succeed(&mut self, resp_code: &str, now: Timestamp) {
        self.state = TransactionState::Succeeded;
        resp_code.clone_into(&mut self.resp_code);
        self.settlement = Some(Settlement {
            at: now,
            query_id: format!("{}{}8", super::times::written(now), random_digits(6)),
            trace_no: random_digits(6),
        });
    }

    fn fail(&mut self, resp_code: &str) {
        self.state = TransactionState::Failed;
        resp_code.clone_into(&mut self.resp_code);
    }

    /// What answers and notifications tell of the settlement (§7.2).
    pub(super) fn settled_fields(&self) -> Vec<(String, String)> {
        let Some(settlement) = &self.settlement else { return Vec::new() };
        let pair = |name: &str, value: String| (name.to_owned(), value);
        let mut told = vec![
            pair("queryId", settlement.query_id.clone()),
            pair("traceNo", settlement.trace_no.clone()),
            pair("traceTime", trace_time(settlement.at)),
            pair("settleDate", month_day(settlement_day(settlement.at))),
            pair("settleAmt", self.amount_fen.to_string()),
            pair("settleCurrencyCode", "156".to_owned()),
            pair("accNo", "6216***********0018".to_owned()),
        ];
        if self.product.is_purchase() {
            told.extend([pair("payCardType", "01".to_owned()), pair("payType", "0002".to_owned())]);
        }
        told
    }
}

/// Why a purchase cannot be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotPayable {
    Unknown,
    NoPurchase,
    AlreadyPaid,
    Expired,
    Reversed,
}

/// A payment by hand; everything left out is as usual.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PayDraft {
    /// Pays what is past its time or reversed: real money that comes late.
    pub force: bool,
    /// `00` when left out; `A6` and `42` are money as well.
    pub resp_code: Option<String>,
}

impl Merchant {
    /// The newest one of that order number; times tell further ones apart.
    pub(super) fn newest(&self, order_id: &str) -> Option<&Transaction> {
        let same = self.transactions.values().filter(|found| found.field("orderId") == order_id);
        same.max_by_key(|found| (found.created_at, found.field("txnTime").to_owned()))
    }

    pub(super) fn key_of(&self, order_id: &str) -> Option<Key> {
        self.newest(order_id).map(Transaction::key)
    }

    pub(super) fn payable(&self, key: &Key, is_forced: bool, now: Timestamp) -> Result<(), NotPayable> {
        let found = self.transactions.get(key).ok_or(NotPayable::Unknown)?;
        match found.state {
            _ if !found.product.is_purchase() => Err(NotPayable::NoPurchase),
            TransactionState::Succeeded => Err(NotPayable::AlreadyPaid),
            _ if is_forced => Ok(()),
            _ if found.is_reversed => Err(NotPayable::Reversed),
            _ if found.is_expired(now) => Err(NotPayable::Expired),
            _ => Ok(()),
        }
    }

    /// The buyer is there: from now on the query finds it.
    pub(super) fn reach(&mut self, key: &Key, now: Timestamp) -> Result<(), NotPayable> {
        self.payable(key, false, now)?;
        if let Some(found) = self.transactions.get_mut(key).filter(|f| f.state == TransactionState::Unseen) {
            found.state = TransactionState::Pending;
        }
        Ok(())
    }

    pub(super) fn pay(&mut self, key: &Key, draft: &PayDraft, now: Timestamp) -> Result<(), NotPayable> {
        self.payable(key, draft.force, now)?;
        self.decide(key, draft.resp_code.as_deref().unwrap_or("00"), now);
        Ok(())
    }

    /// The result is there: success or failure, told where the product tells it.
    pub(super) fn decide(&mut self, key: &Key, resp_code: &str, now: Timestamp) {
        let Some(found) = self.transactions.get_mut(key) else { return };
        let is_success = ["00", "A6", "42"].contains(&resp_code);
        if is_success {
            found.succeed(resp_code, now)
        } else {
            found.fail(resp_code)
        }
        found.decides_at = None;
        if is_success || found.product.is_told_of_failure() {
            self.notify_of(key, now);
        }
    }

    /// Money that went back or is on its way.
    pub(super) fn refunded_fen(&self, original: &Key) -> i64 {
        let follows = |found: &&Transaction| found.original.as_ref() == Some(original);
        let counts = |found: &&Transaction| found.state != TransactionState::Failed;
        self.transactions.values().filter(follows).filter(counts).map(|found| found.amount_fen).sum()
    }

    /// Lets everything happen that time alone brings about.
    pub(super) fn advance(&mut self, now: Timestamp) {
        let due: Vec<(Key, String, Timestamp)> = self
            .transactions
            .values()
            .filter_map(|found| {
                let (at, code) = found.decides_at.as_ref().filter(|(at, _)| *at <= now)?;
                Some((found.key(), code.clone(), *at))
            })
            .collect();
        for (key, code, at) in due {
            self.decide(&key, &code, at);
        }
    }
}
