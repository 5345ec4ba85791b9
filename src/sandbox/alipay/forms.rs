//! Queries and forms as bytes: what was signed is in the charset the caller names (§3, §5.3).
//!
//! Promises: percent escapes are undone exactly once; names keep their values apart from the
//! other half (query or body); a name that comes twice is seen.

use encoding_rs::{GBK, UTF_8};

/// The charset of a request, its answer and its notifications (§1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Charset {
    #[default]
    Utf8,
    Gbk,
}

impl Charset {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Self::Utf8),
            "gbk" | "gb2312" | "gb18030" => Some(Self::Gbk),
            _ => None,
        }
    }

    /// As notifications and returns name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gbk => "GBK",
        }
    }

    fn encoding(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Gbk => GBK,
        }
    }

    /// What cannot be decoded becomes U+FFFD, so that its signature fails as it does there.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        self.encoding().decode_without_bom_handling(bytes).0.into_owned()
    }

    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        self.encoding().encode(text).0.into_owned()
    }
}

/// Names and values of a query or a form, in the order they came.
pub(super) type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// Reads `name=value&…`; `+` is a blank.
pub(super) fn read(raw: &[u8]) -> Pairs {
    let parts = raw.split(|byte| *byte == b'&').filter(|part| !part.is_empty());
    let unescape = |part: &[u8]| -> Vec<u8> {
        let blanks: Vec<u8> = part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        percent_encoding::percent_decode(&blanks).collect()
    };
    parts
        .map(|part| {
            let (name, value) = match part.iter().position(|byte| *byte == b'=') {
                Some(at) => (&part[..at], &part[at + 1..]),
                None => (part, &b""[..]),
            };
            (unescape(name), unescape(value))
        })
        .collect()
}

/// Escapes every byte that is neither a letter nor a digit, blanks as `%20`.
pub(super) fn escape(bytes: &[u8]) -> String {
    percent_encoding::percent_encode(bytes, UNRESERVED).to_string()
}

const UNRESERVED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The string to sign: names in byte order, `name=value` joined by `&`. The names in
/// `left_out` do not belong to it, nor, where `keeps_empty` is false, empty values.
pub(super) fn canonical(pairs: &[(String, String)], left_out: &[&str], keeps_empty: bool) -> String {
    let mut told: Vec<&(String, String)> = pairs
        .iter()
        .filter(|(name, value)| !left_out.contains(&name.as_str()) && (keeps_empty || !value.is_empty()))
        .collect();
    told.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    told.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_once_and_a_plus_is_a_blank() {
        let read = read(b"a=%2525+%2B&b&c=1=2&&%E7%BA%A2=%BA%EC");
        assert_eq!(read[0], (b"a".to_vec(), b"%25 +".to_vec()));
        assert_eq!(read[1], (b"b".to_vec(), Vec::new()));
        assert_eq!(read[2], (b"c".to_vec(), b"1=2".to_vec()));
        assert_eq!((Charset::Utf8.decode(&read[3].0), Charset::Gbk.decode(&read[3].1)), ("红".into(), "红".into()));
    }

    #[test]
    fn names_are_sorted_rather_than_joined_lines() {
        let pairs = [("a1", "x"), ("a", "y"), ("sign", "z"), ("b", "")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(canonical(&pairs, &["sign"], false), "a=y&a1=x");
        assert_eq!(canonical(&pairs, &["sign"], true), "a=y&a1=x&b=");
    }
}
