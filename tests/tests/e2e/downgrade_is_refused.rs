//! A log of a newer version is left alone.

use banyan_tests::harness::{Banyan, events::thought};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

/// Marks the log as written by a version that is yet to come.
async fn age_backwards(log: &std::path::Path) {
    let options = SqliteConnectOptions::new().filename(log);
    let mut db = SqliteConnection::connect_with(&options).await.expect("a database");
    let changed = sqlx::query("update log_meta set value = '9999' where key = 'format'")
        .execute(&mut db)
        .await
        .expect("a table of facts about the log");
    assert_eq!(changed.rows_affected(), 1, "the log says which format it has");
    db.close().await.expect("closed");
}

#[tokio::test]
async fn a_newer_log_is_not_touched() {
    let banyan = Banyan::start().await;
    banyan.client().post(&thought("s", 1, "x")).await;
    let (setup, _) = banyan.stop().await;
    let log = setup.data().join("log.db");
    age_backwards(&log).await;
    let before = std::fs::read(&log).unwrap();
    let refused = setup.refused().await;
    assert_eq!(refused.code, Some(6), "{}", refused.output);
    assert!(refused.output.contains("9999"), "it says what it found: {}", refused.output);
    assert_eq!(std::fs::read(&log).unwrap(), before, "not a byte was changed");
}
