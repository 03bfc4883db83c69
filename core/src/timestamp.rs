//! Points in time as attributes.
//!
//! [`EpochSeconds`] is what DynamoDB's time to live reads, [`EpochMillis`] what `created_at` and `updated_at` mostly are.
//! Each is a number in the table. They are types of their own so that one cannot slip in for the other: an item that
//! expires in milliseconds never expires. Neither asks for the time; a [`Moment`] or the caller's clock tells it.
//!
//! See [Time to Live](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html).

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::key::ScalarType;
use crate::moment::{Moment, write_date_and_time};
use crate::table::KeyAttributeType;
use crate::value::AttributeValue;

/// The last second of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;
/// The last millisecond of the year 9999.
const LAST_MILLI: u64 = LAST_SECOND * 1000 + 999;

/// Seconds since the Unix epoch, to the end of the year 9999; stored as a number.
///
/// ```
/// use std::time::Duration;
/// use dynochemy_core::{EpochSeconds, Moment};
///
/// let now = Moment::from_secs(1_795_000_000);
/// let expires = EpochSeconds::after(now, Duration::from_secs(3600));
/// assert_eq!(expires.to_string(), "2026-11-18T12:06:40Z");
/// assert!(EpochSeconds::try_from(1_795_000_000_000).is_err(), "milliseconds");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct EpochSeconds(u64);

/// Milliseconds since the Unix epoch, to the end of the year 9999; stored as a number.
///
/// ```
/// use dynochemy_core::{EpochMillis, Moment};
///
/// let created: EpochMillis = Moment::from_nanos(1_795_000_000_123_456_789).into();
/// assert_eq!(created.as_millis(), 1_795_000_000_123);
/// assert_eq!(created.to_string(), "2026-11-18T11:06:40.123Z");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct EpochMillis(u64);

/// Why a number or time is no timestamp of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum TimestampError {
    /// Beyond the year 9999 in seconds.
    LooksLikeMillis(u64),
    /// Beyond the year 9999 in milliseconds.
    LooksLikeNanos(u64),
    /// A time before 1970 or after the year 9999.
    OutOfRange,
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LooksLikeMillis(number) => {
                write!(f, "{number} seconds is beyond the year 9999; it looks like milliseconds")
            }
            Self::LooksLikeNanos(number) => {
                write!(
                    f,
                    "{number} milliseconds is beyond the year 9999; it looks like micro- or nanoseconds"
                )
            }
            Self::OutOfRange => f.write_str("the time is before 1970 or after the year 9999"),
        }
    }
}

impl std::error::Error for TimestampError {}

impl EpochSeconds {
    /// The end of the year 9999.
    pub const LAST: Self = Self(LAST_SECOND);

    /// The time `duration` after `now`, rounded up to a second, so that nothing expires early. What lies beyond the year
    /// 9999 is its end.
    #[must_use]
    pub fn after(now: Moment, duration: Duration) -> Self {
        let nanos = u128::from(now.as_nanos()).saturating_add(duration.as_nanos());
        Self(
            u64::try_from(nanos.div_ceil(1_000_000_000))
                .map_or(LAST_SECOND, |seconds| seconds.min(LAST_SECOND)),
        )
    }

    /// Seconds since the Unix epoch.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0
    }
}

impl EpochMillis {
    /// The end of the year 9999.
    pub const LAST: Self = Self(LAST_MILLI);

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the Unix epoch.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1000
    }
}

impl TryFrom<u64> for EpochSeconds {
    type Error = TimestampError;

    fn try_from(seconds: u64) -> Result<Self, TimestampError> {
        if seconds <= LAST_SECOND { Ok(Self(seconds)) } else { Err(TimestampError::LooksLikeMillis(seconds)) }
    }
}

impl TryFrom<u64> for EpochMillis {
    type Error = TimestampError;

    fn try_from(millis: u64) -> Result<Self, TimestampError> {
        if millis <= LAST_MILLI { Ok(Self(millis)) } else { Err(TimestampError::LooksLikeNanos(millis)) }
    }
}

impl From<EpochSeconds> for u64 {
    fn from(time: EpochSeconds) -> Self {
        time.0
    }
}

impl From<EpochMillis> for u64 {
    fn from(time: EpochMillis) -> Self {
        time.0
    }
}

