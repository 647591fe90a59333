//! The SQLite engine: `log.db`, one row per commit, one connection that writes, a few that read.

use std::{path::Path, sync::Arc, time::Duration};

use banyan_protocol::{Position, Timestamp};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    Commit, LogError, LogIdentity, directory::private_file, fault::Fault, frame, identity,
};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/log-sqlite");

pub(super) const FILE: &str = "log.db";
const READERS_MAX_COUNT: u32 = 2;
/// Rows that wait inside sqlx for a reader; a row can have 8 MiB.
const READER_BUFFER_ROWS: usize = 4;
/// What one read gives at most, unless its first commit alone is larger.
const READ_MAX_BYTES: usize = 16 * 1024 * 1024;
const CACHE_KIB: u32 = 8 * 1024;
/// The write-ahead log is copied into the file when it has grown to this many pages (16 MiB).
const CHECKPOINT_PAGES: u32 = 4_000;
/// What the write-ahead log is cut back to after a burst.
const WAL_MAX_BYTES: u32 = 64 * 1024 * 1024;
/// Commits whose positions are checked at every start.
const TAIL_COMMITS: u32 = 100;

/// What becomes of a log's epoch when it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Epoch {
    /// It is the log that it was.
    Kept,
    /// It is an older state of itself: cursors that were handed out are of no use any more.
    Raised,
}

/// How the engine is opened.
#[derive(Clone, Debug)]
pub(super) struct Options {
    /// How long to wait for a lock that somebody else holds.
    pub(super) busy_timeout: Duration,
    /// What becomes of the log's epoch.
    pub(super) epoch: Epoch,
    /// The most pages that the file may have; tests fill the disk with it.
    pub(super) max_pages: Option<u32>,
}

/// The engine, opened.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) writer: Writer,
    pub(super) reader: Reader,
    pub(super) identity: LogIdentity,
    pub(super) head: Position,
    /// When the last commit was received.
    pub(super) last_received_at: Timestamp,
}

/// The only connection that writes.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) connection: SqliteConnection,
}

/// Connections that only read. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    pub(super) pool: SqlitePool,
}

pub(super) type CommitRow = (i64, i64, i64, i64, Vec<u8>);

impl Engine {
    /// Opens or makes `log.db` in `directory` and looks whether its end is whole.
    pub(super) async fn open(directory: &Path, options: &Options) -> Result<Self, LogError> {
        let path = directory.join(FILE);
        drop(private_file(&path).map_err(|error| LogError::Database(error.into()))?);
        let base = SqliteConnectOptions::new().filename(&path).busy_timeout(options.busy_timeout);
        let mut connection = connect(base.clone(), options).await?;
        identity::refuse_newer(&mut connection, &MIGRATIONS).await?;
        MIGRATIONS
            .run(&mut connection)
            .await
            .map_err(|error| LogError::Database(sqlx::Error::Migrate(Box::new(error))))?;
        let mut identity = identity::read_or_make(&mut connection).await?;
        // Until here nothing was promised to anybody; the first fsync also covers the tables.
        sqlx::query("pragma synchronous = full")
            .execute(&mut connection)
            .await
            .map_err(LogError::Database)?;
        if options.epoch == Epoch::Raised {
            identity = identity::raise_epoch(&mut connection, identity).await?;
        }
        let (head, last_received_at) = check_tail(&mut connection).await?;
        let reader = Reader::new(base);
        if 0 < head {
            reader.read_after(head - 1, 1).await?;
        }
        Ok(Self { writer: Writer { connection }, reader, identity, head, last_received_at })
    }
}

async fn connect(
    base: SqliteConnectOptions,
    options: &Options,
) -> Result<SqliteConnection, LogError> {
    let mut writing = base
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .pragma("cache_size", format!("-{CACHE_KIB}"))
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string())
        .pragma("journal_size_limit", WAL_MAX_BYTES.to_string());
    if let Some(pages) = options.max_pages {
        writing = writing.pragma("max_page_count", pages.to_string());
    }
    writing.connect().await.map_err(LogError::Database)
}

