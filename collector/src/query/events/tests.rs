//! What events are given, in which order, and how far.

use super::{super::fixture::Fixture, of_session::Most, *};

/// Events of `a` with the given sequences, and one of `b` before each.
async fn events(sequences: &[Option<i64>]) -> Fixture {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    fixture.session("b", None).await;
    for sequence in sequences {
        fixture.event("b", |_| {}).await;
        fixture.event("a", |event| event.sequence = *sequence).await;
    }
    fixture
}

#[tokio::test]
async fn events_of_a_session_come_by_sequence_those_without_one_first() {
    let fixture = events(&[Some(3), Some(1), None, Some(1), None]).await;
    let Events { events, omitted } = fixture.query.events_of("a").await.unwrap().unwrap();
    assert_eq!(omitted, None);
    let found: Vec<_> = events
        .iter()
        .map(|event| serde_json::from_str::<serde_json::Value>(event.get()).unwrap())
        .map(|event| (event["sequence"].as_i64(), event["banyan"]["position"].as_i64().unwrap()))
        .collect();
    assert_eq!(found, [(None, 6), (None, 10), (Some(1), 4), (Some(1), 8), (Some(3), 2)]);
    assert!(fixture.query.events_of("nobody").await.unwrap().is_none());
}

#[tokio::test]
async fn what_an_answer_leaves_out_is_counted() {
    let fixture = events(&[Some(3), Some(1), None]).await;
    let raw_bytes = fixture.query.raw_of(1, None).await.unwrap().0[0].len();
    for (most, given, omitted) in [
        (Most { events: 3, bytes: usize::MAX }, 3, None),
        (Most { events: 2, bytes: usize::MAX }, 2, Some(1)),
        (Most { events: 3, bytes: raw_bytes }, 1, Some(2)),
        (Most { events: 3, bytes: 1 }, 0, Some(3)),
    ] {
        let found = fixture.query.most_events_of("a", most).await.unwrap().unwrap();
        assert_eq!((found.events.len(), found.omitted), (given, omitted), "{most:?}");
    }
}

#[tokio::test]
async fn an_export_gives_every_event_once_in_the_same_order() {
    let fixture = events(&[Some(3), Some(1), None, Some(1), None]).await;
    let (mut all, mut next) = fixture.query.raw_of(1, None).await.unwrap();
    while next.is_some() {
        let (page, behind) = fixture.query.raw_of(1, next).await.unwrap();
        all.extend(page);
        next = behind;
    }
    assert_eq!(all.len(), 5);
    // Going on behind any event gives exactly the rest.
    let keys = [(-1, 6), (-1, 10), (1, 4), (1, 8), (3, 2)];
    for (at, (sequence, position)) in keys.into_iter().enumerate() {
        let after = Some((sequence, EventKey::first(position).stored()));
        let (page, _) = fixture.query.raw_of(1, after).await.unwrap();
        assert!(all[at + 1..].starts_with(&page), "{after:?}");
        assert_eq!(page.is_empty(), at == 4, "{after:?}");
    }
    assert_eq!(fixture.query.raw_of(99, None).await.unwrap(), (Vec::new(), None));
}

#[tokio::test]
async fn whoever_reads_in_pages_stays_with_one_view() {
    let fixture = events(&[Some(1)]).await;
    let held = fixture.query.held();
    let number = held.session_number("a").await.unwrap().unwrap();
    // After a rebuild a session may have another number.
    let mut rebuilt = Fixture::new().await;
    for id in ["b", "a"] {
        rebuilt.session(id, None).await;
        rebuilt.event(id, |_| {}).await;
    }
    fixture.query.view.replace(&rebuilt.query.view.path()).await.unwrap();
    let said = async |query: &Query| query.raw_of(number, None).await.unwrap().0.concat();
    assert!(said(&held).await.contains(r#""session_id":"a""#));
    assert!(said(&fixture.query).await.contains(r#""session_id":"b""#));
}

/// The positions of the events on each page of the log.
async fn pages(fixture: &Fixture, limit: u32) -> Vec<Vec<Position>> {
    let (mut pages, mut after) = (Vec::new(), 0);
    loop {
        let page = fixture.query.events_after(after, limit).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.banyan.position;
        assert_eq!(last.cursor, fixture.query.cursor(after));
        pages.push(page.iter().map(|event| event.banyan.position).collect());
    }
    pages
}

#[tokio::test]
async fn the_log_is_given_in_its_own_order_each_event_once() {
    let fixture = events(&[Some(3), Some(1)]).await;
    assert_eq!(pages(&fixture, 3).await, [&[1, 2, 3][..], &[4]]);
}

#[tokio::test]
async fn a_page_of_the_log_holds_all_events_of_each_entry() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    for parts in [1, 3, 1, 2] {
        fixture.event("a", |_| {}).await;
        for _ in 1..parts {
            fixture.part("a", |_| {}).await;
        }
    }
    for (limit, expected) in [
        (1, &[&[1][..], &[2, 2, 2], &[3], &[4, 4]][..]),
        (2, &[&[1, 2, 2, 2], &[3, 4, 4]]),
        (3, &[&[1, 2, 2, 2], &[3, 4, 4]]),
        (4, &[&[1, 2, 2, 2], &[3, 4, 4]]),
        (5, &[&[1, 2, 2, 2, 3], &[4, 4]]),
        (9, &[&[1, 2, 2, 2, 3, 4, 4]]),
    ] {
        assert_eq!(pages(&fixture, limit).await, expected, "{limit}");
    }
}

#[tokio::test]
async fn a_page_of_large_events_ends_behind_an_entry() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    fixture.event("a", |_| {}).await;
    fixture.event("a", |_| {}).await;
    fixture.part("a", |_| {}).await;
    fixture.event("a", |_| {}).await;
    fixture.run("update event set raw = json_quote(hex(zeroblob(700000)))").await;
    assert_eq!(pages(&fixture, 100).await, [&[1, 2, 2][..], &[3]]);
}
