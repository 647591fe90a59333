//! Feeds of sessions in a view.

use banyan_protocol::view::{CallState, Status};

use super::{
    super::fixture::{Fixture, NOW},
    *,
};

async fn tool(fixture: &mut Fixture, kind: &'static str, payload: &'static str, at: i64) {
    fixture
        .event("a", |event| {
            (event.kind, event.payload, event.received_at) = (kind, payload, NOW + at);
            event.tool = Some("bash");
            event.ok = kind.ends_with("end").then_some(payload.contains("true"));
        })
        .await;
}

async fn feed(fixture: &Fixture, request: &FeedRequest) -> FeedView {
    fixture.query.feed("a", request).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_call_is_one_row_with_its_result_and_duration() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    tool(&mut fixture, "operation.tool_start", r#"{"tool":"bash","input":{"command":"ls"}}"#, 0)
        .await;
    tool(&mut fixture, "operation.tool_end", r#"{"tool":"bash","success":true,"output":"x"}"#, 500)
        .await;
    tool(
        &mut fixture,
        "operation.tool_end",
        r#"{"tool":"bash","success":false,"error":"no","duration_ms":2}"#,
        600,
    )
    .await;
    tool(&mut fixture, "operation.tool_start", r#"{"tool":"bash","input":"pwd"}"#, 700).await;
    let feed = feed(&fixture, &FeedRequest::default()).await;
    let calls: Vec<_> = feed
        .items
        .iter()
        .map(|item| {
            let call = item.call.clone().unwrap();
            let end = call.end.map(|end| end.position);
            (
                item.key.position,
                item.text.as_str(),
                call.state,
                call.duration_micros,
                call.result,
                end,
            )
        })
        .collect();
    assert_eq!(
        calls,
        [
            (1, "ls", CallState::Succeeded, Some(500), Some("x".to_owned()), Some(2)),
            (3, "no", CallState::Failed, Some(2_000), None, Some(3)),
            (4, "pwd", CallState::Open, None, None, None),
        ]
    );
    assert!(feed.items.iter().all(|item| item.title == "bash"));
}

#[tokio::test]
async fn a_spawn_shows_its_child_and_a_run_of_heartbeats_its_last() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    fixture
        .session_with("b", Some("a"), |draft| {
            draft.status = Status::Failed;
            draft.agent_id = "tester".to_owned();
        })
        .await;
    for child in [r#"{"child_session_id":"b"}"#, r#"{"child_session_id":"nobody"}"#] {
        fixture
            .event("a", |event| (event.kind, event.payload) = ("operation.agent_spawn", child))
            .await;
    }
    for step in [r#"{"step":1}"#, r#"{"step":2}"#] {
        fixture.event("a", |event| (event.kind, event.payload) = ("session.heartbeat", step)).await;
    }
    let feed = feed(&fixture, &FeedRequest::default()).await;
    let children: Vec<_> = feed.items.iter().map(|item| item.child.as_ref()).collect();
    let child = children[0].unwrap();
    assert_eq!((child.agent_id.as_str(), child.status), ("tester", Status::Failed));
    assert!(children[1].is_none());
    assert_eq!((feed.items[2].folded, feed.items[2].text.as_str()), (2, "step 2"));
    assert_eq!(feed.items[2].key.position, 3);
}

#[tokio::test]
async fn sessions_that_ended_badly_are_errors() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    for outcome in [r#"{"outcome":"completed"}"#, r#"{"status":"failed","error":"no"}"#] {
        fixture.event("a", |event| (event.kind, event.payload) = ("session.ended", outcome)).await;
    }
    let request = FeedRequest { errors_only: true, ..FeedRequest::default() };
    let feed = feed(&fixture, &request).await;
    assert_eq!(feed.items.iter().map(|item| item.key.position).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn pages_of_a_long_session_hold_every_event_once() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    // More events than are looked at for one page, the last in the log first by sequence, every
    // hundredth without one; every fiftieth is no heartbeat.
    fixture
        .run(
            "with recursive numbers(n) as (
                 select 1 union all select n + 1 from numbers where n < 25000)
             insert into event (key, session_no, sequence, kind, at, received_at, variant,
                                flags, digest, raw)
             select n * 256, 1, case when n % 100 then 25000 - n end,
                    case when n % 50 then 'session.heartbeat' else 'x' end, n, n, 0, 0, x'00', '{}'
             from numbers",
        )
        .await;
    fixture.run("update session set own_events = 25000").await;
    let class = Some(FeedKind::Other);
    let mut request = FeedRequest { class, ..FeedRequest::default() };
    let mut seen = Vec::new();
    loop {
        let page = feed(&fixture, &request).await;
        seen.extend(page.items.iter().rev().map(|item| item.key.position));
        let Some(older) = page.older else { break };
        request.before = Some(older);
    }
    let numbered = (0..250).map(|n| n * 100 + 50);
    let expected: Vec<i64> = numbered.chain((1..=250).rev().map(|n| n * 100)).collect();
    assert_eq!(seen, expected);

    let around =
        FeedRequest { around: Some(EventKey::first(12_350)), class, ..FeedRequest::default() };
    let middle = feed(&fixture, &around).await;
    assert!(middle.items.iter().any(|item| item.key.position == 12_350));
    let after = FeedRequest { after: middle.newer, class, ..FeedRequest::default() };
    let next = feed(&fixture, &after).await;
    let (last, first) = (middle.items.last().unwrap(), next.items.first().unwrap());
    assert_eq!(first.key.position, last.key.position - 100);
}

#[tokio::test]
async fn nobody_has_no_feed() {
    let fixture = Fixture::new().await;
    assert!(fixture.query.feed("nobody", &FeedRequest::default()).await.unwrap().is_none());
}
