//! The event log: the only truth. A narrow port (`append`, `read_after`, `head`, `changed`) over
//! an engine; the first engine is SQLite, one row per group commit.
//!
//! An append goes [`queue`] (bounded) → [`writer`] (one task, group commit) → [`sqlite`] (one
//! row, fsynced) → [`ring`] (the latest commits in memory) → head → answer.
//!
//! Positions are dense and never reused; nothing is ever changed or deleted. Must not know what
//! events mean: no `projection`, no `query`, no `http`, no `ingest`.

mod commit;
mod directory;
mod error;
mod fault;
mod frame;
mod identity;
mod inspect;
mod mounts;
mod own_fact;
mod quarantine;
mod queue;
mod ring;
mod space;
mod sqlite;
mod verify;
mod writer;

#[cfg(test)]
mod tests;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use banyan_protocol::{
    Position,
    limits::{LOG_QUEUE_MAX_BYTES, LOG_RECENT_MAX_BYTES, QUARANTINE_MAX_ROWS},
    view::QuarantineView,
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

pub(crate) use commit::{Appended, Commit, Entry, Refused, Source};
pub(crate) use directory::{DataDirectory, DirectoryError, Holder};
pub(crate) use error::{AppendError, LogError};
pub(crate) use identity::LogIdentity;
pub(crate) use inspect::{Contents, LastHeard, inspect};
pub(crate) use own_fact::{AlertName, OwnFact};
pub(crate) use space::Room;

use crate::clock::Clock;

/// How long a foreign lock is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether the log takes appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogState {
    /// It does.
    Ok,
    /// Not until there is room on the disk again.
    StorageLow,
    /// Never again: the disk failed, or the log was closed.
    Failed,
}

/// A handle on the log. Clones share it; when the last is dropped the log closes by itself.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    queue: queue::Queue,
    refused: mpsc::Sender<quarantine::Row>,
    shared: Arc<Shared>,
}

/// What handles and the writer share.
#[derive(Debug)]
struct Shared {
    identity: LogIdentity,
    head: watch::Sender<Position>,
    recent: Mutex<ring::Ring>,
    reader: sqlite::Reader,
    space: space::Space,
    failed: CancellationToken,
    ended: CancellationToken,
}

/// What tests set otherwise.
struct Settings {
    space: space::Space,
    engine: sqlite::Options,
    queue_max_bytes: usize,
    recent_max_bytes: usize,
}

impl Shared {
    fn keep(&self, commit: Arc<Commit>) {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).push(commit);
    }
}

impl Settings {
    fn on_disk(directory: &Path) -> Self {
        Self {
            space: space::Space::on_disk(directory),
            engine: sqlite::Options {
                busy_timeout: BUSY_TIMEOUT,
                epoch: sqlite::Epoch::Kept,
                max_pages: None,
            },
            queue_max_bytes: LOG_QUEUE_MAX_BYTES,
            recent_max_bytes: LOG_RECENT_MAX_BYTES,
        }
    }
}

impl Log {
    /// Claims `directory`, opens or makes `log.db` in it and starts its writer task. The
    /// directory is held until [`Log::close`] returned, or the process ends.
    pub(crate) async fn open(directory: &Path, clock: Clock) -> Result<Self, LogError> {
        let directory = DataDirectory::claim(directory)?;
        let settings = Settings::on_disk(directory.path());
        Self::open_with(directory, clock, settings).await
    }

    /// The same for a log that is an older state of itself: it begins another epoch, so that no
    /// reader waits at a cursor that this log never handed out.
    pub(crate) async fn open_restored(directory: &Path, clock: Clock) -> Result<Self, LogError> {
        let directory = DataDirectory::claim(directory)?;
        let mut settings = Settings::on_disk(directory.path());
        settings.engine.epoch = sqlite::Epoch::Raised;
        Self::open_with(directory, clock, settings).await
    }

