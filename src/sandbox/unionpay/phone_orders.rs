//! Orders as the buyer's phone and the bank's page meet them: by the number of a code or page.
//!
//! Promises: looking opens nothing, a scan does; what can no longer be paid says why; the way
//! back to the shop is a signed form after payment and a bare address otherwise (§11).

use super::UnionPay;
use super::composing::Signer;
use super::faults::{FaultKind, Operation, take};
use super::notifications::about;
use super::transactions::{PayDraft, Product, Transaction, TransactionState};
use crate::clock::Timestamp;

/// An order on the phone or in a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PhoneOrder {
    pub(crate) mer_id: String,
    pub(crate) order_id: String,
    pub(crate) merchant_name: String,
    pub(crate) description: String,
    pub(crate) total_fen: i64,
    /// What it was found by.
    pub(crate) id: String,
    pub(crate) product: Product,
    pub(crate) created_at: Timestamp,
    pub(crate) state: PhoneState,
    /// Where the browser goes without a payment: nothing is said there.
    pub(crate) leave_url: Option<String>,
    pub(crate) auto_return: bool,
}

/// What the phone can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PhoneState {
    Payable,
    Paid,
    Closed,
    Expired,
}

/// The form that takes the browser back to the shop.
pub(crate) struct ReturnForm {
    pub(crate) front_url: String,
    /// In the charset of the request.
    pub(crate) charset: &'static str,
    pub(crate) fields: Vec<(String, String)>,
}

impl UnionPay {
    /// Codes nobody paid yet and payments that wait for a password, newest first.
    pub(crate) fn waiting_codes(&self) -> Vec<PhoneOrder> {
        let now = self.clock.now();
        let state = self.lock();
        let mut waiting: Vec<PhoneOrder> = Vec::new();
        for merchant in state.merchants.values() {
            let scannable = merchant.transactions.values().filter(|found| {
                found.product == Product::Qr
                    || (found.product == Product::Barcode && found.state == TransactionState::Pending)
            });
            let told = scannable.map(|found| on_phone(&merchant.name, merchant.auto_return, found, now));
            waiting.extend(told.filter(|order| order.state == PhoneState::Payable));
        }
        waiting.sort_by_key(|order| std::cmp::Reverse(order.created_at));
        waiting
    }

    pub(crate) fn look_up(&self, id: &str) -> Option<PhoneOrder> {
        let now = self.clock.now();
        let state = self.lock();
        state.merchants.values().find_map(|merchant| {
            let mut purchases = merchant.transactions.values().filter(|found| found.product.is_purchase());
            let found = purchases.find(|found| found.handle == id)?;
            Some(on_phone(&merchant.name, merchant.auto_return, found, now))
        })
    }

    /// The buyer opens it: from now on the query finds it.
    pub(crate) fn open_on_phone(&self, id: &str) -> Option<PhoneOrder> {
        let order = self.look_up(id)?;
        if order.state == PhoneState::Payable {
            // Whatever stands against it is told by the state that is read next.
            let _ = self.scan(&order.mer_id, &order.order_id);
        }
        self.look_up(id)
    }

    /// Pays what may still be paid; tells whether it did.
    pub(crate) fn pay_on_phone(&self, id: &str) -> bool {
        let order = self.look_up(id).filter(|order| order.state == PhoneState::Payable);
        order.is_some_and(|order| self.pay(&order.mer_id, &order.order_id, &PayDraft::default()).is_ok())
    }

    pub(crate) fn refuse_on_phone(&self, id: &str) -> bool {
        let order = self.look_up(id).filter(|order| order.state == PhoneState::Payable);
        order.is_some_and(|order| self.refuse(&order.mer_id, &order.order_id).is_ok())
    }

    /// Signed anew for every browser that goes back; `None` for what is not paid on a page.
    pub(crate) fn return_form(&self, id: &str) -> Option<ReturnForm> {
        let now = self.clock.now();
        let mut guard = self.lock();
        let state = &mut *guard;
        let merchant = state.merchants.values().find(|m| m.transactions.values().any(|found| found.handle == id))?;
        let found = merchant.transactions.values().find(|found| found.handle == id)?;
        if found.product != Product::Gateway || found.state != TransactionState::Succeeded {
            return None;
        }
        let fault = take(&mut state.faults, Operation::FrontReturn, &merchant.mer_id, found.field("orderId"));
        let signer = Signer {
            authority: state.authority.as_ref()?,
            method: merchant.sign_method,
            secure_key: &merchant.secure_key,
            merchant_key: &merchant.key,
            now,
        };
        let composed = signer.compose(about(found), fault.as_ref()).ok()?;
        let mut fields: Vec<(String, String)> = composed.fields.into_iter().collect();
        if fault == Some(FaultKind::DuplicateField) {
            fields.push(("respCode".to_owned(), "00".to_owned()));
        }
        let is_gbk = found.field("encoding").eq_ignore_ascii_case("GBK");
        Some(ReturnForm {
            front_url: found.field("frontUrl").to_owned(),
            charset: if is_gbk { "GBK" } else { "UTF-8" },
            fields,
        })
    }
}

fn on_phone(merchant_name: &str, auto_return: bool, found: &Transaction, now: Timestamp) -> PhoneOrder {
    let state = match found.state {
        TransactionState::Succeeded => PhoneState::Paid,
        _ if found.is_reversed => PhoneState::Closed,
        TransactionState::Failed if found.product == Product::Barcode => PhoneState::Closed,
        _ if found.is_expired(now) => PhoneState::Expired,
        _ => PhoneState::Payable,
    };
    let leave = ["frontFailUrl", "frontUrl"].into_iter().map(|name| found.field(name)).find(|url| !url.is_empty());
    PhoneOrder {
        mer_id: found.field("merId").to_owned(),
        order_id: found.field("orderId").to_owned(),
        merchant_name: merchant_name.to_owned(),
        description: found.description(),
        total_fen: found.amount_fen,
        id: found.handle.clone(),
        product: found.product,
        created_at: found.created_at,
        state,
        leave_url: leave.map(str::to_owned),
        auto_return,
    }
}
