//! The pages that go on to a gateway's by themselves, and the one that comes back in a gateway's frame.

use std::collections::BTreeMap;

use askama::Template;

use super::Chrome;
use super::wallets::{mark_of, opens_its_app, worded};
use crate::i18n::{Locale, Texts};
use crate::payments::attempt::FormMethod;
use crate::payments::environment::Wallet;
use crate::web::assets::asset_url;

/// A form that a browser takes to a gateway.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    pub action: &'a str,
    pub method: FormMethod,
    pub fields: &'a BTreeMap<String, String>,
}

impl Form<'_> {
    const fn method(&self) -> &'static str {
        match self.method {
            FormMethod::Get => "get",
            FormMethod::Post => "post",
        }
    }
}

#[derive(Template)]
#[template(path = "cashier/hop.html")]
struct HopPage<'a> {
    t: Texts,
    chrome: Chrome,
    hop_js: String,
    wallet: &'static str,
    mark: String,
    title: String,
    advice: String,
    go: String,
    referrer: &'static str,
    gateway_url: &'a str,
    form: Option<&'a Form<'a>>,
}

impl<'a> HopPage<'a> {
    fn to(wallet: Wallet, referrer: &'static str, locale: Locale) -> Self {
        let advice = if opens_its_app(wallet) { "cashier-hop-advice" } else { "cashier-hop-advice-page" };
        HopPage {
            t: Texts(locale),
            chrome: Chrome::new(),
            hop_js: asset_url("hop.js"),
            wallet: wallet.as_str(),
            mark: mark_of(wallet),
            title: worded(locale, "cashier-hop", Some(wallet)),
            advice: worded(locale, advice, Some(wallet)),
            go: worded(locale, "cashier-hop-go", Some(wallet)),
            referrer,
            gateway_url: "",
            form: None,
        }
    }
}

/// The page that goes on to the gateway's by itself.
///
/// # Errors
/// As [`super::render_cashier`].
pub fn render_hop(gateway_url: &str, wallet: Wallet, locale: Locale) -> Result<String, askama::Error> {
    HopPage { gateway_url, ..HopPage::to(wallet, "origin", locale) }.render()
}

/// The page that takes a form to the gateway, by itself or by its button.
///
/// # Errors
/// As [`super::render_cashier`].
pub fn render_form(form: &Form<'_>, wallet: Wallet, locale: Locale) -> Result<String, askama::Error> {
    HopPage { form: Some(form), ..HopPage::to(wallet, "origin", locale) }.render()
}

/// The page that goes on to WeChat's sign-in by itself. A page and not a redirect: many a shopper comes here by
/// a form of the shop's, and a browser holds every redirect after a form to the shop's own `form-action`.
///
/// # Errors
/// As [`super::render_cashier`].
pub fn render_sign_in(address: &str, locale: Locale) -> Result<String, askama::Error> {
    HopPage { gateway_url: address, ..HopPage::to(Wallet::WeChat, "no-referrer", locale) }.render()
}

#[derive(Template)]
#[template(path = "cashier/framed.html")]
struct FramedPage {
    t: Texts,
    chrome: Chrome,
    is_over: bool,
}

/// What stands in a gateway's frame once the gateway is done: the cashier around it says the rest.
///
/// # Errors
/// As [`super::render_cashier`].
pub fn render_framed(is_over: bool, locale: Locale) -> Result<String, askama::Error> {
    FramedPage { t: Texts(locale), chrome: Chrome::new(), is_over }.render()
}
