//! An event that a hook, or a line of a transcript, says, and how it is written.

use banyan_protocol::{
    Envelope, Timestamp,
    hook::{Harness, Hook},
    transcript::Transcript,
};
use serde::Serialize;
use serde_json::{Map, Value, value::RawValue};

use super::{
    super::{clip::clipped_all, identity::digest},
    Translated,
};

/// Of a text in a payload; its whole is in the hook.
const TEXT_MAX_BYTES: usize = 32 * 1024;
/// What of a text is kept where not even the hook fits into the event.
const HEAD_MAX_BYTES: usize = 2 * 1024;

/// What an event was read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    /// What the ids of its events begin with.
    pub name: &'static str,
    /// The session of the person who uses the agent.
    pub session_id: &'a str,
    /// All of it, as received.
    pub json: &'a str,
    /// The same.
    pub fields: &'a Map<String, Value>,
    /// The key under which events carry it.
    pub key: Key,
}

/// Under which key events carry what they were read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Hook,
    Transcript,
}

impl<'a> Origin<'a> {
    /// A hook.
    pub(super) fn hook(harness: Harness, hook: &'a Hook<'_>) -> Self {
        let (session_id, json, fields) = (&hook.session_id, &hook.json, hook.fields());
        Self { name: harness.name(), session_id, json, fields, key: Key::Hook }
    }

    /// A line of a transcript.
    pub(super) fn transcript(name: &'static str, line: &'a Transcript<'_>) -> Self {
        let (session_id, json, fields) = (&line.session_id, &line.json, line.fields());
        Self { name, session_id, json, fields, key: Key::Transcript }
    }
}

/// An event that a hook says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    /// The session that speaks.
    pub session_id: String,
    /// Its kind of agent.
    pub agent_id: String,
    /// The event's type.
    pub kind: String,
    /// Without absent fields.
    pub payload: Map<String, Value>,
    /// What makes it the same event when the hook comes again.
    pub identity: Identity,
}

/// What makes an event the same event when its hook comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// The hook's own ids, or its digest where it has none.
    pub parts: Vec<String>,
    /// The hook may come again with other content and is another version of itself then.
    pub varies: bool,
}

#[derive(Serialize)]
struct Wire<'a> {
    spec: &'static str,
    session_id: &'a str,
    agent_id: &'a str,
    event_id: &'a str,
    timestamp: Timestamp,
    #[serde(rename = "type")]
    kind: &'a str,
    payload: &'a Map<String, Value>,
    /// As received.
    #[serde(skip_serializing_if = "Option::is_none")]
    hook: Option<&'a RawValue>,
    /// As received.
    #[serde(skip_serializing_if = "Option::is_none")]
    transcript: Option<&'a RawValue>,
}

impl Draft {
    /// An event of a session, and its kind of agent. What is `null` in `payload` is left out.
    pub(super) fn new(
        (session_id, agent_id): (String, String),
        kind: &str,
        payload: Value,
        identity: Identity,
    ) -> Self {
        let mut payload = match payload {
            Value::Object(payload) => payload,
            _ => Map::new(),
        };
        payload.retain(|_, value| !value.is_null());
        Self { session_id, agent_id, kind: kind.to_owned(), payload, identity }
    }

    /// The event as text, with as much of what it was read from as an event may hold.
    pub(super) fn write(&self, origin: &Origin<'_>, at: Timestamp) -> Translated {
        let event_id = self.event_id(origin);
        let digest =
            digest(if self.identity.varies { origin.json.as_bytes() } else { event_id.as_bytes() });
        let text = |payload: &Map<String, Value>, raw: Option<&RawValue>| {
            let wire = Wire {
                spec: "aop/1.0",
                session_id: &self.session_id,
                agent_id: &self.agent_id,
                event_id: &event_id,
                timestamp: at,
                kind: &self.kind,
                payload,
                hook: raw.filter(|_| origin.key == Key::Hook),
                transcript: raw.filter(|_| origin.key == Key::Transcript),
            };
            serde_json::to_string(&wire).unwrap_or_default()
        };
        let raw = |json: String| RawValue::from_string(json).ok();
        let payload = clipped_all(&self.payload, TEXT_MAX_BYTES);
        let whole = text(&payload, raw(origin.json.to_owned()).as_deref());
        if Envelope::read(&whole).is_ok() {
            return Translated { text: whole, digest };
        }
        let short = Value::Object(clipped_all(origin.fields, HEAD_MAX_BYTES)).to_string();
        let payload = clipped_all(&self.payload, HEAD_MAX_BYTES);
        let part = text(&payload, raw(short).as_deref());
        if Envelope::read(&part).is_ok() {
            return Translated { text: part, digest };
        }
        Translated { text: text(&Map::new(), None), digest }
    }

    fn event_id(&self, origin: &Origin<'_>) -> String {
        let mut hasher = blake3::Hasher::new();
        let own = [origin.name, origin.session_id, &self.session_id];
        for part in own.into_iter().chain(self.identity.parts.iter().map(String::as_str)) {
            hasher.update(&u64::try_from(part.len()).unwrap_or(0).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let id: String = hasher.finalize().to_hex().chars().take(32).collect();
        format!("{}-{id}", origin.name)
    }
}
