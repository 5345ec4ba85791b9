//! Typed identifiers: a prefix that says what it names, then a UUIDv7 in 26 lower-case Crockford
//! base32 characters, so ids sort by the time they were made.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Instant;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::clock::Timestamp;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LENGTH: usize = 26;

/// What an id names; only the marker types below implement it.
pub trait Named: 'static {
    const PREFIX: &'static str;
}

/// An identifier of one `T`.
pub struct Id<T>(Uuid, PhantomData<fn() -> T>);

/// The text is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form {prefix}_ and 26 letters and digits")]
pub struct InvalidId {
    pub prefix: &'static str,
}

impl<T: Named> Id<T> {
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::now_v7(), PhantomData)
    }

    /// One that says it was made at `at`, for numbers whose time a gateway goes by. [`Id::generate`] reads the
    /// machine's clock and, once that was ahead, stays ahead until the program ends. Those of one millisecond
    /// sort by when they were made.
    #[must_use]
    pub fn generate_at(at: Timestamp) -> Self {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        let ms = u128::from(u64::try_from(at.as_millis()).unwrap_or_default()) & 0xffff_ffff_ffff;
        // How long the program has run, in microseconds: it tells nobody how many ids there are.
        let order = BEGAN.elapsed().as_micros() & 0xffff_ffff;
        let random = Uuid::new_v4().as_u128() & ((1 << 42) - 1);
        let version_and_order = (7 << 12) | (order >> 20);
        let variant_and_order = (0b10 << 20) | (order & 0xf_ffff);
        Self(Uuid::from_u128((ms << 80) | (version_and_order << 64) | (variant_and_order << 42) | random), PhantomData)
    }

    /// When it was made, to the millisecond; `None` for one that no clock made.
    #[must_use]
    pub fn made_at(self) -> Option<Timestamp> {
        let (seconds, nanos) = self.0.get_timestamp()?.to_unix();
        let at = Timestamp::from_seconds(i64::try_from(seconds).ok()?);
        (self.0.get_version_num() == 7).then(|| at.plus_ms(i64::from(nanos / 1_000_000)))
    }

    /// The 26 characters after the prefix.
    #[must_use]
    pub fn suffix(self) -> String {
        let mut n = self.0.as_u128();
        let mut text = [0_u8; TEXT_LENGTH];
        for slot in text.iter_mut().rev() {
            *slot = ALPHABET[(n & 31) as usize];
            n >>= 5;
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl<T: Named> FromStr for Id<T> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = InvalidId { prefix: T::PREFIX };
        let suffix =
            text.strip_prefix(T::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or_else(|| refuse.clone())?;
        // 26 characters hold 130 bits: the first one may only carry three of its five.
        if suffix.len() != TEXT_LENGTH || !(b'0'..=b'7').contains(&suffix.as_bytes()[0]) {
            return Err(refuse);
        }
        let mut n = 0_u128;
        for byte in suffix.bytes() {
            let digit = ALPHABET.iter().position(|c| *c == byte).ok_or_else(|| refuse.clone())?;
            n = (n << 5) | digit as u128;
        }
        Ok(Self(Uuid::from_u128(n), PhantomData))
    }
}

impl<T: Named> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", T::PREFIX, self.suffix())
    }
}

impl<T: Named> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T: Named> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: Named> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<T: Named> utoipa::PartialSchema for Id<T> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some(format!("^{}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$", T::PREFIX)))
            .into()
    }
}

impl<T: Named> utoipa::ToSchema for Id<T> {}

#[derive(Debug)]
pub struct StoreKind;
#[derive(Debug)]
pub struct KeyKind;
#[derive(Debug)]
pub struct AccountKind;
#[derive(Debug)]
pub struct PaymentKind;
#[derive(Debug)]
pub struct AttemptKind;
#[derive(Debug)]
pub struct RefundKind;
#[derive(Debug)]
pub struct EventKind;
#[derive(Debug)]
pub struct EndpointKind;
#[derive(Debug)]
pub struct DeliveryKind;
#[derive(Debug)]
pub struct DifferenceKind;

impl Named for StoreKind {
    const PREFIX: &'static str = "sto";
}
impl Named for KeyKind {
    const PREFIX: &'static str = "key";
}
impl Named for AccountKind {
    const PREFIX: &'static str = "acc";
}
impl Named for PaymentKind {
    const PREFIX: &'static str = "pay";
}
impl Named for AttemptKind {
    const PREFIX: &'static str = "att";
}
impl Named for RefundKind {
    const PREFIX: &'static str = "ref";
}
impl Named for EventKind {
    const PREFIX: &'static str = "evt";
}
impl Named for EndpointKind {
    const PREFIX: &'static str = "end";
}
impl Named for DeliveryKind {
    const PREFIX: &'static str = "dlv";
}
impl Named for DifferenceKind {
    const PREFIX: &'static str = "dif";
}

