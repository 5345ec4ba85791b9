//! Luodi (落地, "to land"): a sidecar that lets any web shop sell in mainland China.
//!
//! The table of contents. Arrows of use run downwards only:
//! `cli, http, jobs → payments, webhooks → storage, gateways → money, crypto, clock`.
#![forbid(unsafe_code)]

/// Pasted addresses to form fields, checks, and their writing for Magento.
pub mod addresses;
/// Builds the running program from a `Config`; `main`, the demo and every test use it.
pub mod app;
/// The Chinese address form as data: fields, labels, rules, and where each goes in Magento.
pub mod checkout_profile;
/// One file per command.
pub mod cli;
/// The hand on time: real in production, set by hand in tests.
pub mod clock;
/// Every setting, its default and meaning.
pub mod config;
/// The only code that touches the crypto libraries.
pub mod crypto;
/// Codes that a merchant shows to be scanned (EMVCo), read, checked and written.
pub mod emv;
/// The public error catalogue: code, status, message.
pub mod error;
/// Payment gateways behind one trait; only they can make a `Verified` fact.
pub mod gateways;
/// Thin REST layer: read the request, call one function, write the answer.
pub mod http;
/// Fluent bundles from `locales/`, negotiated from `Accept-Language`.
pub mod i18n;
/// Typed, sortable identifiers.
pub mod ids;
/// Background work, one bounded `step()` at a time.
pub mod jobs;
/// Our wording as a Magento language package, and the faults of others.
pub mod magento_language;
/// Amounts in integer fen (分).
pub mod money;
/// What is owed, how it is being paid, and what has been returned.
pub mod payments;
/// Answers as prepared bytes: written and compressed once, sent as a static file is.
pub mod prepared;
/// Administrative divisions (行政区划): the table, what became of abolished units, and a shop's view.
pub mod regions;
/// Stand-ins for the gateways, an independent second reading of each protocol.
pub mod sandbox;
/// The platforms where people sign in and share: for now WeChat's sign-in.
pub mod social;
/// Persistence by intent on SQLite or PostgreSQL.
pub mod storage;
/// Logs with redaction, metrics, request ids.
pub mod telemetry;
/// Merchant secrets at rest.
pub mod vault;
/// What a browser receives: cashier, documentation, demo shop.
pub mod web;
/// Us → shop, in the Standard Webhooks form.
pub mod webhooks;
