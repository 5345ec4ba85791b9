//! Any bytes as a notification that Alipay has signed: no panic, and no payment without number and amount.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luodi::gateways::alipay::notification;
use luodi::gateways::alipay::sign::{Form, Rule};
use luodi::gateways::{Notice, OrderState};

fuzz_target!(|data: &[u8]| {
    let Ok(form) = Form::parse(data) else { return };
    for rule in Rule::ALL {
        let _ = form.canonical(rule);
    }
    let Ok(notification) = notification::read(&form) else { return };
    if let Notice::Order(order) | Notice::OrderRefunded { order, .. } = notification.notice
        && let OrderState::Paid { gateway_trade_no, .. } = order.state
    {
        assert!(!gateway_trade_no.is_empty() && order.amount.is_some() && !order.out_trade_no.is_empty());
    }
});
