//! The running sandbox in the hands of a Rust test: the control API without the HTTP.
//!
//! Promises: every method does what its route of the control API does.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;

use super::alipay::AlipaySandbox;
use super::phone::inside_wechat;
use super::unionpay::UnionPaySandbox;
use super::wechatpay::{
    BillEdit, Book, BookOrder, BookRefund, Fault, Funds, Invocation, MerchantDraft, PayDraft, PaymentCode,
    PaymentCodeDraft, RefundStatus, SubMerchant, SubMerchantDraft, SyntheticBill, TrustMode, WeChatMerchantCredentials,
};
use super::{Sandbox, SandboxError};

impl Sandbox {
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What a client puts in place of `https://api.mch.weixin.qq.com`; no trailing slash.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Where a person scans and pays.
    #[must_use]
    pub fn phone_url(&self) -> String {
        format!("{}/phone", self.base_url())
    }

    /// The address at which an ordinary browser sees a page of this machine as WeChat's own
    /// browser does: its user agent, a `WeixinJSBridge`, the silent login. `None` for pages
    /// elsewhere. Browsers resolve the `*.localhost` names by themselves.
    #[must_use]
    pub fn wechat_url(&self, page_url: &str) -> Option<String> {
        inside_wechat(page_url, self.addr.port())
    }

    /// # Errors
    /// When a field of the draft is not usable or the merchant number is taken.
    pub async fn add_merchant(&self, draft: MerchantDraft) -> Result<WeChatMerchantCredentials, SandboxError> {
        self.pay.add_merchant(draft).await
    }

    /// # Errors
    /// When there is no such merchant.
    pub fn book(&self, mchid: &str) -> Result<Book, SandboxError> {
        self.pay.book(mchid)
    }

    /// The shopper scans and pays. With `force` also what is closed or expired: a late payment.
    ///
    /// # Errors
    /// When there is no such order, or it cannot be paid.
    pub fn pay(&self, mchid: &str, out_trade_no: &str, draft: &PayDraft) -> Result<BookOrder, SandboxError> {
        self.pay.pay(mchid, out_trade_no, draft)
    }

    /// The shopper turns away; the order stays open.
    ///
    /// # Errors
    /// When there is no such order, or it is paid.
    pub fn refuse(&self, mchid: &str, out_trade_no: &str) -> Result<BookOrder, SandboxError> {
        self.pay.refuse(mchid, out_trade_no)
    }

    /// Shows a payment code (付款码) on the shopper's phone; good for one scan within a minute.
    ///
    /// # Errors
    /// When the outcome is no possible one.
    pub fn show_payment_code(&self, draft: PaymentCodeDraft) -> Result<PaymentCode, SandboxError> {
        self.pay.show_payment_code(draft)
    }

    /// `WeixinJSBridge.invoke('getBrandWCPayRequest', parameters)`: checks every parameter and
    /// the signature as the WeChat app does. Pays nothing yet.
    ///
    /// # Errors
    /// Names the parameter the app would stumble over.
    pub fn invoke_jsapi(&self, parameters: &Value) -> Result<Invocation, SandboxError> {
        self.pay.invoke_jsapi(parameters)
    }

    /// `wx.requestPayment(parameters)` inside the mini-program `appid`.
    ///
    /// # Errors
    /// Names the parameter the app would stumble over.
    pub fn invoke_mini_program(&self, appid: &str, parameters: &Value) -> Result<Invocation, SandboxError> {
        self.pay.invoke_mini_program(appid, parameters)
    }

    /// The native SDK's `PayReq`.
    ///
    /// # Errors
    /// Names the parameter the app would stumble over.
    pub fn invoke_app(&self, parameters: &Value) -> Result<Invocation, SandboxError> {
        self.pay.invoke_app(parameters)
    }

    /// Binds one more app to the merchant number.
    ///
    /// # Errors
    /// When there is no such merchant.
    pub fn bind_app(&self, mchid: &str, appid: &str) -> Result<WeChatMerchantCredentials, SandboxError> {
        self.pay.bind_app(mchid, appid)
    }

    /// Adds a sub-merchant to a service provider, or replaces the one of that number.
    ///
    /// # Errors
    /// When there is no such merchant.
    pub fn put_sub_merchant(&self, mchid: &str, draft: SubMerchantDraft) -> Result<SubMerchant, SandboxError> {
        self.pay.put_sub_merchant(mchid, draft)
    }

    /// Limits what refunds can be paid from.
    ///
    /// # Errors
    /// When there is no such merchant.
    pub fn set_funds(&self, mchid: &str, funds: Funds) -> Result<(), SandboxError> {
        self.pay.set_funds(mchid, funds)
    }

