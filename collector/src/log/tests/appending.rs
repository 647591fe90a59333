//! Appends: dense, grouped, bounded, and independent of their callers.

use super::*;

#[tokio::test]
async fn positions_are_dense_and_begin_at_one() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(directory.path()).await;
    assert_eq!(log.head(), 0);
    for (count, first) in [(1, 1), (3, 2), (1, 5)] {
        assert_eq!(log.append(entries(count, 10)).await, Ok(Appended { first, count }));
        assert_eq!(log.head(), first + Position::try_from(count).unwrap() - 1);
    }
    assert_eq!(contents(&log).await.len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_is_dense() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(directory.path()).await;
    let appenders = (0..32_usize).map(|who| {
        let log = log.clone();
        tokio::spawn(async move {
            let mut places = Vec::new();
            for round in 0..8 {
                let count = 1 + (who + round) % 5;
                let texts = (0..count).map(|part| format!("{who}.{round}.{part}"));
                let appended =
                    log.append(texts.clone().map(|t| entry(&t)).collect()).await.unwrap();
                places.push((appended.first, texts.collect::<Vec<_>>()));
            }
            places
        })
    });
    let places = futures_util::future::join_all(appenders).await;
    let contents = contents(&log).await;
    let mut seen = 0;
    for (first, texts) in places.into_iter().flat_map(Result::unwrap) {
        // One append's entries stay together, in order, where the answer says.
        let start = usize::try_from(first).unwrap() - 1;
        assert_eq!(contents[start..start + texts.len()], texts);
        seen += texts.len();
    }
    assert_eq!(seen, contents.len());
}

#[tokio::test]
async fn what_waits_together_is_committed_together() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(directory.path()).await;
    // Nothing runs between these calls: the writer finds all of them.
    let waiting: Vec<_> = (0..500).map(|_| log.append(entries(1, 10))).collect();
    futures_util::future::join_all(waiting).await;
    assert_eq!(sizes(&log.read_after(0, 1_000).await.unwrap()), [500]);
}

#[tokio::test]
async fn a_commit_is_bounded_but_never_splits_an_append() {
    for (appends, commits) in [
        (vec![(600, 10), (400, 10), (1, 10)], vec![1_000, 1]),
        (vec![(600, 10), (600, 10), (600, 10)], vec![600, 600, 600]),
        (vec![(3, 1024 * 1024), (1, 1024 * 1024), (1, 1024)], vec![4, 1]),
        (vec![(8, 1024 * 1024), (1, 10)], vec![8, 1]),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let log = open(directory.path()).await;
        let waiting: Vec<_> =
            appends.iter().map(|(count, bytes)| log.append(entries(*count, *bytes))).collect();
        for answer in futures_util::future::join_all(waiting).await {
            answer.unwrap();
        }
        let found = log.read_after(0, 10_000).await.unwrap();
        assert_eq!(sizes(&found), commits, "{appends:?}");
    }
}

#[tokio::test]
async fn dropped_caller_undoes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(directory.path()).await;
    drop(log.append(vec![entry("never polled")]));
    let mut polled = Box::pin(log.append(vec![entry("polled once")]));
    assert!(futures_util::poll!(&mut polled).is_pending());
    drop(polled);
    assert_eq!(log.append(vec![entry("last")]).await, Ok(Appended { first: 3, count: 1 }));
    assert_eq!(contents(&log).await, ["never polled", "polled once", "last"]);
}

#[tokio::test]
async fn admitted_is_committed() {
    let directory = tempfile::tempdir().unwrap();
    let log = open(directory.path()).await;
    for number in 0..2_500 {
        drop(log.append(vec![entry(&number.to_string())]));
    }
    log.close().await;
    assert_eq!(log.append(entries(1, 1)).await, Err(AppendError::Closing));
    assert_eq!(log.queue_bytes(), 0);

    let log = open(directory.path()).await;
    let expected: Vec<_> = (0..2_500).map(|number| number.to_string()).collect();
    assert_eq!(contents(&log).await, expected);
}

#[tokio::test]
async fn what_is_not_admitted_leaves_no_trace() {
    let directory = tempfile::tempdir().unwrap();
    let log = open_with(directory.path(), |settings| settings.queue_max_bytes = 2_000).await;
    let admitted = log.append(entries(1, 1_000));
    assert_eq!(log.append(entries(1, 1_000)).await, Err(AppendError::Overloaded));
    assert_eq!(log.append(Vec::new()).await, Err(AppendError::TooLarge));
    admitted.await.unwrap();
    log.append(entries(1, 1_000)).await.unwrap();
    assert_eq!(contents(&log).await.len(), 2);
}

#[tokio::test]
async fn received_at_never_goes_back() {
    let directory = tempfile::tempdir().unwrap();
    let (micros, fixed) = clock();
    let mut received = Vec::new();
    for times in [[5, 3], [2, 7]] {
        let log = Log::open(directory.path(), fixed.clone()).await.unwrap();
        for time in times {
            micros.store(time, std::sync::atomic::Ordering::Relaxed);
            let appended = log.append(entries(1, 1)).await.unwrap();
            let commits = log.read_after(appended.first - 1, 1).await.unwrap();
            received.push(commits[0].received_at.micros());
        }
        log.close().await;
    }
    assert_eq!(received, [5, 5, 5, 7]);
}
