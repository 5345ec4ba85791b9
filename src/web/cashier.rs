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
    fn has_code(&self) -> bool {
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
    /// This page's own address as a code.
    Scan,
    /// A tap leads to WeChat.
    Wap,
    /// The shopper went to WeChat and may have paid.
    Away,
    /// Inside WeChat, about to ask for the password.
    Jsapi,
    /// Inside WeChat, whose sign-in did not come back.
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
    fn of(view: &CashierView) -> Self {
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
            "wap" => Self::Wap,
            "jsapi" => Self::SignIn,
            _ if view.shows_own_code => Self::Scan,
            _ => Self::Preparing,
        }
    }

    fn of_attempt(view: &CashierView, flow: &str, attempt: &AttemptView) -> Self {
        let is_over = attempt.expires_at_ms <= view.server_now_ms;
        let after =
            || if flow == "wap" || view.shows_own_code { Self::before_attempt(view, flow) } else { Self::Expired };
        match attempt.status.as_str() {
            "creating" => Self::Preparing,
            "closed" => after(),
            "failed" => Self::Failed,
            "pending" if is_over => after(),
            "pending" => match attempt.action.as_str() {
                "" => Self::Preparing,
                "display_qr" if flow == "qr" && !view.shows_own_code => Self::Qr,
                "display_qr" => Self::before_attempt(view, flow),
                "redirect" if attempt.is_own => Self::Away,
                "redirect" if flow == "wap" => Self::Wap,
                "invoke_jsapi" if attempt.is_own => Self::Jsapi,
                _ => Self::Elsewhere,
            },
            // `paid` while the payment is still open is being booked: as uncertain as `unknown`.
            _ => Self::Unknown,
        }
    }

    const fn code(self) -> &'static str {
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

impl CashierView {
    /// The flow of this browser: that of the first way to pay that it offers.
    fn flow(&self) -> Option<&str> {
        self.methods.iter().find(|method| method.available).map(|method| method.flow.as_str())
    }

    fn is_greyed_by_app(&self) -> bool {
        self.flow().is_none() && self.methods.iter().any(|m| m.reason == Some(MethodReason::OtherWallet))
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
        if self.view.shows_own_code {
            return self.own_code_url(form);
        }
        self.view.attempt.as_ref().filter(|attempt| attempt.has_code()).map_or_else(String::new, |attempt| {
            format!("/v1/attempts/{}/qr.{form}?client_secret={}", path_segment(&attempt.id), self.secret)
        })
    }

    /// This page's own address as a code; empty where a gateway's own code is shown.
    fn own_code_url(&self, form: &str) -> String {
        if !self.view.shows_own_code {
            return String::new();
        }
        format!("/pay/{}/qr.{form}?client_secret={}", path_segment(&self.view.payment_id), self.secret)
    }

    fn flow(&self) -> &str {
        self.view.flow().unwrap_or_default()
    }

    /// Without scripts: whether something may happen that the shopper does not do on this page.
    fn reloads_itself(&self) -> bool {
        self.view.status == PaymentStatus::Open && !matches!(self.stage, Stage::None | Stage::Wap | Stage::SignIn)
    }

    /// Where a tap on "WeChat Pay" is sent.
    fn pay_url(&self) -> String {
        format!("/pay/{}", path_segment(&self.view.payment_id))
    }

    /// The newest attempt, if it belongs to this browser.
    fn own_attempt(&self) -> &str {
        self.view.attempt.as_ref().filter(|attempt| attempt.is_own).map_or("", |attempt| &attempt.id)
    }

    fn jsapi_parameters(&self) -> &str {
        self.view.attempt.as_ref().and_then(|attempt| attempt.jsapi_parameters.as_deref()).unwrap_or_default()
    }

    /// The words of a stage that is about a code only where there is one.
    fn coded(&self, with_code: &str, without: &str) -> String {
        self.t.get(if matches!(self.flow(), "qr" | "") { with_code } else { without })
    }

    /// Words for when another device goes on with the payment; a computer that led it there shows its code again.
    fn elsewhere(&self, opened: &str, scanned: &str) -> String {
        self.t.get(if self.view.shows_own_code { scanned } else { opened })
    }

    /// Words for when nothing can be paid here.
    fn none_text(&self) -> String {
        let app = self.view.is_greyed_by_app();
        self.t.get(if app { "cashier-open-in-browser" } else { "cashier-method-none" })
    }

