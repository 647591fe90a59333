//! A log is the same one after it was closed, and refuses what is not.

use super::*;

#[tokio::test]
async fn a_reopened_log_goes_on_where_it_ended() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(directory.path()).await;
    log.append(vec![entry("a"), entry("b")]).await.unwrap();
    let identity = log.identity().clone();
    log.close().await;

    let log = open(directory.path()).await;
    assert_eq!(log.identity(), &identity);
    assert_eq!(log.head(), 2);
    assert_eq!(log.append(vec![entry("c")]).await, Ok(Appended { first: 3, count: 1 }));
    assert_eq!(contents(&log).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn the_last_dropped_handle_closes_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(directory.path()).await;
    let ended = log.shared.ended.clone();
    drop(log.append(vec![entry("a")]));
    drop(log);
    ended.cancelled().await;
    let log = open(directory.path()).await;
    assert_eq!(contents(&log).await, ["a"]);
}

#[tokio::test]
async fn logs_have_different_identities() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, other) = (open(one.path()).await, open(other.path()).await);
    assert_ne!(one.identity().id, other.identity().id);
    assert_ne!(one.identity().mark(), other.identity().mark());
    assert_eq!(one.identity().epoch, 1);
}

#[tokio::test]
async fn second_collector_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(directory.path()).await;
    let second = Log::open(directory.path(), clock().1).await.unwrap_err();
    let in_use = matches!(&second, LogError::Directory(DirectoryError::InUse { pid: Some(_), .. }));
    assert!(in_use, "{second:?}");
    log.append(vec![entry("a")]).await.unwrap();
    log.close().await;
    open(directory.path()).await;
}

#[tokio::test]
async fn append_only_is_enforced_by_the_database() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(directory.path()).await;
    log.append(vec![entry("a")]).await.unwrap();
    let mut foreigner = foreigner(directory.path()).await;
    for statement in [
        "update log_commit set body = x'00'",
        "delete from log_commit",
        "insert or replace into log_commit values (1, 1, 0, 0, x'00')",
        "insert into log_commit values (3, 1, 0, 0, x'00')",
    ] {
        let refused = sqlx::query(statement).execute(&mut foreigner).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
    assert_eq!(contents(&log).await, ["a"]);
}

#[tokio::test]
async fn newer_log_is_refused() {
    for statement in [
        "update log_meta set value = '2' where key = 'format'",
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (99, 'later', true, x'00', 0)",
    ] {
        let directory = tempfile::tempdir().unwrap();
        open(directory.path()).await.close().await;
        sqlx::query(statement).execute(&mut foreigner(directory.path()).await).await.unwrap();
        let refused = Log::open(directory.path(), clock().1).await.unwrap_err();
        assert!(matches!(refused, LogError::Newer { .. }), "{statement}: {refused:?}");
    }
}

#[tokio::test]
async fn a_damaged_log_is_named() {
    for (statement, found_by_open) in [
        ("update log_commit set body = x'0011223344556677aa' where first_position = 3", true),
        ("update log_commit set body = x'0011223344556677aa' where first_position = 2", false),
        ("update log_commit set count = 2 where first_position = 3", true),
        ("update log_commit set received_at = 0 where first_position = 2", false),
        ("update log_commit set codec = 1 where first_position = 2", false),
        ("delete from log_commit where first_position = 1", true),
        ("delete from log_commit where first_position = 2", true),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let log = open(directory.path()).await;
        for text in ["a", "b", "c"] {
            log.append(vec![entry(text)]).await.unwrap();
        }
        log.close().await;
        let mut foreigner = foreigner(directory.path()).await;
        for statement in
            ["drop trigger log_commit_is_immutable", "drop trigger log_commit_is_kept", statement]
        {
            sqlx::query(statement).execute(&mut foreigner).await.unwrap();
        }
        match Log::open(directory.path(), clock().1).await {
            Err(LogError::Damaged { .. }) => assert!(found_by_open, "{statement}"),
            Ok(log) => {
                assert!(!found_by_open, "{statement}");
                let damaged = log.verify().await;
                assert!(matches!(damaged, Err(LogError::Damaged { .. })), "{statement}");
            }
            Err(other) => panic!("{statement}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn sqlite_is_new_enough() {
    let directory = tempfile::tempdir().unwrap();
    open(directory.path()).await.close().await;
    let version: String = sqlx::query_scalar("select sqlite_version()")
        .fetch_one(&mut foreigner(directory.path()).await)
        .await
        .unwrap();
    let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    // Older ones can corrupt a database when the write-ahead log is reset at the wrong moment.
    assert!(vec![3, 51, 3] <= parts, "{version}");
}

#[tokio::test]
async fn every_commit_is_fsynced() {
    let directory = tempfile::tempdir().unwrap();
    let options =
        sqlite::Options { busy_timeout: BUSY_TIMEOUT, epoch: sqlite::Epoch::Kept, max_pages: None };
    for _new_or_old in 0..2 {
        let mut engine = sqlite::Engine::open(directory.path(), &options).await.unwrap();
        let mode: String = sqlx::query_scalar("pragma journal_mode")
            .fetch_one(&mut engine.writer.connection)
            .await
            .unwrap();
        let synchronous: i64 = sqlx::query_scalar("pragma synchronous")
            .fetch_one(&mut engine.writer.connection)
            .await
            .unwrap();
        // 2 is FULL: in WAL mode the write-ahead log is synced by every commit.
        assert_eq!((mode.as_str(), synchronous), ("wal", 2));
        engine.writer.close().await;
    }
}
