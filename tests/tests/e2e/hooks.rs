//! Hooks of coding agents: what real runs posted, and whatever else may come.

use std::time::{Duration, Instant};

use banyan_tests::harness::{Answer, Banyan, Client, path_of};
use hyper::Method;
use serde_json::{Value, json};

const CLAUDE_CODE: &str = include_str!("../../fixtures/claude-code-2.1.329-hooks.jsonl");
const CODEX: &str = include_str!("../../fixtures/codex-0.169.0-hooks.jsonl");
const ROOT: &str = "1fd05437-e43e-4d77-9d4a-ee3272613c83";
const THREAD: &str = "01a1f8c0-4617-7d11-840a-3e412d1a4bc5";
const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

async fn hook(client: &Client, path: &str, body: impl Into<bytes::Bytes>) -> Answer {
    client.send(Method::POST, path, &JSON, body).await
}

#[track_caller]
fn is_empty_object(answer: &Answer) {
    assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
    assert_eq!(answer.header("content-type"), "application/json");
}

/// Each session from the root down: goal, status, final response, tool calls.
fn line(node: &Value, lines: &mut Vec<String>) {
    let session = &node["session"];
    lines.push(format!(
        "{} {} {} {} {}",
        session["depth"],
        session["goal"],
        session["status"],
        session["final_response"],
        session["own"]["tool_calls"],
    ));
    for child in node["children"].as_array().into_iter().flatten() {
        line(child, lines);
    }
}

async fn tree(client: &Client, root: &str) -> Vec<String> {
    let mut lines = Vec::new();
    line(&client.json(&path_of("/sessions", root, "/tree")).await, &mut lines);
    lines
}

const CLAUDE_TREE: [&str; 3] = [
    r#"0 "go please" "completed" "all done" 1"#,
    r#"1 "SUBTASK: do the job" "completed" "sub done" 1"#,
    r#"2 "LEAF: run echo" "completed" "leaf done" 1"#,
];
const CODEX_TREE: [&str; 2] = [
    r#"0 "go please" "completed" "sub done" 2"#,
    r#"1 "SUBTASK: do the job" "completed" "sub done" 1"#,
];

/// Posts the captures, then an event, which is answered when everything before it is on the disk.
pub(super) async fn post_captures(client: &Client) {
    for (path, lines) in [("/hooks/claude-code", CLAUDE_CODE), ("/hooks/codex", CODEX)] {
        for line in lines.lines() {
            is_empty_object(&hook(client, path, line).await);
        }
    }
    client.post(&banyan_tests::harness::events::thought("after", 1, "x")).await;
}

#[tokio::test]
async fn captured_runs_are_trees() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    post_captures(&client).await;
    assert_eq!(tree(&client, ROOT).await, CLAUDE_TREE);
    assert_eq!(tree(&client, THREAD).await, CODEX_TREE);
    let page = client.page(&path_of("/s", ROOT, "")).await.is(200).text();
    assert!(page.contains("all done") && page.contains("claude-code"), "the root's page");
    banyan.verified().await;
}

#[tokio::test]
async fn the_inspector_and_the_export_show_the_hook() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    post_captures(&client).await;
    let session = client.session(ROOT).await;
    let first: Value = serde_json::from_str(CLAUDE_CODE.lines().next().unwrap()).unwrap();
    assert_eq!(session["events"][0]["hook"], first);
    let log = client.json("/events?limit=1").await["events"].clone();
    let position = log[0]["position"].clone();
    let page = client.page(&path_of("/s", ROOT, &format!("/e/{position}"))).await.is(200).text();
    assert!(page.contains("hook_event_name") && page.contains("transcript_path"), "{page}");
    let export = client.get(&path_of("/sessions", ROOT, "/export")).await.is(200).text();
    assert!(export.contains(r#""hook_event_name": "SessionStart""#), "{export}");
}

#[tokio::test]
async fn a_second_delivery_adds_nothing() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    post_captures(&client).await;
    let before = client.session(ROOT).await["events"].as_array().map(Vec::len);
    post_captures(&client).await;
    assert_eq!(client.session(ROOT).await["events"].as_array().map(Vec::len), before);
    assert_eq!(tree(&client, ROOT).await, CLAUDE_TREE);
    banyan.verified().await;
}

