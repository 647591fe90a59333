use banyan_protocol::view::Status;

use super::*;
use crate::projection::tests::story::delete;

/// Statuses by session.
#[track_caller]
fn check(entries: Vec<Entry>, expected: &[(&str, Status)]) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    let expected: Vec<String> = expected
        .iter()
        .map(|(id, status)| {
            let index = Status::ALL.iter().position(|known| known == status).unwrap();
            format!("{id} {index}")
        })
        .collect();
    async move {
        let scene = Scene::of(&entries).await;
        let rows =
            scene.texts("select id || ' ' || status from session where known order by id").await;
        assert_eq!(rows, expected, "at {caller}");
    }
}

fn begin(source: &str) -> Entry {
    hook("", "SessionStart", json!({"source": source}))
}

fn end() -> Entry {
    hook("", "SessionEnd", json!({"reason": "other"}))
}

fn prompt(turn: &str) -> Entry {
    hook("", "UserPromptSubmit", json!({"prompt": "go", "prompt_id": turn}))
}

fn last_word(turn: &str) -> Entry {
    hook("", "Stop", json!({"last_assistant_message": "done", "prompt_id": turn}))
}

#[tokio::test]
async fn a_session_waits_rests_and_ends() {
    let ask = hook("", "PermissionRequest", json!({"tool_name": "Bash"}));
    let note = |kind| hook("", "Notification", json!({"message": "m", "notification_type": kind}));
    for (last, expected) in [
        (prompt("p"), Status::Running),
        (ask, Status::Waiting),
        (note("permission_prompt"), Status::Waiting),
        (note("idle_prompt"), Status::Idle),
        (note("auth_success"), Status::Running),
        (last_word("p"), Status::Idle),
        (end(), Status::Completed),
        (hook("", "StopFailure", json!({"error": "rate_limit"})), Status::Failed),
    ] {
        check(vec![begin("startup"), bash("", "t"), last], &[("s", expected)]).await;
    }
}

#[tokio::test]
async fn whatever_comes_next_ends_a_wait() {
    let ask = hook("", "PermissionRequest", json!({"tool_name": "Bash"}));
    check(vec![bash("", "t"), ask, bash("", "t2")], &[("s", Status::Running)]).await;
}

#[tokio::test]
async fn a_session_is_resumed_by_a_start_or_by_a_new_prompt() {
    let over = vec![begin("startup"), prompt("p1"), last_word("p1"), end()];
    for (next, expected) in [
        (begin("resume"), Status::Running),
        (prompt("p2"), Status::Running),
        // These only came late, or again.
        (prompt("p1"), Status::Completed),
        (last_word("p1"), Status::Completed),
        (begin("startup"), Status::Completed),
        (end(), Status::Completed),
    ] {
        let mut hooks = over.clone();
        hooks.push(next);
        check(hooks, &[("s", expected)]).await;
    }
}

#[tokio::test]
async fn a_first_start_that_comes_late_does_not_resume() {
    let hooks = vec![prompt("p1"), last_word("p1"), end(), begin("startup")];
    check(hooks, &[("s", Status::Completed)]).await;
    let hooks = vec![stop("a", "done"), start("a", "general")];
    check(hooks, &[("s", Status::Running), ("s:a", Status::Completed)]).await;
}

#[tokio::test]
async fn a_failed_turn_fails_the_session_until_the_next_prompt() {
    let failed = hook("", "StopFailure", json!({"error": "rate_limit", "prompt_id": "p1"}));
    let story = vec![prompt("p1"), failed, end()];
    check(story.clone(), &[("s", Status::Failed)]).await;
    let errors = Scene::of(&story).await.texts("select error from session").await;
    assert_eq!(errors, ["rate_limit"]);
    let hooks = [story, vec![prompt("p2"), last_word("p2"), end()]].concat();
    check(hooks, &[("s", Status::Completed)]).await;
}

#[tokio::test]
async fn what_the_end_cuts_off_is_cancelled() {
    let hooks = vec![begin("startup"), start("a", "general"), start("b", "general")];
    let hooks = [hooks, vec![stop("b", "done"), end()]].concat();
    let expected =
        [("s", Status::Completed), ("s:a", Status::Cancelled), ("s:b", Status::Completed)];
    check(hooks.clone(), &expected).await;
    // Unless it only said so late.
    let hooks = [hooks, vec![stop("a", "done")]].concat();
    check(hooks, &[expected[0], ("s:a", Status::Completed), expected[2]]).await;
}

