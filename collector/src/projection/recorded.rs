//! An event with its place in the log, decoded for folding.

use banyan_protocol::{Envelope, EventKey, Fact, Flags, Position, Timestamp};
use serde::{Deserialize, Serialize};

/// An envelope that is in the log.
#[derive(Clone, Debug)]
pub(crate) struct Recorded<'a> {
    /// Where.
    pub position: Position,
    /// Which of the events that its entry says: 0 for the first one.
    pub part: u8,
    /// When it was received, by our clock.
    pub received_at: Timestamp,
    /// As posted.
    pub envelope: Envelope<'a>,
    /// What it means.
    pub fact: Fact<'a>,
    /// Envelope's and fact's oddities together.
    pub flags: Flags,
    /// BLAKE3-128 of the bytes received.
    pub digest: [u8; 16],
    /// 0, or which version of its identity it is.
    pub variant: u32,
}

impl Recorded<'_> {
    /// Which event of all.
    pub(crate) fn key(&self) -> EventKey {
        EventKey { position: self.position, part: self.part }
    }

    /// Event time: the agent's clock, or ours where the agent's was unreadable.
    pub(crate) fn at(&self) -> Timestamp {
        self.envelope.timestamp.unwrap_or(self.received_at)
    }

    /// Whether a transcript tells it, after the fact: nobody waits for such a session, and nobody
    /// can save what it spent.
    pub(crate) fn is_history(&self) -> bool {
        let id = self.envelope.event_id.as_deref();
        id.is_some_and(|id| id.starts_with(super::hooks::TRANSCRIPT))
    }

    /// Its place among the events of its session.
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp { sequence: self.order(), position: self.position, hand: self.hand() }
    }

    /// Who tells it.
    pub(crate) fn hand(&self) -> Hand {
        Hand::of(self.flags)
    }

    /// The agent's count; its time, where that is what orders it ([`Flags::TIMED`]): of what
    /// happens in the same microsecond, a start comes first and an end last.
    pub(crate) fn order(&self) -> Option<i64> {
        if self.envelope.sequence.is_some() || !self.flags.contains(Flags::TIMED) {
            return self.envelope.sequence;
        }
        let rank = match &self.fact {
            Fact::Started(_) => 0,
            Fact::Ended(_) => 2,
            _ => 1,
        };
        Some(self.at().micros().max(0).saturating_mul(4).saturating_add(rank))
    }
}

/// Who tells an event. What a session says of itself counts before what others say of it, whenever
/// either comes: an agent whose hooks are heard may export telemetry of the same run, which knows
/// less of its beginning, its end and its goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hand {
    /// The session itself: an agent, its hooks, its transcripts.
    First,
    /// Telemetry ([`Flags::TIMED`]).
    Second,
}

impl Hand {
    /// Who tells an event with these flags.
    pub(crate) const fn of(flags: Flags) -> Self {
        if flags.contains(Flags::TIMED) { Self::Second } else { Self::First }
    }
}

/// Orders the events of one session. Events without a sequence come before all others, by
/// arrival; equal sequences are ordered by arrival.
///
/// Written as the sequence and the position, which is negative for [`Hand::Second`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(Option<i64>, Position)", into = "(Option<i64>, Position)")]
pub(crate) struct Stamp {
    /// The agent's count.
    pub sequence: Option<i64>,
    /// The place in the log.
    pub position: Position,
    /// Who tells it.
    pub hand: Hand,
}

impl Stamp {
    /// Whether the agent's own order, and not only that of arrival, says that this came later:
    /// the same hand tells both events, and both have a sequence, or neither has.
    pub(crate) fn follows(self, earlier: Self) -> bool {
        self.hand == earlier.hand
            && self.sequence.is_some() == earlier.sequence.is_some()
            && earlier < self
    }
}

impl From<(Option<i64>, Position)> for Stamp {
    fn from((sequence, position): (Option<i64>, Position)) -> Self {
        let hand = if position < 0 { Hand::Second } else { Hand::First };
        Self { sequence, position: position.saturating_abs(), hand }
    }
}

impl From<Stamp> for (Option<i64>, Position) {
    fn from(stamp: Stamp) -> Self {
        let position = match stamp.hand {
            Hand::First => stamp.position,
            Hand::Second => -stamp.position,
        };
        (stamp.sequence, position)
    }
}
