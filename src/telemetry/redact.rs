//! Values that must not be printed whole.

use std::fmt;

/// Carries a value through structs that are logged; prints `[redacted]` in its place.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for use and not for logs.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T> fmt::Display for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A phone number as it may be shown: `138****5678`, the four digits that identify the subscriber's
/// district hidden. Anything shorter than 8 digits is hidden whole.
#[must_use]
pub fn mask_phone(phone: &str) -> String {
    let digits = phone.chars().filter(char::is_ascii_digit).collect::<String>();
    if digits.len() < 8 {
        return "****".to_owned();
    }
    // Of a short (landline) number less is shown, so that most of it stays hidden.
    let shown_first = if digits.len() >= 11 { digits.len() - 8 } else { 0 };
    let (first, rest) = digits.split_at(shown_first);
    let hidden = rest.len() - 4;
    format!("{first}{}{}", "*".repeat(hidden), &rest[hidden..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn phones_keep_only_what_their_owner_recognises() {
        assert_eq!(mask_phone("13812345678"), "138****5678");
        assert_eq!(mask_phone("+86 138-1234-5678"), "86138****5678");
        assert_eq!(mask_phone("01012345"), "****2345");
        assert_eq!(mask_phone("12345"), "****");
        assert_eq!(mask_phone("张三"), "****");
    }

    #[test]
    fn redacted_values_do_not_print() {
        let value = Redacted::new("hush");
        assert_eq!(format!("{value} {value:?}"), "[redacted] [redacted]");
        assert_eq!(*value.expose(), "hush");
    }

    proptest! {
        #[test]
        fn at_least_four_characters_are_hidden(phone in "\\PC*") {
            prop_assert!(mask_phone(&phone).matches('*').count() >= 4);
        }
    }
}
