//! One row for each rule of the envelope, and what it tolerates.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::limits::{ID_MAX_BYTES, TYPE_MAX_BYTES};

const FIXTURE: &str = include_str!("../../../tests/fixtures/aop-claude-code-run.ndjson");

/// A good event with `changes` put over it; `null` in `changes` takes a key away.
fn event(changes: &Value) -> String {
    let mut event = json!({
        "spec": "aop/1.0", "session_id": "s", "parent_session_id": null, "agent_id": "a",
        "sequence": 1, "timestamp": "2026-11-20T11:30:00Z", "type": "session.started",
        "payload": { "goal": "g" },
    });
    for (key, value) in changes.as_object().unwrap() {
        event[key] = value.clone();
    }
    event.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    event.to_string()
}

/// Rule and pointer of everything wrong with `json`.
#[track_caller]
fn broken(json: &str) -> Vec<(&'static str, String)> {
    let violations = Envelope::read(json).expect_err("should be refused");
    violations.into_iter().map(|violation| (violation.rule, violation.pointer)).collect()
}

#[test]
fn every_field_is_read() {
    let json = event(&json!({
        "parent_session_id": "p", "agent_version": "2.1", "event_id": "e", "other": 1,
    }));
    let envelope = Envelope::read(&json).unwrap();
    assert_eq!(envelope.spec, "aop/1.0");
    assert_eq!(envelope.session_id, "s");
    assert_eq!(envelope.parent_session_id.as_deref(), Some("p"));
    assert_eq!(envelope.agent_id, "a");
    assert_eq!(envelope.agent_version.as_deref(), Some("2.1"));
    assert_eq!(envelope.sequence, Some(1));
    assert_eq!(envelope.timestamp, Timestamp::parse("2026-11-20T11:30:00Z"));
    assert_eq!(envelope.kind, "session.started");
    assert_eq!(envelope.payload.map(RawValue::get), Some(r#"{"goal":"g"}"#));
    assert_eq!(envelope.event_id.as_deref(), Some("e"));
    assert!(envelope.flags.is_empty());
}

#[test]
fn camel_case_is_read_as_well() {
    let json = r#"{"spec":"aop/1","sessionId":"s","parentSessionId":"p","agentId":"a",
        "agentVersion":"v","sequence":7,"timestamp":"2026-11-20T11:30:00Z","type":"t","eventId":"e"}"#;
    let envelope = Envelope::read(json).unwrap();
    assert_eq!((envelope.session_id.as_ref(), envelope.agent_id.as_ref()), ("s", "a"));
    assert_eq!(envelope.parent_session_id.as_deref(), Some("p"));
    assert_eq!(envelope.agent_version.as_deref(), Some("v"));
    assert_eq!(envelope.event_id.as_deref(), Some("e"));
    assert!(envelope.payload.is_none() && envelope.flags.is_empty());
}

#[test]
fn a_real_run_reads_without_flags() {
    for line in FIXTURE.lines() {
        assert!(Envelope::read(line).unwrap().flags.is_empty(), "{line}");
    }
}

#[test]
fn each_rule_is_named_at_its_place() {
    let long = |bytes: usize| "x".repeat(bytes);
    for (changes, rule, pointer) in [
        (json!({ "spec": null }), "required", "/spec"),
        (json!({ "spec": 1 }), "type", "/spec"),
        (json!({ "spec": "" }), "empty", "/spec"),
        (json!({ "spec": "aop/2.0" }), "spec", "/spec"),
        (json!({ "spec": "aop/10" }), "spec", "/spec"),
        (json!({ "spec": "AOP/1" }), "spec", "/spec"),
        (json!({ "session_id": null }), "required", "/session_id"),
        (json!({ "session_id": 5 }), "type", "/session_id"),
        (json!({ "session_id": "" }), "empty", "/session_id"),
        (json!({ "session_id": null, "sessionId": "" }), "empty", "/sessionId"),
        (json!({ "session_id": long(ID_MAX_BYTES + 1) }), "too_long", "/session_id"),
        (json!({ "session_id": "ä".repeat(ID_MAX_BYTES / 2 + 1) }), "too_long", "/session_id"),
        (json!({ "session_id": "a\nb" }), "not_printable", "/session_id"),
        (json!({ "session_id": "a\u{0}" }), "not_printable", "/session_id"),
        (json!({ "session_id": "a\u{7f}" }), "not_printable", "/session_id"),
        (json!({ "session_id": "ä\u{85}" }), "not_printable", "/session_id"),
        (json!({ "parent_session_id": 5 }), "type", "/parent_session_id"),
        (json!({ "parent_session_id": {} }), "type", "/parent_session_id"),
        (json!({ "parent_session_id": long(257) }), "too_long", "/parent_session_id"),
        (json!({ "parent_session_id": "\t" }), "not_printable", "/parent_session_id"),
        (json!({ "agent_id": null }), "required", "/agent_id"),
        (json!({ "agent_id": [] }), "type", "/agent_id"),
        (json!({ "agent_id": "" }), "empty", "/agent_id"),
        (json!({ "agent_id": long(257) }), "too_long", "/agent_id"),
        (json!({ "agent_id": "\u{1b}[31m" }), "not_printable", "/agent_id"),
        (json!({ "sequence": "1" }), "type", "/sequence"),
        (json!({ "sequence": 1.5 }), "type", "/sequence"),
        (json!({ "sequence": true }), "type", "/sequence"),
        (json!({ "sequence": -1 }), "range", "/sequence"),
        (json!({ "sequence": 9_223_372_036_854_775_808_u64 }), "range", "/sequence"),
        (json!({ "sequence": 1e300 }), "range", "/sequence"),
        (json!({ "type": null }), "required", "/type"),
        (json!({ "type": false }), "type", "/type"),
        (json!({ "type": "" }), "empty", "/type"),
        (json!({ "type": long(TYPE_MAX_BYTES + 1) }), "too_long", "/type"),
        (json!({ "type": "a\u{1}" }), "not_printable", "/type"),
        (json!({ "payload": [] }), "type", "/payload"),
        (json!({ "payload": "x" }), "type", "/payload"),
        (json!({ "payload": 0 }), "type", "/payload"),
        (json!({ "event_id": long(257) }), "too_long", "/event_id"),
        (json!({ "event_id": "a\r" }), "not_printable", "/event_id"),
    ] {
        assert_eq!(broken(&event(&changes)), [(rule, pointer.to_owned())], "{changes}");
    }
}

#[test]
fn everything_wrong_is_named_at_once() {
    let json = r#"{"spec":"aop/2","session_id":"","agentId":7,"sequence":-1,"payload":[]}"#;
    let expected = [
        ("spec", "/spec"),
        ("empty", "/session_id"),
        ("type", "/agentId"),
        ("range", "/sequence"),
        ("required", "/type"),
        ("type", "/payload"),
    ];
    assert_eq!(broken(json), expected.map(|(rule, pointer)| (rule, pointer.to_owned())));
}

#[test]
fn odd_ids_are_accepted() {
    for id in [
        "agent:main:subagent:3f1c",
        "urn:x.y/1",
        "a b",
        "%2F?#&",
        "🦜👩‍💻",
        "مرحبا",
        " ",
        "\"\\",
        &"x".repeat(ID_MAX_BYTES),
    ] {
        let json = event(&json!({ "session_id": id, "parent_session_id": id, "agent_id": id }));
        let envelope = Envelope::read(&json).unwrap();
        assert_eq!((envelope.session_id.as_ref(), envelope.agent_id.as_ref()), (id, id));
        assert!(is_id(id));
    }
}

#[test]
fn oddities_are_flagged_and_accepted() {
    for (changes, flag) in [
        (json!({ "timestamp": null }), Flags::BAD_TIMESTAMP),
        (json!({ "timestamp": 1_763_638_200 }), Flags::BAD_TIMESTAMP),
        (json!({ "timestamp": "yesterday" }), Flags::BAD_TIMESTAMP),
        (json!({ "timestamp": {} }), Flags::BAD_TIMESTAMP),
        (json!({ "sequence": null }), Flags::NO_SEQUENCE),
        (json!({ "agent_version": 2 }), Flags::BAD_FIELD),
        (json!({ "agent_version": "v".repeat(ID_MAX_BYTES + 1) }), Flags::BAD_FIELD),
        (json!({ "event_id": 17 }), Flags::BAD_FIELD),
        (json!({ "sessionId": "s" }), Flags::DUPLICATE_KEYS),
        (json!({ "parent_session_id": "", "agent_version": "", "event_id": "" }), Flags::default()),
        (json!({ "payload": null, "sequence": 0 }), Flags::default()),
        (json!({ "sequence": i64::MAX, "spec": "aop/1" }), Flags::default()),
        (json!({ "sequence": 3.0, "spec": "aop/1.17-beta" }), Flags::default()),
    ] {
        assert_eq!(Envelope::read(&event(&changes)).unwrap().flags, flag, "{changes}");
    }
}

#[test]
fn of_duplicate_keys_the_last_one_counts() {
    let json = r#"{"spec":"aop/1","session_id":"first","agent_id":"a","sequence":null,
        "type":"t","session_id":"last","sequence":4,"x":1,"x":2}"#;
    let envelope = Envelope::read(json).unwrap();
    assert_eq!((envelope.session_id.as_ref(), envelope.sequence), ("last", Some(4)));
    assert!(envelope.flags.contains(Flags::DUPLICATE_KEYS));
}

