//! One test for each fault of the reference collector that we must not share.

use banyan_tests::harness::{
    Banyan, Setup, Sse, compare,
    events::{Dialect, child, event, started, thought},
    path_of,
};
use hyper::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn failures_of_both_dialects_are_failures() {
    let banyan = Banyan::start().await;
    for dialect in Dialect::BOTH {
        for outcome in ["failed", "cancelled", "timeout", "completed"] {
            let id = format!("{dialect:?}-{outcome}");
            let end = dialect.ended(&id, 2, outcome, "the disk is on fire");
            banyan.client().post(&json!([started(&id, 1, "try"), end])).await;
            let session = &banyan.client().session(&id).await["session"];
            assert_eq!(session["status"], outcome, "{id}");
            let told = if outcome == "completed" { "final_response" } else { "error" };
            assert_eq!(session[told], "the disk is on fire", "{id}: {told}");
        }
    }
}

#[tokio::test]
async fn goal_and_parent_survive_a_late_start() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&thought("late", 2, "already busy")).await;
    client.post(&child("late", "boss", "tidy up")).await;
    let session = &client.session("late").await["session"];
    assert_eq!(session["goal"], "tidy up");
    assert_eq!(session["parent_session_id"], "boss");
}

#[tokio::test]
async fn parent_is_known_without_any_start() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let mut lone = thought("lone", 7, "nobody saw me begin");
    lone["parent_session_id"] = json!("boss");
    client.post(&lone).await;
    assert_eq!(client.session("lone").await["session"]["parent_session_id"], "boss");
}

#[tokio::test]
async fn totals_and_last_seen_never_go_backwards() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for dialect in Dialect::BOTH {
        let id = format!("{dialect:?}");
        client.post(&dialect.heartbeat(&id, 5, 500)).await;
        let before = client.session(&id).await["session"].clone();
        client.post(&dialect.heartbeat(&id, 3, 300)).await;
        let after = client.session(&id).await["session"].clone();
        assert_eq!(after["total_tokens"], 500, "{id}");
        assert!(text(&before, "last_seen_at") <= text(&after, "last_seen_at"), "{id}");
        let active = "/own/last_activity_at";
        assert_eq!(before.pointer(active), after.pointer(active), "{id}");
    }
}

#[tokio::test]
async fn a_first_event_counts_whatever_its_type() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&Dialect::Docs.heartbeat("beat", 1, 42)).await;
    client.post(&Dialect::Docs.ended("end", 1, "failed", "no luck")).await;
    assert_eq!(client.session("beat").await["session"]["total_tokens"], 42);
    assert_eq!(client.session("end").await["session"]["status"], "failed");
}

#[tokio::test]
async fn duplicates_are_counted_once() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let events = json!([
        Dialect::Docs.tool_start("s", 1, "bash", "c1"),
        Dialect::Docs.tool_end("s", 2, "bash", "c1"),
    ]);
    for _ in 0..3 {
        client.post(&events).await;
    }
    let answer = client.session("s").await;
    assert_eq!(answer["session"]["own"]["tool_calls"], 1);
    assert_eq!(answer["session"]["total_tokens"], 10);
    assert_eq!(answer["events"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn an_export_holds_its_own_session_only() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let long = "x".repeat(101);
    let ids = ["a", "a/b", "a/b/export", "a:b", "a%2Fb", &long, &long[..100]];
    for id in ids {
        client.post(&thought(id, 1, &format!("I am {id}"))).await;
    }
    for id in ids {
        let export = client.get(&path_of("/sessions", id, "/export")).await.is(200).text();
        let lines: Vec<Value> =
            export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines, [thought(id, 1, &format!("I am {id}"))], "{id}");
    }
}

#[tokio::test]
async fn a_bad_field_is_stored_and_answered_with_success() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let end = event("s", 1, "session.ended", json!({"total_tokens": "many", "summary": {"a": 1}}));
    client.post(&end).await;
    let answer = client.session("s").await;
    assert_eq!(answer["session"]["status"], "completed");
    assert_eq!(answer["events"][0]["banyan"]["flags"], json!(["bad_field"]));
    assert_eq!(answer["events"][0]["payload"], end["payload"]);
}

#[tokio::test]
async fn every_session_can_be_listed() {
    let banyan = Banyan::start().await;
    let events: Vec<_> = (0..250).map(|n| started(&format!("s{n}"), 1, "one of many")).collect();
    banyan.client().post(&json!(events)).await;
    let first = banyan.client().get("/sessions").await.is(200);
    assert_eq!(first.json()["sessions"].as_array().map(Vec::len), Some(100));
    assert!(first.header("link").contains("rel=\"next\""), "{}", first.header("link"));
    let mut ids = compare::session_ids(&banyan.client()).await;
    assert_eq!(ids[0], "s249", "newest first");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 250);
}

#[tokio::test]
async fn streams_have_ids_and_can_be_resumed() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let mut stream = Sse::open(&client, "/stream", None).await;
    let hello = stream.next().await.expect("a greeting");
    assert_eq!(hello.json()["type"], "connected");
    client.post(&json!([thought("s", 1, "one"), thought("s", 2, "two")])).await;
    let (id, one) = stream.next_posted().await.expect("the first event");
    assert_eq!((one["sequence"].as_i64(), id.is_empty()), (Some(1), false));
    drop(stream);
    let mut resumed = Sse::open(&client, "/stream", Some(&id)).await;
    let (_, two) = resumed.next_posted().await.expect("the second event");
    assert_eq!(two, thought("s", 2, "two"));
}

#[tokio::test]
async fn a_foreign_host_is_refused() {
    let banyan = Banyan::start().await;
    let headers = [("host", "attacker.example"), ("content-type", "application/json")];
    let event = thought("s", 1, "rebound").to_string();
    banyan.client().send(Method::POST, "/events", &headers, event).await.is(421);
    assert_eq!(banyan.client().json("/sessions").await["sessions"], json!([]));
}

#[tokio::test]
async fn a_taken_port_is_reported_and_its_owner_lives() {
    let owner = Banyan::start().await;
    let second = Setup::default().listen(owner.address().to_string());
    let refusal = second.refused().await;
    assert!(refusal.code.is_some_and(|code| code != 0), "{refusal:?}");
    let pid = owner.pid().to_string();
    assert!(refusal.output.contains(&pid), "it names who answers there: {}", refusal.output);
    owner.client().get("/health").await.is(200);
}

fn text<'a>(session: &'a Value, key: &str) -> &'a str {
    session[key].as_str().unwrap_or_else(|| panic!("{key} in {session}"))
}
