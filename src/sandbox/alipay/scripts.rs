//! What a test, a script or the phone does to Alipay from outside the protocol.
//!
//! Promises: every refusal names the field and what to do instead.

use tokio::sync::OnceCell;

use super::barcode::{PaymentCode, PaymentCodeDraft};
use super::bills::{BillEdit, BillPeriod};
use super::book::{Book, BookRefund, BookTrade, book_refund};
use super::buyers::Buyer;
use super::certificates::{Authority, AuthorityKeys, LEAF_LIFE_S};
use super::faults::Fault;
use super::keys::{KeyPair, KeySet, random_digits};
use super::merchants::{Merchant, MerchantCredentials, MerchantDraft};
use super::orders::{NotPayable, PayDraft};
use super::refunds::{Refund, RefundStatus};
use super::trust::TrustMode;
use super::{Alipay, barcode::BarcodeOutcome};
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;

const SYNTHETIC_ROWS_MAX: u64 = 10_000_000;

/// Slow to make, and no secret of anybody's.
static AUTHORITY_KEYS: OnceCell<AuthorityKeys> = OnceCell::const_new();

async fn authority_keys() -> Result<AuthorityKeys, SandboxError> {
    let make = || async { tokio::task::spawn_blocking(AuthorityKeys::generate).await.map_err(SandboxError::key)? };
    AUTHORITY_KEYS.get_or_try_init(make).await.cloned()
}

impl Alipay {
    pub(crate) async fn add_merchant(&self, draft: MerchantDraft) -> Result<MerchantCredentials, SandboxError> {
        let keys = if draft.fresh_keys { KeySet::fresh().await? } else { KeySet::shared().await? };
        let authority_keys = match draft.trust_mode {
            TrustMode::Certificates => Some(authority_keys().await?),
            TrustMode::PublicKey => None,
        };
        let now = self.clock.now();
        let mut state = self.lock();
        if let Some(keys) = authority_keys.filter(|_| state.authority.is_none()) {
            state.authority = Some(Authority::establish(&keys, now)?);
        }
        let authority = state.authority.as_ref().filter(|_| draft.trust_mode == TrustMode::Certificates);
        let merchant = Merchant::open(draft, keys, authority, now)?;
        if state.merchants.contains_key(&merchant.app_id) {
            return Err(SandboxError::refused("app_id", "is taken", "choose another one, or leave it out"));
        }
        let credentials = merchant.credentials();
        state.merchants.insert(merchant.app_id.clone(), merchant);
        Ok(credentials)
    }

    pub(crate) fn merchants(&self) -> Vec<MerchantCredentials> {
        self.lock().merchants.values().map(Merchant::credentials).collect()
    }

