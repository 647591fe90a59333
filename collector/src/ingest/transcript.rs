//! Lines of transcripts: recorded as received, answered for like events.

use banyan_protocol::{Violation, transcript::Transcript};
use bytes::Bytes;

use super::{Framing, Ingest, IngestError, Recorded, pace::Pace, sorted::Sorted};
use crate::log::{Entry, Source};

impl Ingest {
    /// Records the lines of one request body.
    pub(crate) async fn record_transcript(
        &self,
        body: Bytes,
        framing: Framing,
    ) -> Result<Recorded, IngestError> {
        let sorted = self.sorted(body, framing, |lines| Sorted::of_lines(lines, &self.pace));
        let sorted = sorted.inspect_err(|_too_many| {
            count("received", 1);
            count("refused", 1);
        })?;
        count("received", sorted.received());
        let sorted = self.admitted(sorted).inspect_err(|(_, left)| count("shed", *left));
        let sorted = sorted.map_err(|(error, _)| error)?;
        count("refused", sorted.rejected.len());
        self.append(sorted).await
    }
}

impl Sorted {
    fn of_lines(lines: Vec<Bytes>, pace: &Pace) -> Self {
        let mut sorted = Self::default();
        for (index, bytes) in lines.into_iter().enumerate() {
            let text = std::str::from_utf8(&bytes).map_err(|error| {
                let message = format!("not UTF-8 from byte {} on", error.valid_up_to());
                vec![Violation::new("", "utf8", message)]
            });
            match text
                .and_then(|text| Transcript::read(text).map(|line| pace.sender(&line.session_id)))
            {
                Ok(sender) => {
                    sorted.wanted.add(sender);
                    sorted.accepted.push(Entry { source: Source::Transcript, bytes });
                }
                Err(violations) => sorted.reject(index, bytes, violations),
            }
        }
        sorted
    }
}

fn count(what: &'static str, lines: usize) {
    metrics::counter!(format!("banyan_transcript_lines_{what}_total"))
        .increment(u64::try_from(lines).unwrap_or(u64::MAX));
}
