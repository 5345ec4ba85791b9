//! The hosted cashier as a pure view: one payment in, one page out. The route that fills it is in `http`.
//!
//! Promised: everything a shop or gateway wrote is escaped; every state is readable without JavaScript;
//! texts in the shopper's language; no secret leaves in a Referer (see `PAGE_HEADERS`).
//! Refused: return addresses that are not http(s).

use askama::Template;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::assets::asset_url;
use crate::i18n::{Locale, Texts};
use crate::payments::PaymentStatus;

/// What of a query value needs no escape (RFC 3986, unreserved).
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

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
    pub qr_available: bool,
    pub expires_at_ms: i64,
}

/// One way to pay, offered or greyed with the reason.
#[derive(Debug, Clone)]
pub struct MethodView {
    pub gateway: String,
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
    /// Another wallet's own browser cannot pay this way.
    OtherWallet,
}

impl MethodView {
    fn name(&self, texts: &Texts) -> String {
        match self.gateway.as_str() {
            "wechatpay" => texts.get("cashier-method-wechatpay"),
            other => other.to_owned(),
        }
    }

    fn why_not(&self, texts: &Texts) -> String {
        texts.get(match self.reason {
            Some(MethodReason::GatewayUnavailable) => "cashier-method-unavailable",
            Some(MethodReason::OtherWallet) => "cashier-method-other-wallet",
            Some(MethodReason::NotConfigured) | None => "cashier-method-not-configured",
        })
    }
}

/// What the page's parts are shown for; `cashier.js` draws the same distinctions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing to pay with.
    None,
    /// No attempt yet, or its gateway has not answered yet.
    Preparing,
    Qr,
    /// The gateway's answer is uncertain; paying again might pay twice.
    Unknown,
    Expired,
    Failed,
    Paid,
    Refunded,
    Closed,
}

impl Stage {
    fn of(view: &CashierView) -> Self {
        match view.status {
            PaymentStatus::Paid => Self::Paid,
            PaymentStatus::PartlyRefunded | PaymentStatus::Refunded => Self::Refunded,
            PaymentStatus::Closed => Self::Closed,
            PaymentStatus::Open => match &view.attempt {
                Some(attempt) => Self::of_attempt(attempt, view.server_now_ms),
                None if view.methods.iter().any(|method| method.available) => Self::Preparing,
                None => Self::None,
            },
        }
    }

    fn of_attempt(attempt: &AttemptView, now_ms: i64) -> Self {
        match attempt.status.as_str() {
            "creating" => Self::Preparing,
            "closed" => Self::Expired,
            "failed" => Self::Failed,
            "pending" if attempt.expires_at_ms <= now_ms => Self::Expired,
            "pending" if attempt.qr_available => Self::Qr,
            "pending" => Self::Preparing,
            // `paid` while the payment is still open is being booked: as uncertain as `unknown`.
            _ => Self::Unknown,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Preparing => "preparing",
            Self::Qr => "qr",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Paid => "paid",
            Self::Refunded => "refunded",
            Self::Closed => "closed",
        }
    }
}

#[derive(Template)]
#[template(path = "cashier/cashier.html")]
struct CashierPage<'a> {
    view: &'a CashierView,
    stage: Stage,
    t: Texts,
    other: Locale,
    chrome: Chrome,
    secret: String,
    return_url: Option<&'a str>,
}

/// What both pages of the cashier load.
struct Chrome {
    css: String,
    js: String,
    tick: String,
    wechatpay: String,
}

impl Chrome {
    fn new() -> Self {
        Self {
            css: asset_url("cashier.css"),
            js: asset_url("cashier.js"),
            tick: asset_url("tick.svg"),
            wechatpay: asset_url("wechatpay.svg"),
        }
    }
}

