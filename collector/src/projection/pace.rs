//! When the full-text index follows: soon, but seldom. Each of its transactions writes pages of
//! its own and leaves a segment to be merged, so one for every few events would cost more than
//! projecting them did.

use std::{future::pending, time::Duration};

use banyan_protocol::Position;
use tokio::time::{Instant, timeout_at};

use super::search::FOLLOWING_POSITIONS;

/// How long an event may be visible before it is searchable, when nothing else is to be done.
const PATIENCE: Duration = Duration::from_millis(200);

/// Watches how long the index has been behind.
#[derive(Debug, Default)]
pub(super) struct Pace {
    due_at: Option<Instant>,
}

impl Pace {
    /// Whether some of the `behind` positions that are not indexed should be now.
    pub(super) fn is_due(&mut self, behind: Position) -> bool {
        if behind == 0 {
            self.due_at = None;
            return false;
        }
        let now = Instant::now();
        let due_at = *self.due_at.get_or_insert(now + PATIENCE);
        let is_due = FOLLOWING_POSITIONS <= behind || due_at <= now;
        if is_due {
            self.due_at = None;
        }
        is_due
    }

    /// Ready when it has become due since it was asked last.
    pub(super) async fn due(&self) {
        match self.due_at {
            Some(due_at) => drop(timeout_at(due_at, pending::<()>()).await),
            None => pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn few_events_wait_a_little_and_many_do_not() {
        let mut pace = Pace::default();
        assert!(!pace.is_due(0));
        assert!(!pace.is_due(1));
        assert!(!pace.is_due(2), "nothing has happened since");
        let begun = Instant::now();
        pace.due().await;
        assert_eq!(begun.elapsed(), PATIENCE);
        assert!(pace.is_due(3));
        assert!(!pace.is_due(3), "the next ones wait again");
        assert!(pace.is_due(FOLLOWING_POSITIONS));
    }
}
