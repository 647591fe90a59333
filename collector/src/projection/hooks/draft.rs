//! An event that a hook, or a line of a transcript, says, and how it is written.

use banyan_protocol::{
    Timestamp,
    hook::{Harness, Hook},
    transcript::Transcript,
};
use serde_json::{Map, Value};

use super::{
    super::{identity::digest, translated::Spoken},
    Translated,
};

/// What an event was read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    /// What the ids of its events begin with.
    pub name: &'static str,
    /// The session of the person who uses the agent.
    pub session_id: &'a str,
    /// All of it, as received.
    pub json: &'a str,
    /// The key under which events carry it.
    pub key: &'static str,
}

impl<'a> Origin<'a> {
    /// A hook.
    pub(super) fn hook(harness: Harness, hook: &'a Hook<'_>) -> Self {
        let (session_id, json) = (&hook.session_id, &hook.json);
        Self { name: harness.name(), session_id, json, key: "hook" }
    }

    /// A line of a transcript.
    pub(super) fn transcript(name: &'static str, line: &'a Transcript<'_>) -> Self {
        let (session_id, json) = (&line.session_id, &line.json);
        Self { name, session_id, json, key: "transcript" }
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
    /// The id of the event, where other channels tell it too ([`super::super::same`]).
    pub shared: Option<String>,
}

impl Identity {
    /// By `parts`, whatever the content.
    pub(super) const fn of(parts: Vec<String>) -> Self {
        Self { parts, varies: false, shared: None }
    }
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
        let spoken = Spoken {
            session_id: &self.session_id,
            parent_session_id: None,
            agent_id: &self.agent_id,
            event_id: &event_id,
            at,
            kind: &self.kind,
            payload: &self.payload,
            source: Some((origin.key, origin.json)),
        };
        spoken.write(digest)
    }

    fn event_id(&self, origin: &Origin<'_>) -> String {
        if let Some(shared) = &self.identity.shared {
            return shared.clone();
        }
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
