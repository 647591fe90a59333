//! Pages of a forest in a view.

mod filtering;
mod folding;

use banyan_protocol::view::{Branch, Node, Status};

use super::{
    super::fixture::{Fixture, NOW},
    *,
};

/// `a(b c+)`: an open node with its children, `+` closed; `a(2:…)` a window from the third on;
/// `a[…]` those that were found.
fn line(nodes: &[Node]) -> String {
    let one = |node: &Node| match &node.branch {
        Branch::Leaf => node.session.id.clone(),
        Branch::Closed => format!("{}+", node.session.id),
        Branch::Open { children, from: 0, .. } => {
            format!("{}({})", node.session.id, line(children))
        }
        Branch::Open { children, from, .. } => {
            format!("{}({from}:{})", node.session.id, line(children))
        }
        Branch::Matches { children } => format!("{}[{}]", node.session.id, line(children)),
    };
    nodes.iter().map(one).collect::<Vec<_>>().join(" ")
}

async fn forest(fixture: &Fixture, request: &ForestRequest) -> ForestView {
    fixture.query.forest(request).await.unwrap()
}

fn open(rows: &[i64]) -> ForestRequest {
    let rows = rows.iter().map(|no| row_id::encode(*no)).collect();
    ForestRequest { open: Some(rows), ..ForestRequest::default() }
}

/// Sessions 1 to 6: a, b below it, c below b, d below c, e below a; f alone.
async fn small() -> Fixture {
    let mut fixture = Fixture::new().await;
    for (id, parent) in
        [("a", None), ("b", Some("a")), ("c", Some("b")), ("d", Some("c")), ("e", Some("a"))]
    {
        fixture.session_with(id, parent, |draft| draft.status = Status::Completed).await;
    }
    fixture.session_with("f", None, |draft| draft.status = Status::Completed).await;
    fixture
}

#[tokio::test]
async fn a_calm_forest_is_open_to_the_second_level() {
    let fixture = small().await;
    assert_eq!(line(&forest(&fixture, &ForestRequest::default()).await.roots), "f a(b(c+) e)");
}

#[tokio::test]
async fn trouble_is_shown_however_deep_it_is() {
    let mut fixture = small().await;
    fixture.event("d", |event| event.received_at = NOW).await;
    fixture.session_with("x", Some("d"), |draft| draft.status = Status::Failed).await;
    assert_eq!(line(&forest(&fixture, &ForestRequest::default()).await.roots), "a(b(c(d(x))) e) f");
}

#[tokio::test]
async fn what_the_reader_opened_is_open_and_nothing_else() {
    let fixture = small().await;
    for (rows, expected) in [
        (&[][..], "f a+"),
        (&[1], "f a(b+ e)"),
        (&[1, 2, 3], "f a(b(c(d)) e)"),
        // Below a closed node nothing is open; leaves and strangers do not matter.
        (&[2, 3], "f a+"),
        (&[6, 5, 99, 1], "f a(b+ e)"),
    ] {
        assert_eq!(line(&forest(&fixture, &open(rows)).await.roots), expected, "{rows:?}");
    }
}

#[tokio::test]
async fn a_window_shows_later_children() {
    let mut fixture = Fixture::new().await;
    fixture.trees(1_000, 500).await;
    let mut request = open(&[1]);
    let first = forest(&fixture, &request).await;
    let shown = |forest: &ForestView| match &forest.roots[1].branch {
        Branch::Open { children, from, .. } => {
            (*from, children.len(), children[0].session.id.clone())
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(shown(&first), (0, 200, "s2".to_owned()));
    request.window = Some((row_id::encode(1), 200));
    assert_eq!(shown(&forest(&fixture, &request).await), (200, 200, "s202".to_owned()));
    request.window = Some((row_id::encode(1), 400));
    assert_eq!(shown(&forest(&fixture, &request).await), (400, 99, "s402".to_owned()));
}

#[tokio::test]
async fn pages_of_roots_hold_each_once_by_last_activity() {
    let mut fixture = Fixture::new().await;
    fixture.trees(120, 1).await;
    fixture.run("update session set sub_last_position = no / 7").await;
    let mut request = ForestRequest::default();
    let mut seen = Vec::new();
    loop {
        let page = forest(&fixture, &request).await;
        assert!(page.roots.len() <= FOREST_PAGE_ROOTS);
        seen.extend(page.roots.iter().map(|node| node.session.id.clone()));
        let Some(older) = page.older else { break };
        request.after = Some(older);
    }
    let expected: Vec<_> = (1..=120).rev().map(|no| format!("s{no}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_page_has_two_hundred_rows_and_every_tree_a_share() {
    let mut fixture = Fixture::new().await;
    fixture.trees(30_000, 1_000).await;
    let page = forest(&fixture, &ForestRequest::default()).await;
    let children = |node: &Node| node.branch.shown().len();
    let shown: Vec<usize> = page.roots.iter().map(children).collect();
    assert_eq!(page.roots.len(), 30);
    assert_eq!(shown.iter().sum::<usize>() + 30, FOREST_ROWS_MAX);
    assert!(shown.iter().all(|rows| (3..=40).contains(rows)), "{shown:?}");
    assert_eq!((page.counts.sessions, page.counts.running), (30_000, 30_000));
}

#[tokio::test]
async fn the_sidebar_shows_the_way_to_a_session() {
    let fixture = small().await;
    let around = async |id, open: Option<&[String]>| {
        let view = fixture.query.tree_around(id, open, 200).await.unwrap();
        view.map(|view| line(&view.roots))
    };
    let chosen = [row_id::encode(2)];
    for (id, open, expected) in [
        ("a", None, Some("a(b+ e)")),
        ("c", None, Some("a(b(c(d)) e)")),
        ("c", Some(&[][..]), Some("a(b(c+) e)")),
        ("e", Some(&chosen), Some("a(b(c+) e)")),
        ("d", None, Some("a(b(c(d)) e)")),
        ("f", None, Some("f")),
        ("nobody", None, None),
    ] {
        assert_eq!(around(id, open).await.as_deref(), expected, "{id} {open:?}");
    }
}

#[tokio::test]
async fn the_sidebar_of_a_wide_and_of_a_deep_tree_is_bounded() {
    let mut fixture = Fixture::new().await;
    fixture.trees(10_000, 10_000).await;
    for (rows, first, shown) in [(200, 4_948, 100), (24, 4_992, 12), (1, 4_998, 1)] {
        let view = fixture.query.tree_around("s5000", None, rows).await.unwrap().unwrap();
        match &view.roots[0].branch {
            Branch::Open { children, from, .. } => {
                assert_eq!((*from, children.len()), (first, shown));
                assert!(children.iter().any(|node| node.session.id == "s5000"));
            }
            other => panic!("{other:?}"),
        }
        // What is below the session itself has what the way to it left over.
        let view = fixture.query.tree_around("s1", None, rows).await.unwrap().unwrap();
        assert_eq!(view.roots[0].branch.shown().len(), rows - 1);
    }
    let mut fixture = Fixture::new().await;
    fixture.chain(10_000).await;
    for (rows, top) in [(200, "s9940"), (30, "s9990"), (1, "s9992")] {
        let view = fixture.query.tree_around("s10000", None, rows).await.unwrap().unwrap();
        assert_eq!(view.roots[0].session.id, top);
        assert!(line(&view.roots).contains("s10000"));
    }
}
