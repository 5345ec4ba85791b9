//! Amounts in integer fen (分, 1 yuan = 100 fen). No floats, no unchecked arithmetic.
//! Yuan text exists only at gateway edges and on pages.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of money in fen. May be zero; never negative.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(try_from = "i64", into = "i64")]
pub struct Fen(i64);

/// Why an amount was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    #[error("an amount cannot be negative")]
    Negative,
    #[error("an amount cannot exceed {} fen", Fen::MAX.0)]
    TooLarge,
}

impl Fen {
    pub const ZERO: Self = Self(0);
    /// 100,000,000.00 yuan: the most one payment may ask for.
    pub const MAX: Self = Self(10_000_000_000);

    /// # Errors
    /// Refuses negative amounts and amounts above [`Fen::MAX`].
    pub const fn new(amount_fen: i64) -> Result<Self, AmountError> {
        if amount_fen < 0 {
            Err(AmountError::Negative)
        } else if amount_fen > Self::MAX.0 {
            Err(AmountError::TooLarge)
        } else {
            Ok(Self(amount_fen))
        }
    }

    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::new(self.0.checked_add(other.0)?).ok()
    }

    /// `None` when `other` is larger.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Self::new(self.0.checked_sub(other.0)?).ok()
    }
}

impl TryFrom<i64> for Fen {
    type Error = AmountError;
    fn try_from(amount_fen: i64) -> Result<Self, Self::Error> {
        Self::new(amount_fen)
    }
}

impl From<Fen> for i64 {
    fn from(amount: Fen) -> Self {
        amount.0
    }
}

/// Yuan with two decimals and no separators: `1234.50`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// The settlement currency. Mainland gateways settle in yuan only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Currency {
    #[serde(rename = "CNY")]
    Cny,
}

impl Currency {
    #[must_use]
    pub const fn code(self) -> &'static str {
        "CNY"
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        (code == "CNY").then_some(Self::Cny)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bounds_are_zero_and_a_hundred_million_yuan() {
        assert_eq!(Fen::new(-1), Err(AmountError::Negative));
        assert_eq!(Fen::new(10_000_000_000).map(Fen::get), Ok(10_000_000_000));
        assert_eq!(Fen::new(10_000_000_001), Err(AmountError::TooLarge));
    }

    #[test]
    fn yuan_text_always_has_two_decimals() {
        let text: Vec<_> = [0, 5, 60, 100, 123_456].iter().map(|n| Fen(*n).to_string()).collect();
        assert_eq!(text, ["0.00", "0.05", "0.60", "1.00", "1234.56"]);
    }

    proptest! {
        #[test]
        fn adding_then_subtracting_gives_back_the_amount(a in 0..=5_000_000_000_i64, b in 0..=5_000_000_000_i64) {
            let (a, b) = (Fen::new(a).unwrap(), Fen::new(b).unwrap());
            prop_assert_eq!(a.checked_add(b).unwrap().checked_sub(b), Some(a));
        }

        #[test]
        fn nothing_outside_the_bounds_can_be_built(n in any::<i64>()) {
            prop_assert_eq!(Fen::new(n).is_ok(), (0..=10_000_000_000).contains(&n));
        }

        #[test]
        fn json_refuses_fractions_and_negatives(n in -1_000_000_i64..-1) {
            prop_assert!(serde_json::from_str::<Fen>(&n.to_string()).is_err());
            prop_assert!(serde_json::from_str::<Fen>("1.5").is_err());
        }
    }
}
