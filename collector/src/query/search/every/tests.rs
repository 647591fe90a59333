//! Everything is found once, however small the pages are.

use banyan_protocol::view::Status;

use super::*;
use crate::query::fixture::{EventDraft, Fixture};

fn says(text: &'static str) -> impl FnOnce(&mut EventDraft) {
    move |event| event.payload = text
}

async fn begin(fixture: &Fixture, scope: Scope, text: &str) -> Every {
    fixture.query.every((text, scope), Position::MAX / 256 - 1).await.unwrap()
}

/// The positions of all events that are found.
async fn events(fixture: &Fixture, text: &str) -> Vec<Position> {
    let (mut every, mut all) = (begin(fixture, Scope::Events, text).await, Vec::new());
    loop {
        let page = fixture.query.every_event(&mut every).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page.iter().map(|event| event.event.banyan.position));
    }
}

/// The ids of all sessions that are found.
async fn sessions(fixture: &Fixture, text: &str) -> Vec<String> {
    let (mut every, mut all) = (begin(fixture, Scope::Sessions, text).await, Vec::new());
    loop {
        let page = fixture.query.every_session(&mut every).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page.into_iter().map(|session| session.id));
    }
}

/// a said needle (1), b said hay (2), b said needle (3).
async fn small() -> Fixture {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    fixture.session_with("b", Some("a"), |draft| draft.status = Status::Failed).await;
    fixture.event("a", says(r#"{"reasoning":"needle"}"#)).await;
    fixture.event("b", says(r#"{"reasoning":"hay"}"#)).await;
    fixture.event("b", says(r#"{"reasoning":"needle, =1+1"}"#)).await;
    fixture.index().await;
    fixture
}

#[tokio::test]
async fn queries_find_the_same_as_on_pages() {
    let fixture = small().await;
    for (text, expected) in [
        ("", &[3, 2, 1][..]),
        ("needle", &[3, 1]),
        ("needle id:a", &[1]),
        ("status:failed", &[3, 2]),
        ("pos<3", &[2, 1]),
        ("-needle", &[2]),
        ("nothing", &[]),
    ] {
        assert_eq!(events(&fixture, text).await, expected, "{text}");
    }
    for (text, expected) in [
        ("", &["b", "a"][..]),
        ("hay", &["b"]),
        ("status:failed", &["b"]),
        ("is:root", &["a"]),
        ("nothing", &[]),
    ] {
        assert_eq!(sessions(&fixture, text).await, expected, "{text}");
    }
    let wrong = fixture.query.every(("knd:x", Scope::Events), 9).await;
    assert!(matches!(wrong, Err(QueryError::Filter(_))));
}

#[tokio::test]
async fn events_end_where_the_log_did_when_it_began() {
    let fixture = small().await;
    let mut every = fixture.query.every(("needle", Scope::Events), 2).await.unwrap();
    let page = fixture.query.every_event(&mut every).await.unwrap();
    assert_eq!(page.iter().map(|event| event.event.banyan.position).collect::<Vec<_>>(), [1]);
    assert!(fixture.query.every_event(&mut every).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_the_index_has_not_reached_is_not_claimed() {
    let mut fixture = small().await;
    fixture.run("insert or replace into checkpoint values ('search', 2)").await;
    for (text, as_of) in [("needle", 2), ("kind:cognition.thought", 2), ("", 9)] {
        let every = fixture.query.every((text, Scope::Events), 9).await.unwrap();
        assert_eq!(every.as_of(), as_of, "{text}");
    }
}

#[tokio::test]
async fn more_than_one_scan_and_one_page_holds_is_given_once() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    fixture.session("b", None).await;
    let count = i64::try_from(CANDIDATES).unwrap() * 2 + 7;
    for (session, kind) in [("a", "cognition.thought"), ("b", "x.rare")] {
        let session = i64::from(session == "b") + 1;
        sqlx::query(MANY)
            .bind(count)
            .bind(session)
            .bind(kind)
            .execute(&mut fixture.writer)
            .await
            .unwrap();
    }
    fixture.index().await;
    let all: Vec<Position> = (1..=2 * count).rev().collect();
    assert_eq!(events(&fixture, "").await, all);
    // No scan of the newer half finds anything.
    let of_a: Vec<Position> = (1..=count).rev().collect();
    assert_eq!(events(&fixture, "id:a").await, of_a);
    assert_eq!(events(&fixture, "-kind:x.rare").await, of_a);
}

/// Events of a session behind those that are there.
const MANY: &str = "
    with recursive
        numbers(n) as (
            select 1
            union all
            select n + 1
            from numbers
            where n < ?1)
    insert into event (key, session_no, sequence, kind, at, received_at, variant, flags, digest, raw)
    select ((select coalesce(max(key), 0) from event) / 256 + n) * 256, ?2, n, ?3, n, n, 0, 0, x'00',
           '{\"session_id\":\"x\"}'
    from numbers";

#[tokio::test]
async fn sessions_are_given_once_page_by_page() {
    let mut fixture = Fixture::new().await;
    fixture.trees(1_234, 2).await;
    let all: Vec<String> = (1..=1_234).rev().map(|no| format!("s{no}")).collect();
    assert_eq!(sessions(&fixture, "").await, all);
    assert_eq!(sessions(&fixture, "is:root").await.len(), 617);
}

#[tokio::test]
async fn large_events_make_small_pages() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    let large = format!(r#"{{"reasoning":"{}"}}"#, "x".repeat(PAGE_MAX_BYTES / 2));
    let large: &'static str = large.leak();
    for _ in 0..5 {
        fixture.event("a", says(large)).await;
    }
    let mut every = begin(&fixture, Scope::Events, "").await;
    let page = fixture.query.every_event(&mut every).await.unwrap();
    assert_eq!(page.len(), 2);
    assert_eq!(events(&fixture, "").await, [5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn what_was_deleted_meanwhile_is_left_out() {
    let mut fixture = Fixture::new().await;
    fixture.trees(1_100, 1).await;
    let mut every = begin(&fixture, Scope::Sessions, "").await;
    assert_eq!(fixture.query.every_session(&mut every).await.unwrap().len(), PAGE_SESSIONS);
    fixture.run("update session set known = 0 where no <= 600").await;
    assert!(fixture.query.every_session(&mut every).await.unwrap().is_empty());
}
