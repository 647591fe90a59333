//! Parts of trees in a view.

use super::{super::fixture::Fixture, *};

/// `a(b c+)`: an open node with its children, `+` closed; `a(2:…)` a window from the third on.
fn line(nodes: &[Node]) -> String {
    let one = |node: &Node| match &node.branch {
        Branch::Leaf => node.session.id.clone(),
        Branch::Closed => format!("{}+", node.session.id),
        Branch::Open { children, from } => {
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
        assert_eq!(line(&fixture.query.branches(&wanted).await.unwrap()), expected, "{wanted:?}");
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
        let found = shown(fixture.query.branches(&wanted).await.unwrap());
        assert_eq!(found, vec![rows; wanted.len()]);
    }
}

#[tokio::test]
async fn rows_come_as_asked_for_with_their_parents() {
    let fixture = small().await;
    let wanted = [RowNo(4), RowNo(99), RowNo(1), RowNo(2)];
    let (as_of, rows) = fixture.query.rows(&wanted).await.unwrap();
    let found: Vec<_> =
        rows.iter().map(|(node, parent)| (node.session.id.as_str(), parent.as_deref())).collect();
    assert_eq!(found, [("d", Some("2")), ("a", None), ("b", Some("1"))]);
    assert_eq!(line(&rows.into_iter().map(|(node, _)| node).collect::<Vec<_>>()), "d a+ b+");
    assert_eq!(as_of, fixture.query.settle().await.as_of);
}
