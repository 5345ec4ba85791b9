//! What a test, a script or the phone does to WeChat Pay from outside the protocol.
//!
//! Promises: every refusal names the field and what to do instead.

use super::certificates::PlatformCertificate;
use super::keys::{KeyPair, KeySet};
use super::merchants::Merchant;
use super::notifications::Delivery;
use super::orders::{NotPayable, Order, PayDraft, TradeState, pay};
use super::refunds::{NotSettled, RefundStatus, settle};
use super::trust::TrustMode;
use super::{Book, BookOrder, BookRefund, Fault, MerchantDraft, WeChatMerchantCredentials, WeChatPay};
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;

/// An order as the shopper's phone shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PhoneOrder {
    pub(crate) mchid: String,
    pub(crate) out_trade_no: String,
    pub(crate) merchant_name: String,
    pub(crate) description: String,
    pub(crate) total_fen: i64,
    pub(crate) pr: String,
    pub(crate) created_at: Timestamp,
    pub(crate) state: PhoneState,
}

/// What the phone can do with a scanned code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PhoneState {
    Payable,
    Paid { at: Timestamp, payer_total_fen: i64 },
    Closed,
    Expired,
}

impl WeChatPay {
    pub(crate) async fn add_merchant(&self, draft: MerchantDraft) -> Result<WeChatMerchantCredentials, SandboxError> {
        let keys = if draft.fresh_keys { KeySet::fresh().await? } else { KeySet::shared().await? };
        let merchant = Merchant::open(draft, keys, self.clock.now())?;
        let mut state = self.lock();
        if state.merchants.contains_key(&merchant.mchid) {
            return Err(SandboxError::refused("mchid", "is taken", "choose another one, or leave it out"));
        }
        let credentials = merchant.credentials();
        state.merchants.insert(merchant.mchid.clone(), merchant);
        Ok(credentials)
    }

    pub(crate) fn merchants(&self) -> Vec<WeChatMerchantCredentials> {
        self.lock().merchants.values().map(Merchant::credentials).collect()
    }

