//! Why a batch could not be taken in.

use banyan_protocol::Position;
use thiserror::Error;

use super::super::fold::FoldError;
use crate::view::ViewError;

/// Why a batch could not be taken in. The pipeline must not be used again: open a new one, it
/// goes on from the checkpoint.
#[derive(Debug, Error)]
pub(crate) enum PipelineError {
    /// See the source.
    #[error("the view cannot be opened")]
    View(#[from] ViewError),
    /// See the source.
    #[error("the view cannot be read or written")]
    Database(#[from] sqlx::Error),
    /// One entry cannot be folded.
    #[error("folding failed at position {position}: {reason}")]
    Entry {
        /// Which.
        position: Position,
        /// Why.
        reason: String,
    },
    /// The batch cannot be finished.
    #[error("a batch cannot be finished")]
    Finish(#[source] FoldError),
    /// The task that writes was lost.
    #[error("writing a batch was cut off")]
    Writer(#[source] tokio::task::JoinError),
}
