//! What shoppers call each wallet, and the mark they know it by, as we draw it.

use crate::i18n::{self, Locale};
use crate::payments::environment::Wallet;
use crate::web::assets::asset_url;

/// The keys of the texts that name one wallet.
struct Names {
    /// The app that is opened (微信).
    app: &'static str,
    /// What is paid with (微信支付).
    method: &'static str,
    /// How a code that stands on the very phone may be paid.
    phone_advice: &'static str,
}

const fn names_of(wallet: Wallet) -> Names {
    match wallet {
        Wallet::WeChat => Names {
            app: "cashier-app-wechatpay",
            method: "cashier-method-wechatpay",
            phone_advice: "cashier-phone-advice-wechatpay",
        },
        Wallet::Alipay => Names {
            app: "cashier-app-alipay",
            method: "cashier-method-alipay",
            phone_advice: "cashier-phone-advice-alipay",
        },
        Wallet::UnionPay => Names {
            app: "cashier-app-unionpay",
            method: "cashier-method-unionpay",
            phone_advice: "cashier-phone-advice-unionpay",
        },
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

/// A text that may name the app to pay with and how its payments are called. No text is shown that names them
/// where nothing can be paid with.
pub(super) fn worded(locale: Locale, key: &str, wallet: Option<Wallet>) -> String {
    let app = wallet.map(|wallet| app_name(wallet, locale)).unwrap_or_default();
    let method = wallet.map(|wallet| method_name(wallet, locale)).unwrap_or_default();
    i18n::text_with(locale, key, &[("app", &app), ("method", &method)])
}
