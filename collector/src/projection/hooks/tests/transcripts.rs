//! Lines of transcripts in, views out.

mod saying;

use std::sync::Arc;

use banyan_protocol::Timestamp;
use proptest::prelude::*;

use super::{captures::CLAUDE_TREE, *};
use crate::{
    log::Commit,
    projection::tests::{random::cases, story},
};

const ROOT: &str = "1fd05437-e43e-4d77-9d4a-ee3272613c83";
const MAIN: &str = include_str!(
    "../../../../../tests/fixtures/claude-code-transcripts/1fd05437-e43e-4d77-9d4a-ee3272613c83.jsonl"
);
const SUB: &str = include_str!(
    "../../../../../tests/fixtures/claude-code-transcripts/1fd05437-e43e-4d77-9d4a-ee3272613c83/subagents/agent-ab650d2319fd0fc45.jsonl"
);
const SUB_META: &str = include_str!(
    "../../../../../tests/fixtures/claude-code-transcripts/1fd05437-e43e-4d77-9d4a-ee3272613c83/subagents/agent-ab650d2319fd0fc45.meta.json"
);
const LEAF: &str = include_str!(
    "../../../../../tests/fixtures/claude-code-transcripts/1fd05437-e43e-4d77-9d4a-ee3272613c83/subagents/agent-ae8c0ad80a11800bd.jsonl"
);
const LEAF_META: &str = include_str!(
    "../../../../../tests/fixtures/claude-code-transcripts/1fd05437-e43e-4d77-9d4a-ee3272613c83/subagents/agent-ae8c0ad80a11800bd.meta.json"
);

fn line(agent: &str, number: usize, rest: Value) -> Entry {
    let mut line = json!({"session_id": "s", "line": number});
    let Value::Object(fields) = &mut line else { unreachable!("an object") };
    if let Value::Object(rest) = rest {
        fields.extend(rest);
    }
    if !agent.is_empty() {
        fields.insert("agent_id".to_owned(), agent.into());
    }
    Entry { source: Source::Transcript, bytes: line.to_string().into() }
}

/// A transcript as the importer posts it: line by line, then its end.
fn file(agent: &str, lines: &str, meta: &str) -> Vec<Entry> {
    let meta: Value = serde_json::from_str(meta).unwrap_or_default();
    let count = lines.lines().count();
    let whose = json!({"session_id": ROOT, "meta": meta});
    let with = |number: usize, rest: Value| {
        let mut all = whose.clone();
        all.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        line(agent, number, all)
    };
    let read = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    let entries = (1..).zip(lines.lines()).map(|(n, text)| with(n, json!({"entry": read(text)})));
    entries.chain([with(count, json!({"end": true}))]).collect()
}

fn fixture() -> Vec<Entry> {
    [
        file("", MAIN, ""),
        file("ab650d2319fd0fc45", SUB, SUB_META),
        file("ae8c0ad80a11800bd", LEAF, LEAF_META),
    ]
    .concat()
}

fn user(content: &Value) -> Value {
    json!({"type": "user", "message": {"role": "user", "content": content}})
}

