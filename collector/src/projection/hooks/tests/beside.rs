//! Hooks, log records and spans of the same run, in whatever order they come.

use banyan_protocol::otlp::{Encoding, Signal, cut};
use proptest::prelude::*;

use super::{transcripts::log_at, *};
use crate::projection::tests::random::cases;

/// A run with both, and its continuation: one request a line, in the order in which they came.
const BOTH: &str = include_str!("../../../../../tests/fixtures/claude-code-2.1.329-beside.jsonl");
/// When it was.
const THEN: &str = "2026-11-30T01:03:49Z";

/// What hooks say best: whose child it is, its life, its calls.
const TREES: &str = "
    select json_array(session.id, parent.id, session.depth, session.agent_id, session.status,
                      session.goal, session.final_response, session.error, session.own_tool_calls,
                      session.own_errors)
    from session left join session as parent on parent.no = session.parent_no
    where session.known order by session.id";
/// What is told by both.
const TWICE: &str = "
    select session.id || ' ' || kind || ' ' || count(*)
    from event join session on session.no = event.session_no
    where kind in ('operation.tool_start', 'operation.tool_end', 'cognition.goal')
    group by session.id, kind order by 1";
/// What telemetry alone says.
const SPENT: &str = "
    select session.id || ' ' || total_tokens || ' ' || total_cost from session
    where session.known order by 1";
const PLACES: &str = "
    select session.id || ' ' || coalesce(parent.id, '-') || ' ' || session.own_tool_calls
    from session left join session as parent on parent.no = session.parent_no
    where session.known order by 1";

/// The hooks of the run, and its telemetry: spans and log records.
fn channels() -> (Vec<Entry>, Vec<Entry>) {
    let (mut hooks, mut telemetry) = (Vec::new(), Vec::new());
    for line in BOTH.lines() {
        let request: Value = serde_json::from_str(line).unwrap();
        let body = request["body"].to_string();
        let signal = match request["path"].as_str().unwrap() {
            "/v1/traces" => Signal::Traces,
            "/v1/logs" => Signal::Logs,
            _ => {
                hooks.push(entry(Harness::ClaudeCode, body));
                continue;
            }
        };
        let items = cut(signal, Encoding::Json, body.as_bytes()).unwrap().items;
        let items = items.into_iter().map(|bytes| Entry { source: Source::Otlp(signal), bytes });
        telemetry.extend(items);
    }
    (hooks, telemetry)
}

/// Everything, as it came.
fn as_it_came() -> Vec<Entry> {
    let (hooks, telemetry) = channels();
    let (before, end) = hooks.split_at(hooks.len() - 1);
    [before, &telemetry, end].concat()
}

async fn scene(entries: &[Entry]) -> Scene {
    let scene = Scene::new();
    scene.take(&[&log_at(THEN, entries)]).await;
    scene
}

async fn is_as_hooks_say(scene: &Scene, hooked: &Scene) {
    assert_eq!(scene.texts(TREES).await, hooked.texts(TREES).await);
    assert_eq!(scene.texts(TWICE).await, hooked.texts(TWICE).await);
    scene.assert_figures_are_sums().await;
}

#[tokio::test]
async fn what_hooks_and_telemetry_tell_is_told_once() {
    let (hooks, telemetry) = channels();
    let (hooked, exported) = (scene(&hooks).await, scene(&telemetry).await);
    let both = scene(&as_it_came()).await;
    is_as_hooks_say(&both, &hooked).await;
    let life = "select kind || ' ' || count(*) from event
                where kind in ('session.started', 'session.ended', 'operation.agent_spawn')
                group by kind order by 1";
    assert_eq!(both.texts(life).await, hooked.texts(life).await);
    assert_eq!(both.texts(SPENT).await, exported.texts(SPENT).await);
    insta::assert_debug_snapshot!("beside", both.texts(TREES).await);
    insta::assert_debug_snapshot!("beside-spent", both.texts(SPENT).await);
}

#[tokio::test]
async fn telemetry_of_what_was_before_the_hooks_is_kept() {
    let (hooks, telemetry) = channels();
    let hooks = &hooks[hooks.len() - 4..];
    let begun = scene(&[&telemetry, hooks].concat()).await;
    let calls = "select own_tool_calls || '' from session where known order by id";
    assert_eq!(begun.texts(calls).await, ["2", "1"]);
}

/// The telemetry in any order, anywhere among the hooks, some of it twice; and where the log is cut
/// into batches.
fn deliveries() -> impl Strategy<Value = (Vec<Entry>, usize)> {
    let (hooks, telemetry) = channels();
    let all = hooks.len() + 2 * telemetry.len();
    let twice = prop::collection::vec(any::<prop::sample::Index>(), 0..6);
    let places = prop::collection::vec(any::<prop::sample::Index>(), all);
    (Just(telemetry).prop_shuffle(), twice, places, 1..all).prop_map(
        move |(mut told, twice, places, cut)| {
            let again: Vec<Entry> = twice.iter().map(|at| at.get(&told).clone()).collect();
            told.extend(again);
            let mut entries = hooks.clone();
            for (item, place) in told.into_iter().zip(&places) {
                entries.insert(place.index(entries.len() + 1), item);
            }
            (entries, cut)
        },
    )
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn hooks_say_how_it_was_wherever_telemetry_comes((entries, cut) in deliveries()) {
        block_on(async {
            let (hooks, telemetry) = channels();
            let (hooked, exported) = (scene(&hooks).await, scene(&telemetry).await);
            let both = scene(&entries).await;
            is_as_hooks_say(&both, &hooked).await;
            assert_eq!(both.texts(SPENT).await, exported.texts(SPENT).await);

            let log = log_at(THEN, &entries);
            let (before, after) = log.split_at(cut.min(log.len()));
            let parts = Scene::new();
            parts.take(&before.chunks(7).collect::<Vec<_>>()).await;
            parts.take_forgetful(&after.chunks(5).collect::<Vec<_>>()).await;
            parts.assert_equals(&both).await;
        });
    }

    #[test]
    fn all_of_it_in_any_order_is_the_same_tree(entries in any_delivery(as_it_came())) {
        block_on(async {
            let (hooked, both) = (scene(&channels().0).await, scene(&entries).await);
            assert_eq!(both.texts(PLACES).await, hooked.texts(PLACES).await);
            both.assert_figures_are_sums().await;
        });
    }
}
