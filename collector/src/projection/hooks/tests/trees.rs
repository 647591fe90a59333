use proptest::prelude::*;

use super::*;
use crate::projection::tests::random::cases;

#[track_caller]
fn check(entries: Vec<Entry>, expected: &[&str]) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        assert_eq!(Scene::of(&entries).await.places().await, expected, "at {caller}");
    }
}

#[tokio::test]
async fn until_a_call_returns_the_newest_open_one_for_the_kind_is_the_parent() {
    let entries = vec![
        bash("", "t0"),
        call("", "t1", "general"),
        start("a", "general"),
        call("a", "t2", "explorer"),
        call("a", "t3", "general"),
        start("b", "general"),
        start("c", "explorer"),
    ];
    let scene = Scene::of(&entries).await;
    assert_eq!(scene.places().await, ["s 0", "s:a<s 1", "s:b<s:a 2", "s:c<s:a 2"]);
    assert_eq!(goals(&scene).await, ["s -", "s:a goal of t1", "s:b goal of t3", "s:c goal of t2"]);
}

#[tokio::test]
async fn a_result_corrects_a_wrong_guess() {
    let crossed = [
        call("", "t1", "general"),
        start("a", "general"),
        call("", "t2", "general"),
        call("a", "t3", "general"),
        // Of the main session, though the newest call is that of a.
        start("b", "general"),
    ];
    check(crossed.to_vec(), &["s 0", "s:a<s 1", "s:b<s:a 2"]).await;
    let mut told = crossed.to_vec();
    told.push(returned("", "t2", "general", "b"));
    let scene = Scene::of(&told).await;
    assert_eq!(scene.places().await, ["s 0", "s:a<s 1", "s:b<s 1"]);
    assert_eq!(goals(&scene).await, ["s -", "s:a goal of t1", "s:b goal of t2"]);
}

#[tokio::test]
async fn a_sub_agent_that_nobody_called_belongs_to_the_main_session() {
    check(vec![bash("", "t0"), start("a", "general")], &["s 0", "s:a<s 1"]).await;
    check(vec![bash("a", "t0")], &["s 0", "s:a<s 1"]).await;
    check(vec![call("", "t1", "explorer"), start("a", "general")], &["s 0", "s:a<s 1"]).await;
}

#[tokio::test]
async fn a_call_that_comes_late_explains_its_sub_agent() {
    let entries = vec![start("a", "general"), start("b", "explorer"), call("a", "t1", "explorer")];
    check(entries, &["s 0", "s:a<s 1", "s:b<s:a 2"]).await;
}

#[tokio::test]
async fn a_sub_agent_is_never_its_own_parent() {
    let entries = vec![call("a", "t1", "general"), start("a", "general")];
    check(entries, &["s 0", "s:a<s 1"]).await;
}

#[tokio::test]
async fn whoever_resumes_a_sub_agent_is_not_its_parent() {
    let input = json!({"subagent_type": "general", "resume": "b"});
    let resumed = json!({
        "tool_name": "Agent", "tool_use_id": "t3", "tool_input": input,
        "tool_response": {"agentId": "b"},
    });
    let entries = vec![
        hook("", "PostToolUse", resumed),
        start("a", "general"),
        returned("a", "t2", "general", "b"),
    ];
    check(entries, &["s 0", "s:a<s 1", "s:b<s:a 2"]).await;
}

/// Parallel ones, one in the background, nesting of three levels, and one that goes on.
fn busy_run() -> Vec<Entry> {
    vec![
        hook("", "SessionStart", json!({"source": "startup"})),
        hook("", "UserPromptSubmit", json!({"prompt": "go", "prompt_id": "p1"})),
        call("", "t1", "general"),
        call("", "t2", "general"),
        returned("", "t2", "general", "b"),
        start("a", "general"),
        start("b", "general"),
        call("a", "t3", "general"),
        call("b", "t4", "general"),
        start("d", "general"),
        start("c", "general"),
        call("c", "t5", "explorer"),
        start("e", "explorer"),
        returned("c", "t5", "explorer", "e"),
        stop("e", "found"),
        returned("a", "t3", "general", "c"),
        returned("b", "t4", "general", "d"),
        stop("c", "c done"),
        stop("d", "d done"),
        stop("a", "a done"),
        returned("", "t1", "general", "a"),
        stop("b", "b done"),
        hook("", "Stop", json!({"last_assistant_message": "all done", "prompt_id": "p1"})),
        hook("", "SessionEnd", json!({"reason": "other", "prompt_id": "p1"})),
        hook("", "SessionStart", json!({"source": "resume"})),
    ]
}

const BUSY_TREE: [&str; 6] = ["s 0", "s:a<s 1", "s:b<s 1", "s:c<s:a 2", "s:d<s:b 2", "s:e<s:c 3"];

#[tokio::test]
async fn a_busy_run_is_one_tree() {
    check(busy_run(), &BUSY_TREE).await;
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn a_busy_run_in_any_order_is_the_same_tree(hooks in any_delivery(busy_run())) {
        block_on(async {
            let scene = Scene::of(&hooks).await;
            assert_eq!(scene.places().await, BUSY_TREE);
            scene.assert_figures_are_sums().await;
        });
    }
}