#[test]
fn what_is_no_json_object_is_one_violation() {
    for (json, rule) in [
        ("", "json"),
        ("{", "json"),
        (r#"{"spec": secret}"#, "json"),
        (r#"{"a":1} trailing"#, "json"),
        (r#"{"a":NaN}"#, "json"),
        ("{\"a\":\"line\nbreak\"}", "json"),
        ("null", "type"),
        ("[]", "type"),
        ("\"secret\"", "type"),
        ("12", "type"),
    ] {
        assert_eq!(broken(json), [(rule, String::new())], "{json}");
        let message = Envelope::read(json).unwrap_err().remove(0).message;
        assert!(!message.contains("secret"), "{message}");
    }
    let message = Envelope::read("{\n  \"a\" 1}").unwrap_err().remove(0).message;
    assert!(message.ends_with("line 2 column 7"), "{message}");
}

#[test]
fn lone_surrogates_wait_for_repair() {
    let json = event(&json!({ "payload": { "goal": "HERE" } })).replace("HERE", r"x\ud83d");
    assert_eq!(broken(&json), [("json", String::new())]);
    let repaired = crate::repair::repair(&json).unwrap();
    assert!(Envelope::read(&repaired).is_ok());
}

#[test]
fn depth_and_size_end_where_the_limits_say() {
    let nested = |levels: usize| {
        let payload = format!("{{\"a\":{}{}}}", "[".repeat(levels - 2), "]".repeat(levels - 2));
        event(&json!({ "payload": {} }))
            .replace("\"payload\":{}", &format!("\"payload\":{payload}"))
    };
    assert!(Envelope::read(&nested(NESTING_MAX_LEVELS)).is_ok());
    for levels in [NESTING_MAX_LEVELS + 1, 200_000] {
        assert_eq!(broken(&nested(levels)), [("nesting", String::new())]);
    }
    let frame = event(&json!({ "pad": "" })).len();
    let sized = |bytes: usize| event(&json!({ "pad": "x".repeat(bytes - frame) }));
    assert!(Envelope::read(&sized(EVENT_MAX_BYTES)).is_ok());
    assert_eq!(broken(&sized(EVENT_MAX_BYTES + 1)), [("too_large", String::new())]);
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in r#"\PC*|[{}\[\]",:\\a-z0-9 ]{0,80}"#) {
        drop(Envelope::read(&text));
    }

    #[test]
    fn damaged_events_never_panic(place: prop::sample::Index, replacement in "\\PC{0,3}") {
        let json = event(&json!({ "payload": { "goal": "ä\n\u{1f99c}" } }));
        let place = json.floor_char_boundary(place.index(json.len()));
        let (before, behind) = json.split_at(place);
        drop(Envelope::read(&format!("{before}{replacement}{behind}")));
        drop(Envelope::read(before));
    }

    #[test]
    fn unknown_keys_change_nothing(key in "x\\PC{0,20}", value: String, number: f64) {
        let json = event(&json!({ key: [value, number, null], "payload": { "value": value } }));
        let envelope = Envelope::read(&json).unwrap();
        prop_assert_eq!(envelope.session_id, "s");
        prop_assert!(envelope.flags.is_empty());
        let payload: Value = serde_json::from_str(envelope.payload.unwrap().get()).unwrap();
        prop_assert_eq!(payload, json!({ "value": value }));
    }
}
