//! Hooks, log records and spans of the same run, in whatever order they come.

use banyan_protocol::otlp::{Encoding, Signal, cut};
use proptest::prelude::*;

use super::{transcripts::log_at, *};
use crate::projection::tests::random::cases;

/// Runs with both, one request a line, in the order in which they came; of Claude Code a run and its
/// continuation.
const CLAUDE: Run = Run {
    harness: Harness::ClaudeCode,
    lines: include_str!("../../../../../tests/fixtures/claude-code-2.1.329-beside.jsonl"),
    then: "2026-11-30T01:03:49Z",
};
const CODEX: Run = Run {
    harness: Harness::Codex,
    lines: include_str!("../../../../../tests/fixtures/codex-0.169.0-beside.jsonl"),
    then: "2026-11-30T01:39:48Z",
};

#[derive(Clone, Copy)]
struct Run {
    harness: Harness,
    lines: &'static str,
    /// When it was.
    then: &'static str,
}

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
    select session.id || ' ' || total_tokens || ' ' || coalesce(total_cost, '-') from session
    where session.known order by 1";
const PLACES: &str = "
    select session.id || ' ' || coalesce(parent.id, '-') || ' ' || session.own_tool_calls
    from session left join session as parent on parent.no = session.parent_no
    where session.known order by 1";

/// The hooks of the run, and its telemetry: spans and log records.
fn channels(run: Run) -> (Vec<Entry>, Vec<Entry>) {
    let (mut hooks, mut telemetry) = (Vec::new(), Vec::new());
    for line in run.lines.lines() {
        let request: Value = serde_json::from_str(line).unwrap();
        let body = request["body"].to_string();
        let signal = match request["path"].as_str().unwrap() {
            "/v1/traces" => Signal::Traces,
            "/v1/logs" => Signal::Logs,
            _ => {
                hooks.push(entry(run.harness, body));
                continue;
            }
        };
        let items = cut(signal, Encoding::Json, &body.into()).unwrap().items;
        let items = items.into_iter().map(|bytes| Entry { source: Source::Otlp(signal), bytes });
        telemetry.extend(items);
    }
    (hooks, telemetry)
}

/// Everything, as it came.
fn as_it_came(run: Run) -> Vec<Entry> {
    let (hooks, telemetry) = channels(run);
    let (before, end) = hooks.split_at(hooks.len() - 1);
    [before, &telemetry, end].concat()
}

async fn scene(run: Run, entries: &[Entry]) -> Scene {
    let scene = Scene::new();
    scene.take(&[&log_at(run.then, entries)]).await;
    scene
}

async fn is_as_hooks_say(scene: &Scene, hooked: &Scene) {
    assert_eq!(scene.texts(TREES).await, hooked.texts(TREES).await);
    assert_eq!(scene.texts(TWICE).await, hooked.texts(TWICE).await);
    scene.assert_figures_are_sums().await;
}

#[tokio::test]
async fn what_hooks_and_telemetry_tell_is_told_once() {
    for run in [CLAUDE, CODEX] {
        let (hooks, telemetry) = channels(run);
        let (hooked, exported) = (scene(run, &hooks).await, scene(run, &telemetry).await);
        let both = scene(run, &as_it_came(run)).await;
        is_as_hooks_say(&both, &hooked).await;
        let life = "select kind || ' ' || count(*) from event
                    where kind in ('session.started', 'session.ended', 'operation.agent_spawn')
                    group by kind order by 1";
        assert_eq!(both.texts(life).await, hooked.texts(life).await);
        let spent = both.texts(SPENT).await;
        assert_eq!(spent, exported.texts(SPENT).await);
        let name = format!("beside-{}", run.harness.name());
        insta::assert_debug_snapshot!(name, (both.texts(TREES).await, spent));
    }
}

#[tokio::test]
async fn hooks_count_also_where_telemetry_comes_first() {
    for run in [CLAUDE, CODEX] {
        let (hooks, telemetry) = channels(run);
        let hooked = scene(run, &hooks).await;
        let both = scene(run, &[telemetry, hooks].concat()).await;
        assert_eq!(both.texts(TREES).await, hooked.texts(TREES).await);
    }
}

#[tokio::test]
async fn telemetry_of_what_was_before_the_hooks_is_kept() {
    let (hooks, telemetry) = channels(CLAUDE);
    let hooks = &hooks[hooks.len() - 4..];
    let begun = scene(CLAUDE, &[&telemetry, hooks].concat()).await;
    let calls = "select own_tool_calls || '' from session where known order by id";
    assert_eq!(begun.texts(calls).await, ["2", "1"]);
}

#[tokio::test]
async fn a_session_waits_whatever_telemetry_tells_of_it() {
    let (hooks, telemetry) = channels(CLAUDE);
    let session = json!({"session_id": "3b5af54e-8527-4ceb-bd66-6cc81845352f",
        "hook_event_name": "PermissionRequest", "tool_name": "Bash"});
    let ask = entry(Harness::ClaudeCode, session.to_string());
    let status = "select status || '' from session where parent_no is null and known";
    let hooks = [&hooks[..3], &[ask]].concat();
    let alone = scene(CLAUDE, &hooks).await.texts(status).await;
    for told in [[&hooks[..], &telemetry].concat(), [&telemetry, &hooks[..]].concat()] {
        assert_eq!(scene(CLAUDE, &told).await.texts(status).await, alone);
    }
}

/// The telemetry in any order, anywhere among the hooks, some of it twice; and where the log is cut
/// into batches.
fn deliveries() -> impl Strategy<Value = (Vec<Entry>, usize)> {
    let (hooks, telemetry) = channels(CLAUDE);
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
    #![proptest_config(cases(12))]

    #[test]
    fn hooks_say_how_it_was_wherever_telemetry_comes((entries, cut) in deliveries()) {
        block_on(async {
            let (hooks, telemetry) = channels(CLAUDE);
            let hooked = scene(CLAUDE, &hooks).await;
            let exported = scene(CLAUDE, &telemetry).await;
            let both = scene(CLAUDE, &entries).await;
            is_as_hooks_say(&both, &hooked).await;
            assert_eq!(both.texts(SPENT).await, exported.texts(SPENT).await);

            let log = log_at(CLAUDE.then, &entries);
            let (before, after) = log.split_at(cut.min(log.len()));
            let parts = Scene::new();
            parts.take(&before.chunks(7).collect::<Vec<_>>()).await;
            parts.take_forgetful(&after.chunks(5).collect::<Vec<_>>()).await;
            parts.assert_equals(&both).await;
        });
    }

    #[test]
    fn all_of_it_in_any_order_is_the_same_tree(entries in any_delivery(as_it_came(CLAUDE))) {
        block_on(async {
            let hooked = scene(CLAUDE, &channels(CLAUDE).0).await;
            let both = scene(CLAUDE, &entries).await;
            assert_eq!(both.texts(PLACES).await, hooked.texts(PLACES).await);
            both.assert_figures_are_sums().await;
        });
    }
}
