//! The prefixes (区号) of fixed lines and the lengths of numbers behind them.

use std::collections::HashMap;
/// Known prefixes (区号) with whether eight-digit and seven-digit numbers exist.
pub struct AreaCodes(HashMap<u16, (bool, bool)>);

impl AreaCodes {
    #[must_use]
    pub fn new<'c>(codes: impl Iterator<Item = &'c str>) -> Self {
        const EIGHT: [u16; 38] = [
            10, 311, 371, 377, 379, 411, 431, 432, 451, 510, 511, 512, 513, 514, 515, 516, 517, 518, 519, 523, 527,
            531, 532, 551, 571, 573, 574, 575, 576, 577, 579, 591, 595, 731, 755, 757, 760, 769,
        ];
        const BOTH: [u16; 4] = [433, 435, 754, 851];
        let mut known = HashMap::new();
        for code in codes.filter_map(|code| code.parse::<u16>().ok()) {
            let eight = code < 30 || EIGHT.contains(&code) || matches!(code, 791 | 871 | 898);
            known.insert(code, (eight || BOTH.contains(&code), !eight));
        }
        Self(known)
    }

    /// How many digits of a run that begins with 0 are the prefix, if the rest is a number there.
    pub(super) fn split(&self, run: &[char]) -> Option<usize> {
        let two = matches!(run.get(1), Some('1' | '2'));
        let length = if two { 3 } else { 4 };
        let (code, number) = (run.get(..length)?, run.get(length..)?);
        (self.fits(code, number.len()) && matches!(number.first(), Some('2'..='8'))).then_some(length)
    }

    pub(super) fn fits(&self, code: &[char], length: usize) -> bool {
        if code.first() != Some(&'0') {
            return false;
        }
        let code = code.iter().fold(0_u16, |n, c| n * 10 + u16::try_from(c.to_digit(10).unwrap_or(0)).unwrap_or(0));
        match self.0.get(&code) {
            // Numbers are lengthened now and then: eight digits are taken wherever seven are.
            Some(_) => length == 7 || length == 8,
            None => false,
        }
    }

    /// The usual length in this prefix; a hint, not a check.
    #[must_use]
    pub fn usual_length(&self, code: &str, length: usize) -> bool {
        match code.parse::<u16>().ok().and_then(|code| self.0.get(&code)) {
            Some((eight, seven)) => (length == 8 && *eight) || (length == 7 && *seven),
            None => false,
        }
    }
}