pub type StoreId = Id<StoreKind>;
pub type KeyId = Id<KeyKind>;
pub type AccountId = Id<AccountKind>;
pub type PaymentId = Id<PaymentKind>;
pub type AttemptId = Id<AttemptKind>;
pub type RefundId = Id<RefundKind>;
pub type EventId = Id<EventKind>;
pub type EndpointId = Id<EndpointKind>;
pub type DeliveryId = Id<DeliveryKind>;
pub type DifferenceId = Id<DifferenceKind>;

impl AttemptId {
    /// The order number shown to the gateway (商户订单号): 28 characters that every gateway allows
    /// (WeChat Pay takes 6–32 letters, digits, `_` and `-`).
    #[must_use]
    pub fn out_trade_no(self) -> String {
        format!("LD{}", self.suffix())
    }

    /// Whether an order number is one that [`AttemptId::out_trade_no`] could have made: another system's
    /// orders under the same merchant number look different.
    #[must_use]
    pub fn is_out_trade_no(text: &str) -> bool {
        Self::of_out_trade_no(text).is_some()
    }

    /// Whose order number it is, if one of ours.
    #[must_use]
    pub fn of_out_trade_no(text: &str) -> Option<Self> {
        format!("att_{}", text.strip_prefix("LD")?).parse().ok()
    }
}

impl RefundId {
    /// The refund number shown to the gateway (商户退款单号), 28 characters.
    #[must_use]
    pub fn out_refund_no(self) -> String {
        format!("LR{}", self.suffix())
    }

    /// Whose refund number it is, if one of ours.
    #[must_use]
    pub fn of_out_refund_no(text: &str) -> Option<Self> {
        format!("ref_{}", text.strip_prefix("LR")?).parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_and_refuses_another_kind() {
        let id = PaymentId::generate();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().parse::<RefundId>().is_err());
        assert!(format!("pay_{}", "z".repeat(26)).parse::<PaymentId>().is_err(), "more than 128 bits");
        assert!("pay_".parse::<PaymentId>().is_err());
        assert!("pay_é".repeat(9).parse::<PaymentId>().is_err());
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let ids: Vec<_> = (0..100).map(|_| PaymentId::generate()).collect();
        let mut texts: Vec<_> = ids.iter().map(ToString::to_string).collect();
        texts.sort();
        assert_eq!(texts, ids.iter().map(ToString::to_string).collect::<Vec<_>>());
    }

    #[test]
    fn an_id_knows_when_it_was_made() {
        let id: AttemptId = "att_06e5t4r8007zza000000000000".parse().unwrap();
        assert_eq!(id.made_at(), None, "its version is not one of time");
        let made_at = AttemptId::generate().made_at().unwrap();
        let age_ms = jiff::Timestamp::now().as_millisecond() - made_at.as_millis();
        assert!((0..60_000).contains(&age_ms), "{age_ms}");
        let number = AttemptId::generate().out_trade_no();
        assert_eq!(AttemptId::of_out_trade_no(&number).unwrap().out_trade_no(), number);
        assert_eq!(RefundId::of_out_refund_no(&number), None);
    }

    #[test]
    fn an_id_follows_a_clock_that_is_set_back() {
        let late = Timestamp::from_millis(1_767_240_000_123);
        assert_eq!(AttemptId::generate_at(late).made_at(), Some(late));
        let early = late.plus_s(-3600);
        let ids: Vec<_> = (0..100).map(|_| RefundId::generate_at(early)).collect();
        assert!(ids.iter().all(|id| id.made_at() == Some(early)), "not the latest time ever seen");
        let different: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(different.len(), ids.len());
        let first = AttemptId::generate_at(late);
        let made = Instant::now();
        while made.elapsed().as_micros() < 2 {}
        assert!(first < AttemptId::generate_at(late), "of the same millisecond, in their order");
        assert!(AttemptId::generate_at(early) < first);
    }

    #[test]
    fn gateway_numbers_fit_the_strictest_gateway() {
        let number = AttemptId::generate().out_trade_no();
        assert_eq!(number.len(), 28);
        assert!(number.bytes().all(|b| b.is_ascii_alphanumeric()));
    }
}
