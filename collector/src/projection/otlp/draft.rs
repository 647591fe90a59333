//! An event that a span or log record says, and how it is written.

use banyan_protocol::{Envelope, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value, value::RawValue};

use super::super::{
    clip::{clip, clipped_all},
    identity::digest,
    translated::Translated,
};

/// Of a text in a payload; its whole is in the item.
const TEXT_MAX_BYTES: usize = 32 * 1024;
/// What of a text is kept where not even the item fits into the event.
const HEAD_MAX_BYTES: usize = 2 * 1024;
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

#[derive(Serialize)]
struct Wire<'a> {
    spec: &'static str,
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_session_id: Option<&'a str>,
    agent_id: &'a str,
    event_id: &'a str,
    timestamp: Timestamp,
    #[serde(rename = "type")]
    kind: &'a str,
    payload: &'a Map<String, Value>,
    /// As received.
    #[serde(skip_serializing_if = "Option::is_none")]
    otlp: Option<&'a RawValue>,
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
        let digest = digest(self.event_id.as_bytes());
        let text = |payload: &Map<String, Value>, otlp: Option<&RawValue>| {
            let wire = Wire {
                spec: "aop/1.0",
                session_id: &self.session_id,
                parent_session_id: self.parent_session_id.as_deref(),
                agent_id: &self.agent_id,
                event_id: &self.event_id,
                timestamp: self.at,
                kind: &self.kind,
                payload,
                otlp,
            };
            serde_json::to_string(&wire).unwrap_or_default()
        };
        let payload = clipped_all(&self.payload, TEXT_MAX_BYTES);
        let raw = |item: String| RawValue::from_string(item).ok();
        let whole = text(&payload, item.and_then(|item| raw(item.to_owned())).as_deref());
        if Envelope::read(&whole).is_ok() {
            return Translated { text: whole, digest };
        }
        let short = item.and_then(|item| serde_json::from_str(item).ok());
        let short = short.map(|item| Value::Object(clipped_all(&item, HEAD_MAX_BYTES)).to_string());
        let payload = clipped_all(&self.payload, HEAD_MAX_BYTES);
        let part = text(&payload, short.and_then(raw).as_deref());
        if Envelope::read(&part).is_ok() {
            return Translated { text: part, digest };
        }
        Translated { text: text(&Map::new(), None), digest }
    }
}

/// A name as an envelope takes it.
fn printable(name: &str) -> String {
    let name: String = name.chars().filter(|char| !char.is_control()).collect();
    let name = clip(name.trim(), AGENT_MAX_BYTES);
    if name.is_empty() { "agent".to_owned() } else { name.to_owned() }
}
