//! Feeds that are followed.

use super::{super::super::fixture::Fixture, *};

const ALL: FeedRequest =
    FeedRequest { class: None, errors_only: false, before: None, after: None, around: None };

fn behind(after: Position) -> FreshRequest {
    FreshRequest { after, until: Position::MAX, skip: Skip::Oldest }
}

/// The positions of the rows behind `after`, each with that of the row before it.
async fn fresh(fixture: &Fixture, after: Position) -> Vec<(Position, Option<Position>)> {
    let feed = fixture.query.fresh_feed("a", &ALL, behind(after)).await.unwrap().unwrap();
    feed.rows
        .iter()
        .map(|row| (row.item.key.position, row.before.map(|(key, _)| key.position)))
        .collect()
}

async fn tell(fixture: &mut Fixture, sequence: i64, kind: &'static str) {
    fixture
        .event("a", |event| {
            (event.sequence, event.kind) = (Some(sequence), kind);
            event.tool = kind.starts_with("operation").then_some("bash");
            event.payload = r#"{"tool":"bash"}"#;
        })
        .await;
}

const THOUGHT: &str = "cognition.thought";
const BEAT: &str = "session.heartbeat";

#[tokio::test]
async fn a_new_event_is_a_row_behind_the_last_one() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    assert_eq!(fresh(&fixture, 0).await, []);
    tell(&mut fixture, 1, THOUGHT).await;
    tell(&mut fixture, 2, THOUGHT).await;
    assert_eq!(fresh(&fixture, 0).await, [(1, None), (2, Some(1))]);
    assert_eq!(fresh(&fixture, 1).await, [(2, Some(1))]);
    assert_eq!(fresh(&fixture, 2).await, []);
    assert!(fixture.query.fresh_feed("b", &ALL, behind(0)).await.unwrap().is_none());
}

#[tokio::test]
async fn the_end_of_a_call_changes_the_row_of_its_start() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    tell(&mut fixture, 1, "operation.tool_start").await;
    tell(&mut fixture, 2, THOUGHT).await;
    tell(&mut fixture, 3, "operation.tool_end").await;
    assert_eq!(fresh(&fixture, 2).await, [(1, None)]);
    let feed = fixture.query.fresh_feed("a", &ALL, behind(2)).await.unwrap().unwrap();
    assert_eq!(feed.rows[0].item.call.as_ref().unwrap().end, Some(EventKey::first(3)));
}

#[tokio::test]
async fn a_heartbeat_changes_the_row_of_its_run() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    for (sequence, kind) in [(1, THOUGHT), (2, BEAT), (3, BEAT)] {
        tell(&mut fixture, sequence, kind).await;
    }
    assert_eq!(fresh(&fixture, 2).await, [(2, Some(1))]);
    let feed = fixture.query.fresh_feed("a", &ALL, behind(2)).await.unwrap().unwrap();
    assert_eq!(feed.rows[0].item.folded, 2);
}

#[tokio::test]
async fn a_late_event_stands_where_it_belongs_and_closes_the_gap() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    for sequence in [1, 4, 2] {
        tell(&mut fixture, sequence, THOUGHT).await;
    }
    // The row behind it is given again: only 3 is missing before it now.
    assert_eq!(fresh(&fixture, 2).await, [(1, None), (3, Some(1)), (2, Some(3))]);
    let feed = fixture.query.fresh_feed("a", &ALL, behind(2)).await.unwrap().unwrap();
    let missing: Vec<_> = feed.rows.iter().map(|row| row.missing.as_slice()).collect();
    assert_eq!(missing, [&[][..], &[], &[Range { from: 3, to: 3 }]]);
}

#[tokio::test]
async fn a_filter_lets_through_what_it_shows() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    for (sequence, kind) in [(1, THOUGHT), (2, BEAT), (3, THOUGHT), (4, BEAT)] {
        tell(&mut fixture, sequence, kind).await;
    }
    let thinks = FeedRequest { class: Some(banyan_protocol::view::FeedKind::Think), ..ALL };
    let feed = fixture.query.fresh_feed("a", &thinks, behind(1)).await.unwrap().unwrap();
    let [row] = feed.rows.as_slice() else { panic!("{:?}", feed.rows) };
    assert_eq!((row.item.key.position, row.before.map(|(key, _)| key.position)), (3, Some(1)));
}

#[tokio::test]
async fn several_events_of_one_entry_are_rows_of_their_own() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    tell(&mut fixture, 1, THOUGHT).await;
    tell(&mut fixture, 2, THOUGHT).await;
    fixture.part("a", |event| event.kind = BEAT).await;
    let feed = fixture.query.fresh_feed("a", &ALL, behind(1)).await.unwrap().unwrap();
    let rows = feed.rows.iter();
    let rows: Vec<_> = rows
        .map(|row| (row.item.key.to_string(), row.before.unwrap().0.to_string(), &*row.item.kind))
        .collect();
    let text = |key: &str, before: &str| (key.to_owned(), before.to_owned());
    let [(two, one), (part, whole)] = [text("2", "1"), text("2.1", "2")];
    assert_eq!(rows, [(two, one, THOUGHT), (part, whole, BEAT)]);
}

#[tokio::test]
async fn from_far_behind_the_same_rows_are_found() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    fixture.session("b", None).await;
    tell(&mut fixture, 2, THOUGHT).await;
    tell(&mut fixture, 1, THOUGHT).await;
    fixture.part("a", |event| (event.sequence, event.kind) = (None, BEAT)).await;
    let near = fresh(&fixture, 0).await;
    assert_eq!(near.len(), 3);
    fixture.event("b", |_| {}).await;
    fixture.run("update event set key = 20000 * 256 where session_no = 2").await;
    fixture.run("insert into checkpoint values ('sessions', 20000)").await;
    assert_eq!(fresh(&fixture, 0).await, near);
}

#[tokio::test]
async fn what_there_is_no_room_for_is_counted() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    fixture
        .run(
            "with recursive numbers(n) as (
                 select 1 union all select n + 1 from numbers where n < 700)
             insert into event (key, session_no, sequence, kind, at, received_at, variant,
                                flags, digest, raw)
             select n * 256, 1, n, 'x', n, n, 0, 0, x'00', '{}'
             from numbers",
        )
        .await;
    let ask = |after, until, skip| {
        fixture.query.fresh_feed("a", &ALL, FreshRequest { after, until, skip })
    };
    let skipped = |after, until, first| Some(Skipped { events: 100, after, until, first });
    let ends = |feed: &FreshFeed| {
        [feed.rows.first(), feed.rows.last()].map(|row| row.unwrap().item.key.position)
    };
    let oldest = ask(100, 700, Skip::Newest).await.unwrap().unwrap();
    assert_eq!(oldest.skipped, skipped(600, 700, false));
    // The row behind the last one counts from it.
    assert_eq!((oldest.rows.len(), ends(&oldest)), (501, [101, 601]));
    let rest = ask(600, 700, Skip::Newest).await.unwrap().unwrap();
    assert_eq!((rest.rows.len(), rest.skipped), (100, None));
    let newest = ask(100, Position::MAX, Skip::Oldest).await.unwrap().unwrap();
    assert_eq!(newest.skipped, skipped(100, 200, true));
    assert_eq!((newest.rows.len(), ends(&newest)), (500, [201, 700]));
    assert_eq!(newest.rows[0].before.unwrap().0.position, 200);
    let between = ask(100, 200, Skip::Newest).await.unwrap().unwrap();
    assert_eq!((between.rows.len(), ends(&between), between.skipped), (101, [101, 201], None));
}
