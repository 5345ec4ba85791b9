//! SM3 (国密杂凑算法, GM/T 0004), for gateways that prescribe it. aws-lc-rs has none.

/// Lower-case hex.
#[must_use]
pub fn sm3_hex(message: &[u8]) -> String {
    use sm3::Digest as _;
    hex::encode(sm3::Sm3::digest(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard() {
        assert_eq!(sm3_hex(b"abc"), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    }
}
