//! What the reader's clock adds to what a session said: stalled, quiet or lost.
//!
//! Judged at reading from stored facts, never stored, so that a view is a function of its log.
//! Silence is measured by the collector's clock alone: when it last heard of a session, and where
//! in the log anything at or below the session changed last. How far back that place lies is
//! known from two marks, the places where the log stood when the two patiences began.

use banyan_protocol::{
    Position, Timestamp,
    view::{Attention, Status},
};

/// A running session may be silent for this long.
const RUNNING_SILENCE_MAX_MICROS: i64 = 5 * 60 * 1_000_000;
/// A running session that is silent for longer has probably died.
const RUNNING_LOST_MICROS: i64 = 30 * 60 * 1_000_000;
/// A waiting or idle session may be silent for this long; then it has probably died.
const RESTING_SILENCE_MAX_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// Two points in time, or the places where the log stood at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks<T> {
    /// The patience with running sessions began.
    pub running: T,
    /// The patience with waiting and idle ones began.
    pub resting: T,
}

/// What a session's silence is judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signs {
    /// By its own word.
    pub status: Status,
    /// When the collector last heard of it.
    pub last_seen_at: Option<Timestamp>,
    /// The last event that changed it or a session below it.
    pub sub_last_position: Position,
}

/// Judges silence at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge {
    now: Timestamp,
    places: Marks<Position>,
}

/// When the patiences began that end `now`.
pub(super) fn patience_began(now: Timestamp) -> Marks<Timestamp> {
    let ago = |micros| Timestamp::from_micros(now.micros().saturating_sub(micros));
    Marks { running: ago(RUNNING_SILENCE_MAX_MICROS), resting: ago(RESTING_SILENCE_MAX_MICROS) }
}

impl Judge {
    /// Judges at `now`; `places` are the first positions received at or after
    /// [`patience_began`], `Position::MAX` where nothing was.
    pub(super) fn new(now: Timestamp, places: Marks<Position>) -> Self {
        Self { now, places }
    }

    /// The moment of judging.
    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    /// When this judge's patiences began.
    pub(super) fn began(&self) -> Marks<Timestamp> {
        patience_began(self.now)
    }

    /// Where the log stood when they began.
    pub(super) fn places(&self) -> Marks<Position> {
        self.places
    }

    /// What is to be said of a session besides its status.
    pub(super) fn attention(&self, signs: &Signs) -> Option<Attention> {
        let (patience, lost, place) = match signs.status {
            Status::Running => {
                (RUNNING_SILENCE_MAX_MICROS, RUNNING_LOST_MICROS, self.places.running)
            }
            Status::Idle | Status::Waiting => {
                (RESTING_SILENCE_MAX_MICROS, RESTING_SILENCE_MAX_MICROS, self.places.resting)
            }
            Status::Spawned
            | Status::Completed
            | Status::Failed
            | Status::Cancelled
            | Status::Timeout => return None,
        };
        let silent = self.now.since(signs.last_seen_at?);
        if silent <= patience {
            None
        } else if place <= signs.sub_last_position {
            Some(Attention::Quiet)
        } else if silent <= lost {
            Some(Attention::Stalled)
        } else {
            Some(Attention::Lost)
        }
    }

    /// Whether a session counts as stalled in figures: silent for too long, with nobody busy
    /// below it.
    pub(super) fn is_stalled(&self, signs: &Signs) -> bool {
        match self.attention(signs) {
            Some(Attention::Stalled | Attention::Lost) => true,
            Some(Attention::Quiet) | None => false,
        }
    }

    /// What was not heard of since before this position is silent below, see
    /// [`is_silent_below`](Self::is_silent_below).
    pub(super) fn silent_before(&self) -> Position {
        self.places.resting
    }

    /// Whether nothing at or below a session was heard of for so long that every live session
    /// there is stalled, whatever its status.
    pub(super) fn is_silent_below(&self, sub_last_position: Position) -> bool {
        sub_last_position < self.places.resting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000_000;
    const HOUR: i64 = 60 * MINUTE;
    /// The log stood at 500 a day ago and at 900 five minutes ago.
    const PLACES: Marks<Position> = Marks { running: 900, resting: 500 };

    #[track_caller]
    fn check(status: Status, silent: i64, sub_last_position: Position) -> Option<Attention> {
        let now = Timestamp::from_micros(1_000 * HOUR);
        let last_seen_at = Some(Timestamp::from_micros(now.micros() - silent));
        let signs = Signs { status, last_seen_at, sub_last_position };
        let judge = Judge::new(now, PLACES);
        let attention = judge.attention(&signs);
        let counts = matches!(attention, Some(Attention::Stalled | Attention::Lost));
        assert_eq!(judge.is_stalled(&signs), counts);
        attention
    }

    #[test]
    fn silence_is_judged_by_status_and_by_what_is_below() {
        use Attention::{Lost, Quiet, Stalled};
        use Status::{Idle, Running, Waiting};
        for (status, silent, sub_last_position, expected) in [
            (Running, 0, 0, None),
            (Running, 5 * MINUTE, 0, None),
            (Running, 5 * MINUTE + 1, 899, Some(Stalled)),
            (Running, 5 * MINUTE + 1, 900, Some(Quiet)),
            (Running, 30 * MINUTE, 899, Some(Stalled)),
            (Running, 30 * MINUTE + 1, 899, Some(Lost)),
            (Running, 30 * MINUTE + 1, 900, Some(Quiet)),
            (Waiting, 24 * HOUR, 0, None),
            (Waiting, 24 * HOUR + 1, 499, Some(Lost)),
            (Waiting, 24 * HOUR + 1, 500, Some(Quiet)),
            (Idle, HOUR, 0, None),
            (Idle, 25 * HOUR, 0, Some(Lost)),
        ] {
            let found = check(status, silent, sub_last_position);
            assert_eq!(found, expected, "{status:?} {silent} {sub_last_position}");
        }
    }

    #[test]
    fn ended_and_spawned_sessions_are_never_silent() {
        for status in Status::ALL {
            let judged = matches!(status, Status::Running | Status::Idle | Status::Waiting);
            assert_eq!(check(status, 100 * HOUR, 0).is_some(), judged, "{status:?}");
        }
    }

    #[test]
    fn a_session_never_heard_of_is_not_judged() {
        let judge = Judge::new(Timestamp::from_micros(1_000 * HOUR), PLACES);
        let signs = Signs { status: Status::Running, last_seen_at: None, sub_last_position: 0 };
        assert_eq!(judge.attention(&signs), None);
    }

    #[test]
    fn a_clock_that_went_back_accuses_nobody() {
        assert_eq!(check(Status::Running, -HOUR, 0), None);
    }

    #[test]
    fn below_is_silent_when_nothing_changed_for_the_longest_patience() {
        let judge = Judge::new(Timestamp::from_micros(1_000 * HOUR), PLACES);
        assert!(judge.is_silent_below(499));
        assert!(!judge.is_silent_below(500));
    }
}
