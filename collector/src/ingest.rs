//! The write use case: bytes → envelopes or violations → one append → a receipt.
//!
//! Only checks that input can be read; what it means is the projection's business, which this
//! room must not name, nor `query` nor `http`.

mod cut;
mod hook;
mod otlp;
mod pace;
mod redact;
mod sorted;
mod transcript;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use banyan_protocol::{
    Cursor, Position, Violation, limits::REQUEST_MAX_EVENTS, receipt::Receipt, view::QuarantineView,
};
use bytes::Bytes;
use thiserror::Error;

pub(crate) use self::{otlp::OtlpError, redact::Redaction};
pub(crate) use crate::log::{AlertName, AppendError, LogError, LogState};
use crate::{
    clock::Clock,
    log::{Appended, Entry, Log, OwnFact, Refused as QuarantineEntry, Source},
};

use cut::Uncut;
use pace::{Pace, TooFast};
use sorted::Sorted;

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
    Invalid(Box<Receipt>),
    /// More events than a request may hold.
    #[error("the request holds more than {limit} events")]
    TooManyEvents {
        /// The limit.
        limit: usize,
    },
    /// A session of it sends faster than one may.
    #[error("a session sends too many events")]
    TooFast {
        /// When the same request can be admitted.
        wait_ms: u64,
    },
    /// The log did not take them.
    #[error("the log did not take the events")]
    Append(#[from] AppendError),
}

/// The write use case.
#[derive(Clone, Debug)]
pub(crate) struct Ingest {
    log: Log,
    pace: Arc<Pace>,
    redaction: Redaction,
    #[cfg(feature = "bench-sink")]
    sink: bool,
}

impl Ingest {
    /// Records into `log`, without secrets, what comes no faster than `clock` allows.
    pub(crate) fn new(log: Log, clock: Clock) -> Self {
        Self {
            log,
            pace: Arc::new(Pace::new(clock)),
            redaction: Redaction::default(),
            #[cfg(feature = "bench-sink")]
            sink: false,
        }
    }

    /// Reads events and drops them: the ceiling that benchmarks compare with.
    #[cfg(feature = "bench-sink")]
    pub(crate) fn sink(log: Log, clock: Clock) -> Self {
        Self { sink: true, ..Self::new(log, clock) }
    }

    /// The same, taking out what `redaction` says.
    pub(crate) fn redacting(self, redaction: Redaction) -> Self {
        Self { redaction, ..self }
    }

    /// Records the events of one request body.
    ///
    /// Everything up to the log's queue happens in the first poll: once that was made, the caller
    /// may go away and the events are recorded none the less.
    pub(crate) async fn record(
        &self,
        body: Bytes,
        framing: Framing,
    ) -> Result<Recorded, IngestError> {
        let read = |events| Sorted::of(events, &self.pace);
        let sorted = self.sorted(body, framing, read).inspect_err(|_too_many| {
            // How many they were is not known: the request counts as one event.
            count(&metrics::counter!("banyan_events_received_total"), 1);
            count(&metrics::counter!("banyan_events_rejected_total"), 1);
        })?;
        count(&metrics::counter!("banyan_events_received_total"), sorted.received());
        let shed = metrics::counter!("banyan_events_shed_total");
        let sorted = self.admitted(sorted).inspect_err(|(_, left)| count(&shed, *left));
        let sorted = sorted.map_err(|(error, _)| error)?;
        count(&metrics::counter!("banyan_events_rejected_total"), sorted.rejected.len());
        self.append(sorted).await
    }

    /// All of it, if no session in it sends too fast; else why not, and how much it was.
    fn admitted(&self, mut sorted: Sorted) -> Result<Sorted, (IngestError, usize)> {
        match self.pace.admit(std::mem::take(&mut sorted.wanted)) {
            Ok(()) => Ok(sorted),
            Err(TooFast { wait_ms }) => Err((IngestError::TooFast { wait_ms }, sorted.received())),
        }
    }

