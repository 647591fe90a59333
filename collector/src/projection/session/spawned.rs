//! What the spawn that named a session said of it.

use banyan_protocol::{Fact, Position, fact::Certainty};
use serde::{Deserialize, Serialize};

use super::{
    super::{clip::clip, recorded::Recorded},
    text::GOAL_MAX_BYTES,
};

/// The smallest of the spawns that named a session: the surest one, then by the spawner's sequence
/// and then its id.
///
/// Not by position: spawns by different sessions have no other common order, and the position
/// would make the parent depend on whose event arrived first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Spawned {
    /// How sure the spawner is.
    #[serde(default, skip_serializing_if = "Certainty::is_stated")]
    pub certainty: Certainty,
    /// The spawner's count.
    pub sequence: Option<i64>,
    /// The spawner.
    pub parent: String,
    pub agent_id: Option<String>,
    pub goal: Option<String>,
    /// Of the spawn event.
    pub position: Position,
}

impl Spawned {
    /// The claim that `event` makes; none when it is no spawn, names nobody, or names its own
    /// session.
    pub(super) fn read(event: &Recorded<'_>) -> Option<Self> {
        let Fact::Spawn(spawn) = &event.fact else { return None };
        let parent = &*event.envelope.session_id;
        if spawn.child_session_id.as_deref()? == parent {
            return None;
        }
        let clipped = |text: &str| clip(text, GOAL_MAX_BYTES).to_owned();
        Some(Self {
            certainty: spawn.certainty,
            sequence: event.order(),
            parent: parent.to_owned(),
            agent_id: spawn.child_agent_id.as_deref().map(clipped),
            goal: spawn.goal.as_deref().map(clipped),
            position: event.position,
        })
    }

    /// The smaller key wins; of equal ones (variants of one spawn), the first that arrived.
    pub(super) fn key(&self) -> (Certainty, Option<i64>, &str, Position) {
        (self.certainty, self.sequence, &self.parent, self.position)
    }
}