    fn with_merchant<T>(
        &self,
        mchid: &str,
        work: impl FnOnce(&mut Merchant, Timestamp) -> Result<T, SandboxError>,
    ) -> Result<T, SandboxError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let merchant = state.merchants.get_mut(mchid).ok_or_else(|| {
            SandboxError::unknown(
                "mchid",
                "no such merchant",
                "see GET /sandbox/wechatpay/merchants for those there are",
            )
        })?;
        merchant.advance(now);
        work(merchant, now)
    }

    pub(crate) fn book(&self, mchid: &str) -> Result<Book, SandboxError> {
        self.with_merchant(mchid, |merchant, now| {
            merchant.orders.values_mut().for_each(|order| order.lapse(now));
            Ok(merchant.book())
        })
    }

    pub(crate) fn pay(&self, mchid: &str, number: &str, draft: &PayDraft) -> Result<BookOrder, SandboxError> {
        let paid = self.with_merchant(mchid, |merchant, now| {
            pay(merchant, number, draft, now).map_err(told_not_payable)?;
            let order = merchant.orders.get(number).ok_or_else(unknown_order)?;
            let delivery = Delivery::of_payment(merchant, order, now);
            merchant.deliveries.push(delivery);
            merchant.book_order(number).ok_or_else(unknown_order)
        })?;
        self.woken.notify_one();
        Ok(paid)
    }

    /// The shopper turns away; the order stays open (§10.3).
    pub(crate) fn refuse(&self, mchid: &str, number: &str) -> Result<BookOrder, SandboxError> {
        self.with_merchant(mchid, |merchant, now| {
            let order = merchant.orders.get_mut(number).ok_or_else(unknown_order)?;
            if matches!(order.state, TradeState::Success | TradeState::Refund) {
                return Err(told_not_payable(NotPayable::AlreadyPaid));
            }
            order.refused_at = Some(now);
            merchant.book_order(number).ok_or_else(unknown_order)
        })
    }

    pub(crate) fn settle_refund(
        &self,
        mchid: &str,
        number: &str,
        status: RefundStatus,
    ) -> Result<BookRefund, SandboxError> {
        let unknown = || SandboxError::unknown("out_refund_no", "no such refund", "see the merchant's book");
        let settled = self.with_merchant(mchid, |merchant, now| {
            settle(merchant, number, status, now).map_err(|reason| match reason {
                NotSettled::Unknown => unknown(),
                NotSettled::Final(now_is) => SandboxError::refused(
                    "status",
                    &format!("cannot follow {}", now_is.name()),
                    "only PROCESSING and ABNORMAL refunds still move",
                ),
            })?;
            merchant.book_refund(number).ok_or_else(unknown)
        })?;
        self.woken.notify_one();
        Ok(settled)
    }

    pub(crate) fn has_order(&self, mchid: &str, number: &str) -> Result<(), SandboxError> {
        self.with_merchant(mchid, |merchant, _| {
            merchant.orders.contains_key(number).then_some(()).ok_or_else(unknown_order)
        })
    }

    pub(crate) fn set_trust_mode(
        &self,
        mchid: &str,
        mode: TrustMode,
        public_key_percent: Option<u8>,
    ) -> Result<(), SandboxError> {
        if public_key_percent.is_some_and(|percent| percent > 100) {
            return Err(SandboxError::refused("public_key_percent", "is out of range", "give 0 to 100"));
        }
        self.with_merchant(mchid, |merchant, _| {
            merchant.trust.mode = mode;
            merchant.trust.public_key_percent = public_key_percent.unwrap_or(merchant.trust.public_key_percent);
            Ok(())
        })
    }

    /// Adds a certificate with a new key; `retire_old` takes the others out of service.
    pub(crate) async fn rotate_certificate(
        &self,
        mchid: &str,
        retire_old: bool,
    ) -> Result<WeChatMerchantCredentials, SandboxError> {
        let certificate = PlatformCertificate::issue(KeyPair::make().await?, self.clock.now())?;
        self.with_merchant(mchid, |merchant, _| {
            if retire_old {
                merchant.trust.certificates.clear();
            }
            merchant.trust.certificates.push(certificate);
            Ok(merchant.credentials())
        })
    }

    /// Takes every certificate but the newest out of service.
    pub(crate) fn retire_certificates(&self, mchid: &str) -> Result<WeChatMerchantCredentials, SandboxError> {
        self.with_merchant(mchid, |merchant, _| {
            let old = merchant.trust.certificates.len().saturating_sub(1);
            merchant.trust.certificates.drain(..old);
            Ok(merchant.credentials())
        })
    }

    pub(crate) fn add_fault(&self, fault: Fault) -> Result<(), SandboxError> {
        fault.check()?;
        self.lock().faults.push(fault);
        Ok(())
    }

    pub(crate) fn faults(&self) -> Vec<Fault> {
        self.lock().faults.clone()
    }

    pub(crate) fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// Codes nobody paid yet, newest first.
    pub(crate) fn waiting_codes(&self) -> Vec<PhoneOrder> {
        let now = self.clock.now();
        let state = self.lock();
        let mut waiting: Vec<PhoneOrder> = Vec::new();
        for merchant in state.merchants.values() {
            let told = merchant.orders.values().filter_map(|order| {
                let code = order.codes.last()?;
                Some(on_phone(merchant, order, &code.pr, code.is_expired(now), now))
            });
            waiting.extend(told.filter(|order| order.state == PhoneState::Payable));
        }
        waiting.sort_by_key(|order| std::cmp::Reverse(order.created_at));
        waiting
    }

    pub(crate) fn scan(&self, pr: &str) -> Option<PhoneOrder> {
        let now = self.clock.now();
        let mut state = self.lock();
        for merchant in state.merchants.values_mut() {
            let scanned = |order: &Order| order.codes.iter().find(|code| code.pr == pr).cloned();
            let found = merchant.orders.values().find_map(|order| Some((order.out_trade_no.clone(), scanned(order)?)));
            if let Some((number, code)) = found {
                merchant.orders.get_mut(&number)?.lapse(now);
                let order = merchant.orders.get(&number)?;
                return Some(on_phone(merchant, order, pr, code.is_expired(now), now));
            }
        }
        None
    }
}

fn on_phone(merchant: &Merchant, order: &Order, pr: &str, code_expired: bool, now: Timestamp) -> PhoneOrder {
    let state = match (&order.payment, order.state) {
        (Some(paid), _) => PhoneState::Paid { at: paid.at, payer_total_fen: paid.payer_total_fen },
        (None, TradeState::Closed) => PhoneState::Closed,
        (None, _) if code_expired || !order.is_payable(now) => PhoneState::Expired,
        (None, _) => PhoneState::Payable,
    };
    PhoneOrder {
        mchid: merchant.mchid.clone(),
        out_trade_no: order.out_trade_no.clone(),
        merchant_name: merchant.name.clone(),
        description: order.description.clone(),
        total_fen: order.total_fen,
        pr: pr.to_owned(),
        created_at: order.created_at,
        state,
    }
}

fn unknown_order() -> SandboxError {
    SandboxError::unknown("out_trade_no", "no such order", "see the merchant's book for those there are")
}

fn told_not_payable(reason: NotPayable) -> SandboxError {
    let refused = |problem: &str, fix: &str| SandboxError::refused("out_trade_no", problem, fix);
    match reason {
        NotPayable::Unknown => unknown_order(),
        NotPayable::AlreadyPaid => refused("is paid already", "use /notify to send its notification again"),
        NotPayable::Closed => refused("is closed", "give {\"force\": true} for a late payment"),
        NotPayable::Expired => refused("is past its time_expire", "give {\"force\": true} for a late payment"),
        NotPayable::PayerTotal => {
            SandboxError::refused("payer_total_fen", "is out of range", "give 0 to the order's total")
        }
    }
}
