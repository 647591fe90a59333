//! Points in time as RFC 3339, without an allocation and without chrono's general formatter: a
//! tree of ten thousand sessions has eighty thousand of them.

use chrono::{Datelike as _, NaiveDateTime, Timelike as _};

use super::Timestamp;

/// `2026-11-20T11:30:00.123456Z`
const TEXT_MAX_BYTES: usize = 27;
/// Of the text without a fraction, without the `Z`.
const SECONDS_BYTES: usize = 19;

/// A time in UTC with as many fraction digits (0, 3 or 6) as it needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    bytes: [u8; TEXT_MAX_BYTES],
    length: usize,
}

impl Text {
    /// The text of `time`; times outside of the years 0 to 9999 are the epoch's.
    pub(super) fn of(time: Timestamp) -> Self {
        let at = time.date_time().naive_utc();
        let at = if matches!(at.year(), 0..=9999) { at } else { NaiveDateTime::default() };
        let mut text = Self { bytes: *b"0000-00-00T00:00:00.000000Z", length: 0 };
        text.calendar(at);
        let micros = at.nanosecond() % 1_000_000_000 / 1_000;
        let fraction = match micros {
            0 => 0,
            micros if micros % 1_000 == 0 => 3,
            _ => 6,
        };
        text.put(SECONDS_BYTES + 1, 6, micros);
        let point = usize::from(0 < fraction);
        text.length = SECONDS_BYTES + point + fraction + 1;
        if let Some(end) = text.bytes.get_mut(text.length - 1) {
            *end = b'Z';
        }
        text
    }

    /// The text.
    pub(super) fn as_str(&self) -> &str {
        let written = self.bytes.get(..self.length).unwrap_or_default();
        str::from_utf8(written).unwrap_or_default()
    }

    fn calendar(&mut self, at: NaiveDateTime) {
        self.put(0, 4, at.year().unsigned_abs());
        self.put(5, 2, at.month());
        self.put(8, 2, at.day());
        self.put(11, 2, at.hour());
        self.put(14, 2, at.minute());
        self.put(17, 2, at.second());
    }

    /// Writes the last `digits` digits of `number` from `at` on.
    fn put(&mut self, at: usize, digits: usize, mut number: u32) {
        for place in self.bytes.iter_mut().skip(at).take(digits).rev() {
            *place = b'0' + u8::try_from(number % 10).unwrap_or(0);
            number /= 10;
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::SecondsFormat;
    use proptest::prelude::*;

    use super::*;

    fn by_chrono(time: Timestamp) -> String {
        time.date_time().to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    #[test]
    fn the_ends_of_the_calendar_are_written_as_by_chrono() {
        for micros in [0, -1, 1_000, -62_167_219_200_000_000, 253_402_300_799_999_999, i64::MIN] {
            let time = Timestamp::from_micros(micros);
            assert_eq!(Text::of(time).as_str(), by_chrono(time));
        }
        let beyond = Timestamp::from_micros(253_402_300_800_000_000);
        assert_eq!(Text::of(beyond).as_str(), "1970-01-01T00:00:00Z");
    }

    proptest! {
        #[test]
        fn every_time_is_written_as_by_chrono(
            seconds in -62_167_219_200_i64..253_402_300_800,
            micros in prop_oneof![Just(0), (0..1_000_i64).prop_map(|ms| ms * 1_000), 0..1_000_000_i64],
        ) {
            let time = Timestamp::from_micros(seconds * 1_000_000 + micros);
            let text = Text::of(time);
            prop_assert_eq!(text.as_str(), by_chrono(time));
        }
    }
}
