//! Keeps a download: unpacks it if it is packed, counts and hashes what comes out, and writes it to a
//! temporary file once it outgrows a little memory. Refuses: more bytes than its limit, a packed file cut short.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use tempfile::SpooledTempFile;

use crate::crypto::digest::{StreamDigests, StreamHashes};

/// Smaller bills never touch the disk, in bytes.
const IN_MEMORY: usize = 1024 * 1024;
const GZIP: [u8; 2] = [0x1f, 0x8b];

pub(super) struct Spool {
    limit_bytes: u64,
    state: State,
}

enum State {
    /// The first byte may come alone.
    Opening(Vec<u8>),
    Plain(Box<Sink>),
    Packed(Box<MultiGzDecoder<Sink>>),
}

struct Sink {
    file: SpooledTempFile,
    digests: StreamDigests,
    size_bytes: u64,
    limit_bytes: u64,
}

impl Sink {
    fn new(limit_bytes: u64) -> Self {
        Self { file: SpooledTempFile::new(IN_MEMORY), digests: StreamDigests::new(), size_bytes: 0, limit_bytes }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.size_bytes = self.size_bytes.saturating_add(bytes.len() as u64);
        if self.size_bytes > self.limit_bytes {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than any bill may be"));
        }
        self.digests.update(bytes);
        self.file.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Spool {
    pub(super) const fn new(limit_bytes: u64) -> Self {
        Self { limit_bytes, state: State::Opening(Vec::new()) }
    }

    /// The next bytes as they arrive. Whether they are packed is seen from the first two: whoever asked for
    /// a packed file may get a plain one.
    pub(super) fn take_in(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.state {
            State::Plain(sink) => sink.write_all(bytes),
            State::Packed(decoder) => decoder.write_all(bytes),
            State::Opening(first) => {
                first.extend_from_slice(bytes);
                if first.len() < GZIP.len() {
                    return Ok(());
                }
                let first = std::mem::take(first);
                let sink = Sink::new(self.limit_bytes);
                self.state = if first.starts_with(&GZIP) {
                    State::Packed(Box::new(MultiGzDecoder::new(sink)))
                } else {
                    State::Plain(Box::new(sink))
                };
                self.take_in(&first)
            }
        }
    }

    /// The file, its hashes and its size in bytes, all of the unpacked bytes.
    pub(super) fn finish(self) -> io::Result<(SpooledTempFile, StreamHashes, u64)> {
        let mut sink = match self.state {
            State::Plain(sink) => *sink,
            State::Packed(decoder) => decoder.finish()?,
            State::Opening(first) => {
                let mut sink = Sink::new(self.limit_bytes);
                sink.write_all(&first)?;
                sink
            }
        };
        sink.flush()?;
        Ok((sink.file, sink.digests.finish(), sink.size_bytes))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn kept(limit_bytes: u64, pieces: &[&[u8]]) -> io::Result<(Vec<u8>, String, u64)> {
        let mut spool = Spool::new(limit_bytes);
        pieces.iter().try_for_each(|piece| spool.take_in(piece))?;
        let (mut file, hashes, size) = spool.finish()?;
        let mut bytes = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut bytes)?;
        Ok((bytes, hashes.sha1, size))
    }

    #[test]
    fn packed_and_plain_files_come_out_the_same() {
        let plain = "\u{feff}交易时间\r\n".repeat(100_000).into_bytes();
        let packed = packed(&plain);
        let (first, rest) = packed.split_at(1);
        let expected = kept(u64::MAX, &[&plain]).unwrap();
        assert_eq!((expected.0.len(), expected.2), (plain.len(), plain.len() as u64), "beyond what stays in memory");
        assert_eq!(kept(u64::MAX, &[first, rest]).unwrap(), expected);
        assert_eq!(kept(u64::MAX, &[b"a", b"b", b"c"]).unwrap().1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(kept(u64::MAX, &[]).unwrap().2, 0);
    }

    #[test]
    fn a_file_that_is_cut_or_too_large_is_refused() {
        let packed = packed(&vec![0; 1_000_000]);
        assert!(packed.len() < 10_000, "a small download that grows");
        assert_eq!(kept(999_999, &[&packed]).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert!(kept(1_000_000, &[&packed]).is_ok());
        assert!(kept(u64::MAX, &[&packed[..packed.len() - 9]]).is_err());
        assert!(kept(u64::MAX, &[&packed, b"rubbish behind"]).is_err());
    }
}
