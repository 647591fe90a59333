//! The write use case: bytes → envelopes or violations → one append → a receipt.
//!
//! Only checks that input can be read; what it means is the projection's business, which this
//! room must not name, nor `query` nor `http`.

mod cut;
mod hook;
mod otlp;
mod transcript;
#[cfg(test)]
mod tests;

use banyan_protocol::{
    Cursor, Envelope, Position, Violation,
    limits::REQUEST_MAX_EVENTS,
    receipt::{Receipt, RejectedItem},
    repair::repair,
    view::QuarantineView,
};
use bytes::Bytes;
use thiserror::Error;

pub(crate) use self::otlp::OtlpError;
pub(crate) use crate::log::{AlertName, AppendError, LogError, LogState};
use crate::log::{Appended, Entry, Log, OwnFact, Refused as QuarantineEntry, Source};

use cut::Uncut;

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
    /// The log did not take them.
    #[error("the log did not take the events")]
    Append(#[from] AppendError),
}

/// The write use case.
#[derive(Clone, Debug)]
pub(crate) struct Ingest {
    log: Log,
    #[cfg(feature = "bench-sink")]
    sink: bool,
}

/// A request's events, told apart.
#[derive(Debug, Default)]
struct Sorted {
    accepted: Vec<Entry>,
    rejected: Vec<RejectedItem>,
    quarantined: Vec<QuarantineEntry>,
    /// An accepted event has no identity.
    anonymous: bool,
}

impl Ingest {
    /// Records into `log`.
    pub(crate) fn new(log: Log) -> Self {
        Self {
            log,
            #[cfg(feature = "bench-sink")]
            sink: false,
        }
    }

    /// Reads events and drops them: the ceiling that benchmarks compare with.
    #[cfg(feature = "bench-sink")]
    pub(crate) fn sink(log: Log) -> Self {
        Self { log, sink: true }
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
        let sorted = self.sorted(body, framing, Sorted::of)?;
        count(&metrics::counter!("banyan_events_received_total"), sorted.received());
        count(&metrics::counter!("banyan_events_rejected_total"), sorted.rejected.len());
        let accepted = sorted.accepted.len();
        self.append(sorted).await.inspect_err(|error| match error {
            IngestError::Append(_shed) => {
                count(&metrics::counter!("banyan_events_shed_total"), accepted);
            }
            IngestError::Invalid(_) | IngestError::TooManyEvents { .. } => {}
        })
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
                self.log.quarantine(&[QuarantineEntry { violations, bytes: body }]);
                Err(IngestError::TooManyEvents { limit })
            }
        }
    }

    async fn append(&self, sorted: Sorted) -> Result<Recorded, IngestError> {
        let Sorted { accepted, rejected, quarantined, anonymous } = sorted;
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
        if !quarantined.is_empty() {
            self.log.quarantine(&quarantined);
        }
        if accepted.is_empty() {
            return Err(IngestError::Invalid(Box::new(receipt)));
        }
        #[cfg(feature = "bench-sink")]
        if self.sink {
            return Ok(Recorded { receipt, appended: None });
        }
        let appended = self.log.append(accepted).await?;
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

impl Sorted {
    /// How many pieces there were.
    fn received(&self) -> usize {
        self.accepted.len() + self.rejected.len()
    }

    fn of(events: Vec<Bytes>) -> Self {
        let mut sorted = Self::default();
        for (index, bytes) in events.into_iter().enumerate() {
            match has_identity(&bytes) {
                Ok(identity) => {
                    sorted.anonymous |= !identity;
                    sorted.accepted.push(Entry { source: Source::Aop, bytes });
                }
                Err(violations) => sorted.reject(index, bytes, violations),
            }
        }
        sorted
    }

    /// A request that cannot even be cut counts as one refused event.
    fn refused(body: Bytes, violation: Violation) -> Self {
        let mut sorted = Self::default();
        sorted.reject(0, body, vec![violation]);
        sorted
    }

    fn reject(&mut self, index: usize, bytes: Bytes, violations: Vec<Violation>) {
        self.quarantined.push(QuarantineEntry { violations: violations.clone(), bytes });
        self.rejected.push(RejectedItem { index, violations });
    }
}

/// Whether a readable event can be recognised when it is sent again, or everything that makes it
/// unreadable.
fn has_identity(bytes: &[u8]) -> Result<bool, Vec<Violation>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let message = format!("not UTF-8 from byte {} on", error.valid_up_to());
        vec![Violation::new("", "utf8", message)]
    })?;
    let identity =
        |envelope: Envelope<'_>| envelope.event_id.is_some() || envelope.sequence.is_some();
    match Envelope::read(text) {
        Ok(envelope) => Ok(identity(envelope)),
        Err(violations) if violations.iter().any(|violation| violation.rule == "json") => {
            match repair(text) {
                // What is stored are the bytes received; whoever reads them repairs them again.
                Some(repaired) => Envelope::read(&repaired).map(identity),
                None => Err(violations),
            }
        }
        Err(violations) => Err(violations),
    }
}

fn count(counter: &metrics::Counter, events: usize) {
    counter.increment(u64::try_from(events).unwrap_or(u64::MAX));
}
