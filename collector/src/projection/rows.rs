//! What one batch writes: plain values, one struct per table.

use std::collections::{BTreeMap, BTreeSet};

use banyan_protocol::{
    Position, Timestamp,
    view::{AlertRule, Severity},
};

use super::{groups::GroupChange, node::No, rollup::Standpoint, store::table::Value};

/// Everything that one batch writes, in one transaction.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Everything up to here is covered.
    pub position: Position,
    /// Sessions whose whole row is written, as [`super::store::session::row`] gives them.
    pub sessions: Vec<Value>,
    /// Sessions of which only what they have of their descendants is written, as
    /// [`super::store::session::figures`] gives them.
    pub figures: Vec<Value>,
    /// Sessions that moved with sessions below them: the roots and depths of those follow.
    pub moved: Vec<Standpoint>,
    /// Sessions whose subtree lost a session, the deepest first: their subtree's times are read
    /// again from their children.
    pub times_left: Vec<No>,
    /// Events.
    pub events: Vec<EventRow>,
    /// First versions of identities that have variants, by key.
    pub varied: Vec<i64>,
    /// Receptions that are not stored again.
    pub duplicates: BTreeMap<Position, i64>,
    /// Entries of which something cannot be read, and why.
    pub poison: BTreeMap<Position, String>,
    /// From when on a session had a parent, or a spawn named it: by child and parent.
    pub claims: BTreeMap<(No, No), Position>,
    /// Groups that changed.
    pub groups: BTreeMap<i64, GroupChange>,
    /// Sessions all of whose alerts are replaced.
    pub alerts_replaced: BTreeSet<No>,
    /// Alerts that are none any more.
    pub alerts_gone: BTreeSet<(No, AlertRule, Position)>,
    /// Alerts.
    pub alerts: BTreeMap<(No, AlertRule, Position), AlertRow>,
    /// What was said last of alerts; `None`: that they are open again.
    pub acknowledged: BTreeMap<(No, AlertRule, Position), Option<Acknowledgement>>,
    /// Everything that was said of alerts: position, session, rule, first position of the alert,
    /// time, whether it was acknowledged.
    pub remarks: Vec<[i64; 6]>,
    /// What harnesses have told of their sessions so far.
    pub told: Vec<ToldRow>,
    /// Entries whose events are not counted as received: others counted what they were translated
    /// from, or they only move.
    pub uncounted: BTreeSet<Position>,
    /// Sessions that became parts of others: what is stored of them goes before the events come.
    pub merged: Vec<No>,
    /// Sessions that are deleted: their events, texts and alerts go.
    pub deleted: Vec<No>,
}

impl Rows {
    /// The entry at `position` repeats the event `of_key`; the first that is said of it counts.
    pub(super) fn repeated(&mut self, position: Position, of_key: i64) {
        self.duplicates.entry(position).or_insert(of_key);
    }

    /// Something that the entry at `position` says cannot be read; the first reason counts.
    pub(super) fn poisoned(&mut self, position: Position, reason: String) {
        self.poison.entry(position).or_insert(reason);
    }
}

/// A row of `event`.
#[derive(Debug)]
pub(super) struct EventRow {
    /// As [`banyan_protocol::EventKey`] stores it.
    pub key: i64,
    /// Whose.
    pub session_no: No,
    /// The agent's count, or what else orders its events.
    pub sequence: Option<i64>,
    /// The event's type.
    pub kind: String,
    /// Event time in microseconds.
    pub at: i64,
    /// Our clock in microseconds.
    pub received_at: i64,
    /// 0, or which version of its identity.
    pub variant: i64,
    /// See [`banyan_protocol::Flags`].
    pub flags: i64,
    /// BLAKE3-128 of the bytes received.
    pub digest: [u8; 16],
    /// The producer's identity.
    pub event_id: Option<String>,
    /// Of tool starts and ends.
    pub tool: Option<String>,
    /// Of tool starts and ends.
    pub call_id: Option<String>,
    /// Of tool ends and of the ends of sessions.
    pub ok: Option<bool>,
    /// The event's text.
    pub raw: String,
}

/// A row of `told`.
#[derive(Debug)]
pub(super) struct ToldRow {
    /// Whose hooks they are.
    pub harness: &'static str,
    /// As the hooks name it.
    pub session_id: String,
    /// JSON; `None` when it is forgotten.
    pub state: Option<String>,
    /// How far its transcripts are read, of those that were.
    pub transcripts: Vec<TranscriptRow>,
}

/// A row of `transcript`, without the session.
#[derive(Debug)]
pub(super) struct TranscriptRow {
    /// Empty for the session itself.
    pub agent_id: String,
    /// The last line that was read.
    pub lines: u64,
    /// Whether it was too fresh to say that the session is over.
    pub open: bool,
    /// Whether hooks tell of the session, or told.
    pub hooked: bool,
    /// Until when they told, in microseconds.
    pub hooked_until: Option<i64>,
}

/// A row of `acknowledgement`, without its key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Acknowledgement {
    /// Where it is said.
    pub position: Position,
    /// When, by our clock.
    pub at: Timestamp,
}

/// A row of `alert`, without its key.
#[derive(Debug)]
pub(super) struct AlertRow {
    /// Of the evidence.
    pub last_position: Position,
    /// How bad.
    pub severity: Severity,
    /// Event time in microseconds.
    pub created_at: i64,
    /// One sentence.
    pub message: String,
}
