//! Times as Alipay writes them, China time (UTC+8) throughout, and its relative ones (§11).

use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::clock::Timestamp;

const FORMAT: &str = "%Y-%m-%d %H:%M:%S";

fn local(at: Timestamp) -> DateTime {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    Offset::constant(8).to_datetime(at)
}

/// `yyyy-MM-dd HH:mm:ss`.
pub(super) fn written(at: Timestamp) -> String {
    local(at).strftime(FORMAT).to_string()
}

/// `yyyy-MM-dd HH:mm:ss.SSS`, in which refunds are told.
pub(super) fn written_with_millis(at: Timestamp) -> String {
    format!("{}.{:03}", written(at), at.as_millis().rem_euclid(1000))
}

/// `yyyyMMdd`, with which Alipay's numbers begin.
pub(super) fn day_digits(at: Timestamp) -> String {
    local(at).strftime("%Y%m%d").to_string()
}

/// Nothing but the full form is a time.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let at = DateTime::strptime(FORMAT, text).ok().filter(|_| text.len() == 19)?;
    let at = Offset::constant(8).to_timestamp(at).ok()?;
    Some(Timestamp::from_millis(at.as_millisecond()))
}

/// `timeout_express`: 1m to 15d, or `1c`, until midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timeout {
    Seconds(i64),
    UntilMidnight,
}

impl Timeout {
    pub(super) fn read(text: &str) -> Option<Self> {
        if text == "1c" {
            return Some(Self::UntilMidnight);
        }
        let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        if count.is_empty() || !count.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let unit_s = match unit {
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => return None,
        };
        let seconds = count.parse::<i64>().ok()?.checked_mul(unit_s)?;
        (60..=15 * 86_400).contains(&seconds).then_some(Self::Seconds(seconds))
    }

    pub(super) fn after(self, start: Timestamp) -> Timestamp {
        match self {
            Self::Seconds(seconds) => start.plus_s(seconds),
            Self::UntilMidnight => {
                start.beijing_date().tomorrow().map_or_else(|_| start.plus_s(86_400), Timestamp::start_of_beijing_day)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_chinas_and_nothing_else_is_read() {
        let at = Timestamp::from_millis(1_767_294_245_120);
        assert_eq!(
            (written(at).as_str(), written_with_millis(at).as_str()),
            ("2026-01-02 03:04:05", "2026-01-02 03:04:05.120")
        );
        assert_eq!(read("2026-01-02 03:04:05"), Some(Timestamp::from_seconds(1_767_294_245)));
        for wrong in ["2026-01-02T03:04:05", "2026-1-2 3:04:05", "2026-02-30 00:00:00", "20260102030405", ""] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn timeouts_have_whole_units_and_end_within_fifteen_days() {
        assert_eq!(Timeout::read("90m"), Some(Timeout::Seconds(5400)));
        assert_eq!(Timeout::read("15d"), Some(Timeout::Seconds(1_296_000)));
        for wrong in ["1.5h", "16d", "0m", "m", "30", "-5m", "5s", "2c", "分"] {
            assert_eq!(Timeout::read(wrong), None, "{wrong}");
        }
        let start = read("2026-01-02 23:59:00").unwrap();
        assert_eq!(written(Timeout::UntilMidnight.after(start)), "2026-01-03 00:00:00");
    }
}
