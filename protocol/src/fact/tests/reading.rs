//! Single fields whose reading has rules of its own, and how facts read for people.

use super::*;

#[test]
fn tool_calls_fail_by_any_of_these_signs() {
    for (payload, success) in [
        (json!({}), true),
        (json!({ "success": true }), true),
        (json!({ "success": "True" }), true),
        (json!({ "success": 1 }), true),
        (json!({ "success": false }), false),
        (json!({ "success": "false" }), false),
        (json!({ "success": 0 }), false),
        (json!({ "status": "ok" }), true),
        (json!({ "status": "whatever" }), true),
        (json!({ "status": "error" }), false),
        (json!({ "status": "Failed" }), false),
        (json!({ "status": "failure" }), false),
        (json!({ "error": "boom" }), false),
        (json!({ "error": { "code": 5 } }), false),
        (json!({ "error_message": "boom", "status": "whatever" }), false),
        (json!({ "error": "boom", "success": true }), true),
        (json!({ "error": "boom", "status": "ok" }), true),
        (json!({ "error": "" }), true),
        (json!({ "error": null }), true),
    ] {
        let read = read("operation.tool_end", &payload, |fact, flags| {
            assert!(flags.is_empty(), "{payload}");
            let Fact::ToolEnd(end) = fact else { panic!("{fact:?}") };
            end.success
        });
        assert_eq!(read, success, "{payload}");
    }
}

#[test]
fn sessions_end_by_many_words() {
    for (payload, outcome) in [
        (json!({}), Outcome::Completed),
        (json!({ "outcome": "completed" }), Outcome::Completed),
        (json!({ "outcome": "success" }), Outcome::Completed),
        (json!({ "status": "done" }), Outcome::Completed),
        (json!({ "status": "failed" }), Outcome::Failed),
        (json!({ "outcome": "failure" }), Outcome::Failed),
        (json!({ "outcome": "ERROR" }), Outcome::Failed),
        (json!({ "outcome": "cancelled" }), Outcome::Cancelled),
        (json!({ "outcome": "canceled" }), Outcome::Cancelled),
        (json!({ "outcome": "aborted" }), Outcome::Cancelled),
        (json!({ "outcome": "timeout" }), Outcome::Timeout),
        (json!({ "outcome": "timed_out" }), Outcome::Timeout),
        (json!({ "outcome": 7, "status": "failed" }), Outcome::Failed),
        (json!({ "outcome": "gone fishing" }), Outcome::Completed),
    ] {
        let read = read("session.ended", &payload, |fact, _| {
            let Fact::Ended(ended) = fact else { panic!("{fact:?}") };
            ended.outcome
        });
        assert_eq!(read, outcome, "{payload}");
    }
}

#[test]
fn confidence_is_a_word_or_a_number() {
    for (confidence, expected) in [
        (json!("low"), Some((200, "low"))),
        (json!("Medium"), Some((500, "medium"))),
        (json!("high"), Some((900, "high"))),
        (json!(0), Some((0, "low"))),
        (json!(0.2999), Some((299, "low"))),
        (json!(0.3), Some((300, "medium"))),
        (json!(0.85), Some((850, "high"))),
        (json!(1), Some((1000, "high"))),
        (json!(1.5), None),
        (json!(-0.1), None),
        (json!("0.5"), None),
        (json!("sure"), None),
    ] {
        let payload = json!({ "confidence": confidence });
        read("cognition.thought", &payload, |fact, flags| {
            let Fact::Thought(thought) = fact else { panic!("{fact:?}") };
            let read = thought.confidence.map(|confidence| (confidence.0, confidence.word()));
            assert_eq!(read, expected, "{payload}");
            assert_eq!(flags.contains(Flags::BAD_FIELD), expected.is_none(), "{payload}");
        });
    }
}

#[test]
fn figures_are_exact_and_never_absurd() {
    let read_end = |payload: Value| {
        read("operation.tool_end", &payload, |fact, flags| {
            let Fact::ToolEnd(end) = fact else { panic!("{fact:?}") };
            (end.duration_micros, end.token_delta, end.cost_delta, flags)
        })
    };
    let cost = Some(MicroDollars(100));
    let good = json!({ "duration_ms": 0.0015, "token_spend_delta": 12, "cost_usd_delta": 1e-4 });
    assert_eq!(read_end(good), (Some(1), Some(12), cost, Flags::default()));
    for absurd in [
        json!({ "duration_ms": -1, "token_spend_delta": -1, "cost_usd_delta": -0.1 }),
        json!({ "duration_ms": 1e15, "token_spend_delta": 1e16, "cost_usd_delta": 1e10 }),
        json!({ "duration_ms": "5", "token_spend_delta": "5", "cost_usd_delta": "5" }),
        json!({ "duration_ms": 1e300, "token_spend_delta": 1.5, "cost_usd_delta": [] }),
    ] {
        assert_eq!(read_end(absurd), (None, None, None, Flags::BAD_FIELD));
    }
}

#[test]
fn of_duplicate_keys_in_a_payload_the_last_one_counts() {
    let json = event("session.started", &json!({ "goal": "first", "x": "GOAL" }))
        .replace(r#""x":"GOAL""#, r#""goal":"last""#);
    let (fact, flags) = Fact::read(&Envelope::read(&json).unwrap());
    assert_eq!(fact.line(), "last");
    assert_eq!(flags, Flags::DUPLICATE_KEYS);
}

#[test]
fn facts_have_a_title_and_a_line() {
    for (kind, payload, title, line) in [
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
        ("cognition.thought", json!({ "content": "c", "next_intent": "n" }), "thought", "c"),
        ("cognition.thought", json!({ "next_intent": "n" }), "thought", "n"),
        ("cognition.goal", json!({ "goal": "g" }), "goal", "g"),
        ("cognition.decision", json!({ "chosen": "c", "reasoning": "r" }), "decision", "c — r"),
        ("cognition.decision", json!({ "reasoning": "r" }), "decision", "r"),
        ("cognition.uncertainty", json!({ "content": "u" }), "uncertainty", "u"),
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
    ] {
        read(kind, &payload, |fact, _| {
            assert_eq!(
                (fact.title(kind).as_ref(), fact.line().as_str()),
                (title, line),
                "{payload}"
            );
        });
    }
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
        read(kind, &payload, |fact, _| fact.append_text(&mut text));
        let needles = payload.to_string().matches("needle").count();
        assert_eq!(text.matches("needle").count(), needles, "{kind}: {text}");
    }
    let mut text = String::new();
    read("cognition.goal", &json!({ "goal": "ä".repeat(9_000) }), |fact, _| {
        fact.append_text(&mut text)
    });
    assert_eq!(text.len(), limits::SEARCH_TEXT_MAX_BYTES);
}
