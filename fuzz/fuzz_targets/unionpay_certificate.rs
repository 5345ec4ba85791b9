//! Any text as the certificate that a message brings: no panic, its number in decimal digits, and nothing but the
//! published certificate leads to the published authority, seen for the first time or again.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use luodi::clock::Timestamp;
use luodi::crypto::certificate::Certificate;
use luodi::crypto::chain::Authority;
use luodi::gateways::unionpay::trust::certificate_in;

#[path = "../../tests/unionpay/vectors.rs"]
#[allow(dead_code)]
mod vectors;

fn certificate(pem: &str) -> Certificate {
    Certificate::parse(pem).expect("a certificate")
}

static LEAF: LazyLock<Certificate> = LazyLock::new(|| certificate(vectors::LEAF));
static AUTHORITY: LazyLock<Authority> =
    LazyLock::new(|| Authority::new(vec![certificate(vectors::MIDDLE)], vec![certificate(vectors::ROOT)]));

fuzz_target!(|data: &[u8]| {
    let Ok(told) = certificate_in(&String::from_utf8_lossy(data)) else { return };
    assert!(!told.serial_decimal().is_empty() && told.serial_decimal().bytes().all(|b| b.is_ascii_digit()));
    let now = Timestamp::from_seconds(1_767_323_045);
    for _ in 0..2 {
        if AUTHORITY.verify(&told, now).is_ok() {
            let same = told.public_key() == LEAF.public_key() && told.common_names() == LEAF.common_names();
            assert!(same, "another certificate is believed: {:?}", told.common_names());
        }
    }
});
