use std::sync::{Arc, atomic::AtomicI64};

use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{
    super::{Projector, Verdict, rebuild, verify},
    story::*,
};
use crate::{clock::Clock, log::Log, progress::Progress, view::View};

async fn open(directory: &TempDir) -> Log {
    let clock = Clock::Fixed(Arc::new(AtomicI64::new(1_000_000)));
    Log::open(directory.path(), clock).await.unwrap()
}

async fn projected(progress: &Progress, log: &Log) {
    let head = log.head();
    progress.watch_projected().wait_for(|projected| head <= *projected).await.unwrap();
}

/// Follows `log` until its head is projected; returns the view's readers' file.
async fn follow(directory: &TempDir, log: &Log) -> std::path::PathBuf {
    let projector = Projector::open(directory.path(), log.clone()).await.unwrap();
    let (view, progress) = (projector.view(), projector.progress());
    let stop = CancellationToken::new();
    let task = projector.start(stop.clone());
    let _stop = stop.clone().drop_guard();
    projected(&progress, log).await;
    stop.cancel();
    task.await.unwrap();
    view.path()
}

async fn set_meta(path: &std::path::Path, key: &str, value: &str) {
    let mut connection = View::writer(path).await.unwrap();
    sqlx::query("update view_meta set value = ? where key = ?")
        .bind(value)
        .bind(key)
        .execute(&mut connection)
        .await
        .unwrap();
}

async fn events(path: &std::path::Path) -> i64 {
    let mut connection = View::reader(path).await.unwrap();
    sqlx::query_scalar("select count(*) from event").fetch_one(&mut connection).await.unwrap()
}

#[tokio::test]
async fn the_view_follows_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(&directory).await;
    let projector = Projector::open(directory.path(), log.clone()).await.unwrap();
    let (view, progress) = (projector.view(), projector.progress());
    let stop = CancellationToken::new();
    let task = projector.start(stop.clone());
    let _stop = stop.clone().drop_guard();
    for sequence in 1..=20 {
        log.append(vec![speak("a", sequence)]).await.unwrap();
        assert!(progress.projected() <= progress.head());
    }
    projected(&progress, &log).await;
    let count: i64 =
        sqlx::query_scalar("select count(*) from event").fetch_one(&view.readers()).await.unwrap();
    assert_eq!(count, 20);
    stop.cancel();
    task.await.unwrap();
}

#[tokio::test]
async fn a_restart_goes_on_behind_the_checkpoint() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(&directory).await;
    log.append(vec![speak("a", 1), spawn("a", 2, "b")]).await.unwrap();
    follow(&directory, &log).await;
    log.append(vec![speak("b", 1), delete("a")]).await.unwrap();
    let path = follow(&directory, &log).await;
    assert_eq!(events(&path).await, 1);
    assert_eq!(verify(directory.path(), &log).await.unwrap(), Verdict::Equal { position: 4 });
}

#[tokio::test]
async fn a_view_of_another_version_is_built_again_and_swapped() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(&directory).await;
    log.append(vec![speak("a", 1)]).await.unwrap();
    let old = follow(&directory, &log).await;
    set_meta(&old, "projection_version", "0").await;

    let projector = Projector::open(directory.path(), log.clone()).await.unwrap();
    assert_eq!(projector.view().path(), old, "it is read until the new one has caught up");
    assert_eq!(projector.progress().projected(), 1);
    drop(projector);
    log.append(vec![speak("a", 2)]).await.unwrap();
    let new = follow(&directory, &log).await;
    assert_ne!(new, old);
    assert!(!old.exists());
    assert_eq!(events(&new).await, 2);
    assert_eq!(verify(directory.path(), &log).await.unwrap(), Verdict::Equal { position: 2 });
}

#[tokio::test]
async fn a_view_of_no_use_is_built_again() {
    for (key, value) in [("log_id", "another"), ("log_epoch", "77")] {
        let directory = tempfile::tempdir().unwrap();
        let log = open(&directory).await;
        log.append(vec![speak("a", 1)]).await.unwrap();
        let path = follow(&directory, &log).await;
        set_meta(&path, key, value).await;
        let path = follow(&directory, &log).await;
        assert_eq!(events(&path).await, 1);
    }
}

