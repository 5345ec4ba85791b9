//! Any text as a merchant's code (EMVCo), with its own check value and with the right one: no panic, and what is read
//! is written again as it was.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luodi::emv::{MerchantCode, crc16, write_code};

fn look(text: &str) {
    let Ok(code) = MerchantCode::parse(text) else { return };
    let written = write_code(&code.objects).expect("what was read can be written");
    assert!(written.eq_ignore_ascii_case(text.trim()), "{written} is not {text}");
    assert_eq!(MerchantCode::parse(&written).expect("what was written can be read"), code);
    if let Some(fen) = code.amount_fen {
        assert!(fen.get() > 0 && code.currency == "156");
    }
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    look(&text);
    let sealed = format!("000201{text}6304");
    look(&format!("{sealed}{:04X}", crc16(sealed.as_bytes())));
});
