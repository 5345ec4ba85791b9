//! Every case runs on SQLite and, where a server is found, on PostgreSQL.

mod backends;
mod checks;
mod copies;
mod file;
mod idempotency;
mod ledgers;
mod lists;
mod races;
mod rebuild;
mod schema;
mod settings;
mod statements;
mod turns;
mod webhooks;