    /// A person refunds in the console; the merchant's program knows nothing of it.
    ///
    /// # Errors
    /// When the order cannot be refunded by that much.
    pub fn refund_by_hand(&self, mchid: &str, out_trade_no: &str, refund_fen: i64) -> Result<BookRefund, SandboxError> {
        self.pay.refund_by_hand(mchid, out_trade_no, refund_fen)
    }

    /// Makes one difference between the trade bill of a day (`YYYY-MM-DD`) and the book.
    ///
    /// # Errors
    /// When there is no such merchant, or the day is none.
    pub fn edit_bill(&self, mchid: &str, day: &str, edit: BillEdit) -> Result<(), SandboxError> {
        self.pay.edit_bill(mchid, day, edit)
    }

    /// The day's trade bill is that of the book again.
    ///
    /// # Errors
    /// When there is no such merchant, or the day is none.
    pub fn clear_bill_edits(&self, mchid: &str, day: &str) -> Result<(), SandboxError> {
        self.pay.clear_bill_edits(mchid, day)
    }

    /// Serves a made-up trade bill of so many rows for the day, instead of the book's; its rows
    /// are those of `synthetic_trade`.
    ///
    /// # Errors
    /// When there is no such merchant, or the day is none.
    pub async fn serve_synthetic_bill(&self, mchid: &str, day: &str, rows: u64) -> Result<SyntheticBill, SandboxError> {
        self.pay.serve_synthetic_bill(mchid, day, rows).await
    }

    /// # Errors
    /// When there is no such refund, or its state is final.
    pub fn settle_refund(
        &self,
        mchid: &str,
        out_refund_no: &str,
        status: RefundStatus,
    ) -> Result<BookRefund, SandboxError> {
        self.pay.settle_refund(mchid, out_refund_no, status)
    }

    /// Of a hundred notifications `public_key_percent` carry the public key's signature while
    /// the mode is `Both`; `None` keeps the share as it is.
    ///
    /// # Errors
    /// When there is no such merchant.
    pub fn set_trust_mode(
        &self,
        mchid: &str,
        mode: TrustMode,
        public_key_percent: Option<u8>,
    ) -> Result<(), SandboxError> {
        self.pay.set_trust_mode(mchid, mode, public_key_percent.map(|percent| u16::from(percent) * 10))
    }

    /// The same in thousandths: 1 is the 0.1 % with which a migration begins, 500 alternates.
    ///
    /// # Errors
    /// When there is no such merchant.
    pub fn set_public_key_per_mille(&self, mchid: &str, per_mille: u16) -> Result<(), SandboxError> {
        self.pay.set_trust_mode(mchid, TrustMode::Both, Some(per_mille))
    }

    /// Starts the migration to the public key: the share grows over seven days by the clock.
    ///
    /// # Errors
    /// When there is no such merchant, or it is in the middle of a certificate rotation.
    pub fn migrate_to_public_key(&self, mchid: &str) -> Result<(), SandboxError> {
        self.pay.migrate_to_public_key(mchid)
    }

    /// Adds a platform certificate with a new key; `retire_old` takes the others out of service.
    ///
    /// # Errors
    /// When there is no such merchant.
    pub async fn rotate_certificate(
        &self,
        mchid: &str,
        retire_old: bool,
    ) -> Result<WeChatMerchantCredentials, SandboxError> {
        self.pay.rotate_certificate(mchid, retire_old).await
    }

    /// Takes every platform certificate but the newest out of service.
    ///
    /// # Errors
    /// When there is no such merchant.
    pub fn retire_certificates(&self, mchid: &str) -> Result<WeChatMerchantCredentials, SandboxError> {
        self.pay.retire_certificates(mchid)
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

    /// The stand-in for Alipay; what bears no name here is WeChat Pay's.
    #[must_use]
    pub fn alipay(&self) -> AlipaySandbox {
        AlipaySandbox { pay: Arc::clone(&self.alipay), addr: self.addr }
    }

    /// The stand-in for UnionPay.
    #[must_use]
    pub fn unionpay(&self) -> UnionPaySandbox {
        UnionPaySandbox { pay: Arc::clone(&self.unionpay), addr: self.addr }
    }

    /// Sends every notification that is due by the clock, of whichever gateway; tells how many
    /// requests were made.
    pub async fn step(&self) -> usize {
        self.pay.step().await + self.alipay.step().await + self.unionpay.step().await
    }

    /// Sends an order's notifications again, delivered or not.
    pub async fn notify_again(&self, mchid: &str, out_trade_no: &str) -> usize {
        self.pay.notify_again(mchid, out_trade_no).await
    }

    pub async fn stop(&self) {
        self.stopping.cancel();
        self.server.stop(true).await;
    }
}
