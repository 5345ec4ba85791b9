//! Every file of every locale, embedded in the program. A new file is one more name in `files!`, and has to
//! exist in every folder then; a new locale is one more row of [`SHIPPED`].

use super::locale::Locale;

/// A file's name without `.ftl`, and its text.
pub type Source = (&'static str, &'static str);

macro_rules! files {
    ($folder:literal) => {
        files!($folder: "account", "address", "addresses", "alipay", "cart", "cashier", "catalog", "checkout", "cli", "common",
            "components", "delivery", "errors", "gateways", "order", "payment", "shop", "statements", "storefront", "unionpay")
    };
    ($folder:literal: $($name:literal),*) => {
        &[$(($name, include_str!(concat!("../../locales/", $folder, "/", $name, ".ftl")))),*]
    };
}

pub const SHIPPED: &[(Locale, &[Source])] = &[
    (Locale::ZhHans, files!("zh-Hans")),
    (Locale::ZhHantHk, files!("zh-Hant-HK")),
    (Locale::ZhHantTw, files!("zh-Hant-TW")),
    (Locale::En, files!("en")),
];
