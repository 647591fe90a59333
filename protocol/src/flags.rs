//! What was odd about an accepted event. Flags never refuse an event; they are shown beside it.

use serde::{Serialize, Serializer};

/// A set of oddities, stored as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u32);

impl Flags {
    /// No `sequence`: ordered by arrival and not deduplicated (unless it has an `event_id`).
    pub const NO_SEQUENCE: Self = Self(1);
    /// `timestamp` missing or unreadable: `received_at` stands in.
    pub const BAD_TIMESTAMP: Self = Self(1 << 1);
    /// Lone surrogates, `NaN` or `Infinity` were replaced to make the JSON readable.
    pub const REPAIRED: Self = Self(1 << 2);
    /// An object had the same key twice; the last one counts.
    pub const DUPLICATE_KEYS: Self = Self(1 << 3);
    /// A payload field we project had a type it cannot have, and was ignored.
    pub const BAD_FIELD: Self = Self(1 << 4);
    /// Another event with the same identity and other content exists.
    pub const VARIANT: Self = Self(1 << 5);
    /// The event names its own session as parent or child.
    pub const SELF_PARENT: Self = Self(1 << 6);
    /// The projection failed on this event; it is kept and shown raw.
    pub const POISON: Self = Self(1 << 7);
    /// A secret in it was taken out before it was stored; its text says where and of what kind.
    pub const REDACTED: Self = Self(1 << 9);

    /// Without a sequence, but ordered by its own time: sources that count nothing and arrive in
    /// any order. Not an oddity, so it has no name.
    pub const TIMED: Self = Self(1 << 8);

    const NAMES: [(Self, &'static str); 9] = [
        (Self::NO_SEQUENCE, "no_sequence"),
        (Self::BAD_TIMESTAMP, "bad_timestamp"),
        (Self::REPAIRED, "repaired"),
        (Self::DUPLICATE_KEYS, "duplicate_keys"),
        (Self::BAD_FIELD, "bad_field"),
        (Self::VARIANT, "variant"),
        (Self::SELF_PARENT, "self_parent"),
        (Self::POISON, "poison"),
        (Self::REDACTED, "redacted"),
    ];

    /// The set whose stored form is `bits`.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The stored form.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Adds every flag of `other`.
    pub const fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether every flag of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Takes away every flag of `other`.
    pub const fn remove(&mut self, other: Self) {
        self.0 &= !other.0;
    }

    /// Whether nothing was odd.
    pub const fn is_empty(self) -> bool {
        self.0 & !Self::TIMED.0 == 0
    }

    /// The wire names of the flags in this set, in a fixed order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(flag, _)| self.contains(*flag)).map(|(_, name)| name)
    }
}

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}
