//! Opens `view.db`: one writer connection, many read-only ones.
//!
//! The readers can be moved to another file while they are in use: a rebuild fills a file of its
//! own and [`View::replace`] switches over. Who asked [`View::readers`] before the switch goes on
//! reading the old file, who asks after it reads the new one; a question that is answered from
//! one clone of the pool never sees a mix.
//!
//! Nothing here is ever synced while it is written; see [`trust`] for what stands in for that.
//!
//! This room knows no other; what is in the tables is the projection's and the query's business.

mod trust;

use std::{
    fs::{OpenOptions, Permissions},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use banyan_protocol::limits::READER_WAIT_MAX_MS;
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection, SqlitePool,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use thiserror::Error;

use trust::Boot;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/view");

/// Connections that read at the same time.
const READERS_MAX_COUNT: u32 = 4;
/// The same of a finished view.
const FINISHED_READERS_COUNT: u32 = 2;
/// Page cache of the writer.
const WRITER_CACHE_KIB: u32 = 32 * 1024;
/// Page cache of each reader; behind it is the page cache of the operating system.
const READER_CACHE_KIB: u32 = 4 * 1024;
/// How long to wait for a lock that only a checkpoint can hold.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
/// The write-ahead log is copied into the file when it has grown to this many pages (8 MiB): from
/// memory to memory, since nothing is synced, so in steps that nobody notices.
const CHECKPOINT_PAGES: u32 = 2_000;
/// What the write-ahead log is cut back to after a burst.
const WAL_MAX_BYTES: u32 = 32 * 1024 * 1024;

/// The read model's database. Clones share it, also across [`View::replace`].
#[derive(Clone, Debug)]
pub(crate) struct View {
    current: Arc<RwLock<Current>>,
}

#[derive(Clone, Debug)]
struct Current {
    readers: SqlitePool,
    path: PathBuf,
}

/// Why the view cannot be opened.
#[derive(Debug, Error)]
pub(crate) enum ViewError {
    /// See the source.
    #[error("the view database failed")]
    Database(#[source] sqlx::Error),
    /// Made by another version of the binary. Delete it and build it again from the log.
    #[error("the view has tables of another version")]
    Schema(#[source] MigrateError),
    /// Its file cannot be made.
    #[error("the view's file cannot be made")]
    Make(#[source] std::io::Error),
    /// It cannot be marked as being written.
    #[error("the view cannot be marked as open")]
    Mark(#[source] std::io::Error),
    /// An old view cannot be deleted.
    #[error("the view's file cannot be deleted")]
    Delete(#[source] std::io::Error),
}

impl ViewError {
    /// What the database said, if it was the database.
    pub(crate) fn database(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Database(error) => Some(error),
            Self::Schema(_) | Self::Make(_) | Self::Mark(_) | Self::Delete(_) => None,
        }
    }
}

impl View {
    /// Opens the readers of the view at `path`, which a writer must have made.
    pub(crate) async fn open(path: &Path) -> Result<Self, ViewError> {
        let current = Current::open(path, reading(path), READERS_MAX_COUNT).await?;
        Ok(Self { current: Arc::new(RwLock::new(current)) })
    }

    /// Opens the view at `path`, which nobody writes any more, for few readers. The file may be
    /// deleted at once: it is gone with this value.
    pub(crate) async fn open_finished(path: &Path) -> Result<Self, ViewError> {
        let options = reading(path).immutable(true);
        let current = Current::open(path, options, FINISHED_READERS_COUNT).await?;
        Ok(Self { current: Arc::new(RwLock::new(current)) })
    }

    /// Connections that can only read. Ask once for each question and answer the whole question
    /// from the pool that you got.
    pub(crate) fn readers(&self) -> SqlitePool {
        self.current.read().unwrap_or_else(PoisonError::into_inner).readers.clone()
    }

    /// The view that is read now, also when another one takes its place: for questions that take
    /// several steps, because in another view a session may have another number.
    pub(crate) fn held(&self) -> Self {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        Self { current: Arc::new(RwLock::new(current)) }
    }

    /// Where the file is now.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests ask which file is read"))]
    pub(crate) fn path(&self) -> PathBuf {
        self.current.read().unwrap_or_else(PoisonError::into_inner).path.clone()
    }

    /// Whether the view at `path` is as its last writer left it. After a power cut it may not be,
    /// and not even SQLite notices: then it is of no use.
    pub(crate) fn is_whole(path: &Path) -> bool {
        Boot::current().has_whole(path)
    }

    /// Opens or makes the file at `path` with the newest tables, for its only writer.
    pub(crate) async fn writer(path: &Path) -> Result<SqliteConnection, ViewError> {
        let boot = Boot::current();
        boot.open(path).map_err(ViewError::Mark)?;
        let synchronous =
            if boot.is_known() { SqliteSynchronous::Off } else { SqliteSynchronous::Normal };
        migrated(writing(path).synchronous(synchronous)).await
    }

    /// The same for a file that nobody opens again after this process.
    pub(crate) async fn scratch(path: &Path) -> Result<SqliteConnection, ViewError> {
        migrated(writing(path).synchronous(SqliteSynchronous::Off)).await
    }

    /// Closes the file at `path`, of which `writer` is the only writer, so that it is whole also
    /// after a power cut. Best effort: without it, it is whole as long as the system runs.
    pub(crate) async fn close(mut writer: SqliteConnection, path: &Path) {
        let copied: Result<(i64, i64, i64), _> =
            sqlx::query_as("pragma wal_checkpoint(truncate)").fetch_one(&mut writer).await;
        let closed = writer.close().await;
        let sealed = match (copied, closed) {
            (Ok((0, _, _)), Ok(())) => trust::seal(path).map_err(sqlx::Error::Io),
            // Somebody still reads: what is in the write-ahead log is found there.
            (Ok(_), Ok(())) => Ok(()),
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        if let Err(error) = sealed {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "the view was not closed properly");
        }
    }

    /// The disk fails: what is written to the view at `path` may never arrive. It is built again
    /// by the next process.
    pub(crate) fn distrust(path: &Path) {
        if let Err(error) = trust::distrust(path) {
            tracing::warn!(%error, "the view's mark cannot be deleted");
        }
    }

    /// One more connection that can only read, to the file at `path`, which a writer must have
    /// made.
    pub(crate) async fn reader(path: &Path) -> Result<SqliteConnection, ViewError> {
        reading(path).connect().await.map_err(ViewError::Database)
    }

    /// Moves the readers to the view at `path`. On success the file before it belongs to nobody
    /// but questions that have already begun, and may be deleted at once ([`View::delete`]).
    ///
    /// Never rename a file that is open: SQLite finds its write-ahead log by name.
    pub(crate) async fn replace(&self, path: &Path) -> Result<(), ViewError> {
        let next = Current::open(path, reading(path), READERS_MAX_COUNT).await?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }

    /// Deletes the view at `path` with its side files. A file that is not there is no error.
    pub(crate) fn delete(path: &Path) -> Result<(), ViewError> {
        // The main file goes first: without its write-ahead log it may be torn, whereas SQLite
        // throws away a write-ahead log that finds no file.
        for suffix in ["", "-wal", "-shm", "-mark"] {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            match std::fs::remove_file(PathBuf::from(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(ViewError::Delete(error));
                }
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }
}

impl Current {
    async fn open(
        path: &Path,
        options: SqliteConnectOptions,
        readers: u32,
    ) -> Result<Self, ViewError> {
        // All connections are opened now and kept: none may be opened after the file was deleted.
        let pool = SqlitePoolOptions::new()
            .acquire_timeout(Duration::from_millis(READER_WAIT_MAX_MS))
            .min_connections(readers)
            .max_connections(readers)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .map_err(ViewError::Database)?;
        // The pool may still be busy opening some of them; whoever holds all of them knows.
        let mut held = Vec::new();
        for _ in 0..readers {
            held.push(pool.acquire().await.map_err(ViewError::Database)?);
        }
        Ok(Self { readers: pool, path: path.to_owned() })
    }
}

fn writing(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", format!("-{WRITER_CACHE_KIB}"))
        .pragma("temp_store", "memory")
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string())
        .pragma("journal_size_limit", WAL_MAX_BYTES.to_string())
}

/// Makes the file at `path` one that only its owner reads, whatever the process would make: its
/// side files become like it.
fn keep_private(path: &Path) -> Result<(), ViewError> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(path).map_err(ViewError::Make)?;
    file.set_permissions(Permissions::from_mode(0o600)).map_err(ViewError::Make)
}

async fn migrated(options: SqliteConnectOptions) -> Result<SqliteConnection, ViewError> {
    keep_private(options.get_filename())?;
    let mut connection = options.connect().await.map_err(ViewError::Database)?;
    match MIGRATIONS.run(&mut connection).await {
        Ok(()) => Ok(connection),
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
            Err(ViewError::Database(error))
        }
        Err(other) => Err(ViewError::Schema(other)),
    }
}

fn reading(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("query_only", "on")
        .pragma("cache_size", format!("-{READER_CACHE_KIB}"))
        .pragma("temp_store", "memory")
}

#[cfg(test)]
mod tests;
