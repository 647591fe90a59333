//! What can be taken away: lines as received, and one page that needs nothing else.

use banyan_tests::harness::{
    Banyan,
    events::{child, thought},
};
use serde_json::{Value, json};

/// `root` with `a/b` in it and `leaf` in that, and another tree.
async fn tree() -> Banyan {
    let banyan = Banyan::start().await;
    let events = [
        thought("root", 1, "first"),
        child("a/b", "root", "do"),
        thought("a/b", 2, "second"),
        child("leaf", "a/b", "do"),
        thought("leaf", 2, "third"),
        thought("other", 1, "not of this tree"),
    ];
    banyan.client().post(&json!(events)).await;
    banyan
}

fn events(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).expect("a line is an event")).collect()
}

#[tokio::test]
async fn a_subtree_is_taken_as_lines() {
    let banyan = tree().await;
    let client = banyan.client();
    for (path, count) in [("root", 5), ("a%2Fb", 4), ("leaf", 2), ("other", 1)] {
        let answer = client.get(&format!("/s/{path}/export.jsonl")).await.is(200);
        assert!(answer.header("content-type").starts_with("application/x-ndjson"));
        assert_eq!(events(&answer.text()).len(), count, "{path}");
    }
    // Whoever takes them elsewhere has the same tree.
    let elsewhere = Banyan::start().await;
    let lines = client.get("/s/root/export.jsonl").await.text();
    elsewhere.client().post_bytes("application/x-ndjson", lines.clone()).await.is(200);
    assert_eq!(elsewhere.client().get("/s/root/export.jsonl").await.text(), lines);
}

#[tokio::test]
async fn a_long_subtree_is_taken_whole() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let mut sent = vec![thought("root", 1, "first")];
    for number in 0..40 {
        let id = format!("child-{number}");
        sent.push(child(&id, "root", "do"));
        sent.extend((2..52).map(|sequence| thought(&id, sequence, &"x".repeat(200))));
    }
    for part in sent.chunks(900) {
        client.post(&json!(part)).await;
    }
    let lines = client.get("/s/root/export.jsonl").await.is(200).text();
    let mut found = events(&lines);
    let key = |event: &Value| (event["session_id"].to_string(), event["sequence"].as_i64());
    found.sort_by_key(key);
    sent.sort_by_key(key);
    assert_eq!(found, sent);
}

#[tokio::test]
async fn pretty_printed_events_are_one_line_each() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let event = thought("s", 1, "line\nbreak");
    let pretty = serde_json::to_string_pretty(&event).unwrap().replace('\n', "\r\n");
    client.post_bytes("application/json", pretty).await.is(200);
    client.post(&thought("s", 2, "plain")).await;
    for path in ["/sessions/s/export", "/s/s/export.jsonl"] {
        let lines = client.get(path).await.is(200).text();
        assert_eq!(events(&lines), [event.clone(), thought("s", 2, "plain")], "{path}");
    }
}

#[tokio::test]
async fn a_subtree_is_taken_as_a_page_that_stands_apart() {
    let banyan = tree().await;
    let client = banyan.client();
    let answer = client.get("/s/a%2Fb/export.html").await.is(200);
    let disposition = answer.header("content-disposition");
    assert_eq!(disposition, "attachment; filename=\"a_b.html\"");
    assert!(answer.header("content-security-policy").starts_with("sandbox; default-src 'none';"));
    let page = answer.text();
    assert_eq!(page.matches("<section id=\"s-").count(), 2);
    for said in ["second", "third"] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("not of this tree") && !page.contains("first"));
    for path in ["export.html", "export.jsonl"] {
        client.get(&format!("/s/nobody/{path}")).await.is(404);
        client.get(&format!("/s/root/{path}?at=nothing")).await.is(400);
    }
}

#[tokio::test]
async fn what_is_taken_at_a_moment_is_what_was_there() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&thought("root", 1, "first")).await;
    client.post(&child("leaf", "root", "do")).await;
    let lines = client.get("/s/root/export.jsonl?at=1").await.is(200).text();
    assert_eq!(events(&lines), [thought("root", 1, "first")]);
    let page = client.get("/s/root/export.html?at=1").await.is(200).text();
    assert_eq!(page.matches("<section id=\"s-").count(), 1);
}