    pub(super) fn with_merchant<T>(
        &self,
        app_id: &str,
        work: impl FnOnce(&mut Merchant, Timestamp) -> Result<T, SandboxError>,
    ) -> Result<T, SandboxError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let merchant = state.merchants.get_mut(app_id).ok_or_else(|| {
            let fix = "see GET /sandbox/alipay/merchants for those there are";
            SandboxError::unknown("app_id", "no such application", fix)
        })?;
        merchant.advance(now);
        work(merchant, now)
    }

    pub(crate) fn book(&self, app_id: &str) -> Result<Book, SandboxError> {
        self.with_merchant(app_id, |merchant, _| Ok(merchant.book()))
    }

    pub(crate) fn book_trade(&self, app_id: &str, number: &str) -> Result<BookTrade, SandboxError> {
        self.with_merchant(app_id, |merchant, _| told(merchant, number))
    }

    /// A buyer opens the order on the phone and does not pay yet: it becomes a trade.
    pub(super) fn reach(&self, app_id: &str, number: &str, buyer: &Buyer) -> Result<BookTrade, SandboxError> {
        self.with_merchant(app_id, |merchant, now| {
            merchant.reach(number, buyer, now).map_err(told_not_payable)?;
            told(merchant, number)
        })
    }

    pub(crate) fn reach_as(&self, app_id: &str, number: &str, buyer: Option<&str>) -> Result<BookTrade, SandboxError> {
        self.reach(app_id, number, &buyer.map_or_else(Buyer::default, Buyer::named))
    }

    pub(crate) fn pay(&self, app_id: &str, number: &str, draft: &PayDraft) -> Result<BookTrade, SandboxError> {
        let paid = self.with_merchant(app_id, |merchant, now| {
            merchant.pay(number, draft, now).map_err(told_not_payable)?;
            merchant.notify_of_trade(number, now);
            told(merchant, number)
        })?;
        self.woken.notify_one();
        Ok(paid)
    }

    /// The buyer turns away; the trade stays open until its time is up.
    pub(crate) fn refuse(&self, app_id: &str, number: &str) -> Result<BookTrade, SandboxError> {
        self.with_merchant(app_id, |merchant, now| {
            let order = merchant.orders.get_mut(number).ok_or_else(unknown_order)?;
            if order.is_paid() {
                return Err(told_not_payable(NotPayable::AlreadyPaid));
            }
            order.refused_at = Some(now);
            told(merchant, number)
        })
    }

    /// Shows a payment code on the buyer's phone.
    pub(crate) fn show_payment_code(&self, draft: PaymentCodeDraft) -> Result<PaymentCode, SandboxError> {
        if let BarcodeOutcome::Refused { sub_code } = &draft.outcome
            && !sub_code.starts_with("ACQ.")
        {
            let fix = "give one such as ACQ.BUYER_BALANCE_NOT_ENOUGH";
            return Err(SandboxError::refused("outcome.refused.sub_code", "is no business code", fix));
        }
        let now = self.clock.now();
        Ok(self.lock().payment_codes.show(draft, now))
    }

    /// A refund that was taken without moving money moves it now, or never will.
    pub(crate) fn settle_refund(
        &self,
        app_id: &str,
        number: &str,
        request_number: &str,
        succeeds: bool,
    ) -> Result<BookRefund, SandboxError> {
        let settled = self.with_merchant(app_id, |merchant, now| {
            let found = merchant.refund_of(number, request_number).cloned();
            let refund =
                found.ok_or_else(|| SandboxError::unknown("out_request_no", "no such refund", "see the book"))?;
            if refund.status == RefundStatus::Success {
                let fix = "only refunds that moved no money yet can be settled";
                return Err(SandboxError::refused("out_request_no", "is settled already", fix));
            }
            if succeeds {
                let fix = "see the merchant's book";
                let moved = merchant.move_money(refund, now);
                moved.map_err(|refusal| SandboxError::refused("out_request_no", &refusal.sub_msg, fix))?;
            } else if let Some(refund) = merchant
                .refunds
                .iter_mut()
                .find(|refund| refund.out_trade_no == number && refund.out_request_no == request_number)
            {
                refund.status = RefundStatus::Failed;
            }
            let refund = merchant.refund_of(number, request_number);
            refund.map(book_refund).ok_or_else(unknown_order)
        })?;
        self.woken.notify_one();
        Ok(settled)
    }

    /// A person refunds in the console; the merchant's program knows nothing of it.
    pub(crate) fn refund_by_hand(&self, app_id: &str, number: &str, fen: i64) -> Result<BookRefund, SandboxError> {
        let refunded = self.with_merchant(app_id, |merchant, now| {
            if fen < 1 {
                return Err(SandboxError::refused("refund_fen", "is below 1", "give the amount in fen"));
            }
            if !merchant.orders.get(number).is_some_and(super::orders::Order::is_paid) {
                return Err(SandboxError::refused("out_trade_no", "is not paid", "see the merchant's book"));
            }
            let request_number = format!("CONSOLE{}", random_digits(12));
            let refund = Refund {
                out_trade_no: number.to_owned(),
                out_request_no: request_number.clone(),
                amount_fen: fen,
                reason: None,
                status: RefundStatus::Pending,
                created_at: now,
                moved_at: None,
                is_foreign: true,
            };
            let fix = "see the merchant's book";
            let moved = merchant.move_money(refund, now);
            moved.map_err(|refusal| SandboxError::refused("refund_fen", &refusal.sub_msg, fix))?;
            merchant.refund_of(number, &request_number).map(book_refund).ok_or_else(unknown_order)
        })?;
        self.woken.notify_one();
        Ok(refunded)
    }

    pub(crate) fn set_balance(&self, app_id: &str, balance_fen: Option<i64>) -> Result<(), SandboxError> {
        self.with_merchant(app_id, |merchant, _| {
            merchant.balance_fen = balance_fen;
            Ok(())
        })
    }

    /// A new key: in certificate mode with a certificate of its own, and the old one stays
    /// downloadable; in public-key mode the merchant has to be told by other means.
    pub(crate) async fn rotate(&self, app_id: &str) -> Result<MerchantCredentials, SandboxError> {
        let pair = KeyPair::make().await?;
        let now = self.clock.now();
        let mut guard = self.lock();
        let state = &mut *guard;
        let merchant = state.merchants.get_mut(app_id).ok_or_else(|| {
            SandboxError::unknown("app_id", "no such application", "see GET /sandbox/alipay/merchants")
        })?;
        match (&mut merchant.trust.certificates, &state.authority) {
            (Some(certificates), Some(authority)) => {
                let issued = authority.issue_for_alipay(&pair.public(), now, LEAF_LIFE_S)?;
                certificates.alipay.push((pair, issued));
            }
            _ => merchant.trust.key = pair,
        }
        Ok(merchant.credentials())
    }

    /// The same as `rotate`, but by an authority that only bears the right names: the roots
    /// handed out do not vouch for it.
    pub(crate) async fn rotate_to_impostor(&self, app_id: &str) -> Result<MerchantCredentials, SandboxError> {
        let pair = KeyPair::make().await?;
        let keys = tokio::task::spawn_blocking(AuthorityKeys::generate).await.map_err(SandboxError::key)??;
        let now = self.clock.now();
        let issued = Authority::establish(&keys, now)?.issue_for_alipay(&pair.public(), now, LEAF_LIFE_S)?;
        self.with_merchant(app_id, |merchant, _| {
            let certificates = merchant.trust.certificates.as_mut().ok_or_else(|| {
                SandboxError::refused("app_id", "is not in certificate mode", "add it with trust_mode certificates")
            })?;
            certificates.alipay.push((pair, issued));
            Ok(merchant.credentials())
        })
    }

    /// Makes one difference between the trade bill of a day or month and the book.
    pub(crate) fn edit_bill(&self, app_id: &str, period: &str, edit: BillEdit) -> Result<(), SandboxError> {
        let period = read_period(period)?;
        self.with_merchant(app_id, |merchant, _| {
            merchant.bills.edit(&period, edit);
            Ok(())
        })
    }

    pub(crate) fn clear_bill_edits(&self, app_id: &str, period: &str) -> Result<(), SandboxError> {
        let period = read_period(period)?;
        self.with_merchant(app_id, |merchant, _| {
            merchant.bills.clear_edits(&period);
            Ok(())
        })
    }

    /// Serves a made-up trade bill of that many rows instead of the book's.
    pub(crate) fn serve_synthetic_bill(&self, app_id: &str, period: &str, rows: u64) -> Result<(), SandboxError> {
        let period = read_period(period)?;
        if !(1..=SYNTHETIC_ROWS_MAX).contains(&rows) {
            return Err(SandboxError::refused("rows", "is out of range", "give 1 to 10000000"));
        }
        self.with_merchant(app_id, |merchant, _| {
            merchant.bills.serve_synthetic(&period, rows);
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

fn told(merchant: &Merchant, number: &str) -> Result<BookTrade, SandboxError> {
    merchant.orders.get(number).map(|order| merchant.book_trade(order)).ok_or_else(unknown_order)
}

fn read_period(text: &str) -> Result<BillPeriod, SandboxError> {
    BillPeriod::parse(text)
        .ok_or_else(|| SandboxError::refused("date", "is no day or month", "give YYYY-MM-DD or YYYY-MM"))
}

pub(super) fn unknown_order() -> SandboxError {
    SandboxError::unknown("out_trade_no", "no such order", "see the merchant's book for those there are")
}

pub(super) fn told_not_payable(reason: NotPayable) -> SandboxError {
    let refused = |problem: &str, fix: &str| SandboxError::refused("out_trade_no", problem, fix);
    match reason {
        NotPayable::Unknown => unknown_order(),
        NotPayable::AlreadyPaid => refused("is paid already", "use /notify to send its notification again"),
        NotPayable::Closed => refused("is closed", "give {\"force\": true} for a late payment"),
        NotPayable::Expired => refused("is past its deadline", "give {\"force\": true} for a late payment"),
        NotPayable::AnotherBuyer => refused("belongs to another buyer", "name that buyer, or give {\"force\": true}"),
        NotPayable::BuyerPay => {
            SandboxError::refused("buyer_pay_fen", "is out of range", "give 0 to the order's total")
        }
    }
}
