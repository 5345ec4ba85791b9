//! AES-128-CBC with PKCS#7 padding and a fixed zero IV, as Alipay encrypts content. It proves nothing by
//! itself: whoever decrypts must have verified a signature over the ciphertext before.
//! Refuses: keys that are not 16 bytes; an error never says whether the padding was the reason.

use std::fmt;

use aws_lc_rs::cipher::{
    AES_128, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;

/// The key length in bytes.
pub const KEY_LENGTH: usize = 16;
const IV: [u8; 16] = [0; 16];

/// Why content was not encrypted or decrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CbcError {
    #[error("the key must have {KEY_LENGTH} bytes, this one has {actual}")]
    KeyLength { actual: usize },
    #[error("the content does not open with this key")]
    Unreadable,
}

/// A key ready for use.
pub struct CbcKey {
    encrypting: PaddedBlockEncryptingKey,
    decrypting: PaddedBlockDecryptingKey,
}

impl CbcKey {
    /// # Errors
    /// `KeyLength`.
    pub fn new(key: &[u8]) -> Result<Self, CbcError> {
        let wrong_length = CbcError::KeyLength { actual: key.len() };
        if key.len() != KEY_LENGTH {
            return Err(wrong_length);
        }
        let unbound = || UnboundCipherKey::new(&AES_128, key).map_err(|_| wrong_length);
        Ok(Self {
            encrypting: PaddedBlockEncryptingKey::cbc_pkcs7(unbound()?).map_err(|_| wrong_length)?,
            decrypting: PaddedBlockDecryptingKey::cbc_pkcs7(unbound()?).map_err(|_| wrong_length)?,
        })
    }

    /// # Errors
    /// `Unreadable` only when the library cannot allocate.
    pub fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, CbcError> {
        let mut buffer = plaintext.to_vec();
        let iv = EncryptionContext::Iv128(FixedLength::from(IV));
        self.encrypting.less_safe_encrypt(&mut buffer, iv).map_err(|_| CbcError::Unreadable)?;
        Ok(buffer)
    }

    /// # Errors
    /// `Unreadable`.
    pub fn decrypt(&self, ciphertext: &[u8]) -> Result<Vec<u8>, CbcError> {
        let mut buffer = ciphertext.to_vec();
        let iv = DecryptionContext::Iv128(FixedLength::from(IV));
        let plain = self.decrypting.decrypt(&mut buffer, iv).map_err(|_| CbcError::Unreadable)?;
        Ok(plain.to_vec())
    }
}

impl fmt::Debug for CbcKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CbcKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_it_took_and_never_panics() {
        let key = CbcKey::new(b"0123456789abcdef").unwrap();
        for length in [0, 1, 15, 16, 17, 100] {
            let plain = vec![b'x'; length];
            assert_eq!(key.decrypt(&key.encrypt(&plain).unwrap()).unwrap(), plain);
        }
        for length in [0, 1, 15, 17] {
            assert!(key.decrypt(&vec![7; length]).is_err());
        }
        assert_eq!(CbcKey::new(b"short").unwrap_err(), CbcError::KeyLength { actual: 5 });
    }
}
