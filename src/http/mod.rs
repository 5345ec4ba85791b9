//! The REST surface. Thin: read the request, call one function, write the answer. `routes` shows the
//! whole API on one screen; `problem` words every refusal.

pub mod accounts;
pub mod addresses;
pub mod attempts;
pub mod auth;
pub mod body;
pub mod cashier;
pub mod cashier_methods;
pub mod cashier_page;
pub mod checkout_profile;
pub mod components;
pub mod cookies;
pub mod differences;
pub mod errors_page;
pub mod events;
pub mod health;
pub mod hop;
pub mod idempotency;
pub mod limits;
pub mod locales;
pub mod merchant_codes;
pub mod notify;
pub mod openapi;
pub mod own_attempt;
pub mod payments;
pub mod prepared;
pub mod problem;
pub mod query;
pub mod refunds;
pub mod region_mappings;
pub mod regions;
pub mod routes;
pub mod sign_in;
pub mod state;
pub mod statement_csv;
pub mod statements;
pub mod stream;
pub mod validate;
pub mod webhook_endpoints;

pub use state::AppState;
