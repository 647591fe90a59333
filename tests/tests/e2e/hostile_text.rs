//! Stored XSS: whatever agents say, a page's skeleton of tags and attributes stays the same.

use banyan_tests::harness::{
    Banyan, Client, Setup, encoded,
    events::{With as _, event},
};
use serde_json::{Value, json};

use crate::skeleton::Skeleton;

pub(crate) const HOSTILE: [&str; 18] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "</textarea></pre></li></ul><h1>x",
    "<!-- --><b>--!>",
    "]]><![CDATA[<b>",
    "javascript:alert(1)",
    "data:text/html,<script>1</script>",
    "{{7*7}}{% raw %}{# #}",
    "&lt;b&gt;&#x3c;b&#x3e;",
    "<a href=https://x.example>x</a>",
    "\u{202e}txt.exe\u{2066}",
    "\u{0}<b\u{0}>",
    "\u{85}\u{2028}\u{2029}<br>",
    "<plaintext>",
    "<base href=//x.example>",
    "` onerror=`alert(1)",
];

/// A tree with `text` in every place where an agent can say something.
fn events(text: &str) -> Vec<Value> {
    let (boss, branch) = (format!("boss {text}"), format!("branch {text}"));
    let rows: Vec<(&str, Value)> = vec![
        ("session.started", json!({"goal": text, "llm": text, "metadata": {text: text}})),
        ("session.heartbeat", json!({"status": "waiting", "current_goal": text})),
        ("cognition.thought", json!({"reasoning": text, "next_intent": text, "confidence": "low"})),
        ("cognition.goal", json!({"goal": text, "status": text})),
        ("cognition.decision", json!({"chosen": text, "alternatives": [text], "reasoning": text})),
        ("cognition.uncertainty", json!({"description": text})),
        (
            "operation.tool_start",
            json!({"tool": text, "input": {text: text}, "tool_call_id": text}),
        ),
        (
            "operation.tool_end",
            json!({"tool": text, "tool_call_id": text, "success": false, "error": text, "output": text}),
        ),
        (
            "operation.agent_spawn",
            json!({"child_session_id": branch, "child_agent_id": text, "goal": text, "reason": text}),
        ),
        // Enough failures for an alert.
        ("operation.tool_end", json!({"tool": text, "success": false, "error": text})),
        ("operation.tool_end", json!({"tool": text, "success": false, "error": text})),
        ("operation.memory", json!({"action": text, "key": text, "summary": text})),
        ("operation.external_call", json!({"service": text, "method": text, "endpoint": text})),
        (text, json!({text: [text, {text: text}]})),
        ("session.ended", json!({"outcome": "failed", "summary": text, "error_message": text})),
    ];
    let mut events: Vec<_> = (1..)
        .zip(rows)
        .map(|(sequence, (kind, payload))| {
            event(&boss, sequence, kind, payload).with("agent_id", text)
        })
        .collect();
    let started = event(&branch, 1, "session.started", json!({"goal": text}));
    events.push(started.with("parent_session_id", &*boss).with("agent_version", text));
    events
        .push(event(&format!("orphan {text}"), 1, text, json!({})).with("parent_session_id", text));
    events
}

/// Some days after the last of [`events`]: a page draws what still runs up to now.
const NOW: &str = "2026-01-05 03:00:00";

/// A collector whose clock stands still.
///
/// A timeline of what still runs goes up to now: where its ticks fall and how many there are moves
/// with the clock, so that two moments give one and the same text two skeletons.
async fn frozen() -> Banyan {
    Setup::default().clock(NOW).start().await
}

/// Pages of everything.
const PATHS: [&str; 11] = [
    "/",
    "/?open=",
    "/?q=is:orphan",
    "/?q=status:failed&sort=cost",
    "/alerts?state=all",
    "/quarantine",
    "/search",
    "/search?q=ok:false",
    "/search?q=pos%3E0",
    "/search?q=status:failed&in=sessions",
    "/views",
];

/// Pages of one session.
const OF_SESSION: [&str; 10] = [
    "",
    "?k=think",
    "?k=act",
    "?k=err",
    "/timeline",
    "/timeline?view=table",
    "/timeline?only=subtree",
    "/tree",
    "/tree?open=",
    "/export.html",
];

