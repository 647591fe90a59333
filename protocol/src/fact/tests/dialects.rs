//! The same meaning in the docs' words, the reference's words and camelCase.

use super::*;

/// Every payload of a row means the same, and says every field.
#[track_caller]
fn mean_the_same(rows: &[(&str, Vec<Value>)]) {
    for (kind, payloads) in rows {
        let (expected, flags) = meaning(kind, &payloads[0]);
        assert!(flags.is_empty() && !expected.contains("None"), "{kind}: {expected}");
        for payload in payloads {
            assert_eq!(meaning(kind, payload), (expected.clone(), flags), "{kind}: {payload}");
        }
    }
}

#[test]
fn sessions_mean_the_same_in_all_dialects() {
    mean_the_same(&[
        (
            "session.started",
            vec![
                json!({ "goal": "g", "llm": "m", "agent_version": "v", "metadata": { "a": 1 } }),
                json!({ "goal": "g", "model": "m", "agentVersion": "v", "metadata": { "a": 1 } }),
            ],
        ),
        (
            "session.heartbeat",
            vec![
                json!({ "status": "waiting", "step": 3, "llm": "m", "token_spend": 900, "current_goal": "g", "total_cost_usd": 1 }),
                json!({ "status": "waiting", "total_steps": 3, "model": "m", "total_tokens": 900, "currentGoal": "g", "totalCostUsd": 1 }),
                json!({ "status": "WAITING", "totalSteps": 3.0, "model": "m", "tokenSpend": 9e2, "current_goal": "g", "total_cost_usd": 1 }),
            ],
        ),
        (
            "session.ended",
            vec![
                json!({ "outcome": "failed", "outcome_summary": "s", "error_message": "e",
                    "total_steps": 4, "total_tokens": 10, "total_cost_usd": 0.5 }),
                json!({ "status": "error", "summary": "s", "error": "e",
                    "totalSteps": 4, "totalTokens": 10, "totalCostUsd": 0.5 }),
            ],
        ),
    ]);
}

#[test]
fn cognitions_mean_the_same_in_all_dialects() {
    mean_the_same(&[
        (
            "cognition.thought",
            vec![
                json!({ "reasoning": "t", "confidence": "low", "next_intent": "n" }),
                json!({ "content": "t", "confidence": 0.2, "nextIntent": "n" }),
                json!({ "thought": "t", "confidence": "LOW", "next_intent": "n" }),
            ],
        ),
        (
            "cognition.goal",
            vec![
                json!({ "goal": "g", "status": "in_progress", "parent_goal": "p" }),
                json!({ "goal": "g", "status": "in_progress", "parentGoal": "p" }),
            ],
        ),
        (
            "cognition.decision",
            vec![
                json!({ "chosen": "c", "alternatives": ["a", "b"], "reasoning": "r" }),
                json!({ "decision": "c", "options": ["a", "b"], "reasoning": "r" }),
            ],
        ),
        ("cognition.uncertainty", vec![json!({ "description": "u" }), json!({ "content": "u" })]),
    ]);
}

#[test]
fn operations_mean_the_same_in_all_dialects() {
    mean_the_same(&[
        (
            "operation.tool_start",
            vec![
                json!({ "tool": "Bash", "input": { "command": "ls" }, "tool_call_id": "c" }),
                json!({ "tool_name": "Bash", "input": { "command": "ls" }, "call_id": "c" }),
                json!({ "toolName": "Bash", "input": { "command": "ls" }, "toolCallId": "c" }),
                json!({ "name": "Bash", "input": { "command": "ls" }, "callId": "c" }),
            ],
        ),
        (
            "operation.tool_end",
            vec![
                json!({ "tool": "Bash", "success": false, "latency_ms": 1.5, "output_summary": "o",
                    "error": "e", "tool_call_id": "c", "token_spend_delta": 7, "cost_usd_delta": 1 }),
                json!({ "tool_name": "Bash", "status": "error", "duration_ms": 1.5,
                    "result_summary": "o", "error_message": "e", "call_id": "c",
                    "tokenSpendDelta": 7, "costUsdDelta": 1 }),
                json!({ "name": "Bash", "success": "false", "durationMs": 1.5, "output": "o",
                    "errorMessage": "e", "callId": "c", "token_spend_delta": 7, "cost_usd_delta": 1 }),
            ],
        ),
        (
            "operation.agent_spawn",
            vec![
                json!({ "child_session_id": "s2", "child_agent_id": "a", "goal": "g", "reason": "r" }),
                json!({ "childSessionId": "s2", "childAgentId": "a", "goal": "g", "reason": "r" }),
            ],
        ),
        (
            "operation.memory",
            vec![
                json!({ "action": "write", "key": "k", "summary": "s" }),
                json!({ "operation": "write", "key": "k", "summary": "s" }),
            ],
        ),
        (
            "operation.external_call",
            vec![
                json!({ "service": "s", "method": "GET", "endpoint": "/e", "latency_ms": 2, "status": "200",
                    "model": "m", "asked": "q", "token_spend_delta": 3, "cost_usd_delta": 1 }),
                json!({ "service": "s", "method": "GET", "url": "/e", "duration_ms": 2, "status_code": 200,
                    "model": "m", "asked": "q", "tokenSpendDelta": 3, "costUsdDelta": 1 }),
                json!({ "service": "s", "method": "GET", "url": "/e", "durationMs": 2.0, "statusCode": 200,
                    "model": "m", "asked": "q", "token_spend_delta": 3, "cost_usd_delta": 1 }),
            ],
        ),
    ]);
}

#[test]
fn the_first_name_present_wins() {
    for (kind, payload, same) in [
        ("session.started", json!({ "model": "b", "llm": "a" }), json!({ "llm": "a" })),
        (
            "session.ended",
            json!({ "status": "failed", "outcome": "timeout" }),
            json!({ "outcome": "timeout" }),
        ),
        (
            "cognition.thought",
            json!({ "thought": "c", "content": "b", "reasoning": "a" }),
            json!({ "reasoning": "a" }),
        ),
        (
            "operation.tool_end",
            json!({ "success": true, "status": "error" }),
            json!({ "success": true }),
        ),
        (
            "cognition.thought",
            json!({ "reasoning": null, "content": "" , "thought": "t" }),
            json!({ "thought": "t" }),
        ),
    ] {
        assert_eq!(meaning(kind, &payload), meaning(kind, &same), "{kind}: {payload}");
    }
}
