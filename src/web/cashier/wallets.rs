//! What shoppers call each wallet, and the mark they know it by, as we draw it.

use crate::i18n::{self, Locale};
use crate::payments::environment::Wallet;
use crate::web::assets::asset_url;

/// The keys of the texts that name one wallet.
struct Names {
    /// The app that is opened (微信).
    app: &'static str,
    /// What reads its codes (云闪付或银行 App).
    scanner: &'static str,
    /// What is paid with (微信支付).
    method: &'static str,
    /// Who takes the money and is asked about it (银联).
    provider: &'static str,
    /// How a code that stands on the very phone may be paid.
    phone_advice: &'static str,
    /// Why one would go to its page instead of scanning.
    page_instead: &'static str,
}

const fn names_of(wallet: Wallet) -> Names {
    match wallet {
        Wallet::WeChat => Names {
            app: "cashier-app-wechatpay",
            scanner: "cashier-scanner-wechatpay",
            method: "cashier-method-wechatpay",
            provider: "cashier-provider-wechatpay",
            phone_advice: "cashier-phone-advice-wechatpay",
            page_instead: "cashier-page-instead",
        },
        Wallet::Alipay => Names {
            app: "cashier-app-alipay",
            scanner: "cashier-scanner-alipay",
            method: "cashier-method-alipay",
            provider: "cashier-provider-alipay",
            phone_advice: "cashier-phone-advice-alipay",
            page_instead: "cashier-page-instead",
        },
        Wallet::UnionPay => Names {
            app: "cashier-app-unionpay",
            scanner: "cashier-scanner-unionpay",
            method: "cashier-method-unionpay",
            provider: "cashier-provider-unionpay",
            phone_advice: "cashier-phone-advice-unionpay",
            page_instead: "cashier-page-instead-unionpay",
        },
    }
}

/// Whether a phone goes to this wallet's app. Otherwise to a page, where bank cards pay as well, and whose
/// orders nobody can take back before their time.
pub(super) const fn opens_its_app(wallet: Wallet) -> bool {
    match wallet {
        Wallet::WeChat | Wallet::Alipay => true,
        Wallet::UnionPay => false,
    }
}

pub(super) fn mark_of(wallet: Wallet) -> String {
    asset_url(&format!("{}.svg", wallet.as_str()))
}

pub(super) fn app_name(wallet: Wallet, locale: Locale) -> String {
    i18n::text(locale, names_of(wallet).app)
}

pub(super) fn method_name(wallet: Wallet, locale: Locale) -> String {
    i18n::text(locale, names_of(wallet).method)
}

pub(super) fn phone_advice(wallet: Wallet, locale: Locale) -> String {
    i18n::text(locale, names_of(wallet).phone_advice)
}

pub(super) fn page_instead(wallet: Wallet, locale: Locale) -> String {
    worded(locale, names_of(wallet).page_instead, Some(wallet))
}

/// The apps as a shopper lists them.
pub(super) fn listed(apps: &[String], locale: Locale) -> String {
    let join = |key: &str, one: &str, other: &str| i18n::text_with(locale, key, &[("one", one), ("other", other)]);
    let Some((last, others)) = apps.split_last() else { return String::new() };
    let before = others.iter().cloned().reduce(|one, other| join("cashier-apps-more", &one, &other));
    before.map_or_else(|| last.clone(), |before| join("cashier-apps", &before, last))
}

/// A text that may name the app to pay with and how its payments are called. No text is shown that names them
/// where nothing can be paid with.
pub(super) fn worded(locale: Locale, key: &str, wallet: Option<Wallet>) -> String {
    let names = wallet.map(names_of);
    let name = |of: fn(&Names) -> &'static str| names.as_ref().map(|n| i18n::text(locale, of(n))).unwrap_or_default();
    let (app, scanner) = (name(|n| n.app), name(|n| n.scanner));
    let (method, provider) = (name(|n| n.method), name(|n| n.provider));
    let told = [("app", app.as_str()), ("scanner", &scanner), ("method", &method), ("provider", &provider)];
    i18n::text_with(locale, key, &told)
}
