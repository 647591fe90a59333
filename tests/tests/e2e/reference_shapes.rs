//! The reference collector's answers, key by key.

use banyan_tests::harness::{
    Banyan, Sse,
    events::{Dialect, child, started, thought},
};
use hyper::Method;
use serde_json::{Value, json};

const SESSION_KEYS: [&str; 11] = [
    "id",
    "agent_id",
    "parent_session_id",
    "goal",
    "status",
    "started_at",
    "ended_at",
    "total_steps",
    "total_tokens",
    "total_cost_usd",
    "last_seen_at",
];
const EVENT_KEYS: [&str; 9] = [
    "spec",
    "session_id",
    "parent_session_id",
    "agent_id",
    "agent_version",
    "sequence",
    "timestamp",
    "type",
    "payload",
];
const ALERT_KEYS: [&str; 5] = ["session_id", "type", "message", "severity", "created_at"];

#[track_caller]
fn has(value: &Value, keys: &[&str]) {
    let object = value.as_object().expect("an object");
    let absent: Vec<_> = keys.iter().filter(|key| !object.contains_key(**key)).collect();
    assert!(absent.is_empty(), "{absent:?} of {value}");
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[tokio::test]
async fn sessions_have_the_eleven_keys() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let end =
        json!({"outcome": "completed", "total_steps": 4, "total_tokens": 9, "total_cost_usd": 0.1});
    let ended = banyan_tests::harness::events::event("s", 2, "session.ended", end);
    client.post(&json!([child("s", "p", "try it"), ended])).await;
    let listed = client.json("/sessions").await["sessions"][0].clone();
    has(&listed, &SESSION_KEYS);
    let shown = client.session("s").await;
    assert_eq!(keys(&shown), ["alerts", "events", "session"]);
    assert_eq!(shown["session"], listed);
    let expected = [
        ("id", json!("s")),
        ("agent_id", json!("worker")),
        ("parent_session_id", json!("p")),
        ("goal", json!("try it")),
        ("status", json!("completed")),
        ("started_at", json!("2026-01-02T03:00:01Z")),
        ("ended_at", json!("2026-01-02T03:00:02Z")),
        ("total_steps", json!(4)),
        ("total_tokens", json!(9)),
        ("total_cost_usd", json!(0.1)),
    ];
    for (key, value) in expected {
        assert_eq!(listed[key], value, "{key}");
    }
}

#[tokio::test]
async fn events_have_the_nine_keys_in_order_of_sequence() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let mut odd = thought("s", 3, "x");
    odd["mine"] = json!({"kept": [1, 2.50, "three"]});
    client.post(&json!([odd, thought("s", 1, "x"), started("s", 2, "y")])).await;
    let events = client.session("s").await["events"].clone();
    let sequences: Vec<_> = events.as_array().unwrap().iter().map(|e| &e["sequence"]).collect();
    assert_eq!(sequences, [1, 2, 3]);
    for event in events.as_array().unwrap() {
        has(event, &EVENT_KEYS);
    }
    assert_eq!(events[2]["mine"], odd["mine"]);
    assert_eq!(events[2]["payload"], odd["payload"]);
    assert_eq!(events[2]["timestamp"], odd["timestamp"]);
}

#[tokio::test]
async fn alerts_have_the_five_keys_here_and_in_the_stream() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let mut stream = Sse::open(&client, "/stream", None).await;
    let mut same = |n: i64| Dialect::Reference.tool_start("s", n, "bash", "same");
    let events: Vec<_> = (1..=12).map(&mut same).collect();
    client.post(&json!(events)).await;
    let alerts = client.session("s").await["alerts"].clone();
    has(&alerts[0], &ALERT_KEYS);
    assert_eq!(alerts[0]["type"], "loop");
    let streamed = loop {
        let message = stream.next().await.expect("the stream goes on").json();
        if message["kind"] == "alert" {
            break message;
        }
    };
    assert_eq!(keys(&streamed), ["data", "kind"]);
    assert_eq!(
        keys(&streamed["data"]),
        ["created_at", "message", "session_id", "severity", "type"]
    );
    for key in ALERT_KEYS {
        assert_eq!(streamed["data"][key], alerts[0][key], "{key}");
    }
}

#[tokio::test]
async fn the_stream_speaks_the_reference() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let mut stream = Sse::open(&client, "/stream", None).await;
    assert_eq!(stream.status, 200);
    assert!(stream.headers["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    let hello = stream.next().await.expect("a greeting").json();
    assert_eq!(keys(&hello), ["timestamp", "type"]);
    assert_eq!(hello["type"], "connected");
    let event = thought("s", 1, "x");
    client.post(&event).await;
    let message = stream.next().await.expect("the event").json();
    assert_eq!(message, json!({"kind": "event", "data": event}));
    assert_eq!(client.json("/health").await["subscribers"], 1);
}

#[tokio::test]
async fn small_routes_answer_alike() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    has(&client.json("/health").await, &["ok", "version", "subscribers"]);
    assert_eq!(client.json("/health").await["ok"], true);
    assert_eq!(client.get("/sessions/none").await.is(404).json()["error"], "Session not found");
    let receipt = client.post(&thought("s", 1, "x")).await;
    assert_eq!(receipt["ok"], true);
    let refused = client.offer(&json!({})).await.is(400).json();
    assert!(refused["error"].is_string() && refused["violations"].is_array());
    assert_eq!(client.json("/sessions").await["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(client.delete("/sessions/s").await.is(200).json(), json!({"ok": true}));
    let index = client.get("/").await.is(200);
    assert!(index.header("content-type").starts_with("application/json"));
    let page = client.page("/").await.is(200);
    assert!(page.header("content-type").starts_with("text/html"));
    for old in ["/dashboard/", "/dashboard"] {
        let moved = client.send(Method::GET, old, &[("accept", "text/html")], "").await;
        assert!([301, 302, 307, 308].contains(&moved.status), "{old}: {}", moved.status);
        assert_eq!(moved.header("location"), "/", "{old}");
    }
}

#[tokio::test]
async fn an_export_is_what_was_posted() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let odd = " {\"type\" : \"x.y\",\"session_id\":\"s\", \"spec\":\"aop/1.0\",\"agent_id\":\"a\",\
        \"sequence\":1,\"n\":0.10,\"big\":18446744073709551617,\"payload\":{ } } ";
    client.post_bytes("application/json", odd).await.is(200);
    let export = client.get("/sessions/s/export").await.is(200);
    assert!(export.header("content-type").starts_with("application/x-ndjson"));
    assert_eq!(export.text(), format!("{}\n", odd.trim()));
}
