//! What an outline promises: every session once, well nested, links that open and close.

mod folds;

use std::collections::{BTreeMap, HashSet};

use banyan_protocol::view::{SessionView, Status};
use proptest::prelude::*;

use super::*;
use crate::sample::{Sketch, Voice};

fn session(row: &str, children: u64) -> SessionView {
    let sketch = Sketch {
        voice: Voice::plain(),
        id: row,
        agent: "coder",
        goal: "Do it",
        status: Status::Running,
        seen: 1,
        tokens: 1,
    };
    SessionView { children, ..sketch.view() }
}

fn leaf(row: &str) -> Node {
    Node { session: session(row, 0), branch: Branch::Leaf }
}

fn closed(row: &str, children: u64) -> Node {
    Node { session: session(row, children), branch: Branch::Closed }
}

fn open(row: &str, total: u64, from: u64, children: Vec<Node>) -> Node {
    Node {
        session: session(row, total),
        branch: Branch::Open { children, from, folds: Vec::new() },
    }
}

fn forest(roots: Vec<Node>) -> ForestView {
    ForestView { roots, ..ForestView::default() }
}

fn pieces(forest: &ForestView, page: &Link) -> Vec<Piece> {
    outline(
        forest,
        Place { page: Some(page), rest: Rest::Here, current: None, now: Now::default(), at: None },
    )
    .all()
}

fn rows(pieces: &[Piece]) -> Vec<&Row> {
    pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Row(row) => Some(row.as_ref()),
            Piece::OpenList { .. } | Piece::More(_) | Piece::CloseList | Piece::CloseRow => None,
        })
        .collect()
}

/// Toggle links by row.
fn toggles(pieces: &[Piece]) -> BTreeMap<&str, &str> {
    rows(pieces)
        .into_iter()
        .filter_map(|row| Some((row.id.as_str(), row.toggle.as_ref()?.href.as_str())))
        .collect()
}

fn more(pieces: &[Piece]) -> Vec<(&str, &str)> {
    pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::More(more) => Some((more.text.as_str(), more.href.as_str())),
            Piece::Row(_) | Piece::OpenList { .. } | Piece::CloseList | Piece::CloseRow => None,
        })
        .collect()
}

#[test]
fn toggles_add_and_drop_their_own_row() {
    let forest = forest(vec![
        open("a", 2, 0, vec![open("b", 1, 0, vec![closed("c", 3)]), leaf("d")]),
        closed("e", 1),
    ]);
    let pieces = pieces(&forest, &Link::forest().with("after", "9.1"));
    assert_eq!(
        toggles(&pieces),
        BTreeMap::from([
            ("a", "/?after=9.1&open=b#n-a"),
            ("b", "/?after=9.1&open=a#n-b"),
            ("c", "/?after=9.1&open=a.b.c#n-c"),
            ("e", "/?after=9.1&open=a.b.e#n-e"),
        ])
    );
}

#[test]
fn closing_the_last_says_that_nothing_is_open() {
    let forest = forest(vec![open("a", 1, 0, vec![leaf("b")])]);
    assert_eq!(toggles(&pieces(&forest, &Link::forest()))["a"], "/?open=#n-a");
}

#[test]
fn beside_a_session_the_rest_is_on_the_page_of_its_parents_subtree() {
    let forest = forest(vec![open("a", 9, 4, vec![leaf("b")])]);
    let page = Link::session("b");
    let now = Now::default();
    let place = Place { page: Some(&page), rest: Rest::Subtree, current: Some("b"), now, at: None };
    let pieces = outline(&forest, place).all();
    assert_eq!(
        more(&pieces),
        [
            ("Show 4 before these", "/s/a/tree?kids=a:0#n-a"),
            ("Show 4 more of 9", "/s/a/tree?kids=a:5#n-a"),
        ]
    );
    assert_eq!(toggles(&pieces)["a"], "/s/b?open=#n-a");
}

#[test]
fn windows_lead_to_what_they_leave_out() {
    let children = |count: usize| (0..count).map(|number| leaf(&format!("c{number}"))).collect();
    let cases = [
        (2, 0, 2, vec![]),
        (31, 0, 2, vec![("Show 29 more of 31", "/?open=a&kids=a:2#n-a")]),
        (1_340, 0, 200, vec![("Show 200 of 1,140 more", "/?open=a&kids=a:200#n-a")]),
        (
            1_000,
            400,
            200,
            vec![
                ("Show 200 before these", "/?open=a&kids=a:200#n-a"),
                ("Show 200 of 400 more", "/?open=a&kids=a:600#n-a"),
            ],
        ),
        (40, 30, 10, vec![("Show 30 before these", "/?open=a&kids=a:0#n-a")]),
        // A view that is behind its own count.
        (1, 0, 3, vec![]),
    ];
    for (total, from, shown, expected) in cases {
        let forest = forest(vec![open("a", total, from, children(shown))]);
        assert_eq!(more(&pieces(&forest, &Link::forest())), expected, "{total} {from} {shown}");
    }
}

#[test]
fn a_chain_is_written_without_recursion() {
    const LEVELS: usize = 20_000;
    let mut node = leaf("x");
    for level in 0..LEVELS {
        node = open(&format!("r{level}"), 1, 0, vec![node]);
    }
    let mut forest = forest(vec![node]);
    let pieces = pieces(&forest, &Link::forest());
    let rows = rows(&pieces);
    assert_eq!(rows.len(), LEVELS + 1);
    assert!(rows[12].level.is_none());
    assert!(rows[13].level.is_some());
    dismantle(&mut forest);
}

