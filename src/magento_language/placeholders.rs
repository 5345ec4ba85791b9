//! Magento's placeholders: `%1` by position, `%name` by name.

use std::collections::BTreeSet;

/// The placeholders of a phrase, without their `%`. A per-cent sign after a digit or a letter, as in
/// "100%off", is no placeholder.
#[must_use]
pub fn placeholders(text: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices('%') {
        let rest = &text[at + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            found.insert(&rest[..digits]);
            continue;
        }
        let after_word = text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let name = rest.bytes().take_while(|b| b.is_ascii_alphabetic() || *b == b'_').count();
        if name > 1 && !after_word && rest.starts_with(|c: char| c.is_ascii_lowercase()) {
            found.insert(&rest[..name]);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn per_cent_signs_are_told_from_placeholders() {
        for (text, expected) in [
            ("Items %1-%2 of %3", &["1", "2", "3"][..]),
            ("Welcome to %store_name.", &["store_name"]),
            ("%fieldName 为必填项", &["fieldName"]),
            ("100% cotton, 50%off", &[]),
            ("save %1%", &["1"]),
            ("%1、%1", &["1"]),
            ("5 % de", &[]),
        ] {
            assert_eq!(placeholders(text).into_iter().collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
