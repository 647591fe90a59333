//! Siblings that stand in one row.

use banyan_protocol::view::Fold;

use super::{super::super::fixture::Draft, *};

/// A root that runs, and below it one session for each letter: `c` a coder that ended well, `t` a
/// tester that did, `f` a coder that failed, `r` one that runs.
async fn family(letters: &str) -> Fixture {
    let mut fixture = Fixture::new().await;
    fixture.session("root", None).await;
    for (letter, number) in letters.chars().zip(1..) {
        let edit = |draft: &mut Draft| {
            let (agent, status) = match letter {
                't' => ("tester", Status::Completed),
                'f' => ("coder", Status::Failed),
                'r' => ("coder", Status::Running),
                _ => ("coder", Status::Completed),
            };
            draft.status = status;
            agent.clone_into(&mut draft.agent_id);
        };
        fixture.session_with(&format!("s{number}"), Some("root"), edit).await;
    }
    fixture
}

/// `0..5 7..12!`: the places of the root's children that stand in one row, `!` those that are open.
fn folds(view: &ForestView) -> String {
    let one = |Fold { members, is_open }: &Fold| {
        format!("{members:?}{}", if *is_open { "!" } else { "" })
    };
    view.roots[0].branch.folds().iter().map(one).collect::<Vec<_>>().join(" ")
}

fn keys(keys: &[&str]) -> ForestRequest {
    let open = keys.iter().map(|key| (*key).to_owned()).collect();
    ForestRequest { open: Some(open), ..ForestRequest::default() }
}

#[tokio::test]
async fn trouble_is_never_folded_away() {
    for (letters, expected) in [
        ("cccc", ""),
        ("ccccc", "0..5"),
        ("cccccttttt", "0..5 5..10"),
        ("cccfcc", ""),
        ("cccccfccccc", "0..5 6..11"),
        ("cccccr", "0..5"),
        ("rrrrrr", ""),
        ("ffffff", ""),
    ] {
        let fixture = family(letters).await;
        assert_eq!(folds(&forest(&fixture, &keys(&["1"])).await), expected, "{letters}");
    }
}

#[tokio::test]
async fn what_needs_a_look_at_or_below_a_member_keeps_it_apart() {
    for (edit, expected) in [
        ("update session set goal = 'x' where id = 's3'", "0..7"),
        ("update session set sub_alerts = 1 where id = 's3'", ""),
        ("update session set missing_count = 1 where id = 's1'", "1..7"),
        ("update session set flags = 1 where id = 's1'", "0..7"),
        ("update session set flags = 3 where id = 's1'", "1..7"),
        ("update session set cycle = 1 where id = 's7'", "0..6"),
        ("update session set sub_failed = 1 where id = 's7'", "0..6"),
        ("update session set sub_live = 1 where id = 's7'", "0..6"),
    ] {
        let mut fixture = family("ccccccc").await;
        fixture.run(edit).await;
        assert_eq!(folds(&forest(&fixture, &keys(&["1"])).await), expected, "{edit}");
    }
}

#[tokio::test]
async fn a_row_of_several_is_open_where_its_name_or_a_member_is() {
    let mut fixture = family("ccccccttttttf").await;
    fixture.session_with("below", Some("s2"), |draft| draft.status = Status::Completed).await;
    // Sessions 2 to 7 are coders, 8 to 13 testers; 3 has a child.
    for (open, expected) in [
        (&["1"][..], "0..6 6..12"),
        (&["1", "2~7"], "0..6! 6..12"),
        (&["1", "8~d"], "0..6 6..12!"),
        // Some have left it, or joined it.
        (&["1", "2~5"], "0..6! 6..12"),
        (&["1", "a~d"], "0..6 6..12!"),
        (&["1", "3"], "0..6! 6..12"),
        (&["1", "2~"], "0..6 6..12"),
    ] {
        assert_eq!(folds(&forest(&fixture, &keys(open)).await), expected, "{open:?}");
    }
    let around = fixture.query.tree_around("s4", None, 200).await.unwrap().unwrap();
    assert_eq!(folds(&around), "0..6! 6..12");
    let around = fixture.query.tree_around("below", None, 200).await.unwrap().unwrap();
    assert_eq!(folds(&around), "0..6! 6..12");
}

#[tokio::test]
async fn a_filter_folds_nothing_that_it_found() {
    let fixture = family("ccccccf").await;
    for request in [ForestRequest::default(), keys(&["1"])] {
        let view = fixture.query.forest_of("status:completed", &request).await.unwrap();
        assert_eq!(folds(&view), "");
        assert!(5 < view.roots[0].branch.shown().len());
    }
}

#[tokio::test]
async fn members_take_one_row_of_the_page_and_are_not_opened_unasked() {
    let done = |draft: &mut Draft| draft.status = Status::Completed;
    let mut fixture = family(&"c".repeat(30)).await;
    for (id, parent) in [("below", "s2"), ("other", "root"), ("deep", "other")] {
        fixture.session_with(id, Some(parent), done).await;
    }
    fixture
        .run("update session set parent_no = null, root_no = no, depth = 0 where id = 'other'")
        .await;
    fixture.run("update session set root_no = 33, depth = 1 where id = 'deep'").await;
    fixture.session_with("deeper", Some("deep"), done).await;
    for tree in 0..25 {
        fixture.session(&format!("r{tree}"), None).await;
        for child in 0..6 {
            fixture.session(&format!("r{tree}-{child}"), Some(&format!("r{tree}"))).await;
        }
    }
    let view = forest(&fixture, &ForestRequest::default()).await;
    let root = |id: &str| view.roots.iter().find(|root| root.session.id == id).unwrap();
    let folded = &root("root").branch;
    let count = folded.shown().len();
    // Of 200 rows, 150 are taken by the others and 27 by roots.
    assert!((10..30).contains(&count), "{count}");
    assert_eq!(folded.folds(), [Fold { members: 0..count, is_open: false }]);
    assert!(folded.shown().iter().all(|node| node.branch.shown().is_empty()));
    // There was room for more only because they are one row.
    assert_eq!(line(&[root("other").clone()]), "other(deep(deeper))");
}
