//! Any bytes as the archive around a bill: no panic, and what is read of it ends.

#![no_main]

use std::io::Write as _;

use libfuzzer_sys::fuzz_target;
use luodi::gateways::Merchant;
use luodi::gateways::alipay::statement::unpack;
use luodi::gateways::statement::StatementKind;

fuzz_target!(|data: &[u8]| {
    let merchant = Merchant { merchant_no: "2088000000000001".to_owned(), app_id: None, sub_merchant_no: None };
    for kind in [StatementKind::Trade, StatementKind::FundFlow] {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(data).expect("written");
        if let Ok(statement) = unpack(file, kind, merchant.clone()) {
            let (size, lines) = (statement.size_bytes, statement.rows.count());
            assert!(lines as u64 <= size + 1, "{lines} lines in {size} bytes");
        }
    }
});
