//! The log as its users see it, and as they find it after something broke.

mod appending;
mod faults;
mod reading;
mod reopening;

use std::{path::Path, sync::atomic::AtomicI64};

use banyan_protocol::Violation;
use bytes::Bytes;
use sqlx::{ConnectOptions as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::*;

const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

fn clock() -> (Arc<AtomicI64>, Clock) {
    let micros = Arc::new(AtomicI64::new(DAY_MICROS));
    (Arc::clone(&micros), Clock::Fixed(micros))
}

async fn open(directory: &Path) -> Log {
    Log::open(directory, clock().1).await.unwrap()
}

async fn open_with(directory: &Path, change: impl FnOnce(&mut Settings)) -> Log {
    let claimed = DataDirectory::claim(directory).unwrap();
    let mut settings = Settings::on_disk(claimed.path());
    change(&mut settings);
    Log::open_with(claimed, clock().1, settings).await.unwrap()
}

/// A connection of somebody else.
async fn foreigner(directory: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(directory.join("log.db")).connect().await.unwrap()
}

fn entry(text: &str) -> Entry {
    Entry { source: Source::Aop, bytes: Bytes::copy_from_slice(text.as_bytes()) }
}

fn entries(count: usize, bytes: usize) -> Vec<Entry> {
    vec![entry(&"x".repeat(bytes)); count]
}

/// Every entry of the log as text, in order; fails when positions are not dense.
async fn contents(log: &Log) -> Vec<String> {
    assert_eq!(log.verify().await.unwrap(), log.head());
    let mut texts = Vec::new();
    while let Ok(position) = Position::try_from(texts.len())
        && position < log.head()
    {
        for commit in log.read_after(position, 100).await.unwrap() {
            let text = |entry: &Entry| String::from_utf8(entry.bytes.to_vec()).unwrap();
            texts.extend(commit.entries.iter().map(text));
        }
    }
    texts
}

fn sizes(commits: &[Arc<Commit>]) -> Vec<usize> {
    commits.iter().map(|commit| commit.entries.len()).collect()
}
