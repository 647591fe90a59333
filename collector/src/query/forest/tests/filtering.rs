//! Forests of what a filter finds, and in other orders.

use banyan_protocol::view::{ForestMatches, Tally};

use super::*;

async fn found(fixture: &Fixture, text: &str, request: &ForestRequest) -> (String, ForestMatches) {
    let forest = fixture.query.forest_of(text, request).await.unwrap();
    (line(&forest.roots), forest.matches.unwrap())
}

/// The rows that match, and the others.
fn rows(matches: &ForestMatches) -> (String, String) {
    let those = |wanted: bool| {
        let rows = matches.rows.iter().filter(|(_, holds)| **holds == wanted);
        rows.map(|(row, _)| row.as_str()).collect::<Vec<_>>().join(" ")
    };
    (those(true), those(false))
}

#[tokio::test]
async fn a_filter_shows_what_matches_and_what_stands_above() {
    let fixture = small().await;
    let request = ForestRequest::default();
    let (trees, matches) = found(&fixture, "id:d,f", &request).await;
    assert_eq!(trees, "f a[b[c[d]]]");
    assert_eq!(rows(&matches), ("4 6".to_owned(), "1 2 3".to_owned()));
    assert_eq!(matches.sessions, Tally { count: 2, capped: false });
    assert_eq!(matches.trees, Tally { count: 2, capped: false });
    assert_eq!(matches.below, [("1".to_owned(), 1), ("6".to_owned(), 1)].into());

    let (trees, matches) = found(&fixture, "id:b,e", &request).await;
    assert_eq!((trees.as_str(), matches.below.get("1")), ("a[b+ e]", Some(&2)));
    // What the reader opens is shown whole.
    let (trees, matches) = found(&fixture, "id:b,e", &open(&[1, 2])).await;
    assert_eq!(trees, "a(b(c+) e)");
    assert_eq!(rows(&matches), ("2 5".to_owned(), "1 3".to_owned()));
}

#[tokio::test]
async fn where_nothing_matches_the_filter_comes_back_in_parts() {
    let fixture = small().await;
    let (trees, matches) = found(&fixture, "cost>1 id:d", &ForestRequest::default()).await;
    assert_eq!((trees.as_str(), matches.trees.count), ("", 0));
    let relaxed = matches.relaxed.unwrap();
    assert_eq!((relaxed.dropped.as_str(), relaxed.query.as_str()), ("cost>1", "id:d"));
    assert_eq!(matches.terms.len(), 2);
}

const SORTS: [ForestSort; 5] = [
    ForestSort::Last,
    ForestSort::First,
    ForestSort::Cost,
    ForestSort::Tokens,
    ForestSort::Duration,
];

/// 130 roots, ordered differently by every figure, with many equal ones.
async fn roots() -> Fixture {
    let mut fixture = Fixture::new().await;
    fixture.trees(130, 1).await;
    fixture
        .run(
            "update session
             set sub_cost = no % 7, sub_tokens = no % 11, sub_first_at = 0, sub_last_at = no % 13,
                 sub_last_position = 1 + no % 5",
        )
        .await;
    fixture
}

#[tokio::test]
async fn pages_in_every_order_show_each_tree_once() {
    let fixture = roots().await;
    for sort in SORTS {
        for filter in [None, Some("is:root")] {
            let mut request = ForestRequest { sort, ..ForestRequest::default() };
            let mut seen: Vec<i64> = Vec::new();
            loop {
                let page = match filter {
                    None => forest(&fixture, &request).await,
                    Some(text) => fixture.query.forest_of(text, &request).await.unwrap(),
                };
                let numbers = page.roots.iter().map(|node| row_id::decode(&node.session.row));
                seen.extend(numbers.map(Option::unwrap));
                let Some(older) = page.older else { break };
                request.after = Some(older);
            }
            let value = |no: &i64| match sort {
                ForestSort::Last => no % 5,
                ForestSort::First => *no,
                ForestSort::Cost => no % 7,
                ForestSort::Tokens => no % 11,
                ForestSort::Duration => no % 13,
            };
            let mut expected: Vec<i64> = (1..=130).collect();
            expected.sort_by_key(|no| std::cmp::Reverse((value(no), *no)));
            assert_eq!(seen, expected, "{sort:?} {filter:?}");
        }
    }
}
