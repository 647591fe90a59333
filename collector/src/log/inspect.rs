//! Looks at a data directory, whether a collector holds it or not, and changes nothing in it.

use std::path::Path;

use banyan_protocol::{Position, Timestamp};
use futures_util::TryStreamExt as _;
use sqlx::{Connection as _, SqliteConnection};

use super::{
    Commit, LogError, LogIdentity, Source,
    directory::{self, Holder},
    identity, mounts,
    space::Room,
    sqlite,
};
use crate::peek;

/// How many of the newest entries are read.
const NEWEST_ENTRIES: usize = 1_000;
/// What is read of the newest commits at most, unless the newest alone is larger.
const NEWEST_MAX_BYTES: usize = 4 * 1024 * 1024;

/// What was seen.
#[derive(Debug)]
pub(crate) struct Inspected {
    /// Who holds the directory.
    pub holder: Holder,
    /// Room on its disk; `None` when the disk does not say.
    pub room: Option<Room>,
    /// The kind of the network file system that it is on.
    pub network: Option<String>,
    /// The log; `None` when there is none.
    pub log: Option<Result<Contents, LogError>>,
}

/// What is in a log.
#[derive(Clone, Debug)]
pub(crate) struct Contents {
    /// Who it is.
    pub identity: LogIdentity,
    /// Its last position, 0 when empty.
    pub head: Position,
    /// The newest entry of each source among the newest [`NEWEST_ENTRIES`], newest first.
    pub heard: Vec<LastHeard>,
}

/// The last that was heard from a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastHeard {
    /// Whom.
    pub source: Source,
    /// When we received it.
    pub received_at: Timestamp,
}

/// Looks at the data directory `path`, which must be there. The log is checked as at a start: its
/// end is dense, and its newest commits can be read.
pub(crate) async fn inspect(path: &Path) -> Inspected {
    let file = path.join(sqlite::FILE);
    let log = if file.exists() { Some(contents(&file).await) } else { None };
    let network = path.canonicalize().ok().and_then(|path| mounts::network_file_system(&path));
    Inspected { holder: directory::holder(path), room: Room::on_disk(path).ok(), network, log }
}

async fn contents(file: &Path) -> Result<Contents, LogError> {
    let mut connection = peek::open(file).await.map_err(LogError::Database)?;
    let contents = read(&mut connection).await;
    // What was read is read, however the connection ends.
    connection.close().await.ok();
    contents
}

async fn read(connection: &mut SqliteConnection) -> Result<Contents, LogError> {
    identity::refuse_newer(connection, &sqlite::MIGRATIONS).await?;
    let identity = identity::read(connection).await?;
    let (last, _) = sqlite::check_tail(connection).await?;
    let mut rows = sqlx::query_as::<_, sqlite::CommitRow>(
        "select first_position, count, received_at, codec, body
         from log_commit
         order by first_position desc
         limit ?",
    )
    .bind(i64::try_from(NEWEST_ENTRIES).unwrap_or(i64::MAX))
    .fetch(connection);
    let (mut heard, mut entries, mut bytes) = (Vec::new(), 0, 0);
    while let Some(row) = rows.try_next().await.map_err(LogError::Database)? {
        let commit = sqlite::decode(row)?;
        hear(&mut heard, &commit);
        entries += commit.entries.len();
        bytes += commit.entry_bytes();
        if NEWEST_ENTRIES <= entries || NEWEST_MAX_BYTES <= bytes {
            break;
        }
    }
    Ok(Contents { identity, head: last, heard })
}

/// Commits come newest first: whoever is known was heard later.
fn hear(heard: &mut Vec<LastHeard>, commit: &Commit) {
    for entry in commit.entries.iter().rev() {
        if heard.iter().all(|known| known.source != entry.source) {
            heard.push(LastHeard { source: entry.source, received_at: commit.received_at });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, sync::Arc};

    use banyan_protocol::hook::Harness;
    use bytes::Bytes;

    use super::*;
    use crate::{
        clock::Clock,
        log::{Entry, Log},
    };

    const NOON: i64 = 43_200_000_000;

    async fn log(path: &Path, micros: i64) -> Log {
        let clock = Clock::Fixed(Arc::new(std::sync::atomic::AtomicI64::new(micros)));
        Log::open(path, clock).await.unwrap()
    }

    async fn append(log: &Log, source: Source) {
        let entry = Entry { source, bytes: Bytes::from_static(b"{}") };
        log.append(vec![entry]).await.unwrap();
    }

    #[tokio::test]
    async fn a_log_is_seen_in_use_and_closed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let empty = inspect(path).await;
        assert!(empty.log.is_none() && empty.room.is_some(), "{empty:?}");
        assert_eq!(fs::read_dir(path).unwrap().count(), 0, "nothing was made");

        let open = log(path, NOON).await;
        append(&open, Source::Hook(Harness::Codex)).await;
        append(&open, Source::Aop).await;
        append(&open, Source::Aop).await;
        let seen = inspect(path).await;
        assert_eq!(seen.holder, Holder::Collector { pid: Some(std::process::id()) });
        let contents = seen.log.unwrap().unwrap();
        assert_eq!((contents.head, &contents.identity), (3, open.identity()));
        let sources: Vec<Source> = contents.heard.iter().map(|heard| heard.source).collect();
        assert_eq!(sources, [Source::Aop, Source::Hook(Harness::Codex)]);
        assert_eq!(contents.heard[0].received_at, Timestamp::from_micros(NOON));

        open.close().await;
        let closed = inspect(path).await;
        assert_eq!(closed.holder, Holder::Nobody);
        assert_eq!(closed.log.unwrap().unwrap().head, 3);
    }

    #[tokio::test]
    async fn what_is_no_log_is_said_to_be_none() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(sqlite::FILE), "not a database, but long enough").unwrap();
        let seen = inspect(directory.path()).await;
        assert!(matches!(seen.log, Some(Err(LogError::Database(_)))), "{seen:?}");
    }
}
