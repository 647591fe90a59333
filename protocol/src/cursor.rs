//! Places in the log as readers see them: opaque, and useless in any other log.

use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::Position;

/// A log position together with the epoch of the log it belongs to.
///
/// On the wire `epoch.position.check` in base 36, where `check` is derived from the log's id, so
/// that a cursor of another log, or a mistyped one, is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Raised when a log was restored from a backup or failed over.
    pub epoch: u32,
    /// The last position that the reader has seen.
    pub position: Position,
    /// 32 bits of the log's identity.
    pub log: u32,
}

/// Why a cursor cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CursorError {
    /// Not of the form that we hand out.
    #[error("the cursor is malformed")]
    Malformed,
    /// Of another log or another epoch: the reader must start over.
    #[error("the cursor belongs to another log; start again without it")]
    Foreign,
}

impl Cursor {
    /// Reads a cursor that was handed out by the log `log` in `epoch`.
    pub fn parse(text: &str, epoch: u32, log: u32) -> Result<Self, CursorError> {
        todo!("{text} {epoch} {log}")
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let _ = f;
        todo!()
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
