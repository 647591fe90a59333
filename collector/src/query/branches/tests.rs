//! Parts of trees in a view.

use banyan_protocol::view::Status;

use super::{
    super::fixture::{Draft, Fixture},
    *,
};

/// `a(b c+)`: an open node with its children, `+` closed; `a(2:…)` a window from the third on.
fn line(nodes: &[Node]) -> String {
    let one = |node: &Node| match &node.branch {
        Branch::Leaf => node.session.id.clone(),
        Branch::Closed => format!("{}+", node.session.id),
        Branch::Open { children, from, .. } => {
            format!("{}({from}:{})", node.session.id, line(children))
        }
        Branch::Matches { children } => format!("{}[{}]", node.session.id, line(children)),
    };
    nodes.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Sessions 1 to 5: b below a, c and d below b, e below a.
async fn small() -> Fixture {
    let mut fixture = Fixture::new().await;
    for (id, parent) in
        [("a", None), ("b", Some("a")), ("c", Some("b")), ("d", Some("b")), ("e", Some("a"))]
    {
        fixture.session(id, parent).await;
    }
    fixture
}

#[tokio::test]
async fn children_are_given_below_each_row_that_has_some() {
    let fixture = small().await;
    for (wanted, expected) in [
        (&[(1, 0)][..], "a(0:b+ e)"),
        (&[(2, 0)], "b(0:c d)"),
        (&[(2, 1)], "b(1:d)"),
        (&[(2, 9)], "b(9:)"),
        // One below another stands in its list, whichever comes first.
        (&[(2, 0), (1, 0)], "a(0:b(0:c d) e)"),
        (&[(1, 1), (2, 0)], "a(1:e) b(0:c d)"),
        (&[(5, 0)], "e"),
        (&[(99, 0)], ""),
    ] {
        let wanted: Vec<_> = wanted.iter().map(|(no, from)| (RowNo(*no), *from)).collect();
        assert_eq!(
            line(&fixture.query.branches(&wanted, Neighbours::Folded).await.unwrap()),
            expected,
            "{wanted:?}"
        );
    }
}

#[tokio::test]
async fn many_nodes_share_the_rows_of_one_answer() {
    let mut fixture = Fixture::new().await;
    fixture.trees(6_000, 300).await;
    let shown = |nodes: Vec<Node>| -> Vec<usize> {
        let windows = nodes.iter().filter_map(|node| match &node.branch {
            Branch::Open { children, .. } => Some(children.len()),
            Branch::Closed | Branch::Leaf | Branch::Matches { .. } => None,
        });
        windows.collect()
    };
    for (count, rows) in [(1, 200), (5, 200), (10, 100), (20, 50)] {
        let wanted: Vec<_> = (0..count).map(|tree| (RowNo(tree * 300 + 1), 0)).collect();
        let found = shown(fixture.query.branches(&wanted, Neighbours::Folded).await.unwrap());
        assert_eq!(found, vec![rows; wanted.len()]);
    }
}

#[tokio::test]
async fn rows_come_as_asked_for_with_their_parents() {
    let fixture = small().await;
    let wanted = [4, 99, 1, 2].map(|no| RowKey::One(RowNo(no)));
    let (as_of, rows) = fixture.query.rows(&wanted).await.unwrap();
    let found: Vec<_> = rows.into_iter().map(one).collect();
    assert_eq!(found, ["d below 2", "a+ below ", "b+ below 1"]);
    assert_eq!(as_of, fixture.query.settle().await.as_of);
}

fn one(row: RowNow) -> String {
    match row {
        RowNow::One { node, parent } => {
            format!("{} below {}", line(&[node]), parent.unwrap_or_default())
        }
        RowNow::Several { key, parent, nodes, folds } => {
            let folds: Vec<_> = folds.into_iter().map(|fold| fold.members).collect();
            format!("{key} below {}: {} {folds:?}", parent.session.id, line(&nodes))
        }
    }
}

#[tokio::test]
async fn siblings_that_stood_in_one_row_are_folded_again() {
    let mut fixture = Fixture::new().await;
    fixture.session("root", None).await;
    for number in 1..=12 {
        let done = |draft: &mut Draft| draft.status = Status::Completed;
        fixture.session_with(&format!("s{number}"), Some("root"), done).await;
    }
    let rows = async |fixture: &Fixture| {
        let wanted = [RowKey::Several(RowNo(2), RowNo(13))];
        let (_, rows) = fixture.query.rows(&wanted).await.unwrap();
        rows.into_iter().map(one).collect::<Vec<_>>().join("; ")
    };
    let all = "s1 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 s12";
    assert_eq!(rows(&fixture).await, format!("2~d below root: {all} [0..12]"));
    fixture.run("update session set status = 5 where id = 's7'").await;
    fixture.roll_up().await;
    assert_eq!(rows(&fixture).await, format!("2~d below root: {all} [0..6, 7..12]"));
    let siblings = fixture.query.siblings((RowNo(2), RowNo(13))).await.unwrap();
    assert_eq!(line(&siblings), all);
    let (_, none) = fixture.query.rows(&[RowKey::Several(RowNo(98), RowNo(99))]).await.unwrap();
    assert!(none.is_empty());
}
