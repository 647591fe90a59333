//! The event log: the only truth. A narrow port (`append`, `read_after`, `head`, `changed`) over
//! an engine; the first engine is SQLite, one row per group commit.
//!
//! Must not know what events mean: no `projection`, no `query`, no `http`, no `ingest`.

use banyan_protocol::{Position, Timestamp, Violation, view::QuarantineView};
use bytes::Bytes;
use std::{path::Path, sync::Arc};
use thiserror::Error;
use tokio::sync::watch;

use crate::clock::Clock;

/// What one emitter said, as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Which adapter reads it.
    pub source: Source,
    /// The bytes received.
    pub bytes: Bytes,
}

/// Which adapter reads an entry. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Source {
    /// An AOP event.
    Aop = 0,
    /// A fact of our own, such as a deleted session.
    Banyan = 1,
}

/// Entries that became durable together, at dense positions from `first` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    /// Position of the first entry.
    pub first: Position,
    /// When it was received: our clock, non-decreasing along the log.
    pub received_at: Timestamp,
    /// At least one, at most 1,000.
    pub entries: Vec<Entry>,
}

/// Where appended entries went: positions `first .. first + count`, consecutive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Appended {
    /// Position of the first entry of the append.
    pub first: Position,
    /// How many.
    pub count: usize,
}

/// Refused input, for the quarantine.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    /// Everything wrong with it.
    pub violations: Vec<Violation>,
    /// The input; only its head is kept.
    pub bytes: Bytes,
}

/// Why an append was not done. In every case nothing was stored, except where it says so.
#[derive(Debug, Error, Clone)]
pub(crate) enum AppendError {
    /// More is waiting than may wait.
    #[error("the writer's queue is full")]
    Overloaded,
    /// The disk is (almost) full.
    #[error("no space is left for the log")]
    StorageFull,
    /// Someone else holds the database.
    #[error("the log is locked by another process")]
    Busy,
    /// The disk failed; whether the entries were stored is not known. The writer has stopped.
    #[error("the log cannot be written")]
    StorageFailed,
    /// The collector is stopping.
    #[error("the log is closing")]
    Closing,
}

/// Why the log cannot be opened or read.
#[derive(Debug, Error)]
pub(crate) enum LogError {
    /// See the source.
    #[error("the log database failed")]
    Database(#[source] sqlx::Error),
    /// Written by a newer version.
    #[error("the log has format {found}, this binary knows {known}; a newer version is needed")]
    Newer {
        /// What the file says.
        found: i64,
        /// What we know.
        known: i64,
    },
    /// A commit cannot be decoded.
    #[error("the log is damaged at position {position}: {what}")]
    Damaged {
        /// Where.
        position: Position,
        /// What was found.
        what: &'static str,
    },
}

/// A handle on the log. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Log {}

/// Who a log is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogIdentity {
    /// Random, made with the log (UUID).
    pub id: String,
    /// Raised when the log was restored or failed over.
    pub epoch: u32,
}

impl Log {
    /// Opens or makes `log.db` in `directory` and starts its writer task.
    pub(crate) async fn open(directory: &Path, clock: Clock) -> Result<Self, LogError> {
        todo!("{directory:?} {clock:?}")
    }

    /// Who this log is.
    pub(crate) fn identity(&self) -> &LogIdentity {
        todo!()
    }

    /// Appends `entries` as consecutive positions; returns when they are fsynced.
    ///
    /// Once called, the append no longer depends on the caller: dropping the future does not undo
    /// what was enqueued. At most 1,000 entries.
    pub(crate) async fn append(&self, entries: Vec<Entry>) -> Result<Appended, AppendError> {
        todo!("{entries:?}")
    }

    /// Whole commits that hold a position after `position`, oldest first, about `limit` entries
    /// of them. The first may begin at or before `position`. Empty when there is nothing yet.
    /// Recent commits come from memory.
    pub(crate) async fn read_after(
        &self,
        position: Position,
        limit: usize,
    ) -> Result<Vec<Arc<Commit>>, LogError> {
        todo!("{position} {limit}")
    }

    /// The last position, 0 when empty.
    pub(crate) fn head(&self) -> Position {
        todo!()
    }

    /// Wakes whenever the head moved.
    pub(crate) fn changed(&self) -> watch::Receiver<Position> {
        todo!()
    }

    /// Keeps refused input where it can be looked at. Best effort: never fails an ingest.
    pub(crate) async fn quarantine(&self, refused: Vec<Refused>) {
        todo!("{refused:?}")
    }

    /// Refused input, newest first.
    pub(crate) async fn quarantined(&self, limit: u32) -> Result<Vec<QuarantineView>, LogError> {
        todo!("{limit}")
    }

    /// Stops taking appends, finishes what waits, checkpoints and closes the files.
    pub(crate) async fn close(&self) {
        todo!()
    }
}
