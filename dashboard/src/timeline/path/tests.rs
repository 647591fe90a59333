//! The critical path of trees made by hand, and its laws for any tree.

use proptest::prelude::*;

use super::*;

fn node(parent: Option<usize>, start: i64, end: i64) -> Node {
    Node { parent, span: Some(Span::new(start, end)) }
}

/// `0:5-9`: session 0 from 5 to 9.
fn line(path: &[Stretch]) -> String {
    let one =
        |stretch: &Stretch| format!("{}:{}-{}", stretch.of, stretch.span.start, stretch.span.end);
    path.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(nodes: &[Node], expected: &str) {
    let path = critical_path(nodes);
    assert_eq!(line(&path), expected);
    let sum: i64 = path.iter().map(|stretch| stretch.span.length()).sum();
    assert_eq!(sum, nodes[0].span.map_or(0, Span::length), "AC-32");
}

/// AC-32: three trees made by hand.
#[test]
fn the_path_is_as_long_as_the_root() {
    // A root that hands over twice, one after the other.
    let relay = [node(None, 0, 100), node(Some(0), 10, 40), node(Some(0), 50, 90)];
    check(&relay, "0:0-10 1:10-40 0:40-50 2:50-90 0:90-100");
    // Two at the same time: the longer one counts, the other one only before it began.
    let fan = [
        node(None, 0, 100),
        node(Some(0), 5, 30),
        node(Some(0), 20, 80),
        node(Some(2), 25, 70),
        node(Some(2), 30, 60),
    ];
    check(&fan, "0:0-5 1:5-20 2:20-25 3:25-70 2:70-80 0:80-100");
    // A child that outlives its parent and one that began before it are cut to it.
    let odd =
        [node(None, 10, 60), node(Some(0), 40, 90), node(Some(0), 0, 30), node(Some(1), 70, 85)];
    check(&odd, "2:10-30 0:30-40 1:40-60");
}

#[test]
fn odd_trees_have_a_path_as_well() {
    check(&[node(None, 5, 9)], "0:5-9");
    check(&[node(None, 5, 5), node(Some(0), 5, 5)], "");
    // Now, while both run: the one that began first.
    check(&[node(None, 0, 9), node(Some(0), 4, 9), node(Some(0), 2, 9)], "0:0-2 2:2-9");
    // Moments and sessions outside of the root's time do not matter.
    let outside =
        [node(None, 10, 20), node(Some(0), 12, 12), node(Some(0), 0, 5), node(Some(0), 30, 40)];
    check(&outside, "0:10-20");
    let silent = [node(None, 0, 9), Node { parent: Some(0), span: None }, node(Some(1), 2, 4)];
    check(&silent, "0:0-9");
    assert_eq!(critical_path(&[Node { parent: None, span: None }]), []);
    assert_eq!(critical_path(&[]), []);
}

#[test]
fn a_chain_of_thousands_has_a_path() {
    let levels = 50_000;
    let chain: Vec<_> = (0..levels)
        .map(|level| node(usize::try_from(level - 1).ok(), level, 2 * levels - level))
        .collect();
    let path = critical_path(&chain);
    assert_eq!(path.len(), 2 * chain.len() - 1);
    assert_eq!(path.iter().map(|stretch| stretch.span.length()).sum::<i64>(), 2 * levels);
}

/// Any tree: parents before children, spans of any kind.
fn trees() -> impl Strategy<Value = Vec<Node>> {
    let one = (any::<prop::sample::Index>(), prop::option::weighted(0.9, (0_i64..60, 0_i64..60)));
    prop::collection::vec(one, 1..24).prop_map(|list| {
        let place =
            |(at, (parent, span)): (usize, (prop::sample::Index, Option<(i64, i64)>))| Node {
                parent: (0 < at).then(|| parent.index(at.max(1))),
                span: span.map(|(start, length)| Span::new(start, start + length)),
            };
        list.into_iter().enumerate().map(place).collect()
    })
}

/// The definition, followed word by word: at every moment, who held it up.
fn slowly(nodes: &[Node], of: usize, span: Span, path: &mut Vec<Stretch>) {
    let mut at = span.end;
    while span.start < at {
        let last = nodes
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(_, node)| node.parent == Some(of))
            .filter_map(|(place, node)| Some((place, node.span?)))
            .filter(|(_, child)| child.start < child.end && child.start < at)
            .max_by_key(|(place, child)| (child.end.min(at), Reverse((child.start, *place))));
        let end = last.map_or(span.start, |(_, child)| child.end.min(at).max(span.start));
        if end < at {
            path.push(Stretch { of, span: Span { start: end, end: at } });
        }
        at = end;
        let Some((place, child)) = last else { continue };
        let start = child.start.max(span.start);
        if start < at {
            slowly(nodes, place, Span { start, end: at }, path);
            at = start;
        } else {
            break;
        }
    }
}

proptest! {
    #[test]
    fn the_path_follows_the_definition(nodes in trees()) {
        let path = critical_path(&nodes);
        let mut expected = Vec::new();
        if let Some(top) = nodes[0].span {
            slowly(&nodes, 0, top, &mut expected);
        }
        expected.reverse();
        prop_assert_eq!(line(&path), line(&expected));
    }

    #[test]
    fn the_path_has_no_gap_and_stays_inside_each_session(nodes in trees()) {
        let path = critical_path(&nodes);
        let top = nodes[0].span.unwrap_or(Span::new(0, 0));
        prop_assert_eq!(path.iter().map(|stretch| stretch.span.length()).sum::<i64>(), top.length());
        prop_assert!(path.windows(2).all(|pair| pair[0].span.end == pair[1].span.start));
        for stretch in &path {
            prop_assert!(nodes[stretch.of].span.unwrap().holds(stretch.span));
            prop_assert!(stretch.span.start < stretch.span.end);
        }
    }
}
