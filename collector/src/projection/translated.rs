//! What an entry that is no event itself was translated into.

use std::borrow::Cow;

use banyan_protocol::{Envelope, EventKey, Flags, Timestamp, envelope::is_id};
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::{Map, Value, value::RawValue};

use super::{
    clip::{clip, clipped_all},
    decode::{Merging, Origin, Placed, Step, event, rules},
};

/// Of a text in a payload; its whole is in what the event was read from.
const TEXT_MAX_BYTES: usize = 32 * 1024;
/// What of an id is kept that no event may have, before its digest.
const ID_HEAD_MAX_BYTES: usize = 200;
/// In a payload: the session that another one spawned.
const CHILD: &str = "child_session_id";
/// What of a text is kept where not even that fits into the event.
const HEAD_MAX_BYTES: usize = 2 * 1024;

/// An event that an entry was translated into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Translated {
    /// The event, as an AOP agent would have posted it.
    pub text: String,
    /// Tells versions of one identity apart.
    pub digest: [u8; 16],
}

/// An event that an entry says, on its way to its text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spoken<'a> {
    /// The session that speaks.
    pub session_id: &'a str,
    /// The one above it, where the entry says so.
    pub parent_session_id: Option<&'a str>,
    /// Its kind of agent.
    pub agent_id: &'a str,
    /// Makes it the same event when its entry comes again.
    pub event_id: &'a str,
    /// When.
    pub at: Timestamp,
    /// The event's type.
    pub kind: &'a str,
    /// What it says.
    pub payload: &'a Map<String, Value>,
    /// What it was read from, one JSON object as received, under a key of its own.
    pub source: Option<(&'static str, &'a str)>,
}

impl Spoken<'_> {
    /// The event as text, with as much of what it was read from as an event may hold.
    pub(super) fn write(&self, digest: [u8; 16]) -> Translated {
        let clipped = payload(self.payload, TEXT_MAX_BYTES);
        let raw = |json: String| RawValue::from_string(json).ok();
        let whole = self.source.and_then(|(_, json)| raw(json.to_owned()));
        let text = self.text(&clipped, whole.as_deref());
        if Envelope::read(&text).is_ok() {
            return Translated { text, digest };
        }
        let fields = self.source.and_then(|(_, json)| serde_json::from_str(json).ok());
        let short = fields.and_then(|fields| {
            raw(Value::Object(clipped_all(&fields, HEAD_MAX_BYTES)).to_string())
        });
        let clipped = payload(self.payload, HEAD_MAX_BYTES);
        let text = self.text(&clipped, short.as_deref());
        if Envelope::read(&text).is_ok() {
            return Translated { text, digest };
        }
        Translated { text: self.text(&Map::new(), None), digest }
    }

    fn text(&self, payload: &Map<String, Value>, source: Option<&RawValue>) -> String {
        let key = self.source.map_or("", |(key, _)| key);
        let wire = Wire { spoken: self, payload, source: source.map(|json| (key, json)) };
        serde_json::to_string(&wire).unwrap_or_default()
    }
}

struct Wire<'a> {
    spoken: &'a Spoken<'a>,
    payload: &'a Map<String, Value>,
    source: Option<(&'static str, &'a RawValue)>,
}

impl Serialize for Wire<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Spoken { session_id, parent_session_id, agent_id, event_id, at, kind, .. } =
            self.spoken;
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("spec", "aop/1.0")?;
        fields.serialize_entry("session_id", &id(session_id))?;
        if let Some(parent) = parent_session_id {
            fields.serialize_entry("parent_session_id", &id(parent))?;
        }
        fields.serialize_entry("agent_id", &id(agent_id))?;
        fields.serialize_entry("event_id", &id(event_id))?;
        fields.serialize_entry("timestamp", at)?;
        fields.serialize_entry("type", kind)?;
        fields.serialize_entry("payload", self.payload)?;
        if let Some((key, json)) = self.source {
            fields.serialize_entry(key, json)?;
        }
        fields.end()
    }
}

/// The texts of a payload cut to `max_bytes`, and the id of the session that it names made one.
fn payload(said: &Map<String, Value>, max_bytes: usize) -> Map<String, Value> {
    let mut payload = clipped_all(said, max_bytes);
    if let Some(Value::String(child)) = said.get(CHILD) {
        payload.insert(CHILD.to_owned(), id(child).into_owned().into());
    }
    payload
}

/// An id that an event may have: `named`, or, where that is empty, too long or not printable, its
/// beginning and a digest of all of it. Emitters name sessions after whatever they like.
fn id(named: &str) -> Cow<'_, str> {
    if is_id(named) {
        return Cow::Borrowed(named);
    }
    let printable: String = named.chars().filter(|char| !char.is_control()).collect();
    let digest = blake3::hash(named.as_bytes()).to_hex();
    Cow::Owned(format!("{}~{}", clip(&printable, ID_HEAD_MAX_BYTES), clip(&digest, 16)))
}

/// Everything that an entry says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// A session that turns out to be a part of another one, before anything else.
    pub merged: Option<Merged>,
    /// In this order.
    pub events: Vec<Translated>,
    /// What is odd about all of them.
    pub flags: Flags,
}

/// What was said in one session belongs to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Merged {
    /// The session that is none.
    pub from: String,
    /// The session that it is a part of.
    pub into: String,
}

/// The steps that are said by the entry that `placed` is.
pub(super) fn steps<'a>(placed: &Placed<'a>, said: &'a Said) -> Vec<Step<'a>> {
    let (position, received_at) = (placed.position, placed.received_at);
    let merged = said.merged.as_ref().map(|Merged { from, into }| {
        let [from, into] = [from, into].map(|named| id(named).into_owned());
        Step::Merge(Merging { position, from, into })
    });
    let events = (0..=u8::MAX).zip(&said.events).map(|(part, Translated { text, digest })| {
        let key = EventKey { position, part };
        let origin = Origin { key, received_at, digest: *digest };
        match event(origin, text, said.flags) {
            Ok(recorded) => Step::Event(Box::new(recorded), text.as_str()),
            Err(violations) => placed.poison(rules(&violations)),
        }
    });
    merged.into_iter().chain(events).collect()
}
