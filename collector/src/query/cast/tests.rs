//! Who is named, and in which order.

use super::{super::fixture::Fixture, *};

/// A lead with three coders, of whom two failed, and a tester below the first.
async fn fixture() -> Fixture {
    let mut fixture = Fixture::new().await;
    let agents = [
        ("lead", None, "lead", Status::Running, Some(50)),
        ("a", Some("lead"), "coder", Status::Failed, Some(900)),
        ("b", Some("lead"), "coder", Status::Timeout, None),
        ("c", Some("lead"), "coder", Status::Completed, Some(70)),
        ("t", Some("a"), "tester: \"fast\"", Status::Failed, Some(0)),
    ];
    for (id, parent, agent, status, cost) in agents {
        fixture
            .session_with(id, parent, |draft| {
                draft.agent_id = agent.to_owned();
                draft.status = status;
                draft.cost = cost;
                draft.goal = Some("the same".to_owned());
            })
            .await;
    }
    fixture.run("update session set ended_at = 1000 - no, error = 'exit 101'").await;
    fixture
}

#[tokio::test]
async fn agents_are_named_by_how_many_sessions_they_had() {
    let cast = fixture().await.query.cast("lead").await.unwrap();
    let agents: Vec<_> = cast
        .agents
        .iter()
        .map(|agent| (agent.agent_id.as_str(), agent.sessions, agent.failed))
        .collect();
    assert_eq!(agents, [("coder", 3, 2), ("lead", 1, 0), ("tester: \"fast\"", 1, 1)]);
    assert_eq!(cast.agents[2].query, r#"under:lead agent:"tester: \"fast\"""#);
    assert_eq!((cast.more_agents, cast.cut_at), (0, None));
}

#[tokio::test]
async fn the_first_failure_and_the_dearest_are_named() {
    let cast = fixture().await.query.cast("lead").await.unwrap();
    // It was written last, and ended first.
    assert_eq!(cast.first_failure.unwrap().id, "t");
    let dearest: Vec<_> = cast.dearest.iter().map(|session| session.id.as_str()).collect();
    assert_eq!(dearest, ["a", "c", "lead"]);
}

#[tokio::test]
async fn a_second_try_at_the_same_is_an_attempt() {
    let fixture = fixture().await;
    for (id, expected) in [
        ("a", Some(Attempt { number: 1, of: 3 })),
        ("c", Some(Attempt { number: 3, of: 3 })),
        ("t", None),
        ("lead", None),
    ] {
        assert_eq!(fixture.query.cast(id).await.unwrap().attempt, expected, "{id}");
    }
}

#[tokio::test]
async fn who_has_no_children_and_who_is_unknown_has_no_cast() {
    let fixture = fixture().await;
    let alone = fixture.query.cast("t").await.unwrap();
    assert_eq!((alone.agents, alone.first_failure), (Vec::new(), None));
    assert_eq!(fixture.query.cast("nobody").await.unwrap(), CastView::default());
}

#[tokio::test]
async fn a_large_tree_says_that_not_all_of_it_was_looked_at() {
    let mut fixture = Fixture::new().await;
    fixture.trees(i64::from(SESSIONS_MAX_COUNT) + 1, i64::from(SESSIONS_MAX_COUNT) + 1).await;
    let cast = fixture.query.cast("s1").await.unwrap();
    assert_eq!(cast.cut_at, Some(u64::from(SESSIONS_MAX_COUNT)));
    let sessions: u64 = cast.agents.iter().map(|agent| agent.sessions).sum();
    assert_eq!(sessions, u64::from(SESSIONS_MAX_COUNT));
}
