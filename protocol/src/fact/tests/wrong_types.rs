//! Every field with every type that it cannot have: ignored, flagged, nothing else.

use super::*;

/// Every name that some kind of event reads.
pub(super) const NAMES: [&str; 54] = [
    "action",
    "agent_version",
    "alternatives",
    "call_id",
    "child_agent_id",
    "child_session_id",
    "chosen",
    "confidence",
    "content",
    "cost_usd_delta",
    "current_goal",
    "decision",
    "description",
    "duration_ms",
    "endpoint",
    "error",
    "error_message",
    "goal",
    "input",
    "key",
    "latency_ms",
    "llm",
    "metadata",
    "method",
    "model",
    "name",
    "next_intent",
    "operation",
    "options",
    "outcome",
    "outcome_summary",
    "output",
    "output_summary",
    "parent_goal",
    "reason",
    "reasoning",
    "result",
    "result_summary",
    "service",
    "status",
    "status_code",
    "step",
    "success",
    "summary",
    "thought",
    "token_spend",
    "token_spend_delta",
    "tool",
    "tool_call_id",
    "tool_name",
    "total_cost_usd",
    "total_steps",
    "total_tokens",
    "url",
];

#[test]
fn wrong_types_are_ignored_and_flagged() {
    let (text, number) = (json!("word"), json!(12));
    let (yes, list, object) = (json!(true), json!(["x"]), json!({ "a": "b" }));
    let not_text = [&number, &yes, &list, &object];
    let not_error = [&number, &yes, &list];
    let not_number = [&text, &yes, &list, &object];
    let not_word = [&text, &number, &yes, &list, &object];
    let not_list = [&text, &number, &yes, &object];
    let not_object = [&text, &number, &yes, &list];
    let not_label = [&yes, &list, &object];
    let rows: [(&str, &[&str], &[&Value]); 28] = [
        ("session.started", &["goal", "llm", "model", "agent_version"], &not_text),
        ("session.started", &["metadata"], &not_object),
        ("session.heartbeat", &["status"], &not_word),
        ("session.heartbeat", &["step", "total_steps", "token_spend", "total_tokens"], &not_number),
        ("session.heartbeat", &["total_cost_usd"], &not_number),
        ("session.heartbeat", &["current_goal"], &not_text),
        ("session.ended", &["outcome", "status"], &not_word),
        ("session.ended", &["outcome_summary", "summary"], &not_text),
        ("session.ended", &["error_message", "error"], &not_error),
        ("session.ended", &["total_steps", "total_tokens", "total_cost_usd"], &not_number),
        ("cognition.thought", &["reasoning", "content", "thought", "next_intent"], &not_text),
        ("cognition.thought", &["confidence"], &not_word),
        ("cognition.goal", &["goal", "parent_goal"], &not_text),
        ("cognition.goal", &["status"], &not_word),
        ("cognition.decision", &["chosen", "decision", "reasoning"], &not_text),
        ("cognition.decision", &["alternatives", "options"], &not_list),
        ("cognition.uncertainty", &["description", "content"], &not_text),
        ("operation.tool_start", &["tool", "tool_name", "name"], &not_text),
        ("operation.tool_start", &["tool_call_id", "call_id"], &not_text),
        (
            "operation.tool_end",
            &["tool", "tool_name", "name", "tool_call_id", "call_id"],
            &not_text,
        ),
        ("operation.tool_end", &["success"], &[&text, &number, &list, &object]),
        ("operation.tool_end", &["status"], &not_text),
        ("operation.tool_end", &["latency_ms", "duration_ms"], &not_number),
        ("operation.tool_end", &["error", "error_message"], &not_error),
        ("operation.tool_end", &["token_spend_delta", "cost_usd_delta"], &not_number),
        (
            "operation.agent_spawn",
            &["child_session_id", "child_agent_id", "goal", "reason"],
            &not_text,
        ),
        ("operation.memory", &["action", "operation", "key", "summary"], &not_text),
        ("operation.external_call", &["service", "method", "endpoint", "url"], &not_text),
    ];
    for (kind, names, wrong) in rows {
        for (name, value) in names.iter().flat_map(|name| wrong.iter().map(move |it| (name, it))) {
            check(kind, name, value);
        }
    }
    for name in ["latency_ms", "duration_ms"] {
        for value in not_number {
            check("operation.external_call", name, value);
        }
    }
    for name in ["status", "status_code"] {
        for value in not_label {
            check("operation.external_call", name, value);
        }
    }
    for id in ["a\nb".to_owned(), "x".repeat(limits::ID_MAX_BYTES + 1)] {
        check("operation.agent_spawn", "child_session_id", &json!(id));
    }
}

#[track_caller]
fn check(kind: &str, name: &str, value: &Value) {
    let (nothing, _) = meaning(kind, &json!({}));
    let read = meaning(kind, &json!({ name: value }));
    assert_eq!(read, (nothing, Flags::BAD_FIELD), "{kind}: {name}: {value}");
}
