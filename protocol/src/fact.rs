//! What an event means: the fields that Banyan projects, read from both published dialects.
//!
//! The docs of AOP and its reference code name fields differently; the first name present wins,
//! camelCase spellings are read too. A field of the wrong type is ignored and flagged.
//!
//! Reading order: the three families of events, [`fields`] (how a payload is read), [`text`]
//! (how a fact reads for people).

mod cognition;
mod fields;
mod operation;
mod session;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;

use self::fields::Fields;
pub use self::{
    cognition::{Confidence, Decision, Goal, GoalStatus, Thought, Uncertainty},
    operation::{Certainty, ExternalCall, Memory, Spawn, ToolEnd, ToolStart},
    session::{ActivityState, Ended, Heartbeat, Outcome, Started},
};
use crate::{Envelope, Flags, view::FeedKind};

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

/// A text field: borrowed where the JSON has no escapes. Never empty: an empty string is absent.
pub type Text<'a> = Option<Cow<'a, str>>;

impl<'a> Fact<'a> {
    /// The types that are interpreted, in the order of the specification.
    pub const KINDS: [&'static str; 12] = [
        "session.started",
        "session.heartbeat",
        "session.ended",
        "cognition.thought",
        "cognition.goal",
        "cognition.decision",
        "cognition.uncertainty",
        "operation.tool_start",
        "operation.tool_end",
        "operation.agent_spawn",
        "operation.memory",
        "operation.external_call",
    ];

    /// Reads the meaning of `envelope`; the flags say what had to be ignored.
    pub fn read(envelope: &Envelope<'a>) -> (Self, Flags) {
        let mut fields = Fields::of(envelope.payload);
        let fact = match envelope.kind.as_ref() {
            "session.started" => Self::Started(Started::read(&mut fields)),
            "session.heartbeat" => Self::Heartbeat(Heartbeat::read(&mut fields)),
            "session.ended" => Self::Ended(Ended::read(&mut fields)),
            "cognition.thought" => Self::Thought(Thought::read(&mut fields)),
            "cognition.goal" => Self::Goal(Goal::read(&mut fields)),
            "cognition.decision" => Self::Decision(Decision::read(&mut fields)),
            "cognition.uncertainty" => Self::Uncertainty(Uncertainty::read(&mut fields)),
            "operation.tool_start" => Self::ToolStart(ToolStart::read(&mut fields)),
            "operation.tool_end" => Self::ToolEnd(ToolEnd::read(&mut fields)),
            "operation.agent_spawn" => Self::Spawn(Spawn::read(&mut fields)),
            "operation.memory" => Self::Memory(Memory::read(&mut fields)),
            "operation.external_call" => Self::ExternalCall(ExternalCall::read(&mut fields)),
            _ => Self::Other,
        };
        (fact, fields.flags())
    }

    /// Which filter of a feed shows it.
    pub const fn class(&self) -> FeedKind {
        match self {
            Self::Started(_) | Self::Heartbeat(_) | Self::Ended(_) => FeedKind::Life,
            Self::Thought(_) | Self::Goal(_) | Self::Decision(_) | Self::Uncertainty(_) => {
                FeedKind::Think
            }
            Self::ToolStart(_)
            | Self::ToolEnd(_)
            | Self::Spawn(_)
            | Self::Memory(_)
            | Self::ExternalCall(_) => FeedKind::Act,
            Self::Other => FeedKind::Other,
        }
    }
}