    /// What `read` makes of the pieces of a body.
    fn sorted(
        &self,
        body: Bytes,
        framing: Framing,
        read: impl FnOnce(Vec<Bytes>) -> Sorted,
    ) -> Result<Sorted, IngestError> {
        match cut::cut(&body, framing) {
            Ok(pieces) => Ok(read(pieces)),
            Err(Uncut::Refused(violation)) => Ok(Sorted::refused(body, violation)),
            Err(Uncut::TooMany) => {
                let limit = REQUEST_MAX_EVENTS;
                let message = format!("a request must not hold more than {limit} events");
                let violations = vec![Violation::new("", "too_large", message)];
                self.quarantine([(violations, body)]);
                Err(IngestError::TooManyEvents { limit })
            }
        }
    }

    /// An entry as it is recorded.
    fn entry(&self, source: Source, bytes: Bytes) -> Entry {
        Entry { source, bytes: self.redaction.apply(bytes) }
    }

    /// Keeps refused input where it can be looked at.
    fn quarantine(&self, refused: impl IntoIterator<Item = (Vec<Violation>, Bytes)>) {
        let row = |(violations, bytes): (_, Bytes)| {
            let head = self.redaction.head(&bytes);
            QuarantineEntry { violations, bytes, head }
        };
        let rows: Vec<_> = refused.into_iter().map(row).collect();
        self.log.quarantine(&rows);
    }

    async fn append(&self, sorted: Sorted) -> Result<Recorded, IngestError> {
        let Sorted { accepted, rejected, quarantined, wanted: _, anonymous } = sorted;
        let mut receipt = Receipt {
            ok: rejected.is_empty(),
            accepted: accepted.len(),
            rejected: rejected.len(),
            cursor: None,
            durable: "fsync",
            idempotent: !anonymous,
            outcome: None,
            items: rejected,
        };
        self.quarantine(quarantined);
        if accepted.is_empty() {
            return Err(IngestError::Invalid(Box::new(receipt)));
        }
        #[cfg(feature = "bench-sink")]
        if self.sink {
            return Ok(Recorded { receipt, appended: None });
        }
        let entry = |Entry { source, bytes }| self.entry(source, bytes);
        let entries = accepted.into_iter().map(entry).collect();
        let appended = self.log.append(entries).await?;
        receipt.cursor = Some(self.cursor_after(appended));
        Ok(Recorded { receipt, appended: Some(appended) })
    }

    /// The cursor of the last event of an append.
    fn cursor_after(&self, appended: Appended) -> Cursor {
        let identity = self.log.identity();
        let count = Position::try_from(appended.count).unwrap_or(Position::MAX);
        let position = appended.first.saturating_add(count).saturating_sub(1);
        Cursor { epoch: identity.epoch, position, log: identity.mark() }
    }

    /// Records that a session was deleted; returns where in the log.
    pub(crate) async fn delete_session(&self, id: &str) -> Result<Appended, AppendError> {
        let deleted = OwnFact::SessionDeleted { session_id: id.to_owned() };
        self.log.append(vec![deleted.to_entry()]).await
    }

    /// Records that somebody has seen an alert to; returns where in the log.
    pub(crate) async fn acknowledge(&self, alert: AlertName) -> Result<Appended, AppendError> {
        self.log.append(vec![OwnFact::AlertAcknowledged(alert).to_entry()]).await
    }

    /// Records that an alert is open again; returns where in the log.
    pub(crate) async fn reopen(&self, alert: AlertName) -> Result<Appended, AppendError> {
        self.log.append(vec![OwnFact::AlertReopened(alert).to_entry()]).await
    }

    /// Whether the log takes appends.
    pub(crate) fn log_state(&self) -> LogState {
        self.log.state()
    }

    /// Bytes that wait for the log's writer.
    pub(crate) fn queue_bytes(&self) -> usize {
        self.log.queue_bytes()
    }

    /// Refused input, newest first.
    pub(crate) async fn quarantined(&self, limit: u32) -> Result<Vec<QuarantineView>, LogError> {
        self.log.quarantined(limit).await
    }
}

fn count(counter: &metrics::Counter, events: usize) {
    counter.increment(u64::try_from(events).unwrap_or(u64::MAX));
}
