//! Any bytes as a bill: no panic, nothing is read after the first fault, and nothing after the totals.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luodi::gateways::Merchant;
use luodi::gateways::alipay::statement::bill::Bill;
use luodi::gateways::statement::{StatementKind, StatementLine};

fuzz_target!(|data: &[u8]| {
    let merchant =
        Merchant { merchant_no: "2088000000000001".to_owned(), app_id: None, sub_merchant_no: None };
    for kind in [StatementKind::Trade, StatementKind::FundFlow] {
        let mut over = false;
        for line in Bill::new(data, kind, merchant.clone()) {
            assert!(!over, "a line after the end");
            over = matches!(line, Err(_) | Ok(StatementLine::Summary(_)));
        }
    }
});
