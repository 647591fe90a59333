//! What spans say, in the words of whoever instrumented the agent: the contract of a dialect.
//!
//! # Writing a dialect
//!
//! A dialect is one file here with one pure function
//!
//! ```text
//! pub(super) fn read(span: &Span) -> Option<Reading>
//! ```
//!
//! that says what a span means, or `None` when the span is not of this dialect. It is listed in
//! [`DIALECTS`], the most telling first: the first one that answers reads the span. A dialect
//! answers for a span by what is in it (a key of its own, the scope's name), never by what another
//! span said; a span that has nothing of any dialect is [`Role::Other`].
//!
//! - [`Reading::role`] decides what becomes of the span ([`super::tell`]): an agent is a session, a
//!   tool a start and an end (or one of the two), a model an external call with its tokens (and a thought, when it says
//!   what came out), anything else an event of the type `otel.span`.
//! - Leave out what the span does not say. Never guess a name: what a span without
//!   [`Reading::agent`] belongs to is found by its place in the trace, not by its words.
//! - Texts may be of any length, values of any shape: they are clipped when they are written.
//!   Messages in the shapes that everybody uses are read by [`super::messages`].
//! - Numbers that are too large or negative are absent.
//! - The status and the exceptions of a span are read for every dialect: [`Reading::error`] is only
//!   for what a dialect says otherwise.
//!
//! Tests: one table per dialect beside it, from spans as the emitter wrote them (captures under
//! `tests/fixtures/otlp/`) to the reading.

pub(super) mod claude_code;
mod gen_ai;
mod langgraph;
mod openinference;
#[cfg(test)]
mod sample;
mod strands;
mod traceloop;
mod vercel;

use banyan_protocol::otlp::Span;
use serde_json::Value;

/// What a span is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum Role {
    /// A run of an agent, or of a workflow: a session of its own.
    Agent,
    /// A call of a model.
    Model,
    /// A call of a tool.
    Tool,
    /// Anything else: an event, unless it begins a trace.
    #[default]
    Other,
}

/// What a span means. All that is absent is `None`, or the default.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in super::super) struct Reading {
    /// What it is.
    pub role: Role,
    /// The session that the span is in, where it says so itself, whatever is above it in its
    /// trace. Most dialects cannot know.
    pub place: Option<Place>,
    /// The conversation that the whole trace belongs to, as far as this span knows: the first of
    /// `session.id`, the conversation's id and the thread's id. What counts is what the root-most
    /// agent says.
    pub conversation: Option<String>,
    /// The name of the agent: of this one, for [`Role::Agent`]; else of the one that the span
    /// says it belongs to.
    pub agent: Option<String>,
    /// Its version.
    pub agent_version: Option<String>,
    /// The model's name: that which answered, else that which was asked.
    pub model: Option<String>,
    /// `openai`, `anthropic` …
    pub provider: Option<String>,
    /// `chat`, `embeddings` …
    pub operation: Option<String>,
    /// The tool's name.
    pub tool: Option<String>,
    /// What the tool's call is called by the model.
    pub call_id: Option<String>,
    /// What went in: for agents a text (what they were asked to do: their goal), for models what the
    /// user asked first, for tools the arguments.
    pub input: Option<Value>,
    /// What came out: for agents and models a text, for tools the result.
    pub output: Option<Value>,
    /// Of a model's call.
    pub tokens: Tokens,
    /// Of a model's call, in US dollars: a number, as it was written.
    pub cost_usd: Option<Value>,
    /// How much of a tool's call the span tells.
    pub call_part: CallPart,
    /// The tokens and the cost are told by log records too, which count them.
    pub is_counted_elsewhere: bool,
    /// What went wrong, if the status of the span does not say it.
    pub error: Option<String>,
}

/// How much of a tool's call a span tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum CallPart {
    /// All of it.
    #[default]
    Whole,
    /// That it began; another span knows how it ended.
    Start,
    /// How it ended.
    End,
}

/// A session by its id, and the one above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Place {
    /// The session.
    pub session: String,
    /// The session that spawned it, if any.
    pub parent: Option<String>,
}

/// Tokens of a model's call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Tokens {
    /// All that went in, those from a cache too.
    pub input: Option<u64>,
    /// All that came out.
    pub output: Option<u64>,
    /// Those of the input that came from a cache.
    pub cached: Option<u64>,
}

/// All dialects, the most telling first.
const DIALECTS: [fn(&Span) -> Option<Reading>; 6] = [
    claude_code::read,
    openinference::read,
    traceloop::read,
    vercel::read,
    strands::read,
    gen_ai::read,
];

/// What `span` means. A span that says how long it ran, and nothing that any dialect knows, is
/// [`Role::Other`].
pub(super) fn read(span: &Span) -> Reading {
    let known = DIALECTS.iter().find_map(|dialect| dialect(span));
    let mut reading = known.unwrap_or_default();
    reading.error = reading.error.or_else(|| span.error());
    let named = ["session.id", "thread_id", "thread.id"];
    let other = || span.attributes.first_text(&named).map(ToOwned::to_owned);
    reading.conversation = reading.conversation.or_else(other);
    reading
}

impl Tokens {
    /// Everything together; nothing when nothing is said.
    pub(super) fn total(self) -> Option<u64> {
        match (self.input, self.output) {
            (None, None) => None,
            (input, output) => Some(input.unwrap_or(0).saturating_add(output.unwrap_or(0))),
        }
    }
}

/// A text that is the JSON of a text is that text.
fn unquoted(value: Value) -> Value {
    let inner = |text: &String| serde_json::from_str::<String>(text).ok();
    match &value {
        Value::String(text) if text.starts_with('"') => inner(text).map_or(value, Value::String),
        _ => value,
    }
}
