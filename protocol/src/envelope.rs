//! An event as an agent posted it: its identity, origin and raw payload, checked but not stored.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::{Flags, Timestamp, Violation};

/// A readable event. Borrows from the bytes it was read from.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    /// `aop/1` or `aop/1.x`.
    pub spec: Cow<'a, str>,
    /// The session that speaks.
    pub session_id: Cow<'a, str>,
    /// The session that spawned it, as claimed by the child. Empty strings and `null` are absent.
    pub parent_session_id: Option<Cow<'a, str>>,
    /// The agent *type*.
    pub agent_id: Cow<'a, str>,
    /// Version of the agent, from the envelope.
    pub agent_version: Option<Cow<'a, str>>,
    /// Order inside the session.
    pub sequence: Option<i64>,
    /// The agent's clock; absent when missing or unreadable.
    pub timestamp: Option<Timestamp>,
    /// `session.started` …, or any other type.
    pub kind: Cow<'a, str>,
    /// The payload object as received; absent when missing or `null`.
    pub payload: Option<&'a RawValue>,
    /// A producer's own identity for the event.
    pub event_id: Option<Cow<'a, str>>,
    /// What was odd about the envelope.
    pub flags: Flags,
}

impl<'a> Envelope<'a> {
    /// Reads one event, naming everything that is wrong with it.
    ///
    /// The text must be valid JSON; see [`crate::repair::repair`] for what to try first when it
    /// is not. Nesting, sizes and ids are checked against [`crate::limits`].
    pub fn read(json: &'a str) -> Result<Self, Vec<Violation>> {
        todo!("{json}")
    }
}
