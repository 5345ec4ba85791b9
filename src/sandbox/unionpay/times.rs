//! Times as UnionPay writes them: Beijing's (UTC+8) throughout, without separators (§7.1).

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use crate::clock::Timestamp;

const FORMAT: &str = "%Y%m%d%H%M%S";
const HOUR_S: i64 = 3600;

fn local(at: Timestamp) -> DateTime {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    Offset::constant(8).to_datetime(at)
}

/// `YYYYMMDDhhmmss`.
pub(super) fn written(at: Timestamp) -> String {
    local(at).strftime(FORMAT).to_string()
}

/// `MMDDhhmmss`, as `traceTime`.
pub(super) fn trace_time(at: Timestamp) -> String {
    local(at).strftime("%m%d%H%M%S").to_string()
}

/// Nothing but the fourteen digits is a time.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let is_digits = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let at = DateTime::strptime(FORMAT, text).ok().filter(|_| is_digits)?;
    let at = Offset::constant(8).to_timestamp(at).ok()?;
    Some(Timestamp::from_millis(at.as_millisecond()))
}

/// The settlement day runs from 23:00 to 23:00 (§16).
pub(super) fn settlement_day(at: Timestamp) -> Date {
    at.plus_s(HOUR_S).beijing_date()
}

/// `MMDD`, as `settleDate`: without a year.
pub(super) fn month_day(day: Date) -> String {
    day.strftime("%m%d").to_string()
}

/// The latest day of that `MMDD` that is not ahead.
pub(super) fn latest(month_day: &str, today: Date) -> Option<Date> {
    let number = |part: Option<&str>| part?.parse::<i8>().ok();
    let (month, day) = (number(month_day.get(..2))?, number(month_day.get(2..4))?);
    (0..5).find_map(|back| Date::new(today.year() - back, month, day).ok().filter(|date| *date <= today))
}

/// From 09:00 of the day after, the file of a settlement day is there (§15.1).
pub(super) fn file_from(day: Date) -> Timestamp {
    day.tomorrow().map_or(Timestamp::from_millis(i64::MAX), Timestamp::start_of_beijing_day).plus_s(9 * HOUR_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_fourteen_digits_of_beijing() {
        let at = Timestamp::from_seconds(1_767_294_245);
        assert_eq!((written(at).as_str(), trace_time(at).as_str()), ("20260102030405", "0102030405"));
        assert_eq!(read("20260102030405"), Some(at));
        for wrong in ["2026010203040", "20260230000000", "2026-01-02 03:", "20260102030460x", ""] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_settlement_day_turns_at_eleven_at_night() {
        let at = |text| settlement_day(read(text).unwrap()).to_string();
        assert_eq!(at("20260102225959"), "2026-01-02");
        assert_eq!(at("20261231230000"), "2027-01-01");
        let today = Date::new(2026, 1, 3).unwrap();
        assert_eq!(latest("1231", today).unwrap().to_string(), "2025-12-31");
        assert_eq!(latest("0103", today).unwrap().to_string(), "2026-01-03");
        assert_eq!(latest("1331", today), None);
        assert_eq!(written(file_from(today)), "20260104090000");
    }
}
