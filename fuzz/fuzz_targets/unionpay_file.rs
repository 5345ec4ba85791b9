//! Any bytes as what an answer carries for a file: as its text, as what is deflated in it, and as what lies in the
//! archive in that. No panic, no room without bounds, and what is read of it ends.

#![no_main]

use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use libfuzzer_sys::fuzz_target;
use luodi::gateways::unionpay::statement::unpack;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const MERCHANT: &str = "777290058110048";

fn deflated(bytes: &[u8]) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("written");
    STANDARD.encode(encoder.finish().expect("finished"))
}

fn archive(list: &[u8]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(format!("INN26010288ZM_{MERCHANT}"), SimpleFileOptions::default()).expect("an entry");
    archive.write_all(list).expect("written");
    archive.finish().expect("an archive").into_inner()
}

fuzz_target!(|data: &[u8]| {
    let Some((which, data)) = data.split_first() else { return };
    let content = match which % 3 {
        0 => String::from_utf8_lossy(data).into_owned(),
        1 => deflated(data),
        _ => deflated(&archive(data)),
    };
    if let Ok(statement) = unpack(&content, day(), MERCHANT) {
        let (size, lines) = (statement.size_bytes, statement.rows.count());
        assert!(lines as u64 <= size + 1, "{lines} lines in {size} bytes");
    }
});

fn day() -> jiff::civil::Date {
    jiff::civil::date(2026, 1, 2)
}
