//! How Alipay writes amounts, times and text: yuan with decimals, Beijing time without an offset, GBK where
//! a charset says so. Promises: nothing passes through a float, and nothing is rounded.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::clock::Timestamp;
use crate::money::Fen;

/// Reads yuan. `1.5`, `1.50` and `1.500` are the same; a third significant decimal is refused.
pub(super) fn fen_of(yuan: &str) -> Option<Fen> {
    Fen::new(signed_fen_of(yuan)?).ok()
}

/// As [`fen_of`], for the columns of statements, which have signs.
pub(super) fn signed_fen_of(yuan: &str) -> Option<i64> {
    let yuan = yuan.trim();
    let (sign, digits) = match yuan.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, yuan.strip_prefix('+').unwrap_or(yuan)),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let (cents, rest) = decimals.split_at_checked(2).unwrap_or((decimals, ""));
    let all_digits = [whole, cents, rest].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    if whole.is_empty() || whole.len() > 14 || !all_digits || !rest.bytes().all(|b| b == b'0') {
        return None;
    }
    let fen: i64 = format!("{whole}{cents:0<2}").parse().ok()?;
    Some(sign * fen)
}

/// `2026-01-02 03:04:05`, in Beijing.
pub(super) fn beijing_time(at: Timestamp) -> String {
    at.to_beijing_rfc3339().replace('T', " ").trim_end_matches("+08:00").to_owned()
}

/// Reads what [`beijing_time`] writes, with or without milliseconds.
pub(super) fn parse_beijing_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() < 19 {
        return None;
    }
    Timestamp::parse_rfc3339(&format!("{}+08:00", text.replacen(' ', "T", 1)))
}

/// Decodes text in a charset that Alipay names. GB18030 contains the older Chinese sets. `None` for bytes
/// that are no text of that set, and for other charsets.
pub(super) fn decode<'a>(bytes: &'a [u8], charset: &str) -> Option<Cow<'a, str>> {
    let encoding = match charset.trim().to_ascii_lowercase().as_str() {
        "" | "utf-8" | "utf8" => encoding_rs::UTF_8,
        "gbk" | "gb2312" | "gb18030" => encoding_rs::GB18030,
        _ => return None,
    };
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// A value that Alipay documents as text and sometimes sends as a number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lenient(pub String);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        // The very digits of a number: a float would not keep them.
        let text = match raw.get().as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw.get()).map_err(serde::de::Error::custom)?,
            Some(b'n') => String::new(),
            _ => raw.get().to_owned(),
        };
        Ok(Self(text))
    }
}

/// The text, unless it is absent or blank.
pub(super) fn given(value: Option<Lenient>) -> Option<String> {
    value.map(|v| v.0).filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn yuan_are_read_exactly_or_not_at_all() {
        for (text, fen) in [
            ("88.80", Some(8880)),
            ("88.8", Some(8880)),
            ("88.800", Some(8880)),
            ("88", Some(8800)),
            ("0.01", Some(1)),
            ("0.1", Some(10)),
            ("0", Some(0)),
            ("88.801", None),
            ("-1.00", None),
            ("", None),
            (".5", None),
            ("1e2", None),
            ("1,000.00", None),
            ("１.00", None),
            ("100000000.01", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(fen_of(text).map(Fen::get), fen, "{text}");
        }
        assert_eq!(signed_fen_of("-0.53"), Some(-53));
        assert_eq!(signed_fen_of("+1.1\t"), Some(110));
    }

    #[test]
    fn times_are_beijing_times() {
        let at = Timestamp::parse_rfc3339("2026-01-01T19:04:05Z").unwrap();
        assert_eq!(beijing_time(at), "2026-01-02 03:04:05");
        assert_eq!(parse_beijing_time("2026-01-02 03:04:05"), Some(at));
        assert_eq!(parse_beijing_time("2026-01-02 03:04:05.250"), Some(at.plus_ms(250)));
        for wrong in ["", "2026-01-02", "yesterday evening at 8"] {
            assert_eq!(parse_beijing_time(wrong), None);
        }
    }

    #[test]
    fn gbk_and_utf_8_are_told_apart_by_name_alone() {
        assert_eq!(decode(b"\xba\xec\xb2\xe8", "GBK").as_deref(), Some("红茶"));
        assert_eq!(decode("红茶".as_bytes(), "utf-8").as_deref(), Some("红茶"));
        assert_eq!(decode(b"\xba\xec\xb2\xe8", "utf-8"), None);
        assert_eq!(decode(b"x", "latin-1"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(fen in 0..=Fen::MAX.get()) {
            let amount = Fen::new(fen).unwrap();
            prop_assert_eq!(fen_of(&amount.to_string()), Some(amount));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,24}") {
            let _ = (signed_fen_of(&text), parse_beijing_time(&text));
        }
    }
}