impl From<Moment> for EpochSeconds {
    /// The whole seconds.
    fn from(moment: Moment) -> Self {
        Self(moment.as_secs())
    }
}

impl From<Moment> for EpochMillis {
    /// The whole milliseconds.
    fn from(moment: Moment) -> Self {
        Self(moment.as_nanos() / 1_000_000)
    }
}

impl From<EpochSeconds> for EpochMillis {
    fn from(time: EpochSeconds) -> Self {
        Self(time.0 * 1000)
    }
}

impl From<EpochMillis> for EpochSeconds {
    /// The whole seconds.
    fn from(time: EpochMillis) -> Self {
        Self(time.as_secs())
    }
}

/// Times that the caller's clock told; none is read here.
#[allow(clippy::disallowed_types, reason = "a time is converted, and no clock is read")]
mod system_time {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use super::{EpochMillis, EpochSeconds, TimestampError};

    fn since_epoch(time: SystemTime) -> Result<Duration, TimestampError> {
        time.duration_since(UNIX_EPOCH).map_err(|_| TimestampError::OutOfRange)
    }

    impl TryFrom<SystemTime> for EpochSeconds {
        type Error = TimestampError;

        /// The whole seconds.
        fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
            Self::try_from(since_epoch(time)?.as_secs()).map_err(|_| TimestampError::OutOfRange)
        }
    }

    impl TryFrom<SystemTime> for EpochMillis {
        type Error = TimestampError;

        /// The whole milliseconds.
        fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
            let millis = u64::try_from(since_epoch(time)?.as_millis());
            millis.ok().and_then(|millis| Self::try_from(millis).ok()).ok_or(TimestampError::OutOfRange)
        }
    }

    impl From<EpochSeconds> for SystemTime {
        fn from(time: EpochSeconds) -> Self {
            UNIX_EPOCH + Duration::from_secs(time.0)
        }
    }

    impl From<EpochMillis> for SystemTime {
        fn from(time: EpochMillis) -> Self {
            UNIX_EPOCH + Duration::from_millis(time.0)
        }
    }
}

impl fmt::Display for EpochSeconds {
    /// UTC, as in `2026-11-22T12:34:56Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_date_and_time(f, self.0)?;
        f.write_str("Z")
    }
}

impl fmt::Display for EpochMillis {
    /// UTC, as in `2026-11-22T12:34:56.789Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_date_and_time(f, self.as_secs())?;
        write!(f, ".{:03}Z", self.0 % 1000)
    }
}

impl KeyAttributeType for EpochSeconds {
    const KIND: ScalarType = ScalarType::N;
}

impl KeyAttributeType for EpochMillis {
    const KIND: ScalarType = ScalarType::N;
}

/// A type that tells when an item expires, for `#[table(ttl)]`: it is stored as a number of seconds since the Unix epoch.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not tell when an item expires",
    note = "`#[table(ttl)]` is for an `EpochSeconds` or `Option<EpochSeconds>`, since DynamoDB expects whole seconds"
)]
pub trait TimeToLive: Serialize {}

impl TimeToLive for EpochSeconds {}
impl TimeToLive for Option<EpochSeconds> {}

/// A type that `#[table(created_at)]` and `#[table(updated_at)]` can set: a time, stored as a number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no time that can be set by the library",
    note = "`#[table(created_at)]` and `#[table(updated_at)]` are for `EpochMillis`, `EpochSeconds` and options of them"
)]
pub trait Timestamp: Serialize {
    /// What the number counts.
    const UNIT: TimestampUnit;
}

impl Timestamp for EpochSeconds {
    const UNIT: TimestampUnit = TimestampUnit::Seconds;
}

impl Timestamp for EpochMillis {
    const UNIT: TimestampUnit = TimestampUnit::Milliseconds;
}

impl<T: Timestamp> Timestamp for Option<T> {
    const UNIT: TimestampUnit = T::UNIT;
}

/// What a timestamp counts since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimestampUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

