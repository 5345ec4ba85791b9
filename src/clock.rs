//! Time as milliseconds since 1970 UTC, from a clock that tests set by hand.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, in milliseconds since 1970-01-01 UTC. RFC 3339 with `Z` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    #[must_use]
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    #[must_use]
    pub const fn from_seconds(s: i64) -> Self {
        Self(s.saturating_mul(1000))
    }

    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    #[must_use]
    pub const fn plus_s(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Seconds from `earlier` to `self`; negative when `self` is the earlier one.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(1000)
    }

    /// Accepts any RFC 3339 offset and fractional seconds.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_millisecond()))
    }

    /// The same moment written at UTC+8, to the second, as the mainland gateways write it.
    #[must_use]
    pub fn to_beijing_rfc3339(self) -> String {
        let at = jiff::Timestamp::from_second(self.as_seconds()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let local = jiff::tz::Offset::constant(8).to_datetime(at);
        format!("{}+08:00", local.strftime("%Y-%m-%dT%H:%M:%S"))
    }

    /// The day at UTC+8, by which the mainland gateways make their statements.
    #[must_use]
    pub fn beijing_date(self) -> Date {
        let at = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        jiff::tz::Offset::constant(8).to_datetime(at).date()
    }

    /// Midnight at UTC+8, when that day begins.
    #[must_use]
    pub fn start_of_beijing_day(date: Date) -> Self {
        let midnight = jiff::tz::Offset::constant(8).to_timestamp(date.at(0, 0, 0, 0));
        Self(midnight.map_or(0, jiff::Timestamp::as_millisecond))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        write!(f, "{at:.3}")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse_rfc3339(&text)
            .ok_or_else(|| serde::de::Error::custom("expected an RFC 3339 time such as 2026-01-31T08:00:00Z"))
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)))
            .into()
    }
}

impl utoipa::ToSchema for Timestamp {}

/// Where the program reads the time.
pub trait Clock: Send + Sync + fmt::Debug {
    fn now(&self) -> Timestamp;
}

pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_millisecond())
    }
}

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct HandClock(AtomicI64);

impl HandClock {
    #[must_use]
    pub fn at(start: Timestamp) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(start.as_millis())))
    }

    pub fn set(&self, to: Timestamp) {
        self.0.store(to.as_millis(), Ordering::SeqCst);
    }

    pub fn advance_s(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_gateways_write_and_writes_what_they_read() {
        let t = Timestamp::parse_rfc3339("2018-06-08T10:34:56+08:00").unwrap();
        assert_eq!(t.to_string(), "2018-06-08T02:34:56.000Z");
        assert_eq!(t.to_beijing_rfc3339(), "2018-06-08T10:34:56+08:00");
        assert_eq!(Timestamp::parse_rfc3339("2018-06-08T02:34:56.250Z").unwrap().as_millis() % 1000, 250);
        assert_eq!(Timestamp::parse_rfc3339("yesterday"), None);
    }

    #[test]
    fn a_day_begins_at_midnight_in_beijing() {
        let first = Timestamp::parse_rfc3339("2026-01-01T00:00:00+08:00").unwrap();
        assert_eq!(first.beijing_date(), jiff::civil::date(2026, 1, 1));
        assert_eq!(first.plus_ms(-1).beijing_date(), jiff::civil::date(2025, 12, 31));
        assert_eq!(Timestamp::start_of_beijing_day(jiff::civil::date(2026, 1, 1)), first);
    }
}
