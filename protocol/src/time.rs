//! Points in time: microseconds since 1970-01-01T00:00:00Z, RFC 3339 on the wire.

mod rfc3339;

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Microseconds since the Unix epoch, UTC. Times before 1970 are negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 string, also with a space for the `T` and with a missing offset (UTC).
    /// Digits below a microsecond are cut off. `None` for years outside of 0–9999 as well.
    pub fn parse(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text)
            .map(|time| time.to_utc())
            .or_else(|_| text.parse::<DateTime<Utc>>())
            .or_else(|_| {
                NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
                    .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
                    .map(|naive| naive.and_utc())
            })
            .ok()?;
        matches!(time.year(), 0..=9999).then(|| Self(time.timestamp_micros()))
    }

    /// Microseconds from `earlier` to `self`; negative when `self` is before `earlier`.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// RFC 3339 in UTC with as many fraction digits (0, 3 or 6) as the value needs.
    pub fn to_rfc3339(self) -> String {
        rfc3339::Text::of(self).as_str().to_owned()
    }

    /// As a calendar date and time; out-of-range values clamp to the epoch.
    pub fn date_time(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(rfc3339::Text::of(*self).as_str())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not an RFC 3339 time"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn agents_spell_times_in_many_ways() {
        for (text, expected) in [
            ("2026-11-20T11:30:00Z", Some("2026-11-20T11:30:00Z")),
            ("2026-11-20T11:30:00.137Z", Some("2026-11-20T11:30:00.137Z")),
            ("2026-11-20T11:30:00.1374567Z", Some("2026-11-20T11:30:00.137456Z")),
            ("2026-11-20T13:30:00+02:00", Some("2026-11-20T11:30:00Z")),
            ("2026-11-20t11:30:00z", Some("2026-11-20T11:30:00Z")),
            ("2026-11-20 11:30:00Z", Some("2026-11-20T11:30:00Z")),
            ("2026-11-20T11:30:00", Some("2026-11-20T11:30:00Z")),
            ("2026-11-20 11:30:00.5", Some("2026-11-20T11:30:00.500Z")),
            ("1969-12-31T23:59:59.999999Z", Some("1969-12-31T23:59:59.999999Z")),
            ("2016-12-31T23:59:60Z", Some("2017-01-01T00:00:00Z")),
            ("2026-11-20", None),
            ("11:30", None),
            ("2026-13-20T11:30:00Z", None),
            ("+12026-11-20T11:30:00Z", None),
            ("yesterday", None),
            ("1763638200000", None),
            ("", None),
        ] {
            let read = Timestamp::parse(text).map(Timestamp::to_rfc3339);
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn times_survive_the_wire(micros in -62_167_219_200_000_000_i64..253_402_300_800_000_000) {
            let time = Timestamp::from_micros(micros);
            prop_assert_eq!(Timestamp::parse(&time.to_rfc3339()), Some(time));
        }

        #[test]
        fn arbitrary_text_never_panics(text: String) {
            prop_assert!(Timestamp::parse(&text).is_none_or(|time| time.date_time().year() <= 9999));
        }
    }
}
