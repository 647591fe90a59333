//! What became of the events that were received: new, seen before, or another version of one.
//!
//! Counted when they are written, for those that this process received: what a collector that
//! starts has to catch up with was received, and counted, by another one.

use banyan_protocol::{EventKey, Position};

use super::rows::Rows;

/// Counts of one batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) accepted: u64,
    pub(super) duplicate: u64,
    pub(super) variant: u64,
}

impl Tally {
    /// Counts the entries of `rows` behind `position`.
    pub(super) fn of(rows: &Rows, position: Position) -> Self {
        let mut tally = Self::default();
        let counts = |at: &Position| position < *at && !rows.uncounted.contains(at);
        for row in rows.events.iter().filter(|row| counts(&EventKey::from_stored(row.key).position))
        {
            if row.variant == 0 {
                tally.accepted += 1;
            } else {
                tally.variant += 1;
            }
        }
        let duplicates = rows.duplicates.keys().filter(|at| counts(at)).count();
        tally.duplicate = u64::try_from(duplicates).unwrap_or(u64::MAX);
        // What cannot even be read as an event has no row of its own.
        for at in rows.poison.keys().filter(|at| counts(at)) {
            let key = EventKey::first(*at).stored();
            let is_event = rows.events.iter().any(|row| row.key == key);
            let is_known = rows.duplicates.contains_key(at);
            tally.accepted += u64::from(!is_event && !is_known);
        }
        tally
    }

    /// Adds them to what `/metrics` shows.
    pub(super) fn count(self) {
        for (name, events) in [
            ("banyan_events_accepted_total", self.accepted),
            ("banyan_events_duplicate_total", self.duplicate),
            ("banyan_events_variant_total", self.variant),
        ] {
            if events != 0 {
                metrics::counter!(name).increment(events);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_this_process_received_counts() {
        let event = |position: Position, variant| super::super::rows::EventRow {
            key: EventKey::first(position).stored(),
            session_no: 1,
            sequence: None,
            kind: String::new(),
            at: 0,
            received_at: 0,
            variant,
            flags: 0,
            digest: [0; 16],
            event_id: None,
            tool: None,
            call_id: None,
            ok: None,
            raw: String::new(),
        };
        let rows = Rows {
            position: 9,
            events: vec![event(1, 0), event(3, 1), event(5, 0), event(6, 2), event(8, 0)],
            duplicates: [(2, 256), (4, 256), (7, 256)].into(),
            poison: [(8, "shown raw".to_owned()), (9, "unreadable".to_owned())].into(),
            ..Rows::default()
        };
        for (behind, accepted, duplicate, variant) in
            [(0, 4, 3, 2), (4, 3, 1, 1), (8, 1, 0, 0), (9, 0, 0, 0), (Position::MAX, 0, 0, 0)]
        {
            let expected = Tally { accepted, duplicate, variant };
            assert_eq!(Tally::of(&rows, behind), expected, "behind {behind}");
        }
    }
}
