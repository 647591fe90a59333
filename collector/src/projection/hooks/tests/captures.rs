use banyan_protocol::{
    Timestamp,
    hook::{Harness, Hook},
};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    super::{Told, translate},
    *,
};
use crate::projection::tests::{random::cases, story::log};

const CAPTURES: [(Harness, &str); 2] =
    [(Harness::ClaudeCode, CLAUDE_CODE), (Harness::Codex, CODEX)];

pub(super) const CLAUDE_TREE: [&str; 3] = [
    "1fd05437-e43e-4d77-9d4a-ee3272613c83 0",
    "1fd05437-e43e-4d77-9d4a-ee3272613c83:ab650d2319fd0fc45<1fd05437-e43e-4d77-9d4a-ee3272613c83 1",
    "1fd05437-e43e-4d77-9d4a-ee3272613c83:ae8c0ad80a11800bd<1fd05437-e43e-4d77-9d4a-ee3272613c83:ab650d2319fd0fc45 2",
];
const CODEX_TREE: [&str; 2] = [
    "01a1f8c0-4617-7d11-840a-3e412d1a4bc5 0",
    "01a1f8c0-46b3-7761-a270-82ecc94099a2<01a1f8c0-4617-7d11-840a-3e412d1a4bc5 1",
];

/// What each hook of a capture says, without the hook itself.
fn said(harness: Harness, lines: &str) -> Vec<(String, Vec<Value>)> {
    let mut told = Told::default();
    let hooks = (0..).zip(lines.lines());
    hooks
        .map(|(second, line)| {
            let hook = Hook::read(line).unwrap();
            let at = Timestamp::from_micros(1_700_000_000_000_000 + second * 1_000_000);
            let events = translate(harness, &mut told, &hook, at).into_iter().map(|event| {
                let mut event: Value = serde_json::from_str(&event.text).unwrap();
                let carried = event.as_object_mut().unwrap().remove("hook");
                assert_eq!(carried, serde_json::from_str(line).unwrap());
                event
            });
            (hook.name.clone(), events.collect())
        })
        .collect()
}

#[test]
fn the_captures_say_what_they_said() {
    for (harness, lines) in CAPTURES {
        insta::assert_json_snapshot!(harness.name(), said(harness, lines));
    }
}

async fn is_the_run(scene: &Scene, harness: Harness) {
    let places = scene.places().await;
    match harness {
        Harness::ClaudeCode => assert_eq!(places, CLAUDE_TREE),
        Harness::Codex => assert_eq!(places, CODEX_TREE),
    }
    scene.assert_figures_are_sums().await;
}

#[tokio::test]
async fn the_captures_make_their_trees() {
    for (harness, lines) in CAPTURES {
        let scene = Scene::of(&capture(harness, lines)).await;
        is_the_run(&scene, harness).await;
        let figures =
            "select id || ' ' || status || ' ' || goal || ' ' || coalesce(final_response, '-') || ' ' || own_tool_calls
             from session order by id";
        let rows = scene.texts(figures).await;
        insta::assert_debug_snapshot!(format!("{}-sessions", harness.name()), rows);
    }
}

#[tokio::test]
async fn the_event_shows_the_hook_as_received() {
    let scene = Scene::of(&capture(Harness::ClaudeCode, CLAUDE_CODE)).await;
    let first = scene.texts("select raw from event order by key limit 1").await.remove(0);
    assert!(first.contains(CLAUDE_CODE.lines().next().unwrap()), "{first}");
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn any_order_and_any_repetition_make_the_same_tree(
        claude in any_delivery(capture(Harness::ClaudeCode, CLAUDE_CODE)),
        codex in any_delivery(capture(Harness::Codex, CODEX)),
    ) {
        block_on(async {
            is_the_run(&Scene::of(&claude).await, Harness::ClaudeCode).await;
            is_the_run(&Scene::of(&codex).await, Harness::Codex).await;
        });
    }

    /// Wherever the log was cut into batches, and wherever the collector was restarted.
    #[test]
    fn rebuild_is_identical(
        story in any_delivery([CLAUDE_CODE, CODEX].into_iter().zip([Harness::ClaudeCode, Harness::Codex])
            .flat_map(|(lines, harness)| capture(harness, lines)).collect()),
        cut in 1..20usize,
    ) {
        block_on(async {
            let at_once = Scene::of(&story).await;
            let log = log(&story);
            let (before, after) = log.split_at(cut);
            let parts = Scene::new();
            parts.take(&before.chunks(3).collect::<Vec<_>>()).await;
            parts.take_forgetful(&after.chunks(2).collect::<Vec<_>>()).await;
            parts.assert_equals(&at_once).await;
        });
    }
}

#[tokio::test]
async fn delivered_twice_counts_once() {
    let once = capture(Harness::ClaudeCode, CLAUDE_CODE);
    let twice: Vec<Entry> = once.iter().flat_map(|hook| [hook.clone(), hook.clone()]).collect();
    let events = "select session_no || ' ' || kind || ' ' || event_id from event order by 1";
    let (once, twice) = (Scene::of(&once).await, Scene::of(&twice).await);
    assert_eq!(twice.texts(events).await, once.texts(events).await);
    let figures = "select id || status || own_events || own_tool_calls from session order by id";
    assert_eq!(twice.texts(figures).await, once.texts(figures).await);
}