    fn attempt_status(&self) -> &str {
        self.view.attempt.as_ref().map_or("none", |attempt| &attempt.status)
    }

    fn attempt_expires_ms(&self) -> i64 {
        // The page's own code lives as long as the payment, whatever a phone opened by it.
        let attempt = self.view.attempt.as_ref().filter(|_| !self.view.shows_own_code);
        attempt.map_or(self.view.expires_at_ms, |attempt| attempt.expires_at_ms)
    }

    fn is_chosen(&self, method: &MethodView) -> bool {
        let first = self.view.methods.iter().find(|candidate| candidate.available);
        let wanted = self.view.attempt.as_ref().map(|attempt| (&attempt.gateway, &attempt.flow));
        let wanted = wanted.or_else(|| first.map(|method| (&method.gateway, &method.flow)));
        method.available && wanted == Some((&method.gateway, &method.flow))
    }

    fn countdown(&self) -> String {
        let left_s = (self.attempt_expires_ms() - self.view.server_now_ms).max(0) / 1000;
        let (hours, minutes, seconds) = (left_s / 3600, left_s / 60 % 60, left_s % 60);
        let hours = if hours > 0 { format!("{hours}:") } else { String::new() };
        format!("{hours}{minutes:02}:{seconds:02}")
    }

    fn stage_text(&self) -> String {
        self.t.get(match self.stage {
            Stage::None => return self.none_text(),
            Stage::Preparing => return self.coded("cashier-stage-preparing", "cashier-stage-preparing-order"),
            Stage::Qr => "cashier-stage-qr",
            Stage::Scan => "cashier-stage-scan",
            Stage::Wap => "cashier-stage-wap",
            Stage::Away => "cashier-stage-away",
            Stage::Jsapi => "cashier-stage-jsapi",
            Stage::SignIn => "cashier-stage-signin",
            Stage::Elsewhere => return self.elsewhere("cashier-stage-elsewhere", "cashier-stage-elsewhere-scanned"),
            Stage::Unknown => "cashier-stage-unknown",
            Stage::Expired => return self.coded("cashier-stage-expired", "cashier-stage-expired-order"),
            Stage::Failed => return self.coded("cashier-stage-failed", "cashier-stage-failed-order"),
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

/// Why a page is shown instead of a cashier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CashierProblem {
    /// No such payment, or not with this secret: the two look the same on purpose.
    NotFound,
    TooManyRequests,
    Unavailable,
    /// Back from a gateway's page, and the money has not been seen yet.
    StillOpen,
    /// Back from a gateway's page, or on the way there, and all is done.
    Paid,
    /// The payment can no longer be paid.
    Closed,
    /// The link to the gateway can no longer be paid; the payment perhaps can.
    LinkOver,
    /// The gateway's answer is uncertain.
    Checking,
    /// A link for the phone's browser, opened inside WeChat.
    OpenInBrowser,
    /// An earlier order has not been ended yet.
    EarlierUnsettled,
    /// WeChat's sign-in answers a browser that did not begin it.
    SignInLost,
    SignInExpired,
    SignInDenied,
    SignInPreview,
    /// Only the shop can mend it.
    SignInMisconfigured,
}

impl CashierProblem {
    #[cfg(test)]
    pub(super) const ALL: [Self; 15] = [
        Self::NotFound,
        Self::TooManyRequests,
        Self::Unavailable,
        Self::StillOpen,
        Self::Paid,
        Self::Closed,
        Self::LinkOver,
        Self::Checking,
        Self::OpenInBrowser,
        Self::EarlierUnsettled,
        Self::SignInLost,
        Self::SignInExpired,
        Self::SignInDenied,
        Self::SignInPreview,
        Self::SignInMisconfigured,
    ];

    /// Its title and what the shopper can do.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("cashier-problem-not-found", "cashier-problem-not-found-advice"),
            Self::TooManyRequests => ("cashier-problem-too-many", "cashier-problem-too-many-advice"),
            Self::Unavailable => ("cashier-problem-unavailable", "cashier-problem-unavailable-advice"),
            Self::StillOpen => ("cashier-problem-still-open", "cashier-problem-still-open-advice"),
            Self::Paid => ("cashier-problem-paid", "cashier-problem-paid-advice"),
            Self::Closed => ("cashier-problem-closed", "cashier-problem-closed-advice"),
            Self::LinkOver => ("cashier-problem-link-over", "cashier-problem-link-over-advice"),
            Self::Checking => ("cashier-problem-checking", "cashier-problem-checking-advice"),
            Self::OpenInBrowser => ("cashier-problem-open-in-browser", "cashier-problem-open-in-browser-advice"),
            Self::EarlierUnsettled => ("cashier-problem-earlier-unsettled", "cashier-problem-earlier-unsettled-advice"),
            Self::SignInLost => ("cashier-problem-sign-in-lost", "cashier-problem-sign-in-lost-advice"),
            Self::SignInExpired => ("cashier-problem-sign-in-expired", "cashier-problem-sign-in-expired-advice"),
            Self::SignInDenied => ("cashier-problem-sign-in-denied", "cashier-problem-sign-in-denied-advice"),
            Self::SignInPreview => ("cashier-problem-sign-in-preview", "cashier-problem-sign-in-preview-advice"),
            Self::SignInMisconfigured => {
                ("cashier-problem-sign-in-misconfigured", "cashier-problem-sign-in-misconfigured-advice")
            }
        }
    }

    /// The page, with what the shopper can do next.
    ///
    /// # Errors
    /// As [`render_cashier`].
    pub fn page(self, locale: Locale, links: &[Link]) -> Result<String, askama::Error> {
        let t = Texts(locale);
        let (title, advice) = self.words();
        let (title, advice) = (t.get(title), t.get(advice));
        let links = links.iter().filter(|link| link.is_safe()).collect();
        ProblemPage { t, chrome: Chrome::new(), is_good: self == Self::Paid, title, advice, links }.render()
    }
}

/// A way on from a page without a cashier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    key: &'static str,
    address: String,
    is_main: bool,
}

