//! A stored event as readers get it: the bytes received, cut at the envelope's keys.

use std::{borrow::Cow, collections::BTreeMap};

use banyan_protocol::{
    Flags,
    view::{BanyanPart, EventView},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};
use serde_json::value::{RawValue, to_raw_value};

/// The keys of one event; values stay as received. Where a key is there twice, the last counts.
#[derive(Debug, Default)]
struct Wire<'a> {
    spec: Option<&'a RawValue>,
    session_id: Option<&'a RawValue>,
    parent_session_id: Option<&'a RawValue>,
    agent_id: Option<&'a RawValue>,
    agent_version: Option<&'a RawValue>,
    timestamp: Option<&'a RawValue>,
    kind: Option<&'a RawValue>,
    payload: Option<&'a RawValue>,
    other: BTreeMap<Cow<'a, str>, &'a RawValue>,
}

/// An [`EventView`] that is written as soon as it is read, so it borrows what it can.
#[derive(Debug, Serialize)]
struct Line<'a> {
    spec: Text<'a>,
    session_id: Text<'a>,
    parent_session_id: Option<Text<'a>>,
    agent_id: Text<'a>,
    agent_version: Option<Text<'a>>,
    sequence: Option<i64>,
    timestamp: Text<'a>,
    #[serde(rename = "type")]
    kind: Text<'a>,
    payload: Cow<'a, RawValue>,
    #[serde(flatten)]
    other: BTreeMap<Cow<'a, str>, &'a RawValue>,
    banyan: BanyanPart,
}

/// A text on its way from one JSON to another.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Text<'a> {
    /// As received, quotes included: it has no escapes.
    Received(&'a RawValue),
    /// To be written.
    Made(String),
}

/// What readers get of the event `raw`, as [`event_view`] says, in JSON.
pub(super) fn event_json(
    raw: &str,
    sequence: Option<i64>,
    banyan: BanyanPart,
) -> serde_json::Result<Box<RawValue>> {
    let wire: Wire<'_> = serde_json::from_str(raw).unwrap_or_default();
    let or_empty = |raw| Text::of(raw).unwrap_or(Text::Made(String::new()));
    to_raw_value(&Line {
        spec: or_empty(wire.spec),
        session_id: or_empty(wire.session_id),
        parent_session_id: Text::of(wire.parent_session_id),
        agent_id: or_empty(wire.agent_id),
        agent_version: Text::of(wire.agent_version),
        sequence: counted(sequence, banyan),
        timestamp: Text::of(wire.timestamp)
            .unwrap_or_else(|| Text::Made(banyan.received_at.to_rfc3339())),
        kind: or_empty(wire.kind),
        payload: wire.object().map_or_else(|| Cow::Owned(empty()), Cow::Borrowed),
        other: wire.other,
        banyan,
    })
}

impl<'a> Text<'a> {
    /// `None` where it is missing or no text.
    fn of(raw: Option<&'a RawValue>) -> Option<Self> {
        let raw = raw?;
        match raw.get() {
            plain if plain.starts_with('"') && !plain.contains('\\') => Some(Self::Received(raw)),
            _ => text(Some(raw)).map(Self::Made),
        }
    }
}

/// What readers get of the event `raw`, whose sequence is known. Of an event that cannot be read
/// (it is flagged as poison) only that; its bytes are in the export.
pub(super) fn event_view(raw: &str, sequence: Option<i64>, banyan: BanyanPart) -> EventView {
    let wire: Wire<'_> = serde_json::from_str(raw).unwrap_or_default();
    let payload = wire.object();
    EventView {
        spec: text(wire.spec).unwrap_or_default(),
        session_id: text(wire.session_id).unwrap_or_default(),
        parent_session_id: text(wire.parent_session_id),
        agent_id: text(wire.agent_id).unwrap_or_default(),
        agent_version: text(wire.agent_version),
        sequence: counted(sequence, banyan),
        timestamp: text(wire.timestamp).unwrap_or_else(|| banyan.received_at.to_rfc3339()),
        kind: text(wire.kind).unwrap_or_default(),
        payload: payload.map_or_else(empty, RawValue::to_owned),
        other: wire
            .other
            .into_iter()
            .map(|(key, raw)| (key.into_owned(), raw.to_owned()))
            .collect(),
        banyan,
    }
}

/// The payload of the event `raw`, as received; `{}` where it has none or cannot be read.
pub(super) fn payload(raw: &str) -> Box<RawValue> {
    let wire: Wire<'_> = serde_json::from_str(raw).unwrap_or_default();
    wire.object().map_or_else(empty, RawValue::to_owned)
}

impl<'a> Wire<'a> {
    /// The payload, where there is one.
    fn object(&self) -> Option<&'a RawValue> {
        self.payload.filter(|payload| payload.get() != "null")
    }
}

