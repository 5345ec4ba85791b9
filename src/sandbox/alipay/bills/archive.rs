//! The zip around a bill (§14.2): names in GBK without the flag that says UTF-8, and, as from
//! any program that writes without looking back, sizes behind each file instead of before it.
//!
//! Promises: made piece by piece, so that memory does not grow with the file. Refuses nothing:
//! files over 4 GiB would need another form and no bill is that long.

use std::collections::VecDeque;
use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::file::gbk;
use crate::clock::Timestamp;

/// What a file is made of, bit by bit.
pub(in crate::sandbox::alipay) type Pieces = Box<dyn Iterator<Item = Vec<u8>>>;

const LOCAL_HEADER: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const DIRECTORY_ENTRY: u32 = 0x0201_4b50;
const DIRECTORY_END: u32 = 0x0605_4b50;
const VERSION: u16 = 20;
/// Sizes follow the data; bit 11, names in UTF-8, stays clear.
const FLAGS: u16 = 1 << 3;
const DEFLATED: u16 = 8;

struct Open {
    name: Vec<u8>,
    at: u32,
    crc: Crc,
    packed_bytes: u32,
    encoder: DeflateEncoder<Vec<u8>>,
    plain: Pieces,
}

/// An archive that is written while it is read.
pub(super) struct Archive {
    waiting: VecDeque<(String, Pieces)>,
    open: Option<Open>,
    written: u32,
    entries: u16,
    directory: Vec<u8>,
    date: u16,
    time: u16,
    is_done: bool,
}

impl Archive {
    pub(super) fn of(files: impl IntoIterator<Item = (String, Pieces)>, made_at: Timestamp) -> Self {
        let (date, time) = dos_moment(made_at);
        Self {
            waiting: files.into_iter().collect(),
            open: None,
            written: 0,
            entries: 0,
            directory: Vec::new(),
            date,
            time,
            is_done: false,
        }
    }

    fn begin(&mut self, name: &str, plain: Pieces) -> Vec<u8> {
        let name = gbk(name);
        let mut header = Fields::new(LOCAL_HEADER);
        header.u16s(&[VERSION, FLAGS, DEFLATED, self.time, self.date]).u32s(&[0, 0, 0]);
        header.u16s(&[length(&name), 0]).bytes(&name);
        let encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        self.open = Some(Open { name, at: self.written, crc: Crc::new(), packed_bytes: 0, encoder, plain });
        header.0
    }

    fn end(&mut self, open: Open) -> Vec<u8> {
        let Open { name, at, crc, packed_bytes, encoder, .. } = open;
        let mut last = encoder.finish().unwrap_or_default();
        let packed_bytes = packed_bytes.wrapping_add(size(&last));
        let measures = [crc.sum(), packed_bytes, crc.amount()];
        last.extend(Fields::new(DESCRIPTOR).u32s(&measures).0.iter());
        let mut entry = Fields::new(DIRECTORY_ENTRY);
        entry.u16s(&[VERSION, VERSION, FLAGS, DEFLATED, self.time, self.date]).u32s(&measures);
        entry.u16s(&[length(&name), 0, 0, 0, 0]).u32s(&[0, at]).bytes(&name);
        self.directory.extend(entry.0);
        self.entries += 1;
        last
    }

    fn close(&mut self) -> Vec<u8> {
        let mut last = std::mem::take(&mut self.directory);
        let mut end = Fields::new(DIRECTORY_END);
        end.u16s(&[0, 0, self.entries, self.entries]).u32s(&[size(&last), self.written]).u16s(&[0]);
        last.extend(end.0);
        last
    }
}

impl Iterator for Archive {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let piece = loop {
            let Some(mut open) = self.open.take() else {
                break match self.waiting.pop_front() {
                    Some((name, plain)) => self.begin(&name, plain),
                    None if self.is_done => return None,
                    None => {
                        self.is_done = true;
                        self.close()
                    }
                };
            };
            let Some(plain) = open.plain.next() else { break self.end(open) };
            open.crc.update(&plain);
            open.encoder.write_all(&plain).ok()?;
            let packed = std::mem::take(open.encoder.get_mut());
            open.packed_bytes = open.packed_bytes.wrapping_add(size(&packed));
            self.open = Some(open);
            if !packed.is_empty() {
                break packed;
            }
        };
        self.written = self.written.wrapping_add(size(&piece));
        Some(piece)
    }
}

fn size(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

fn length(name: &[u8]) -> u16 {
    u16::try_from(name.len()).unwrap_or(u16::MAX)
}

/// Little-endian fields behind a signature.
struct Fields(Vec<u8>);

impl Fields {
    fn new(signature: u32) -> Self {
        Self(signature.to_le_bytes().to_vec())
    }

    fn u16s(&mut self, values: &[u16]) -> &mut Self {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self
    }

    fn u32s(&mut self, values: &[u32]) -> &mut Self {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }
}

/// Day and time as zip files write them, to two seconds.
fn dos_moment(at: Timestamp) -> (u16, u16) {
    let text = at.to_beijing_rfc3339();
    let number = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u16>().ok()).unwrap_or(0);
    let date = (number(0, 4).saturating_sub(1980) << 9) | (number(5, 7) << 5) | number(8, 10);
    (date, (number(11, 13) << 11) | (number(14, 16) << 5) | (number(17, 19) / 2))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    #[test]
    fn an_archive_is_read_by_a_reader_that_is_not_ours() {
        let files: Vec<(String, Pieces)> = vec![
            ("明细.csv".into(), Box::new([b"ab".to_vec(), vec![b'c'; 100_000]].into_iter())),
            ("empty.csv".into(), Box::new(std::iter::empty())),
        ];
        let bytes: Vec<u8> = Archive::of(files, Timestamp::from_seconds(1_767_240_000)).flatten().collect();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(archive.len(), 2);
        let mut first = archive.by_index(0).unwrap();
        assert_eq!(first.name_raw(), [0xC3, 0xF7, 0xCF, 0xB8, b'.', b'c', b's', b'v'], "GBK");
        let modified = first.last_modified().unwrap();
        assert_eq!((modified.year(), modified.day(), modified.hour()), (2026, 1, 12));
        let mut text = Vec::new();
        first.read_to_end(&mut text).unwrap();
        assert_eq!((&text[..3], text.len()), (&b"abc"[..], 100_002));
    }
}
