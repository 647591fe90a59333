//! The events of a request, told apart: what can be recorded and what cannot, and why.

use banyan_protocol::{Envelope, Violation, receipt::RejectedItem, repair::repair};
use bytes::Bytes;

use super::pace::{Pace, Sender, Wanted};
use crate::log::{Entry, Source};

/// A request's events, told apart.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub(super) accepted: Vec<Entry>,
    pub(super) rejected: Vec<RejectedItem>,
    pub(super) quarantined: Vec<(Vec<Violation>, Bytes)>,
    /// Whose the accepted events are.
    pub(super) wanted: Wanted,
    /// An accepted event has no identity.
    pub(super) anonymous: bool,
}

impl Sorted {
    /// How many pieces there were.
    pub(super) fn received(&self) -> usize {
        self.accepted.len() + self.rejected.len()
    }

    pub(super) fn of(events: Vec<Bytes>, pace: &Pace) -> Self {
        let mut sorted = Self::default();
        for (index, bytes) in events.into_iter().enumerate() {
            match read(&bytes, pace) {
                Ok((sender, identity)) => {
                    sorted.wanted.add(sender);
                    sorted.anonymous |= !identity;
                    sorted.accepted.push(Entry { source: Source::Aop, bytes });
                }
                Err(violations) => sorted.reject(index, bytes, violations),
            }
        }
        sorted
    }

    /// A request that cannot even be cut counts as one refused event.
    pub(super) fn refused(body: Bytes, violation: Violation) -> Self {
        let mut sorted = Self::default();
        sorted.reject(0, body, vec![violation]);
        sorted
    }

    pub(super) fn reject(&mut self, index: usize, bytes: Bytes, violations: Vec<Violation>) {
        self.quarantined.push((violations.clone(), bytes));
        self.rejected.push(RejectedItem { index, violations });
    }
}

/// Whose a readable event is and whether it can be recognised when it is sent again, or everything
/// that makes it unreadable.
fn read(bytes: &[u8], pace: &Pace) -> Result<(Sender, bool), Vec<Violation>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let message = format!("not UTF-8 from byte {} on", error.valid_up_to());
        vec![Violation::new("", "utf8", message)]
    })?;
    let told = |envelope: Envelope<'_>| {
        let has_identity = envelope.event_id.is_some() || envelope.sequence.is_some();
        (pace.sender(&envelope.session_id), has_identity)
    };
    match Envelope::read(text) {
        Ok(envelope) => Ok(told(envelope)),
        Err(violations) if violations.iter().any(|violation| violation.rule == "json") => {
            match repair(text) {
                // What is stored are the bytes received; whoever reads them repairs them again.
                Some(repaired) => Envelope::read(&repaired).map(told),
                None => Err(violations),
            }
        }
        Err(violations) => Err(violations),
    }
}
