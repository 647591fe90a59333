//! Subtrees and timelines of a real collector: pages for every id, the whole tree or a part of it.

use banyan_tests::harness::{Banyan, events::event};
use serde_json::{Value, json};

/// An event at a second of 10:00 on one day.
fn at(second: u32, mut event: Value) -> Value {
    event["timestamp"] = json!(format!("2026-11-20T10:00:{second:02}Z"));
    event
}

fn life(id: &str, parent: Option<&str>, from: u32, to: u32) -> Vec<Value> {
    let mut began = at(from, event(id, 1, "session.started", json!({"goal": "Do it"})));
    if let Some(parent) = parent {
        began["parent_session_id"] = json!(parent);
    }
    vec![began, at(to, event(id, 2, "session.ended", json!({"outcome": "completed"})))]
}

/// `root` from 0 to 50 s, `a/b` in it from 10 to 40 s, `leaf` in that from 20 to 35 s.
async fn tree() -> Banyan {
    let banyan = Banyan::start().await;
    let mut events = life("root", None, 0, 50);
    events.extend(life("a/b", Some("root"), 10, 40));
    events.extend(life("leaf", Some("a/b"), 20, 35));
    banyan.client().post(&json!(events)).await;
    banyan
}

#[tokio::test]
async fn a_timeline_shows_the_whole_tree_and_what_held_it_up() {
    let banyan = tree().await;
    let page = banyan.client().page("/s/a%2Fb/timeline").await.is(200).text();
    assert_eq!(page.matches("class=\"lane\"").count(), 3);
    assert!(page.contains("50 s through 3 sessions"), "AC-32: as long as the root");
    assert!(!page.contains("style="));
    // A fifth of the way in, three fifths long.
    assert!(page.contains("x=\"20%\"") && page.contains("width=\"60%\""), "AC-32");
}

#[tokio::test]
async fn a_timeline_can_be_narrowed_and_read_as_text() {
    let banyan = tree().await;
    let client = banyan.client();
    let part = client.page("/s/a%2Fb/timeline?only=subtree").await.is(200).text();
    assert_eq!(part.matches("class=\"lane\"").count(), 2);
    assert!(part.contains("30 s through 2 sessions"));
    let zoom = "from=2026-11-20T10:00:41Z&to=2026-11-20T10:00:50Z";
    let zoomed = client.page(&format!("/s/root/timeline?{zoom}")).await.is(200).text();
    assert!(zoomed.contains("‹ before") && zoomed.contains("9.0 s"));
    let table = client.page("/s/root/timeline?view=table").await.is(200).text();
    assert_eq!(
        (table.matches("<tr id=\"n-").count(), table.matches("<svg class=\"lane\"").count()),
        (3, 0)
    );
    // What cannot be read counts as absent.
    client.page("/s/root/timeline?from=x&to=1&gaps=?&open=%00&kids=9").await.is(200);
}

#[tokio::test]
async fn a_subtree_shows_only_what_is_below() {
    let banyan = tree().await;
    let client = banyan.client();
    let page = client.page("/s/a%2Fb/tree").await.is(200).text();
    assert_eq!(page.matches("<li class=\"n").count(), 2);
    let closed = client.page("/s/root/tree?open=").await.is(200).text();
    assert_eq!(closed.matches("<li class=\"n").count(), 1);
    for path in ["/s/nobody/tree", "/s/nobody/timeline"] {
        client.page(path).await.is(404);
    }
}
