use std::collections::BTreeSet;

use proptest::prelude::*;
use sqlx::{AssertSqlSafe, query_scalar};

use super::*;
use crate::{
    clock::Clock,
    progress::Progress,
    projection::tests::{
        random::{any_log, cases},
        story::*,
    },
    query::{LogMark, Lookup, plans::Statements},
};

/// Looks back from the view of a scene.
async fn as_of(scene: &Scene) -> AsOf {
    let view = View::open(&scene.path()).await.unwrap();
    let (_, head) = tokio::sync::watch::channel(0);
    let mark = LogMark { log: 1, epoch: 1 };
    let clock = Clock::stopped(Timestamp::from_micros(0));
    let query = Query::new(view.clone(), Progress::new(head, 0), clock, mark);
    AsOf::new(view, query)
}

/// The rows of `table` that `condition` lets through, each as `column=value column=value …`.
async fn rows(view: &View, table: &str, condition: &str) -> Vec<String> {
    let readers = view.readers();
    let columns: Vec<String> = query_scalar("select name from pragma_table_info(?)")
        .bind(table)
        .fetch_all(&readers)
        .await
        .unwrap();
    let cells: Vec<String> =
        columns.iter().map(|name| format!("'{name}=' || quote({name})")).collect();
    let cells = cells.join(" || ' ' || ");
    let sql = format!("select {cells} from {table} where {condition} order by 1");
    query_scalar(AssertSqlSafe(sql)).fetch_all(&readers).await.unwrap()
}

/// Everything about the tree that session `no` is in.
async fn tree(view: &View, no: i64) -> Vec<String> {
    let root = format!("root_no = (select root_no from session where no = {no}) and known = 1");
    let of_tree = format!("session_no in (select no from session where {root})");
    let mut all = Vec::new();
    for (table, condition) in [("session", &root), ("event", &of_tree), ("alert", &of_tree)] {
        all.extend(rows(view, table, condition).await);
    }
    all
}

/// The known sessions of a view: number and id.
async fn known(view: &View) -> Vec<(i64, String)> {
    let sql = "select no, id from session where known = 1 order by no";
    sqlx::query_as(sql).fetch_all(&view.readers()).await.unwrap()
}

fn is_deletion(entry: &Entry) -> bool {
    entry.source == Source::Banyan && entry.bytes.windows(7).any(|bytes| bytes == b"deleted")
}

/// Whether every session of `story` is at `at` what it is in a view of nothing but the first `at`
/// entries.
async fn a_moment_is_as_it_was(as_of: &AsOf, story: &[Entry], at: usize) {
    let scene = Scene::of(story.get(..at).unwrap()).await;
    let fresh = View::open_finished(&scene.path()).await.unwrap();
    let at = i64::try_from(at).unwrap();
    let known_then: BTreeSet<_> = known(&fresh).await.into_iter().collect();
    for (no, id) in known(&as_of.0.view).await {
        let moment = as_of.moment(&id, at).await;
        if !known_then.contains(&(no, id.clone())) {
            assert!(matches!(moment, Err(AsOfError::TooEarly)), "{id} at {at}: {moment:?}");
            continue;
        }
        let moment = moment.unwrap();
        let frozen = as_of.0.kept.find(as_of.now(&id).await.unwrap(), at).unwrap();
        assert_eq!(tree(&frozen.view, no).await, tree(&fresh, no).await, "{id} at {at}");
        assert_eq!(moment.query.settle().await.as_of, at);
    }
    fresh.readers().close().await;
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn a_moment_is_what_was_folded_then(story in any_log(), at in any::<prop::sample::Index>()) {
        let story: Vec<Entry> =
            story.into_iter().filter(|entry| !is_deletion(entry)).collect();
        let at = at.index(story.len() + 1);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let live = Scene::of(&story).await;
            a_moment_is_as_it_was(&as_of(&live).await, &story, at).await;
        });
    }
}

#[tokio::test]
async fn sessions_that_moved_away_later_are_back() {
    let story = [
        speak("other", 1),
        spawn("a", 1, "b"),
        child("b", 5, "a"),
        child("c", 1, "b"),
        child("b", 1, "other"),
        spawn("x", 1, "y"),
        child("a", 9, "x"),
    ];
    let scene = Scene::of(&story).await;
    let as_of = as_of(&scene).await;
    for at in 1..=story.len() {
        a_moment_is_as_it_was(&as_of, &story, at).await;
    }
}

#[tokio::test]
async fn a_spawn_that_loses_first_numbers_its_group_when_it_wins() {
    let story = [
        speak("b", 1),
        child("a", 5, "b"),
        spawn("m", 1, "a"),
        child("a", 1, "m"),
        child("m", 1, "a"),
    ];
    let scene = Scene::of(&story).await;
    let as_of = as_of(&scene).await;
    for at in 1..=story.len() {
        a_moment_is_as_it_was(&as_of, &story, at).await;
    }
}