/// Every page that shows them, by the same names whatever the text.
async fn pages(client: &Client, text: &str) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    // Whatever is not found yet would make another page.
    client.searchable().await;
    for path in PATHS {
        pages.push((path.to_owned(), client.page(path).await.is(200).text()));
    }
    let alerts = client.json("/alerts?state=all").await["alerts"].clone();
    let alert = format!("/alerts/{}", alerts[0]["id"].as_str().expect("an alert"));
    pages.push((alert.clone(), client.page(&alert).await.is(200).text()));
    for name in ["boss", "branch", "orphan"] {
        let id = encoded(&format!("{name} {text}"));
        let session = client.session(&format!("{name} {text}")).await;
        let (row, events) = (session["session"]["row"].as_str().unwrap(), &session["events"]);
        for fragment in
            ["children?rows", "children?compact=1&rows", "rows?ids", "rows?compact=1&ids"]
        {
            let found = client.get(&format!("/f/{fragment}={row}")).await.is(200).text();
            pages.push((format!("{name}: {fragment}"), found));
        }
        let feed = client.get(&format!("/f/events?s={id}&after=0")).await.is(200).text();
        pages.push((format!("{name}: feed"), feed));
        for query in OF_SESSION {
            let page = client.page(&format!("/s/{id}{query}")).await.is(200).text();
            pages.push((format!("{name}{query}"), page));
        }
        for event in events.as_array().unwrap() {
            let path = format!("/s/{id}/e/{}", event["banyan"]["position"]);
            let name = format!("{name} {}", event["sequence"]);
            pages.push((name, client.page(&path).await.is(200).text()));
        }
    }
    pages
}

#[tokio::test]
async fn the_skeleton_does_not_change() {
    let mut harmless = Vec::new();
    for text in HOSTILE {
        let banyan = frozen().await;
        // As long as the hostile text, so that only its kind differs.
        let calm: String = text.chars().map(|_| 'x').collect();
        banyan.client().post(&json!(events(&calm))).await;
        harmless = pages(&banyan.client(), &calm).await;
        let other = frozen().await;
        other
            .client()
            .post(&json!(events(text).into_iter().map(printable).collect::<Vec<_>>()))
            .await;
        let hostile = pages(&other.client(), &printable_text(text)).await;
        for ((name, calm_page), (_, page)) in harmless.iter().zip(&hostile) {
            let (calm, found) = (Skeleton::of(calm_page), Skeleton::of(page));
            assert_same(&found.tags(), &calm.tags(), &format!("{text:?} in {name}"));
            assert_eq!(found.errors.take(), Vec::<String>::new(), "{text:?} in {name}");
            for link in found.links.take() {
                let safe = link.starts_with(['/', '?', '#']) && !link.starts_with("//");
                assert!(safe, "{text:?} in {name}: {link}");
            }
        }
    }
    assert!(harmless.len() > 15, "there were pages to compare");
}

/// Compares two skeletons and shows where they part.
#[track_caller]
fn assert_same(found: &[String], calm: &[String], what: &str) {
    let at = found.iter().zip(calm).take_while(|(found, calm)| found == calm).count();
    let around = |tags: &[String]| {
        tags.iter().skip(at.saturating_sub(3)).take(8).cloned().collect::<Vec<_>>().join("> <")
    };
    assert!(
        found == calm,
        "{what}: tag {at} of {} and {}: <{}> is not <{}>",
        found.len(),
        calm.len(),
        around(found),
        around(calm),
    );
}

/// Ids and types may not hold control characters; the payload may.
fn printable(mut event: Value) -> Value {
    for key in ["session_id", "parent_session_id", "agent_id", "agent_version", "type"] {
        if let Some(text) = event[key].as_str() {
            event[key] = json!(printable_text(text));
        }
    }
    if let Some(child) = event["payload"]["child_session_id"].as_str() {
        event["payload"]["child_session_id"] = json!(printable_text(child));
    }
    event
}

fn printable_text(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[test]
fn a_page_that_does_not_escape_is_caught() {
    let calm = Skeleton::of("<p class=\"a\">xxx</p>").tags();
    for page in [
        "<p class=\"a\"><b>x</p>",
        "<p class=\"\" onclick=\"\">x</p>",
        "<p class=\"a\"><!-- --></p>",
    ] {
        assert_ne!(Skeleton::of(page).tags(), calm, "{page}");
    }
    assert_eq!(Skeleton::of("<p class=\"b\">&lt;b&gt;</p>").tags(), calm);
}

#[tokio::test]
async fn nothing_inline_and_nothing_remote() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&json!(events("text"))).await;
    for (name, page) in pages(&client, "text").await {
        let skeleton = Skeleton::of(&page);
        for tag in skeleton.tags() {
            let mut words = tag.split(' ');
            let element = words.next().unwrap_or_default();
            // The one page that has to look the same where nothing is served.
            let is_file = name.ends_with("/export.html");
            assert!(element != "style" || is_file, "{name}: inline style sheet");
            assert!(element != "script" || tag.contains(" src"), "{name}: inline script");
            let inline = words.find(|word| *word == "style" || word.starts_with("on"));
            assert_eq!(inline, None, "{name}: {tag}");
        }
        for link in skeleton.links.take() {
            assert!(!link.contains("//"), "{name}: {link}");
        }
    }
}
