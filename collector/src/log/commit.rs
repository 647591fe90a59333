//! What the log is made of: entries, in commits.

use banyan_protocol::{Position, Timestamp, Violation, hook::Harness, otlp::Signal};
use bytes::Bytes;

/// What one emitter said, as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Which adapter reads it.
    pub source: Source,
    /// The bytes received.
    pub bytes: Bytes,
}

/// Which adapter reads an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// An AOP event.
    Aop,
    /// A fact of our own ([`super::OwnFact`]), such as a deleted session.
    Banyan,
    /// A hook of a coding agent.
    Hook(Harness),
    /// A span or log record of OpenTelemetry, with its resource and scope.
    Otlp(Signal),
    /// A line of a transcript of Claude Code.
    Transcript,
}

/// Entries that became durable together, at dense positions from `first` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    /// Position of the first entry.
    pub first: Position,
    /// When it was received: our clock, non-decreasing along the log.
    pub received_at: Timestamp,
    /// At least one, at most 1,000.
    pub entries: Vec<Entry>,
}

/// Where appended entries went: positions `first .. first + count`, consecutive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Appended {
    /// Position of the first entry.
    pub first: Position,
    /// How many.
    pub count: usize,
}

/// Refused input, for the quarantine.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    /// Everything wrong with it.
    pub violations: Vec<Violation>,
    /// The input, of which nothing is kept but its size and its digest.
    pub bytes: Bytes,
    /// What is kept to look at: its beginning, without secrets.
    pub head: Bytes,
}

impl Commit {
    /// Position of the last entry.
    pub(crate) fn last(&self) -> Position {
        let count = Position::try_from(self.entries.len()).unwrap_or(Position::MAX);
        self.first.saturating_add(count).saturating_sub(1)
    }

    /// Bytes of all entries.
    pub(super) fn entry_bytes(&self) -> usize {
        self.entries.iter().map(|entry| entry.bytes.len()).sum()
    }
}
