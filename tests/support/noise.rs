//! Noise that is the same in every run: bytes turned, cut, doubled and moved. `NOISE=100` makes a hundred times as
//! much of it, where the fuzz targets cannot be built.

/// A source of changes; `marks` are the characters that mean something in what is changed.
pub struct Noise {
    state: u64,
    marks: &'static [u8],
}

impl Noise {
    pub fn new(seed: u64, marks: &'static [u8]) -> Self {
        Self { state: seed, marks }
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.state >> 33).unwrap() % limit.max(1)
    }

    /// One to four changes.
    pub fn disturb(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let (at, length) = (self.below(bytes.len()), self.below(12));
            let end = (at + length).min(bytes.len());
            match self.below(5) {
                0 => bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << (length % 8)),
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let part = bytes.get(at..end).unwrap_or_default().to_vec();
                    bytes.splice(at..at, part);
                }
                3 => bytes.truncate(at),
                _ => bytes.splice(at..end, self.marks.iter().copied()).for_each(drop),
            }
        }
    }
}

/// How many rounds to make; `usual` of them unless the environment asks for more.
pub fn rounds(usual: usize) -> usize {
    let factor = std::env::var("NOISE").ok().and_then(|text| text.parse().ok());
    usual * factor.unwrap_or(1_usize)
}
