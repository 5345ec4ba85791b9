//! Any bytes: no panic, no invented characters, no identity number handed back, no slow text.
#![no_main]

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use luodi::addresses::AddressParser;
use luodi::regions::Regions;

static PARSER: LazyLock<AddressParser> = LazyLock::new(|| AddressParser::new(Regions::embedded()));

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let parser = &*PARSER;
    let started = Instant::now();
    let address = parser.parse(&text, None);
    assert!(started.elapsed() < Duration::from_millis(500), "slow: {:?}", started.elapsed());
    for c in address.detail.chars().filter(|c| *c != ' ') {
        assert!(text.contains(c), "{c:?} was not in the text");
    }
});
