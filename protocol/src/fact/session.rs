//! `session.*`: how a session begins, lives and ends.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{Text, fields::Fields};
use crate::MicroDollars;

/// A session began.
#[derive(Clone, Debug, Default)]
pub struct Started<'a> {
    /// What it is to achieve.
    pub goal: Text<'a>,
    /// The language model.
    pub model: Text<'a>,
    /// From the payload; the envelope's own wins.
    pub agent_version: Text<'a>,
    /// Anything the agent says about itself: an object.
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
    /// The language model, where it is known only now, or is another one now.
    pub model: Text<'a>,
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

impl ActivityState {
    /// The wire word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Idle => "idle",
            Self::Waiting => "waiting",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "running" => Self::Running,
            "idle" => Self::Idle,
            "waiting" => Self::Waiting,
            _ => return None,
        })
    }
}

impl Outcome {
    /// The wire word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Timeout => "timeout",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "completed" | "complete" | "success" | "succeeded" | "done" | "ok" => Self::Completed,
            "failed" | "failure" | "error" | "errored" | "crashed" => Self::Failed,
            "cancelled" | "canceled" | "aborted" | "interrupted" | "killed" => Self::Cancelled,
            "timeout" | "timed_out" => Self::Timeout,
            _ => return None,
        })
    }
}

impl<'a> Started<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Self {
        let [goal, llm, model, agent_version, metadata] =
            fields.find(["goal", "llm", "model", "agent_version", "metadata"]);
        Self {
            goal: fields.text([goal]),
            model: fields.text([llm, model]),
            agent_version: fields.text([agent_version]),
            metadata: fields.object(metadata),
        }
    }
}

impl<'a> Heartbeat<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Self {
        let [status, step, total_steps, token_spend, total_tokens, total_cost] = fields.find([
            "status",
            "step",
            "total_steps",
            "token_spend",
            "total_tokens",
            "total_cost_usd",
        ]);
        let [current_goal, llm, model] = fields.find(["current_goal", "llm", "model"]);
        Self {
            state: fields.word([status], ActivityState::of),
            step: fields.count([step, total_steps]),
            total_tokens: fields.count([token_spend, total_tokens]),
            total_cost: fields.cost([total_cost]),
            current_goal: fields.text([current_goal]),
            model: fields.text([llm, model]),
        }
    }
}

impl<'a> Ended<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Self {
        let [outcome, status, outcome_summary, summary, error_message, error] = fields.find([
            "outcome",
            "status",
            "outcome_summary",
            "summary",
            "error_message",
            "error",
        ]);
        let [total_steps, total_tokens, total_cost] =
            fields.find(["total_steps", "total_tokens", "total_cost_usd"]);
        let (word, is_said) =
            (fields.word([outcome, status], Outcome::of), outcome.or(status).is_some());
        let error = fields.error([error_message, error]);
        // Whoever says it in words of his own, and names an error, does not mean that all went well.
        let unsaid = if is_said && error.is_some() { Outcome::Failed } else { Outcome::Completed };
        Self {
            outcome: word.unwrap_or(unsaid),
            summary: fields.text([outcome_summary, summary]),
            error,
            total_steps: fields.count([total_steps]),
            total_tokens: fields.count([total_tokens]),
            total_cost: fields.cost([total_cost]),
        }
    }
}