#[tokio::test]
async fn a_tool_that_failed_says_why() {
    let bash = |name, rest: Value| {
        let mut fields = json!({"tool_name": "Bash", "tool_use_id": "t", "duration_ms": 12});
        fields.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        hook("", name, fields)
    };
    for (entry, expected) in [
        (bash("PostToolUse", json!({"tool_response": {"stdout": "x"}})), None),
        (bash("PostToolUseFailure", json!({"error": "exit 1"})), Some("exit 1")),
        (bash("PostToolUseFailure", json!({})), Some("the tool failed")),
        (bash("PostToolUse", json!({"tool_response": {"interrupted": true}})), Some("interrupted")),
        (bash("PermissionDenied", json!({"reason": "no"})), Some("no")),
    ] {
        let scene = Scene::of(&[entry]).await;
        let errors = scene.texts("select coalesce(error, '-') from session").await;
        assert_eq!(errors, [expected.unwrap_or("-")]);
        let tools = scene.texts("select tool || call_id || ok from event").await;
        assert_eq!(tools, [format!("Basht{}", i32::from(expected.is_none()))]);
    }
}

#[tokio::test]
async fn a_huge_result_is_clipped_and_still_ends_its_call() {
    let response = json!({"stdout": "x".repeat(3_000_000)});
    let rest = json!({"tool_name": "Read", "tool_use_id": "t", "tool_response": response});
    let scene = Scene::of(&[bash("", "t"), hook("", "PostToolUse", rest)]).await;
    assert_eq!(scene.texts("select count(*) || '' from poison").await, ["0"]);
    let rows = scene.texts("select kind || (length(raw) < 1048576) from event").await;
    assert_eq!(rows, ["operation.tool_start1", "operation.tool_end1"]);
}

#[tokio::test]
async fn unknown_hooks_are_events_of_their_own_type() {
    let scene = Scene::of(&[hook("", "WorktreeCreate", json!({"name": "w", "n": [1]}))]).await;
    let kinds = scene.texts("select kind || ' ' || (raw ->> '$.payload.name') from event").await;
    assert_eq!(kinds, ["claude_code.worktree_create w"]);
}

#[tokio::test]
async fn hooks_that_cannot_be_read_are_poison_and_stop_nothing() {
    let hooks = ["", "[]", "{}"].map(|text| entry(Harness::Codex, text.to_owned())).to_vec();
    let scene = Scene::of(&[hooks, vec![begin("startup")]].concat()).await;
    assert_eq!(scene.texts("select count(*) || '' from poison").await, ["3"]);
    assert_eq!(scene.places().await, ["s 0"]);
}

#[tokio::test]
async fn a_deleted_session_is_forgotten() {
    let told = "select count(*) || '' from told";
    let scene = Scene::of(&[prompt("p"), last_word("p")]).await;
    assert_eq!(scene.texts(told).await, ["1"]);
    let hooks = [prompt("p"), last_word("p"), delete("s")];
    assert_eq!(Scene::of(&hooks).await.texts(told).await, ["0"]);
    assert_eq!(Scene::one_by_one(&hooks).await.texts(told).await, ["0"]);
}

#[tokio::test]
async fn names_that_no_session_may_have_are_made_ones_that_it_may() {
    for kind in ["k".repeat(300), "two\nlines".to_owned()] {
        let story = vec![begin("startup"), start("a1", &kind), start("a2", &kind), end()];
        let scene = Scene::of(&story).await;
        let poison = scene.texts("select reason from poison").await;
        assert!(poison.is_empty(), "{poison:?}");
        let places = scene.places().await;
        assert_eq!(places, ["s 0", "s:a1<s 1", "s:a2<s 1"]);
        let agents = scene.texts("select agent_id from session where depth = 1 order by id").await;
        assert_eq!(agents[0], agents[1]);
    }
}

#[tokio::test]
async fn what_is_remembered_of_calls_is_bounded() {
    let call = |at: u32| {
        let input = json!({"subagent_type": "k".repeat(9_000), "prompt": "p".repeat(200_000)});
        let id = format!("{at}{}", "i".repeat(9_000));
        hook(
            "",
            "PreToolUse",
            json!({"tool_name": "Agent", "tool_use_id": id, "tool_input": input}),
        )
    };
    let scene = Scene::of(&(0..20).map(call).collect::<Vec<_>>()).await;
    let size = scene.texts("select max(length(state)) || '' from told").await;
    let bytes: usize = size[0].parse().unwrap();
    assert!(bytes < 20 * 10_000, "{bytes} bytes for 20 calls");
}
