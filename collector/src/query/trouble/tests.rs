//! Troubled trees in a view.

use super::{
    super::fixture::{Fixture, NOW},
    *,
};

/// Sessions in trouble are `f…`, `w…`, `s…`; others are fine.
async fn plant(fixture: &mut Fixture, id: &str, parent: Option<&str>) {
    const TEN_MINUTES: i64 = 10 * 60 * 1_000_000;
    fixture
        .session_with(id, parent, |draft| match id.chars().next() {
            Some('f') => draft.status = Status::Failed,
            Some('t') => draft.status = Status::Timeout,
            Some('w') => draft.status = Status::Waiting,
            Some('s') => draft.last_seen_at = Some(NOW - TEN_MINUTES),
            _ => draft.status = Status::Completed,
        })
        .await;
}

async fn tree(ids: &[(&str, Option<&str>)]) -> Fixture {
    let mut fixture = Fixture::new().await;
    for (id, parent) in ids {
        plant(&mut fixture, id, *parent).await;
    }
    fixture
}

async fn no(fixture: &mut Fixture, id: &str) -> i64 {
    query_scalar("select no from session where id = ?1")
        .bind(id)
        .fetch_one(&mut fixture.writer)
        .await
        .unwrap()
}

/// All of them from the first on, and the same backwards.
async fn check(fixture: &mut Fixture, top: &str, expected: &[&str]) {
    let top = no(fixture, top).await;
    let mut rows = Vec::new();
    for id in expected {
        rows.push(row_id::encode(no(fixture, id).await));
    }
    let mut found = Vec::new();
    let mut direction = Direction::After(RowNo(top));
    while let Some(next) = fixture.query.trouble(RowNo(top), direction).await.unwrap() {
        direction = Direction::After(RowNo::parse(&next.row).unwrap());
        found.push(next.row);
    }
    assert_eq!(found, rows);
    let mut direction = Direction::Last;
    while let Some(next) = fixture.query.trouble(RowNo(top), direction).await.unwrap() {
        direction = Direction::Before(RowNo::parse(&next.row).unwrap());
        // Backwards the top itself is one of them.
        if next.row != row_id::encode(top) {
            assert_eq!(Some(next.row), found.pop());
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[tokio::test]
async fn every_kind_of_trouble_is_found_in_the_order_of_the_page() {
    let mut fixture = tree(&[
        ("root", None),
        ("a", Some("root")),
        ("ok", Some("a")),
        ("b", Some("root")),
        ("f1", Some("b")),
        ("w1", Some("f1")),
        ("c", Some("root")),
        ("d", Some("c")),
        ("t1", Some("d")),
        ("f2", Some("root")),
        ("s1", Some("a")),
        ("e", Some("root")),
        ("g", Some("e")),
    ])
    .await;
    check(&mut fixture, "root", &["s1", "f1", "w1", "t1", "f2"]).await;
    check(&mut fixture, "b", &["f1", "w1"]).await;
    check(&mut fixture, "f1", &["w1"]).await;
    check(&mut fixture, "e", &[]).await;
}

#[tokio::test]
async fn trees_that_nobody_hears_of_are_in_trouble_where_they_are_live() {
    const DAYS: i64 = 3 * 24 * 60 * 60 * 1_000_000;
    let mut fixture = Fixture::new().await;
    fixture.session_with("root", None, |draft| draft.status = Status::Completed).await;
    for (id, status) in
        [("done", Status::Completed), ("run", Status::Running), ("idle", Status::Idle)]
    {
        fixture
            .session_with(id, Some("root"), |draft| {
                (draft.status, draft.last_seen_at) = (status, Some(NOW - DAYS));
            })
            .await;
    }
    check(&mut fixture, "root", &["run", "idle"]).await;
}

#[tokio::test]
async fn the_way_to_trouble_says_which_windows_it_needs() {
    let mut fixture = Fixture::new().await;
    fixture.trees(500, 500).await;
    fixture.run("update session set status = 4 + (no = 450)").await;
    fixture.roll_up().await;
    let found = fixture.query.trouble(RowNo(1), Direction::After(RowNo(1))).await.unwrap().unwrap();
    assert_eq!(found, Found { path: vec![("1".to_owned(), 400)], row: row_id::encode(450) });
}

#[tokio::test]
async fn rows_that_are_not_below_the_top_find_nothing() {
    let fixture = tree(&[("a", None), ("f1", Some("a")), ("b", None), ("f2", Some("b"))]).await;
    for direction in [
        Direction::After(RowNo(4)),
        Direction::Before(RowNo(4)),
        Direction::After(RowNo(99)),
        Direction::Before(RowNo(99)),
    ] {
        assert_eq!(fixture.query.trouble(RowNo(1), direction).await.unwrap(), None);
    }
    assert_eq!(fixture.query.trouble(RowNo(99), Direction::Last).await.unwrap(), None);
}
