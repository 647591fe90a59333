//! A field of the wrong type is stored and flagged; it never refuses an event or breaks a route.

use banyan_tests::harness::{
    Banyan, Sse,
    events::{event, started},
};
use serde_json::{Value, json};

/// Every payload field that is read, by event type.
const FIELDS: [(&str, &[&str]); 12] = [
    ("session.started", &["goal", "llm", "model", "agent_version", "metadata"]),
    (
        "session.heartbeat",
        &["status", "step", "total_steps", "token_spend", "total_tokens", "current_goal"],
    ),
    (
        "session.ended",
        &[
            "outcome",
            "status",
            "outcome_summary",
            "summary",
            "error_message",
            "error",
            "total_steps",
            "total_tokens",
            "total_cost_usd",
        ],
    ),
    ("cognition.thought", &["reasoning", "content", "thought", "confidence", "next_intent"]),
    ("cognition.goal", &["goal", "status"]),
    ("cognition.decision", &["chosen", "decision", "alternatives", "options", "reasoning"]),
    ("cognition.uncertainty", &["description", "content"]),
    ("operation.tool_start", &["tool", "tool_name", "name", "input", "tool_call_id", "call_id"]),
    (
        "operation.tool_end",
        &[
            "tool",
            "tool_name",
            "success",
            "latency_ms",
            "duration_ms",
            "output_summary",
            "result_summary",
            "output",
            "error",
            "error_message",
            "tool_call_id",
            "token_spend_delta",
            "status",
        ],
    ),
    ("operation.agent_spawn", &["child_session_id", "child_agent_id", "goal", "reason"]),
    ("operation.memory", &["action", "operation", "key", "summary"]),
    (
        "operation.external_call",
        &[
            "service",
            "method",
            "endpoint",
            "url",
            "latency_ms",
            "duration_ms",
            "status",
            "status_code",
        ],
    ),
];

fn wrong_values() -> [Value; 9] {
    [
        json!({"a": {"b": []}}),
        json!([1, [2, {"c": null}]]),
        json!(true),
        json!(-1),
        json!(1.5e300),
        json!(u64::MAX),
        json!(""),
        json!("not of this kind"),
        Value::Null,
    ]
}

#[tokio::test]
async fn nothing_breaks_whatever_a_field_holds() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let mut stream = Sse::open(&client, "/stream", None).await;
    let mut posted = Vec::new();
    for (kind, fields) in FIELDS {
        let id = format!("s {kind}");
        let mut events = vec![started(&id, 1, "before")];
        for field in fields {
            for value in wrong_values() {
                let sequence = i64::try_from(events.len()).unwrap() + 1;
                events.push(event(&id, sequence, kind, json!({*field: value})));
            }
        }
        let receipt = client.post(&json!(events)).await;
        assert_eq!(receipt["stored"].as_u64(), u64::try_from(events.len()).ok(), "{kind}");
        let answer = client.session(&id).await;
        for (sent, got) in events.iter().zip(answer["events"].as_array().unwrap()) {
            assert_eq!(sent["payload"], got["payload"], "{kind}");
        }
        every_route_answers(&banyan, &id, &answer).await;
        posted.extend(events);
    }
    for event in posted {
        assert_eq!(stream.next_posted().await.expect("an event").1, event);
    }
    let (forest, groups) = (client.page("/").await, client.get("/groups").await);
    assert_eq!((forest.status, groups.status), (200, 200));
    banyan.verified().await;
}

#[tokio::test]
async fn impossible_types_are_flagged() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for (number, (kind, field)) in [
        ("session.started", "goal"),
        ("session.heartbeat", "token_spend"),
        ("session.ended", "total_cost_usd"),
        ("cognition.thought", "next_intent"),
        ("operation.tool_start", "tool"),
        ("operation.tool_end", "token_spend_delta"),
        ("operation.agent_spawn", "child_session_id"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("s{number}");
        client.post(&event(&id, 1, kind, json!({field: [[]]}))).await;
        let flags = &client.session(&id).await["events"][0]["banyan"]["flags"];
        assert_eq!(*flags, json!(["bad_field"]), "{kind} {field}");
    }
}

async fn every_route_answers(banyan: &Banyan, id: &str, answer: &Value) {
    let id = banyan_tests::harness::encoded(id);
    for behind in ["tree", "children", "missing", "export"] {
        banyan.client().get(&format!("/sessions/{id}/{behind}")).await.is(200);
    }
    for query in ["", "?k=think", "?k=act", "?k=life", "?k=err"] {
        banyan.client().page(&format!("/s/{id}{query}")).await.is(200);
    }
    let events = answer["events"].as_array().unwrap();
    for event in events.iter().step_by(4) {
        let position = &event["banyan"]["position"];
        banyan.client().page(&format!("/s/{id}/e/{position}")).await.is(200);
    }
}
