//! `cognition.*`: what a session thinks, wants, decides and doubts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Text,
    fields::{Fields, Odd},
};
use crate::{json::Json, number::scaled};

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

    fn of(json: &Json<'_>) -> Option<Self> {
        match json {
            Json::Text(word) if word.eq_ignore_ascii_case("low") => Some(Self(200)),
            Json::Text(word) if word.eq_ignore_ascii_case("medium") => Some(Self(500)),
            Json::Text(word) if word.eq_ignore_ascii_case("high") => Some(Self(900)),
            Json::Number(number) if !number.starts_with('-') => {
                let thousandths = u16::try_from(scaled(number, 3)?.value).ok()?;
                (thousandths <= 1000).then_some(Self(thousandths))
            }
            _ => None,
        }
    }
}

impl GoalStatus {
    /// The wire word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Abandoned => "abandoned",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "set" => Self::Set,
            "in_progress" => Self::InProgress,
            "completed" => Self::Completed,
            "abandoned" => Self::Abandoned,
            _ => return None,
        })
    }
}

impl<'a> Thought<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Self {
        let [reasoning, content, thought, confidence, next_intent] =
            fields.find(["reasoning", "content", "thought", "confidence", "next_intent"]);
        Self {
            text: fields.text([reasoning, content, thought]),
            confidence: fields
                .first([confidence], |json| Confidence::of(&json).map(Some).ok_or(Odd)),
            next_intent: fields.text([next_intent]),
        }
    }
}

impl<'a> Goal<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Self {
        let [goal, status, parent_goal] = fields.find(["goal", "status", "parent_goal"]);
        Self {
            goal: fields.text([goal]),
            status: fields.word([status], GoalStatus::of),
            parent_goal: fields.text([parent_goal]),
        }
    }
}

impl<'a> Decision<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Self {
        let [chosen, decision, alternatives, options, reasoning] =
            fields.find(["chosen", "decision", "alternatives", "options", "reasoning"]);
        Self {
            chosen: fields.text([chosen, decision]),
            alternatives: fields.texts([alternatives, options]),
            reasoning: fields.text([reasoning]),
        }
    }
}

impl<'a> Uncertainty<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Self {
        let [description, content] = fields.find(["description", "content"]);
        Self { text: fields.text([description, content]) }
    }
}
