//! Places in the log as readers see them: opaque, and useless in any other log.

use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::Position;

/// A log position together with the epoch of the log it belongs to.
///
/// On the wire `epoch.position.check` in base 36, where `check` is derived from the log's id, so
/// that a cursor of another log, or a mistyped one, is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Raised when a log was restored from a backup or failed over.
    pub epoch: u32,
    /// The last position that the reader has seen.
    pub position: Position,
    /// 32 bits of the log's identity.
    pub log: u32,
}

/// Why a cursor cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CursorError {
    /// Not of the form that we hand out.
    #[error("the cursor is malformed")]
    Malformed,
    /// Of another log or another epoch: the reader must start over. A mistyped digit looks the
    /// same, and starting over is safe for it too.
    #[error("the cursor belongs to another log; start again without it")]
    Foreign,
}

impl Cursor {
    /// Reads a cursor that was handed out by the log `log` in `epoch`.
    pub fn parse(text: &str, epoch: u32, log: u32) -> Result<Self, CursorError> {
        let mut parts = text.split('.').map(from_base36);
        let (Some(Some(found_epoch)), Some(Some(position)), Some(Some(check)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(CursorError::Malformed);
        };
        let (Ok(found_epoch), Ok(position), Ok(check)) =
            (u32::try_from(found_epoch), Position::try_from(position), u32::try_from(check))
        else {
            return Err(CursorError::Malformed);
        };
        let cursor = Self { epoch: found_epoch, position, log };
        if cursor.check() == check && found_epoch == epoch {
            Ok(cursor)
        } else {
            Err(CursorError::Foreign)
        }
    }

    /// 32 bits that depend on every bit of the log, the epoch and the position.
    fn check(self) -> u32 {
        let origin = mix(u64::from(self.epoch) << 32 | u64::from(self.log));
        let bits = mix(origin ^ mix(self.position.cast_unsigned()));
        u32::try_from(bits >> 32).unwrap_or_default()
    }
}

/// The finaliser of the `SplitMix64` generator: every input bit moves about half of the output
/// bits.
const fn mix(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_base36(f, u64::from(self.epoch))?;
        f.write_str(".")?;
        write_base36(f, self.position.unsigned_abs())?;
        f.write_str(".")?;
        write_base36(f, u64::from(self.check()))
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn write_base36(f: &mut std::fmt::Formatter<'_>, mut number: u64) -> std::fmt::Result {
    // 13 digits hold 64 bits; filled from the end.
    let mut digits = ['0'; 13];
    let mut length = 0;
    for digit in digits.iter_mut().rev() {
        let value = u32::try_from(number % 36).unwrap_or_default();
        *digit = char::from_digit(value, 36).unwrap_or('0');
        number /= 36;
        length += 1;
        if number == 0 {
            break;
        }
    }
    digits.iter().skip(digits.len() - length).try_for_each(|&digit| {
        use std::fmt::Write;
        f.write_char(digit)
    })
}

/// Reads what [`write_base36`] writes and nothing else: no sign, no capitals, no leading zeros.
fn from_base36(text: &str) -> Option<u64> {
    let canonical = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z'))
        && (text == "0" || !text.starts_with('0'));
    if canonical { u64::from_str_radix(text, 36).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn malformed_cursors_are_told_from_foreign_ones() {
        let cursor = Cursor { epoch: 1, position: 1_234_567, log: 0xdead_beef };
        let text = cursor.to_string();
        for (text, epoch, log, expected) in [
            (text.as_str(), 1, 0xdead_beef, Ok(cursor)),
            (text.as_str(), 2, 0xdead_beef, Err(CursorError::Foreign)),
            (text.as_str(), 1, 0xdead_beee, Err(CursorError::Foreign)),
            ("1.qglj.0", 1, 0xdead_beef, Err(CursorError::Foreign)),
            ("", 1, 0, Err(CursorError::Malformed)),
            ("1.2", 1, 0, Err(CursorError::Malformed)),
            ("1.2.3.4", 1, 0, Err(CursorError::Malformed)),
            ("1..3", 1, 0, Err(CursorError::Malformed)),
            ("1.+2.3", 1, 0, Err(CursorError::Malformed)),
            ("1.02.3", 1, 0, Err(CursorError::Malformed)),
            ("1.A.3", 1, 0, Err(CursorError::Malformed)),
            ("1.-2.3", 1, 0, Err(CursorError::Malformed)),
            ("1.zzzzzzzzzzzzz.3", 1, 0, Err(CursorError::Malformed)),
            ("zzzzzzz.1.3", 1, 0, Err(CursorError::Malformed)),
            ("💥.1.3", 1, 0, Err(CursorError::Malformed)),
        ] {
            assert_eq!(Cursor::parse(text, epoch, log), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn cursors_round_trip(epoch: u32, position in 0..=i64::MAX, log: u32) {
            let cursor = Cursor { epoch, position, log };
            prop_assert_eq!(Cursor::parse(&cursor.to_string(), epoch, log), Ok(cursor));
        }

        #[test]
        fn a_mistyped_digit_is_noticed(
            epoch in 0..100_u32, position in 0..1_000_000_i64, log: u32,
            place: prop::sample::Index, digit in "[0-9a-z]",
        ) {
            let cursor = Cursor { epoch, position, log };
            let text = cursor.to_string();
            let place = place.index(text.len());
            let mut mistyped = text.clone();
            mistyped.replace_range(place..=place, &digit);
            prop_assume!(mistyped != text);
            prop_assert!(Cursor::parse(&mistyped, epoch, log).is_err());
        }
    }
}
