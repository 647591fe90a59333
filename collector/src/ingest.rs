//! The write use case: bytes → envelopes or violations → one append → a receipt.
//!
//! Only checks that input can be read; what it means is the projection's business, which this
//! room must not name, nor `query` nor `http`.

use banyan_protocol::{receipt::Receipt, view::QuarantineView};
use bytes::Bytes;
use thiserror::Error;

use crate::log::{AppendError, Appended, Log, LogError};

/// How a body is cut into events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// One JSON document: an object is one event, an array is many.
    Json,
    /// One event a line.
    Ndjson,
}

/// A receipt, and where its events went in the log.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    /// For the client.
    pub receipt: Receipt,
    /// The accepted events' places, when there were any.
    pub appended: Option<Appended>,
}

/// Why a whole request was refused.
#[derive(Debug, Error)]
pub(crate) enum IngestError {
    /// Not one event of it can be read. The rejections say why.
    #[error("nothing in the request can be read")]
    Invalid(Receipt),
    /// More events than a request may hold.
    #[error("the request holds more than {limit} events")]
    TooManyEvents {
        /// The limit.
        limit: usize,
    },
    /// The log did not take them.
    #[error("the log did not take the events")]
    Append(#[from] AppendError),
}

/// The write use case.
#[derive(Clone, Debug)]
pub(crate) struct Ingest {
    log: Log,
}

impl Ingest {
    /// Records into `log`.
    pub(crate) fn new(log: Log) -> Self {
        Self { log }
    }

    /// Records the events of one request body.
    pub(crate) async fn record(
        &self,
        body: Bytes,
        framing: Framing,
    ) -> Result<Recorded, IngestError> {
        let _ = &self.log;
        todo!("{body:?} {framing:?}")
    }

    /// Records that a session was deleted; returns where in the log.
    pub(crate) async fn delete_session(&self, id: &str) -> Result<Appended, AppendError> {
        todo!("{id}")
    }

    /// Refused input, newest first.
    pub(crate) async fn quarantined(&self, limit: u32) -> Result<Vec<QuarantineView>, LogError> {
        todo!("{limit}")
    }
}
