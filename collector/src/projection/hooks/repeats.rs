//! Tells a hook that is delivered twice from one that happened twice.
//!
//! Few hooks have an id of their own. Of the others, the same bytes within a minute are the same
//! hook; later they are the next one: a session that is resumed twice says so in the same words.

use banyan_protocol::Timestamp;
use serde::{Deserialize, Serialize};

/// How long after a hook the same bytes are the same hook.
const SAME_MICROS: i64 = 60 * 1_000_000;
/// Hooks that are remembered.
const REMEMBERED_MAX_COUNT: usize = 64;

/// The latest hooks without an id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Repeats(Vec<Seen>);

/// A hook's digest, when it came, and how many of the same bytes came before, a minute or more
/// apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seen(String, i64, u32);

/// Which one of several equal hooks it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Not seen before; so many equal ones happened before.
    New(u32),
    /// The same as the one with this number.
    Again(u32),
}

impl Turn {
    /// How many equal ones happened before.
    pub(super) const fn number(self) -> u32 {
        match self {
            Self::New(number) | Self::Again(number) => number,
        }
    }
}

impl Repeats {
    /// A hook with this digest came at `at`.
    pub(super) fn see(&mut self, digest: &str, at: Timestamp) -> Turn {
        let Some(seen) = self.0.iter_mut().find(|seen| seen.0 == digest) else {
            if REMEMBERED_MAX_COUNT <= self.0.len() {
                self.0.remove(0);
            }
            self.0.push(Seen(digest.to_owned(), at.micros(), 0));
            return Turn::New(0);
        };
        if at.since(Timestamp::from_micros(seen.1)) < SAME_MICROS {
            return Turn::Again(seen.2);
        }
        (seen.1, seen.2) = (at.micros(), seen.2 + 1);
        Turn::New(seen.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_are_the_same_hook_for_a_minute() {
        let mut repeats = Repeats::default();
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        for (digest, seconds, expected) in [
            ("a", 0, Turn::New(0)),
            ("b", 1, Turn::New(0)),
            ("a", 59, Turn::Again(0)),
            ("a", 61, Turn::New(1)),
            ("a", 62, Turn::Again(1)),
            ("b", 62, Turn::New(1)),
        ] {
            assert_eq!(repeats.see(digest, at(seconds)), expected, "{digest} at {seconds}");
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut repeats = Repeats::default();
        for number in 0..1_000 {
            repeats.see(&number.to_string(), Timestamp::from_micros(0));
        }
        assert_eq!(repeats.0.len(), REMEMBERED_MAX_COUNT);
    }
}
