//! The sandbox seen from outside: a raw client that signs for itself, written from the
//! protocol, and a receiver that keeps what it is sent.

mod alipay_client;
mod alipay_doors;
mod alipay_flow;
mod alipay_notifications;
mod alipay_phone;
mod alipay_products;
mod alipay_refunds;
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
mod unionpay_client;
mod unionpay_faults;
mod unionpay_files;
mod unionpay_flow;
mod unionpay_pages;
mod unionpay_refunds;
