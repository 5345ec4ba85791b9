//! Any text as a file of certificates, from a merchant or a download: no panic, and serial numbers have their form.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luodi::crypto::certificate::read_bundle;
use luodi::gateways::alipay::sign::root_sn;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let bundle = read_bundle(&text);
    let by_rsa = bundle.iter().flatten().filter(|certificate| certificate.is_signed_by_rsa()).count();
    let serials = root_sn(&bundle);
    assert_eq!(serials.is_some(), by_rsa > 0);
    for serial in serials.iter().flat_map(|all| all.split('_')) {
        assert!(serial.len() == 32 && serial.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
    }
    assert_eq!(serials.map_or(0, |all| all.split('_').count()), by_rsa);
});
