use super::*;

#[track_caller]
fn check(spans: &[Build], expected: &[&str]) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    let entries = entries(spans);
    let expected: Vec<String> = expected.iter().map(|&place| place.to_owned()).collect();
    async move {
        let scene = Scene::of(&entries).await;
        assert_eq!(places(&scene).await, expected, "at {caller}");
        Scene::one_by_one(&entries).await.assert_equals(&scene).await;
        scene.assert_figures_are_sums().await;
    }
}

#[tokio::test]
async fn agents_are_sessions_and_everything_else_is_theirs() {
    let spans = [
        agent(1, 0, "lead"),
        model(2, 1, 10),
        tool(3, 1, "delegate"),
        agent(4, 3, "helper"),
        tool(5, 4, "search"),
    ];
    check(&spans, &["1 0", "4<1 1"]).await;
}

#[tokio::test]
async fn children_wait_in_their_parents_session() {
    check(&[tool(5, 4, "search")], &["4 0"]).await;
    check(&[tool(5, 4, "search"), agent(4, 3, "helper")], &["3 0", "4<3 1"]).await;
    check(
        &[tool(5, 4, "search"), agent(4, 3, "helper"), tool(3, 1, "delegate")],
        &["1 0", "4<1 1"],
    )
    .await;
}

#[tokio::test]
async fn the_root_of_a_trace_is_a_session_whatever_it_is() {
    check(&[plain(1, 0), agent(2, 1, "a"), agent(3, 1, "b")], &["1 0", "2<1 1", "3<1 1"]).await;
    check(&[model(1, 0, 5)], &["1 0"]).await;
}

#[tokio::test]
async fn a_conversation_is_above_its_traces() {
    let named = json!({"gen_ai.conversation.id": "c"});
    check(&[agent(1, 0, "lead").and(named.clone())], &["1<c 1", "c 0"]).await;
    // Of an agent below another one it says nothing.
    check(&[agent(1, 0, "lead"), agent(2, 1, "helper").and(named.clone())], &["1 0", "2<1 1"])
        .await;
    // The root-most agent says it for a root that is no agent, whoever comes first.
    let spans = [plain(1, 0), tool(2, 1, "t"), agent(3, 2, "lead").and(named)];
    let expected = ["1<c 1", "3<1 2", "c 0"];
    check(&spans, &expected).await;
    let [root, between, lead] = spans;
    check(&[lead.clone(), between.clone(), root.clone()], &expected).await;
    check(&[lead, root, between], &expected).await;
}

#[tokio::test]
async fn spans_that_are_above_each_other_are_kept() {
    check(&[tool(1, 2, "a"), tool(2, 1, "b")], &["2 0"]).await;
    check(&[tool(1, 1, "a")], &["1 0"]).await;
}

#[tokio::test]
async fn a_very_long_chain_that_comes_backwards_is_cut_and_whole() {
    let chain = (2..=200).map(|id| plain(id, id - 1));
    let backwards: Vec<Build> = [agent(1, 0, "lead")].into_iter().chain(chain).rev().collect();
    let scene = Scene::of(&entries(&backwards)).await;
    let sessions: Vec<String> = places(&scene).await;
    assert_eq!(sessions.len(), 2, "the lower levels stay together: {sessions:?}");
    let events = "select sub_events || '' from session where depth = 0 and known";
    assert_eq!(scene.texts(events).await, ["201"], "start and end of the agent, and the others");
    Scene::one_by_one(&entries(&backwards)).await.assert_equals(&scene).await;
}

#[tokio::test]
async fn a_span_that_is_exported_again_counts_once() {
    let spans = [model(2, 1, 10), tool(3, 1, "t"), agent(1, 0, "lead")];
    let twice: Vec<Build> = spans.iter().chain(&spans).cloned().collect();
    let (once, twice) = (Scene::of(&entries(&spans)).await, Scene::of(&entries(&twice)).await);
    let figures = "select sub_events || ' ' || sub_tool_calls || ' ' || sub_tokens from session";
    assert_eq!(once.texts(figures).await, ["5 1 11"]);
    assert_eq!(twice.texts(figures).await, ["5 1 11"]);
}

#[tokio::test]
async fn steps_do_not_name_the_agent_that_took_them() {
    // By a clock of its own it ends after the agent, and all it knows is the service.
    let late = Build { end: 200, ..tool(2, 1, "t") };
    let scene = Scene::of(&entries(&[late, agent(1, 0, "lead")])).await;
    assert_eq!(scene.texts("select agent_id from session").await, ["lead"]);
}

#[tokio::test]
async fn agents_begin_and_end() {
    let lead = agent(1, 0, "lead").and(json!({
        "gen_ai.input.messages": r#"[{"role":"user","parts":[{"type":"text","content":"ask"}]}]"#,
        "gen_ai.output.messages": r#"[{"role":"assistant","parts":[{"type":"text","content":"so"}]}]"#,
    }));
    let spans =
        [model(2, 1, 10), tool(3, 1, "t").failed("no"), lead, agent(4, 3, "h").failed("bad")];
    let scene = Scene::of(&entries(&spans)).await;
    let sql = "select agent_id || ' ' || status || ' ' || coalesce(goal, '-') || ' ' ||
                   coalesce(final_response, '-') || ' ' || coalesce(error, '-') || ' ' ||
                   coalesce(model, '-') || ' ' || coalesce(total_tokens, '-')
               from session order by id";
    let completed = "lead 4 ask so no gpt-x 11";
    assert_eq!(scene.texts(sql).await, [completed, "h 5 - - bad - -"]);
}

#[tokio::test]
async fn whoever_states_no_goal_has_what_its_model_was_asked_first() {
    let asked = |id, end, texts: &[&str]| {
        let message = |text: &&str| json!({"role": "user", "content": text});
        let messages: Value = texts.iter().map(message).collect();
        Build { end, ..model(id, 1, 1).and(json!({"gen_ai.input.messages": messages.to_string()})) }
    };
    let lead = || agent(1, 0, "lead");
    let stated = lead().and(json!({"gen_ai.input.messages": r#"[{"role":"user","content":"c"}]"#}));
    let goal = "select coalesce(goal, '-') from session where known";
    for (lead, expected) in [(lead(), "a"), (stated, "c")] {
        let spans = [asked(2, 20, &["a", "then"]), asked(3, 30, &["b"]), lead];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let spans = order.map(|at| spans[at].clone());
            assert_eq!(Scene::of(&entries(&spans)).await.texts(goal).await, [expected]);
        }
    }
}

#[tokio::test]
async fn conversations_with_names_that_no_session_may_have_are_trees_all_the_same() {
    for name in ["n".repeat(300), "two\nlines".to_owned()] {
        let root = agent(1, 0, "lead").and(json!({"gen_ai.conversation.id": name}));
        let scene = Scene::of(&entries(&[tool(2, 1, "t"), root])).await;
        let poison = scene.texts("select reason from poison").await;
        assert!(poison.is_empty(), "{poison:?}");
        let places = places(&scene).await;
        assert!(
            places.len() == 2 && places.iter().any(|place| place.starts_with("1<")),
            "{places:?}"
        );
    }
}
