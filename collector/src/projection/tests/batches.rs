use proptest::prelude::*;
use sqlx::Connection as _;

use super::{
    super::{
        decode::{entries, sound},
        fold::Fold,
        nodes::NODES_MAX,
        pipeline::Pipeline,
        poisoned::Poisoned,
        rows::Rows,
        store::write::{write, write_all},
    },
    random::{any_log, cases},
    story::*,
};
use crate::view::View;

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::btree_set(1..40usize, 0..8).prop_map(|cuts| cuts.into_iter().collect())
}

proptest! {
    #![proptest_config(cases(64))]

    /// Wherever the log was cut into batches, and wherever the collector was restarted.
    #[test]
    fn rebuild_is_identical(story in any_log(), cuts in cuts(), restart in 0..8usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let at_once = Scene::of(&story).await;
            at_once.places().await;
            let log = log(&story);
            let mut batches = Vec::new();
            let mut begin = 0;
            for end in cuts.into_iter().chain([log.len()]).map(|end| end.min(log.len())) {
                batches.push(&log[begin..end]);
                begin = end;
            }
            let cut = Scene::new();
            let (before, after) = batches.split_at(restart.min(batches.len()));
            cut.take(before).await;
            cut.take_forgetful(after).await;
            cut.assert_equals(&at_once).await;
            assert_eq!(cut.dump().await, at_once.dump().await);
        });
    }

    #[test]
    fn rollups_equal_a_fresh_sum(story in any_log()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            Scene::one_by_one(&story).await.assert_figures_are_sums().await;
        });
    }
}

/// The rows of one event.
fn rows() -> Rows {
    let log = log(&[speak("a", 1)]);
    let entries = entries(&log, 0);
    let mut fold = Fold::new(0, 0, NODES_MAX);
    fold.begin();
    fold.nodes.note_absent("a");
    fold.step(sound(&entries[0]).unwrap()).unwrap();
    fold.finish(1).unwrap()
}

/// How many events there are after a write that is cut off before its checkpoint.
async fn events_after_a_crash(in_one_transaction: bool) -> i64 {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("view.db");
    let mut connection = View::writer(&path).await.unwrap();
    let crash = "create trigger crash before insert on checkpoint
                 begin select raise(abort, 'crash'); end";
    sqlx::query(crash).execute(&mut connection).await.unwrap();
    let written = if in_one_transaction {
        write(&mut connection, rows()).await
    } else {
        write_all(&mut connection, rows()).await
    };
    assert!(written.unwrap_err().to_string().contains("crash"));
    connection.close().await.unwrap();
    let mut connection = View::reader(&path).await.unwrap();
    sqlx::query_scalar("select count(*) from event").fetch_one(&mut connection).await.unwrap()
}

#[tokio::test]
async fn checkpoint_commits_with_its_rows() {
    assert_eq!(events_after_a_crash(true).await, 0);
    // The control: without the transaction the same crash leaves rows behind.
    assert_eq!(events_after_a_crash(false).await, 1);
}

#[tokio::test]
async fn a_failed_batch_is_taken_again_from_the_checkpoint() {
    let scene = Scene::of(&[speak("a", 1)]).await;
    let log = log(&[speak("a", 1), speak("a", 2), speak("b", 1)]);
    let mut connection = View::writer(&scene.path()).await.unwrap();
    let mut pipeline = Pipeline::open(&scene.path()).await.unwrap();
    let crash = "create trigger crash before insert on event
                 begin select raise(abort, 'crash'); end";
    sqlx::query(crash).execute(&mut connection).await.unwrap();
    pipeline.take(&log, &Poisoned::default()).await.unwrap();
    assert!(pipeline.settle().await.is_err());
    sqlx::query("drop trigger crash").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();

    pipeline.reopen().await.unwrap();
    assert_eq!(pipeline.folded(), 1);
    pipeline.take(&log, &Poisoned::default()).await.unwrap();
    assert_eq!(pipeline.settle().await.unwrap(), 3);
    assert_eq!(scene.texts("select count(*) || '' from event").await, ["3"]);
}
