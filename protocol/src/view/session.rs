use serde::Serialize;
use utoipa::ToSchema;

use super::Figures;
use crate::{MicroDollars, Position, Timestamp};

/// One run of one agent.
///
/// The first eleven fields are the reference collector's, under its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each a key on the wire")]
pub struct SessionView {
    /// The session's id, as the agent gave it.
    pub id: String,
    /// The agent type.
    pub agent_id: String,
    /// The parent in the tree: the child's own claim, else the spawn that named it.
    pub parent_session_id: Option<String>,
    /// What it was to achieve, as first said.
    pub goal: Option<String>,
    /// Its status by its own events; see `attention` for what the reader's clock adds.
    pub status: Status,
    /// When it began, by the agent's clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// When it ended, by the agent's clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// Steps in all, as last stated.
    pub total_steps: Option<u64>,
    /// Tokens in all: stated at the end, else the running total, else the sum of deltas.
    pub total_tokens: Option<u64>,
    /// Cost in all, by the same rule.
    #[schema(value_type = Option<f64>)]
    pub total_cost_usd: Option<MicroDollars>,
    /// When the collector last heard of it, by the collector's clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen_at: Option<Timestamp>,

    /// Short form of the id on pages: a number in this view, base 36. Stable for one log.
    pub row: String,
    /// Version of the agent.
    pub agent_version: Option<String>,
    /// The language model.
    pub model: Option<String>,
    /// What it works on now, as last said.
    pub current_goal: Option<String>,
    /// What it did last.
    pub current_activity: Option<Activity>,
    /// What it means to do next.
    pub next_intent: Option<String>,
    /// What it answered at its end.
    pub final_response: Option<String>,
    /// Why it failed, or its last failed tool call.
    pub error: Option<String>,
    /// What the reader's clock adds to the status.
    pub attention: Option<Attention>,
    /// Known only from a spawn; it has not spoken yet.
    pub placeholder: bool,
    /// Its parent has never spoken (or was deleted).
    pub orphan: bool,
    /// It stands where a cycle of parents was cut.
    pub cycle: bool,
    /// The root of its tree.
    pub root_session_id: String,
    /// Levels below the root; the root is 0.
    pub depth: u32,
    /// The number of its group; absent in a tree that never had two sessions.
    pub group: Option<u32>,
    /// Direct children.
    pub children: u64,
    /// This session alone.
    pub own: Figures,
    /// With all its descendants.
    pub subtree: Figures,
    /// It ended and every sequence number up to its end was received.
    pub complete: bool,
    /// Sequence numbers never received.
    pub missing_count: u64,
    /// Oddities seen in any of its events.
    pub flags: Vec<&'static str>,
    /// Position of its first event; absent for placeholders.
    pub first_position: Option<Position>,
    /// Position of the last event that changed it.
    pub last_position: Position,
}

/// Status of a session by its own events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Named by a spawn, not heard of yet.
    Spawned,
    /// Working.
    Running,
    /// Live, with nothing to do.
    Idle,
    /// Live, waiting for somebody.
    Waiting,
    /// Ended well.
    Completed,
    /// Ended badly.
    Failed,
    /// Was told to stop.
    Cancelled,
    /// Ran out of time.
    Timeout,
}

impl Status {
    /// The wire word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Spawned => "spawned",
            Self::Running => "running",
            Self::Idle => "idle",
            Self::Waiting => "waiting",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Timeout => "timeout",
        }
    }

    /// All of them, in the order of their stored numbers.
    pub const ALL: [Self; 8] = [
        Self::Spawned,
        Self::Running,
        Self::Idle,
        Self::Waiting,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::Timeout,
    ];

    /// The number under which it is stored: its place in [`Self::ALL`].
    pub const fn stored(self) -> i64 {
        match self {
            Self::Spawned => 0,
            Self::Running => 1,
            Self::Idle => 2,
            Self::Waiting => 3,
            Self::Completed => 4,
            Self::Failed => 5,
            Self::Cancelled => 6,
            Self::Timeout => 7,
        }
    }

    /// The status whose stored number is `number`.
    pub fn from_stored(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// Not ended.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Spawned | Self::Running | Self::Idle | Self::Waiting)
    }

    /// Ended badly.
    pub const fn is_failed(self) -> bool {
        matches!(self, Self::Failed | Self::Timeout)
    }
}

/// What the reader's clock adds to a live session's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attention {
    /// Silent for minutes, and nobody below it is busy.
    Stalled,
    /// Silent for so long that it has probably died.
    Lost,
    /// Silent, but a descendant is busy: it is waiting for it.
    Quiet,
}

/// What a session did last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Activity {
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// One line: the tool, the thought, the child …
    pub text: String,
    /// When, by the agent's clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

/// A range of sequence numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Range {
    /// First.
    pub from: i64,
    /// Last.
    pub to: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_stored_by_their_place() {
        for (place, status) in (0..).zip(Status::ALL) {
            assert_eq!((status.stored(), Status::from_stored(place)), (place, Some(status)));
        }
        assert_eq!([-1, 8].map(Status::from_stored), [None, None]);
    }
}
