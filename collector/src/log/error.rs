//! Why the log does not take, give or open.

use banyan_protocol::Position;
use thiserror::Error;

use super::directory::DirectoryError;

/// Why an append was not done. In every case nothing was stored, except where it says so.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppendError {
    /// More is waiting than may wait.
    #[error("the writer's queue is full")]
    Overloaded,
    /// Larger than a commit can be, or empty: sending it again does not help.
    #[error("the append is empty or too large")]
    TooLarge,
    /// The disk is almost full: refused before anything was tried.
    #[error("little space is left for the log")]
    StorageLow,
    /// The disk is full.
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

impl AppendError {
    /// Its name in measurements.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Overloaded => "overloaded",
            Self::TooLarge => "too_large",
            Self::StorageLow => "storage_low",
            Self::StorageFull => "storage_full",
            Self::Busy => "busy",
            Self::StorageFailed => "storage_failed",
            Self::Closing => "closing",
        }
    }
}

/// Why the log cannot be opened or read.
#[derive(Debug, Error)]
pub(crate) enum LogError {
    /// The directory is not ours to use.
    #[error("the log's directory cannot be used")]
    Directory(#[from] DirectoryError),
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
    /// A commit cannot be decoded, or is not where it must be.
    #[error("the log is damaged at position {position}: {what}")]
    Damaged {
        /// Where.
        position: Position,
        /// What was found.
        what: String,
    },
}