impl Link {
    const fn main(key: &'static str, address: String) -> Self {
        Self { key, address, is_main: true }
    }

    /// The same once more.
    #[must_use]
    pub const fn try_again(address: String) -> Self {
        Self::main("cashier-try-again", address)
    }

    /// Back to the cashier.
    #[must_use]
    pub const fn back(address: String) -> Self {
        Self::main("cashier-back", address)
    }

    /// Back to the shop.
    #[must_use]
    pub const fn to_shop(address: String) -> Self {
        Self::main("cashier-return", address)
    }

    /// Asks the gateway.
    #[must_use]
    pub const fn i_have_paid(address: String) -> Self {
        Self::main("cashier-i-have-paid", address)
    }

    /// On to the gateway once more, beside [`Link::i_have_paid`].
    #[must_use]
    pub const fn continue_paying(address: String) -> Self {
        Self { key: "cashier-continue", address, is_main: false }
    }

    fn is_safe(&self) -> bool {
        self.address.starts_with('/') || is_web_address(&self.address)
    }
}

#[derive(Template)]
#[template(path = "cashier/problem.html")]
struct ProblemPage<'a> {
    t: Texts,
    chrome: Chrome,
    is_good: bool,
    title: String,
    advice: String,
    links: Vec<&'a Link>,
}

#[derive(Template)]
#[template(path = "cashier/hop.html")]
struct HopPage<'a> {
    t: Texts,
    chrome: Chrome,
    hop_js: String,
    referrer: &'static str,
    gateway_url: &'a str,
}

/// The page that goes on to the gateway's by itself.
///
/// # Errors
/// As [`render_cashier`].
pub fn render_hop(gateway_url: &str, locale: Locale) -> Result<String, askama::Error> {
    hop_to(gateway_url, "origin", locale)
}

/// The page that goes on to WeChat's sign-in by itself. A page and not a redirect: many a shopper comes here by
/// a form of the shop's, and a browser holds every redirect after a form to the shop's own `form-action`.
///
/// # Errors
/// As [`render_cashier`].
pub fn render_sign_in(address: &str, locale: Locale) -> Result<String, askama::Error> {
    hop_to(address, "no-referrer", locale)
}

fn hop_to(gateway_url: &str, referrer: &'static str, locale: Locale) -> Result<String, askama::Error> {
    HopPage { t: Texts(locale), chrome: Chrome::new(), hop_js: asset_url("hop.js"), referrer, gateway_url }.render()
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
