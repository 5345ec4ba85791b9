//! Content encryption of an application (接口内容加密): AES-128-CBC under one key, with an
//! initial vector of zeros, padded as PKCS#7, written in base64 (§8).
//!
//! Promises: both directions, made of the bare block cipher. Says which step of opening
//! failed. Knows nothing of signatures: callers sign and verify the text as it is on the wire,
//! and what they sign of an answer includes the quotation marks around it.

use aes_gcm::aes::cipher::generic_array::GenericArray;
use aes_gcm::aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use aes_gcm::aes::{Aes128, Block};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::{Rng, thread_rng};

const BLOCK_BYTES: usize = 16;

/// An application's AES key, as the console gives it out.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ContentKey([u8; BLOCK_BYTES]);

/// Why a text could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("not base64")]
    Base64,
    #[error("not a whole number of blocks")]
    Length,
    #[error("wrong padding: another key, or not encrypted")]
    Padding,
    #[error("not UTF-8")]
    Text,
}

impl ContentKey {
    pub(super) fn random() -> Self {
        Self(thread_rng().r#gen())
    }

    /// Base64 of 16 bytes.
    #[cfg(test)]
    pub(super) fn parse(text: &str) -> Option<Self> {
        STANDARD.decode(text.trim()).ok()?.try_into().ok().map(Self)
    }

    pub(super) fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    fn cipher(&self) -> Aes128 {
        Aes128::new(GenericArray::from_slice(&self.0))
    }

    pub(super) fn seal(&self, plain: &str) -> String {
        let padding = BLOCK_BYTES - plain.len() % BLOCK_BYTES;
        let mut bytes = plain.as_bytes().to_vec();
        bytes.resize(plain.len() + padding, u8::try_from(padding).unwrap_or_default());
        let cipher = self.cipher();
        let mut before = [0_u8; BLOCK_BYTES];
        for block in bytes.chunks_exact_mut(BLOCK_BYTES) {
            mix(block, &before);
            cipher.encrypt_block(Block::from_mut_slice(block));
            before.copy_from_slice(block);
        }
        STANDARD.encode(bytes)
    }

    pub(super) fn open(&self, sealed: &str) -> Result<String, Unreadable> {
        let mut bytes = STANDARD.decode(sealed).map_err(|_| Unreadable::Base64)?;
        if bytes.is_empty() || !bytes.len().is_multiple_of(BLOCK_BYTES) {
            return Err(Unreadable::Length);
        }
        let cipher = self.cipher();
        let mut before = [0_u8; BLOCK_BYTES];
        for block in bytes.chunks_exact_mut(BLOCK_BYTES) {
            let mut next = [0_u8; BLOCK_BYTES];
            next.copy_from_slice(block);
            cipher.decrypt_block(Block::from_mut_slice(block));
            mix(block, &before);
            before = next;
        }
        let padding = usize::from(bytes.last().copied().unwrap_or_default());
        let end = bytes.len() - padding.min(bytes.len());
        let padded_rightly =
            (1..=BLOCK_BYTES).contains(&padding) && bytes[end..].iter().all(|byte| usize::from(*byte) == padding);
        if !padded_rightly {
            return Err(Unreadable::Padding);
        }
        bytes.truncate(end);
        String::from_utf8(bytes).map_err(|_| Unreadable::Text)
    }
}

fn mix(block: &mut [u8], with: &[u8; BLOCK_BYTES]) {
    block.iter_mut().zip(with).for_each(|(byte, other)| *byte ^= other);
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = r#"{"out_trade_no":"A-1001"}"#;
    const SEALED: &str = "hM7TQ18QF5bhZ+Favk3byVHW1qUcPxsVugi+Pumy6PE=";
    const ANSWER: &str = r#"{"code":"10000","msg":"Success","trade_status":"WAIT_BUYER_PAY"}"#;
    const SEALED_ANSWER: &str =
        "sb44umJUD7auqhU6RDzOGa1sxXOWIxth2OsK89GQTNP7WhiHJ+VM5LZb2NWM5C5B7pc0QmJC0EcdkmdryDPBCgEpLAfJEPaHa8z1gkTK0bo=";

    fn key() -> ContentKey {
        ContentKey::parse("MDEyMzQ1Njc4OWFiY2RlZg==").unwrap()
    }

    #[test]
    fn the_known_texts_come_out_in_both_directions() {
        for (plain, sealed) in [(PLAIN, SEALED), (ANSWER, SEALED_ANSWER)] {
            assert_eq!(key().seal(plain), sealed);
            assert_eq!(key().open(sealed).as_deref(), Ok(plain));
        }
    }

    #[test]
    fn texts_of_every_length_around_a_block_come_back() {
        let key = ContentKey::random();
        for length in 0..=33 {
            let plain = "a".repeat(length);
            let sealed = key.seal(&plain);
            assert_eq!(STANDARD.decode(&sealed).unwrap().len(), (length / BLOCK_BYTES + 1) * BLOCK_BYTES);
            assert_eq!(key.open(&sealed), Ok(plain));
        }
        assert_eq!(key.open(&key.seal("红茶")).as_deref(), Ok("红茶"));
    }

    #[test]
    fn what_cannot_be_opened_says_which_step_failed() {
        assert_eq!(key().open(PLAIN), Err(Unreadable::Base64));
        assert_eq!(key().open("AAAA"), Err(Unreadable::Length));
        assert_eq!(key().open(""), Err(Unreadable::Length));
        let other = ContentKey::parse("ZmVkY2JhOTg3NjU0MzIxMA==").unwrap();
        assert_eq!(other.open(SEALED), Err(Unreadable::Padding));
        let mut bytes = STANDARD.decode(SEALED).unwrap();
        bytes[0] ^= 0x80;
        assert_eq!(key().open(&STANDARD.encode(bytes)), Err(Unreadable::Text), "there is no integrity of its own");
    }

    #[test]
    fn keys_are_sixteen_bytes_in_base64() {
        assert_eq!(key().to_base64(), "MDEyMzQ1Njc4OWFiY2RlZg==");
        assert!(ContentKey::parse("MDEyMw==").is_none() && ContentKey::parse("0123456789abcdef").is_none());
    }
}
