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
        let after = Some((sequence, position * PARTS_MAX_COUNT));
        let (page, _) = fixture.query.raw_of(1, after).await.unwrap();
        assert!(all[at + 1..].starts_with(&page), "{after:?}");
        assert_eq!(page.is_empty(), at == 4, "{after:?}");
    }
    assert_eq!(fixture.query.raw_of(99, None).await.unwrap(), (Vec::new(), None));
}

#[tokio::test]
async fn the_log_is_given_in_its_own_order_each_event_once() {
    let fixture = events(&[Some(3), Some(1)]).await;
    let mut seen = Vec::new();
    let mut after = 0;
    loop {
        let page = fixture.query.events_after(after, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.banyan.position;
        assert_eq!(last.cursor, fixture.query.cursor(after));
        seen.extend(page.iter().map(|event| event.banyan.position));
    }
    assert_eq!(seen, [1, 2, 3, 4]);
}
