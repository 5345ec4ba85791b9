//! The REST API, route by route, against a real server, a real database and the sandbox.

#[path = "../support/mod.rs"]
mod support;

mod payments;
