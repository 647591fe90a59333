//! How facts are read: the helpers of the tables beside this file, and what holds for any payload.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{MicroDollars, limits};

mod dialects;
mod reading;
mod text;
mod wrong_types;

const FIXTURE: &str = include_str!("../../../tests/fixtures/aop-claude-code-run.ndjson");

fn event(kind: &str, payload: &Value) -> String {
    json!({
        "spec": "aop/1.0", "session_id": "s", "agent_id": "a", "sequence": 1,
        "timestamp": "2026-11-20T11:30:00Z", "type": kind, "payload": payload,
    })
    .to_string()
}

/// Reads a fact and hands it to `see`, with its flags.
#[track_caller]
fn read<T>(kind: &str, payload: &Value, see: impl FnOnce(&Fact<'_>, Flags) -> T) -> T {
    let json = event(kind, payload);
    let envelope = Envelope::read(&json).unwrap();
    assert!(envelope.flags.is_empty());
    let (fact, flags) = Fact::read(&envelope);
    see(&fact, flags)
}

/// The fact as debug text, for comparing what two payloads mean.
fn meaning(kind: &str, payload: &Value) -> (String, Flags) {
    read(kind, payload, |fact, flags| (format!("{fact:?}"), flags))
}

/// The interpreted types, and one that is not.
fn kinds() -> impl Iterator<Item = &'static str> {
    Fact::KINDS.into_iter().chain(["custom.thing"])
}

#[test]
fn a_real_run_reads_without_flags() {
    for line in FIXTURE.lines() {
        let envelope = Envelope::read(line).unwrap();
        let (fact, flags) = Fact::read(&envelope);
        assert!(flags.is_empty(), "{line}");
        assert!(!matches!(fact, Fact::Other), "{line}");
    }
}

#[test]
fn a_missing_payload_is_an_empty_one() {
    for kind in kinds() {
        let (empty, flags) = meaning(kind, &json!({}));
        assert!(flags.is_empty());
        assert_eq!(meaning(kind, &Value::Null).0, empty);
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,8}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_payload_is_read_and_shown(
        kind in prop::sample::select(kinds().collect::<Vec<_>>()),
        payload in prop::collection::vec(
            (prop::sample::select(&wrong_types::NAMES[..]), any_json()), 0..6),
    ) {
        let payload = Value::Object(
            payload.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        );
        read(kind, &payload, |fact, _| {
            let (title, line) = (fact.title(kind), fact.line());
            assert!(title.len() <= limits::TITLE_MAX_BYTES && !title.contains('\n'));
            assert!(line.len() <= limits::LINE_MAX_BYTES && !line.contains(char::is_control));
            let mut text = "before".to_owned();
            fact.append_text(None, &mut text);
            assert!(text.len() <= "before".len() + limits::SEARCH_TEXT_MAX_BYTES);
            assert!(!text.contains('\0'));
        });
    }
}