#[tokio::test]
async fn whatever_comes_is_answered_with_an_empty_object() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let deep = "[".repeat(10_000);
    let huge = " ".repeat(9 * 1024 * 1024);
    for body in ["", "rubbish", "[]", "[{}]", "null", "{}", "\"x\"", &deep, &huge] {
        is_empty_object(&hook(&client, "/hooks/claude-code", body.to_owned()).await);
        is_empty_object(&hook(&client, "/hooks/codex", body.to_owned()).await);
    }
    is_empty_object(&hook(&client, "/hooks/codex", vec![0xff, 0xfe]).await);
    for headers in [&[("content-type", "text/plain")], &[("content-encoding", "br")]] {
        is_empty_object(&client.send(Method::POST, "/hooks/codex", headers, "{}").await);
    }
    let quarantined = client.json("/quarantine").await["quarantine"].clone();
    let rows = quarantined.as_array().map(Vec::len);
    assert!(rows.is_some_and(|rows| 8 <= rows), "{quarantined}");
    let metrics = client.get("/metrics").await.text();
    for (name, expected) in [("received", 21), ("refused", 17), ("lost", 4)] {
        assert_eq!(counted(&metrics, name), expected, "{name}: {metrics}");
    }
}

/// Hooks of both harnesses.
fn counted(metrics: &str, name: &str) -> u64 {
    let name = format!("banyan_hooks_{name}_total{{");
    let lines = metrics.lines().filter(|line| line.starts_with(&name));
    lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
}

#[tokio::test]
async fn the_guards_stand_before_hooks() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let line = CODEX.lines().next().unwrap();
    for headers in [[("host", "evil.example")], [("origin", "http://evil.example")]] {
        let answer = client.send(Method::POST, "/hooks/codex", &headers, line).await;
        assert!(matches!(answer.status, 403 | 421), "{headers:?}: {}", answer.status);
    }
    client.get(&path_of("/sessions", THREAD, "")).await.is(404);
}

#[tokio::test]
async fn hooks_are_answered_at_once() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let mut connection = client.connect().await;
    let mut times = Vec::new();
    for number in 0..300 {
        let body = json!({
            "session_id": "s", "hook_event_name": "PreToolUse", "tool_name": "Bash",
            "tool_use_id": format!("t{number}"), "tool_input": {"command": "x".repeat(5_000)},
        });
        let request = banyan_tests::harness::request(
            Method::POST,
            "/hooks/claude-code",
            &JSON,
            body.to_string(),
        );
        let begun = Instant::now();
        is_empty_object(&connection.send(request).await.unwrap());
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    // The promise is 10 ms on a quiet machine; this one also builds and tests other things.
    assert!(times[150] < Duration::from_millis(10), "median {:?}", times[150]);
}

#[tokio::test]
async fn every_event_of_a_hook_is_a_row_of_its_own() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for line in [
        json!({"hook_event_name": "SessionStart", "session_id": "s1", "source": "startup"}),
        json!({"hook_event_name": "UserPromptSubmit", "session_id": "s1", "prompt": "go"}),
        json!({"hook_event_name": "Stop", "session_id": "s1", "last_assistant_message": "all done"}),
    ] {
        is_empty_object(&hook(&client, "/hooks/claude-code", line.to_string()).await);
    }
    client.post(&banyan_tests::harness::events::thought("after", 1, "x")).await;
    let log = client.json("/events?limit=1000").await;
    let events = log["events"].as_array().expect("events");
    // The last one of `s1` is the second that its hook tells of.
    let at = events.iter().rposition(|event| event["event"]["session_id"] == "s1").unwrap();
    let position = events[at]["position"].as_i64().unwrap();
    assert_eq!(events[at - 1]["position"], position);
    let ids = [position.to_string(), format!("{position}.1")];

    let before = position - 1;
    let fresh = client.get(&format!("/f/events?s=s1&after={before}")).await.is(200).text();
    let page = client.page("/s/s1").await.is(200).text();
    for id in &ids {
        for html in [&fresh, &page] {
            assert_eq!(html.matches(&format!(r#"<li id="e-{id}""#)).count(), 1, "{id}: {html}");
        }
        let one = client.get(&format!("/f/event/{id}?s=s1")).await.is(200).text();
        let link = format!(r#"<a href="/s/s1/e/{id}">#{id}</a>"#);
        assert!(one.contains(&link), "{link}: {one}");
        client.page(&format!("/s/s1/e/{id}")).await.is(200);
        client.get(&format!("/f/payload/{id}?s=s1")).await.is(200);
    }
    assert!(fresh.contains("all done") && fresh.contains("heartbeat"), "{fresh}");
    let said = client.get(&format!("/f/event/{position}?s=s1")).await.text();
    let beat = client.get(&format!("/f/event/{position}.1?s=s1")).await.text();
    assert!(said.contains("thought") && beat.contains("heartbeat"), "{said}\n{beat}");
    assert_eq!(client.get(&format!("/f/event/{position}.9?s=s1")).await.status, 404);
}
