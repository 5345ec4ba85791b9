//! The REST API, route by route, against a real server, a real database and the sandbox.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod accounts;
mod addresses;
mod attempts;
mod attempts_in_doubt;
mod barcode;
mod browsers;
mod cashier;
mod checkout_profile;
mod duplicates;
mod events;
mod hop;
mod idempotency;
mod limits;
mod locales;
mod merchant_codes;
mod notify;
mod openapi;
mod openid;
mod payments;
mod payments_closing;
mod payments_lists;
mod problems;
mod qr;
mod refunds;
mod refunds_in_doubt;
mod regions;
mod wallets;
mod webhook_deliveries;
mod webhook_endpoints;
