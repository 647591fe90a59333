//! How facts read for people.

use super::*;

/// Type, payload, title, line.
type Row = (&'static str, Value, &'static str, &'static str);

#[track_caller]
fn read_as(rows: &[Row]) {
    for (kind, payload, title, line) in rows {
        read(kind, payload, |fact, _| {
            assert_eq!((fact.title(kind).as_ref(), fact.line().as_str()), (*title, *line));
        });
    }
}

#[test]
fn sessions_have_a_title_and_a_line() {
    read_as(&[
        ("session.started", json!({ "goal": " find\n\tit " }), "started", "find it"),
        ("session.started", json!({ "model": "opus" }), "started", "opus"),
        (
            "session.heartbeat",
            json!({ "status": "running", "step": 3, "current_goal": "g" }),
            "heartbeat",
            "running · step 3 · g",
        ),
        ("session.heartbeat", json!({}), "heartbeat", ""),
        ("session.ended", json!({ "summary": "s", "error": "e" }), "ended", "s"),
        (
            "session.ended",
            json!({ "outcome": "failed", "summary": "s", "error": "e" }),
            "ended",
            "e",
        ),
        ("session.ended", json!({ "outcome": "timeout" }), "ended", "timeout"),
    ]);
}

#[test]
fn cognitions_have_a_title_and_a_line() {
    read_as(&[
        ("cognition.thought", json!({ "content": "c", "next_intent": "n" }), "thought", "c"),
        ("cognition.thought", json!({ "next_intent": "n" }), "thought", "n"),
        ("cognition.goal", json!({ "goal": "g" }), "goal", "g"),
        ("cognition.decision", json!({ "chosen": "c", "reasoning": "r" }), "decision", "c — r"),
        ("cognition.decision", json!({ "reasoning": "r" }), "decision", "r"),
        ("cognition.uncertainty", json!({ "content": "u" }), "uncertainty", "u"),
    ]);
}

#[test]
fn operations_have_a_title_and_a_line() {
    read_as(&[
        (
            "operation.tool_start",
            json!({ "tool": "Bash", "input": { "description": "d", "command": "ls" } }),
            "Bash",
            "ls",
        ),
        (
            "operation.tool_start",
            json!({ "tool": "Ask", "input": { "oracle": "why?" } }),
            "Ask",
            "why?",
        ),
        (
            "operation.tool_start",
            json!({ "tool": "Add", "input": { "a": 1, "b": "2" } }),
            "Add",
            r#"{"a":1,"b":"2"}"#,
        ),
        ("operation.tool_start", json!({ "tool": "Say", "input": "hi" }), "Say", "hi"),
        ("operation.tool_start", json!({ "input": [1, 2] }), "tool_start", "[1,2]"),
        (
            "operation.tool_end",
            json!({ "tool": "Bash", "output": { "a": [1] } }),
            "Bash",
            r#"{"a":[1]}"#,
        ),
        ("operation.tool_end", json!({ "tool": "Bash", "output": "o", "error": "e" }), "Bash", "e"),
        (
            "operation.agent_spawn",
            json!({ "child_agent_id": "writer", "goal": "g" }),
            "writer",
            "g",
        ),
        (
            "operation.memory",
            json!({ "action": "write", "key": "k", "summary": "s" }),
            "memory",
            "write · k · s",
        ),
        (
            "operation.external_call",
            json!({ "service": "github", "method": "GET", "endpoint": "/x", "status_code": 200 }),
            "github",
            "GET /x · 200",
        ),
        ("operation.external_call", json!({ "url": "/x" }), "external_call", "/x"),
        ("custom.thing", json!({ "a": 1 }), "custom.thing", ""),
    ]);
}

#[test]
fn long_lines_are_cut_between_characters() {
    for text in ["ä".repeat(5_000), "ä b ".repeat(5_000), "x".repeat(2_001)] {
        let (title, line) =
            read("operation.tool_start", &json!({ "tool": text, "input": text }), |fact, _| {
                (fact.title("t").into_owned(), fact.line())
            });
        assert!(line.len() <= limits::LINE_MAX_BYTES && limits::LINE_MAX_BYTES - 4 < line.len());
        assert!(line.ends_with('…') && title.ends_with('…'));
        assert!(title.len() <= limits::TITLE_MAX_BYTES);
    }
    let whole = "x".repeat(limits::LINE_MAX_BYTES);
    read("cognition.goal", &json!({ "goal": whole }), |fact, _| assert_eq!(fact.line(), whole));
}

#[test]
fn every_text_can_be_searched() {
    for (kind, payload) in [
        (
            "session.started",
            json!({ "goal": "needle1", "model": "needle2", "agent_version": "needle3" }),
        ),
        ("session.heartbeat", json!({ "current_goal": "needle1" })),
        ("session.ended", json!({ "summary": "needle1", "error": "needle2" })),
        ("cognition.thought", json!({ "content": "needle1", "next_intent": "needle2" })),
        ("cognition.goal", json!({ "goal": "needle1", "parent_goal": "needle2" })),
        (
            "cognition.decision",
            json!({ "chosen": "needle1", "options": ["needle2"], "reasoning": "needle3" }),
        ),
        ("cognition.uncertainty", json!({ "content": "needle1" })),
        (
            "operation.tool_start",
            json!({ "tool": "needle1", "input": { "a": [{ "b": "needle2" }] } }),
        ),
        (
            "operation.tool_end",
            json!({ "tool": "needle1", "output": ["needle2"], "error": "needle3" }),
        ),
        (
            "operation.agent_spawn",
            json!({ "child_session_id": "needle1", "child_agent_id": "needle2", "goal": "needle3", "reason": "needle4" }),
        ),
        (
            "operation.memory",
            json!({ "key": "needle1", "summary": "needle2", "action": "needle3" }),
        ),
        (
            "operation.external_call",
            json!({ "service": "needle1", "url": "needle2", "method": "needle3" }),
        ),
    ] {
        let mut text = String::new();
        read(kind, &payload, |fact, _| fact.append_text(None, &mut text));
        let needles = payload.to_string().matches("needle").count();
        assert_eq!(text.matches("needle").count(), needles, "{kind}: {text}");
    }
    let mut text = String::new();
    read("cognition.goal", &json!({ "goal": "ä".repeat(9_000) }), |fact, _| {
        fact.append_text(None, &mut text);
    });
    assert_eq!(text.len(), limits::SEARCH_TEXT_MAX_BYTES);
}
