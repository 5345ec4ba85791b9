//! Division codes (行政区划代码): GB/T 2260, two digits per level, and three more for a town.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Six digits, or nine for a town. Well-formed, not necessarily known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(u32);

/// The text is not a division code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a division code has six digits, a town's has nine, and it does not begin with 0")]
pub struct InvalidCode;

impl Code {
    #[must_use]
    pub const fn digits(self) -> u32 {
        self.0
    }

    /// Nine digits: a town (乡级).
    #[must_use]
    pub const fn is_town(self) -> bool {
        self.0 >= 100_000_000
    }

    /// The first six digits: for a town the unit that holds it, else the code itself.
    #[must_use]
    pub const fn six(self) -> Self {
        if self.is_town() { Self(self.0 / 1000) } else { self }
    }

    /// The code of the province by its digits: `440000` for `440305` and `440305001`.
    #[must_use]
    pub const fn province(self) -> Self {
        Self(self.six().0 / 10_000 * 10_000)
    }

    /// The code of the prefecture by its digits. Not always a unit: see [`super::Unit::city_code`].
    #[must_use]
    pub const fn prefecture(self) -> Self {
        Self(self.six().0 / 100 * 100)
    }
}

impl FromStr for Code {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let well_formed = matches!(text.len(), 6 | 9) && text.bytes().all(|b| b.is_ascii_digit());
        if !well_formed || text.starts_with('0') {
            return Err(InvalidCode);
        }
        text.parse().map(Self).map_err(|_| InvalidCode)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_and_nine_digits_are_codes() {
        let district: Code = "440305".parse().expect("a code");
        assert!(!district.is_town());
        assert_eq!(district.province().to_string(), "440000");
        assert_eq!(district.prefecture().to_string(), "440300");
        let town: Code = "440305001".parse().expect("a code");
        assert!(town.is_town());
        assert_eq!(town.six(), district);
        assert_eq!(town.to_string(), "440305001");
    }

    #[test]
    fn nothing_else_is() {
        for text in ["", "44", "4403051", "044030", "44030x", "４４０３０５", "-44030", "+44030", "4403050011"] {
            assert_eq!(text.parse::<Code>(), Err(InvalidCode), "{text}");
        }
    }
}
