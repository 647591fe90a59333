//! `--since`: a date, a time, or how long ago.

use banyan_protocol::Timestamp;

/// From when on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// A point in time.
    At(Timestamp),
    /// So many microseconds before now.
    Ago(i64),
}

impl Since {
    /// The point in time that is meant at `now`.
    pub(crate) const fn before(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Ago(micros) => Timestamp::from_micros(now.micros().saturating_sub(micros)),
        }
    }
}

/// Reads `2026-11-01`, `2026-11-01T12:00:00Z`, `90m`, `24h`, `7d`, `2w`. Dates begin in UTC.
pub(crate) fn since(text: &str) -> Result<Since, String> {
    let ago = || {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 24 * 3_600,
            "w" => 7 * 24 * 3_600,
            _ => return None,
        };
        let number: u32 = number.parse().ok()?;
        i64::from(number).checked_mul(seconds * 1_000_000).map(Since::Ago)
    };
    let at = || Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")));
    let read = ago().or_else(|| at().map(Since::At));
    read.ok_or_else(|| "must be like 2026-11-01, 2026-11-01T12:00:00Z, 24h, 7d or 2w".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_date_or_how_long_ago() {
        let at = |text: &str| Some(Since::At(Timestamp::parse(text).unwrap()));
        for (text, expected) in [
            ("90m", Some(Since::Ago(90 * 60 * 1_000_000))),
            ("7d", Some(Since::Ago(7 * 86_400 * 1_000_000))),
            ("2w", Some(Since::Ago(14 * 86_400 * 1_000_000))),
            ("2026-11-01", at("2026-11-01T00:00:00Z")),
            ("2026-11-01T12:00:00+01:00", at("2026-11-01T11:00:00Z")),
            ("", None),
            ("d", None),
            ("-1d", None),
            ("7y", None),
            ("5ö", None),
            ("yesterday", None),
        ] {
            assert_eq!(since(text).ok(), expected, "{text}");
        }
        let now = Timestamp::from_micros(10_000_000);
        assert_eq!(Since::Ago(3_000_000).before(now).micros(), 7_000_000);
    }
}
