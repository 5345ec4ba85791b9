//! What a test, a script or the phone does to UnionPay from outside the protocol.
//!
//! Promises: every refusal names the field and what to do instead.

use super::book::{Book, BookTransaction};
use super::certificates::Authority;
use super::errors::is_resp_code;
use super::faults::Fault;
use super::files::FileEdit;
use super::keys::{of_authority, of_merchant};
use super::merchants::{Merchant, MerchantCredentials, MerchantDraft};
use super::payment_codes::{PaymentCode, PaymentCodeDraft};
use super::transactions::{Key, NotPayable, PayDraft, TransactionState};
use super::{State, UnionPay};
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;

impl UnionPay {
    pub(crate) async fn add_merchant(&self, draft: MerchantDraft) -> Result<MerchantCredentials, SandboxError> {
        let key = of_merchant(draft.fresh_keys).await?;
        let authority_keys = of_authority().await?;
        let now = self.clock.now();
        let mut guard = self.lock();
        let State { merchants, authority, .. } = &mut *guard;
        let authority = match authority {
            Some(authority) => authority,
            None => authority.insert(Authority::establish(authority_keys, now)?),
        };
        let merchant = Merchant::open(draft, key, authority, now)?;
        if merchants.contains_key(&merchant.mer_id) {
            return Err(SandboxError::refused("mer_id", "is taken", "choose another one, or leave it out"));
        }
        let credentials = merchant.credentials(authority);
        merchants.insert(merchant.mer_id.clone(), merchant);
        Ok(credentials)
    }

    pub(crate) fn merchants(&self) -> Vec<MerchantCredentials> {
        let state = self.lock();
        let Some(authority) = &state.authority else { return Vec::new() };
        state.merchants.values().map(|merchant| merchant.credentials(authority)).collect()
    }

