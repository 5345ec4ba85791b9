//! The hosted cashier as a pure view: one payment in, one page out. The route that fills it is in `http`.
//!
//! Promised: everything a shop or gateway wrote is escaped; every state is readable without JavaScript;
//! texts in the shopper's language; no secret leaves in a Referer (see `PAGE_HEADERS`).
//! Refused: return addresses that are not http(s).

mod problem;
mod stage;
mod view;

use askama::Template;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use self::stage::Stage;
use super::assets::asset_url;
use crate::i18n::{Locale, Texts};
use crate::payments::PaymentStatus;

pub use self::problem::{CashierProblem, Link};
pub use self::view::{AttemptView, CashierView, MethodReason, MethodView};

/// What of a query value needs no escape (RFC 3986, unreserved).
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
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
