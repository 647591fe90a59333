//! An event as an agent posted it: its identity, origin and raw payload, checked but not stored.
//!
//! Reading is one pass over borrowed text: it is on the path of every acknowledgement.

mod check;
mod slots;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde_json::value::RawValue;

pub use self::check::is_id;
use self::{check::Check, slots::Slots};
use crate::{
    Flags, Timestamp, Violation,
    json::{is_too_deep, lone_surrogate},
    limits::{EVENT_MAX_BYTES, NESTING_MAX_LEVELS},
};

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
        if EVENT_MAX_BYTES < json.len() {
            let message = format!("one event must not be larger than {EVENT_MAX_BYTES} bytes");
            return Err(vec![Violation::new("", "too_large", message)]);
        }
        let slots = Slots::find(json).map_err(|violation| vec![violation])?;
        let mut check = Check::default();
        if let Some(at) = lone_surrogate(json) {
            // Few readers of JSON accept one; `repair` knows what to do about it.
            let message = format!("the JSON is broken: half of a surrogate pair at byte {at}");
            check.violations.push(Violation::new("", "json", message));
        }
        if is_too_deep(json) {
            let message = format!("must not nest deeper than {NESTING_MAX_LEVELS} levels");
            check.violations.push(Violation::new("", "nesting", message));
        }
        if slots.duplicate_keys {
            check.flags.insert(Flags::DUPLICATE_KEYS);
        }
        if json.contains("[redacted:") {
            check.flags.insert(Flags::REDACTED);
        }
        let mut envelope = Self {
            spec: check.spec(slots.spec),
            session_id: check.id("/session_id", slots.session_id),
            parent_session_id: check.parent(slots.parent_session_id),
            agent_id: check.id("/agent_id", slots.agent_id),
            agent_version: check.agent_version(slots.agent_version),
            sequence: check.sequence(slots.sequence),
            timestamp: check.timestamp(slots.timestamp),
            kind: check.kind(slots.kind),
            payload: check.payload(slots.payload),
            event_id: check.event_id(slots.event_id),
            flags: Flags::default(),
        };
        envelope.flags = check.flags;
        if check.violations.is_empty() { Ok(envelope) } else { Err(check.violations) }
    }
}
