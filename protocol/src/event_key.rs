//! Which event: one entry of the log may tell of several, each a part of it.

use std::{fmt, num::NonZeroU8, str::FromStr};

use thiserror::Error;

use crate::Position;

/// The key of an event: where its entry stands in the log, and which part of the entry it is.
///
/// Keys order events as the log does. As text `12` for the first part of an entry, which most
/// entries are all of, and `12.1`, `12.2` … for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    /// Place of the entry in the log.
    pub position: Position,
    /// 0 for the first event of the entry.
    pub part: u8,
}

/// The text is not the key of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not the key of an event")]
pub struct NoEventKey;

impl EventKey {
    /// Parts that an entry can have; keys are stored as `position * PARTS + part`.
    pub const PARTS: i64 = 256;

    /// The first event at `position`.
    pub const fn first(position: Position) -> Self {
        Self { position, part: 0 }
    }

    /// The last event that there can be at `position`.
    pub const fn last(position: Position) -> Self {
        Self { position, part: u8::MAX }
    }

    /// Reads what [`Self::stored`] gave.
    pub fn from_stored(key: i64) -> Self {
        let part = u8::try_from(key.rem_euclid(Self::PARTS)).unwrap_or(0);
        Self { position: key.div_euclid(Self::PARTS), part }
    }

    /// As one number, in the same order. Positions that no log reaches give the largest there is.
    pub fn stored(self) -> i64 {
        self.position.saturating_mul(Self::PARTS).saturating_add(i64::from(self.part))
    }
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            0 => write!(f, "{}", self.position),
            part => write!(f, "{}.{part}", self.position),
        }
    }
}

impl FromStr for EventKey {
    type Err = NoEventKey;

    /// Reads the text form, and no other spelling of it.
    fn from_str(text: &str) -> Result<Self, NoEventKey> {
        let (position, part) = match text.split_once('.') {
            Some((position, part)) => (position, number::<NonZeroU8>(part)?.get()),
            None => (text, 0),
        };
        Ok(Self { position: number(position)?, part })
    }
}

fn number<T: FromStr>(text: &str) -> Result<T, NoEventKey> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let is_short = text.len() < 2 || !text.starts_with('0');
    if is_plain && is_short {
        text.parse().map_err(|_too_large| NoEventKey)
    } else {
        Err(NoEventKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back() {
        for (position, part, stored, text) in [
            (0, 0, 0, "0"),
            (5, 0, 1_280, "5"),
            (5, 1, 1_281, "5.1"),
            (5, 255, 1_535, "5.255"),
            (6, 0, 1_536, "6"),
        ] {
            let key = EventKey { position, part };
            assert_eq!(key.to_string(), text);
            assert_eq!(text.parse(), Ok(key));
            assert_eq!(key.stored(), stored);
            assert_eq!(EventKey::from_stored(stored), key);
        }
    }

    #[test]
    fn no_other_text_is_a_key() {
        for text in [
            "", ".", "5.", ".1", "5.0", "5.01", "05", "5.256", "5.1.1", "-5", "+5", " 5", "x",
            "5.x",
        ] {
            assert_eq!(text.parse::<EventKey>(), Err(NoEventKey), "{text}");
        }
        assert_eq!("9223372036854775808".parse::<EventKey>(), Err(NoEventKey));
    }

    #[test]
    fn keys_order_as_they_are_stored() {
        let keys = [(0, 255), (1, 0), (1, 1), (1, 255), (2, 0)];
        let keys = keys.map(|(position, part)| EventKey { position, part });
        assert!(keys.is_sorted());
        assert!(keys.is_sorted_by_key(|key| key.stored()));
        assert_eq!(EventKey::first(Position::MAX).stored(), i64::MAX);
    }
}
