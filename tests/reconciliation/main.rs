//! Statements of the stand-in, as it made them or as a script spoilt them, beside the ledger.

#[path = "../support/mod.rs"]
mod support;

mod alipay;
mod api;
mod credentials;
mod day;
mod differences;
mod interrupted;
mod morning;
mod refunds;
mod unionpay;
mod unionpay_evening;
mod unreadable;
