//! Requests of OpenTelemetry's exporters: cut into spans or log records, each recorded as an entry
//! of its own, with its resource and scope.
//!
//! One entry each, and not one a request: what cannot be read is refused alone, a position names
//! one span, and no entry says more events than a position has room for. What spans share is
//! repeated, which the compression of a commit takes away again.

use banyan_protocol::otlp::{Cut, Encoding, Refused, Signal, Unreadable, cut};
use bytes::Bytes;
use thiserror::Error;

use super::{Ingest, QuarantineEntry};
use crate::log::{AppendError, Entry, Source};

/// The most entries of one append.
const APPEND_MAX_COUNT: usize = 1_000;
/// About how many bytes one append has; one entry may come on top.
const APPEND_BYTES: usize = 2 * 1024 * 1024;
/// What of one request's refused spans or log records goes to the quarantine.
const QUARANTINED_MAX_COUNT: usize = 20;

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Spans or log records that are on the disk.
    pub accepted: usize,
    /// Those that were refused for good.
    pub refused: usize,
    /// Why; empty when none was.
    pub message: String,
}

/// Why a request was not taken.
#[derive(Debug, Error)]
pub(crate) enum OtlpError {
    /// It is not an export request.
    #[error("the request is {}", .0.message)]
    Unreadable(Unreadable),
    /// The log did not take all of it. What it took it knows again when it comes again.
    #[error("the log did not take the request")]
    Append(#[from] AppendError),
    /// Reading it panicked.
    #[error("reading the request failed")]
    Lost(#[source] tokio::task::JoinError),
}

impl Ingest {
    /// Records what one request body holds. When this returns it is on the disk.
    pub(crate) async fn record_otlp(
        &self,
        signal: Signal,
        encoding: Encoding,
        body: Bytes,
    ) -> Result<Taken, OtlpError> {
        let bytes = body.clone();
        // Reading 16 MiB takes longer than other requests should wait.
        let read = tokio::task::spawn_blocking(move || cut(signal, encoding, &bytes));
        let Cut { items, refused } = match read.await.map_err(OtlpError::Lost)? {
            Ok(cut) => cut,
            Err(unreadable) => {
                let violations =
                    vec![banyan_protocol::Violation::new("", "otlp", unreadable.message.clone())];
                self.log.quarantine(&[QuarantineEntry { violations, bytes: body }]);
                return Err(OtlpError::Unreadable(unreadable));
            }
        };
        drop(body);
        let (accepted, total) = (items.len(), items.len() + refused.len());
        count("received", signal, total);
        count("refused", signal, refused.len());
        let taken = Taken { accepted, refused: refused.len(), message: message(&refused) };
        self.refuse(refused);
        let mut left = accepted;
        for entries in appends(items, Source::Otlp(signal)) {
            let size = entries.len();
            self.log.append(entries).await.inspect_err(|_shed| count("shed", signal, left))?;
            left -= size;
        }
        Ok(taken)
    }

    fn refuse(&self, refused: Vec<Refused>) {
        let rows: Vec<QuarantineEntry> = refused
            .into_iter()
            .take(QUARANTINED_MAX_COUNT)
            .map(|Refused { violations, bytes }| QuarantineEntry { violations, bytes })
            .collect();
        if !rows.is_empty() {
            self.log.quarantine(&rows);
        }
    }
}

/// Entries, as many at a time as an append takes.
fn appends(items: Vec<Bytes>, source: Source) -> impl Iterator<Item = Vec<Entry>> {
    let mut items = items.into_iter().peekable();
    std::iter::from_fn(move || {
        let (mut entries, mut size) = (Vec::new(), 0);
        while entries.len() < APPEND_MAX_COUNT && size < APPEND_BYTES {
            let Some(bytes) = items.next() else { break };
            size += bytes.len();
            entries.push(Entry { source, bytes });
        }
        (!entries.is_empty()).then_some(entries)
    })
}

/// Why the first one was refused, which is mostly why all of them were.
fn message(refused: &[Refused]) -> String {
    let first = refused.first().and_then(|first| first.violations.first());
    first.map_or_else(String::new, |broken| {
        format!("{} {}; see GET /quarantine", broken.pointer, broken.message).trim().to_owned()
    })
}

fn count(what: &'static str, signal: Signal, items: usize) {
    metrics::counter!(format!("banyan_otlp_{what}_total"), "signal" => signal.name())
        .increment(u64::try_from(items).unwrap_or(u64::MAX));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_request_is_many_appends() {
        let items = |sizes: &[usize]| sizes.iter().map(|size| vec![b'x'; *size].into()).collect();
        let counts = |sizes: &[usize]| -> Vec<usize> {
            appends(items(sizes), Source::Otlp(Signal::Traces)).map(|one| one.len()).collect()
        };
        assert_eq!(counts(&[]), Vec::<usize>::new());
        assert_eq!(counts(&vec![1; 2_500]), [1_000, 1_000, 500]);
        assert_eq!(counts(&[APPEND_BYTES, 1, APPEND_BYTES, 1]), [1, 2, 1]);
    }
}
