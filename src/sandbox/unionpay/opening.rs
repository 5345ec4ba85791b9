//! The purchases (§8): hosted page, app, both kinds of codes.
//!
//! Promises: the same orderId and txnTime come only once; what is answered is a handle or
//! "accepted", never "paid".

use super::errors::Refusal;
use super::faults::FaultKind;
use super::keys::random_digits;
use super::merchants::Merchant;
use super::messages::{Fields, fields};
use super::payment_codes::{BarcodeOutcome, PaymentCodes};
use super::requests::Request;
use super::times;
use super::transactions::{Key, Product, Transaction, TransactionState};
use crate::clock::Timestamp;

pub(crate) const CODE_PREFIX: &str = "https://qr.95516.com/";
/// §8.3: eight digits, then the code's own.
const CODE_ISSUER: &str = "00010000";
const CODE_DIGITS: usize = 26;
const TN_DIGITS: usize = 21;

fn biz_type_of(product: Product) -> &'static [&'static str] {
    match product {
        Product::Gateway | Product::App => &["000201"],
        _ => &["000000"],
    }
}

fn state_of(product: Product) -> TransactionState {
    match product {
        Product::App | Product::Qr => TransactionState::Unseen,
        _ => TransactionState::Pending,
    }
}

fn handle_of(product: Product) -> String {
    match product {
        Product::App => random_digits(TN_DIGITS),
        _ => random_digits(CODE_DIGITS),
    }
}

fn read_pay_until(request: Request<'_>, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = request.optional("payTimeout") else { return Ok(None) };
    let until = times::read(text).ok_or_else(|| Refusal::format("payTimeout"))?;
    if until <= now {
        return Err(Refusal::new("10", "报文格式错误：payTimeout已过"));
    }
    Ok(Some(until))
}

impl Merchant {
    /// Checks a purchase and enters it into the book.
    pub(super) fn open_purchase(
        &mut self,
        request: Request<'_>,
        product: Product,
        now: Timestamp,
    ) -> Result<Key, Refusal> {
        let key = request.order()?;
        let amount_fen = request.amount()?;
        request.currency()?;
        request.channel()?;
        request.address("backUrl")?;
        if product == Product::Gateway {
            request.address("frontUrl")?;
        }
        if !biz_type_of(product).contains(&request.required("bizType")?) {
            return Err(Refusal::format("bizType"));
        }
        if let Some(known) = self.transactions.get(&key) {
            let is_same_form = product == Product::Gateway && known.request == *request.0;
            let goes_on = is_same_form && known.settlement.is_none() && !self.refuses_reposted_form;
            return if goes_on { Ok(key) } else { Err(Refusal::new("12", "重复交易")) };
        }
        let opened = Transaction {
            product,
            request: request.0.clone(),
            amount_fen,
            created_at: now,
            pay_until: read_pay_until(request, now)?,
            state: state_of(product),
            resp_code: String::new(),
            handle: handle_of(product),
            settlement: None,
            original: None,
            decides_at: None,
            refused_at: None,
            is_reversed: false,
        };
        self.transactions.insert(key.clone(), opened);
        Ok(key)
    }

    fn handle_at(&self, key: &Key) -> String {
        self.transactions.get(key).map(|found| found.handle.clone()).unwrap_or_default()
    }
}

/// The page of the bank, by the number under which it is found.
pub(super) fn front(merchant: &mut Merchant, request: Request<'_>, now: Timestamp) -> Result<Fields, Refusal> {
    let key = merchant.open_purchase(request, Product::Gateway, now)?;
    Ok(fields([("handle", &merchant.handle_at(&key))]))
}

pub(super) fn app(merchant: &mut Merchant, request: Request<'_>, now: Timestamp) -> Result<Fields, Refusal> {
    let key = merchant.open_purchase(request, Product::App, now)?;
    Ok(fields([("tn", &merchant.handle_at(&key))]))
}

pub(super) fn qr(merchant: &mut Merchant, request: Request<'_>, now: Timestamp) -> Result<Fields, Refusal> {
    let key = merchant.open_purchase(request, Product::Qr, now)?;
    Ok(fields([("qrCode", &format!("{CODE_PREFIX}{CODE_ISSUER}/{}", merchant.handle_at(&key)))]))
}

pub(super) fn barcode(
    merchant: &mut Merchant,
    request: Request<'_>,
    codes: &mut PaymentCodes,
    fault: Option<&FaultKind>,
    now: Timestamp,
) -> Result<Fields, Refusal> {
    let qr_no = request.is_numeric("qrNo")?;
    request.required("termId")?;
    let key = merchant.open_purchase(request, Product::Barcode, now)?;
    let outcome = match codes.scan(qr_no, now) {
        Ok(outcome) => outcome,
        Err(refusal) => {
            merchant.transactions.remove(&key);
            return Err(refusal);
        }
    };
    match (fault, outcome) {
        (Some(FaultKind::StaysPending), _) | (_, BarcodeOutcome::Password) => {}
        (Some(FaultKind::EndsWith { resp_code }), _) => merchant.decide(&key, resp_code, now),
        (_, BarcodeOutcome::Refused { resp_code }) => merchant.decide(&key, &resp_code, now),
        (_, BarcodeOutcome::Success) => merchant.decide(&key, "00", now),
    }
    Ok(Fields::new())
}
