//! The running Alipay in the hands of a Rust test: the control API without the HTTP.
//!
//! Promises: every method does what its route of the control API does.

use std::sync::Arc;

use super::buyers::Buyer;
use super::{
    Alipay, BillEdit, Book, BookRefund, BookTrade, Fault, Invocation, MerchantCredentials, MerchantDraft, PayDraft,
    PaymentCode, PaymentCodeDraft,
};
use crate::sandbox::SandboxError;
use crate::sandbox::phone::inside_alipay;

/// A handle on the Alipay of one sandbox.
#[derive(Clone)]
pub struct AlipaySandbox {
    pub(in crate::sandbox) pay: Arc<Alipay>,
    pub(in crate::sandbox) addr: std::net::SocketAddr,
}

impl AlipaySandbox {
    /// What a client puts in place of `https://openapi.alipay.com`; no trailing slash.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// What a client puts in place of `https://openapi.alipay.com/gateway.do`.
    #[must_use]
    pub fn gateway_url(&self) -> String {
        format!("{}/gateway.do", self.base_url())
    }

    /// The address at which an ordinary browser sees a page of this machine as Alipay's own
    /// browser does: its user agent and an `AlipayJSBridge`. `None` for pages elsewhere.
    #[must_use]
    pub fn browser_url(&self, page_url: &str) -> Option<String> {
        inside_alipay(page_url, self.addr.port())
    }

    /// # Errors
    /// When a field of the draft is not usable or the application is taken.
    pub async fn add_merchant(&self, draft: MerchantDraft) -> Result<MerchantCredentials, SandboxError> {
        self.pay.add_merchant(draft).await
    }

    /// # Errors
    /// When there is no such application.
    pub fn book(&self, app_id: &str) -> Result<Book, SandboxError> {
        self.pay.book(app_id)
    }

    /// One order of the book.
    ///
    /// # Errors
    /// When there is no such order.
    pub fn trade(&self, app_id: &str, out_trade_no: &str) -> Result<BookTrade, SandboxError> {
        self.pay.book_trade(app_id, out_trade_no)
    }

    /// The shopper scans the code, or reaches the page that asks for confirmation: the order
    /// becomes a trade in `WAIT_BUYER_PAY`.
    ///
    /// # Errors
    /// When there is no such order, or it cannot be paid.
    pub fn scan(&self, app_id: &str, out_trade_no: &str) -> Result<BookTrade, SandboxError> {
        self.pay.reach(app_id, out_trade_no, &Buyer::default())
    }

    /// The same by another buyer than the usual one.
    ///
    /// # Errors
    /// When there is no such order, or it cannot be paid by that buyer.
    pub fn scan_as(&self, app_id: &str, out_trade_no: &str, buyer: &str) -> Result<BookTrade, SandboxError> {
        self.pay.reach(app_id, out_trade_no, &Buyer::named(buyer))
    }

    /// The shopper scans and pays. With `force` also what is closed or expired: a late payment.
    ///
    /// # Errors
    /// When there is no such order, or it cannot be paid.
    pub fn pay(&self, app_id: &str, out_trade_no: &str, draft: &PayDraft) -> Result<BookTrade, SandboxError> {
        self.pay.pay(app_id, out_trade_no, draft)
    }

    /// The shopper turns away; the trade stays open.
    ///
    /// # Errors
    /// When there is no such order, or it is paid.
    pub fn refuse(&self, app_id: &str, out_trade_no: &str) -> Result<BookTrade, SandboxError> {
        self.pay.refuse(app_id, out_trade_no)
    }

    /// `AlipaySDK.payOrder(order_string)`: checks the string as the app does. Pays nothing yet.
    ///
    /// # Errors
    /// Names what the app would stumble over.
    pub fn invoke_app(&self, order_string: &str) -> Result<Invocation, SandboxError> {
        self.pay.invoke_app(order_string)
    }

    /// `my.tradePay({tradeNO})` or the bridge's `tradePay`. Pays nothing yet.
    ///
    /// # Errors
    /// When the trade is none that `alipay.trade.create` made, or cannot be paid.
    pub fn invoke_jsapi(&self, trade_no: &str) -> Result<Invocation, SandboxError> {
        self.pay.invoke_jsapi(trade_no)
    }

    /// Shows a payment code (付款码) on the shopper's phone; good for one scan within a minute.
    ///
    /// # Errors
    /// When the outcome is no possible one.
    pub fn show_payment_code(&self, draft: PaymentCodeDraft) -> Result<PaymentCode, SandboxError> {
        self.pay.show_payment_code(draft)
    }

    /// A refund taken without moving money (`FaultKind::NoFundChange`) moves it now, or fails.
    ///
    /// # Errors
    /// When there is no such refund, or it is settled.
    pub fn settle_refund(
        &self,
        app_id: &str,
        out_trade_no: &str,
        out_request_no: &str,
        succeeds: bool,
    ) -> Result<BookRefund, SandboxError> {
        self.pay.settle_refund(app_id, out_trade_no, out_request_no, succeeds)
    }

    /// A person refunds in the console; the merchant's program knows nothing of it.
    ///
    /// # Errors
    /// When the order cannot be refunded by that much.
    pub fn refund_by_hand(
        &self,
        app_id: &str,
        out_trade_no: &str,
        refund_fen: i64,
    ) -> Result<BookRefund, SandboxError> {
        self.pay.refund_by_hand(app_id, out_trade_no, refund_fen)
    }

    /// Limits what refunds can be paid from; `None` is without limit.
    ///
    /// # Errors
    /// When there is no such application.
    pub fn set_balance(&self, app_id: &str, balance_fen: Option<i64>) -> Result<(), SandboxError> {
        self.pay.set_balance(app_id, balance_fen)
    }

    /// Alipay signs with a new key from now on; in certificate mode under a new certificate,
    /// which `alipay.open.app.alipaycert.download` hands out.
    ///
    /// # Errors
    /// When there is no such application.
    pub async fn rotate(&self, app_id: &str) -> Result<MerchantCredentials, SandboxError> {
        self.pay.rotate(app_id).await
    }

    /// As `rotate`, but under a certificate of an authority that the roots do not vouch for:
    /// nothing it signs may be believed.
    ///
    /// # Errors
    /// When there is no such application, or it is not in certificate mode.
    pub async fn rotate_to_impostor(&self, app_id: &str) -> Result<MerchantCredentials, SandboxError> {
        self.pay.rotate_to_impostor(app_id).await
    }

    /// Makes one difference between the trade bill of a day (`YYYY-MM-DD`) or month and the book.
    ///
    /// # Errors
    /// When there is no such application, or the date is none.
    pub fn edit_bill(&self, app_id: &str, date: &str, edit: BillEdit) -> Result<(), SandboxError> {
        self.pay.edit_bill(app_id, date, edit)
    }

    /// The bill is that of the book again.
    ///
    /// # Errors
    /// When there is no such application, or the date is none.
    pub fn clear_bill_edits(&self, app_id: &str, date: &str) -> Result<(), SandboxError> {
        self.pay.clear_bill_edits(app_id, date)
    }

    /// Serves a made-up trade bill of so many rows, those of `synthetic_trade`.
    ///
    /// # Errors
    /// When there is no such application, or the date is none.
    pub fn serve_synthetic_bill(&self, app_id: &str, date: &str, rows: u64) -> Result<(), SandboxError> {
        self.pay.serve_synthetic_bill(app_id, date, rows)
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
    pub async fn notify_again(&self, app_id: &str, out_trade_no: &str) -> usize {
        self.pay.notify_again(app_id, out_trade_no).await
    }
}
