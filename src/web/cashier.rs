//! The hosted cashier as a pure view: one payment in, one page out. The route that fills it is in `http`.
//!
//! Promised: everything a shop or gateway wrote is escaped; every state is readable without JavaScript;
//! texts in the shopper's language; no secret leaves in a Referer (see `PAGE_HEADERS`).
//! Refused: return addresses that are not http(s).

mod hop;
mod problem;
mod stage;
mod view;
mod wallets;

use askama::Template;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use self::stage::Stage;
use self::wallets::{app_name, listed, opens_its_app, page_instead, phone_advice, worded};
use super::assets::asset_url;
use crate::i18n::{Locale, Texts};
use crate::payments::PaymentStatus;
use crate::payments::environment::Wallet;

pub use self::hop::{Form, render_form, render_framed, render_hop, render_sign_in};
pub use self::problem::{CashierProblem, Link};
pub use self::view::{AttemptView, CashierView, FrameView, MethodReason, MethodView};

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

/// What the pages of the cashier load.
struct Chrome {
    css: String,
    js: String,
    tick: String,
}

impl Chrome {
    fn new() -> Self {
        Self { css: asset_url("cashier.css"), js: asset_url("cashier.js"), tick: asset_url("tick.svg") }
    }
}

impl CashierPage<'_> {
    /// Attributes of a part that is shown in the stages listed, separated by spaces.
    fn when(&self, stages: &str) -> String {
        let shown = stages.split(' ').any(|stage| stage == self.stage.code());
        format!("data-when=\"{stages}\"{}", if shown { "" } else { " hidden" })
    }

    /// A text about the method that the page is about.
    fn say(&self, key: &str) -> String {
        worded(self.t.0, key, self.wallet())
    }

    /// A text about the order that has been opened, perhaps elsewhere and with another wallet.
    fn say_of_order(&self, key: &str) -> String {
        worded(self.t.0, key, self.view.attempt.as_ref().map(|attempt| attempt.wallet).or_else(|| self.wallet()))
    }

    fn wallet(&self) -> Option<Wallet> {
        let chosen = self.view.chosen().map(|method| method.wallet);
        chosen.or_else(|| self.view.attempt.as_ref().map(|attempt| attempt.wallet))
    }

    fn wallet_name(&self) -> &str {
        self.wallet().map_or("", Wallet::as_str)
    }

    /// The wallets that take this page's own code, for "open … and scan".
    fn own_code_apps(&self) -> String {
        let apps = self.view.methods.iter().filter(|method| method.available);
        let apps: Vec<String> = apps.map(|method| app_name(method.wallet, self.t.0)).collect();
        listed(&apps, self.t.0)
    }

    fn with_apps(&self, key: &str) -> String {
        self.t.with(key, "apps", &self.own_code_apps())
    }

    fn address(&self, locale: Locale) -> String {
        let flow = if self.view.wants_code { "&flow=qr" } else { "" };
        format!("{}{flow}&lang={}", self.bare_address(), locale.tag())
    }

    /// The address without what the shopper chose on it.
    fn bare_address(&self) -> String {
        format!("/pay/{}?client_secret={}", path_segment(&self.view.payment_id), self.secret)
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

    fn frame(&self) -> Option<&FrameView> {
        self.view.attempt.as_ref().filter(|_| !self.view.shows_own_code)?.frame.as_ref()
    }

    /// The attempt whose frame the page holds.
    fn framed_attempt(&self) -> &str {
        self.frame().and(self.view.attempt.as_ref()).map_or("", |attempt| &attempt.id)
    }

    fn flow(&self) -> &str {
        self.view.flow().unwrap_or_default()
    }

    fn gateway(&self) -> &str {
        self.view.chosen().map_or("", |method| &method.gateway)
    }

    /// Whose newest attempt the page was made for.
    fn attempt_gateway(&self) -> &str {
        self.view.attempt.as_ref().map_or_else(|| self.gateway(), |attempt| &attempt.gateway)
    }

    /// Without scripts: whether something may happen that the shopper does not do on this page.
    fn reloads_itself(&self) -> bool {
        self.view.status == PaymentStatus::Open && !matches!(self.stage, Stage::None | Stage::Wap | Stage::SignIn)
    }

    /// A gateway's page in a frame would begin anew each time.
    fn reload_after_s(&self) -> String {
        if self.frame().is_some() { "30" } else { "5" }.to_owned()
    }

    /// Where a tap on a method is sent.
    fn pay_url(&self) -> String {
        format!("/pay/{}", path_segment(&self.view.payment_id))
    }

    /// The newest attempt, if it belongs to this browser.
    fn own_attempt(&self) -> &str {
        self.view.attempt.as_ref().filter(|attempt| attempt.is_own).map_or("", |attempt| &attempt.id)
    }

    /// The order that this browser took to a gateway's page.
    fn away(&self) -> Option<&AttemptView> {
        self.view.attempt.as_ref().filter(|attempt| attempt.is_own && attempt.leads_away())
    }

    /// The shopper went to a page, and not to an app.
    fn is_away_on_page(&self) -> bool {
        self.away().is_some_and(|attempt| attempt.flow == "page" || !opens_its_app(attempt.wallet))
    }

    fn away_advice(&self) -> String {
        self.say(match () {
            () if self.view.is_at_home => "cashier-away-advice-home",
            () if self.is_away_on_page() => "cashier-away-advice-page",
            () => "cashier-away-advice",
        })
    }

    fn open_again_key(&self) -> &'static str {
        match () {
            () if self.view.is_at_home => "cashier-continue",
            () if self.is_away_on_page() => "cashier-open-page-again",
            () => "cashier-open-again",
        }
    }

    /// Whether the method's code is another way than the page that the shopper came back from.
    fn offers_code_after_page(&self, method: &MethodView) -> bool {
        method.flow == "qr" && self.away().is_some_and(|attempt| attempt.flow == "page")
    }

    /// Where a code is not what comes first: on a computer any phone scans it, on a phone it takes another one.
    fn by_code_text(&self, method: &MethodView) -> String {
        let on_computer = self.flow() == "page" || self.offers_code_after_page(method);
        self.t.get(if on_computer { "cashier-method-by-scan" } else { "cashier-method-by-code" })
    }

    /// What a tap will do.
    fn wap_advice(&self) -> String {
        let leads_to_page = |method: &MethodView| method.available && !opens_its_app(method.wallet);
        self.say(match () {
            () if self.flow() == "page" && self.attempt_status() == "failed" => "cashier-page-advice-refused",
            () if self.flow() == "page" => "cashier-page-advice",
            () if self.offers_several() && self.view.methods.iter().any(leads_to_page) => "cashier-wap-advice-any-page",
            () if self.offers_several() => "cashier-wap-advice-any",
            () if self.view.chosen().is_some_and(leads_to_page) => "cashier-page-advice",
            () => "cashier-wap-advice",
        })
    }

    fn page_instead(&self) -> String {
        self.wallet().map_or_else(String::new, |wallet| page_instead(wallet, self.t.0))
    }

    fn code_instead(&self) -> String {
        let names_app = !self.offers_several() && self.wallet().is_some_and(opens_its_app);
        self.say(if names_app { "cashier-code-instead" } else { "cashier-code-instead-any" })
    }

    /// That what another device opened is cancelled first, where its gateway can do that.
    fn elsewhere_advice(&self) -> String {
        let opened = self.view.attempt.as_ref().map(|attempt| attempt.wallet).or_else(|| self.wallet());
        let stays = opened.is_some_and(|wallet| !opens_its_app(wallet));
        let here = if stays { "cashier-elsewhere-advice-open" } else { "cashier-elsewhere-advice" };
        self.elsewhere(here, "cashier-elsewhere-advice-scanned")
    }

    /// That an earlier order can still be paid; empty where none is left.
    fn left_open_text(&self) -> String {
        self.view.left_open.map_or_else(String::new, |wallet| worded(self.t.0, "cashier-left-open", Some(wallet)))
    }

    fn jsapi_parameters(&self) -> &str {
        self.view.attempt.as_ref().and_then(|attempt| attempt.jsapi_parameters.as_deref()).unwrap_or_default()
    }

    /// The words of a stage that is about a code only where there is one.
    fn coded(&self, with_code: &str, without: &str) -> String {
        self.say(if matches!(self.flow(), "qr" | "") { with_code } else { without })
    }

    /// The words of what is over: of a code only where it was one.
    fn lapsed(&self, with_code: &str, without: &str) -> String {
        let was_page = self.view.attempt.as_ref().is_some_and(|attempt| attempt.flow != "qr");
        if was_page { self.say(without) } else { self.coded(with_code, without) }
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

    fn has_greyed_by_app(&self) -> bool {
        self.view.methods.iter().any(|method| method.reason == Some(MethodReason::OtherWallet))
    }

    fn attempt_status(&self) -> &str {
        self.view.attempt.as_ref().map_or("none", |attempt| &attempt.status)
    }

    fn attempt_expires_ms(&self) -> i64 {
        // The page's own code lives as long as the payment, whatever a phone opened by it.
        let attempt = self.view.attempt.as_ref().filter(|_| !self.view.shows_own_code);
        attempt.map_or(self.view.expires_at_ms, |attempt| attempt.expires_at_ms)
    }

    fn countdown(&self) -> String {
        let left_s = (self.attempt_expires_ms() - self.view.server_now_ms).max(0) / 1000;
        let (hours, minutes, seconds) = (left_s / 3600, left_s / 60 % 60, left_s % 60);
        let hours = if hours > 0 { format!("{hours}:") } else { String::new() };
        format!("{hours}{minutes:02}:{seconds:02}")
    }

    /// How a code that stands on the very phone may be paid, by the wallet.
    fn phone_advice(&self) -> String {
        self.wallet().map_or_else(String::new, |wallet| phone_advice(wallet, self.t.0))
    }

    fn offered(&self) -> usize {
        self.view.methods.iter().filter(|method| method.available).count()
    }

    fn offers_several(&self) -> bool {
        self.offered() > 1
    }

    fn wap_text(&self) -> String {
        if self.offers_several() { self.t.get("cashier-stage-choose") } else { self.say("cashier-stage-wap") }
    }

    fn stage_text(&self) -> String {
        self.say(match self.stage {
            Stage::None => return self.none_text(),
            Stage::Preparing => return self.coded("cashier-stage-preparing", "cashier-stage-preparing-order"),
            Stage::Qr => "cashier-stage-qr",
            Stage::Scan => return self.with_apps("cashier-stage-scan"),
            Stage::Wap => return self.wap_text(),
            Stage::Away => "cashier-stage-away",
            Stage::Jsapi => "cashier-stage-jsapi",
            Stage::SignIn => "cashier-stage-signin",
            Stage::Elsewhere => return self.elsewhere("cashier-stage-elsewhere", "cashier-stage-elsewhere-scanned"),
            Stage::Unknown => return self.say_of_order("cashier-stage-unknown"),
            Stage::Expired => return self.lapsed("cashier-stage-expired", "cashier-stage-expired-order"),
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