    pub(super) fn with_merchant<T>(
        &self,
        mer_id: &str,
        work: impl FnOnce(&mut Merchant, Timestamp) -> Result<T, SandboxError>,
    ) -> Result<T, SandboxError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let merchant = state.merchants.get_mut(mer_id).ok_or_else(|| {
            let fix = "see GET /sandbox/unionpay/merchants for those there are";
            SandboxError::unknown("mer_id", "no such merchant", fix)
        })?;
        merchant.advance(now);
        work(merchant, now)
    }

    /// The newest transaction of that number.
    fn with_order<T>(
        &self,
        mer_id: &str,
        order_id: &str,
        work: impl FnOnce(&mut Merchant, &Key, Timestamp) -> Result<T, SandboxError>,
    ) -> Result<T, SandboxError> {
        self.with_merchant(mer_id, |merchant, now| {
            let key = merchant.key_of(order_id).ok_or_else(|| told_not_payable(NotPayable::Unknown))?;
            work(merchant, &key, now)
        })
    }

    pub(crate) fn book(&self, mer_id: &str) -> Result<Book, SandboxError> {
        self.with_merchant(mer_id, |merchant, _| Ok(merchant.book()))
    }

    pub(crate) fn transaction(&self, mer_id: &str, order_id: &str) -> Result<BookTransaction, SandboxError> {
        self.with_order(mer_id, order_id, |merchant, key, _| told(merchant, key))
    }

    /// The buyer scans or opens the order and does not pay yet.
    pub(crate) fn scan(&self, mer_id: &str, order_id: &str) -> Result<BookTransaction, SandboxError> {
        self.with_order(mer_id, order_id, |merchant, key, now| {
            merchant.reach(key, now).map_err(told_not_payable)?;
            told(merchant, key)
        })
    }

    pub(crate) fn pay(&self, mer_id: &str, order_id: &str, draft: &PayDraft) -> Result<BookTransaction, SandboxError> {
        if draft.resp_code.as_deref().is_some_and(|code| !["00", "A6", "42"].contains(&code)) {
            return Err(SandboxError::refused("resp_code", "is no code of a payment", "give 00, A6 or 42, or decline"));
        }
        let paid = self.with_order(mer_id, order_id, |merchant, key, now| {
            merchant.pay(key, draft, now).map_err(told_not_payable)?;
            told(merchant, key)
        })?;
        self.woken.notify_one();
        Ok(paid)
    }

    /// The bank refuses; until its time is up the order may be paid with another card.
    pub(crate) fn decline(
        &self,
        mer_id: &str,
        order_id: &str,
        resp_code: &str,
    ) -> Result<BookTransaction, SandboxError> {
        if !is_resp_code(resp_code) || ["00", "A6", "42"].contains(&resp_code) {
            return Err(SandboxError::refused("resp_code", "is no code of a failure", "give one such as 64"));
        }
        let declined = self.with_order(mer_id, order_id, |merchant, key, now| {
            merchant.payable(key, true, now).map_err(told_not_payable)?;
            merchant.decide(key, resp_code, now);
            told(merchant, key)
        })?;
        self.woken.notify_one();
        Ok(declined)
    }

    /// The buyer turns away; the order stays open until its time is up.
    pub(crate) fn refuse(&self, mer_id: &str, order_id: &str) -> Result<BookTransaction, SandboxError> {
        self.with_order(mer_id, order_id, |merchant, key, now| {
            merchant.payable(key, true, now).map_err(told_not_payable)?;
            if let Some(found) = merchant.transactions.get_mut(key) {
                found.refused_at = Some(now);
            }
            told(merchant, key)
        })
    }

    /// A refund or a void that stays undecided is decided now.
    pub(crate) fn settle(
        &self,
        mer_id: &str,
        order_id: &str,
        resp_code: &str,
    ) -> Result<BookTransaction, SandboxError> {
        if !is_resp_code(resp_code) {
            return Err(SandboxError::refused("resp_code", "is no code of UnionPay's", "give one such as 00 or 01"));
        }
        let settled = self.with_order(mer_id, order_id, |merchant, key, now| {
            let found = merchant.transactions.get(key);
            if !found.is_some_and(|found| found.state == TransactionState::Pending) {
                let fix = "only what is undecided can be settled; see the merchant's book";
                return Err(SandboxError::refused("order_id", "is decided already", fix));
            }
            merchant.decide(key, resp_code, now);
            told(merchant, key)
        })?;
        self.woken.notify_one();
        Ok(settled)
    }

    /// Shows a payment code on the buyer's phone.
    pub(crate) fn show_payment_code(&self, draft: PaymentCodeDraft) -> Result<PaymentCode, SandboxError> {
        draft.check()?;
        let now = self.clock.now();
        Ok(self.lock().payment_codes.show(draft, now))
    }

    /// UnionPay signs under a new certificate from now on, and hands out a new one to encrypt for.
    pub(crate) fn renew_certificates(&self) -> Result<(), SandboxError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let authority = state.authority.as_mut();
        authority.ok_or_else(|| SandboxError::refused("mer_id", "no merchant yet", "add a merchant first"))?.renew(now)
    }

    pub(crate) fn edit_file(&self, mer_id: &str, day: &str, edit: FileEdit) -> Result<(), SandboxError> {
        check_day(day)?;
        self.with_merchant(mer_id, |merchant, _| {
            merchant.files.edit(day, edit);
            Ok(())
        })
    }

    pub(crate) fn clear_file_edits(&self, mer_id: &str, day: &str) -> Result<(), SandboxError> {
        check_day(day)?;
        self.with_merchant(mer_id, |merchant, _| {
            merchant.files.clear(day);
            Ok(())
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
}

fn check_day(day: &str) -> Result<(), SandboxError> {
    let is_day = day.len() == 10 && day.parse::<jiff::civil::Date>().is_ok();
    if is_day { Ok(()) } else { Err(SandboxError::refused("day", "is no day", "give it as YYYY-MM-DD")) }
}

fn told(merchant: &Merchant, key: &Key) -> Result<BookTransaction, SandboxError> {
    let found = merchant.transactions.get(key);
    found.map(|found| merchant.book_transaction(found)).ok_or_else(|| told_not_payable(NotPayable::Unknown))
}

fn told_not_payable(why: NotPayable) -> SandboxError {
    match why {
        NotPayable::Unknown => SandboxError::unknown("order_id", "no such order", "see the merchant's book"),
        NotPayable::NoPurchase => SandboxError::refused("order_id", "is no purchase", "settle refunds and voids"),
        NotPayable::AlreadyPaid => SandboxError::refused("order_id", "is paid already", "see the merchant's book"),
        NotPayable::Expired => {
            SandboxError::refused("order_id", "is past its payTimeout", "set force to pay it late all the same")
        }
        NotPayable::Reversed => {
            SandboxError::refused("order_id", "is reversed", "set force to pay it late all the same")
        }
    }
}
