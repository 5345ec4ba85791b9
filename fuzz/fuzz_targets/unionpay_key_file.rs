//! Any bytes as a merchant's key file (.pfx): no panic, no slow file, and what is taken out of it fits together.

#![no_main]

use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use luodi::crypto::pkcs12::KeyFile;

fuzz_target!(|data: &[u8]| {
    let started = Instant::now();
    if let Ok(file) = KeyFile::open(data, "000000") {
        assert!(file.key.matches(file.certificate.public_key()));
    }
    assert!(started.elapsed() < Duration::from_secs(20), "slow: {:?}", started.elapsed());
});