/// What is ordered by its time has no sequence, though the view keeps one.
fn counted(sequence: Option<i64>, banyan: BanyanPart) -> Option<i64> {
    sequence.filter(|_| !banyan.flags.contains(Flags::TIMED))
}

fn text(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(raw?.get()).ok()
}

fn empty() -> Box<RawValue> {
    RawValue::from_string("{}".to_owned()).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

impl<'de> Deserialize<'de> for Wire<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(WireVisitor)
    }
}

/// A key, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

struct WireVisitor;

impl<'de> Visitor<'de> for WireVisitor {
    type Value = Wire<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Wire<'de>, A::Error> {
        let mut wire = Wire::default();
        while let Some(Key(key)) = map.next_key()? {
            let raw: &RawValue = map.next_value()?;
            let slot = match key.as_ref() {
                "spec" => &mut wire.spec,
                "session_id" | "sessionId" => &mut wire.session_id,
                "parent_session_id" | "parentSessionId" => &mut wire.parent_session_id,
                "agent_id" | "agentId" => &mut wire.agent_id,
                "agent_version" | "agentVersion" => &mut wire.agent_version,
                "timestamp" => &mut wire.timestamp,
                "type" => &mut wire.kind,
                "payload" => &mut wire.payload,
                // What we say ourselves must not stand there twice.
                "sequence" | "banyan" => continue,
                _ => {
                    wire.other.insert(key, raw);
                    continue;
                }
            };
            *slot = Some(raw);
        }
        Ok(wire)
    }
}

#[cfg(test)]
mod tests {
    use banyan_protocol::{Flags, Timestamp};

    use super::*;

    fn view(raw: &str) -> EventView {
        let banyan = BanyanPart {
            position: 7,
            received_at: Timestamp::from_micros(0),
            variant: 0,
            flags: Flags::default(),
        };
        let view = event_view(raw, Some(3), banyan);
        let written = event_json(raw, Some(3), banyan).unwrap();
        assert_eq!(written.get(), serde_json::to_string(&view).unwrap(), "both ways");
        view
    }

    #[test]
    fn an_event_is_given_back_as_it_was_received() {
        let raw = r#"{"spec":"aop/1.0","session_id":"a\/b","parent_session_id":null,
            "agent_id":"coder","agent_version":"2","sequence":3.0,"timestamp":"2026-11-20 10:00",
            "type":"x.y","payload":{"n":12345678901234567890123,"cost":0.10,"n":1},
            "event_id":"e","z":9007199254740993,"cost":0.10,"tags":[1, 2]}"#;
        assert_eq!(
            serde_json::to_string(&view(raw)).unwrap(),
            concat!(
                r#"{"spec":"aop/1.0","session_id":"a/b","parent_session_id":null,"#,
                r#""agent_id":"coder","agent_version":"2","sequence":3,"#,
                r#""timestamp":"2026-11-20 10:00","type":"x.y","#,
                r#""payload":{"n":12345678901234567890123,"cost":0.10,"n":1},"#,
                r#""cost":0.10,"event_id":"e","tags":[1, 2],"z":9007199254740993,"#,
                r#""banyan":{"position":7,"received_at":"1970-01-01T00:00:00Z","#,
                r#""variant":0,"flags":[]}}"#,
            )
        );
    }

    #[test]
    fn what_is_missing_is_filled_in() {
        let raw = r#"{"spec":"aop/1.0","sessionId":"a","agentId":"b","type":"x","payload":null}"#;
        let view = view(raw);
        assert_eq!((view.session_id.as_str(), view.agent_id.as_str()), ("a", "b"));
        assert_eq!(view.timestamp, "1970-01-01T00:00:00Z");
        assert_eq!(view.payload.get(), "{}");
        assert!(view.other.is_empty());
    }

    #[test]
    fn fields_of_wrong_types_and_unreadable_events_break_nothing() {
        let view_of_odd = view(r#"{"timestamp":17,"agent_version":{"a":1},"payload":[1]}"#);
        assert_eq!(view_of_odd.timestamp, "1970-01-01T00:00:00Z");
        assert_eq!(view_of_odd.agent_version, None);
        assert_eq!(view_of_odd.payload.get(), "[1]");
        assert_eq!(view("not JSON").payload.get(), "{}");
    }

    #[test]
    fn a_key_of_our_own_name_does_not_stand_there_twice() {
        let json = serde_json::to_string(&view(r#"{"banyan":1,"sequence":9}"#)).unwrap();
        assert_eq!(json.matches("\"banyan\"").count(), 1);
        assert_eq!(json.matches("\"sequence\"").count(), 1);
    }
}
