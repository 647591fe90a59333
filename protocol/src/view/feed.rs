use super::{EventView, Range, Status};
use crate::{EventKey, Flags, Position, Timestamp};

/// A page of a session's events as people read them: tool calls in one row, order by sequence.
#[derive(Clone, Debug, Default)]
pub struct FeedView {
    /// Oldest first.
    pub items: Vec<FeedItem>,
    /// Pass as `before=` to get the page before this one; absent on the first.
    pub older: Option<String>,
    /// Pass as `after=` to get the page behind this one; absent on the newest.
    pub newer: Option<String>,
    /// Sequence numbers never received, among those of this page.
    pub missing: Vec<Range>,
    /// Rows of the whole feed, whatever the filter.
    pub counts: FeedCounts,
}

/// How many rows of a feed each filter shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedCounts {
    /// Without a filter.
    pub all: u64,
    /// Thoughts, goals, decisions, uncertainties.
    pub think: u64,
    /// Tool calls, memory, external calls, spawns.
    pub act: u64,
    /// Started, heartbeats, ended.
    pub life: u64,
    /// What failed or was odd.
    pub errors: u64,
    /// The session is too long to count: these are of the events around the page, and a floor.
    pub at_least: bool,
}

/// One row of a feed.
#[derive(Clone, Debug)]
pub struct FeedItem {
    /// Which event.
    pub key: EventKey,
    /// Its sequence number.
    pub sequence: Option<i64>,
    /// Event time.
    pub at: Timestamp,
    /// The event's type.
    pub kind: String,
    /// Which filter shows it.
    pub class: FeedKind,
    /// What it is about: the tool, the child's agent, `thought` …
    pub title: String,
    /// One line of what it says, at most 2 kB.
    pub text: String,
    /// For tool calls: how it went.
    pub call: Option<Call>,
    /// For spawns: the child.
    pub child: Option<ChildRef>,
    /// `low`, `medium`, `high`, where the agent said it.
    pub confidence: Option<&'static str>,
    /// What was odd about the event.
    pub flags: Flags,
    /// 0, or the number of the variant.
    pub variant: u32,
    /// How many heartbeats were folded into this row; 1 for every other row.
    pub folded: u64,
}

/// Which filter of the feed shows an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedKind {
    /// Thoughts, goals, decisions, uncertainties.
    Think,
    /// Tool calls, memory, external calls, spawns.
    Act,
    /// Started, heartbeats, ended.
    Life,
    /// Any other type.
    Other,
}

/// A tool call: its start and its end in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// How it went.
    pub state: CallState,
    /// As the agent measured it, else between the two events' times.
    pub duration_micros: Option<i64>,
    /// One line of what it gave or why it failed.
    pub result: Option<String>,
    /// The event that ended it; for a lone end, the row itself.
    pub end: Option<EventKey>,
}

/// How a tool call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallState {
    /// No end was received yet.
    Open,
    /// It ended well.
    Succeeded,
    /// It failed.
    Failed,
}

/// A spawned session, as far as it is known.
#[derive(Clone, Debug)]
pub struct ChildRef {
    /// Its id.
    pub id: String,
    /// Its agent type.
    pub agent_id: String,
    /// Its status.
    pub status: Status,
}

/// What events behind a position made of a feed: rows to be put in or put in again.
#[derive(Clone, Debug, Default)]
pub struct FreshFeed {
    /// In the order of the feed.
    pub rows: Vec<FreshRow>,
    /// Everything up to here is in `rows`, or skipped.
    pub up_to: Position,
    /// What there was no room for.
    pub skipped: Option<Skipped>,
}

/// Events that there was no room for, all of them before the rows or all of them behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// How many.
    pub events: u64,
    /// They come behind this position …
    pub after: Position,
    /// … up to this one.
    pub until: Position,
    /// They come before the rows.
    pub first: bool,
}

/// A row, and where it stands.
#[derive(Clone, Debug)]
pub struct FreshRow {
    /// The row itself.
    pub item: FeedItem,
    /// The row right before it, and its time.
    pub before: Option<(EventKey, Timestamp)>,
    /// Sequence numbers between the two that were never received.
    pub missing: Vec<Range>,
}

/// One event in full, for the inspector.
#[derive(Clone, Debug)]
pub struct EventDetail {
    /// The event.
    pub event: EventView,
    /// How its feed row reads.
    pub item: FeedItem,
    /// The payload, indented.
    pub payload_pretty: String,
    /// Neighbours in the feed.
    pub previous: Option<EventKey>,
    /// See `previous`.
    pub next: Option<EventKey>,
    /// Other events with the same identity.
    pub versions: Vec<EventKey>,
}
