//! Random bytes and tokens from the library's generator, which the operating system seeds.

const ALPHANUMERIC: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// `N` random bytes.
///
/// # Panics
/// When the operating system gives no randomness: nothing safe can be done without it.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    aws_lc_rs::rand::fill(&mut out).expect("the operating system gives randomness");
    out
}

/// `length` letters and digits, each with 5.95 bits: 32 of them carry 190 bits.
///
/// # Panics
/// As [`bytes()`].
#[must_use]
pub fn alphanumeric(length: usize) -> String {
    let mut token = String::with_capacity(length);
    while token.len() < length {
        // Values from 62 up are thrown away: folding them back would favour some characters.
        let drawn = bytes::<32>().into_iter().filter_map(|b| ALPHANUMERIC.get(usize::from(b & 63)));
        token.extend(drawn.take(length - token.len()).map(|c| char::from(*c)));
    }
    token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_their_length_and_alphabet() {
        for length in [0, 1, 32, 100] {
            let token = alphanumeric(length);
            assert_eq!(token.len(), length);
            assert!(token.bytes().all(|b| b.is_ascii_alphanumeric()));
        }
        assert_ne!(alphanumeric(32), alphanumeric(32));
    }
}
