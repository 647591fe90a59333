//! Readers: from memory or disk, and the quarantine.

use super::*;

async fn filled(directory: &Path, recent_max_bytes: usize) -> Log {
    let log = open_with(directory, |settings| settings.recent_max_bytes = recent_max_bytes).await;
    for count in [1, 5, 2, 1, 9, 1] {
        log.append(entries(count, 100 * count)).await.unwrap();
    }
    log
}

#[tokio::test]
async fn memory_and_disk_give_the_same() {
    let (kept, forgotten) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let memory = filled(kept.path(), usize::MAX).await;
    let disk = filled(forgotten.path(), 0).await;
    assert!(memory.recent_after(0, 1).is_some());
    assert!(disk.recent_after(0, 1).is_none());
    for position in 0..=20 {
        for limit in [0, 1, 2, 5, 100] {
            let read = memory.read_after(position, limit).await.unwrap();
            assert_eq!(read, disk.read_after(position, limit).await.unwrap());
            let holds = |commit: &Arc<Commit>| position < commit.last();
            assert!(read.iter().all(holds) && read.is_empty() == (19 <= position));
        }
    }
}

#[tokio::test]
async fn a_reader_that_follows_sees_everything_once() {
    let directory = tempfile::tempdir().unwrap();
    let log = open_with(directory.path(), |settings| settings.recent_max_bytes = 1_000).await;
    let reader = tokio::spawn({
        let log = log.clone();
        async move {
            let (mut changed, mut position, mut texts) = (log.changed(), 0, Vec::new());
            while texts.len() < 300 {
                changed.wait_for(|head| position < *head).await.unwrap();
                for commit in log.read_after(position, 7).await.unwrap() {
                    assert_eq!(commit.first, position + 1);
                    position = commit.last();
                    texts.extend(commit.entries.iter().map(|entry| entry.bytes.clone()));
                }
            }
            texts
        }
    });
    for number in 0..100 {
        let texts = (0..3).map(|part| entry(&format!("{number}.{part}")));
        log.append(texts.collect()).await.unwrap();
    }
    let expected: Vec<_> = (0..100)
        .flat_map(|number| (0..3).map(move |part| Bytes::from(format!("{number}.{part}"))))
        .collect();
    assert_eq!(reader.await.unwrap(), expected);
}

#[tokio::test]
async fn sources_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let log = open_with(directory.path(), |settings| settings.recent_max_bytes = 0).await;
    let own = OwnFact::SessionDeleted { session_id: "s".to_owned() }.to_entry();
    let mixed = vec![entry("{}"), own, entry("")];
    log.append(mixed.clone()).await.unwrap();
    log.append(entries(1, 1)).await.unwrap();
    assert_eq!(log.read_after(0, 3).await.unwrap()[0].entries, mixed);
}

#[tokio::test]
async fn the_quarantine_keeps_the_newest_thousand() {
    let directory = tempfile::tempdir().unwrap();
    let violation = |number: usize| Violation {
        pointer: "/payload".to_owned(),
        rule: "type",
        message: format!("number {number}"),
    };
    for round in 0_usize..3 {
        let log = open(directory.path()).await;
        let refused: Vec<_> = (0..600)
            .map(|number| {
                let number = 600 * round + number;
                let bytes = [vec![0xff; 4_992], number.to_le_bytes().to_vec()].concat();
                let bytes = Bytes::from(bytes);
                Refused { violations: vec![violation(number)], head: bytes.clone(), bytes }
            })
            .collect();
        log.quarantine(&refused);
        // Appends go on beside it.
        log.append(entries(1, 1)).await.unwrap();
        log.close().await;
    }
    let log = open(directory.path()).await;
    let kept = log.quarantined(10_000).await.unwrap();
    assert_eq!(kept.len(), QUARANTINE_MAX_ROWS);
    assert_eq!(kept[0].violations, [violation(1_799)]);
    assert_eq!(kept[999].violations, [violation(800)]);
    assert_eq!(kept[0].size_bytes, 5_000);
    assert_eq!(kept[0].head, "\u{fffd}".repeat(4_096));
    assert_eq!(log.quarantined(2).await.unwrap().len(), 2);
}

#[tokio::test]
async fn input_that_is_refused_again_is_one_row_that_counts() {
    let directory = tempfile::tempdir().unwrap();
    let refused = |text: &'static str| Refused {
        violations: Vec::new(),
        bytes: Bytes::from([&[b'x'; 4_096], text.as_bytes()].concat()),
        head: Bytes::from(text),
    };
    for _ in 0..2 {
        let log = open(directory.path()).await;
        log.quarantine(&[refused("a"), refused("b"), refused("a")]);
        log.close().await;
    }
    let log = open(directory.path()).await;
    let kept: Vec<_> =
        log.quarantined(10).await.unwrap().iter().map(|row| (row.id, row.times)).collect();
    assert_eq!(kept, [(6, 4), (5, 2)], "the last one refused is the newest");
}
