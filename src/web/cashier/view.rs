//! One payment as the cashier shows it: what the route fills in.

use super::wallets::{mark_of, method_name, opens_its_app};
use crate::i18n::Texts;
use crate::payments::PaymentStatus;
use crate::payments::environment::Wallet;

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
    /// Whose page this payment opened earlier, which its gateway could not end and which can still be paid.
    pub left_open: Option<Wallet>,
    /// The code is the address of this page, which each of the wallets opens, instead of one gateway's own code.
    pub shows_own_code: bool,
    /// The shopper asked for a code instead of what fits best.
    pub wants_code: bool,
    /// A code instead, for another device to scan; only where something else comes first.
    pub offers_code: bool,
    /// The chosen gateway's page instead of its code.
    pub offers_page: bool,
    /// The page stands in the chosen wallet's own browser.
    pub is_at_home: bool,
    /// The chosen wallet can be asked who pays.
    pub recognises_payers: bool,
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
    pub wallet: Wallet,
    pub flow: String,
    /// As the API writes it: `creating`, `pending`, `unknown`, `paid`, `closed`, `failed`.
    pub status: String,
    /// What the API calls `next_action.type`; empty while there is none.
    pub action: String,
    /// This browser opened it, or the payer it was opened for did.
    pub is_own: bool,
    /// What the wallet's bridge is called with, as JSON; only for its own payer.
    pub jsapi_parameters: Option<String>,
    /// A page of the gateway's that holds the code.
    pub frame: Option<FrameView>,
    pub expires_at_ms: i64,
}

/// A page of a gateway's, and how large it is drawn.
#[derive(Debug, Clone)]
pub struct FrameView {
    pub url: String,
    pub width_px: u16,
    pub height_px: u16,
}

impl AttemptView {
    pub(super) fn has_code(&self) -> bool {
        self.action == "display_qr" && self.status == "pending"
    }

    /// The gateway's own page takes the money.
    pub(super) fn leads_away(&self) -> bool {
        matches!(self.action.as_str(), "redirect" | "submit_form")
    }
}

/// One way to pay, offered or greyed with the reason.
#[derive(Debug, Clone)]
pub struct MethodView {
    pub gateway: String,
    /// The app that shoppers pay with.
    pub wallet: Wallet,
    /// The flow that fits this browser; empty when none does.
    pub flow: String,
    pub available: bool,
    pub reason: Option<MethodReason>,
    /// The one the page is about.
    pub is_chosen: bool,
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
        method_name(self.wallet, texts.0)
    }

    pub(super) fn mark(&self) -> String {
        mark_of(self.wallet)
    }

    pub(super) fn why_not(&self, texts: &Texts) -> String {
        let key = match self.reason {
            Some(MethodReason::GatewayUnavailable) => "cashier-method-unavailable",
            Some(MethodReason::OtherWallet) => "cashier-method-other-wallet",
            Some(MethodReason::NotConfigured) | None => "cashier-method-not-configured",
        };
        texts.with(key, "method", &self.name(texts))
    }

    /// Its page takes bank cards, whoever has the app or not.
    pub(super) fn takes_cards(&self) -> bool {
        self.leads_away() && !opens_its_app(self.wallet)
    }

    /// A tap on it leads to a page of the gateway's.
    pub(super) fn leads_away(&self) -> bool {
        leads_away(&self.flow)
    }
}

pub(super) fn leads_away(flow: &str) -> bool {
    matches!(flow, "wap" | "page")
}

impl CashierView {
    pub(super) fn chosen(&self) -> Option<&MethodView> {
        self.methods.iter().find(|method| method.is_chosen)
    }

    /// The flow of this browser: that of the method the page is about.
    pub(super) fn flow(&self) -> Option<&str> {
        self.chosen().map(|method| method.flow.as_str())
    }

    pub(super) fn chosen_leads_away(&self) -> bool {
        self.chosen().is_some_and(MethodView::leads_away)
    }

    /// Whether the newest attempt is of the method the page is about.
    pub(super) fn is_of_chosen(&self, attempt: &AttemptView) -> bool {
        self.chosen().is_some_and(|method| method.gateway == attempt.gateway)
    }

    pub(super) fn is_greyed_by_app(&self) -> bool {
        self.flow().is_none() && self.methods.iter().any(|m| m.reason == Some(MethodReason::OtherWallet))
    }
}
