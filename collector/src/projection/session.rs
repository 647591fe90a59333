//! The fold of one session: from its distinct events, in any order, to what is known of it.

use serde::{Deserialize, Serialize};

use super::{own::Own, recorded::Recorded};

/// Everything known of one session by its own events and by the spawns that named it.
///
/// Serialised as the `state` column; the same events give the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {}

impl Session {
    /// One step: takes in a distinct event of this session (a new one, or a variant).
    pub(crate) fn apply(&mut self, event: &Recorded<'_>) {
        todo!("{event:?}")
    }

    /// A spawn by `parent` named this session.
    pub(crate) fn spawned_by(&mut self, parent: &str, event: &Recorded<'_>) {
        todo!("{parent} {event:?}")
    }

    /// The parent by the winning claim: the child's own, else the smallest spawn.
    pub(crate) fn parent(&self) -> Option<&str> {
        todo!()
    }

    /// Whether it spoke or was spawned.
    pub(crate) fn is_known(&self) -> bool {
        todo!()
    }

    /// What it adds to its ancestors' figures.
    pub(crate) fn own(&self) -> Own {
        todo!()
    }
}
