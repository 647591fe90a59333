//! What the log does when the disk or a neighbour misbehaves.

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::Connection as _;

use super::*;

const GIB: u64 = 1024 * 1024 * 1024;

#[tokio::test]
async fn a_full_disk_refuses_and_the_log_goes_on() {
    for (max_pages, big) in [(Some(64), Err(AppendError::StorageFull)), (None, Ok(()))] {
        let directory = tempfile::tempdir().unwrap();
        let log = open_with(directory.path(), |s| s.engine.max_pages = max_pages).await;
        log.append(vec![entry("before")]).await.unwrap();
        let noise: Vec<u8> =
            (0..20_000_u32).flat_map(|n| *blake3::hash(&n.to_le_bytes()).as_bytes()).collect();
        let noise = Entry { source: Source::Aop, bytes: Bytes::from(noise) };
        assert_eq!(log.append(vec![noise]).await.map(drop), big, "{max_pages:?}");
        let after = log.append(vec![entry("after")]).await.unwrap();
        assert_eq!(after.first, if big.is_ok() { 3 } else { 2 });
        assert_eq!(log.verify().await.unwrap(), log.head());
        assert_eq!(log.state(), LogState::Ok);
    }
}

#[tokio::test]
async fn low_room_refuses_early_and_heals() {
    let directory = tempfile::tempdir().unwrap();
    let free = Arc::new(AtomicU64::new(GIB));
    let asked = Arc::clone(&free);
    let ask = move || Ok(Room { free: asked.load(Ordering::Relaxed), total: GIB });
    let watched = space::Space::new(Arc::new(ask), Duration::ZERO);
    let log = open_with(directory.path(), |settings| settings.space = watched).await;
    log.append(entries(1, 1)).await.unwrap();
    assert_eq!(log.state(), LogState::Ok);

    free.store(0, Ordering::Relaxed);
    assert_eq!(log.append(entries(1, 1)).await, Err(AppendError::StorageLow));
    assert_eq!(log.state(), LogState::StorageLow);
    assert_eq!(log.read_after(0, 10).await.unwrap().len(), 1, "reads go on");

    free.store(GIB, Ordering::Relaxed);
    assert_eq!(log.append(entries(1, 1)).await, Ok(Appended { first: 2, count: 1 }));
}

#[tokio::test]
async fn a_foreign_lock_is_busy_until_it_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let log = open_with(directory.path(), |settings| {
        settings.engine.busy_timeout = Duration::from_millis(20);
    })
    .await;
    let mut foreigner = foreigner(directory.path()).await;
    let lock = foreigner.begin_with("begin immediate").await.unwrap();
    assert_eq!(log.append(entries(1, 1)).await, Err(AppendError::Busy));
    assert_eq!(log.state(), LogState::Ok);
    lock.rollback().await.unwrap();
    assert_eq!(log.append(entries(1, 1)).await, Ok(Appended { first: 1, count: 1 }));
}

#[tokio::test]
async fn an_unexpected_failure_stops_the_writer_for_good() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(directory.path()).await;
    log.append(vec![entry("a")]).await.unwrap();
    // Somebody else has taken the next position: what is on the disk is not what we think.
    sqlx::query("insert into log_commit values (2, 1, 0, 0, x'00')")
        .execute(&mut foreigner(directory.path()).await)
        .await
        .unwrap();
    assert!(!log.failed().is_cancelled());
    let waiting = [log.append(vec![entry("b")]), log.append(vec![entry("c")])];
    for answer in futures_util::future::join_all(waiting).await {
        assert_eq!(answer, Err(AppendError::StorageFailed));
    }
    log.failed().cancelled().await;
    assert_eq!(log.state(), LogState::Failed);
    assert_eq!(log.append(vec![entry("d")]).await, Err(AppendError::StorageFailed));
    assert_eq!(log.head(), 1);
    log.close().await;
}
