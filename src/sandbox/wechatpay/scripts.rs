//! What a test, a script or the phone does to WeChat Pay from outside the protocol.
//!
//! Promises: every refusal names the field and what to do instead.

use super::apps::Apps;
use super::bills::{BillDay, BillEdit, SyntheticBill, measure_synthetic};
use super::certificates::PlatformCertificate;
use super::codepay::{CodepayOutcome, PaymentCode, PaymentCodeDraft};
use super::funds::Funds;
use super::keys::{KeyPair, KeySet};
use super::merchants::{Merchant, SubMerchant, SubMerchantDraft};
use super::notifications::Told;
use super::orders::{NotPayable, PayDraft, TradeState, pay};
use super::refunds::{NotSettled, RefundStatus, refund_by_hand, settle};
use super::trust::TrustMode;
use super::{Book, BookOrder, BookRefund, Fault, MerchantDraft, WeChatMerchantCredentials, WeChatPay};
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;

const SYNTHETIC_ROWS_MAX: u64 = 10_000_000;

impl WeChatPay {
    pub(crate) async fn add_merchant(&self, draft: MerchantDraft) -> Result<WeChatMerchantCredentials, SandboxError> {
        let keys = if draft.fresh_keys { KeySet::fresh().await? } else { KeySet::shared().await? };
        let (secret, hosts) = (draft.app_secret.clone(), draft.oauth_hosts.clone());
        let successor = match draft.certificate_life_s {
            Some(_) => Some(KeyPair::make().await?),
            None => None,
        };
        let merchant = Merchant::open(draft, keys, successor, self.clock.now())?;
        let mut guard = self.lock();
        let state = &mut *guard;
        if state.merchants.contains_key(&merchant.mchid) {
            return Err(SandboxError::refused("mchid", "is taken", "choose another one, or leave it out"));
        }
        state.apps.register(&merchant.appid, secret.as_deref());
        let subs = merchant.sub_merchants.iter().flat_map(|sub| &sub.appids);
        for appid in merchant.appids.iter().chain(subs) {
            state.apps.register(appid, None);
            state.apps.allow_callback(appid, &hosts);
        }
        let credentials = merchant.credentials(&state.apps);
        state.merchants.insert(merchant.mchid.clone(), merchant);
        Ok(credentials)
    }

    pub(crate) fn merchants(&self) -> Vec<WeChatMerchantCredentials> {
        let state = self.lock();
        state.merchants.values().map(|merchant| merchant.credentials(&state.apps)).collect()
    }

    pub(super) fn with_merchant<T>(
        &self,
        mchid: &str,
        work: impl FnOnce(&mut Merchant, Timestamp) -> Result<T, SandboxError>,
    ) -> Result<T, SandboxError> {
        self.with_merchant_and_apps(mchid, |merchant, _, now| work(merchant, now))
    }