    async fn open_with(
        directory: DataDirectory,
        clock: Clock,
        settings: Settings,
    ) -> Result<Self, LogError> {
        let engine = sqlite::Engine::open(directory.path(), &settings.engine).await?;
        let packer =
            frame::Packer::new().map_err(|error| LogError::Database(sqlx::Error::Io(error)))?;
        let (queue, appends) = queue::Queue::new(settings.queue_max_bytes);
        let (refused, refused_rows) = mpsc::channel(QUARANTINE_MAX_ROWS);
        let shared = Arc::new(Shared {
            identity: engine.identity,
            head: watch::Sender::new(engine.head),
            recent: Mutex::new(ring::Ring::new(settings.recent_max_bytes)),
            reader: engine.reader,
            space: settings.space,
            failed: CancellationToken::new(),
            ended: CancellationToken::new(),
        });
        let mut ballast = space::Ballast::new(directory.path());
        ballast.restore(&shared.space);
        let writer = writer::Writer {
            engine: engine.writer,
            shared: Arc::clone(&shared),
            inbox: writer::Inbox::new(appends, refused_rows, queue.gauge()),
            clock,
            packer,
            ballast,
            head: engine.head,
            last_received_at: engine.last_received_at,
            directory,
        };
        tokio::spawn(writer.run());
        Ok(Self { queue, refused, shared })
    }

    /// Who this log is.
    pub(crate) fn identity(&self) -> &LogIdentity {
        &self.shared.identity
    }

    /// Appends `entries` (1 to 1,000, together at most 8 MiB) as consecutive positions of one
    /// commit; the future is ready when they are fsynced.
    ///
    /// The call itself enqueues them: dropping the future, polled or not, undoes nothing.
    pub(crate) fn append(
        &self,
        entries: Vec<Entry>,
    ) -> impl Future<Output = Result<Appended, AppendError>> + Send + use<> {
        let offered = self.offer(entries);
        async move {
            match offered {
                Ok(answer) => answer.await.unwrap_or(Err(AppendError::StorageFailed)),
                Err(refused) => Err(refused),
            }
        }
    }

    fn offer(
        &self,
        entries: Vec<Entry>,
    ) -> Result<tokio::sync::oneshot::Receiver<queue::Answer>, AppendError> {
        let refused = match self.state() {
            LogState::Ok => return self.queue.offer(entries),
            LogState::StorageLow => AppendError::StorageLow,
            LogState::Failed if self.shared.failed.is_cancelled() => AppendError::StorageFailed,
            LogState::Failed => AppendError::Closing,
        };
        queue::shed(&entries);
        Err(refused)
    }

    /// Whole commits that hold a position in `position + 1 ..= position + limit`, oldest first (fewer
    /// when they are large, never none). The first may begin at or before `position`. Empty when
    /// there is nothing yet. Recent commits come from memory.
    pub(crate) async fn read_after(
        &self,
        position: Position,
        limit: usize,
    ) -> Result<Vec<Arc<Commit>>, LogError> {
        if self.head() <= position {
            return Ok(Vec::new());
        }
        let limit = limit.max(1);
        let recent = self.recent_after(position, limit);
        match recent {
            Some(commits) => Ok(commits),
            None => self.shared.reader.read_after(position, limit).await,
        }
    }

    fn recent_after(&self, position: Position, limit: usize) -> Option<Vec<Arc<Commit>>> {
        let recent = self.shared.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.read_after(position, limit)
    }

    /// The last position, 0 when empty.
    pub(crate) fn head(&self) -> Position {
        *self.shared.head.borrow()
    }

    /// Wakes whenever the head moved.
    pub(crate) fn changed(&self) -> watch::Receiver<Position> {
        self.shared.head.subscribe()
    }

    /// Whether the log takes appends.
    pub(crate) fn state(&self) -> LogState {
        if self.shared.failed.is_cancelled() || self.shared.ended.is_cancelled() {
            LogState::Failed
        } else if self.shared.space.is_low() {
            LogState::StorageLow
        } else {
            LogState::Ok
        }
    }

    /// Cancelled when the writer has stopped for good because the disk failed.
    pub(crate) fn failed(&self) -> CancellationToken {
        self.shared.failed.clone()
    }

    /// Bytes that wait for the writer.
    pub(crate) fn queue_bytes(&self) -> usize {
        self.queue.bytes()
    }

    /// Keeps refused input where it can be looked at. Best effort: never waits, never fails; what
    /// the writer cannot take now is only counted.
    pub(crate) fn quarantine(&self, refused: &[Refused]) {
        for one in refused {
            if self.refused.try_send(quarantine::Row::of(one)).is_err() {
                metrics::counter!("banyan_quarantine_dropped_total").increment(1);
            }
        }
    }

    /// Refused input, newest first.
    pub(crate) async fn quarantined(&self, limit: u32) -> Result<Vec<QuarantineView>, LogError> {
        quarantine::list(&self.shared.reader.pool, limit).await
    }

    /// Stops taking appends, finishes what waits, checkpoints and closes the files.
    pub(crate) async fn close(&self) {
        self.queue.close();
        self.shared.ended.cancelled().await;
    }
}
