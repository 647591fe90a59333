//! Spans and log records of OpenTelemetry → events.
//!
//! **An agent's span is a session**, called `<trace>:<span>`, and so is the span at the root of a
//! trace, whatever it is. Every other span is events of the nearest of them above it
//! ([`tell`]). A trace that names a conversation is below that conversation's session.
//!
//! **Spans arrive when they end: children first.** Where a span is not there yet, those below it
//! speak in a session that is called as the span's own would be. When it comes and is an agent,
//! everything is right already. When it is none, that session is merged into the one that it turns
//! out to be a part of ([`traces`]). Spans that never come leave their sessions behind. So whatever
//! order spans arrive in, the tree is the same.
//!
//! Events are ordered by their own time (`Flags::TIMED`), and have an `event_id` made of the ids of
//! the trace and the span: a span that is exported again says nothing new. The span itself is
//! carried in the first event that it says, under the key `otlp`: the inspector shows it.
//!
//! Claude Code and Codex tell of the same session by their hooks as well, where both are set up: what both tell
//! has one id ([`super::same`]), and how sessions begin and end is left to the hooks ([`Beside`]).
//!
//! Must not know the clock, the view or what becomes of the events.
//!
//! Reading order: [`dialect`] (what a span means, by emitter), [`traces`] (where it belongs),
//! [`tell`] (what it says), [`records`] (log records), [`draft`].

mod dialect;
mod draft;
mod messages;
mod records;
mod tell;
mod traces;

use banyan_protocol::{
    hook::Harness,
    otlp::{LogRecord, Span},
};

pub(super) use traces::{Beside, Item, Traces};

/// The agent whose hooks may tell the same as a span does, and the session.
pub(super) fn hooked_span(span: &Span) -> Option<(Harness, &str)> {
    let session = dialect::claude_code::main_session(&span.name, &span.attributes)?;
    Some((Harness::ClaudeCode, session))
}

/// The agent whose hooks may tell the same as a log record does, and the session: of Codex the
/// thread.
pub(super) fn hooked_record(record: &LogRecord) -> Option<(Harness, &str)> {
    let name = records::name(record);
    if name.starts_with("codex.") {
        return Some((Harness::Codex, records::thread(&record.attributes)?));
    }
    let session = dialect::claude_code::main_session(&name, &record.attributes)?;
    Some((Harness::ClaudeCode, session))
}

/// The most events that one span or log record is translated into.
const EVENTS_MAX_COUNT: usize = 200;

#[cfg(test)]
mod tests;