#[tokio::test]
async fn a_deleted_session_is_gone_at_every_moment() {
    let story = [
        speak("root", 1),
        spawn("root", 2, "gone"),
        child("gone", 1, "root"),
        child("below", 1, "gone"),
        child("kept", 1, "root"),
        delete("gone"),
        speak("kept", 2),
    ];
    let scene = Scene::of(&story).await;
    let as_of = as_of(&scene).await;
    assert!(matches!(as_of.moment("gone", 3).await, Err(AsOfError::Deleted)));
    for at in 3..=7 {
        let moment = as_of.moment("root", at).await.unwrap();
        assert!(matches!(moment.query.session("gone").await.unwrap(), Lookup::Deleted), "{at}");
        let Lookup::Found(root) = moment.query.session("root").await.unwrap() else { panic!() };
        assert_eq!(root.children, u64::from(5 <= at), "{at}");
        assert_eq!(root.group, (5 <= at).then_some(1), "{at}");
    }
    let below = as_of.moment("below", 4).await.unwrap();
    let Lookup::Found(below) = below.query.session("below").await.unwrap() else { panic!() };
    assert!(below.orphan);
}

#[tokio::test]
async fn a_later_deletion_is_heard() {
    let story = [speak("root", 1), child("kept", 1, "root"), child("gone", 1, "root")];
    let scene = Scene::of(&story).await;
    let as_of = as_of(&scene).await;
    let before = as_of.moment("root", 3).await.unwrap();
    assert!(matches!(before.query.session("gone").await.unwrap(), Lookup::Found(_)));
    let story: Vec<_> = story.into_iter().chain([delete("gone")]).collect();
    scene.take(&[&log(&story)]).await;
    let after = as_of.moment("root", 3).await.unwrap();
    assert!(matches!(after.query.session("gone").await.unwrap(), Lookup::Deleted));
}

#[tokio::test]
async fn a_moment_knows_its_neighbours() {
    let mut story = vec![speak("other", 1), speak("a", 1), speak("other", 2), speak("a", 2)];
    story.extend((3..2_100).map(|sequence| speak("other", sequence)));
    let behind = i64::try_from(story.len()).unwrap();
    story.extend([child("b", 1, "a"), speak("other", 3_000)]);
    let scene = Scene::of(&story).await;
    let as_of = as_of(&scene).await;
    for (at, previous, next) in [
        (2, None, Some(4)),
        (3, None, Some(4)),
        (4, Some(2), Some(behind + 1)),
        (behind, Some(2), Some(behind + 1)),
        (behind + 1, Some(4), None),
        (behind + 2, Some(4), None),
    ] {
        let moment = as_of.moment("a", at).await.unwrap();
        let last = at.max(behind + 1);
        let expected = Bounds { first: 2, last, previous, next };
        assert_eq!(moment.bounds, expected, "{at}");
        assert_eq!(moment.at, at);
        assert_eq!(moment.time.micros(), 1_700_000_000_000_000 + moment.at * 1_000_000);
    }
    assert!(matches!(as_of.moment("a", behind + 3).await, Err(AsOfError::Future)));
    assert!(matches!(as_of.moment("a", 1).await, Err(AsOfError::TooEarly)));
    assert!(matches!(as_of.moment("a", -1).await, Err(AsOfError::TooEarly)));
    assert!(matches!(as_of.moment("nobody", 4).await, Err(AsOfError::Missing)));
}

#[tokio::test]
async fn whoever_stays_at_a_moment_has_it_folded_once() {
    let story = [speak("a", 1), child("b", 1, "a"), speak("c", 1)];
    let scene = Scene::of(&story).await;
    let as_of = as_of(&scene).await;
    let kept = |id: &'static str, at| {
        let as_of = as_of.clone();
        async move {
            as_of.moment(id, at).await.unwrap();
            as_of.0.kept.find(as_of.now(id).await.unwrap(), at).unwrap()
        }
    };
    let first = kept("a", 2).await;
    assert!(Arc::ptr_eq(&first, &kept("b", 2).await));
    assert!(!Arc::ptr_eq(&first, &kept("b", 3).await));
    assert!(!Arc::ptr_eq(&kept("b", 3).await, &kept("c", 3).await));
}

#[tokio::test]
async fn no_moment_walks_through_a_whole_table() {
    let story = [spawn("a", 1, "b"), speak("b", 1), speak("a", 2)];
    let scene = Scene::of(&story).await;
    let as_of = as_of(&scene).await;
    for at in [1, 3] {
        // Folded here, and kept.
        as_of.moment("a", at).await.unwrap();
    }
    let statements = Statements::watch();
    for at in [1, 3] {
        Part::read(&as_of.0.view, 1, at).await.unwrap();
        as_of.moment("a", at).await.unwrap();
    }
    let mut connection = as_of.0.view.readers().acquire().await.unwrap();
    let seen = statements.check(&mut connection).await;
    assert!(10 < seen, "only {seen} statements were seen");
}
