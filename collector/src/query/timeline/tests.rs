//! Trees in time, as a view holds them.

use banyan_protocol::view::{CallState, Status};

use super::{
    super::fixture::{Fixture, NOW},
    *,
};

const SECOND: i64 = 1_000_000;

async fn timeline(fixture: &Fixture, id: &str, scope: Scope) -> TimelineView {
    let request = TreeRequest::default();
    fixture.query.timeline(id, scope, &request).await.unwrap().unwrap().1
}

/// Three sessions in a row: a above b above c; and d beside b.
async fn small() -> Fixture {
    let mut fixture = Fixture::new().await;
    for (id, parent) in [("a", None), ("b", Some("a")), ("c", Some("b")), ("d", Some("a"))] {
        fixture.session_with(id, parent, |draft| draft.agent_id = id.to_owned()).await;
    }
    fixture
        .run(
            "update session
             set own_first_at = no * 1000000, own_last_at = no * 2000000, own_events = 4,
                 started_at = case id when 'b' then 500000 end,
                 ended_at = case id when 'c' then 7000000 end",
        )
        .await;
    fixture
}

#[tokio::test]
async fn lives_come_with_parents_first_and_know_their_times() {
    let fixture = small().await;
    let lines = |view: &TimelineView| {
        let line = |life: &banyan_protocol::view::Life| {
            let at = |at: Option<banyan_protocol::Timestamp>| at.map(|at| at.micros() / 100_000);
            (view.agents[life.agent].clone(), life.parent, at(life.first_at), at(life.last_at))
        };
        view.lives.iter().map(line).collect::<Vec<_>>()
    };
    let [a, b, c, d] = ["a", "b", "c", "d"].map(str::to_owned);
    let whole = timeline(&fixture, "c", Scope::Tree).await;
    assert_eq!(
        lines(&whole),
        [
            (a, None, Some(10), Some(20)),
            (b.clone(), Some(0), Some(5), Some(40)),
            (d, Some(0), Some(40), Some(80)),
            (c.clone(), Some(1), Some(30), Some(70)),
        ]
    );
    assert_eq!((whole.left_out, whole.without_work), (0, 0));
    let below = timeline(&fixture, "b", Scope::Subtree).await;
    assert_eq!(lines(&below), [(b, None, Some(5), Some(40)), (c, Some(0), Some(30), Some(70))]);
    let request = TreeRequest::default();
    assert!(fixture.query.timeline("nobody", Scope::Tree, &request).await.unwrap().is_none());
}

#[tokio::test]
async fn calls_are_paired_and_silent_heartbeats_are_no_work() {
    let mut fixture = small().await;
    let at = |second: i64| NOW + second * SECOND;
    for (kind, second, ok) in [
        ("operation.tool_start", 1, None),
        ("session.heartbeat", 2, None),
        ("operation.tool_end", 4, Some(false)),
        ("cognition.thought", 5, None),
        ("operation.tool_start", 6, None),
    ] {
        fixture
            .event("a", |event| {
                event.kind = kind;
                event.received_at = at(second);
                event.ok = ok;
                event.tool = kind.starts_with("operation").then_some("bash");
            })
            .await;
    }
    // Its start was lost; the end says how long it took.
    fixture
        .event("b", |event| {
            event.kind = "operation.tool_end";
            event.received_at = at(9);
            event.ok = Some(true);
            event.tool = Some("bash");
            event.payload = r#"{"tool":"bash","success":true,"latency_ms":2500}"#;
        })
        .await;
    let view = timeline(&fixture, "a", Scope::Tree).await;
    let work = |no| view.works.iter().find(|work| work.no == no).unwrap();
    let calls = |no| {
        let call = |call: &banyan_protocol::view::TimedCall| {
            let since = |at: banyan_protocol::Timestamp| (at.micros() - NOW) / 100_000;
            (since(call.start), call.end.map(since), call.state)
        };
        work(no).calls.iter().map(call).collect::<Vec<_>>()
    };
    assert_eq!(calls(1), [(10, Some(40), CallState::Failed), (60, None, CallState::Open)]);
    assert_eq!(calls(2), [(65, Some(90), CallState::Succeeded)]);
    let events: Vec<_> =
        work(1).events.iter().map(|event| (event.micros() - NOW) / SECOND).collect();
    assert_eq!(events, [1, 4, 5, 6]);
    assert!(view.works.iter().all(|work| !work.cut));
}

#[tokio::test]
async fn the_longest_lives_are_read_first_and_the_rest_is_counted() {
    let mut fixture = small().await;
    fixture.run("update session set own_events = 5000").await;
    fixture.event("d", |event| event.received_at = NOW).await;
    fixture.event("a", |event| event.received_at = NOW).await;
    let view = timeline(&fixture, "a", Scope::Tree).await;
    let worked: Vec<_> = view.works.iter().map(|work| work.no).collect();
    assert_eq!((worked, view.without_work), (vec![4], 3));
    fixture.run("update session set own_events = 9000 where id = 'd'").await;
    let view = timeline(&fixture, "a", Scope::Tree).await;
    assert!(view.works.iter().all(|work| work.cut));
}

#[tokio::test]
async fn a_subtree_is_open_for_trouble_or_as_asked() {
    let mut fixture = small().await;
    fixture.session_with("e", Some("c"), |draft| draft.status = Status::Failed).await;
    let shown = async |id: &str, open: Option<Vec<String>>| {
        let request = TreeRequest { open, window: None };
        let view = fixture.query.subtree(id, &request).await.unwrap();
        view.map(|view| {
            let mut ids = Vec::new();
            let mut left: Vec<&Node> = view.roots.iter().collect();
            while let Some(node) = left.pop() {
                ids.push(node.session.id.clone());
                if let Branch::Open { children, .. } = &node.branch {
                    left.extend(children);
                }
            }
            ids.join(" ")
        })
    };
    assert_eq!(shown("b", Some(vec![])).await.as_deref(), Some("b"));
    assert_eq!(shown("b", Some(vec!["2".to_owned()])).await.as_deref(), Some("b c"));
    assert!(shown("b", None).await.unwrap().starts_with("b c"));
    assert_eq!(shown("nobody", None).await, None);
}
