//! An event that a span or log record says, and how it is written.

use banyan_protocol::Timestamp;
use serde_json::{Map, Value};

use super::super::{
    clip::clip,
    identity::digest,
    translated::{Spoken, Translated},
};

/// Of the name of an agent.
const AGENT_MAX_BYTES: usize = 200;

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    /// The session that speaks.
    pub session_id: String,
    /// The one above it, where the item says so.
    pub parent_session_id: Option<String>,
    /// Its agent.
    pub agent_id: String,
    /// The event's type.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// Without absent fields.
    pub payload: Map<String, Value>,
    /// Makes it the same event when its span is exported again.
    pub event_id: String,
}

impl Draft {
    /// An event of `session_id`. Fields of `payload` that are null are absent.
    pub(super) fn new(session_id: &str, agent: &str, kind: &str, payload: Value) -> Self {
        let mut payload = match payload {
            Value::Object(payload) => payload,
            _ => Map::new(),
        };
        payload.retain(|_, value| !value.is_null());
        Self {
            session_id: session_id.to_owned(),
            parent_session_id: None,
            agent_id: printable(agent),
            kind: kind.to_owned(),
            at: Timestamp::from_micros(0),
            payload,
            event_id: String::new(),
        }
    }

    /// The same at another time, and as what it is known.
    pub(super) fn known(mut self, at: Timestamp, event_id: String) -> Self {
        (self.at, self.event_id) = (at, event_id);
        self
    }

    /// The same of a session below `parent`.
    pub(super) fn below(mut self, parent: Option<&str>) -> Self {
        self.parent_session_id = parent.map(ToOwned::to_owned);
        self
    }

    /// The event as text, with the item, or as much of both as an event may hold.
    pub(super) fn write(&self, item: Option<&str>) -> Translated {
        let spoken = Spoken {
            session_id: &self.session_id,
            parent_session_id: self.parent_session_id.as_deref(),
            agent_id: &self.agent_id,
            event_id: &self.event_id,
            at: self.at,
            kind: &self.kind,
            payload: &self.payload,
            source: item.map(|item| ("otlp", item)),
        };
        spoken.write(digest(self.event_id.as_bytes()))
    }
}

/// A name as an envelope takes it.
fn printable(name: &str) -> String {
    let name: String = name.chars().filter(|char| !char.is_control()).collect();
    let name = clip(name.trim(), AGENT_MAX_BYTES);
    if name.is_empty() { "agent".to_owned() } else { name.to_owned() }
}
