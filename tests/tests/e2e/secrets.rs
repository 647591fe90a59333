//! Secrets that agents say by accident: in no file, wherever they were said.

use std::path::Path;

use banyan_tests::harness::{Banyan, Client, Setup, events::event};
use hyper::Method;
use serde_json::{Value, json};

/// Put together here, so that this file holds no token itself.
fn secret(name: &str) -> String {
    let random = "aB3dE6gH9jK2mN5pQ8sTaB3dE6gH9jK2mN5pQ8sT";
    match name {
        "anthropic" => format!("sk-ant-api03-{random}"),
        "github" => format!("ghp_{random}"),
        "jwt" => format!("eyJ{random}.eyJ{random}.{random}"),
        _ => format!("planted {name} with blanks"),
    }
}

const SHAPES: [&str; 3] = ["anthropic", "github", "jwt"];
const NAMES: [&str; 3] = ["password", "api_key", "authorization"];

/// Says every secret once, deep in an object.
fn all() -> Value {
    let shapes: Vec<String> = SHAPES.map(|name| format!("export X={}; ls", secret(name))).into();
    let named: Value = NAMES.iter().map(|name| ((*name).to_owned(), json!(secret(name)))).collect();
    json!({"texts": shapes, "named": named, "nested": json!({"in": named, "of": shapes}).to_string()})
}

async fn send(client: &Client, path: &str, body: impl ToString) -> u16 {
    let headers = [("content-type", "application/json")];
    client.send(Method::POST, path, &headers, body.to_string()).await.status
}

/// The wire form of a span with one attribute.
fn protobuf(key: &str, value: &str) -> Vec<u8> {
    let field = |tag: u8, inside: &[u8]| {
        let length = [0, 7].map(|bits| (inside.len() >> bits).to_le_bytes()[0] & 0x7f);
        [&[tag << 3 | 2, length[0] | 0x80, length[1]], inside].concat()
    };
    let value = field(2, &field(1, value.as_bytes()));
    let attribute = field(9, &[field(1, key.as_bytes()), value].concat());
    let span = [field(1, &[7; 16]), field(2, &[8; 8]), field(5, b"s"), attribute].concat();
    field(1, &field(2, &field(2, &span)))
}

/// Everything that can be sent, with secrets in it.
async fn plant(client: &Client) {
    let said = all();
    let thought = json!({"reasoning": secret("anthropic"), "more": said});
    assert_eq!(send(client, "/events", event("s", 1, "cognition.thought", thought)).await, 200);
    let hook = json!({"session_id": "h", "hook_event_name": "PreToolUse", "tool_name": "Bash",
        "tool_use_id": "t", "tool_input": {"command": format!("x {}", secret("github")), "env": said}});
    assert_eq!(send(client, "/hooks/claude-code", hook).await, 200);
    let line = json!({"session_id": "i", "line": 1, "entry": {"type": "user", "uuid": "u",
        "timestamp": "2026-01-01T00:00:00Z", "message": {"role": "user", "content": said.to_string()}}});
    assert_eq!(send(client, "/import/claude-code", line).await, 200);
    let attributes: Vec<Value> = NAMES
        .iter()
        .map(|name| json!({"key": name, "value": {"stringValue": secret(name)}}))
        .collect();
    let span = json!({"traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "a1a1a1a1a1a1a1a1",
        "name": "s", "attributes": attributes, "status": {"message": secret("jwt")}});
    let spans = json!({"resourceSpans": [{"scopeSpans": [{"spans": [span, {"name": said}]}]}]});
    assert_eq!(send(client, "/v1/traces", spans).await, 200);
    let headers = [("content-type", "application/x-protobuf")];
    for (key, value) in [("password", secret("password")), ("text", secret("github"))] {
        let body = protobuf(key, &value);
        client.send(Method::POST, "/v1/traces", &headers, body).await.is(200);
    }
    // What cannot be read is kept to be looked at.
    assert_eq!(send(client, "/events", json!({"spec": "none", "payload": said})).await, 400);
    assert_eq!(send(client, "/events", format!("not JSON: {}", secret("github"))).await, 400);
    assert_eq!(send(client, "/v1/logs", format!("not JSON: {}", secret("github"))).await, 400);
}

/// Secrets that are found in any file below `directory`.
fn found(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        for name in SHAPES.into_iter().chain(NAMES) {
            let secret = secret(name).into_bytes();
            if bytes.windows(secret.len()).any(|window| window == secret) {
                found.push(format!("{name} in {}", path.display()));
            }
        }
    }
    found
}

#[tokio::test]
async fn planted_secrets_are_in_no_file() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    plant(&client).await;
    // The log is compressed: what is in it is what it gives back.
    let given = [
        client.get("/sessions/s/export").await.text(),
        client.get("/events?limit=1000").await.text(),
        client.get("/quarantine").await.text(),
    ]
    .concat();
    for name in SHAPES.into_iter().chain(NAMES) {
        assert!(!given.contains(&secret(name)), "{name}");
    }
    for mark in ["api_key", "github_token", "jwt", "password", "authorization"] {
        assert!(given.contains(&format!("[redacted:{mark}]")), "{mark}");
    }
    let events = client.json("/sessions/s").await["events"].clone();
    assert_eq!(events[0]["banyan"]["flags"], json!(["redacted"]), "{events}");
    assert!(client.get("/metrics").await.text().contains("banyan_secrets_redacted_total{"));
    let setup = banyan.verified().await;
    assert_eq!(found(&setup.data()), Vec::<String>::new());
}

#[tokio::test]
async fn an_event_with_a_secret_is_still_known_again() {
    let banyan = Banyan::start().await;
    for _ in 0..2 {
        let said = event("s", 1, "cognition.thought", json!({"reasoning": secret("github")}));
        assert_eq!(send(&banyan.client(), "/events", said).await, 200);
    }
    assert_eq!(banyan.client().session("s").await["session"]["own"]["events"], 1);
}

#[tokio::test]
async fn who_turns_it_off_keeps_everything() {
    let banyan = Setup::default().arg("--redact").arg("off").start().await;
    plant(&banyan.client()).await;
    let setup = banyan.verified().await;
    let found = found(&setup.data());
    for name in SHAPES.into_iter().chain(NAMES) {
        assert!(found.iter().any(|one| one.starts_with(name)), "{name} is not in {found:?}");
    }
}
