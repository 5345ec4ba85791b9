//! The program as its users run it: arguments in, text or JSON and an exit code out.

mod accounts;
mod basics;
mod demo;
mod examples;
mod i18n;
mod keys;
mod merchant_codes;
mod program;
mod regions;
mod server;
mod statements;
mod store;
