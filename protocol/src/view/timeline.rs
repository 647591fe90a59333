use super::{Attention, CallState, Status};
use crate::Timestamp;

/// When the sessions of a tree lived, and what those on the page did meanwhile.
#[derive(Clone, Debug, Default)]
pub struct TimelineView {
    /// The agent types that lives name by their place here.
    pub agents: Vec<String>,
    /// The sessions, parents before their children; the first is the top.
    pub lives: Vec<Life>,
    /// Sessions left out because there are too many.
    pub left_out: u64,
    /// What the sessions on the page did, as far as it was read; in no order.
    pub works: Vec<Work>,
    /// Sessions on the page whose work was not read because there is too much.
    pub without_work: u64,
}

/// When a session lived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// The number that [`SessionView::row`](super::SessionView::row) writes in base 36.
    pub no: i64,
    /// The place of its parent in [`TimelineView::lives`]; absent for the top.
    pub parent: Option<usize>,
    /// The place of its agent type in [`TimelineView::agents`].
    pub agent: usize,
    /// Event time of its first event; absent where it has not spoken.
    pub first_at: Option<Timestamp>,
    /// Event time of its last event, which for one that ended is its end.
    pub last_at: Option<Timestamp>,
    /// By its own events.
    pub status: Status,
    /// What the reader's clock adds.
    pub attention: Option<Attention>,
}

/// What a session did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// As [`Life::no`].
    pub no: i64,
    /// Event times of its events other than heartbeats, earliest first.
    pub events: Vec<Timestamp>,
    /// Its tool calls, by their start.
    pub calls: Vec<TimedCall>,
    /// Later events were not read, because there are too many.
    pub cut: bool,
}

/// When a tool was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedCall {
    /// The tool.
    pub tool: Option<String>,
    /// When it began.
    pub start: Timestamp,
    /// When it ended; absent while it runs.
    pub end: Option<Timestamp>,
    /// How it went.
    pub state: CallState,
}
