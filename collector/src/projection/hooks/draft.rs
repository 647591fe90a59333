//! An event that a hook says, and how it is written.

use banyan_protocol::{
    Envelope, Timestamp,
    hook::{Harness, Hook},
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
}

impl Draft {
    /// The event as text, with as much of the hook as an event may hold.
    pub(super) fn write(&self, harness: Harness, hook: &Hook<'_>, at: Timestamp) -> Translated {
        let event_id = self.event_id(harness, hook);
        let digest =
            digest(if self.identity.varies { hook.json.as_bytes() } else { event_id.as_bytes() });
        let text = |payload: &Map<String, Value>, hook: Option<&RawValue>| {
            let wire = Wire {
                spec: "aop/1.0",
                session_id: &self.session_id,
                agent_id: &self.agent_id,
                event_id: &event_id,
                timestamp: at,
                kind: &self.kind,
                payload,
                hook,
            };
            serde_json::to_string(&wire).unwrap_or_default()
        };
        let raw = |json: String| RawValue::from_string(json).ok();
        let payload = clipped_all(&self.payload, TEXT_MAX_BYTES);
        let whole = text(&payload, raw(hook.json.as_ref().to_owned()).as_deref());
        if Envelope::read(&whole).is_ok() {
            return Translated { text: whole, digest };
        }
        let short = Value::Object(clipped_all(hook.fields(), HEAD_MAX_BYTES)).to_string();
        let payload = clipped_all(&self.payload, HEAD_MAX_BYTES);
        let part = text(&payload, raw(short).as_deref());
        if Envelope::read(&part).is_ok() {
            return Translated { text: part, digest };
        }
        Translated { text: text(&Map::new(), None), digest }
    }

    fn event_id(&self, harness: Harness, hook: &Hook<'_>) -> String {
        let mut hasher = blake3::Hasher::new();
        let own = [harness.name(), &hook.session_id, &self.session_id];
        for part in own.into_iter().chain(self.identity.parts.iter().map(String::as_str)) {
            hasher.update(&u64::try_from(part.len()).unwrap_or(0).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let id: String = hasher.finalize().to_hex().chars().take(32).collect();
        format!("{}-{id}", harness.name())
    }
}
