//! Looks into a SQLite file and leaves no trace: no write, no side file, no recovery. The file may
//! be in use by a collector, left by one that ended in order, or left by one that was killed.
//!
//! This room knows no other; what is in the tables is for whoever asks.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sqlx::{ConnectOptions as _, SqliteConnection, sqlite::SqliteConnectOptions};

/// How long to wait for a lock that only a checkpoint can hold.
const BUSY_TIMEOUT: Duration = Duration::from_millis(500);
/// What would end the path in a URI, or be read as an escape.
const NOT_IN_PATHS: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ').add(b'"');

/// A connection to the file at `path` that changes nothing, on the disk or beside it.
pub(crate) async fn open(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    let Some(text) = path.to_str() else {
        return Err(sqlx::Error::Configuration("the path is not UTF-8".into()));
    };
    let name = utf8_percent_encode(text, NOT_IN_PATHS);
    // With a write-ahead log beside it, what the file says depends on it, and its index may be
    // read but not made. Without one nobody has the file open: then it does not change.
    let how = if has_wal(path) { "readonly_shm=1" } else { "immutable=1" };
    SqliteConnectOptions::new()
        .filename(format!("file:{name}?{how}"))
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("query_only", "on")
        .connect()
        .await
}

/// Whether there is a write-ahead log beside the file: somebody has it open, or was killed.
pub(crate) fn has_wal(path: &Path) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name).exists()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs};

    use sqlx::{Connection as _, sqlite::SqliteJournalMode};

    use super::*;

    /// Every file with what is in it.
    fn files(directory: &Path) -> BTreeMap<PathBuf, blake3::Hash> {
        let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        paths.map(|path| (path.clone(), blake3::hash(&fs::read(path).unwrap()))).collect()
    }

    /// The same without the index of the write-ahead log, which two connections of one process
    /// share, whatever the second asked for.
    fn stored(directory: &Path) -> BTreeMap<PathBuf, blake3::Hash> {
        let mut files = files(directory);
        files.retain(|path, _| !path.ends_with("in use % a?b#c.db-shm"));
        files
    }

    async fn rows(path: &Path) -> i64 {
        let mut connection = open(path).await.unwrap();
        let counted = sqlx::query_scalar("select count(*) from t").fetch_one(&mut connection);
        let counted = counted.await.unwrap();
        connection.close().await.unwrap();
        counted
    }

    async fn writer(path: &Path) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let mut writer = options.journal_mode(SqliteJournalMode::Wal).connect().await.unwrap();
        for statement in ["create table if not exists t (a)", "insert into t values (1)"] {
            sqlx::query(statement).execute(&mut writer).await.unwrap();
        }
        writer
    }

    #[tokio::test]
    async fn a_file_is_read_in_use_closed_and_left_behind_and_nothing_changes() {
        let directory = tempfile::tempdir().unwrap();
        let in_use = directory.path().join("in use % a?b#c.db");
        let writer = writer(&in_use).await;
        let left = tempfile::tempdir().unwrap();
        let before = files(directory.path());
        assert_eq!(before.len(), 3);
        for path in before.into_keys() {
            fs::copy(&path, left.path().join(path.file_name().unwrap())).unwrap();
        }
        let before = stored(directory.path());
        assert_eq!(rows(&in_use).await, 1);
        assert_eq!(stored(directory.path()), before);

        let before = files(left.path());
        assert_eq!(rows(&left.path().join("in use % a?b#c.db")).await, 1);
        assert_eq!(files(left.path()), before);

        writer.close().await.unwrap();
        let before = files(directory.path());
        assert_eq!(before.len(), 1);
        assert_eq!(rows(&in_use).await, 1);
        assert_eq!(files(directory.path()), before);
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_not_made() {
        let directory = tempfile::tempdir().unwrap();
        assert!(open(&directory.path().join("x.db")).await.is_err());
        assert_eq!(files(directory.path()).len(), 0);
    }
}