/// The head, and when it was received. Looks at the first commit and the last few only: what lies
/// between was appended by a writer that knew its place, and `banyan verify` reads all of it.
pub(super) async fn check_tail(
    connection: &mut SqliteConnection,
) -> Result<(Position, Timestamp), LogError> {
    let first: Option<i64> = sqlx::query_scalar("select min(first_position) from log_commit")
        .fetch_one(&mut *connection)
        .await
        .map_err(LogError::Database)?;
    let tail: Vec<(i64, i64, i64)> = sqlx::query_as(
        "select first_position, count, received_at
         from log_commit order by first_position desc limit ?",
    )
    .bind(TAIL_COMMITS)
    .fetch_all(connection)
    .await
    .map_err(LogError::Database)?;
    let damaged = |position| LogError::Damaged { position, what: "a hole before it".to_owned() };
    match first {
        None => return Ok((0, Timestamp::from_micros(i64::MIN))),
        Some(1) => {}
        Some(position) => return Err(damaged(position)),
    }
    for (later, earlier) in tail.iter().zip(tail.iter().skip(1)) {
        if later.0 != earlier.0.saturating_add(earlier.1) {
            return Err(damaged(later.0));
        }
    }
    let (position, count, received_at) = tail.first().copied().unwrap_or((1, 0, i64::MIN));
    Ok((position.saturating_add(count) - 1, Timestamp::from_micros(received_at)))
}

impl Writer {
    /// Makes a commit durable: one statement, committed and fsynced when this returns.
    pub(super) async fn insert(
        &mut self,
        first: Position,
        count: i64,
        received_at: Timestamp,
        packed: frame::Packed,
    ) -> Result<(), Fault> {
        sqlx::query(
            "insert into log_commit (first_position, count, received_at, codec, body)
             values (?, ?, ?, ?, ?)",
        )
        .bind(first)
        .bind(count)
        .bind(received_at.micros())
        .bind(packed.codec.number())
        .bind(packed.bytes)
        .execute(&mut self.connection)
        .await
        .map(drop)
        .map_err(Fault::of)
    }

    /// Copies the write-ahead log into the file and gives its room back. Best effort.
    pub(super) async fn checkpoint(&mut self) {
        let done =
            sqlx::query("pragma wal_checkpoint(truncate)").execute(&mut self.connection).await;
        if let Err(error) = done {
            tracing::warn!(%error, "the log's checkpoint failed");
        }
    }

    /// Closes the file.
    pub(super) async fn close(self) {
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the log did not close cleanly");
        }
    }
}

impl Reader {
    fn new(base: SqliteConnectOptions) -> Self {
        let options =
            base.read_only(true).row_buffer_size(READER_BUFFER_ROWS).pragma("query_only", "on");
        let pool = SqlitePoolOptions::new()
            .max_connections(READERS_MAX_COUNT)
            .test_before_acquire(false)
            .connect_lazy_with(options);
        Self { pool }
    }

    /// Whole commits that hold a position in `position + 1 ..= position + limit`, oldest first; fewer
    /// when they are large.
    pub(super) async fn read_after(
        &self,
        position: Position,
        limit: usize,
    ) -> Result<Vec<Arc<Commit>>, LogError> {
        // Positions are dense, so a span of positions is a number of entries.
        let span = i64::try_from(limit).unwrap_or(i64::MAX).max(1);
        let mut rows = sqlx::query_as::<_, CommitRow>(
            "select first_position, count, received_at, codec, body
             from log_commit
             where first_position >= coalesce(
                 (select max(first_position) from log_commit where first_position <= ?1), 0)
             and first_position < ?2
             order by first_position",
        )
        .bind(position.saturating_add(1))
        .bind(position.saturating_add(1).saturating_add(span))
        .fetch(&self.pool);
        let (mut commits, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.try_next().await.map_err(LogError::Database)? {
            let commit = decode(row)?;
            if commit.last() <= position {
                continue;
            }
            bytes += commit.entry_bytes();
            if READ_MAX_BYTES < bytes && !commits.is_empty() {
                break;
            }
            commits.push(Arc::new(commit));
        }
        Ok(commits)
    }
}

pub(super) fn decode(
    (first, count, received_at, codec, body): CommitRow,
) -> Result<Commit, LogError> {
    let damaged =
        |damage: frame::Damage| LogError::Damaged { position: first, what: damage.to_string() };
    let plain = frame::unpack(codec, Bytes::from(body)).map_err(damaged)?;
    let entries = frame::split(&plain).map_err(damaged)?;
    if i64::try_from(entries.len()) != Ok(count) {
        return Err(damaged(frame::Damage::Count));
    }
    Ok(Commit { first, received_at: Timestamp::from_micros(received_at), entries })
}
