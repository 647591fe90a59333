//! Stories that nobody would think of.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::story::*;
use crate::log::Entry;

/// Few, so that they meet often; the smallest is not the first.
const SESSIONS: [&str; 6] = ["m", "a", "z/1", "b:2", "é", "q"];

/// How many cases a property is tried with: `count`, or what `PROPTEST_CASES` says.
pub(crate) fn cases(count: u32) -> ProptestConfig {
    const UNSET: u32 = 256;
    match ProptestConfig::default() {
        config if config.cases == UNSET => ProptestConfig { cases: count, ..config },
        config => config,
    }
}

fn session() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&SESSIONS[..])
}

fn parent() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => Just(Value::Null),
        4 => session().prop_map(|id| json!({"parent_session_id": id})),
        1 => Just(json!({"parent_session_id": "never speaks"})),
    ]
}

/// Kinds and payloads of both dialects.
fn deed() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        3 => Just(("session.started", json!({"goal": "g", "llm": "m1"}))),
        1 => Just(("session.started", json!({"goal": "h", "model": "m2"}))),
        1 => (1..9i64).prop_map(|n| ("session.heartbeat", json!({"status": "idle", "token_spend": n * 50_000}))),
        1 => (1..9i64).prop_map(|n| ("session.heartbeat", json!({"total_tokens": n}))),
        2 => (1..9i64).prop_map(|n| ("session.ended", json!({"status": "failed", "total_cost_usd": n, "total_tokens": n}))),
        1 => Just(("session.ended", json!({"outcome": "completed", "outcome_summary": "done"}))),
        2 => Just(("cognition.thought", json!({"reasoning": "r", "confidence": "low"}))),
        1 => Just(("cognition.thought", json!({"content": "r", "confidence": 0.9}))),
        2 => Just(("operation.tool_start", json!({"tool": "t", "input": {"x": 1}}))),
        2 => any::<bool>().prop_map(|ok| ("operation.tool_end", json!({"tool_name": "t", "success": ok, "token_spend_delta": 7}))),
        6 => session().prop_map(|id| ("operation.agent_spawn", json!({"child_session_id": id, "goal": "go"}))),
        1 => Just(("operation.agent_spawn", json!({"child_session_id": "never speaks either"}))),
        1 => Just(("custom.kind", json!({"goal": 7}))),
    ]
}

/// An event with a sequence.
fn told() -> impl Strategy<Value = Entry> {
    (session(), 1..7i64, deed(), parent()).prop_map(|(session, sequence, (kind, payload), rest)| {
        let mut event = json!({"payload": payload});
        if let (Some(event), Value::Object(rest)) = (event.as_object_mut(), rest) {
            event.extend(rest);
        }
        self::event(session, sequence, kind, event)
    })
}

/// Anything that a log may hold: repeated identities, events without one, deletions, garbage.
pub(crate) fn any_log() -> impl Strategy<Value = Vec<Entry>> {
    let entry = prop_oneof![
        30 => told(),
        2 => session().prop_map(delete),
        2 => (session(), 1..20i64).prop_map(|(id, at)| acknowledge(id, at)),
        1 => (session(), 1..20i64).prop_map(|(id, at)| reopen(id, at)),
        1 => (session(), 0..3i64).prop_map(|(id, n)| event(id, 1, "x", json!({"event_id": n.to_string()}))),
        1 => session().prop_map(|id| event(id, 1, "x", json!({"sequence": null, "timestamp": null}))),
        1 => Just(raw("{")),
    ];
    prop::collection::vec(entry, 1..40)
}

/// Events with different identities.
pub(crate) fn any_events() -> impl Strategy<Value = Vec<Entry>> {
    let slots = (session(), 1..7i64);
    prop::collection::btree_map(slots, (deed(), parent()), 1..28).prop_map(
        |events: BTreeMap<_, _>| {
            events
                .into_iter()
                .map(|((session, sequence), ((kind, payload), rest))| {
                    let mut event = json!({"payload": payload});
                    if let (Some(event), Value::Object(rest)) = (event.as_object_mut(), rest) {
                        event.extend(rest);
                    }
                    self::event(session, sequence, kind, event)
                })
                .collect()
        },
    )
}
