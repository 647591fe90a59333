//! What a session told so far, as far as the meaning of its next hook depends on it.
//!
//! Stored with the view, so that batches, restarts and rebuilds give the same events. Bounded.

use std::collections::BTreeMap;

use banyan_protocol::{Timestamp, fact::Certainty};
use serde::{Deserialize, Serialize};

use super::{super::clip::clip, repeats::Repeats, transcript::Reading};

/// Of the last message of a session.
const MESSAGE_MAX_BYTES: usize = 8 * 1024;
/// Of what a sub-agent is asked to do.
const GOAL_MAX_BYTES: usize = 8 * 1024;
/// Of ids, kinds and names that are remembered.
const WORD_MAX_BYTES: usize = 256;
/// Sub-agents that are remembered.
pub(super) const AGENTS_MAX_COUNT: usize = 1_000;
/// Calls for sub-agents that are remembered.
pub(super) const CALLS_MAX_COUNT: usize = 500;

/// What one session told so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct Told {
    /// The main session.
    pub(super) main: Life,
    /// The id of its latest prompt, or turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) turn: Option<String>,
    /// Digest of the last message of the main session that was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shown: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) agents: BTreeMap<String, Agent>,
    /// In the order of their calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) calls: Vec<Call>,
    pub(super) repeats: Repeats,
    /// What hooks said of when they told of it; nothing when only transcripts did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hooks: Option<Heard>,
    /// Its transcripts that are read: by sub-agent, its own under the empty name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) files: BTreeMap<String, Reading>,
}

/// When hooks told of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Heard {
    /// When they told of its end, in microseconds of our clock; none while it goes on.
    pub(in super::super) until: Option<i64>,
}

/// How far a session, or sub-agent, has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Life {
    /// How often it started.
    pub starts: u32,
    /// It ended, and did not start again.
    pub ended: bool,
    /// What it said last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What its last turn failed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A sub-agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Agent {
    /// Its kind, when it is known.
    pub kind: Option<String>,
    /// How sure its parent is.
    pub certainty: Certainty,
    /// When it was first heard of, in microseconds of our clock.
    pub seen_at: i64,
    #[serde(flatten)]
    pub life: Life,
}

/// A call for a sub-agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Call {
    /// The tool call's id.
    pub id: String,
    /// The sub-agent that calls; none for the main session.
    pub caller: Option<String>,
    pub kind: String,
    pub goal: Option<String>,
    /// The sub-agent that answers it, as far as known.
    pub child: Option<String>,
    /// It has returned.
    pub done: bool,
}

impl Call {
    /// A call that has not returned.
    pub(super) fn new(id: &str, caller: Option<&str>, kind: &str, goal: Option<&str>) -> Self {
        Self {
            id: word(id),
            caller: caller.map(word),
            kind: word(kind),
            goal: goal.map(|goal| clip(goal, GOAL_MAX_BYTES).to_owned()),
            child: None,
            done: false,
        }
    }
}

/// An id, kind or name to be remembered.
pub(super) fn word(word: &str) -> String {
    clip(word, WORD_MAX_BYTES).to_owned()
}

impl Life {
    pub(super) fn say(&mut self, message: &str) {
        self.message = Some(clip(message, MESSAGE_MAX_BYTES).to_owned());
    }

    pub(super) fn fail(&mut self, error: &str) {
        self.error = Some(clip(error, MESSAGE_MAX_BYTES).to_owned());
    }
}

impl Told {
    /// A hook was heard at `at`.
    pub(in super::super) fn heard(&mut self, at: Timestamp) {
        self.hooks = Some(Heard { until: self.main.ended.then_some(at.micros()) });
    }

    /// How far the main session, or one of its sub-agents, has come.
    pub(super) fn life(&mut self, agent: Option<&str>) -> &mut Life {
        match agent.and_then(|agent| self.agents.get_mut(agent)) {
            Some(agent) => &mut agent.life,
            None => &mut self.main,
        }
    }

    /// Forgets what is least likely to matter, when there is too much.
    pub(super) fn bound(&mut self) {
        if CALLS_MAX_COUNT < self.calls.len() {
            let oldest = self.calls.iter().position(|call| call.done).unwrap_or(0);
            self.calls.remove(oldest);
        }
        if AGENTS_MAX_COUNT < self.agents.len() {
            let age =
                |(id, agent): &(&String, &Agent)| (!agent.life.ended, agent.seen_at, (*id).clone());
            let oldest = self.agents.iter().min_by_key(age).map(|(id, _)| id.clone());
            oldest.map(|id| self.agents.remove(&id));
        }
    }
}
