//! Finds the DER bytes in what people paste: PEM, PEM with CRLF, PEM squeezed onto one line or with
//! `\n` written out (environment variables do both), or the bare base64 in between.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArmorError {
    Empty,
    /// A pass phrase would be needed.
    Encrypted,
    /// Neither PEM nor base64.
    Unreadable,
}

/// The bytes of the first block.
pub(super) fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, ArmorError> {
    let text = Zeroizing::new(text.replace("\\r", "").replace("\\n", "\n"));
    let body = match text.split_once("-----BEGIN ") {
        Some((_, rest)) => {
            let (label, rest) = rest.split_once("-----").ok_or(ArmorError::Unreadable)?;
            let (body, _) = rest.split_once("-----END ").ok_or(ArmorError::Unreadable)?;
            // The second is the old way: a `Proc-Type: 4,ENCRYPTED` line inside the block.
            if label.contains("ENCRYPTED") || body.contains("ENCRYPTED") {
                return Err(ArmorError::Encrypted);
            }
            body
        }
        None => text.as_str(),
    };
    let body: Zeroizing<String> = Zeroizing::new(body.chars().filter(|c| !c.is_whitespace()).collect());
    if body.is_empty() {
        return Err(ArmorError::Empty);
    }
    LENIENT.decode(body.as_bytes()).map(Zeroizing::new).map_err(|_| ArmorError::Unreadable)
}
