//! Which of its parts the cashier shows, from the states of the payment and its newest attempt.

use super::view::{AttemptView, CashierView, leads_away};
use crate::payments::PaymentStatus;

/// What the page's parts are shown for; `cashier.js` draws the same distinctions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing to pay with.
    None,
    /// No attempt yet, or its gateway has not answered yet.
    Preparing,
    Qr,
    /// This page's own address as a code.
    Scan,
    /// A tap leads to a wallet, or to its page.
    Wap,
    /// The shopper went there and may have paid.
    Away,
    /// Inside a wallet, about to ask for the password.
    Jsapi,
    /// Inside a wallet, whose sign-in did not come back.
    SignIn,
    /// Opened on another device or in another app.
    Elsewhere,
    /// The gateway's answer is uncertain; paying again might pay twice.
    Unknown,
    Expired,
    Failed,
    Paid,
    Refunded,
    Closed,
}

impl Stage {
    pub(super) fn of(view: &CashierView) -> Self {
        match view.status {
            PaymentStatus::Paid => Self::Paid,
            PaymentStatus::PartlyRefunded | PaymentStatus::Refunded => Self::Refunded,
            PaymentStatus::Closed => Self::Closed,
            PaymentStatus::Open => match (view.flow(), &view.attempt) {
                (None, _) => Self::None,
                (Some(flow), None) => Self::before_attempt(view, flow),
                (Some(flow), Some(attempt)) => Self::of_attempt(view, flow, attempt),
            },
        }
    }

    /// What the shopper sees while there is nothing to go on with.
    fn before_attempt(view: &CashierView, flow: &str) -> Self {
        match flow {
            "wap" | "page" => Self::Wap,
            "jsapi" if view.recognises_payers => Self::SignIn,
            "jsapi" => Self::Wap,
            _ if view.shows_own_code => Self::Scan,
            _ => Self::Preparing,
        }
    }

    fn of_attempt(view: &CashierView, flow: &str, attempt: &AttemptView) -> Self {
        let is_over = attempt.expires_at_ms <= view.server_now_ms;
        let after =
            || if leads_away(flow) || view.shows_own_code { Self::before_attempt(view, flow) } else { Self::Expired };
        match attempt.status.as_str() {
            "creating" => Self::Preparing,
            "closed" => after(),
            // What was refused is replaced by what can be tapped.
            "failed" if flow != "qr" && attempt.flow != flow => Self::before_attempt(view, flow),
            "failed" => Self::Failed,
            "pending" if is_over => after(),
            "pending" => {
                match attempt.action.as_str() {
                    "" => Self::Preparing,
                    "display_qr" | "embed_frame" if flow == "qr" && !view.shows_own_code => {
                        if view.is_of_chosen(attempt) { Self::Qr } else { Self::Elsewhere }
                    }
                    "display_qr" | "embed_frame" => Self::before_attempt(view, flow),
                    "redirect" | "submit_form" if attempt.is_own => Self::Away,
                    "redirect" | "submit_form" if leads_away(flow) => Self::Wap,
                    "invoke_jsapi" if attempt.is_own && flow == "jsapi" => Self::Jsapi,
                    _ => Self::Elsewhere,
                }
            }
            // `paid` while the payment is still open is being booked: as uncertain as `unknown`.
            _ => Self::Unknown,
        }
    }

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Preparing => "preparing",
            Self::Qr => "qr",
            Self::Scan => "scan",
            Self::Wap => "wap",
            Self::Away => "away",
            Self::Jsapi => "jsapi",
            Self::SignIn => "signin",
            Self::Elsewhere => "elsewhere",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Paid => "paid",
            Self::Refunded => "refunded",
            Self::Closed => "closed",
        }
    }
}
