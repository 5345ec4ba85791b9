//! The stand-in for UnionPay in the hands of a Rust test: its control API without the HTTP.
//!
//! Promises: every method does what its route of the control API does.

use std::net::SocketAddr;
use std::sync::Arc;

use super::UnionPay;
use super::book::{Book, BookTransaction};
use super::faults::Fault;
use super::files::FileEdit;
use super::merchants::{MerchantCredentials, MerchantDraft};
use super::payment_codes::{PaymentCode, PaymentCodeDraft};
use super::transactions::PayDraft;
use crate::sandbox::SandboxError;
use crate::sandbox::phone::inside_unionpay;

/// UnionPay of a running sandbox. Clones are handles on the same one.
#[derive(Clone)]
pub struct UnionPaySandbox {
    pub(in crate::sandbox) pay: Arc<UnionPay>,
    pub(in crate::sandbox) addr: SocketAddr,
}

impl UnionPaySandbox {
    /// What a client puts in place of `https://gateway.95516.com`; no trailing slash.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// What a client puts in place of `https://filedownload.95516.com/`.
    #[must_use]
    pub fn file_url(&self) -> String {
        format!("http://{}/", self.addr)
    }

    /// The address at which an ordinary browser sees a page of this machine as UnionPay's own
    /// browser (云闪付) does. `None` for pages elsewhere.
    #[must_use]
    pub fn browser_url(&self, page_url: &str) -> Option<String> {
        inside_unionpay(page_url, self.addr.port())
    }

    /// # Errors
    /// When a field of the draft is not usable or the merchant number is taken.
    pub async fn add_merchant(&self, draft: MerchantDraft) -> Result<MerchantCredentials, SandboxError> {
        self.pay.add_merchant(draft).await
    }

    /// # Errors
    /// When there is no such merchant.
    pub fn book(&self, mer_id: &str) -> Result<Book, SandboxError> {
        self.pay.book(mer_id)
    }

    /// The newest transaction of that number.
    ///
    /// # Errors
    /// When there is no such merchant or order.
    pub fn transaction(&self, mer_id: &str, order_id: &str) -> Result<BookTransaction, SandboxError> {
        self.pay.transaction(mer_id, order_id)
    }

    /// The buyer scans or opens the order and does not pay yet: from now on a query finds it.
    ///
    /// # Errors
    /// When there is no such order, or it cannot be paid.
    pub fn scan(&self, mer_id: &str, order_id: &str) -> Result<BookTransaction, SandboxError> {
        self.pay.scan(mer_id, order_id)
    }

    /// The buyer pays. With `force` also what is past its time: a late payment.
    ///
    /// # Errors
    /// When there is no such order, or it cannot be paid.
    pub fn pay(&self, mer_id: &str, order_id: &str, draft: &PayDraft) -> Result<BookTransaction, SandboxError> {
        self.pay.pay(mer_id, order_id, draft)
    }

    /// The bank refuses with a code such as 64; another card may still pay.
    ///
    /// # Errors
    /// When there is no such order, it is paid, or the code is none of a failure.
    pub fn decline(&self, mer_id: &str, order_id: &str, resp_code: &str) -> Result<BookTransaction, SandboxError> {
        self.pay.decline(mer_id, order_id, resp_code)
    }

    /// The buyer turns away; the order stays open.
    ///
    /// # Errors
    /// When there is no such order, or it is paid.
    pub fn refuse(&self, mer_id: &str, order_id: &str) -> Result<BookTransaction, SandboxError> {
        self.pay.refuse(mer_id, order_id)
    }

    /// Decides what stayed undecided: `00` is success, anything else fails.
    ///
    /// # Errors
    /// When there is no such order, or it is decided.
    pub fn settle(&self, mer_id: &str, order_id: &str, resp_code: &str) -> Result<BookTransaction, SandboxError> {
        self.pay.settle(mer_id, order_id, resp_code)
    }

    /// Shows a payment code on the buyer's phone; good for one scan within a minute.
    ///
    /// # Errors
    /// When the outcome is no possible one.
    pub fn show_payment_code(&self, draft: PaymentCodeDraft) -> Result<PaymentCode, SandboxError> {
        self.pay.show_payment_code(draft)
    }

    /// UnionPay signs under a new certificate of the same authority from now on.
    ///
    /// # Errors
    /// When there is no merchant yet.
    pub fn renew_certificates(&self) -> Result<(), SandboxError> {
        self.pay.renew_certificates()
    }

    /// Makes one difference between the file of a settlement day (`YYYY-MM-DD`) and the book.
    ///
    /// # Errors
    /// When there is no such merchant, or the day is none.
    pub fn edit_file(&self, mer_id: &str, day: &str, edit: FileEdit) -> Result<(), SandboxError> {
        self.pay.edit_file(mer_id, day, edit)
    }

    /// The day's file is that of the book again.
    ///
    /// # Errors
    /// When there is no such merchant, or the day is none.
    pub fn clear_file_edits(&self, mer_id: &str, day: &str) -> Result<(), SandboxError> {
        self.pay.clear_file_edits(mer_id, day)
    }

    /// # Errors
    /// When the fault does not fit its operation.
    pub fn add_fault(&self, fault: Fault) -> Result<(), SandboxError> {
        self.pay.add_fault(fault)
    }

    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.pay.faults()
    }

    pub fn clear_faults(&self) {
        self.pay.clear_faults();
    }

    /// Sends an order's notifications again, delivered or not.
    pub async fn notify_again(&self, mer_id: &str, order_id: &str) -> usize {
        self.pay.notify_again(mer_id, order_id).await
    }
}
