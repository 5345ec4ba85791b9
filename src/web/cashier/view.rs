//! One payment as the cashier shows it: what the route fills in.

use crate::i18n::Texts;
use crate::payments::PaymentStatus;
/// Everything the cashier shows.
#[derive(Debug, Clone)]
pub struct CashierView {
    pub payment_id: String,
    pub client_secret: String,
    pub shop_name: String,
    pub order_ref: String,
    pub description: String,
    /// Yuan with two decimals, such as `12.34`.
    pub amount_yuan: String,
    pub status: PaymentStatus,
    pub late: bool,
    pub refunded_yuan: String,
    pub return_url: Option<String>,
    pub methods: Vec<MethodView>,
    /// The newest one.
    pub attempt: Option<AttemptView>,
    /// The code is the address of this page, which any wallet opens, instead of one gateway's own code.
    pub shows_own_code: bool,
    /// A code instead, for another device to scan; only where something else comes first.
    pub offers_code: bool,
    pub test_mode: bool,
    /// The sandbox's phone; only in the demo.
    pub phone_url: Option<String>,
    pub server_now_ms: i64,
    pub expires_at_ms: i64,
}

#[derive(Debug, Clone)]
pub struct AttemptView {
    pub id: String,
    pub gateway: String,
    pub flow: String,
    /// As the API writes it: `creating`, `pending`, `unknown`, `paid`, `closed`, `failed`.
    pub status: String,
    /// What the API calls `next_action.type`; empty while there is none.
    pub action: String,
    /// This browser opened it, or the payer it was opened for did.
    pub is_own: bool,
    /// What WeChat's bridge is called with, as JSON; only for its own payer.
    pub jsapi_parameters: Option<String>,
    pub expires_at_ms: i64,
}

impl AttemptView {
    pub(super) fn has_code(&self) -> bool {
        self.action == "display_qr" && self.status == "pending"
    }
}

/// One way to pay, offered or greyed with the reason.
#[derive(Debug, Clone)]
pub struct MethodView {
    pub gateway: String,
    /// The flow that fits this browser; empty when none does.
    pub flow: String,
    pub available: bool,
    pub reason: Option<MethodReason>,
}

/// Why a way to pay is greyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodReason {
    /// The shop has no working contract for it.
    NotConfigured,
    /// The gateway does not answer at the moment.
    GatewayUnavailable,
    /// The app that shows this page cannot pay this way; the phone's browser could.
    OtherWallet,
}

impl MethodView {
    pub(super) fn name(&self, texts: &Texts) -> String {
        match self.gateway.as_str() {
            "wechatpay" => texts.get("cashier-method-wechatpay"),
            other => other.to_owned(),
        }
    }

    pub(super) fn why_not(&self, texts: &Texts) -> String {
        texts.get(match self.reason {
            Some(MethodReason::GatewayUnavailable) => "cashier-method-unavailable",
            Some(MethodReason::OtherWallet) => "cashier-method-other-wallet",
            Some(MethodReason::NotConfigured) | None => "cashier-method-not-configured",
        })
    }
}
impl CashierView {
    /// The flow of this browser: that of the first way to pay that it offers.
    pub(super) fn flow(&self) -> Option<&str> {
        self.methods.iter().find(|method| method.available).map(|method| method.flow.as_str())
    }

    pub(super) fn is_greyed_by_app(&self) -> bool {
        self.flow().is_none() && self.methods.iter().any(|m| m.reason == Some(MethodReason::OtherWallet))
    }
}
