//! One pass over an event's JSON: where each envelope field is, as raw text.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{error::Category, value::RawValue};

use crate::Violation;

/// A field as found: the JSON pointer of its spelling, and its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot<'a> {
    pub pointer: &'static str,
    pub raw: &'a RawValue,
}

/// The envelope fields of one event; `null` counts as absent.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots<'a> {
    pub spec: Option<Slot<'a>>,
    pub session_id: Option<Slot<'a>>,
    pub parent_session_id: Option<Slot<'a>>,
    pub agent_id: Option<Slot<'a>>,
    pub agent_version: Option<Slot<'a>>,
    pub sequence: Option<Slot<'a>>,
    pub timestamp: Option<Slot<'a>>,
    pub kind: Option<Slot<'a>>,
    pub payload: Option<Slot<'a>>,
    pub event_id: Option<Slot<'a>>,
    /// A field was there more than once, under one spelling or two; the last one is kept.
    pub duplicate_keys: bool,
}

impl<'a> Slots<'a> {
    /// Finds the fields, or says why the text is not one JSON object.
    pub(super) fn find(json: &'a str) -> Result<Self, Violation> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let slots = deserializer.deserialize_map(SlotsVisitor);
        slots.and_then(|slots| deserializer.end().map(|()| slots)).map_err(|error| refusal(&error))
    }

    fn of(&mut self, field: Field) -> &mut Option<Slot<'a>> {
        match field {
            Field::Spec => &mut self.spec,
            Field::SessionId => &mut self.session_id,
            Field::ParentSessionId => &mut self.parent_session_id,
            Field::AgentId => &mut self.agent_id,
            Field::AgentVersion => &mut self.agent_version,
            Field::Sequence => &mut self.sequence,
            Field::Timestamp => &mut self.timestamp,
            Field::Kind => &mut self.kind,
            Field::Payload => &mut self.payload,
            Field::EventId => &mut self.event_id,
        }
    }
}

/// The parser's own sentences name a place but never repeat input, except for errors of type
/// [`Category::Data`], which here only mean: some other JSON than an object.
fn refusal(error: &serde_json::Error) -> Violation {
    match error.classify() {
        Category::Data => Violation::new("", "type", "the event must be a JSON object"),
        Category::Syntax | Category::Eof | Category::Io => {
            Violation::new("", "json", format!("the JSON is broken: {error}"))
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Field {
    Spec,
    SessionId,
    ParentSessionId,
    AgentId,
    AgentVersion,
    Sequence,
    Timestamp,
    Kind,
    Payload,
    EventId,
}

/// A key of an event: one of ours with its pointer, or any other.
struct Key(Option<(Field, &'static str)>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(Key(Some(match key {
            "spec" => (Field::Spec, "/spec"),
            "session_id" => (Field::SessionId, "/session_id"),
            "sessionId" => (Field::SessionId, "/sessionId"),
            "parent_session_id" => (Field::ParentSessionId, "/parent_session_id"),
            "parentSessionId" => (Field::ParentSessionId, "/parentSessionId"),
            "agent_id" => (Field::AgentId, "/agent_id"),
            "agentId" => (Field::AgentId, "/agentId"),
            "agent_version" => (Field::AgentVersion, "/agent_version"),
            "agentVersion" => (Field::AgentVersion, "/agentVersion"),
            "sequence" => (Field::Sequence, "/sequence"),
            "timestamp" => (Field::Timestamp, "/timestamp"),
            "type" => (Field::Kind, "/type"),
            "payload" => (Field::Payload, "/payload"),
            "event_id" => (Field::EventId, "/event_id"),
            "eventId" => (Field::EventId, "/eventId"),
            _ => return Ok(Key(None)),
        })))
    }
}

struct SlotsVisitor;

impl<'de> Visitor<'de> for SlotsVisitor {
    type Value = Slots<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Slots<'de>, A::Error> {
        let mut slots = Slots::default();
        // A second sight of a field is a duplicate even when the first one was null.
        let mut seen = 0_u16;
        while let Some(Key(key)) = map.next_key()? {
            let Some((field, pointer)) = key else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let raw: &RawValue = map.next_value()?;
            slots.duplicate_keys |= seen & field.bit() != 0;
            seen |= field.bit();
            *slots.of(field) = (raw.get() != "null").then_some(Slot { pointer, raw });
        }
        Ok(slots)
    }
}

impl Field {
    const fn bit(self) -> u16 {
        match self {
            Self::Spec => 1,
            Self::SessionId => 1 << 1,
            Self::ParentSessionId => 1 << 2,
            Self::AgentId => 1 << 3,
            Self::AgentVersion => 1 << 4,
            Self::Sequence => 1 << 5,
            Self::Timestamp => 1 << 6,
            Self::Kind => 1 << 7,
            Self::Payload => 1 << 8,
            Self::EventId => 1 << 9,
        }
    }
}
