//! What shoppers see and do, in a real Chromium, on a desktop and on a phone, in both languages.
//!
//! Every page is left through [`browser::Browser::leave`], which fails on anything in the console (a
//! breach of the content policy among it) and on any request to another host. Pictures of all states
//! are kept in `target/screenshots`.
//!
//! Needs `chromedriver` and Chromium; without them the suite says that it was skipped, unless
//! `TEST_REQUIRE_BROWSER=1`.

#[path = "../support/mod.rs"]
mod support;

mod address;
mod alipay;
mod asking;
mod browser;
mod demo;
mod driver;
mod gallery;
mod keyboard;
mod lifetime;
mod plain;
mod scenes;
mod three_wallets;
mod unionpay;
mod wallets;
mod way;
mod webdriver;
mod wechat;