/// An assistant's line; `usage` are its input tokens.
fn assistant(id: &str, block: &Value, usage: u64, stop: Option<&str>) -> Value {
    json!({"type": "assistant", "message": {
        "id": id, "model": "m", "content": [block], "stop_reason": stop,
        "usage": {"input_tokens": usage, "output_tokens": 5, "cache_read_input_tokens": 100},
    }})
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

/// A view of `entries`, received one a second from `begin` on.
async fn scene_at(begin: &str, entries: &[Entry]) -> Scene {
    let scene = Scene::new();
    scene.take(&[&log_at(begin, entries)]).await;
    scene
}

pub(super) fn log_at(begin: &str, entries: &[Entry]) -> Vec<Arc<Commit>> {
    let begin = Timestamp::parse(begin).unwrap().micros();
    let moved = story::log(entries).into_iter().map(|commit| {
        let received_at = Timestamp::from_micros(begin + commit.first * 1_000_000);
        Arc::new(Commit { received_at, ..(*commit).clone() })
    });
    moved.collect()
}

/// When the run of the fixture was, and two days later.
const THEN: &str = "2026-11-20T11:27:40Z";
const LATER: &str = "2026-11-22T12:00:00Z";

const FIGURES: &str = "select id || ' ' || status || ' ' || goal || ' ' || coalesce(final_response, '-')
       || ' ' || own_tool_calls || ' ' || total_tokens || ' ' || model || ' ' || started_at || ' ' || ended_at
   from session order by id";

#[tokio::test]
async fn the_fixture_is_the_run() {
    let scene = scene_at(LATER, &fixture()).await;
    assert_eq!(scene.places().await, CLAUDE_TREE);
    scene.assert_figures_are_sums().await;
    insta::assert_debug_snapshot!("transcript-sessions", scene.texts(FIGURES).await);
    let events = "select session_no || ' ' || kind || ' ' || json_extract(raw, '$.payload') || ' ' || json_extract(raw, '$.timestamp') from event order by key";
    insta::assert_debug_snapshot!("transcript-events", scene.texts(events).await);
    assert_eq!(scene.texts("select 'alert' from alert").await, Vec::<String>::new());
}

#[tokio::test]
async fn read_again_nothing_changes() {
    let once = scene_at(LATER, &fixture()).await;
    let twice = scene_at(LATER, &[fixture(), fixture()].concat()).await;
    for rows in ["select raw from event order by key", FIGURES] {
        assert_eq!(twice.texts(rows).await, once.texts(rows).await);
    }
}

#[tokio::test]
async fn a_file_that_grew_opens_the_session_again() {
    let written = |number: usize, mut entry: Value| {
        entry["timestamp"] = json!("2020-01-01T00:00:00Z");
        line("", number, json!({"entry": entry}))
    };
    let end = |number: usize| line("", number, json!({"end": true}));
    let first = vec![
        written(1, user(&json!("first"))),
        written(2, assistant("m", &text("done"), 1, Some("end_turn"))),
        end(2),
    ];
    let more = vec![written(3, user(&json!("and then"))), end(3)];
    let status = "select status || ' ' || goal || ' ' || current_goal from session";
    let once = Scene::of(&first).await.texts(status).await;
    let grown = Scene::of(&[first.clone(), first, more].concat()).await.texts(status).await;
    let [completed, cancelled] = [4, 6];
    assert_eq!(once, [format!("{completed} first first")]);
    assert_eq!(grown, [format!("{cancelled} first and then")]);
}

#[tokio::test]
async fn what_hooks_told_is_not_told_again() {
    let hooks = capture(Harness::ClaudeCode, CLAUDE_CODE);
    let (half, _) = hooks.split_at(9);
    for told in [half, &hooks] {
        let alone = scene_at(THEN, told).await;
        let both = scene_at(THEN, &[told, &fixture()].concat()).await;
        for rows in
            ["select raw from event order by key", "select id || status from session order by 1"]
        {
            assert_eq!(both.texts(rows).await, alone.texts(rows).await);
        }
    }
}

#[tokio::test]
async fn hooks_go_on_where_a_transcript_ended_and_back() {
    let resumed = vec![
        hook("", "SessionStart", json!({"source": "resume"})),
        hook("", "UserPromptSubmit", json!({"prompt": "by hook", "prompt_id": "p"})),
        hook("", "SessionEnd", json!({"reason": "other"})),
    ];
    let written = |number: usize, text: &str, year: &str| {
        let mut entry = user(&json!(text));
        entry["timestamp"] = json!(format!("{year}-01-01T00:00:00Z"));
        line("", number, json!({"entry": entry}))
    };
    let end = |number: usize| line("", number, json!({"end": true}));
    let read = vec![written(1, "old", "2020"), end(1)];
    let later = vec![written(2, "by hook", "2020"), written(3, "without hooks", "2030"), end(3)];
    let scene = Scene::of(&[read, resumed, later].concat()).await;
    let kinds = "select kind || coalesce(' ' || json_extract(raw, '$.payload.goal'), '') from event order by key";
    assert_eq!(
        scene.texts(kinds).await,
        [
            "session.started",
            "cognition.goal old",
            "session.ended",
            "session.started",
            "cognition.goal by hook",
            "session.ended",
            "session.started",
            "cognition.goal without hooks",
            "session.heartbeat",
        ]
    );
}

/// A pause in history raises no alarm, as it does when it is told live.
#[tokio::test]
async fn pauses_and_spending_of_the_past_are_no_alerts() {
    let lines: Vec<Entry> = (1..30)
        .map(|number| {
            let tokens = if number == 25 { 900_000 } else { 100 };
            let mut entry = assistant(&format!("m{number}"), &text("x"), tokens, Some("end_turn"));
            let hour = if number < 20 { 0 } else { 9 };
            entry["timestamp"] = json!(format!("2026-01-01T{hour:02}:00:{number:02}Z"));
            line("", number, json!({"entry": entry}))
        })
        .collect();
    let alerts = "select rule || '' from alert order by rule";
    assert_eq!(Scene::of(&lines).await.texts(alerts).await, Vec::<String>::new());
    // The same, as an agent tells it that lives.
    let live: Vec<Entry> = (1..30)
        .map(|n| {
            let hour = if n < 20 { 0 } else { 9 };
            let tokens = if n < 25 { n * 200 } else { 900_000 + n * 200 };
            let at = format!("2026-01-01T{hour:02}:00:{n:02}Z");
            story::event(
                "s",
                n,
                "session.heartbeat",
                json!({"timestamp": at, "payload": {"total_tokens": tokens}}),
            )
        })
        .collect();
    assert_eq!(Scene::of(&live).await.texts(alerts).await.len(), 2);
}

proptest! {
    #![proptest_config(cases(32))]

    /// Wherever the log was cut into batches, and wherever the collector was restarted, with
    /// hooks of the same run in between.
    #[test]
    fn rebuild_is_identical_with_transcripts(
        hooks in any_delivery(capture(Harness::ClaudeCode, CLAUDE_CODE)),
        place in 0..30usize,
        cut in 1..40usize,
    ) {
        block_on(async {
            let mut story = fixture();
            let place = place.min(story.len());
            story.splice(place..place, hooks);
            let log = log_at(THEN, &story);
            let at_once = Scene::new();
            at_once.take(&[&log]).await;
            let (before, after) = log.split_at(cut.min(log.len()));
            let parts = Scene::new();
            parts.take(&before.chunks(3).collect::<Vec<_>>()).await;
            parts.take_forgetful(&after.chunks(2).collect::<Vec<_>>()).await;
            parts.assert_equals(&at_once).await;
            at_once.assert_figures_are_sums().await;
        });
    }
}