#[tokio::test]
async fn a_view_that_is_damaged_while_it_is_used_is_built_again() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(&directory).await;
    log.append(vec![speak("a", 1)]).await.unwrap();
    let projector = Projector::open(directory.path(), log.clone()).await.unwrap();
    let (view, progress) = (projector.view(), projector.progress());
    let stop = CancellationToken::new();
    let task = projector.start(stop.clone());
    let _stop = stop.clone().drop_guard();
    projected(&progress, &log).await;
    let damaged = view.path();
    // A table that begins behind the end of the file.
    let mut connection = View::writer(&damaged).await.unwrap();
    for statement in [
        "pragma writable_schema = on",
        "update sqlite_schema set rootpage = 99999 where name = 'event'",
        "pragma schema_version = 77",
    ] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    drop(connection);
    log.append(vec![speak("a", 2)]).await.unwrap();
    projected(&progress, &log).await;
    assert_ne!(view.path(), damaged);
    assert_eq!(events(&view.path()).await, 2);
    stop.cancel();
    task.await.unwrap();
}

#[tokio::test]
async fn a_damaged_view_is_built_again() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(&directory).await;
    log.append(vec![speak("a", 1)]).await.unwrap();
    let path = follow(&directory, &log).await;
    std::fs::write(&path, "this was a database once").unwrap();
    let path = follow(&directory, &log).await;
    assert_eq!(events(&path).await, 1);
}

/// Follows, and says whether the view is the one that was there before.
async fn kept_when_marked(mark: Option<&str>) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let log = open(&directory).await;
    log.append(vec![speak("a", 1)]).await.unwrap();
    let path = follow(&directory, &log).await;
    let mut connection = View::writer(&path).await.unwrap();
    let sign = "insert into view_meta (key, value) values ('sign', 'the old one')";
    sqlx::query(sign).execute(&mut connection).await.unwrap();
    View::close(connection, &path).await;
    let marked = path.with_extension("db-mark");
    match mark {
        Some(mark) => std::fs::write(marked, mark).unwrap(),
        None => std::fs::remove_file(marked).unwrap(),
    }
    let path = follow(&directory, &log).await;
    assert_eq!(events(&path).await, 1);
    let mut connection = View::reader(&path).await.unwrap();
    let sign = sqlx::query("select 1 from view_meta where key = 'sign'");
    sign.fetch_optional(&mut connection).await.unwrap().is_some()
}

/// After a power cut a view may be wrong without SQLite noticing: it is never read again.
#[tokio::test]
async fn a_view_that_the_end_of_the_system_left_open_is_built_again() {
    assert!(kept_when_marked(Some("closed")).await, "the control");
    assert!(!kept_when_marked(Some("the id of an earlier boot")).await);
    assert!(!kept_when_marked(None).await);
}

#[tokio::test]
async fn a_view_from_the_future_of_the_log_is_built_again() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(&directory).await;
    log.append(vec![speak("a", 1)]).await.unwrap();
    let path = follow(&directory, &log).await;
    let mut connection = View::writer(&path).await.unwrap();
    sqlx::query("update checkpoint set position = 9").execute(&mut connection).await.unwrap();
    drop(connection);
    let path = follow(&directory, &log).await;
    assert_eq!(events(&path).await, 1);
    assert_eq!(verify(directory.path(), &log).await.unwrap(), Verdict::Equal { position: 1 });
}

#[tokio::test]
async fn verify_names_the_first_difference() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(&directory).await;
    log.append(vec![speak("a", 1), spawn("a", 2, "b")]).await.unwrap();
    let rebuilt = rebuild(directory.path(), &log).await.unwrap();
    assert_eq!(rebuilt.position, 2);
    assert_eq!(verify(directory.path(), &log).await.unwrap(), Verdict::Equal { position: 2 });

    let mut connection = View::writer(&directory.path().join("view.db")).await.unwrap();
    for (statement, table) in [
        ("delete from event_text where rowid = 256", "text_instance"),
        ("delete from event where key = 512", "event"),
        ("update session set goal = 'another' where id = 'b'", "session"),
    ] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
        match verify(directory.path(), &log).await.unwrap() {
            Verdict::Different { table: found, .. } => assert_eq!(found, table),
            other => panic!("{other:?}"),
        }
    }
}
