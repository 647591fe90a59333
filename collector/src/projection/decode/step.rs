//! What an entry says, step by step.

use banyan_protocol::{Position, Timestamp, view::AlertRule};

use crate::projection::recorded::Recorded;

/// What one entry says.
#[derive(Clone, Debug)]
pub(in super::super) enum Step<'a> {
    /// An event, and its text.
    Event(Box<Recorded<'a>>, &'a str),
    /// A session is a part of another one.
    Merge(Merging),
    /// A session was deleted.
    Delete(Deletion),
    /// Somebody said something of an alert.
    Mark(Marking),
    /// An entry that cannot be read.
    Poison(Poison<'a>),
}

impl Step<'_> {
    /// Where.
    pub(in super::super) fn position(&self) -> Position {
        match self {
            Self::Event(event, _) => event.position,
            Self::Merge(merging) => merging.position,
            Self::Delete(deletion) => deletion.position,
            Self::Mark(marking) => marking.position,
            Self::Poison(poison) => poison.position,
        }
    }
}

/// A session turns out to be a part of another one.
#[derive(Clone, Debug)]
pub(in super::super) struct Merging {
    /// Where that is said.
    pub position: Position,
    /// What is no session of its own.
    pub from: String,
    /// What its events belong to.
    pub into: String,
}

/// A session was deleted.
#[derive(Clone, Debug)]
pub(in super::super) struct Deletion {
    /// Where that is said.
    pub position: Position,
    /// Which.
    pub session_id: String,
}

/// Somebody said something of an alert.
#[derive(Clone, Debug)]
pub(in super::super) struct Marking {
    /// Where that is said.
    pub position: Position,
    /// When, by our clock.
    pub at: Timestamp,
    /// The alert's session.
    pub session_id: String,
    /// The alert's rule.
    pub rule: AlertRule,
    /// Position of the first event of the alert's evidence.
    pub first: Position,
    /// What was said.
    pub word: Word,
}

/// What can be said of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Word {
    /// It was seen to.
    Acknowledged,
    /// It is open again.
    Reopened,
}

/// An entry that cannot be read.
#[derive(Clone, Debug)]
pub(in super::super) struct Poison<'a> {
    /// Where.
    pub position: Position,
    /// Why; never repeats the entry.
    pub reason: String,
    /// What is left of the event, and its text, when its session can be told.
    pub event: Option<(Box<Recorded<'a>>, &'a str)>,
}

/// How folding an entry failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Failure {
    /// The last time.
    pub reason: String,
    /// How many times.
    pub count: u32,
}