impl TimestampUnit {
    /// The attribute for that moment: whole seconds or milliseconds.
    #[must_use]
    pub fn value(self, now: Moment) -> AttributeValue {
        match self {
            Self::Seconds => EpochSeconds::from(now).0.into(),
            Self::Milliseconds => EpochMillis::from(now).0.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Session {
        expires: EpochSeconds,
        created: Option<EpochMillis>,
    }

    #[test]
    fn timestamps_are_numbers_in_items_and_in_other_formats() {
        let now = Moment::from_nanos(1_795_000_000_987_654_321);
        let session = Session { expires: now.into(), created: Some(now.into()) };
        let item = wire::encode(&session).unwrap().item;
        assert_eq!(item.as_bytes(), br#"{"expires":{"N":"1795000000"},"created":{"N":"1795000000987"}}"#);
        assert_eq!(wire::decode::<Session>(&item).unwrap(), session);
        let json = serde_json::to_string(&session).unwrap();
        assert_eq!(json, r#"{"expires":1795000000,"created":1795000000987}"#);
        assert_eq!(serde_json::from_str::<Session>(&json).unwrap(), session);
        assert_eq!(TimestampUnit::Seconds.value(now), item.attribute("expires").unwrap().unwrap());
        assert_eq!(TimestampUnit::Milliseconds.value(now), item.attribute("created").unwrap().unwrap());
    }

    #[test]
    fn milliseconds_for_seconds_are_refused_wherever_they_come_from() {
        let problem = "1795000000000 seconds is beyond the year 9999; it looks like milliseconds";
        assert_eq!(EpochSeconds::try_from(1_795_000_000_000).unwrap_err().to_string(), problem);
        let read = |json: &'static str| {
            wire::decode_bytes::<Session>(json.as_bytes())
                .map(|session| session.expires)
                .map_err(|e| e.to_string())
        };
        assert_eq!(
            read(r#"{"expires":{"N":"1795000000000"}}"#),
            Err(format!("attribute `expires`: {problem}"))
        );
        assert_eq!(read(r#"{"expires":{"N":"253402300799"}}"#), Ok(EpochSeconds::LAST));
        assert!(read(r#"{"expires":{"N":"253402300800"}}"#).is_err());
        assert!(read(r#"{"expires":{"N":"1.5"}}"#).is_err());
        assert!(read(r#"{"expires":{"N":"-1"}}"#).is_err());
        assert_eq!(EpochMillis::try_from(253_402_300_799_999), Ok(EpochMillis::LAST));
        assert!(
            EpochMillis::try_from(1_795_000_000_000_000).unwrap_err().to_string().contains("nanoseconds")
        );
    }

    #[test]
    fn what_expires_after_a_while_does_not_expire_early() {
        let after = |nanos, duration| EpochSeconds::after(Moment::from_nanos(nanos), duration).as_secs();
        assert_eq!(after(0, Duration::from_secs(5)), 5);
        assert_eq!(after(1, Duration::from_secs(5)), 6);
        assert_eq!(after(600_000_000, Duration::from_millis(400)), 1);
        assert_eq!(EpochSeconds::after(Moment::LAST, Duration::MAX), EpochSeconds::LAST);
    }

    #[test]
    fn times_print_as_utc_and_convert() {
        assert_eq!(EpochSeconds::LAST.to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(EpochMillis::LAST.to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(EpochSeconds::from(EpochMillis::LAST), EpochSeconds::LAST);
        assert_eq!(EpochMillis::from(EpochSeconds(5)), EpochMillis(5000));
        #[allow(clippy::disallowed_types, reason = "no clock is read")]
        {
            use std::time::{SystemTime, UNIX_EPOCH};
            let time = UNIX_EPOCH + Duration::from_millis(1_795_000_000_123);
            assert_eq!(EpochSeconds::try_from(time), Ok(EpochSeconds(1_795_000_000)));
            assert_eq!(EpochMillis::try_from(time).map(SystemTime::from), Ok(time));
            assert_eq!(SystemTime::from(EpochSeconds(1)), UNIX_EPOCH + Duration::from_secs(1));
            let before = UNIX_EPOCH - Duration::from_secs(1);
            assert_eq!(EpochSeconds::try_from(before), Err(TimestampError::OutOfRange));
            let beyond = UNIX_EPOCH + Duration::from_secs(LAST_SECOND + 1);
            assert_eq!(EpochSeconds::try_from(beyond), Err(TimestampError::OutOfRange));
            assert_eq!(EpochMillis::try_from(beyond), Err(TimestampError::OutOfRange));
        }
    }
}
