//! What an event means: the fields that Banyan projects, read from both published dialects.
//!
//! The docs of AOP and its reference code name fields differently; the first name present wins,
//! camelCase spellings are read too. A field of the wrong type is ignored and flagged.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::{Envelope, Flags, MicroDollars};

/// A payload's meaning. Every field is optional unless the type says otherwise, because agents
/// leave out whatever they like.
#[derive(Clone, Debug)]
pub enum Fact<'a> {
    /// `session.started`
    Started(Started<'a>),
    /// `session.heartbeat`
    Heartbeat(Heartbeat<'a>),
    /// `session.ended`
    Ended(Ended<'a>),
    /// `cognition.thought`
    Thought(Thought<'a>),
    /// `cognition.goal`
    Goal(Goal<'a>),
    /// `cognition.decision`
    Decision(Decision<'a>),
    /// `cognition.uncertainty`
    Uncertainty(Uncertainty<'a>),
    /// `operation.tool_start`
    ToolStart(ToolStart<'a>),
    /// `operation.tool_end`
    ToolEnd(ToolEnd<'a>),
    /// `operation.agent_spawn`
    Spawn(Spawn<'a>),
    /// `operation.memory`
    Memory(Memory<'a>),
    /// `operation.external_call`
    ExternalCall(ExternalCall<'a>),
    /// Any other type: stored and shown, not interpreted.
    Other,
}

/// A text field: borrowed where the JSON has no escapes.
pub type Text<'a> = Option<Cow<'a, str>>;

/// A session began.
#[derive(Clone, Debug, Default)]
pub struct Started<'a> {
    /// What it is to achieve.
    pub goal: Text<'a>,
    /// The language model.
    pub model: Text<'a>,
    /// From the payload; the envelope's own wins.
    pub agent_version: Text<'a>,
    /// Anything the agent says about itself.
    pub metadata: Option<&'a RawValue>,
}

/// A session says that it lives, and what it did so far.
#[derive(Clone, Debug, Default)]
pub struct Heartbeat<'a> {
    /// What it is doing.
    pub state: Option<ActivityState>,
    /// Steps so far.
    pub step: Option<u64>,
    /// Running total of tokens.
    pub total_tokens: Option<u64>,
    /// Running total of cost, where the agent sends it.
    pub total_cost: Option<MicroDollars>,
    /// What it works on now.
    pub current_goal: Text<'a>,
}

/// A session ended.
#[derive(Clone, Debug)]
pub struct Ended<'a> {
    /// How; `completed` when not said.
    pub outcome: Outcome,
    /// The final response.
    pub summary: Text<'a>,
    /// Why it failed.
    pub error: Text<'a>,
    /// Steps in all.
    pub total_steps: Option<u64>,
    /// Tokens in all.
    pub total_tokens: Option<u64>,
    /// Cost in all.
    pub total_cost: Option<MicroDollars>,
}

/// The agent reasoned.
#[derive(Clone, Debug, Default)]
pub struct Thought<'a> {
    /// The reasoning.
    pub text: Text<'a>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// What it means to do next.
    pub next_intent: Text<'a>,
}

/// A goal was set or changed its state.
#[derive(Clone, Debug, Default)]
pub struct Goal<'a> {
    /// The goal.
    pub goal: Text<'a>,
    /// Its state.
    pub status: Option<GoalStatus>,
    /// The goal it serves.
    pub parent_goal: Text<'a>,
}

/// A choice between alternatives.
#[derive(Clone, Debug, Default)]
pub struct Decision<'a> {
    /// What was chosen.
    pub chosen: Text<'a>,
    /// What else there was.
    pub alternatives: Vec<Cow<'a, str>>,
    /// Why.
    pub reasoning: Text<'a>,
}

/// The agent is not sure about something.
#[derive(Clone, Debug, Default)]
pub struct Uncertainty<'a> {
    /// What about.
    pub text: Text<'a>,
}

/// A tool call began.
#[derive(Clone, Debug, Default)]
pub struct ToolStart<'a> {
    /// The tool's name.
    pub tool: Text<'a>,
    /// Its arguments.
    pub input: Option<&'a RawValue>,
    /// Ties start and end together.
    pub call_id: Text<'a>,
}

/// A tool call ended.
#[derive(Clone, Debug)]
pub struct ToolEnd<'a> {
    /// The tool's name.
    pub tool: Text<'a>,
    /// Ties start and end together.
    pub call_id: Text<'a>,
    /// `false` for `false`, `"false"`, `status: "error"`, or an error without any of them.
    pub success: bool,
    /// As the agent measured it, in microseconds.
    pub duration_micros: Option<i64>,
    /// What it gave: a string, or any other JSON as text.
    pub result: Text<'a>,
    /// Why it failed.
    pub error: Text<'a>,
    /// Tokens spent on this call.
    pub token_delta: Option<u64>,
    /// Cost of this call, where the agent sends it.
    pub cost_delta: Option<MicroDollars>,
}

/// A session spawned another one.
#[derive(Clone, Debug, Default)]
pub struct Spawn<'a> {
    /// The child's session, if known: an accepted id of at most 256 bytes.
    pub child_session_id: Text<'a>,
    /// The child's agent type.
    pub child_agent_id: Text<'a>,
    /// What it was asked to do.
    pub goal: Text<'a>,
    /// Why it was spawned.
    pub reason: Text<'a>,
}

/// Memory was read or written.
#[derive(Clone, Debug, Default)]
pub struct Memory<'a> {
    /// `read`, `write` …
    pub action: Text<'a>,
    /// Under which key.
    pub key: Text<'a>,
    /// What.
    pub summary: Text<'a>,
}

/// A service outside was called.
#[derive(Clone, Debug, Default)]
pub struct ExternalCall<'a> {
    /// Which.
    pub service: Text<'a>,
    /// `GET`, `rpc.Name` …
    pub method: Text<'a>,
    /// URL or path.
    pub endpoint: Text<'a>,
    /// In microseconds.
    pub duration_micros: Option<i64>,
    /// `200`, `ok` …
    pub status: Text<'a>,
}

/// What a live session says it is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivityState {
    /// Working.
    Running,
    /// Nothing to do.
    Idle,
    /// Waiting for somebody.
    Waiting,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Reached its goal.
    Completed,
    /// Did not.
    Failed,
    /// Was told to stop.
    Cancelled,
    /// Ran out of time.
    Timeout,
}

/// State of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoalStatus {
    /// New.
    Set,
    /// Being worked on.
    InProgress,
    /// Reached.
    Completed,
    /// Given up.
    Abandoned,
}

/// How sure an agent is, in thousandths: `low` 200, `medium` 500, `high` 900, numbers as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Confidence(pub u16);

impl Confidence {
    /// Below this an agent counts as unsure.
    pub const LOW: Self = Self(300);

    /// `low`, `medium` or `high`.
    pub const fn word(self) -> &'static str {
        match self.0 {
            0..300 => "low",
            300..700 => "medium",
            _ => "high",
        }
    }
}

impl<'a> Fact<'a> {
    /// Reads the meaning of `envelope`; the flags say what had to be ignored.
    pub fn read(envelope: &Envelope<'a>) -> (Self, Flags) {
        todo!("{envelope:?}")
    }
}
