//! What the rules look at: an event without its texts.

use banyan_protocol::{Fact, Timestamp, fact::Confidence};

use super::super::recorded::{Recorded, Stamp};

/// An event as the rules see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slim<'a> {
    /// Its place in the session.
    pub stamp: Stamp,
    /// Which of the events that its entry says.
    pub part: u8,
    /// Event time.
    pub at: Timestamp,
    /// What happened.
    pub deed: Deed<'a>,
    /// It is told after the fact: no silence is to be broken, and nothing to be saved.
    pub is_history: bool,
}

/// Orders the events of a session, and those of one entry among them.
pub(crate) type Place = (Stamp, u8);

/// What happened, as far as some rule cares.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed<'a> {
    /// The session began, or went on after an end.
    Started,
    /// It ended.
    Ended,
    /// It lives.
    Heartbeat {
        /// Running total.
        tokens: Option<u64>,
        /// Running total in micro-dollars.
        cost: Option<u64>,
    },
    /// It reasoned, as sure as it says.
    Thought(Option<Confidence>),
    /// It is not sure about something.
    Uncertainty,
    /// It called a tool.
    ToolStart {
        /// The tool's name, empty when not said.
        tool: &'a str,
        /// Digest of tool and input; none when it did not say the input.
        call: Option<u64>,
    },
    /// A tool call ended.
    ToolEnd {
        /// Whether it went well.
        success: bool,
        /// Tokens spent on this call.
        tokens: Option<u64>,
        /// Micro-dollars spent on this call.
        cost: Option<u64>,
    },
    /// A service was called, such as a model.
    Call {
        /// Tokens spent on this call.
        tokens: Option<u64>,
        /// Micro-dollars spent on this call.
        cost: Option<u64>,
    },
    /// Anything else.
    Other,
}

impl<'a> Slim<'a> {
    /// What the rules see of `event`.
    pub(crate) fn read(event: &'a Recorded<'_>) -> Self {
        let deed = match &event.fact {
            Fact::Started(_) => Deed::Started,
            Fact::Ended(_) => Deed::Ended,
            Fact::Heartbeat(heartbeat) => Deed::Heartbeat {
                tokens: heartbeat.total_tokens,
                cost: heartbeat.total_cost.and_then(|cost| u64::try_from(cost.0).ok()),
            },
            Fact::Thought(thought) => Deed::Thought(thought.confidence),
            Fact::Uncertainty(_) => Deed::Uncertainty,
            Fact::ToolStart(start) => {
                let tool = start.tool.as_deref().unwrap_or_default();
                Deed::ToolStart { tool, call: start.input.map(|input| digest(tool, input.get())) }
            }
            Fact::ToolEnd(end) => Deed::ToolEnd {
                success: end.success,
                tokens: end.token_delta,
                cost: end.cost_delta.and_then(|cost| u64::try_from(cost.0).ok()),
            },
            Fact::ExternalCall(call) => Deed::Call {
                tokens: call.token_delta,
                cost: call.cost_delta.and_then(|cost| u64::try_from(cost.0).ok()),
            },
            Fact::Goal(_) | Fact::Decision(_) | Fact::Spawn(_) | Fact::Memory(_) | Fact::Other => {
                Deed::Other
            }
        };
        let (stamp, is_history) = (event.stamp(), event.is_history());
        Self { stamp, part: event.part, at: event.at(), deed, is_history }
    }

    /// Where it stands among the events of its session.
    pub(super) fn place(&self) -> Place {
        (self.stamp, self.part)
    }
}

/// Tells calls apart: the first 64 bits of BLAKE3 over the tool's name, a NUL and the input.
fn digest(tool: &str, input: &str) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(tool.as_bytes()).update(&[0]).update(input.as_bytes());
    let hash = hasher.finalize();
    hash.as_bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
