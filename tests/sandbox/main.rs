//! The sandbox seen from outside: a raw client that signs for itself, written from the
//! protocol, and a receiver that keeps what it is sent.

mod bills;
mod client;
mod codepay;
mod control;
mod faults;
mod flow;
mod notifications;
mod oauth;
mod partner;
mod phone;
mod phone_flows;
mod products;
mod receiver;
mod refunds;
mod trust;
