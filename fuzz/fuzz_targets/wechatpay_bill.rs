//! Any bytes as a bill: no panic, and nothing is read after the first fault.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luodi::gateways::statement::StatementKind;
use luodi::gateways::wechatpay::statement::bill::Bill;

fuzz_target!(|data: &[u8]| {
    for kind in StatementKind::ALL {
        let mut faults = 0;
        for line in Bill::new(kind, data) {
            assert_eq!(faults, 0, "a line after a fault");
            faults += usize::from(line.is_err());
        }
    }
});
