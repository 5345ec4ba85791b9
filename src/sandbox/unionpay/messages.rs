//! Messages as UnionPay writes them (§6): forms from outside, raw answers, forms again to shops.
//!
//! Promises: escapes are undone exactly once; a field that comes twice is refused; what is
//! written raw is not escaped at all, line ends of certificates and plus signs included.

use std::collections::BTreeMap;

use encoding_rs::{GBK, UTF_8};

/// One message; names in byte order, which is the order of signing.
pub(super) type Fields = BTreeMap<String, String>;

/// `encoding` of a message, in any case of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Charset {
    #[default]
    Utf8,
    Gbk,
}

impl Charset {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "UTF-8" => Some(Self::Utf8),
            "GBK" => Some(Self::Gbk),
            _ => None,
        }
    }

    /// Of the message itself; UTF-8 where it names none.
    pub(super) fn of(fields: &Fields) -> Self {
        fields.get("encoding").and_then(|name| Self::named(name)).unwrap_or_default()
    }

    fn encoding(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Gbk => GBK,
        }
    }

    /// What cannot be decoded becomes U+FFFD, so that its signature fails.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        self.encoding().decode_without_bom_handling(bytes).0.into_owned()
    }

    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        self.encoding().encode(text).0.into_owned()
    }
}

/// Why a body is no message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoMessage {
    Duplicate(String),
    NoName,
}

fn unescape(part: &[u8]) -> Vec<u8> {
    let blanks: Vec<u8> = part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_encoding::percent_decode(&blanks).collect()
}

/// Reads a form in the charset that its own `encoding` names.
pub(super) fn read_form(raw: &[u8]) -> Result<Fields, NoMessage> {
    let parts = raw.split(|byte| *byte == b'&').filter(|part| !part.is_empty());
    let pairs: Vec<(Vec<u8>, Vec<u8>)> = parts
        .map(|part| match part.iter().position(|byte| *byte == b'=') {
            Some(at) => (unescape(&part[..at]), unescape(&part[at + 1..])),
            None => (unescape(part), Vec::new()),
        })
        .collect();
    let named = pairs.iter().find(|(name, _)| name == b"encoding");
    let charset = named.and_then(|(_, value)| Charset::named(std::str::from_utf8(value).ok()?)).unwrap_or_default();
    let mut fields = Fields::new();
    for (name, value) in &pairs {
        let name = charset.decode(name);
        if name.is_empty() {
            return Err(NoMessage::NoName);
        }
        if fields.insert(name.clone(), charset.decode(value)).is_some() {
            return Err(NoMessage::Duplicate(name));
        }
    }
    Ok(fields)
}

/// The string to sign (§4.1): everything but `signature`, empty values left out or kept.
pub(super) fn canonical(fields: &Fields, keeps_empty: bool) -> String {
    let told = fields.iter().filter(|(name, value)| *name != "signature" && (keeps_empty || !value.trim().is_empty()));
    told.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// A synchronous answer (§6.2): not escaped.
pub(super) fn raw(fields: &Fields) -> Vec<u8> {
    let told: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Charset::of(fields).encode(&told.join("&"))
}

/// A notification or a return (§6.3): escaped, blanks as `+`.
pub(super) fn form(fields: &Fields) -> String {
    let charset = Charset::of(fields);
    let escape = |text: &str| -> String { form_urlencoded::byte_serialize(&charset.encode(text)).collect() };
    fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
}

/// A new message of these fields.
pub(super) fn fields<const N: usize>(told: [(&str, &str); N]) -> Fields {
    told.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_once_and_a_field_that_comes_twice_is_refused() {
        let read = read_form(b"encoding=GBK&a=%2525+%2B&b&c=1=2&n=%BA%EC").unwrap();
        assert_eq!((read["a"].as_str(), read["b"].as_str(), read["c"].as_str()), ("%25 +", "", "1=2"));
        assert_eq!(read["n"], "红");
        assert_eq!(read_form(b"a=1&a=1"), Err(NoMessage::Duplicate("a".to_owned())));
        assert_eq!(read_form(b"=1"), Err(NoMessage::NoName));
    }

    #[test]
    fn upper_case_names_sort_first_and_empty_values_are_left_out() {
        let told = fields([("b", "2"), ("ICCardData", "x"), ("a", " "), ("signature", "s"), ("c", "1&2={=}")]);
        assert_eq!(canonical(&told, false), "ICCardData=x&b=2&c=1&2={=}");
        assert_eq!(canonical(&fields([("b", ""), ("a", "1")]), true), "a=1&b=");
    }

    #[test]
    fn answers_are_raw_and_notifications_escaped() {
        let told = fields([("encoding", "GBK"), ("a", "红 +\r\n{x=1&y=2}")]);
        assert_eq!(raw(&told), b"a=\xba\xec +\r\n{x=1&y=2}&encoding=GBK");
        assert_eq!(form(&told), "a=%BA%EC+%2B%0D%0A%7Bx%3D1%26y%3D2%7D&encoding=GBK");
        assert_eq!(read_form(form(&told).as_bytes()).unwrap(), told);
    }
}
