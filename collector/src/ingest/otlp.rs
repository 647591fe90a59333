//! Requests of OpenTelemetry's exporters: cut into spans or log records, each recorded as an entry
//! of its own, with its resource and scope.
//!
//! One entry each, and not one a request: what cannot be read is refused alone, a position names
//! one span, and no entry says more events than a position has room for. What spans share is
//! repeated, which the compression of a commit takes away again.

use banyan_protocol::{
    Violation,
    limits::OTLP_REQUEST_MAX_ITEMS,
    otlp::{Cut, Encoding, Refused, Signal, Uncut, cut},
};
use bytes::Bytes;
use thiserror::Error;

use super::Ingest;
use crate::log::{AppendError, Entry, Source};

/// The most entries of one append: what a commit takes.
const APPEND_ENTRIES: usize = 1_000;
/// About how many bytes one append has; one entry may come on top.
const APPEND_BYTES: usize = 2 * 1024 * 1024;

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
    /// It is not an export request, and why.
    #[error("the request is {0}")]
    Unreadable(String),
    /// It holds more spans or log records than a request may.
    #[error("the request holds too many spans or log records")]
    TooManyItems,
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
        let redaction = self.redaction;
        let read = tokio::task::spawn_blocking(move || {
            let mut cut = cut(signal, encoding, &bytes)?;
            for item in &mut cut.items {
                *item = redaction.apply(std::mem::take(item));
            }
            Ok(cut)
        });
        let Cut { items, refused, refused_count } = match read.await.map_err(OtlpError::Lost)? {
            Ok(cut) => cut,
            Err(uncut) => return Err(self.refuse_whole(uncut, body)),
        };
        drop(body);
        let accepted = items.len();
        count("received", signal, accepted + refused_count);
        count("refused", signal, refused_count);
        let taken = Taken { accepted, refused: refused_count, message: message(&refused) };
        let rows = refused.into_iter().map(|Refused { violations, bytes }| (violations, bytes));
        self.quarantine(rows);
        let mut left = accepted;
        for entries in appends(items, Source::Otlp(signal)) {
            let size = entries.len();
            left -= size;
            // The log counts what it was given; what comes behind it is not tried.
            self.log.append(entries).await.inspect_err(|_shed| count("shed", signal, left))?;
        }
        Ok(taken)
    }

    fn refuse_whole(&self, uncut: Uncut, bytes: Bytes) -> OtlpError {
        let (violation, error) = match uncut {
            Uncut::Unreadable { message } => {
                (Violation::new("", "otlp", message.clone()), OtlpError::Unreadable(message))
            }
            Uncut::TooManyItems => {
                let limit = OTLP_REQUEST_MAX_ITEMS;
                let message = format!("must not hold more than {limit} spans or log records");
                (Violation::new("", "too_large", message), OtlpError::TooManyItems)
            }
        };
        self.quarantine([(vec![violation], bytes)]);
        error
    }
}

/// Entries, as many at a time as an append takes.
fn appends(items: Vec<Bytes>, source: Source) -> impl Iterator<Item = Vec<Entry>> {
    let mut items = items.into_iter().peekable();
    std::iter::from_fn(move || {
        let (mut entries, mut size) = (Vec::new(), 0);
        while entries.len() < APPEND_ENTRIES && size < APPEND_BYTES {
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
