//! Texts inside the state: bounded, because the state is read and written with every batch.

use serde::{Deserialize, Serialize};

use super::super::{clip::clip, recorded::Recorded};

/// Goals, intents and names in the state.
pub(super) const GOAL_MAX_BYTES: usize = 8 * 1024;
/// The final response, and errors.
pub(super) const RESPONSE_MAX_BYTES: usize = 64 * 1024;
/// What a session did last, in one line.
pub(super) const ACTIVITY_TEXT_MAX_BYTES: usize = 300;

/// What a session did last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Activity {
    /// The event's type.
    pub kind: String,
    /// One line.
    pub text: String,
    /// Event time in microseconds.
    pub at: i64,
}

impl Activity {
    pub(super) fn read(event: &Recorded<'_>) -> Self {
        let kind = &event.envelope.kind;
        let title = event.fact.title(kind);
        let line = event.fact.line();
        let text = if line.is_empty() { title } else { format!("{title}: {line}").into() };
        Self {
            kind: kind.clone().into_owned(),
            text: clip(&text, ACTIVITY_TEXT_MAX_BYTES).to_owned(),
            at: event.at().micros(),
        }
    }
}
