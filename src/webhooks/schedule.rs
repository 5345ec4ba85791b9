//! When a webhook is tried again: ten steps over about three days, the spacing the Standard
//! Webhooks specification recommends. Pure: the caller brings the time and the random number.

use crate::clock::Timestamp;

/// Seconds to wait before each try; the first follows the event at once.
pub const STEPS_S: [i64; 10] = [0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];

/// A wait may be a tenth shorter or longer, so that a shop that comes back does not meet every
/// waiting delivery in the same second.
const JITTER_PART: i64 = 10;

/// Milliseconds to wait before the next try, or `None` when all ten have been made.
/// `random` spreads the wait evenly over ±10 %.
#[must_use]
pub fn delay_ms(tries_made: u32, random: u32) -> Option<i64> {
    let step_ms = STEPS_S.get(usize::try_from(tries_made).ok()?)? * 1000;
    let jitter_ms = step_ms / JITTER_PART;
    Some(step_ms - jitter_ms + i64::from(random) * 2 * jitter_ms / i64::from(u32::MAX))
}

/// The moment of the next try after `tries_made` of them, the last one at `last_tried_at` (for the
/// first try: when the event happened). `None`: give up.
#[must_use]
pub fn next_try_at(tries_made: u32, last_tried_at: Timestamp, random: u32) -> Option<Timestamp> {
    delay_ms(tries_made, random).map(|ms| last_tried_at.plus_ms(ms))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_try_is_at_once_and_there_is_no_eleventh() {
        assert_eq!(delay_ms(0, u32::MAX), Some(0));
        assert_eq!(delay_ms(9, u32::MAX / 2).map(|ms| ms / 60_000), Some(24 * 60 - 1), "just below the middle");
        assert_eq!(delay_ms(10, 0), None);
        assert_eq!(delay_ms(u32::MAX, 0), None);
        assert_eq!(next_try_at(1, Timestamp::from_seconds(100), 0), Some(Timestamp::from_millis(104_500)));
    }

    proptest! {
        #[test]
        fn every_wait_is_within_a_tenth_of_its_step(tries in 0_u32..10, random: u32) {
            let wait_ms = delay_ms(tries, random).unwrap();
            let step_ms = STEPS_S[tries as usize] * 1000;
            prop_assert!((wait_ms - step_ms).abs() * 10 <= step_ms);
        }
    }
}
