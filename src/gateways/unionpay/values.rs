//! How UnionPay writes times and amounts: Beijing time as digits, fen as digits, days without a year.
//! Promises: nothing passes through a float; the time of an order (txnTime) follows from its number alone, so
//! that it is the same in the request, in every question and in every message about it.

use jiff::civil::{Date, DateTime};

use crate::clock::Timestamp;
use crate::ids::{AttemptId, RefundId};
use crate::money::Fen;

/// Renminbi.
pub const CURRENCY: &str = "156";

/// `20260102030405`, in Beijing.
#[must_use]
pub fn beijing_digits(at: Timestamp) -> String {
    at.to_beijing_rfc3339().chars().take(19).filter(char::is_ascii_digit).collect()
}

/// Reads what [`beijing_digits`] writes.
#[must_use]
pub fn parse_beijing_digits(text: &str) -> Option<Timestamp> {
    let fits = text.len() == 14 && text.bytes().all(|b| b.is_ascii_digit());
    let at = fits.then(|| DateTime::strptime("%Y%m%d%H%M%S", text).ok()).flatten()?;
    beijing(at)
}

/// The transaction time (txnTime) of an order or refund of ours: UnionPay knows it by number and time, and both
/// have to be told with every question. Our numbers carry the time at which they were made.
#[must_use]
pub fn txn_time(number: &str) -> Option<String> {
    let made_at = AttemptId::of_out_trade_no(number)
        .map(AttemptId::made_at)
        .or_else(|| RefundId::of_out_refund_no(number).map(RefundId::made_at));
    made_at.flatten().map(beijing_digits)
}

/// Reads a clearing time (traceTime), `MMDDhhmmss`. It has no year: it is the first such moment that is not a
/// day or more before `near`.
#[must_use]
pub fn trace_time(text: &str, near: Timestamp) -> Option<Timestamp> {
    if text.len() != 10 {
        return None;
    }
    let year = near.beijing_date().year();
    let candidates = [year - 1, year, year + 1].map(|year| parse_beijing_digits(&format!("{year:04}{text}")));
    candidates.into_iter().flatten().find(|at| *at >= near.plus_s(-24 * 3600))
}

/// Reads an amount in fen.
#[must_use]
pub fn fen_of(text: &str) -> Option<Fen> {
    let fits = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok().and_then(|fen| Fen::new(fen).ok())).flatten()
}

/// The settlement day (清算日) that a moment belongs to: it ends at 23:00 in Beijing.
#[must_use]
pub fn settlement_day(at: Timestamp) -> Date {
    at.plus_s(3600).beijing_date()
}

/// The first moment of a settlement day.
#[must_use]
pub fn start_of_settlement_day(day: Date) -> Timestamp {
    Timestamp::start_of_beijing_day(day).plus_s(-3600)
}

fn beijing(at: DateTime) -> Option<Timestamp> {
    let at = jiff::tz::Offset::constant(8).to_timestamp(at).ok()?;
    Some(Timestamp::from_millis(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn times_are_beijing_times_in_digits() {
        assert_eq!(beijing_digits(at("2026-01-01T19:04:05Z")), "20260102030405");
        assert_eq!(parse_beijing_digits("20260102030405"), Some(at("2026-01-02T03:04:05+08:00")));
        for wrong in ["", "20260102", "20261302030405", "2026010203040 ", "２０２６０１０２０３０４０５"]
        {
            assert_eq!(parse_beijing_digits(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_order_has_one_time_that_its_number_tells() {
        let number = AttemptId::generate().out_trade_no();
        let time = txn_time(&number).unwrap();
        assert_eq!(txn_time(&number), Some(time.clone()));
        let age_s = Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
            .seconds_since(parse_beijing_digits(&time).unwrap());
        assert!((0..60).contains(&age_s), "{age_s}");
        assert!(txn_time(&RefundId::generate().out_refund_no()).is_some());
        for foreign in ["", "ORD20260102030405", "LD7zzzzzzzzzzzzzzzzzzzzzzzzz", "LD01"] {
            assert_eq!(txn_time(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_clearing_time_finds_its_year() {
        let new_year = at("2025-12-31T23:59:50+08:00");
        assert_eq!(trace_time("0101000003", new_year), Some(at("2026-01-01T00:00:03+08:00")));
        assert_eq!(trace_time("1231235951", new_year), Some(at("2025-12-31T23:59:51+08:00")));
        assert_eq!(trace_time("1231235951", new_year.plus_s(3600)), Some(at("2025-12-31T23:59:51+08:00")));
        assert_eq!(trace_time("1331235951", new_year), None);
    }

    #[test]
    fn the_settlement_day_ends_an_hour_before_midnight() {
        assert_eq!(settlement_day(at("2026-01-01T22:59:59+08:00")), jiff::civil::date(2026, 1, 1));
        assert_eq!(settlement_day(at("2026-01-01T23:00:00+08:00")), jiff::civil::date(2026, 1, 2));
        assert_eq!(start_of_settlement_day(jiff::civil::date(2026, 1, 2)), at("2026-01-01T23:00:00+08:00"));
    }

    #[test]
    fn amounts_are_digits_and_nothing_else() {
        for (text, fen) in [("1234", Some(1234)), ("000000001234", Some(1234)), ("0", Some(0))] {
            assert_eq!(fen_of(text).map(Fen::get), fen);
        }
        for wrong in ["", "-1", "+1", "1.00", "1 ", "999999999999", "0000000000001"] {
            assert_eq!(fen_of(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,20}", ms in any::<i64>()) {
            let _ = (parse_beijing_digits(&text), txn_time(&text), fen_of(&text));
            let _ = (trace_time(&text, Timestamp::from_millis(ms)), settlement_day(Timestamp::from_millis(ms)));
        }
    }
}