impl CashierPage<'_> {
    /// Attributes of a part that is shown in the stages listed, separated by spaces.
    fn when(&self, stages: &str) -> String {
        let shown = stages.split(' ').any(|stage| stage == self.stage.code());
        format!("data-when=\"{stages}\"{}", if shown { "" } else { " hidden" })
    }

    fn address(&self, locale: Locale) -> String {
        format!("/pay/{}?client_secret={}&lang={}", path_segment(&self.view.payment_id), self.secret, locale.tag())
    }

    /// Empty while there is nothing to scan.
    fn qr_url(&self, form: &str) -> String {
        self.view.attempt.as_ref().filter(|attempt| attempt.qr_available).map_or_else(String::new, |attempt| {
            format!("/v1/attempts/{}/qr.{form}?client_secret={}", path_segment(&attempt.id), self.secret)
        })
    }

    fn attempt_status(&self) -> &str {
        self.view.attempt.as_ref().map_or("none", |attempt| &attempt.status)
    }

    fn attempt_expires_ms(&self) -> i64 {
        self.view.attempt.as_ref().map_or(self.view.expires_at_ms, |attempt| attempt.expires_at_ms)
    }

    fn is_chosen(&self, method: &MethodView) -> bool {
        let first = self.view.methods.iter().find(|candidate| candidate.available);
        let wanted = self.view.attempt.as_ref().map(|attempt| (&attempt.gateway, &attempt.flow));
        let wanted = wanted.or_else(|| first.map(|method| (&method.gateway, &method.flow)));
        method.available && wanted == Some((&method.gateway, &method.flow))
    }

    fn countdown(&self) -> String {
        let left_s = (self.attempt_expires_ms() - self.view.server_now_ms).max(0) / 1000;
        format!("{:02}:{:02}", left_s / 60, left_s % 60)
    }

    fn stage_text(&self) -> String {
        self.t.get(match self.stage {
            Stage::None => "cashier-method-none",
            Stage::Preparing => "cashier-stage-preparing",
            Stage::Qr => "cashier-stage-qr",
            Stage::Unknown => "cashier-stage-unknown",
            Stage::Expired => "cashier-stage-expired",
            Stage::Failed => "cashier-stage-failed",
            Stage::Paid => "cashier-stage-paid",
            Stage::Refunded => "cashier-stage-refunded",
            Stage::Closed => "cashier-stage-closed",
        })
    }
}

/// The cashier's page.
///
/// # Errors
/// Only when the template cannot write, which a `String` never refuses.
pub fn render_cashier(view: &CashierView, locale: Locale) -> Result<String, askama::Error> {
    CashierPage {
        view,
        stage: Stage::of(view),
        t: Texts(locale),
        other: other_than(locale),
        chrome: Chrome::new(),
        secret: utf8_percent_encode(&view.client_secret, QUERY_VALUE).to_string(),
        return_url: view.return_url.as_deref().filter(|address| is_web_address(address)),
    }
    .render()
}

/// Why there is no payment to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CashierProblem {
    /// No such payment, or not with this secret: the two look the same on purpose.
    NotFound,
    TooManyRequests,
    Unavailable,
    /// Back from a gateway's page, and the money has not been seen yet.
    StillOpen,
}

#[derive(Template)]
#[template(path = "cashier/problem.html")]
struct ProblemPage {
    t: Texts,
    chrome: Chrome,
    title: String,
    advice: String,
}

/// The page shown instead of a cashier.
///
/// # Errors
/// As [`render_cashier`].
pub fn render_cashier_problem(kind: CashierProblem, locale: Locale) -> Result<String, askama::Error> {
    let t = Texts(locale);
    let (title, advice) = match kind {
        CashierProblem::NotFound => ("cashier-problem-not-found", "cashier-problem-not-found-advice"),
        CashierProblem::TooManyRequests => ("cashier-problem-too-many", "cashier-problem-too-many-advice"),
        CashierProblem::StillOpen => ("cashier-problem-still-open", "cashier-problem-still-open-advice"),
        CashierProblem::Unavailable => ("cashier-problem-unavailable", "cashier-problem-unavailable-advice"),
    };
    ProblemPage { t, chrome: Chrome::new(), title: t.get(title), advice: t.get(advice) }.render()
}

fn other_than(locale: Locale) -> Locale {
    if locale == Locale::En { Locale::ZhHans } else { Locale::En }
}

fn path_segment(text: &str) -> String {
    utf8_percent_encode(text, QUERY_VALUE).to_string()
}

fn is_web_address(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests;