    fn with_merchant_and_apps<T>(
        &self,
        mchid: &str,
        work: impl FnOnce(&mut Merchant, &mut Apps, Timestamp) -> Result<T, SandboxError>,
    ) -> Result<T, SandboxError> {
        let now = self.clock.now();
        let mut guard = self.lock();
        let state = &mut *guard;
        let merchant = state.merchants.get_mut(mchid).ok_or_else(|| {
            SandboxError::unknown(
                "mchid",
                "no such merchant",
                "see GET /sandbox/wechatpay/merchants for those there are",
            )
        })?;
        merchant.advance(now);
        work(merchant, &mut state.apps, now)
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
            let delivery = Told::of_payment(merchant, order, now);
            merchant.deliveries.extend(delivery);
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
            if order.state == TradeState::Userpaying {
                order.state = TradeState::Notpay;
            }
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

    /// Shows a payment code on the shopper's phone.
    pub(crate) fn show_payment_code(&self, draft: PaymentCodeDraft) -> Result<PaymentCode, SandboxError> {
        if let CodepayOutcome::Error { status, .. } = &draft.outcome
            && !(400..600).contains(status)
        {
            return Err(SandboxError::refused("outcome.error.status", "is no error status", "give 400 to 599"));
        }
        let now = self.clock.now();
        Ok(self.lock().payment_codes.show(draft.outcome, now))
    }

    /// Binds one more app to the merchant number.
    pub(crate) fn bind_app(&self, mchid: &str, appid: &str) -> Result<WeChatMerchantCredentials, SandboxError> {
        self.with_merchant_and_apps(mchid, |merchant, apps, _| {
            apps.register(appid, None);
            if !merchant.has_bound(appid) {
                merchant.appids.push(appid.to_owned());
            }
            Ok(merchant.credentials(apps))
        })
    }

    /// Adds a sub-merchant, or replaces the one of that number: so its authorisation comes and goes.
    pub(crate) fn put_sub_merchant(&self, mchid: &str, draft: SubMerchantDraft) -> Result<SubMerchant, SandboxError> {
        self.with_merchant_and_apps(mchid, |merchant, apps, _| {
            let sub = SubMerchant::open(draft);
            sub.appids.iter().for_each(|appid| apps.register(appid, None));
            merchant.sub_merchants.retain(|known| known.mchid != sub.mchid);
            merchant.sub_merchants.push(sub.clone());
            Ok(sub)
        })
    }

    pub(crate) fn set_funds(&self, mchid: &str, funds: Funds) -> Result<(), SandboxError> {
        self.with_merchant(mchid, |merchant, _| {
            merchant.funds = funds;
            Ok(())
        })
    }

    /// A person refunds in the console; the merchant's program knows nothing of it.
    pub(crate) fn refund_by_hand(
        &self,
        mchid: &str,
        number: &str,
        refund_fen: i64,
    ) -> Result<BookRefund, SandboxError> {
        let refunded = self.with_merchant(mchid, |merchant, now| {
            if refund_fen < 1 {
                return Err(SandboxError::refused("refund_fen", "is below 1", "give the amount in fen"));
            }
            let made = refund_by_hand(merchant, number, refund_fen, now)
                .map_err(|refusal| SandboxError::refused("refund_fen", &refusal.message, "see the merchant's book"))?;
            merchant.book_refund(&made).ok_or_else(unknown_order)
        })?;
        self.woken.notify_one();
        Ok(refunded)
    }

    /// Makes one difference between the day's trade bill and the book.
    pub(crate) fn edit_bill(&self, mchid: &str, day: &str, edit: BillEdit) -> Result<(), SandboxError> {
        let day = read_day(day)?;
        self.with_merchant(mchid, |merchant, _| {
            merchant.bills.edit(&day, edit);
            Ok(())
        })
    }

    /// The day's bill is that of the book again.
    pub(crate) fn clear_bill_edits(&self, mchid: &str, day: &str) -> Result<(), SandboxError> {
        let day = read_day(day)?;
        self.with_merchant(mchid, |merchant, _| {
            merchant.bills.clear_edits(&day);
            Ok(())
        })
    }

    /// Serves a made-up trade bill of that many rows for the day, instead of the book's.
    pub(crate) async fn serve_synthetic_bill(
        &self,
        mchid: &str,
        day: &str,
        rows: u64,
    ) -> Result<SyntheticBill, SandboxError> {
        let day = read_day(day)?;
        if !(1..=SYNTHETIC_ROWS_MAX).contains(&rows) {
            return Err(SandboxError::refused("rows", "is out of range", "give 1 to 10000000"));
        }
        let (appid, owner) =
            self.with_merchant(mchid, |merchant, _| Ok((merchant.appid.clone(), merchant.mchid.clone())))?;
        let measured = tokio::task::spawn_blocking(move || measure_synthetic(&day, appid, owner, rows));
        let bill = measured.await.map_err(SandboxError::key)?;
        self.with_merchant(mchid, |merchant, _| {
            merchant.bills.serve_synthetic(bill.clone());
            Ok(bill)
        })
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
        per_mille: Option<u16>,
    ) -> Result<(), SandboxError> {
        if per_mille.is_some_and(|share| share > 1000) {
            return Err(SandboxError::refused("public_key_per_mille", "is out of range", "give 0 to 1000"));
        }
        self.with_merchant(mchid, |merchant, _| {
            merchant.trust.mode = mode;
            merchant.trust.migrating_since = None;
            merchant.trust.public_key_per_mille = per_mille.unwrap_or(merchant.trust.public_key_per_mille);
            Ok(())
        })
    }

    /// Starts the migration to the public key: 0.1 % of the notifications on the first day,
    /// 1, 5, 10, 20, 50 and at last 100 % on the seventh.
    pub(crate) fn migrate_to_public_key(&self, mchid: &str) -> Result<(), SandboxError> {
        self.with_merchant(mchid, |merchant, now| {
            if merchant.trust.certificates_in_force(now).len() > 1 {
                let fix = "retire the old certificate first";
                return Err(SandboxError::refused("mchid", "is in the middle of a certificate rotation", fix));
            }
            merchant.trust.mode = TrustMode::Both;
            merchant.trust.migrating_since = Some(now);
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
        self.with_merchant_and_apps(mchid, |merchant, apps, _| {
            if retire_old {
                merchant.trust.certificates.clear();
            }
            merchant.trust.certificates.push(certificate);
            Ok(merchant.credentials(apps))
        })
    }

    /// Takes every certificate but the newest out of service.
    pub(crate) fn retire_certificates(&self, mchid: &str) -> Result<WeChatMerchantCredentials, SandboxError> {
        self.with_merchant_and_apps(mchid, |merchant, apps, _| {
            let old = merchant.trust.certificates.len().saturating_sub(1);
            merchant.trust.certificates.drain(..old);
            Ok(merchant.credentials(apps))
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

fn read_day(text: &str) -> Result<BillDay, SandboxError> {
    BillDay::parse(text).ok_or_else(|| SandboxError::refused("date", "is no day", "give YYYY-MM-DD"))
}

pub(super) fn unknown_order() -> SandboxError {
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