/// Dropping a chain recurses; a page never holds one this long.
fn dismantle(forest: &mut ForestView) {
    let mut left = std::mem::take(&mut forest.roots);
    while let Some(node) = left.pop() {
        if let Branch::Open { children, .. } = node.branch {
            left.extend(children);
        }
    }
}

#[test]
fn a_long_open_set_keeps_the_way_to_the_row() {
    let mut node = closed("deep", 1);
    for level in (0..OPEN_ROWS).rev() {
        node = open(&format!("r{level}"), 1, 0, vec![node]);
    }
    let others =
        (0..30).map(|number| open(&format!("o{number}"), 1, 0, vec![leaf(&format!("k{number}"))]));
    let forest = forest(others.chain([node]).collect());
    let pieces = pieces(&forest, &Link::forest());
    let href = toggles(&pieces)["deep"];
    let open = href.strip_prefix("/?open=").and_then(|rest| rest.strip_suffix("#n-deep"));
    let rows: Vec<_> = open.expect("a toggle's link").split('.').collect();
    assert_eq!(rows.len(), OPEN_MAX_ROWS);
    assert!((0..OPEN_ROWS).all(|level| rows.contains(&format!("r{level}").as_str())));
    assert!(rows.contains(&"deep"));
}

const OPEN_ROWS: usize = 40;

#[test]
fn orphans_stand_apart_and_name_the_parent() {
    let mut lost = leaf("a");
    lost.session.orphan = true;
    lost.session.parent_session_id = Some("7f3a".to_owned());
    let forest = forest(vec![lost, leaf("b")]);
    let page = Link::forest();
    let outline = outline(
        &forest,
        Place { page: Some(&page), rest: Rest::Here, current: None, now: Now::default(), at: None },
    );
    let orphans = rows(&outline.orphans);
    assert_eq!(orphans.len(), 1);
    assert_eq!(orphans[0].unseen_parent.as_deref(), Some("7f3a"));
    assert_eq!(orphans[0].frame.as_ref().map(|frame| frame.class.as_str()), Some("g one orphan"));
    assert_eq!(rows(&outline.trees).len(), 1);
}

#[test]
fn frames_say_the_group() {
    let cases = [
        (None, "g one", None),
        (Some(1), "g gp", Some("G1 ●")),
        (Some(7), "g g6", Some("G7 ✚")),
        (Some(10), "g g9 dashed", Some("G10 ■")),
        (Some(17), "g g16 double", Some("G17 ●")),
    ];
    for (group, class, tag) in cases {
        let frame = frame(&SessionView { group, ..session("a", 0) });
        assert_eq!((frame.class.as_str(), frame.tag.as_deref()), (class, tag));
    }
}

#[test]
fn badges_count_what_is_below_worst_first() {
    let mut node = session("a", 3);
    node.own.failed = 1;
    node.own.running = 0;
    let below = &mut node.subtree;
    (below.failed, below.stalled, below.waiting, below.running) = (3, 1, 0, 9);
    let shown: Vec<_> = badges(&node.own, &node.subtree)
        .into_iter()
        .map(|badge| format!("{} {} {}", badge.class, badge.count, badge.text))
        .collect();
    assert_eq!(shown, ["fail 2 failed below", "stall 1 stalled below", "run 9 running below"]);
}

/// Any tree: its shape, and which nodes are open.
fn trees() -> impl Strategy<Value = Node> {
    let node = prop_oneof![Just(leaf("x")), Just(closed("x", 4))];
    node.prop_recursive(6, 60, 5, |inner| {
        (prop::collection::vec(inner, 1..5), 0..9_u64)
            .prop_map(|(children, from)| open("x", from + 9, from, children))
    })
}

/// Gives every node an id of its own.
fn number(forest: &mut ForestView) -> usize {
    let mut count = 0;
    let mut left: Vec<_> = forest.roots.iter_mut().collect();
    while let Some(node) = left.pop() {
        node.session.row = format!("r{count}");
        count += 1;
        if let Branch::Open { children, .. } = &mut node.branch {
            left.extend(children);
        }
    }
    count
}

proptest! {
    /// Invariant 7: every session of a tree appears on its page exactly once.
    #[test]
    fn every_session_is_one_row(roots in prop::collection::vec(trees(), 0..4)) {
        let mut forest = forest(roots);
        let count = number(&mut forest);
        let pieces = pieces(&forest, &Link::forest());
        let ids: HashSet<_> = rows(&pieces).into_iter().map(|row| row.id.clone()).collect();
        prop_assert_eq!(rows(&pieces).len(), count);
        prop_assert_eq!(ids.len(), count);
    }

    #[test]
    fn lists_and_rows_close_in_order(roots in prop::collection::vec(trees(), 0..4)) {
        let mut open = Vec::new();
        for piece in pieces(&forest(roots), &Link::forest()) {
            match piece {
                Piece::Row(_) => open.push("row"),
                Piece::OpenList { .. } => open.push("list"),
                Piece::More(_) => prop_assert_eq!(open.last(), Some(&"list")),
                Piece::CloseList => prop_assert_eq!(open.pop(), Some("list")),
                Piece::CloseRow => prop_assert_eq!(open.pop(), Some("row")),
            }
        }
        prop_assert!(open.is_empty());
    }
}
