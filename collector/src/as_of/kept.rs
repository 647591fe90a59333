//! The views of the moments that were looked at last: whoever walks through a tree at one moment
//! has it folded once.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use banyan_protocol::{Position, Timestamp};

use super::Now;
use crate::{query::Query, view::View};

/// Views kept.
const KEPT_MAX_COUNT: usize = 4;

/// The view of a tree at a moment. Its file has no name any more; it is gone with the last
/// connection.
#[derive(Debug)]
pub(super) struct Frozen {
    /// The sessions that were folded, by their numbers.
    pub(super) sessions: HashSet<i64>,
    /// Everything up to here is in it.
    pub(super) at: Position,
    /// How many sessions of the log were deleted when it was folded.
    pub(super) deletions: i64,
    pub(super) view: View,
    /// Asks it.
    pub(super) query: Query,
    /// When the last event up to there was received.
    pub(super) time: Timestamp,
}

/// The last views, the newest in front.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<VecDeque<Arc<Frozen>>>);

impl Kept {
    /// The view of the tree of a session at `at`, if it is here. One that was folded before some
    /// session was deleted is of no more use to anybody.
    pub(super) fn find(&self, now: Now, at: Position) -> Option<Arc<Frozen>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|frozen| frozen.deletions == now.deletions);
        let is_it = |frozen: &Arc<Frozen>| frozen.at == at && frozen.sessions.contains(&now.no);
        let place = kept.iter().position(is_it)?;
        let frozen = kept.remove(place)?;
        kept.push_front(Arc::clone(&frozen));
        Some(frozen)
    }

    /// Keeps one more, and forgets the one that was not asked for the longest.
    pub(super) fn keep(&self, frozen: Arc<Frozen>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_front(frozen);
        kept.truncate(KEPT_MAX_COUNT);
    }
}
