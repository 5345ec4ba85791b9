//! Money is counted once, and orders and refunds are made once, whatever repeats, races or times out.

#[path = "../support/mod.rs"]
mod support;

mod databases;
mod flood;
mod lost_answers;
mod races;
mod wechat;
